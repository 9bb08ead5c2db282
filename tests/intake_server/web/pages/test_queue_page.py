from datetime import timedelta

from desks import CASE, CHILD, a_desk
from pages import tree, words

from intake_server.security.policy import Role
from intake_server.storage import peers
from intake_server.storage.peers import Peer
from sync.change import Write

HELD = {"g_stay": {"center": "chernivtsi"}, "g_med": {"medication": "магній"}}


def test_a_question_says_what_whose_where_and_who_decides(iryna):
    page = words(iryna.get("/queue"))

    assert "Прийом на реабілітацію · Ліки зараз" in page
    assert "Ремез Данило 4KH-7T29-9" in page
    assert "Чернівці, Трускавець · 3 години тому" in page
    assert "вирішує: лікар центру, який лікує" in page


def test_what_could_harm_a_child_comes_first(clash):
    taras = clash.phone("chernivtsi", "T")
    clash.send(taras, "rehabilitation", HELD)

    headings = tree(clash.browser().get("/queue")).xpath("//main//h2/text()")

    assert headings == ["Сьогодні: що може зашкодити дитині зараз", "Решта"]


def test_a_held_form_says_what_is_wrong_with_it(clash):
    clash.send(clash.phone("chernivtsi", "T"), "rehabilitation", HELD)

    page = words(clash.browser().get("/queue?kind=triage"))

    assert "Форма не каже, про кого вона" in page
    assert "Ліки зараз" not in page


def test_a_question_that_waits_for_an_earlier_edit_stands_apart(clash):
    write_blind_edit(clash)

    page = tree(clash.browser().get("/queue"))

    (apart,) = page.xpath("//section[@aria-labelledby='provisional']")
    assert "Стан щеплень" in apart.text_content()


def test_a_worker_sees_the_questions_of_their_own_site(clash):
    kharkiv = clash.browser(Role.WORKER, "kharkiv", "Bohdan")
    chernivtsi = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "Ліки зараз" not in words(kharkiv.get("/queue"))
    assert "усі (0)" in words(kharkiv.get("/queue"))
    assert "Ліки зараз" in words(chernivtsi.get("/queue"))


def test_only_mine_leaves_out_what_somebody_else_decides(clash):
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "Ліки зараз" not in words(stepan.get("/queue?mine=1"))


def test_the_list_is_whole_in_english(iryna):
    page = words(iryna.get("/queue", headers={"Accept-Language": "en"}))

    assert "Rehabilitation intake · Current medication" in page
    assert "Chernivtsi, Truskavets · 3 hours ago" in page
    assert "Could harm the child" in page


def test_the_language_that_was_chosen_stays(iryna):
    chosen = iryna.post("/language", data={"language": "en", "next": "/children"})

    assert chosen.location == "/children"
    assert "Children" in words(iryna.get("/children"))


def test_the_way_back_from_the_language_stays_on_this_server(iryna):
    for outside in ("https://example.org/", "//example.org", "/\\example.org"):
        chosen = iryna.post("/language", data={"language": "en", "next": outside})

        assert chosen.location == "/"


def test_nobody_sees_questions_without_signing_in(clash):
    answer = clash.app.test_client().get("/queue")

    assert answer.status_code == 401
    assert answer.mimetype == "text/html"


def test_an_administrator_is_told_that_nothing_is_here_for_them(clash):
    page = words(clash.browser(Role.ADMIN).get("/"))

    assert "Ваша роль не має тут ні питань, ні записів." in page


def test_the_demo_alone_says_that_its_data_are_invented(desk, tmp_path, stores):
    with a_desk(tmp_path, stores, demo=True) as demo:
        assert "усі дані вигадані" in demo.browser().get("/queue").text
    assert "усі дані вигадані" not in desk.browser().get("/queue").text


def test_each_page_says_how_the_line_is(clash):
    heard = clash.watch() - timedelta(minutes=7)
    with clash.database.transaction() as session:
        peers.write(session, Peer(id="p", site="truskavets", last_ok=heard))

    page = tree(clash.browser().get("/children"))

    (line,) = page.xpath("//header//*[@class='line']")
    said = " ".join(line.text_content().split())
    assert said.startswith("Трускавець: не надіслано: ")
    assert said.endswith("останній звʼязок 7 хвилин тому")


def write_blind_edit(desk):
    """Write twice on one cell, once upon a version that has not arrived."""
    for value, preds, site in (
        ("up_to_date", (), "kyiv"),
        ("unknown", ("f" * 32,), "truskavets"),
    ):
        write = Write(f="vaccine_status", v=value, p=preds)
        desk.write({(CASE, "case"): [write]}, site=site)


def test_questions_about_spelling_alone_can_be_shown_alone(clash):
    for name, site in (("Нечуй-Левицька", "kyiv"), ("НЕЧУЙ ЛЕВИЦЬКА", "chernivtsi")):
        clash.write({(CHILD, "person"): [Write(f="patronymic", v=name)]}, site=site)

    page = clash.browser().get("/queue?spelling=1")

    assert "По батькові" in words(page)
    assert "написання" in words(page)
    assert "Ліки зараз" not in words(page)
    (box,) = tree(page).xpath("//input[@name='spelling']")
    assert box.get("checked") is not None
