"""Lists as files for a spreadsheet: what the page shows, and nothing that it does not.

Heads are in both languages, codes stand beside their labels. The rows are read page
after page while the file goes out; each read is noted as on a page, and at the end how
many rows went out, also where the reader broke off.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from flask import stream_with_context
from werkzeug import Response

from intake_server.clock import moment, text
from intake_server.security.audit import Act, note
from intake_server.security.policy import Role, may_manage, sites
from intake_server.services import child, day, desk, enrolment, staffing
from intake_server.services.day import Entry
from intake_server.web import practice, sheets
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.language import Text
from intake_server.web.pages import chores, moments, phrases, room, sheet
from intake_server.web.pages.children import CLOCK_BITS, birth_date
from intake_server.web.pages.wording import Wording
from intake_server.web.sheets import Row
from sync.merge.duties import YOUNG

_CODE: Final = Text("Код дитини", "Child's code")
_SITE: Final = Text("Центр, код", "Centre, code")
_SITE_TITLE: Final = Text("Центр", "Centre")
_NAME: Final = Text("Імʼя", "Name")
_ENDED: Final = Text("Роботу закінчено", "Ended")

_CHILDREN: Final = (
    _CODE,
    Text("Інші коди", "Other codes"),
    _NAME,
    Text("Народження", "Birth date"),
    _SITE,
    _SITE_TITLE,
    Text("Питань", "In question"),
    Text("Змінено", "Changed"),
)
_QUESTIONS: Final = (
    Text("Питання, код", "Question, code"),
    Text("Вагомість, код", "Severity, code"),
    Text("Вагомість", "Severity"),
    Text("Вид, код", "Kind, code"),
    Text("Вид", "Kind"),
    Text("Про що", "About"),
    _CODE,
    Text("Дитина", "Child"),
    _SITE,
    _SITE_TITLE,
    Text("Хто вирішує, код", "Who decides, code"),
    Text("Хто вирішує", "Who decides"),
    Text("Відколи", "Since"),
)
_DEVICES: Final = (
    Text("Пристрій, код", "Device, code"),
    Text("Пристрій", "Device"),
    _SITE,
    _SITE_TITLE,
    Text("Допущено", "Enrolled"),
    Text("Востаннє озивався", "Last seen"),
    Text("Годинник поспішає, мс", "Clock fast by, ms"),
    Text("Відкликано", "Revoked"),
    Text("Озвався після того", "Called after that"),
    Text("Допущено до", "Let in until"),
    Text("Стерто", "Wiped"),
)
_PEOPLE: Final = (
    Text("Людина, код", "Person, code"),
    _NAME,
    Text("Роль, код", "Role, code"),
    Text("Роль", "Role"),
    _SITE,
    _SITE_TITLE,
    Text("Працює до", "Works until"),
    _ENDED,
)
_TASKS: Final = (
    _CODE,
    Text("Дитина", "Child"),
    _SITE,
    _SITE_TITLE,
    Text("Завдання, код", "Task, code"),
    Text("Завдання", "Task"),
    Text("Відколи", "Since"),
    Text("До якого часу", "Due"),
    Text("Прострочено", "Overdue"),
    Text("Для кого, код", "For whom, code"),
    Text("Для кого", "For whom"),
)
_OF_THE_NODE: Final = frozenset({"devices", "people"})
"""Lists of who may come in: they are the same for those who practise."""


def children(ending: str) -> Response:
    """Send the children that the viewer may see."""
    return _sent("children", ending, _CHILDREN, _child_rows)


def questions(ending: str) -> Response:
    """Send the questions that the viewer may see."""
    return _sent("queue", ending, _QUESTIONS, _question_rows)


def devices(ending: str) -> Response:
    """Send the devices of the sites that the viewer manages."""
    return _sent("devices", ending, _DEVICES, _device_rows)


def people(ending: str) -> Response:
    """Send the people whom the viewer manages."""
    return _sent("people", ending, _PEOPLE, _person_rows)


def tasks(ending: str) -> Response:
    """Send what has to be done about the children of the viewer's centres."""
    return _sent("tasks", ending, _TASKS, _task_rows)


def _sent(
    name: str,
    ending: str,
    heads: tuple[Text, ...],
    rows: Callable[[Wording], Iterator[Row]],
) -> Response:
    titles = [f"{head.uk} / {head.en}" for head in heads]
    first: list[Row] = [titles]
    if practice.is_practice() and name not in _OF_THE_NODE:
        sentence = practice.SENTENCE
        first = [[f"{sentence.uk} / {sentence.en}"], titles]
        name = f"practice-{name}"
    parts = sheets.PARTS[ending](_noted(name, first, rows(room.wording())))
    response = Response(stream_with_context(parts), content_type=sheets.MEDIA[ending])
    file = f"{name}-{context().now():%Y-%m-%d}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _noted(name: str, first: list[Row], rows: Iterator[Row]) -> Iterator[Row]:
    here, actor, count = context(), asking().actor, 0
    store = here.doors if name in _OF_THE_NODE else here.database
    yield from first
    try:
        for row in rows:
            count += 1
            yield row
    finally:
        with store.transaction() as session:
            note(session, Act.EXPORT, name, by=actor, now=here.now(), count=count)


def _child_rows(words: Wording) -> Iterator[Row]:
    here, viewer, cursor, seen = context(), asking(), None, set[str]()
    while True:
        found = child.page(here.database, viewer=viewer, now=here.now(), cursor=cursor)
        for listed in found.children:
            person = listed.person
            if person.doc in seen:
                continue
            seen.add(person.doc)
            yield (
                words.reference_of(person),
                " ".join(words.reference_of(other) for other in listed.others),
                words.name_of(person),
                birth_date(person),
                " ".join(person.sites),
                words.sites(person.sites),
                str(listed.contested),
                text(moment(person.newest >> CLOCK_BITS)),
            )
        cursor = found.cursor
        if cursor is None:
            return


def _question_rows(words: Wording) -> Iterator[Row]:
    here, viewer, cursor = context(), asking(), None
    while True:
        found = desk.page(here.database, viewer=viewer, now=here.now(), cursor=cursor)
        for listed in found.questions:
            item, whose = listed.item, listed.child
            yield (
                item.qid,
                str(item.severity),
                str(phrases.SEVERITIES[item.severity]),
                item.kind,
                str(phrases.KINDS[item.kind]),
                sheet.title(item, words, (whose,) if whose else ()),
                words.reference_of(whose),
                words.name_of(whose) if whose else "",
                " ".join(item.sites),
                words.sites(item.sites),
                item.owner,
                words.owner(item.owner),
                item.first_seen,
            )
        cursor = found.cursor
        if cursor is None:
            return


def _task_rows(words: Wording) -> Iterator[Row]:
    here, viewer, seen = context(), asking(), set[tuple[str, str, str]]()
    today = moments.day_of(here.now())
    for site in sorted(filter(sites(viewer).__contains__, words.words.sites)):
        after: tuple[str, str, str] | None = ("", "", "")
        while after is not None:
            found, after = day.tasks(
                here.database, site, viewer=viewer, now=here.now(), after=after
            )
            for entry in found:
                place = (site, entry.whose, entry.key)
                if place not in seen:
                    seen.add(place)
                    yield _task_row(entry, site, words, today)


def _task_row(entry: Entry, site: str, words: Wording, today: date) -> Row:
    task = chores.chore(entry, words, today)
    is_late = task.due is not None and task.due.is_late
    return (
        task.reference,
        task.name,
        site,
        words.site(site),
        entry.key,
        task.title,
        entry.due if entry.key == YOUNG else entry.at,
        entry.due if task.due else "",
        "1" if is_late else "",
        entry.role,
        str(phrases.ROLES.get(entry.role, entry.role)),
    )


def _device_rows(words: Wording) -> Iterator[Row]:
    for one in enrolment.enrolled(context().doors):
        if may_manage(asking(), Role.VOLUNTEER, one.site):
            off = one.clock_off_ms
            yield (
                one.id,
                one.label,
                one.site,
                words.site(one.site),
                text(one.enrolled),
                text(one.last_seen) if one.last_seen else "",
                "" if off is None else str(off),
                text(one.revoked) if one.revoked else "",
                text(one.turned_away) if one.turned_away else "",
                text(one.lease_until) if one.lease_until else "",
                text(one.wiped) if one.wiped else "",
            )


def _person_rows(words: Wording) -> Iterator[Row]:
    for one in staffing.everybody(context().doors, by=asking()):
        yield (
            one.id,
            one.name,
            one.role,
            str(phrases.ROLES.get(one.role, one.role)),
            one.site,
            words.site(one.site),
            text(one.until) if one.until else "",
            text(one.ended) if one.ended else "",
        )
