"""Rules of care, each named after its rule: what people decide, and what forms say.

A decision that would break a rule is refused and says what to do; what came by a form
stays as it was said, and is shown nowhere as valid.
"""

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CASE, CHILD
from pages import decide, tree, words

from forms.catalogue import shipped
from intake_server.errors import RuleOfCareError
from intake_server.security.policy import Principal, Role
from intake_server.services import amending
from intake_server.services.amending import Correction
from intake_server.storage import boards, documents, rebuild
from intake_server.web.care_words import WANTED
from intake_server.web.problems import document, kind_of
from sync import documents as ids
from sync.change import Write

ROW = ids.event("uuid:00000000-0000-4000-8000-000000000009")
IRYNA = Principal("person", "ir", "Ірина", Role.COORDINATOR, "kyiv")
DECIDED = {"authority_type": "ssd", "decision_no": "12", "decision_on": "2026-11-01"}
CARE = {"care_type": "kin_temp", "care_until": "2027-02-01"}
OPIKA = {"care_type": "opika", "care_from": "2026-11-01"}
UNVERIFIED = "щонайбільше перевірено: бракує другого підпису"
BY_ONE = {"verifier_1": "AB-1"}
BY_TWO = {**BY_ONE, "verifier_2": "CD-2"}


def case(**said):
    groups = {"placement", "decision"}
    return {
        (CASE, "case"): [
            Write(g=name, v=value) if name in groups else Write(f=name, v=value)
            for name, value in said.items()
        ]
    }


def row(kind, **said):
    above = {"service": ("parent", CASE), "relation": ("parent", CHILD)}[kind]
    every = dict([above], **said)
    return {(ROW, kind): [Write(f=name, v=value) for name, value in every.items()]}


def visit(**said):
    every = {"subject": CHILD, **said}
    return {(ROW, "event"): [Write(f=name, v=value) for name, value in every.items()]}


def by(*who):
    return {(CASE, "case"): [Write(s="consent_by", e=one, v=True) for one in who]}


@pytest.fixture
def child(desk):
    """A child of ten, received with the consent of a parent."""
    desk.publish(shipped("registration"), shipped("followup"))
    answers = with_answers(
        RECEPTION,
        g_contact={"child_ref": DANYLO},
        g_child={"birth_date": "2016-03-04"},
        g_words={"comm_mode": ["speech"]},
    )
    desk.send(desk.phone("truskavets", "Т"), "reception", answers)
    return desk


def stands(desk, doc, name):
    with desk.database.reading() as session:
        return documents.find(session, doc).view["values"].get(name)


def correct(desk, doc, name, value):
    here = {"viewer": IRYNA, "now": desk.watch()}
    found = amending.standing(desk.database, doc, name, **here)
    said = Correction(
        doc=doc,
        name=name,
        value=value,
        reason="за документами",
        src=None,
        based_on=found.based_on,
    )
    return amending.correct(desk.database, said, by=IRYNA, now=desk.watch())


SIGNS = {(CHILD, "person"): [Write(s="comm_mode", e="usl", v=True)]}

BROKEN = [
    pytest.param(
        "R02", [case(recommendation="refer_bid")], CASE, "recommendation", "reunify",
        id="R02 recommended",
    ),
    pytest.param(
        "R02", [case(handover_on=None)], CASE, "handover_on", "2026-11-20",
        id="R02 handed over",
    ),
    pytest.param(
        "R02", [case(tracing_status="verified")], CASE, "tracing_status", "reunified",
        id="R02 reunified",
    ),
    pytest.param("R05", [case(placement=CARE)], CASE, "placement", OPIKA, id="R05"),
    pytest.param(
        "R05",
        [case(placement=OPIKA, decision=DECIDED)],
        CASE,
        "decision",
        {**DECIDED, "decision_no": ""},
        id="R05 decision",
    ),
    pytest.param(
        "R08",
        [row("service", svc_state="planned", svc_consent="refused")],
        ROW,
        "svc_state",
        "sent",
        id="R08",
    ),
    pytest.param("R09", [], CASE, "consent_by", ["child_14"], id="R09"),
    pytest.param(
        "R28", [case(placement=CARE)], CASE, "placement", {"care_type": "institution"},
        id="R28",
    ),
    pytest.param(
        "R29", [case(placement=CARE)], CASE, "placement", {"care_type": "kin_temp"},
        id="R29",
    ),
    pytest.param(
        "R31",
        [SIGNS, case(consent_intake="deferred")],
        CASE,
        "consent_intake",
        "given",
        id="R31",
    ),
    pytest.param(
        "C11",
        [row("relation", rel_type="neighbour", rel_legal_rep="no")],
        ROW,
        "rel_legal_rep",
        "yes",
        id="C11",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "doc", "name", "value"), BROKEN)
def test_a_correction_that_would_break_a_rule_is_refused(
    child, rule, before, doc, name, value
):
    for edits in before:
        if edits.keys() & {(CASE, "case")} and "consent_intake" in str(edits):
            correct(child, CASE, "consent_intake", "deferred")
        else:
            child.write(edits)
    stood = stands(child, doc, name)

    with pytest.raises(RuleOfCareError) as refused:
        correct(child, doc, name, value)

    assert refused.value.rule == rule
    assert stands(child, doc, name) == stood


KEPT = [
    pytest.param(
        [visit(**BY_TWO), case(recommendation="refer_bid")],
        CASE, "recommendation", "reunify", id="R02",
    ),
    pytest.param(
        [case(placement=CARE, decision=DECIDED)], CASE, "placement", OPIKA, id="R05"
    ),
    pytest.param(
        [row("service", svc_state="planned", svc_consent="given")],
        ROW, "svc_state", "sent", id="R08",
    ),
    pytest.param(
        [row("service", svc_state="sent", svc_consent="given")],
        ROW, "svc_consent", "withdrawn", id="R08 withdrawn",
    ),
    pytest.param([], CASE, "consent_by", ["guardian"], id="R09"),
    pytest.param(
        [case(placement=CARE)], CASE, "placement",
        {"care_type": "institution", "institution_reason": "лікування"} | {
            "care_until": "2027-01-01"
        },
        id="R28",
    ),
    pytest.param(
        [case(placement=CARE)], CASE, "placement",
        {"care_type": "patronat", "care_until": "2027-01-01"} , id="R29",
    ),
    pytest.param(
        [row("relation", rel_type="grandmother", rel_legal_rep="no")],
        ROW, "rel_legal_rep", "yes", id="C11",
    ),
    pytest.param(
        [case(placement={"care_type": "pikluvannya"}, decision=DECIDED)],
        CASE, "placement", OPIKA, id="R06 soft",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "doc", "name", "value"), KEPT)
def test_a_correction_that_keeps_every_rule_is_written(child, before, doc, name, value):
    for edits in before:
        child.write(edits)
    if name == "placement" and value["care_type"] == "patronat":
        child.write(case(decision=DECIDED))

    assert correct(child, doc, name, value)


def test_r06_only_warns(child):
    child.write(case(placement=CARE, decision=DECIDED))

    assert correct(
        child,
        CASE,
        "placement",
        {"care_type": "pikluvannya", "care_from": "2026-11-01"},
    )
    assert WANTED["guardianship"].uk in words(child.browser().get(f"/children/{CHILD}"))


def test_what_was_in_breach_before_can_be_mended_in_steps(child):
    child.write(case(placement=OPIKA, decision={}))

    for said in (
        {"authority_type": "ssd"},
        {"authority_type": "ssd", "decision_no": "12"},
        DECIDED,
    ):
        assert correct(child, CASE, "decision", said)

    with pytest.raises(RuleOfCareError):
        correct(child, CASE, "decision", {"authority_type": "ssd"})


def test_a_breach_of_one_rule_does_not_excuse_that_of_another(child):
    child.write(case(placement={"care_type": "kin_temp"}))

    with pytest.raises(RuleOfCareError) as refused:
        correct(child, CASE, "placement", {**OPIKA})

    assert refused.value.rule == "R05"


SHOWN = [
    pytest.param(
        [case(recommendation="reunify")], UNVERIFIED, "Рекомендація", id="R02"
    ),
    pytest.param(
        [visit(**BY_ONE), case(handover_on="2026-11-20")], UNVERIFIED,
        "Дата передачі", id="R02 one hand",
    ),
    pytest.param(
        [case(tracing_status="reunified")], UNVERIFIED, "Стан розшуку",
        id="R02 reunified",
    ),
    pytest.param(
        [case(placement=OPIKA)],
        f"неповне: {WANTED['decision_missing'].uk}", "Форма догляду", id="R05",
    ),
    pytest.param(
        [by("child_14")], f"не чинне: {WANTED['too_young'].uk}", "Згода", id="R09"
    ),
    pytest.param(
        [case(placement={"care_type": "institution"})],
        f"неповне: {WANTED['institution'].uk}", "Форма догляду", id="R28",
    ),
    pytest.param(
        [case(placement={"care_type": "kin_temp"})],
        f"неповне: {WANTED['end_missing'].uk}", "Форма догляду", id="R29",
    ),
    pytest.param(
        [SIGNS], f"не чинне: {WANTED['interpreter'].uk}", "Згода", id="R31"
    ),
    pytest.param(
        [row("relation", rel_type="neighbour", rel_legal_rep="yes", rel_name="Г.")],
        f"не законний представник: {WANTED['neighbour'].uk}", "Сусід", id="C11",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "verdict", "label"), SHOWN)
def test_what_came_by_a_form_and_breaks_a_rule_is_nowhere_shown_as_valid(
    child, said, verdict, label
):
    whole = f"/children/{CHILD}"
    browser = child.browser()
    assert verdict not in words(browser.get(whole))

    for edits in said:
        child.write(edits)

    assert verdict in words(browser.get(whole))
    lines = tree(browser.get(f"{whole}/summary")).xpath("//div[@class='summary']//p")
    (line, *_) = [
        text
        for text in (" ".join(one.text_content().split()) for one in lines)
        if verdict in text
    ]
    assert label in line
    assert "як було сказано:" in line


def test_r08_a_referral_against_consent_is_shown_as_not_valid(child):
    child.write(row("service", svc_state="sent", svc_consent="refused"))

    said = words(child.browser().get(f"/children/{CHILD}"))

    assert f"не чинне: {WANTED['shared'].uk}" in said


def test_a_refusal_names_rule_and_field_and_what_to_do_in_both_languages(child):
    child.write(case(placement=CARE))
    browser = child.browser()
    path = f"/children/{CASE}/answers/placement"
    for language, said in (("uk", "Нічого не записано"), ("en", "Nothing was written")):
        browser.set_cookie("lang", language)
        (form,) = tree(browser.get(path)).xpath("//form[@data-correction]")
        filled = dict(form.form_values())
        filled |= {"value.care_until": "", "reason": "помилка"}
        answer = browser.post(path, data=filled)

        assert answer.status_code == 422
        assert said in words(answer)
        assert "R29" in words(answer)
        assert WANTED["end_missing"].within(language) in words(answer)


@pytest.fixture
def asked(child):
    """A question whether a child of whom nobody has verified anything goes home."""
    for site, said in (("truskavets", "reunify"), ("chernivtsi", "refer_bid")):
        child.write(case(recommendation=said), site=site)
    item = child.questions()["recommendation"]
    return f"/queue/{item.qid}"


def test_r02_a_question_is_not_answered_with_what_two_have_not_verified(child, asked):
    browser = child.browser()
    said = {"choice": 'is:"reunify"', "reason": "так сказали"}

    answer = decide(browser, asked, **said)

    assert answer.status_code == 422
    assert "правило догляду R02" in words(answer)
    assert browser.get(asked).status_code == 200
    child.write(visit(**BY_TWO))
    assert decide(browser, asked, **said).status_code == 303


def test_r02_a_question_is_answered_with_what_takes_nobody_home(child, asked):
    said = {"choice": 'is:"refer_bid"', "reason": "так сказали"}

    assert decide(child.browser(), asked, **said).status_code == 303


@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_problem_says_rule_and_field_and_what_to_do(language):
    refused = RuleOfCareError("R05", "decision", "decision_missing")

    said = document(kind_of(refused), refused, instance="/x", language=language)

    assert (said["status"], said["type"]) == (422, "/problems/rule-of-care")
    assert (said["rule"], said["field"]) == ("R05", "decision")
    assert said["advice"] == WANTED["decision_missing"].within(language)


def due(desk):
    with desk.database.reading() as session:
        found = boards.of_children(session, [CHILD], [ROW])
    assert rebuilt(desk) == ()
    return {one.key for one in found}


def rebuilt(desk):
    with desk.database.transaction() as session:
        return rebuild.compare(session).different


def stand_corrected(desk):
    """Let it be known that the child is fourteen already."""
    with desk.database.reading() as session:
        found = documents.find(session, CHILD).view
    older = {**found["values"]["birth"], "birth_date": "2012-03-04"}
    heads = tuple(found["heads"]["birth"])
    desk.write({(CHILD, "person"): [Write(g="birth", v=older, p=heads, src="child")]})


TASKS = [
    pytest.param(
        "two_hands", [case(recommendation="reunify")], [visit(**BY_TWO)], id="R02"
    ),
    pytest.param(
        "two_hands", [visit(**BY_ONE), case(handover_on="2026-11-20")],
        ["handover_on", None], id="R02 handed over",
    ),
    pytest.param(
        "decision", [case(placement=OPIKA)], [case(decision=DECIDED)], id="R05"
    ),
    pytest.param(
        "sharing", [row("service", svc_state="sent", svc_consent="refused")],
        ["svc_state", "planned"], id="R08",
    ),
    pytest.param("consent_young", [by("child_14")], ["consent_by", ["parent"]], id="R09"),
    pytest.param("consent_own", [], ["consent_by", ["child_14"]], id="R09 older"),
    pytest.param(
        "institution", [case(placement={"care_type": "institution"})],
        ["placement", {"care_type": "institution", "care_until": "2027-01-01"}
         | {"institution_reason": "лікування"}],
        id="R28",
    ),
    pytest.param(
        "end_missing", [case(placement={"care_type": "kin_temp"})],
        ["placement", CARE], id="R29",
    ),
    pytest.param(
        "interpreted", [SIGNS], [visit(interpreter="present")], id="R31"
    ),
    pytest.param(
        "neighbour", [row("relation", rel_type="neighbour", rel_legal_rep="yes")],
        ["rel_legal_rep", "no"], id="C11",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "said", "mended"), TASKS)
def test_while_a_rule_is_not_kept_the_child_is_among_the_tasks(
    child, key, said, mended
):
    if key == "consent_own":
        stand_corrected(child)
    assert (key in due(child)) is (key == "consent_own")

    for edits in said:
        child.write(edits)
    assert key in due(child)

    if isinstance(mended[0], str):
        name, value = mended
        doc = ROW if name.startswith(("svc", "rel")) else CASE
        correct(child, doc, name, value)
    else:
        for edits in mended:
            child.write(edits)
    assert key not in due(child)


def test_r08_a_centre_to_which_consent_was_refused_expects_nobody(child):
    said = {"svc_site": "chernivtsi", "svc_state": "sent"}
    child.write(row("service", **said, svc_consent="given"))
    assert "referral" in due(child)

    correct(child, ROW, "svc_consent", "withdrawn")

    assert "referral" not in due(child)
