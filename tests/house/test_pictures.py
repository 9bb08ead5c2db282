"""The pictures of the README and the guides: each is there, small, and used."""

import re

import pytest
from photographs import MOST_BYTES, SIZE
from PIL import Image
from repository import ROOT

FOLDER = ROOT / "intake_server" / "static" / "help"
TEMPLATES = ROOT / "intake_server" / "templates"
MOST = 12
THERE = {path.stem: path for path in sorted(FOLDER.iterdir())}


def named():
    """Return the pictures that the README and the guides name."""
    readme = (ROOT / "README.md").read_text("utf-8")
    found = set(re.findall(r"\(intake_server/static/help/(\w+)\.png\)", readme))
    for template in TEMPLATES.rglob("*.html"):
        found |= set(re.findall(r'picture\("(\w+)"', template.read_text("utf-8")))
    return found


def test_every_picture_that_is_named_is_there_and_every_one_is_named():
    assert named() == set(THERE)
    assert len(THERE) <= MOST


@pytest.mark.parametrize("name", THERE)
def test_a_picture_is_small(name):
    path = THERE[name]

    with Image.open(path) as picture:
        assert (picture.size, picture.format) == (SIZE, "PNG")
    assert path.stat().st_size <= MOST_BYTES


def test_the_story_in_a_browser_takes_every_picture():
    story = (ROOT / "tests/journeys/test_story_in_a_browser.py").read_text("utf-8")

    assert set(re.findall(r'album\.keep\(\w+, "(\w+)"', story)) == set(THERE)
