"""What each policy shows and asks, by example."""

from itertools import pairwise

import pytest
from histories import a_head, nobody

from sync.merge.policies import Contested, Settled, decide
from sync.merge.schema import rule

CASE = {
    "policy": "lattice",
    "states": ["open", "closed", "deceased"],
    "edges": [["open", "closed"], ["closed", "deceased"]],
    "guarded": ["deceased"],
}
WISH = {
    "policy": "lattice",
    "states": ["given", "partial", "deferred", "refused"],
    "edges": [
        ["given", "partial"],
        ["given", "deferred"],
        ["partial", "refused"],
        ["deferred", "refused"],
    ],
    "conflict_display": "join",
}
DIAMOND_WITH_GUARD = WISH | {"guarded": ["refused"]}
FORK = WISH | {
    "states": ["a", "b", "c", "d"],
    "edges": [["a", "c"], ["b", "c"], ["a", "d"], ["b", "d"]],
}


def decided(spec, *heads):
    return decide(heads, rule("x", spec), nobody)


@pytest.mark.parametrize(
    ("spec", "values", "shown", "is_asked"),
    [
        pytest.param({}, ["А", "А "], "А ", False, id="review-equal"),
        pytest.param({}, ["А", "Б"], "Б", True, id="review-different"),
        pytest.param({}, ["А", None], None, True, id="review-cleared"),
        pytest.param({"policy": "once"}, ["А", "Б"], "Б", True, id="once"),
        pytest.param({"display": "base"}, ["А", "Б"], None, True, id="base-unknown"),
        pytest.param({"policy": "lww"}, ["А", None], None, False, id="lww-cleared"),
        pytest.param(CASE, ["open", "closed"], "closed", False, id="above"),
        pytest.param(CASE, ["closed", None], "closed", False, id="null-is-below"),
        pytest.param(CASE, ["deceased", "open"], "open", True, id="guarded-not-shown"),
        pytest.param(CASE, ["deceased", "deceased"], "deceased", False, id="guarded-agreed"),
        pytest.param(WISH, ["partial", "deferred"], "refused", True, id="join"),
        pytest.param(WISH, ["partial", "deferred", None], "refused", True, id="join-null"),
        pytest.param(DIAMOND_WITH_GUARD, ["partial", "deferred"], "deferred", True, id="guarded-join"),
        pytest.param(FORK, ["a", "b"], "b", True, id="no-least-bound"),
        pytest.param({"policy": "meet"}, [["a", "b"], ["b", "a"]], ["b", "a"], False, id="same-list"),
        pytest.param({"policy": "meet"}, [["b", "a"], ["a", "c"]], ["a"], True, id="meet"),
        pytest.param({"policy": "meet"}, [["a"], None], [], True, id="meet-null"),
        pytest.param({"policy": "min"}, [None, 3, 2], 2, False, id="min-ignores-null"),
        pytest.param({"policy": "max"}, [None, None], None, False, id="max-of-nothing"),
        pytest.param({"policy": "max", "type": "decimal"}, ["9", "10"], "10", False, id="max"),
        pytest.param({"policy": "set"}, [True, False], True, False, id="add-wins"),
        pytest.param({"policy": "set", "bias": "remove"}, [False, True], False, False, id="remove-wins"),
        pytest.param({"policy": "set", "review_mixed": True}, [True, False], True, True, id="mixed"),
        pytest.param({"policy": "set", "review_mixed": True}, [True, True], True, False, id="agreed"),
    ],
)  # fmt: skip
def test_concurrent_answers(spec, values, shown, is_asked):
    heads = [a_head(f"c{n}", value, hlc=n) for n, value in enumerate(values)]

    outcome = decided(spec, *heads)

    assert outcome.value == shown
    assert isinstance(outcome, Contested) == is_asked


def test_a_guarded_state_that_only_differs_from_guarded_ones_is_not_shown():
    spec = CASE | {"guarded": ["closed", "deceased"]}

    outcome = decided(spec, a_head("a", "closed"), a_head("b", "deceased"))

    assert outcome == Contested(None, (a_head("a", "closed"), a_head("b", "deceased")))


def test_a_correction_is_asked_beside_an_advance():
    correction = a_head("a", "open", is_regress=True)

    assert isinstance(decided(CASE, correction, a_head("b", "closed")), Contested)


def test_a_correction_to_the_highest_answer_is_not_asked():
    correction = a_head("a", "closed", is_regress=True)

    outcome = decided(CASE, correction, a_head("b", "open"))

    assert outcome == Settled("closed", correction.version)


def test_only_the_best_evidence_is_asked_about():
    heads = [
        a_head("a", "А", src="document"),
        a_head("b", "Б", src="document"),
        a_head("c", "В", src="guardian", hlc=9),
    ]

    outcome = decided({"policy": "authority"}, *heads)

    assert outcome == Contested("Б", tuple(heads[:2]), heads[1].version)


GRADES = ("document", "guardian", "self_report", "occupation_document", "estimate")


@pytest.mark.parametrize(("better", "worse"), list(pairwise(GRADES)))
def test_grades_of_evidence_stand_in_this_order(better, worse):
    heads = (a_head("a", "А", src=better), a_head("b", "Б", src=worse, hlc=9))

    assert decided({"policy": "authority"}, *heads).value == "А"


@pytest.mark.parametrize("src", [None, "rumour"])
def test_what_says_nothing_of_its_source_is_self_report(src):
    heads = (a_head("a", "А", src=src), a_head("b", "Б", src="self_report", hlc=9))

    assert isinstance(decided({"policy": "authority"}, *heads), Contested)
