"""Children arrive: what is known at the start, a phone, a batch, the first exchange."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from forms.reference import normalise, printed
from forms.xform import read
from intake_server.demo import filled
from intake_server.demo.people import (
    CHERNIVTSI,
    DANYLO,
    FAMILY,
    KYIV,
    LINA,
    MARTA,
    MYKYTA,
    NAMESAKE,
    NIKITA,
    ORYSIA,
    SITES,
    STEPAN,
    TRUSKAVETS,
)
from intake_server.demo.scene import Scene, Step
from intake_server.demo.stage import Stage
from intake_server.web.language import Text

_FORMS: Final = [
    "followup",
    "functioning_2_4",
    "functioning_5_17",
    "reception",
    "registration",
    "rehabilitation",
    "reunification",
    "tracing_request",
]
_AT_START: Final = 3
_NEW: Final = 6


def begin(stage: Stage) -> None:
    """Let desks write down what is known before the story, and all nodes hear it."""
    stage.exchange()
    for worker, child in ((STEPAN, DANYLO), (STEPAN, MYKYTA), (MARTA, NAMESAKE)):
        stage.clock.advance(minutes=10)
        answers = filled.reception(child, None, stage.clock())
        receipt = stage.desk(worker).save("reception", answers)
        stage.references[child.spoken.uk] = receipt["reference"]
    stage.exchange()
    stage.clock.advance(minutes=20)
    reference = stage.references[DANYLO.spoken.uk]
    again = filled.reception(DANYLO, reference, stage.clock())
    stage.desk(MARTA).save("reception", again)
    stage.desk(STEPAN).save(
        "rehabilitation",
        filled.rehabilitation(reference, stage.clock(), CHERNIVTSI),
        seen=_on_screen(stage, STEPAN.site),
    )
    stage.desk(MARTA).save(
        "reunification",
        filled.reunification(reference, stage.clock(), able="unknown"),
        seen=_on_screen(stage, MARTA.site),
    )
    stage.exchange()


def _on_screen(stage: Stage, site: str) -> list[dict[str, Any]]:
    window = stage.windows[site]
    return [
        window.record(doc)
        for doc in (stage.person(DANYLO.spoken), stage.case(DANYLO.spoken))
    ]


def _enrol(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(minutes=15)
    node = stage.nodes[TRUSKAVETS]
    code = node.offer_device(f"Калина · {LINA.uk}")
    phone = stage.phone(LINA, TRUSKAVETS)
    enrolled = phone.enrol(code, "")
    scene.sees(
        "site",
        enrolled.body.get("site"),
        TRUSKAVETS,
        Text("телефон зареєстровано в центрі: {}", "the phone is enrolled at: {}"),
    )
    listed = phone.fetch_forms()
    scene.sees(
        "forms",
        sorted(form["form_id"] for form in listed),
        _FORMS,
        Text("форми на телефоні: {}", "forms on the phone: {}"),
    )
    titles = [set(read(phone.xform(form)).title) for form in listed]
    scene.sees(
        "languages",
        sorted(set.intersection(*titles)),
        ["en", "uk"],
        Text("кожна форма мовами: {}", "every form in: {}"),
    )
    again = stage.phone(Text("інший", "another"), TRUSKAVETS).enrol(code, "")
    scene.sees(
        "same_code_again",
        [again.status, again.problem],
        [HTTPStatus.NOT_FOUND, "unknown-code"],
        Text("той самий код удруге: {}", "the same code again: {}"),
    )


def _batch(stage: Stage, scene: Scene) -> None:
    phone = stage.phones[LINA.uk]
    cards = stage.nodes[TRUSKAVETS].cards(len(FAMILY))
    children = [*zip(FAMILY, cards, strict=True), (NIKITA, None)]
    for child, card in children:
        stage.clock.advance(minutes=12)
        group = filled.siblings(None if card == cards[0] else cards[0])
        answers = filled.reception(
            child,
            printed(card) if card else None,
            stage.clock(),
            **(group if card else {}),
        )
        stage.batch.append(phone.finish("reception", answers))
    stage.batch.append(_on_the_newer_form(stage))
    stage.clock.advance(minutes=40)
    receipts = phone.send(stage.batch)
    for (child, _), receipt in zip(children, receipts, strict=False):
        stage.references[child.spoken.uk] = receipt.get("reference", "")
    statuses = [receipt["status"] for receipt in receipts]
    scene.sees(
        "stored", statuses.count("stored"), _NEW - 1, Text("прийнято: {}", "stored: {}")
    )
    scene.sees(
        "quarantined",
        statuses.count("quarantined"),
        1,
        Text("відкладено: {}", "set aside: {}"),
    )
    problem = receipts[-1].get("problem", {})
    version = stage.newer.version
    scene.sees(
        "set_aside_for",
        [problem.get("type"), version if version in problem.get("detail", "") else ""],
        ["/problems/unknown-version", version],
        Text("чому відкладено: {}", "why it is set aside: {}"),
    )
    scene.sees(
        "cards",
        [receipt.get("reference") for receipt in receipts[: len(cards)]],
        cards,
        Text("коди з карток: {}", "references from the cards: {}"),
    )
    given = receipts[len(cards)].get("reference", "")
    is_new = normalise(given) == given and given not in cards
    scene.sees(
        "reference_given",
        given,
        given if is_new else "a new reference",
        Text(
            "Никита прийшов без картки; код дав центр, і квитанція його каже: {}",
            "Nikita had no card; the centre gave a reference, the receipt says: {}",
        ),
    )
    _again(stage, scene)


def _on_the_newer_form(stage: Stage) -> Mapping[str, Any]:
    """Return Орися's form, filled on a version that only Kyiv has published so far."""
    stage.nodes[KYIV].publish(stage.newer)
    phone = stage.phones[LINA.uk]
    newest = next(f for f in stage.kyiv.forms() if f["form_id"] == "reception")
    path = f"/forms/{newest['form_id']}/{newest['version']}.xml"
    phone.keep_form(stage.kyiv.caller.get(path).raw)
    stage.clock.advance(minutes=12)
    answers = filled.reception(ORYSIA, None, stage.clock())
    return phone.finish("reception", answers)


def _again(stage: Stage, scene: Scene) -> None:
    phone, window = stage.phones[LINA.uk], stage.windows[TRUSKAVETS]
    before = [len(window.records()), len(window.held())]
    heard = phone.send_and_lose(stage.batch)
    scene.sees(
        "torn_answer",
        heard[:12].decode("ascii", "replace"),
        "HTTP/1.1 200",
        Text(
            "надіслано ще раз, відповідь обірвалася після: {}",
            "sent again, the answer tore after: {}",
        ),
    )
    statuses = [receipt["status"] for receipt in phone.send(stage.batch)]
    scene.sees(
        "duplicate",
        statuses.count("duplicate"),
        len(stage.batch),
        Text("і ще раз: уже відомих: {}", "and once more: known already: {}"),
    )
    after = [len(window.records()), len(window.held())]
    scene.sees(
        "new_rows",
        [now - then for now, then in zip(after, before, strict=True)],
        [0, 0],
        Text("нових записів і питань: {}", "new records and items: {}"),
    )


def _first_exchange(stage: Stage, scene: Scene) -> None:
    stage.clock.advance(minutes=5)
    stage.exchange()
    digests = {site: stage.windows[site].digest() for site in SITES}
    scene.sees(
        "equal_to_kyiv",
        [site for site in SITES if digests[site] == digests[KYIV]],
        list(SITES),
        Text("тримають те саме, що Київ: {}", "hold the same as Kyiv: {}"),
    )
    scene.sees(
        "children",
        stage.everywhere(lambda window: len(window.records("person"))),
        _AT_START + _NEW,
        Text(
            "записів дітей на кожному вузлі: {}", "children's records on each node: {}"
        ),
    )
    window = stage.windows[TRUSKAVETS]
    versions = [f["version"] for f in window.forms() if f["form_id"] == "reception"]
    scene.sees(
        "newer_form",
        versions,
        [stage.newer.version],
        Text("новіша форма дійшла: версія {}", "the newer form has come: version {}"),
    )
    _stored_by_itself(stage, scene)
    first = stage.references[FAMILY[0].spoken.uk]
    scene.sees(
        "siblings",
        stage.everywhere(lambda window: _names(window.records("person"), first)),
        sorted(child.given for child in FAMILY),
        Text("група братів і сестер: {}", "the group of siblings: {}"),
    )
    scene.leaves_out(
        Text(
            "чи не питають про близнят, видно лише там, де зіставляють дітей",
            "whether twins raise a question shows only where children are matched",
        )
    )


def _stored_by_itself(stage: Stage, scene: Scene) -> None:
    """See that Орися's form waits for nobody: the form it was filled on has come."""
    scene.sees(
        "still_held",
        stage.everywhere(lambda window: len(window.held())),
        0,
        Text("відкладено на кожному вузлі: {}", "set aside on each node: {}"),
    )
    (receipt,) = stage.phones[LINA.uk].send([stage.batch[-1]])
    reference = receipt.get("reference", "")
    stage.references[ORYSIA.spoken.uk] = reference
    scene.sees(
        "orysia_again",
        [receipt["status"], reference],
        ["duplicate", reference if normalise(reference) else "a reference"],
        Text(
            "форма Орисі прийнялася сама, квитанція на повторення: {}",
            "Orysia's form was stored by itself; sent again, the receipt says: {}",
        ),
    )
    children = stage.everywhere(
        lambda window: _names(window.records("person"), reference)
    )
    scene.sees(
        "orysia",
        children,
        [ORYSIA.given],
        Text("і є на кожному вузлі: {}", "and is on every node: {}"),
    )


def _names(children: list[dict[str, Any]], first: str) -> list[str]:
    return sorted(
        child["values"]["given_name"]
        for child in children
        if first in (child["reference"], child["values"].get("sibling_group"))
    )


STEPS: Final = (
    Step(
        n=1,
        title=Text("Телефон Ліни", "Lina's phone"),
        happens=Text(
            "Ліна Кравець, волонтерка пункту «Калина», сканує код центру в Трускавці. "
            "Телефон забирає форми.",
            "Lina Kravets, a volunteer of the reception Kalyna, scans a code of the "
            "centre in Truskavets. The phone fetches the forms.",
        ),
        play=_enrol,
    ),
    Step(
        n=2,
        title=Text("Шість дітей без звʼязку", "Six children with no line"),
        happens=Text(
            "Ліна заповнює прийом чотирьох Вербових (Злата і Зоряна народилися одного "
            "дня), Гудзя Никити з російським свідоцтвом, де день і місяць переставлено, "
            "і Тихої Орисі на версії форми, якої в Трускавці ще немає. "
            "Усе йде одним пакетом.",
            "Lina fills the reception of four Verbovi (Zlata and Zoriana were born on "
            "one day), of Hudz Nikita from a Russian certificate with day and month "
            "exchanged, and of Tykha Orysia on a version of the form that Truskavets "
            "does not know yet. All go in one batch.",
        ),
        play=_batch,
    ),
    Step(
        n=3,
        title=Text("Центри обмінюються з Києвом", "The centres exchange with Kyiv"),
        happens=Text(
            "Обидва центри передають Києву своє і забирають чуже, серед нього й новішу "
            "версію форми прийому.",
            "Both centres give Kyiv what is theirs and take what is others', among it "
            "the newer version of the reception form.",
        ),
        play=_first_exchange,
    ),
)
