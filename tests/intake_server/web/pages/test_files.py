"""Files on pages: shown to who may read the answer, and the original apart."""

from hashlib import sha256

import pytest
from browsers import barriers, sign_in
from desks import CHILD, with_files
from pages import tree, words
from pictures_taken import a_photo
from web_servers import serving

from intake_server.security.policy import Role

SIGN, FACE = a_photo("PNG", (900, 300)), a_photo("JPEG", (1200, 900))
PAPER, ODD = b"%PDF-1.7 paper", b"<html><script>alert(1)</script>"
HERE = "truskavets"

pytestmark = pytest.mark.usefixtures("patient")


def digest(content):
    return sha256(content).hexdigest()


@pytest.fixture
def files(clash):
    """A child with a signature, a photo that is sealed, and a file nobody asked for."""
    return with_files(clash, sign_png=SIGN, face_jpg=FACE, odd_html=ODD)


def pictures_on(page):
    return {
        image.get("src"): image.get("alt") for image in tree(page).xpath("//main//img")
    }


@pytest.mark.parametrize(
    ("role", "site", "shown"),
    [
        (Role.COORDINATOR, "kyiv", {SIGN, FACE}),
        (Role.WORKER, HERE, {SIGN}),
        (Role.WORKER, "chernivtsi", {SIGN}),
    ],
)
def test_a_child_page_shows_the_pictures_that_the_viewer_may_see(
    files, role, site, shown
):
    browser = files.browser(role, site)

    found = pictures_on(browser.get(f"/children/{CHILD}"))

    assert set(found) == {f"/files/{digest(each)}/small" for each in shown}
    assert all(alt.startswith("зображення: ") for alt in found.values())
    for path in found:
        assert browser.get(path).mimetype == "image/jpeg"


def test_what_a_page_does_not_show_is_not_given_either(files):
    """The photo is sealed, and the record is two centres'."""
    stepan = files.browser(Role.WORKER, "chernivtsi", "Степан")

    for path in ("", "/copy", "/small"):
        assert stepan.get(f"/files/{digest(FACE)}{path}").status_code == 404
    assert stepan.get(f"/files/{digest(ODD)}").status_code == 404


def test_a_picture_has_a_page_of_its_own(files):
    marta = files.browser(Role.WORKER, HERE, "Марта")

    page = marta.get(f"/files/{digest(SIGN)}")

    assert list(pictures_on(page)) == [f"/files/{digest(SIGN)}/copy"]
    assert "Оригінал" not in words(page)
    assert f"/children/{CHILD}" in tree(page).xpath("//main//nav/a/@href")


def test_a_coordinator_says_what_the_original_is_for(files):
    iryna = files.browser()
    path = f"/files/{digest(SIGN)}"
    page = iryna.get(path)
    (form,) = tree(page).xpath("//main//form[.//select]")
    assert (form.get("method"), form.get("action")) == ("get", f"{path}/original")

    given = iryna.get(f"{path}/original?purpose=evidence")
    silent = iryna.get(f"{path}/original")

    assert (given.status_code, given.data) == (200, SIGN)
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert silent.status_code == 422


def test_a_file_that_no_answer_means_is_shown_to_coordinators_alone(files):
    iryna, marta = files.browser(), files.browser(Role.WORKER, HERE, "Марта")
    heading = "на які не посилається жодна відповідь"

    assert heading in words(iryna.get(f"/children/{CHILD}"))
    assert heading not in words(marta.get(f"/children/{CHILD}"))
    page = iryna.get(f"/files/{digest(ODD)}")
    assert "Цього файла ніхто не перевіряв" in words(page)
    assert iryna.get(f"/files/{digest(ODD)}/copy").status_code == 404
    saved = iryna.get(f"/files/{digest(ODD)}/original?purpose=oversight")
    assert saved.data == ODD
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in saved.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "sign.png: файл ще не надійшов"),
        (PAPER, "PDF, 14 Б"),
        (ODD, "файл іншого виду; його відкривають координатори"),
        (FACE[:300], "зображення, яке не читається, 300 Б; воно збережене"),
    ],
)
def test_what_is_no_picture_is_told_in_words(clash, content, said):
    with_files(clash, **({} if content is None else {"sign_png": content}))
    marta = clash.browser(Role.WORKER, HERE, "Марта")
    if content is not None:
        marta.get(f"/files/{digest(content)}/small")

    page = marta.get(f"/children/{CHILD}")

    assert said in words(page)
    assert pictures_on(page) == {}


@pytest.mark.browser
def test_pages_with_files_shut_nobody_out(browser, files):
    size = {"width": 1200, "height": 900}
    with serving(files.app) as address, browser.new_page(viewport=size) as page:
        session = files.session("Ірина", Role.COORDINATOR, "kyiv")
        sign_in(page.context, address, session)
        for path in (
            f"/children/{CHILD}",
            f"/files/{digest(FACE)}",
            f"/files/{digest(ODD)}",
        ):
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => { d.open = true })"
            )
            page.wait_for_load_state("networkidle")
            broken = page.evaluate(
                "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
            )
            assert broken == []
            assert barriers(page) == []
