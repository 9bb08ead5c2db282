"""What a browser at a desk is told of a form that it fills in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for

from forms.instance import parse
from forms.reference import printed
from intake_server.clock import text
from intake_server.services.authors import known
from intake_server.services.drafts import Found, Listed
from intake_server.services.finishing import Outcome
from intake_server.services.opening import Opened
from intake_server.services.receipts import Receipt
from intake_server.storage.database import Session
from intake_server.storage.documents import StoredView
from intake_server.storage.drafts import Draft
from intake_server.storage.forms import Form
from intake_server.storage.queue import QueueItem
from intake_server.web.auth import csrf_token
from intake_server.web.language import language
from intake_server.web.receipt_problems import RECEIPT_PROBLEMS
from sync.rendering import Before, Place, Seen

KEPT = ("based_on", "anew", "standing", "contested", "withheld", "goes_on")
"""What is known when a form is opened, and kept with it while it is not finished."""


def opened(one: Opened, draft: Draft | None) -> dict[str, Any]:
    """Return a form before its first answer; ``draft`` is what the team has begun."""
    shown, root = one.shown, parse(one.xml).root.name
    return {
        **form(one.form),
        "child": child(one.person),
        "instance_id": one.instance_id,
        "corrects": one.stay.last if one.stay else None,
        "goes_on": one.stay and {"since": one.stay.since, "event": one.stay.event},
        "instance_xml": one.xml.decode(),
        "based_on": _seen(shown.based_on),
        "anew": _seen(shown.anew),
        "standing": [_before(before, root) for before in shown.before],
        "contested": [_place(place, root) for place in shown.contested],
        "withheld": [_place(place, root) for place in shown.withheld],
        "draft": draft and short(draft),
        "csrf": csrf_token(),
    }


def form(one: Form) -> dict[str, Any]:
    """Return which form it is, and where its texts and files are."""
    form_id, version = one.form_id, one.version
    return {
        "form_id": form_id,
        "version": version,
        "title": dict(one.title),
        "xform_url": url_for("desk.xform", form_id=form_id, version=version),
        "media": [
            {
                "name": file.name,
                "hash": f"md5:{file.md5}",
                "url": url_for(
                    "desk.media", form_id=form_id, version=version, name=file.name
                ),
            }
            for file in one.media
        ],
    }


def child(person: StoredView | None) -> dict[str, Any] | None:
    """Return whom a form is about; None of a child without a record."""
    if person is None:
        return None
    said = person.view["values"]
    names = [said.get(name) for name in ("family_name", "given_name", "patronymic")]
    name = " ".join(str(one) for one in names if isinstance(one, str))
    if {"family_name", "given_name"} & person.view["contested"].keys():
        name = ""
    return {
        "doc": person.doc,
        "reference": printed(person.reference) if person.reference else None,
        "name": name,
        "href": url_for("pages.child", doc=person.doc),
    }


def short(draft: Draft) -> dict[str, Any]:
    """Return of an unfinished form what a list says."""
    return {
        "id": draft.id,
        "form_id": draft.form_id,
        "version": draft.form_version,
        "revision": draft.revision,
        "begun_at": text(draft.begun),
        "saved_at": text(draft.saved),
        "discarded_at": text(draft.discarded) if draft.discarded else None,
    }


def listed(every: Sequence[Listed], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the unfinished forms of a team."""
    return [
        {
            **short(one.draft),
            "child": child(one.person),
            "author": _who(one.draft.author, names),
            "owner": _who(one.draft.owner, names),
        }
        for one in every
    ]


def found(one: Found, which: Form | None, names: Mapping[str, str]) -> dict[str, Any]:
    """Return an unfinished form as it was saved last.

    Args:
        one: The unfinished form.
        which: Its form; None where that is published here no longer.
        names: The names of people by actor.
    """
    draft = one.draft
    raw = parse(draft.xml)
    return {
        **short(draft),
        **(form(which) if which else {}),
        "child": child(one.person),
        "instance_id": raw.instance_id,
        "corrects": raw.deprecated_id,
        "instance_xml": draft.xml.decode(),
        **{name: draft.opened.get(name) or _nothing(name) for name in KEPT},
        "files": list(one.files),
        "unasked": list(draft.unasked or ()),
        "typed": list(draft.typed or ()),
        "author": _who(draft.author, names),
        "saved_by": _who(draft.saved_by, names),
        "owner": _who(draft.owner, names),
        "moved": one.is_moved,
        "is_from_a_phone": draft.held is not None,
        "csrf": csrf_token(),
    }


def finished(
    receipt: Receipt, missing: Sequence[str], became: Outcome | None
) -> dict[str, Any]:
    """Return what became of a form that was finished."""
    said = {
        "instance_id": receipt.instance_id,
        "status": receipt.status,
        "reference": receipt.reference and printed(receipt.reference),
        "documents": [{"doc": doc, "kind": kind} for doc, kind in receipt.documents],
        "sha256": receipt.sha256,
        "missing": list(missing),
        "problem": _problem(receipt),
    }
    person = became.person if became else None
    return {
        "receipt": {name: value for name, value in said.items() if value is not None},
        "questions": [_question(item) for item in (became.questions if became else ())],
        "changed": became.changed if became else 0,
        "child": person,
        "child_href": url_for("pages.child", doc=person) if person else None,
    }


def names_of(session: Session, drafts: Iterable[Draft]) -> dict[str, str]:
    """Return the names of those who have to do with forms, by actor."""
    actors = {
        actor
        for draft in drafts
        for actor in (draft.author, draft.saved_by, draft.owner)
        if actor
    }
    return {
        actor: author.name for actor, author in known(session, actors).authors.items()
    }


def _seen(seen: Seen) -> dict[str, dict[str, list[str]]]:
    return {
        doc: {cell: list(heads) for cell, heads in cells.items()}
        for doc, cells in seen.items()
    }


def _before(before: Before, root: str) -> dict[str, Any]:
    return {**_place(before.place, root), "value": before.value}


def _place(place: Place, root: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "ref": "/" + "/".join((root, *place.path)),
        "name": place.name,
    }
    return said if place.row is None else {**said, "row": place.row}


def _who(actor: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    if actor is None:
        return None
    return {"id": actor.partition(":")[2], "name": names.get(actor, "")}


def _question(item: QueueItem) -> dict[str, Any]:
    return {
        "qid": item.qid,
        "kind": item.kind,
        "name": item.cell.partition("/")[0],
        "href": url_for("pages.item", qid=item.qid),
    }


def _problem(receipt: Receipt) -> dict[str, Any] | None:
    if receipt.problem is None:
        return None
    kind = RECEIPT_PROBLEMS[receipt.problem.slug]
    return {
        "type": kind.uri,
        "title": kind.title.within(language()),
        "detail": receipt.problem.detail,
        **({"field": receipt.problem.field} if receipt.problem.field else {}),
    }


def _nothing(name: str) -> Any:
    return {"goes_on": None}.get(name, {} if name in ("based_on", "anew") else [])
