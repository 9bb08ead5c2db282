"""Rules between two answers."""

import pytest
from histories import a_change

from sync.change import Write
from sync.merge.fold import fold
from sync.merge.schema import Schema


def violated(op, left, right, *, kind=None, dismissed=None):
    typed = {"type": kind} if kind else {}
    schema = Schema.from_json(
        {
            "fields": {"left": typed, "right": typed},
            "rules": [{"id": "r", "a": "left", "op": op, "b": "right"}],
        }
    )
    changes = [a_change("c1", Write(f="left", v=left), Write(f="right", v=right))]
    if dismissed is not None:
        changes.append(a_change("c2", Write(f="_dismiss:r", v=dismissed)))
    return [item.cell for item in fold(changes, schema).items] == ["r"]


@pytest.mark.parametrize(
    ("op", "left", "right", "kind"),
    [
        ("<", 2, 2, "number"),
        ("<=", 3, 2, "number"),
        (">", 2, 2.0, "number"),
        (">=", "9", "10", "decimal"),
        ("==", "2023-01-01", "2023-01-02", "date"),
        ("!=", "Мар'яна", "Марʼяна", "text"),
        ("<=", "2026-03-02T09:00:00+02:00", "2026-03-02T06:59:00Z", "datetime"),
        ("<", {"b": 1}, {"a": 1}, None),
    ],
)
def test_a_broken_rule_is_reported(op, left, right, kind):
    assert violated(op, left, right, kind=kind)


@pytest.mark.parametrize(("left", "right"), [(1, 2), (None, 2), (3, None)])
def test_a_rule_that_holds_or_says_nothing_is_not(left, right):
    assert not violated("<", left, right)


@pytest.mark.parametrize(
    ("dismissed", "is_asked"),
    [(["c1"], False), (["c1", "c0"], True), ([], True), ([{}], True)],
)
def test_a_dismissal_names_what_it_saw(dismissed, is_asked):
    assert violated("<", 2, 1, dismissed=dismissed) == is_asked


def test_a_dismissal_that_was_taken_back_dismisses_nothing():
    assert violated("<", 2, 1)
