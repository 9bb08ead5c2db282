"""When two answers are the same answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import values

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        pytest.param(" Мар'яна  Коваль", "Марʼяна Коваль", "text", id="apostrophe"),
        pytest.param("Мар’яна", "Мар`яна", "text", id="two-more-apostrophes"),
        pytest.param("\u0419", "\u0418\u0306", "text", id="composed"),
        pytest.param(30, 30.0, "number", id="whole-and-float"),
        pytest.param("1.50", "1.5", "decimal", id="decimal-zeros"),
        pytest.param(0.1, "0.1", "decimal", id="float-and-text"),
        pytest.param(-0.0, 0, "number", id="zeros"),
        pytest.param(
            "2026-03-02T09:00:00+02:00", "2026-03-02T07:00:00Z", "datetime", id="offset"
        ),
        pytest.param({"a": " x", "b": 1}, {"b": 1.0, "a": "x"}, "group", id="group"),
        pytest.param(
            {"~sealed": {"tag": "t", "ct": "1"}},
            {"~sealed": {"tag": "t", "ct": "2"}},
            None,
            id="sealed",
        ),
    ],
)
def test_these_are_one_answer(one, other, kind):
    assert values.key(one, kind) == values.key(other, kind)
    assert hash(values.key(one, kind)) == hash(values.key(other, kind))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        pytest.param("Коваль", "коваль", "text", id="case"),
        pytest.param("Є", "Е", "text", id="diacritic"),
        pytest.param(1, True, None, id="bool"),
        pytest.param(0, None, None, id="null"),
        pytest.param("30", 30, "text", id="text-and-number"),
        pytest.param([], {}, None, id="list-and-object"),
        pytest.param(["a", "b"], ["b", "a"], None, id="order-of-a-list"),
        pytest.param({"a": None}, {}, None, id="empty-member"),
        pytest.param("1" * 40, "1" * 39 + "2", "decimal", id="many-digits"),
        pytest.param(10**40, 10**40 + 1, "number", id="large"),
        pytest.param(
            "2026-03-02T09:00:00", "2026-03-02T09:00:00Z", "datetime", id="naive"
        ),
        pytest.param(
            {"~sealed": {"tag": 1}}, {"~sealed": {"tag": 2}}, None, id="no-tag"
        ),
    ],
)
def test_these_are_two_answers(one, other, kind):
    assert values.key(one, kind) != values.key(other, kind)


@pytest.mark.parametrize(
    "typed",
    [
        "+380501234567",
        "380501234567",
        "0501234567",
        " 050 123-45-67 ",
        "(050) 123 45 67",
        "+38 (050) 123–45–67",
        "00380 50 123.45.67",
        "050\u00a0123\u201145\u201167",
    ],
)
def test_a_phone_number_is_one_however_it_is_written(typed):
    assert values.key(typed, "phone") == values.key("+380501234567", "phone")
    assert values.phone_number(typed) == "380501234567"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "050",
        "тітка",
        "050 123 45 67 дод. 5",
        "0501234567; 0671234567",
        "501234567",
        "+0501234567",
        "+1234567890123456",
        "12+380501234567",
        "٠٥٠١٢٣٤٥٦٧",
    ],
)
def test_what_is_no_phone_number_compares_as_text(typed):
    assert values.phone_number(typed) is None
    assert values.key(f" {typed} ", "phone") == values.text_key(typed)


@given(st.text("012345678 +()-", max_size=20))
def test_a_phone_number_that_was_read_reads_as_itself(text):
    number = values.phone_number(text)

    assert number is None or values.phone_number(f"+{number}") == number


@given(TEXTS)
def test_normalising_twice_is_normalising_once(text):
    once = values.text_key(text)

    assert values.text_key(once) == once


@pytest.mark.parametrize(
    ("least", "most", "kind"),
    [
        (9, 10.5, "number"),
        ("9", "10", "decimal"),
        ("-1", 0, "decimal"),
        ("2023-01-31", "2023-02-01", "date"),
        ("2026-03-02T08:30:00+02:00", "2026-03-02T07:00:00Z", "datetime"),
        (5, "5", None),
        ("я", {"a": 1}, None),
        ("я", True, None),
        ([1], [2], None),
    ],
)
def test_values_have_an_order(least, most, kind):
    assert values.order(least, kind) < values.order(most, kind)


@pytest.mark.parametrize(
    "date", ["2023-02-30", "2023-W01-1", "20230101", "٢٠٢٣-٠١-٠١", 1]
)
def test_no_calendar_date(date):
    assert not values.is_date(date)


@pytest.mark.parametrize("number", [True, "5", float("nan"), float("-inf"), None])
def test_no_number(number):
    assert not values.is_number(number)


@pytest.mark.parametrize("moment", ["noon", "2026-03-02", "2026-03-02T09:00:00", 5])
def test_no_moment(moment):
    assert not values.is_datetime(moment)


@pytest.mark.parametrize(
    "decimal", ["NaN", "Infinity", "1e5", "1_000", "٣", "", True, None]
)
def test_no_decimal(decimal):
    assert not values.is_decimal(decimal)


@pytest.mark.parametrize("decimal", ["-0.50", "12", 5, 1.5])
def test_a_decimal(decimal):
    assert values.is_decimal(decimal)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Нечуй-Левицька", "НЕЧУЙ ЛЕВИЦЬКА"),
        ("Мар'яна", "МАРʼЯНА"),
        ("Маряна", "Марʼяна"),
        ("О‑Коннор", "оконнор"),
        ("Іван - Франко", "Іван-Франко"),
        ("300 мг", "300мг"),
    ],
)
def test_spellings_have_one_loose_key(one, other):
    assert values.loose_key(one) == values.loose_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Коваль", "Ковальчук"),
        ("Євген", "Евген"),
        ("1-2 таблетки", "12 таблетки"),
        ("1 - 2", "12"),
        ("-2,5", "2,5"),
        ("по 1 0", "по 10"),
    ],
)
def test_other_words_and_numbers_have_another_loose_key(one, other):
    assert values.loose_key(one) != values.loose_key(other)


@given(TEXTS)
def test_equal_texts_have_one_loose_key(text):
    assert values.loose_key(values.text_key(text)) == values.loose_key(text)
