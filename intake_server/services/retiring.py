"""Retiring versions of forms: offered to nobody any more, and accepted for ever.

Only central says so, as it publishes; it travels as publications do, and can be taken
back.
"""

from datetime import datetime
from secrets import token_bytes

from intake_server.errors import NotCentralError, NotFoundError
from intake_server.security.audit import Act, note_all
from intake_server.security.policy import Principal
from intake_server.services import proposing, publishing
from intake_server.services.authoring import Entropy, Pen
from intake_server.storage import documents, forms, locks, node
from intake_server.storage.database import Database
from sync.change import Write

_CELL = "is_retired"


def set_retired(  # noqa: PLR0913 - what is done, to what, by whom and when
    database: Database,
    form_id: str,
    version: str | None,
    *,
    is_retired: bool,
    by: Principal | None,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> tuple[str, ...]:
    """Retire a version of a form, or offer it again; return the versions that changed.

    Doing it again is harmless.

    Args:
        database: The store.
        form_id: The form.
        version: The version; None for all of them.
        is_retired: Whether it is retired.
        by: Who says so; None for the operator at the command line.
        now: When.
        entropy: Gives random bytes.

    Raises:
        NotCentralError: This node is not central.
        NotFoundError: There is no such form, or no such version of it.
    """
    with database.transaction() as session:
        if not proposing.is_central(session):
            raise NotCentralError
        here = node.alone(session)
        locks.lock_all(session.connection())
        known = [one for one in forms.listed(session) if one.form_id == form_id]
        meant = [one for one in known if version in (None, one.version)]
        if not meant:
            raise NotFoundError("form")
        changed = [one for one in meant if one.is_retired is not is_retired]
        cells = documents.heads(session, [(one.doc, _CELL) for one in changed])
        author = by.actor if by else publishing.OPERATOR
        pen = Pen(session, now=now, entropy=entropy)
        pen.take_in(
            [
                pen.write(
                    {(doc, forms.KIND): [Write(f=_CELL, v=is_retired, p=heads)]},
                    author=author,
                    role=by.role.value if by else "",
                    site=by.site if by else here.site,
                )
                for (doc, _), heads in cells.items()
            ]
        )
        pen.close()
        act = Act.RETIRE_FORM if is_retired else Act.OFFER_FORM
        docs = [one.doc for one in changed]
        note_all(session, act, docs, by=author, now=now)
    return tuple(one.version for one in changed)
