"""Records that are one child, over the API."""

import os

import pytest
from servers import an_item

from forms.reference import make
from intake_server.security.policy import Role
from intake_server.services import publishing
from intake_server.services.authoring import Pen
from intake_server.storage import audit, documents, ingest, rebuild
from sync import documents as ids
from sync.change import Write

REFERENCES = sorted((make("4KH", number) for number in range(3)), key=ids.person)
A, B, C = map(ids.person, REFERENCES)
NOBODY = "7f1a8d1e-0000-5000-8000-000000000000"
WHY = "упізнала мати"


class Names:
    """Forms about children, sent one after the other."""

    def __init__(self, server):
        self.server = server
        self.number = 0

    def send(self, place, site="truskavets", **answers):
        self.number += 1
        self.server.watch.forward(minutes=1)
        item = an_item(str(self.number), child_ref=REFERENCES[place], **answers)
        (receipt,) = self.server.send(self.server.device(site), item)
        assert receipt["status"] == "stored"


@pytest.fixture
def names(server):
    """Two records that could be one child: at two centres, under two names."""
    names = Names(server)
    names.send(0, "truskavets", family_name="Ремез", medication="300 мг")
    names.send(1, "chernivtsi", family_name="Ремес", photo="a.jpg")
    return names


def link(server, token, a=A, b=B, verdict="same", reason=WHY):
    body = {"a": a, "b": b, "verdict": verdict, "reason": reason}
    server.watch.forward(minutes=1)
    return server.post("/api/v1/links", token, body)


def linked(server, token, a=A, b=B, verdict="same"):
    """Return the change by which two count as one, or two: the second signature."""
    if verdict == "same":
        first = server.token(Role.COORDINATOR, "kyiv")
        assert link(server, first, a, b).status_code == 200
    answer = link(server, token, a, b, verdict)
    assert answer.status_code == 200, answer.text
    return answer.json["change"]


def undo(server, token, change):
    path = f"/api/v1/changes/{change}/undo"
    answer = server.post(path, token, {"reason": "помилка"})
    assert answer.status_code == 200, answer.text


def record(server, token, doc):
    answer = server.get(f"/api/v1/records/{doc}", token)
    assert answer.status_code == 200, answer.text
    return answer.json


def pick(server, token, member, name="family_name", *, of=None, reason=WHY):
    said = record(server, token, of or member)["contested"].get(name, ())
    body = {
        "member": member,
        "property": name,
        "shown": [id for one in said for id in one["heads"]] or ["0" * 32],
        "reason": reason,
    }
    return server.post("/api/v1/links/picks", token, body)


def kept(server):
    with server.database.reading() as session:
        return dict(documents.all_views(session))


def waiting(server, token):
    return server.get("/api/v1/queue", token).json["items"]


def test_linked_records_show_one_child_under_every_id(server, coordinator, names):
    linked(server, coordinator)

    one, other = (record(server, coordinator, doc) for doc in (A, B))

    assert one["values"] == other["values"]
    assert one["values"]["family_name"] == "Ремез"
    assert one["values"]["photo"] == "a.jpg"
    assert one["contested"] == other["contested"]
    assert [
        (said["value"], said["member"], said["site"])
        for said in one["contested"]["family_name"]
    ] == [("Ремез", A, "truskavets"), ("Ремес", B, "chernivtsi")]
    assert (one["aliases"], other["aliases"]) == ([B], [A])
    assert (one["reference"], other["reference"]) == tuple(REFERENCES[:2])


def test_linking_asks_nobody_anything(server, coordinator, names):
    linked(server, coordinator)

    assert waiting(server, coordinator) == []


def test_a_verdict_is_written_on_the_link_and_says_why(server, coordinator, names):
    first = linked(server, coordinator, B, A)
    second = linked(server, coordinator, A, B, "different")

    history = server.get(f"/api/v1/records/{ids.link(A, B)}/history", coordinator)

    newest, signed, proposed = history.json["changes"]
    assert (newest["change"], signed["change"]) == (second, first)
    said = {write["cell"]: write for write in newest["writes"]}
    assert {cell: write["value"] for cell, write in said.items()} == {
        "a": A,
        "b": B,
        "verdict": "different",
    }
    both = sorted((first, proposed["change"]))
    assert {cell: write["preds"] for cell, write in said.items()} == {
        "a": [first],
        "b": [first],
        "verdict": both,
    }
    assert {(write["act"], write["why"]) for write in said.values()} == {
        ("resolve", WHY)
    }


def test_no_record_is_touched_by_a_link(server, coordinator, names):
    before = kept(server)

    linked(server, coordinator)
    linked(server, coordinator, verdict="different")

    after = kept(server)
    assert {doc: text for doc, text in after.items() if doc in before} == before
    assert after.keys() - before.keys() == {ids.link(A, B)}
    with server.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_cases_of_one_child_are_seen_as_one(server, coordinator, names):
    names.send(1, "chernivtsi", medication="500 мг", weight="40.5")
    linked(server, coordinator)

    one, other = (record(server, coordinator, ids.case(doc)) for doc in (A, B))

    assert one["values"] == other["values"]
    assert one["values"]["medication"] == "300 мг"
    assert one["values"]["weight"] == "40.5"
    assert one["values"]["_scope"] == ["chernivtsi", "truskavets"]
    assert {s["member"] for s in one["contested"]["medication"]} == {
        ids.case(A),
        ids.case(B),
    }
    assert (one["subject"], other["subject"]) == (A, B)
    assert one["aliases"] == [ids.case(B)]


def test_the_other_centre_finds_the_child_by_either_reference(
    server, coordinator, names
):
    worker = server.token(Role.WORKER, "truskavets")
    assert server.get(f"/api/v1/records/{B}", worker).status_code == 404

    linked(server, coordinator)

    for place, doc in ((0, A), (1, B)):
        path = f"/api/v1/records?kind=person&q={REFERENCES[place]}"
        (found,) = server.get(path, worker).json["records"]
        assert found["doc"] == doc
        assert found["values"]["family_name"] == "Ремез"
        assert record(server, worker, doc) == found
    assert server.get(f"/api/v1/records/{B}/history", worker).status_code == 200


def test_unlinking_takes_the_other_centre_out_again(server, coordinator, names):
    worker = server.token(Role.WORKER, "truskavets")
    linked(server, coordinator)
    linked(server, coordinator, verdict="different")

    path = f"/api/v1/records?q={REFERENCES[1]}"
    assert server.get(path, worker).json["records"] == []
    assert server.get(f"/api/v1/records/{B}", worker).status_code == 404


@pytest.mark.parametrize(
    ("a", "b"),
    [(A, NOBODY), (NOBODY, A), (A, "nobody"), (A, ids.case(B)), (ids.link(A, B), B)],
)
def test_only_persons_are_linked(server, coordinator, names, a, b):
    assert link(server, coordinator, a, b).status_code == 404


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"a": A, "b": A, "verdict": "same", "reason": WHY}, "b"),
        ({"a": A, "b": B, "verdict": "same"}, "reason"),
        ({"a": A, "b": B, "verdict": "same", "reason": ""}, "reason"),
        ({"a": A, "b": B, "verdict": "same", "reason": "  "}, "reason"),
        ({"a": A, "b": B, "verdict": "unsure", "reason": WHY}, "verdict"),
        ({"a": A, "b": B, "reason": WHY}, "verdict"),
        ({"a": A, "verdict": "same", "reason": WHY}, "b"),
    ],
)
def test_a_verdict_that_does_not_fit_says_what_is_wrong(
    server, coordinator, names, body, member
):
    answer = server.post("/api/v1/links", coordinator, body)

    assert answer.status_code == 422
    assert member in answer.json["errors"]


def test_r22_who_says_first_that_two_are_one_joins_nothing(server, coordinator, names):
    change = link(server, coordinator).json["change"]

    assert record(server, coordinator, A)["aliases"] == []
    (item,) = waiting(server, coordinator)
    assert (item["kind"], item["severity"]) == ("link_proposed", 3)
    assert [one["change"] for one in item["candidates"]] == [change]
    assert link(server, coordinator).status_code == 422

    path = f"/api/v1/queue/{item['qid']}/resolve"
    said = {"same": True, "reason": WHY}
    assert server.post(path, coordinator, said).status_code == 422
    second = server.token(Role.COORDINATOR, "kyiv")
    agreed = server.post(path, second, said)
    assert agreed.status_code == 200, agreed.text
    assert record(server, coordinator, A)["aliases"] == [B]
    assert waiting(server, coordinator) == []

    undo(server, coordinator, agreed.json["change"])
    assert record(server, coordinator, A)["aliases"] == []
    assert [one["qid"] for one in waiting(server, coordinator)] == [item["qid"]]
    undo(server, coordinator, change)
    assert waiting(server, coordinator) == []


def test_r22_one_person_refuses_that_two_are_one(server, coordinator, names):
    link(server, coordinator)
    (item,) = waiting(server, coordinator)

    path = f"/api/v1/queue/{item['qid']}/resolve"
    answer = server.post(path, coordinator, {"same": False, "reason": WHY})

    assert answer.status_code == 200
    assert waiting(server, coordinator) == []
    assert record(server, coordinator, A)["aliases"] == []
    with server.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_a_centre_links_what_it_alone_knows(server, names):
    names.send(2, "truskavets", family_name="Ремез")
    worker = server.token(Role.WORKER, "truskavets")

    assert link(server, worker, A, C).status_code == 200
    assert link(server, worker, A, B).status_code == 404


def test_what_two_centres_know_a_coordinator_links(server, names):
    names.send(0, "chernivtsi", weight="40.5")
    worker = server.token(Role.WORKER, "chernivtsi")
    assert record(server, worker, ids.case(A))

    assert link(server, worker, A, B).status_code == 404


def test_what_a_coordinator_has_said_a_centre_does_not_unsay(
    server, coordinator, names
):
    names.send(2, "truskavets", family_name="Рема")
    linked(server, coordinator, A, C)
    assert pick(server, coordinator, C).status_code == 200
    worker = server.token(Role.WORKER, "truskavets")

    assert link(server, worker, A, C, "different").status_code == 404

    assert record(server, worker, A)["aliases"] == [C]
    assert waiting(server, coordinator) == []


def test_a_link_leaves_a_trace(server, coordinator, names):
    change = linked(server, coordinator)

    with server.database.reading() as session:
        newest = audit.page(session)[0]
    assert (newest.action, newest.object) == ("link", ids.link(A, B))
    assert newest.meta == {"change": change}


def test_a_pair_with_both_verdicts_is_a_question_and_no_link(
    server, coordinator, names
):
    linked(server, coordinator)
    verdict = Write(f="verdict", v="different")
    elsewhere(server, ids.link(A, B), "link", verdict)

    assert record(server, coordinator, A)["aliases"] == []
    (item,) = waiting(server, coordinator)
    assert item["kind"] == "link_conflict"

    path = f"/api/v1/queue/{item['qid']}/resolve"
    said = {"same": True, "reason": WHY}
    again = server.post(path, coordinator, said)
    assert again.status_code == 422
    assert "sign.twice" in again.json["errors"]
    answer = server.post(path, server.token(Role.COORDINATOR, "kyiv"), said)
    assert answer.status_code == 200
    assert record(server, coordinator, A)["aliases"] == [B]


def test_a_picked_answer_stands_for_the_child(server, coordinator, names):
    linked(server, coordinator)
    before = kept(server)

    answer = pick(server, coordinator, B, of=A)

    assert answer.status_code == 200, answer.text
    for doc in (A, B):
        seen = record(server, coordinator, doc)
        assert seen["values"]["family_name"] == "Ремес"
        assert seen["contested"] == {}
        said = seen["picks"]["family_name"]
        assert (said["member"], said["why"]) == (B, WHY)
        assert said["change"] == answer.json["change"]
    after = kept(server)
    assert {doc: after[doc] for doc in (A, B)} == {doc: before[doc] for doc in (A, B)}
    assert "Ремес" not in after[ids.link(A, B)]
    assert waiting(server, coordinator) == []


def test_a_pick_lapses_when_somebody_writes_the_answer_anew(server, coordinator, names):
    linked(server, coordinator)
    pick(server, coordinator, B)

    names.send(0, "truskavets", family_name="Реміз")

    seen = record(server, coordinator, A)
    assert {s["value"] for s in seen["contested"]["family_name"]} >= {"Реміз", "Ремес"}
    assert seen["picks"] == {}


def test_a_pick_is_gone_with_the_link_and_back_with_it(server, coordinator, names):
    linked(server, coordinator)
    pick(server, coordinator, B)

    linked(server, coordinator, verdict="different")
    assert record(server, coordinator, A)["values"]["family_name"] == "Ремез"

    linked(server, coordinator)
    assert record(server, coordinator, A)["values"]["family_name"] == "Ремес"


def test_a_pick_and_a_verdict_are_taken_back_as_any_decision(
    server, coordinator, names
):
    verdict = linked(server, coordinator)
    picked = pick(server, coordinator, B).json["change"]

    undo(server, coordinator, picked)
    assert "family_name" in record(server, coordinator, A)["contested"]

    undo(server, coordinator, verdict)
    seen = record(server, coordinator, A)
    assert (seen["aliases"], seen["contested"]) == ([], {})


def test_taking_a_parting_back_links_again(server, coordinator, names):
    linked(server, coordinator)
    parted = linked(server, coordinator, verdict="different")

    undo(server, coordinator, parted)

    assert record(server, coordinator, A)["aliases"] == [B]


def test_a_pick_of_what_was_not_on_the_screen_is_stale(server, coordinator, names):
    linked(server, coordinator)
    body = {
        "member": B,
        "property": "family_name",
        "shown": ["0" * 32],
        "reason": WHY,
    }

    answer = server.post("/api/v1/links/picks", coordinator, body)

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/stale-record"


def test_what_nobody_contests_is_not_picked(server, coordinator, names):
    linked(server, coordinator)

    assert pick(server, coordinator, B, "photo").status_code == 409


def test_a_record_that_contradicts_itself_is_not_picked(server, coordinator, names):
    names.send(1, "truskavets", family_name="Ремезов")
    linked(server, coordinator)

    answer = pick(server, coordinator, B)

    assert answer.status_code == 422
    assert "member" in answer.json["errors"]
    assert pick(server, coordinator, A).status_code == 200


@pytest.mark.parametrize("member", [A, NOBODY, "nobody"])
def test_who_is_linked_with_nobody_has_nothing_to_pick(
    server, coordinator, names, member
):
    body = {"member": member, "property": "x", "shown": ["0" * 32], "reason": WHY}

    assert server.post("/api/v1/links/picks", coordinator, body).status_code == 404


def test_who_may_not_decide_may_not_pick(server, coordinator, names):
    linked(server, coordinator)
    worker = server.token(Role.WORKER, "truskavets")

    assert pick(server, worker, A).status_code == 404


def test_who_picks_after_two_that_contradict_each_other_is_heard(
    server, coordinator, names
):
    names.send(2, "kharkiv", family_name="Рема")
    linked(server, coordinator, A, B)
    linked(server, coordinator, B, C)
    answers = record(server, coordinator, A)["contested"]["family_name"]
    assert pick(server, coordinator, B).status_code == 200
    elsewhere(
        server,
        ids.link(A, C),
        "link",
        Write(
            f="golden:family_name",
            v=C,
            saw=tuple(id for one in answers for id in one["heads"]),
        ),
    )
    assert record(server, coordinator, A)["contested"]["family_name"] == answers

    assert pick(server, coordinator, C).status_code == 200

    seen = record(server, coordinator, B)
    assert seen["values"]["family_name"] == "Рема"
    assert seen["aliases"] == [A, C]


def test_what_was_written_while_linked_waits_to_be_sorted(server, coordinator, names):
    linked(server, coordinator)
    names.send(0, "truskavets", weight="40.5")
    assert "sorting" not in record(server, coordinator, ids.case(A))

    linked(server, coordinator, verdict="different")
    names.send(0, "truskavets", photo="later.jpg")

    assert "sorting" not in record(server, coordinator, A)
    (entry,) = record(server, coordinator, ids.case(A))["sorting"]
    assert (entry["property"], entry["value"]) == ("weight", "40.5")
    assert (entry["site"], entry["other"]) == ("truskavets", B)
    assert "sorting" not in record(server, coordinator, ids.case(B))
    assert waiting(server, coordinator) == []


def test_a_third_record_of_the_child_is_sorted_too(server, coordinator, names):
    names.send(2, "kharkiv", family_name="Рема")
    linked(server, coordinator, A, B)
    names.send(2, "kharkiv", weight="39.0")
    linked(server, coordinator, B, C)
    names.send(2, "kharkiv", medication="500 мг")

    linked(server, coordinator, A, B, "different")

    (entry,) = record(server, coordinator, ids.case(C))["sorting"]
    assert (entry["property"], entry["other"]) == ("medication", A)


def test_a_record_made_by_mistake_is_seen_alone(server, coordinator, names):
    linked(server, coordinator)
    heads = record(server, coordinator, B)["heads"].values()
    saw = tuple(id for ids_ in heads for id in ids_)
    elsewhere(server, B, "person", Write(f="_deleted", v=True, saw=saw))

    assert record(server, coordinator, A)["values"] == {
        "child_ref": REFERENCES[0],
        "family_name": "Ремез",
    }
    assert record(server, coordinator, B)["values"]["_deleted"] is True


def elsewhere(server, doc, kind, *writes):
    """Let another node write, without having heard of what was written here."""
    with server.database.transaction() as session:
        pen = Pen(session, now=server.watch(), entropy=os.urandom)
        change = pen.write({(doc, kind): writes}, author="u:there", site="kyiv")
        pen.close()
        ingest.ingest(
            session,
            [change],
            peer="there",
            received_ms=1,
            schema=publishing.schema(session),
        )
