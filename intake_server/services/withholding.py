"""Children whose records are withheld from a person whom they name (R32).

Whoever is named finds nothing of the child, wherever they work; who asks for it all the
same is noted, and is told what somebody is told who asks for what there is not.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from intake_server.security.audit import Act, note_all
from intake_server.security.policy import Principal
from intake_server.storage import withheld
from intake_server.storage.database import Database

_MOST: Final = 1000


class Withholdings:
    """From whom what is withheld, remembered while the store says that it is the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}

    def mindful(self, who: Principal, database: Database, stamp: str) -> Principal:
        """Return somebody with what is withheld from them.

        Args:
            who: They.
            database: The store that they ask.
            stamp: What the store says now; empty where it was not asked.
        """
        place = (who.id, who.name)
        was, cases = self._known.get(place, ("", frozenset()))
        if stamp and stamp == was and not cases:
            return who
        with database.reading() as session:
            if not stamp or stamp != was:
                cases = withheld.cases(session, who.name)
            ids = withheld.reach(session, cases) if cases else frozenset()
        if stamp:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[place] = (stamp, cases)
        return replace(who, withheld=ids)


def note_attempt(
    database: Database, ids: Iterable[str], *, by: Principal, now: datetime
) -> None:
    """Note that somebody asked for what is withheld from them.

    Raises:
        AuditError: It could not be noted.
    """
    with database.transaction() as session:
        note_all(session, Act.WITHHELD, sorted(ids), by=by.actor, now=now)
