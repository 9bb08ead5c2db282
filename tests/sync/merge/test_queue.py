"""What people are asked, whose it is and how urgent."""

import pytest
from histories import SCHEMA, a_change
from hypothesis import given
from hypothesis import strategies as st

from sync.change import Edit, Write
from sync.merge import queue
from sync.merge.fold import fold
from sync.merge.schema import Rule

IDS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1), unique=True)


@given(IDS, st.randoms())
def test_the_id_of_a_question_depends_on_its_heads_in_no_order(ids, random):
    shuffled = list(ids)
    random.shuffle(shuffled)

    one = queue.identify("field_conflict", "P1", "surname", ids)

    assert queue.identify("field_conflict", "P1", "surname", shuffled) == one
    assert len(one) == 32


@given(IDS)
def test_two_cells_with_the_same_heads_are_two_questions(ids):
    told_apart = {
        queue.identify(kind, doc, cell, ids)
        for kind in ("field_conflict", "set_conflict")
        for doc in ("P1", "P2")
        for cell in ("surname", "given_name")
    }

    assert len(told_apart) == 8


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"harm": "custody", "level": "public_stat"}, 3),
        ({}, 2),
        ({"level": "sealed"}, 2),
        ({"level": "restricted"}, 1),
        ({"level": "public_stat"}, 1),
    ],
)
def test_what_could_harm_a_child_comes_first(facts, severity):
    assert queue.severity_of(Rule(name="x", **facts)) == severity


def test_a_quarantined_change_without_documents_is_still_a_question():
    change = a_change("c1", edits=(), hlc="never")

    (item,) = fold([change], SCHEMA).items

    assert (item.kind, item.doc, item.cell) == ("quarantine", "", "shape:hlc")


def test_one_change_in_two_places_is_named_once():
    edit = Edit(
        doc="P1",
        type="person",
        w=(
            Write(f="date_deported", v="2023-02-01"),
            Write(f="date_returned", v="2023-01-01"),
        ),
    )

    (item,) = fold([a_change("c1", edits=(edit,))], SCHEMA).items

    assert (item.kind, item.heads) == ("rule", ("c1",))


@pytest.mark.parametrize(
    ("cell", "values", "is_spelling"),
    [
        ("surname", ("Нечуй-Левицька", "нечуй левицька"), True),
        ("surname", ("Коваль", "КОВАЛЬ", "Ков-аль"), True),
        ("surname", ("Коваль", "КОВАЛЬ", "Ковальчук"), False),
        ("surname", ("Коваль", None), False),
        ("surname", ("-", "- -"), False),
        ("dob", ({"date": "2013-04-05"}, {"date": "2013-04-06"}), False),
    ],
)
def test_a_question_says_whether_the_answers_differ_in_spelling_alone(
    cell, values, is_spelling
):
    changes = [
        a_change(f"c{number}", Write(f=cell, v=value))
        for number, value in enumerate(values)
    ]

    (item,) = fold(changes, SCHEMA).items

    assert item.kind == "field_conflict"
    assert item.is_spelling == is_spelling
