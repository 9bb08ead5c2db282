from itertools import count
from random import Random

import pytest
from chronicles import child
from stores import take_in

from intake_server.storage import documents
from sync import clock
from sync import documents as ids
from sync.change import Write, compose
from sync.merge.cells import DELETED, SCOPE

CHANCE = Random(4)
NUMBERS = count(1)


def said(doc, kind, site="truskavets", **values):
    """A change in which somebody says these values of a document."""
    number = next(NUMBERS)
    writes = [Write(f=name, v=value) for name, value in values.items()]
    if scope := values.get(SCOPE):
        writes = [Write(s=SCOPE, e=site, v=True) for site in scope]
    return compose(
        hlc=clock.at(1_772_000_000_000 + number),
        edits={(doc, kind): writes},
        salts=lambda: CHANCE.randbytes(16),
        log=f"{site}#{number}",
        seq=1,
        wall="",
        author="u:olena",
        site=site,
    )


def a_child(number, **values):
    return said(child(number), "person", child_ref=f"AB{number:05}X", **values)


def found(database, **wanted):
    with database.reading() as session:
        return [view.doc for view in documents.page(session, **wanted).views]


def test_a_child_is_found_by_words_of_its_name_and_by_its_reference(database):
    take_in(
        database,
        [
            a_child(1, family_name="Дем'яненко", given_name="Ірина"),
            a_child(2, family_name="Демченко", given_name="Ірина"),
        ],
    )

    assert found(database, q="ірина ДЕМʼЯН") == [child(1)]
    assert found(database, q="ab00002x") == [child(2)]
    assert found(database, q="ірина") == [child(2), child(1)]
    assert found(database, q="олег") == []


@pytest.mark.parametrize("wild", ["%", "_", "\\"])
def test_a_wild_card_is_a_letter_like_any_other(database, wild):
    take_in(database, [a_child(1, family_name="Коваль")])

    assert found(database, q=wild) == []


def test_pages_go_on_where_the_last_one_ended(database):
    take_in(database, [a_child(number) for number in range(7)])

    seen, cursor = [], None
    while True:
        with database.reading() as session:
            page = documents.page(session, kind="person", cursor=cursor, limit=3)
        seen += [view.doc for view in page.views]
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == [child(number) for number in reversed(range(7))]


@pytest.mark.parametrize("cursor", ["", "x~y", "12~34", "1"])
def test_a_cursor_that_no_page_gave_is_refused(database, cursor):
    with database.reading() as session, pytest.raises(ValueError, match=r"."):
        documents.page(session, cursor=cursor)


def test_a_document_belongs_to_its_scope_or_to_those_who_wrote_it(database):
    case = "5a1f3c52-7c1d-5d0e-9d5f-0c7f2b9f6a11"
    take_in(
        database,
        [
            a_child(1, site="chernivtsi"),
            said(case, "case", site="central", **{SCOPE: ("truskavets", "lviv")}),
        ],
    )

    assert found(database, site="chernivtsi") == [child(1)]
    assert found(database, site="lviv") == [case]
    assert found(database, site="central") == []
    assert found(database, site="l") == []


def test_a_voided_document_is_read_but_not_listed(database):
    take_in(database, [said(child(1), "person", **{DELETED: True})])

    assert found(database) == []
    with database.reading() as session:
        assert documents.find(session, child(1)).is_voided


def test_what_is_about_a_child_and_its_rows_are_found(database):
    event = "0a0b4f3e-30f9-53a7-8df0-1f4b4a6b1c01"
    row = "0a0b4f3e-30f9-53a7-8df0-1f4b4a6b1c02"
    take_in(
        database,
        [
            a_child(1),
            said(event, "event", subject=child(1), form="reception", mood="calm"),
            said(row, "relation", parent=event, words="ні"),
        ],
    )

    with database.reading() as session:
        (about,) = documents.about(session, child(1))
        (part,) = documents.rows_of(session, event)
        (person,) = documents.by_reference(session, "AB00001X")
        assert documents.count(session) == 3
        assert documents.count(session, "event") == 1
        assert documents.find(session, row) == part
        assert documents.find(session, child(9)) is None
    assert (about.doc, about.view["form"], about.view["values"]) == (
        event,
        "reception",
        {"mood": "calm"},
    )
    assert about.view["subject"] == child(1)
    assert (part.doc, part.view["parent"]) == (row, event)
    assert (person.doc, person.view["reference"]) == (child(1), "AB00001X")


def test_a_row_is_found_below_its_child_and_the_child_above_it(database):
    event = "0a0b4f3e-30f9-53a7-8df0-1f4b4a6b1c01"
    row = "0a0b4f3e-30f9-53a7-8df0-1f4b4a6b1c02"
    link = ids.link(child(1), child(2))
    take_in(
        database,
        [
            a_child(1),
            a_child(2),
            said(event, "event", subject=child(1)),
            said(row, "relation", parent=event),
            said(link, "link", a=child(1), b=child(2), verdict="different"),
        ],
    )

    with database.reading() as session:
        whose = documents.persons(session, [row, event, child(2), child(9)])
        below = documents.below(session, [child(1)])

    assert {doc: person.doc for doc, person in whose.items()} == {
        row: child(1),
        event: child(1),
        child(2): child(2),
    }
    both = "|".join(sorted((child(1), child(2))))
    assert below.keys() == {child(1), event, row, f"link:{both}"}
