"""Forms that are not finished: kept at each answer, by their author or the team.

They stand at this node alone and nothing follows from them. No draft goes by itself:
it is finished, or somebody discards it and has a week to think better of it. Who may not
read the child does not see that there is one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from forms.errors import SubmissionError
from forms.instance import RawInstance, parse
from intake_server.errors import InvalidRequestError, NotFoundError, StaleDraftError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import child, opening
from intake_server.storage import documents, drafts
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.drafts import Draft

RESTORABLE: Final = timedelta(days=7)
"""So long what was discarded can be taken back."""
OLD: Final = timedelta(days=3)
"""What has not been saved for so long is said to be old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """A form as it stands after an answer.

    ``revision`` is the number that whoever saves knows, 0 for the first time;
    ``opened`` what was known when it was opened, said the first time; ``files`` what
    it names, with ``name``, ``sha256`` and ``size``; ``unasked`` what was answered and
    is not asked now, and ``typed`` what is no answer: nothing of either is read here.
    """

    id: str
    revision: int
    xml: str
    person: str | None
    opened: Mapping[str, Any]
    files: Sequence[Mapping[str, Any]]
    unasked: Sequence[Mapping[str, Any]] = ()
    typed: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """An unfinished form in a list, and the child that it is about, where it is known."""

    draft: Draft
    person: StoredView | None


@dataclass(frozen=True, slots=True)
class Found:
    """An unfinished form; ``is_moved`` says that the record has changed since."""

    draft: Draft
    person: StoredView | None
    files: Sequence[Mapping[str, Any]]
    is_moved: bool


def save(database: Database, said: Saving, *, by: Principal, now: datetime) -> Draft:
    """Keep a form as it stands; sending the same again is harmless.

    Raises:
        NotFoundError: It was finished or discarded, or is not for this person.
        StaleDraftError: A colleague has saved it meanwhile; nothing was kept.
        InvalidRequestError: It is no instance of a form that is filled in here.
    """
    raw = _read(said.xml)
    with database.transaction() as session:
        known = drafts.find(session, said.id)
        if known is None:
            return _begin(session, said, raw, by=by, now=now)
        _refuse_others(session, known, by)
        if known.discarded is not None:
            raise NotFoundError("draft", said.id)
        saved = replace(
            known,
            xml=said.xml.encode(),
            unasked=list(said.unasked),
            typed=list(said.typed),
            saved=now,
            saved_by=by.actor,
            revision=said.revision + 1,
        )
        if _is_same(known, saved):
            return known
        if not drafts.save(session, saved, after=said.revision):
            raise StaleDraftError(known)
        drafts.name_files(session, said.id, said.files)
    return saved


def find(database: Database, id_: str, *, viewer: Principal, now: datetime) -> Found:
    """Return an unfinished form, discarded or not.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        draft = _theirs(session, id_, viewer)
        files = drafts.files(session, id_)
        based_on = draft.opened.get("based_on") or {}
        views = documents.find_all(session, {*based_on, *filter(None, [draft.person])})
        note(session, Act.READ_DRAFT, draft.person or id_, by=viewer.actor, now=now)
    person = views.get(draft.person or "")
    return Found(draft, person, files, _is_moved(based_on, views))


def of_team(
    database: Database, *, viewer: Principal, now: datetime
) -> Sequence[Listed]:
    """Return the unfinished forms of the viewer's team, the longest untouched first.

    Those that were discarded and can be taken back are among them.
    """
    with database.reading() as session:
        every = drafts.with_children(session, site=viewer.site, author=viewer.actor)
    listed = []
    for draft, views in every:
        person = next((one for one in views if one.kind == child.PERSON), None)
        case = next((one for one in views if one.kind == child.CASE), None)
        is_theirs = person is not None and child.is_visible(viewer, person, case)
        if _is_kept(draft, now) and (draft.person is None or is_theirs):
            listed.append(Listed(draft, person))
    return listed


def of_child(
    database: Database, persons: Collection[str], *, viewer: Principal, now: datetime
) -> Sequence[Draft]:
    """Return what ``of_team`` does about a child that the viewer has just been shown.

    Args:
        database: The store.
        persons: The child's records.
        viewer: Who looks.
        now: When.
    """
    with database.reading() as session:
        every = drafts.of_team(
            session, site=viewer.site, author=viewer.actor, persons=persons
        )
    return [one for one in every if _is_kept(one, now)]


def discard(
    database: Database, id_: str, *, by: Principal, now: datetime, revision: int | None
) -> Draft:
    """Put a form away; it can be taken back for a while.

    Raises:
        NotFoundError: There is none, or it is not for this person.
        StaleDraftError: A colleague has saved it since it was looked at.
    """
    with database.transaction() as session:
        draft = _theirs(session, id_, by)
        if revision is not None and draft.revision != revision:
            raise StaleDraftError(draft)
        if draft.discarded is None:
            draft = replace(draft, discarded=now)
            drafts.note(session, draft)
            note(session, Act.DISCARD_DRAFT, id_, by=by.actor, now=now)
    return draft


def restore(database: Database, id_: str, *, by: Principal, now: datetime) -> Draft:
    """Take a form back that was discarded; harmless where it was not.

    Raises:
        NotFoundError: There is none, or it is not for this person.
    """
    with database.transaction() as session:
        draft = _theirs(session, id_, by)
        if draft.discarded is not None:
            draft = replace(draft, discarded=None)
            drafts.note(session, draft)
            note(session, Act.RESTORE_DRAFT, id_, by=by.actor, now=now)
    return draft


def hand_over(
    database: Database,
    id_: str,
    to: str | None,
    *,
    team: Iterable[str],
    by: Principal,
    now: datetime,
) -> Draft:
    """Say whose a form is to finish.

    Args:
        database: The store.
        id_: The form.
        to: A person's id; None for nobody in particular.
        team: The ids of the people of the site.
        by: Who says so.
        now: When.

    Raises:
        NotFoundError: There is none, or it is not for this person.
        InvalidRequestError: It is nobody of the team.
    """
    if to is not None and to not in frozenset(team):
        raise InvalidRequestError({"to": ["is nobody of this team"]})
    with database.transaction() as session:
        draft = replace(
            _theirs(session, id_, by), owner=None if to is None else f"u:{to}"
        )
        drafts.note(session, draft)
        note(session, Act.HAND_OVER_DRAFT, id_, by=by.actor, now=now)
    return draft


def expire(session: Session, *, now: datetime) -> None:
    """Forget what was discarded so long ago that nobody can take it back."""
    drafts.drop_discarded(session, before=now - RESTORABLE)


def _begin(
    session: Session, said: Saving, raw: RawInstance, *, by: Principal, now: datetime
) -> Draft:
    if said.revision != 0:
        raise NotFoundError("draft", said.id)
    if not opening.may_open(raw.form_id, is_about_somebody=said.person is not None):
        raise InvalidRequestError({"form_id": ["is not filled in at a desk"]})
    if said.person is not None and not child.visible(session, [said.person], by):
        raise NotFoundError("child", said.person)
    draft = Draft(
        id=said.id,
        person=said.person,
        site=by.site,
        form_id=raw.form_id,
        form_version=raw.version,
        author=by.actor,
        saved_by=by.actor,
        owner=by.actor,
        begun=now,
        saved=now,
        revision=1,
        xml=said.xml.encode(),
        opened=said.opened,
        unasked=list(said.unasked),
        typed=list(said.typed),
    )
    if not drafts.add(session, draft):
        raise StaleDraftError(_theirs(session, said.id, by))
    drafts.name_files(session, said.id, said.files)
    return draft


def _is_same(known: Draft, saved: Draft) -> bool:
    """Tell whether what is to be saved is here already: its answer was lost."""
    before = known.revision, known.xml, known.unasked or [], known.typed or []
    return before == (saved.revision, saved.xml, saved.unasked, saved.typed)


def _read(xml: str) -> RawInstance:
    try:
        return parse(xml.encode())
    except SubmissionError as error:
        raise InvalidRequestError({"instance_xml": [str(error)]}) from None


def _theirs(session: Session, id_: str, viewer: Principal) -> Draft:
    draft = drafts.find(session, id_)
    if draft is None:
        raise NotFoundError("draft", id_)
    _refuse_others(session, draft, viewer)
    return draft


def _refuse_others(session: Session, draft: Draft, viewer: Principal) -> None:
    """Refuse who is not of the team, or may not read the child."""
    if draft.site != viewer.site and draft.author != viewer.actor:
        raise NotFoundError("draft", draft.id)
    if draft.person and not child.visible(session, [draft.person], viewer):
        raise NotFoundError("draft", draft.id)


def _is_kept(draft: Draft, now: datetime) -> bool:
    return draft.discarded is None or draft.discarded >= now - RESTORABLE


def _is_moved(
    based_on: Mapping[str, Mapping[str, Sequence[str]]],
    views: Mapping[str, StoredView],
) -> bool:
    """Tell whether something stands now that was not shown."""
    for doc, cells in based_on.items():
        heads = views[doc].view["heads"] if doc in views else {}
        for cell, ids in cells.items():
            if ids and sorted(heads.get(cell, ())) != sorted(ids):
                return True
    return False
