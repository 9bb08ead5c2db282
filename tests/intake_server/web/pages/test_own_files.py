"""Pages bring all they need with them, and run nothing that stands in a page."""

import re
from pathlib import Path

import pytest
from pages import tree

import intake_server

PACKAGE = Path(intake_server.__file__).parent
STATIC = PACKAGE / "static"
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:")
OUTSIDE = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_runs_nothing_of_its_own_and_fetches_nothing_from_elsewhere(path):
    source = path.read_text("utf-8")

    assert not INLINE.search(source)
    assert not OUTSIDE.search(source)


def test_what_others_wrote_stands_with_its_version_and_its_licence():
    for folder in (STATIC / "vendor").iterdir():
        assert re.search(r"-\d+\.\d+\.\d+$", folder.name)
        assert list(folder.glob("LICENSE*"))


def test_every_file_that_a_page_names_is_there(iryna):
    page = tree(iryna.get("/queue"))

    named = page.xpath("//link/@href | //script/@src | //img/@src")
    assert named
    for address in named:
        with iryna.get(address) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("sheet", sorted(STATIC.rglob("*.css")), ids=lambda p: p.name)
def test_every_picture_that_a_style_names_is_a_file_of_ours(sheet):
    for address in re.findall(r"url\(\"?([^\")]+)\"?\)", sheet.read_text("utf-8")):
        assert (PACKAGE / address.lstrip("/")).is_file()


def test_the_style_has_pictures():
    (pico,) = STATIC.rglob("pico.min.css")

    assert pico.read_text("utf-8").count("/static/icons/") > 1
