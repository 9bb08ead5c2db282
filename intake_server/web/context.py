"""What a view needs of the application that it runs in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from flask import Flask, current_app

from intake_server.clock import Clock
from intake_server.config import Settings
from intake_server.services.authoring import Entropy
from intake_server.services.single_writer import Desk
from intake_server.storage.database import Database

_KEY: Final = "dodomu"


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, store, clock and source of random bytes of one application.

    At the ``desk`` forms that come one by one are taken in together.
    """

    settings: Settings
    database: Database
    clock: Clock
    entropy: Entropy
    desk: Desk

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()


def give(app: Flask, context: Context) -> None:
    """Give the application its context, once, while it is made."""
    app.extensions[_KEY] = context


def context() -> Context:
    """Return the context of the application that answers the current request."""
    return cast("Context", current_app.extensions[_KEY])
