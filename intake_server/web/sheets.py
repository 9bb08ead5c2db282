"""Tables as a spreadsheet takes them, CSV or XLSX, part after part as the rows come.

No cell begins a formula: in CSV an apostrophe stands before it, in XLSX every cell is
typed as text. What XML cannot hold is left out.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from intake_server.security.spreadsheets import harmless

Row = Sequence[str]

MEDIA: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types by the ending of the file."""

_BOM: Final = "\ufeff"
_AT_ONCE: Final = 100
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_OFFICE}/spreadsheetml/2006/main"
_RELATIONS: Final = f"{_OFFICE}/package/2006/relationships"
_DOCUMENT: Final = f"{_OFFICE}/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME: Final[Mapping[str, str]] = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
        f' Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        '<sheet name="Dodomu" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
        f' Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def csv_parts(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the bytes of a CSV in UTF-8; a byte order mark tells Excel that it is."""
    yield _BOM.encode()
    for row in rows:
        line = StringIO()
        writer = csv.writer(line, quoting=csv.QUOTE_ALL)
        writer.writerow([harmless(cell) for cell in row])
        yield line.getvalue().encode("utf-8", "replace")


def xlsx_parts(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the bytes of a workbook with one sheet, the first row of which stays."""
    sent = _Pipe()
    with ZipFile(sent, "w", ZIP_DEFLATED) as book:
        for name, content in _FRAME.items():
            book.writestr(name, _HEAD + content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView'
                ' workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
                ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
                "<sheetData>".encode()
            )
            for number, row in enumerate(rows, 1):
                sheet.write(_xml_row(row).encode("utf-8", "replace"))
                if number % _AT_ONCE == 0:
                    yield sent.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield sent.taken()


PARTS: Final[Mapping[str, Callable[[Iterable[Row]], Iterator[bytes]]]] = {
    "csv": csv_parts,
    "xlsx": xlsx_parts,
}
"""How a table becomes bytes, by the ending of the file."""


class _Pipe:
    """What a zip file is written to, to be taken away while it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Keep what was written until it is taken."""

    def close(self) -> None:
        """Keep it at the end too."""

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _xml_row(row: Row) -> str:
    cells = (escape(_NOT_XML.sub("", cell)) for cell in row)
    inner = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>'
        for cell in cells
    )
    return f"<row>{inner}</row>"
