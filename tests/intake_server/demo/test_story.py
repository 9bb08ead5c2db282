"""The story that the demo plays, as a newcomer and a script see it."""

import json

import pytest
from programs import ended


def play(*words):
    done = ended("demo", "--once", *words)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def told(done):
    story = json.loads(done.stdout.splitlines()[-1])
    story.pop("seconds", None)
    for step in story["steps"]:
        step["seen"].pop("seconds", None)
    return story


def test_every_step_holds_and_every_telling_is_the_same():
    first, second = play("--json"), play("--json")

    assert (first.returncode, second.returncode) == (0, 0)
    story = told(first)
    assert [step["n"] for step in story["steps"]] == [
        *(1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14)
    ]
    assert all(step["ok"] for step in story["steps"])
    assert len(set(story["views"].values())) == 1
    assert story["phones"] == {"received": 7, "kept": 7}
    assert (story["overwritten"], story["lost"]) == (0, 0)
    assert told(second) == story


@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_story_is_told_in_words(language):
    done = play("--lang", language)

    assert done.returncode == 0
    assert "✗" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
