"""Whether a Ukrainian number of a person checks, and what it says of its owner.

A number that does not check, or says another birth date or sex than is written, is a
warning and never more: papers have mistakes, and some people refuse a number.

References:
    РНОКПП (taxpayer number): ten digits, five of them days since 31 December 1899, the
    ninth odd for a man, the tenth a check digit; as ``stdnum.ua.rntrc`` of python-stdnum
    2.2 checks it.
    УНЗР (number in the demographic register): the birth date, four digits and a check
    digit with the weights 7, 3, 1 of ICAO Doc 9303, as the Ministry of Internal Affairs
    of Ukraine explains it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final, Literal

Sex = Literal["male", "female"]

_RNOKPP: Final = re.compile(r"[0-9]{10}")
_RNOKPP_WEIGHTS: Final = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
_BEFORE_THE_FIRST_DAY: Final = date(1899, 12, 31)
_UNZR: Final = re.compile(r"([0-9]{8})-([0-9]{4})([0-9])")
_UNZR_WEIGHTS: Final = (7, 3, 1) * 4


class Warned(Enum):
    """What is odd about a number."""

    DIGITS = "digits"
    BIRTH = "birth"
    SEX = "sex"


@dataclass(frozen=True, slots=True)
class Owner:
    """What a number says of its owner; None where it says nothing."""

    birth: date | None
    sex: Sex | None


def rnokpp(number: str) -> Owner | None:
    """Return what a taxpayer number says; None where it does not check.

    Example:
        ``3652504575`` is a man's, born on 1 January 2000.
    """
    if not _RNOKPP.fullmatch(number):
        return None
    *digits, check = map(int, number)
    weighed = sum(w * d for w, d in zip(_RNOKPP_WEIGHTS, digits, strict=True))
    if weighed % 11 % 10 != check:
        return None
    born = _BEFORE_THE_FIRST_DAY + timedelta(days=int(number[:5]))
    return Owner(born, "male" if digits[-1] % 2 else "female")


def unzr(number: str) -> Owner | None:
    """Return what a number in the demographic register says; None where it does not check.

    Example:
        ``19910824-00026`` was given to somebody born on 24 August 1991.
    """
    parts = _UNZR.fullmatch(number)
    if parts is None:
        return None
    day, serial, check = parts.groups()
    digits = map(int, day + serial)
    weighed = sum(w * d for w, d in zip(_UNZR_WEIGHTS, digits, strict=True))
    if weighed % 10 != int(check):
        return None
    try:
        return Owner(date.fromisoformat(day), None)
    except ValueError:
        return None


NOTES: Final = frozenset(
    [
        "rnokpp_wrong",
        "rnokpp_birth",
        "rnokpp_sex",
        "unzr_wrong",
        "unzr_birth",
        "adult_rnokpp_wrong",
    ]
)
"""The notes by which forms say it while they are filled in; paper works nothing out."""

_READ: Final = {"rnokpp": rnokpp, "adult_rnokpp": rnokpp, "unzr": unzr}
_OF_A_CHILD: Final = ("rnokpp", "unzr")


def warnings(
    name: str, number: str, *, birth: str | None = None, sex: str | None = None
) -> tuple[Warned, ...]:
    """Return what is odd about a number, in a property that holds one; else nothing.

    Args:
        name: The property.
        number: What was written.
        birth: The child's birth date, ISO text; None where it is not known to the day.
        sex: The child's sex as it was written.
    """
    read = _READ.get(name)
    if read is None:
        return ()
    owner = read(number)
    if owner is None:
        return (Warned.DIGITS,)
    if name not in _OF_A_CHILD:
        return ()
    is_other_day = birth and owner.birth and owner.birth.isoformat() != birth
    is_other_sex = owner.sex and sex in ("male", "female") and sex != owner.sex
    said = ((Warned.BIRTH, is_other_day), (Warned.SEX, is_other_sex))
    return tuple(warned for warned, holds in said if holds)
