"""The ministry's workbook to the table that is shipped; run once for an edition.

    python -m forms.places.convert kodifikator.xlsx forms/places/katottg-2026-07.tsv.gz

One line a place, by code: the code, its kind, its name, with tabs. The same workbook
gives the same bytes.
"""

import gzip
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from openpyxl import load_workbook

_LEVELS: Final = 5
_KIND, _NAME = 5, 6
_PREFIX: Final = "UA"


def table(workbook: Path) -> bytes:
    """Return the lines of the table; what is no place in the workbook is left out."""
    with closing(load_workbook(workbook, read_only=True)) as book:
        lines = sorted(_lines(book.worksheets[0].iter_rows(values_only=True)))
    return "".join(lines).encode()


def _lines(rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    for row in rows:
        codes = [str(cell).strip() for cell in row[:_LEVELS] if cell]
        if codes and codes[-1].startswith(_PREFIX):
            name = " ".join(str(row[_NAME]).split())
            yield f"{codes[-1]}\t{str(row[_KIND]).strip()}\t{name}\n"


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_bytes(gzip.compress(table(source), 9, mtime=0))
