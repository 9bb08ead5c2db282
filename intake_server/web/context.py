"""What a view needs of the application that it runs in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from flask import Flask, current_app, g

from intake_server.clock import Clock
from intake_server.config import Settings
from intake_server.security.keyring import Keyring
from intake_server.security.policy import Principal
from intake_server.services.authoring import Entropy
from intake_server.services.practice import Room
from intake_server.services.single_writer import Desk
from intake_server.services.withholding import Withholdings
from intake_server.storage.database import Database
from intake_server.storage.practice import PracticeStore

_KEY: Final = "dodomu"
_BOTH: Final = "dodomu-with-practice"


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, stores, clock and source of random bytes of one application.

    ``database`` holds the records: the node's own, or those of practice. ``doors`` knows
    who may come in and is always the node's own. At the ``desk`` forms that come one by
    one are taken in together. The ``keyring`` is the node's, in earnest and in practice.
    """

    settings: Settings
    database: Database
    doors: Database
    clock: Clock
    entropy: Entropy
    desk: Desk
    keyring: Keyring

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()


@dataclass(frozen=True, slots=True)
class Contexts:
    """The context of what is meant in earnest, and that of what is practised."""

    earnest: Context
    practice: Context
    store: PracticeStore
    room: Room
    withholdings: Withholdings = field(default_factory=Withholdings)


def give(app: Flask, contexts: Contexts) -> None:
    """Give the application its contexts, once, while it is made."""
    app.extensions[_KEY] = contexts.earnest
    app.extensions[_BOTH] = contexts


def contexts() -> Contexts:
    """Return all contexts of the application that answers the current request."""
    return cast("Contexts", current_app.extensions[_BOTH])


def context() -> Context:
    """Return the context of the current request: in earnest unless it was turned."""
    turned: Context | None = g.get(_KEY)
    return turned or cast("Context", current_app.extensions[_KEY])


def turn_to_practice(guest: Principal) -> None:
    """Let all that the current request reads and writes be practised, not meant."""
    known = contexts()
    known.room.welcome(known.store, guest)
    setattr(g, _KEY, known.practice)
