"""The line is cut; both centres go on with the same child; the line comes back."""

from datetime import timedelta
from typing import Any, Final

from intake_server.demo import filled
from intake_server.demo.people import (
    CENTERS,
    CHERNIVTSI,
    DANYLO,
    KYIV,
    MARTA,
    SITES,
    STEPAN,
    TRUSKAVETS,
    Worker,
)
from intake_server.demo.scene import Scene, Step
from intake_server.demo.stage import Stage, values
from intake_server.web.language import Text

PENICILLIN: Final = "пеніцилін"
PEANUT: Final = "арахіс"
LESS: Final = "вальпроат 300 мг × 2"
MORE: Final = "вальпроат 500 мг × 2"
PATRONYMIC: Final = "Ярославович"
GOAL: Final = "засинати без світла"
TOLD_MARTA: Final = "Хочу до тітки, але щоб вона не плакала."
TOLD_STEPAN: Final = "Я поїду, коли навчуся спати сам."
_TILL_END: Final = timedelta(days=27)
_FORMS_EACH: Final = 3

_SHOWN: Final = (
    "allergies",
    "medication",
    "mhpss_layer",
    "consent_rehab",
    "adult_able",
)


def _both_edit(stage: Stage, scene: Scene) -> None:
    for site in CENTERS:
        stage.nodes[site].line.cut()
    scene.sees(
        "reaches_kyiv",
        [site for site in CENTERS if stage.nodes[site].reaches_upstream()],
        [],
        Text("центри, що бачать Київ: {}", "centres that reach Kyiv: {}"),
    )
    _marta_writes(stage)
    _stepan_writes(stage)
    doc = stage.case(DANYLO.spoken)
    scene.sees(
        "truskavets_shows",
        values(stage.windows[TRUSKAVETS].record(doc), _SHOWN),
        _shown([PENICILLIN], LESS, "2", "partial", "no"),
        Text("Трускавець показує своє: {}", "Truskavets shows its own: {}"),
    )
    scene.sees(
        "chernivtsi_shows",
        values(stage.windows[CHERNIVTSI].record(doc), _SHOWN),
        _shown([PEANUT], MORE, "3", "withdrawn", "yes"),
        Text("Чернівці показують своє: {}", "Chernivtsi shows its own: {}"),
    )
    scene.sees(
        "unsent",
        {site: stage.windows[site].unsent() for site in CENTERS},
        dict.fromkeys(CENTERS, _FORMS_EACH),
        Text("не надіслано: {}", "not sent yet: {}"),
    )


def _shown(*said: Any) -> dict[str, Any]:
    return dict(zip(_SHOWN, said, strict=True))


def _marta_writes(stage: Stage) -> None:
    stage.clock.advance(minutes=25)
    at, reference = stage.clock(), stage.references[DANYLO.spoken.uk]
    stage.until = (at.astimezone(filled.HOME).date() + _TILL_END).isoformat()
    rehabilitation = filled.rehabilitation(
        reference,
        at,
        TRUSKAVETS,
        g_stay={"planned_until": stage.until, "consent_rehab": "partial"},
        g_med={"allergies": PENICILLIN, "medication": LESS},
        g_mh={"mhpss_layer": "2"},
    )
    reunification = filled.reunification(reference, at, able="no", words=TOLD_MARTA)
    _save_all(stage, MARTA, rehabilitation, reunification)


def _stepan_writes(stage: Stage) -> None:
    stage.clock.advance(minutes=25)
    at, reference = stage.clock(), stage.references[DANYLO.spoken.uk]
    due = at.astimezone(filled.HOME).date() + _TILL_END
    rehabilitation = filled.rehabilitation(
        reference,
        at,
        CHERNIVTSI,
        g_stay={"consent_rehab": "withdrawn"},
        g_med={"allergies": PEANUT, "medication": MORE},
        g_mh={"mhpss_layer": "3"},
        any_goals="yes",
        goals=[filled.goal(f"goal-{at:%H%M}", GOAL, due)],
    )
    reunification = filled.reunification(reference, at, able="yes", words=TOLD_STEPAN)
    _save_all(stage, STEPAN, rehabilitation, reunification)


def _save_all(
    stage: Stage,
    worker: Worker,
    rehabilitation: filled.Answers,
    reunification: filled.Answers,
) -> None:
    """Save three forms at a desk that reads the record before each."""
    reference = stage.references[DANYLO.spoken.uk]
    desk = stage.desk(worker)
    for form_id, answers in (
        ("rehabilitation", rehabilitation),
        ("reunification", reunification),
        ("reception", filled.patronymic(reference, stage.clock(), PATRONYMIC)),
    ):
        docs = (stage.person(DANYLO.spoken), stage.case(DANYLO.spoken))
        seen = [desk.record(doc) for doc in docs]
        receipt = desk.save(form_id, answers, seen=seen)
        stage.receipts.setdefault(worker.name.uk, receipt)
        stage.clock.advance(minutes=6)


def _line_returns(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(minutes=50)
    stage.nodes[TRUSKAVETS].line.join()
    stage.nodes[TRUSKAVETS].exchange()
    scene.sees(
        "unsent",
        {site: stage.windows[site].unsent() for site in CENTERS},
        {TRUSKAVETS: 0, CHERNIVTSI: _FORMS_EACH},
        Text(
            "лінія Трускавця є, Чернівців немає; не надіслано: {}",
            "the line of Truskavets is back, that of Chernivtsi is not; not sent: {}",
        ),
    )
    doc = stage.case(DANYLO.spoken)
    scene.sees(
        "kyiv_shows",
        values(stage.kyiv.record(doc), ("medication",)),
        {"medication": LESS},
        Text("Київ поки знає одне: {}", "Kyiv knows one side so far: {}"),
    )
    scene.leaves_out(
        Text(
            "курʼєр із запечатаним файлом: ця частина ще попереду, "
            "замість нього вертається лінія",
            "the courier with a sealed file: that part is still to come, "
            "the line comes back in its stead",
        )
    )
    stage.clock.advance(minutes=30)
    stage.nodes[CHERNIVTSI].line.join()
    stage.nodes[CHERNIVTSI].exchange()
    stage.nodes[TRUSKAVETS].exchange()
    scene.sees(
        "unsent_after",
        {site: stage.windows[site].unsent() for site in CENTERS},
        dict.fromkeys(CENTERS, 0),
        Text("лінія Чернівців вернулась; не надіслано: {}", "both lines; not sent: {}"),
    )
    digests = {site: stage.windows[site].digest() for site in SITES}
    scene.sees(
        "equal_to_kyiv",
        [site for site in SITES if digests[site] == digests[KYIV]],
        list(SITES),
        Text("тримають те саме, що Київ: {}", "hold the same as Kyiv: {}"),
    )


STEPS: Final = (
    Step(
        n=5,
        title=Text("Лінію обірвано, двоє пишуть про Данила", "Two write, no line"),
        happens=Text(
            "Марта в Трускавці: алергія, кінець курсу, рівень 2, по батькові, слова "
            "хлопця, ліки 300 мг, тітка не може, згода лише часткова. Степан у "
            "Чернівцях: інша алергія, нова ціль, рівень 3, по батькові, інші слова, "
            "ліки 500 мг, тітка може, згоду відкликано.",
            "Marta in Truskavets: an allergy, the planned end, layer 2, the patronymic, "
            "the boy's words, 300 mg, the aunt cannot, consent only in part. Stepan in "
            "Chernivtsi: another allergy, a new goal, layer 3, the patronymic, other "
            "words, 500 mg, the aunt can, consent withdrawn.",
        ),
        play=_both_edit,
    ),
    Step(
        n=6,
        title=Text("Лінія вертається", "The line comes back"),
        happens=Text(
            "Спершу звʼязок має Трускавець, потім і Чернівці.",
            "Truskavets has its line first, then Chernivtsi too.",
        ),
        play=_line_returns,
    ),
)
