"""Unlinking: everything is as before, and what was written in between is listed."""

import pytest
from histories import SCHEMA, a_change, edits, histories
from hypothesis import given
from hypothesis import strategies as st

from sync import clock
from sync.change import Write
from sync.merge.fold import fold
from sync.merge.identity import edge_of
from sync.merge.parting import shared, written_in
from sync.merge.scenario import authored

LINK = "link:P1|P2"


def a_verdict(  # noqa: PLR0913 - what a verdict can say
    id_, verdict, *, hlc, preds=(), saw=None, pair=("P1", "P2"), author="u:x"
):
    writes = (
        Write(f="a", v=pair[0]),
        Write(f="b", v=pair[1]),
        Write(f="verdict", v=verdict, p=preds, saw=saw),
    )
    doc = f"link:{pair[0]}|{pair[1]}"
    facts = {"doc": doc, "kind": "link", "author": author}
    return a_change(id_, *writes, hlc=clock.text(hlc), **facts)


def a_name(id_, value, *, hlc, preds=(), doc="P1"):
    write = Write(f="surname", v=value, p=preds)
    return a_change(id_, write, doc=doc, hlc=clock.text(hlc))


def time_of(*changes):
    document = fold(changes, SCHEMA).documents[LINK]
    past = {
        change.id: head.version
        for change in changes
        if change.edits[0].doc == LINK
        for head in fold([change], SCHEMA).documents[LINK].cells["verdict"].ordered()
    }
    return shared(edge_of(document), past)


def listed(*changes, doc="P1"):
    time = time_of(*changes)
    known = fold(changes, SCHEMA).documents[doc]
    return [head.version.id for _, head in written_in(time, known)] if time else None


def test_r22_two_count_as_one_from_the_second_signature_on():
    first = a_verdict("s1", "proposed", hlc=20, saw=("old",), author="u:oksana")
    second = a_verdict("s2", "proposed", hlc=30, saw=("old",), author="u:bohdan")
    changes = (a_name("old", "Коваль", hlc=50), a_name("new", "Х", hlc=35))
    parted = a_verdict("d", "different", hlc=40, preds=("s1", "s2"), saw=("old",))

    assert listed(first, second, *changes, parted) == ["new"]


def test_r22_what_stood_beside_a_signature_that_was_refused_is_not_listed():
    first = a_verdict("s1", "proposed", hlc=20, saw=(), author="u:oksana")
    refused = a_verdict("d1", "different", hlc=30, preds=("s1",), author="u:bohdan")
    again = a_verdict("s2", "proposed", hlc=40, saw=(), author="u:bohdan")
    parted = a_verdict("d2", "different", hlc=60, preds=("d1", "s2"))

    assert listed(first, refused, again, a_name("n", "Х", hlc=50), parted) is None


def test_what_was_written_in_between_is_listed_whatever_the_clocks_say():
    changes = (
        a_name("old", "Коваль", hlc=50),
        a_verdict("s", "same", hlc=20, saw=("old",)),
        a_name("new", "Ковальчук", hlc=1, preds=("old",)),
        a_verdict("d", "different", hlc=10, preds=("s",), saw=("new",)),
        a_name("later", "Х", hlc=15, doc="P2"),
    )

    assert listed(*changes) == ["new"]
    assert listed(*changes, doc="P2") == []


def test_what_neither_had_seen_is_judged_by_its_clock():
    verdicts = (
        a_verdict("s", "same", hlc=20, saw=()),
        a_verdict("d", "different", hlc=40, preds=("s",), saw=()),
    )

    for hlc, expected in ((10, []), (30, ["late"]), (50, [])):
        assert listed(*verdicts, a_name("late", "Коваль", hlc=hlc)) == expected


def test_verdicts_that_say_nothing_of_what_they_saw_are_judged_by_clocks():
    verdicts = (
        a_verdict("s", "same", hlc=20),
        a_verdict("d", "different", hlc=40, preds=("s",)),
    )

    assert listed(*verdicts, a_name("old", "Коваль", hlc=10)) == []
    assert listed(*verdicts, a_name("new", "Коваль", hlc=30)) == ["new"]


def test_an_answer_that_somebody_wrote_anew_since_is_sorted():
    changes = (
        a_verdict("s", "same", hlc=20, saw=()),
        a_name("new", "Коваль", hlc=30),
        a_verdict("d", "different", hlc=40, preds=("s",), saw=("new",)),
        a_name("sorted", "Коваль", hlc=50, preds=("new",)),
    )

    assert listed(*changes) == []


def test_a_second_no_lists_nothing_that_was_written_after_the_first():
    changes = (
        a_verdict("s", "same", hlc=20, saw=()),
        a_verdict("d", "different", hlc=40, preds=("s",), saw=()),
        a_name("later", "Коваль", hlc=50),
        a_verdict("d2", "different", hlc=60, preds=("d",), saw=("later",)),
    )

    assert listed(*changes) == []


def test_only_the_newest_time_together_counts():
    changes = (
        a_verdict("s", "same", hlc=10, saw=()),
        a_name("first", "Коваль", hlc=15),
        a_verdict("d", "different", hlc=20, preds=("s",), saw=("first",)),
        a_verdict("s2", "same", hlc=30, preds=("d",), saw=("first",)),
        a_name("second", "Х", hlc=35, doc="P2"),
        a_verdict("d2", "different", hlc=40, preds=("s2",), saw=("first", "second")),
    )

    assert listed(*changes) == []
    assert listed(*changes, doc="P2") == ["second"]


@pytest.mark.parametrize(
    "verdicts",
    [
        pytest.param((a_verdict("s", "same", hlc=1),), id="linked"),
        pytest.param((a_verdict("d", "different", hlc=1),), id="never linked"),
        pytest.param(
            (a_verdict("s", "same", hlc=1), a_verdict("d", "different", hlc=2)),
            id="in question",
        ),
        pytest.param(
            (a_verdict("d", "different", hlc=2, preds=("s",)),), id="not arrived"
        ),
    ],
)
def test_who_was_not_parted_has_nothing_to_sort(verdicts):
    assert time_of(*verdicts) is None


@given(st.data())
def test_unlinking_restores_everything_but_what_was_written_meanwhile(data):
    """I12, for any edits before, in between and after."""
    documents = ("P1", "P2")
    acts = ("set", "add", "delete")
    said = data.draw(edits(most=8, acts=acts, documents=documents))
    start = data.draw(st.integers(0, len(said)))
    end = data.draw(st.integers(start, len(said)))
    changes = authored(said, SCHEMA)
    saw = [
        tuple(sorted(_heads(changes[:number], documents))) for number in (start, end)
    ]
    same = a_verdict("x1", "same", hlc=data.draw(st.integers(0, 4)), saw=saw[0])
    different = a_verdict(
        "x2",
        "different",
        hlc=data.draw(st.integers(0, 4)),
        preds=("x1",),
        saw=saw[1],
    )
    meanwhile = [*changes[:start], same, *changes[start:end], different]

    linked = fold(meanwhile[:-1], SCHEMA)
    parted = fold([*meanwhile, *changes[end:]], SCHEMA)
    never = fold(changes, SCHEMA)

    assert linked.identity.clusters == (("P1", "P2"),)
    assert parted.identity.clusters == ()
    assert {d: v for d, v in parted.views.items() if d != LINK} == never.views
    assert parted.items == never.items
    written = {change.id for change in changes[start:end]}
    for doc in documents & parted.documents.keys():
        listed = {head.version.id for _, head in _unsorted(parted, doc, meanwhile)}
        stands = _heads(changes, (doc,))
        assert listed & (set(saw[0]) | set(saw[1])) <= written
        assert stands & written & set(saw[1]) <= listed


@given(histories(), st.sampled_from((("P1", "P2"), ("P2", "P3"))))
def test_a_pair_with_both_verdicts_joins_nothing_and_blocks_nothing(changes, pair):
    doc = f"link:{pair[0]}|{pair[1]}"
    others = [c for c in changes if all(edit.doc != doc for edit in c.edits)]
    both = (
        a_verdict("y1", "same", hlc=0, pair=pair),
        a_verdict("y2", "different", hlc=9, pair=pair),
    )

    without, with_both = fold(others, SCHEMA), fold([*others, *both], SCHEMA)

    assert with_both.identity.clusters == without.identity.clusters
    assert with_both.identity.aliases == without.identity.aliases
    asked = [item for item in with_both.items if item not in without.items]
    assert [(item.kind, item.doc) for item in asked] == [("link_conflict", doc)]


def _heads(changes, documents):
    known = fold(changes, SCHEMA).documents
    return {
        head.version.id
        for doc in documents
        if doc in known
        for state in known[doc].cells.values()
        for head in state.ordered()
    }


def _unsorted(picture, doc, changes):
    verdicts = [change for change in changes if change.edits[0].doc == LINK]
    return written_in(time_of(*verdicts), picture.documents[doc])
