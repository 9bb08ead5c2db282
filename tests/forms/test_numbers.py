"""What a person's number says; a number that is odd warns and never refuses."""

from datetime import date

import pytest

from forms.numbers import Owner, Warned, rnokpp, unzr, warnings

BOY = "3652504575"
LATER = "20000101-00019"


@pytest.mark.parametrize(
    ("number", "owner"),
    [
        (BOY, Owner(date(2000, 1, 1), "male")),
        ("1759013776", Owner(date(1948, 2, 28), "male")),
        ("0000000100", None),
        ("3652504576", None),
        ("3652505475", None),
        ("365250457", None),
        ("36525045755", None),
        ("365250457Х", None),
        ("٣٦٥٢٥٠٤٥٧٥", None),
    ],
)
def test_a_taxpayer_number_says_a_day_and_a_sex(number, owner):
    assert rnokpp(number) == owner


def test_every_single_wrong_digit_of_a_taxpayer_number_but_few_is_found():
    changed = [
        BOY[:place] + str(digit) + BOY[place + 1 :]
        for place in range(10)
        for digit in range(10)
        if str(digit) != BOY[place]
    ]

    unnoticed = [number for number in changed if rnokpp(number) is not None]

    assert len(unnoticed) <= 3


@pytest.mark.parametrize(
    ("number", "owner"),
    [
        ("19910824-00026", Owner(date(1991, 8, 24), None)),
        (LATER, Owner(date(2000, 1, 1), None)),
        ("20000101-00018", None),
        ("2000010100019", None),
        ("20000101-0001", None),
        ("20001301-00011", None),
    ],
)
def test_a_register_number_says_a_day(number, owner):
    assert unzr(number) == owner


@pytest.mark.parametrize(
    ("name", "number", "birth", "sex", "warned"),
    [
        ("rnokpp", BOY, "2000-01-01", "male", ()),
        ("rnokpp", BOY, None, None, ()),
        ("rnokpp", BOY, None, "unknown", ()),
        ("rnokpp", BOY, "2000-01-02", "male", (Warned.BIRTH,)),
        ("rnokpp", BOY, "2000-01-02", "female", (Warned.BIRTH, Warned.SEX)),
        ("rnokpp", "3652504576", "2000-01-01", "male", (Warned.DIGITS,)),
        ("unzr", LATER, "2000-01-01", "female", ()),
        ("unzr", LATER, "2000-01-02", "female", (Warned.BIRTH,)),
        ("unzr", "20000101-00010", "2000-01-01", "female", (Warned.DIGITS,)),
        ("adult_rnokpp", BOY, "2012-03-04", "female", ()),
        ("adult_rnokpp", "1", "2012-03-04", "female", (Warned.DIGITS,)),
        ("medication", "1", None, None, ()),
    ],
)
def test_a_number_warns_of_what_does_not_fit(name, number, birth, sex, warned):
    assert warnings(name, number, birth=birth, sex=sex) == warned
