"""The forms as ODK Collect's engine shows them: warnings, lists, questions from paper."""

from datetime import date, timedelta

import pytest

from forms.catalogue import shipped
from forms.numbers import rnokpp, unzr
from forms.places import lists

BOY, UNZR = "3652504575", "20000101-00019"
BORN = {"dob_precision": "day", "birth_date": "2000-01-01", "birth_source": "document"}
WARNINGS = ("rnokpp_wrong", "rnokpp_birth", "rnokpp_sex", "unzr_wrong", "unzr_birth")

pytestmark = pytest.mark.javarosa


@pytest.fixture
def shown(javarosa):
    def show(form_id, **answers):
        """Return what is shown after these answers: choices and label by name."""
        form = shipped(form_id)
        media = {one.name: lists.content(one.name) for one in form.media}
        return javarosa.show(form.xml, answers, media=media)

    return show


@pytest.mark.parametrize(
    ("answers", "warned"),
    [
        pytest.param(
            {"rnokpp": BOY, "unzr": UNZR, "sex": "male", **BORN}, [], id="fits"
        ),
        pytest.param({}, [], id="nothing"),
        pytest.param({"rnokpp": BOY, "unzr": UNZR}, [], id="no-date"),
        pytest.param(
            {"rnokpp": "3652504576", "unzr": "20000101-00018", "sex": "female", **BORN},
            ["rnokpp_wrong", "unzr_wrong"],
            id="digits",
        ),
        pytest.param(
            {"rnokpp": BOY, "unzr": UNZR, **BORN, "birth_date": "2000-01-02"},
            ["rnokpp_birth", "unzr_birth"],
            id="date",
        ),
        pytest.param(
            {
                "rnokpp": BOY,
                "unzr": UNZR,
                **BORN | {"birth_date": "2000-02-01", "dob_precision": "month"},
            },
            [],
            id="about",
        ),
        pytest.param({"rnokpp": BOY, "sex": "female"}, ["rnokpp_sex"], id="sex"),
        pytest.param({"rnokpp": BOY, "sex": "unknown"}, [], id="no-sex"),
    ],
)
def test_a_number_that_does_not_fit_warns_and_lets_one_go_on(shown, answers, warned):
    found = shown("registration", **answers)

    assert [name for name in found if name in WARNINGS] == warned


def test_a_warning_says_which_day_the_number_means(shown):
    found = shown("registration", rnokpp=BOY, **BORN | {"birth_date": "2001-01-01"})

    assert "2000-01-01" in found["rnokpp_birth"][1]


def numbers_of(day):
    """Numbers that say a day: one of each kind that checks."""
    days = (day - date(1899, 12, 31)).days
    ours = (f"{days:05}{n:05}" for n in range(100_000))
    theirs = (f"{day:%Y%m%d}-{n:05}" for n in range(100_000))
    return next(filter(rnokpp, ours)), next(filter(unzr, theirs))


@pytest.mark.parametrize("seed", range(6))
def test_the_form_and_the_server_read_numbers_alike(shown, seed):
    day = date(2003, 3, 30) + timedelta(days=1_000 * seed)
    tax, register = numbers_of(day)
    wrong = str((int(tax) + 1) % 10**10).zfill(10)

    right = shown(
        "registration",
        rnokpp=tax,
        unzr=register,
        **BORN | {"birth_date": day.isoformat()},
    )
    other = shown("registration", rnokpp=wrong)

    assert [name for name in right if name in WARNINGS] == []
    assert ("rnokpp_wrong" in other) == (rnokpp(wrong) is None)


def test_a_home_is_chosen_among_the_places_of_its_oblast(shown):
    consent = {"comm_mode": "speech", "consent_intake": "given"}
    before = shown("reception", **consent)
    after = shown("reception", **consent, home_oblast="UA-46")
    chosen = shown(
        "reception",
        **consent,
        home_oblast="UA-46",
        home_settlement="UA46020090010062870",
    )

    assert "home_settlement" not in before
    assert "home_other" in before
    assert after["home_settlement"][0] == 1928
    assert "home_settlement" in chosen
    assert "home_other" not in chosen


def test_kyiv_and_the_oblast_around_it_are_two(shown):
    city = shown("tracing_request", home_oblast="UA-30")
    oblast = shown("tracing_request", home_oblast="UA-32")

    assert city["home_settlement"][0] == 1
    assert oblast["home_settlement"][0] > 1_000


def test_a_form_from_paper_asks_who_wrote_it_and_when(shown):
    assert "paper_by" not in shown("followup")
    assert "paper_by" not in shown("followup", from_paper="no")
    found = shown("followup", from_paper="yes")

    assert {"paper_by", "paper_on"} <= found.keys()
