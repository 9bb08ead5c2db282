"""A phone, a desk or a script finds a place by a part of its name."""

import pytest
from servers import bearing

TRUSKAVETS = "UA46020090010062870"


def asked(server, token, **query):
    return server.client.get(
        "/api/v1/places", query_string=query, headers=bearing(token)
    )


def test_a_device_finds_a_place_with_all_that_tells_it_from_others(server, device):
    first = asked(server, device, q="Трускав").json["places"][0]

    assert first == {
        "code": TRUSKAVETS,
        "kind": "city",
        "name": "Трускавець",
        "label": {
            "uk": "Трускавець, Дрогобицький район, Львівська область",
            "en": "Truskavets, Drohobytskyi raion, Lvivska oblast",
        },
        "oblast": "UA-46",
    }


@pytest.mark.parametrize("within", ["UA-77", "UA73000000000044923"])
def test_a_search_may_stay_within_an_oblast(server, device, within):
    (found,) = asked(server, device, q="Чернівці", within=within).json["places"]

    assert found["oblast"] == "UA-77"


def test_nothing_is_found_where_nothing_is(server, device):
    assert asked(server, device, q="Ъъъ").json == {"places": []}
    assert asked(server, device, q="Львів", within="UA-99").json == {"places": []}


def test_as_many_are_told_as_were_asked_for(server, device):
    assert len(asked(server, device, q="івка").json["places"]) == 20
    assert len(asked(server, device, q="івка", limit=3).json["places"]) == 3


@pytest.mark.parametrize(
    "query",
    [{}, {"q": ""}, {"q": "а" * 81}, {"q": "а", "limit": 101}, {"q": "а", "x": 1}],
)
def test_a_question_that_is_none_is_refused(server, device, query):
    assert asked(server, device, **query).status_code == 422
