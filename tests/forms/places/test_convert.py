"""The ministry's workbook becomes the table that is shipped."""

from pathlib import Path

from openpyxl import Workbook

from forms.places.convert import table

OBLAST, RAION = "UA46000000000026241", "UA46020000000075920"


def a_workbook(folder, *rows):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    path = folder / "kodifikator.xlsx"
    workbook.save(path)
    return path


def test_places_are_taken_in_the_order_of_their_codes_and_headings_left_out(tmp_path):
    path = a_workbook(
        tmp_path,
        [None, None, None, None, None, "ЗАТВЕРДЖЕНО", None],
        ["Перший рівень", "Другий рівень", None, None, None, "Категорія", "Назва"],
        [OBLAST, RAION, None, None, None, "P", "Дрогобицький "],
        [OBLAST, None, None, None, None, "O", "Львівська"],
        ["Примітка", None, None, None, None, None, None],
    )

    lines = table(path).decode().splitlines()

    assert lines == [f"{OBLAST}\tO\tЛьвівська", f"{RAION}\tP\tДрогобицький"]


def test_the_workbook_is_closed_again(tmp_path):
    path = a_workbook(tmp_path, [OBLAST, None, None, None, None, "O", "Львівська"])

    table(path)

    opened = {link.resolve() for link in Path("/proc/self/fd").glob("*")}
    assert path.resolve() not in opened
