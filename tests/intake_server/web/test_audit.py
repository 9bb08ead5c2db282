from servers import an_item

from intake_server.security.policy import Role


def test_the_auditor_sees_who_read_what_and_no_value(server, device, worker):
    (receipt,) = server.send(device, an_item(family_name="Ремез"))
    doc = receipt["documents"][0]["doc"]
    server.get(f"/api/v1/records/{doc}", worker)

    answer = server.get(f"/api/v1/audit?object={doc}", server.token(Role.AUDITOR))

    (entry,) = answer.json["entries"]
    assert entry["action"] == "read_record"
    assert entry["actor"].startswith("u:")
    assert entry["at"] == "2026-11-22T09:00:00.000Z"
    assert "Ремез" not in answer.get_data(as_text=True)


def test_reading_the_audit_is_noted_too(server):
    auditor = server.token(Role.AUDITOR)
    server.get("/api/v1/audit", auditor)

    (newest, *_) = server.get("/api/v1/audit", auditor).json["entries"]

    assert newest["action"] == "read_audit"


def test_a_long_trail_is_read_page_by_page(server):
    auditor = server.token(Role.AUDITOR)
    for _ in range(120):
        server.get("/api/v1/audit", auditor)

    first = server.get("/api/v1/audit", auditor).json
    second = server.get(f"/api/v1/audit?before={first['before']}", auditor).json

    assert len(first["entries"]) == 100
    assert first["entries"][-1]["seq"] == second["entries"][0]["seq"] + 1
    assert second["before"] is None
