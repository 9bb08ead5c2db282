"""Whatever a phone, or somebody who says to be one, can send as XML."""

import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forms.errors import SubmissionError
from forms.gate import peek
from forms.instance import parse

META = b"<meta><instanceID>uuid:1</instanceID></meta>"
LAUGHS = b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 15)
)


def a_submission(inside=b"", meta=META):
    return b'<data id="reception" version="1">' + inside + meta + b"</data>"


REFUSED = {
    "nothing": (b"", "malformed-xml"),
    "not XML": (b"4KH-7T29-9", "malformed-xml"),
    "a torn end": (a_submission()[:-3], "malformed-xml"),
    "two roots": (a_submission() * 2, "malformed-xml"),
    "NUL": (a_submission(b"<a>\0</a>"), "malformed-xml"),
    "NUL by number": (a_submission(b"<a>&#0;</a>"), "malformed-xml"),
    "half a surrogate pair": (a_submission(b"<a>\xed\xa0\x80</a>"), "malformed-xml"),
    "half a pair by number": (a_submission(b"<a>&#xD800;</a>"), "malformed-xml"),
    "an unknown entity": (a_submission(b"<a>&b;</a>"), "malformed-xml"),
    "another encoding": (a_submission().decode().encode("utf-16"), "malformed-xml"),
    "a document type": (b"<!DOCTYPE data>" + a_submission(), "doctype"),
    "a file of ours": (
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + a_submission(b"<a>&x;</a>"),
        "doctype",
    ),
    "a billion laughs": (
        b'<!DOCTYPE d [<!ENTITY a0 "ha">'
        + LAUGHS
        + b"]>"
        + a_submission(b"<a>&a14;</a>"),
        "doctype",
    ),
    "65 levels": (a_submission(b"<a>" * 64 + b"</a>" * 64), "too-deep"),
    "10 000 levels": (a_submission(b"<a>" * 10_000 + b"</a>" * 10_000), "too-deep"),
    "20 001 elements": (a_submission(b"<a/>" * 19_998), "too-many-elements"),
    "a huge field": (a_submission(b"<a>%s</a>" % (b"x" * 262_145)), "too-large"),
    "a huge field of letters": (
        a_submission(b"<a>%s</a>" % ("ї" * 131_073).encode()),
        "too-large",
    ),
    "1 MB of text": (a_submission(b"<a>%s</a>" % (b"x" * 1_048_576)), "too-large"),
    "a huge submission": (a_submission(b"<a>xxx</a>" * 120_000), "too-large"),
    "a huge name": (a_submission(b"<%s/>" % (b"a" * 256)), "too-large"),
    "a huge id": (
        a_submission(meta=b"<meta><instanceID>%s</instanceID></meta>" % (b"x" * 256)),
        "too-large",
    ),
    "no meta": (a_submission(meta=b""), "missing-instance-id"),
    "an empty id": (
        a_submission(meta=b"<meta><instanceID> </instanceID></meta>"),
        "missing-instance-id",
    ),
}


@pytest.mark.parametrize(("xml", "slug"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_submission_is_refused_by_its_name(xml, slug):
    with pytest.raises(SubmissionError) as caught:
        parse(xml)

    assert caught.value.slug == slug


@pytest.mark.parametrize(("xml", "slug"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_costs_little_time_and_memory(xml, slug):
    tracemalloc.start()
    began = time.process_time()

    with pytest.raises(SubmissionError) as caught:
        parse(xml)

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.slug == slug
    assert time.process_time() - began < 2
    assert peak_bytes < 16_000_000


ADMITTED = {
    "64 levels": a_submission(b"<a>" * 63 + b"</a>" * 63),
    "20 000 elements": a_submission(b"<a/>" * 19_997),
    "a large field": a_submission(b"<a>%s</a>" % (b"x" * 262_144)),
    "a byte order mark": b"\xef\xbb\xbf" + a_submission(),
    "a comment about a document type": a_submission(b"<!-- <!DOCTYPE a> -->"),
    "a quoted document type": a_submission(b"<a><![CDATA[<!DOCTYPE a>]]></a>"),
    "a processing instruction": b'<?xml-stylesheet href="x"?>' + a_submission(),
}


@pytest.mark.parametrize("xml", ADMITTED.values(), ids=ADMITTED)
def test_what_is_only_odd_goes_through(xml):
    assert parse(xml).instance_id == "uuid:1"


def test_a_refusal_never_quotes_an_answer():
    name = "Оленка"
    xml = a_submission(f"<a>{name * 40_000}</a>".encode())

    with pytest.raises(SubmissionError) as caught:
        parse(xml)

    assert name not in str(caught.value)


def test_a_submission_without_its_id_still_says_which_form_it_is():
    with pytest.raises(SubmissionError) as caught:
        parse(a_submission(meta=b""))

    assert (caught.value.form_id, caught.value.version) == ("reception", "1")


@given(st.binary(max_size=200))
@example(b'<?xml version="1.0" encoding="utf-7"?><a/>')
@example(b'<?xml version="1.0" encoding="nonsense"?><a/>')
@example(b"<a xmlns:b='c' b:d='e'>" * 50_000)
def test_looking_at_the_root_never_fails(xml):
    peek(xml)


@pytest.mark.parametrize("xml", [case[0] for case in REFUSED.values()], ids=REFUSED)
def test_looking_at_the_root_of_something_hostile_costs_nothing(xml):
    began = time.process_time()

    root = peek(xml)

    assert time.process_time() - began < 1
    assert root is None or root.children == ()


def test_the_root_is_known_though_the_rest_is_missing():
    root = peek(b'<a:data xmlns:a="x" id="reception"><a:b>')

    assert (root.name, dict(root.attributes)) == ("data", {"id": "reception"})
