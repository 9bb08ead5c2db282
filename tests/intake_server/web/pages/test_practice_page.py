"""Practice on the pages: who begins it, who sees it, and what it costs."""

import pytest
from centres import FORMS
from desks import with_a_clash
from pages import tree, words
from statements import asked

from intake_server.security.policy import Role
from intake_server.services import enrolment, people
from intake_server.storage import documents
from sync import documents as ids
from sync.change import Write

MOST = 12
"""Statements that a page asks the store at the most."""


def switch(browser, path="/practice", practice="on"):
    csrf = tree(browser.get("/practice")).xpath("//input[@name='csrf']/@value")[0]
    answer = browser.post(path, data={"csrf": csrf, "practice": practice})
    assert answer.status_code == 303
    return browser


def notice(answer):
    return "".join(
        tree(answer).xpath("//aside[@class='practice-notice']//strong/text()")
    )


@pytest.mark.parametrize("role", [Role.WORKER, Role.AUDITOR, Role.NATIONAL_SUPERVISOR])
def test_anybody_begins_and_ends_practice_from_the_own_page(desk, role):
    browser = desk.browser(role, "truskavets")
    assert "Почати навчання" in words(browser.get("/account"))
    assert notice(browser.get("/account")) == ""

    switch(browser)

    assert notice(browser.get("/account")).startswith("Навчання: усе тут несправжнє")
    switch(browser, practice="off")
    assert notice(browser.get("/account")) == ""


def test_the_sentence_is_in_the_readers_language(desk):
    browser = switch(desk.browser())

    said = browser.get("/queue", headers={"Accept-Language": "en"})

    assert notice(said).startswith("Practice: nothing here is real")


def test_who_practises_is_marked_among_devices_and_people(clash):
    admin = clash.browser(Role.ADMIN, "kyiv", name="Bohdan")
    phone = enrolment.enrolled(clash.database)[0]
    person = people.everybody(clash.database)[0]
    assert "навчається" not in words(admin.get("/devices"))

    switch(admin, f"/devices/{phone.id}/practice")
    switch(admin, f"/people/{person.id}/practice")
    switch(admin, "/practice/sites/truskavets")

    page = words(admin.get("/devices"))
    assert f"{phone.label} навчається" in page
    assert "Трускавець навчається весь центр" in page
    assert f"{person.name} навчається" in words(admin.get("/people"))
    assert f"{person.name} навчається" in words(admin.get(f"/people/{person.id}"))


def test_whom_somebody_lets_in_who_practises_practises_too(desk):
    browser = switch(desk.browser(site="truskavets"))
    form = tree(browser.get("/devices")).xpath("//form[.//input[@name='people']]")
    form = form or tree(browser.get("/devices")).xpath("//form[.//textarea]")
    said = {**dict(form[0].form_values()), "people": "Леся"}

    sheet = browser.post("/devices/invitations", data=said)
    code = tree(sheet).xpath("//li//strong/text()")[0]
    desk.app.test_client().post("/enrol", data={"code": code})

    assert "Навчання: цей телефон" in sheet.get_data(as_text=True)
    assert "Леся навчається" in words(browser.get("/devices"))


def test_nobody_publishes_forms_in_practice(desk):
    browser = switch(desk.browser())

    assert browser.post("/forms/publish").status_code == 404
    assert not tree(browser.get("/forms")).xpath("//input[@type='file']")


def test_practice_costs_a_page_no_statement(desk):
    with_a_clash(desk)
    browser = switch(desk.browser())
    for path in ("/day", "/queue", "/children", "/forms", "/devices", "/practice"):
        browser.get(path)
        with asked() as said:
            assert browser.get(path).status_code == 200
        assert len(said) <= MOST, said


def test_only_those_who_manage_others_delete_what_was_practised(desk):
    worker = desk.browser(Role.WORKER, "truskavets")

    assert "Стерти все навчальне" not in words(worker.get("/practice"))
    assert worker.post("/practice/delete").status_code == 404


def test_what_is_retired_is_practised_no_more_until_it_is_not(desk):
    browser = switch(desk.browser())
    form = FORMS["reunification"]
    doc = ids.schema(form.form_id, form.version)

    def is_offered():
        return browser.get(f"/forms/{form.form_id}/print").status_code == 200

    def retire(*, value):
        with desk.database.reading() as session:
            heads = documents.heads(session, [(doc, "is_retired")])
        before = heads[(doc, "is_retired")]
        desk.write({(doc, "schema"): [Write(f="is_retired", v=value, p=before)]})
        desk.watch.forward(minutes=1)
        return is_offered()

    assert is_offered()
    assert retire(value=True) is False
    assert retire(value=False) is True


def test_sites_have_their_names_in_practice(desk):
    browser = switch(desk.browser(Role.WORKER, "truskavets"))

    (who,) = tree(browser.get("/account")).xpath("//div[@class='who']")

    assert "Трускавець" in who.text_content()
