import pytest

from forms.catalogue import shipped
from intake_server.errors import InvalidRequestError
from intake_server.services import posts


@pytest.fixture
def asked(centre):
    return posts.questions(centre.database)


def test_the_form_says_how_it_asks_and_what_can_be_answered(asked):
    definition = shipped(posts.FORM).definition
    point, channel = asked

    assert (point.name, point.is_several) == ("reception_point", False)
    assert point.label == {"uk": "Місце прийому", "en": "Reception point"}
    assert point.choices == definition.choices["reception_point"]
    assert (channel.name, channel.is_several) == ("return_channel", True)
    names = [choice.name for choice in channel.choices]
    assert "icrc" in names
    assert "unknown" not in names


def test_answers_stand_as_a_form_holds_them(asked):
    said = {"reception_point": ["border_point"], "return_channel": ["icrc", "ucrn"]}

    assert posts.defaults(asked, said) == {
        "reception_point": "border_point",
        "return_channel": "icrc ucrn",
    }
    assert posts.defaults(asked, {"reception_point": [""]}) == {}
    assert posts.defaults(asked, {}) == {}


@pytest.mark.parametrize(
    "said",
    [
        {"consent_intake": ["given"]},
        {"reception_point": ["nowhere"]},
        {"reception_point": ["hospital", "border_point"]},
        {"return_channel": ["unknown"]},
        {"return_channel": ["icrc", "Марія"]},
        {"": ["hospital"]},
    ],
)
def test_nothing_about_a_child_is_filled_in_by_itself(asked, said):
    with pytest.raises(InvalidRequestError) as caught:
        posts.defaults(asked, said)

    assert set(caught.value.errors) == set(said)
    assert "Марія" not in str(caught.value) + str(caught.value.errors)


def test_where_the_form_is_not_here_nothing_is_asked(stores):
    with stores.new() as database:
        assert posts.questions(database) == ()
