"""Reading records: each read is noted in the transaction that reads.

A record that is not for the viewer is absent; nobody learns from an answer that it is
there. Linked records are seen as one, and by whoever may see one of them. Forms and sites are documents too, but no records, and are never shown here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note, note_all
from intake_server.security.policy import Principal, Sites, may_know, sites
from intake_server.services import publishing
from intake_server.storage import clusters, documents
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import Page, Past, StoredView

_NO_RECORDS: Final = frozenset({"schema", "site", "letter"})
_NOTHING: Final = Page((), None)


def one(
    database: Database, doc: str, *, viewer: Principal, now: datetime
) -> StoredView:
    """Return a record.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = visible(session, doc, viewer)
        note(session, Act.READ_RECORD, doc, by=viewer.actor, now=now)
    return found


def history(
    database: Database, doc: str, *, viewer: Principal, now: datetime
) -> Sequence[Past]:
    """Return the changes of a record, newest first.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        visible(session, doc, viewer)
        changes = documents.history(session, doc)
        note(session, Act.READ_HISTORY, doc, by=viewer.actor, now=now)
    return changes


def page(  # noqa: PLR0913 - one argument a thing that can be asked for
    database: Database,
    *,
    viewer: Principal,
    now: datetime,
    q: str = "",
    kind: str | None = None,
    site: str | None = None,
    cursor: str | None = None,
) -> Page:
    """Return records that the viewer may see, newest first; each is noted as shown.

    Args:
        database: The store.
        viewer: Who asks.
        now: When.
        q: Words, each of which stands in a name or the reference.
        kind: Only documents of this kind.
        site: Only records of this site.
        cursor: Continue behind the page that gave it.

    Raises:
        NotFoundError: No page gave this cursor.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        own = found(
            session, viewer=viewer, now=now, q=q, kind=kind, site=site, cursor=cursor
        )
        together = clusters.seen(session, own.views, publishing.schema(session))
    return Page(tuple(together.get(view.doc, view) for view in own.views), own.cursor)


def found(  # noqa: PLR0913 - one argument a thing that can be asked for
    session: Session,
    *,
    viewer: Principal,
    now: datetime,
    q: str = "",
    kind: str | None = None,
    site: str | None = None,
    cursor: str | None = None,
) -> Page:
    """Return what ``page`` returns, each record by itself, whatever it is linked with.

    Raises:
        NotFoundError: No page gave this cursor.
        AuditError: The read could not be noted.
    """
    mine = sites(viewer)
    if kind in _NO_RECORDS or (site is not None and site not in mine):
        return _NOTHING
    try:
        page = documents.page(
            session, q=q, kind=kind, site=site or only(mine), cursor=cursor
        )
    except ValueError:
        raise NotFoundError("page behind this cursor") from None
    views = tuple(
        view
        for view in page.views
        if view.kind not in _NO_RECORDS and may_know(viewer, view.doc)
    )
    shown = [view.doc for view in views] or [""]
    note_all(session, Act.LIST_RECORDS, shown, by=viewer.actor, now=now)
    return Page(views, page.cursor)


def only(mine: Sites) -> str | None:
    """Return the one site that somebody is limited to; None where it is every site."""
    if mine.names is None:
        return None
    return next(iter(mine.names), "")


def nameless(
    database: Database, *, viewer: Principal, now: datetime
) -> Sequence[StoredView]:
    """Return the persons with a reference and no name that the viewer may see.

    Raises:
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        every = documents.nameless(session, site=only(sites(viewer)))
        found = [view for view in every if may_know(viewer, view.doc)]
        docs = [view.doc for view in found]
        note_all(session, Act.LIST_RECORDS, docs, by=viewer.actor, now=now)
    return found


def visible(session: Session, doc: str, viewer: Principal) -> StoredView:
    """Return a record as the viewer sees it.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
    """
    found = documents.find(session, doc)
    if found is None or found.kind in _NO_RECORDS or not may_know(viewer, doc):
        raise NotFoundError("record", doc)
    together = clusters.seen(session, [found], publishing.schema(session))
    found = together.get(doc, found)
    if not sites(viewer).meet(found.sites):
        raise NotFoundError("record", doc)
    return found
