"""A coordinator's way through the questions, in a real browser."""

from statistics import median

import pytest
from browsers import barriers
from centres import DANYLO, RECEPTION, with_answers
from desks import CASE, CHILD
from signed_in import DESK, PHONE, press, somebody

from forms.reference import make, printed
from intake_server.storage import documents
from sync.change import Write

pytestmark = pytest.mark.browser


def test_a_question_is_decided_by_keyboard_alone(browser, desk, address):
    send_a_held_form(desk)

    with somebody(browser, desk, address) as page:
        press(page, "Tab", ".row-title")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.wait_for_selector("#decision")
        press(page, "Tab", "input[name=choice]")
        page.keyboard.press("2")
        page.locator("#preview", has_text="500").wait_for()
        press(page, "Tab", "#field-reason")
        page.keyboard.type("за випискою лікаря")
        with page.expect_navigation():
            page.keyboard.press("Enter")

        page.wait_for_selector("text=Це наступне питання.")
        assert page.locator("h1").inner_text() == "Прийом на реабілітацію"
        assert "Ліки зараз" in page.locator(".notice").inner_text()
    assert stands(desk, "medication") == "вальпроат 500 мг × 2"


REASONS = "за випискою"


def test_five_questions_take_few_keys_each(browser, desk, address):
    for cell in ("family_name", "given_name", "patronymic", "medication_note"):
        for site in ("truskavets", "chernivtsi"):
            write = Write(f=cell, v=f"{cell} {site}")
            desk.write({(CHILD, "person"): [write]}, site=site)
    waiting = len(desk.questions())
    assert waiting >= 5

    costs = []
    with somebody(browser, desk, address) as page:
        for number in range(5):
            keys = (
                ["1", "reason", "Enter"]
                if number
                else ["j", "Enter", "1", "reason", "Enter"]
            )
            for key in keys:
                if key == "reason":
                    page.keyboard.type(REASONS)
                elif key == "Enter":
                    with page.expect_navigation():
                        page.keyboard.press(key)
                else:
                    page.keyboard.press(key)
            costs.append(len(keys) - 1)

    assert len(desk.questions()) == waiting - 5
    assert median(costs) <= 4


def test_single_keys_type_take_back_and_explain_themselves(browser, desk, address):
    question = f"{address}/queue/{desk.questions()['medication'].qid}"

    with somebody(browser, desk, address) as page:
        page.goto(question)
        page.keyboard.press("?")
        page.locator("#keys").wait_for()
        assert barriers(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        page.keyboard.type("вальпроат 400 мг")
        page.locator("#field-reason").fill(REASONS)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert stands(desk, "medication") == "вальпроат 400 мг"
        page.locator("h1").click()
        page.keyboard.press("u")
        page.keyboard.type("помилка")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert "medication" in desk.questions()


def test_single_keys_can_be_switched_off(browser, desk, address):
    question = f"{address}/queue/{desk.questions()['medication'].qid}"

    with somebody(browser, desk, address) as page:
        page.goto(question)
        page.keyboard.press("?")
        page.locator("#keys-on").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("1")

        assert page.locator("input[name=choice]:checked").count() == 0


def test_a_double_click_a_reload_and_the_way_back_decide_once(browser, desk, address):
    question = f"{address}/queue/{desk.questions()['medication'].qid}"

    with somebody(browser, desk, address) as page:
        page.goto(question)
        page.get_by_text("вальпроат 500 мг × 2").first.click()
        page.locator("#field-reason").fill(REASONS)
        with page.expect_navigation():
            page.get_by_role("button", name="Записати рішення").dblclick()
        page.wait_for_url("**/queue?decided=*")
        page.reload()
        page.go_back()
        page.wait_for_load_state()
        if page.locator("#decision").count():
            page.locator("#field-reason").fill(REASONS)
            page.locator("input[name=choice]").first.check()
            page.get_by_role("button", name="Записати рішення").click()
            page.get_by_text("Це питання вже не відкрите").wait_for()

    assert decisions_on(desk, CASE) == 1
    assert stands(desk, "medication") == "вальпроат 500 мг × 2"


def decisions_on(desk, doc):
    with desk.database.reading() as session:
        told = documents.history(session, doc)
    writes = [w for past in told for e in past.change.edits for w in e.w or ()]
    return len([write for write in writes if write.act == "resolve"])


def test_a_stale_tab_keeps_what_was_chosen_in_it(browser, desk, address):
    question = f"{address}/queue/{desk.questions()['medication'].qid}"

    with somebody(browser, desk, address) as page:
        page.goto(question)
        page.get_by_text("вальпроат 300 мг × 2").click()
        page.locator("#field-reason").fill("сказала мама")
        send_a_third_answer(desk)
        with (
            page.expect_response(lambda answer: answer.url == question) as sent,
            page.expect_navigation(),
        ):
            page.get_by_role("button", name="Записати рішення").click()

        assert sent.value.status == 409
        assert page.get_by_role("alert").inner_text().startswith("Поки ви вирішували")
        assert (
            page.locator("input[name=choice]:checked")
            .evaluate("one => one.value")
            .endswith('"вальпроат 300 мг × 2"')
        )
        assert page.locator("#field-reason").input_value() == "сказала мама"
        assert page.locator(".is-new").count() == 1
    assert "medication" in desk.questions()


def test_two_who_decide_at_once_do_not_overwrite_each_other(browser, desk, address):
    question = f"{address}/queue/{desk.questions()['medication'].qid}"

    with (
        somebody(browser, desk, address) as first,
        somebody(browser, desk, address, "Bohdan") as second,
    ):
        for page, answer in ((first, "300"), (second, "500")):
            page.goto(question)
            page.get_by_text(f"вальпроат {answer} мг × 2").click()
            page.locator("#field-reason").fill(f"причина {answer}")
        first.get_by_role("button", name="Записати рішення").click()
        first.wait_for_url("**/queue?decided=*")
        with second.expect_navigation():
            second.get_by_role("button", name="Записати рішення").click()

        said = second.locator("main").inner_text()
        assert "Хтось був швидший" in said
        assert "вальпроат 500 мг × 2" in said
        assert "причина 500" in said
    assert stands(desk, "medication") == "вальпроат 300 мг × 2"


def test_a_question_is_decided_without_any_script(browser, desk, address):
    question = f"{address}/queue/{desk.questions()['medication'].qid}"

    with somebody(browser, desk, address, java_script_enabled=False) as page:
        page.goto(question)
        page.get_by_text("вальпроат 300 мг × 2").click()
        page.get_by_role("button", name="Показати, що буде").click()
        page.locator("#preview", has_text="вальпроат 300").wait_for()
        page.locator("#field-reason").fill("телефоном")
        page.get_by_role("button", name="Записати рішення").click()
        page.wait_for_url("**/queue?decided=*")

    assert stands(desk, "medication") == "вальпроат 300 мг × 2"


def test_typing_an_answer_chooses_it(browser, desk, address):
    with somebody(browser, desk, address) as page:
        page.goto(f"{address}/queue/{desk.questions()['medication'].qid}")

        page.get_by_label("Ліки зараз (назва").fill("нічого")

        assert page.locator("input[value=typed]").is_checked()


@pytest.mark.parametrize(("locale", "scheme"), [("uk-UA", "dark"), ("en-GB", "light")])
def test_nobody_is_shut_out(browser, desk, address, locale, scheme):
    held = send_a_held_form(desk)
    medication = desk.questions()["medication"].qid
    about = {"locale": locale, "color_scheme": scheme}

    with somebody(browser, desk, address, **about) as page:
        for path in (
            "/queue",
            f"/queue/{medication}",
            f"/queue/{held}",
            "/children",
            f"/children/{CHILD}",
            "/quarantine",
            "/quarantine?left=1",
            "/forms",
            "/forms/reception",
            "/forms/reception/print",
            "/queue/nothing",
        ):
            page.goto(address + path)
            assert barriers(page) == [], path


def test_nothing_is_cut_off_on_a_small_phone(browser, desk, address):
    held = send_a_held_form(desk)
    medication = desk.questions()["medication"].qid

    with somebody(browser, desk, address, viewport=PHONE) as page:
        for path in (
            "/queue",
            f"/queue/{medication}",
            f"/queue/{held}",
            "/quarantine",
            "/forms/rehabilitation",
            "/children",
            f"/children/{CHILD}",
        ):
            page.goto(address + path)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], path


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_two_records_become_one_child_and_two_again(browser, desk, address, viewport):
    code = send_the_child_under_another_card(desk)

    for name in ("Оксана", "Богдан"):
        with somebody(browser, desk, address, name, viewport=viewport) as page:
            page.goto(f"{address}/children/{CHILD}")
            assert page.get_by_role("link", name="Розділити").count() == 0
            page.get_by_label("Та сама дитина має ще одну картку").fill(code)
            page.get_by_role("button", name="Порівняти").click()
            say(page, "Одна дитина", "упізнала мати")

    with somebody(browser, desk, address, viewport=viewport) as page:
        page.goto(f"{address}/children/{CHILD}")
        differing = page.locator(".differing", has_text="Ремес")
        differing.locator("summary").click()
        assert barriers(page) == []
        assert is_whole(page, viewport)
        differing.get_by_label("Ремес").check()
        differing.get_by_label("Чому").fill("паспорт")
        differing.get_by_role("button").click()
        page.get_by_text("вибрано, де записи різняться: «паспорт»").wait_for()

        page.get_by_role("link", name="Розділити").click()
        assert barriers(page) == []
        assert is_whole(page, viewport)
        say(page, "Дві дитини", "різні діти")
        assert page.locator("h1").inner_text() == "Ремез Данило"
        assert page.get_by_text("Записи різняться").count() == 0


def say(page, verdict, reason):
    page.get_by_label(verdict).check()
    page.locator("#field-reason").fill(reason)
    page.get_by_role("button", name="Записати рішення").click()
    page.wait_for_url(f"**/children/{CHILD}")


def is_whole(page, viewport):
    width = page.evaluate("document.documentElement.scrollWidth")
    return width <= viewport["width"]


def send_the_child_under_another_card(desk):
    reference = make("4KH", 1)
    said = with_answers(
        RECEPTION, g_contact={"child_ref": reference}, g_child={"family_name": "Ремес"}
    )
    desk.send(desk.phone("chernivtsi", "T"), "reception", said)
    return printed(reference)


def send_a_held_form(desk):
    said = {"g_stay": {"center": "chernivtsi"}, "g_med": {"medication": "магній"}}
    desk.send(desk.phone("chernivtsi", "T"), "rehabilitation", said)
    return desk.questions()["no-reference"].qid


def send_a_third_answer(desk):
    said = {"g_stay": {"child_ref": DANYLO}, "g_med": {"medication": "нічого"}}
    desk.send(desk.phone("truskavets", "L"), "rehabilitation", said)


def stands(desk, cell):
    with desk.database.reading() as session:
        return documents.find(session, CASE).view["values"][cell]
