"""A volunteer finds that an answer was wrong, when nothing of the form is left to read."""

import pytest
from arrivals import FIRST
from browsers import barriers
from fillings import FOLLOWUP, as_of
from hands import Hands
from phone_stores import changed
from playwright.sync_api import expect
from volunteers import PATIENCE_MS, Volunteer
from wanderings import TODAY

from forms.catalogue import shipped
from intake_server.storage import documents

pytestmark = pytest.mark.browser

LISTEN = """() => {
  window.heard = [];
  const listen = () => document.querySelectorAll("main p").forEach((one) =>
    window.heard.push(one.textContent.trim()));
  new MutationObserver(listen).observe(document, { subtree: true, childList: true });
}"""
REFUSED = """(items, [one]) => void items.put({ ...one, worker: "somebody else",
  state: "not_received", reason: "refused", nextAt: Number.MAX_SAFE_INTEGER })"""


def a_volunteer(post):
    olena = Volunteer(post.phone().switch_on())
    olena.come_in(post.line.url, post.code())
    return olena


@pytest.fixture
def olena(post):
    """A volunteer who has finished one form."""
    olena = a_volunteer(post)
    olena.say("Прийом після повернення")
    expect(olena.page.locator(".foot")).to_be_visible()
    olena.page.evaluate(LISTEN)
    olena.fill_in_a_hurry(FIRST)
    return olena


def send(olena):
    """Do not wait for the minute to go by, and look what became of it."""
    olena.say("Запечатати зараз")
    olena.say("На початок")
    olena.say("Надіслані форми")
    received(olena, 1)


def received(olena, count):
    state = olena.page.locator('.sent[data-state="received"]')
    expect(state).to_have_count(count, timeout=PATIENCE_MS)


def correct(olena, *, old, new):
    """Say which answer was wrong, what it was, what it should be, and why."""
    page = olena.page
    page.locator("fieldset select").first.select_option(label="Прізвище")
    said = {"Що там стоїть": old, "Що має стояти": new, "Чому": "Побачили паспорт"}
    for label, text in said.items():
        page.get_by_label(label, exact=True).fill(text)
    assert barriers(page) == []
    page.locator("form button[type=submit]").click()


def test_no_screen_says_what_it_has_not_yet_looked_up(olena):
    expect(olena.page.get_by_text("Запечатається за")).to_be_visible()
    too_early = olena.page.evaluate("window.heard")
    send(olena)
    olena.say("Виправити")
    expect(olena.page.locator("fieldset select").first).to_be_visible()
    heard = olena.page.evaluate("window.heard")

    assert [one for one in too_early if "Запечатано" in one] == []
    assert [one for one in heard if "Тут зʼявляться форми" in one] == []
    assert [one for one in heard if "форми на телефоні немає" in one] == []


def test_a_form_is_called_sealed_only_where_it_is(olena):
    send(olena)
    sealed = olena.page.get_by_text("Запечатано.")

    olena.page.evaluate("location.hash = '/done/uuid:nowhere'")

    expect(olena.page.get_by_text("Цієї чернетки тут уже немає")).to_be_visible()
    expect(sealed).to_have_count(0)


def test_what_a_colleague_could_not_send_is_seen_by_who_has_the_phone(post, olena):
    post.line.tear()
    olena.say("Запечатати зараз")
    olena.say("На початок")
    expect(olena.page.get_by_text("Зараз лінії немає")).to_be_visible()
    changed(olena.page, "items", REFUSED)

    olena.say("Надіслані форми")
    olena.say("Назад")
    expect(olena.page.get_by_text("1 форму не прийнято")).to_be_visible()
    olena.say("Надіслані форми")

    colleagues = olena.page.locator("h2 + ul .sent")
    expect(colleagues).to_have_count(1)
    expect(colleagues).to_contain_text("Центр її поки не приймає")
    expect(colleagues.get_by_role("button", name="Виправити")).to_have_count(0)
    assert barriers(olena.page) == []


def test_one_answer_is_corrected_and_the_rest_stays(post, olena):
    send(olena)
    shown = olena.page.inner_text("body")
    assert "Гончаренко" not in shown
    assert "Тарасик" not in shown

    olena.say("Виправити")
    correct(olena, old="Гончаренко-Ніл", new="Гончаренко")
    received(olena, 2)

    [first] = [one for one in post.kept() if one.corrects is None]
    told = post.said_by(first)
    assert told["family_name"] == "Гончаренко"
    assert told["name_called"] == ["Тарасик"]

    olena.page.locator(".sent").last.get_by_role("button", name="Виправити").click()
    correct(olena, old="Гончар", new="Гончаренко-Ніл")
    looked_at = olena.page.locator('.sent[data-state="looked_at"]')
    expect(looked_at).to_have_count(1, timeout=PATIENCE_MS)
    assert post.said_by(first)["family_name"] == "Гончаренко"


def entry(olena, field):
    """Say of a form that was sent which answer was wrong, and why."""
    olena.say("Виправити")
    olena.page.locator("fieldset select").first.select_option(value=field)
    olena.page.get_by_label("Чому", exact=True).fill("Побачили папери")


def test_an_answer_with_several_choices_is_corrected_by_choosing(post, olena):
    send(olena)
    entry(olena, "g_needs/urgent_needs")
    old = olena.page.get_by_role("group", name="Що там стоїть", exact=True)
    new = olena.page.get_by_role("group", name="Що має стояти", exact=True)

    old.locator('[value="none"]').check()
    for value in ("food_water", "clothing", "sleep"):
        new.locator(f'[value="{value}"]').check()
    new.locator('[value="clothing"]').uncheck()
    assert barriers(olena.page) == []
    olena.say("Запечатати виправлення")
    received(olena, 2)

    [first] = [one for one in post.kept() if one.corrects is None]
    assert sorted(post.said_by(first)["urgent_needs"]) == ["food_water", "sleep"]


def test_a_place_is_corrected_by_a_search_as_in_the_form(post, olena):
    send(olena)
    entry(olena, "g_return/home_settlement")
    place = olena.page.get_by_role("combobox", name="Що має стояти", exact=True)

    place.click()
    place.press_sequentially("мʼянка бузь")
    place.press("Enter")
    chosen = olena.page.locator(".chosen")
    expect(chosen).to_contain_text("Бузька")
    chosen.get_by_role("button").click()
    place.fill("немає такого")
    expect(olena.page.get_by_text("Нічого не знайдено")).to_be_visible()
    place.press("Enter")
    olena.say("Запечатати виправлення")
    expect(olena.page.get_by_text("Виберіть зі списку")).to_be_visible()
    assert barriers(olena.page) == []

    olena.page.locator(".chosen button").click()
    olena.say("Запечатати виправлення")
    received(olena, 2)

    [first] = [one for one in post.kept() if one.corrects is None]
    home = post.said_by(first)["home"]
    assert home["home_settlement"].startswith("UA46060")


def providers(post):
    """The providers of services that the node knows of, by the kind of service."""
    [first] = [one for one in post.kept("followup") if one.corrects is None]
    with post.reading() as session:
        views = [documents.find(session, doc) for doc, _ in first.documents]
    said = [view.view["values"] for view in views]
    return {
        one["svc_type"]: one.get("svc_provider") for one in said if "svc_type" in one
    }


def test_an_answer_in_a_row_is_corrected_where_the_row_is_said(post):
    olena = a_volunteer(post)
    answers = as_of(TODAY, FOLLOWUP)
    [service] = answers["services"]
    services = [service, {**service, "svc_type": "legal", "svc_provider": "Право"}]
    olena.say("Супровід і скерування")
    expect(olena.page.locator(".foot")).to_be_visible()
    Hands(olena.page, shipped("followup")).fill(answers | {"services": services})
    olena.finish()
    send(olena)
    assert providers(post) == {"rehab": None, "legal": "Право"}
    entry(olena, "services/svc_provider")
    olena.page.get_by_label("Що там стоїть", exact=True).fill("Право")
    olena.page.get_by_label("Що має стояти", exact=True).fill("Право дитини")

    olena.say("Запечатати виправлення")
    expect(olena.page.get_by_role("alert")).to_contain_text("котрий за порядком")
    olena.page.get_by_label("котрий за порядком").fill("2")
    assert barriers(olena.page) == []
    olena.say("Запечатати виправлення")
    received(olena, 2)

    assert providers(post) == {"rehab": None, "legal": "Право дитини"}


def begun(olena):
    """What is typed so far of a correction, by its label."""
    olena.page.locator(".sent").last.get_by_role("button", name="Виправити").click()
    return olena.page.get_by_label("Що має стояти", exact=True)


def test_a_correction_that_was_begun_outlives_a_dead_battery(post, olena):
    send(olena)
    new = begun(olena)
    olena.page.locator("fieldset select").first.select_option(label="Прізвище")
    new.fill("Гончаренко")
    olena.page.get_by_label("Що там стоїть", exact=True).fill("Гончаренко-Ніл")
    olena.page.get_by_label("Чому", exact=True).fill("Побачили паспорт")
    olena.page.wait_for_timeout(1_000)
    phone = post.phones[0]
    phone.kill()
    assert phone.holds(["Побачили паспорт"]) == []

    olena.page = phone.switch_on()
    olena.page.goto(f"{post.line.url}/field/")
    olena.unlock()
    olena.at_home()
    olena.say("Надіслані форми")
    expect(begun(olena)).to_have_value("Гончаренко")
    olena.page.locator("form button[type=submit]").click()
    received(olena, 2)
    assert begun(olena).input_value() == ""
