import pytest
from servers import REFERENCE, an_item

from intake_server.security.policy import Role
from intake_server.storage import audit


def contradict(server, *sites):
    for number, site in enumerate(sites, start=1):
        item = an_item(
            f"{site}-{number}", child_ref=REFERENCE, medication=f"{number}00 мг"
        )
        (receipt,) = server.send(server.device(site), item)
        assert receipt["status"] == "stored"


@pytest.fixture
def question(server, coordinator):
    contradict(server, "truskavets", "chernivtsi")
    (item,) = server.get("/api/v1/queue?kind=field_conflict", coordinator).json["items"]
    return item


def resolve(server, token, question, **decision):
    return server.post(f"/api/v1/queue/{question['qid']}/resolve", token, decision)


def test_a_question_shows_every_answer_and_who_gave_it(server, coordinator, question):
    item = server.get(f"/api/v1/queue/{question['qid']}", coordinator).json

    assert item == question
    assert item["cell"] == "medication"
    assert item["severity"] == 3
    assert {c["site"]: c["value"] for c in item["candidates"]} == {
        "truskavets": "100 мг",
        "chernivtsi": "200 мг",
    }


def test_a_decision_settles_the_question(server, coordinator, question):
    answer = resolve(server, coordinator, question, pick=1, reason="за випискою")

    assert answer.status_code == 200
    assert len(answer.json["change"]) == 32
    assert server.get("/api/v1/queue", coordinator).json["items"] == []
    record = server.get(f"/api/v1/records/{question['doc']}", coordinator).json
    assert record["values"]["medication"] == question["candidates"][1]["value"]


def test_whoever_was_slower_gets_the_question_as_it_is_now(
    server, coordinator, question
):
    item = an_item("third", child_ref=REFERENCE, medication="300 мг")
    server.send(server.device("chernivtsi"), item)

    answer = resolve(server, coordinator, question, pick=0, reason="за випискою")

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/stale-item"
    assert len(answer.json["current"]["candidates"]) == 3


def test_a_settled_question_has_no_current_one(server, coordinator, question):
    resolve(server, coordinator, question, pick=0, reason="за випискою")

    answer = resolve(server, coordinator, question, pick=1, reason="за випискою")

    assert answer.status_code == 409
    assert answer.json["current"] is None


@pytest.mark.parametrize(
    ("decision", "slug", "field"),
    [
        ({"pick": 0}, "invalid", "reason"),
        ({"pick": 0, "reason": " "}, "invalid", "reason"),
        ({"reason": "so"}, "invalid", "body"),
        ({"pick": 0, "value": "x", "reason": "so"}, "invalid", "body"),
        ({"pick": 7, "reason": "so"}, "invalid", "pick"),
        ({"pick": "0", "reason": "so"}, "invalid", "pick"),
        ({"same": True, "reason": "so"}, "wrong-verb", "same"),
        ({"release": False, "reason": "so"}, "invalid", "release"),
        ({"same": 1, "reason": "so"}, "invalid", "same"),
        ({"other": 1, "reason": "so"}, "invalid", "other"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_name(
    server, coordinator, question, decision, slug, field
):
    answer = resolve(server, coordinator, question, **decision)

    assert answer.status_code == 422
    assert answer.json["type"] == f"/problems/{slug}"
    assert field in answer.json["errors"]


@pytest.mark.parametrize("qid", ["0" * 32, "0", "Z" * 32, "%00"])
def test_an_unknown_question_is_absent(server, coordinator, qid):
    assert server.get(f"/api/v1/queue/{qid}", coordinator).status_code == 404
    answer = server.post(
        f"/api/v1/queue/{qid}/resolve", coordinator, {"pick": 0, "reason": "so"}
    )
    assert answer.status_code == 404


def test_a_question_of_two_other_sites_is_absent(server, question):
    stranger = server.token(Role.WORKER, "crpc_kyiv")

    assert server.get("/api/v1/queue", stranger).json["items"] == []
    answer = server.get(f"/api/v1/queue/{question['qid']}", stranger)
    assert answer.status_code == 404


def test_mine_are_those_that_i_may_decide(server, worker, question):
    assert len(server.get("/api/v1/queue", worker).json["items"]) == 1
    assert server.get("/api/v1/queue?mine=true", worker).json["items"] == []


@pytest.mark.parametrize("query", ["mine=1", "mine=yes", "kind=", "cursor=%20", "a=1"])
def test_a_query_that_does_not_fit_is_refused(server, coordinator, query):
    assert server.get(f"/api/v1/queue?{query}", coordinator).status_code == 422


def test_reading_and_deciding_leave_a_trace(server, coordinator, question):
    server.get(f"/api/v1/queue/{question['qid']}", coordinator)
    resolve(server, coordinator, question, pick=0, reason="за випискою")

    with server.database.reading() as session:
        decide, read = audit.page(session, object=question["qid"])[:2]
    assert (decide.action, read.action) == ("decide", "read_item")
    assert decide.actor == read.actor != ""
    assert "випискою" not in str(decide)


def spelt(server, *names):
    """Let two sites write one name in two ways; return the open question."""
    for site, name in zip(("truskavets", "chernivtsi"), names, strict=True):
        item = an_item(f"{site}-{name}", child_ref=REFERENCE, family_name=name)
        server.send(server.device(site), item)


def test_questions_about_spelling_alone_can_be_asked_for(server, coordinator, question):
    spelt(server, "Нечуй-Левицька", "НЕЧУЙ ЛЕВИЦЬКА")

    found = {
        wanted: server.get(f"/api/v1/queue?spelling={wanted}", coordinator).json
        for wanted in ("true", "false")
    }

    (spelling,), (other,) = (page["items"] for page in found.values())
    assert (spelling["cell"], spelling["spelling"]) == ("family_name", True)
    assert (other, other["spelling"]) == (question, False)


def resolve_all(server, token, *items, reason="за паспортом"):
    body = {"items": list(items), "reason": reason}
    return server.post("/api/v1/queue/resolve", token, body)


def test_several_questions_are_answered_at_once_and_a_refusal_spares_the_rest(
    server, coordinator, question
):
    spelt(server, "Коваль", "коваль")
    page = server.get("/api/v1/queue?spelling=true", coordinator).json
    (spelling,) = page["items"]

    answer = resolve_all(
        server,
        coordinator,
        {"qid": "0" * 32, "pick": 0},
        {"qid": question["qid"], "same": True},
        {"qid": question["qid"]},
        {"qid": spelling["qid"], "pick": 0},
        {"qid": spelling["qid"], "value": "Коваль"},
        {"qid": question["qid"], "value": "150 мг"},
    )

    assert answer.status_code == 200
    results = answer.json["results"]
    assert [one.get("problem", {}).get("status") for one in results] == [
        404,
        422,
        422,
        None,
        409,
        None,
    ]
    assert results[4]["problem"]["current"] is None
    assert results[1]["problem"]["instance"].endswith(f"{question['qid']}/resolve")
    assert all(len(results[place]["change"]) == 32 for place in (3, 5))
    assert server.get("/api/v1/queue", coordinator).json["items"] == []


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([{"qid": "x", "pick": 0}], "items.0.qid"),
        ([{"qid": "0" * 32, "pick": "x"}], "items.0.pick"),
        ([{"qid": "0" * 32, "pick": 0}] * 201, "items"),
    ],
)
def test_answers_that_cannot_be_read_are_refused_as_a_whole(
    server, coordinator, items, field
):
    answer = resolve_all(server, coordinator, *items)

    assert answer.status_code == 422
    assert field in answer.json["errors"]
