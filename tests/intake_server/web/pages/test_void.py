"""Saying on a child's page that a record was made by mistake."""

import re

from centres import BOHDAN
from desks import CHILD

from intake_server.security.policy import Role
from intake_server.services import erasure
from intake_server.storage import documents, node
from sync.change import Write
from sync.merge.cells import HOLD


def form_of(page):
    found = re.search(r'<form[^>]*action="/children/[^"]*/void">.*?</form>', page, re.S)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[0]))


def send(browser, **facts):
    form = form_of(browser.get(f"/children/{CHILD}").text)
    return browser.post(f"/children/{CHILD}/void", data={**form, **facts})


def test_a_record_is_hidden_and_shown_again(clash, iryna):
    answer = send(iryna, reason="двічі той самий")

    assert answer.status_code == 303
    assert answer.location == f"/children/{CHILD}#records-heading"
    page = iryna.get(f"/children/{CHILD}").text
    assert "створено помилково" in page
    assert "Показати знову" in page
    assert CHILD not in iryna.get("/children").text

    send(iryna, reason="не помилка")
    assert CHILD in iryna.get("/children").text


def test_what_was_written_meanwhile_keeps_the_record(clash, iryna):
    form = form_of(iryna.get(f"/children/{CHILD}").text)
    clash.write({(CHILD, "person"): [Write(f="phone", v="050")]})

    iryna.post(f"/children/{CHILD}/void", data={**form, "reason": "двічі"})

    with clash.database.reading() as session:
        assert not documents.find(session, CHILD).is_voided
    assert "_deleted" in clash.questions()


def test_without_a_reason_nothing_is_written(clash, iryna):
    answer = send(iryna, reason=" ")

    assert answer.status_code == 422
    assert "Напишіть кількома словами, чому" in answer.text
    with clash.database.reading() as session:
        assert not documents.find(session, CHILD).is_voided


def test_no_record_has_such_an_address(clash, iryna):
    form = form_of(iryna.get(f"/children/{CHILD}").text)

    answer = iryna.post("/children/nobody/void", data={**form, "reason": "x"})

    assert answer.status_code == 404


def test_a_hold_stands_on_the_page(clash, iryna):
    clash.write({(CHILD, "person"): [Write(f=HOLD, v=True, why="справа 7")]})

    page = iryna.get(f"/children/{CHILD}").text

    assert page.count("закон забороняє стирати") == 2
    assert "справа 7" in page


def test_an_erased_record_says_that_it_is(clash):
    watch = clash.watch()
    with clash.database.reading() as session:
        assert node.read(session).role == "central"
    bohdan = clash.browser(Role.ADMIN, "kyiv", "Bohdan")
    assert bohdan.get(f"/children/{CHILD}").status_code == 404
    erasure.erase(clash.database, CHILD, "вимога", by=BOHDAN, now=watch)

    iryna = clash.browser(Role.COORDINATOR, "kyiv", "Iryna")
    page = iryna.get(f"/children/{CHILD}").text
    assert "стерто" in page
    assert "Ремез" not in page
    assert f"/children/{CHILD}/void" not in page
