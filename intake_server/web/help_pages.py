"""Guides that anybody may read, on a screen or printed on A4."""

from typing import Final

from flask import Blueprint, render_template

from intake_server.security.policy import Action
from intake_server.web import practice
from intake_server.web.auth import requires
from intake_server.web.openrosa import answers

help_pages: Final = Blueprint("help_pages", __name__)


@help_pages.get("/help/collect")
@requires(Action.PUBLIC)
def collect() -> str:
    """Show volunteers how to work with ODK Collect."""
    return render_template(
        "help_collect.html",
        accepted=f"{answers.ACCEPTED}. {answers.CODE}: …",
        again=answers.AGAIN,
        set_aside=answers.SET_ASIDE,
        missing=answers.MISSING.format(1),
        practised=f"{practice.RECEIPT.uk}. …",
        too_large=answers.TOO_LARGE.format(1),
    )


@help_pages.get("/help/field")
@requires(Action.PUBLIC)
def field() -> str:
    """Show volunteers how to work with the field client."""
    return render_template("help_field.html")


@help_pages.get("/help/")
@requires(Action.PUBLIC)
def index() -> str:
    """Show which guides there are."""
    return render_template("help_index.html")


@help_pages.get("/help/<any(worker,coordinator,admin,auditor):role>")
@requires(Action.PUBLIC)
def of_role(role: str) -> str:
    """Show the guide of those with a role."""
    return render_template(f"help_{role}.html")
