"""Opening a form at a desk: filled in with what the record says, about a child or none.

Whoever may see a child opens the forms about it. A rehabilitation form is one event for
as long as the stay lasts: opened again by the centre that began it, before it says how
the stay ended, it goes on; after that, or at another centre, a new stay begins.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from forms import blank
from forms.blank import Content
from forms.definition import FormDefinition
from intake_server.errors import NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note_each
from intake_server.security.policy import Principal
from intake_server.services import child, published
from intake_server.services.authoring import Entropy
from intake_server.storage import clusters, submissions, whole
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.forms import Form
from intake_server.storage.whole import Whole
from sync import documents as ids
from sync import rendering
from sync.effect import REFERENCE
from sync.merge.cells import CellState, Head
from sync.merge.renaming import present_cell
from sync.merge.schema import Rule, Schema
from sync.rendering import Opening, Rendered, Standing

FORMS: Final = (
    "reception",
    "registration",
    "reunification",
    "rehabilitation",
    "followup",
)
"""The forms that are filled in at a desk, in the order in which a child meets them."""
OF_NOBODY: Final = ("reception",)
"""Those with which a child without a record is taken in."""
_STAY: Final = "rehabilitation"
_OUTCOME: Final = "discharge_outcome"
_LASTS: Final = (None, "ongoing")
"""What a form says of the outcome of a stay that is not over."""
_ADMITTED: Final = "admitted_on"
_HOME: Final = ZoneInfo("Europe/Kyiv")
_ID_BYTES: Final = 16
_EVERY_HOME: Final = frozenset(
    {"event", "person", "case", "relation", "child-event", "none"}
)


@dataclass(frozen=True, slots=True)
class Stay:
    """An event that goes on: the submission that was sent last, and since when."""

    event: str
    last: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A form as somebody sees it before the first answer.

    ``person`` is None of a child without a record; ``stay`` is the event that goes on;
    ``shown`` is what was filled in and what that rests on.
    """

    form: Form
    instance_id: str
    xml: bytes
    person: StoredView | None = None
    stay: Stay | None = None
    shown: Rendered = field(default_factory=Rendered)


def may_open(form_id: str, *, is_about_somebody: bool) -> bool:
    """Tell whether a form is one that is filled in at a desk."""
    return form_id in (FORMS if is_about_somebody else OF_NOBODY)


def is_at_desks(form_id: str) -> bool:
    """Tell whether a form is one of those, about whomever it is."""
    return form_id in FORMS


def empty(
    database: Database, form_id: str, *, now: datetime, entropy: Entropy
) -> Opened:
    """Return a form about a child that has no record yet.

    Raises:
        NotFoundError: There is no such form here.
    """
    if not may_open(form_id, is_about_somebody=False):
        raise NotFoundError("form", form_id)
    with database.reading() as session:
        form = newest(session, form_id)
    definition = published.definition(form)
    instance_id = name(entropy)
    xml = blank.filled(
        form.xml.encode(),
        definition,
        Content(answers={}, rows={}, proposing=_EVERY_HOME),
        instance_id=instance_id,
        corrects=None,
        opened=now.astimezone(_HOME),
    )
    return Opened(form=form, instance_id=instance_id, xml=xml)


def about(
    database: Database,
    doc: str,
    form_id: str,
    *,
    viewer: Principal,
    now: datetime,
    entropy: Entropy,
) -> Opened:
    """Return a form about a child, filled in with what the record says.

    Raises:
        NotFoundError: There is no such child or form, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    if not may_open(form_id, is_about_somebody=True):
        raise NotFoundError("form", form_id)
    with database.transaction() as session:
        known, person = _child(session, doc, viewer)
        form = newest(session, form_id)
        schema = published.schema(session)
        stay = _stay(session, known, person, viewer) if form_id == _STAY else None
        views = tuple(_about(known, person))
        seen = clusters.seen(session, views, schema, known)
        reads = [(Act.READ_RECORD, view.doc) for view in views]
        note_each(session, reads, by=viewer.actor, now=now)
    definition = published.definition(form)
    shown = rendering.render(
        Opening(
            definition=definition,
            schema=schema,
            person=person.doc,
            event=stay.event if stay else None,
            may_read=_reader(viewer, {view.doc: view for view in views}),
        ),
        (_standing(view, seen.get(view.doc, view), schema) for view in views),
    )
    instance_id = name(entropy)
    xml = blank.filled(
        form.xml.encode(),
        definition,
        _content(definition, shown, person, is_new=stay is None),
        instance_id=instance_id,
        corrects=stay.last if stay else None,
        opened=now.astimezone(_HOME),
    )
    return Opened(
        form=form,
        instance_id=instance_id,
        xml=xml,
        person=person,
        stay=stay,
        shown=shown,
    )


def newest(session: Session, form_id: str) -> Form:
    """Return the version of a form that is filled in now.

    Raises:
        NotFoundError: There is none.
    """
    for form in published.available(session):
        if form.form_id == form_id:
            return form
    raise NotFoundError("form", form_id)


def name(entropy: Entropy) -> str:
    """Return the id of a submission that nobody has sent yet."""
    return f"uuid:{UUID(bytes=entropy(_ID_BYTES), version=4)}"


def _child(session: Session, doc: str, viewer: Principal) -> tuple[Whole, StoredView]:
    """Return all that is known of a child, and the record that forms are about."""
    known = whole.of(session, doc) if child.is_document(doc) else None
    if known is None or not known.persons:
        raise NotFoundError("child", doc)
    cases = {view.doc: view for view in known.about() if view.kind == child.CASE}
    if not any(
        child.is_visible(viewer, one, cases.get(ids.case(one.doc)))
        for one in known.persons
    ):
        raise NotFoundError("child", doc)
    fit = [
        one
        for one in known.persons
        if one.reference and not one.is_voided and not one.is_erased
    ]
    if not fit:
        raise NotFoundError("child", doc)
    return known, next((one for one in fit if one.doc == doc), fit[0])


def _about(known: Whole, person: StoredView) -> Iterator[StoredView]:
    """Yield the documents of one record of a child that stand, the oldest rows first."""
    waiting = [person, *(view for view in known.about() if view.subject == person.doc)]
    while waiting:
        view = waiting.pop(0)
        if not view.is_voided and not view.is_erased:
            yield view
            waiting += known.rows_of(view.doc)


def _stay(
    session: Session, known: Whole, person: StoredView, viewer: Principal
) -> Stay | None:
    """Return the stay that goes on, as the viewer's own centre began it."""
    found = [
        view
        for view in known.about()
        if view.subject == person.doc
        and view.view.get("form") == _STAY
        and not view.is_voided
        and not view.is_erased
        and _OUTCOME not in view.view["contested"]
        and view.view["values"].get(_OUTCOME) in _LASTS
    ]
    roots = {str(view.view.get("instance_id", "")): view for view in found}
    lasts = submissions.last_of(session, roots)
    stays = [
        Stay(
            view.doc,
            lasts[root].instance_id,
            str(view.view["values"].get(_ADMITTED) or ""),
        )
        for root, view in roots.items()
        if root in lasts and lasts[root].site == viewer.site
    ]
    return max(stays, key=lambda stay: (stay.since, stay.event), default=None)


def _standing(view: StoredView, seen: StoredView, schema: Schema) -> Standing:
    """Return a document as it stands; what differs from a linked one is in question."""
    heads: dict[str, dict[str, Head]] = {}
    for cell, state in view.document.cells.items():
        heads.setdefault(present_cell(cell, schema), {}).update(state.heads)
    cells = {
        cell: CellState({id_: heads[cell][id_] for id_ in shown if id_ in heads[cell]})
        for cell, shown in view.view["heads"].items()
        if cell in heads
    }
    said = (head for state in cells.values() for head in state.heads.values())
    return Standing(
        doc=view.doc,
        kind=view.kind,
        parent=view.parent,
        values=view.view["values"],
        contested=frozenset({*view.view["contested"], *seen.view["contested"]}),
        cells=cells,
        forms=frozenset(head.version.form.partition("@")[0] for head in said),
    )


def _reader(
    viewer: Principal, views: Mapping[str, StoredView]
) -> Callable[[Rule, str], bool]:
    def may(rule: Rule, doc: str) -> bool:
        return policy.may_read(viewer, rule.level, views[doc].sites)

    return may


def _content(
    definition: FormDefinition, shown: Rendered, person: StoredView, *, is_new: bool
) -> Content:
    answers = dict(shown.answers)
    for asked in definition.fields:
        if asked.property == REFERENCE and asked.repeat is None:
            answers[asked.path] = person.reference or ""
    return Content(
        answers=answers,
        rows=shown.rows,
        proposing=frozenset({"event"} if is_new else ()),
    )
