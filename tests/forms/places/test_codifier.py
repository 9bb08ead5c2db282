"""A place by its code: what it lies in, and what people call it."""

import pytest

from forms.catalogue import shipped
from forms.places import oblasts
from forms.places.codifier import (
    SETTLEMENTS,
    Kind,
    codifier,
    label,
    parents,
    place,
)
from forms.places.latin import transliterated

TRUSKAVETS = "UA46020090010062870"
RUDNI_OF_ONE_HROMADA = ("UA18060170740015610", "UA18060170750044518")


def test_the_whole_edition_is_there():
    known = codifier()

    assert len(known.codes) == len(set(known.codes)) == 31_744
    assert list(known.codes) == sorted(known.codes)
    assert {kind.value for kind in Kind} == set(known.kinds)
    assert sum(Kind(kind) in SETTLEMENTS for kind in known.kinds) == 29_703


def test_a_place_says_all_that_it_lies_in_from_the_largest():
    above = [(one.name, one.kind) for one in parents(TRUSKAVETS)]

    assert above == [
        ("Львівська", Kind.OBLAST),
        ("Дрогобицький", Kind.RAION),
        ("Трускавецька", Kind.HROMADA),
    ]


@pytest.mark.parametrize(
    ("code", "uk", "en"),
    [
        pytest.param(
            TRUSKAVETS,
            "Трускавець, Дрогобицький район, Львівська область",
            "Truskavets, Drohobytskyi raion, Lvivska oblast",
            id="city",
        ),
        pytest.param("UA80000000000093317", "Київ", "Kyiv", id="capital"),
        pytest.param(
            "UA80000000001078669",
            "Шевченківський район, Київ",
            "Shevchenkivskyi district, Kyiv",
            id="district",
        ),
        pytest.param(
            "UA01160330010143565",
            "Залізничний район, Сімферополь, Сімферопольський район,"
            " Автономна Республіка Крим",
            "Zaliznychnyi district, Simferopol, Simferopolskyi raion,"
            " Autonomous Republic of Crimea",
            id="crimea",
        ),
        pytest.param(
            "UA46020090000057315",
            "Трускавецька громада, Дрогобицький район, Львівська область",
            "Truskavetska hromada, Drohobytskyi raion, Lvivska oblast",
            id="hromada",
        ),
        pytest.param(
            "UA05060010650011955",
            "Бар (селище), Барська громада, Жмеринський район, Вінницька область",
            "Bar (town), Barska hromada, Zhmerynskyi raion, Vinnytska oblast",
            id="two-of-a-name",
        ),
        pytest.param("UA99999999999999999", "UA99999999999999999", None, id="unknown"),
    ],
)
def test_a_label_says_which_place_it_is(code, uk, en):
    assert label(code) == uk
    assert label(code, "en") == (en or uk)


def test_only_places_of_one_kind_and_one_hromada_share_a_label():
    one, other = map(label, RUDNI_OF_ONE_HROMADA)

    assert one == other
    assert "(село)" in one
    assert "громада" in one


@pytest.mark.parametrize("code", ["", "UA", "UA46", "ua46020090010062870", "Львів"])
def test_what_is_no_code_is_no_place(code):
    assert place(code) is None
    assert label(code) == code


def test_every_oblast_of_the_forms_is_one_of_the_codifier_and_the_other_way_round():
    listed = shipped("reception").definition.choices["oblast"]
    known = [code for code in codifier().codes if not code[4:9].strip("0")]
    tops = [code for code in known if place(code).kind.value in "OK"]

    assert sorted(oblasts.iso(code) for code in tops) == sorted(
        choice.name for choice in listed
    )
    for choice in listed:
        named = [
            code for code in tops if code.startswith(oblasts.beginning(choice.name))
        ]
        assert len(named) == 1
        assert oblasts.iso(named[0]) == choice.name
        said = choice.label["uk"].removeprefix("м. ")
        assert said == label(named[0])


@pytest.mark.parametrize(
    ("iso", "beginning"),
    [
        ("UA-43", "UA01"),
        ("UA-09", "UA44"),
        ("UA-77", "UA73"),
        ("UA-30", "UA80"),
        ("UA-40", "UA85"),
        ("UA-46", "UA46"),
        ("UA-74", "UA74"),
    ],
)
def test_five_oblasts_have_another_number_in_the_codifier(iso, beginning):
    assert oblasts.beginning(iso) == beginning
    assert oblasts.iso(f"{beginning}020090010062870") == iso


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        ("Єнакієве", "Yenakiieve"),
        ("Їжакевич", "Yizhakevych"),
        ("Стрий", "Stryi"),
        ("Йосипівка", "Yosypivka"),
        ("Згурівка", "Zghurivka"),
        ("Розгон", "Rozghon"),
        ("Ґорґани", "Gorgany"),
        ("Кам’янка-Бузька", "Kamianka-Buzka"),
        ("Щасливе Юр'ївське", "Shchaslyve Yurivske"),
    ],
)
def test_names_are_written_in_latin_as_the_resolution_says(ukrainian, latin):
    assert transliterated(ukrainian) == latin
