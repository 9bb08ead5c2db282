"""All that a question's page shows, put together before a template sees it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from intake_server.security.policy import Action, may, may_decide
from intake_server.services import merging
from intake_server.services.desk import File
from intake_server.services.labels import short
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem
from intake_server.web.pages import apart, facts, inputs, phrases
from intake_server.web.pages.decisions import Filled
from intake_server.web.pages.facts import Base, Candidate, Fact
from intake_server.web.pages.inputs import Input
from intake_server.web.pages.preview import Preview, preview
from intake_server.web.pages.texts import _, _n
from intake_server.web.pages.wording import Said, Wording
from sync.merge import rules
from sync.merge.rights import REMOVER
from sync.merge.schema import Check
from sync.merge.siblings import KIND
from sync.merge.talk import TALK, Entry


@dataclass(frozen=True, slots=True)
class Whose:
    """A child that a question is about."""

    doc: str
    name: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A question as its page shows it.

    ``form`` and ``title`` are its heading, ``new`` the numbers of answers that came
    while somebody decided, ``meanwhile`` what is shown until it is decided,
    ``base`` what was agreed on before, ``combined`` all answers as one text, ``beside``
    what the form asks under the same heading, ``neighbours`` the rest of the record,
    ``compared`` the two records of a link. Of what takes two signatures, ``hand`` says
    whether the viewer gave one, or somebody of the same organisation, and
    ``asks_review`` what the day to look again is called where it must be said too.
    """

    item: QueueItem
    form: str
    title: str
    question: str
    whose: tuple[Whose, ...]
    candidates: tuple[Candidate, ...]
    new: frozenset[int]
    meanwhile: Said | None
    is_never_alone: bool
    is_readable: bool
    base: Base | None
    combined: tuple[str, str] | None
    beside: tuple[Fact, ...]
    neighbours: tuple[Fact, ...]
    compared: tuple[tuple[str, str, str], ...]
    details: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    may_decide: bool
    hand: str
    asks_review: str
    owner: str
    preview: Preview


def sheet(file: File, wording: Wording, filled: Filled) -> Sheet:
    """Return what the page of a question shows."""
    item = file.item
    written = facts.sources(file.changes.values(), file.events, wording)
    answers = facts.candidates(item, wording, written)
    form = _form(file, answers, wording)
    is_answered = item.kind in merging.VERBS
    return Sheet(
        item=item,
        form=form,
        title=title(item, wording, file.children),
        question=_asked(item),
        whose=tuple(whose(child, wording) for child in file.children),
        candidates=answers,
        new=_new(answers, filled.shown),
        meanwhile=_meanwhile(item, wording),
        is_never_alone=item.kind != KIND and facts.is_never_alone(item, wording),
        is_readable=wording.may_read(item.cell, item.sites),
        base=facts.base(item, file.changes, wording),
        combined=_combined(item, answers, wording),
        beside=_neighbours(file, wording, is_beside=True),
        neighbours=_neighbours(file, wording, is_beside=False),
        compared=compared(file.children, wording),
        details=(
            *_about_rule(file, wording),
            *_about(file, wording),
            *apart.details(file, wording),
        ),
        inputs=_inputs(item, wording, filled),
        may_decide=is_answered
        and may(wording.viewer, Action.DECIDE)
        and may_decide(wording.viewer, item.owner, item.sites)
        and wording.may_read(item.cell, item.sites),
        hand=apart.hand(file, wording),
        asks_review=apart.asks_review(file, wording),
        owner=wording.owner(item.owner),
        preview=preview(file, wording, filled),
    )


def _asked(item: QueueItem) -> str:
    if item.owner == REMOVER:
        return str(phrases.TAKEN_AWAY)
    if apart.is_second_wanted(item):
        return str(phrases.SECOND)
    return str(phrases.ASKED.get(item.kind, phrases.KINDS[item.kind]))


def whose(child: StoredView, wording: Wording) -> Whose:
    """Return a child as headings name it."""
    return Whose(child.doc, wording.name_of(child), wording.reference_of(child))


def title(item: QueueItem, wording: Wording, children: Sequence[StoredView]) -> str:
    """Return what a question is about, in a few words."""
    made = _TITLES.get(item.kind)
    return made(item, wording, children) if made else str(phrases.KINDS[item.kind])


def compared(
    children: Sequence[StoredView], wording: Wording
) -> tuple[tuple[str, str, str], ...]:
    """Return label, one answer and the other of what two records say."""
    if len(children) < 2:  # noqa: PLR2004 - a link has two ends
        return ()
    sides = [_lines(child, wording) for child in children[:2]]
    names = dict.fromkeys(name for side in sides for name in side)
    return tuple(
        (wording.label(name), sides[0].get(name, ""), sides[1].get(name, ""))
        for name in names
    )


def changed(file: File, answers: Sequence[Candidate], filled: Filled) -> str:
    """Return in words what happened to a question while somebody decided."""
    came = len(_new(answers, filled.shown))
    gone = len(filled.shown - set(file.item.heads))
    said = [
        _n("%(num)d new answer has come.", "%(num)d new answers have come.", came)
        if came
        else "",
        _n(
            "%(num)d answer no longer stands.",
            "%(num)d answers no longer stand.",
            gone,
        )
        if gone
        else "",
    ]
    return " ".join(filter(None, said))


def _of_element(item: QueueItem, wording: Wording, _: Sequence[StoredView]) -> str:
    element = facts.element_of(item, wording)
    label = wording.short(item.cell)
    return f"{label}: {element}" if element else label


def _of_names(_: QueueItem, wording: Wording, children: Sequence[StoredView]) -> str:
    return " / ".join(wording.name_of(child) for child in children)


def _of_held(item: QueueItem, wording: Wording, _: Sequence[StoredView]) -> str:
    form = str((item.facts or {}).get("form_id", ""))
    return wording.title(form) or phrases.held(item.cell, wording.language)


def _of_aside(item: QueueItem, wording: Wording, _: Sequence[StoredView]) -> str:
    name = item.cell.partition(":")[2]
    return wording.short(name) if name else str(phrases.KINDS[item.kind])


def _of_rule(item: QueueItem, wording: Wording, _: Sequence[StoredView]) -> str:
    check = _check(item, wording)
    names = (check.a, check.b) if check else (item.cell,)
    return " — ".join(short(wording.member(name)) for name in names)


_TITLES: Final[
    Mapping[str, Callable[[QueueItem, Wording, Sequence[StoredView]], str]]
] = {
    "field_conflict": lambda item, wording, _: wording.short(item.cell),
    "set_conflict": _of_element,
    "link_conflict": _of_names,
    "link_blocked": _of_names,
    "link_proposed": _of_names,
    "triage": _of_held,
    "quarantine": _of_aside,
    "rule": _of_rule,
    "objection": lambda item, wording, _: wording.short(item.cell.partition("/")[0]),
}


def _new(answers: Sequence[Candidate], shown: frozenset[str]) -> frozenset[int]:
    if not shown:
        return frozenset()
    return frozenset(one.number for one in answers if not one.heads <= shown)


def _meanwhile(item: QueueItem, wording: Wording) -> Said | None:
    if item.kind not in facts.CONTESTED or facts.is_never_alone(item, wording):
        return None
    if item.kind == "set_conflict" and isinstance(item.displayed, bool):
        return Said(_("is there") if item.displayed else _("is not there"))
    return wording.value(item.cell, item.displayed, item.sites)


def _inputs(item: QueueItem, wording: Wording, filled: Filled) -> tuple[Input, ...]:
    if item.kind != "field_conflict":
        return ()
    return inputs.inputs(item.cell, wording, filled.typed)


def _form(file: File, answers: Sequence[Candidate], wording: Wording) -> str:
    """Return the form that asked first, else the first that asks at all."""
    written = next((one.form for one in answers if one.form), "")
    if written:
        return written
    asked = wording.words.labels.first(file.item.cell)
    if asked:
        return wording.title(asked.form_id)
    return str(phrases.KINDS[file.item.kind])


def _neighbours(file: File, wording: Wording, *, is_beside: bool) -> tuple[Fact, ...]:
    """Return what else the record says, under the same heading or under others."""
    if file.record is None or len(file.children) > 1:
        return ()
    own = _heading(file.item.cell, wording)
    return tuple(
        fact
        for fact in facts.facts(file.record, file.others, wording)
        if fact.name != file.item.cell
        and (own is not None and _heading(fact.name, wording) == own) == is_beside
    )


def _heading(name: str, wording: Wording) -> tuple[str, ...] | None:
    asked = wording.words.labels.first(name)
    return (asked.form_id, *asked.place) if asked and asked.place else None


def _combined(
    item: QueueItem, answers: Sequence[Candidate], wording: Wording
) -> tuple[str, str] | None:
    """Return what the form sends for all texts together, and the text."""
    asked = wording.words.labels.about(item.cell)
    values = [said["value"] for said in item.candidates]
    is_text = asked is not None and asked.type == "string" and not asked.file
    if item.kind != "field_conflict" or not is_text or item.is_spelling:
        return None
    if not all(isinstance(v, str) for v in values) or not all(
        a.choice for a in answers
    ):
        return None
    text = "; ".join(values)
    return facts.choice(text), text


def _lines(child: StoredView, wording: Wording) -> Mapping[str, str]:
    return {
        fact.name: fact.said.line
        for fact in facts.facts(child, (), wording)
        if fact.said is not None
    }


def _check(item: QueueItem, wording: Wording) -> Check | None:
    checks = (c for c in wording.words.schema.checks if c.id == item.cell)
    return next(checks, None) if item.kind == "rule" else None


def _about_rule(file: File, wording: Wording) -> Iterable[tuple[str, str]]:
    check = _check(file.item, wording)
    if check is None:
        return
    for name, view in ((check.a, file.record), (check.b, file.counterpart)):
        if view is not None:
            value = rules.answer(view.view["values"], name, wording.words.schema)
            said = wording.value(name, value, file.item.sites)
            yield wording.member(name), said.line


def _about(file: File, wording: Wording) -> Iterable[tuple[str, str]]:
    """Yield who objects, or what is known of a change that was set aside."""
    if file.item.kind == "objection":
        yield from _objection(file, wording)
    if file.item.kind == "quarantine":
        yield from _aside(file, wording)


def _objection(file: File, wording: Wording) -> Iterable[tuple[str, str]]:
    """Yield who objects and why, and what stands."""
    for change in file.changes.values():
        for edit in change.edits if change.id in file.item.heads else ():
            said = [Entry.read({"value": w.v}) for w in edit.w or () if w.n == TALK]
            for entry in filter(None, said):
                yield _("Disagrees"), wording.site(change.site)
                yield _("Why"), entry.text
    if file.record is not None:
        values = file.record.view["values"]
        name = file.item.cell.partition("/")[0]
        said_now = wording.value(name, values.get(name), file.item.sites)
        if not facts.is_never_alone(file.item, wording) or name not in set(
            file.record.view["contested"]
        ):
            yield _("Stands now"), f"{wording.short(name)}: {said_now.line}"


def _aside(file: File, wording: Wording) -> Iterable[tuple[str, str]]:
    """Yield what is known of a change that was set aside."""
    item = file.item
    yield _("What is wrong"), phrases.fault(item.cell)
    for change in file.changes.values():
        if change.id in item.heads:
            yield _("Form"), wording.title(change.form)
            yield _("From"), wording.site(change.site)
