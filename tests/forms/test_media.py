"""Files beside a form: those that it needs, that fit, and no others."""

import pytest
from illustrated import FILES, HERBS, SOURCE, a_picture, illustrated
from lxml import etree

from forms import catalogue, media, review
from forms.authoring import convert
from forms.delivery import Needed, needed_files
from forms.draft import of_xform
from forms.faults import Wrong
from forms.places.lists import HROMADA_LIST

CSV = Needed("herbs.csv", "file-csv", frozenset({"name", "label"}))
PICTURE = Needed("meadow.png", "images")


def wrong(form, given=FILES):
    draft = of_xform(form.xml)
    found = review.of_form(form, (), draft) + review.of_files(form.xml, given)
    return [(fault.wrong, fault.facts.get("value")) for fault in found]


def without(*names):
    given = {name: file for name, file in FILES.items() if name not in names}
    return catalogue.form(convert(SOURCE, kind="md"), given)


def test_a_form_says_which_files_it_needs_and_which_columns_of_them():
    needed = {
        one.name: one for one in needed_files(etree.fromstring(illustrated().xml))
    }

    assert needed == {
        "herbs.csv": CSV,
        "meadow.png": PICTURE,
        HROMADA_LIST.name: Needed(
            HROMADA_LIST.name, "file-csv", frozenset({"name", "label"})
        ),
    }


def test_a_form_whose_files_are_all_there_is_taken():
    assert wrong(illustrated()) == []


def test_a_list_that_every_node_has_is_only_named():
    places = next(m for m in illustrated().media if m.name == HROMADA_LIST.name)

    assert places.content is None
    assert (places.md5, places.size) == (HROMADA_LIST.md5, HROMADA_LIST.size)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name):
    assert wrong(without(name)) == [(Wrong.FILE, name)]


def test_a_file_that_nobody_needs_is_named():
    given = FILES | {"oak.png": a_picture()}

    assert wrong(illustrated(), given) == [(Wrong.FILE_UNASKED, "oak.png")]


def test_no_form_brings_a_list_of_places_of_its_own():
    given = FILES | {HROMADA_LIST.name: b"name,label,oblast\n"}
    form = illustrated(**given)

    assert wrong(form, given) == [(Wrong.FILE_UNASKED, HROMADA_LIST.name)]
    assert form.media == illustrated().media


def test_a_list_of_places_that_is_not_there_yet_is_missing():
    later = SOURCE.replace("hromadas-2026-07", "hromadas-2031-01")
    name = "katottg-hromadas-2031-01.csv"
    given = FILES | {name: b"name,label,oblast\n"}
    form = catalogue.form(convert(later, kind="md"), given)

    assert wrong(form, given) == [(Wrong.FILE, name), (Wrong.FILE_UNASKED, name)]


@pytest.mark.parametrize(
    ("needed", "content"),
    [
        pytest.param(CSV, b"label,text\nmint,M\n", id="no-name"),
        pytest.param(CSV, b"name,label,label\nm,M,M\n", id="twice"),
        pytest.param(CSV, b"name;label\nm;M\n", id="semicolons"),
        pytest.param(CSV, b"name,,label\nm,,M\n", id="nameless-column"),
        pytest.param(
            CSV, "name,label\nm,М’ята\n".encode("cp1251", "replace"), id="cp1251"
        ),
        pytest.param(CSV, b"name,label\nm,\0\n", id="binary"),
        pytest.param(CSV, b"", id="empty"),
        pytest.param(CSV, HERBS + b" " * media.LARGEST, id="too-large"),
        pytest.param(PICTURE, HERBS, id="no-picture"),
        pytest.param(PICTURE, b"<svg/>", id="drawing"),
        pytest.param(Needed("a.svg", "images"), b"<svg/>", id="svg"),
        pytest.param(Needed("a.mp3", "audio"), b"ID3", id="recording"),
        pytest.param(Needed("a.mp4", "video"), b"", id="film"),
        pytest.param(Needed(".png", "images"), a_picture(), id="nameless"),
        pytest.param(Needed("a\u2028.png", "images"), a_picture(), id="odd-name"),
    ],
)
def test_a_file_of_another_kind_does_not_fit(needed, content):
    assert not media.fits(needed, content)


@pytest.mark.parametrize(
    ("needed", "content"),
    [
        pytest.param(CSV, HERBS, id="list"),
        pytest.param(CSV, HERBS + b"\xd0\x84,\xd0\x84\r\n", id="ukrainian"),
        pytest.param(CSV, b'"name","label",n\r\nm,"M, m",1\r\n', id="quoted"),
        pytest.param(PICTURE, a_picture(), id="png"),
        pytest.param(Needed("a.JPG", "images"), b"\xff\xd8\xff\xe0", id="jpeg"),
        pytest.param(Needed("a.xml", "file"), b"<root/>", id="xml"),
    ],
)
def test_a_file_of_the_kind_that_is_needed_fits(needed, content):
    assert media.fits(needed, content)


def test_a_file_that_does_not_fit_is_named():
    form = illustrated(**{"herbs.csv": b"mint,thyme\n"})

    assert wrong(form) == [(Wrong.FILE_UNFIT, "herbs.csv")]


def test_files_that_would_not_fit_into_one_change_are_refused():
    noise = a_picture() + bytes(
        (7 * n * n + n // 3) % 251 ^ (n >> 8) & 255 for n in range(media.MOST_BYTES * 2)
    )
    form = illustrated(**{"meadow.png": noise})

    found = wrong(form)

    weight = sum(media.weight(one.content) for one in form.media if one.content)
    assert weight > media.MOST_BYTES
    assert found == [(Wrong.FILES_TOO_LARGE, str(weight))]


def test_a_file_is_the_same_after_it_was_packed():
    assert media.unpacked(media.packed(HERBS)) == HERBS


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("€", id="not-base64"),
        pytest.param("aGVyYnM=", id="not-packed"),
        pytest.param(media.packed(HERBS)[:-8], id="cut-off"),
        pytest.param(media.packed(bytes(media.LARGEST + 1)), id="bomb"),
    ],
)
def test_what_was_not_packed_so_is_refused(text):
    with pytest.raises(ValueError, match=r"is|base64|ASCII|characters|padding"):
        media.unpacked(text)


def test_the_same_version_with_another_file_is_another_form():
    published = [illustrated()]
    changed = illustrated(**{"meadow.png": a_picture(b"\xff\0\0")})

    found = review.of_form(changed, published, of_xform(changed.xml))

    assert [fault.wrong for fault in found] == [Wrong.TAKEN]


def test_one_choice_from_a_file_is_the_text_that_it_names():
    fields = {field.name: field for field in illustrated().definition.fields}

    assert fields["herb"].type == "string"
    assert fields["herb"].file == "herbs.csv"
    assert fields["herb"].choices is None
