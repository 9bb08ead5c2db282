"""Four siblings, one placed apart by a centre that had no line: nobody is parted unseen.

Three nodes over real sockets; what is seen is read back over HTTP.
"""

from contextlib import ExitStack
from datetime import timedelta

import pytest
import requests
from network import a_central, a_centre

from forms.catalogue import shipped
from forms.reference import make
from intake_server.security.policy import Role
from intake_server.services import people
from sync import documents as ids
from sync.merge.siblings import KIND

CODES = [make("4KH", number) for number in range(1, 5)]
NAMES = ["Тарас", "Злата", "Зоряна", "Іван"]
IVAN = ids.person(CODES[3])
REASON = "Спеціальне лікування, якого немає в Трускавці"
TIMEOUT_S = 30


class Somebody:
    """A person at a node, who works through its API."""

    def __init__(self, member, name, role, site):
        self.member = member
        self.token = people.token_new(
            member.database,
            name,
            role=role,
            site=site,
            by="operator",
            now=member.now(),
        )

    def call(self, verb, path, body=None, status=200):
        answer = requests.request(
            verb,
            f"{self.member.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=TIMEOUT_S,
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    def send(self, form_id, *answers):
        sent = [
            {
                "instance_id": f"uuid:{form_id}-{n}",
                "form_id": form_id,
                "form_version": shipped(form_id).version,
                "finalized_at": self.member.now().isoformat(),
                "answers": one,
            }
            for n, one in enumerate(answers)
        ]
        receipts = self.call("POST", "/submissions", {"submissions": sent})["receipts"]
        assert {one["status"] for one in receipts} == {"stored"}

    def asked(self):
        return self.call("GET", f"/queue?kind={KIND}")["items"]

    def sign(self, qid, *, verb=True, status=200):
        body = {"sign": verb, "reason": "згодна"}
        return self.call("POST", f"/queue/{qid}/resolve", body, status)


def received(number):
    group = {"sibling_group": CODES[0]} if number else {}
    return {
        "g_contact": {"child_ref": CODES[number], "returned_on": "2026-11-22"},
        "g_child": {"given_name": NAMES[number], "family_name": "Вербові"},
        "g_with": {"siblings_here": 3, **group},
        "g_next": {"destination": "rehab", "destination_site": "truskavets"},
    }


PLACED_APART = {
    "g_start": {"child_ref": CODES[3], "parts": ["placement"]},
    "g_siblings": {
        "sibling_decision": "apart_temporary",
        "sibling_reason": REASON,
        "sibling_review_on": "2026-12-20",
    },
    "g_place": {"care_type": "kin_temp", "care_from": "2026-11-22"},
}


@pytest.fixture
def network(tmp_path):
    with ExitStack() as stack:
        central = a_central(tmp_path / "kyiv")
        stack.enter_context(central.serving())
        for form in ("reception", "reunification"):
            central.publish(shipped(form))
        members = [central]
        for site in ("truskavets", "chernivtsi"):
            centre = a_centre(tmp_path / site, central, site)
            stack.enter_context(centre.serving())
            centre.ahead = timedelta(minutes=len(members))
            members.append(centre)
        exchange(members)
        yield members


def exchange(members):
    for centre in (*members[1:], members[1]):
        centre.sync()


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
