"""Every page there is, in both languages and two sizes: nobody is shut out of it."""

from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import pytest
from browsers import barriers, sign_in
from centres import RECEPTION, REHABILITATION, with_answers
from desks import CASE, CHILD, OTHER, with_files, with_spellings
from full_record import with_a_draft
from pictures_taken import a_photo
from signed_in import DESK, PHONE
from walks import FILES, reached, stumbles

from forms.reference import make
from intake_server.security.policy import Role
from sync import documents
from sync.change import Write

pytestmark = pytest.mark.browser

PEOPLE = (
    ("Ірина", Role.COORDINATOR, "kyiv"),
    ("Марта", Role.WORKER, "truskavets"),
    ("Богдан", Role.ADMIN, "kyiv"),
    ("Оксана", Role.AUDITOR, "kyiv"),
)
ASKED = (
    "/queue?spelling=1",
    f"/children/{CHILD}/link?other={OTHER}",
)
"""Pages that are asked for by a form."""
NOT_LINKED = {"enrol.offer", "sign_in.offer", "proof.show"}
"""Pages behind a code that is told to one person, or of whom is not proved."""
MACHINES = (
    *("api-docs.", "audit.", "blobs.", "desk.", "devices.", "field.", "forms."),
    *("openrosa.", "peers.", "places.", "queue.", "records.", "static"),
    *("healthz", "sync."),
)
"""Views that programs ask."""


@pytest.fixture
def furnished(desk):
    """A node with something on every page."""
    with_spellings(desk)
    two_people_say(desk)
    arriving = deepcopy(RECEPTION)
    arriving["g_child"].update(family_name="Вербова", given_name="Злата")
    arriving["g_needs"].update(triage="red", urgent_needs=["medication"])
    olena, taras = desk.phone("truskavets", "О"), desk.phone("chernivtsi", "Т")
    desk.send(taras, "reception", arriving)
    stay = deepcopy(REHABILITATION)
    stay["g_stay"].update(admitted_on="2026-11-01", planned_until="2026-11-20")
    desk.send(olena, "rehabilitation", stay)
    awaited = with_answers(REHABILITATION, g_stay={"child_ref": make("4KH", 3)})
    desk.send(olena, "rehabilitation", awaited)
    desk.send(taras, "rehabilitation", {"g_med": {"medication": "магній"}})
    with_a_draft(desk)
    return with_files(desk, sign_png=a_photo("PNG"), face_jpg=a_photo())


def two_people_say(desk):
    """Propose that two are one, and take an allergy away that is not one's to remove."""
    left, right = sorted((CHILD, OTHER))
    verdict = [Write(f="a", v=left), Write(f="b", v=right)]
    verdict.append(Write(f="verdict", v="proposed", act="resolve", why="схожі"))
    desk.write({(documents.link(left, right), "link"): verdict})
    case = (CASE, "case")
    (there,) = desk.write({case: [Write(s="allergies", e="пилок", v=True)]})
    gone = Write(s="allergies", e="пилок", v=False, p=(there,))
    desk.write({case: [gone]}, site="truskavets")


def is_for_people(view):
    return view not in FILES | NOT_LINKED and not view.startswith(MACHINES)


def everything(desk):
    return {
        rule.endpoint
        for rule in desk.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and is_for_people(rule.endpoint)
    }


def pages(browser, desk, address, **about):
    """Open every page that somebody reaches; yield its view, the path, and the window."""
    known = set()
    for name, role, site in PEOPLE:
        with window(browser, **about) as page:
            sign_in(page.context, address, desk.session(name, role, site))
            page.goto(address)
            asked = ASKED if role is Role.COORDINATOR else ()
            starts = (page.url.removeprefix(address), *asked)
            yield from of_one(page, desk, address, starts, known)
    with window(browser, **about) as page:
        yield from of_one(page, desk, address, ("/sign-in", "/enrol"), known)


def of_one(page, desk, address, starts, known):
    for view, path in reached(page, desk.app, address, starts=starts, known=known):
        yield view, path, page


@contextmanager
def window(browser, **about):
    context = browser.new_context(**about)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("locale", ["uk-UA", "en-GB"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nobody_is_shut_out_of_any_page(
    browser, furnished, address, locale, size, pytestconfig
):
    folder = pytestconfig.getoption("screenshots")
    found, views = [], set()

    for view, path, page in pages(
        browser, furnished, address, locale=locale, viewport=size
    ):
        views.add(view)
        if folder is not None:
            keep(page, folder / locale[:2] / str(size["width"]), view, path)
        found += [(path, fault) for fault in barriers(page)]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            found.append((path, f"is {width} wide"))

    assert found == []
    assert views == everything(furnished)


def test_every_page_is_usable_by_keyboard_alone(browser, furnished, address):
    about = {"locale": "uk-UA", "viewport": DESK}

    found = [
        (path, fault)
        for _, path, page in pages(browser, furnished, address, **about)
        for fault in stumbles(page)
    ]

    assert found == []


def keep(page, folder: Path, view, path):
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.glob(f"{view}*.png")))
    page.screenshot(path=folder / f"{view}-{number}.png", full_page=True)
