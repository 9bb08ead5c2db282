"""What stands beside a value: the place behind a code, a doubt, the paper it was on."""

import pytest
from centres import DANYLO
from desks import CHILD
from fillings import REGISTRATION
from pages import decide, tree, words

from forms.catalogue import shipped
from intake_server.security.policy import Role
from intake_server.storage import documents

PAGE = f"/children/{CHILD}"
TRUSKAVETS = "UA46020090010062870"
BOY = "3652504575"
DIGITS = "номер не сходиться"
BIRTH = "дата народження інша"
SEX = "стать інша"


@pytest.fixture
def desk(desk):
    desk.publish(shipped("registration"), shipped("followup"))
    return desk


@pytest.fixture
def olena(desk):
    return desk.phone("truskavets", "Телефон Олени")


@pytest.fixture
def taras(desk):
    return desk.phone("chernivtsi", "Телефон Тараса")


def registered(desk, phone, **identity):
    answers = REGISTRATION | {"g_identity": REGISTRATION["g_identity"] | identity}
    desk.send(phone, "registration", answers)


def fact(page, label):
    found = page.xpath(f"//dl[@class='facts']/div[dt[starts-with(., '{label}')]]/dd")
    for pencil in page.xpath("//a[contains(@class, 'pencil')]"):
        pencil.drop_tree()
    return [" ".join(dd.text_content().split()) for dd in found]


def test_a_place_is_said_by_its_name_and_its_code(desk, olena):
    registered(desk, olena, birth_place_code=TRUSKAVETS)

    page = tree(desk.browser().get(PAGE))

    assert fact(page, "Місце народження")[0] == (
        f"Трускавець, Дрогобицький район, Львівська область ({TRUSKAVETS})"
    )


def test_a_place_is_said_in_english_too(desk, olena):
    registered(desk, olena, home_oblast="UA-46", home_settlement=TRUSKAVETS)

    page = words(desk.browser().get(PAGE, headers={"Accept-Language": "en"}))

    assert "Truskavets, Drohobytskyi raion, Lvivska oblast" in page


def test_a_code_that_nobody_knows_stays_as_it_was_written(desk, olena):
    registered(desk, olena, birth_place_code="UA99999999999999999")

    page = tree(desk.browser().get(PAGE))

    assert fact(page, "Місце народження")[0] == "UA99999999999999999"


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ({"rnokpp": BOY, "birth_date": "2000-01-01"}, []),
        ({"rnokpp": BOY, "birth_date": "2000-01-02"}, [BIRTH]),
        ({"rnokpp": BOY, "birth_date": "2000-02-01", "dob_precision": "year"}, []),
        ({"rnokpp": BOY, "birth_date": "2000-01-01", "sex": "female"}, [SEX]),
        ({"rnokpp": "3652504576", "birth_date": "2000-01-01"}, [DIGITS]),
    ],
)
def test_a_number_that_does_not_fit_is_doubted_beside_it(desk, olena, identity, said):
    registered(desk, olena, **identity)
    nadia = desk.browser(Role.COORDINATOR, "truskavets", "Nadia")

    (shown,) = fact(tree(nadia.get(PAGE)), "РНОКПП")

    assert shown.startswith(identity["rnokpp"])
    assert [doubt for doubt in (DIGITS, BIRTH, SEX) if doubt in shown] == said


def test_nobody_learns_of_a_sealed_number_that_it_does_not_check(desk, olena, taras):
    registered(desk, olena, rnokpp="3652504576")
    desk.send(taras, "rehabilitation", {"g_stay": {"child_ref": DANYLO}})
    stepan = desk.browser(Role.WORKER, "chernivtsi", "Stepan")

    (shown,) = fact(tree(stepan.get(PAGE)), "РНОКПП")

    assert "закрито" in shown
    assert DIGITS not in shown


def visit(phone_words, **paper):
    return {
        "g_contact": {"child_ref": DANYLO},
        "g_child": {"child_words": phone_words},
        "g_next": paper,
    }


PAPER = {"from_paper": "yes", "paper_by": "Марія Коваль", "paper_on": "2026-11-20"}
FROM_PAPER = "з паперу, написано: Марія Коваль, 20 листопада 2026"


def test_the_history_says_who_wrote_the_paper_and_when(desk, olena):
    desk.send(olena, "followup", visit("Сплю краще.", **PAPER))

    page = tree(desk.browser().get(PAGE))

    (head,) = page.xpath("//ol[@class='history']/li[1]/p[@class='entry-head']")
    assert FROM_PAPER in " ".join(head.text_content().split())
    (visited,) = page.xpath("//details/summary[strong]")
    assert FROM_PAPER in " ".join(visited.text_content().split())


def test_what_was_written_on_a_device_says_nothing_of_paper(desk, olena):
    desk.send(olena, "followup", visit("Сплю краще.", from_paper="no"))

    page = desk.browser().get(PAGE).text

    assert "з паперу, написано" not in page


def test_each_answer_of_a_question_says_which_paper_it_was_on(desk, olena, taras):
    home = {"child_ref": DANYLO, "program": ["psychosocial"]}
    for phone, dose, paper in ((olena, "300", PAPER), (taras, "500", {})):
        answers = {"g_stay": home, "g_med": {"medication": f"вальпроат {dose} мг"}}
        desk.send(phone, "rehabilitation", answers | {"g_plan": paper})
    iryna = desk.browser()
    qid = desk.questions()["medication"].qid

    cards = tree(iryna.get(f"/queue/{qid}")).xpath(
        "//*[contains(@class, 'card')][.//dl]"
    )
    beside = tree(iryna.get(PAGE)).xpath("//*[@class='contested']//li")

    for answers in (cards, beside):
        said = {
            ("300" in text, FROM_PAPER in text)
            for text in (" ".join(one.text_content().split()) for one in answers)
        }
        assert said == {(True, True), (False, False)}


@pytest.fixture
def two_homes(desk, olena, taras):
    """The question that two centres raise who name different homes."""
    for phone, oblast in ((olena, "UA-46"), (taras, "UA-18")):
        registered(desk, phone, home_oblast=oblast)
    return f"/queue/{desk.questions()['home'].qid}"


def decided(desk, path, **typed):
    values = {f"value.{name}": text for name, text in typed.items()}
    answer = decide(
        desk.browser(), path, choice="typed", reason="за документом", **values
    )
    with desk.database.reading() as session:
        view = documents.find(session, CHILD).view["values"]
    return answer, view.get("home")


@pytest.mark.parametrize(
    "typed",
    [
        "Трускавець",
        "трускавець ",
        "Truskavets",
        TRUSKAVETS,
        f"Трускавець ({TRUSKAVETS})",
    ],
)
def test_a_place_is_decided_by_its_name_or_its_code(desk, two_homes, typed):
    answer, home = decided(desk, two_homes, home_oblast="UA-46", home_settlement=typed)

    assert answer.status_code == 303
    assert home == {"home_oblast": "UA-46", "home_settlement": TRUSKAVETS}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Рудня", "Яке саме місце?"),
        ("Трускав", "Такого місця немає."),
        ("Коростен", "Коростень, Коростенський район, Житомирська область (UA18"),
    ],
)
def test_a_word_that_is_no_single_place_is_asked_back(desk, two_homes, typed, said):
    answer, home = decided(desk, two_homes, home_oblast="UA-18", home_settlement=typed)

    assert answer.status_code == 422
    assert said in words(answer)
    assert typed in answer.text
    assert (home or {}).get("home_settlement") is None
