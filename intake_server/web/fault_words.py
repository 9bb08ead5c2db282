"""What is wrong with a form that its owner hands in, in words, in both languages."""

from collections.abc import Mapping
from typing import Final

from forms.faults import Fault, Wrong
from intake_server.web.language import Language, Text

WORDS: Final[Mapping[Wrong, Text]] = {
    Wrong.UNREADABLE: Text(
        "Файл не читається як форма: {says}.", "The file is no form: {says}."
    ),
    Wrong.WORKBOOK: Text(
        "pyxform не приймає цього: {says}", "pyxform does not take this: {says}"
    ),
    Wrong.ODK: Text(
        "ODK Validate не приймає форми: {says}",
        "ODK Validate does not take the form: {says}",
    ),
    Wrong.HOME: Text(
        "Документа «{value}» немає; можливі: {known}.",
        "There is no home {value!r}; there are: {known}.",
    ),
    Wrong.PARENT: Text(
        "Рядок не може належати до «{value}»; можливі: {known}.",
        "A row cannot hang on {value!r}; it can on: {known}.",
    ),
    Wrong.POLICY: Text(
        "Правила злиття «{value}» немає; можливі: {known}.",
        "There is no policy {value!r}; there are: {known}.",
    ),
    Wrong.LATTICE: Text(
        "Порядку станів «{value}» немає; можливі: {known}.",
        "There is no lattice {value!r}; there are: {known}.",
    ),
    Wrong.STATE: Text(
        "Порядок станів {known} не знає відповіді «{value}».",
        "The lattice {known} does not know the answer {value!r}.",
    ),
    Wrong.LEVEL: Text(
        "Рівня доступу «{value}» немає; можливі: {known}.",
        "There is no level {value!r}; there are: {known}.",
    ),
    Wrong.MATCH: Text(
        "Ролі у зіставленні «{value}» немає; можливі: {known}.",
        "There is no role in matching {value!r}; there are: {known}.",
    ),
    Wrong.HARM: Text(
        "Виду шкоди «{value}» немає; можливі: {known}.",
        "There is no harm {value!r}; there are: {known}.",
    ),
    Wrong.CHOICE_LIST: Text(
        "Списку відповідей «{value}» немає на аркуші choices.",
        "There is no choice list {value!r} on the sheet choices.",
    ),
    Wrong.TEXT: Text(
        "Немає тексту цією мовою: {language}.",
        "The text is missing in this language: {language}.",
    ),
    Wrong.FILE: Text(
        "Форма потребує файлу «{value}», а його не додано.",
        "The form needs the file {value!r}, and it was not handed in.",
    ),
    Wrong.FILE_UNASKED: Text(
        "Файл «{value}» зайвий: форма його не потребує, або він уже є на кожному вузлі.",
        "The file {value!r} is one too many: the form does not need it, or every node"
        " has it.",
    ),
    Wrong.FILE_UNFIT: Text(
        "Файл «{value}» не годиться: список має бути таблицею CSV (UTF-8, коми) з усіма"
        " потрібними стовпцями, зображення — PNG або JPEG; записи звуку не надсилають.",
        "The file {value!r} does not fit: a list is a CSV table (UTF-8, commas) with all"
        " the columns that are needed, a picture PNG or JPEG; recordings are not sent.",
    ),
    Wrong.FILES_TOO_LARGE: Text(
        "Файли форми завеликі: стиснуті разом {value} байтів, а можна {known}.",
        "The files of the form are too large: {value} bytes together when compressed,"
        " where {known} are allowed.",
    ),
    Wrong.ELSEWHERE: Text(
        "Через це відповіді пішли б на інший сервер або були б зашифровані не для нас.",
        "By this, answers would go to another server or be sealed for somebody else.",
    ),
    Wrong.FUNCTION: Text(
        "ODK Collect не знає функції {value}().",
        "ODK Collect knows no function {value}().",
    ),
    Wrong.TOO_LARGE: Text(
        "Форма завелика: {value} байтів, а можна {known}.",
        "The form is too large: {value} bytes, where {known} are allowed.",
    ),
    Wrong.FORM_ID: Text(
        "Назва form_id має бути з малих латинських букв, цифр і _, не «{value}».",
        "A form_id is of small Latin letters, digits and _, not {value!r}.",
    ),
    Wrong.VERSION: Text(
        "Версія має бути додатним цілим числом, не «{value}».",
        "A version is a positive integer, not {value!r}.",
    ),
    Wrong.NOT_HIGHER: Text(
        "Версія має зростати: опубліковано вже {newest}.",
        "The version must rise: {newest} is published.",
    ),
    Wrong.TAKEN: Text(
        "Версію {value} вже опубліковано з іншим змістом, і вона не змінюється;"
        " дайте вищу.",
        "Version {value} is published with another content and never changes;"
        " give a higher one.",
    ),
    Wrong.MEANING: Text(
        "Це змінює те, що вже питає опублікована форма. Дайте полю іншу назву"
        " (property) і вкажіть стару в renamed_from. ({says})",
        "This changes what a published form asks: {says}.",
    ),
    Wrong.RENAMED: Text(
        "Поле не може стати на місце названого в renamed_from: {says}.",
        "It cannot take the place of what renamed_from names: {says}.",
    ),
    Wrong.CHECK: Text("Умова не діє: {says}.", "The check does not hold: {says}."),
    Wrong.RULE: Text(
        "Форма каже про одне й те саме різне або замало: {says}.",
        "The form contradicts itself, or says too little: {says}.",
    ),
}
"""What is said of each kind of fault; ``{says}`` is another program's English."""

_LANGUAGES: Final[Mapping[str, Text]] = {
    "uk": Text("українська", "Ukrainian"),
    "en": Text("англійська", "English"),
}

UNVALIDATED: Final = Text(
    "ODK Validate не запитано: на цій машині немає Java.",
    "ODK Validate was not asked: there is no Java on this machine.",
)


def words(fault: Fault, language: Language) -> str:
    """Return what is wrong, in a language."""
    facts = {name: text.rstrip(".") for name, text in fault.facts.items()}
    if "language" in facts:
        facts["language"] = _LANGUAGES[facts["language"]].within(language)
    return WORDS[fault.wrong].within(language).format(**facts)
