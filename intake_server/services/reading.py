"""Reading what came: from bytes to typed answers, or to a problem that names the field.

Happens before the store is asked to write, so that a batch holds the write lock no
longer than it must.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from json import dumps, loads
from typing import Any, Final

from forms.answers import Answer, typed
from forms.definition import FormDefinition
from forms.entering import entered, properties
from forms.errors import DefinitionError, MissingInstanceIdError, SubmissionError
from forms.gate import admit
from forms.instance import LIMITS, answers_of, parse
from forms.practice import is_practised
from forms.reference import normalise
from intake_server.services import corrections
from intake_server.services.corrections import Entered
from intake_server.services.published import Shelf, Sources, Stored
from intake_server.storage.database import Session
from intake_server.storage.submissions import Submission
from sync import effect
from sync.change import canonical

_ANCHORLESS: Final = "sha256:"
UNKNOWN_FORM: Final = "unknown-form"
UNKNOWN_VERSION: Final = "unknown-version"
FORMLESS: Final = frozenset({UNKNOWN_FORM, UNKNOWN_VERSION})
"""The problems that are over when the form is published."""
WHOSE: Final = frozenset({"no-reference", "bad-reference"})
"""The problems that are over when a person says whose the form is."""
UNKNOWN_KEY: Final = "unknown-key"
"""The problem of what no key here opens."""
UNREAD: Final = "~unread"
"""The answer under which is kept what no store or form can hold, as a text."""
PRACTISED: Final = "practised"
"""The problem of what was filled in to practise, and was sent in earnest."""
_OF_A_CHILD: Final = ("person", "case")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a submission was set aside; never what it says."""

    slug: str
    detail: str
    field: str | None = None


NOTHING_LEFT: Final = Problem("correction", "nothing is left of what it corrects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A submission as it came in a batch, with one of its four contents.

    These are ``xml``, ``answers``, ``sealed``, and ``corrects``: what another submission
    says, by field, and what it should say.

    ``based_on`` holds what was rendered, change ids by document and cell;
    ``attachments`` have ``name``, ``sha256`` and ``size``; ``problem`` is one that the
    door has found already. ``read_by`` is a version by which it is read in place of its
    own. ``sent_as`` is by which SHA-256 its sender knows it, where it came sealed,
    and ``worker`` who filled it in, as they name themselves.
    """

    instance_id: str | None = None
    form_id: str = ""
    form_version: str = ""
    finalized_at: str | None = None
    xml: bytes | None = None
    answers: Mapping[str, Any] | None = None
    sealed: Mapping[str, Any] | None = None
    corrects: Mapping[str, Any] | None = None
    based_on: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    attachments: Sequence[Mapping[str, Any]] = ()
    problem: Problem | None = None
    read_by: str = ""
    sent_as: bytes | None = None
    worker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A submission that was read as far as it could be.

    ``key`` is its instance id, or its digest where it has none; ``reference`` the
    child's, canonical; ``finished`` when its author finished it; ``corrects`` the
    instance id of the submission that it replaces, ``entered`` what it names of that;
    ``sources`` what the forms followed from, where one was looked for.
    """

    key: str
    sha256: bytes
    media: str
    raw: bytes
    form_id: str = ""
    form_version: str = ""
    finalized_at: str | None = None
    definition: FormDefinition | None = None
    answers: tuple[Answer, ...] = ()
    reference: str | None = None
    based_on: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    attachments: tuple[Mapping[str, Any], ...] = ()
    problem: Problem | None = None
    corrects: str | None = None
    entered: Entered | None = None
    worker: str | None = None
    sources: Sources | None = None

    @property
    def finished(self) -> datetime | None:
        """The moment of ``finalized_at``; None where it says none with an offset."""
        return moment(self.finalized_at)

    @property
    def makes_a_child(self) -> bool:
        """Whether this form may speak of a child that has no reference yet.

        One that never asks for a reference does, where it says something of a child.
        """
        asked = _reference_field(self.definition)
        if asked is not None:
            return not asked.required
        every = self.definition.fields if self.definition is not None else ()
        return any(part.home in _OF_A_CHILD for part in every)


def read_all(shelf: Shelf, batch: Sequence[Incoming]) -> tuple[Read, ...]:
    """Read a batch, in order, by the forms on a shelf."""
    return tuple(_read(shelf, one) for one in batch)


def once_more(
    session: Session, batch: Sequence[Incoming], read: Sequence[Read], now: Sources
) -> tuple[Read, ...]:
    """Read again what was read by forms that are not those of now.

    Args:
        session: An open session.
        batch: What came.
        read: How it was read before.
        now: The changes that the forms follow from by now.
    """
    if all(was.sources in (None, now) for was in read):
        return tuple(read)
    shelf = Stored(session)
    return tuple(
        was if was.sources in (None, now) else _read(shelf, one)
        for one, was in zip(batch, read, strict=True)
    )


def again(
    session: Session, kept: Submission, reference: str | None, *, version: str = ""
) -> Read:
    """Read a kept submission once more, with what is known now.

    Args:
        session: An open session.
        kept: The submission with its bytes.
        reference: Whose child it is, where a person has said so.
        version: By which version of its form; as before where none is said.
    """
    stored = kept.form_version if kept.status == "stored" else ""
    said = {} if kept.media == "xml" else loads(kept.raw)
    one = Incoming(
        instance_id=kept.instance_id,
        form_id=kept.form_id,
        form_version=kept.form_version,
        finalized_at=kept.finalized_at,
        xml=kept.raw if kept.media == "xml" else None,
        answers=said.get("answers"),
        sealed=said.get("sealed"),
        corrects=said.get("corrects"),
        based_on=said.get("based_on") or kept.based_on or {},
        attachments=kept.attachments,
        worker=kept.worker,
        read_by=version or stored,
    )
    shelf = Stored(session)
    read = _read(shelf, one)
    if one.corrects is not None and read.problem is None:
        before = corrections.chain(session, kept.corrects)
        read = _with_entries(shelf, read, one.corrects, before)
    return read if reference is None else _assigned(read, reference)


def _assigned(read: Read, reference: str) -> Read:
    """Take a person's word for whose a form is, where nothing else is wrong with it."""
    if read.problem is None or read.problem.slug not in WHOSE:
        return read
    others = (a for a in read.answers if a.field.property != effect.REFERENCE)
    if effect.bad_reference(others) is not None:
        return read
    return replace(read, reference=reference, problem=None)


def moment(text: str | None) -> datetime | None:
    """Return the moment that RFC 3339 text with an offset names."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _read(shelf: Shelf, one: Incoming) -> Read:
    raw, media = evidence_of(one)
    digest = sha256(raw).digest()
    facts: dict[str, Any] = {
        "sha256": digest,
        "media": media,
        "raw": raw,
        "form_id": one.form_id,
        "form_version": one.form_version,
        "finalized_at": one.finalized_at,
        "based_on": one.based_on,
        "attachments": tuple(one.attachments),
        "worker": one.worker,
        "key": _ANCHORLESS + digest.hex(),
    }
    if one.instance_id and _is_name(one.instance_id):
        facts["key"] = one.instance_id
    if one.problem is not None:
        return Read(**facts, problem=one.problem)
    if one.sealed is not None:
        return Read(**facts, problem=Problem(UNKNOWN_KEY, "no key here opens this"))
    try:
        return _understand(shelf, one, facts)
    except SubmissionError as error:
        return Read(**facts, problem=_problem(error))


def _problem(error: SubmissionError) -> Problem:
    return Problem(error.slug, str(error), getattr(error, "field", None))


def _is_name(text: str) -> bool:
    """Tell whether a text is short and whole enough to name a submission."""
    return len(text) <= LIMITS.name_bytes and text.isprintable()


def evidence_of(one: Incoming) -> tuple[bytes, str]:
    """Return what is kept as evidence, and its media type."""
    if one.xml is not None:
        return one.xml, "xml"
    said = {
        "form_id": one.form_id,
        "form_version": one.form_version,
        "answers": one.answers,
        "based_on": {} if one.sealed else one.based_on,
        "sealed": one.sealed,
    }
    if one.corrects is not None:
        said["corrects"] = one.corrects
    media = "json" if one.sealed is None else "sealed"
    try:
        return canonical(said), media
    except (UnicodeEncodeError, OverflowError):
        # Halves of surrogate pairs and numbers past 64 bits are kept as they came.
        return dumps(said, sort_keys=True).encode(), media


def _understand(shelf: Shelf, one: Incoming, facts: dict[str, Any]) -> Read:
    """Find the form, and read the answers by it."""
    raw = parse(one.xml) if one.xml is not None else None
    if raw is not None:
        if one.instance_id not in (None, raw.instance_id):
            problem = Problem("instance-conflict", "the XML has another instance id")
            return Read(**facts, problem=problem)
        facts |= {
            "key": raw.instance_id,
            "form_id": raw.form_id,
            "form_version": raw.version,
            "corrects": raw.deprecated_id,
        }
    elif facts["key"] != one.instance_id:
        raise MissingInstanceIdError(form_id=one.form_id, version=one.form_version)
    if one.corrects is not None:
        return Read(**facts, corrects=one.corrects["instance_id"])
    facts["form_version"] = one.read_by or facts["form_version"]
    try:
        definition = shelf.find(facts["form_id"], facts["form_version"])
    except DefinitionError:
        definition = None
    facts["sources"] = shelf.sources
    if definition is None:
        return Read(**facts, problem=_unknown(shelf, facts))
    if raw is not None:
        nested = answers_of(raw, definition)
    else:
        nested = dict(one.answers or {})
        admit(nested)
    answers = typed(nested, definition)
    return _about_whom(Read(**facts, definition=definition, answers=answers))


def _why(said: Mapping[str, Any]) -> str | None:
    """Return for which reasons entries correct something, each once."""
    reasons = dict.fromkeys(one["why"] for one in said["entries"] if one["why"])
    return "; ".join(reasons) or None


def _with_entries(
    shelf: Shelf, read: Read, said: Mapping[str, Any], before: Sequence[Submission]
) -> Read:
    """Return a correction by entries with all answers as they should have been.

    Args:
        shelf: Where forms are found.
        read: The correction.
        said: Its entries.
        before: What it replaces and what that has replaced, the first of them first,
            with their bytes.
    """
    if not before or not all(one.raw for one in before):
        return replace(read, problem=NOTHING_LEFT)
    try:
        definition, nested = _answered(shelf, before)
        answers = typed(entered(nested, definition, said["entries"]), definition)
        named = Entered(properties(definition, said["entries"]), _why(said))
    except SubmissionError as error:
        return replace(read, problem=_problem(error))
    whole = replace(read, definition=definition, answers=answers, entered=named)
    return _about_whom(whole)


def _answered(
    shelf: Shelf, chain: Sequence[Submission]
) -> tuple[FormDefinition, dict[str, Any]]:
    """Return what the last of a chain of submissions says, and by which form."""
    first, *rest = chain
    definition = shelf.find(first.form_id, first.form_version)
    assert definition is not None  # noqa: S101 - by it the submission was taken in
    nested = _nested(first, definition)
    for one in rest:
        entries = None if one.media == "xml" else loads(one.raw).get("corrects")
        if entries is not None:
            nested = entered(nested, definition, entries["entries"])
            continue
        definition = shelf.find(one.form_id, one.form_version) or definition
        nested = _nested(one, definition)
    return definition, nested


def _nested(kept: Submission, definition: FormDefinition) -> dict[str, Any]:
    if kept.media == "xml":
        return answers_of(parse(kept.raw), definition)
    return dict(loads(kept.raw)["answers"])


def _about_whom(read: Read) -> Read:
    """Check the references, and say whose child this is about."""
    wrong = effect.bad_reference(read.answers)
    if wrong is not None:
        detail = "the reference does not check"
        return replace(read, problem=Problem("bad-reference", detail, wrong))
    practised = effect.practised_reference(read.answers)
    if practised is not None and not is_practised(read.form_version):
        detail = "the reference is one to practise with"
        return replace(read, problem=Problem(PRACTISED, detail, practised))
    typed_reference = effect.reference_in(read.answers)
    reference = normalise(typed_reference) if typed_reference else None
    asked = _reference_field(read.definition)
    if reference is None and asked is not None and asked.required:
        detail = "the form does not say whose it is; a person assigns it"
        return replace(read, problem=Problem("no-reference", detail, asked.name))
    return replace(read, reference=reference)


def _unknown(shelf: Shelf, facts: Mapping[str, Any]) -> Problem:
    form_id, version = facts["form_id"], facts["form_version"]
    if is_practised(version):
        detail = "the form was filled in to practise"
        return Problem(PRACTISED, detail, "form_version")
    if shelf.has(form_id):
        detail = f"version {version} of this form has not arrived yet"
        return Problem(UNKNOWN_VERSION, detail, "form_version")
    return Problem(UNKNOWN_FORM, "no form of this name is published here", "form_id")


def _reference_field(definition: FormDefinition | None) -> Any:
    if definition is None:
        return None
    return next((f for f in definition.fields if f.property == effect.REFERENCE), None)
