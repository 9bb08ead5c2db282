"""What each rule of care wants, in both languages, wherever it is said."""

from collections.abc import Mapping
from typing import Final

from intake_server.web.language import Text

WANTED: Final[Mapping[str, Text]] = {
    "two_hands": Text(
        "Воззʼєднання і передачу мають перевірити двоє людей із двох організацій.",
        "Reunification and hand-over need two people of two organisations who have"
        " verified them.",
    ),
    "decision_missing": Text(
        "Для цієї форми догляду потрібне рішення: орган, номер і дата.",
        "This care needs a decision: the authority, its number and its date.",
    ),
    "decision_elsewhere": Text(
        "Це рішення, з тим самим номером і датою, записано й дитині з іншої родини:"
        " звірте обидва записи з папером.",
        "This decision, with its number and date, stands on the record of a child of"
        " another family too: compare both with the paper.",
    ),
    "trusteeship": Text(
        "З 14 років це піклування, а не опіка.",
        "From 14 on it is trusteeship, not guardianship.",
    ),
    "guardianship": Text(
        "До 14 років це опіка, а не піклування.",
        "Under 14 it is guardianship, not trusteeship.",
    ),
    "shared": Text(
        "Скерування триває, хоча згоду на передання даних не надано або відкликано:"
        " зупиніть його.",
        "A referral goes on although consent to share was refused or withdrawn: stop it.",
    ),
    "too_young": Text(
        "До 14 років дитина не дає згоди сама: спитайте й законного представника.",
        "Under 14 a child does not consent alone: ask a legal representative too.",
    ),
    "asked_personally": Text(
        "З 14 років дитина дає згоду особисто: спитайте її.",
        "From 14 on the child consents personally: ask the child.",
    ),
    "institution": Text(
        "Заклад лише тимчасово і з обґрунтуванням: укажіть, чому і до якого дня.",
        "An institution is only for a time, with a reason: say why and until when.",
    ),
    "end_missing": Text(
        "Таке влаштування за законом має строк: укажіть, до якого дня.",
        "This placement has an end by law: say until when.",
    ),
    "interpreter": Text(
        "Згоду надано без перекладача жестової мови: це не згода; спитайте ще раз"
        " із перекладачем.",
        "Consent was given without an interpreter for sign language: it is no consent;"
        " ask again with one.",
    ),
    "withheld": Text(
        "Дещо приховано від названих у записі людей: подивіться, перш ніж комусь щось"
        " казати.",
        "Something is withheld from people who are named in the record: look there"
        " before you tell anybody anything.",
    ),
    "neighbour": Text(
        "Сусід, друг чи вчитель ніколи не є законним представником: виправте.",
        "A neighbour, friend or teacher is never a legal representative: correct it.",
    ),
}
"""By the word that ``cautions`` has for what is wrong."""
