"""What is dangerous to forget is taken away by a clinician alone, with a reason (R27)."""

from dataclasses import replace
from importlib.resources import files

import pytest
from centres import (
    DANYLO,
    IRYNA,
    MARTA,
    OLENA,
    REHABILITATION,
    SOFIIA,
    STEPAN,
    TARAS,
    a_form,
    with_answers,
)

from forms.authoring import convert
from forms.catalogue import form as made
from forms.catalogue import shipped
from forms.instance import to_xml
from intake_server.errors import NotFoundError
from intake_server.security.policy import Principal, Role
from intake_server.services import amending
from intake_server.services.amending import Correction
from intake_server.storage import rebuild
from sync import documents as ids

CASE = ids.case(ids.person(DANYLO))
LILIIA = Principal("person", "li", "Liliia", Role.CLINICIAN, "truskavets")
NUTS = {"allergies": "арахіс"}


def rehabilitation(number, **groups):
    stay = {"child_ref": DANYLO, "center": "truskavets"}
    answers = with_answers(REHABILITATION, g_stay=stay, **groups)
    return a_form("rehabilitation", answers, number=number)


def based_on(centre, form):
    return replace(form, based_on={CASE: centre.view(CASE)["heads"]})


def value(centre, name="allergies"):
    return centre.view(CASE)["values"].get(name)


def removal(centre):
    (item,) = [one for one in centre.questions() if one.owner == "clinician_alone"]
    return item


def correct(centre, by, said, name="allergies"):
    found = amending.standing(centre.database, CASE, name, viewer=by, now=centre.now)
    return amending.correct(
        centre.database,
        Correction(
            doc=CASE,
            name=name,
            value=said,
            reason="так сказала мати",
            src=None,
            based_on=found.based_on,
        ),
        by=by,
        now=centre.now,
    )


@pytest.fixture
def allergic(centre):
    """A centre where a child's allergy, and a risk of self-harm, stand alone."""
    mind = {"self_harm": "yes"}
    centre.receive(rehabilitation(1, g_med=NUTS, g_mh=mind), sender=OLENA)
    assert centre.questions() == ()
    return centre


@pytest.mark.parametrize(
    ("group", "name", "stands"),
    [
        ({"g_med": {"allergies": ""}}, "allergies", ["арахіс"]),
        ({"g_mh": {"self_harm": "no"}}, "self_harm", "yes"),
    ],
    ids=["allergy", "self-harm"],
)
@pytest.mark.parametrize("sender", [OLENA, TARAS], ids=["the same", "another"])
def test_r27_a_form_takes_nothing_away(allergic, group, name, stands, sender):
    form = based_on(allergic, rehabilitation(2, **group))

    allergic.receive(form, sender=sender)

    assert value(allergic, name) == stands
    assert removal(allergic).cell == name


def test_r27_a_correction_of_the_form_itself_takes_nothing_away(allergic):
    first = rehabilitation(1).instance_id
    stay = {"child_ref": DANYLO, "center": "truskavets"}
    answers = with_answers(REHABILITATION, g_stay=stay, g_mh={"self_harm": "yes"})
    form = rehabilitation(2)
    definition = shipped("rehabilitation").definition
    name = form.instance_id
    xml = to_xml(definition, answers, instance_id=name, deprecated_id=first)

    allergic.receive(replace(form, xml=xml))

    assert value(allergic) == ["арахіс"]
    assert removal(allergic).element == "арахіс"


@pytest.mark.parametrize("by", [MARTA, IRYNA], ids=lambda who: who.role)
def test_r27_a_correction_on_the_page_is_held_as_a_question(allergic, by):
    assert correct(allergic, by, None)

    assert value(allergic) == ["арахіс"]
    assert removal(allergic).element == "арахіс"


def test_r27_an_allergy_is_added_by_anybody_who_corrects(allergic):
    correct(allergic, MARTA, ["арахіс", "пилок"])

    assert value(allergic) == ["арахіс", "пилок"]
    assert allergic.questions() == ()


@pytest.mark.parametrize(
    ("name", "said", "left"), [("allergies", None, []), ("self_harm", "no", "no")]
)
def test_r27_a_clinician_takes_it_away_and_that_is_undone(allergic, name, said, left):
    before = value(allergic, name)

    removed = correct(allergic, LILIIA, said, name)
    assert value(allergic, name) == left
    assert allergic.questions() == ()

    allergic.undo(removed, by=IRYNA)
    assert value(allergic, name) == before


@pytest.mark.parametrize("by", [MARTA, IRYNA, STEPAN], ids=lambda who: who.name)
def test_r27_nobody_but_a_clinician_answers_the_question(allergic, by):
    correct(allergic, MARTA, None)

    with pytest.raises(NotFoundError):
        allergic.decide(removal(allergic).qid, "pick", 0, by=by)
    with pytest.raises(NotFoundError):
        allergic.decide(removal(allergic).qid, "pick", 0, by=SOFIIA)


@pytest.mark.parametrize(("there", "left"), [(True, ["арахіс"]), (False, [])])
def test_r27_a_clinician_decides_what_others_would_take_away(allergic, there, left):
    correct(allergic, MARTA, None)

    decided = allergic.decide(removal(allergic).qid, "value", there, by=LILIIA)
    assert value(allergic) == left
    assert allergic.questions() == ()

    allergic.undo(decided.change_id, by=LILIIA)
    assert value(allergic) == ["арахіс"]
    assert removal(allergic)


def test_r27_who_takes_back_what_they_added_asks_a_clinician(allergic):
    added = correct(allergic, MARTA, ["арахіс", "пилок"])

    for _ in range(2):
        allergic.undo(added, by=MARTA)

    assert value(allergic) == ["арахіс", "пилок"]
    assert removal(allergic).element == "пилок"


def test_r27_what_is_kept_is_what_follows_from_the_changes(allergic):
    correct(allergic, MARTA, None)
    correct(allergic, LILIIA, "no", "self_harm")

    with allergic.database.transaction() as session:
        assert rebuild.compare(session).different == ()


def test_r27_what_was_taken_away_before_the_rule_was_published_is_asked(centre):
    text = (files("forms") / "definitions" / "rehabilitation.md").read_text("utf-8")
    older = text.replace("2026112802", "2026112899").replace(" clinician |", " |")
    assert older != text
    centre.publish(made(convert(older, kind="md")))
    centre.receive(rehabilitation(1, g_med=NUTS))
    centre.receive(based_on(centre, rehabilitation(2, g_med={"allergies": ""})))
    assert value(centre) == []

    centre.publish(made(convert(text.replace("2026112802", "2026112900"), kind="md")))

    assert value(centre) == ["арахіс"]
    assert removal(centre).element == "арахіс"
