"""A form that was set aside, in words: what is wrong with it, and all of it as it came.

What came is text on a page, never part of one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms import reference as references
from forms import showing
from intake_server.services.labels import short, within
from intake_server.services.quarantine import Evidence
from intake_server.services.reading import FORMLESS
from intake_server.storage.submissions import Submission
from intake_server.web.language import Language
from intake_server.web.pages import files, phrases
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.wording import Said, Wording
from intake_server.web.receipt_problems import RECEIPT_PROBLEMS

MOST_SHOWN: Final = 20_000
"""So many characters of a form stand on a page; the rest is in the file."""

_OTHER: Final[dict[Language, Language]] = {"uk": "en", "en": "uk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is wrong with a form: in the reader's language, and in the ``other`` one.

    ``field`` is the question's label, ``name`` what the form calls it, ``detail`` what
    the program says of it.
    """

    title: str
    other_title: str
    other: Language
    advice: str
    field: str
    other_field: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Part:
    """A file that came with a form; ``digest`` is empty where it cannot be asked for."""

    name: str
    size: str
    digest: str
    is_missing: bool
    is_damaged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A form that was set aside, as its page shows it.

    ``raw`` is None where the viewer may not read it, ``more`` how many characters are
    left out; ``mend`` is a version by which it can be taken in, ``unmended`` why the
    newest one does not read it either.
    """

    qid: str
    form: str
    version: str
    site: str
    sender: str
    received: Moment | None
    finished: Moment | None
    state: str
    reference: str
    documents: tuple[str, ...]
    wrong: Wrong | None
    answers: tuple[tuple[str, Said], ...]
    parts: tuple[Part, ...]
    raw: str | None
    more: int
    size: str
    mend: str
    newest: str
    unmended: str


def held(evidence: Evidence, words: Wording) -> Held:
    """Return a form that was set aside, in words."""
    one, other = evidence.submission, evidence.other
    is_mendable = other is not None and other.problem is None
    raw = _text(one) if evidence.is_raw else None
    return Held(
        qid=evidence.qid,
        form=words.title(one.form_id) or one.form_id,
        version=one.form_version,
        site=words.site(one.site),
        sender=", ".join(filter(None, (one.worker, words.author(one.sender)))),
        received=words.moment(one.received),
        finished=words.moment(one.finalized_at) if one.finalized_at else None,
        state=_state(one),
        reference=references.printed(one.reference) if one.reference else "",
        documents=tuple(doc for doc, kind in one.documents if kind == "person"),
        wrong=wrong(one, words, evidence.asked) if one.slug else None,
        answers=tuple(_answers(evidence, words)),
        parts=tuple(_parts(evidence)),
        raw=None if raw is None else raw[:MOST_SHOWN],
        more=0 if raw is None else max(0, len(raw) - MOST_SHOWN),
        size=files.size(len(one.raw)),
        mend=other.version if other is not None and is_mendable else "",
        newest=other.version if other is not None else "",
        unmended=phrases.held(other.problem.slug, words.language)
        if other is not None and other.problem is not None
        else "",
    )


def wrong(one: Submission, words: Wording, asked: Any = None) -> Wrong:
    """Return what is wrong with a form.

    Args:
        one: The form.
        words: How things are said.
        asked: The question whose answer it is, where that is known.
    """
    slug, other = one.slug or "", _OTHER[words.language]
    problem = RECEIPT_PROBLEMS.get(slug)
    labels: Mapping[str, str] = asked.label if asked is not None else {}
    name = "" if slug in FORMLESS else one.field or ""
    field = short(within(labels, words.language)) or name
    other_field = short(within(labels, other))
    return Wrong(
        title=phrases.held(slug, words.language),
        other_title=problem.title.within(other) if problem else "",
        other=other,
        advice=str(phrases.REMEDIES.get(slug, "")),
        field=field,
        other_field=other_field if other_field != field else "",
        name=name,
        detail=one.detail or "",
    )


def _state(one: Submission) -> str:
    if one.is_held:
        return "held"
    return "left" if one.change is None else one.status


def _text(one: Submission) -> str:
    return showing.text(one.raw, is_xml=one.media == "xml")


def _answers(evidence: Evidence, words: Wording) -> Iterable[tuple[str, Said]]:
    """Yield what can be read, as far as the viewer may read it."""
    for answer in evidence.answers:
        name = answer.field.property or answer.field.name
        label = short(within(answer.field.label, words.language))
        if answer.value is not None and label:
            said = words.value(name, answer.value, (evidence.submission.site,))
            yield label, Said(said.line)


def _parts(evidence: Evidence) -> Iterable[Part]:
    for file in evidence.submission.attachments:
        digest = file["sha256"]
        is_missing = digest in evidence.missing
        yield Part(
            file["name"],
            files.size(file["size"]),
            "" if is_missing else digest,
            is_missing,
            is_missing and file.get("sealed") in evidence.damaged,
        )
