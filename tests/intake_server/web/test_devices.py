import pytest
from servers import SITE

from intake_server.services import enrolment

CALL = "/api/v1/devices/enrol"


def a_code(server, **more):
    return enrolment.offer_device(
        server.database,
        SITE,
        label="Kalyna 1",
        by="operator",
        now=server.watch(),
        **more,
    )


def test_a_device_gets_a_token_and_the_forms_for_a_code(server):
    answer = server.post(CALL, body={"code": a_code(server), "label": "Phone of Lina"})

    assert answer.status_code == 200
    assert answer.json["site"] == SITE
    assert [form["form_id"] for form in answer.json["forms"]] == ["arrival"]
    me = server.get("/api/v1/devices/me", answer.json["token"]).json
    assert me["device_id"] == answer.json["device_id"]
    assert me["label"] == "Phone of Lina"


def test_a_device_gets_the_keys_it_seals_to_and_knows_receipts_by(server):
    ring = server.with_keys()

    answer = server.post(CALL, body={"code": a_code(server), "label": ""}).json

    assert answer["seal_key"] == ring.seal.public
    assert answer["receipt_key"] == ring.receipt.public


def test_a_node_without_keys_says_so(server):
    answer = server.post(CALL, body={"code": a_code(server), "label": ""}).json

    assert (answer["seal_key"], answer["receipt_key"]) == (None, None)


def test_a_code_works_once(server):
    code = a_code(server)
    server.post(CALL, body={"code": code, "label": ""})

    again = server.post(CALL, body={"code": code, "label": ""})

    assert again.status_code == 404
    assert again.json["type"] == "/problems/unknown-code"


def test_unknown_used_expired_and_foreign_codes_are_answered_alike(server):
    used, expired = a_code(server), a_code(server)
    server.post(CALL, body={"code": used, "label": ""})
    foreign = enrolment.offer_site(
        server.database, SITE, by="operator", now=server.watch()
    )
    server.watch.forward(minutes=15)

    answers = [
        server.post(CALL, body={"code": code, "label": ""})
        for code in (used, expired, foreign, "never-there")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1


def test_a_printed_code_lasts_three_days(server):
    code = a_code(server, life=enrolment.PRINTED)
    server.watch.forward(hours=71)

    assert server.post(CALL, body={"code": code, "label": ""}).status_code == 200


def test_a_revoked_device_is_nobody_from_its_next_call_on(server, device):
    (known,) = enrolment.enrolled(server.database)

    enrolment.revoke(server.database, known.id, by="operator", now=server.watch())

    answer = server.get("/api/v1/forms", device)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {"code", "label"}),
        ({"code": "a", "label": 5}, {"label"}),
        ({"code": "", "label": ""}, {"code"}),
        ({"code": "a" * 65, "label": ""}, {"code"}),
        ({"code": "a", "label": "\ud800"}, {"label"}),
        ({"code": "a", "label": "", "site": "kyiv"}, {"site"}),
    ],
)
def test_what_does_not_fit_is_named(server, body, named):
    answer = server.post(CALL, body=body)

    assert answer.status_code == 422
    assert set(answer.json["errors"]) == named
