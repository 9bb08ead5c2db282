"""Taking a decision back from the pages."""

import re

import pytest
from desks import CASE, CHILD

from intake_server.security.policy import Role
from intake_server.storage import documents


def token_of(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


@pytest.fixture
def decided(clash, iryna):
    """A decision on medicine; the address that the browser was sent on to."""
    item = clash.questions()["medication"]
    page = iryna.get(f"/queue/{item.qid}")
    filled = {
        "csrf": token_of(page),
        "name": item.cell,
        "shown": " ".join(item.heads),
        "choice": re.search(r'value="(is:[^"]*500[^"]*)"', page.text)[1]
        .replace("&#34;", '"')
        .replace("&quot;", '"'),
        "reason": "за випискою",
    }
    answer = iryna.post(f"/queue/{item.qid}", data=filled)
    assert answer.status_code == 303
    with clash.database.reading() as session:
        return documents.history(session, CASE)[0].change.id


def test_a_decision_is_taken_back_from_the_childs_history(clash, iryna, decided):
    page = iryna.get(f"/children/{CHILD}?undo={decided}")
    assert f'action="/changes/{decided}/undo"' in page.text

    form = {"csrf": token_of(page), "doc": CHILD, "reason": "помилка"}
    answer = iryna.post(f"/changes/{decided}/undo", data=form)

    item = clash.questions()["medication"]
    assert answer.status_code == 303
    assert answer.location.startswith(f"/queue/{item.qid}")
    assert "Питання знову відкрите" in iryna.get(answer.location).text
    history = iryna.get(f"/children/{CHILD}").text
    assert "відкликано" in history
    assert f'action="/changes/{decided}/undo"' not in history


def test_the_next_question_offers_to_take_the_last_decision_back(clash, iryna, decided):
    qid = clash.questions()["birth"].qid if "birth" in clash.questions() else None
    following = iryna.get(f"/queue/next?decided={'0' * 32}&change={decided}")

    assert following.status_code == 303
    assert f"change={decided}" in following.location
    assert qid is None or qid in following.location


def test_who_may_not_take_it_back_is_offered_nothing(clash, decided):
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "/undo" not in stepan.get(f"/children/{CHILD}").text
