"""What the invented people write is what the shipped forms ask."""

from datetime import UTC, date, datetime

import pytest

from forms import copying
from forms.answers import typed
from forms.catalogue import shipped
from intake_server.demo import filled
from intake_server.demo.people import DANYLO, FAMILY, MYKYTA, NAMESAKE, NIKITA, ORYSIA

NOON = datetime(2026, 11, 23, 10, tzinfo=UTC)
REFERENCE = "4KH7T299"
WRITTEN = [
    *(
        pytest.param(
            "reception", filled.reception(child, None, NOON), id=child.spoken.en
        )
        for child in (DANYLO, MYKYTA, NAMESAKE, NIKITA, ORYSIA, *FAMILY)
    ),
    pytest.param(
        "reception",
        filled.reception(FAMILY[1], REFERENCE, NOON, **filled.siblings(REFERENCE)),
        id="a sister",
    ),
    pytest.param(
        "reception", filled.patronymic(REFERENCE, NOON, "Ярославович"), id="patronymic"
    ),
    pytest.param(
        "rehabilitation",
        filled.rehabilitation(
            REFERENCE,
            NOON,
            "chernivtsi",
            any_goals="yes",
            goals=[filled.goal("1", "спати", date(2026, 12, 20))],
        ),
        id="rehabilitation",
    ),
    pytest.param(
        "reunification",
        filled.reunification(REFERENCE, NOON, able="yes", words="Хочу додому."),
        id="reunification",
    ),
]


@pytest.mark.parametrize(("form_id", "answers"), WRITTEN)
def test_every_answer_is_one_that_the_form_offers(form_id, answers):
    form = shipped(form_id).definition
    asked = {part.path for part in form.fields}

    for answer in typed(answers, form):
        assert answer.field.path in asked
        if answer.field.choices and answer.value is not None:
            given = answer.value if isinstance(answer.value, list) else [answer.value]
            offered = {choice.name for choice in form.choices[answer.field.choices]}
            assert set(given) <= offered, answer.field.name


@pytest.mark.parametrize(
    ("form_id", "answers"), [one for one in WRITTEN if one.id != "patronymic"]
)
def test_no_answer_is_missing_that_the_form_always_wants(form_id, answers):
    form = shipped(form_id).definition
    given = {answer.field.path for answer in typed(answers, form)}
    answered_groups = {path[0] for path in given}

    always = {
        part.path
        for part in form.fields
        if part.required == "true()" and part.repeat is None
        if part.name not in copying.QUESTIONS
    } - WHERE_IT_APPLIES[form_id]
    assert {path for path in always if path[0] in answered_groups} <= given


WHERE_IT_APPLIES = {
    "reception": {
        ("g_words", "interpreter"),
        ("g_consent", "consent_deferred_reason"),
        ("g_child", "not_now_reason"),
        ("g_child", "age_years"),
        ("g_child", "age_band"),
    },
    "rehabilitation": {("g_stay", "interpreter")},
    "reunification": set(),
}
"""Questions that are wanted only where another answer opens them."""
