"""What one person alone does not say, between three nodes over real sockets.

Two records are linked, a match is confirmed and an allergy is taken away only by whom
it takes, wherever they work and whether or not there was a line.
"""

import pytest
from three_nodes import CODES, Somebody, exchange, received, three_nodes

from intake_server.security.policy import Role
from sync import documents as ids

A, B = sorted(map(ids.person, CODES[:2]))
CASE = ids.case(ids.person(CODES[0]))
SAME = {"a": A, "b": B, "verdict": "same", "reason": "упізнала мати"}
REASON = {"reason": "помилка"}


@pytest.fixture
def network(tmp_path):
    with three_nodes(tmp_path, "reception", "registration", "rehabilitation") as nodes:
        marta = Somebody(nodes[1], "Marta", Role.WORKER, "truskavets")
        marta.send("reception", *map(received, range(2)))
        exchange(nodes)
        yield nodes


@pytest.fixture
def kyiv(network):
    """A coordinator at each node."""
    named = zip(network, ("Oksana", "Bohdan", "Iryna"), strict=True)
    return [Somebody(node, name, Role.COORDINATOR, "kyiv") for node, name in named]


def aliases(people):
    return [one.call("GET", f"/records/{A}")["aliases"] for one in people]


def shown(people, name):
    return [one.call("GET", f"/records/{CASE}")["values"].get(name) for one in people]


def asked(people, kind):
    found = [one.call("GET", f"/queue?kind={kind}")["items"] for one in people]
    return [[item["qid"] for item in items] for items in found]


def test_r22_two_who_link_with_no_line_between_them_are_two_everywhere(network, kyiv):
    oksana, bohdan, _ = kyiv
    oksana.call("POST", "/links", SAME)
    bohdan.call("POST", "/links", SAME)
    assert aliases(kyiv) == [[], [], []]
    exchange(network)

    assert aliases(kyiv) == [[B], [B], [B]]
    assert asked(kyiv, "link_proposed") == [[], [], []]
    assert [node.differing for node in network] == [(), (), ()]


def test_r22_one_proposes_another_agrees_elsewhere_and_either_is_taken_back(
    network, kyiv
):
    oksana, bohdan, iryna = kyiv
    first = oksana.call("POST", "/links", SAME)["change"]
    exchange(network)
    ((qid,), *others) = asked(kyiv, "link_proposed")
    assert others == [[qid], [qid]]

    body = {"same": True, "reason": "так"}
    oksana.call("POST", f"/queue/{qid}/resolve", body, 422)
    second = bohdan.call("POST", f"/queue/{qid}/resolve", body)["change"]
    exchange(network)
    assert aliases(kyiv) == [[B], [B], [B]]

    iryna.call("POST", f"/changes/{second}/undo", REASON)
    exchange(network)
    assert aliases(kyiv) == [[], [], []]
    assert asked(kyiv, "link_proposed") == [[qid], [qid], [qid]]
    oksana.call("POST", f"/changes/{first}/undo", REASON)
    exchange(network)
    assert asked(kyiv, "link_proposed") == [[], [], []]
    assert len({node.digest for node in network}) == 1


def test_r23_a_match_is_confirmed_by_two_at_two_nodes(network, kyiv):
    marta = Somebody(network[1], "Marta", Role.WORKER, "truskavets")
    stepan = Somebody(network[2], "Stepan", Role.WORKER, "chernivtsi")
    end = {"register_match": "confirmed"}
    said = {"g_start": {"child_ref": CODES[0]}, "g_end": end}
    marta.send("registration", said)
    exchange(network)
    assert "confirmed" not in shown(kyiv, "register_match")
    ((qid,), *others) = asked(kyiv, "field_conflict")
    assert others == [[qid], [qid]]

    stepan.send("registration", said)
    exchange(network)

    assert shown(kyiv, "register_match") == ["confirmed"] * 3
    assert asked(kyiv, "field_conflict") == [[], [], []]
    assert [node.differing for node in network] == [(), (), ()]


def test_r27_an_allergy_stays_everywhere_until_a_clinician_takes_it_away(network, kyiv):
    marta = Somebody(network[1], "Marta", Role.WORKER, "truskavets")
    liliia = Somebody(network[1], "Liliia", Role.CLINICIAN, "truskavets")
    stay = {"child_ref": CODES[0], "center": "truskavets"}
    marta.send("rehabilitation", {"g_stay": stay, "g_med": {"allergies": "арахіс"}})
    exchange(network)
    heads = kyiv[2].call("GET", f"/records/{CASE}/history")["changes"]
    added = heads[0]["change"]

    marta.call("POST", f"/changes/{added}/undo", REASON)
    exchange(network)
    assert shown(kyiv, "allergies") == [["арахіс"]] * 3
    ((qid,), *others) = asked(kyiv, "set_conflict")
    assert others == [[qid], [qid]]
    body = {"value": False, "reason": "проба негативна"}
    for somebody in (marta, kyiv[0]):
        somebody.call("POST", f"/queue/{qid}/resolve", body, 404)

    liliia.call("POST", f"/queue/{qid}/resolve", body)
    exchange(network)

    assert shown(kyiv, "allergies") == [[]] * 3
    assert asked(kyiv, "set_conflict") == [[], [], []]
    assert [node.differing for node in network] == [(), (), ()]
