from servers import an_item

from intake_server.security.policy import Role


def test_a_worker_sees_how_far_other_nodes_are_behind(server, device, worker):
    server.token(Role.NODE, "chernivtsi")
    server.send(device, an_item())

    answer = server.get("/api/v1/sync/peers", worker)

    (peer,) = answer.json["peers"]
    assert peer["site"] == "chernivtsi"
    assert peer["unsent"] > 0
    assert peer["last_contact"] is peer["lag_s"] is None


def test_a_device_is_listed_with_its_clock_to_those_of_its_site(server, worker):
    for site in ("truskavets", "chernivtsi"):
        server.send(
            server.device(site), an_item(site), Date="Sun, 22 Nov 2026 08:59:00 GMT"
        )
    server.watch.forward(minutes=5)

    (device,) = server.get("/api/v1/sync/peers", worker).json["devices"]

    assert device["site"] == "truskavets"
    assert device["clock_off_ms"] == -60_000
    assert device["lag_s"] == 300


def test_a_coordinator_sees_the_devices_of_all_sites(server, coordinator):
    for site in ("truskavets", "chernivtsi"):
        server.device(site)

    devices = server.get("/api/v1/sync/peers", coordinator).json["devices"]

    assert [device["site"] for device in devices] == ["chernivtsi", "truskavets"]


def test_what_waits_for_people_is_counted(server, worker):
    (receipt,) = server.send(server.device(), {**an_item(), "form_id": "other"})
    assert receipt["status"] == "quarantined"

    answer = server.get("/api/v1/sync/peers", worker).json

    assert answer["conflicts"] == 0
