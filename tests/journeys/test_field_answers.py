"""A form filled in on the field client says what ODK Collect's engine says of it."""

import re
from datetime import datetime
from typing import Any

import pytest
from centres import Centre
from fillers import a_filler
from fillings import EVERY, as_of
from hands import Hands
from javarosa import Filled, asked_only
from lxml import etree
from stores import SqliteStores
from volunteers import until
from wanderings import KNOWN, TODAY, received

from forms.catalogue import shipped
from forms.definition import FormDefinition
from forms.places import lists

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:")

pytestmark = pytest.mark.javarosa


@pytest.fixture(scope="module")
def filler(browser, built):
    with a_filler(browser, built, timezone_id="UTC") as filler:
        yield filler


@pytest.fixture
def centres(tmp_path):
    stores = SqliteStores(tmp_path)
    with stores.new() as one, stores.new() as other:
        yield Centre(one), Centre(other)


def typed_in(filled: Filled, form: FormDefinition) -> dict[str, Any]:
    """Return what somebody gave, as texts; what the form computes is not among it."""

    def text(part: Any) -> Any:
        match part:
            case dict():
                return {name: text(inner) for name, inner in part.items()}
            case [dict(), *_]:
                return [text(row) for row in part]
            case list():
                return " ".join(part)
            case _:
                return "" if part is None else str(part)

    return text(asked_only(filled.everything(form), form))


def under_the_same_ids(xml: bytes, other: bytes) -> bytes:
    """Return answers under the ids and names of files that another filling has drawn.

    A moment may be told in the time of another place.
    """
    ours, theirs = etree.fromstring(xml), etree.fromstring(other)
    for mine, its in zip(moments(ours), moments(theirs), strict=True):
        assert datetime.fromisoformat(mine.text) == datetime.fromisoformat(its.text)
        mine.text = its.text
    for mine, its in zip(drawn(ours), drawn(theirs), strict=True):
        mine.text = its.text
    return etree.tostring(ours)


def moments(answers: Any) -> list[Any]:
    return [part for part in answers.iter("{*}*") if MOMENT.match(part.text or "")]


def drawn(answers: Any) -> list[Any]:
    names = ("_row", "instanceID")
    return [
        part
        for part in answers.iter("{*}*")
        if part.tag.endswith(names) or (part.text or "").endswith(".jpg")
    ]


@pytest.mark.parametrize("form_id", EVERY)
def test_it_says_what_the_engine_of_odk_collect_says(
    javarosa, filler, centres, form_id, scale
):
    form = shipped(form_id)
    for centre in centres:
        centre.publish(form)
    media = {one.name: lists.content(one.name) for one in form.media}
    answers = asked_only(as_of(TODAY, EVERY[form_id]), form.definition)
    filled = [javarosa.fill(form.xml, answers, media=media)]
    filled += [
        javarosa.wander(form.xml, seed, KNOWN, media=media) for seed in range(scale(2))
    ]

    for one in filled:
        said, faults = filler.fill(form_id, typed_in(one, form.definition))
        assert faults == []

        by_phone = received(centres[0], xml=one.xml)
        by_client = received(centres[1], xml=under_the_same_ids(said.xml, one.xml))
        assert by_client == by_phone


@pytest.mark.parametrize("form_id", EVERY)
def test_hands_on_the_screen_say_the_same(javarosa, filler, centres, form_id):
    form = shipped(form_id)
    for centre in centres:
        centre.publish(form)
    media = {one.name: lists.content(one.name) for one in form.media}
    answers = asked_only(as_of(TODAY, EVERY[form_id]), form.definition)
    for move in answers.get("moves", []):
        # Only month and year are asked of it.
        move |= {name: move[name][:8] + "01" for name in ("move_from", "move_to")}
    by_phone = javarosa.fill(form.xml, answers, media=media).xml

    filler.show(form_id)
    Hands(filler.page, form).fill(answers)
    assert filler.page.locator(".gaps").all_inner_texts() == []
    filler.page.locator(".foot button").last.tap()
    until(filler.page, lambda: filler.told["finished"])
    by_hand = under_the_same_ids(filler.last.xml, by_phone)
    filler.hide()

    assert received(centres[1], xml=by_hand) == received(centres[0], xml=by_phone)
