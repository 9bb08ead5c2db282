"""Reading a workbook into rows, before anything is made of it."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import get_xlsform

from forms import xform
from forms.draft import (
    CHOICES,
    LANGUAGES,
    OURS,
    SETTINGS,
    SURVEY,
    TRANSLATED,
    Draft,
    Row,
)
from forms.errors import AuthoringError

_FIRST_ROW: Final = 2
_MOST_BYTES: Final = 1_000_000
_MOST_PARTS: Final = 1_000
_MOST_PRESSED: Final = 100
"""No workbook holds more when it is unpacked, or more parts, or is pressed so hard:
this is five times our largest form, and takes a second to be read."""

_ALIASES: Final[Mapping[str, str]] = {
    "caption": "label",
    "relevance": "relevant",
    "calculate": "calculation",
    "read_only": "readonly",
    "repeat_count": "count",
    "jr:count": "count",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "jr:constraintMsg": "constraint_message",
    "jr:requiredMsg": "required_message",
    "list name": "list_name",
    "value": "name",
    "command": "type",
}
_BEHIND_BIND: Final[Mapping[str, str]] = {"type": "bind_type"}


def of_workbook(content: bytes, *, kind: str) -> Draft:
    """Return what stands in a workbook.

    Args:
        content: The workbook itself.
        kind: ``md`` or ``xlsx``.

    Raises:
        AuthoringError: It cannot be read at all, or two columns bear one name.
    """
    if kind == "xlsx":
        _refuse_bomb(content)
    try:
        read = get_xlsform(content, file_type=f".{kind}")
    except PyXFormError as error:
        if "column header" in str(error):
            raise AuthoringError(str(error)) from error
        raise AuthoringError(f"this is not an XLSForm in .{kind}") from error
    except (LookupError, TypeError, ValueError, AttributeError, SyntaxError) as error:
        raise AuthoringError(f"this is not an XLSForm in .{kind}") from error
    settings = _rows(read.settings, read.settings_header, SETTINGS, "")
    language = settings[0]["default_language"] if settings else ""
    first = xform.language_code(language) or LANGUAGES[0]
    return Draft(
        _rows(read.survey, read.survey_header, SURVEY, first),
        _rows(read.choices, read.choices_header, CHOICES, first),
        settings,
        {name: getattr(read, name) for name in read.__slots__},
    )


def _rows(
    rows: Sequence[Mapping[str, Any]] | None,
    header: Sequence[Mapping[str, Any]] | None,
    sheet: str,
    first: str,
) -> tuple[Row, ...]:
    columns: Iterable[str] = header[0] if header else ()
    plain = {column: _plain(column, first) for column in columns if column}
    headers = {name: column for column, name in plain.items()}
    return tuple(
        Row(
            sheet=sheet,
            number=number,
            cells={
                plain.get(column) or _plain(column, first): str(text).strip()
                for column, text in row.items()
                if column and text is not None
            },
            headers=headers,
        )
        for number, row in enumerate(rows or (), start=_FIRST_ROW)
        if row
    )


def _plain(header: str, first: str) -> str:
    """Return the plain name of a column; ``first`` is what no language means."""
    head, *rest = (part.strip() for part in header.split("::"))
    lowered = head.lower().replace(" ", "_")
    if lowered in ("bind", "control") and rest:
        head, *rest = rest
        if head.startswith(OURS):
            return head.removeprefix(OURS)
        lowered = _BEHIND_BIND.get(head, head)
    name = _ALIASES.get(lowered, lowered)
    if name not in TRANSLATED or not first:
        return "::".join((name, *rest))
    return f"{name}::{xform.language_code(rest[0]) if rest else first}"


def _refuse_bomb(content: bytes) -> None:
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise AuthoringError("this is not an XLSForm in .xlsx") from error
    unpacked = sum(part.file_size for part in parts)
    is_bomb = unpacked > min(_MOST_BYTES, len(content) * _MOST_PRESSED)
    if is_bomb or len(parts) > _MOST_PARTS:
        raise AuthoringError("this workbook is larger than any form")
