"""What is odd in what was sent on a form: by question, with the newest that show it.

It is read from what waits for people: forms that were set aside, and answers that do not
fit together. What was settled meanwhile is no finding any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Final

from intake_server.errors import NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note_all
from intake_server.security.policy import Principal
from intake_server.services import child, records, triage
from intake_server.storage import findings, forms
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.findings import Contradiction, Held
from intake_server.storage.forms import Version
from sync.merge.queue import identify

_PERSON: Final = "person"


class Source(Enum):
    """Where a finding comes from."""

    HELD = "held"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Example:
    """One of what shows a finding: a question, or the child that it is about.

    ``child`` is None where the viewer may not know whose it is, ``qid`` where nobody is
    asked.
    """

    qid: str | None
    child: StoredView | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The same oddity in several forms; the examples are the newest.

    ``kind`` is the problem of forms that were set aside, or the rule of answers that do
    not fit; ``field`` the question, as the form calls it.
    """

    source: Source
    field: str
    kind: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form with its versions, the newest first, and what is odd in what was sent."""

    versions: tuple[Version, ...]
    findings: tuple[Finding, ...]


def counts(session: Session, viewer: Principal) -> Mapping[str, int]:
    """Return how many forms were set aside that the viewer may know of, by form."""
    return findings.by_form(session, site=records.only(policy.sites(viewer)))


def of_form(
    database: Database, form_id: str, *, viewer: Principal, now: datetime
) -> Sheet:
    """Return a form's versions, and what is odd in what was sent on it.

    Raises:
        NotFoundError: There is no such form.
        AuditError: The read could not be noted.
    """
    site = records.only(policy.sites(viewer))
    with database.transaction() as session:
        versions = tuple(one for one in forms.listed(session) if one.form_id == form_id)
        if not versions:
            raise NotFoundError("form")
        rules = forms.rules_of(session, form_id)
        held = [
            one
            for one in findings.held(session, form_id, site=site)
            if policy.may_know(viewer, *(doc for doc, _ in one.documents))
        ]
        contradictions = findings.contradictions(session, rules, site=site)
        docs = [*(one.doc for one in contradictions), *filter(None, map(_about, held))]
        children = child.visible(session, docs, viewer) if docs else {}
        seen = {one.doc for one in children.values()}
        note_all(session, Act.LIST_RECORDS, sorted(seen), by=viewer.actor, now=now)
    return Sheet(
        tuple(sorted(versions, key=lambda one: int(one.version), reverse=True)),
        (*_held(held, children), *_contradictions(contradictions, rules, children)),
    )


def _about(one: Held) -> str | None:
    """Return the child that a form would have written on; None where none is known."""
    return next((doc for doc, kind in one.documents if kind == _PERSON), None)


def _held(
    held: Sequence[Held], children: Mapping[str, StoredView]
) -> Sequence[Finding]:
    return tuple(
        Finding(
            source=Source.HELD,
            field=field or "",
            kind=slug or "",
            count=all_[0].count,
            examples=tuple(
                Example(_question(one), children.get(_about(one) or ""), one.received)
                for one in all_
            ),
        )
        for (field, slug), all_ in _grouped(held)
    )


def _grouped(
    held: Sequence[Held],
) -> Sequence[tuple[tuple[str | None, str | None], tuple[Held, ...]]]:
    by_kind = groupby(held, key=lambda one: (one.field, one.slug))
    return [(kind, tuple(all_)) for kind, all_ in by_kind]


def _question(one: Held) -> str | None:
    if one.change is not None:
        return None
    digest = one.sha256.hex()
    return identify(triage.KIND, one.instance_id, one.slug or "", (digest,))


def _contradictions(
    found: Sequence[Contradiction],
    rules: Mapping[str, str],
    children: Mapping[str, StoredView],
) -> Sequence[Finding]:
    every = [(rule, tuple(all_)) for rule, all_ in groupby(found, lambda one: one.rule)]
    return tuple(
        Finding(
            source=Source.RULE,
            field=rules[rule],
            kind=rule,
            count=all_[0].count,
            examples=tuple(
                Example(
                    one.qid, children.get(one.doc), datetime.fromisoformat(one.since)
                )
                for one in all_
            ),
        )
        for rule, all_ in every
    )
