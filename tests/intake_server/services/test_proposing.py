"""Publishing a form by its owner."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from shutil import which
from threading import Barrier

import pytest
from centres import IRYNA, MORNING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from network import a_central, a_centre
from parts import need
from workbooks import a_book, as_excel, as_markdown, from_markdown, put

from forms import catalogue
from forms.authoring import convert
from forms.catalogue import builtin
from forms.faults import Wrong
from intake_server.errors import InvalidRequestError, NotCentralError
from intake_server.services import proposing
from intake_server.storage import audit, forms, node
from intake_server.web.fault_words import WORDS, words


@pytest.fixture
def central(tmp_path):
    member = a_central(tmp_path / "kyiv")
    with member.database:
        with member.database.transaction() as session:
            node.write(session, replace(node.read(session), role="central"))
        yield member


@pytest.fixture
def no_java(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")


def a_form(**settings):
    return catalogue.form(convert(as_markdown(a_book(**settings)), kind="md"))


def publish(member, form, *, by=IRYNA):
    return proposing.publish(member.database, form, by=by, now=member.now())


def examined(book, published=()):
    return proposing.examine(as_markdown(book), "md", published)


def kinds(proposal):
    return [fault.wrong for fault in proposal.faults]


def test_a_sound_workbook_is_published_and_noted(central):
    proposal = proposing.examine(as_excel(a_book()), "xlsx", ())

    done = publish(central, proposal.form)

    assert (proposal.faults, done.faults, done.is_published) == ((), (), False)
    with central.database.reading() as session:
        [stored] = forms.all_of(session)
        noted = audit.page(session)[0]
    assert (stored.form_id, stored.xml.encode()) == ("checkup", proposal.form.xml)
    assert (noted.action, noted.actor, noted.object) == (
        "publish",
        IRYNA.actor,
        stored.doc,
    )


def test_a_published_form_travels_like_the_shipped_ones(tmp_path, central):
    with central.serving():
        centre = a_centre(tmp_path / "centre", central, "truskavets")
        with centre.database:
            publish(central, a_form())

            centre.sync()

            with centre.database.reading() as session:
                [there] = forms.all_of(session)
            assert there.xml.encode() == a_form().xml
            assert centre.differing == ()


def test_the_same_version_is_harmless_with_the_same_bytes_alone(central):
    publish(central, a_form())

    again = publish(central, a_form())
    other = publish(central, a_form(form_title="Інша назва"))

    assert (again.is_published, again.faults) == (True, ())
    assert (other.is_published, kinds(other)) == (False, [Wrong.TAKEN])
    with central.database.reading() as session:
        [stored] = forms.all_of(session)
    assert stored.xml.encode() == a_form().xml


@pytest.mark.parametrize(
    "stores",
    ["sqlite_stores", pytest.param("postgres_stores", marks=pytest.mark.postgres)],
)
def test_of_two_who_publish_one_version_at_once_one_is_refused(stores, request):
    both = a_form(), a_form(form_title="Інша назва")
    start = Barrier(len(both))

    def publish_at_once(form):
        start.wait(timeout=30)
        return proposing.publish(database, form, by=IRYNA, now=MORNING)

    with request.getfixturevalue(stores).new() as database:
        with database.transaction() as session:
            here = node.Node(id="k", role="central", site="kyiv", log="k-1", epoch="e")
            node.write(session, here)
        with ThreadPoolExecutor(len(both)) as pool:
            done = list(pool.map(publish_at_once, both))
        with database.reading() as session:
            [stored] = forms.all_of(session)

    [first] = [each for each in done if not each.faults]
    [second] = [each for each in done if each.faults]
    assert kinds(second) == [Wrong.TAKEN]
    assert stored.xml.encode() == first.form.xml


def test_a_lower_version_is_not_published(central):
    publish(central, a_form(version="12"))

    assert kinds(publish(central, a_form(version="9"))) == [Wrong.NOT_HIGHER]
    assert publish(central, a_form(version="13")).faults == ()


def test_what_was_not_looked_at_is_looked_at_when_it_is_published(central):
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:home", "house")
    put(book, "survey", 5, "bind::dodomu:policy", "lattice ladder")
    damaged = catalogue.form(convert(as_markdown(book), kind="md"))

    assert set(kinds(publish(central, damaged))) == {Wrong.HOME, Wrong.LATTICE}


def test_a_centre_publishes_nothing(tmp_path):
    member = a_central(tmp_path / "kyiv")

    with member.database, pytest.raises(NotCentralError):
        publish(member, a_form())


@pytest.mark.parametrize(
    ("column", "text", "wrong"),
    [
        ("form_id", "Check-up", Wrong.FORM_ID),
        ("form_id", "", Wrong.FORM_ID),
        ("version", "v2", Wrong.VERSION),
        ("version", "", Wrong.VERSION),
        ("version", "2026.1", Wrong.VERSION),
    ],
)
@pytest.mark.usefixtures("no_java")
def test_a_form_is_named_as_every_node_keeps_it(column, text, wrong):
    proposal = examined(a_book(**{column: text}))

    [fault] = proposal.faults
    assert (fault.wrong, fault.sheet, fault.row, fault.column) == (
        wrong,
        "settings",
        2,
        column,
    )


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (4, "name", "1 weight"),
        (4, "name", "child_ref weight"),
        (5, "relevant", "${height} > 1"),
        (4, "type", "weigh"),
        (6, "type", ""),
    ],
)
@pytest.mark.usefixtures("no_java")
def test_what_pyxform_refuses_is_said_with_its_row(row, column, text):
    book = a_book()
    put(book, "survey", row, column, text)

    proposal = examined(book)

    assert proposal.form is None
    assert ("survey", row) in [(one.sheet, one.row) for one in proposal.faults]


@pytest.mark.usefixtures("no_java")
def test_a_sheet_without_its_columns_is_named():
    book = a_book()
    book["choices"][0][1] = "nom"

    assert "choices" in {fault.sheet for fault in examined(book).faults}


@pytest.mark.usefixtures("no_java")
def test_a_prefix_that_stands_for_nothing_is_named():
    [fault] = examined(a_book(namespaces="")).faults

    assert (fault.sheet, fault.row, fault.column) == ("settings", 2, "namespaces")


@pytest.mark.usefixtures("no_java")
def test_a_name_by_which_something_else_is_kept_is_refused():
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:property", "rules")

    [fault] = examined(book).faults

    assert (fault.row, fault.column) == (4, "bind::dodomu:property")


@pytest.mark.parametrize("kind", proposing.KINDS)
@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 torn", b"<a/>", b"\xff\xfe|||||"]
)
def test_what_is_no_form_is_said_so(kind, content):
    proposal = proposing.examine(content, kind, ())

    assert (proposal.form, len(proposal.faults)) == (None, 1)


@pytest.mark.parametrize("name", ["form.xls", "form", "form.xlsx.exe", ""])
def test_another_file_is_not_read(name):
    with pytest.raises(InvalidRequestError):
        proposing.kind_of(name)


@pytest.mark.usefixtures("no_java")
def test_without_java_it_is_said_that_odk_validate_was_not_asked():
    proposal = examined(a_book())

    assert (proposal.faults, proposal.is_validated) == ((), False)


@pytest.mark.javarosa
@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (5, "relevant", "${weight} = "),
        (7, "calculation", "substr('a')"),
        (4, "relevant", "${heavy} = 'yes'"),
    ],
)
def test_what_odk_validate_refuses_is_refused(row, column, text):
    need(which("java"), "Java, for ODK Validate")
    book = a_book()
    put(book, "survey", row, column, text)

    [fault] = examined(book).faults

    assert fault.wrong is Wrong.ODK
    assert fault.sheet == "survey"
    assert fault.row is not None
    assert "/" not in fault.facts["says"]


@pytest.mark.javarosa
def test_odk_validate_has_nothing_against_a_sound_form():
    need(which("java"), "Java, for ODK Validate")

    assert examined(a_book()).is_validated


def shipped(form_id):
    source = files("forms") / "definitions" / f"{form_id}.md"
    return from_markdown(source.read_text("utf-8"))


BOOKS = [a_book(), *(shipped(form.form_id) for form in builtin())]


@st.composite
def damaged(draw):
    """A workbook in which one thing is not as its owner meant it."""
    whole = draw(st.sampled_from(BOOKS))
    book = {name: [list(row) for row in table] for name, table in whole.items()}
    table = book[draw(st.sampled_from(sorted(book)))]
    row = draw(st.integers(0, len(table) - 1))
    column = draw(st.integers(0, len(table[0]) - 1))
    match draw(st.sampled_from(["cell", "drop", "twice", "swap", "column"])):
        case "cell":
            other = draw(st.sampled_from(table))[column]
            junk = st.text(st.characters(exclude_characters="|\r\n", codec="utf-8"))
            table[row][column] = draw(st.one_of(st.just(""), st.just(other), junk))
        case "drop":
            del table[row]
        case "twice":
            table.insert(row, list(table[row]))
        case "swap":
            there = draw(st.integers(0, len(table) - 1))
            table[row], table[there] = table[there], table[row]
        case _:
            for each in table:
                del each[column]
    return as_markdown(book)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=damaged())
def test_one_damage_is_refused_or_harmless(no_java, content):
    proposal = proposing.examine(content, "md", builtin())

    for fault in proposal.faults:
        assert words(fault, "uk")
        assert words(fault, "en")
    assert proposal.faults or proposal.form.definition.fields


XFORMS = [a_form().xml.decode(), *(form.xml.decode() for form in builtin())]
PART = re.compile(r'<[^>]*>|(?<==")[^"]*|\s[\w:-]+="[^"]*"|(?<=>)[^<]+')
"""A tag, the value of an attribute, an attribute, a text."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    xml=st.sampled_from(XFORMS),
    place=st.floats(0, 1, exclude_max=True),
    junk=st.sampled_from(["", "x", "-", "/data", "&#1;", "9" * 50, "once(uuid())"]),
)
def test_one_damage_of_an_xform_is_refused_or_harmless(no_java, xml, place, junk):
    parts = list(PART.finditer(xml))
    start, end = parts[int(place * len(parts))].span()

    proposal = proposing.examine(
        (xml[:start] + junk + xml[end:]).encode(), "xml", builtin()
    )

    assert all(words(fault, "uk") for fault in proposal.faults)
    assert proposal.faults or proposal.form.form_id


def test_every_kind_of_fault_has_words_in_both_languages():
    assert set(WORDS) == set(Wrong)
    assert all(text.uk != text.en for text in WORDS.values())


def test_the_publishing_of_the_operator_is_noted_too(central):
    publish(central, a_form(), by=None)

    with central.database.reading() as session:
        assert audit.page(session)[0].actor == "operator"


@pytest.mark.usefixtures("no_java")
def test_what_pyxform_refuses_hides_nothing_else():
    book = a_book(version="2")
    put(book, "survey", 2, "bind::dodomu:home", "case")
    put(book, "survey", 4, "name", "1 weight")
    put(book, "survey", 5, "relevant", "${height} > 0")
    put(book, "survey", 7, "calculation", "")
    put(book, "choices", 3, "name", "yes")

    found = examined(book, [a_form()]).faults

    assert [(one.wrong, one.sheet, one.row) for one in found] == [
        (Wrong.MEANING, "survey", 2),
        (Wrong.WORKBOOK, "survey", 4),
        (Wrong.WORKBOOK, "survey", 5),
        (Wrong.WORKBOOK, "survey", 7),
        (Wrong.WORKBOOK, "choices", 3),
    ]
