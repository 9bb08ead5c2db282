import pytest
from centres import DANYLO
from desks import CASE, CHILD
from pages import decide, fields, tree, words

from forms.catalogue import shipped
from intake_server.security.policy import Principal, Role
from intake_server.services import merging
from intake_server.services.merging import Decision
from intake_server.storage import documents
from sync import documents as documents_of
from sync.change import Write

OKSANA = Principal("person", "ok", "Oksana", Role.COORDINATOR, "kyiv")
FIVE_HUNDRED = 'is:"вальпроат 500 мг × 2"'
REASON = "за випискою лікаря"


@pytest.fixture
def medication(clash):
    return f"/queue/{clash.questions()['medication'].qid}"


def test_every_answer_says_who_where_when_and_on_which_form(iryna, medication):
    page = words(iryna.get(medication))

    assert "вальпроат 300 мг × 2" in page
    assert "Трускавець Хто Телефон Олени" in page
    assert "пʼятниця, 20 листопада 2026, 09:00 (2 дні тому)" in page.replace("’", "ʼ")
    assert "Чернівці Хто Телефон Тараса" in page
    assert "Форма Прийом на реабілітацію" in page


def test_a_doubtful_clock_is_said(iryna, medication):
    assert "годинник пристрою відставав на 1 день" in words(iryna.get(medication))


def test_the_time_of_a_doubtful_clock_is_corrected_and_said_to_be(clash, iryna):
    said = {"g_stay": {"child_ref": DANYLO}, "g_med": {"medication": "нічого"}}
    clash.send(
        clash.phone("chernivtsi", "T"),
        "rehabilitation",
        said,
        hours_ago=50,
        offset_ms=-86_400_000,
    )

    page = words(iryna.get(f"/queue/{clash.questions()['medication'].qid}"))

    said = "субота, 21 листопада 2026, 09:00 (1 день тому)"
    assert f"{said} виправлено: годинник пристрою відставав на 1 день" in page


def test_no_answer_on_medicines_is_shown_alone(iryna, medication):
    page = words(iryna.get(medication))

    assert "кожна сторінка показує всі відповіді, ніколи одну" in page
    assert "Поки що показуємо" not in page


def test_what_the_form_asks_beside_it_stands_open_and_the_rest_folded(
    clash, iryna, medication
):
    clash.write({(CASE, "case"): [Write(f="layer", v="2")]})

    page = tree(iryna.get(medication))

    (beside,) = page.xpath("//section[@aria-labelledby='beside-heading']")
    (rest,) = page.xpath("//details[@class='neighbours']")
    assert "пеніцилін" in beside.text_content()
    assert "пеніцилін" not in rest.text_content()
    assert rest.get("open") is None


def test_what_was_agreed_on_before_the_answers_went_apart_is_said(clash, iryna):
    (first,) = clash.write({(CHILD, "person"): [Write(f="patronymic", v="Ігорович")]})
    for value, site in (("Олегович", "truskavets"), ("Павлович", "chernivtsi")):
        write = Write(f="patronymic", v=value, p=(first,))
        clash.write({(CHILD, "person"): [write]}, site=site)
    qid = clash.questions()["patronymic"].qid

    assert "Узгоджено раніше: Ігорович" in words(iryna.get(f"/queue/{qid}"))


def test_a_first_answer_is_said_to_be_one(iryna, medication):
    page = words(iryna.get(medication))

    assert "Узгоджено раніше: нічого; ніхто ще не відповідав" in page


def test_each_answer_leads_to_its_form_as_it_was_filled(clash, iryna, medication):
    page = tree(iryna.get(medication))
    (first, *_) = page.xpath("//dl[@class='about']//a/@href")

    filled = words(iryna.get(first))

    assert "Форма, як її заповнено Прийом на реабілітацію" in filled
    assert "вальпроат 300 мг × 2" in filled
    assert "пеніцилін" in filled
    assert "арахіс" not in filled


def test_a_form_that_is_no_answer_of_the_question_is_absent(clash, iryna, medication):
    (other,) = clash.write({(CHILD, "person"): [Write(f="sex", v="male")]})

    assert iryna.get(f"{medication}/form/{other}").status_code == 404
    assert iryna.get(f"{medication}/form/nothing").status_code == 404


def test_texts_can_stand_together(clash, iryna, medication):
    both = 'is:"вальпроат 300 мг × 2; вальпроат 500 мг × 2"'

    decide(iryna, medication, choice=both, reason="двічі на день по-різному")

    said = "вальпроат 300 мг × 2; вальпроат 500 мг × 2"
    assert stands(clash, "medication") == said


def test_a_decision_is_taken_back_from_its_own_page(clash, iryna, medication):
    decide(iryna, medication, choice=FIVE_HUNDRED, reason=REASON)
    page = tree(iryna.get(medication))
    (form,) = page.xpath("//details[@class='undo']/form")

    answer = iryna.post(
        form.get("action"), data={**dict(form.form_values()), "reason": "помилка"}
    )

    assert f"/queue/{clash.questions()['medication'].qid}" in answer.location
    assert not tree(iryna.get(medication)).xpath("//details[@class='undo']")


def test_the_page_of_a_decision_says_who_decided_and_why(iryna, medication):
    decide(iryna, medication, choice=FIVE_HUNDRED, reason=REASON)

    page = words(iryna.get(medication))

    assert "Iryna" in page
    assert f"Чому: «{REASON}»" in page


def test_a_decision_that_is_sent_twice_is_written_once(clash, iryna, medication):
    form = {**fields(iryna.get(medication)), "choice": FIVE_HUNDRED, "reason": REASON}

    first, second = (iryna.post(medication, data=form) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 409)
    with clash.database.reading() as session:
        told = documents.history(session, CASE)
    said = [w for past in told for e in past.change.edits for w in e.w or ()]
    assert len([write for write in said if write.act == "resolve"]) == 1


def test_after_a_decision_the_next_question_opens(clash, iryna, medication):
    clash.send(clash.phone("chernivtsi", "T"), "rehabilitation", {"g_stay": {}})

    answer = decide(iryna, medication, choice=FIVE_HUNDRED, reason=REASON)
    page = words(iryna.get(answer.location, follow_redirects=True))

    assert answer.status_code == 303
    assert "Вирішено: Ліки зараз · Ремез Данило" in page
    assert "Що робити з цією формою?" in page


def test_the_last_decision_leads_back_to_the_list(iryna, medication):
    answer = decide(iryna, medication, choice=FIVE_HUNDRED, reason=REASON)

    page = words(iryna.get(answer.location, follow_redirects=True))

    assert "Вирішено. Більше нічого на вас не чекає." in page


def test_a_decision_stands_on_the_record(clash, iryna, medication):
    decide(iryna, medication, choice=FIVE_HUNDRED, reason=REASON)

    assert stands(clash, "medication") == "вальпроат 500 мг × 2"
    assert not clash.questions()


def test_an_answer_can_be_typed(clash, iryna, medication):
    typed = {"choice": "typed", "value": "вальпроат 400 мг × 2", "reason": REASON}

    decide(iryna, medication, **typed)

    assert stands(clash, "medication") == "вальпроат 400 мг × 2"


def test_a_form_of_another_page_decides_nothing(clash, iryna, medication):
    sent = {"choice": FIVE_HUNDRED, "reason": REASON, "name": "medication"}

    answer = iryna.post(medication, data={**sent, "csrf": "another"})

    assert answer.status_code == 403
    assert clash.questions()


def test_a_decision_without_a_reason_keeps_the_choice(iryna, medication):
    answer = decide(iryna, medication, choice=FIVE_HUNDRED, reason=" ")

    assert answer.status_code == 422
    assert "Напишіть кількома словами, чому." in words(answer)
    assert fields(answer)["choice"] == FIVE_HUNDRED


def test_a_reason_without_a_choice_is_kept(iryna, medication):
    answer = decide(iryna, medication, reason=REASON)

    assert answer.status_code == 422
    assert "Виберіть відповідь." in words(answer)
    assert fields(answer)["reason"] == REASON


def test_the_preview_says_what_will_stand(clash, iryna, medication):
    filled = {**fields(iryna.get(medication)), "choice": FIVE_HUNDRED}

    page = words(iryna.post(f"{medication}/preview", data=filled))

    assert "Буде так: Ліки зараз: вальпроат 500 мг × 2" in page
    assert clash.questions()


def test_a_stale_tab_gets_the_newer_question_and_keeps_its_choice(
    clash, iryna, medication
):
    opened = iryna.get(medication)
    third = {"g_stay": {"child_ref": DANYLO}, "g_med": {"medication": "нічого"}}
    clash.send(clash.phone("truskavets", "L"), "rehabilitation", third)

    answer = decide(iryna, medication, on=opened, choice=FIVE_HUNDRED, reason=REASON)

    assert answer.status_code == 409
    assert "Надійшла 1 нова відповідь." in words(answer)
    assert fields(answer)["choice"] == FIVE_HUNDRED
    assert fields(answer)["reason"] == REASON
    assert len(tree(answer).xpath("//*[contains(@class, 'is-new')]")) == 1


def test_the_choice_that_was_kept_decides_the_newer_question(clash, iryna, medication):
    opened = iryna.get(medication)
    third = {"g_stay": {"child_ref": DANYLO}, "g_med": {"medication": "нічого"}}
    clash.send(clash.phone("truskavets", "L"), "rehabilitation", third)
    stale = decide(iryna, medication, on=opened, choice=FIVE_HUNDRED, reason=REASON)

    (action,) = tree(stale).xpath("//form[@id='decision']/@action")
    iryna.post(action, data=fields(stale))

    assert stands(clash, "medication") == "вальпроат 500 мг × 2"


def test_a_tab_on_a_question_that_is_settled_says_so_and_loses_nothing(
    clash, iryna, medication
):
    opened = iryna.get(medication)
    settle(clash, "medication", "вальпроат 300 мг × 2")

    answer = decide(iryna, medication, on=opened, choice=FIVE_HUNDRED, reason=REASON)

    page = words(answer)
    assert answer.status_code == 409
    assert "Хтось був швидший; вашого рішення не записано." in page
    assert "Зараз так: вальпроат 300 мг × 2" in page
    assert "Ваш вибір вальпроат 500 мг × 2" in page
    assert f"Ваша причина {REASON}" in page


def test_an_old_link_to_a_settled_question_says_what_stands(clash, iryna, medication):
    settle(clash, "medication", "вальпроат 300 мг × 2")

    answer = iryna.get(medication)

    assert answer.status_code == 410
    assert "Зараз так: вальпроат 300 мг × 2" in words(answer)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_question_of_others_is_absent(clash, medication, method):
    bohdan = clash.browser(Role.WORKER, "kharkiv", "Bohdan")
    (csrf,) = tree(bohdan.get("/queue")).xpath("(//input[@name='csrf'])[1]/@value")
    sent = {"csrf": csrf, "choice": FIVE_HUNDRED, "reason": REASON}

    answer = getattr(bohdan, method)(medication, data=sent)

    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "вальпроат" not in answer.text


def test_a_settled_question_of_others_is_absent_too(clash, medication):
    settle(clash, "medication", "вальпроат 300 мг × 2")

    answer = clash.browser(Role.WORKER, "kharkiv", "Bohdan").get(medication)

    assert answer.status_code == 404


def test_who_does_not_decide_sees_the_answers_and_no_form(clash, medication):
    page = clash.browser(Role.WORKER, "chernivtsi", "Stepan").get(medication)

    assert "вальпроат 300 мг × 2" in words(page)
    assert "Це чекає на рішення: лікар центру, який лікує" in words(page)
    assert not tree(page).xpath("//form[@id='decision']")


def test_a_choice_is_typed_from_the_list_of_its_form(clash):
    answers = {"g_child": {"sex": "male"}}
    contradict(clash, "reception", answers, {"g_child": {"sex": "female"}})

    page = tree(clash.browser().get(f"/queue/{clash.questions()['sex'].qid}"))

    options = page.xpath("//select[@name='value']/option/text()")
    assert "Чоловіча" in options
    assert "Жіноча" in options


def test_a_group_is_decided_whole(clash):
    path = a_clash_on_birth(clash)
    typed = {"value.birth_date": "2012-04-03", "value.dob_precision": "day"}

    decide(clash.browser(), path, choice="typed", reason=REASON, **typed)

    assert stands(clash, "birth", on=CHILD) == {
        "birth_date": "2012-04-03",
        "dob_precision": "day",
    }


def test_what_does_not_fit_its_field_is_said_plainly(clash):
    path = a_clash_on_birth(clash)
    typed = {"value.birth_date": "4 березня"}

    answer = decide(clash.browser(), path, choice="typed", reason=REASON, **typed)

    assert answer.status_code == 422
    assert "Тут має бути дата." in words(answer)


def test_answers_that_exclude_each_other_are_marked_one_by_one(clash):
    contradict(
        clash,
        "rehabilitation",
        {"g_med": {"conditions": ["none"]}},
        {"g_med": {"conditions": ["epilepsy"]}},
    )
    path = f"/queue/{clash.questions()['conditions'].qid}"

    decide(clash.browser(), path, kept="epilepsy", reason=REASON)

    assert stands(clash, "conditions") == ["epilepsy"]


def test_marking_nothing_removes_nothing(clash):
    contradict(
        clash,
        "rehabilitation",
        {"g_med": {"conditions": ["none"]}},
        {"g_med": {"conditions": ["epilepsy"]}},
    )
    path = f"/queue/{clash.questions()['conditions'].qid}"

    answer = decide(clash.browser(), path, reason=REASON)

    assert answer.status_code == 422
    assert "Позначте принаймні одну відповідь." in words(answer)


def test_a_held_form_is_given_to_its_child(clash, iryna):
    path = a_held_form(clash)

    decide(iryna, path, choice="assign", reference="4кн 7т29-9", reason=REASON)

    assert "магній" in words(iryna.get(f"/children/{CASE}"))


def test_a_held_form_shows_what_it_says(clash, iryna):
    page = words(iryna.get(a_held_form(clash)))

    assert "Що не так Форма не каже, про кого вона" in page
    assert "Ліки зараз магній" in page


def test_a_mistyped_code_is_said_and_kept(clash, iryna):
    path = a_held_form(clash)

    answer = decide(iryna, path, choice="assign", reference="4KH-7T29-A", reason=REASON)

    assert answer.status_code == 422
    assert "Код не сходиться: звірте його з карткою." in words(answer)
    assert fields(answer)["reference"] == "4KH-7T29-A"


def test_a_held_form_that_is_left_is_asked_about_no_more(clash, iryna):
    decide(iryna, a_held_form(clash), choice="dismiss", reason=REASON)

    assert "no-reference" not in clash.questions()


def test_an_element_of_a_set_is_kept_or_removed(clash):
    removed = Write(s="allergies", e="пеніцилін", v=False)
    clash.write({(CASE, "case"): [removed]}, site="chernivtsi")
    path = f"/queue/{clash.questions()['allergies/пеніцилін'].qid}"
    sofiia = clash.browser(Role.CLINICIAN, "chernivtsi", "Софія")

    page = words(sofiia.get(path))
    decide(sofiia, path, choice="is:false", reason=REASON)

    assert "Алергії: пеніцилін" in page
    assert "Це хочуть прибрати." in page
    assert stands(clash, "allergies") == ["арахіс"]


def test_a_record_that_was_voided_unseen_is_kept(clash):
    void = Write(f="_deleted", v=True, saw=())
    clash.write({(CASE, "case"): [void]}, site="chernivtsi")
    item = clash.questions()["_deleted"]
    iryna = clash.browser()

    page = words(iryna.get(f"/queue/{item.qid}"))
    decide(iryna, f"/queue/{item.qid}", choice="is:false", reason=REASON)

    assert "Чи цей запис створено помилково?" in page
    assert "_deleted" not in clash.questions()


def test_two_records_are_compared_side_by_side(clash):
    other = a_second_child(clash)
    same, different = (
        {
            (documents_of.link(CHILD, other), "link"): [
                Write(f="a", v=min(CHILD, other)),
                Write(f="b", v=max(CHILD, other)),
                Write(f="verdict", v=verdict),
            ]
        }
        for verdict in ("same", "different")
    )
    clash.write(same, site="truskavets")
    clash.write(different, site="chernivtsi")
    (item,) = (i for i in clash.questions().values() if i.kind == "link_conflict")
    iryna = clash.browser()

    page = words(iryna.get(f"/queue/{item.qid}"))
    decide(iryna, f"/queue/{item.qid}", choice="different", reason=REASON)

    assert "Чи ці два записи — одна дитина?" in page
    assert "Ґудзь" in page
    assert "Ремез" in page
    assert not [i for i in clash.questions().values() if i.kind == "link_conflict"]


def test_r23_a_match_waits_for_a_second_person(clash):
    clash.publish(shipped("registration"))
    with clash.database.reading() as session:
        heads = documents.find(session, CASE).view["heads"]
    preds = tuple(heads.get("register_match", ()))
    possible = Write(f="register_match", v="possible", p=preds)
    (first,) = clash.write({(CASE, "case"): [possible]}, site="truskavets")
    said = Write(f="register_match", v="confirmed", p=(first,))
    clash.write({(CASE, "case"): [said]}, site="truskavets")
    path = f"/queue/{clash.questions()['register_match'].qid}"
    marta = clash.browser(Role.WORKER, "truskavets", "Марта")

    page = words(marta.get(path))
    decide(marta, path, choice='is:"confirmed"', reason=REASON)

    assert "Так сказала одна людина. Чи кажете так і ви?" in page
    assert "Можливий збіг" in page
    assert stands(clash, "register_match") == "confirmed"


def test_what_cannot_be_read_asks_nobody(clash):
    unknown = Write(f="case_status", v="dreaming")
    clash.write({(CASE, "case"): [unknown]}, site="chernivtsi")
    (item,) = (i for i in clash.questions().values() if i.kind == "quarantine")

    page = clash.browser().get(f"/queue/{item.qid}")

    assert "Що не так такої відповіді ніхто не визначив" in words(page)
    assert "Відповідати не треба нікому." in words(page)
    assert not tree(page).xpath("//form[@id='decision']")


def a_second_child(desk):
    said = {"g_child": {"family_name": "Ґудзь", "given_name": "Микита"}}
    receipt = desk.send(desk.phone("chernivtsi", "T"), "reception", said)
    return documents_of.person(receipt.reference)


def contradict(desk, form, *answers):
    """Let the two centres send different answers about Danylo."""
    for site, said in zip(("truskavets", "chernivtsi"), answers, strict=True):
        place = "g_contact" if form == "reception" else "g_stay"
        about = {place: {"child_ref": DANYLO}}
        desk.send(desk.phone(site, "L"), form, {**about, **said})


def a_clash_on_birth(desk):
    said = {"birth_date": "2012-04-03", "dob_precision": "day", "birth_source": "child"}
    contradict(
        desk,
        "reception",
        {"g_child": {**said, "birth_date": "2012-03-04"}},
        {"g_child": said},
    )
    return f"/queue/{desk.questions()['birth'].qid}"


def a_held_form(desk):
    said = {"g_stay": {"center": "chernivtsi"}, "g_med": {"medication": "магній"}}
    desk.send(desk.phone("chernivtsi", "T"), "rehabilitation", said)
    return f"/queue/{desk.questions()['no-reference'].qid}"


def settle(desk, cell, value):
    merging.resolve(
        desk.database,
        desk.questions()[cell].qid,
        Decision(verb="value", argument=value, reason="телефоном"),
        by=OKSANA,
        now=desk.watch(),
    )


def stands(desk, cell, *, on=CASE):
    with desk.database.reading() as session:
        view = documents.find(session, on)
    return view.view["values"][cell]


def test_a_rule_across_records_shows_both_answers(desk):
    event = documents_of.event("uuid:1")
    said = {"subject": CHILD, "admitted_on": "2011-05-06"}
    desk.write(
        {(CHILD, "person"): [Write(g="birth", v={"birth_date": "2012-03-04"})]},
        {(event, "event"): [Write(f=name, v=value) for name, value in said.items()]},
    )
    qid = desk.questions()["admitted_on_not_before_birth_date"].qid

    page = words(desk.browser().get(f"/queue/{qid}"))

    assert "Дата прийому — Дата народження" in page
    assert "6 травня 2011" in page
    assert "4 березня 2012" in page
