"""Pages as a person meets them: their words, their links, their forms."""

from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse


def words(answer: TestResponse) -> str:
    """Return the text of a page's content, in one line."""
    (main,) = tree(answer).xpath("//main")
    return " ".join(" ".join(main.itertext()).split())


def tree(answer: TestResponse) -> Any:
    """Return a page's elements."""
    return html.fromstring(answer.get_data(as_text=True))


def fields(answer: TestResponse) -> dict[str, Any]:
    """Return what the decision's form would send as it stands."""
    (form,) = tree(answer).xpath("//form[@id='decision']")
    return dict(form.form_values())


def decide(
    client: FlaskClient, path: str, *, on: TestResponse | None = None, **said: Any
) -> TestResponse:
    """Fill in the form of a question's page and send it.

    Args:
        client: A browser.
        path: The question.
        on: The page that is filled in; the present one when None.
        said: What is filled in.
    """
    page = on or client.get(path)
    return client.post(path, data={**fields(page), **said})
