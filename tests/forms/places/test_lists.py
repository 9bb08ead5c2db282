"""The places as files for forms: the same bytes for ever, and no two rows look alike."""

import csv
import io
from collections import Counter
from hashlib import md5, sha256

import pytest

from forms.catalogue import shipped
from forms.places.codifier import SETTLEMENTS, Kind, codifier, place
from forms.places.lists import (
    HROMADA_LIST,
    RESERVED,
    SETTLEMENT_LIST,
    SHIPPED,
    content,
)

TRUSKAVETS = "UA46020090010062870"
KINDS = {SETTLEMENT_LIST.name: SETTLEMENTS, HROMADA_LIST.name: (Kind.HROMADA,)}

every_list = pytest.mark.parametrize("name", SHIPPED)


def rows(name):
    return list(csv.DictReader(io.StringIO(content(name).decode())))


@every_list
def test_a_shipped_file_is_the_one_whose_digest_is_written_down(name):
    known, found = SHIPPED[name], content(name)

    assert known.md5 == md5(found, usedforsecurity=False).hexdigest()
    assert known.sha256 == sha256(found).hexdigest()
    assert known.size == len(found)
    assert name.startswith(RESERVED)


@every_list
def test_every_place_of_its_kind_is_listed_once(name):
    listed = [row["name"] for row in rows(name)]

    assert sorted(listed) == [
        code
        for code, kind in zip(codifier().codes, codifier().kinds, strict=True)
        if Kind(kind) in KINDS[name]
    ]


@every_list
def test_no_two_places_of_an_oblast_look_alike(name):
    alike = Counter((row["label"], row["oblast"]) for row in rows(name))

    assert alike.most_common(1)[0][1] == 1


@every_list
def test_every_row_is_under_an_oblast_that_forms_offer(name):
    offered = {c.name for c in shipped("reception").definition.choices["oblast"]}

    assert {row["oblast"] for row in rows(name)} <= offered


def test_an_oblast_begins_with_its_cities_in_the_order_of_the_alphabet():
    of_lviv = [row for row in rows(SETTLEMENT_LIST.name) if row["oblast"] == "UA-46"]
    kinds = [place(row["name"]).kind for row in of_lviv]

    cities = kinds.count(Kind.CITY)
    assert set(kinds[:cities]) == {Kind.CITY}
    names = [row["label"] for row in of_lviv[:cities]]
    assert names[0].startswith("Белз,")
    assert names[-1].startswith("Яворів,")
    assert {
        "name": TRUSKAVETS,
        "label": "Трускавець, Дрогобицький район",
    }.items() <= next(row for row in of_lviv if row["name"] == TRUSKAVETS).items()
