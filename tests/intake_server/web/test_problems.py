import ast
import re

import pytest
from repository import ROOT
from servers import a_server

from forms import errors as form_errors
from intake_server.errors import IntakeError
from intake_server.storage import errors as storage_errors
from intake_server.web.problems import PAGES, PROBLEMS
from intake_server.web.receipt_problems import RECEIPT_PROBLEMS


@pytest.fixture(scope="module")
def browser(tmp_path_factory, stores):
    with a_server(tmp_path_factory.mktemp("problems"), stores) as server:
        yield server.client


def family(cls):
    yield cls
    for child in cls.__subclasses__():
        yield from family(child)


def slugs_of_receipts():
    """Slugs that services put into a problem, and those of unreadable submissions."""
    for path in (ROOT / "intake_server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_problem = isinstance(node, ast.Call) and (
                getattr(node.func, "id", "") == "Problem"
            )
            if is_problem and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value
    for cls in family(form_errors.SubmissionError):
        if "slug" in vars(cls):
            yield cls.slug


@pytest.mark.parametrize("cls", list(family(IntakeError)), ids=lambda cls: cls.__name__)
def test_every_error_has_its_problem(cls):
    assert storage_errors
    assert cls in PROBLEMS


def test_slugs_are_unique():
    kinds = {id(kind): kind.slug for kind in PROBLEMS.values()}
    slugs = [*kinds.values(), *RECEIPT_PROBLEMS]

    assert len(slugs) == len(set(slugs))
    assert all(re.fullmatch("[a-z][a-z-]*", slug) for slug in slugs)


@pytest.mark.parametrize("slug", sorted(set(slugs_of_receipts())))
def test_what_a_receipt_may_say_has_its_problem(slug):
    assert slug in RECEIPT_PROBLEMS


@pytest.mark.parametrize("slug", sorted(PAGES))
@pytest.mark.parametrize("language", ["uk", "en"])
def test_every_problem_has_a_page_in_both_languages(browser, slug, language):
    kind = PAGES[slug]

    answer = browser.get(f"/problems/{slug}", headers={"Accept-Language": language})

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert kind.title.within(language) in answer.text.replace("&#39;", "'")


def test_the_list_leads_to_every_page(browser):
    page = browser.get("/problems/").text

    assert all(f'href="/problems/{slug}"' in page for slug in PAGES)


def test_an_unknown_problem_has_no_page(browser):
    assert browser.get("/problems/never").status_code == 404


def test_no_view_answers_by_number():
    """The table is the one place where an error has a status."""
    for path in (ROOT / "intake_server" / "web").rglob("*.py"):
        assert "abort(" not in path.read_text(), path
