"""What submissions say, and on which documents."""

from decimal import Decimal

from histories import a_change
from hypothesis import given
from hypothesis import strategies as st
from trial_form import TRIAL

from forms.catalogue import builtin
from forms.instance import typed
from forms.merging import rules
from forms.values import read
from sync import documents, effect
from sync.change import Write
from sync.merge.cells import Version
from sync.merge.heads import fault
from sync.merge.schema import Schema
from sync.values import key

FORMS = {form.form_id: form.definition for form in builtin()}
CHILD = "4KH7T299"
PERSON = documents.person(CHILD)
CASE = documents.case(PERSON)
NOTHING = Schema({})


def said(form_id, answers, *, instance_id="uuid:1", reference=CHILD, **facts):
    occasion = effect.Occasion(
        instance_id=instance_id,
        root=instance_id,
        definition=FORMS[form_id],
        reference=reference,
        site="truskavets",
        **facts,
    )
    return effect.said(occasion, typed(answers, FORMS[form_id]))


def values(told, name):
    return {s.doc: s.value for s in told.statements if s.name == name}


def sought(*rows):
    return {"any_sought_persons": "yes", "sought_persons": list(rows)}


def test_what_is_about_the_child_leaves_the_visit():
    told = said(
        "rehabilitation",
        {
            "g_stay": {"center": "truskavets", "comm_mode": ["speech"]},
            "g_med": {"medication": "300"},
        },
    )

    event = documents.event("uuid:1")
    assert values(told, "center") == {event: "truskavets"}
    assert values(told, "comm_mode") == {PERSON: ("speech",)}
    assert values(told, "medication") == {CASE: "300"}
    assert told.documents == ((event, "event"), (PERSON, "person"), (CASE, "case"))


def test_two_forms_name_one_mother_and_two_aunts():
    mother = {"sought_rel": "mother", "sought_name": "Олена"}
    aunt = {"sought_rel": "aunt", "sought_name": "Галина", "sought_row": "uuid:r1"}

    here = values(said("reunification", sought(mother, aunt)), "rel_name")
    there = values(
        said("reunification", sought(mother, aunt), instance_id="uuid:2"), "rel_name"
    )

    shared = here.keys() & there.keys()
    assert shared == {documents.relation(PERSON, "kin", "mother")}
    assert len(here) == len(there) == 2


def test_a_row_says_once_whose_it_is():
    row = {"sought_rel": "father", "sought_name": "Іван"}

    told = said("reunification", sought(row, row))

    owners = [s for s in told.statements if s.name == "parent"]
    assert [(s.kind, s.value) for s in owners] == [("kin", PERSON)] * 2
    assert len({s.doc for s in owners}) == 2


def test_of_two_mothers_in_one_form_neither_is_lost():
    mothers = [
        {"sought_rel": "mother", "sought_name": name, "sought_row": f"uuid:{name}"}
        for name in ("Олена", "Ольга")
    ]

    told = said("reunification", sought(*mothers))

    names = values(told, "rel_name")
    shared = documents.relation(PERSON, "kin", "mother")
    assert names.pop(shared) == "Олена"
    assert list(names.values()) == ["Ольга"]


def test_the_own_id_of_a_row_is_said_only_where_the_row_stands_for_itself():
    mother = {"sought_rel": "mother", "sought_name": "Олена", "sought_row": "uuid:r1"}
    aunt = {"sought_rel": "aunt", "sought_name": "Галина", "sought_row": "uuid:r2"}

    told = said("reunification", sought(mother, aunt))

    assert list(values(told, "relation_row").values()) == ["uuid:r2"]


def test_rows_without_an_id_of_their_own_stay_apart():
    goal = {"goal_domain": "sleep", "goal_words": "спати"}

    told = said("rehabilitation", {"any_goals": "yes", "goals": [goal, goal]})

    assert len(values(told, "goal_words")) == 2


def test_a_group_is_said_as_one():
    told = said(
        "reception",
        {
            "g_child": {
                "birth_date": "2012-03-04",
                "dob_precision": "day",
                "birth_source": "document",
            }
        },
    )

    (birth,) = [s for s in told.statements if s.how == "group"]
    assert birth.name == "birth"
    assert birth.value == {"birth_date": "2012-03-04", "dob_precision": "day"}
    assert birth.src == "document"


def test_a_paper_of_an_occupation_authority_is_graded_as_one():
    told = said(
        "reception",
        {"g_child": {"family_name": "Гудзь", "name_source": "occupation_document"}},
    )

    (name,) = [s for s in told.statements if s.name == "family_name"]
    assert name.src == "occupation_document"


def test_a_text_that_is_a_set_is_split_and_a_name_is_not():
    told = said(
        "rehabilitation",
        {"g_med": {"allergies": "пил; арахіс ;; пил", "medication": "А; Б"}},
    )

    assert values(told, "allergies") == {CASE: ("пил", "арахіс")}
    assert values(told, "medication") == {CASE: "А; Б"}


def test_words_of_two_visits_are_two_entries():
    words = {"g_mh": {"strengths": "малюю"}}
    entries = {
        s.entry
        for name in ("uuid:1", "uuid:2", "uuid:1")
        for s in said("rehabilitation", words, instance_id=name).statements
        if s.name == "strengths"
    }

    assert entries == {"uuid:1/strengths", "uuid:2/strengths"}


def test_what_a_form_does_not_know_stays_on_the_visit():
    told = said("reception", {"g_new": {"shelter": "А"}})

    assert values(told, "g_new.shelter") == {documents.event("uuid:1"): "А"}


def test_without_a_child_only_the_visit_speaks():
    told = said("reception", {"g_child": {"sex": "female"}}, reference=None)

    assert told.documents == ((documents.event("uuid:1"), "event"),)
    assert values(told, "sex") == {}


def test_a_reference_is_written_as_it_is_kept():
    told = said("reception", {"g_with": {"sibling_group": "4кн 7т29-9"}})

    assert values(told, "sibling_group") == {PERSON: CHILD}


def test_a_file_is_named_by_its_content():
    told = said(
        "reception", {"g_child": {"photo_id": "1.jpg"}}, files={"1.jpg": "ab" * 32}
    )

    assert values(told, "photo_id") == {PERSON: ("ab" * 32,)}


@given(
    shown=st.sets(st.sampled_from("abcd")),
    answered=st.sets(st.sampled_from("abcd")),
)
def test_a_saved_list_writes_only_what_differs_from_what_was_shown(shown, answered):
    schema = Schema.from_json({"fields": {"languages": {"policy": "set"}}})
    on_screen = {
        ("d", f"languages/{e}"): (
            {e: Version(id=e, value=True, element=e)},
            frozenset({e}),
        )
        for e in shown
    }
    statement = effect.Statement("d", "person", "set", "languages", sorted(answered))

    made = effect.writes([statement], schema, on_screen)[("d", "person")]

    assert {w.e for w in made if w.v} == answered - shown
    assert {w.e for w in made if not w.v} == shown - answered
    assert all(w.p == ((w.e,) if w.e in shown else ()) for w in made)


def test_a_centre_that_saves_a_form_takes_no_other_centre_out_of_the_case():
    on_screen = {
        (CASE, "_scope/chernivtsi"): (
            {"c": Version(id="c", value=True, element="chernivtsi")},
            frozenset({"c"}),
        )
    }
    told = said("rehabilitation", {"g_stay": {"center": "truskavets"}})

    made = effect.writes(told.statements, NOTHING, on_screen)[(CASE, "case")]

    assert [(w.e, w.v) for w in made if w.s == "_scope"] == [("truskavets", True)]


@given(form=st.sampled_from(sorted(FORMS)), text=st.text(max_size=20))
def test_the_same_submission_always_says_the_same(form, text):
    answers = {"g_unknown": {"x": text.replace("\0", "")}}

    assert said(form, answers) == said(form, answers)


@given(
    st.from_regex(
        r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?",
        fullmatch=True,
    )
)
def test_every_number_that_a_form_can_read_fits_its_field(text):
    rule = rules(TRIAL)["weight"]
    value = read(text, kind="decimal", field="weight")

    told = a_change("x", Write(f="weight", v=value))

    assert fault(told, Schema.from_json({"fields": {"weight": rule}})) is None
    assert key(value, rule["type"]) == ("number", Decimal(text))
