import pytest
from hypothesis import given
from hypothesis import strategies as st
from trial_form import TRIAL

from forms.catalogue import builtin
from forms.errors import UnreadableValueError
from forms.instance import answers_of, attachments, parse, to_xml, typed

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1
)


def read(xml):
    return answers_of(parse(xml), TRIAL)


def a_trial(inside):
    return (
        f'<data id="trial" version="7">{inside}'
        "<meta><instanceID>uuid:1</instanceID></meta></data>"
    ).encode()


def test_a_submission_says_which_form_it_is_and_which_one_it_replaces():
    xml = to_xml(TRIAL, {}, instance_id="uuid:2", deprecated_id="uuid:1")

    raw = parse(xml)

    assert (raw.form_id, raw.version) == ("trial", "7")
    assert (raw.instance_id, raw.deprecated_id) == ("uuid:2", "uuid:1")


def test_the_namespace_of_meta_does_not_matter():
    raw = parse(
        b'<trial xmlns="urn:t" xmlns:orx="http://openrosa.org/xforms" id="trial">'
        b"<orx:meta><orx:instanceID>uuid:3</orx:instanceID></orx:meta></trial>"
    )

    assert (raw.instance_id, raw.deprecated_id, raw.version) == ("uuid:3", None, "")


def test_an_empty_element_is_an_empty_text_and_an_absent_one_is_absent():
    answers = read(a_trial("<g_child><called>Оленка</called><age/></g_child>"))

    assert answers == {"g_child": {"called": "Оленка", "age": ""}}


def test_a_repeat_is_a_list_of_rows_even_when_there_is_one():
    answers = read(
        a_trial("<kin><rel>aunt</rel><phones><phone>1</phone></phones></kin>")
    )

    assert answers == {"kin": [{"rel": "aunt", "phones": [{"phone": "1"}]}]}


def test_unknown_elements_stay_and_gather_in_lists():
    answers = read(a_trial("<new>1</new><new>2</new><new><x>3</x></new><g_new/>"))

    assert answers == {"new": ["1", "2", {"x": "3"}], "g_new": ""}


@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<note>1</note><note>2</note>", "note"),
        ("<g_child/><g_child/>", "g_child"),
    ],
)
def test_a_question_answered_twice_is_unreadable(inside, field):
    with pytest.raises(UnreadableValueError) as caught:
        read(a_trial(inside))

    assert caught.value.field == field


def test_indentation_between_elements_is_no_answer():
    answers = read(a_trial("\n  <g_child>\n  </g_child>\n  <kin>\n </kin>\n"))

    assert answers == {"g_child": {}, "kin": [{}]}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "note": TEXT,
            "g_child": st.fixed_dictionaries(
                {},
                optional={
                    "called": TEXT,
                    "age": st.integers(0, 23),
                    "needs": st.lists(
                        st.sampled_from(["food", "sleep"]), unique=True, min_size=1
                    ),
                    "born": st.dates().map(str),
                },
            ),
            "kin": st.lists(
                st.fixed_dictionaries(
                    {"row": st.uuids().map(str), "rel": st.just("aunt")}
                ),
                min_size=1,
                unique_by=lambda row: row["row"],
            ),
        },
    )
)
def test_answers_are_the_same_after_a_journey_as_xml(answers):
    raw = parse(to_xml(TRIAL, answers, instance_id="uuid:1"))

    assert typed(answers_of(raw, TRIAL), TRIAL) == typed(answers, TRIAL)


@pytest.mark.parametrize("form", builtin(), ids=lambda form: form.form_id)
def test_every_field_of_a_shipped_form_survives_the_journey(form):
    samples = {
        "int": 7,
        "date": "2026-05-14",
        "dateTime": "2026-05-14T10:20:30.123+03:00",
        "binary": "photo.jpg",
        "select": ["one", "two"],
    }
    answers = {}
    for field in form.definition.fields:
        within = answers
        for place in range(1, len(field.path)):
            is_repeat = form.definition.repeat(field.path[:place])
            below = within.setdefault(field.path[place - 1], [{}] if is_repeat else {})
            within = below[0] if is_repeat else below
        within[field.name] = samples.get(field.type, "текст")

    raw = parse(to_xml(form.definition, answers, instance_id="uuid:1"))
    found = typed(answers_of(raw, form.definition), form.definition)

    assert {answer.field for answer in found} == set(form.definition.fields)
    assert found == typed(answers, form.definition)
    assert attachments(found) in ((), ("photo.jpg",))
