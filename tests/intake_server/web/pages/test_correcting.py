"""Correcting one answer of a child's record where it stands."""

import json

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CASE, CHILD
from pages import decide, tree, words
from statements import asked

from forms.reference import make, printed
from intake_server.security.policy import Role
from intake_server.storage import audit, documents, queue
from sync import documents as ids
from sync.change import Write

PAGE = f"/children/{CHILD}"
SEX = f"{PAGE}/answers/sex"
NAME = f"{PAGE}/answers/given_name"
BIRTH = f"{PAGE}/answers/birth"
MODES = f"{PAGE}/answers/comm_mode"
OTHER = make("4KH", 1)
CASE_PAGE = f"/children/{CASE}/answers"


@pytest.fixture
def marta(clash):
    """A worker at the centre that received the child."""
    return clash.browser(Role.WORKER, "truskavets", "Марта")


@pytest.fixture
def stepan(clash):
    """A worker at the other centre."""
    return clash.browser(Role.WORKER, "chernivtsi", "Степан")


def form_of(answer):
    (form,) = tree(answer).xpath("//form[@data-correction]")
    return form


def send(browser, path, *, on=None, **said):
    form = form_of(on or browser.get(path))
    filled = {name: value for name, value in form.form_values() if name not in said}
    return browser.post(path, data={**filled, "reason": "запитали дитину", **said})


def stands(desk, name, doc=CHILD):
    with desk.database.reading() as session:
        return documents.find(session, doc).view["values"].get(name)


def _token(browser, said):
    (token, *_) = tree(browser.get(PAGE)).xpath("//input[@name='csrf']/@value")
    return {"csrf": token, **said}


def pencils(answer):
    return set(tree(answer).xpath("//a[contains(@class, 'pencil')]/@href"))


def test_an_answer_is_corrected_in_place(clash, marta):
    answer = send(marta, SEX, value="female")

    assert answer.status_code == 303
    assert answer.location.startswith(f"{PAGE}?corrected=")
    assert stands(clash, "sex") == "female"
    page = words(marta.get(answer.location))
    assert "Виправлено: Стать." in page
    assert "запитали дитину" in page


def test_a_correction_supersedes_what_was_shown_and_says_why(clash, marta):
    send(marta, SEX, value="female")

    with clash.database.reading() as session:
        newest = documents.history(session, CHILD)[0].change
    (write,) = newest.edits[0].w
    shown = json.loads(form_of(marta.get(SEX)).fields["based_on"])
    assert (write.act, write.why, len(write.p)) == ("amend", "запитали дитину", 1)
    assert shown == {CHILD: {"sex": [newest.id]}}
    assert "sex" not in clash.questions()


def test_a_correction_is_noted_without_the_answer(clash, marta):
    send(marta, SEX, value="female")

    with clash.database.reading() as session:
        noted = [e for e in audit.page(session) if e.action == "correct"]
    (entry,) = noted
    assert (entry.object, entry.meta["field"]) == (CHILD, "sex")
    assert "female" not in str(entry.meta)


def test_the_notice_takes_a_correction_back(clash, marta):
    page = marta.get(send(marta, SEX, value="female").location)

    (form,) = tree(page).xpath("//details[@data-last]//form")
    marta.post(form.action, data={**dict(form.form_values()), "reason": "помилка"})

    assert stands(clash, "sex") == "male"


def test_who_is_slower_writes_nothing_and_keeps_what_was_typed(clash, iryna):
    path = f"{PAGE}/answers/sibling_group"
    clash.write({(CHILD, "person"): [Write(f="sibling_group", v=DANYLO)]})
    page = iryna.get(path)
    heads = form_of(page).fields["based_on"]
    before = json.loads(heads)[CHILD]["sibling_group"]
    clash.write(
        {(CHILD, "person"): [Write(f="sibling_group", v=OTHER, p=tuple(before))]}
    )

    answer = send(iryna, path, on=page, value="моя відповідь", reason="моя причина")

    assert answer.status_code == 409
    assert "Поки ви виправляли, відповідь змінилася" in words(answer)
    assert form_of(answer).fields["value"] == "моя відповідь"
    assert form_of(answer).fields["reason"] == "моя причина"
    assert OTHER in words(answer)
    assert stands(clash, "sibling_group") == OTHER
    assert send(iryna, path, on=answer, value=DANYLO).status_code == 303
    assert stands(clash, "sibling_group") == DANYLO


def test_a_form_without_what_was_shown_writes_nothing(clash, marta):
    for sent in ("", "{", "[]", "1", '{"a": 1}', "[" * 100_000):
        answer = send(marta, SEX, value="female", based_on=sent)

        assert answer.status_code == 409
    assert stands(clash, "sex") == "male"


def test_the_same_answer_again_writes_nothing(clash, marta):
    with clash.database.reading() as session:
        before = len(documents.history(session, CHILD))

    assert send(marta, SEX, value="male").status_code == 303

    with clash.database.reading() as session:
        assert len(documents.history(session, CHILD)) == before


@pytest.mark.parametrize(
    ("path", "said", "told"),
    [
        (SEX, {"value": "blue"}, "не підходить"),
        (SEX, {"value": ""}, "Напишіть правильну відповідь"),
        (SEX, {"value": "female", "reason": " "}, "чому"),
        (SEX, {"value": "female", "reason": "x" * 2001}, "задовга"),
        (BIRTH, {"value.birth_date": "торік", "src": "document"}, "дат"),
        (MODES, {"value": "smoke"}, "не підходить"),
        (MODES, {"value": []}, "принаймні одну"),
        (NAME, {"value": "Денис", "src": ""}, "вагоміше"),
    ],
)
def test_what_does_not_fit_is_said_and_kept(clash, iryna, path, said, told):
    answer = send(iryna, path, **said)

    assert answer.status_code == 422
    assert told in words(answer)
    assert stands(clash, "sex") == "male"
    assert stands(clash, "comm_mode") == ["speech"]


def test_a_date_is_corrected_as_one_answer_with_what_belongs_to_it(clash, iryna):
    fields = dict(form_of(iryna.get(BIRTH)).fields)
    assert fields["value.birth_date"] == "2012-03-04"

    send(iryna, BIRTH, **{"value.birth_date": "2013-03-04", "src": "document"})

    assert stands(clash, "birth")["birth_date"] == "2013-03-04"
    assert stands(clash, "birth")["dob_precision"] == "day"


def test_weaker_evidence_does_not_stand_above_better(clash, iryna):
    send(iryna, NAME, value="Денис", src="document")

    answer = send(iryna, NAME, value="Данило", src="estimate")

    assert answer.status_code == 422
    assert stands(clash, "given_name") == "Денис"


def test_of_a_list_marks_are_taken_away_and_added(clash, iryna):
    marked = form_of(iryna.get(MODES)).xpath(".//input[@checked]/@value")
    assert marked == ["speech"]

    send(iryna, MODES, value=["usl", "gestures"])

    assert stands(clash, "comm_mode") == ["gestures", "usl"]


def test_of_a_list_of_texts_each_line_is_one(clash, iryna):
    path = f"{CASE_PAGE}/allergies"
    sofiia = clash.browser(Role.CLINICIAN, "truskavets", "Софія")

    answer = send(sofiia, path, value="пеніцилін\nарахіс\n\nпилок")

    assert answer.status_code == 303
    assert stands(clash, "allergies", CASE) == ["арахіс", "пеніцилін", "пилок"]


def test_r27_what_only_a_clinician_takes_away_is_asked_and_said_to_be(clash, marta):
    path = f"{CASE_PAGE}/self_harm"
    said = {(CASE, "case"): [Write(f="self_harm", v="yes")]}
    clash.write(said, site="truskavets")

    answer = send(marta, path, value="no")

    assert "Прибрати це може лише клініцист" in words(marta.get(answer.location))
    assert stands(clash, "self_harm", CASE) == "yes"
    with clash.database.reading() as session:
        found = queue.of_document(session, CASE)
    (item,) = [one for one in found if one.cell == "self_harm"]
    page = f"/queue/{item.qid}"
    assert "клініцист, який назве причину" in words(marta.get(page))
    liliia = clash.browser(Role.CLINICIAN, "truskavets", "Лілія")
    assert "Це хочуть прибрати" in words(liliia.get(page))


def test_an_answer_is_cleared_where_nothing_is_known(clash, marta):
    send(marta, SEX, clear="yes")

    assert stands(clash, "sex") is None


def test_what_is_in_question_is_decided_on_its_own_page(clash, iryna):
    path = f"{CASE_PAGE}/medication"
    clash.write({(CHILD, "person"): [Write(f="sex", v="female")]})

    assert SEX not in pencils(iryna.get(PAGE))
    assert "спірна" in words(iryna.get(SEX))
    assert not tree(iryna.get(path)).xpath("//form[@data-correction]")


def test_what_could_harm_is_corrected_by_whoever_would_decide_it(clash, stepan, marta):
    rule = "consent_intake"
    path = f"{CASE_PAGE}/{rule}"

    assert path in pencils(marta.get(PAGE))
    assert path not in pencils(stepan.get(PAGE))
    said = {"value": "refused", "reason": "x"}
    answer = stepan.post(path, data=_token(stepan, said))

    assert answer.status_code == 404
    assert stands(clash, rule, CASE) == "given"


def test_what_harms_nobody_is_corrected_at_any_centre_of_the_child(clash, stepan):
    path = f"{PAGE}/answers/languages"
    clash.write({(CHILD, "person"): [Write(s="languages", e="uk", v=True)]})

    assert path in pencils(stepan.get(PAGE))


def test_a_child_of_others_has_no_answer_here(clash):
    bohdan = clash.browser(Role.WORKER, "kharkiv", "Богдан")

    assert bohdan.get(SEX).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{PAGE}/answers/nothing",
        f"{PAGE}/answers/_deleted",
        f"{PAGE}/answers/child_ref",
        f"{PAGE}/answers/%00",
        "/children/nobody/answers/sex",
    ],
)
def test_there_is_no_such_answer(iryna, path):
    assert iryna.get(path).status_code == 404


def test_linked_records_are_corrected_together(clash, iryna):
    reception = with_answers(RECEPTION, g_contact={"child_ref": OTHER})
    clash.send(clash.phone("truskavets", "Т"), "reception", reception)
    pair = f"{PAGE}/link?other={printed(OTHER)}"
    for one in (iryna, clash.browser(name="Bohdan")):
        decide(one, pair, verdict="same", reason="одна дитина")

    send(iryna, SEX, value="female")

    assert stands(clash, "sex") == "female"
    assert stands(clash, "sex", ids.person(OTHER)) == "female"


def test_the_page_of_an_answer_asks_the_store_little(clash, iryna):
    iryna.get(SEX)
    with asked() as said:
        iryna.get(SEX)

    assert len(said) <= 12, "\n".join(s[:260] for s in said)
