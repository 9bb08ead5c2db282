"""What else a node held of a record that is erased, and what stays."""

from hashlib import sha256
from random import Random

import pytest
from centres import MORNING
from chronicles import RULES, child
from leaks import everything_in, found_in
from msgspec import structs
from stores import take_in

from intake_server.storage import blobs, queue, rebuild, submissions
from intake_server.storage.queue import LOCAL, QueueItem
from intake_server.storage.submissions import Submission
from sync import clock, documents
from sync.change import Write, compose
from sync.merge.cells import ERASED

REFERENCE = "CHILD1"
PHOTO, SHARED = b"\x89PNG only of this child", b"\x89PNG of two children"
SECRETS = (
    "Шевченко-Рідкісна",
    "тітка Явдоха",
    "дядько Омелян",
    "0501112233",
    REFERENCE,
    PHOTO,
    sha256(PHOTO).hexdigest(),
)


def a_change(number, *writes, about=1):
    chance = Random(number)
    return compose(
        hlc=clock.at(1_772_000_000_000 + number),
        edits={(child(about), "person"): list(writes)},
        salts=lambda: chance.randbytes(16),
        log="truskavets#1",
        seq=number,
        wall=f"2026-03-02T09:{number:02}:00+02:00",
        author="u:olena",
        site="truskavets",
    )


FORM = compose(
    hlc=clock.at(1),
    edits={
        (documents.schema("reception", "1"), "schema"): [
            Write(f="form_id", v="reception"),
            Write(f="version", v="1"),
            Write(f="xml", v="<h:html/>"),
            Write(f="title", v={"en": "Arrival"}),
            Write(f="rules", v=RULES),
        ]
    },
    salts=lambda: bytes(16),
    log="kyiv#1",
    seq=1,
    wall="2026-03-02T09:00:00+02:00",
    author="operator",
    site="kyiv",
)
SAID = (
    a_change(
        1,
        Write(f="child_ref", v=REFERENCE),
        Write(f="family_name", v="Шевченко-Рідкісна"),
        Write(s="pickup", e="тітка Явдоха", v=True),
    ),
    a_change(2, Write(s="pickup", e="тітка Явдоха", v=False)),
)
OTHER = a_change(3, Write(f="family_name", v="Коваль"), about=2)
ERASURE = a_change(9, Write(f=ERASED, v=True, saw=tuple(c.id for c in SAID)))
GARBLED = structs.replace(
    a_change(4, Write(f="family_name", v="дядько Омелян")), author="u:nobody"
)


def a_submission(number, text, *files, **facts):
    raw = f"<data>{text}</data>".encode()
    known = {"status": "stored", "form_id": "reception", "form_version": "1"}
    return Submission(
        instance_id=f"uuid:{number}",
        sha256=sha256(raw).digest(),
        media="xml",
        raw=raw,
        received=MORNING,
        sender="d:1",
        site="truskavets",
        attachments=tuple(
            {"name": "a.jpg", "sha256": sha256(file).hexdigest(), "size": len(file)}
            for file in files
        ),
        **(known | facts),
    )


FORMS = {
    "taken-in": a_submission(
        1, "Шевченко-Рідкісна", PHOTO, SHARED, change=SAID[0].id, reference=REFERENCE
    ),
    "held": a_submission(2, "0501112233", reference=REFERENCE, is_held=True),
    "correction": a_submission(3, "0501112233", awaits="uuid:1", is_held=True),
    "of-another": a_submission(4, "Коваль", SHARED, change=OTHER.id),
    "held-for-another": a_submission(5, "Коваль", reference="CHILD2", is_held=True),
}


def a_pair():
    return QueueItem(
        qid="0" * 32,
        kind="pair",
        doc=f"link:{child(1)}|{child(2)}",
        cell="verdict",
        key="verdict",
        severity=3,
        owner="coordinator",
        sites=("truskavets",),
        first_seen="",
        is_provisional=False,
        source=LOCAL,
        facts={"names": ["Шевченко-Рідкісна", "Коваль"]},
    )


def fill(database, *later):
    take_in(database, [FORM], [*SAID, OTHER], *later)
    with database.transaction() as session:
        blobs.add_all(session, {sha256(f).digest(): f for f in (PHOTO, SHARED)})
        submissions.add_all(session, FORMS.values())
        queue.propose(session, a_pair())


def held(database, *more):
    with database.reading() as session:
        return found_in(everything_in(session), *SECRETS, *more)


@pytest.mark.parametrize("places", [(2, 3), (3, 2)], ids=["garbled-first", "last"])
def test_nothing_of_an_erased_record_is_readable_in_any_table(database, places):
    salts = [c.edits[0].salt for c in (*SAID, GARBLED)]
    batches = dict(zip(places, ([GARBLED], [ERASURE]), strict=True))
    fill(database)
    assert len(held(database, *salts)) >= len(SECRETS) - 1

    take_in(database, *(batches[place] for place in sorted(places)))

    assert held(database, *salts) == []
    with database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_what_belongs_to_others_stays(database):
    fill(database)

    take_in(database, [ERASURE])

    with database.reading() as session:
        assert blobs.find(session, sha256(SHARED).digest()) == SHARED
        for name in ("of-another", "held-for-another"):
            kept = FORMS[name]
            raw = submissions.raw(session, kept.instance_id, kept.sha256)
            assert raw == kept.raw
        assert [s.instance_id for s in submissions.held(session)] == ["uuid:5"]


def test_an_erased_submission_is_still_known_and_takes_no_more_files(database):
    fill(database)
    take_in(database, [ERASURE])
    form = FORMS["taken-in"]

    with database.transaction() as session:
        (known,) = submissions.known(session, [form.instance_id])[form.instance_id]
        files = form.attachments
        took = submissions.attach(session, form.instance_id, form.sha256, files)

    assert (known.sha256, known.change) == (form.sha256, form.change)
    assert (known.reference, known.attachments, took) == (None, (), None)


def test_what_comes_late_is_never_written_down(database):
    take_in(database, [FORM, ERASURE], list(SAID), [GARBLED])

    assert held(database, *(c.edits[0].salt for c in SAID)) == []
