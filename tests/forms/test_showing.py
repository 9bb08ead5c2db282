import pytest

from forms.showing import MOST_INDENTED, text


def test_a_form_in_xml_is_shown_in_lines():
    raw = b'<?xml version="1.0"?><data id="a"><g><n>&lt;b&gt;</n></g></data>'

    assert text(raw, is_xml=True).split("\n") == [
        '<data id="a">',
        "  <g>",
        "    <n>&lt;b&gt;</n>",
        "  </g>",
        "</data>",
    ]


def test_a_form_in_json_is_shown_in_lines_and_in_its_own_letters():
    assert text(b'{"a":"\xd0\xb6"}', is_xml=False) == '{\n  "a": "ж"\n}'


@pytest.mark.parametrize(
    "raw",
    [b"<data><n>", b"no xml at all", b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'],
)
def test_what_is_no_xml_is_shown_as_it_came(raw):
    assert text(raw, is_xml=True) == raw.decode()


def test_what_nests_too_deep_to_be_indented_is_shown_as_it_came():
    raw = b"[" * 100_000

    assert text(raw, is_xml=False) == raw.decode()


def test_a_giant_is_not_indented():
    raw = b"<a><b/>" + b" " * MOST_INDENTED + b"</a>"

    assert "\n" not in text(raw, is_xml=True)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (b"\xff", "\\xff"),
        (b"a\x00b\x1b[1m", "a\\x00b\\x1b[1m"),
        ("a\u202eb".encode(), "a\\u202eb"),
        (b"a\r\n\tb", "a\n  b"),
    ],
)
def test_no_character_hides_or_turns_what_stands_beside_it(raw, seen):
    assert text(raw, is_xml=True) == seen


def test_halves_of_characters_in_json_are_shown_as_what_they_are():
    assert text(b'{"a":"\\ud800"}', is_xml=False) == '{\n  "a": "\\ud800"\n}'
