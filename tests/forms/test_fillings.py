"""What tests fill in is what the shipped forms ask, so they stand for real ones."""

import pytest
from fillings import FILLED
from lxml import etree

from forms.answers import typed
from forms.catalogue import shipped

X = "{http://www.w3.org/2002/xforms}"

every_filling = pytest.mark.parametrize("form_id", FILLED)


@every_filling
def test_every_answer_is_one_that_the_form_offers(form_id):
    form = shipped(form_id).definition
    asked = {part.path for part in form.fields}

    for answer in typed(FILLED[form_id], form):
        assert answer.field.path in asked
        if answer.field.choices and answer.value is not None:
            given = answer.value if isinstance(answer.value, list) else [answer.value]
            offered = {choice.name for choice in form.choices[answer.field.choices]}
            assert set(given) <= offered, answer.field.name


@every_filling
def test_no_answer_is_missing_that_the_form_wants(form_id):
    form = shipped(form_id).definition
    only_sometimes = {
        tuple(bind.get("nodeset").split("/")[2:])
        for bind in etree.fromstring(shipped(form_id).xml).iter(f"{X}bind")
        if bind.get("relevant")
    }
    answers = typed(FILLED[form_id], form)
    given = {answer.field.path for answer in answers}
    rows = [answer.row for answer in answers if answer.row]
    wanted = [
        part
        for part in form.fields
        if part.required == "true()" and part.path not in only_sometimes
    ]

    for part in wanted:
        if part.repeat is None:
            assert part.path in given, part.name
        for row in rows:
            assert part.repeat != row.repeat.path or row.values.get(part.name), (
                part.name
            )
