"""Forms at a desk, ``/desk``: a signed-in browser opens, keeps and finishes them.

The session's cookie opens it and its token guards it, as on the pages; it speaks JSON.
A form is kept at each answer, and what is finished goes the way of every other form.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from json import dumps
from typing import Any, Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError, fields, validate

from intake_server.clock import text
from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    TooLargeError,
    WrongFileError,
)
from intake_server.security.policy import TABLE, Action
from intake_server.services import (
    attachments,
    drafts,
    finishing,
    opening,
    people,
)
from intake_server.services.attachments import File
from intake_server.services.child import is_document
from intake_server.services.drafts import Saving
from intake_server.services.finishing import Finishing
from intake_server.services.items import incoming
from intake_server.services.opening import Opened
from intake_server.services.receipts import Receipt
from intake_server.services.storable import is_based_on
from intake_server.storage import blobs
from intake_server.storage import forms as stored
from intake_server.storage.drafts import Draft
from intake_server.web import arrival, desk_words, headers, practice
from intake_server.web.api import forms as published
from intake_server.web.api.schemas import Message, Text, Whole
from intake_server.web.auth import asking, csrf_token, requires
from intake_server.web.body import read_json
from intake_server.web.context import context
from sync.change import is_id
from sync.values import is_plain

View = Callable[..., ResponseReturnValue]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_LONGEST_XML: Final = 1_000_000
_FILL_IN: Final = frozenset(role.value for role in TABLE[Action.FILL_IN])
"""The roles of those to whom a form can be handed over."""
_MOST_OPENED: Final = 5_000
"""So many places at most are said to be contested, withheld or standing."""


class FileSchema(Message):
    """A file that a form names."""

    name = Text(longest=200, required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(_DIGEST))
    size = Whole(required=True, validate=validate.Range(0, 2**53))


class OpenedSchema(Message):
    """What was known when a form was opened: members of that answer."""

    based_on = fields.Dict(load_default=dict)
    anew = fields.Dict(load_default=dict)
    standing = fields.List(fields.Dict(), validate=validate.Length(max=_MOST_OPENED))
    contested = fields.List(fields.Dict(), validate=validate.Length(max=_MOST_OPENED))
    withheld = fields.List(fields.Dict(), validate=validate.Length(max=_MOST_OPENED))
    goes_on = fields.Dict(allow_none=True)


class SavingSchema(Message):
    """A form as it stands after an answer."""

    revision = Whole(required=True, validate=validate.Range(0, 2**31 - 2))
    instance_xml = Text(longest=_LONGEST_XML, required=True)
    child = fields.UUID(load_default=None, allow_none=True)
    opened = fields.Nested(OpenedSchema, load_default=dict)
    files = fields.List(fields.Nested(FileSchema), load_default=list)
    unasked = fields.List(
        fields.Dict(), load_default=list, validate=validate.Length(max=_MOST_OPENED)
    )
    typed = fields.List(
        fields.Dict(), load_default=list, validate=validate.Length(max=_MOST_OPENED)
    )


class FinishedSchema(Message):
    """A form that is finished; where it is kept, which state of it is known."""

    draft = fields.UUID(load_default=None, allow_none=True)
    revision = Whole(load_default=None, validate=validate.Range(0, 2**31 - 1))
    instance_xml = Text(longest=_LONGEST_XML, required=True)
    finalized_at = Text(longest=64, required=True)
    based_on = fields.Dict(load_default=dict)
    anew = fields.Dict(load_default=dict)
    attachments = fields.List(fields.Nested(FileSchema), load_default=list)


class RevisionSchema(Message):
    """Which state of a form somebody has looked at."""

    revision = Whole(load_default=None, allow_none=True)


class HandOverSchema(Message):
    """To whom a form is handed over."""

    to = Text(longest=64, load_default=None, allow_none=True)


def desk_api() -> Blueprint:
    """Return the calls."""
    desk = Blueprint("desk", __name__, url_prefix="/desk")
    for method, path, name, view in _ROUTES:
        desk.add_url_rule(path, name, requires(Action.FILL_IN)(view), methods=[method])
    desk.after_request(_marked)
    return desk


def _marked(answer: Response) -> Response:
    """Say on each answer, also on a refusal, that who asks practises."""
    if practice.is_practice():
        answer.headers["Dodomu-Practice"] = "1"
    return answer


def about(doc: Any, form_id: str) -> ResponseReturnValue:
    """Open a form about a child."""
    here = context()
    one = opening.about(
        here.database,
        str(doc),
        form_id,
        viewer=asking(),
        now=here.now(),
        entropy=here.entropy,
    )
    return desk_words.opened(one, _begun(one))


def empty(form_id: str) -> ResponseReturnValue:
    """Open a form about a child who has no record yet."""
    here = context()
    one = opening.empty(here.database, form_id, now=here.now(), entropy=here.entropy)
    return desk_words.opened(one, None)


def xform(form_id: str, version: str) -> Response:
    """Return a version of a form, the same bytes for ever."""
    return published.served(published.one(form_id, version))


def media(form_id: str, version: str, name: str) -> Response:
    """Return a file beside a version of a form, the same bytes for ever."""
    return published.served_file(form_id, version, name)


def list_drafts() -> ResponseReturnValue:
    """Return the unfinished forms of the team, the longest untouched first."""
    here = context()
    every = drafts.of_team(here.database, viewer=asking(), now=here.now())
    with here.database.reading() as session:
        names = desk_words.names_of(session, [one.draft for one in every])
    return {"drafts": desk_words.listed(every, names), "csrf": csrf_token()}


def draft(id: Any) -> ResponseReturnValue:
    """Return an unfinished form as it was saved last."""
    here = context()
    found = drafts.find(here.database, str(id), viewer=asking(), now=here.now())
    if found.draft.discarded is not None:
        raise NotFoundError("draft", str(id))
    with here.database.reading() as session:
        which = stored.find(session, found.draft.form_id, found.draft.form_version)
        names = desk_words.names_of(session, [found.draft])
    return desk_words.found(found, which, names)


def save(id: Any) -> ResponseReturnValue:
    """Keep a form as it stands after an answer; the same again is harmless."""
    said = _read(SavingSchema())
    opened = {**OpenedSchema().load({}), **said["opened"]}
    _refuse_unlike(opened, "based_on", "anew")
    if not is_plain(opened):
        raise InvalidRequestError({"opened": ["cannot be kept"]})
    for name in ("unasked", "typed"):
        _refuse_unkept(name, said[name])
    here, person = context(), said["child"]
    saved = drafts.save(
        here.database,
        Saving(
            id=str(id),
            revision=said["revision"],
            xml=said["instance_xml"],
            person=None if person is None else str(person),
            opened=opened,
            files=said["files"],
            unasked=said["unasked"],
            typed=said["typed"],
        ),
        by=asking(),
        now=here.now(),
    )
    return {
        "id": saved.id,
        "revision": saved.revision,
        "saved_at": text(saved.saved),
        "csrf": csrf_token(),
    }


def discard(id: Any) -> ResponseReturnValue:
    """Put an unfinished form away, for a while."""
    here, revision = context(), _read(RevisionSchema())["revision"]
    gone = drafts.discard(
        here.database, str(id), by=asking(), now=here.now(), revision=revision
    )
    until = (gone.discarded or here.now()) + drafts.RESTORABLE
    return {"id": gone.id, "until": text(until)}


def restore(id: Any) -> ResponseReturnValue:
    """Take back a form that was discarded."""
    here = context()
    return desk_words.short(
        drafts.restore(here.database, str(id), by=asking(), now=here.now())
    )


def hand_over(id: Any) -> ResponseReturnValue:
    """Say whose an unfinished form is to finish."""
    here = context()
    handed = drafts.hand_over(
        here.database,
        str(id),
        _read(HandOverSchema())["to"],
        team=[one["id"] for one in team()],
        by=asking(),
        now=here.now(),
    )
    return {**desk_words.short(handed), "owner": handed.owner}


def list_team() -> ResponseReturnValue:
    """Return to whom a form can be handed over."""
    return {"people": team()}


def team() -> list[dict[str, str]]:
    """Return the people of the viewer's site who fill in forms, by name."""
    here, viewer = context(), asking()
    every = people.everybody(here.doors)
    return [
        {"id": one.id, "name": one.name}
        for one in sorted(every, key=lambda one: (one.name, one.id))
        if one.site == viewer.site and one.ended is None and one.role in _FILL_IN
    ]


def unfinished(qid: str) -> ResponseReturnValue:
    """Make an unfinished form of what a phone sent as one; only once."""
    if not is_id(qid):
        raise NotFoundError("item", qid)
    here = context()
    id_ = finishing.of_unfinished(
        here.database, qid, by=asking(), now=here.now(), entropy=here.entropy
    )
    return draft(id_)


def bring(digest: str) -> ResponseReturnValue:
    """Keep a file that a form names or will name; again is harmless."""
    here = context()
    most = here.settings.max_attachment_bytes
    request.max_content_length = most
    data = request.get_data(cache=False)
    if len(data) > most:
        raise TooLargeError(most, "bytes of one file")
    if sha256(data).hexdigest() != digest:
        raise WrongFileError
    attachments.keep(
        here.database,
        [File(digest, data)],
        sender=asking(),
        now=arrival.arrived(),
        settings=here.settings,
    )
    return {"sha256": digest, "size": len(data)}


def file(digest: str) -> Response:
    """Give a file of an unfinished form back to who goes on with it."""
    here, id_ = context(), request.args.get("draft", "")
    if not is_document(id_):
        raise NotFoundError("draft")
    found = drafts.find(here.database, id_, viewer=asking(), now=here.now())
    if digest not in {one["sha256"] for one in found.files}:
        raise NotFoundError("file", digest)
    with here.database.reading() as session:
        data = blobs.find(session, bytes.fromhex(digest))
    if data is None:
        raise NotFoundError("file", digest)
    return headers.confine(Response(data, mimetype="application/octet-stream"))


def finish() -> ResponseReturnValue:
    """Take a form in; a receipt, and what it has put into question.

    Sending it again is harmless. The draft goes with it, and nothing is taken in where
    a colleague has saved that since.
    """
    said = _read(FinishedSchema())
    _refuse_unlike(said, "based_on", "anew")
    if said["draft"] is not None and said["revision"] is None:
        raise InvalidRequestError({"revision": ["must be said of a form that is kept"]})
    here, by = context(), asking()
    one = incoming(
        {
            "xml": said["instance_xml"],
            "finalized_at": said["finalized_at"],
            "based_on": said["based_on"],
            "attachments": said["attachments"],
        }
    )
    practice.refuse_earnest([one])
    receipt = finishing.take_in(
        here.database,
        Finishing(
            form=one,
            anew=said["anew"],
            draft=None if said["draft"] is None else str(said["draft"]),
            revision=said["revision"] or 0,
        ),
        by=by,
        now=arrival.arrived(),
        entropy=here.entropy,
    )
    became = None
    if receipt.problem is None:
        became = finishing.outcome(here.database, receipt, by=by, now=here.now())
    return desk_words.finished(receipt, _missing(said, receipt), became)


def _missing(said: Mapping[str, Any], receipt: Receipt) -> tuple[str, ...]:
    """Return which of its files have not come; those that came since are noted."""
    here = context()
    if said["attachments"] and receipt.status == "duplicate":
        attachments.add_to(
            here.database,
            receipt.place,
            said["attachments"],
            now=arrival.arrived(),
            settings=here.settings,
            entropy=here.entropy,
        )
    found = attachments.outstanding(here.database, [receipt], here.settings)
    return found.get(receipt.place, ((), ()))[0]


def _begun(one: Opened) -> Draft | None:
    """Return what the team has begun with this form about this child, the newest."""
    if one.person is None:
        return None
    here = context()
    every = drafts.of_child(
        here.database, [one.person.doc], viewer=asking(), now=here.now()
    )
    own = [
        each
        for each in every
        if each.form_id == one.form.form_id and each.discarded is None
    ]
    return own[-1] if own else None


def _read(schema: Message) -> dict[str, Any]:
    try:
        said: dict[str, Any] = schema.load(read_json())
    except ValidationError as error:
        wrong = error.messages_dict
        raise InvalidRequestError(
            {str(name): [str(why)] for name, why in wrong.items()}
        ) from None
    return said


def _refuse_unkept(name: str, beside: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what is beside the answers where it is no text, or longer than a form is."""
    written = dumps(beside, ensure_ascii=False)
    if not is_plain(beside) or len(written) > _LONGEST_XML:
        raise InvalidRequestError({name: ["cannot be kept"]})


def _refuse_unlike(said: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if not is_based_on(said[name]):
            raise InvalidRequestError(
                {name: ["must be lists of ids by document and cell"]}
            )


_FILE: Final = "/files/<string(length=64):digest>"
_ROUTES: Final[tuple[tuple[str, str, str, View], ...]] = (
    ("GET", "/children/<uuid:doc>/forms/<form_id>", "about", about),
    ("GET", "/forms/<form_id>", "empty", empty),
    ("GET", "/forms/<form_id>/<version>.xml", "xform", xform),
    ("GET", "/forms/<form_id>/<version>/media/<name>", "media", media),
    ("GET", "/drafts", "drafts", list_drafts),
    ("GET", "/drafts/<uuid:id>", "draft", draft),
    ("PUT", "/drafts/<uuid:id>", "save", save),
    ("POST", "/drafts/<uuid:id>/discard", "discard", discard),
    ("POST", "/drafts/<uuid:id>/restore", "restore", restore),
    ("POST", "/drafts/<uuid:id>/hand-over", "hand_over", hand_over),
    ("GET", "/team", "team", list_team),
    ("POST", "/unfinished/<string(length=32):qid>", "unfinished", unfinished),
    ("PUT", _FILE, "bring", bring),
    ("GET", _FILE, "file", file),
    ("POST", "/submissions", "finish", finish),
)
