"""A child is erased with everything about them, and nothing of it can be found."""

import shutil
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from centres import (
    BOHDAN,
    DANYLO,
    IRYNA,
    MARTA,
    MORNING,
    OLENA,
    RECEPTION,
    REHABILITATION,
    TARAS,
    Centre,
    a_form,
    with_answers,
)
from leaks import everything_in, found_in
from network import a_central, a_centre
from pictures_taken import a_photo
from stores import KEY, take_in

from forms.reference import make
from intake_server.config import Settings
from intake_server.errors import (
    InvalidRequestError,
    LegalHoldError,
    NotCentralError,
    NotFoundError,
)
from intake_server.services import (
    attachments,
    copies,
    erasure,
    housekeeping,
    undoing,
    uploads,
)
from intake_server.services.attachments import File
from intake_server.services.authoring import Pen
from intake_server.services.uploads import Bringing
from intake_server.storage import (
    audit,
    changes,
    documents,
    erasing,
    node,
    queue,
    rebuild,
    submissions,
)
from intake_server.storage.database import Database
from sync import change as kernel
from sync import documents as ids
from sync.change import Write

PERSON = ids.person(DANYLO)
OTHER = make("4KH", 42)
REASON = "на вимогу опікуна"
WORDS = ("Ремез", "Данило", "вальпроат", "пеніцилін", DANYLO)


@pytest.fixture
def central(stores):
    with stores.new() as database:
        centre = Centre(database, "kyiv")
        become_central(database)
        yield centre


def become_central(database):
    with database.transaction() as session:
        node.write(session, replace(node.read(session), role="central"))


def reception(reference=DANYLO, **groups):
    answers = deepcopy(RECEPTION)
    answers["g_contact"]["child_ref"] = reference
    return with_answers(answers, **groups)


def rehabilitation(reference=DANYLO):
    answers = deepcopy(REHABILITATION)
    answers["g_stay"]["child_ref"] = reference
    answers["g_med"]["allergies"] = "пеніцилін"
    return answers


def take(central):
    """Let two centres write about one child."""
    central.receive(a_form("reception", reception()))
    central.receive(a_form("rehabilitation", rehabilitation(), number=2), sender=TARAS)


def erase(central, doc=PERSON, *, by=BOHDAN, reason=REASON):
    return erasure.erase(central.database, doc, reason, by=by, now=central.now)


def everything(central):
    with central.database.reading() as session:
        return everything_in(session)


def say(central, writes, kind="person"):
    with central.database.transaction() as session:
        pen = Pen(session, now=central.now, entropy=Random(str(writes)).randbytes)
        ((doc, said),) = writes.items()
        change = pen.write({(doc, kind): said}, author="u:iryna", site="kyiv")
        pen.close()
    take_in(central.database, [change])
    return change


def test_nothing_that_was_said_about_an_erased_child_can_be_found(central):
    take(central)
    before = everything(central)
    assert found_in(before, *WORDS) == list(WORDS)

    done = erase(central)

    assert found_in(everything(central), *WORDS) == []
    kinds = set(done.reach.documents.values())
    assert {"person", "case", "event"} <= kinds
    with central.database.reading() as session:
        views = documents.find_all(session, done.reach.documents).values()
        assert all(view.view["values"] == {"_erased": True} for view in views)
        assert rebuild.compare(session).different == ()
        left = [doc for doc, text in documents.all_views(session) if PERSON in text]
        assert left == [PERSON]


def test_other_children_stay_as_they_are(central):
    central.receive(a_form("reception", reception(OTHER), number=7))
    before = central.view(ids.person(OTHER))
    take(central)

    erase(central)

    assert central.view(ids.person(OTHER)) == before


def test_rows_and_links_go_with_the_child(central):
    take(central)
    row = ids.row(PERSON, "kin", "1")
    below = ids.row(row, "papers", "1")
    link = ids.link(PERSON, ids.person(OTHER))
    say(central, {row: [Write(f="parent", v=PERSON), Write(f="x", v="Явдоха")]}, "kin")
    say(central, {below: [Write(f="parent", v=row), Write(f="x", v="Омелян")]}, "paper")
    central.receive(a_form("reception", reception(OTHER), number=7))
    a, b = sorted((PERSON, ids.person(OTHER)))
    same = [Write(f="a", v=a), Write(f="b", v=b), Write(f="verdict", v="same")]
    say(central, {link: same}, "link")

    done = erase(central)

    assert {row, below, link} <= done.reach.documents.keys()
    assert done.reach.linked == (ids.person(OTHER),)
    assert found_in(everything(central), "Явдоха", "Омелян") == []
    assert central.view(ids.person(OTHER))["aliases"] == []


def handed_in(database, photo):
    return attachments.keep(
        database,
        [File("face.jpg", photo)],
        sender=OLENA,
        now=MORNING,
        settings=Settings(),
    ).files


def test_files_of_an_erased_child_go_and_do_not_come_back(central):
    photo = b"\x89PNG a face"
    kept = handed_in(central.database, photo)
    form = a_form("reception", reception(), attachments=kept)
    central.receive(form)
    erase(central)

    again = handed_in(central.database, photo)
    (repeated,) = central.receive(form)
    attachments.add_to(
        central.database,
        repeated.place,
        again,
        now=MORNING,
        settings=Settings(),
        entropy=bytes,
    )

    assert repeated.status == "duplicate"
    assert found_in(everything(central), photo, kept[0]["sha256"]) == []


def test_with_a_child_go_the_copies_of_its_files_and_what_came_of_them_in_part(central):
    photo, whole = a_photo(), b"a recording" * 9
    digest = sha256(whole).digest()
    named = {"name": "a.m4a", "sha256": digest.hex(), "size": len(whole)}
    kept = (*handed_in(central.database, photo), named)
    central.receive(a_form("reception", reception(), attachments=kept))
    copy = copies.make(central.database, sha256(photo).digest())
    uploads.append(
        central.database, Bringing(digest, OLENA, MORNING, Settings()), 0, whole[:50]
    )
    traces = (photo, copy.data, copy.small, whole[:50], digest.hex())
    assert len(found_in(everything(central), *traces)) == len(traces)

    erase(central)

    assert found_in(everything(central), *traces, kept[0]["sha256"]) == []


def test_what_comes_late_is_asked_about_and_not_kept(central):
    take(central)
    erase(central)

    late = reception(g_child={**RECEPTION["g_child"], "given_name": "Рідкісне"})
    (receipt,) = central.receive(a_form("reception", late, number=3))

    assert receipt.status == "stored"
    assert {item.kind for item in central.questions()} == {"edit_on_erased"}
    with central.database.reading() as session:
        digest = bytes.fromhex(receipt.sha256)
        assert submissions.raw(session, receipt.instance_id, digest) is None
    assert found_in(everything(central), "Рідкісне", DANYLO) == []


def test_erasing_again_takes_what_came_since_and_closes_the_question(central):
    take(central)
    erase(central)
    late = rehabilitation()
    late["g_med"]["medication"] = "ібупрофен"
    central.receive(a_form("rehabilitation", late, number=3))

    done = erase(central)

    assert central.questions() == ()
    kinds = [done.reach.documents[doc] for doc in done.reach.documents]
    assert sorted(kinds) == ["case", "event", "person"]
    assert found_in(everything(central), "ібупрофен", *WORDS) == []


def test_what_is_left_verifies_and_makes_the_same_node_elsewhere(central, stores):
    take(central)
    erase(central)
    with central.database.reading() as session:
        told = list(changes.all_of(session.connection()))

    assert {kernel.verify(change) for change in told} == {None}
    with stores.new() as other:
        take_in(other, told)
        with other.reading() as one, central.database.reading() as session:
            here, there = documents.all_views(session), documents.all_views(one)
            assert list(here) == list(there)


def test_a_store_from_a_backup_takes_the_erasures_in_again(central, stores, tmp_path):
    take(central)
    central.database.scrub()
    backup = tmp_path / "backup.sqlite3"
    shutil.copy(Path(central.database.engine.url.database), backup)
    erase(central)
    with central.database.reading() as session:
        ledger = erasing.ledger(session)

    with Database(f"sqlite:///{backup}", KEY) as restored:
        take_in(restored, ledger)
        with restored.reading() as session:
            assert found_in(everything_in(session), *WORDS) == []
            assert erasing.ledger(session) == ledger


def test_an_erasure_is_noted_by_ids_alone(central):
    take(central)

    done = erase(central)

    with central.database.reading() as session:
        notes = [e for e in audit.page(session) if e.action == "erase"]
    assert {e.object for e in notes} == set(done.reach.documents)
    assert {e.actor for e in notes} == {BOHDAN.actor}
    assert all(e.meta == {"person": PERSON} for e in notes)


@pytest.mark.parametrize("by", [IRYNA, MARTA, OLENA], ids=lambda who: who.role.value)
def test_nobody_but_the_administrator_erases_or_holds(central, by):
    take(central)

    for act in (erasure.erase, erasure.hold, erasure.lift):
        with pytest.raises(NotFoundError):
            act(central.database, PERSON, REASON, by=by, now=MORNING)


def test_a_centre_erases_and_holds_nothing(centre):
    centre.receive(a_form("reception", reception()))

    for act in (erasure.erase, erasure.hold, erasure.lift):
        with pytest.raises(NotCentralError):
            act(centre.database, PERSON, REASON, by=BOHDAN, now=MORNING)


@pytest.mark.parametrize("doc", [ids.case(PERSON), ids.person("nobody"), "no id"])
def test_only_a_person_is_erased(central, doc):
    take(central)

    with pytest.raises(NotFoundError):
        erase(central, doc)


def test_an_erasure_has_a_reason(central):
    take(central)

    with pytest.raises(InvalidRequestError):
        erase(central, reason=" ")


def test_a_held_child_is_not_erased_until_the_hold_is_lifted(central):
    take(central)
    facts = {"by": BOHDAN, "now": MORNING}
    held = erasure.hold(central.database, PERSON, "справа 7", **facts)

    assert central.view(PERSON)["values"]["_hold"] is True
    assert erasure.hold(central.database, PERSON, "справа 7", **facts) is None
    with pytest.raises(LegalHoldError) as refused:
        erase(central)
    assert "legal hold" in str(refused.value)
    assert central.view(PERSON)["values"]["family_name"] == "Ремез"

    lifted = erasure.lift(central.database, PERSON, "справу закрито", **facts)
    assert held != lifted
    assert erasure.lift(central.database, PERSON, "ще раз", **facts) is None
    erase(central)
    with pytest.raises(NotFoundError):
        erasure.hold(central.database, PERSON, "запізно", **facts)


def test_a_hold_on_one_record_of_a_child_holds_the_other(central):
    take(central)
    central.receive(a_form("reception", reception(OTHER), number=7))
    a, b = sorted((PERSON, ids.person(OTHER)))
    same = [Write(f="a", v=a), Write(f="b", v=b), Write(f="verdict", v="same")]
    say(central, {ids.link(a, b): same}, "link")
    facts = {"by": BOHDAN, "now": MORNING}
    erasure.hold(central.database, ids.person(OTHER), "справа 7", **facts)

    with pytest.raises(LegalHoldError):
        erase(central)


def test_a_hold_is_lifted_and_never_taken_back(central):
    take(central)
    held = erasure.hold(central.database, PERSON, "справа 7", by=BOHDAN, now=MORNING)

    with pytest.raises(InvalidRequestError):
        undoing.undo(central.database, held, "помилка", by=IRYNA, now=MORNING)


def test_the_files_of_a_store_hold_no_trace(tmp_path):
    """SQLite deletes by forgetting where something was, and its log keeps all of it."""
    path = tmp_path / "readable.sqlite3"
    log = tmp_path / "readable.sqlite3-wal"
    with Database(f"sqlite:///{path}") as database:
        database.migrate()
        readable = Centre(database, "kyiv")
        become_central(database)
        take(readable)
        kept = handed_in(database, b"\x89PNG a face" * 999)
        readable.receive(a_form("reception", reception(), number=9, attachments=kept))
        words = (*WORDS, b"\x89PNG a face", kept[0]["sha256"])
        assert len(found_in(path.read_bytes() + log.read_bytes(), *words)) > 4

        done = erase(readable)

        assert done.is_scrubbed
        assert found_in(path.read_bytes() + log.read_bytes(), *words) == []


def test_a_store_that_somebody_reads_is_scrubbed_later(central):
    take(central)
    url = str(central.database.engine.url)
    hasty = Database(url, KEY, patience_s=0.05)
    with hasty, central.database.reading() as session:
        documents.count(session)
        done = erasure.erase(hasty, PERSON, REASON, by=BOHDAN, now=MORNING)

    assert not done.is_scrubbed
    housekeeping.scrub(central.database)
    log = Path(f"{central.database.engine.url.database}-wal")
    assert log.read_bytes() == b""


@pytest.mark.parametrize("is_late_first", [True, False])
def test_every_node_that_hears_of_an_erasure_ends_alike(tmp_path, is_late_first):
    child = ids.person("child")
    kyiv = a_central(tmp_path / "kyiv")
    become_central(kyiv.database)
    with kyiv.database, kyiv.serving():
        near = a_centre(tmp_path / "truskavets", kyiv, "truskavets")
        far = a_centre(tmp_path / "chernivtsi", kyiv, "chernivtsi")
        near.say("child", family_name="Ремез")
        for member in (near, far):
            member.sync()
        far.say("child", given_name="Данило")
        erasure.erase(kyiv.database, child, REASON, by=BOHDAN, now=kyiv.now())
        for member in (far, near) if is_late_first else (near, far, near):
            member.sync()
        newcomer = a_centre(tmp_path / "lviv", kyiv, "lviv")
        for member in (newcomer, near, far):
            member.sync()

        members = (kyiv, near, far, newcomer)
        assert len({member.digest for member in members}) == 1
        assert len({member.accepted for member in members}) == 1
        for member in members:
            with member.database.reading() as session:
                text = everything_in(session)
                asked = [(i.kind, i.doc) for i in queue.page(session).items]
            assert found_in(text, "Ремез", "Данило") == []
            assert asked == [("edit_on_erased", child)]
            assert member.differing == ()
        for member in members[1:]:
            member.database.dispose()
