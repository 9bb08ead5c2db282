"""Hearing all that pyxform has against a workbook, though it stops at the first.

Each row that it refuses is made harmless, in memory alone, and it is asked again. What
comes of that is never published; it tells what else is wrong.
"""

from collections.abc import Sequence
from typing import Any, Final

from forms import catalogue
from forms.authoring import convert_sheets
from forms.catalogue import Form
from forms.draft import CHOICES, SURVEY, Draft
from forms.errors import AuthoringError, DefinitionError

_MOST: Final = 25
"""Whoever has made more mistakes than this mends these first."""

_FIRST_ROW: Final = 2


def complaints(
    first: AuthoringError, draft: Draft
) -> tuple[Sequence[AuthoringError], Form | None]:
    """Return all that pyxform refuses, and the form as it would be without that.

    Args:
        first: What it refused at first.
        draft: The workbook.
    """
    sheets = dict(draft.raw or {})
    found = [first]
    while len(found) < _MOST and _is_mended(sheets, found[-1], draft):
        try:
            return found, catalogue.form(convert_sheets(sheets))
        except DefinitionError:
            break
        except AuthoringError as error:
            if (error.sheet, error.row) in {(one.sheet, one.row) for one in found}:
                break
            found.append(error)
    return found, None


def _is_mended(sheets: dict[str, Any], error: AuthoringError, draft: Draft) -> bool:
    """Put something harmless in place of the row that was refused, if it may go."""
    if error.row is None or error.sheet not in (SURVEY, CHOICES):
        return False
    rows = draft.survey if error.sheet == SURVEY else draft.choices
    row = next((row for row in rows if row.number == error.row), None)
    if row is None or row.type.startswith(("begin", "end")):
        return False
    harmless = {
        row.column("list_name"): row["list_name"],
        row.column("type"): "text" if error.sheet == SURVEY else "",
        row.column("name"): _name(row.name, error),
        row.column("label::uk"): "-",
        row.column("label::en"): "-",
    }
    known = set(row.headers.values())
    mended = list(sheets[error.sheet])
    mended[error.row - _FIRST_ROW] = {
        column: text for column, text in harmless.items() if text and column in known
    }
    sheets[error.sheet] = mended
    return True


def _name(name: str, error: AuthoringError) -> str:
    """Keep a good name, for others speak of it."""
    is_named_wrongly = error.column == "name" or not name.isidentifier()
    return f"mended_{error.row}" if is_named_wrongly else name
