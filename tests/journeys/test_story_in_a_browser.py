"""The demo's story, with a browser on the screen of each who acts, and a picture a step.

``--pictures`` keeps the pictures for the README and the guides.
"""

from contextlib import contextmanager
from pathlib import Path

import pytest
from browsers import barriers
from photographs import MOST_BYTES, photograph

from forms.reference import printed
from intake_server.demo import play as story
from intake_server.demo.chance import Seeded
from intake_server.demo.moments import BEGINNING, StoryClock
from intake_server.demo.nodes import Setting
from intake_server.demo.people import (
    DANYLO,
    FAMILY,
    IVANKO,
    MARTA,
    OKSANA,
)
from intake_server.demo.scene import Scene
from intake_server.demo.steps import siblings
from intake_server.demo.steps.apart import LESS, MORE

pytestmark = pytest.mark.browser

KEPT = Path(__file__).parents[2] / "intake_server" / "static" / "help"
LETTER = "за випискою лікаря"
STEPS = {step.n: step for step in story.STORY}


@pytest.fixture
def stage(tmp_path):
    setting = Setting(
        folder=tmp_path, ports=(0, 0, 0), clock=StoryClock(BEGINNING), chance=Seeded
    )
    made = story.set_up(setting)
    yield made
    made.close()


@pytest.fixture
def album(request, tmp_path):
    keeps = request.config.getoption("--pictures")
    return Album(KEPT if keeps else tmp_path / "pictures")


@contextmanager
def screen(browser, stage, worker):
    """A window in which somebody has signed in."""
    context = browser.new_context(
        locale="uk-UA", viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.url_of = stage.nodes[worker.site].url
    code = stage.nodes[worker.site].invite(stage.people[worker.name.uk])
    page.goto(f"{page.url_of}/sign-in/{code}")
    page.locator("form[action*='/sign-in/'] button").first.click()
    page.wait_for_selector("nav a[href='/queue']")
    yield page
    context.close()


def tell(stage, n):
    played = story.play(stage, STEPS[n])
    assert played.is_ok, (n, played.scene.seen)


def decide(page, answer, reason):
    page.locator("#decision label.card", has_text=answer).first.click()
    page.locator("#field-reason").fill(reason)
    page.get_by_role("button", name="Записати рішення").click()


def question(stage, cell):
    found = stage.kyiv.questions()
    return f"/queue/{next(one['qid'] for one in found if one['cell'] == cell)}"


class Album:
    """Where pictures are kept, each of a page that shuts nobody out."""

    def __init__(self, folder):
        self._folder = folder

    def keep(self, page, name, at=""):
        if at:
            page.locator(at).first.scroll_into_view_if_needed()
        assert barriers(page) == [], name
        path = self._folder / f"{name}.png"
        photograph(page, path)
        assert path.stat().st_size <= MOST_BYTES, name


def siblings_arrive(stage, marta, album):
    marta.goto(f"{marta.url_of}/day")
    album.keep(marta, "arrivals")
    codes = [printed(stage.references[child.spoken.uk]) for child in FAMILY]
    for code in codes:
        row = marta.locator("section[aria-labelledby=arrivals] li", has_text=code)
        row.get_by_role("button", name="Прийняти").click()
        marta.wait_for_load_state()
    board = marta.locator("section[aria-labelledby=arrivals]").inner_text()
    assert [code for code in codes if code in board] == []

    scene = Scene()
    siblings.place_apart(stage, scene)
    siblings.see_everywhere(stage, scene)
    assert scene.is_held, scene.seen
    marta.goto(f"{marta.url_of}/day")
    pending = marta.locator("#apart")
    assert printed(stage.references[IVANKO.spoken.uk]) in pending.inner_text()
    pending.locator("a").first.click()
    marta.locator("label.card", has_text="Окремо: підписую").wait_for()
    album.keep(marta, "apart")


def two_decide(browser, stage, oksana, album):
    medication = question(stage, "medication")
    with screen(browser, stage, OKSANA) as stale:
        stale.goto(stale.url_of + medication)
        oksana.goto(oksana.url_of + medication)
        oksana.locator("label.card", has_text=MORE).first.click()
        oksana.locator("#preview", has_text=MORE).wait_for()
        album.keep(oksana, "clash")
        stage.clock.advance(minutes=3)
        decide(oksana, MORE, LETTER)
        oksana.wait_for_selector("text=Вирішено:")
        decide(stale, LESS, "як у першій формі")
        stale.locator("[role=alert]").wait_for()
        assert MORE in stale.locator("main").inner_text()
        album.keep(stale, "faster")
    stage.exchange()
    return medication


def taken_back(stage, oksana, medication, album):
    oksana.goto(oksana.url_of + medication)
    undo = oksana.locator("details.undo").first
    undo.locator("summary").click()
    undo.locator("input[name=reason]").fill("виписка була на іншу дитину")
    undo.locator("button").click()
    oksana.wait_for_load_state()
    stage.exchange()
    oksana.goto(oksana.url_of + question(stage, "medication"))
    shown = oksana.locator("main").inner_text()
    assert LESS in shown
    assert MORE in shown
    decide(oksana, MORE, "за новою випискою")
    oksana.wait_for_load_state()
    child = f"{oksana.url_of}/children/{stage.person(DANYLO.spoken)}"
    oksana.goto(f"{child}?field=medication#history")
    assert "відкликано" in oksana.locator("#history").inner_text().casefold()
    album.keep(oksana, "history", at="#history")


def test_the_story_in_a_browser(browser, stage, album):
    for n in (1, 2, 3):
        tell(stage, n)
    with screen(browser, stage, MARTA) as marta:
        siblings_arrive(stage, marta, album)
    for n in (5, 6, 7, 8):
        tell(stage, n)
    with (
        screen(browser, stage, MARTA) as marta,
        screen(browser, stage, OKSANA) as oksana,
    ):
        oksana.goto(f"{oksana.url_of}/queue")
        album.keep(oksana, "questions")
        marta.goto(f"{marta.url_of}/children/{stage.person(DANYLO.spoken)}")
        album.keep(marta, "child")

        medication = two_decide(browser, stage, oksana, album)
        marta.goto(f"{marta.url_of}/decided")
        assert MORE in marta.locator("main").inner_text()
        album.keep(marta, "decided")
        oksana.goto(oksana.url_of + question(stage, "adult_able"))
        decide(oksana, "Так", "так, з підтримкою")
        oksana.wait_for_load_state()
        stage.exchange()
    tell(stage, 12)
    with screen(browser, stage, OKSANA) as oksana:
        oksana.goto(oksana.url_of + question(stage, "birth"))
        album.keep(oksana, "late")
        taken_back(stage, oksana, medication, album)

    stage.exchange()
    digests = {stage.windows[site].digest() for site in stage.nodes}
    assert len(digests) == 1
    assert {site: stage.nodes[site].verify() for site in stage.nodes} == {
        site: [] for site in stage.nodes
    }
