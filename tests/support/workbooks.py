"""A small form as its owner writes it, with cells that a test can damage."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook

COLUMNS = (
    *("type", "name", "label::Українська (uk)", "label::English (en)"),
    *("hint::Українська (uk)", "hint::English (en)", "relevant", "constraint"),
    *("constraint_message::Українська (uk)", "constraint_message::English (en)"),
    *("calculation", "bind::dodomu:home", "bind::dodomu:property"),
    *("bind::dodomu:policy", "bind::dodomu:level", "bind::dodomu:harm"),
)
SURVEY = (
    ("text", "child_ref", "Код", "Code", *[""] * 7, "person", "child_ref", "once"),
    ("begin_group", "g_body", "Тіло", "Body"),
    (
        *("decimal", "weight", "Вага, кг", "Weight, kg", "Без взуття", "Without shoes"),
        *("", ". < 200", "Забагато.", "Too much.", "", "case", "weight_kg", "review"),
        *("restricted", "medical"),
    ),
    (
        *("select_one yes_no", "dizzy", "Чи паморочиться?", "Dizzy?", "", ""),
        *("${weight} > 0", "", "", "", "", "event", "dizzy", "lattice yes_wins"),
        "restricted",
    ),
    ("end_group", "g_body"),
    ("calculate", "heavy", *[""] * 8, "if(${weight} > 90, 'yes', 'no')", "none"),
)
CHOICES = (
    ("list_name", "name", "label::Українська (uk)", "label::English (en)"),
    ("yes_no", "yes", "Так", "Yes"),
    ("yes_no", "no", "Ні", "No"),
)
SETTINGS = (
    (
        *("form_title", "form_id", "version", "default_language", "namespaces"),
        "attribute::dodomu:title_en",
    ),
    (
        *("Огляд", "checkup", "1", "Українська (uk)"),
        *('dodomu="https://dodomu.org/xforms"', "Check-up"),
    ),
)

Sheet = list[list[str]]
Book = dict[str, Sheet]


def a_book(**settings: str) -> Book:
    """Return a workbook in which nothing is wrong; settings by the name of the column."""
    book = {
        "survey": _table([COLUMNS, *SURVEY]),
        "choices": _table(CHOICES),
        "settings": _table(SETTINGS),
    }
    for column, text in settings.items():
        put(book, "settings", 2, column, text)
    return book


def put(book: Book, sheet: str, row: int, column: str, text: str) -> None:
    """Write into a cell; rows count from 1 for the header."""
    table = book[sheet]
    table[row - 1][table[0].index(column)] = text


def as_markdown(book: Book) -> bytes:
    """Return the workbook as Markdown tables."""
    lines = []
    for name, table in book.items():
        lines.append(f"| {name} |")
        lines += [f"| | {' | '.join(row)} |" for row in table]
    return "\n".join(lines).encode()


def as_excel(book: Book) -> bytes:
    """Return the workbook as Excel keeps it."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, table in book.items():
        sheet = workbook.create_sheet(name)
        for row in table:
            sheet.append([cell or None for cell in row])
    kept = BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def _table(rows: Sequence[Sequence[str]]) -> Sheet:
    width = len(rows[0])
    return [[*row, *[""] * (width - len(row))][:width] for row in rows]


def from_markdown(source: str) -> Book:
    """Return a workbook that is written as Markdown tables."""
    book: Book = {}
    for line in source.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and cells[0]:
            book[cells[0]] = table = []
        elif cells:
            table.append(cells[1:])
    return {name: _table(rows) for name, rows in book.items()}
