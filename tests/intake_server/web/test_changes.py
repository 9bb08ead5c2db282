"""Taking a change back over HTTP."""

import pytest
from servers import REFERENCE, an_item


@pytest.fixture
def question(server, coordinator):
    for number, site in enumerate(("truskavets", "chernivtsi"), start=1):
        dose = f"{number}00 мг"
        item = an_item(site, child_ref=REFERENCE, medication=dose)
        server.send(server.device(site), item)
    (item,) = server.get("/api/v1/queue", coordinator).json["items"]
    return item


@pytest.fixture
def decided(server, coordinator, question):
    decision = {"pick": 1, "reason": "за випискою"}
    path = f"/api/v1/queue/{question['qid']}/resolve"
    return server.post(path, coordinator, decision).json["change"]


def undo(server, token, change, reason="помилка"):
    return server.post(f"/api/v1/changes/{change}/undo", token, {"reason": reason})


def test_the_answer_says_what_is_open_again(server, coordinator, question, decided):
    answer = undo(server, coordinator, decided)

    assert answer.status_code == 200
    assert answer.json["open"] == [question]
    assert server.get("/api/v1/queue", coordinator).json["items"] == [question]
    history = server.get(f"/api/v1/records/{question['doc']}/history", coordinator)
    newest = history.json["changes"][0]
    assert newest["change"] == answer.json["change"]
    assert [write["undoes"] for write in newest["writes"]] == [[decided]]


def test_asking_twice_answers_the_same(server, coordinator, decided):
    first = undo(server, coordinator, decided)

    second = undo(server, coordinator, decided)

    assert (second.status_code, second.json) == (200, first.json)


def test_somebody_elses_answer_stays_and_the_answer_says_why(
    server, coordinator, question
):
    answer = undo(server, coordinator, question["candidates"][0]["change"])

    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/invalid"
    assert "change" in answer.json["errors"]
    assert server.get("/api/v1/queue", coordinator).json["items"] == [question]


@pytest.mark.parametrize("change", ["0" * 32, "zzz", "0" * 31])
def test_a_change_that_is_none_is_not_found(server, coordinator, change):
    assert undo(server, coordinator, change).status_code == 404


def test_an_undo_needs_a_reason(server, coordinator, decided):
    assert undo(server, coordinator, decided, reason=" ").status_code == 422
