"""Whose turn it is while people talk about a question."""

import pytest

from sync.merge.cells import CellState, Document, Head, Version
from sync.merge.talk import (
    ANSWER,
    ASK,
    COMMENT,
    OBJECT,
    TALK,
    Entry,
    about,
    objections,
    turn,
)


def said(verb, site, author, to=""):
    return Entry(
        verb=verb, about="medication", text="…", site=site, to=to, author=author
    )


IRYNA_ASKS = said(ASK, "kyiv", "u:iryna", to="truskavets")
MARTA_ANSWERS = said(ANSWER, "truskavets", "u:marta")


@pytest.mark.parametrize(
    ("entries", "whose"),
    [
        pytest.param([], None, id="nobody-said-anything"),
        pytest.param([said(COMMENT, "kyiv", "u:iryna")], None, id="a-comment"),
        pytest.param([IRYNA_ASKS], "site:truskavets", id="asked"),
        pytest.param(
            [IRYNA_ASKS, said(COMMENT, "chernivtsi", "u:stepan")],
            "site:truskavets",
            id="others-do-not-answer",
        ),
        pytest.param(
            [IRYNA_ASKS, said(ANSWER, "chernivtsi", "u:stepan")],
            "site:truskavets",
            id="nor-does-another-site",
        ),
        pytest.param([IRYNA_ASKS, MARTA_ANSWERS], "u:iryna", id="answered"),
        pytest.param(
            [IRYNA_ASKS, MARTA_ANSWERS, said(COMMENT, "kyiv", "u:iryna")],
            None,
            id="taken-note-of",
        ),
        pytest.param(
            [IRYNA_ASKS, MARTA_ANSWERS, IRYNA_ASKS], "site:truskavets", id="asked-again"
        ),
    ],
)
def test_whose_turn_it_is(entries, whose):
    assert turn(entries) == whose


def test_an_entry_is_read_as_it_was_written():
    shown = {"value": IRYNA_ASKS.value, "author": "u:iryna", "at": "2026-11-22"}

    (entry,) = about({TALK: [shown]}, "medication")

    assert (entry.verb, entry.to, entry.site) == (ASK, "truskavets", "kyiv")
    assert (entry.text, entry.author, entry.at) == ("…", "u:iryna", "2026-11-22")
    assert about({TALK: [shown]}, "allergies") == ()


@pytest.mark.parametrize(
    "odd", [None, "text", [None], [{"value": "x"}], [{"value": {"say": "shout"}}]]
)
def test_what_is_no_entry_is_left_out(odd):
    assert about({TALK: odd}, "medication") == ()


def document(**entries):
    heads = {
        f"talk/{mark}": CellState({mark: Head(Version(id=mark, value=value))})
        for mark, value in entries.items()
    }
    return Document("case", {**heads, "medication": CellState()})


def test_an_objection_stands_until_it_is_answered():
    objects = said(OBJECT, "truskavets", "u:marta").value
    answers = {"say": ANSWER, "about": "talk/a", "text": "…"}

    asked = objections(document(a=objects, b=None))

    assert [(cell, entry.about) for cell, entry, _ in asked] == [
        ("talk/a", "medication")
    ]
    assert objections(document(a=objects, b=answers)) == ()
