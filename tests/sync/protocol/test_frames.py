import gzip
import tracemalloc

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from sync import clock
from sync.change import Change, Write, compose, encode, verify
from sync.errors import FrameError, FrameTooLargeError, FrameTypeError
from sync.protocol import frames
from sync.protocol.messages import MAX_BYTES, MAX_CHANGES, Exchange, Exchanged, Result

media_types = pytest.mark.parametrize("media", frames.MEDIA)
codings = pytest.mark.parametrize("coding", frames.CODINGS)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def a_change(value="Ремез"):
    return compose(
        log="tru-1",
        seq=1,
        hlc=clock.at(1_764_043_881_000),
        wall="2026-11-25T09:11:04+02:00",
        author="d:1",
        site="truskavets",
        edits={
            ("7b8d9a52-6a0b-5c32-9f0e-0d2f1c3b4a59", "person"): [
                Write(f="family_name", v=value)
            ]
        },
        salts=lambda: b"\x07" * 16,
    )


@media_types
@given(value=plain)
def test_a_change_travels_unaltered(media, value):
    change = a_change(value)
    message = Exchange(epoch="e", push=(frames.wrap(change, media=media),))

    heard = frames.read(frames.write(message, media=media), Exchange, media=media)
    [arrived] = [frames.unwrap(part, media=media) for part in heard.push]

    assert arrived == change
    assert verify(arrived) is None


@media_types
def test_an_answer_travels_unaltered(media):
    answer = Exchanged(
        epoch="e",
        acked_to=3,
        cursor="c",
        results=(Result(id="a" * 32, status="quarantined", code="type:born"),),
        more=True,
        reset_from=2,
    )

    assert frames.read(frames.write(answer, media=media), Exchanged, media=media) == (
        answer
    )


@codings
@given(data=st.binary(max_size=2_000))
def test_every_coding_gives_back_what_it_took(coding, data):
    packed, used = frames.pack(data, accepted=[coding])

    assert frames.unpack(packed, used) == data


def test_the_best_coding_that_both_sides_know_is_used():
    data = b"0" * 1_000

    assert frames.pack(data, accepted=["gzip", "zstd"])[1] == "zstd"
    assert frames.pack(data, accepted=["gzip", "br"])[1] == "gzip"
    assert frames.pack(data, accepted=["br"])[1] == "identity"


def test_a_small_message_is_not_compressed():
    assert frames.pack(b"0" * frames.SMALL) == (b"0" * frames.SMALL, "identity")


def test_a_bomb_that_hides_its_size_is_refused_too():
    stream = zstandard.ZstdCompressor(level=19).compressobj()
    bomb = stream.compress(bytes(200_000_000)) + stream.flush()

    with pytest.raises(FrameError):
        frames.unpack(bomb, "zstd")


def test_a_stream_that_does_not_tell_its_size_is_read():
    stream = zstandard.ZstdCompressor().compressobj()

    assert frames.unpack(stream.compress(b"abc") + stream.flush(), "zstd") == b"abc"


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(200_000_000), 9)),
        ("zstd", zstandard.ZstdCompressor(level=19).compress(bytes(200_000_000))),
    ],
    ids=["gzip", "zstd"],
)
def test_a_small_body_cannot_become_a_large_one(coding, bomb):
    tracemalloc.start()

    with pytest.raises(FrameTooLargeError):
        frames.unpack(bomb, coding)

    assert tracemalloc.get_traced_memory()[1] < 5 * MAX_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("cut", [1, 20, 90])
def test_a_cut_body_is_never_taken_for_a_whole_one(coding, cut):
    data = bytes(range(256)) * 40
    packed, _ = frames.pack(data, accepted=[coding])

    with pytest.raises(FrameError):
        frames.unpack(packed[:-cut], coding)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_what_is_not_compressed_is_said_to_be_no_frame(coding):
    with pytest.raises(FrameError):
        frames.unpack(b'{"epoch":"e"}', coding)


def test_an_unknown_coding_is_answered_with_the_known_ones():
    with pytest.raises(FrameTypeError) as refusal:
        frames.unpack(b"", "br")

    assert refusal.value.accepted == frames.CODINGS


def test_an_unknown_media_type_is_answered_with_the_known_ones():
    with pytest.raises(FrameTypeError) as refusal:
        frames.read(b"{}", Exchange, media="text/html")

    assert refusal.value.accepted == frames.MEDIA


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"epoch":1}',
        b"\xff",
        b"[" * 100_000,
        b'{"epoch":"e"',
        b'{"epoch":"e","since":-1}',
        b'{"epoch":"e","upto":99999999999999999999999}',
    ],
)
@media_types
def test_what_is_no_message_is_refused_as_a_whole(media, data):
    with pytest.raises(FrameError):
        frames.read(data, Exchange, media=media)


def test_a_message_has_a_size():
    message = Exchange(epoch="e", push=(Raw(b'"' + b"a" * MAX_BYTES + b'"'),))

    with pytest.raises(FrameTooLargeError):
        frames.read(frames.write(message), Exchange)


def test_a_message_has_a_number_of_changes():
    message = Exchange(epoch="e", push=(Raw(b"1"),) * (MAX_CHANGES + 1))

    with pytest.raises(FrameTooLargeError):
        frames.read(frames.write(message), Exchange)


@pytest.mark.parametrize(
    "part",
    [
        b"1",
        b"null",
        b"{}",
        b'{"id":"a","edits":3}',
        encode(a_change(10**30)),
        encode(a_change([])).replace(b'"v":[]', b'"v":' + b"[" * 70 + b"]" * 70),
        encode(a_change([])).replace(b'"v":[]', b'"v":' + b"[" * 9_999 + b"]" * 9_999),
        encode(a_change("a")).replace(b'"v":"a"', b'"v":"\\ud800"'),
    ],
    ids=["number", "null", "empty", "shape", "huge", "deep", "very deep", "surrogate"],
)
def test_a_part_that_no_store_could_keep_is_no_change(part):
    assert frames.unwrap(Raw(part)) is None


@pytest.mark.parametrize("value", [b"bytes", float("nan"), {1: "a"}])
def test_messagepack_says_no_more_than_json_can(value):
    said = msgspec.msgpack.encode("a")
    packed = msgspec.msgpack.encode(a_change("a")).replace(
        b"\xa1v" + said, b"\xa1v" + msgspec.msgpack.encode(value)
    )

    assert frames.unwrap(Raw(packed), media=frames.MSGPACK) is None


def test_a_part_that_is_no_change_may_still_have_a_name():
    assert frames.id_of(Raw(b'{"id":"ab","edits":3}')) == "ab"
    assert frames.id_of(Raw(b"[1]")) == ""


def test_one_unreadable_change_spoils_nothing_beside_it():
    data = b'{"epoch":"e","push":[{"id":7},' + encode(a_change()) + b"]}"

    [spoilt, whole] = frames.read(data, Exchange).push

    assert frames.unwrap(spoilt) is None
    assert isinstance(frames.unwrap(whole), Change)
