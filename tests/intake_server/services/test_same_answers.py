"""Whether a form comes from ODK Collect or as JSON, it says the same."""

from datetime import timedelta

import pytest
from centres import Centre
from fillings import EVERY, as_of
from javarosa import RefusedError, asked_only
from stores import SqliteStores
from wanderings import KNOWN, TODAY, received

from forms.catalogue import shipped
from forms.places import lists

pytestmark = pytest.mark.javarosa


@pytest.fixture
def centres(tmp_path):
    stores = SqliteStores(tmp_path)
    with stores.new() as one, stores.new() as other:
        yield Centre(one), Centre(other)


@pytest.mark.parametrize("form_id", EVERY)
def test_answers_say_the_same_as_json_and_from_a_phone(
    javarosa, centres, form_id, scale
):
    form = shipped(form_id)
    for centre in centres:
        centre.publish(form)
    media = {one.name: lists.content(one.name) for one in form.media}
    answers = asked_only(as_of(TODAY, EVERY[form_id]), form.definition)
    filled = [javarosa.fill(form.xml, answers, media=media)]
    filled += [
        javarosa.wander(form.xml, seed, KNOWN, media=media) for seed in range(scale(8))
    ]

    for one in filled:
        by_phone = received(centres[0], xml=one.xml)
        by_json = received(
            centres[1],
            instance_id=one.instance_id,
            form_id=form_id,
            form_version=form.version,
            answers=one.everything(form.definition),
        )

        assert by_json == by_phone


def test_a_phone_refuses_what_the_form_refuses(javarosa):
    form = shipped("registration")
    answers = asked_only(as_of(TODAY, EVERY["registration"]), form.definition)
    answers["g_identity"]["birth_date"] = str(TODAY + timedelta(days=2))

    with pytest.raises(RefusedError) as refused:
        javarosa.fill(form.xml, answers)

    assert refused.value.place.endswith("/birth_date[1]")


def test_a_question_that_is_not_asked_cannot_be_answered(javarosa):
    form = shipped("registration")
    answers = asked_only(as_of(TODAY, EVERY["registration"]), form.definition)
    answers["any_moves"] = "no"

    with pytest.raises(RefusedError, match="is not asked"):
        javarosa.fill(form.xml, answers)


def test_a_text_that_is_missing_in_one_language_is_noticed(javarosa):
    form = shipped("registration")
    label = b'<text id="/data/g_start/responsible_site:label"><value>'
    before, _, english = form.xml.rpartition(label)
    torn = before + label + english[english.index(b"</value>") :]

    with pytest.raises(RefusedError, match=r"responsible_site.*no text in English"):
        javarosa.fill(torn, asked_only(EVERY["registration"], form.definition))
