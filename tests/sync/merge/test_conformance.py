"""The scenario files, through the incremental engine and the fold."""

import json
import runpy

import pytest
from stories import FOLDER

from sync.merge import conformance
from sync.merge.conformance import diverges, main, run
from sync.merge.fold import fold
from sync.merge.scenario import authored
from sync.merge.schema import Schema

FILE = FOLDER / "dev.json"
CONTENT = json.loads(FILE.read_text(encoding="utf-8"))
SCHEMA = Schema.from_json(CONTENT["schema"])
SCENARIOS = {scenario["id"]: scenario for scenario in CONTENT["scenarios"]}


def test_scenario_ends_the_same_in_every_order(story, scale):
    assert run(story.said, story.schema, orders=scale(200)) is None


def written(tmp_path, content):
    file = tmp_path / "scenarios.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return [str(file), "--orders", "3"]


def test_another_format_is_refused(capsys, tmp_path):
    assert main(written(tmp_path, {"format": "other"})) == 1
    assert "format" in capsys.readouterr().err


def test_an_unknown_policy_fails_every_scenario(capsys, tmp_path):
    schema = {"fields": {"surname": {"policy": "oracle"}}}

    status = main(written(tmp_path, CONTENT | {"schema": schema}))

    assert status == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 64 failed"


def test_a_file_that_holds_passes(capsys, tmp_path):
    two = CONTENT | {"scenarios": CONTENT["scenarios"][:2]}

    assert main(written(tmp_path, two)) == 0
    assert capsys.readouterr().out == "2 passed, 0 failed\n"


@pytest.mark.parametrize(
    ("expectation", "reason"),
    [
        ({"queue": []}, "unexpected items"),
        ({"queue": [{"type": "rule", "doc": "P1"}]}, "no item"),
        ({"queue": [{"type": "field_conflict", "candidates": ["Коваль"]}]}, "no item"),
        ({"clusters": [["P1", "P2"]]}, "clusters"),
        (
            {"after": [{"delivered": ["base"], "values": {"P1": {"surname": 1}}}]},
            "after",
        ),
    ],
)
def test_each_part_of_an_expectation_counts(expectation, reason):
    scenario = SCENARIOS["S004"]

    wrong = scenario | {"expect": scenario["expect"] | expectation}

    assert reason in (run(wrong, SCHEMA, orders=1) or "")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"seen": ["nobody"]}, "no edit"),
        ({"seen": ["b1"]}, "written later"),
        ({"dismiss": {"rule": "none", "doc": "P1"}}, "no rule"),
    ],
)
def test_an_edit_that_cannot_be_fails_the_scenario(wrong, reason):
    scenario = json.loads(json.dumps(SCENARIOS["S004"]))
    scenario["edits"][0] |= wrong

    assert reason in (run(scenario, SCHEMA, orders=1) or "")


def test_a_field_is_resolved_to_what_was_shown_when_no_value_is_given():
    scenario = json.loads(json.dumps(SCENARIOS["S004"]))
    decision = {"id": "r1", "site": "KYV", "hlc": 1, "doc": "P1", "seen": ["a1", "b1"]}
    scenario["edits"].append(decision | {"resolve": ["surname"]})
    scenario["expect"]["queue"] = []

    assert run(scenario, SCHEMA, orders=1) is None


def test_a_wrong_expectation_fails(capsys, tmp_path):
    wrong = json.loads(FILE.read_text(encoding="utf-8"))
    wrong["scenarios"] = wrong["scenarios"][:2]
    wrong["scenarios"][0]["expect"]["values"]["P1"]["surname"] = "Інше"

    status = main(written(tmp_path, wrong))

    assert status == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("scenario", "weather"),
        ("edits", "improvise"),
        ("expect", "mood"),
        ("queue", "colour"),
    ],
)
def test_an_unknown_key_fails_the_scenario(place, key):
    scenario = json.loads(json.dumps(SCENARIOS["S004"]))
    targets = {
        "scenario": scenario,
        "edits": scenario["edits"][0],
        "expect": scenario["expect"],
        "queue": scenario["expect"]["queue"][0],
    }
    targets[place][key] = True

    assert key in (run(scenario, SCHEMA, orders=1) or "")


def test_an_engine_that_ends_elsewhere_than_the_fold_is_told():
    changes = authored(SCENARIOS["S004"]["edits"], SCHEMA)

    assert diverges(changes, fold(changes, SCHEMA), SCHEMA, orders=1) is None
    assert "a1" in diverges(changes, fold(changes[:1], SCHEMA), SCHEMA, orders=1)


def test_it_runs_as_a_program(capsys, monkeypatch, tmp_path):
    two = CONTENT | {"scenarios": CONTENT["scenarios"][:2]}
    monkeypatch.setattr("sys.argv", ["conformance", *written(tmp_path, two)])

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(conformance.__file__, run_name="__main__")

    assert ended.value.code == 0
    assert capsys.readouterr().out == "2 passed, 0 failed\n"
