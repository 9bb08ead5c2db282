"""What only the demo's nodes answer: links that open again, and the lines to cut.

They are part of a node that says it is a demo, and such a node listens to nobody but
its own machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from intake_server.demo.line import Line
from intake_server.demo.people import TOWNS
from intake_server.security.policy import Action
from intake_server.services import people
from intake_server.web.auth import requires
from intake_server.web.context import context
from intake_server.web.language import language

_OPERATOR = "operator"


@dataclass(slots=True)
class Gate:
    """The doors and lines of all nodes.

    ``doors`` gives the person behind the word of a link; ``lines`` the line of a
    centre. Both fill while the nodes are made.
    """

    doors: dict[str, str] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)

    def blueprint(self) -> Blueprint:
        """Return the views, for one node."""
        views = Blueprint("demo", __name__, url_prefix="/demo")

        @views.get("/sign-in/<word>")
        @requires(Action.PUBLIC)
        def enter(word: str) -> ResponseReturnValue:
            """Give a new one-time link to whom this one belongs."""
            return _invited(self.doors.get(word))

        @views.post("/line")
        @requires(Action.USE_PAGES)
        def switch() -> ResponseReturnValue:
            """Cut the line of a centre, or join it."""
            return _switched(self.lines)

        views.app_context_processor(lambda: {"demo": {"lines": _said(self.lines)}})
        return views


def _invited(person: str | None) -> ResponseReturnValue:
    if person is None:
        abort(404)
    here = context()
    code = people.invite(here.database, person, by=_OPERATOR, now=here.now())
    return redirect(url_for("sign_in.offer", code=code))


def _switched(lines: Mapping[str, Line]) -> ResponseReturnValue:
    line = lines.get(request.form.get("site", ""))
    if line is None:
        abort(404)
    if request.form.get("up") == "1":
        line.join()
    else:
        line.cut()
    return redirect(_local(request.form.get("next", "")))


def _local(path: str) -> str:
    """Return a path of this node; the first page for anything else."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_local else "/"


def _said(lines: Mapping[str, Line]) -> list[dict[str, Any]]:
    return [
        {
            "site": site,
            "title": TOWNS[site].within(language()),
            "is_up": not line.is_cut,
        }
        for site, line in lines.items()
    ]
