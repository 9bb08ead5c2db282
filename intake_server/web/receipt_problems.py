"""Problems of one submission in a batch: it is kept, and its receipt says what is odd."""

from collections.abc import Mapping
from typing import Final

from intake_server.web.language import Text
from intake_server.web.problem_type import ProblemType


def _receipt(slug: str, title: Text, advice: Text) -> ProblemType:
    return ProblemType(slug, None, title, advice)


_ASK_COORDINATOR: Final = Text(
    "Запис збережено. Координатор побачить його в черзі й вирішить.",
    "The record is kept. A coordinator sees it in the queue and decides.",
)

RECEIPT_PROBLEMS: Final[Mapping[str, ProblemType]] = {
    each.slug: each
    for each in (
        _receipt(
            "missing-instance-id",
            Text("Запис без власного номера", "The record has no id of its own"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "unknown-form",
            Text("Такої форми немає", "There is no such form"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "unknown-version",
            Text(
                "Ця версія форми ще не надійшла", "This version of the form is not here"
            ),
            Text(
                "Запис збережено; його буде прийнято, коли надійде версія форми.",
                "The record is kept and is taken in when the version arrives.",
            ),
        ),
        _receipt(
            "malformed-xml",
            Text("Це не XML", "This is not XML"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "doctype",
            Text("XML із DOCTYPE", "XML with a DOCTYPE"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "too-deep",
            Text("Забагато вкладених рівнів", "Too many levels inside each other"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "too-many-elements",
            Text("Забагато елементів", "Too many elements"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "too-large",
            Text("Поле або запис завеликі", "A field or the record is too large"),
            _ASK_COORDINATOR,
        ),
        _receipt(
            "unreadable-value",
            Text("Відповідь не читається", "An answer cannot be read"),
            Text(
                "Запис збережено. Квитанція називає поле.",
                "The record is kept. The receipt names the field.",
            ),
        ),
        _receipt(
            "bad-reference",
            Text("Код дитини з помилкою", "The child's reference has a mistake"),
            Text(
                "Запис збережено. Звірте код із карткою: останній знак — контрольний.",
                "The record is kept. Compare the reference with the card: its last "
                "character is a check.",
            ),
        ),
        _receipt(
            "no-reference",
            Text("Не сказано, чия це відповідь", "It does not say whose it is"),
            Text(
                "Запис збережено. Координатор визначить, про яку дитину він.",
                "The record is kept. A coordinator says which child it is about.",
            ),
        ),
        _receipt(
            "no-free-reference",
            Text("Для дитини немає вільного коду", "No code is left for the child"),
            Text(
                "Запис збережено. Його буде прийнято, коли вузол матиме нові коди.",
                "The record is kept. It is taken in when the node has new codes.",
            ),
        ),
        _receipt(
            "correction",
            Text("Виправлення надісланої форми", "A correction of a form sent before"),
            Text(
                "Виправлення збережено. Його враховано буде, щойно надійде перша форма;"
                " якщо вона про іншу дитину чи з іншого центру, вирішить координатор.",
                "The correction is kept. It counts as soon as the first form is here; if"
                " that is about another child or from another centre, a coordinator"
                " decides.",
            ),
        ),
        _receipt(
            "unfit-correction",
            Text(
                "Виправлення не пасує до форми", "The correction does not fit the form"
            ),
            Text(
                "Виправлення збережено. У формі, яку воно виправляє, немає такого"
                " запитання або стоїть інша відповідь; вирішить координатор.",
                "The correction is kept. The form that it corrects does not ask this, or"
                " another answer stands there; a coordinator decides.",
            ),
        ),
        _receipt(
            "unfinished",
            Text("Форму не закінчено", "The form is not finished"),
            Text(
                "Почате збережено. Його закінчить хтось у центрі; робити нічого не"
                " треба.",
                "What was begun is kept. Somebody at the centre finishes it; there is"
                " nothing to do.",
            ),
        ),
        _receipt(
            "instance-conflict",
            Text("Той самий номер, інший зміст", "The same id with another content"),
            Text(
                "Збережено обидва. Координатор вирішить, котрий правильний.",
                "Both are kept. A coordinator decides which one is right.",
            ),
        ),
        _receipt(
            "practised",
            Text("Заповнено під час навчання", "It was filled in to practise"),
            Text(
                "Запис збережено й відкладено: код або форма — навчальні. Якщо дитина"
                " справжня, скажіть координаторові й заповніть форму ще раз.",
                "The record is kept and set aside: its reference or its form is one to"
                " practise with. If the child is real, tell a coordinator and fill the"
                " form in again.",
            ),
        ),
        _receipt(
            "revoked-device",
            Text("Надіслав відкликаний пристрій", "A revoked device sent it"),
            Text(
                "Запис збережено й відкладено, щоб жодна дитина не загубилася."
                " Координатор вирішить, чи йому вірити.",
                "The record is kept and set aside, so that no child is lost. A"
                " coordinator decides whether to trust it.",
            ),
        ),
        _receipt(
            "unknown-device",
            Text("Надіслав забутий пристрій", "A device not known any more sent it"),
            Text(
                "Запис збережено й відкладено. Сховище вузла відновлено з давнішої копії,"
                " тож координатор вирішить, чи вірити цьому пристроєві.",
                "The record is kept and set aside. This node's store was put back from an"
                " older copy, so a coordinator decides whether to trust the device.",
            ),
        ),
        _receipt(
            "unknown-key",
            Text("Немає ключа до запису", "No key here opens the record"),
            Text(
                "Запис збережено закритим; його відкриє той, хто має ключ.",
                "The record is kept sealed; whoever holds the key opens it.",
            ),
        ),
    )
}
"""Problems of one submission in a batch that was taken in, by slug."""
