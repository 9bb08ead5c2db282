"""Taking back what was written: the laws of undo."""

from functools import reduce

from histories import SCHEMA, a_change, edits
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.change import Write
from sync.merge.cells import Version, undone
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.scenario import authored

DEEP = 20_000


def an_undo(id_, said, *ids):
    """Whoever wrote the last of them takes them back, having seen everything."""
    site = next(edit["site"] for edit in said if edit["id"] == ids[-1])
    seen = [edit["id"] for edit in said]
    facts = {"site": site, "hlc": 9, "doc": "P1"}
    return {"id": id_, "seen": seen, "undo": list(ids)} | facts


def seen_by_all(picture):
    """What people see and are asked, but for changes that are set aside."""
    items = [item for item in picture.items if item.kind != "quarantine"]
    views = {doc: view for doc, view in picture.views.items() if view.heads}
    return views, items, picture.identity


CALM = ("set", "set", "add", "delete", "dismiss", "undo")


@given(edits(acts=CALM), st.data())
def test_undoing_ones_last_word_restores_what_was_before(said, data):
    """Undo restores."""
    before = fold(authored(said, SCHEMA), SCHEMA)
    seen = data.draw(st.lists(st.sampled_from([e["id"] for e in said]), unique=True))
    last = data.draw(edits(acts=("set", "add", "delete"), most=1))[0]
    last |= {"id": "y", "seen": seen}
    last = {key: value for key, value in last.items() if key not in ("log", "seq")}

    told = [*said, last, an_undo("z", [*said, last], "y")]
    after = fold(authored(told, SCHEMA), SCHEMA)

    assert seen_by_all(after) == seen_by_all(before)


@given(edits(acts=CALM), st.data())
def test_undoing_an_undo_brings_back_what_it_took(said, data):
    """Undo of undo is redo."""
    taken = data.draw(st.sampled_from([edit["id"] for edit in said]))
    before = fold(authored(said, SCHEMA), SCHEMA)
    once = [*said, an_undo("y", said, taken)]

    twice = [*once, an_undo("z", once, "y")]
    after = fold(authored(twice, SCHEMA), SCHEMA)

    assert seen_by_all(after) == seen_by_all(before)


@given(edits(acts=("set", "add", "delete", "dismiss", "undo", "undo", "undo"), most=9))
def test_an_undo_may_come_before_what_it_undoes(said):
    """Undo is free of order (I2)."""
    changes = authored(said, SCHEMA)

    whole = fold(changes, SCHEMA)
    backwards = reduce(apply, reversed(changes), State(SCHEMA))

    assert picture_of(backwards) == whole


@given(edits(acts=("set", "set", "undo")), st.data())
def test_what_was_built_on_the_undone_stands_beside_what_is_restored(said, data):
    changes = authored(said, SCHEMA)
    written = {
        (change.id, edit.doc, write.cell): write
        for change in changes
        for edit in change.edits
        for write in edit.w or ()
    }
    picture = fold(changes, SCHEMA)
    assume(written)

    for (id_, doc, cell), write in written.items():
        said_here = {i: w for (i, d, c), w in written.items() if (d, c) == (doc, cell)}
        good = {i: w for i, w in said_here.items() if i not in picture.faults}
        gone = undone({i: Version(id=i, undoes=w.undoes) for i, w in good.items()})
        live = {i for i, w in good.items() if i not in gone and not w.undoes}
        named = {pred for i in live for pred in good[i].p}
        heads = picture.documents[doc].cells[cell].heads if good else {}
        if SCHEMA.rule(cell).policy != "authority":
            assert (id_ in heads) == (id_ in live - named), write


def test_a_long_chain_of_undos_is_followed_to_its_end():
    said = {"0": Version(id="0", value="А")} | {
        str(n): Version(id=str(n), undoes=(str(n - 1),)) for n in range(1, DEEP)
    }

    assert undone(said) == {str(n) for n in range(0, DEEP, 2)}


def test_a_ring_of_undos_does_nothing():
    said = {
        "a": Version(id="a", undoes=("b",)),
        "b": Version(id="b", undoes=("a",)),
        "c": Version(id="c", value="А"),
    }

    assert undone(said) == {"a", "b"}


def test_an_undone_answer_is_not_the_value_last_agreed_on():
    changes = [
        a_change("a1", Write(f="custody_order", v="тітка")),
        a_change("b1", Write(f="custody_order", v="баба", p=("a1",))),
        a_change("b2", Write(f="custody_order", v="дід", p=("a1",))),
    ]
    undo = a_change("u1", Write(f="custody_order", undoes=("a1",)))

    assert fold(changes, SCHEMA).views["P1"].values == {"custody_order": "тітка"}
    assert fold([*changes, undo], SCHEMA).views["P1"].values == {"custody_order": None}
