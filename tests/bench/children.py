"""Children who arrive, each with the reception form that a volunteer filled for them.

Every child is another one: names, ages, who is with them, what they need. The same
number is always the same child.
"""

from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any, Final

from centres import FORMS

from forms.instance import to_xml
from intake_server.services.intake import Incoming

_FORM: Final = FORMS["reception"]
_KYIV: Final = timezone(timedelta(hours=2))
_FIRST_DAY: Final = datetime(2026, 11, 2, 8, tzinfo=_KYIV)

_FAMILY_NAMES: Final = (
    *("Бондаренко", "Вербовий", "Гнатюк", "Довженко", "Журавель", "Заєць", "Іщенко"),
    *("Кравець", "Лисенко", "Мельник", "Нечай", "Остапчук", "Приходько", "Ремез"),
    *("Савчук", "Ткач", "Федорів", "Чумак", "Шевчук", "Яремчук"),
)
_GIRLS: Final = ("Анна", "Дарина", "Катерина", "Мар'яна", "Поліна", "Софія", "Юлія")
_BOYS: Final = ("Андрій", "Богдан", "Данило", "Кирило", "Матвій", "Назар", "Тимофій")
_FATHERS: Final = ("Андрій", "Богдан", "Віталій", "Олександр", "Роман", "Степан")
_SETTLEMENTS: Final = ("Маріуполь", "Токмак", "Олешки", "Сєвєродонецьк", "Енергодар")
_OBLASTS: Final = ("UA-14", "UA-23", "UA-65", "UA-09", "UA-63")
_NEEDS: Final = ("medication", "pfa", "clothing", "hygiene", "sleep", "call_family")
_PAPERS: Final = ("birth_cert", "id_card", "ru_birth_cert", "snils", "school_doc")
_CHANNELS: Final = ("ombudsman", "bring_kids_back", "save_ukraine", "qatar", "icrc")
_COMPANY: Final = ("relative", "siblings_only", "ngo_escort", "unaccompanied")
_PLACES: Final = ("border_point", "crpc_kyiv", "ngo_center", "rehab_truskavets")
_PAST: Final = ("deported", "lived_tot", "camp_not_returned", "separated_filtration")
_BANDS: Final = ((4, "0-4"), (10, "5-10"), (14, "11-14"), (17, "15-17"))
_NAMESPACES: Final = (
    b'<data xmlns:ev="http://www.w3.org/2001/xml-events"'
    b' xmlns:orx="http://openrosa.org/xforms"'
    b' xmlns:odk="http://www.opendatakit.org/xforms"'
    b' xmlns:h="http://www.w3.org/1999/xhtml" '
)


def reception(number: int) -> Incoming:
    """Return the reception form of a child, as ODK Collect sends it."""
    name, begun, said = answered(number)
    xml = to_xml(_FORM.definition, said, instance_id=name)
    return Incoming(
        instance_id=name,
        form_id=_FORM.form_id,
        form_version=_FORM.version,
        finalized_at=(begun + timedelta(minutes=9)).isoformat(),
        xml=xml.replace(b"<data ", _NAMESPACES, 1),
    )


def answered(number: int) -> tuple[str, datetime, dict[str, Any]]:
    """Return what a child's form is called, when it was begun, and its answers."""
    chance = Random(number)
    begun = _FIRST_DAY + timedelta(minutes=11 * (number % 1_800))
    name = f"uuid:{chance.getrandbits(32):08x}-5b1e-4c02-9d3a-{number:012x}"
    return name, begun, _answers(chance, begun)


def _answers(chance: Random, begun: datetime) -> dict[str, Any]:
    age = chance.randint(1, 17)
    born = date(begun.year - age, chance.randint(1, 10), chance.randint(1, 28))
    oblast = chance.choice(_OBLASTS)
    return {
        "case_status": "intake",
        "register_match": "not_checked",
        "filled_on": begun.date().isoformat(),
        "g_contact": {
            "intake_at": begun.isoformat(timespec="milliseconds"),
            "reception_point": chance.choice(_PLACES),
            "child_ref": "",
            "returned_on": begun.date().isoformat(),
        },
        "g_words": {
            "safety_words": "done",
            "comm_mode": _some(chance, ("speech", "usl", "writing", "gestures"), 2),
        },
        "g_consent": {
            "consent_intake": chance.choice(("given", "given", "given", "partial")),
            "consent_by": "child_14" if age >= 14 else "guardian",
            "consent_ok": "yes",
        },
        "g_child": _child(chance, born, age),
        "g_return": _return(chance, begun, oblast),
        "g_with": _company(chance),
        "g_needs": _needs(chance),
        "g_next": {
            "destination": "rehab",
            "destination_site": chance.choice(("truskavets", "chernivtsi")),
            "next_contact_due": (begun + timedelta(days=2)).date().isoformat(),
            "worker_note": _note(chance),
        },
        "age_calc": str(age),
        "stat_month": begun.strftime("%Y-%m"),
        "stat_age_band": _band(age),
        "stat_origin": "tot",
        "stat_home_oblast": oblast,
    }


def _child(chance: Random, born: date, age: int) -> dict[str, Any]:
    is_girl = chance.random() < 0.5
    given = chance.choice(_GIRLS if is_girl else _BOYS)
    father = chance.choice(_FATHERS).removesuffix("й")
    return {
        "not_now": "",
        "name_called": given,
        "family_name": chance.choice(_FAMILY_NAMES),
        "given_name": given,
        "patronymic": father + ("івна" if is_girl else "ович"),
        "name_source": chance.choice(("document", "child", "guardian")),
        "sex": "female" if is_girl else "male",
        "birth_date": born.isoformat(),
        "dob_precision": "day",
        "birth_source": chance.choice(("document", "child", "guardian")),
        "age_years": age,
        "age_band": _band(age),
        "photo_id": "",
    }


def _return(chance: Random, begun: datetime, oblast: str) -> dict[str, Any]:
    return {
        "return_channel": _some(chance, _CHANNELS, 2),
        "origin_type": "tot",
        "displacement_type": _some(chance, _PAST, 2),
        "home_oblast": oblast,
        "home_settlement": chance.choice(_SETTLEMENTS),
        "return_batch": f"{begun:%Y%m%d}-{chance.randint(1, 4)}",
        "official_source": "ombudsman",
        "reported_on": begun.date().isoformat(),
    }


def _company(chance: Random) -> dict[str, Any]:
    return {
        "accompaniment": [chance.choice(_COMPANY)],
        "escort_name": chance.choice(_FAMILY_NAMES) + " Олена Іванівна",
        "escort_phone": f"+38067{chance.randrange(10**7):07}",
        "siblings_here": chance.choice((0, 0, 1, 2)),
        "siblings_elsewhere": chance.choice(("yes", "no", "unknown")),
    }


def _needs(chance: Random) -> dict[str, Any]:
    return {
        "pregnant": "no",
        "urgent_needs": _some(chance, _NEEDS, 3),
        "triage": chance.choice(("green", "green", "yellow", "red")),
        "function_help": _some(chance, ("emotions", "learning", "walking"), 2),
        "wants_call": chance.choice(("yes", "no", "unsure")),
        "docs_held": _some(chance, _PAPERS, 3),
        "languages": _some(chance, ("uk", "ru", "crh"), 2),
    }


def _band(age: int) -> str:
    return next(name for oldest, name in _BANDS if age <= oldest)


def _note(chance: Random) -> str:
    kin = chance.choice(("тітка", "бабуся", "старша сестра", "хрещена"))
    return f"Чекає дзвінка: {kin} у м. {chance.choice(_SETTLEMENTS)}. Спить добре."


def _some(chance: Random, names: tuple[str, ...], most: int) -> list[str]:
    return chance.sample(names, chance.randint(1, most))
