"""Cards with children's references, printed before anybody knows the children.

A card says nothing but its reference. What is printed once is given to no child by
anybody else and printed on no other card.
"""

from datetime import datetime
from typing import Final

from intake_server.errors import InvalidRequestError
from intake_server.security.audit import Act, note
from intake_server.services.references import Numbers
from intake_server.storage.database import Database

A_SHEET: Final = 24
"""Cards on one sheet of A4."""
MOST_SHEETS: Final = 10


def draw(
    database: Database, sheets: int, *, site: str, by: str, now: datetime
) -> tuple[str, ...]:
    """Return the references for so many sheets of cards, canonical, in order.

    Args:
        database: The node's store.
        sheets: 1 to ``MOST_SHEETS``.
        site: For whom; the node's own block serves where it has none here.
        by: Actor, as the audit names them.
        now: When.

    Raises:
        InvalidRequestError: Too few or too many sheets.
        NoReferencesError: There are not so many free references.
    """
    if not 1 <= sheets <= MOST_SHEETS:
        raise InvalidRequestError({"sheets": [f"from 1 to {MOST_SHEETS}"]})
    with database.transaction() as session:
        numbers = Numbers(session, site)
        numbers.reserve(sheets * A_SHEET)
        drawn = tuple(numbers.draw() for _ in range(sheets * A_SHEET))
        note(session, Act.PRINT_CARDS, site, by=by, now=now, count=len(drawn))
    return drawn
