"""Pages for people who decide: what waits, one question, the children.

They work without a script; htmx only shows sooner what a button shows anyway.
"""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake_server.security.policy import Action, Role, may
from intake_server.web.auth import asking, requires
from intake_server.web.pages import (
    account,
    amending,
    cards,
    children,
    day,
    decided,
    devices,
    files,
    forms,
    item,
    language,
    lists,
    pairs,
    people,
    practice,
    quarantine,
    queue,
    room,
    spelling,
    summary,
    talk,
    undo,
    unfinished,
    versions,
    voids,
    vouching,
)

View = Callable[..., ResponseReturnValue]

_ROUTES: Final[tuple[tuple[str, str, str, Action, View], ...]] = (
    ("GET", "/day", "day", Action.READ_RECORDS, day.show),
    ("GET", "/day/medicines", "medicines", Action.READ_RECORDS, day.medicines),
    ("POST", "/day/arrivals", "answer_arrival", Action.DECIDE, day.answer),
    ("POST", "/day/tasks", "close_task", Action.DECIDE, day.done),
    ("POST", "/day/notes", "leave_note", Action.DECIDE, day.leave_note),
    ("GET", "/queue", "queue", Action.READ_QUEUE, queue.show),
    ("GET", "/queue/next", "following", Action.DECIDE, queue.following),
    ("GET", "/queue/spelling", "spelling", Action.DECIDE, spelling.show),
    ("POST", "/queue/spelling", "settle", Action.DECIDE, spelling.settle),
    ("GET", "/queue/child/<doc>", "child_questions", Action.READ_QUEUE, queue.of_child),
    ("GET", "/queue/<qid>", "item", Action.READ_QUEUE, item.show),
    ("POST", "/queue/<qid>", "decide", Action.DECIDE, item.decide),
    ("GET", "/queue/<qid>/form/<change>", "filled", Action.READ_QUEUE, item.form),
    ("POST", "/queue/<qid>/talk", "talk", Action.READ_QUEUE, talk.say),
    ("POST", "/queue/<qid>/preview", "preview", Action.DECIDE, item.preview),
    ("GET", "/quarantine", "quarantine", Action.READ_QUEUE, quarantine.show),
    ("GET", "/quarantine/<qid>/raw", "raw", Action.READ_RAW, quarantine.raw),
    (
        "POST",
        "/quarantine/<qid>/take-up",
        "take_up",
        Action.DECIDE,
        quarantine.take_up,
    ),
    ("GET", "/decided", "decided", Action.READ_RECORDS, decided.show),
    (
        "GET",
        "/decided/count",
        "count_decided",
        Action.READ_RECORDS,
        decided.count,
    ),
    ("POST", "/decided", "disagree", Action.UNDO, decided.disagree),
    ("GET", "/children", "children", Action.READ_RECORDS, children.find),
    ("GET", "/children/waiting", "waiting", Action.READ_RECORDS, children.waiting),
    ("GET", "/children/<doc>", "child", Action.READ_RECORDS, children.show),
    ("GET", "/children/<doc>/summary", "summary", Action.READ_RECORDS, summary.show),
    (
        "GET",
        "/children/<doc>/answers/<name>",
        "answer",
        Action.CORRECT,
        amending.show,
    ),
    (
        "POST",
        "/children/<doc>/answers/<name>",
        "correct_answer",
        Action.CORRECT,
        amending.correct,
    ),
    ("POST", "/changes/<change>/undo", "undo", Action.UNDO, undo.undo),
    ("GET", "/drafts/<uuid:id>", "unfinished", Action.FILL_IN, unfinished.show),
    ("POST", "/drafts/<uuid:id>", "put_draft", Action.FILL_IN, unfinished.act),
    ("GET", "/children/<doc>/link", "pair", Action.LINK, pairs.show),
    ("POST", "/children/<doc>/link", "link", Action.LINK, pairs.decide),
    ("POST", "/children/<doc>/pick", "pick", Action.LINK, pairs.pick),
    ("POST", "/children/<doc>/void", "void", Action.VOID, voids.void),
    (
        "POST",
        "/children/<doc>/sign",
        "sign_reunion",
        Action.DECIDE,
        vouching.sign,
    ),
    ("GET", "/cards", "cards", Action.PRINT_CARDS, cards.show),
    ("POST", "/cards", "draw_cards", Action.PRINT_CARDS, cards.draw),
    ("GET", "/devices", "devices", Action.MANAGE_DEVICES, devices.show),
    ("POST", "/devices", "enrol_device", Action.MANAGE_DEVICES, devices.enrol),
    (
        "POST",
        "/devices/invitations",
        "invite_devices",
        Action.MANAGE_DEVICES,
        devices.invite,
    ),
    (
        "POST",
        "/devices/<device_id>/revoke",
        "revoke_device",
        Action.MANAGE_DEVICES,
        devices.revoke,
    ),
    (
        "POST",
        "/devices/<device_id>/renew",
        "renew_device",
        Action.MANAGE_DEVICES,
        devices.renew,
    ),
    ("GET", "/people", "people", Action.MANAGE_PEOPLE, people.show),
    ("POST", "/people", "invite_person", Action.MANAGE_PEOPLE, people.invite),
    ("GET", "/people/<person_id>", "person", Action.MANAGE_PEOPLE, people.one),
    (
        "POST",
        "/people/<person_id>",
        "change_person",
        Action.MANAGE_PEOPLE,
        people.change,
    ),
    ("POST", "/people/<person_id>/end", "end_person", Action.MANAGE_PEOPLE, people.end),
    (
        "POST",
        "/people/<person_id>/reset",
        "reset_person",
        Action.MANAGE_PEOPLE,
        people.reset,
    ),
    (
        "POST",
        "/people/<person_id>/sign-out",
        "sign_person_out",
        Action.MANAGE_PEOPLE,
        people.sign_out,
    ),
    (
        "GET",
        "/lists/children.<any(csv,xlsx):ending>",
        "list_children",
        Action.READ_RECORDS,
        lists.children,
    ),
    (
        "GET",
        "/lists/queue.<any(csv,xlsx):ending>",
        "list_queue",
        Action.READ_QUEUE,
        lists.questions,
    ),
    (
        "GET",
        "/lists/tasks.<any(csv,xlsx):ending>",
        "list_tasks",
        Action.READ_RECORDS,
        lists.tasks,
    ),
    (
        "GET",
        "/lists/devices.<any(csv,xlsx):ending>",
        "list_devices",
        Action.MANAGE_DEVICES,
        lists.devices,
    ),
    (
        "GET",
        "/lists/people.<any(csv,xlsx):ending>",
        "list_people",
        Action.MANAGE_PEOPLE,
        lists.people,
    ),
    ("GET", "/account", "account", Action.USE_PAGES, account.show),
    ("POST", "/account/password", "password", Action.USE_PAGES, account.password),
    ("POST", "/account/notices", "notices", Action.USE_PAGES, account.notices),
    ("POST", "/account/sign-out", "sign_out", Action.USE_PAGES, account.sign_out),
    (
        "POST",
        "/account/sessions/<session_id>/end",
        "end_session",
        Action.USE_PAGES,
        account.end_session,
    ),
    ("GET", "/practice", "practice", Action.USE_PAGES, practice.show),
    ("POST", "/practice", "practise", Action.USE_PAGES, practice.own),
    (
        "POST",
        "/practice/delete",
        "delete_practice",
        Action.DELETE_PRACTICE,
        practice.delete,
    ),
    (
        "POST",
        "/practice/sites/<site>",
        "site_practice",
        Action.MANAGE_SITES,
        practice.of_site,
    ),
    (
        "POST",
        "/devices/<device_id>/practice",
        "device_practice",
        Action.MANAGE_DEVICES,
        practice.of_device,
    ),
    (
        "POST",
        "/people/<person_id>/practice",
        "person_practice",
        Action.MANAGE_PEOPLE,
        practice.of_person,
    ),
    ("GET", "/forms", "forms", Action.FETCH_FORMS, forms.show),
    ("POST", "/forms", "examine_form", Action.PUBLISH_FORMS, forms.examine),
    ("GET", "/forms/<form_id>", "form", Action.READ_QUEUE, versions.show),
    (
        "POST",
        "/forms/<form_id>/retire",
        "retire_form",
        Action.PUBLISH_FORMS,
        versions.retire,
    ),
    ("GET", "/forms/<form_id>/print", "print_form", Action.FETCH_FORMS, forms.paper),
    ("POST", "/forms/publish", "publish_form", Action.PUBLISH_FORMS, forms.publish),
    ("GET", "/files/<digest>", "file", Action.READ_RECORDS, files.show),
    ("GET", "/files/<digest>/copy", "copy", Action.READ_RECORDS, files.copy),
    ("GET", "/files/<digest>/small", "small", Action.READ_RECORDS, files.small),
    (
        "GET",
        "/files/<digest>/original",
        "original",
        Action.READ_ORIGINALS,
        files.original,
    ),
    ("POST", "/language", "language", Action.PUBLIC, language.choose),
)

_AT_A_CENTRE: Final = frozenset({Role.WORKER, Role.CLINICIAN})
"""Whose work begins with the day of their centre."""


def blueprint() -> Blueprint:
    """Return the pages."""
    pages = Blueprint("pages", "intake_server.web.pages")
    pages.add_url_rule("/", "home", requires(Action.USE_PAGES)(_home))
    for method, path, name, action, view in _ROUTES:
        pages.add_url_rule(path, name, requires(action)(view), methods=[method])
    pages.app_context_processor(_frame)
    return pages


def _home() -> ResponseReturnValue:
    """Go to where the work waits; who has none here is told so."""
    if asking().role in _AT_A_CENTRE:
        return redirect(url_for("pages.day"))
    if may(asking(), Action.READ_QUEUE):
        return redirect(url_for("pages.queue"))
    return render_template("pages/home.html")


def _frame() -> dict[str, Any]:
    return {**room.on_every_page(), **files.on_every_page()}
