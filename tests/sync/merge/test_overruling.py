"""What became of a site's own answers: joined by a rule, or decided against."""

import pytest

from sync.merge.cells import CellState, Document, Head, Version
from sync.merge.overruling import decided, decisions, joined
from sync.merge.schema import Schema

SCHEMA = Schema.from_json(
    {
        "fields": {
            "risk": {
                "policy": "lattice",
                "states": ["no", "yes"],
                "edges": [["no", "yes"]],
            },
            "returned": {"policy": "min", "type": "date"},
            "allergies": {"policy": "set"},
            "medication": {"policy": "review"},
        }
    }
)


def version(id_, value, site, **more):
    return Version(id=id_, hlc=int(id_, 16), value=value, site=site, **more)


def a_document(cell, *versions):
    heads = {one.id: Head(one) for one in versions}
    return Document("case", {cell: CellState(heads)})


@pytest.mark.parametrize(
    ("cell", "own", "other", "is_overruled"),
    [
        pytest.param("risk", "no", "yes", True, id="the-higher-state-stands"),
        pytest.param("risk", "yes", "no", False, id="ones-own-stands"),
        pytest.param("risk", "yes", "yes", False, id="both-say-the-same"),
        pytest.param("returned", "2026-03-02", "2026-03-01", True, id="the-earlier"),
        pytest.param("allergies/nuts", False, True, True, id="what-was-added"),
        pytest.param("medication", "a", "b", False, id="a-question-is-asked"),
        pytest.param("_scope/kyiv", False, True, False, id="no-answer-of-people"),
    ],
)
def test_what_a_rule_lets_stand(cell, own, other, is_overruled):
    known = a_document(
        cell, version("1", own, "truskavets"), version("2", other, "chernivtsi")
    )

    found = list(joined(known, SCHEMA, "truskavets"))

    assert bool(found) is is_overruled
    assert list(joined(known, SCHEMA, "kharkiv")) == []


def test_a_decision_of_another_site_goes_against_what_it_supersedes():
    own = version("1", "300", "truskavets")
    decision = version("2", "500", "kyiv", preds=("1",), act="resolve")
    known = a_document("medication", decision)

    assert list(decisions(known, "truskavets")) == [("medication", decision)]
    assert list(decisions(known, "kyiv")) == []
    one = decided("medication", decision, {"1": own}, SCHEMA, "truskavets")
    assert one is not None
    assert (one.own, one.stands, one.policy) == (own, decision, "")


def test_a_decision_for_ones_own_answer_goes_against_nobody():
    own = version("1", "500", "truskavets")
    decision = version("2", "500", "kyiv", preds=("1",), act="resolve")

    assert decided("medication", decision, {"1": own}, SCHEMA, "truskavets") is None
    assert decided("medication", decision, {}, SCHEMA, "truskavets") is None


def test_a_site_does_not_overrule_itself():
    known = a_document(
        "risk", version("1", "yes", "truskavets"), version("2", "no", "truskavets")
    )

    assert list(joined(known, SCHEMA, "truskavets")) == []
