"""What a page needs is read in one statement, on either database."""

from hashlib import sha256
from itertools import count
from random import Random

import pytest
from chronicles import child
from servers import MORNING
from statements import told
from stores import take_in

from forms.reference import make, printed
from intake_server.storage import (
    blobs,
    bulk,
    copies,
    devices,
    documents,
    feed,
    forms,
    kinship,
    naming,
    peers,
    people,
    sites,
    whole,
)
from intake_server.storage.devices import Device
from intake_server.storage.ingest import ingest
from intake_server.storage.peers import Peer
from intake_server.storage.people import Person
from sync import clock
from sync import documents as ids
from sync.change import Write, compose
from sync.merge.cells import DELETED

CHANCE = Random(5)
NUMBERS = count(1)
FIRST, SECOND, THIRD, FOURTH = (make("4KH", number) for number in range(1, 5))
EVENT, ROW, OTHER = (f"0a0b4f3e-30f9-53a7-8df0-1f4b4a6b1c0{n}" for n in (1, 2, 3))
ORDER = {"authority_type": "ssd", "decision_no": "114", "decision_on": "2026-11-25"}


def said(doc, kind, **values):
    number = next(NUMBERS)
    return compose(
        hlc=clock.at(1_772_000_000_000 + number),
        edits={(doc, kind): [Write(f=name, v=v) for name, v in values.items()]},
        salts=lambda: CHANCE.randbytes(16),
        log=f"truskavets#{number}",
        seq=1,
        wall="",
        author="u:olena",
        site="truskavets",
    )


def a_child(reference, **values):
    return said(ids.person(reference), "person", child_ref=reference, **values)


def linked(one, other):
    a, b = sorted((ids.person(one), ids.person(other)))
    return said(ids.link(a, b), "link", a=a, b=b, verdict="same")


def of(database, doc):
    with database.reading() as session:
        return whole.of(session, doc)


def test_everything_below_all_records_of_a_child_is_found_from_any_of_it(database):
    link = linked(FIRST, SECOND)
    take_in(
        database,
        [
            a_child(FIRST),
            a_child(SECOND),
            a_child(THIRD),
            link,
            said(EVENT, "event", subject=ids.person(SECOND)),
            said(ROW, "need", parent=EVENT),
            said(OTHER, "event", subject=ids.person(THIRD)),
        ],
    )
    both = sorted(map(ids.person, (FIRST, SECOND)))

    for start in (ids.person(FIRST), ids.person(SECOND), EVENT, ROW):
        found = of(database, start)

        assert [view.doc for view in found.persons] == both
        assert set(found.own) == {*both, EVENT, ROW, link.edits[0].doc}
        assert [view.doc for view in found.about()] == [EVENT]
        assert [view.doc for view in found.rows_of(EVENT)] == [ROW]
        assert set(found.links) == {link.edits[0].doc}
        assert found.clusters == dict.fromkeys(both, tuple(both))


def test_a_child_alone_is_in_no_cluster_and_what_nobody_knows_is_no_child(database):
    take_in(database, [a_child(FIRST), said(OTHER, "event", mood="calm")])

    assert of(database, ids.person(FIRST)).clusters == {}
    assert of(database, OTHER).persons == ()
    assert of(database, ROW).persons == ()


def test_the_family_comes_along_with_its_cases_whoever_was_first(database):
    case = ids.case(ids.person(SECOND))
    take_in(
        database,
        [
            a_child(FIRST),
            a_child(SECOND, sibling_group=printed(FIRST)),
            a_child(THIRD, sibling_group=FIRST),
            a_child(FOURTH),
            said(case, "case", subject=ids.person(SECOND)),
        ],
    )
    family = {FIRST, SECOND, THIRD}

    for one in family:
        found = of(database, ids.person(one)).kin
        beside = {ids.person(other) for other in family - {one}}
        assert set(found) == (beside | {case} if one != SECOND else beside)


def test_other_cases_with_the_same_decision_are_named(database):
    cases = [ids.case(ids.person(one)) for one in (FIRST, SECOND, THIRD)]
    for reference, case in zip((FIRST, SECOND, THIRD), cases, strict=True):
        person = ids.person(reference)
        said_of = {"decision": ORDER} if reference != THIRD else {}
        take_in(
            database,
            [a_child(reference), said(case, "case", subject=person, **said_of)],
        )

    assert of(database, cases[0]).alike == {cases[1]}
    assert of(database, cases[2]).alike == frozenset()


def test_documents_come_with_the_persons_that_others_hang_on(database):
    case = ids.case(ids.person(FIRST))
    take_in(
        database,
        [
            a_child(FIRST),
            a_child(SECOND),
            said(case, "case", subject=ids.person(FIRST)),
            said(EVENT, "event", subject=ids.person(FIRST)),
            said(ROW, "need", parent=EVENT),
        ],
    )

    with database.reading() as session:
        views, persons = documents.with_persons(
            session, [ids.person(SECOND), OTHER], [ROW, OTHER]
        )
        alone, none = documents.with_persons(session, [ids.person(SECOND)], [])

    assert set(views) == {ids.person(FIRST), ids.person(SECOND), case}
    assert {doc: person.doc for doc, person in persons.items()} == {
        ROW: ids.person(FIRST)
    }
    assert (set(alone), none) == ({ids.person(SECOND)}, {})


def test_links_are_found_by_either_end_and_once(database):
    link = linked(FIRST, SECOND)
    take_in(database, [a_child(FIRST), a_child(SECOND), link])

    with database.reading() as session:
        connection = session.connection()
        for ends in ([FIRST], [SECOND], [FIRST, SECOND]):
            found = kinship.links_of(connection, set(map(ids.person, ends)))
            assert set(found) == {link.edits[0].doc}
        assert kinship.links_of(connection, {child(9)}) == {}
        assert kinship.links_of(connection, set()) == {}


def test_histories_of_documents_are_told_apart(database):
    children = [a_child(FIRST), a_child(SECOND)]
    voided = said(ids.person(SECOND), "person", **{DELETED: True})
    take_in(database, [*children, voided])

    with database.reading() as session:
        docs = [ids.person(FIRST), ids.person(SECOND), child(9)]
        found = documents.histories(session, docs)

    assert {doc: len(pasts) for doc, pasts in found.items()} == {
        ids.person(FIRST): 1,
        ids.person(SECOND): 2,
    }
    assert found[ids.person(SECOND)][0].change.id == voided.id


def test_a_peer_is_told_what_waits_for_it_but_its_own_and_no_further_than_counted(
    database,
):
    take_in(database, [a_child(FIRST)], peer="there/e1")
    take_in(database, [a_child(SECOND)], [a_child(THIRD)])
    with database.transaction() as session:
        for name, facts in {
            "there": {"epoch": "e1"},
            "new": {},
            "near": {"out_pos": 2, "last_ok": MORNING},
            "gone": {"revoked": MORNING},
        }.items():
            peers.write(session, Peer(id=name, site=f"site {name}", **facts))

    with database.reading() as session:
        found = {one.site: one for one in feed.lines(session)}

    assert {site: one.unsent for site, one in found.items()} == {
        "site near": 1,
        "site new": 3,
        "site there": 2,
    }
    assert list(found) == sorted(found)
    assert found["site near"].last_ok == MORNING


def test_authors_and_sites_are_named_together(database):
    with database.transaction() as session:
        olena = Person(id="ol", name="Олена", role="worker", site="truskavets")
        people.add(session, olena)
        devices.add(
            session,
            Device(
                id="dev-1",
                label="Планшет",
                site="truskavets",
                token_sha256=sha256(b"t").digest(),
                enrolled=MORNING,
            ),
        )
        title = {"uk": "Трускавець", "en": "Truskavets"}
        shown = {ids.site("truskavets"): {"name": "truskavets", "title": title}}
        sites.project(session.connection(), shown)

    with database.reading() as session:
        bare = naming.names(session)
        found = naming.names(session, {"ol", "nobody"}, ["dev-1"])

    assert (bare.people, bare.devices, bare.sources) == ({}, {}, ())
    assert bare.sites == found.sites == {"truskavets": title}
    assert found.people == {"ol": "Олена"}
    assert found.devices == {"dev-1": "Планшет"}


def test_files_say_their_size_and_start_until_something_is_made_of_them(database):
    made, raw = sha256(b"made").digest(), sha256(b"raw file").digest()
    with database.transaction() as session:
        blobs.add_all(session, {made: b"made", raw: b"raw file"})
        copies.keep(session, copies.Copy(made, "image/png", "picture"))

    with database.reading() as session:
        found = copies.beginnings(session, [made, raw, b"\0" * 32], 3)

    assert found == {
        made: copies.Beginning(4, b"", ("image/png", "picture")),
        raw: copies.Beginning(8, b"raw", None),
    }


def a_visit(session, persons):
    """Take in what says where a child of a family is, so that all are looked at."""
    change = said(ids.case(persons[0]), "case", subject=persons[0])
    ingest(session, [change], peer=None, received_ms=0, schema=forms.schema(session))


@pytest.mark.parametrize(
    "ask",
    [
        a_visit,
        lambda session, persons: whole.of(session, persons[0]),
        lambda session, persons: documents.with_persons(session, persons, persons),
        lambda session, persons: kinship.links_of(session.connection(), persons),
    ],
    ids=["a visit", "whole", "with persons", "links"],
)
def test_what_is_known_of_a_family_is_not_looked_for_among_all_children(file, ask):
    first, *others = [make("4KH", number) for number in range(30)]
    persons = [ids.person(one) for one in (first, *others)]
    named = [a_child(one, sibling_group=first) for one in others]
    take_in(file, [a_child(first), *named])

    with file.transaction() as session, told(session.connection()) as statements:
        ask(session, persons)

    steps = []
    with file.reading() as session:
        for statement in statements:
            if statement.startswith(("SELECT", "WITH")) and "'schema'" not in statement:
                rows = bulk.fetch(
                    session.connection(), f"EXPLAIN QUERY PLAN {statement}"
                )
                steps += [row[3] for row in rows]
    assert steps
    assert not [s for s in steps if s == "SCAN document" or "(kind=?)" in s]
