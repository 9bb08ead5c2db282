"""The open house after the story: a newcomer signs in, decides, and cuts a line."""

import json
import re
import signal
import subprocess
import sys
import time
from itertools import count
from urllib.parse import urlsplit

import pytest
import requests

PATIENCE_S = 60
QUESTIONS = {"Ліки зараз", "Дорослий спроможний піклуватися"}


class Visitor:
    """A browser in which somebody is signed in."""

    def __init__(self, link):
        self.url = "{0.scheme}://{0.netloc}".format(urlsplit(link))
        self.browser = requests.Session()
        self.browser.trust_env = False
        offered = self.get(link)
        action = re.search(r'action="(/sign-in/[^"]+)"', offered.text)[1]
        self.first = self.browser.post(self.url + action, timeout=PATIENCE_S)
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', self.first.text)[1]

    def get(self, address):
        return self.browser.get(address, timeout=PATIENCE_S)

    def post(self, path, **said):
        return self.browser.post(
            self.url + path, data={"csrf": self.csrf, **said}, timeout=PATIENCE_S
        )

    def open_questions(self):
        page = self.get(f"{self.url}/queue").text
        return {question for question in QUESTIONS if question in page}

    def decide(self, value, reason):
        page = self.get(f"{self.url}/queue").text
        for path in dict.fromkeys(re.findall(r'href="(/queue/[0-9a-f]{32})', page)):
            choices = re.findall(r'value="(is:[^"]+)"', self.get(self.url + path).text)
            picked = [one for one in choices if value in one]
            if picked:
                chosen = picked[0].replace("&#34;", '"')
                return self.post(path, choice=chosen, reason=reason)
        return pytest.fail(f"no question has the answer {value}")


@pytest.fixture(scope="module")
def house():
    command = [sys.executable, "-m", "intake_server", "demo", "--json", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        house = json.loads(demo.stdout.readline())
        yield {
            person["name"]: person["url"]
            for node in house["nodes"]
            for person in node["people"]
        }
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 0


def until(holds):
    """Wait until something that goes on by itself has come about."""
    end = time.monotonic() + PATIENCE_S
    for _ in count():
        if holds():
            return
        assert time.monotonic() < end
        time.sleep(0.2)


def test_everybody_has_a_link_that_opens_again_and_again(house):
    assert set(house) == {
        "Оксана Гайова",
        "Богдан Ліщина",
        "Марта Білик",
        "Степан Руснак",
    }
    for link in house.values():
        for _ in range(2):
            assert "Показ: усі дані вигадані" in Visitor(link).first.text


def test_people_at_different_nodes_do_not_sign_each_other_out(house):
    one = Visitor(house["Оксана Гайова"])
    other = Visitor(house["Марта Білик"])
    one.browser.cookies.update(other.browser.cookies)

    assert one.open_questions() == QUESTIONS


def test_a_decision_reaches_a_centre_when_its_line_is_joined(house):
    oksana, marta = Visitor(house["Оксана Гайова"]), Visitor(house["Марта Білик"])
    stepan = Visitor(house["Степан Руснак"])
    assert marta.open_questions() == QUESTIONS

    marta.post("/demo/line", site="truskavets", up="0", next="/queue")
    decided = oksana.decide("500", "за випискою лікаря")

    assert decided.status_code == 200
    until(lambda: "Ліки зараз" not in stepan.open_questions())
    assert marta.open_questions() == QUESTIONS

    marta.post("/demo/line", site="truskavets", up="1", next="/queue")
    until(lambda: "Ліки зараз" not in marta.open_questions())


def test_no_line_is_cut_by_a_page_of_somebody_else(house):
    marta = Visitor(house["Марта Білик"])
    marta.csrf = "forged"

    refused = marta.post("/demo/line", site="chernivtsi", up="0", next="/")

    assert refused.status_code == 403


def test_a_line_leads_back_to_this_node_only(house):
    marta = Visitor(house["Марта Білик"])

    for address in ("https://example.org/", "//example.org", "/\\example.org"):
        said = {"csrf": marta.csrf, "site": "chernivtsi", "up": "1", "next": address}
        answer = marta.browser.post(
            f"{marta.url}/demo/line",
            data=said,
            allow_redirects=False,
            timeout=PATIENCE_S,
        )
        assert answer.headers["Location"] == "/"


def test_an_unknown_link_or_line_is_not_there(house):
    marta = Visitor(house["Марта Білик"])

    assert marta.get(f"{marta.url}/demo/sign-in/nobody").status_code == 404
    assert marta.post("/demo/line", site="odesa", up="0").status_code == 404
