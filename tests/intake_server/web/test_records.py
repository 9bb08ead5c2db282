import pytest
from servers import MORNING, REFERENCE, an_item

from intake_server.security.policy import Role
from intake_server.storage import audit


@pytest.fixture
def child(server, device):
    (receipt,) = server.send(device, an_item(family_name="Ремез", medication="500 мг"))
    return {named["kind"]: named["doc"] for named in receipt["documents"]}


def acts(server):
    with server.database.reading() as session:
        return [(entry.action, entry.object) for entry in audit.page(session)]


def test_a_record_shows_what_was_said(server, worker, child):
    answer = server.get(f"/api/v1/records/{child['person']}", worker)

    assert answer.status_code == 200
    assert answer.json["kind"] == "person"
    assert answer.json["values"]["family_name"] == "Ремез"
    assert answer.json["contested"] == {}
    assert len(answer.json["reference"]) == 8


def test_a_contradiction_shows_both_answers(server, device, worker):
    for number, name in ((1, "Ремез"), (2, "Ремес")):
        item = an_item(str(number), child_ref=REFERENCE, family_name=name)
        assert server.send(device, item)[0]["status"] == "stored"
    doc = server.get("/api/v1/records?kind=person", worker).json["records"][0]["doc"]

    said = server.get(f"/api/v1/records/{doc}", worker).json["contested"]["family_name"]

    assert sorted(one["value"] for one in said) == ["Ремез", "Ремес"]
    assert {one["site"] for one in said} == {"truskavets"}


def test_a_record_of_another_site_is_absent(server, child):
    stranger = server.token(Role.WORKER, "chernivtsi")
    absent = "7f1a8d1e-0000-5000-8000-000000000000"

    theirs = server.get(f"/api/v1/records/{child['person']}", stranger)
    nobodys = server.get(f"/api/v1/records/{absent}", stranger)

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json["type"] == nobodys.json["type"] == "/problems/not-found"
    assert theirs.get_data().replace(child["person"].encode(), b"") == (
        nobodys.get_data().replace(absent.encode(), b"")
    )
    assert server.get("/api/v1/records", stranger).json["records"] == []
    history = server.get(f"/api/v1/records/{child['person']}/history", stranger)
    assert history.status_code == 404


def test_asking_for_another_site_shows_nothing(server, worker, child):
    assert server.get("/api/v1/records?site=truskavets", worker).json["records"]
    assert server.get("/api/v1/records?site=chernivtsi", worker).json["records"] == []


def test_a_coordinator_sees_every_site(server, coordinator, child):
    listed = server.get("/api/v1/records?kind=person", coordinator).json["records"]

    assert [record["doc"] for record in listed] == [child["person"]]


def test_a_child_is_found_by_part_of_the_name_in_any_case(server, worker, child):
    assert server.get("/api/v1/records?q=рЕм", worker).json["records"]
    assert server.get("/api/v1/records?q=Тиха", worker).json["records"] == []


def test_forms_and_sites_are_no_records(server, coordinator, child):
    kinds = {
        r["kind"] for r in server.get("/api/v1/records", coordinator).json["records"]
    }

    assert "schema" not in kinds
    assert server.get("/api/v1/records?kind=schema", coordinator).json["records"] == []


def test_a_long_list_is_read_page_by_page(server, device, worker):
    server.send(device, *(an_item(str(number)) for number in range(60)))

    first = server.get("/api/v1/records?kind=person", worker).json
    second = server.get(
        f"/api/v1/records?kind=person&cursor={first['next']}", worker
    ).json

    docs = [record["doc"] for record in first["records"] + second["records"]]
    assert len(docs) == len(set(docs)) == 60
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["1", "zz~1", "~", "9" * 150, "ff~not-a-document"])
def test_a_cursor_that_no_page_gave_leads_nowhere(server, worker, cursor):
    assert server.get(f"/api/v1/records?cursor={cursor}", worker).status_code == 404


def test_history_tells_who_said_what_when(server, worker, child):
    answer = server.get(f"/api/v1/records/{child['person']}/history", worker)

    (change,) = answer.json["changes"]
    assert change["author"].startswith("d:")
    assert change["site"] == "truskavets"
    assert change["at"] == "2026-11-22T08:00:00.000+02:00"
    assert {write["cell"]: write["value"] for write in change["writes"]}[
        "family_name"
    ] == "Ремез"


def test_every_read_leaves_a_trace(server, worker, child):
    person = child["person"]

    server.get(f"/api/v1/records/{person}", worker)
    server.get(f"/api/v1/records/{person}/history", worker)
    server.get("/api/v1/records?kind=person", worker)

    assert acts(server)[:3] == [
        ("list_records", person),
        ("read_history", person),
        ("read_record", person),
    ]


def test_what_cannot_be_noted_is_not_shown(server, worker, child):
    with server.database.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE audit RENAME TO lost")

    answer = server.get(f"/api/v1/records/{child['person']}", worker)

    assert answer.status_code == 503
    assert answer.json["type"] == "/problems/not-noted"
    assert answer.headers["Retry-After"] == "5"
    assert "Ремез" not in answer.get_data(as_text=True)


def test_reading_is_noted_with_the_time_of_this_node(server, worker, child):
    server.get(f"/api/v1/records/{child['person']}", worker)

    with server.database.reading() as session:
        assert audit.page(session)[0].at == MORNING


def test_a_record_is_voided_on_what_was_read_and_comes_back(server, worker, child):
    address = f"/api/v1/records/{child['person']}"

    def say(is_void):
        heads = server.get(address, worker).json["heads"]
        body = {"void": is_void, "reason": "двічі", "based_on": heads}
        return server.post(f"{address}/void", worker, body)

    voided = say(is_void=True)
    values = server.get(address, worker).json["values"]
    again = say(is_void=True)
    back = say(is_void=False)

    assert voided.status_code == 200
    assert values["_deleted"] is True
    assert again.json == {"change": None}
    assert back.json["change"] != voided.json["change"]
    assert server.get(address, worker).json["values"]["_deleted"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [("void", "yes"), ("reason", ""), ("based_on", {"x": ["no id"]}), ("more", 1)],
)
def test_a_void_that_does_not_fit_is_refused(server, worker, child, name, value):
    body = {"void": True, "reason": "двічі", "based_on": {}, name: value}

    answer = server.post(f"/api/v1/records/{child['person']}/void", worker, body)

    assert answer.status_code == 422
    assert any(path.startswith(name[:4]) for path in answer.json["errors"])
