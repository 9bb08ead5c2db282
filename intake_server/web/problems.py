"""Which problem a client is told of, and the page that explains it.

A problem is an RFC 9457 document. Clients branch on ``type`` and never on ``title`` or
``detail``. A slug is for ever: a retired one keeps its page. Nothing else in the server
mentions a status next to an error.
"""

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.exceptions import RequestEntityTooLarge

from intake_server import errors
from intake_server.storage.errors import UnsafeStoreError, WrongKeyError
from intake_server.web.care_words import WANTED
from intake_server.web.items import said, saved
from intake_server.web.language import Language, Text
from intake_server.web.problem_type import ProblemType
from intake_server.web.receipt_problems import RECEIPT_PROBLEMS

MEDIA_TYPE: Final = "application/problem+json"

_TOO_LARGE: Final = ProblemType(
    "request-too-large",
    413,
    Text("Запит завеликий", "The request is too large"),
    Text(
        "Розділіть записи на менші пакети й надішліть їх знову.",
        "Split the records into smaller batches and send these.",
    ),
)

_MISCONFIGURED: Final = ProblemType(
    "misconfigured",
    500,
    Text("Сервер налаштовано неправильно", "The server is not set up properly"),
    Text(
        "Скажіть адміністраторові: команда dodomu doctor назве причину.",
        "Tell the administrator: dodomu doctor names the reason.",
    ),
)

PROBLEMS: Final[Mapping[type[Exception], ProblemType]] = {
    errors.IntakeError: ProblemType(
        "not-done",
        500,
        Text("Не вдалося виконати", "It could not be done"),
        Text(
            "Спробуйте пізніше; якщо не допоможе, скажіть адміністраторові.",
            "Try later; if that does not help, tell the administrator.",
        ),
    ),
    errors.ConfigError: _MISCONFIGURED,
    errors.UnsafeConfigError: _MISCONFIGURED,
    UnsafeStoreError: _MISCONFIGURED,
    WrongKeyError: _MISCONFIGURED,
    errors.MalformedError: ProblemType(
        "malformed",
        400,
        Text("Запит не читається", "The request cannot be read"),
        Text(
            "Тіло запиту має бути тим, що названо в Content-Type: JSON у UTF-8.",
            "The body must be what Content-Type says: JSON in UTF-8.",
        ),
    ),
    errors.UnauthenticatedError: ProblemType(
        "unauthenticated",
        401,
        Text("Потрібен дозвіл", "Credentials are needed"),
        Text(
            "Надішліть чинний токен. Відкликаний пристрій реєструють заново.",
            "Send a token that is in force. A revoked device is enrolled anew.",
        ),
    ),
    errors.StaleProofError: ProblemType(
        "stale-proof",
        401,
        Text("Годинник пристрою йде не так", "The device's clock is off"),
        Text(
            "server_time_ms каже, котра година на сервері. Підпишіть запит за нею й"
            " надішліть його ще раз.",
            "The member server_time_ms tells the server's time. Sign the call by it and"
            " send it once more.",
        ),
    ),
    errors.RevokedDeviceError: ProblemType(
        "revoked",
        401,
        Text("Пристрій відкликано", "The device was revoked"),
        Text(
            "Закриті форми з нього ще приймають, і їх перегляне координатор. Тоді"
            " пристрій стирає все за наказом wipe_order, якщо підпис wipe_sig справжній.",
            "Sealed forms are still taken from it, and a coordinator looks at them. Then"
            " it wipes everything, as wipe_order says, where the signature wipe_sig is"
            " good.",
        ),
    ),
    errors.LeaseOverError: ProblemType(
        "lease-over",
        401,
        Text("Час допуску минув", "The time of admission is over"),
        Text(
            "Закриті форми приймають і далі. Щоб отримувати нові форми, попросіть"
            " координатора подовжити допуск.",
            "Sealed forms are still taken. To get new forms, ask a coordinator to extend"
            " the admission.",
        ),
    ),
    errors.NotFoundError: ProblemType(
        "not-found",
        404,
        Text("Такого немає", "There is no such thing"),
        Text(
            "Його немає, або воно не для вас; відповідь в обох випадках однакова.",
            "It does not exist or is not for you; the answer is the same for both.",
        ),
    ),
    errors.UnknownCodeError: ProblemType(
        "unknown-code",
        404,
        Text("Код не діє", "The code is not in force"),
        Text(
            "Код одноразовий і діє недовго. Попросіть новий у координатора.",
            "A code works once and not for long. Ask a coordinator for a new one.",
        ),
    ),
    errors.WrongCredentialsError: ProblemType(
        "wrong-credentials",
        403,
        Text("Не вдалося ввійти", "Signing in failed"),
        Text(
            "Імʼя, пароль або код неправильні. Перевірте їх і спробуйте ще раз.",
            "The name, the password or the code is wrong. Check them and try again.",
        ),
    ),
    errors.TooManyAttemptsError: ProblemType(
        "too-many-attempts",
        429,
        Text("Забагато невдалих спроб", "Too many wrong attempts"),
        Text(
            "Зачекайте й спробуйте ще раз. Що довше помиляються, то довше чекати.",
            "Wait and try again. The more wrong attempts, the longer the wait.",
        ),
    ),
    errors.ShownOnceError: ProblemType(
        "shown-once",
        409,
        Text("Код показують лише раз", "A code is shown only once"),
        Text(
            "Його вже показано. Зробіть новий; той, яким ніхто не скористався, відкличте.",
            "It was shown already. Make a new one, and revoke the one nobody used.",
        ),
    ),
    errors.StalePageError: ProblemType(
        "stale-page",
        403,
        Text("Сторінка застаріла", "The page is out of date"),
        Text(
            "Відкрийте сторінку знову й повторіть дію.",
            "Open the page again and repeat what you did.",
        ),
    ),
    errors.StaleItemError: ProblemType(
        "stale-item",
        409,
        Text("Питання вже змінилося", "The question has moved on"),
        Text(
            "Хтось був швидшим. Перегляньте нові відповіді й вирішіть ще раз.",
            "Somebody was faster. Read the newer answers, then decide again.",
        ),
    ),
    errors.StaleRecordError: ProblemType(
        "stale-record",
        409,
        Text("Запис уже змінився", "The record has moved on"),
        Text(
            "Нічого не записано. Прочитайте запис знову й вирішіть ще раз.",
            "Nothing was written. Read the record again, then decide once more.",
        ),
    ),
    errors.StaleDraftError: ProblemType(
        "stale-draft",
        409,
        Text("Форму тим часом зберіг хтось інший", "The form has moved on"),
        Text(
            "Нічого не перезаписано. Порівняйте обидві й оберіть, з якою працювати далі.",
            "Nothing was overwritten. Compare the two and choose which to go on with.",
        ),
    ),
    errors.NotPractisedError: ProblemType(
        "not-practised",
        409,
        Text(
            "Форму заповнено не для навчання", "The form was not filled in to practise"
        ),
        Text(
            "Її не прийнято, вона лишається на пристрої. Вимкніть навчання й надішліть"
            " її ще раз: інакше її стерли б разом із навчальним.",
            "It was not taken and stays on the device. End practice and send it again:"
            " else it would be deleted with what was practised.",
        ),
    ),
    errors.TooLargeError: _TOO_LARGE,
    RequestEntityTooLarge: _TOO_LARGE,
    errors.WrongOffsetError: ProblemType(
        "wrong-offset",
        409,
        Text("Частина файла не на місці", "A part of the file is out of place"),
        Text(
            "Upload-Offset каже, скільки вже тут. Продовжте звідти.",
            "Upload-Offset says how much is here. Go on from there.",
        ),
    ),
    errors.WrongFileError: ProblemType(
        "wrong-file",
        422,
        Text("Це не той файл", "This is another file"),
        Text(
            "Прийняте відкинуто. Перевірте файл і надішліть його з початку.",
            "What had come was discarded. Check the file and send it from the start.",
        ),
    ),
    errors.ResumableVersionError: ProblemType(
        "upload-version",
        412,
        Text("Файли передають інакше", "Files are sent in another way"),
        Text(
            "Надішліть заголовок Tus-Resumable з версією, названою в Tus-Version.",
            "Send the header Tus-Resumable with the version that Tus-Version names.",
        ),
    ),
    errors.DailyLimitError: ProblemType(
        "daily-limit",
        429,
        Text("На сьогодні файлів досить", "Enough files for today"),
        Text(
            "Форми приймаються й далі. Файли надішліть завтра; прийняте збережено.",
            "Forms are still taken. Send the files tomorrow; what came is kept.",
        ),
    ),
    errors.UnsupportedTypeError: ProblemType(
        "unsupported-type",
        415,
        Text("Такий тип тут не читають", "Such a type is not read here"),
        Text(
            "У detail названо, що тут читають. JSON можна стиснути gzip або zstd.",
            "The detail names what is read here. JSON may be compressed with gzip or"
            " zstd.",
        ),
    ),
    errors.InvalidRequestError: ProblemType(
        "invalid",
        422,
        Text("Запит не відповідає опису", "The request does not fit its description"),
        Text(
            "У errors названо кожне поле, що не підходить, і причину.",
            "The member errors names each field that does not fit, and why.",
        ),
    ),
    errors.WrongVerbError: ProblemType(
        "wrong-verb",
        422,
        Text("Так на це питання не відповідають", "This question takes other answers"),
        Text(
            "Прочитайте питання: його вид каже, які відповіді можливі.",
            "Read the question: its kind says which answers are possible.",
        ),
    ),
    errors.NotCentralError: ProblemType(
        "not-central",
        409,
        Text("Це робить лише центральний вузол", "Only the central node does this"),
        Text(
            "Зробіть це на центральному вузлі: звідти воно дійде всюди.",
            "Do it on the central node: from there it reaches everywhere.",
        ),
    ),
    errors.NoReferencesError: ProblemType(
        "no-references",
        409,
        Text("Коди дітей скінчилися", "No codes for children are left"),
        Text(
            "Нічого не втрачено. Скажіть адміністраторові центрального вузла.",
            "Nothing was lost. Tell the administrator of the central node.",
        ),
    ),
    errors.LastAdminError: ProblemType(
        "last-admin",
        409,
        Text("Це останній адміністратор", "This is the last administrator"),
        Text(
            "Спершу призначте іншого адміністратора без дати закінчення.",
            "First make somebody else an administrator, without an end date.",
        ),
    ),
    errors.LegalHoldError: ProblemType(
        "legal-hold",
        409,
        Text("Закон поки забороняє стирати запис", "The law forbids to erase it now"),
        Text(
            "Запис потрібен для суду чи розслідування. Спершу зніміть заборону.",
            "The record is needed in court or by investigators. Lift the hold first.",
        ),
    ),
    errors.RuleOfCareError: ProblemType(
        "rule-of-care",
        422,
        Text("Це порушило б правило догляду", "This would break a rule of care"),
        Text(
            "Нічого не записано. Зробіть спершу те, чого вимагає правило, і повторіть.",
            "Nothing was written. First do what the rule wants, then repeat.",
        ),
    ),
    errors.UnknownProtocolError: ProblemType(
        "unknown-protocol",
        426,
        Text("Вузол говорить іншою версією", "The node speaks another version"),
        Text(
            "Оновіть Dodomu на обох вузлах: протокол обміну має бути спільний.",
            "Update Dodomu on both nodes: they must share a version of the protocol.",
        ),
    ),
    errors.HeldError: ProblemType(
        "under-way",
        409,
        Text("Це вже робиться", "This is already under way"),
        Text(
            "Зачекайте, доки закінчиться, і повторіть.",
            "Wait until it is done, then repeat.",
        ),
    ),
    errors.BusyError: ProblemType(
        "busy",
        503,
        Text("Сервер зайнятий", "The server is busy"),
        Text(
            "Нічого не записано. Надішліть те саме ще раз за кілька секунд.",
            "Nothing was written. Send the same again in a few seconds.",
        ),
    ),
    errors.AuditError: ProblemType(
        "not-noted",
        503,
        Text("Дію не вдалося занотувати", "The act could not be noted"),
        Text(
            "Без запису в журналі нічого не показують і не міняють. Спробуйте пізніше.",
            "Without a note in the log nothing is shown or changed. Try later.",
        ),
    ),
    errors.StorageFullError: ProblemType(
        "storage-full",
        507,
        Text("На сервері немає місця", "The server has no room left"),
        Text(
            "Записи лишаються на пристрої. Скажіть адміністраторові центру.",
            "The records stay on the device. Tell the administrator of the centre.",
        ),
    ),
}
"""The problem that each error is answered with."""


PAGES: Final[Mapping[str, ProblemType]] = {
    each.slug: each for each in PROBLEMS.values()
} | dict(RECEIPT_PROBLEMS)
"""Everything that has a page."""


def kind_of(error: Exception) -> ProblemType | None:
    """Return the problem that an error is answered with, or None when unknown."""
    for cls in type(error).__mro__:
        if cls in PROBLEMS:
            return PROBLEMS[cls]
    return None


def document(
    kind: ProblemType, error: Exception, *, instance: str, language: Language
) -> dict[str, Any]:
    """Return the problem document of an error."""
    return {
        "type": kind.uri,
        "title": kind.title.within(language),
        "status": kind.status,
        "detail": str(error),
        "instance": instance,
        **_members(error, language),
    }


def _members(error: Exception, language: Language) -> dict[str, Any]:
    members: dict[str, Any] = {}
    match error:
        case errors.InvalidRequestError():
            members = {"errors": error.errors}
        case errors.StaleProofError():
            members = {"server_time_ms": error.server_time_ms}
        case errors.RevokedDeviceError() if error.order is not None:
            members = {"wipe_order": error.order, "wipe_sig": error.signature}
        case errors.RuleOfCareError():
            advice = WANTED[error.what].within(language)
            members = {"rule": error.rule, "field": error.field, "advice": advice}
        case errors.StaleItemError():
            members = {"current": error.current and said(error.current)}
        case errors.StaleDraftError():
            members = {"draft": saved(error.draft)}
        case (
            errors.BusyError()
            | errors.DailyLimitError()
            | errors.TooManyAttemptsError()
        ):
            members = {"retry_after_s": error.retry_after_s}
        case _:
            pass
    return members
