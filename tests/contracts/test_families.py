"""Whole families in stores: what is asked is what all changes amount to."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from kindred import CODES, Told, apart, case, going, person
from stores import take_in

from intake_server.storage import queue, rebuild
from sync.change import Write
from sync.merge.siblings import FAMILY, KIND

ORDERS = 6


@pytest.fixture
def told():
    made = Told()
    for number in range(4):
        made.child(number, **going("truskavets"))
    made.stay(0, "truskavets")
    made.stay(2, "truskavets")
    made.stay(1, "chernivtsi")
    return made


def asked(database):
    with database.reading() as session:
        assert rebuild.compare(session).different == ()
        found = queue.page(session, kind=KIND).items
        return {one.doc: one for one in found}


@pytest.mark.parametrize("seed", range(ORDERS))
def test_r01_every_order_asks_the_same(stores, told, seed):
    placed = told.of_case(3, **apart())
    told.sign(3, [placed.id], "u:st", "chernivtsi")
    changes = list(told.changes)
    chance = Random(seed)
    chance.shuffle(changes)
    cut = chance.randrange(len(changes))
    with stores.new() as database:
        take_in(database, changes[:cut], *([one] for one in changes[cut:]))

        found = asked(database)
        assert set(found) == {case(1), case(3)}
        assert found[case(3)].sites == ("chernivtsi", "truskavets")

        take_in(database, [told.sign(3, [placed.id], "u:ma", "truskavets")])
        assert set(asked(database)) == {case(1)}


def test_r01_a_child_who_leaves_the_family_takes_the_question_along(stores, told):
    told.of_case(3, **apart())
    with stores.new() as database:
        take_in(database, told.changes)
        assert case(3) in asked(database)

        gone = Write(f=FAMILY, v=None, p=(told.changes[3].id,))
        take_in(database, [told.say({(person(3), "person"): [gone]})])

        assert set(asked(database)) == {case(1)}


@pytest.mark.parametrize("other", [None, CODES[3]])
@pytest.mark.parametrize("one", [0, 1])
def test_r01_of_two_one_who_leaves_the_other_parts_nobody(stores, one, other):
    told = Told()
    for number in (0, 1, 3):
        told.child(number, family=number == 1)
    told.of_case(one, **apart())
    with stores.new() as database:
        take_in(database, told.changes)
        assert case(one) in asked(database)

        gone = Write(f=FAMILY, v=other, p=(told.changes[1].id,))
        take_in(database, [told.say({(person(1), "person"): [gone]})])

        assert case(0) not in asked(database)
        assert (case(one) in asked(database)) == (other is not None and one == 1)


def test_r01_a_form_that_is_taken_back_parts_nobody_and_may_part_again(stores, told):
    placed = told.of_case(3, **apart())
    with stores.new() as database:
        take_in(database, told.changes)

        for taken in (placed, told.changes[6], told.changes[3]):
            undo = told.undo(taken, taken.author)
            take_in(database, [undo])
            asked(database)
            take_in(database, [told.undo(undo, taken.author)])
            assert set(asked(database)) == {case(1), case(3)}


@pytest.mark.parametrize("doc", [(case(3), "case"), (person(3), "person")])
def test_r01_what_is_erased_parts_nobody(stores, told, doc):
    told.of_case(3, **apart())
    with stores.new() as database:
        take_in(database, told.changes)
        saw = tuple(sorted(change.id for change in told.changes))

        erased = Write(f="_erased", v=True, saw=saw)
        take_in(database, [told.say({doc: [erased]}, role="")])

        assert set(asked(database)) == {case(1)}


def test_r01_two_who_write_on_two_children_do_not_miss_each_other(stores, told):
    with stores.new() as database, ThreadPoolExecutor(4) as crowd:
        take_in(database, told.changes[:1])
        rest = [[change] for change in told.changes[1:]]
        rest.append([told.of_case(3, **apart())])
        list(crowd.map(lambda batch: take_in(database, batch), rest))

        assert set(asked(database)) == {case(1), case(3)}
