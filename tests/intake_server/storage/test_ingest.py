import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from random import Random

import pytest
from chronicles import RULES, a_chronicle, child, withheld
from leaks import everything_in
from msgspec import structs
from repository import ROOT
from sqlmodel import col, update
from stores import KEY, take_in

from intake_server.storage import (
    changes,
    documents,
    feed,
    forms,
    queue,
    rebuild,
    sites,
    submissions,
)
from intake_server.storage.database import Database
from intake_server.storage.ingest import ingest
from intake_server.storage.tables import DocumentRow
from sync import clock
from sync import documents as ids
from sync.change import Write, compose
from sync.merge.cells import ERASED, LINK, VERDICT

OLENA = "u:olena"


class Log:
    """One author's log."""

    def __init__(self, site="truskavets", seed=1):
        self.site = site
        self._chance = Random(f"{site} {seed}")
        self._seq = 0

    def write(self, edits, **envelope):
        self._seq += 1
        facts = {
            "log": f"{self.site}#1",
            "seq": self._seq,
            "wall": f"2026-03-02T09:{self._seq:02}:00+02:00",
            "author": OLENA,
            "site": self.site,
        }
        return compose(
            hlc=clock.at(1_772_000_000_000 + self._seq),
            edits=edits,
            salts=lambda: self._chance.randbytes(16),
            **(facts | envelope),
        )

    def on(self, number, *writes, **envelope):
        return self.write({(child(number), "person"): list(writes)}, **envelope)


def a_form(rules=RULES, version="1"):
    said = {
        "form_id": "reception",
        "version": version,
        "xml": "<h:html/>",
        "title": {"en": "Arrival", "uk": "Прийом"},
        "rules": rules,
    }
    doc = ids.schema("reception", version)
    writes = [Write(f=name, v=value) for name, value in said.items()]
    return Log(f"publisher of {version}").write({(doc, "schema"): writes})


def view(database, doc):
    with database.reading() as session:
        return documents.find(session, doc)


def asked(database):
    with database.reading() as session:
        return queue.page(session, limit=100).items


def kinds(database):
    return sorted(item.kind for item in asked(database))


def is_true_to_the_changes(database):
    with database.reading() as session:
        return rebuild.compare(session).different == ()


def test_two_sites_that_contradict_each_other_are_asked(database):
    here, there = Log("truskavets"), Log("chernivtsi")
    ours = here.on(1, Write(f="family_name", v="Коваль"))
    theirs = there.on(1, Write(f="family_name", v="Ковальчук"))

    take_in(database, [a_form(), ours], [theirs])

    (item,) = asked(database)
    assert item.kind == "field_conflict"
    assert item.sites == ("chernivtsi", "truskavets")
    assert set(item.heads) == {ours.id, theirs.id}
    shown = view(database, child(1))
    assert shown.contested == 1
    assert {c["value"] for c in shown.view["contested"]["family_name"]} == {
        "Коваль",
        "Ковальчук",
    }


def test_a_resolution_closes_the_item(database):
    here, there = Log("truskavets"), Log("chernivtsi")
    ours = here.on(1, Write(f="family_name", v="Коваль"))
    theirs = there.on(1, Write(f="family_name", v="Ковальчук"))
    take_in(database, [a_form(), ours, theirs])
    seen = (ours.id, theirs.id)

    decision = here.on(
        1, Write(f="family_name", v="Коваль", p=seen, act="resolve", why="passport")
    )
    take_in(database, [decision])

    assert asked(database) == ()
    assert view(database, child(1)).view["values"]["family_name"] == "Коваль"


def test_an_own_change_is_read_back_as_it_was_written(database):
    change = Log().on(1, Write(f="phone", v="050"), off=1500)

    take_in(database, [change])

    with database.reading() as session:
        assert changes.find(session, change.id) == change
        (past,) = documents.history(session, child(1))
        assert past.change == change
        assert documents.values_of(session, child(1), {"phone": [change.id]}) == {
            "phone": {change.id: "050"}
        }
        assert documents.heads(session, [(child(1), "phone"), (child(2), "phone")]) == {
            (child(1), "phone"): (change.id,),
            (child(2), "phone"): (),
        }


def test_a_version_that_the_same_batch_superseded_has_arrived_all_the_same(database):
    here, there = Log("truskavets"), Log("chernivtsi")
    first = here.on(1, Write(f="family_name", v="Коваль"))
    take_in(database, [first])

    ours = here.on(1, Write(f="family_name", v="Коваленко", p=(first.id,)))
    theirs = there.on(1, Write(f="family_name", v="Ковальчук", p=(first.id,)))
    take_in(database, [ours, theirs])

    (item,) = asked(database)
    assert not item.is_provisional
    assert is_true_to_the_changes(database)


def test_an_answer_below_one_that_was_set_aside_is_no_step_back(database):
    here, there = Log("truskavets"), Log("chernivtsi")
    take_in(database, [a_form()])
    aside = here.on(
        1,
        Write(f="consent", v="withdrawn"),
        Write(f="birth_date", v="in spring"),
    )
    take_in(database, [aside])

    below = here.on(1, Write(f="consent", v="granted", p=(aside.id,)))
    take_in(database, [below])
    take_in(database, [there.on(1, Write(f="consent", v="limited"))])

    assert kinds(database) == ["quarantine"]
    assert view(database, child(1)).view["values"]["consent"] == "limited"
    assert is_true_to_the_changes(database)


def test_content_that_was_withheld_is_added_when_it_comes(database):
    change = Log().write(
        {
            (child(1), "person"): [Write(f="phone", v="050")],
            (child(2), "person"): [Write(f="phone", v="067")],
        }
    )
    take_in(database, [withheld(change, child(2))])
    assert view(database, child(2)) is None
    with database.reading() as session:
        _, read_so_far = feed.since(session, 0, limit=10)

    first, second = (take_in(database, [change])[0].status for _ in range(2))

    assert (first, second) == ("stored", "duplicate")
    assert view(database, child(2)).view["values"] == {"phone": "067"}
    assert is_true_to_the_changes(database)
    with database.reading() as session:
        found, _ = feed.since(session, read_so_far, limit=10)
        assert found == (change,)


def test_content_that_comes_late_can_take_the_whole_change_into_quarantine(database):
    bad = Log().write(
        {
            (child(1), "person"): [Write(f="phone", v="050")],
            (child(2), "person"): [Write(f="birth_date", v="in spring")],
        }
    )
    take_in(database, [a_form(), withheld(bad, child(2))])
    assert view(database, child(1)).view["values"] == {"phone": "050"}

    take_in(database, [bad])

    assert view(database, child(1)).view["values"] == {}
    assert kinds(database) == ["quarantine"]
    assert is_true_to_the_changes(database)


def test_a_schema_that_allows_it_lets_a_quarantined_change_in(database):
    narrow = {
        "fields": {"status": {**RULES["fields"]["status"], "states": ["located"]}}
    }
    narrow["fields"]["status"].update(edges=[], guarded=[])
    change = Log().on(1, Write(f="status", v="returned"))
    (_, outcome) = take_in(database, [a_form(narrow)], [change])
    assert (outcome.status, outcome.code) == ("quarantined", "enum:status")
    assert kinds(database) == ["quarantine"]

    wide = a_form(version="2")
    take_in(database, [wide])

    assert asked(database) == ()
    assert view(database, child(1)).view["values"] == {"status": "returned"}
    assert is_true_to_the_changes(database)


@pytest.mark.parametrize("member", ["wall", "id", "site"])
def test_what_is_not_what_its_id_says_is_kept_and_asked_about(database, member):
    good = Log().on(1, Write(f="phone", v="050"))
    forged = structs.replace(good, **{member: "f" * 32})

    (outcome,) = take_in(database, [forged])

    assert (outcome.id, outcome.status, outcome.code) == (
        forged.id,
        "quarantined",
        "hash",
    )
    assert view(database, child(1)) is None
    assert kinds(database) == ["quarantine"]


def test_a_forgery_does_not_stand_in_the_way_of_the_true_change(database):
    good = Log().on(1, Write(f="phone", v="050"))
    (edit,) = good.edits
    forged = structs.replace(
        good, edits=(structs.replace(edit, w=(Write(f="phone", v="067"),)),)
    )

    outcomes = take_in(database, [forged, good, forged], [forged])

    assert [outcome.status for outcome in outcomes] == [
        "quarantined",
        "stored",
        "duplicate",
        "duplicate",
    ]
    assert view(database, child(1)).view["values"] == {"phone": "050"}
    with database.reading() as session:
        assert feed.since(session, 0, limit=10)[0] == (good,)


@pytest.mark.parametrize(
    "facts",
    [
        {"id": "no id"},
        {"hlc": "yesterday"},
        {"edits": "twice"},
        {"edits": "no uuid"},
    ],
    ids=["id", "hlc", "same-document-twice", "document"],
)
def test_what_cannot_be_a_change_costs_the_rest_of_the_batch_nothing(database, facts):
    log = Log()
    odd, good = log.on(1, Write(f="phone", v="1")), log.on(2, Write(f="phone", v="2"))
    match facts:
        case {"edits": "twice"}:
            facts = {"edits": odd.edits * 2}
        case {"edits": _}:
            facts = {"edits": (structs.replace(odd.edits[0], doc="P1"),)}

    outcomes = take_in(database, [structs.replace(odd, **facts), good])

    assert [outcome.status for outcome in outcomes] == ["quarantined", "stored"]
    assert view(database, child(2)) is not None


def test_numbers_beyond_what_a_column_holds_are_kept_exactly(database):
    change = compose(
        hlc=(1 << 64) - 1,
        edits={(child(1), "person"): [Write(f="phone", v=(1 << 53) - 1)]},
        salts=lambda: bytes(16),
        log="truskavets#1",
        seq=(1 << 64) - 1,
        wall="",
        author=OLENA,
        site="truskavets",
    )

    take_in(database, [change])

    with database.reading() as session:
        assert changes.find(session, change.id) == change
        head = documents.document(session, child(1)).cells["phone"].heads[change.id]
        assert head.version.hlc == (1 << 64) - 1


def test_a_cloned_log_loses_nothing_and_is_reported(database):
    log = Log()
    first = log.on(1, Write(f="phone", v="050"))
    clones = [log.on(n, Write(f="phone", v="067"), seq=7) for n in (1, 2, 3)]

    take_in(database, [first, clones[0]], [clones[1]], [clones[2]])

    forks = [item for item in asked(database) if item.kind == "log_fork"]
    assert [(fork.doc, fork.cell) for fork in forks] == [("truskavets#1", "7")]
    assert set(forks[0].heads) == {clone.id for clone in clones}
    assert is_true_to_the_changes(database)


def test_an_erased_document_leaves_no_word_behind(database):
    log = Log()
    secret = log.on(1, Write(f="family_name", v="Шевченко-Рідкісна"))
    late = log.on(1, Write(f="phone", v="0501112233"))
    raw = b"<data>0501112233</data>"
    submission = submissions.Submission(
        instance_id="uuid:1",
        sha256=sha256(raw).digest(),
        media="xml",
        raw=raw,
        form_id="reception",
        form_version="1",
        received=datetime(2026, 3, 2, tzinfo=UTC),
        sender="d:1",
        site="truskavets",
        status="stored",
        change=secret.id,
    )
    take_in(database, [secret])
    with database.transaction() as session:
        submissions.add_all(session, [submission])

    erasure = log.on(1, Write(f=ERASED, v=True, saw=(secret.id,)))
    take_in(database, [erasure], [late])

    assert view(database, child(1)).view["values"] == {"_erased": True}
    assert kinds(database) == ["edit_on_erased"]
    with database.reading() as session:
        history = documents.history(session, child(1))
        assert {past.change.id for past in history} == {secret.id, erasure.id, late.id}
        assert submissions.raw(session, "uuid:1", submission.sha256) is None
        everything = everything_in(session)
        assert "Шевченко".encode() not in everything
        assert b"0501112233" not in everything
    assert is_true_to_the_changes(database)


def test_an_erasure_counts_when_it_comes_whole_after_another(database):
    log = Log()
    said = log.on(1, Write(f="phone", v="050"))
    first, second = (
        log.on(1, Write(f=ERASED, v=True, saw=saw)) for saw in ((), (said.id,))
    )
    take_in(database, [said, first], [withheld(second, child(1))])
    assert kinds(database) == ["edit_on_erased"]

    outcomes = take_in(database, [second], [second])

    assert [outcome.status for outcome in outcomes] == ["stored", "duplicate"]
    assert kinds(database) == []
    assert is_true_to_the_changes(database)


def test_what_was_wrong_where_content_is_erased_is_not_asked_when_the_rest_comes(
    database,
):
    log = Log()
    bad = log.write(
        {
            (child(1), "person"): [Write(f="birth_date", v="in spring")],
            (child(2), "person"): [Write(f="phone", v="050")],
        }
    )
    erasure = log.on(1, Write(f=ERASED, v=True, saw=(bad.id,)))
    take_in(database, [a_form()], [withheld(bad, child(2))], [erasure])

    take_in(database, [bad])

    assert kinds(database) == []
    assert view(database, child(2)).view["values"] == {"phone": "050"}
    assert is_true_to_the_changes(database)


def link(log, left, right, verdict, preds=()):
    a, b = sorted((child(left), child(right)))
    writes = [
        Write(f="a", v=a),
        Write(f="b", v=b),
        Write(f=VERDICT, v=verdict, p=preds),
    ]
    return log.write({(ids.link(a, b), LINK): writes})


def test_linked_children_know_of_each_other_until_they_are_unlinked(database):
    log = Log()
    people = [log.on(n, Write(f="child_ref", v=f"REF{n}")) for n in (1, 2, 3)]
    take_in(database, people)
    before = [view(database, child(n)).text for n in (1, 2, 3)]

    same = link(log, 1, 2, "same")
    take_in(database, [same])

    canonical = min(child(1), child(2))
    with database.reading() as session:
        assert documents.aliases(session, child(2))[0] == canonical
        assert documents.aliases(session, child(3)) == (child(3),)
    assert view(database, child(1)).view["aliases"] == [child(2)]
    assert is_true_to_the_changes(database)

    take_in(database, [link(log, 1, 2, "different", (same.id,))])

    assert [view(database, child(n)).text for n in (1, 2, 3)] == before


def test_a_published_form_and_a_site_can_be_read(database):
    log = Log("central")
    site = log.write(
        {
            (ids.site("chernivtsi"), "site"): [
                Write(f="name", v="chernivtsi"),
                Write(f="title", v={"uk": "Чернівці"}),
                Write(f="reference_block", v="B"),
            ]
        }
    )
    pretender = log.write(
        {(ids.site("truskavets"), "site"): [Write(f="name", v="chernivtsi")]}
    )

    take_in(database, [a_form(), site, pretender])

    with database.reading() as session:
        form = forms.find(session, "reception", "1")
        assert form.xml == "<h:html/>"
        assert form.title["en"] == "Arrival"
        assert forms.schema(session).rule("phone").policy == "lww"
        assert [s.name for s in sites.all_of(session)] == ["chernivtsi"]


@pytest.mark.parametrize(
    "facts",
    [
        {"version": "2"},
        {"form_id": 7},
        {"xml": None},
        {"rules": {"fields": {"phone": {"policy": "guess"}}}},
        {"rules": "none"},
    ],
    ids=["other-version", "no-id", "no-form", "unknown-policy", "no-rules"],
)
def test_a_form_that_does_not_hold_is_stored_and_offered_to_nobody(database, facts):
    good = a_form()
    ((doc, kind),) = ((edit.doc, edit.type) for edit in good.edits)
    said = {write.f: write.v for write in good.edits[0].w} | facts
    writes = [Write(f=name, v=value) for name, value in said.items()]

    (outcome,) = take_in(database, [Log("central").write({(doc, kind): writes})])

    assert outcome.status == "stored"
    with database.reading() as session:
        assert list(forms.all_of(session)) == []
        assert forms.schema(session).rules == {}


def test_a_batch_that_fails_leaves_nothing(database):
    log = Log()

    def fail():
        with database.transaction() as session:
            ingest(
                session,
                [log.on(1, Write(f="phone", v="050"))],
                peer=None,
                received_ms=0,
                schema=forms.schema(session),
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert view(database, child(1)) is None
    with database.reading() as session:
        assert feed.end(session) == 0


CHILD = """
import sys
sys.path.insert(0, sys.argv[2])
from chronicles import a_chronicle
from stores import KEY, take_in
from intake_server.storage.database import Database
from intake_server.storage.ingest import ingest
from intake_server.storage.tables import METADATA, DocumentRow

database = Database(sys.argv[1], KEY)
for change in a_chronicle(400, seed=11):
    take_in(database, [change])
    print(change.id, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(file):
    url = str(file.engine.url)
    writer = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(ROOT / "tests/support")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()

    with Database(url, KEY) as again, again.reading() as session:
        kept = changes.find_all(session, acknowledged)
        assert set(kept) == set(acknowledged)
        assert rebuild.compare(session).different == ()
        assert feed.end(session) in (len(acknowledged), len(acknowledged) + 1)


def test_a_table_that_says_something_else_is_found(database):
    take_in(database, a_chronicle(20, seed=3))
    with database.transaction() as session:
        session.exec(
            update(DocumentRow)
            .where(col(DocumentRow.doc) == child(1))
            .values(view="{}")
        )

    with database.reading() as session:
        assert rebuild.compare(session).different == (child(1),)
