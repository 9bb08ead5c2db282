"""What is odd in what came: counted by form, question and kind, with the newest of each.

Two statements a form, however much came: forms that were set aside, and questions about
answers that do not fit together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from intake_server.storage.tables import METADATA, QueueRow

NEWEST: Final = 5
"""So many examples of each kind are told."""

_SUBMISSION: Final = METADATA.tables["submission"].c
_ASIDE: Final = sa.text("submission.status = 'quarantined'")
"""As the index says it, so that SQLite looks there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A form that was set aside, of ``count`` with the same question and problem.

    ``documents`` is what it would have written on, where it was read that far.
    """

    field: str | None
    slug: str | None
    count: int
    instance_id: str
    sha256: bytes
    received: datetime
    change: str | None
    documents: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A question about answers that do not fit, of ``count`` about the same rule."""

    rule: str
    count: int
    qid: str
    doc: str
    since: str


def by_form(session: Session, *, site: str | None) -> Mapping[str, int]:
    """Return how many forms were set aside, by form.

    Args:
        session: An open session.
        site: Only those of this site.
    """
    query = sa.select(_SUBMISSION.form_id, sa.func.count()).where(_ASIDE)
    if site is not None:
        query = query.where(_SUBMISSION.site == site)
    rows = session.connection().execute(query.group_by(_SUBMISSION.form_id))
    return {form_id: count for form_id, count in rows}  # noqa: C416 - rows are no tuples


def held(session: Session, form_id: str, *, site: str | None) -> Sequence[Held]:
    """Return the newest forms of each kind that were set aside, the most frequent first.

    Args:
        session: An open session.
        form_id: Of which form.
        site: Only those of this site.
    """
    kind = (_SUBMISSION.field, _SUBMISSION.slug)
    order = (_SUBMISSION.received.desc(), _SUBMISSION.instance_id)
    named = (
        *("field", "slug", "instance_id", "sha256", "received", "change"),
        "documents",
    )
    query = sa.select(
        *(_SUBMISSION[name] for name in named),
        sa.func.count().over(partition_by=kind).label("count"),
        sa.func.row_number().over(partition_by=kind, order_by=order).label("place"),
    ).where(_ASIDE, _SUBMISSION.form_id == form_id)
    if site is not None:
        query = query.where(_SUBMISSION.site == site)
    return tuple(Held(**row) for row in _newest(session, query, "field", "slug"))


def contradictions(
    session: Session, rules: Iterable[str], *, site: str | None
) -> Sequence[Contradiction]:
    """Return the newest questions about each of these rules, the most frequent first.

    Args:
        session: An open session.
        rules: The rules that a form says.
        site: Only questions in which this site has a part.
    """
    rule = col(QueueRow.cell)
    order = (col(QueueRow.first_seen).desc(), col(QueueRow.qid))
    query = sa.select(
        rule.label("rule"),
        col(QueueRow.qid),
        col(QueueRow.doc),
        col(QueueRow.first_seen).label("since"),
        sa.func.count().over(partition_by=rule).label("count"),
        sa.func.row_number().over(partition_by=rule, order_by=order).label("place"),
    ).where(col(QueueRow.kind) == "rule", rule.in_(sorted(set(rules))))
    if site is not None:
        query = query.where(col(QueueRow.sites).contains(f"|{site}|", autoescape=True))
    return tuple(Contradiction(**row) for row in _newest(session, query, "rule"))


def _newest(session: Session, query: Any, *kind: str) -> Iterable[Mapping[str, Any]]:
    """Yield the first of each kind, the kinds that are most frequent first."""
    ranked = query.subquery()
    newest = (
        sa.select(ranked)
        .where(ranked.c.place <= NEWEST)
        .order_by(ranked.c["count"].desc(), *(ranked.c[name] for name in kind), "place")
    )
    for row in session.connection().execute(newest).mappings():
        yield {name: value for name, value in row.items() if name != "place"}
