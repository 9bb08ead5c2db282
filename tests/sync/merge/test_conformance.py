"""The scenario files, through the incremental engine and the fold."""

import json

import pytest
from repository import ROOT

from sync.merge.conformance import main, run
from sync.merge.schema import Schema

FILE = ROOT / "tests" / "vectors" / "scenarios" / "dev.json"
CONTENT = json.loads(FILE.read_text(encoding="utf-8"))
SCHEMA = Schema.from_json(CONTENT["schema"])
SCENARIOS = {scenario["id"]: scenario for scenario in CONTENT["scenarios"]}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_ends_the_same_in_every_order(name, scale):
    assert run(SCENARIOS[name], SCHEMA, orders=scale(200)) is None


def test_a_wrong_expectation_fails(capsys, tmp_path):
    wrong = json.loads(FILE.read_text(encoding="utf-8"))
    wrong["scenarios"] = wrong["scenarios"][:2]
    wrong["scenarios"][0]["expect"]["values"]["P1"]["surname"] = "Інше"
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong), encoding="utf-8")

    status = main([str(file), "--orders", "3"])

    assert status == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    ("place", "key"), [("edits", "improvise"), ("expect", "mood"), ("queue", "colour")]
)
def test_an_unknown_key_fails_the_scenario(place, key):
    scenario = json.loads(json.dumps(SCENARIOS["S004"]))
    targets = {
        "edits": scenario["edits"][0],
        "expect": scenario["expect"],
        "queue": scenario["expect"]["queue"][0],
    }
    targets[place][key] = True

    assert key in (run(scenario, SCHEMA, orders=1) or "")
