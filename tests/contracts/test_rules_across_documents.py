"""A visit and the child it is compared with, in stores that many write to."""

from concurrent.futures import ThreadPoolExecutor, wait
from random import Random

import pytest
from chronicles import RULES, Chronicle, child, visit
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import take_in

from intake_server.storage import queue, rebuild
from intake_server.storage.forms import schema
from intake_server.storage.ingest import ingest
from sync.change import Write

LONG_ENOUGH_S = 0.4
ROUNDS = 10
TALE = 12


def a_child(on, *preds, number=0):
    return {(child(number), "person"): [Write(f="first_seen", v=on, p=preds)]}


def a_visit(on, number=0, of=0, **pointers):
    writes = [Write(f="on", v=on), Write(f="subject", v=child(of))]
    more = [Write(f=name, v=doc) for name, doc in pointers.items()]
    return {(visit(number), "event"): [*writes, *more]}


@pytest.fixture
def chronicle():
    return Chronicle(Random(3))


def asked(database):
    with database.reading() as session:
        assert rebuild.compare(session).different == ()
        found = queue.page(session, kind="rule").items
        return [(one.doc, one.cell, one.heads) for one in found]


def begun(database, change):
    """A transaction that has taken a change in and has not ended."""
    transaction = database.transaction()
    session = transaction.__enter__()
    ingest(session, [change], peer=None, received_ms=1, schema=schema(session))
    return transaction


def test_what_the_child_says_later_is_compared_with_the_visit(stores, chronicle):
    form, seen = chronicle.publish(), chronicle.add(a_visit("2023-01-01"))
    born = chronicle.add(a_child("2024-01-01"))
    with stores.new() as database:
        take_in(database, [form], [seen], [born])

        assert asked(database) == [
            (visit(0), "seen", tuple(sorted((seen.id, born.id))))
        ]

        take_in(database, [chronicle.add(a_child("2022-01-01", born.id))])

        assert asked(database) == []


def test_an_item_belongs_to_the_sites_of_both_documents(stores, chronicle):
    form, seen = chronicle.publish(), chronicle.add(a_visit("2023-01-01"))
    born = chronicle.add(a_child("2024-01-01"))
    with stores.new() as database:
        take_in(database, [born], [seen], [form])

        with database.reading() as session:
            (item,) = queue.page(session, kind="rule").items
            assert set(item.sites) == {seen.site, born.site}


def test_a_visit_that_moves_to_another_child_is_compared_anew(stores, chronicle):
    form, seen = chronicle.publish(), chronicle.add(a_visit("2023-01-01"))
    born = chronicle.add(a_child("2024-01-01"))
    moved = Write(f="subject", v=child(1), p=(seen.id,))
    with stores.new() as database:
        take_in(database, [form, seen, born])
        take_in(database, [chronicle.add({(visit(0), "event"): [moved]})])

        assert asked(database) == []


@pytest.mark.parametrize("is_child_first", [True, False])
def test_two_who_write_the_child_and_the_visit_do_not_miss_each_other(
    stores, chronicle, is_child_first
):
    form = chronicle.publish()
    pair = [chronicle.add(a_child("2024-01-01")), chronicle.add(a_visit("2023-01-01"))]
    first, second = pair if is_child_first else reversed(pair)
    with stores.new() as database, ThreadPoolExecutor(1) as other:
        take_in(database, [form])
        transaction = begun(database, first)
        late = other.submit(take_in, database, [second])
        done, _ = wait([late], LONG_ENOUGH_S)
        transaction.__exit__(None, None, None)
        late.result()

        assert not done
        assert len(asked(database)) == 1


def test_many_who_write_children_and_visits_at_once_leave_what_all_amount_to(
    stores, chronicle
):
    form = chronicle.publish()
    changes = []
    for number in range(ROUNDS):
        changes.append(chronicle.add(a_child("2024-01-01", number=number % 2)))
        parent = visit((number + 1) % 2)
        changes.append(
            chronicle.add(a_visit("2023-01-01", number % 2, number % 2, parent=parent))
        )
    with stores.new() as database, ThreadPoolExecutor(4) as crowd:
        take_in(database, [form])
        for _ in crowd.map(lambda change: take_in(database, [change]), changes):
            pass

        assert asked(database)


def a_tale(seed):
    """The form, then what is said of two children and two visits, often anew."""
    chance = Random(seed)
    tale = Chronicle(Random(seed + 1))
    tale.publish()
    days = ("2023-01-01", "2024-01-01")
    while len(tale.changes) < TALE:
        before = [change.id for change in tale.changes[1:]]
        known = tuple(before[-1:]) if chance.random() < 0.5 else ()
        day, number = chance.choice(days), chance.randrange(2)
        match chance.randrange(6):
            case 0 | 1:
                tale.add(a_child(day, *known, number=number))
            case 2 | 3:
                parent = visit(chance.randrange(2))
                edits = a_visit(day, number, chance.randrange(2), parent=parent)
                edits[visit(number), "event"].append(Write(f="due_on", v=day))
                tale.add(edits)
            case 4:
                doc = chance.choice(
                    ((child(number), "person"), (visit(number), "event"))
                )
                tale.add({doc: [Write(f="_deleted", v=True, saw=tuple(before))]})
            case _:
                rule = chance.choice(("seen", "due"))
                saw = chance.sample(before, k=min(len(before), 2))
                said = Write(f=f"_dismiss:{rule}", v=sorted(saw))
                tale.add({(visit(number), "event"): [said]})
    return tale.changes


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 32), data=st.data())
def test_one_change_after_the_other_leaves_what_all_amount_to(stores, seed, data):
    form, *said = a_tale(seed)
    order = data.draw(st.permutations(said))
    with stores.new() as database:
        take_in(database, [form], *([change] for change in order))

        asked(database)


def test_the_rules_of_the_chronicles_compare_across_documents():
    assert {rule.get("of") for rule in RULES["rules"]} == {None, "subject", "parent"}
