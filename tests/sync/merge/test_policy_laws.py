"""Laws that hold for every policy there is and every one to come."""

import pytest
from histories import a_head, nobody
from hypothesis import given
from hypothesis import strategies as st

from sync.merge.policies import POLICIES, Contested, value_key
from sync.merge.schema import POLICY_NAMES, rule

ORDER = {
    "states": ["low", "middle", "other", "high"],
    "edges": [
        ["low", "middle"],
        ["low", "other"],
        ["middle", "high"],
        ["other", "high"],
    ],
    "guarded": ["high"],
    "conflict_display": "join",
}
SPECS = {name: {"policy": name} for name in POLICY_NAMES} | {
    "lattice": {"policy": "lattice"} | ORDER
}
TEXTS = st.sampled_from(("А", " А", "Б", "В", None))
VALUES = {
    "lattice": st.sampled_from((*ORDER["states"], None)),
    "meet": st.none() | st.lists(st.sampled_from(("а", " а", "б")), max_size=3),
    "set": st.booleans() | st.none(),
    "min": st.sampled_from((1, 1.0, 2, None)),
    "max": st.sampled_from((1, 1.0, 2, None)),
}


@st.composite
def heads_of(draw, policy):
    count = draw(st.integers(2, 4))
    values = VALUES.get(policy, TEXTS)
    grades = st.sampled_from(("document", "estimate", None))
    return [
        a_head(
            f"c{number}",
            draw(values),
            hlc=draw(st.integers(0, 2)),
            src=draw(grades),
            is_regress=draw(st.booleans()),
        )
        for number in range(count)
    ]


def said(outcome):
    heads = outcome.heads if isinstance(outcome, Contested) else ()
    asked = sorted(heads, key=lambda head: head.version.id)
    return type(outcome), outcome.value, outcome.by, asked


def test_every_policy_that_can_be_declared_is_there():
    assert POLICIES.keys() == POLICY_NAMES


@pytest.mark.parametrize("policy", sorted(POLICIES))
@given(data=st.data())
def test_the_order_of_the_heads_does_not_matter(policy, data):
    declared = rule("x", SPECS[policy])
    heads = data.draw(heads_of(policy))
    shuffled = data.draw(st.permutations(heads))

    decide = POLICIES[policy]

    assert said(decide(shuffled, declared, nobody)) == said(
        decide(heads, declared, nobody)
    )


@pytest.mark.parametrize("policy", sorted(POLICIES))
@given(data=st.data())
def test_who_agrees_is_not_asked(policy, data):
    declared = rule("x", SPECS[policy])
    heads = data.draw(heads_of(policy))
    same = [
        head
        for head in heads
        if value_key(head, declared) == value_key(heads[0], declared)
    ]

    outcome = POLICIES[policy](same, declared, nobody)

    assert not isinstance(outcome, Contested)
    assert outcome.by in [head.version for head in same]
