"""The end: everything that was sent, beside everything that the nodes hold."""

from typing import Final

from intake_server.demo.accounts import histories, kept, missing, overwritten
from intake_server.demo.people import KYIV, SITES
from intake_server.demo.scene import Scene, Step
from intake_server.demo.stage import Stage
from intake_server.web.language import Text

_FROM_PHONES: Final = 7


def _compare(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(minutes=20)
    stage.exchange()
    views = {site: stage.windows[site].digest() for site in SITES}
    scene.sees(
        "views",
        views,
        dict.fromkeys(SITES, views[KYIV]),
        Text(
            "відбиток, однаковий на трьох вузлах: {}", "digest, the same on three: {}"
        ),
    )
    scene.sees(
        "different",
        {site: stage.nodes[site].verify() for site in SITES},
        {site: [] for site in SITES},
        Text("verify: відмінне від змін: {}", "verify: differs from the changes: {}"),
    )
    phones, desks = stage.sheaf.of_phones(), stage.sheaf.of_desks()
    kept_of_phones, kept_of_desks = kept(phones), kept(desks)
    scene.sees(
        "phones",
        {"received": len(phones), "kept": len(kept_of_phones)},
        {"received": _FROM_PHONES, "kept": _FROM_PHONES},
        Text("з телефонів: {}", "from phones: {}"),
    )
    scene.sees(
        "desks",
        {"received": len(desks), "kept": len(kept_of_desks)},
        {"received": len(desks), "kept": len(desks)},
        Text("зі столів: {}", "from desks: {}"),
    )
    scene.sees(
        "held",
        {site: len(stage.windows[site].held()) for site in SITES},
        dict.fromkeys(SITES, 0),
        Text("чекає форм, відкладених вузлом: {}", "forms that still wait: {}"),
    )
    lost = {one.receipt["instance_id"] for one in stage.sheaf}
    lost -= {*kept_of_phones, *kept_of_desks}
    _account(stage, scene, lost)


def _account(stage: Stage, scene: Scene, lost: set[str]) -> None:
    count = 0
    for window in stage.windows.values():
        records = window.records()
        known = histories(window, records)
        count += overwritten(records, known)
        lost |= set(missing(known, stage.sheaf, stage.decided))
    scene.sees("overwritten", count, 0, Text("переписано: {}", "overwritten: {}"))
    scene.sees("lost", len(lost), 0, Text("втрачено: {}", "lost: {}"))
    still_open = stage.note_questions()
    scene.sees(
        "questions",
        {
            "asked": len(stage.asked),
            "decided": len(stage.decided),
            "open": len(still_open),
        },
        {"asked": 4, "decided": 3, "open": 2},
        Text("питання: {}", "questions: {}"),
    )


STEPS: Final = (
    Step(
        n=14,
        title=Text("Наприкінці", "At the end"),
        happens=Text(
            "Усе, що надіслано, звірено з тим, що тримають вузли.",
            "All that was sent is compared with what the nodes hold.",
        ),
        play=_compare,
    ),
)
