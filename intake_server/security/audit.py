"""What is noted of an act: who, what, on which id, when; never a value.

The note is written in the transaction of the act. Where it cannot be written the act
does not happen, reading included (``AuditError``).
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any

from intake_server.storage import audit
from intake_server.storage.audit import Entry
from intake_server.storage.database import Session


class Act(Enum):
    """Acts that leave a trace."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PROVE = "prove"
    INVITE = "invite"
    ADD_PERSON = "add_person"
    END_PERSON = "end_person"
    CHANGE_PERSON = "change_person"
    RESET_PERSON = "reset_person"
    SET_UP = "set_up"
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - the name of an act
    SIGN_OUT_EVERYWHERE = "sign_out_everywhere"
    WANT_NOTICES = "want_notices"
    WANT_NO_NOTICES = "want_no_notices"
    NEW_TOKEN = "new_token"  # noqa: S105 - the name of an act
    REVOKE_TOKEN = "revoke_token"  # noqa: S105 - the name of an act
    OFFER_DEVICE = "offer_device"
    ENROL = "enrol"
    PRINT_INVITATIONS = "print_invitations"
    REVOKE_DEVICE = "revoke_device"
    RENEW_DEVICE = "renew_device"
    WIPED = "wiped"
    OFFER_SITE = "offer_site"
    JOIN = "join"
    READ_RECORD = "read_record"
    READ_HISTORY = "read_history"
    LIST_RECORDS = "list_records"
    READ_DAY = "read_day"
    ANSWER_ARRIVAL = "answer_arrival"
    CLOSE_TASK = "close_task"
    LEAVE_NOTE = "leave_note"
    READ_FILE = "read_file"
    READ_ORIGINAL = "read_original"
    READ_RAW = "read_raw"
    READ_DRAFT = "read_draft"
    DISCARD_DRAFT = "discard_draft"
    RESTORE_DRAFT = "restore_draft"
    HAND_OVER_DRAFT = "hand_over_draft"
    FINISH_AT_DESK = "finish_at_desk"
    LIST_HELD = "list_held"
    TAKE_UP = "take_up"
    READ_ITEM = "read_item"
    LIST_QUEUE = "list_queue"
    DECIDE = "decide"
    UNDO = "undo"
    TALK = "talk"
    LINK = "link"
    PICK = "pick"
    CORRECT = "correct"
    VOID = "void"
    ERASE = "erase"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    PUBLISH = "publish"
    RETIRE_FORM = "retire_form"
    OFFER_FORM = "offer_form"
    PRINT_CARDS = "print_cards"
    EXPORT = "export"
    READ_AUDIT = "read_audit"
    WITHHELD = "withheld"
    PRACTISE = "practise"
    END_PRACTICE = "end_practice"
    DELETE_PRACTICE = "delete_practice"


def note(
    session: Session, act: Act, object: str, *, by: str, now: datetime, **meta: Any
) -> None:
    """Note one act.

    Args:
        session: The transaction of the act.
        act: What was done.
        object: Id of what it was done to.
        by: Actor, as ``Principal.actor`` names it, or ``operator`` for the command line.
        now: When.
        meta: Further ids, counts and field names; never a value.

    Raises:
        AuditError: It could not be written; the act must not happen.
    """
    note_all(session, act, (object,), by=by, now=now, **meta)


def note_all(
    session: Session,
    act: Act,
    objects: Iterable[str],
    *,
    by: str,
    now: datetime,
    **meta: Any,
) -> None:
    """Note the same act on several things, one entry each.

    Raises:
        AuditError: It could not be written; the act must not happen.
    """
    note_each(session, ((act, each) for each in objects), by=by, now=now, **meta)


def note_each(
    session: Session,
    acts: Iterable[tuple[Act, str]],
    *,
    by: str,
    now: datetime,
    **meta: Any,
) -> None:
    """Note several acts, each on one thing, in this order.

    Raises:
        AuditError: They could not be written; none of the acts must happen.
    """
    audit.add_all(
        session,
        (
            Entry(at=now, actor=by, action=act.value, object=each, meta=meta)
            for act, each in acts
        ),
    )


def last_noted(
    session: Session, act: Act, object: str, *, before: datetime
) -> datetime | None:
    """Return when an act on something was noted last, of the times before a moment."""
    return audit.last(session, act.value, object, before=before)
