"""A worker at a centre fills a form about a child that is known, in a real browser."""

import re
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from arrivals import a_photo
from browsers import barriers, sign_in
from centres import RECEPTION
from desks import CHILD
from hands import handed_on
from lines import Line
from playwright.sync_api import expect
from signed_in import DESK, PHONE, somebody
from volunteers import Volunteer
from wanderings import TODAY

from forms.catalogue import shipped
from forms.instance import to_xml
from intake_server.security.policy import Role
from intake_server.storage import documents

pytestmark = pytest.mark.browser

MARTA = {"name": "Marta", "role": Role.WORKER, "site": "truskavets"}
HALYNA = {**MARTA, "name": "Halyna"}
WHOLE = {
    "reception_point": ("border_point",),
    "safety_words": ("done",),
    "consent_intake": ("given",),
    "consent_by": ("parent",),
    "patronymic": "Олегович",
    "accompaniment": ("unaccompanied",),
    "siblings_here": "0",
    "siblings_elsewhere": ("no",),
    "triage": ("green",),
    "function_help": ("none",),
    "wants_call": ("no",),
    "destination": ("rehab",),
    "destination_site": ("truskavets",),
}
GIVEN = "<consent_intake>given</consent_intake>"
SLOW_PHOTOS = """
const { toBlob } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.toBlob = function (...about) {
  setTimeout(() => toBlob.apply(this, about), 2_000);
};
"""
SAVED = re.compile("Збережено о|Saved at")
PRACTICE = {
    "uk-UA": "Навчання: усе тут несправжнє",
    "en-GB": "Practice: nothing here is",
}
STRIPES = "getComputedStyle(document.querySelector('.desk')).backgroundImage"


@pytest.fixture
def line(desk, address):
    desk.publish(shipped("followup"), shipped("registration"))
    where = urlsplit(address)
    with Line((where.hostname, where.port)) as line:
        yield line


def views(desk):
    with desk.database.reading() as session:
        return dict(documents.find(session, CHILD).view["values"])


def open_form(page, line, form):
    page.goto(f"{line.url}/children/{CHILD}")
    page.locator(f'a[href="/field/desk/#child={CHILD}&form={form}"]').first.click()
    page.wait_for_selector(".foot", timeout=60_000)


def is_a_save(answer):
    return "/desk/drafts/" in answer.url and "Олегович" in (
        answer.request.post_data or ""
    )


def is_without_a_name(answer):
    said = answer.request.post_data_json if "/desk/drafts/" in answer.url else None
    return bool(said) and "Олегович" not in said["instance_xml"]


def asks_for_consent(page):
    """Consent is asked anew; without it the form asks no names."""
    marta = Volunteer(page)
    marta.fill({"consent_intake": ("given",), "consent_by": ("parent",)})
    return marta


def fills_all(page):
    marta = Volunteer(page)
    marta.fill(WHOLE)
    due = marta.question("next_contact_due").locator("input")
    in_a_month = f"{TODAY + timedelta(days=30):%d %m %Y}".split()
    for box, part in zip(due.all(), in_a_month, strict=True):
        box.fill(part)
    marta.to_review()
    handed_on(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    return marta


def token(client):
    return {"X-CSRF-Token": client.get("/desk/drafts").json["csrf"]}


def saves_meanwhile(desk, old, new, files=()):
    """A colleague who has the same form open saves another answer, and files."""
    halyna = desk.browser(**HALYNA)
    (one,) = halyna.get("/desk/drafts").json["drafts"]
    path = f"/desk/drafts/{one['id']}"
    for _ in range(9):  # what the other typed last may come in between
        kept = halyna.get(path).json
        assert old in kept["instance_xml"]
        said = {
            "revision": kept["revision"],
            "instance_xml": kept["instance_xml"].replace(old, new),
            "files": [*kept["files"], *(brought(halyna, each) for each in files)],
        }
        answer = halyna.put(path, json=said, headers=token(halyna))
        if answer.status_code != HTTPStatus.CONFLICT:
            break
    assert answer.status_code == 200
    return lambda: halyna.get(path)


def brought(client, content):
    digest = sha256(content).hexdigest()
    path = f"/desk/files/{digest}"
    assert client.put(path, data=content, headers=token(client)).status_code == 200
    return {"name": "face.jpg", "sha256": digest, "size": len(content)}


def begins(desk, form):
    """A colleague begins a form about the child."""
    halyna = desk.browser(**HALYNA)
    opened = halyna.get(f"/desk/children/{CHILD}/forms/{form}").json
    said = {"revision": 0, "instance_xml": opened["instance_xml"], "child": CHILD}
    path = f"/desk/drafts/{uuid4()}"
    assert halyna.put(path, json=said, headers=token(halyna)).status_code == 200


def test_what_the_record_says_stands_in_the_form_and_is_not_written_again(
    browser, desk, line
):
    before = views(desk)
    with somebody(browser, desk, line.url, **MARTA) as page:
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("given_name")

        assert marta.question("given_name").locator("input").input_value() == "Данило"
        assert barriers(page) == []
        box = marta.question("patronymic").locator("input")
        with page.expect_response(is_a_save):
            box.fill("Олегович")
        expect(page.get_by_text(SAVED)).to_be_visible()

        page.reload()
        page.get_by_role("button", name="Продовжити її").click()
        page.wait_for_selector(".foot")
        marta.go_to("patronymic")
        kept = marta.question("patronymic").locator("input").input_value()

    assert kept == "Олегович"
    assert views(desk) == before


def test_what_a_mistake_has_hidden_is_there_again_after_a_restart(
    browser, desk, line, tmp_path
):
    with somebody(browser, desk, line.url, **MARTA, viewport=PHONE) as page:
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("patronymic")
        marta.take_photo("photo_id", a_photo(tmp_path / "face.jpg"))
        with page.expect_response(is_a_save):
            marta.question("patronymic").locator("input").fill("Олегович")
        page.get_by_role("button", name="Назад").click()
        with page.expect_response(is_without_a_name):
            marta.choose("consent_intake", "refused")
        expect(page.get_by_text(SAVED)).to_be_visible()

        page.reload()
        page.get_by_role("button", name="Продовжити її").click()
        marta.go_to("consent_intake")
        marta.choose("consent_intake", "given")
        marta.go_to("patronymic")

        answer = marta.question("patronymic").locator("input")
        expect(answer).to_have_value("Олегович")
        expect(marta.question("photo_id").locator("img")).to_be_visible()


def test_what_is_typed_and_is_no_answer_is_there_again_after_a_restart(
    browser, desk, line
):
    with somebody(browser, desk, line.url, **MARTA) as page:
        open_form(page, line, "reception")
        day = page.get_by_label("День").first
        with page.expect_response("**/desk/drafts/*"):
            day.fill("45")
        expect(page.get_by_text(SAVED)).to_be_visible()

        page.reload()
        page.get_by_role("button", name="Продовжити її").click()

        expect(day).to_have_value("45")
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_form_whose_photo_has_not_come_is_gone_on_with_and_names_it_still(
    browser, desk, line
):
    halyna = desk.browser(**HALYNA)
    form = halyna.get(f"/desk/children/{CHILD}/forms/reception").json
    late = {"name": "face.jpg", "sha256": sha256(b"a face").hexdigest(), "size": 6}
    given = form["instance_xml"].replace("<consent_intake/>", GIVEN)
    named = given.replace("<photo_id/>", "<photo_id>face.jpg</photo_id>")
    assert late["name"] in named
    said = {"revision": 0, "instance_xml": named, "child": CHILD, "files": [late]}
    path = f"/desk/drafts/{uuid4()}"
    assert halyna.put(path, json=said, headers=token(halyna)).status_code == 200

    with somebody(browser, desk, line.url, **MARTA) as page:
        page.goto(f"{line.url}/field/desk/#draft={path.rsplit('/', maxsplit=1)[-1]}")
        page.wait_for_selector(".foot", timeout=60_000)
        expect(page.get_by_text("що ще не надійшли: 1")).to_be_visible()
        assert barriers(page) == []
        Volunteer(page).choose("reception_point", "border_point")
        expect(page.get_by_text(SAVED)).to_be_visible()

    kept = halyna.get(path).json
    assert kept["revision"] == 2
    assert kept["files"] == [late]
    assert late["name"] in kept["instance_xml"]


def test_who_closes_a_form_at_once_loses_no_photo_that_is_being_made(
    browser, desk, line, tmp_path
):
    with somebody(browser, desk, line.url, **MARTA) as page:
        page.add_init_script(SLOW_PHOTOS)
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("photo_id")
        photo = marta.question("photo_id").locator("input[type=file]").last
        photo.set_input_files(a_photo(tmp_path / "face.jpg"))
        page.get_by_role("button", name="Закрити форму").click()
        expect(page).to_have_url(re.compile(f"/children/{CHILD}"))

    halyna = desk.browser(**HALYNA)
    (one,) = halyna.get("/desk/drafts").json["drafts"]
    assert len(halyna.get(f"/desk/drafts/{one['id']}").json["files"]) == 1


def test_who_leaves_before_all_is_kept_is_told_and_may_leave_without_it(
    browser, desk, line
):
    with browser.new_context(locale="uk-UA", viewport=PHONE) as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        line.tear()
        Volunteer(page).choose("reception_point", "border_point")
        page.locator(".question").last.scroll_into_view_if_needed()
        page.get_by_role("button", name="Закрити форму").click()
        out = page.get_by_role("link", name="Вийти без збереження")
        expect(out).to_be_in_viewport()
        assert barriers(page) == []
        line.is_down = False

        expect(page.get_by_text(SAVED)).to_be_visible()
        expect(out).to_be_hidden()
        line.tear()
        Volunteer(page).choose("reception_point", "other")
        expect(page.get_by_text("Немає звʼязку з вузлом").first).to_be_visible()
        expect(out).to_be_hidden()
        line.is_down = False
        expect(page.get_by_text(SAVED)).to_be_visible()
        page.get_by_role("button", name="Закрити форму").click()
        expect(page).to_have_url(re.compile(f"/children/{CHILD}"))


def test_a_line_that_is_gone_takes_nothing_that_is_typed(browser, desk, line):
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("patronymic")
        line.tear()

        marta.question("patronymic").locator("input").fill("Олегович")
        expect(page.get_by_text("Немає звʼязку з вузлом")).to_be_visible()
        line.is_down = False

        expect(page.get_by_text(SAVED)).to_be_visible()


def pressed(page, tile):
    """Put the button of the mouse down near the upper edge of a tile."""
    box = tile.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    page.mouse.down()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_tap_is_not_lost_because_something_is_said_meanwhile(
    browser, desk, line, size
):
    with somebody(browser, desk, line.url, **MARTA, viewport=size) as page:
        open_form(page, line, "reception")
        point = Volunteer(page).question("reception_point").locator("label.tile")
        with page.expect_response("**/desk/drafts/*"):
            point.nth(0).click()
            pressed(page, point.nth(1))
        page.mouse.up()
        expect(point.nth(1).locator("input")).to_be_checked()
        expect(page.get_by_text(SAVED)).to_be_visible()

        page.get_by_label("День").first.fill("45")
        pressed(page, point.nth(2))
        page.mouse.up()
        expect(point.nth(2).locator("input")).to_be_checked()
        expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "size"), [("uk-UA", PHONE), ("en-GB", DESK)], ids=["phone", "desk"]
)
def test_a_desk_shuts_nobody_out(browser, desk, line, size, locale, pytestconfig):
    folder = pytestconfig.getoption("--screenshots")
    about = {**MARTA, "viewport": size, "locale": locale}
    with somebody(browser, desk, line.url, **about) as page:
        open_form(page, line, "reception")

        assert barriers(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
        if folder:
            name = f"field-desk-{locale[:2]}-{size['width']}.png"
            page.screenshot(path=folder / name, full_page=True)


def test_a_form_that_is_finished_is_recorded_and_says_what_is_in_question(
    browser, desk, line
):
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        fills_all(page)
        line.tear()
        page.get_by_role("button", name="Завершити").click()
        expect(page.get_by_text("Немає звʼязку з вузлом").first).to_be_visible()
        line.is_down = False
        page.get_by_role("button", name="Завершити").click()
        expect(page.get_by_role("heading", name="Записано")).to_be_visible()
        assert barriers(page) == []
        page.get_by_role("link", name="До сторінки дитини").click()
        expect(page).to_have_url(re.compile(f"/children/{CHILD}"))

    assert views(desk)["patronymic"] == "Олегович"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_a_colleague_saved_is_shown_before_anything_is_finished(
    browser, desk, line, size, pytestconfig
):
    folder = pytestconfig.getoption("--screenshots")
    with somebody(browser, desk, line.url, **MARTA, viewport=size) as page:
        open_form(page, line, "reception")
        fills_all(page)
        before = views(desk)
        theirs = saves_meanwhile(desk, "Олегович", "Іванович")
        finish = page.get_by_role("button", name="Завершити")
        finish.click()
        clash = page.get_by_text("тим часом збережено: Halyna")
        expect(clash).to_be_in_viewport()
        assert barriers(page) == []
        assert page.evaluate("document.activeElement.matches('.beside')")
        if folder:
            page.screenshot(path=folder / f"field-desk-clash-{size['width']}.png")

        finish.click()
        expect(clash).to_be_in_viewport()
        assert "Іванович" in theirs().json["instance_xml"]
        assert views(desk) == before

        page.get_by_role("button", name="Лишити моє").click()
        expect(page.get_by_text(SAVED)).to_be_visible()
        finish.click()
        heading = page.get_by_role("heading", name="Записано")
        expect(heading).to_be_focused()
    assert views(desk)["patronymic"] == "Олегович"
    assert theirs().status_code == 404


def test_a_clash_is_seen_from_the_middle_of_a_page_and_outlasts_a_gone_line(
    browser, desk, line
):
    with browser.new_context(locale="uk-UA", viewport=PHONE) as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("patronymic")
        box = marta.question("patronymic").locator("input")
        with page.expect_response(is_a_save):
            box.fill("Олегович")
        expect(page.get_by_text(SAVED)).to_be_visible()
        saves_meanwhile(desk, "Олегович", "Іванович", files=[b"a face"])
        page.locator(".question").last.scroll_into_view_if_needed()
        box.press_sequentially("а")
        clash = page.get_by_text("тим часом збережено: Halyna")
        expect(clash).to_be_in_viewport()

        line.tear()
        theirs = page.get_by_role("button", name="Відкрити збережене")
        theirs.click()
        expect(page.get_by_text("Немає звʼязку з вузлом центру")).to_be_visible()
        expect(clash).to_be_visible()
        assert box.input_value() == "Олеговича"

        line.is_down = False
        theirs.click()
        expect(clash).to_be_hidden()
        marta.go_to("patronymic")
        expect(marta.question("patronymic").locator("input")).to_have_value("Іванович")
        expect(page.get_by_text("Немає звʼязку з вузлом центру")).to_be_hidden()


@pytest.mark.parametrize("choice", ["Продовжити її", "Почати нову"])
def test_a_form_that_cannot_be_opened_now_says_so_and_can_be_opened_later(
    browser, desk, line, choice
):
    begins(desk, "followup")
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        page.goto(f"{line.url}/field/desk/#child={CHILD}&form=followup")
        button = page.get_by_role("button", name=choice)
        expect(page.get_by_text("Цю форму вже почато: Halyna")).to_be_visible()
        assert barriers(page) == []
        line.tear()
        button.click()
        expect(page.get_by_role("alert")).to_contain_text("Немає звʼязку з вузлом")

        line.is_down = False
        button.click()
        expect(page.locator(".foot")).to_be_visible()


def test_who_opens_a_form_without_a_line_tries_again_there(browser, desk, line):
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        page.goto(f"{line.url}/field/desk/#draft={uuid4()}")
        expect(page.get_by_role("alert")).to_contain_text("Такої форми тут немає")
        context.set_offline(True)
        page.evaluate("address => location.replace(address)", "#form=reception")
        page.get_by_role("button", name="Спробувати ще раз").click()
        expect(page.get_by_role("alert")).to_contain_text("Немає звʼязку")
        context.set_offline(False)
        page.get_by_role("button", name="Спробувати ще раз").click()
        expect(page.locator(".foot")).to_be_visible()


def test_whoever_was_signed_out_signs_in_again_and_goes_on(browser, desk, line):
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("patronymic")
        expect(page.get_by_text(SAVED)).to_be_visible()
        context.clear_cookies(name="dodomu")
        marta.question("patronymic").locator("input").fill("Олегович")
        expect(page.get_by_text("Ваш вхід завершився")).to_be_visible()
        assert barriers(page) == []

        sign_in(context, line.url, desk.session(*HALYNA.values()))
        again = page.get_by_role("button", name="Спробувати ще раз")
        again.evaluate_all("all => all.forEach((one) => one.click())")

        expect(page.get_by_text(SAVED)).to_be_visible()
        expect(page.get_by_text("Ваш вхід завершився")).to_be_hidden()


def practises(page, address):
    page.goto(f"{address}/account")
    page.locator("button[name=practice]").click()
    page.wait_for_selector(".practice-notice")


def receives_somebody(page, address):
    """Receive a child who has no record yet; return the child's document."""
    form = page.request.get(f"{address}/desk/forms/reception").json()
    definition = shipped("reception").definition
    xml = to_xml(definition, RECEPTION, instance_id=form["instance_id"]).decode()
    said = {
        "instance_xml": xml.replace(definition.version, form["version"]),
        "finalized_at": "2026-11-22T10:00:00+02:00",
    }
    answer = page.request.post(
        f"{address}/desk/submissions",
        data=said,
        headers={"X-CSRF-Token": form["csrf"]},
    )
    assert answer.json()["receipt"]["status"] == "stored", answer.json()
    return answer.json()["child"]


@pytest.mark.parametrize("locale", PRACTICE)
def test_practice_is_seen_on_every_screen_of_a_desk(
    browser, desk, address, locale, pytestconfig
):
    desk.publish(shipped("reception"))
    folder = pytestconfig.getoption("--screenshots")
    about = {**MARTA, "locale": locale, "viewport": PHONE}

    def is_striped(name):
        expect(page.get_by_text(PRACTICE[locale])).to_be_visible()
        assert page.evaluate(STRIPES).startswith("repeating-linear-gradient")
        assert barriers(page) == [], name
        if folder:
            page.screenshot(path=folder / f"desk-practice-{name}-{locale[:2]}.png")

    with somebody(browser, desk, address, **about) as page:
        practises(page, address)
        page.goto(f"{address}/field/desk/#draft={uuid4()}")
        expect(page.get_by_role("alert")).to_be_visible()
        is_striped("failed")

        child = receives_somebody(page, address)
        page.goto(f"{address}/children/{child}")
        page.goto(f"{address}/field/desk/#child={child}&form=reception")
        if locale == "uk-UA":
            fills_all(page)
        else:
            page.wait_for_selector(".foot")
        is_striped("filling")
        if locale == "uk-UA":
            page.get_by_role("button", name="Завершити").click()
            expect(page.get_by_role("heading", name="Записано")).to_be_visible()
            is_striped("done")
            page.reload()
            page.wait_for_selector(".foot")
        with page.expect_response(lambda answer: "/desk/drafts/" in answer.url):
            page.locator("main input").first.fill("2026-11-21")
        expect(page.get_by_text(SAVED)).to_be_visible()
        page.reload()
        expect(page.locator(".ways button")).to_have_count(2)
        is_striped("offered")


def test_nothing_is_striped_in_earnest(browser, desk, line):
    with somebody(browser, desk, line.url, **MARTA) as page:
        open_form(page, line, "reception")

        assert page.locator(".practice").count() == 0
