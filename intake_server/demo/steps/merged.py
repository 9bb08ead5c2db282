"""What the nodes settle by themselves, each with its reason, and what they ask."""

from collections.abc import Iterable
from typing import Any, Final

from intake_server.demo.accounts import histories, overwritten
from intake_server.demo.people import DANYLO, MARTA
from intake_server.demo.scene import Scene, Step
from intake_server.demo.stage import Stage
from intake_server.demo.steps.apart import (
    GOAL,
    LESS,
    MORE,
    PATRONYMIC,
    PEANUT,
    PENICILLIN,
    TOLD_MARTA,
    TOLD_STEPAN,
)
from intake_server.demo.window import Window
from intake_server.web.language import Text
from sync.merge.siblings import KIND

MEDICATION: Final = "medication"
AUNT: Final = "adult_able"

_MOST_SERIOUS: Final = 3


def _merged(stage: Stage, scene: Scene) -> None:
    case, person = stage.case(DANYLO.spoken), stage.person(DANYLO.spoken)
    lines = (
        (
            "allergies",
            stage.values(case, "allergies")["allergies"],
            sorted([PENICILLIN, PEANUT]),
            Text(
                "алергії: {} (додане лишається)", "allergies: {} (what is added stays)"
            ),
        ),
        (
            "planned_end",
            _planned_end(stage),
            stage.until,
            Text("кінець курсу: {} (інше поле)", "planned end: {} (another field)"),
        ),
        (
            "goal",
            stage.everywhere(lambda window: _goals(window, case)),
            [GOAL],
            Text("нова ціль: {} (інше поле)", "the new goal: {} (another field)"),
        ),
        (
            "patronymic",
            stage.values(person, "patronymic")["patronymic"],
            PATRONYMIC,
            Text("по батькові: {} (двічі те саме)", "patronymic: {} (the same, twice)"),
        ),
        (
            "layer",
            stage.values(case, "mhpss_layer")["mhpss_layer"],
            "3",
            Text("рівень підтримки: {} (вищий)", "support layer: {} (the higher)"),
        ),
        (
            "words",
            stage.everywhere(lambda window: _words(window, case)),
            [TOLD_MARTA, TOLD_STEPAN],
            Text(
                "слова дитини: {} (обоє лишаються)", "the child's words: {} (both stay)"
            ),
        ),
        (
            "consent",
            stage.values(case, "consent_rehab")["consent_rehab"],
            "withdrawn",
            Text("згода: {} (найсуворіша)", "consent: {} (the most restrictive)"),
        ),
    )
    for line in lines:
        scene.sees(*line)
    scene.leaves_out(
        Text(
            "повідомлення Марті про відкликану згоду, відмова у вивантаженні й "
            "скеруванні: разом із захистом даних",
            "the notice to Marta of the withdrawn consent, export and referral refused: "
            "they come with the protection of data",
        )
    )


def _planned_end(stage: Stage) -> Any:
    receipt = stage.receipts[MARTA.name.uk]
    event = next(d["doc"] for d in receipt["documents"] if d["kind"] == "event")
    return stage.values(event, "planned_until")["planned_until"]


def _goals(window: Window, case: str) -> list[str]:
    return [
        record["values"]["goal_words"]
        for record in window.records("goal")
        if record.get("parent") == case
    ]


def _words(window: Window, case: str) -> list[str]:
    entries = window.record(case)["values"]["child_wish_words"]
    return [entry["value"] for entry in entries]


def _asked(stage: Stage, scene: Scene) -> None:
    found = stage.note_questions()
    case = stage.case(DANYLO.spoken)
    stage.questions = {item["cell"]: item for item in found}
    scene.sees(
        "questions",
        sorted(item["cell"] for item in found if item["doc"] == case),
        [AUNT, MEDICATION],
        Text("питання про Данила: {}", "questions about Danylo: {}"),
    )
    scene.sees(
        "others",
        [item["kind"] for item in found if item["doc"] != case],
        [KIND],
        Text("питання про когось іншого: {}", "questions about anybody else: {}"),
    )
    scene.sees(
        "same_on_every_node",
        stage.everywhere(lambda window: [one["qid"] for one in window.questions()]),
        [item["qid"] for item in found],
        Text("ті самі на кожному вузлі: {}", "the same on every node: {}"),
    )
    for cell, answers, says in (
        (
            MEDICATION,
            [LESS, MORE],
            Text("F4 · ліки, обидві відповіді всюди: {}", "F4 · medication, both: {}"),
        ),
        (
            AUNT,
            ["no", "yes"],
            Text("F3 · чи може тітка, обидві всюди: {}", "F3 · can the aunt, both: {}"),
        ),
    ):
        scene.sees(
            cell,
            stage.values(case, cell)[cell],
            {"contested": answers},
            says,
        )
    scene.sees(
        "severity",
        sorted({item["severity"] for item in found}),
        [_MOST_SERIOUS],
        Text("червоні, поважність: {}", "red, severity: {}"),
    )
    about = (stage.person(DANYLO.spoken), case)
    scene.sees(
        "overwritten",
        stage.everywhere(lambda window: _overwritten(window, about)),
        0,
        Text("переписано: {}", "overwritten: {}"),
    )


def _overwritten(window: Window, docs: Iterable[str]) -> int:
    records = [window.record(doc) for doc in docs]
    return overwritten(records, histories(window, records))


STEPS: Final = (
    Step(
        n=7,
        title=Text("Зійшлося саме", "Merged by itself"),
        happens=Text(
            "Сім відповідей різних центрів стали однією картиною; кожна з причиною.",
            "Seven answers of two centres became one picture, each for a reason.",
        ),
        play=_merged,
    ),
    Step(
        n=8,
        title=Text("Про що питають людей", "What people are asked"),
        happens=Text(
            "Що одне одному суперечить, лишається як є, поки не вирішить людина.",
            "What contradicts itself stays as it is until a person decides.",
        ),
        play=_asked,
    ),
)
