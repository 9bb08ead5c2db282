"""A notice without content: how many questions wait, in the title of the tab."""

from pages import tree

from intake_server.security.policy import Role
from intake_server.storage.tables import QueueRow


def tab(browser, path="/children"):
    return tree(browser.get(path)).xpath("//title/text()")[0]


def test_the_tab_says_how_many_questions_wait_and_nothing_of_them(clash, iryna):
    count = len(clash.questions())
    doctor = clash.browser(Role.CLINICIAN, "truskavets")
    admin = clash.browser(Role.ADMIN, "kyiv")

    assert tab(iryna) == f"({count}) Діти · Dodomu"
    assert tab(doctor).startswith("(")
    assert tab(admin, "/people") == "Люди · Dodomu"


def test_the_tab_says_nothing_where_nothing_waits(desk):
    assert tab(desk.browser()) == "Діти · Dodomu"


def test_more_than_anybody_counts_is_said_so(desk):
    with desk.database.transaction() as session:
        for number in range(120):
            session.add(
                QueueRow(
                    doc=str(number),
                    qid=f"{number:032x}",
                    kind="triage",
                    cell="",
                    key="",
                    severity=1,
                    owner="coordinator",
                    sites="|kyiv|",
                    first_seen="2026-11-22T09:00:00.000Z",
                    is_provisional=False,
                    source="local",
                    body={},
                )
            )

    assert tab(desk.browser()) == "(99+) Діти · Dodomu"
