"""The fixed words of the pages: kinds of questions, evidence grades, what is wrong.

What forms ask is not here; that is in the forms (``services.labels``).
"""

from collections.abc import Mapping
from typing import Final

from forms.numbers import Warned
from intake_server.web.language import Language
from intake_server.web.pages.texts import LazyString, _l
from intake_server.web.receipt_problems import RECEIPT_PROBLEMS

Phrases = Mapping[str, LazyString]

KINDS: Final[Phrases] = {
    "field_conflict": _l("Different answers"),
    "set_conflict": _l("Added and removed"),
    "delete_conflict": _l("Voided, yet still written to"),
    "edit_on_erased": _l("Written to after erasure"),
    "link_conflict": _l("One child or two"),
    "link_blocked": _l("Linked, yet said to be two"),
    "link_proposed": _l("One child: a second person is wanted"),
    "rule": _l("Answers that do not fit together"),
    "quarantine": _l("Set aside: cannot be read here"),
    "log_fork": _l("Two entries claim one place"),
    "objection": _l("A centre disagrees"),
    "siblings_apart": _l("Apart from brothers and sisters"),
    "pair": _l("Perhaps one child"),
    "family": _l("Perhaps one family"),
    "register": _l("Perhaps in the register"),
    "triage": _l("Form held back"),
    "finding": _l("Form with a finding"),
}
"""What each kind of question is called."""

PURPOSES: Final[Phrases] = {
    "identity": _l("to find out who the child is"),
    "tracing": _l("to trace the family"),
    "treatment": _l("to treat the child"),
    "evidence": _l("evidence for a court or investigators"),
    "unreadable": _l("the copy cannot be made out"),
    "oversight": _l("to check how we work"),
}
"""What an original is read for."""

ASKED: Final[Phrases] = {
    "field_conflict": _l("Which answer is right?"),
    "set_conflict": _l("What stays?"),
    "delete_conflict": _l("Was this record made by mistake?"),
    "edit_on_erased": _l("The record was erased, and somebody wrote to it later."),
    "link_conflict": _l("Are these two records one child?"),
    "link_blocked": _l("Are these two records one child?"),
    "link_proposed": _l("One person says that these are one child. Do you say so too?"),
    "rule": _l("These answers cannot all be true. Are they right all the same?"),
    "quarantine": _l("This change cannot be read here."),
    "log_fork": _l("One node wrote two different entries with one number."),
    "triage": _l("What shall become of this form?"),
    "objection": _l("A centre disagrees with what stands. Does it stand all the same?"),
    "siblings_apart": _l("Shall this child be apart from brothers and sisters?"),
}
"""What is asked about a question of each kind."""

TAKEN_AWAY: Final = _l("Somebody would take this away. Is it not so any more?")
"""What a clinician is asked where nobody else takes the answer away."""

SECOND: Final = _l("One person has said so. Do you say so too?")
"""What is asked about an answer that takes two people."""

SEVERITIES: Final[Mapping[int, LazyString]] = {
    3: _l("Could harm the child"),
    2: _l("Confidential"),
    1: _l("Everything else"),
    0: _l("Everything else"),
}

HARMS: Final[Phrases] = {
    "identity": _l("who the child is"),
    "custody": _l("who cares for the child"),
    "consent": _l("consent"),
    "medical": _l("health"),
}

GRADES: Final[Phrases] = {
    "document": _l("a document"),
    "guardian": _l("a guardian's word"),
    "self_report": _l("the child's word"),
    "occupation_document": _l("a paper of the occupation authorities"),
    "estimate": _l("an estimate"),
}
"""What an answer rests on."""

WARNINGS: Final[Mapping[Warned, LazyString]] = {
    Warned.DIGITS: _l("the number does not check: compare each digit with the paper"),
    Warned.BIRTH: _l("by this number the birth date is another"),
    Warned.SEX: _l("by this number the sex is another"),
}
"""What is odd about a number; it stands beside the value and stops nobody."""

FAULTS: Final[Phrases] = {
    "shape": _l("it is not built as answers are"),
    "type": _l("the answer is of another type than the field"),
    "enum": _l("nobody has defined this answer"),
    "once": _l("this field is answered only once"),
    "owner": _l("its author may not decide this"),
    "undo": _l("its author may not take this back"),
}
"""Why a change was set aside, by the first part of its code."""

HELD: Final[Phrases] = {
    "no-reference": _l("The form does not say whose it is"),
    "correction": _l("A correction of an earlier form"),
}
"""Why a form is held, beside what receipts say."""

_FILL_IN_AGAIN: Final = _l(
    "No program can read this. Ask who sent it to fill the form in again, then leave"
    " this one; what was written stands below."
)

REMEDIES: Final[Phrases] = {
    "missing-instance-id": _FILL_IN_AGAIN,
    "unknown-form": _l(
        "It is taken in by itself when a form of this name is published here."
    ),
    "unknown-version": _l(
        "It is taken in by itself when this version is published here."
    ),
    "malformed-xml": _FILL_IN_AGAIN,
    "doctype": _FILL_IN_AGAIN,
    "too-deep": _FILL_IN_AGAIN,
    "too-many-elements": _FILL_IN_AGAIN,
    "too-large": _FILL_IN_AGAIN,
    "unreadable-value": _l(
        "Look what was written. If a newer version of the form knows the answer, let it"
        " be read by that; else ask who sent it to fill the form in again, and leave"
        " this one."
    ),
    "bad-reference": _l(
        "Compare the code with the card or ask who sent it, and say below which child"
        " it is about."
    ),
    "no-reference": _l("Ask who sent it, and say below which child it is about."),
    "no-free-reference": _l("An administrator reserves more codes; then take it in."),
    "correction": _l(
        "It counts by itself as soon as the form comes that it corrects. Where that"
        " never comes, leave it."
    ),
    "unfit-correction": _l(
        "Look what it says beside what stands in the child's record, correct that there,"
        " and leave this one."
    ),
    "unfinished": _l(
        "Its author could not finish it. Look what is there; take it in as it is, or ask"
        " who sent it, fill in the form anew and leave this one."
    ),
    "instance-conflict": _l(
        "Two forms bear one number. If this one says something of its own, take it in"
        " too; if it is the same form sent twice, leave it."
    ),
    "revoked-device": _l(
        "The device had been put out, so whoever has it now may have written this. Ask who"
        " filled it in: where it is true, take it in; else leave it."
    ),
    "unknown-device": _l(
        "This node let the device in, and its store was put back from before that. Ask who"
        " filled it in: where it is true, take it in; and let the device in anew."
    ),
    "unknown-key": _l(
        "It is closed. Where the key to it is put back among this node's keys, it is opened"
        " by itself."
    ),
}
"""What to do about a form that is held, by what is wrong with it."""

ROLES: Final[Phrases] = {
    "worker": _l("worker"),
    "clinician": _l("clinician"),
    "coordinator": _l("coordinator"),
    "auditor": _l("auditor"),
    "admin": _l("administrator"),
    "national_supervisor": _l("national supervisor"),
}

ANSWERS: Final[Phrases] = {
    "string": _l("text"),
    "int": _l("a whole number"),
    "decimal": _l("a number"),
    "date": _l("a date"),
    "dateTime": _l("date and time"),
    "time": _l("a time"),
    "select1": _l("one of these"),
    "select": _l("any of these"),
    "binary": _l("a file or a picture"),
    "geopoint": _l("a place"),
    "barcode": _l("a code"),
}
"""How a question is answered, by the type of the field."""

JOINS: Final[Phrases] = {
    "lattice": _l("by rule the more careful or further state stands"),
    "min": _l("by rule the smaller value stands"),
    "max": _l("by rule the greater value stands"),
    "authority": _l("by rule the better evidence stands"),
    "lww": _l("by rule the newer answer stands"),
    "set": _l("by rule what one centre has added stays"),
}
"""Why one answer stands above another though nobody decided, by the merge policy."""

LEVELS: Final[Phrases] = {
    "public_stat": _l("in published figures"),
    "restricted": _l("staff of the centre"),
    "confidential": _l("the child's team"),
    "sealed": _l("sealed"),
}
"""Who may read an answer."""

REASONS: Final[tuple[LazyString, ...]] = (
    _l("according to the discharge summary"),
    _l("according to the document"),
    _l("asked the doctor by phone"),
    _l("asked the child"),
    _l("asked the guardian"),
    _l("a slip of the pen"),
    _l("the newer fact"),
)
"""Offered as reasons; any other may be typed."""


def fault(code: str) -> str:
    """Return in words why a change was set aside."""
    said = FAULTS.get(code.partition(":")[0])
    return str(said) if said else code


def held(slug: str, language: Language) -> str:
    """Return in words why a form is held."""
    if slug in HELD:
        return str(HELD[slug])
    problem = RECEIPT_PROBLEMS.get(slug)
    return problem.title.within(language) if problem else slug
