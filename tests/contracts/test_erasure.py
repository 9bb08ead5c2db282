"""What is erased stays erased, whatever comes when, and the tables do not tell when."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from random import Random

import pytest
from centres import BOHDAN, MORNING
from chronicles import Chronicle, batches, child, withheld
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import take_in

from intake_server.errors import LegalHoldError, NotFoundError
from intake_server.services import erasure
from intake_server.storage import changes, node, rebuild
from intake_server.storage.node import Node
from sync import change as kernel
from sync import clock
from sync.change import Write, compose
from sync.merge.cells import ERASED

LAWS = settings(max_examples=40, deadline=None)

KEPT = (
    "SELECT * FROM document ORDER BY doc",
    "SELECT * FROM queue ORDER BY qid",
    "SELECT * FROM alias ORDER BY doc",
    "SELECT * FROM body ORDER BY doc, change",
    "SELECT id, log, seq, code, envelope FROM change ORDER BY id",
)
"""All that nodes with the same changes hold alike."""


def kept(database):
    with database.reading() as session:
        connection = session.connection()
        return [
            [tuple(row) for row in connection.exec_driver_sql(query)] for query in KEPT
        ]


def asked(database):
    with database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT kind, doc FROM queue")
        return sorted(map(tuple, rows))


def differing(database):
    with database.reading() as session:
        return rebuild.compare(session).different


def a_change(number, *said, log="truskavets#1", role=""):
    """A change of the writes on each child: (1, write, write), (2, write)."""
    chance = Random(number)
    return compose(
        hlc=clock.at(1_772_000_000_000 + number),
        edits={(child(n), "person"): list(writes) for n, *writes in said},
        salts=lambda: chance.randbytes(16),
        log=log,
        seq=number,
        wall=f"2026-03-02T09:{number:02}:00+02:00",
        author="u:olena",
        role=role,
        site=log.partition("#")[0],
    )


FIRST = a_change(1, (1, Write(f="family_name", v="Шевченко")))
LATE = a_change(
    2,
    (1, Write(f="phone", v="050", p=(FIRST.id,))),
    (2, Write(f="family_name", v="Коваль")),
)
UNFIT = a_change(3, (1, Write(s="phone", e="", v=True)), (2, Write(f="phone", v="067")))
ERASURE = a_change(4, (1, Write(f=ERASED, v=True, saw=(FIRST.id,))), log="kyiv#1")
AGAIN = a_change(
    5,
    (1, Write(f=ERASED, v=True, p=(ERASURE.id,), saw=(FIRST.id, LATE.id, ERASURE.id))),
    log="kyiv#1",
)
STRANGER = a_change(6, (1, Write(f="phone", v="099")), log="chernivtsi#1")
FORBIDDEN = a_change(
    7,
    (1, Write(f=ERASED, v=True, saw=(FIRST.id, STRANGER.id), act="resolve")),
    role="worker",
)
ARRIVALS = {
    "edit": (FIRST, LATE, ERASURE),
    "withheld": (FIRST, withheld(LATE, child(1)), ERASURE),
    "both-copies": (LATE, withheld(LATE, child(1)), withheld(FIRST, child(1)), ERASURE),
    "unfit": (UNFIT, withheld(UNFIT, child(1)), ERASURE),
    "worker": (FIRST, STRANGER, FORBIDDEN),
    "twice": (LATE, ERASURE, AGAIN, withheld(ERASURE, child(1))),
}


def cuts(arrivals):
    """The arrivals one by one, all at once, and in two halves."""
    yield [[one] for one in arrivals]
    yield [arrivals]
    yield [arrivals[:2], arrivals[2:]]


@pytest.mark.parametrize("arrivals", ARRIVALS.values(), ids=ARRIVALS)
def test_no_order_of_edits_erasures_and_withheld_copies_makes_a_difference(
    stores, arrivals
):
    """I13: late edits do not bring anything back."""
    seen = []
    for order in permutations(arrivals):
        for parts in cuts(list(order)):
            with stores.new() as database:
                take_in(database, *parts)
                assert differing(database) == ()
                if kept(database) not in seen:
                    seen.append(kept(database))

    assert len(seen) == 1


@pytest.mark.parametrize(
    "copies",
    [
        (LATE, withheld(LATE, child(1))),
        (withheld(LATE, child(1)), LATE),
        (LATE,),
        (withheld(LATE, child(1)),),
        (LATE, UNFIT, withheld(UNFIT, child(1))),
    ],
)
@pytest.mark.parametrize("place", range(4))
def test_late_edits_of_an_erased_record_are_one_question(stores, copies, place):
    arrivals = [FIRST, *copies]
    arrivals.insert(place, ERASURE)
    with stores.new() as database:
        take_in(database, *([one] for one in arrivals))

        assert asked(database) == [("edit_on_erased", child(1))]


def test_content_that_comes_later_is_added_until_the_record_is_erased(stores):
    part = withheld(LATE, child(1))
    with stores.new() as database:
        told = take_in(database, [part], [part], [LATE], [LATE], [ERASURE], [LATE])

        assert [outcome.status for outcome in told] == [
            "stored",
            "duplicate",
            "stored",
            "duplicate",
            "stored",
            "duplicate",
        ]


def test_a_node_that_has_erased_passes_on_what_still_verifies(stores):
    every = (FIRST, LATE, UNFIT, ERASURE, AGAIN)
    with stores.new() as database, stores.new() as other:
        take_in(database, *([one] for one in every))
        with database.reading() as session:
            told = list(changes.all_of(session.connection()))

        assert [kernel.verify(change) for change in told] == [None] * len(every)
        assert {change.id for change in told} == {change.id for change in every}
        take_in(other, *([one] for one in told))
        assert kept(other) == kept(database)


def test_a_worker_erases_nothing(stores):
    with stores.new() as database:
        (outcome,) = take_in(database, [FORBIDDEN])

        assert (outcome.status, outcome.code) == ("quarantined", "owner:_erased")


def a_history(seed):
    """Changes among which erasures are frequent, and copies that withhold the erased."""
    chronicle = Chronicle(Random(seed), may_erase=False)
    chronicle.publish()
    for _ in range(chronicle.chance.randrange(3, 12)):
        chronicle.grow()
        if chronicle.chance.random() < 0.3:
            doc = child(chronicle.chance.randrange(chronicle.children))
            preds = [
                change.id
                for change in chronicle.changes
                if any(w.name == ERASED for e in change.edits for w in e.w)
                and change.edits[0].doc == doc
                and chronicle.chance.random() < 0.5
            ]
            write = Write(f=ERASED, v=True, p=tuple(preds), saw=chronicle._seen(doc))
            chronicle.add({(doc, "person"): [write]})
    erased = {
        edit.doc
        for change in chronicle.changes
        for edit in change.edits
        if any(write.name == ERASED for write in edit.w)
    }
    copies = [
        withheld(change, edit.doc)
        for change in chronicle.changes
        for edit in change.edits
        if edit.doc in erased and all(w.name != ERASED for w in edit.w)
    ]
    return chronicle.changes, copies


@LAWS
@given(data=st.data(), seed=st.integers(0, 1 << 32))
def test_the_tables_of_erased_records_are_a_function_of_the_set(stores, data, seed):
    every, copies = a_history(seed)
    with stores.new() as one, stores.new() as other:
        take_in(one, *data.draw(batches([*every, *copies])))
        take_in(other, *data.draw(batches(every)))

        assert kept(one) == kept(other)
        assert differing(one) == ()


@pytest.mark.parametrize("turn", range(4))
def test_a_hold_and_an_erasure_at_the_same_time_cannot_both_be(stores, turn):
    acts = [erasure.erase, erasure.hold]
    with stores.new() as database, ThreadPoolExecutor(2) as crowd:
        with database.transaction() as session:
            me = Node(id="kyiv", role="central", site="kyiv", log="kyiv#1", epoch="e")
            node.write(session, me)
        take_in(database, [FIRST])

        def try_to(act):
            try:
                return act(database, child(1), "вимога", by=BOHDAN, now=MORNING)
            except (LegalHoldError, NotFoundError):
                return None

        done = list(crowd.map(try_to, acts if turn % 2 else acts[::-1]))

        assert len([one for one in done if one]) == 1
        assert asked(database) == []
        assert differing(database) == ()
