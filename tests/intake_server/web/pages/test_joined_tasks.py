"""Tasks of a child that has two records: one child has each task once."""

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CHILD
from fillings import FILLED
from pages import decide, tree
from statements import asked

from forms.catalogue import builtin
from forms.reference import make, printed
from intake_server.security.policy import Role
from sync import documents as ids

SECOND = make("4KH", 1)
AGREED = "Наступний контакт, як домовлено"
LOOK = "Медичний огляд після прибуття"
MOST_STATEMENTS = 12


def arrived(reference, **said):
    return with_answers(RECEPTION, g_contact={"child_ref": reference}, **said)


@pytest.fixture
def two(desk):
    """One child was received twice at one centre, and a contact is agreed."""
    desk.publish(*builtin())
    phone = desk.phone("truskavets", "Телефон Олени")
    agreed = {"next_contact_due": "2026-11-23"}
    desk.send(phone, "reception", arrived(DANYLO, g_next=agreed))
    desk.send(phone, "reception", arrived(SECOND))
    return desk


def join(desk, first=CHILD, second=SECOND):
    pair = f"/children/{first}/link?other={printed(second)}"
    for name in ("Iryna", "Bohdan"):
        browser = desk.browser(name=name)
        answer = decide(browser, pair, verdict="same", reason="одна дитина")
        assert answer.status_code == 303


@pytest.fixture
def marta(two):
    return two.browser(Role.WORKER, "truskavets", "Марта")


def tasks(browser):
    """Return what is due on the day's page: what, and about whom."""
    page = tree(browser.get("/day"))
    texts = page.xpath("//ul[@class='chores']/li//strong/..")
    return [" ".join(one.text_content().split()) for one in texts]


def of(browser, title):
    return [text for text in tasks(browser) if title in text]


def visit(desk, reference):
    followup = with_answers(
        FILLED["followup"],
        g_contact={"child_ref": reference},
        g_next={"next_contact_due": ""},
    )
    desk.send(desk.phone("truskavets", "Т"), "followup", followup)


def test_two_records_have_a_task_each_and_one_child_has_it_once(two, marta):
    assert len(of(marta, LOOK)) == 2

    join(two)

    assert len(of(marta, LOOK)) == 1


def test_a_visit_on_one_record_closes_the_task_on_the_other(two, marta):
    visit(two, SECOND)
    assert len(of(marta, AGREED)) == 1

    join(two)

    assert of(marta, AGREED) == []


def test_a_visit_of_another_child_closes_nothing(two, marta):
    visit(two, make("4KH", 2))

    assert len(of(marta, AGREED)) == 1


def test_parting_the_records_opens_the_task_again(two, marta):
    visit(two, SECOND)
    join(two)
    pair = f"/children/{CHILD}/link?other={printed(SECOND)}"

    decide(two.browser(name="Ірина"), pair, verdict="different", reason="двоє дітей")

    assert len(of(marta, AGREED)) == 1


def test_a_task_that_is_done_on_one_record_is_done_for_the_child(two, marta):
    join(two)
    page = tree(marta.get("/day"))
    (form,) = page.xpath(f"//form[.//button[contains(@aria-label, '{LOOK}')]]")

    marta.post(form.action, data=dict(form.form_values()))

    assert of(marta, LOOK) == []


def test_the_file_and_the_sheet_say_the_same(two, marta):
    visit(two, SECOND)
    join(two)

    for path in ("/lists/tasks.csv", f"/children/{CHILD}/summary"):
        said = marta.get(path).get_data(as_text=True)
        assert AGREED not in said
        assert said.count(LOOK) == 1


def test_a_joined_child_is_here_once(two, marta):
    for reference in (DANYLO, SECOND):
        stay = {"child_ref": reference, "center": "truskavets"}
        stay["admitted_on"] = "2026-11-01"
        two.send(two.phone("truskavets", "Т"), "rehabilitation", {"g_stay": stay})
    assert count(marta, "here") == 2

    join(two)

    assert count(marta, "here") == 1


def count(browser, section):
    page = tree(browser.get("/day"))
    return len(page.xpath(f"//section[@aria-labelledby='{section}']//ul/li"))


def test_many_joined_children_cost_no_more_than_one(two, marta):
    join(two)
    marta.get("/day")
    with asked() as few:
        marta.get("/day")
    phone = two.phone("truskavets", "Т")
    for number in range(3, 9, 2):
        one, other = make("4KH", number), make("4KH", number + 1)
        two.send(phone, "reception", arrived(one))
        two.send(phone, "reception", arrived(other))
        join(two, ids.person(one), other)

    with asked() as many:
        marta.get("/day")

    assert len(many) == len(few) <= MOST_STATEMENTS, many
