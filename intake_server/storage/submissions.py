"""Finished forms byte for byte as they came: evidence, kept for ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
import zstandard
from sqlmodel import Session, and_, col, delete, select, tuple_, update

from intake_server.clock import text
from intake_server.storage import attachments, bulk
from intake_server.storage.tables import METADATA, FormRow, SubmissionRow

_LARGEST: Final = 64_000_000
_LISTED: Final = 500
_PAGE: Final = 50


_TABLE: Final = METADATA.tables["submission"]
_ADD: Final = sa.insert(_TABLE)
_HELD: Final = sa.text("submission.is_held")
"""As the index says it: SQLite does not know ``is_held = 1`` for the same."""
_ASIDE: Final = sa.text("submission.status = 'quarantined'")
"""As the index says it, for the same reason."""
_PLACE: Final = ("received", "instance_id", "sha256")
_CHAINS: Final = """
WITH RECURSIVE chain(root, name, depth, received) AS (
  SELECT instance_id, instance_id, 0, received FROM submission
  WHERE status = 'stored' AND instance_id IN ({keys})
  UNION ALL
  SELECT chain.root, s.instance_id, chain.depth + 1, s.received
  FROM chain JOIN submission s ON s.corrects = chain.name
  WHERE s.status = 'stored' AND chain.depth < 1000
) SELECT root, name, depth, received FROM chain
"""
_KNOWN: Final = (
    sa.select(*(column for column in _TABLE.c if column.name != "raw"))
    .where(_TABLE.c.instance_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_TABLE.c.received, _TABLE.c.sha256)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submission and what became of it.

    ``raw`` is empty once the document it speaks of was erased. ``form_version`` is by
    which version it is read: its own, unless a person let it be read by another. ``media`` is ``xml``,
    ``json`` or ``sealed``. ``slug``, ``detail`` and ``field`` tell the problem of a
    quarantined one; ``is_held`` that it waits: for the submission
    ``awaits``, for its form, or for a person. ``off_ms`` is how far its sender's clock
    was ahead, ``based_on`` what was rendered, where the bytes do not say it, and
    ``corrects`` the submission that this one replaces. ``further`` are the changes that
    say which files its answers mean, of those that came after it, ``worker`` is who
    filled it in, as they name themselves, where several share a device.
    """

    instance_id: str
    sha256: bytes
    media: str
    raw: bytes
    form_id: str
    form_version: str
    received: datetime
    sender: str
    site: str
    status: str
    finalized_at: str | None = None
    slug: str | None = None
    detail: str | None = None
    field: str | None = None
    reference: str | None = None
    documents: Sequence[tuple[str, str]] = ()
    attachments: Sequence[Mapping[str, Any]] = ()
    change: str | None = None
    is_held: bool = False
    awaits: str | None = None
    off_ms: int | None = None
    based_on: Mapping[str, Mapping[str, Sequence[str]]] | None = None
    corrects: str | None = None
    further: Sequence[str] = ()
    worker: str | None = None


def known(
    session: Session, instance_ids: Iterable[str]
) -> Mapping[str, Sequence[Submission]]:
    """Return what came before under these ids, oldest first, without the bytes."""
    wanted = sorted(set(instance_ids))
    found: dict[str, list[Submission]] = {}
    for start in range(0, len(wanted), _LISTED):
        part = wanted[start : start + _LISTED]
        for row in bulk.rows(session, _KNOWN, ids=part):
            found.setdefault(row["instance_id"], []).append(_bare(row))
    return found


def add_all(session: Session, submissions: Sequence[Submission]) -> None:
    """Keep new submissions; instance id and digest together must be new."""
    press = zstandard.ZstdCompressor().compress
    rows = [
        {
            "instance_id": s.instance_id,
            "sha256": s.sha256,
            "media": s.media,
            "raw": press(s.raw),
            "form_id": s.form_id,
            "form_version": s.form_version,
            "finalized_at": s.finalized_at,
            "received": s.received,
            "sender": s.sender,
            "site": s.site,
            "status": s.status,
            "slug": s.slug,
            "detail": s.detail,
            "field": s.field,
            "reference": s.reference,
            "documents": s.documents,
            "attachments": s.attachments,
            "change": s.change,
            "is_held": s.is_held,
            "awaits": s.awaits,
            "off_ms": s.off_ms,
            "based_on": s.based_on,
            "corrects": s.corrects,
            "further": s.further or None,
            "worker": s.worker,
        }
        for s in submissions
    ]
    bulk.write(session, _ADD, rows)
    for one in submissions:
        if one.attachments:
            place = (one.instance_id, one.sha256)
            attachments.add(session.connection(), place, one.site, one.attachments)


def attach(
    session: Session,
    instance_id: str,
    sha256: bytes,
    files: Sequence[Mapping[str, Any]],
) -> Sequence[Mapping[str, Any]] | None:
    """Note further files of a submission; those that it names already stay.

    Returns:
        All files that it names by now; None where it is erased and takes none.
    """
    row = (
        col(SubmissionRow.instance_id) == instance_id,
        col(SubmissionRow.sha256) == sha256,
    )
    known, raw, site = session.exec(
        select(SubmissionRow.attachments, SubmissionRow.raw, SubmissionRow.site).where(
            *row
        )
    ).one()
    if not raw:
        return None
    new = [dict(file) for file in files if file not in known]
    if not new:
        return tuple(known)
    session.exec(update(SubmissionRow).where(*row).values(attachments=[*known, *new]))
    place = (instance_id, sha256)
    attachments.add(session.connection(), place, site, new, first=len(known))
    return (*known, *new)


def went_on(session: Session, submission: Submission, change: str) -> None:
    """Note a change that says which files the answers of a submission mean."""
    session.exec(
        update(SubmissionRow)
        .where(
            col(SubmissionRow.instance_id) == submission.instance_id,
            col(SubmissionRow.sha256) == submission.sha256,
        )
        .values(further=[*submission.further, change])
    )


def raw(session: Session, instance_id: str, sha256: bytes) -> bytes | None:
    """Return the bytes as they came; None when unknown or erased."""
    pressed = session.exec(
        select(SubmissionRow.raw).where(
            col(SubmissionRow.instance_id) == instance_id,
            col(SubmissionRow.sha256) == sha256,
        )
    ).first()
    if not pressed:
        return None
    return zstandard.ZstdDecompressor().decompress(pressed, max_output_size=_LARGEST)


def of_change(session: Session, change: str) -> Sequence[Submission]:
    """Return the submissions behind a change, without the bytes."""
    rows = session.exec(
        select(SubmissionRow).where(col(SubmissionRow.change) == change)
    )
    return tuple(_bare(row.model_dump()) for row in rows)


def held(session: Session, awaits: Iterable[str] | None = None) -> Sequence[Submission]:
    """Return submissions that wait for another, oldest first, with their bytes.

    Args:
        session: An open session.
        awaits: Only those that wait for one of these instance ids.
    """
    query = (
        select(SubmissionRow)
        .where(_HELD)
        .order_by(col(SubmissionRow.received), col(SubmissionRow.instance_id))
    )
    if awaits is not None:
        query = query.where(col(SubmissionRow.awaits).in_(sorted(set(awaits))))
    return _whole(session.exec(query))


def is_awaited(session: Session, instance_ids: Iterable[str]) -> bool:
    """Tell whether a submission that is held waits for one of these."""
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT awaits FROM submission WHERE is_held AND awaits IN ({keys})",
        sorted(set(instance_ids)),
    )
    return next(rows, None) is not None


def find(session: Session, instance_id: str, sha256: bytes) -> Submission | None:
    """Return one submission with its bytes, where they are not erased."""
    row = session.exec(
        select(SubmissionRow).where(
            col(SubmissionRow.instance_id) == instance_id,
            col(SubmissionRow.sha256) == sha256,
        )
    ).first()
    if row is None or not row.raw:
        return None if row is None else _bare(row.model_dump())
    return _whole([row])[0]


def aside(
    session: Session,
    *,
    is_held: bool,
    site: str | None = None,
    cursor: str | None = None,
    limit: int = _PAGE,
) -> tuple[Sequence[Submission], str | None]:
    """Return submissions that wait, or that a person has left, without the bytes.

    Args:
        session: An open session.
        is_held: Those that wait, the longest first; otherwise those that were left, the
            latest first.
        site: Only those of this site.
        cursor: Continue behind the page that gave it.
        limit: At most so many.

    Returns:
        The submissions, and the cursor behind the last one; None when it is the end.

    Raises:
        ValueError: No page gave this cursor.
    """
    table = _TABLE.c
    query = sa.select(*(column for column in table if column.name != "raw")).where(
        _ASIDE, table.is_held.is_(is_held)
    )
    if not is_held:
        query = query.where(table.change.is_(None))
    if site is not None:
        query = query.where(table.site == site)
    place = tuple_(*(table[name] for name in _PLACE))
    if cursor is not None:
        last = sa.tuple_(*_behind(cursor), types=[table[name].type for name in _PLACE])
        query = query.where(place > last if is_held else place < last)
    order = [table[name] if is_held else table[name].desc() for name in _PLACE]
    rows = session.connection().execute(query.order_by(*order).limit(limit + 1))
    found = [_bare(dict(row)) for row in rows.mappings()]
    return found[:limit], _cursor(found[limit - 1]) if len(found) > limit else None


def readable(session: Session, slugs: Iterable[str]) -> Sequence[Submission]:
    """Return held submissions whose form is published, oldest first, with their bytes.

    Args:
        session: An open session.
        slugs: Only those that are held for one of these problems.
    """
    query = (
        select(SubmissionRow)
        .join(
            FormRow,
            and_(
                col(FormRow.form_id) == col(SubmissionRow.form_id),
                col(FormRow.version) == col(SubmissionRow.form_version),
            ),
        )
        .where(_HELD, col(SubmissionRow.slug).in_(sorted(slugs)))
        .order_by(
            col(SubmissionRow.received),
            col(SubmissionRow.instance_id),
            col(SubmissionRow.sha256),
        )
    )
    return _whole(session.exec(query))


def held_for(session: Session, slug: str) -> Sequence[Submission]:
    """Return submissions that are held for a problem, oldest first, with their bytes."""
    query = (
        select(SubmissionRow)
        .where(_HELD, col(SubmissionRow.slug) == slug)
        .order_by(col(SubmissionRow.received), col(SubmissionRow.instance_id))
    )
    return _whole(session.exec(query))


def drop(session: Session, submission: Submission) -> None:
    """Forget a submission in whose place another one stands that says the same."""
    place = (submission.instance_id, submission.sha256)
    session.exec(
        delete(SubmissionRow).where(
            col(SubmissionRow.instance_id) == submission.instance_id,
            col(SubmissionRow.sha256) == submission.sha256,
        )
    )
    attachments.drop(session.connection(), [place])


def of_form(session: Session, form_id: str) -> Iterator[Submission]:
    """Yield the submissions of a form that were taken in, oldest first, with their bytes.

    Those whose bytes are gone, for the child was erased, are not among them.
    """
    query = (
        select(SubmissionRow)
        .where(
            col(SubmissionRow.form_id) == form_id,
            col(SubmissionRow.status) == "stored",
            col(SubmissionRow.media) != "sealed",
        )
        .order_by(
            col(SubmissionRow.received),
            col(SubmissionRow.instance_id),
            col(SubmissionRow.sha256),
        )
        .execution_options(yield_per=_LISTED)
    )
    unpress = zstandard.ZstdDecompressor()
    for row in session.exec(query):
        if row.raw:
            raw = unpress.decompress(row.raw, max_output_size=_LARGEST)
            yield _bare(row.model_dump(), raw)


def count(session: Session, form_id: str) -> int:
    """Return how many submissions of a form are here, whatever became of them."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT count(*) FROM submission WHERE form_id = ?",
        (form_id,),
    )
    return int(rows[0][0])


def corrections(session: Session) -> Mapping[str, str]:
    """Return by its instance id what each correction replaces that was taken in."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT instance_id, corrects FROM submission"
        " WHERE corrects IS NOT NULL AND status = 'stored'",
    )
    return dict(tuple(row) for row in rows)


def last_of(session: Session, instance_ids: Iterable[str]) -> Mapping[str, Submission]:
    """Return the last correction of each submission, itself where nobody corrected it.

    Those that are not stored here are left out. Of two corrections of one submission
    the one that came later is followed.
    """
    rows = bulk.fetch_in(session.connection(), _CHAINS, sorted(set(instance_ids)))
    newest: dict[str, tuple[int, int, str]] = {}
    for root, name, depth, received in rows:
        newest[root] = max((depth, received, name), newest.get(root, (-1, 0, "")))
    named = {root: name for root, (_, _, name) in newest.items()}
    stored = known(session, named.values())
    return {
        root: next(one for one in stored[name] if one.status == "stored")
        for root, name in named.items()
    }


def settle(session: Session, submission: Submission) -> None:
    """Note what became of a submission that is kept already; its bytes stay."""
    session.exec(
        update(SubmissionRow)
        .where(
            col(SubmissionRow.instance_id) == submission.instance_id,
            col(SubmissionRow.sha256) == submission.sha256,
        )
        .values(
            form_version=submission.form_version,
            status=submission.status,
            slug=submission.slug,
            detail=submission.detail,
            field=submission.field,
            reference=submission.reference,
            documents=submission.documents,
            change=submission.change,
            is_held=submission.is_held,
            awaits=submission.awaits,
        )
    )


def _cursor(last: Submission) -> str:
    return f"{text(last.received)}~{last.sha256.hex()}~{last.instance_id}"


def _behind(cursor: str) -> tuple[datetime, str, bytes]:
    received, digest, instance_id = cursor.split("~", 2)
    return datetime.fromisoformat(received), instance_id, bytes.fromhex(digest)


def _whole(rows: Iterable[SubmissionRow]) -> tuple[Submission, ...]:
    unpress = zstandard.ZstdDecompressor()
    return tuple(
        _bare(row.model_dump(), unpress.decompress(row.raw, max_output_size=_LARGEST))
        for row in rows
    )


def _bare(row: Mapping[str, Any], raw: bytes = b"") -> Submission:
    documents = tuple((doc, kind) for doc, kind in row["documents"])
    facts = {
        **row,
        "raw": raw,
        "documents": documents,
        "attachments": tuple(row["attachments"]),
        "further": tuple(row["further"] or ()),
    }
    return Submission(**facts)
