"""A phone that is full, damaged or slow, and a volunteer who is told what to do."""

import pytest
from arrivals import FIRST, a_photo, of_a_child
from browsers import barriers
from hands import handed_on
from phone_stores import changed, in_store
from playwright.sync_api import expect
from volunteers import PATIENCE_MS, PIN, Volunteer

pytestmark = pytest.mark.browser

RECEPTION = "Прийом після повернення"
DRAFT = "section[aria-labelledby=drafts-title] .starts"
DAMAGE_BODIES = """(store, all, keys) => all.forEach((one, at) =>
  store.put({ ...one, body: new Uint8Array(40) }, keys[at]))"""
DAMAGE_ONE_HANDOVER = """(store, [one], [key]) => {
  store.put({ ...one, handover: "x" }, key); }"""
LOSE = "(store) => { store.clear(); }"
PRACTISED = """(store, all) =>
  all.filter(({ formId }) => formId === "reception").forEach((one) => {
    store.delete([one.formId, one.version]);
    store.put({ ...one, version: "9".padEnd(18, "0") });
  })"""
IN_PRACTICE = """(store, all, keys) => {
  store.put({ ...all[keys.indexOf("device")], practice: true }, "device"); }"""
FULL = """(names) => {
  const put = IDBObjectStore.prototype.put;
  window.emptied = () => { IDBObjectStore.prototype.put = put; };
  IDBObjectStore.prototype.put = function (...all) {
    if (!names.includes(this.name)) return put.apply(this, all);
    window.isRefused = true;
    throw new DOMException("full", "QuotaExceededError");
  };
}"""
NEARLY_FULL = """() => {
  navigator.storage.estimate = async () => {
    window.isRefused = true;
    return { quota: 100, usage: 99 };
  };
  document.dispatchEvent(new Event("visibilitychange"));
}"""
HELD = """() => {
  window.held = setInterval(() => document.dispatchEvent(new Event("pointerdown")), 100);
}"""
REFUSED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  while (!window.isRefused) await frame();
  for (const _ of [1, 2, 3]) await frame();
}"""
"""The phone has refused, and what follows from it would be on the screen."""
CHOSEN = """(one) => {
  one.checked = true;
  one.dispatchEvent(new Event("change", { bubbles: true }));
}"""
IS_OVER = """(store, [one]) => { store.put({ ...one, finishing: 1 }); }"""
SLOW = """() => {
  const real = createImageBitmap;
  const awake = new Promise((done) => { window.awake = () => done(); });
  window.createImageBitmap = (...all) => awake.then(() => real(...all));
}"""


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    return a_photo(tmp_path_factory.mktemp("camera") / "IMG_20261126_Taras.jpg")


@pytest.fixture
def olena(post):
    """A volunteer who has been let in and has all forms."""
    olena = Volunteer(post.phone().switch_on())
    olena.come_in(post.line.url, post.code())
    return olena


def begin(olena, answers):
    """Begin a form, and wait until what is answered is written down."""
    olena.say(RECEPTION)
    expect(olena.question("reception_point")).to_be_visible(timeout=PATIENCE_MS)
    olena.fill(answers)
    kept(olena)


def kept(olena):
    handed_on(olena.page)
    expect(olena.page.get_by_text("збережено", exact=False).first).to_be_visible()


def close(olena):
    olena.say("Закрити форму")
    olena.at_home()


def some(number):
    return dict(list(FIRST.items())[:number])


def aside(post, olena, count):
    """What the centre has set aside, once it is as much."""
    for _ in range(PATIENCE_MS // 50):
        if len(post.aside()) == count:
            break
        olena.page.wait_for_timeout(50)
    return post.aside()


def test_a_panic_takes_the_keys_whatever_is_damaged_and_says_that_it_is_done(
    post, olena
):
    for name in ("Тарасик", "Злата"):
        begin(olena, {**some(5), "name_called": name})
        close(olena)
    changed(olena.page, "draft_bodies", DAMAGE_ONE_HANDOVER)
    olena.say("Замкнути")

    olena.page.locator("button.panic").dispatch_event("pointerdown")
    expect(olena.page.locator("#panic-title")).to_be_visible()
    olena.say("Стерти")

    expect(olena.page.get_by_text("прочитати тут уже нічого не можна")).to_be_visible()
    assert barriers(olena.page) == []
    for name in ("workers", "shifts", "families", "corrections"):
        assert in_store(olena.page, name) == []
    [one] = aside(post, olena, 1)
    assert one.slug == "unfinished"
    assert len(in_store(olena.page, "drafts")) == 1


def test_a_damaged_draft_leads_back_and_can_be_handed_over(post, olena):
    begin(olena, some(6))
    close(olena)
    changed(olena.page, "draft_bodies", DAMAGE_BODIES)
    olena.tap(olena.page.locator(DRAFT))

    expect(olena.page.get_by_text("на телефоні пошкоджено")).to_be_visible()
    assert barriers(olena.page) == []
    olena.say("Назад")
    olena.at_home()
    olena.tap(olena.page.locator(DRAFT))
    olena.say("Передати до центру")
    expect(olena.page.get_by_text("Передано.")).to_be_visible()

    [one] = aside(post, olena, 1)
    assert "Тарасик".encode() in one.raw
    assert in_store(olena.page, "drafts") == []


def test_a_photo_that_is_lost_is_said_until_somebody_has_seen_it(olena, picture):
    asked = of_a_child(FIRST, picture)
    begin(olena, dict(list(asked.items())[:11]))
    close(olena)
    changed(olena.page, "files", LOSE)
    olena.tap(olena.page.locator(DRAFT))

    said = olena.page.get_by_text("підпис чи файл цієї форми на телефоні пошкоджено")
    expect(said).to_be_visible()
    expect(olena.question("photo_id").locator("input").first).to_be_visible()
    expect(olena.question("photo_id").locator("img")).to_have_count(0)
    assert barriers(olena.page) == []
    close(olena)
    olena.tap(olena.page.locator(DRAFT))
    expect(said).to_be_visible()
    olena.say("Зрозуміло")
    expect(said).to_have_count(0)
    olena.take_photo("photo_id", picture)
    kept(olena)
    close(olena)
    olena.tap(olena.page.locator(DRAFT))

    expect(olena.question("photo_id").locator("img")).to_be_visible()
    expect(said).to_have_count(0)


def test_a_form_whose_photo_is_lost_goes_to_the_centre_as_it_is(post, olena, picture):
    asked = of_a_child(FIRST, picture)
    begin(olena, dict(list(asked.items())[:11]))
    close(olena)
    changed(olena.page, "files", LOSE)
    olena.tap(olena.page.locator(DRAFT))
    olena.say("Передати до центру")
    expect(olena.page.get_by_text("Передано.")).to_be_visible()

    [one] = aside(post, olena, 1)
    assert "Тарасик".encode() in one.raw
    assert b".jpg" not in one.raw


def test_a_form_that_was_handed_over_meanwhile_takes_no_more_answers(olena):
    begin(olena, some(6))
    changed(olena.page, "drafts", LOSE)
    olena.write("family_name", "Гончаренко")

    expect(olena.page.get_by_text("її вже передано до центру")).to_be_visible()
    expect(olena.page.locator(".question")).to_have_count(0)
    olena.say("Назад")
    olena.at_home()


def test_an_answer_that_a_full_phone_cannot_keep_is_kept_once_there_is_room(olena):
    begin(olena, some(6))
    olena.page.evaluate(FULL, ["drafts"])
    olena.write("family_name", "Гончаренко")

    expect(olena.page.get_by_text("на телефоні немає місця")).to_be_visible()
    olena.page.evaluate("window.emptied()")
    olena.say("Спробувати ще")
    expect(olena.page.get_by_text("на телефоні немає місця")).to_have_count(0)
    close(olena)
    olena.tap(olena.page.locator(DRAFT))
    name = olena.question("family_name").locator("input")
    expect(name).to_have_value("Гончаренко")


def test_a_form_is_finished_also_where_its_family_cannot_be_kept(post, olena):
    begin(olena, FIRST)
    olena.page.evaluate(FULL, ["families"])
    olena.finish()
    olena.say("Запечатати зараз")

    expect(olena.page.get_by_text("Запечатано.")).to_be_visible()


def test_a_button_is_free_again_where_a_full_phone_cannot_do_it(post):
    olena = Volunteer(post.phone().switch_on())
    page = olena.page
    olena.get_in(post.line.url, "AAAAA-AAAAA")
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate(FULL, ["device"])
    page.get_by_label("Код, 10 знаків").fill(post.code())
    olena.say("Увійти")
    expect(page.get_by_role("alert")).to_contain_text("Увійти не вдалося")
    page.evaluate("window.emptied()")
    olena.say("Увійти")
    olena.become_known()
    olena.say("Замкнути")

    page.evaluate(FULL, ["shifts"])
    page.get_by_label("Шість цифр", exact=True).fill(PIN)
    olena.say("Відімкнути")
    expect(page.get_by_role("alert")).to_contain_text("Не вдалося")
    assert barriers(page) == []
    page.evaluate("window.emptied()")
    page.get_by_label("Шість цифр", exact=True).fill(PIN)
    olena.say("Відімкнути")
    olena.at_home()


def test_a_photo_is_kept_by_one_who_closes_and_opens_while_it_is_made_smaller(
    olena, picture
):
    begin(olena, some(9))
    photo = olena.question("photo_id")
    expect(photo).to_be_visible()
    olena.page.evaluate(SLOW)
    photo.locator("input[type=file]").last.set_input_files(picture)
    close(olena)
    olena.tap(olena.page.locator(DRAFT))
    expect(olena.page.get_by_text("Відкриваємо чернетку")).to_be_visible()
    olena.page.evaluate("window.awake()")

    expect(photo.locator("img")).to_be_visible()
    olena.write("age_years", "12")
    kept(olena)
    close(olena)
    olena.tap(olena.page.locator(DRAFT))
    expect(photo.locator("img")).to_be_visible()


def test_practice_is_marked_by_the_form_and_not_by_the_phone(post, olena):
    practice = olena.page.get_by_text("усе тут несправжнє")
    begin(olena, some(2))
    close(olena)
    post.line.tear()
    changed(olena.page, "device", IN_PRACTICE)
    olena.page.reload()
    olena.unlock()
    olena.at_home()
    expect(practice).to_be_visible()
    olena.tap(olena.page.locator(DRAFT))
    expect(olena.question("reception_point")).to_be_visible()
    expect(practice).to_have_count(0)
    close(olena)

    changed(olena.page, "forms", PRACTISED)
    olena.tap(olena.page.locator(DRAFT))
    expect(olena.page.get_by_text("Цієї версії форми")).to_be_visible()
    expect(practice).to_be_visible()
    olena.say("Назад")
    olena.at_home()
    olena.say(RECEPTION)
    expect(olena.question("reception_point")).to_be_visible()
    expect(practice).to_be_visible()


def test_the_next_child_of_a_real_family_is_never_one_for_practice(post, olena):
    following = olena.page.get_by_role("button", name="Наступна дитина")
    begin(olena, FIRST)
    olena.finish()
    olena.say("Запечатати зараз")
    expect(following).to_be_visible()
    olena.say("На початок")
    olena.at_home()
    expect(following).to_be_visible()
    begin(olena, some(2))
    close(olena)
    post.line.tear()
    changed(olena.page, "device", IN_PRACTICE)
    changed(olena.page, "forms", PRACTISED)
    olena.page.reload()
    olena.unlock()
    olena.at_home()

    expect(olena.page.locator(DRAFT)).to_contain_text("Справжня форма")
    expect(following).to_have_count(0)
    assert barriers(olena.page) == []
    olena.say("Надіслані форми")
    expect(olena.page.locator(".sent")).to_contain_text("Справжня форма")
    assert barriers(olena.page) == []
    olena.say("Назад")
    olena.at_home()
    begin(olena, FIRST)
    olena.finish()
    expect(olena.page.get_by_role("heading", level=2)).to_have_text("Форму завершено")
    expect(following).to_be_visible()


def goes_back_and_seals(olena):
    olena.say("Повернутися до форми")
    review = olena.page.get_by_role("heading", name="Перевірте відповіді")
    expect(review).to_be_visible()
    olena.finish()
    olena.say("Запечатати зараз")
    expect(olena.page.get_by_text("Запечатано.")).to_be_visible()


def test_one_who_cannot_go_back_or_seal_is_told_why_and_can_later(olena):
    alert = olena.page.get_by_role("alert")
    begin(olena, FIRST)
    olena.finish()
    olena.page.evaluate(FULL, ["drafts", "items"])
    olena.say("Запечатати зараз")
    expect(alert).to_contain_text("Запечатати не вдалося: на телефоні немає місця")
    olena.say("Повернутися до форми")
    expect(alert).to_contain_text("Повернутися не вдалося: на телефоні немає місця")
    assert barriers(olena.page) == []

    olena.page.evaluate("window.emptied()")
    goes_back_and_seals(olena)


def test_a_finished_form_whose_sealed_half_is_damaged_is_finished_once_more(
    post, olena
):
    begin(olena, FIRST)
    olena.finish()
    changed(olena.page, "draft_bodies", DAMAGE_ONE_HANDOVER)
    changed(olena.page, "drafts", IS_OVER)
    olena.page.reload()
    olena.unlock()

    expect(olena.page.get_by_role("alert")).to_contain_text("на телефоні пошкоджено")
    assert barriers(olena.page) == []
    goes_back_and_seals(olena)
    olena.page.reload()
    assert in_store(olena.page, "drafts") == []


def test_what_is_said_of_a_phone_moves_nothing_under_a_finger(olena):
    form = olena.page.get_by_role("button", name=RECEPTION)
    box = pressed(olena, form)
    olena.page.evaluate(NEARLY_FULL)
    olena.page.evaluate(REFUSED)
    assert form.bounding_box() == box
    lifted(olena)
    tile = olena.question("reception_point").locator("label.tile")
    expect(tile.first).to_be_visible(timeout=PATIENCE_MS)

    olena.page.evaluate("window.isRefused = false")
    olena.page.evaluate(FULL, ["drafts"])
    box = pressed(olena, tile.nth(1))
    tile.nth(0).locator("input").evaluate(CHOSEN)
    olena.page.evaluate(REFUSED)
    assert tile.nth(1).bounding_box() == box
    lifted(olena)
    expect(tile.nth(1).locator("input")).to_be_checked()
    expect(olena.page.get_by_role("alert")).to_contain_text("немає місця")
    olena.page.evaluate("window.emptied()")
    olena.say("Спробувати ще")
    kept(olena)
    close(olena)
    expect(olena.page.get_by_text("На телефоні мало місця")).to_be_visible()


def pressed(olena, button):
    """Put a finger down near the upper edge of a button; return where the button is.

    It is put down anew until ``lifted``, or the client would take it for a long press.
    """
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    olena.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    olena.page.mouse.down()
    olena.page.evaluate(HELD)
    return box


def lifted(olena):
    olena.page.evaluate("clearInterval(window.held)")
    olena.page.mouse.up()
