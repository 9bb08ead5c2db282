"""Four siblings, one placed apart by a centre that had no line: nobody is parted unseen.

Three nodes over real sockets; what is seen is read back over HTTP.
"""

import pytest
from three_nodes import IVAN, PLACED_APART, Somebody, exchange, received, three_nodes

from intake_server.security.policy import Role
from sync import documents as ids


@pytest.fixture
def network(tmp_path):
    with three_nodes(tmp_path, "reception", "reunification") as members:
        yield members


def everywhere(people, read):
    return [read(one) for one in people]


def test_r01_one_of_four_placed_apart_offline_waits_for_two_organisations(network):
    kyiv, truskavets, chernivtsi = network
    oksana = Somebody(kyiv, "Oksana", Role.COORDINATOR, "kyiv")
    marta = Somebody(truskavets, "Marta", Role.WORKER, "truskavets")
    stepan = Somebody(chernivtsi, "Stepan", Role.WORKER, "chernivtsi")
    sofiia = Somebody(chernivtsi, "Sofiia", Role.CLINICIAN, "chernivtsi")
    all_of_them = (oksana, marta, stepan)
    marta.send("reception", *map(received, range(4)))
    exchange(network)
    assert everywhere(all_of_them[:2], Somebody.asked) == [[], []]

    stepan.send("reunification", PLACED_APART)
    (alone,) = stepan.asked()
    assert oksana.asked() == []
    exchange(network)

    assert everywhere(all_of_them, Somebody.asked) == [[alone]] * 3
    assert (alone["doc"], alone["severity"]) == (ids.case(IVAN), 3)
    qid = alone["qid"]

    first = stepan.sign(qid)["change"]
    assert "signed this already" in str(stepan.sign(qid, status=422))
    assert "organisation has signed" in str(sofiia.sign(qid, status=422))
    exchange(network)
    assert [one["qid"] for one in oksana.asked()] == [qid]

    second = marta.sign(qid)["change"]
    assert marta.asked() == []
    exchange(network)
    assert everywhere(all_of_them, Somebody.asked) == [[], [], []]

    marta.call("POST", f"/changes/{second}/undo", {"reason": "помилка"})
    exchange(network)
    assert everywhere(all_of_them, Somebody.asked) == [[alone]] * 3
    assert oksana.sign(qid)["change"] not in (first, second)
    exchange(network)

    assert everywhere(all_of_them, Somebody.asked) == [[], [], []]
    assert len({member.digest for member in network}) == 1
    assert [member.differing for member in network] == [(), (), ()]


def test_r01_both_centres_sign_with_no_line_and_it_is_in_force_everywhere(network):
    _, truskavets, chernivtsi = network
    marta = Somebody(truskavets, "Marta", Role.WORKER, "truskavets")
    stepan = Somebody(chernivtsi, "Stepan", Role.WORKER, "chernivtsi")
    marta.send("reception", *map(received, range(4)))
    stepan.send("reunification", PLACED_APART)
    exchange(network)
    (one,) = marta.asked()

    stepan.sign(one["qid"])
    marta.sign(one["qid"])
    assert (len(marta.asked()), len(stepan.asked())) == (1, 1)
    exchange(network)

    assert marta.asked() == stepan.asked() == []


def test_r01_refused_elsewhere_the_placement_is_void_everywhere(network):
    kyiv, truskavets, chernivtsi = network
    oksana = Somebody(kyiv, "Oksana", Role.COORDINATOR, "kyiv")
    marta = Somebody(truskavets, "Marta", Role.WORKER, "truskavets")
    stepan = Somebody(chernivtsi, "Stepan", Role.WORKER, "chernivtsi")
    marta.send("reception", *map(received, range(4)))
    stepan.send("reunification", PLACED_APART)
    exchange(network)

    marta.sign(marta.asked()[0]["qid"], verb=False)
    exchange(network)

    for one in (oksana, marta, stepan):
        assert one.asked() == []
        values = one.call("GET", f"/records/{ids.case(IVAN)}")["values"]
        assert values["placement"] is None
        assert values["destination"]["destination_site"] == "truskavets"
