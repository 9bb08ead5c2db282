"""What every page here needs: who asks, in which words, and how the line is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import g, request

from intake_server.security.policy import Action, Principal, may
from intake_server.services import contact, desk
from intake_server.services.contact import MOST_COUNTED
from intake_server.services.storable import is_storable
from intake_server.web import practice
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.language import language
from intake_server.web.pages import phrases
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.wording import Wording
from sync.change import is_id

_LONGEST: Final = 200
_MOST_COUNTED: Final = 99
_BUSY: Final = frozenset({"pages.item", "pages.decided"})
"""Pages that ask enough of the store already."""


@dataclass(frozen=True, slots=True)
class Line:
    """How things stand with one other node."""

    site: str
    unsent: int
    last: Moment | None

    @property
    def count(self) -> str:
        """How many changes are not sent, counted as far as anybody wants to know."""
        is_many = self.unsent >= MOST_COUNTED
        return f"{self.unsent}+" if is_many else str(self.unsent)


def wording(actors: Iterable[str] = ()) -> Wording:
    """Return how things are said to who is asking.

    Args:
        actors: Whose names are wanted.
    """
    here = context()
    words: desk.Words | None = g.get("words")
    wanted = frozenset(actors)
    if words is None or not wanted <= words.authors.keys():
        words = g.words = desk.words(here.database, wanted)
    return Wording(words, asking(), language(), here.now())


def lines() -> tuple[Line, ...]:
    """Return how things stand with the nodes that this one exchanges with.

    However often a page shows it, the store is asked once.
    """
    known: tuple[Line, ...] | None = g.get("lines")
    if known is None:
        known = g.lines = _lines()
    return known


def _lines() -> tuple[Line, ...]:
    viewer: Principal | None = g.get("principal")
    if viewer is None or not may(viewer, Action.SEE_SYNC):
        return ()
    said = wording()
    return tuple(
        Line(
            said.site(one.site),
            one.unsent,
            said.moment(one.last_ok) if one.last_ok else None,
        )
        for one in contact.lines(context().database)
    )


def waiting_count() -> str:
    """Return how many questions wait for the asker, for the title of the tab.

    A number and no content: somebody may look over a shoulder. Empty for none, ``99+``
    for more than anybody counts, and where a page asks enough of the store already.
    """
    viewer: Principal | None = g.get("principal")
    is_busy = request.endpoint in _BUSY
    if viewer is None or is_busy or not may(viewer, Action.DECIDE):
        return ""
    count = desk.waiting(context().database, viewer, most=_MOST_COUNTED + 1)
    if count > _MOST_COUNTED:
        return f"{_MOST_COUNTED}+"
    return str(count or "")


def asked(name: str) -> str:
    """Return what a page's address asks for under a name; empty for nothing.

    What no store can hold asks for nothing.
    """
    text = request.args.get(name, "").strip()[:_LONGEST]
    return text if is_storable(text) else ""


def change() -> str:
    """Return the change that was written just before this page; empty for none."""
    found = asked("change")
    return found if is_id(found) else ""


def on_every_page() -> dict[str, Any]:
    """Return what the frame of a page shows; read from the store only where used."""
    viewer: Principal | None = g.get("principal")
    return {
        "viewer": viewer,
        "role": str(phrases.ROLES.get(viewer.role.value, "")) if viewer else "",
        "site_title": lambda: wording().site(viewer.site) if viewer else "",
        "may": lambda action: may(viewer, Action(action)),
        "lines": lines,
        "waiting_count": waiting_count,
        "is_demo": context().settings.demo,
        "is_practice": practice.is_practice(),
        "practice_notice": practice.notice,
    }
