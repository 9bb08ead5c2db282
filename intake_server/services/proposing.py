"""Publishing a form by its owner: looked at first, then published as it was shown.

Only central publishes. A version that is published stays as it is for ever: sent again
it changes nothing, and anything else under its number is refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from secrets import token_bytes
from typing import Final, Literal

from forms import authoring, catalogue, draft, mending, review, workbook
from forms.catalogue import Form
from forms.draft import Draft
from forms.errors import AuthoringError, DefinitionError, FormError
from forms.faults import Fault, Wrong
from intake_server.errors import InvalidRequestError, NotCentralError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import odk, publishing
from intake_server.services.authoring import Entropy
from intake_server.storage import forms, locks, node
from intake_server.storage.database import Database, Session
from sync import documents
from sync.errors import SchemaError

Kind = Literal["xlsx", "md", "xml"]
KINDS: Final[tuple[Kind, ...]] = ("xlsx", "md", "xml")

MOST_BYTES: Final = 1_000_000
"""A larger XForm no phone fetches over a weak line."""

_CENTRAL: Final = "central"
_NO_FILES: Final[Mapping[str, bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be published, and what stands against it.

    ``is_published`` says that the very same form is there already, ``is_validated``
    that ODK Validate was asked. ``form`` is None where none came of the workbook.
    """

    form: Form | None
    faults: tuple[Fault, ...]
    is_published: bool = False
    is_validated: bool = False


def kind_of(name: str) -> Kind:
    """Return how a file is written, by the end of its name.

    Raises:
        InvalidRequestError: In none of the ways that are read here.
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InvalidRequestError(
            {"file": [f"a form is a file in {', '.join(KINDS)}; this is none of them"]}
        )
    return kind


def published_forms(session: Session) -> tuple[Form, ...]:
    """Return all versions of all forms that are published here and can be read."""
    return tuple(_readable(forms.all_of(session)))


def is_central(session: Session) -> bool:
    """Tell whether forms are published here."""
    return node.read(session).role == _CENTRAL


def examine(
    content: bytes,
    kind: Kind,
    published: Iterable[Form],
    beside: Mapping[str, bytes] = _NO_FILES,
) -> Proposal:
    """Look at a form as its owner wrote it; return all that is wrong with it.

    Args:
        content: The file.
        kind: How it is written.
        published: What it must fit to.
        beside: The files that were handed in with it, by name.
    """
    try:
        written = _written(content, kind)
    except FormError as error:
        return Proposal(form=None, faults=(_unreadable(error),))
    before = tuple(published)
    found = review.of_draft(written)
    try:
        form = catalogue.form(_converted(content, kind), beside)
    except AuthoringError as error:
        found += _beyond(error, written, before, found)
        return Proposal(form=None, faults=_sorted(found))
    except DefinitionError as error:
        found.append(_unnamed(error, written))
        return Proposal(form=None, faults=_sorted(found))
    found += _names(form, written)
    found += review.of_form(form, before, written, found)
    found += review.of_files(form.xml, beside)
    found += _rules(form, written, found)
    said = odk.faults(form.xml, written)
    names = {fault.name for fault in found if fault.wrong is Wrong.FUNCTION}
    found += [fault for fault in said or () if fault.name not in names]
    return Proposal(
        form=form,
        faults=_sorted(found),
        is_published=_is_among(form, before),
        is_validated=said is not None,
    )


def publish(
    database: Database,
    form: Form,
    *,
    by: Principal | None,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> Proposal:
    """Publish a form that was examined, unless something stands against it by now.

    Args:
        database: The store.
        form: The form.
        by: Who publishes; None for the operator at the command line.
        now: When.
        entropy: Gives random bytes.

    Raises:
        NotCentralError: This node is not central.
    """
    written = draft.of_xform(form.xml)
    with database.transaction() as session:
        here = node.alone(session)
        if here.role != _CENTRAL:
            raise NotCentralError
        locks.lock_all(session.connection())
        before = published_forms(session)
        found = review.of_draft(written)
        found += _names(form, written)
        found += review.of_form(form, before, written, found)
        found += _rules(form, written, found)
        proposal = Proposal(
            form=form,
            faults=_sorted(found),
            is_published=_is_among(form, before),
        )
        if proposal.faults or proposal.is_published:
            return proposal
        publishing.publish(
            session,
            [form],
            site=by.site if by else here.site,
            now=now,
            entropy=entropy,
            by=by,
        )
        note(
            session,
            Act.PUBLISH,
            documents.schema(form.form_id, form.version),
            by=by.actor if by else publishing.OPERATOR,
            now=now,
        )
    return proposal


def _beyond(
    error: AuthoringError,
    written: Draft,
    published: Iterable[Form],
    found: Iterable[Fault],
) -> Iterator[Fault]:
    """Yield what pyxform refuses, and what is wrong beside it."""
    known = list(found)
    rows = {(fault.sheet, fault.row) for fault in known if fault.row}
    complaints, mended = mending.complaints(error, written)
    for complaint in complaints:
        fault = review.of_error(complaint, written, Wrong.WORKBOOK)
        if (fault.sheet, fault.row) not in rows:
            yield fault
    if mended is None:
        return
    broken = {(complaint.sheet, complaint.row) for complaint in complaints}
    for fault in review.of_form(mended, published, written, known):
        if (fault.sheet, fault.row) not in broken:
            yield fault


def _written(content: bytes, kind: Kind) -> Draft:
    if kind == "xml":
        return draft.of_xform(content)
    return workbook.of_workbook(content, kind=kind)


def _converted(content: bytes, kind: Kind) -> bytes:
    return content if kind == "xml" else authoring.convert(content, kind=kind)


def _unreadable(error: FormError) -> Fault:
    return Fault(wrong=Wrong.UNREADABLE, facts={"says": str(error)})


def _unnamed(error: DefinitionError, written: Draft) -> Fault:
    """Return why an XForm is none; often it does not name its version."""
    if error.field is not None:
        return review.of_error(error, written, Wrong.RULE)
    if written.raw is not None and not written.setting()["version"]:
        return review.at_setting(written, "version", Wrong.VERSION, value="")
    return _unreadable(error)


def _names(form: Form, written: Draft) -> Iterator[Fault]:
    """Yield what no node would keep: a name or a version that is none, or a giant."""
    is_named = written.raw is None or written.setting()["form_id"]
    if not is_named or not forms.is_form_id(form.form_id):
        value = form.form_id if is_named else ""
        yield review.at_setting(written, "form_id", Wrong.FORM_ID, value=value)
    if len(form.xml) > MOST_BYTES:
        facts = {"value": str(len(form.xml)), "known": str(MOST_BYTES)}
        yield Fault(wrong=Wrong.TOO_LARGE, facts=facts)
    if not forms.is_version(form.version):
        value = form.version
        yield review.at_setting(written, "version", Wrong.VERSION, value=value)


def _rules(form: Form, written: Draft, found: Iterable[Fault]) -> Iterator[Fault]:
    """Yield what the store has against the rules, where nothing else has."""
    if any(fault.wrong is not Wrong.TEXT for fault in found):
        return
    try:
        forms.check(publishing.rules(form))
    except SchemaError as error:
        asked = (one for one in form.definition.fields if one.property == error.name)
        name = next((one.name for one in asked), error.name)
        reason = DefinitionError(str(error), field=name, column="property")
        yield review.of_error(reason, written, Wrong.RULE)


def _readable(stored: Iterable[forms.Form]) -> Iterator[Form]:
    for one in stored:
        with suppress(DefinitionError):
            said = publishing.definition(one)
            yield Form(
                *(one.form_id, one.version, one.title, one.xml.encode()),
                said,
                one.media,
            )


def _is_among(form: Form, published: Iterable[Form]) -> bool:
    return any(
        (one.form_id, one.version, one.xml, one.media)
        == (form.form_id, form.version, form.xml, form.media)
        for one in published
    )


_SHEETS: Final = ("settings", "survey", "choices")


def _sorted(found: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults in the order of the workbook, each once."""

    def place(fault: Fault) -> tuple[int, int]:
        sheet = _SHEETS.index(fault.sheet) if fault.sheet in _SHEETS else len(_SHEETS)
        return sheet, fault.row or 0

    once = {(one, tuple(one.facts.items())): one for one in found}
    return tuple(sorted(once.values(), key=place))
