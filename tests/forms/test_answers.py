import pytest
from trial_form import TRIAL

from forms.errors import SubmissionError, UnreadableValueError
from forms.gate import admit
from forms.instance import Limits, derived_key, typed


def values(answers):
    return {answer.field.property: answer.value for answer in typed(answers, TRIAL)}


def rows(answers):
    found = [answer.row for answer in typed(answers, TRIAL) if answer.row]
    return list({id(row): row for row in found}.values())


def test_xml_text_and_json_values_mean_the_same():
    from_xml = {"g_child": {"age": "7", "weight": "21.50", "needs": "food sleep"}}
    from_json = {"g_child": {"age": 7, "weight": 21.5, "needs": ["food", "sleep"]}}

    assert values(from_xml) == values(from_json)
    assert values(from_json) == {"age": 7, "weight": "21.5", "needs": ["food", "sleep"]}


def test_an_absent_answer_is_none_at_all_and_an_empty_one_is_cleared():
    assert values({"g_child": {"called": "", "age": None}}) == {
        "name_called": None,
        "age": None,
    }


@pytest.mark.parametrize(
    "empty", [{}, {"g_child": {}}, {"g_child": ""}, {"kin": []}], ids=repr
)
def test_nothing_answered_gives_nothing(empty):
    assert typed(empty, TRIAL) == ()


def test_meta_is_no_answer():
    assert typed({"meta": {"instanceID": "uuid:1"}}, TRIAL) == ()


def test_a_working_value_has_no_property():
    assert values({"working": "2"}) == {None: "2"}


def test_a_wrong_value_names_its_field():
    with pytest.raises(UnreadableValueError) as caught:
        typed({"g_child": {"born": "позавчора"}}, TRIAL)

    assert caught.value.field == "born"
    assert "позавчора" not in str(caught.value)


def test_a_group_below_a_question_is_unreadable():
    with pytest.raises(UnreadableValueError) as caught:
        typed({"note": {"inner": "x"}}, TRIAL)

    assert caught.value.field == "note"


def test_rows_that_are_no_rows_are_unreadable():
    with pytest.raises(UnreadableValueError) as caught:
        typed({"kin": ["mother"]}, TRIAL)

    assert caught.value.field == "kin"


def test_a_row_is_known_by_its_own_id_or_by_its_place():
    found = rows({"kin": [{"row": "r-1", "rel": "aunt"}, {"rel": "aunt"}]})

    assert [(row.row_id, row.index) for row in found] == [("r-1", 0), ("1", 1)]


def test_two_rows_never_share_an_id():
    found = rows({"kin": [{"row": "1"}, {"row": "1"}, {"row": "1"}]})

    assert len({row.row_id for row in found}) == 3


def test_a_row_below_a_row_knows_its_parent():
    found = rows(
        {
            "kin": [
                {"row": "r-1", "phones": [{"phone": "1"}]},
                {"row": "r-2", "phones": [{"phone": "1"}, {"phone": "2"}]},
            ]
        }
    )

    phones = [row for row in found if row.repeat.name == "phones"]
    assert [row.row_id for row in phones] == ["r-1/0", "r-2/0", "r-2/1"]
    assert [row.parent.row_id for row in phones] == ["r-1", "r-2", "r-2"]


def test_a_mother_is_one_whoever_names_her_and_an_aunt_is_not():
    mother, aunt, nobody = rows(
        {"kin": [{"rel": "mother"}, {"rel": "aunt"}, {"rel": ""}]}
    )

    assert derived_key(mother, TRIAL) == "mother"
    assert derived_key(aunt, TRIAL) is None
    assert derived_key(nobody, TRIAL) is None


def test_a_row_named_by_a_field_is_known_by_that_answer():
    _, phone = rows({"kin": [{"rel": "aunt", "phones": [{"phone": "+380"}]}]})

    assert derived_key(phone, TRIAL) == "+380"


def test_what_the_form_does_not_know_is_kept():
    answers = typed(
        {"shoe": 35, "g_new": {"a": "x"}, "list": ["p", {"q": True}]}, TRIAL
    )

    assert {answer.field.property: answer.value for answer in answers} == {
        "shoe": 35,
        "g_new/a": "x",
        "list/0": "p",
        "list/1/q": True,
    }
    assert {answer.field.home for answer in answers} == {"event"}
    assert {answer.field.policy for answer in answers} == {None}
    assert {answer.field.level for answer in answers} == {"confidential"}


def test_an_unknown_part_never_takes_the_name_of_a_property():
    assert values({"age": "багато", "birth": "x"}) == {"/age": "багато", "/birth": "x"}


def test_an_unknown_part_of_a_row_stays_with_its_row():
    answer = typed({"kin": [{"row": "r", "new": "x"}]}, TRIAL)[-1]

    assert answer.row.row_id == "r"
    assert (answer.field.home, answer.field.property) == ("relation", "new")


def nested(levels):
    answers = {}
    for _ in range(levels):
        answers = {"a": answers}
    return answers


HOSTILE = {
    "100 levels": (nested(100), "too-deep"),
    "100 000 levels": (nested(100_000), "too-deep"),
    "20 001 values": ({"a": ["x"] * 20_001}, "too-many-elements"),
    "a huge field": ({"note": "x" * 262_145}, "too-large"),
    "a huge field of letters": ({"note": "ї" * 131_073}, "too-large"),
    "huge altogether": ({f"a{n}": "x" * 200_000 for n in range(6)}, "too-large"),
    "a huge name": ({"a" * 300: "x"}, "too-large"),
    "NUL": ({"note": "a\0b"}, "unreadable-value"),
    "half a surrogate pair": ({"note": "\ud800"}, "unreadable-value"),
    "half a pair as a name": ({"g_child": {"\udfff": 1}}, "unreadable-value"),
}


@pytest.mark.parametrize(("answers", "slug"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_held_to_the_limits_of_xml(answers, slug):
    with pytest.raises(SubmissionError) as caught:
        admit(answers)

    assert caught.value.slug == slug
    str(caught.value).encode()


def test_limits_can_be_set():
    with pytest.raises(SubmissionError):
        admit({"a": 1, "b": 2}, Limits(elements=2))
