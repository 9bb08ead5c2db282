"""Each rule of the table of tasks, one row of a test each."""

from datetime import date

import pytest

from sync import clock
from sync.merge import calendar, duties
from sync.merge.cells import CellState, Document, Head, Version
from sync.merge.duties import Row, settled
from sync.merge.schema import Schema
from sync.merge.view import look
from sync.values import element_key

SAID = "2026-11-28T09:00:00Z"
HLC = clock.at(1_795_856_400_000)
SETS = {
    "urgent_needs": ["pfa"],
    "concerns": ["neglect"],
    "followup_plan": ["d3", "m12"],
    "not_now": ["name"],
    "comm_mode": ["usl"],
    "consent_by": ["parent"],
}
SITES = ("truskavets",)


def a_document(kind, *, hlc=HLC, log=(), **answers):
    """A document of which somebody said all answers in one change."""
    cells = {}

    def write(cell, value, **facts):
        version = Version(id=f"{hlc:x}", hlc=hlc, value=value, **facts)
        cells[cell] = CellState({version.id: Head(version)})

    for name, value in answers.items():
        if name in SETS:
            for element in value:
                write(element_key(name, element), value=True, element=element)
        else:
            write(name, value)
    for name, element, value in log:
        write(element_key(name, element), value, element=element)
    return Document(kind, cells)


def of(kind, sites=SITES, **answers):
    document = a_document(kind, **answers)
    schema = Schema({})
    return duties.duties(document, look(document, schema, lambda _: {}), sites)


def told(found):
    return {(duty.key, duty.due) for duty in found if duty.board != duties.CLOSING}


CARE = {"care_type": "patronat", "care_from": "2026-01-31", "care_until": "2026-07-31"}
SENT = {"destination": "rehab", "destination_site": "truskavets"}
ARRIVED = "2026-11-28T10:00:00.000+02:00"
BOTH_LOOKS = {
    ("need/medical", "2026-11-29T08:00:00Z"),
    ("need/pfa", "2026-11-29T08:00:00Z"),
}

TABLE = {
    "R06: the 14th birthday ends guardianship": (
        ("person", {"birth": {"birth_date": "2013-01-05", "dob_precision": "day"}}),
        {("fourteen", "2027-01-05")},
    ),
    "R06: who is fourteen already is asked for nothing": (
        ("person", {"birth": {"birth_date": "2012-11-28", "dob_precision": "day"}}),
        set(),
    ),
    "A03: red is due at once": (
        ("case", {"urgent_needs": ["injury"], "triage": "red"}),
        {("need/injury", SAID)},
    ),
    "A03: yellow is due within a day": (
        ("case", {"urgent_needs": ["injury"], "triage": "yellow"}),
        {("need/injury", "2026-11-29T09:00:00Z")},
    ),
    "A03: a colour alone is a task": (
        ("case", {"urgent_needs": ["none"], "triage": "red"}),
        {("triage", SAID)},
    ),
    "A03: no need and green asks for nothing": (
        ("case", {"urgent_needs": ["none"], "triage": "green"}),
        set(),
    ),
    "B06: a pregnancy is an obstetric need": (
        ("case", {"pregnant": "yes", "triage": "yellow"}),
        {("need/obstetric", "2026-11-29T09:00:00Z")},
    ),
    "C04: both looks within a day of arrival": (
        ("event", {"intake_at": ARRIVED}),
        BOTH_LOOKS,
    ),
    "C04: a reception of long ago asks for nothing": (
        ("event", {"intake_at": "2024-05-01T10:00:00.000+03:00"}),
        set(),
    ),
    "C30: a call within the hour": (
        ("event", {"intake_at": ARRIVED, "wants_call": "yes"}),
        BOTH_LOOKS | {("need/call_family", "2026-11-28T09:00:00Z")},
    ),
    "R31: an interpreter is found within a day": (
        ("event", {"intake_at": ARRIVED, "interpreter": "not_now"}),
        BOTH_LOOKS | {("need/interpreter", "2026-11-29T08:00:00Z")},
    ),
    "not now: what could not be asked is asked within a day": (
        ("event", {"intake_at": ARRIVED, "not_now": ["name", "siblings"]}),
        BOTH_LOOKS
        | {
            ("not_now/name", "2026-11-29T08:00:00Z"),
            ("not_now/siblings", "2026-11-29T08:00:00Z"),
        },
    ),
    "R08: a consent that was put off is asked for within a day": (
        ("case", {"consent_intake": "deferred"}),
        {("consent", "2026-11-29T09:00:00Z")},
    ),
    "R17: signs of violence are reported within 24 hours": (
        ("case", {"concerns": ["physical_violence", "poverty"]}),
        {("report/physical_violence", "2026-11-29T09:00:00Z")},
    ),
    "R19: six visits after a hand-over": (
        ("case", {"handover_on": "2026-01-31"}),
        {
            ("visit/d3", "2026-02-03"),
            ("visit/w2", "2026-02-14"),
            ("visit/m1", "2026-02-28"),
            ("visit/m3", "2026-04-30"),
            ("visit/m6", "2026-07-31"),
            ("visit/m12", "2027-01-31"),
            ("two_hands", SAID),
        },
    ),
    "R19: the visits that were chosen, where some were": (
        ("case", {"handover_on": "2026-01-31", "followup_plan": ["m1"]}),
        {("visit/m1", "2026-02-28"), ("two_hands", SAID)},
    ),
    "R29: what has an end is looked at 14 days before": (
        ("case", {"placement": CARE}),
        {("review/2026-07-31", "2026-07-17"), ("decision", SAID)},
    ),
    "R29: what has no end, though it must, is asked for": (
        ("case", {"placement": {"care_type": "kin_temp"}}),
        {("end_missing", SAID)},
    ),
    "R28: an institution is looked at monthly": (
        (
            "case",
            {
                "placement": {
                    "care_type": "institution",
                    "care_from": "2026-01-31",
                    "care_until": "2026-04-15",
                }
            },
        ),
        {
            ("review/2026-04-15", "2026-04-01"),
            ("review/2026-02-28", "2026-02-28"),
            ("review/2026-03-31", "2026-03-31"),
            ("institution", SAID),
        },
    ),
    "R01: siblings who are apart are looked at on the day that was set": (
        ("case", {"sibling_review_on": "2026-12-05"}),
        {("siblings/2026-12-05", "2026-12-05")},
    ),
    "B13: a planned hand-over is due until it has happened": (
        ("case", {"handover_planned_on": "2026-12-01"}),
        {("handover", "2026-12-01")},
    ),
    "B13: a hand-over that happened is not due": (
        (
            "case",
            {
                "handover_planned_on": "2026-12-01",
                "handover_on": "2026-11-30",
                "followup_plan": ["d3"],
            },
        ),
        {("visit/d3", "2026-12-03"), ("two_hands", SAID)},
    ),
    "A02: a stay is due at its planned end": (
        (
            "event",
            {
                "center": "truskavets",
                "admitted_on": "2026-11-01",
                "planned_until": "2026-12-20",
            },
        ),
        {("stay/truskavets", "2026-12-20")},
    ),
    "A02: who has left stays no more": (
        (
            "event",
            {
                "center": "truskavets",
                "admitted_on": "2026-11-01",
                "discharge_outcome": "home",
            },
        ),
        set(),
    ),
    "next contact: on the day that was agreed on": (
        ("event", {"next_contact_due": "2026-12-02", "filled_on": "2026-11-28"}),
        {("contact", "2026-12-02")},
    ),
    "R45: a child is expected where it is sent": (
        ("case", {"destination": SENT}),
        {("arrival", SAID)},
    ),
    "R45: a service is asked of a centre": (
        ("service", {"svc_site": "chernivtsi", "svc_state": "sent"}),
        {("referral", SAID)},
    ),
    "R45: a service that was refused comes back": (
        ("service", {"svc_site": "chernivtsi", "svc_state": "refused_provider"}),
        {("bounced", SAID)},
    ),
    "R02: a second person verifies that a child goes home": (
        ("case", {"recommendation": "reunify"}),
        {("two_hands", SAID)},
    ),
    "R05: a decision that is not whole is asked for": (
        ("case", {"placement": {"care_type": "opika"}, "decision": {"decision_no": 1}}),
        {("decision", SAID)},
    ),
    "R08: what is shared against consent is stopped and expected nowhere": (
        ("service", {"svc_site": "x", "svc_state": "sent", "svc_consent": "refused"}),
        {("sharing", SAID)},
    ),
    "R09: a child who alone consents may be too young for it": (
        ("case", {"returned_on": "2026-11-20", "consent_by": ["child_14"]}),
        {("consent_young", "2026-11-20")},
    ),
    "R09: a child who did not consent may be old enough for it": (
        ("case", {"returned_on": "2026-11-20", "consent_by": ["parent"]}),
        {("consent_own", "2026-11-20")},
    ),
    "R31: an interpreter is there before anybody consents": (
        ("person", {"comm_mode": ["usl"]}),
        {("interpreted", SAID)},
    ),
    "C11: a neighbour is no legal representative": (
        ("relation", {"rel_type": "neighbour", "rel_legal_rep": "yes"}),
        {("neighbour", SAID)},
    ),
    "a closed case asks for nothing": (
        ("case", {"case_status": "closed", "urgent_needs": ["injury"]}),
        set(),
    ),
    "a record made by mistake asks for nothing": (
        ("case", {"_deleted": True, "urgent_needs": ["injury"]}),
        set(),
    ),
    "answers that nobody can read ask for nothing": (
        (
            "case",
            {"handover_on": "31.01.2026", "placement": "x", "destination": ["y"]},
        ),
        set(),
    ),
}


@pytest.mark.parametrize(
    ("said", "expected"), TABLE.values(), ids=[name.replace(":", "") for name in TABLE]
)
def test_a_row_of_the_table_of_tasks(said, expected):
    kind, answers = said
    if "_deleted" in answers:
        answers = {**answers}
        found = voided(kind, **answers)
    else:
        found = of(kind, **answers)

    assert told(found) == expected


def voided(kind, _deleted, **answers):
    document = a_document(kind, **answers)
    saw = tuple({id_ for cell in document.cells.values() for id_ in cell.heads})
    void = Version(id="void", hlc=HLC + 1, value=True, saw=saw)
    cells = {**document.cells, "_deleted": CellState({"void": Head(void)})}
    document = Document(kind, cells)
    return duties.duties(document, look(document, Schema({}), lambda _: {}), SITES)


def test_every_kind_of_task_stands_in_the_table_of_rules():
    kinds = {key.partition("/")[0] for _, wanted in TABLE.values() for key, _ in wanted}

    assert kinds == set(duties.RULES)


def test_a_task_stands_on_the_boards_of_all_sites_that_hold_the_case():
    (duty,) = of("case", ("truskavets", "chernivtsi"), handover_planned_on="2026-12-01")

    assert duty.sites == ("chernivtsi", "truskavets")


def test_an_expected_child_stands_on_the_board_of_the_centre_alone():
    (duty,) = of("case", ("chernivtsi",), destination=SENT)

    assert (duty.board, duty.sites) == (duties.ARRIVAL, ("truskavets",))


def test_a_medical_need_is_for_a_clinician():
    found = of("case", urgent_needs=["medication", "clothing"], triage="red")

    assert {duty.key: duty.role for duty in found} == {
        "need/medication": duties.CLINICIAN,
        "need/clothing": duties.WORKER,
    }


def rows(*found):
    return [
        Row(doc, "child", duty) for doc, several in enumerate(found) for duty in several
    ]


def is_open(key, *found):
    return [
        open_ for (_, k), open_ in sorted(settled(rows(*found)).items()) if k == key
    ]


def test_a_visit_closes_its_wave_and_no_other():
    handed_over = of("case", handover_on="2026-01-31")
    visited = of("event", visit_on="2026-02-02", wave="d3")

    assert is_open("visit/d3", handed_over, visited) == [False]
    assert is_open("visit/w2", handed_over, visited) == [True]


def test_a_visit_before_a_hand_over_closes_nothing_of_it():
    handed_over = of("case", handover_on="2026-01-31")

    assert is_open(
        "visit/d3", handed_over, of("event", visit_on="2026-01-30", wave="d3")
    ) == [True]


def test_a_visit_closes_the_contact_agreed_on_before_and_not_its_own():
    first = of("event", visit_on="2026-11-20", next_contact_due="2026-11-27")
    second = of("event", visit_on="2026-11-27", next_contact_due="2026-12-04")

    assert is_open("contact", first, second) == [False, True]


def test_a_contact_before_its_day_closes_it():
    agreed = of("event", visit_on="2026-11-20", next_contact_due="2026-11-27")

    assert is_open("contact", agreed, of("event", visit_on="2026-11-24")) == [False]


def test_a_report_closes_the_signs_of_before_and_none_that_come_later():
    report = of("event", visit_on="2026-11-28", mandatory_report="yes")
    later = of("case", concerns=["neglect"], hlc=HLC + (60_000 << 16))

    assert is_open("report/neglect", of("case", concerns=["neglect"]), report) == [
        False
    ]
    assert is_open("report/neglect", later, report) == [True]


def test_a_task_is_ticked_off_and_comes_back_when_the_need_does():
    done = of("case", log=[("task_done", "need/pfa", "need/pfa")])

    assert is_open("need/pfa", of("event", intake_at=ARRIVED), done) == [False]
    again = of("case", urgent_needs=["pfa"], hlc=HLC + (60_000 << 16))
    assert is_open("need/pfa", again, done) == [True]


def test_who_left_a_centre_and_came_back_is_there_again():
    stay = {"center": "truskavets", "admitted_on": "2026-11-01"}
    left = of("event", **stay, discharge_outcome="home", filled_on="2026-11-20")
    back = of("event", **{**stay, "admitted_on": "2026-11-25"})

    assert is_open("stay/truskavets", of("event", **stay), left) == [False]
    assert is_open("stay/truskavets", left, back) == [True]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(duties.ACCEPTED, set()), (duties.BOUNCED, {"bounced"})],
)
def test_a_centre_that_answered_waits_for_the_child_no_more(answer, expected):
    said = ("arrival_answer", "1", {"site": "truskavets", "answer": answer})

    assert {d.key for d in of("case", destination=SENT, log=[said])} == expected


def test_the_answer_of_another_centre_answers_nothing():
    said = ("arrival_answer", "1", {"site": "chernivtsi", "answer": "accepted"})

    assert [d.key for d in of("case", destination=SENT, log=[said])] == ["arrival"]


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-31"),
        ("9999-12-31", 1, "9999-12-31"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(
    start, months, expected
):
    found = calendar.months_after(date.fromisoformat(start), months)

    assert found.isoformat() == expected
