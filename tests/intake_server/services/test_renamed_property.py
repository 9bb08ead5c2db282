"""A property that takes another name in a newer version of its form."""

import pytest
from centres import DANYLO, FORMS, REHABILITATION, TARAS, a_form, with_answers

from forms.catalogue import form as catalogue_form
from forms.errors import DefinitionError
from forms.instance import to_xml
from intake_server.services.intake import Incoming
from intake_server.storage import rebuild
from sync import documents as ids

LATER = "2099010101"
CASE = ids.case(ids.person(DANYLO))
ASKED = b'property="medication"'
ASKS_ANEW = b'property="drugs" dodomu:renamed_from="medication"'


def newer(old=ASKED, new=ASKS_ANEW):
    """The next version of the rehabilitation form, in which some bytes are others."""
    form = FORMS["rehabilitation"]
    assert old in form.xml
    xml = form.xml.replace(form.version.encode(), LATER.encode()).replace(old, new)
    return catalogue_form(xml)


def answers(medication):
    return with_answers(REHABILITATION, g_med={"medication": medication})


def on_the_newer(medication, **facts):
    xml = to_xml(newer().definition, answers(medication), instance_id="uuid:n")
    return Incoming(instance_id="uuid:n", xml=xml, **facts)


def shown(centre):
    values = centre.view(CASE)["values"]
    return {name: values[name] for name in ("medication", "drugs") if name in values}


def test_answers_on_the_old_form_are_shown_under_the_present_name(centre):
    centre.receive(a_form("rehabilitation", answers("300"), number=1))
    assert shown(centre) == {"medication": "300"}

    centre.publish(newer())

    assert shown(centre) == {"drugs": "300"}


def test_old_forms_are_taken_as_ever_and_compared(centre):
    centre.publish(newer())
    centre.receive(on_the_newer("300"))

    (receipt,) = centre.receive(
        a_form("rehabilitation", answers("400"), number=1), sender=TARAS
    )

    assert receipt.status == "stored"
    (item,) = centre.questions()
    assert (item.cell, {said["value"] for said in item.candidates}) == (
        "drugs",
        {"300", "400"},
    )
    values = [said["value"] for said in item.candidates]
    centre.decide(item.qid, "pick", values.index("400"))
    assert centre.questions() == ()
    assert shown(centre) == {"drugs": "400"}


@pytest.mark.parametrize("is_rendered_before", [True, False])
def test_a_desk_supersedes_what_it_was_shown_under_either_name(
    centre, is_rendered_before
):
    centre.receive(a_form("rehabilitation", answers("300"), number=1))
    rendered = {CASE: centre.view(CASE)["heads"]}
    centre.publish(newer())
    if not is_rendered_before:
        rendered = {CASE: centre.view(CASE)["heads"]}

    centre.receive(on_the_newer("500", based_on=rendered))

    assert centre.questions() == ()
    assert shown(centre) == {"drugs": "500"}


def test_saving_an_old_form_over_the_present_name_says_only_what_is_new(centre):
    centre.publish(newer())
    centre.receive(on_the_newer("300"))
    rendered = {CASE: centre.view(CASE)["heads"]}

    same = a_form("rehabilitation", answers("300"), number=1, based_on=rendered)
    centre.receive(same)
    assert centre.view(CASE)["heads"]["drugs"] == rendered[CASE]["drugs"]

    centre.receive(
        a_form("rehabilitation", answers("400"), number=2, based_on=rendered)
    )
    assert centre.questions() == ()
    assert shown(centre) == {"drugs": "400"}
    with centre.database.reading() as session:
        assert rebuild.compare(session).different == ()


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (ASKED, b'property="drugs" dodomu:renamed_from="no_such"', "renamed_from"),
        (b'property="medication"', b'property="triage"', "type"),
    ],
)
def test_a_form_that_gives_something_another_meaning_is_not_published(
    centre, old, new, column
):
    with pytest.raises(DefinitionError) as refused:
        centre.publish(newer(old, new))

    assert (refused.value.field, refused.value.column) == ("medication", column)
    centre.publish(newer())
