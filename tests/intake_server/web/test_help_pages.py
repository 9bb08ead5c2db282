import re
from html import unescape

import pytest
from repository import ROOT
from servers import an_xml

CLIENT = ROOT / "intake_server" / "field_client" / "src"

UKRAINIAN, ENGLISH = {"Accept-Language": "uk"}, {"Accept-Language": "en"}


@pytest.fixture(params=["uk", "en"])
def guide(server, request):
    answer = server.client.get(
        "/help/collect", headers={"Accept-Language": request.param}
    )
    assert answer.status_code == 200
    assert f'<html lang="{request.param}">' in answer.text
    return answer.text


def test_the_guide_explains_every_answer_that_collect_shows(server, device, guide):
    same = an_xml("1", family_name="Ремез")
    sent = [
        server.collect(device, same),
        server.collect(device, same),
        server.collect(device, an_xml("1", family_name="Тиха")),
    ]

    for answer in sent:
        shown = answer.text.split(">")[-3].partition("</")[0].partition(" Код")[0]
        assert shown.removesuffix(".") in guide


def test_the_guide_explains_what_is_said_of_files(server, device, guide):
    missing = server.collect(device, an_xml("1", photo="face.jpg")).text
    left_out = server.collect(
        device, an_xml("2", photo="face.jpg"), face_jpg=b"x" * 10_000_001
    ).text

    for answer, begins in ((missing, "Не надійшли"), (left_out, "Завеликих")):
        said = begins + answer.split(begins)[1].partition("<")[0]
        assert said in guide


def test_the_guide_is_ukrainian_first_and_english_complete(server):
    ukrainian = server.client.get("/help/collect", headers=UKRAINIAN).text
    english = server.client.get("/help/collect", headers=ENGLISH).text

    assert "Чого ODK Collect тут не вміє" in ukrainian
    assert "What ODK Collect cannot do here" in english
    assert ukrainian.count("<li>") == english.count("<li>")


def test_the_guide_is_linked_from_every_page(server):
    assert 'href="/help/collect"' in server.client.get("/problems/").text


@pytest.mark.parametrize("role", ["worker", "coordinator", "admin", "auditor"])
def test_each_role_has_a_guide_in_both_languages(server, role):
    ukrainian = server.client.get(f"/help/{role}", headers=UKRAINIAN).text
    english = server.client.get(f"/help/{role}", headers=ENGLISH).text

    assert "Вхід і вихід" in ukrainian
    assert "Coming in and out" in english
    assert ukrainian.count("<li>") == english.count("<li>") > 4
    assert f'href="/help/{role}"' in server.client.get("/help/").text


def test_there_is_no_guide_for_nobody(server):
    assert server.client.get("/help/nobody").status_code == 404


@pytest.mark.parametrize(("language", "at"), [(UKRAINIAN, 1), (ENGLISH, 2)])
def test_the_guide_says_of_a_form_what_the_phone_says(server, language, at):
    page = unescape(server.client.get("/help/field", headers=language).text)
    said = (CLIENT / "shell" / "texts.ts").read_text("utf-8")
    states = said.partition("export const STATE")[2].partition("};")[0]
    texts = re.findall(r'(\w+): \{ uk: "(.+?)", en: "(.+?)" \}', states)

    here = [each for each in texts if each[0] not in ("finishing", "sending")]
    assert len(here) == 6
    for each in here:
        assert f"<td>{each[at]}</td>" in page
    for name in ("copy", "forgot", "sent", "correct", "lockNow"):
        words = re.search(rf'\b{name}: \{{ uk: "(.+?)", en: "(.+?)" \}}', said)
        assert words[at] in page
