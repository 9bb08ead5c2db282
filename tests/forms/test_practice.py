import pytest
from illustrated import FILES, illustrated

from forms import catalogue
from forms.practice import is_practised, practised, practised_version


@pytest.mark.parametrize("name", catalogue.SHIPPED)
def test_a_form_asks_the_same_in_practice_and_says_in_its_title_what_it_is(name):
    earnest = catalogue.shipped(name)

    form = practised(earnest.xml, {})

    assert form.title["uk"] == f"НАВЧАННЯ · {earnest.title['uk']}"
    assert form.title["en"] == f"PRACTICE · {earnest.title['en']}"
    assert form.version == practised_version(earnest.version)
    assert form.definition.fields == earnest.definition.fields
    assert form.definition.choices == earnest.definition.choices
    assert form.media == earnest.media


def test_the_files_beside_a_form_stay_beside_it():
    earnest = illustrated()

    form = practised(earnest.xml, FILES)

    assert form.media == earnest.media


def test_versions_of_practice_keep_their_order_and_are_no_others():
    versions = [practised_version(one) for one in ("1", "99", "2026112201")]

    assert versions == sorted(versions, key=int)
    assert all(map(is_practised, versions))
    assert not any(map(is_practised, ("1", "2026112201", "9", "9" * 19, "x")))
