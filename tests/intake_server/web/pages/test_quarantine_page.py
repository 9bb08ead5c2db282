"""What is set aside: the list, and the page of one form with all that helps to judge it."""

from dataclasses import replace

import pytest
from centres import DANYLO, FORMS, RECEPTION, a_form, with_answers
from desks import CASE
from pages import decide, fields, tree, words
from statements import asked

from forms.catalogue import form as catalogue_form
from intake_server.security.policy import Role
from intake_server.services import intake
from intake_server.services.intake import Incoming
from intake_server.web.pages.held import MOST_SHOWN
from sync.change import Write

MOST_STATEMENTS = 12
REASON = "поговорила з волонтеркою"
ODD = with_answers(RECEPTION, g_contact={"returned_on": "вчора"})
NAMELESS = {"g_stay": {"center": "chernivtsi"}, "g_med": {"medication": "магній"}}


@pytest.fixture
def phone(clash):
    return clash.phone("chernivtsi", "Телефон Тараса")


@pytest.fixture
def held(clash, phone):
    """The address of a form that is held for an answer that cannot be read."""
    clash.send(phone, "reception", ODD, hours_ago=2)
    return question(clash, "unreadable-value")


def question(desk, slug):
    return f"/queue/{desk.questions()[slug].qid}"


def receive(desk, phone, one):
    (receipt,) = intake.receive(desk.database, [one], sender=phone, now=desk.watch())
    return receipt


def left(browser, path):
    decide(browser, path, choice="dismiss", reason=REASON)
    return path


def test_the_list_says_what_waits_of_whom_since_when_and_why(clash, held, iryna):
    page = words(iryna.get("/quarantine"))

    assert "Відповідь не читається" in page
    assert "Чернівці · Телефон Тараса" in page
    assert "неділя, 22 листопада 2026" in page
    assert tree(iryna.get("/quarantine")).xpath(f"//a[@href='{held}']")


def test_the_questions_lead_there_and_say_how_many_wait(clash, held, iryna):
    clash.write({(CASE, "case"): [Write(f="case_status", v="dreaming")]})

    (link,) = tree(iryna.get("/queue")).xpath("//a[@href='/quarantine']")

    assert " ".join(link.text_content().split()) == "Відкладене (2)"


def test_a_change_that_was_set_aside_stands_below_the_forms(clash, iryna):
    clash.write({(CASE, "case"): [Write(f="case_status", v="dreaming")]})
    (item,) = (i for i in clash.questions().values() if i.kind == "quarantine")

    page = iryna.get("/quarantine")

    assert "такої відповіді ніхто не визначив" in words(page)
    assert tree(page).xpath(f"//a[@href='/queue/{item.qid}']")


def test_a_worker_sees_what_their_centre_sent(clash, held):
    own = clash.browser(Role.WORKER, "chernivtsi", "Stepan").get("/quarantine")
    other = clash.browser(Role.WORKER, "truskavets", "Marta").get("/quarantine")

    assert "Відповідь не читається" in words(own)
    assert "Відповідь не читається" not in words(other)


def test_a_form_says_what_is_wrong_in_both_languages_and_what_helps(held, iryna):
    page = words(iryna.get(held))

    assert "Що не так Відповідь не читається An answer cannot be read" in page
    assert "Поле Дата вʼїзду на підконтрольну територію" in page
    assert "Date of entry to" in page
    assert "returned_on" in page
    assert "Подивіться, що написано." in page


def test_a_form_is_shown_as_it_came_and_never_as_part_of_the_page(clash, phone, iryna):
    script = with_answers(ODD, g_child={"name_called": "<script>alert(1)</script>"})
    clash.send(phone, "reception", script)
    held = question(clash, "unreadable-value")

    page = iryna.get(held)

    (raw,) = tree(page).xpath("//pre[@class='raw']")
    assert not raw.xpath(".//script")
    assert "    <returned_on>вчора</returned_on>" in raw.text_content()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw.text_content()


def test_a_form_is_saved_as_it_came_and_never_opened(clash, held, iryna):
    (link, *_) = tree(iryna.get(held)).xpath("//a[@download]/@href")

    answer = iryna.get(link)

    assert answer.data == a_form("reception", ODD, number=4, **finished(clash)).xml
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Content-Disposition"].endswith('.xml"')
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def finished(desk):
    return {"finalized_at": desk.watch().isoformat()}


def test_a_worker_reads_what_can_be_read_and_not_the_form_as_it_came(clash, phone):
    clash.send(phone, "rehabilitation", NAMELESS)
    held = question(clash, "no-reference")
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    page = stepan.get(held)

    assert "Ліки зараз магній" in words(page)
    assert not tree(page).xpath("//pre")
    assert "Форму такою, як надійшла, читають координатори." in words(page)
    assert stepan.get(f"/quarantine/{held.rpartition('/')[2]}/raw").status_code == 404


def test_a_long_form_is_cut_and_leads_to_the_whole(clash, phone, iryna):
    form = a_form("reception", ODD, number=9)
    much = "ж" * MOST_SHOWN
    receive(
        clash,
        phone,
        replace(form, xml=form.xml.replace("вчора".encode(), much.encode())),
    )

    page = iryna.get(question(clash, "unreadable-value"))

    (raw,) = tree(page).xpath("//pre[@class='raw']")
    assert len(raw.text_content()) == MOST_SHOWN
    assert "знаків тут не показано. Зберегти весь файл" in words(page)


@pytest.mark.parametrize(
    "one",
    [
        Incoming(instance_id="uuid:a", xml=b"<data><broken"),
        Incoming(instance_id="uuid:a", xml=b"\xff\xfe\x00"),
        Incoming(instance_id="uuid:a", xml=b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'),
        Incoming(
            instance_id="uuid:a", form_id="<b>", answers={"a": "\ud800\x00\u202e"}
        ),
        Incoming(instance_id="uuid:a", sealed={"to": "kyiv", "ct": "x"}),
        Incoming(form_id="reception", form_version="1", answers={}),
        Incoming(instance_id="uuid:~/?#" + "x" * 200, form_id="none", answers={}),
    ],
    ids=["broken", "bytes", "doctype", "signs", "sealed", "nameless", "odd-name"],
)
def test_whatever_came_has_a_page(clash, phone, iryna, one):
    assert receive(clash, phone, one).status == "quarantined"
    item = next(i for i in clash.questions().values() if i.kind == "triage")

    assert iryna.get("/quarantine").status_code == 200
    assert iryna.get(f"/queue/{item.qid}").status_code == 200
    assert iryna.get(f"/quarantine/{item.qid}/raw").status_code == 200
    left(iryna, f"/queue/{item.qid}")
    assert iryna.get(f"/queue/{item.qid}").status_code == 200
    assert iryna.get("/quarantine?left=1").status_code == 200


def test_a_form_that_was_left_is_found_again_and_taken_up(clash, held, iryna):
    left(iryna, held)
    assert held not in iryna.get("/quarantine").text
    assert held in iryna.get("/quarantine?left=1").text

    page = iryna.get(held)
    (form,) = tree(page).xpath("//form[contains(@action, 'take-up')]")
    answer = iryna.post(
        form.get("action"), data={**dict(form.fields), "reason": REASON}
    )

    assert (answer.status_code, answer.location) == (303, f"{held}?taken_up=1")
    assert "Про форму запитано знову." in words(iryna.get(answer.location))
    assert fields(iryna.get(held))


@pytest.mark.parametrize("odd", ["nobody", "-1", "F" * 32, "f" * 32, "f" * 300, "😀"])
def test_what_names_no_question_is_not_there(held, iryna, odd):
    left(iryna, held)
    (form,) = tree(iryna.get(held)).xpath("//form[contains(@action, 'take-up')]")
    said = {**dict(form.fields), "reason": REASON}

    assert iryna.get(f"/quarantine/{odd}/raw").status_code == 404
    assert iryna.post(f"/quarantine/{odd}/take-up", data=said).status_code == 404


def test_taking_a_form_up_again_needs_a_reason(held, iryna):
    left(iryna, held)
    (form,) = tree(iryna.get(held)).xpath("//form[contains(@action, 'take-up')]")

    answer = iryna.post(form.get("action"), data={**dict(form.fields), "reason": " "})

    assert answer.status_code == 422
    assert "Напишіть кількома словами, чому." in words(answer)


def test_after_a_form_was_left_the_next_question_leads_back_to_it(clash, held, iryna):
    answer = decide(iryna, held, choice="dismiss", reason=REASON)

    following = iryna.get(answer.location, follow_redirects=True)

    assert tree(following).xpath(f"//a[@href='{held}']")


def test_who_comes_late_to_a_held_form_is_told_so(clash, held, iryna):
    page = iryna.get(held)
    left(clash.browser(name="Oksana"), held)

    answer = decide(iryna, held, on=page, choice="release", reason=REASON)

    assert answer.status_code == 409
    assert "Хтось був швидший" in words(answer)


def test_a_form_is_read_by_a_newer_version(clash, held, iryna):
    assert "mend:" not in iryna.get(held).text
    clash.publish(a_newer_form())

    decide(iryna, held, choice="mend:2099010101", reason=REASON)

    assert "unreadable-value" not in clash.questions()
    page = iryna.get(held)
    assert "Її прийнято." in words(page)
    (child,) = tree(page).xpath("//a[starts-with(@href, '/children/')]/@href")
    assert "Ремез" in words(iryna.get(child))


def test_a_form_that_names_another_child_is_not_given_to_this_one(clash, iryna):
    phone = clash.phone("truskavets", "Т")
    known = with_answers(RECEPTION, g_child={"family_name": "Інше"})
    other = receive(clash, phone, a_form("reception", known, number=50)).reference
    mine = {"g_contact": {"child_ref": other}}
    again = a_form("reception", with_answers(known, **mine), number=50)
    assert receive(clash, phone, again).problem.slug == "instance-conflict"
    held = question(clash, "instance-conflict")

    answer = decide(iryna, held, choice="assign", reference=DANYLO, reason=REASON)

    assert answer.status_code == 422
    assert "Форма сама називає іншу дитину." in words(answer)


@pytest.mark.parametrize("path", ["/quarantine", "/quarantine?left=1"])
def test_the_list_asks_the_store_little_however_much_waits(clash, phone, iryna, path):
    receive(clash, phone, a_form("reception", ODD, number=99))
    few = len(statements(iryna, path))
    for number in range(60):
        clash.watch.forward(seconds=1)
        receive(clash, phone, a_form("reception", ODD, number=100 + number))

    many = statements(iryna, path)

    assert len(many) == few, many
    assert len(many) <= MOST_STATEMENTS, many
    if "left" not in path:
        (more,) = tree(iryna.get(path)).xpath("//a[contains(@href, 'cursor=')]/@href")
        assert len(tree(iryna.get(more)).xpath("//li[contains(@class, 'row')]")) == 11


def test_the_page_of_a_held_form_asks_the_store_little(held, iryna):
    assert len(statements(iryna, held)) <= MOST_STATEMENTS


def test_the_page_of_a_change_that_was_set_aside_asks_the_store_little(clash, iryna):
    clash.write({(CASE, "case"): [Write(f="case_status", v="dreaming")]})
    (item,) = (i for i in clash.questions().values() if i.kind == "quarantine")

    assert len(statements(iryna, f"/queue/{item.qid}")) <= MOST_STATEMENTS


def test_a_form_whose_answer_nobody_defined_is_shown_with_its_question(
    clash, phone, iryna
):
    purple = with_answers(RECEPTION, g_needs={"triage": "purple"})
    clash.send(phone, "reception", purple)
    (item,) = (i for i in clash.questions().values() if i.kind == "quarantine")

    page = iryna.get(f"/queue/{item.qid}")

    assert "<triage>purple</triage>" in tree(page).xpath("//pre")[0].text_content()
    answer = iryna.get(f"/quarantine/{item.qid}/raw")
    assert b"purple" in answer.data


@pytest.mark.parametrize("path", ["/quarantine?cursor=~", "/quarantine?cursor=%00"])
def test_an_address_that_no_page_gave_is_absent(iryna, path):
    assert iryna.get(path).status_code == 404


def statements(browser, path):
    browser.get(path)
    with asked() as said:
        assert browser.get(path).status_code == 200
    return said


def a_newer_form():
    """The next version of reception, in which the odd answer has another name."""
    form = FORMS["reception"]
    xml = form.xml.replace(form.version.encode(), b"2099010101")
    named = xml.replace(b"/g_contact/returned_on", b"/g_contact/returned_day")
    return catalogue_form(named.replace(b"<returned_on/>", b"<returned_day/>"))
