"""A person decides; a form comes late, from a phone whose clock is wrong."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from forms.reference import printed
from intake_server.demo import filled
from intake_server.demo.accounts import Decided
from intake_server.demo.calls import Answer
from intake_server.demo.people import DANYLO, MARTA, OKSANA, STEPAN, TRUSKAVETS, YURII
from intake_server.demo.scene import Scene, Step
from intake_server.demo.stage import Stage
from intake_server.demo.steps.apart import LESS, MORE
from intake_server.demo.steps.merged import AUNT, MEDICATION
from intake_server.web.language import Text

LETTER: Final = "за випискою лікаря"
FIRST_FORM: Final = "як у першій формі"
OTHERS_LETTER: Final = "виписка була на іншу дитину"
NEW_LETTER: Final = "за новою випискою"
SUPPORT: Final = "так, з підтримкою: поруч сімейний помічник"

_OTHER_BIRTH: Final = date(2012, 5, 29)
_AHEAD: Final = timedelta(days=1)
_OLD: Final = timedelta(days=3)
_EARLIER: Final = timedelta(days=5)


def _decide(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(minutes=40)
    question = stage.questions[MEDICATION]
    tab = stage.tab(OKSANA)
    tab.open(question["qid"])
    _resolve(stage, question, MORE, LETTER)
    stage.clock.advance(minutes=3)
    page = tab.decide(LESS, FIRST_FORM)
    tab.close()
    scene.sees(
        "stale_tab",
        [page.status, *(one for one in (MORE, LESS, FIRST_FORM) if one in page.text)],
        [HTTPStatus.CONFLICT, MORE, LESS, FIRST_FORM],
        Text(
            "застаріла вкладка вирішує 300: {} (стоїть перше, свій вибір не зник)",
            "a stale tab decides 300: {} (the first stands, its own choice is kept)",
        ),
    )
    late = _answer(stage, question, LESS, FIRST_FORM)
    scene.sees(
        "stale_call",
        [late.status, late.problem],
        [HTTPStatus.CONFLICT, "stale-item"],
        Text("програма зі старим питанням: {}", "a program with the old question: {}"),
    )
    stage.exchange()
    case = stage.case(DANYLO.spoken)
    scene.sees(
        "medication",
        stage.values(case, MEDICATION)[MEDICATION],
        MORE,
        Text("ліки на кожному вузлі: {}", "medication on every node: {}"),
    )
    scene.sees(
        "who_and_why",
        stage.everywhere(lambda window: _who_and_why(stage, window.history(case))),
        [OKSANA.name.uk, LETTER],
        Text("хто й чому, на кожному вузлі: {}", "who and why, on every node: {}"),
    )
    scene.sees(
        "questions_left",
        stage.everywhere(lambda window: [one["cell"] for one in window.clashes()]),
        [AUNT],
        Text("лишилося питання: {}", "the question that is left: {}"),
    )
    stage.clock.advance(minutes=10)
    _resolve(stage, stage.questions[AUNT], "yes", SUPPORT)
    stage.exchange()
    scene.sees(
        "aunt",
        stage.values(case, AUNT)[AUNT],
        "yes",
        Text("тітка може, з підтримкою: {}", "the aunt can, with support: {}"),
    )


def _resolve(stage: Stage, item: Mapping[str, Any], value: str, reason: str) -> None:
    answer = _answer(stage, item, value, reason)
    if answer.status == HTTPStatus.OK:
        stage.decided.append(Decided(item["doc"], answer.body["change"]))


def _answer(stage: Stage, item: Mapping[str, Any], value: str, reason: str) -> Answer:
    values = [candidate["value"] for candidate in item["candidates"]]
    pick = values.index(value)
    return stage.desk(OKSANA).resolve(item["qid"], pick=pick, reason=reason)


def _who_and_why(stage: Stage, history: list[dict[str, Any]]) -> list[str]:
    """Return who wrote the medication last, and why."""
    names = _names(stage)
    return next(
        [names.get(past["author"], past["author"]), write["why"]]
        for past in history
        for write in past["writes"] or ()
        if write["cell"] == MEDICATION
    )


def _names(stage: Stage) -> dict[str, str]:
    """Return names of those who work here, as changes name their authors."""
    return {f"u:{id_}": name for name, id_ in stage.people.items()}


def _late(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(hours=2)
    code = stage.nodes[TRUSKAVETS].offer_device(f"Калина · {YURII.uk}")
    phone = stage.phone(YURII, TRUSKAVETS, ahead=_AHEAD)
    phone.enrol(code, "")
    phone.fetch_forms()
    finished = phone.caller.now() - _OLD
    earlier = (stage.today - _EARLIER).isoformat()
    answers = filled.reception(
        DANYLO,
        printed(stage.references[DANYLO.spoken.uk]),
        finished,
        g_contact={"returned_on": earlier},
        g_child={"birth_date": _OTHER_BIRTH.isoformat()},
    )
    (receipt,) = phone.send([phone.finish("reception", answers, finished)])
    scene.sees(
        "receipt", receipt["status"], "stored", Text("квитанція: {}", "receipt: {}")
    )
    stage.exchange()
    found = stage.note_questions()
    _look(stage, scene, earlier)
    _age(stage, scene, found)


def _look(stage: Stage, scene: Scene, earlier: str) -> None:
    case, person = stage.case(DANYLO.spoken), stage.person(DANYLO.spoken)
    scene.sees(
        "returned_on",
        stage.values(case, "returned_on")["returned_on"],
        earlier,
        Text("дата повернення, раніша за правилом: {}", "return, the earlier: {}"),
    )
    birth = stage.values(person, "birth")["birth"]
    dates = birth.get("contested", []) if isinstance(birth, dict) else []
    scene.sees(
        "birth",
        sorted(said["birth_date"] for said in dates),
        [DANYLO.born.isoformat(), _OTHER_BIRTH.isoformat()],
        Text("день народження, нове питання: {}", "birth date, a new question: {}"),
    )
    scene.sees(
        "questions",
        stage.everywhere(lambda window: [one["cell"] for one in window.clashes()]),
        ["birth"],
        Text("відкриті питання: {}", "open questions: {}"),
    )
    scene.sees(
        "medication",
        stage.values(case, MEDICATION)[MEDICATION],
        MORE,
        Text("вирішене раніше стоїть: {}", "what was decided stands: {}"),
    )


def _age(stage: Stage, scene: Scene, found: Any) -> None:
    """See that the question says how old the form is, and how wrong its clock was."""
    said = [c for item in found for c in item["candidates"] if c["off"] is not None]
    ages = [_true_age(stage, candidate) for candidate in said]
    scene.sees(
        "form_age_days",
        [age.days for age in ages],
        [_OLD.days],
        Text("форму завершено стільки днів тому: {}", "days since it was finished: {}"),
    )
    scene.sees(
        "clock_ahead_h",
        [candidate["off"] // 3_600_000 for candidate in said],
        [_AHEAD // timedelta(hours=1)],
        Text("годинник телефона спішить, годин: {}", "its clock is ahead, hours: {}"),
    )


def _true_age(stage: Stage, candidate: Mapping[str, Any]) -> timedelta:
    at = datetime.fromisoformat(candidate["at"]).astimezone(UTC)
    return stage.clock() - (at - timedelta(milliseconds=candidate["off"]))


def _take_back(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(hours=1)
    case = stage.case(DANYLO.spoken)
    taken, *_ = [one.change for one in stage.decided if one.doc == case]
    undone = stage.desk(OKSANA).undo(taken, OTHERS_LETTER)
    stage.exchange()
    scene.sees(
        "open_again",
        stage.everywhere(lambda window: _authors(stage, window.questions(), undone)),
        [[LESS, MARTA.name.uk], [MORE, STEPAN.name.uk]],
        Text("знову питання, з авторами: {}", "asked again, with the authors: {}"),
    )
    scene.sees(
        "medication",
        stage.values(case, MEDICATION)[MEDICATION],
        {"contested": [LESS, MORE]},
        Text("ліки на кожному вузлі: {}", "medication on every node: {}"),
    )
    stage.clock.advance(minutes=30)
    stage.note_questions()
    _resolve(stage, stage.questions[MEDICATION], MORE, NEW_LETTER)
    stage.exchange()
    scene.sees(
        "medication_again",
        stage.values(case, MEDICATION)[MEDICATION],
        MORE,
        Text("вирішено знову: {}", "decided again: {}"),
    )
    scene.sees(
        "history",
        stage.everywhere(lambda window: _lines(window.history(case))),
        {"lines": [LESS, MORE, MORE, MORE], "taken_back": [OTHERS_LETTER]},
        Text("історія, чотири рядки: {}", "history, four lines: {}"),
    )


def _authors(
    stage: Stage, questions: Iterable[Mapping[str, Any]], undone: Answer
) -> list[list[str]]:
    """Return the answers of the questions that an undo opened, and who gave them."""
    names = _names(stage)
    opened = {item["qid"] for item in undone.body["open"]}
    return [
        [said["value"], names.get(said["author"], said["author"])]
        for item in questions
        if item["qid"] in opened
        for said in item["candidates"]
    ]


def _lines(history: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the history says of the medication, oldest first."""
    writes = [
        write
        for past in reversed([*history])
        for write in past["writes"] or ()
        if write["cell"] == MEDICATION
    ]
    return {
        "lines": [write["value"] for write in writes if not write["undoes"]],
        "taken_back": [write["why"] for write in writes if write["undoes"]],
    }


STEPS: Final = (
    Step(
        n=9,
        title=Text("Оксана вирішує", "Oksana decides"),
        happens=Text(
            "Оксана Гайова бере 500 мг, за випискою лікаря. Вкладка, відкрита раніше, "
            "пробує вирішити 300. Потім про тітку: так, з підтримкою.",
            "Oksana Haiova takes 500 mg, by the doctor's letter. A tab that was opened "
            "earlier tries to decide 300. Then the aunt: yes, with support.",
        ),
        play=_decide,
    ),
    Step(
        n=10,
        title=Text("Одна дитина, три абетки", "One child, three alphabets"),
        happens=Text("", ""),
    ),
    Step(
        n=11,
        title=Text("Помилкове поєднання і повернення", "A wrong link, undone"),
        happens=Text("", ""),
    ),
    Step(
        n=12,
        title=Text("Форма спізнилася", "A form comes late"),
        happens=Text(
            "Телефон Юрія Хоми віддає прийом Данила, завершений три дні тому: картку "
            "зіскановано, годинник спішить на добу, день народження інший, "
            "день повернення раніший.",
            "The phone of Yurii Khoma delivers a reception of Danylo that was finished "
            "three days ago: card scanned, clock a day ahead, another birth date, an "
            "earlier day of return.",
        ),
        play=_late,
    ),
    Step(
        n=13,
        title=Text("Рішення взято назад", "A decision is taken back"),
        happens=Text(
            "Оксана бере рішення про ліки назад: виписка була на іншу дитину. Питання "
            "знову відкрите в усіх. Приходить нова виписка, і вона вирішує знову.",
            "Oksana takes the decision on medication back: the letter was another "
            "child's. The question is open again everywhere. A new letter comes, and "
            "she decides again.",
        ),
        play=_take_back,
    ),
)
