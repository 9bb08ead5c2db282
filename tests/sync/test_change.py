"""Changes: what is kept of them, and that nobody can alter one unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync import change as changes
from sync import clock
from sync.change import Change, Edit, Write
from sync.errors import MalformedChangeError

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=5,
)
IDS = st.lists(TEXTS, max_size=2).map(tuple)
WRITES = st.builds(
    Write,
    f=TEXTS,
    v=JSON,
    p=IDS,
    src=st.none() | TEXTS,
    act=st.none() | TEXTS,
    why=st.none() | TEXTS,
    saw=st.none() | IDS,
)
DOCUMENTS = st.dictionaries(
    st.tuples(TEXTS, st.just("person")),
    st.lists(WRITES, max_size=2),
    max_size=3,
).filter(lambda edits: len({doc for doc, _ in edits}) == len(edits))


def composed(edits, **facts):
    salts = iter(bytes([number] * 16) for number in range(9))
    envelope = {"log": "n1", "seq": 1, "wall": "", "author": "olena", "site": "TRU"}
    return changes.compose(
        hlc=clock.at(1_000, 2),
        edits=edits,
        salts=lambda: next(salts),
        **envelope | facts,
    )


def an_example(value="Коваль"):
    return composed(
        {
            ("d1", "person"): [Write(f="surname", v=value)],
            ("d2", "case"): [Write(s="_scope", e="TRU", v=True, p=("x",))],
        }
    )


@given(DOCUMENTS)
def test_what_was_written_is_read_again(edits):
    change = composed(edits)

    assert changes.decode(changes.encode(change)) == change
    assert changes.verify(change) is None
    assert change.id.startswith("0000000003e8")
    assert len(change.id) == 32


@given(DOCUMENTS)
def test_a_change_is_put_together_again_from_its_parts(edits):
    change = composed(edits)

    bodies = {edit.doc: changes.body(edit) for edit in change.edits}

    assert changes.join(changes.envelope(change), bodies) == change
    for edit in change.edits:
        assert changes.writes_of(bodies[edit.doc]) == edit.w


def test_a_change_with_a_withheld_document_still_verifies():
    change = an_example()
    kept = {"d2": changes.body(change.edits[1])}

    partial = changes.join(changes.envelope(change), kept)

    assert changes.verify(partial) is None
    assert partial.edits[0] == Edit(doc="d1", type="person", ph=change.edits[0].ph)
    assert b"\xd0" not in changes.envelope(change)
    assert changes.decode(changes.encode(partial)) == partial


@given(st.data())
def test_an_altered_byte_is_noticed_or_withholds_and_never_changes_a_word(data):
    wire = changes.encode(an_example())
    place = data.draw(st.integers(0, len(wire) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != wire[place]))

    altered = wire[:place] + bytes([byte]) + wire[place + 1 :]

    try:
        read = changes.decode(altered)
    except MalformedChangeError:
        return
    is_noticed = changes.verify(read) is not None
    pairs = zip(read.edits, an_example().edits, strict=False)
    assert is_noticed or all(one.w in (None, other.w) for one, other in pairs)


@pytest.mark.parametrize(
    ("alteration", "reason"),
    [
        ({"author": "taras"}, "id"),
        ({"seq": 2}, "id"),
        ({"wall": "2026-01-01T00:00:00Z"}, "id"),
        ({"prev": "x"}, "id"),
        ({"off": 5}, "id"),
        ({"id": "0" * 32}, "id"),
        ({"hlc": clock.text(clock.at(1_000, 3))}, "id"),
        ({"hlc": "noon"}, "hlc"),
        ({"edits": ()}, "id"),
    ],
)
def test_an_altered_envelope_is_noticed(alteration, reason):
    assert changes.verify(replace(an_example(), **alteration)) == reason


def test_an_altered_value_is_noticed():
    change = an_example()
    first = replace(change.edits[0], w=(Write(f="surname", v="Інша"),))

    assert changes.verify(replace(change, edits=(first, change.edits[1]))) == "hash"


def test_a_signature_is_not_part_of_the_id():
    assert changes.verify(replace(an_example(), sig="s")) is None


def test_the_same_words_under_another_salt_have_another_hash():
    edits = {
        ("d1", "person"): [Write(f="x", v=1)],
        ("d2", "person"): [Write(f="x", v=1)],
    }

    one, other = composed(edits).edits

    assert one.ph != other.ph


def deep(levels):
    wire = changes.encode(an_example("here"))
    return wire.replace(b'"here"', b"[" * levels + b"]" * levels)


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="no-object"),
        pytest.param(b'{"log":"x"}', id="members-missing"),
        pytest.param(
            changes.encode(an_example()).replace(b"surname", b"\xff"), id="utf8"
        ),
        pytest.param(
            changes.encode(an_example("n")).replace(b'"n"', b'"\\ud800"'), id="half"
        ),
        pytest.param(changes.encode(an_example("n")).replace(b'"n"', b"NaN"), id="nan"),
        pytest.param(
            changes.encode(an_example("n")).replace(b'"n"', b"1e999"), id="1e999"
        ),
        pytest.param(
            changes.encode(an_example(1)).replace(b'"v":1', b'"v":1' + b"0" * 30),
            id="big",
        ),
        pytest.param(deep(300), id="deep"),
        pytest.param(deep(100_000), id="very-deep"),
    ],
)
def test_bytes_that_are_no_change_say_so(wire):
    with pytest.raises(MalformedChangeError):
        changes.decode(wire)


@pytest.mark.parametrize(
    ("write", "cell"),
    [
        (Write(f="surname"), "surname"),
        (Write(g="birth"), "birth"),
        (Write(s="languages", e=" Укр  мова"), "languages/Укр мова"),
        (Write(s="languages"), "languages/"),
        (Write(n="notes", e="uuid:1/note"), "notes/uuid:1/note"),
        (Write(), ""),
    ],
)
def test_a_write_names_its_cell(write, cell):
    assert write.cell == cell
    assert write.name == cell.partition("/")[0]


def test_a_change_without_content_verifies():
    empty = Change(
        log="n", seq=1, hlc=clock.text(1), wall="", author="a", site="s", edits=()
    )

    assert changes.verify(empty) == "id"


@pytest.mark.parametrize(
    "facts",
    [
        {"site": "a\0b"},
        {"log": "\\\0"},
        {"seq": 1 << 64},
        {"off": -(1 << 64)},
        {"wall": "x" * 4_000_000},
    ],
)
def test_what_some_store_or_line_could_not_hold_is_no_change(facts):
    change = replace(an_example(), **facts)

    with pytest.raises(MalformedChangeError, match="kept"):
        changes.decode(changes.encode(change))


def test_a_text_that_only_looks_like_nul_is_kept():
    change = replace(an_example(), site="\\u0000")

    assert changes.decode(changes.encode(change)) == change
