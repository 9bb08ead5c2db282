import click
import pytest

from intake_server.demo import telling
from intake_server.demo.play import STORY
from intake_server.demo.scene import Played, Scene, Step
from intake_server.web.language import Text


@pytest.mark.parametrize(
    ("seen", "uk", "en"),
    [
        pytest.param(None, "немає", "none", id="nothing"),
        pytest.param([], "немає", "none", id="empty"),
        pytest.param(0, "0", "0", id="zero"),
        pytest.param(
            ["truskavets", "kyiv"], "Трускавець, Київ", "Truskavets, Kyiv", id="towns"
        ),
        pytest.param({"contested": ["no", "yes"]}, "ні | так", "no | yes", id="both"),
        pytest.param(
            {"chernivtsi": 3}, "Чернівці: 3", "Chernivtsi: 3", id="by-one-town"
        ),
        pytest.param("ab" * 32, "abababababab", "abababababab", id="digest"),
        pytest.param("Хочу додому.", "«Хочу додому.»", "«Хочу додому.»", id="words"),
        pytest.param(
            {"kyiv": 1, "truskavets": 1, "chernivtsi": 1}, "1", "1", id="all-alike"
        ),
    ],
)
def test_what_was_seen_is_told_in_words(seen, uk, en):
    assert telling.shown(seen, "uk") == uk
    assert telling.shown(seen, "en") == en


def test_what_is_not_as_demanded_is_told_with_what_should_be():
    scene = Scene()
    scene.sees("questions", 1, 2, Text("питань: {}", "questions: {}"))
    played = Played(STORY[7], scene)

    told = click.unstyle(telling.outcome(played, "en"))

    assert told == "    ✗ questions: 1\n      should be: 2"
    assert not played.is_ok
    assert "8" in telling.ending([played], 0, "1", "en")


def test_a_step_in_which_nothing_was_looked_at_is_not_fine():
    assert not Played(STORY[0], Scene()).is_ok


def test_every_step_has_its_number_and_a_title_in_both_languages():
    assert [step.n for step in STORY] == list(range(1, 15))
    assert all(step.title.uk and step.title.en for step in STORY)


def test_a_step_that_is_not_told_yet_says_so():
    step = Step(n=4, title=Text("Прибуття", "Arrivals"), happens=Text("", ""))

    assert "іще не вміє" in telling.step(step, "uk")
