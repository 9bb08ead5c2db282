"""The child's course: every date that forms gave, one after the other."""

from centres import DANYLO
from fillings import REGISTRATION
from pages import tree

from forms.catalogue import shipped
from intake_server.security.policy import Role

ARRIVED = {
    "g_contact": {"child_ref": DANYLO, "returned_on": "2026-11-18"},
    "g_child": {"birth_date": "2012-03-04", "dob_precision": "day"},
}


def steps(desk, role=Role.COORDINATOR, site="kyiv"):
    browser = desk.browser(role, site)
    page = tree(browser.get(f"/children?q={DANYLO}", follow_redirects=True))
    return [
        (" ".join(one.xpath("time")[0].text_content().split()), one)
        for one in page.xpath("//ol[@class='course']/li")
    ]


def said(step):
    return " ".join(step.xpath("span")[0].text_content().split())


def test_the_days_stand_in_their_order_with_what_they_are(desk):
    desk.send(desk.phone("truskavets", "L"), "reception", ARRIVED)

    days = [(day, said(step).partition(" Трускавець")[0]) for day, step in steps(desk)]

    assert days == [
        ("4 березня 2012", "Дата народження"),
        ("18 листопада 2026", "Дата вʼїзду на підконтрольну територію"),
    ]


def test_a_day_that_is_in_question_stands_wherever_somebody_said(desk):
    other = {**ARRIVED, "g_child": {"birth_date": "2012-04-03", "dob_precision": "day"}}
    desk.send(desk.phone("truskavets", "L"), "reception", ARRIVED)
    desk.send(desk.phone("chernivtsi", "T"), "reception", other)

    births = {
        day: said(step) for day, step in steps(desk) if "народження" in said(step)
    }

    assert births == {
        "4 березня 2012": "Дата народження спірне Трускавець",
        "3 квітня 2012": "Дата народження спірне Чернівці",
    }


def test_a_day_to_come_says_so_and_a_row_what_it_is_about(desk):
    desk.publish(shipped("registration"))
    desk.send(desk.phone("truskavets", "L"), "registration", REGISTRATION)
    goal = {
        "goals": [
            {
                "goal_row": "uuid:0c5e1d6a-0000-4000-8000-00000000000a",
                "goal_words": "засинати без світла",
                "goal_due": "2031-12-25",
            }
        ],
        "g_stay": {"child_ref": DANYLO, "center": "truskavets"},
    }
    desk.send(desk.phone("truskavets", "M"), "rehabilitation", goal)

    every = dict(steps(desk))

    assert "засинати без світла" in said(every["25 грудня 2031"])
    assert "попереду" in said(every["25 грудня 2031"])
    moved = [said(step) for _, step in steps(desk) if "Шлях переміщення" in said(step)]
    assert moved
    assert not any("попереду" in text for text in moved)
