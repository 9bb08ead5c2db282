"""Four siblings arrive; one is placed apart by a centre without a line."""

from typing import Any, Final

from forms.reference import normalise
from intake_server.demo import filled
from intake_server.demo.people import (
    CENTERS,
    CHERNIVTSI,
    FAMILY,
    IVANKO,
    MARTA,
    STEPAN,
    TRUSKAVETS,
    Child,
)
from intake_server.demo.scene import Scene, Step
from intake_server.demo.stage import Stage
from intake_server.demo.window import Window
from intake_server.web.language import Text
from sync.merge import siblings
from sync.merge.duties import ACCEPTED, ANSWER

REASON: Final = "Родина, що вміє доглядати малюка із судомами, бере лише одну дитину."
_WANTED: Final = 2


def _arrive(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(minutes=20)
    tab = stage.tab(MARTA)
    family = {stage.references[child.spoken.uk]: child for child in FAMILY}
    expected = [family[code] for code in _codes(tab.arrivals()) if code in family]
    scene.sees(
        "arrivals",
        len(expected),
        len(FAMILY),
        Text("очікують у Трускавці, з цієї сімʼї: {}", "expected of this family: {}"),
    )
    for code in family:
        tab.accept(code)
    scene.sees(
        "accepted",
        sorted(child.given for child in FAMILY if _is_accepted(stage, child)),
        sorted(child.given for child in FAMILY),
        Text("Марта прийняла: {}", "Marta has accepted: {}"),
    )
    tab.close()
    place_apart(stage, scene)
    see_everywhere(stage, scene)


def place_apart(stage: Stage, scene: Scene) -> None:
    """Let Stepan place the youngest elsewhere while his centre reaches nobody."""
    stage.nodes[CHERNIVTSI].line.cut()
    stage.clock.advance(minutes=10)
    at = stage.clock()
    reference = stage.references[IVANKO.spoken.uk]
    answers = filled.placed_apart(reference, at, REASON)
    seen = [stage.windows[CHERNIVTSI].record(stage.case(IVANKO.spoken))]
    receipt = stage.desk(STEPAN).save("reunification", answers, seen=seen)
    scene.sees(
        "placed",
        [receipt["status"], stage.windows[CHERNIVTSI].unsent()],
        ["stored", 1],
        Text(
            "Чернівці без лінії влаштовують Іванка окремо; форма, не надіслано: {}",
            "Chernivtsi, with no line, places Ivanko apart; the form, not sent: {}",
        ),
    )
    scene.sees(
        "kyiv_knows",
        _pending(stage.kyiv),
        [],
        Text("у Києві ще не знають нічого: {}", "Kyiv knows of nothing yet: {}"),
    )
    stage.nodes[CHERNIVTSI].line.join()
    stage.exchange()


def see_everywhere(stage: Stage, scene: Scene) -> None:
    """See that every node asks, and that nobody counts as parted."""
    case = stage.case(IVANKO.spoken)
    stage.note_questions()
    scene.sees(
        "pending",
        stage.everywhere(lambda window: _names(stage, _pending(window))),
        [IVANKO.given],
        Text(
            "чекає підписів на кожному вузлі: {}",
            "waits for signatures, on every node: {}",
        ),
    )
    scene.sees(
        "signatures_wanted",
        stage.everywhere(lambda window: _WANTED - len(_signed(window, case))),
        _WANTED,
        Text("підписів бракує: {}", "signatures wanted: {}"),
    )
    shown = {}
    for worker in (MARTA, STEPAN):
        tab = stage.tab(worker)
        shown[worker.site] = _codes(tab.apart())
        tab.close()
    scene.sees(
        "days",
        shown,
        {site: [stage.references[IVANKO.spoken.uk]] for site in CENTERS},
        Text("«не чинне» на сторінці дня: {}", '"not in force" on the day\'s page: {}'),
    )
    scene.sees(
        "separated",
        stage.everywhere(lambda window: len(_parted(stage, window))),
        0,
        Text("розлучених дітей: {}", "children who are parted: {}"),
    )


def _codes(shown: list[str]) -> list[str]:
    return [code for one in shown if (code := normalise(one))]


def _is_accepted(stage: Stage, child: Child) -> bool:
    record = stage.windows[TRUSKAVETS].record(stage.case(child.spoken))
    said = record["values"].get(ANSWER, [])
    return any(
        entry["value"] == {"site": TRUSKAVETS, "answer": ACCEPTED} for entry in said
    )


def _pending(window: Window) -> list[str]:
    """Return the cases that wait for signatures."""
    return [one["doc"] for one in window.questions() if one["kind"] == siblings.KIND]


def _names(stage: Stage, cases: list[str]) -> list[str]:
    """Return whose of the family these cases are."""
    known = {stage.case(child.spoken): child.given for child in FAMILY}
    return [known.get(case, case) for case in cases]


def _signed(window: Window, case: str) -> list[Any]:
    found: list[Any] = window.record(case)["values"].get(siblings.LOG, [])
    return found


def _parted(stage: Stage, window: Window) -> list[Child]:
    """Return the siblings who are apart with nobody asked about it any more."""
    pending = _pending(window)
    return [
        child
        for child in FAMILY
        if (case := stage.case(child.spoken)) not in pending
        and window.record(case)["values"].get(siblings.CELL) in siblings.APART
    ]


STEPS: Final = (
    Step(
        n=4,
        title=Text("Прибуття і влаштування", "Arrivals and placement"),
        happens=Text(
            "Четверо Вербових прямують до Трускавця, і Марта приймає їх. Чернівці тим "
            "часом без лінії, і Степан влаштовує найменшого, Іванка, окремо від інших. "
            "Це не чинне, доки не підпишуть двоє людей із двох організацій.",
            "The four Verbovi are on their way to Truskavets, and Marta accepts them. "
            "Chernivtsi has no line meanwhile, and Stepan places Ivanko, the youngest, "
            "apart from the others. That is not in force until two people of two "
            "organisations sign.",
        ),
        play=_arrive,
    ),
)
