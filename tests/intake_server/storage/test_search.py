"""A child is found by a code, or by any part of a name however it is spelled."""

import pytest

from intake_server.storage.views import search_text, spelled


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ґудзь", "Gudz"),
        ("Гудзь", "Ґудзь"),
        ("Микита", "Mykyta"),
        ("Зоряна", "Zoriana"),
        ("Юрій", "Юрий"),
        ("Єва", "Ева"),
        ("Марʼяна", "Маряна"),
        ("Щербина", "Shcherbyna"),
        ("Хома", "Khoma"),
    ],
)
def test_spellings_that_are_often_mixed_up_are_alike(one, other):
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Тарас", "Тереза"), ("Злата", "Зоряна"), ("Хома", "Кома")]
)
def test_names_that_sound_otherwise_are_not(one, other):
    assert spelled(one) != spelled(other)


def test_a_child_without_a_name_is_found_by_the_code_alone():
    assert search_text("person", {"child_ref": "4KH7T299"}) == "4kh7t299"


def test_what_the_child_is_called_is_found_too():
    said = {"child_ref": "4KH7T299", "family_name": "Ремез", "name_called": ["Данько"]}

    assert search_text("person", said) == "4kh7t299 ремез данко"
