import pytest

from forms.errors import UnreadableValueError
from forms.values import read

READABLE = [
    ("string", "  Оленка ", "  Оленка "),
    ("string", 12, "12"),
    ("string", 1.50, "1.5"),
    ("select1", "mother", "mother"),
    ("select1", 3, "3"),
    ("int", "7", 7),
    ("int", "-07", -7),
    ("int", 7, 7),
    ("int", 7.0, 7),
    ("decimal", "36.60", "36.6"),
    ("decimal", 36.6, "36.6"),
    ("decimal", "1e3", "1000"),
    ("decimal", "-0.0", "0"),
    ("decimal", "100", "100"),
    ("boolean", "true", True),
    ("boolean", "0", False),
    ("boolean", False, False),
    ("date", "2024-02-29", "2024-02-29"),
    ("dateTime", "2026-05-14T10:20:30.123+03:00", "2026-05-14T10:20:30.123+03:00"),
    ("dateTime", "2026-05-14T10:20:30Z", "2026-05-14T10:20:30Z"),
    ("dateTime", "2026-05-14T10:20:30.000+03", "2026-05-14T10:20:30.000+03:00"),
    ("select", "food sleep", ["food", "sleep"]),
    ("select", ["sleep", "food", "sleep"], ["sleep", "food"]),
    ("select", "never_heard_of", ["never_heard_of"]),
    ("binary", "1779.jpg", "1779.jpg"),
]

UNREADABLE = [
    ("string", True),
    ("string", ["a"]),
    ("string", {"a": 1}),
    ("int", "7.5"),
    ("int", "сім"),
    ("int", "٧"),
    ("int", True),
    ("int", 7.5),
    ("int", 2**53),
    ("int", "9" * 500),
    ("int", float("inf")),
    ("decimal", "1e999999"),
    ("decimal", "NaN"),
    ("decimal", float("nan")),
    ("decimal", "1,5"),
    ("boolean", "так"),
    ("boolean", 1),
    ("date", "2023-02-29"),
    ("date", "14.05.2026"),
    ("date", "2026-05-14T00:00:00Z"),
    ("date", 20260514),
    ("dateTime", "2026-05-14T10:20:30"),
    ("dateTime", "2026-05-14"),
    ("dateTime", "2026-13-14T10:20:30Z"),
    ("dateTime", 1779),
    ("select", ["food sleep"]),
    ("select", [["food"]]),
    ("select", [None]),
    ("select", 5),
]


@pytest.mark.parametrize(("kind", "given", "value"), READABLE, ids=map(repr, READABLE))
def test_a_value_is_read_by_its_type(kind, given, value):
    found = read(given, kind=kind, field="f")

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("kind", "given"), UNREADABLE, ids=map(repr, UNREADABLE))
def test_a_value_of_another_type_is_unreadable_and_names_its_field(kind, given):
    with pytest.raises(UnreadableValueError) as caught:
        read(given, kind=kind, field="f")

    assert caught.value.field == "f"
    assert caught.value.slug == "unreadable-value"


@pytest.mark.parametrize("empty", [None, "", []], ids=repr)
@pytest.mark.parametrize("kind", ["string", "int", "date", "select", "binary"])
def test_an_empty_answer_is_nothing(kind, empty):
    assert read(empty, kind=kind, field="f") is None
