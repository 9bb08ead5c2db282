"""Children: finding one, and the page of one with everything that is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from forms.reference import normalise
from intake_server.clock import moment
from intake_server.services import child, files
from intake_server.services.child import Child, Linked, Listed, Visit
from intake_server.storage.documents import StoredView
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import (
    apart,
    facts,
    moments,
    past,
    phrases,
    room,
    sheet,
    unfinished,
    vouches,
    warned,
)
from intake_server.web.pages import course as courses
from intake_server.web.pages import family as families
from intake_server.web.pages.facts import Fact, Source
from intake_server.web.pages.files import mention
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.pencils import Pencils
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Said, Wording
from sync.merge.cells import HOLD

CLOCK_BITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A child in the list."""

    doc: str
    name: str
    reference: str
    others: tuple[str, ...]
    born: str
    sites: str
    contested: int
    changed: Moment | None


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that belong together, under the heading that the form gives them."""

    heading: str
    facts: tuple[Fact, ...]

    @property
    def is_contested(self) -> bool:
        """Whether some fact here is in question."""
        return any(fact.is_contested for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Event:
    """A form that was filled, in words; ``files`` came with it and no answer means them."""

    title: str
    moment: Moment | None
    sites: str
    paper: str
    facts: tuple[Fact, ...]
    rows: tuple[Section, ...]
    files: tuple[str, ...]

    @property
    def is_contested(self) -> bool:
        """Whether some fact here is in question."""
        sections = any(row.is_contested for row in self.rows)
        return sections or any(fact.is_contested for fact in self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who says that two records are one child, in words."""

    author: str
    site: str
    moment: Moment | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two records that two people linked, in words."""

    one: Whose
    other: Whose
    signed: tuple[Hand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A record that one person says is this child's, in words.

    ``change`` is what the viewer has said so with; empty where it was somebody else.
    """

    qid: str
    other: Whose | None
    author: str
    site: str
    moment: Moment | None
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsorted:
    """An answer of the time when two children counted as one, in words."""

    label: str
    said: Said
    author: str
    site: str
    moment: Moment | None
    other: Whose | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the child; ``shown`` are the heads that a void of it names."""

    whose: Whose
    is_voided: bool
    is_erased: bool
    is_held: bool
    shown: str


def find() -> Response:
    """Show the children that a search finds; all of them without one.

    Who asks for a whole code, typed or scanned, is led to the child.
    """
    here = context()
    q = room.asked("q")
    found = child.page(
        here.database,
        viewer=asking(),
        now=here.now(),
        q=normalise(q) or q,
        cursor=room.asked("cursor") or None,
    )
    if normalise(q) and len(found.children) == 1:
        return redirect(url_for("pages.child", doc=found.children[0].person.doc))
    words = room.wording()
    page = render_template(
        "pages/children.html",
        q=q,
        rows=tuple(_row(one, words) for one in found.children),
        next=found.cursor,
    )
    return make_response(page)


def waiting() -> str:
    """Show the codes that forms name though nobody has received the child yet."""
    here = context()
    found = child.waiting(here.database, viewer=asking(), now=here.now())
    words = room.wording()
    return render_template(
        "pages/waiting.html", rows=tuple(_row(one, words) for one in found)
    )


def show(doc: str) -> Response:
    """Show everything that is known of one child."""
    return page(doc)


def page(
    doc: str, *, refused: str = "", reason: str = "", status: int = HTTPStatus.OK
) -> Response:
    """Return a child's page.

    Args:
        doc: A document of the child.
        refused: Why what was sent from this page was not written.
        reason: What had been given as a reason, filled in again.
        status: Of the answer.
    """
    here, viewer = context(), asking()
    found, told = child.told(here.database, doc, viewer=viewer, now=here.now())
    written = past.actors(told)
    linkers = {one.author for linked in found.links for one in linked.signed}
    linkers |= facts.actors([one.item for one in found.proposed])
    hands = apart.signers(one.case for one in found.siblings)
    begun = unfinished.of_child(found)
    hands |= unfinished.actors(begun) | facts.actors(found.questions)
    words = room.wording(written | linkers | hands)
    records = _records(found, words)
    written_on = facts.sources((t.change for t in told), _events(found), words)
    pencils = Pencils.of(found, told, words)
    is_whole = room.asked("all") == "1"
    shown = render_template(
        "pages/child.html",
        child=sheet.whose(found.sheets[0], words),
        records=tuple(_record(one, words) for one in found.persons),
        fill_in=unfinished.offers(found, words),
        unfinished=[unfinished.row(one, None, words) for one in begun],
        is_awaited=all(child.is_awaited(one) for one in found.persons),
        refused=refused,
        reason=reason,
        sites=words.sites(_sites(found)),
        cautions=warned.warned(found, words),
        vouched=vouches.of_child(found, words),
        questions=_questions(found, words),
        sections=_sections(found, written_on, pencils, records),
        rows=_grouped(found.rows, found, pencils, records),
        family=families.family(found, words),
        apart=apart.of_child(found, words),
        course=courses.course(found, words),
        events=_visited(found, pencils),
        sorting=tuple(_unsorted(one, words) for one in found.sorting),
        proposals=tuple(_proposal(one, words) for one in found.proposed),
        links=tuple(_link(one, words) for one in found.links),
        history=past.history(
            told, written_on, words, field=room.asked("field"), is_whole=is_whole
        ),
        undo=room.asked("undo"),
        corrected=past.corrected(told, room.asked("corrected"), found.questions, words),
        taken_back=room.asked("taken_back") == "1",
    )
    return make_response(shown, status)


def _records(found: Child, words: Wording) -> Mapping[str, str]:
    """Return, by document, the reference of the record that it belongs to."""
    known = {one.doc: words.reference_of(one) for one in found.persons}
    for view in found.views:
        above = view.subject or view.parent or ""
        if view.doc not in known and above in known:
            known[view.doc] = known[above]
    return known


def _record(view: StoredView, words: Wording) -> Record:
    heads = {id_ for ids in view.view["heads"].values() for id_ in ids}
    return Record(
        whose=sheet.whose(view, words),
        is_voided=view.is_voided,
        is_erased=view.is_erased,
        is_held=bool(view.view["values"].get(HOLD)),
        shown=" ".join(sorted(heads)),
    )


def _link(linked: Linked, words: Wording) -> Link:
    return Link(
        one=sheet.whose(linked.one, words),
        other=sheet.whose(linked.other, words),
        signed=tuple(
            Hand(
                author=words.author(one.author),
                site=words.site(one.site),
                moment=words.moment(one.at),
                why=one.why or "",
            )
            for one in linked.signed
        ),
    )


def _proposal(one: child.Proposed, words: Wording) -> Proposal:
    said = one.item.candidates[-1]
    is_own = said["author"] == words.viewer.actor
    return Proposal(
        qid=one.item.qid,
        other=sheet.whose(one.other, words) if one.other else None,
        author=words.author(said["author"]),
        site=words.site(said["site"]),
        moment=words.moment(said["at"]),
        change=said["change"] if is_own else "",
    )


def _unsorted(entry: child.Unsorted, words: Wording) -> Unsorted:
    said = entry.said
    name, site = said["property"], said["site"]
    value = words.value(name, said.get("element", said["value"]), (site,))
    if said["value"] is False and "element" in said:
        value = Said(_("removed: %(what)s", what=value.line))
    return Unsorted(
        label=words.short(name),
        said=value,
        author=words.author(said["author"]),
        site=words.site(site),
        moment=words.moment(said["at"]),
        other=sheet.whose(entry.other, words) if entry.other else None,
    )


def _row(listed: Listed, words: Wording) -> Row:
    person = listed.person
    born = birth_date(person)
    return Row(
        doc=person.doc,
        name=words.name_of(person),
        reference=words.reference_of(person),
        others=tuple(words.reference_of(other) for other in listed.others),
        born=moments.day(born, words.language) if born else "",
        sites=words.sites(person.sites),
        contested=listed.contested,
        changed=_changed(person, words),
    )


def birth_date(person: StoredView) -> str:
    """Return when a child was born, ISO; empty where it is not known or in question."""
    view = person.view
    is_sure = "birth" not in view["contested"]
    born = (view["values"].get("birth") or {}).get("birth_date") if is_sure else None
    return born if isinstance(born, str) else ""


def _changed(view: StoredView, words: Wording) -> Moment | None:
    return words.moment(moment(view.newest >> CLOCK_BITS))


def _sites(found: Child) -> Sequence[str]:
    cases = [view for view in found.sheets if view.kind == child.CASE]
    return sorted({site for view in cases or found.sheets for site in view.sites})


def _questions(found: Child, words: Wording) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (item.qid, sheet.title(item, words, found.persons), phrases.KINDS[item.kind])
        for item in found.questions
    )


def _events(found: Child) -> Mapping[str, StoredView]:
    return {visit.event.doc: visit.event for visit in found.visits}


def _sections(
    found: Child,
    sources: Mapping[str, Source],
    pencils: Pencils,
    records: Mapping[str, str],
) -> tuple[Section, ...]:
    """Return what person and case say, under the headings of the forms, in their order."""
    words, verdicts = pencils.wording, warned.verdicts(found)
    by_heading: dict[tuple[Any, ...], tuple[str, list[Fact]]] = {}
    every = [
        fact
        for view in found.sheets
        for fact in pencils.marked(
            view,
            warned.judged(
                facts.facts(view, found.questions, words, records, sources),
                view,
                verdicts,
            ),
        )
    ]
    every.sort(key=lambda fact: words.words.labels.place(fact.name))
    labels = words.words.labels
    for fact in every:
        asked = labels.first(fact.name)
        place = (asked.form_id, *asked.place) if asked else ()
        heading = words.section(asked) if asked else ""
        under = by_heading.setdefault(place, (heading or _("Other"), []))
        under[1].append(fact)
    return tuple(
        Section(heading, tuple(under)) for heading, under in by_heading.values()
    )


def _grouped(
    rows: Iterable[StoredView],
    found: Child,
    pencils: Pencils,
    records: Mapping[str, str] | None = None,
) -> tuple[Section, ...]:
    words, verdicts = pencils.wording, warned.verdicts(found)
    return tuple(
        Section(
            words.row(row.kind),
            pencils.marked(
                row,
                warned.judged(
                    facts.facts(row, found.questions, words, records), row, verdicts
                ),
            ),
        )
        for row in rows
    )


def _visited(found: Child, pencils: Pencils) -> tuple[Event, ...]:
    beside = files.beside(
        context().database,
        {_instance(visit) for visit in found.visits},
        frozenset(_texts([one.view for one in found.views])),
        viewer=asking(),
    )
    mention(digest for digests in beside.values() for digest in digests)
    return tuple(
        _event(one, found, pencils, beside.get(_instance(one), ()))
        for one in found.visits
    )


def _instance(visit: Visit) -> str:
    return visit.event.view.get("instance_id") or ""


def _event(
    visit: Visit, found: Child, pencils: Pencils, beside: tuple[str, ...]
) -> Event:
    view, words = visit.event, pencils.wording
    return Event(
        words.title(view.view.get("form", "")) or view.kind,
        _changed(view, words),
        words.sites(view.sites),
        words.paper(view.view["values"].items()),
        pencils.marked(
            view,
            warned.judged(
                facts.facts(view, found.questions, words),
                view,
                warned.verdicts(found),
            ),
        ),
        _grouped(visit.rows, found, pencils),
        beside,
    )


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in what documents say."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
