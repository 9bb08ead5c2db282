"""What the people of the story write into their forms: nested answers, as they are sent."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from intake_server.demo.people import DANYLO, Child

Answers = dict[str, Any]

HOME: Final = timezone(timedelta(hours=2))
"""The time in Ukraine while the story is told: winter."""
_WEEK: Final = timedelta(days=7)


def reception(
    child: Child, reference: str | None, at: datetime, **changed: Mapping[str, Any]
) -> Answers:
    """Return a whole reception form.

    Args:
        child: Whom it is about.
        reference: What the card says; None for a child without one.
        at: When the child was received.
        changed: Further answers, or others, by group.
    """
    day = at.astimezone(HOME).date()
    answers: Answers = {
        "case_status": "intake",
        "register_match": "not_checked",
        "filled_on": day.isoformat(),
        "g_contact": {
            "intake_at": moment(at),
            "reception_point": "ngo_center",
            "child_ref": reference or "",
            "returned_on": day.isoformat(),
        },
        "g_words": {"safety_words": "done", "comm_mode": ["speech"]},
        "g_consent": {"consent_intake": "given", "consent_by": "guardian"},
        "g_child": _names(child),
        "g_return": {
            "return_channel": ["volunteers"],
            "origin_type": "tot",
            "home_oblast": "UA-65",
        },
        "g_with": {
            "accompaniment": ["ngo_escort"],
            "siblings_here": 0,
            "siblings_elsewhere": "unknown",
        },
        "g_needs": {
            "urgent_needs": ["none"],
            "triage": "green",
            "function_help": ["none"],
            "wants_call": "no",
            "docs_held": ["none"],
            "languages": ["uk"],
        },
        "g_next": {
            "destination": "rehab",
            "destination_site": "truskavets",
            "next_contact_due": (day + _WEEK).isoformat(),
        },
    }
    return _with(answers, changed)


def siblings(first: str | None) -> Mapping[str, Mapping[str, Any]]:
    """Return what the reception form of one of the four Вербові says of the others."""
    together: dict[str, Any] = {
        "accompaniment": ["siblings_only"],
        "siblings_here": 3,
        "siblings_elsewhere": "no",
    }
    return {"g_with": together | ({"sibling_group": first} if first else {})}


def patronymic(reference: str, at: datetime, name: str) -> Answers:
    """Return a reception form that only adds a patronymic which the aunt has told."""
    return {
        "filled_on": at.astimezone(HOME).date().isoformat(),
        "g_contact": {"child_ref": reference},
        "g_child": {"patronymic": name, "name_source": DANYLO.papers},
    }


def rehabilitation(
    reference: str, at: datetime, center: str, **changed: Any
) -> Answers:
    """Return a rehabilitation form of a child who takes no medication that is known."""
    day = at.astimezone(HOME).date().isoformat()
    answers: Answers = {
        "case_status": "active",
        "filled_on": day,
        "g_stay": {
            "child_ref": reference,
            "center": center,
            "program": ["psychosocial"],
            "admitted_on": day,
            "referral_source": "ssd",
            "stays_with": "aunt",
            "team": ["pediatrician", "psychologist"],
            "comm_mode": ["speech"],
            "consent_rehab": "given",
        },
        "g_med": {
            "conditions": ["epilepsy"],
            "care_denied": "unknown",
            "vaccine_status": "unknown_docs",
        },
        "g_func": {
            "disability_formal": "no",
            "disability_group": ["none"],
            "func_tool": "none",
            "cfm_any_difficulty": "unknown",
        },
        "any_icf_profile": "no",
        "any_assistive": "no",
        "g_mh": {"screen_tool": "none", "mhpss_layer": "1", "self_harm": "no"},
        "any_goals": "no",
        "g_plan": {"plan_state": "draft"},
    }
    return _with(answers, changed)


def goal(row: str, words: str, due: date) -> Answers:
    """Return one row of goals."""
    return {
        "goal_row": row,
        "goal_domain": "sleep",
        "goal_words": words,
        "goal_due": due.isoformat(),
        "goal_status": "agreed",
    }


def reunification(
    reference: str, at: datetime, *, able: str, words: str = ""
) -> Answers:
    """Return a reunification form on which the child and the aunt have their say.

    Args:
        reference: The child's.
        at: When it was filled.
        able: Whether the aunt can care for him: ``yes``, ``no`` or ``unknown``.
        words: What the child said, in the child's own words.
    """
    day = at.astimezone(HOME).date().isoformat()
    return {
        "case_status": "active",
        "filled_on": day,
        "g_start": {
            "child_ref": reference,
            "contact_on": day,
            "parts": ["child_view", "adult_check"],
            "tracing_status": "contact_made",
        },
        "g_child": {
            "child_wants_tracing": "yes",
            "child_wants_reunif": "yes_later",
            "child_wish_words": words,
        },
        "any_sought_persons": "no",
        "g_adult": {
            "adult_name": "Ремез Галина",
            "adult_rel": "aunt",
            "adult_wants": "yes",
            "adult_able": able,
        },
        "g_verif": {
            "verif_methods": ["documents", "child_recognises"],
            "verif_result": "match",
            "child_record_check": "yes",
            "verifier_1": "TRU-014",
            "verifier_2": "SSD-201",
            "recommendation": "further_tracing",
        },
    }


def placed_apart(reference: str, at: datetime, reason: str) -> Answers:
    """Return a reunification form that places one child apart from the others."""
    day = at.astimezone(HOME).date()
    return {
        "case_status": "active",
        "filled_on": day.isoformat(),
        "g_start": {
            "child_ref": reference,
            "contact_on": day.isoformat(),
            "parts": ["placement"],
            "tracing_status": "contact_made",
        },
        "g_siblings": {
            "sibling_decision": "apart_temporary",
            "sibling_reason": reason,
            "sibling_review_on": (day + _WEEK).isoformat(),
        },
        "g_place": {
            "care_type": "kin_temp",
            "care_from": day.isoformat(),
            "care_until": (day + 4 * _WEEK).isoformat(),
            "ssd_contact": "ССД Чернівецької міської ради",
        },
    }


def moment(at: datetime) -> str:
    """Return a moment as a phone in Ukraine writes it."""
    return at.astimezone(HOME).isoformat(timespec="milliseconds")


def _names(child: Child) -> Answers:
    names = {"family_name": child.family, "given_name": child.given}
    if child.patronymic:
        names["patronymic"] = child.patronymic
    return {
        "name_called": child.called,
        **names,
        "name_source": child.papers,
        "sex": child.sex,
        "birth_date": child.born.isoformat(),
        "dob_precision": "day",
        "birth_source": child.papers,
    }


def _with(answers: Answers, changed: Mapping[str, Any]) -> Answers:
    """Return answers with others in some groups; what is no group is replaced."""
    for name, said in changed.items():
        group = answers.get(name)
        answers[name] = {**group, **said} if isinstance(group, dict) else said
    return answers
