import pytest
from centres import FORMS
from trial_form import TRIAL

from intake_server.services import labels
from intake_server.services.labels import short


@pytest.fixture(scope="module")
def shipped():
    return labels.read(form.definition for form in FORMS.values())


def test_a_property_is_called_as_its_form_calls_it(shipped):
    assert shipped.label("allergies", "uk") == "Алергії"
    assert shipped.label("allergies", "en") == "Allergies"


def test_a_form_that_asks_in_its_own_words_is_quoted(shipped):
    by_reception = shipped.label("comm_mode", "en", "reception")
    by_rehabilitation = shipped.label("comm_mode", "en", "rehabilitation")

    assert by_reception == "Best way to communicate (child and adult)"
    assert by_rehabilitation == "Communication mode"


def test_a_property_that_no_form_asks_for_keeps_its_name(shipped):
    assert shipped.label("shoe_size", "uk") == "shoe_size"
    assert not shipped.is_known("shoe_size")


def test_a_group_is_called_by_its_members(shipped):
    assert shipped.label("birth", "en") == "Birth date, Birth-date precision"
    assert shipped.label("placement", "en") == "Care type, From date…"


def test_a_group_may_bear_the_name_of_a_member(shipped):
    assert shipped.label("destination", "en") == "Next destination, To which site"
    assert shipped.member("destination", "en") == "Next destination"


def test_choices_have_labels_in_both_languages(shipped):
    choice = shipped.choices("sex")["male"]

    assert (choice.label["uk"], choice.label["en"]) == ("Чоловіча", "Male")


def test_every_question_of_the_shipped_forms_has_both_languages(shipped):
    for every in shipped.asked.values():
        for asked in every:
            assert asked.label.keys() >= {"uk", "en"}, asked.name
            assert not asked.place or asked.section.keys() >= {"uk", "en"}, asked.place
            for choice in asked.choices:
                assert choice.label.keys() >= {"uk", "en"}, (asked.name, choice.name)


def test_rows_have_the_heading_of_their_repeat(shipped):
    assert shipped.rows["goal"]["en"]


def test_a_later_version_of_a_form_has_the_word():
    assert labels.read([FORMS["reception"].definition, TRIAL]).titles["trial"]


def test_a_language_that_is_missing_is_ukrainian():
    assert labels.within({"uk": "Код"}, "en") == "Код"
    assert labels.within({}, "en") == ""


def test_a_label_is_cut_before_its_brackets():
    assert short("Ліки зараз (назва, доза)") == "Ліки зараз"
