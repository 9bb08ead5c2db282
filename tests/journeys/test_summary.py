"""The sheet of one child in a real browser: one page, whatever is known."""

import pytest
from browsers import barriers
from centres import DANYLO, RECEPTION, with_answers
from desks import CASE, CHILD
from fillings import FILLED
from signed_in import PHONE, somebody

from forms.catalogue import builtin
from forms.reference import make, printed
from intake_server.security.policy import Role
from sync.change import Write

pytestmark = pytest.mark.browser

PATH = f"/children/{CHILD}/summary"
DISPUTED = ("vaccine_status", "disability_formal", "child_wants_reunif", "adult_able")
LONG = (
    "фенобарбітал 50 мг, вальпроат 300 мг тричі на день після їди, вітамін D; " * 3
).strip()


def fill(desk):
    """Know of a child all that the forms ask, with siblings, and much in question."""
    desk.publish(*builtin())
    phone = desk.phone("truskavets", "Телефон Марти")
    for form_id in sorted(FILLED.keys() - {"testimony", "tracing_request"}):
        desk.send(phone, form_id, FILLED[form_id])
    for number in range(1, 6):
        arrived = with_answers(
            RECEPTION,
            g_contact={"child_ref": make("4KH", number)},
            g_child={"given_name": f"Соломія {number}"},
            g_with={"siblings_here": 5, "sibling_group": printed(DANYLO)},
        )
        desk.send(phone, "reception", arrived)
    desk.write(
        {(CHILD, "person"): [Write(f="sibling_group", v=DANYLO)]}, site="truskavets"
    )
    for site in ("truskavets", "chernivtsi"):
        said = [Write(f=name, v=f"{name} {site}") for name in DISPUTED]
        said.append(Write(f="medication", v=f"{LONG} {site}"))
        said += [
            Write(s="allergies", e=f"алерген {n}", v=site == "truskavets")
            for n in range(5)
        ]
        desk.write({(CASE, "case"): said}, site=site)
        name = Write(f="family_name", v=f"Ремез {site}", src="document")
        desk.write({(CHILD, "person"): [name]}, site=site)


@pytest.fixture
def marta(browser, desk, address):
    fill(desk)
    who = {"name": "Марта", "role": Role.WORKER, "site": "truskavets"}
    with somebody(browser, desk, address, **who) as page:
        yield page


def sheets(pdf):
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")


@pytest.mark.parametrize("language", ["uk", "en"])
def test_a_full_record_is_one_sheet_and_shuts_nobody_out(marta, address, language):
    marta.goto(address + "/children")
    marta.locator(f"button[name=language][value={language}]").click()
    marta.goto(address + PATH)

    assert barriers(marta) == []
    marta.emulate_media(media="print")
    assert marta.locator("main nav:visible").count() == 0
    assert sheets(marta.pdf(prefer_css_page_size=True)) == 1
    said = " ".join(marta.locator(".summary").inner_text().split())
    assert f"{LONG} truskavets" in said
    assert f"{LONG} chernivtsi" in said
    assert "adult_able chernivtsi" in said
    assert "алерген 4 (" in said
    assert "TRU-014" in said
    marta.emulate_media(media="screen")
    marta.set_viewport_size(PHONE)
    assert marta.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
