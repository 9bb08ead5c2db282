"""A page for each problem: what it means, and what to do. Slugs are for ever."""

from typing import Final

from flask import Blueprint, render_template

from intake_server.errors import NotFoundError
from intake_server.security.policy import Action
from intake_server.web.auth import requires
from intake_server.web.problems import PAGES

problem_pages: Final = Blueprint("problem_pages", __name__)


@problem_pages.get("/problems/")
@requires(Action.PUBLIC)
def every() -> str:
    """Show the list of all problems."""
    return render_template("problems.html", kinds=sorted(PAGES.values(), key=_slug))


@problem_pages.get("/problems/<slug>")
@requires(Action.PUBLIC)
def one(slug: str) -> str:
    """Show one problem in both languages, the asker's own first."""
    if slug not in PAGES:
        raise NotFoundError("problem of this name")
    return render_template("problem.html", kind=PAGES[slug], problem=None)


def _slug(kind: object) -> str:
    return str(getattr(kind, "slug", ""))
