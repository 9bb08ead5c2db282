"""Which writes are current, one arrival after another."""

from functools import reduce
from itertools import permutations

import pytest
from histories import SCHEMA, a_change
from msgspec.structs import replace

from sync.change import Edit, Write
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply


def after(*changes):
    return reduce(apply, changes, State(SCHEMA))


def two_documents(id_, first, second):
    return a_change(
        id_,
        edits=(
            Edit(doc="P1", type="person", w=first),
            Edit(doc="P2", type="person", w=second),
        ),
    )


def withheld(change, doc):
    edits = (replace(e, w=None) if e.doc == doc else e for e in change.edits)
    return replace(change, edits=tuple(edits))


GOOD = (Write(f="surname", v="Б", p=("c1",)), Write(f="phone", v="1"))
BAD = (Write(f="weight_kg", v="x"),)


@pytest.mark.parametrize("second", [GOOD[1:], BAD], ids=["good", "bad"])
def test_content_that_comes_late_counts_as_if_it_had_come_at_once(second):
    whole = two_documents("c2", GOOD, second)
    others = [
        a_change("c1", Write(f="surname", v="А")),
        a_change("c3", Write(f="surname", v="В", p=("c2",))),
    ]
    parts = [withheld(whole, "P1"), withheld(whole, "P2"), withheld(whole, "P2")]

    for arrivals in permutations([*others, *parts]):
        assert picture_of(after(*arrivals)) == fold([*others, whole], SCHEMA)
        assert fold(arrivals, SCHEMA) == fold([*others, whole], SCHEMA)


def test_a_change_of_which_all_is_withheld_says_nothing_yet():
    whole = two_documents("c1", GOOD, ())
    hidden = withheld(withheld(whole, "P1"), "P2")

    assert picture_of(after(hidden)).views == {}
    assert picture_of(after(hidden, whole)) == fold([whole], SCHEMA)


def test_a_state_is_not_altered_by_what_follows():
    before = after(a_change("c1", Write(f="surname", v="А")))
    picture = picture_of(before)

    apply(before, a_change("c2", Write(f="surname", v="Б", p=("c1",))))

    assert picture_of(before) == picture


def test_a_version_that_waits_for_two_waits_for_both():
    decision = a_change("c3", Write(f="surname", v="В", p=("c1", "c2")))
    first = a_change("c1", Write(f="surname", v="А"))
    elsewhere = a_change("c2", Write(f="weight_kg", v="x"))

    waiting = [
        state.documents["P1"].cells["surname"].heads["c3"].waiting
        for state in (
            after(decision),
            after(decision, first),
            after(decision, first, elsewhere),
        )
    ]

    assert waiting == [{"c1", "c2"}, {"c2"}, frozenset()]


def test_weaker_evidence_waiting_for_stronger_does_not_hide_it_when_it_comes():
    weak = a_change("c2", Write(f="origin", v="Б", p=("c1",), src="estimate"))
    strong = a_change("c1", Write(f="origin", v="А", src="document"))

    for order in ((weak, strong), (strong, weak)):
        heads = after(*order).documents["P1"].cells["origin"].heads

        assert heads.keys() == {"c1", "c2"}
