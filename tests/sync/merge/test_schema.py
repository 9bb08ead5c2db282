"""Merge rules as forms publish them."""

import pytest

from sync.errors import SchemaError
from sync.merge.schema import Schema, rule


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"policy": "oracle"}, "policy"),
        ({"type": "colour"}, "type"),
        ({"colour": 1}, "colour"),
        ({"display": "newest"}, "display"),
        ({"conflict_display": "newest"}, "conflict_display"),
        ({"policy": "set", "bias": "maybe"}, "bias"),
        ({"policy": "lattice", "states": ["a"], "edges": [["a", "b"]]}, "not listed"),
        ({"policy": "lattice", "states": ["a"], "edges": [["b", "a"]]}, "not listed"),
        ({"policy": "lattice", "states": ["a"], "guarded": ["b"]}, "guarded"),
        (
            {
                "policy": "lattice",
                "states": ["a", "b"],
                "edges": [["a", "b"], ["b", "a"]],
            },
            "cycle",
        ),
    ],
)
def test_a_rule_that_does_not_hold_is_refused_with_its_name(spec, reason):
    with pytest.raises(SchemaError, match=reason) as refused:
        rule("height", spec)

    assert refused.value.name == "height"


@pytest.mark.parametrize(
    "check",
    [
        {"id": "r", "a": "x", "op": "~", "b": "y"},
        {"id": "r", "a": "x", "op": "<"},
        {"a": "x", "op": "<", "b": "y", "c": "z"},
    ],
)
def test_a_check_that_nobody_can_run_is_refused(check):
    with pytest.raises(SchemaError):
        Schema.from_json({"rules": [check]})


def test_what_nobody_declared_is_reviewed():
    unknown = Schema({}).rule("shelter_code")

    assert (unknown.policy, unknown.is_declared) == ("review", False)


def test_an_order_reaches_through_its_edges():
    edges = [["a", "b"], ["b", "d"], ["a", "c"], ["c", "d"]]
    order = rule(
        "x", {"policy": "lattice", "states": list("abcd"), "edges": edges}
    ).order

    assert order.is_below("a", "d")
    assert order.is_below(None, "a")
    assert not order.is_below(None, None)
    assert not order.is_below("b", "c")
    assert order.join(frozenset("bc")) == "d"
