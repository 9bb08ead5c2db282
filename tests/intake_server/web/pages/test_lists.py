"""Lists as files for a spreadsheet."""

import csv
from io import BytesIO, StringIO

import pytest
from centres import RECEPTION, with_answers
from openpyxl import load_workbook
from pages import tree

from intake_server.security.policy import Role
from intake_server.services import enrolment
from intake_server.storage import audit
from intake_server.web import sheets

MEDICAL = "need/medical"


def rows(browser, name, ending="csv"):
    answer = browser.get(f"/lists/{name}.{ending}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    if ending == "csv":
        text = answer.get_data().decode("utf-8-sig")
        return [tuple(row) for row in csv.reader(StringIO(text))]
    book = load_workbook(BytesIO(answer.get_data()))
    found = book.active.iter_rows(values_only=True)
    return [tuple(cell or "" for cell in row) for row in found]


def columns(table):
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def exports(desk):
    with desk.database.reading() as session:
        return [
            (entry.object, entry.meta["count"])
            for entry in audit.page(session)
            if entry.action == "export"
        ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("children", Role.WORKER),
        ("queue", Role.WORKER),
        ("tasks", Role.WORKER),
        ("devices", Role.ADMIN),
        ("people", Role.ADMIN),
    ],
)
def test_a_list_has_heads_in_both_languages_and_is_noted_with_its_count(
    clash, name, role, ending
):
    browser = clash.browser(role, "truskavets")

    table = rows(browser, name, ending)

    assert len(table) > 1
    assert all(" / " in head for head in table[0])
    assert exports(clash) == [(name, len(table) - 1)]


def test_both_kinds_of_file_say_the_same(clash):
    browser = clash.browser(Role.COORDINATOR)

    assert rows(browser, "queue", "csv") == rows(browser, "queue", "xlsx")


def test_codes_stand_beside_labels(clash):
    browser = clash.browser(Role.COORDINATOR)

    (one, *_) = columns(rows(browser, "queue"))

    assert one["Вид, код / Kind, code"] == "field_conflict"
    assert one["Вид / Kind"] == "Різні відповіді"
    assert "truskavets" in one["Центр, код / Centre, code"]
    assert "Трускавець" in one["Центр / Centre"]


def test_a_list_holds_what_its_reader_may_see_and_no_more(desk):
    desk.send(desk.phone("truskavets", "A"), "reception", RECEPTION)
    desk.send(
        desk.phone("chernivtsi", "B"),
        "reception",
        with_answers(RECEPTION, g_child={"family_name": "Чужий"}),
    )
    worker = desk.browser(Role.WORKER, "truskavets")
    coordinator = desk.browser(Role.COORDINATOR)

    assert len(rows(coordinator, "children")) == 3
    assert len(rows(worker, "children")) == 2
    assert "Чужий" not in str(rows(worker, "children"))


def test_a_list_longer_than_a_page_is_whole(desk):
    phone = desk.phone("truskavets", "A")
    for _ in range(60):
        desk.send(phone, "reception", RECEPTION)

    table = columns(rows(desk.browser(Role.WORKER, "truskavets"), "children"))

    codes = {row["Код дитини / Child's code"] for row in table}
    assert len(codes) == len(table) == 60


def test_no_cell_begins_a_formula(desk):
    desk.phone("truskavets", "=HYPERLINK(1)")
    admin = desk.browser(Role.ADMIN)

    (from_csv,) = columns(rows(admin, "devices"))
    workbook = load_workbook(BytesIO(admin.get("/lists/devices.xlsx").get_data()))

    assert from_csv["Пристрій / Device"] == "'=HYPERLINK(1)"
    cells = [cell for row in workbook.active.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert "=HYPERLINK(1)" in {cell.value for cell in cells}


def test_a_coordinator_gets_the_devices_of_their_own_site(desk):
    desk.phone("truskavets", "A")
    desk.phone("chernivtsi", "B")

    (one,) = columns(rows(desk.browser(site="truskavets"), "devices"))

    assert one["Пристрій / Device"] == "A"
    assert len(enrolment.enrolled(desk.database)) == 2


def test_what_went_out_is_noted_where_the_reader_breaks_off(desk):
    phone = desk.phone("truskavets", "A")
    for _ in range(3):
        desk.send(phone, "reception", RECEPTION)
    browser = desk.browser(Role.WORKER, "truskavets")

    answer = browser.get("/lists/children.csv", buffered=False)
    parts = iter(answer.response)
    for _ in range(4):
        next(parts)
    answer.close()

    ((name, count),) = exports(desk)
    assert name == "children"
    assert 1 <= count <= 3


def test_what_xml_cannot_hold_is_left_out_of_a_workbook():
    book = load_workbook(
        BytesIO(b"".join(sheets.xlsx_parts([["<a>&\x00\x0b b", "  x", "\ud800"]])))
    )

    ((first, second, _),) = book.active.iter_rows(values_only=True)
    assert (first, second) == ("<a>& b", "  x")


def test_a_long_workbook_goes_out_in_parts():
    parts = list(sheets.xlsx_parts([str(n), "x" * 500] for n in range(1000)))

    assert len(parts) > 5
    book = load_workbook(BytesIO(b"".join(parts)))
    assert book.active.max_row == 1000


def test_tasks_stand_in_a_file_with_their_days_and_codes(desk):
    desk.send(desk.phone("truskavets", "Т"), "reception", with_answers(RECEPTION))

    table = columns(rows(desk.browser(Role.WORKER, "truskavets"), "tasks"))

    (look,) = [one for one in table if one["Завдання, код / Task, code"] == MEDICAL]
    assert look["Завдання / Task"] == "Медичний огляд після прибуття"
    assert look["До якого часу / Due"].startswith("2026-11-23T08:00")
    assert look["Прострочено / Overdue"] == ""
    assert look["Дитина / Child"] == "Ремез Данило"
    assert look["Центр, код / Centre, code"] == "truskavets"


def test_tasks_of_other_centres_are_not_in_the_file(desk):
    desk.send(desk.phone("chernivtsi", "Ч"), "reception", with_answers(RECEPTION))

    marta = desk.browser(Role.WORKER, "truskavets", "Марта")
    iryna = desk.browser(Role.COORDINATOR, "kyiv", "Ірина")

    assert columns(rows(marta, "tasks")) == []
    assert columns(rows(iryna, "tasks"))


def test_a_file_holds_more_tasks_than_a_page_shows(desk):
    phone = desk.phone("truskavets", "Т")
    for _ in range(60):
        desk.send(phone, "reception", with_answers(RECEPTION))

    table = rows(desk.browser(Role.WORKER, "truskavets"), "tasks")

    assert len(table) == 1 + 60 * 3
    assert len(set(table)) == len(table)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["children", "queue"])
def test_a_list_of_practice_says_so_in_its_name_and_its_first_row(desk, name, ending):
    browser = desk.browser(Role.WORKER, "truskavets")
    csrf = tree(browser.get("/practice")).xpath("//input[@name='csrf']/@value")[0]
    browser.post("/practice", data={"csrf": csrf, "practice": "on"})

    file = browser.get(f"/lists/{name}.{ending}").headers["Content-Disposition"]
    first, titles, *_ = rows(browser, name, ending)

    assert f'filename="practice-{name}-' in file
    assert "Навчання: усе тут несправжнє" in first[0]
    assert "Practice: nothing here is real" in first[0]
    assert len(titles) > 1
    assert exports(desk) == []
