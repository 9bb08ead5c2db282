"""The ministry's workbook becomes the table that is shipped."""

from openpyxl import Workbook

from forms.places.convert import table

OBLAST, RAION = "UA46000000000026241", "UA46020000000075920"


def test_places_are_taken_in_the_order_of_their_codes_and_headings_left_out(tmp_path):
    workbook = Workbook()
    for row in (
        [None, None, None, None, None, "ЗАТВЕРДЖЕНО", None],
        ["Перший рівень", "Другий рівень", None, None, None, "Категорія", "Назва"],
        [OBLAST, RAION, None, None, None, "P", "Дрогобицький "],
        [OBLAST, None, None, None, None, "O", "Львівська"],
        ["Примітка", None, None, None, None, None, None],
    ):
        workbook.active.append(row)
    path = tmp_path / "kodifikator.xlsx"
    workbook.save(path)

    lines = table(path).decode().splitlines()

    assert lines == [f"{OBLAST}\tO\tЛьвівська", f"{RAION}\tP\tДрогобицький"]
