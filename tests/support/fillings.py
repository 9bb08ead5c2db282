"""Each shipped form as somebody really fills it: nested answers about invented people.

``FILLED`` holds one whole form of each that a phone sends after a child was received;
``TESTIMONY`` and ``REQUEST`` speak of a child by other means than the child's record.
``EVERY`` adds those of the stories, whole, so that a phone takes them too.
"""

import re
from datetime import date, timedelta
from typing import Any, Final

from centres import DANYLO, RECEPTION, with_answers

KHERSON: Final = "UA65100150010064384"
"""A place's code in KATOTTG."""
DAY: Final = "2026-11-26"
YEAR_ON: Final = "2027-11-26"
MOTHER: Final = {
    "kin_row": "uuid:0c5e1d6a-0000-4000-8000-000000000001",
    "rel_type": "mother",
    "rel_name": "Ремез Олена Василівна",
    "rel_status": "captivity",
}
FATHER: Final = {
    "kin_row": "uuid:0c5e1d6a-0000-4000-8000-000000000002",
    "rel_type": "father",
    "rel_name": "Ремез Іван",
    "rel_status": "unknown",
}
AUNT: Final = {
    "kin_row": "uuid:0c5e1d6a-0000-4000-8000-000000000003",
    "rel_type": "aunt",
    "rel_name": "Ремез Галина",
    "rel_status": "alive_contact",
}
_OF_A_RELATIVE: Final = {
    "rel_lived_with": "yes",
    "rel_legal_rep": "yes",
    "rel_child_ok_contact": "yes",
}

REGISTRATION: Final[dict[str, Any]] = {
    "case_status": "registered",
    "filled_on": DAY,
    "g_start": {
        "child_ref": DANYLO,
        "registered_on": DAY,
        "responsible_site": "truskavets",
        "responsible_worker": "TRU-014",
        "deputy_worker": "TRU-020",
    },
    "g_consent": {
        "consent_scopes": ["services", "storage", "tracing", "photo_id"],
        "consent_by": "parent",
        "child_assent": "yes",
        "withhold_from": "вітчим: де живе дитина",
        "withhold_reason": ["fear_harm"],
    },
    "g_identity": {
        "family_name": "Ремез",
        "given_name": "Данило",
        "patronymic": "Іванович",
        "name_source": "document",
        "name_variants": "Ремез Даниил; Remez Danylo",
        "sex": "male",
        "dob_precision": "day",
        "birth_date": "2012-03-04",
        "birth_source": "document",
        "home_oblast": "UA-65",
        "citizenship": "UA",
        "unzr": "20120304-00017",
        "languages": ["uk"],
        "comm_mode": ["speech"],
        "legal_status": ["not_determined"],
    },
    "any_documents": "yes",
    "documents": [
        {
            "document_row": "uuid:0c5e1d6a-0000-4000-8000-000000000004",
            "doc_type": "birth_cert",
            "doc_number": "І-КС 123456",
            "doc_issuer": "Херсонський ДРАЦС, 2012",
            "doc_state": "copy",
            "doc_scan": "birth_cert.jpg",
        },
        {
            "document_row": "uuid:0c5e1d6a-0000-4000-8000-000000000005",
            "doc_type": "school_doc",
            "doc_state": "lost",
        },
    ],
    "any_family": "yes",
    "family": [
        MOTHER | _OF_A_RELATIVE,
        AUNT | _OF_A_RELATIVE | {"rel_legal_rep": "no", "rel_comm": ["usl"]},
    ],
    "g_separation": {
        "uasc": "separated",
        "separation_cause": ["camp"],
        "separation_date": "2026-01-15",
    },
    "any_moves": "yes",
    "moves": [
        {
            "move_row": "uuid:0c5e1d6a-0000-4000-8000-000000000006",
            "move_kind": "camp",
            "move_place": "Євпаторія",
            "move_from": "2026-01-01",
            "move_to": "2026-11-01",
        }
    ],
    "g_end": {
        "child_wishes": "Хочу до тітки.",
        "register_match": "not_checked",
        "register_checked": ["children_of_war"],
        "photo_id": "danylo.jpg",
        "risk_level": "medium",
    },
}

FOLLOWUP: Final[dict[str, Any]] = {
    "case_status": "follow_up",
    "filled_on": DAY,
    "g_contact": {
        "child_ref": DANYLO,
        "visit_on": DAY,
        "kind": "after_reunification",
        "wave": "d3",
        "mode": "home_visit",
    },
    "g_child": {
        "seen_child": "yes",
        "child_alone": "yes",
        "child_words": "Сплю краще.",
        "wellbeing": "4",
        "change": "improved",
        "safe": "yes",
        "concerns": ["none"],
        "siblings_contact": "unknown",
    },
    "g_home": {
        "care_type_seen": "kin_temp",
        "carer_state": "3",
        "housing": "own",
        "school": "enrolled_inperson",
        "docs_missing": ["id_card"],
        "health_followup": "yes",
    },
    "any_services": "yes",
    "services": [
        {
            "service_row": "uuid:0c5e1d6a-0000-4000-8000-000000000007",
            "svc_type": "rehab",
            "svc_site": "truskavets",
            "svc_state": "sent",
            "svc_sent_on": DAY,
            "svc_consent": "given",
        }
    ],
    "g_next": {
        "risk_level": "low",
        "next_action": ["continue"],
        "next_contact_due": "2026-12-10",
        "worker_note": "Наступного разу принести шкільні книжки.",
    },
}

REQUEST: Final[dict[str, Any]] = {
    "filled_on": DAY,
    "g_request": {
        "received_at": "2026-11-26T11:00:00.000+02:00",
        "channel": "hotline_ombudsman",
        "request_state": "new",
        "inquirer_kind": "relative",
        "inquirer_name": "Ремез Галина",
        "inquirer_phone": "+380501234567",
        "inquirer_rel": "aunt",
        "inquirer_comm": ["speech"],
        "inquirer_in_tot": "no",
        "proof_of_relation": ["birth_cert"],
        "consent_share": "given",
    },
    "g_child": {
        "family_name": "Ремез",
        "given_name": "Данило",
        "name_source": "guardian",
        "name_variants": "Даня",
        "sex": "male",
        "dob_precision": "year",
        "birth_date": "2012-01-01",
        "birth_source": "guardian",
        "eye_color": "blue",
        "marks": "шрам на лівій руці",
        "home_oblast": "UA-65",
        "disability_group": ["none"],
    },
    "any_family": "yes",
    "family": [MOTHER, FATHER],
    "g_lost": {
        "separation_cause": ["camp"],
        "last_contact_on": "2026-05-02",
        "last_contact_mode": "phone",
        "last_place_kind": "camp",
        "last_place": "табір біля моря",
        "siblings_sought": 1,
        "sibling_requests": "4кн-7т29-9",
    },
    "any_leads": "yes",
    "leads": [
        {
            "lead_row": "uuid:0c5e1d6a-0000-4000-8000-000000000008",
            "lead_kind": "social_post",
            "lead_grade": "C",
            "lead_file": "post.jpg",
        }
    ],
    "g_end": {
        "pickup_person": "aunt",
        "other_orgs": ["save_ukraine"],
        "register_match": "not_checked",
        "pfif_status": "information_sought",
        "expiry_on": YEAR_ON,
    },
}

_STARTED: Final = {
    "child_ref": DANYLO,
    "assessed_on": DAY,
    "cfm_respondent": "aunt",
}
FUNCTIONING_2_4: Final[dict[str, Any]] = {
    "filled_on": DAY,
    "g_start": _STARTED,
    "g_cfm": {
        "cfm_glasses": "no",
        "cfm_seeing": "none",
        "cfm_hearing_aid": "no",
        "cfm_hearing": "none",
        "cfm_walk_aid": "no",
        "cfm_walking": "none",
        "cfm_fine_motor": "some",
        "cfm_understands": "none",
        "cfm_understood": "a_lot",
        "cfm_learning": "none",
        "cfm_playing": "none",
        "cfm_behaviour": "same",
    },
    "cfm_any_difficulty": "yes",
}
FUNCTIONING_5_17: Final[dict[str, Any]] = {
    "filled_on": DAY,
    "g_start": _STARTED,
    "g_cfm": {
        "cfm_glasses": "yes",
        "cfm_seeing": "some",
        "cfm_hearing_aid": "no",
        "cfm_hearing": "none",
        "cfm_walk_aid": "no",
        "cfm_walk_100": "none",
        "cfm_self_care": "none",
        "cfm_understood_in": "none",
        "cfm_understood_out": "none",
        "cfm_learning": "none",
        "cfm_remembering": "some",
        "cfm_concentrating": "some",
        "cfm_change": "none",
        "cfm_control": "none",
        "cfm_friends": "none",
        "cfm_anxiety": "weekly",
        "cfm_sadness": "monthly",
    },
    "cfm_any_difficulty": "no",
}

TESTIMONY: Final[dict[str, Any]] = {
    "filled_on": DAY,
    "g_gate": {
        "child_ref": "4кн-7т29-9",
        "interviewer_role": "trained_child_interviewer",
        "interviewer_cert": "UA-2026-118",
        "prior_interviews": 0,
        "prior_reuse": "no",
        "setting": "crpc_room",
        "support_person": "yes",
        "psychologist_present": "yes",
        "comm_mode": ["speech"],
    },
    "g_consent": {
        "consent_by": "child_14",
        "consent_scopes": ["interview", "evidence_share"],
        "consent_state": "given",
        "relatives_risk": "no",
        "mandatory_notice": "done",
    },
    "any_g_violation": "yes",
    "g_violation": [
        {
            "violation_row": "uuid:0c5e1d6a-0000-4000-8000-000000000009",
            "violation_type": "indoctrination",
            "viol_from": "2026-02-01",
            "viol_to": "2026-10-01",
            "date_precision": "month",
            "place_type": "camp",
            "place_text": "у таборі",
            "cross_border": "no",
            "perp_type": ["unknown"],
        }
    ],
    "g_account": {"account_words": "Нас змушували співати."},
    "any_evidence": "no",
    "g_after": {
        "distress": "mild",
        "stopped": "no",
        "referral_made": ["mhpss"],
        "share_with": ["opg"],
        "verification": "reported",
        "seal_by_1": "CRPC-01",
        "seal_by_2": "CRPC-02",
    },
}

FILLED: Final = {
    "registration": REGISTRATION,
    "followup": FOLLOWUP,
    "tracing_request": REQUEST,
    "functioning_2_4": FUNCTIONING_2_4,
    "functioning_5_17": FUNCTIONING_5_17,
    "testimony": TESTIMONY,
}

ARRIVAL: Final[dict[str, Any]] = with_answers(
    RECEPTION,
    g_contact={
        "intake_at": "2026-11-26T10:00:00.000+02:00",
        "child_ref": DANYLO,
        "returned_on": DAY,
    },
    g_child={"photo_id": "arrival.jpg"},
    g_return={"home_oblast": "UA-65", "home_settlement": KHERSON},
    g_with={"siblings_elsewhere": "unknown"},
    g_needs={"function_help": ["not_assessed"], "languages": ["uk", "ru"]},
    g_next={"next_contact_due": "2026-11-27", "worker_note": "Спитати про тітку."},
)
STAY: Final[dict[str, Any]] = {
    "filled_on": DAY,
    "g_stay": {
        "child_ref": DANYLO,
        "center": "truskavets",
        "program": ["psychosocial"],
        "admitted_on": "2026-11-23",
        "referral_source": "crpc",
        "planned_until": "2026-12-20",
        "team": ["prm", "psychologist"],
        "comm_mode": ["speech"],
        "consent_rehab": "given",
    },
    "g_med": {
        "conditions": ["epilepsy"],
        "allergies": "пеніцилін; горіхи",
        "medication": "вальпроат 300 мг × 2",
        "care_denied": "unknown",
        "vaccine_status": "up_to_date",
    },
    "g_func": {
        "disability_formal": "no",
        "disability_group": ["none"],
        "func_tool": "clinical",
        "cfm_any_difficulty": "no",
    },
    "any_icf_profile": "no",
    "any_assistive": "yes",
    "assistive": [
        {"ap_item": "walker", "ap_state": "ordered"},
        {"ap_item": "crutches", "ap_state": "has_ok"},
    ],
    "g_mh": {
        "screen_tool": "cries8",
        "screen_score": 17,
        "mhpss_layer": "2",
        "self_harm": "not_asked",
        "strengths": "Малює; рахує вголос.",
    },
    "any_goals": "yes",
    "goals": [
        {
            "goal_row": "uuid:0c5e1d6a-0000-4000-8000-000000000010",
            "goal_domain": "emotion",
            "goal_words": "Спати без світла.",
            "goal_due": "2026-12-20",
            "goal_status": "agreed",
        }
    ],
    "g_plan": {"plan_state": "approved", "ipr_number": "ІПР-17/2026"},
}
REUNION: Final[dict[str, Any]] = {
    "filled_on": DAY,
    "g_start": {
        "child_ref": DANYLO,
        "contact_on": DAY,
        "parts": ["child_view", "adult_check", "placement"],
        "tracing_status": "located",
    },
    "g_child": {
        "child_wants_tracing": "yes",
        "child_wants_reunif": "yes_later",
        "child_answers": "Тітка Галина, жила поруч.",
    },
    "any_sought_persons": "yes",
    "sought_persons": [
        {"sought_rel": "aunt", "sought_name": "Ремез Галина", "sought_order": 1}
    ],
    "g_adult": {
        "adult_name": "Ремез Галина",
        "adult_rel": "aunt",
        "adult_phone": "+380501234567",
        "adult_wants": "yes",
        "adult_able": "yes",
        "adult_answers": "Племінник Данило, 2012 року.",
    },
    "g_verif": {
        "verif_methods": ["documents", "matched_answers"],
        "verif_result": "match",
        "child_record_check": "yes",
        "verifier_1": "TRU-014",
        "verifier_2": "TRU-020",
        "recommendation": "kin_care",
    },
    "g_siblings": {"sibling_decision": "no_siblings"},
    "g_place": {
        "care_type": "kin_temp",
        "care_from": DAY,
        "care_until": "2027-02-26",
        "decision_kind": "ssd_temp_order",
        "authority_type": "ssd",
        "decision_no": "114",
        "decision_on": "2026-11-25",
        "decision_scan": "order.jpg",
        "ssd_contact": "ССД Херсон, +380552000000",
        "child_age": 14,
    },
    "g_handover": {"followup_plan": ["d3", "m1"], "placement_approved": "yes"},
}

EVERY: Final = {
    **FILLED,
    "reception": ARRIVAL,
    "rehabilitation": STAY,
    "reunification": REUNION,
}
"""One whole form of each that is shipped."""

_DATE: Final = re.compile(r"^\d{4}-\d{2}-\d{2}(?=$|T)")


def as_of(day: date, answers: Any) -> Any:
    """Return answers with every date moved, so that they are given on a day."""
    by = day - date.fromisoformat(DAY)
    return _moved(answers, by)


def _moved(part: Any, by: timedelta) -> Any:
    match part:
        case dict():
            return {name: _moved(inner, by) for name, inner in part.items()}
        case list():
            return [_moved(inner, by) for inner in part]
        case str():
            moved = lambda found: str(date.fromisoformat(found[0]) + by)  # noqa: E731
            return _DATE.sub(moved, part)
        case _:
            return part
