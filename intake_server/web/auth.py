"""Who is asking, and whether they may: checked once, before any view runs.

Every view carries a mark made by ``requires``; the application refuses to start while
one lacks it. A path says which credentials count: a bearer token under ``/api/`` and
``/sync/``, the key in the path or Basic for OpenRosa, the session's cookie for pages.
A cookie never opens the API, so no other site can use it through a browser. A device
with a key of its own signs each call, under ``/api/`` alone; one of another site shows
a pass instead of a token. Here too it is decided, once, whether the request is meant in
earnest.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, g, request

from forms.reference import normalise
from intake_server.config import is_loopback
from intake_server.errors import (
    ConfigError,
    IntakeError,
    LeaseOverError,
    NotFoundError,
    RevokedDeviceError,
    StalePageError,
    UnauthenticatedError,
)
from intake_server.security.policy import (
    CASE_STAFF,
    Action,
    Principal,
    Standing,
    may,
    may_in_force,
    may_send_open,
)
from intake_server.services import admission, enrolment, people, withholding
from intake_server.services.admission import Wipe
from intake_server.services.people import Session
from intake_server.web import cookies, signed_calls
from intake_server.web.context import context, contexts, turn_to_practice
from intake_server.web.openrosa.answers import is_openrosa

View = TypeVar("View", bound=Callable[..., Any])

CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "X-CSRF-Token"

_BLIND: Final = frozenset({Action.SUBMIT, Action.FETCH_FORMS, Action.FIND_PLACES})
"""What shows nobody anything of a child."""
_MARK: Final = "required_action"
_ROOM: Final = "most_bytes"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PASSED_ON: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "Via")
_SAME_SITE: Final = frozenset({"", "none", "same-origin"})


class Way(Enum):
    """How somebody shows who they are; the value is the challenge of a 401."""

    BEARER = 'Bearer realm="dodomu"'
    OPENROSA = 'Basic realm="dodomu", charset="UTF-8"'
    SESSION = 'Session realm="dodomu"'


def requires(action: Action) -> Callable[[View], View]:
    """Mark a view with what somebody must be allowed to do to reach it."""

    def mark(view: View) -> View:
        setattr(view, _MARK, action)
        return view

    return mark


def takes(most_bytes: int) -> Callable[[View], View]:
    """Mark a view that takes a larger body than others, of those who may reach it."""

    def mark(view: View) -> View:
        setattr(view, _ROOM, most_bytes)
        return view

    return mark


def required(app: Flask, endpoint: str) -> Action | None:
    """Return what a view requires, or None where it is not marked."""
    return getattr(app.view_functions[endpoint], _MARK, None)


def refuse_unmarked(app: Flask) -> None:
    """Refuse an application with a view that says nothing about who may reach it.

    Raises:
        ConfigError: Names the first such view.
    """
    for rule in app.url_map.iter_rules():
        if required(app, rule.endpoint) is None:
            raise ConfigError(rule.endpoint, "says nothing about who may reach it")


def admit() -> None:
    """Let the request reach its view, or refuse it; runs before each request.

    Raises:
        UnauthenticatedError: Nobody known is asking.
        NotFoundError: They may not do what the view requires.
        StalePageError: The request was not sent by a page of their session.
    """
    g.principal = None
    if request.endpoint is None:
        return
    action = required(current_app, request.endpoint)
    way = _way()
    is_unsafe = way is Way.SESSION and request.method not in _SAFE
    if is_unsafe and request.headers.get("Sec-Fetch-Site", "") not in _SAME_SITE:
        raise StalePageError
    if action is Action.PUBLIC:
        return
    g.principal = _recognised(way)
    if g.principal is None:
        raise UnauthenticatedError(way.value)
    if g.principal.is_practising:
        turn_to_practice(g.principal)
    if action is None or not may(g.principal, action):
        raise _refusal(g.principal, action)
    _make_room(request.endpoint)
    if is_unsafe:
        _refuse_forged()
    _withhold(action)


def _withhold(action: Action) -> None:
    """See that nobody reaches what names them as one who shall not; attempts are noted.

    Raises:
        NotFoundError: They ask for such a record.
        AuditError: It could not be noted.
    """
    if g.principal.role not in CASE_STAFF or action in _BLIND:
        return
    here = context()
    session: Session | None = g.get("session")
    stamp = session.withheld if session and not g.principal.is_practising else ""
    who = contexts().withholdings.mindful(g.principal, here.database, stamp)
    g.principal = who
    tried = who.withheld.intersection(_named()) if who.withheld else frozenset()
    if tried:
        withholding.note_attempt(here.database, tried, by=who, now=here.now())
        raise NotFoundError("record")


def _named() -> Iterator[str]:
    """Yield every text by which a request may name something."""
    said = [request.view_args, request.args.to_dict(flat=False)]
    said.append(request.form.to_dict(flat=False))
    said.append(request.get_json(silent=True))
    for text in _texts(said):
        yield text
        if reference := normalise(text):
            yield reference


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (str(name) for name in value)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str | UUID):
        yield str(value)


def asking() -> Principal:
    """Return who is asking; only for views that are not public."""
    principal: Principal = g.principal
    return principal


def order_to_wipe() -> Wipe | None:
    """Return what a revoked device is told; None for anybody else."""
    principal, here = asking(), context()
    if principal.standing is not Standing.REVOKED:
        return None
    key = here.keyring.receipt
    return admission.wipe(here.doors, principal.id, key, now=here.now())


def refuse_open() -> None:
    """Refuse what is not sealed, from somebody of whom only that is taken.

    Raises:
        NotFoundError: Another site's node let them in.
        RevokedDeviceError: They were put out.
        LeaseOverError: Their time is over.
    """
    if not may_send_open(asking()):
        raise _refusal(asking(), Action.SUBMIT)


def csrf_token() -> str:
    """Return what each form of this session's pages must carry; empty without one."""
    session: Session | None = g.get("session")
    return session.csrf if session else ""


def _way() -> Way:
    if request.path.startswith(("/api/", "/sync/")):
        return Way.BEARER
    return Way.OPENROSA if is_openrosa(request.path) else Way.SESSION


def _recognised(way: Way) -> Principal | None:
    match way:
        case Way.BEARER:
            return _by_bearer()
        case Way.OPENROSA:
            return _by_key() or _by_basic()
        case Way.SESSION:
            return _by_session()


def _refusal(principal: Principal, action: Action | None) -> IntakeError:
    """Return how somebody known is told that they may not do this."""
    match principal.standing:
        case Standing.REVOKED:
            wipe = order_to_wipe()
            return RevokedDeviceError(
                Way.BEARER.value,
                order=wipe.order if wipe else None,
                signature=wipe.signature if wipe else None,
            )
        case Standing.EXPIRED if may_in_force(principal, action):
            return LeaseOverError(Way.BEARER.value)
        case _:
            return NotFoundError("such page")


def _whose(token: str) -> Principal | None:
    """Return whose a token is; that a revoked device has now been told is noted."""
    here = context()
    principal = people.who(here.doors, token, now=here.now())
    if principal is None:
        enrolment.turn_away(here.doors, token, now=here.now())
    return principal


def _by_bearer() -> Principal | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    match scheme.lower() if secret else "":
        case "bearer":
            principal = _whose(secret)
        case "pass":
            here = context()
            principal = admission.guest(here.doors, secret, now=here.now())
        case _:
            return None
    return _proved(principal)


def _proved(principal: Principal | None) -> Principal | None:
    """Return somebody who needs no proof, or has signed the request."""
    if principal is None or not principal.proves_by:
        return principal
    is_signed = signed_calls.is_signed(principal.proves_by, Way.BEARER.value)
    return principal if is_signed else None


def _without_proof(principal: Principal | None) -> Principal | None:
    """Return somebody who needs no proof; here none can be given."""
    return None if principal and principal.proves_by else principal


def _by_key() -> Principal | None:
    key = (request.view_args or {}).get("key")
    return _without_proof(_whose(key)) if key else None


def _by_basic() -> Principal | None:
    """Take a device's id and token; never over a line that others can read."""
    given = request.authorization
    if given is None or given.type != "basic" or not given.password:
        return None
    if not request.is_secure and not _is_on_this_machine():
        return None
    principal = _without_proof(_whose(given.password))
    return principal if principal and principal.id == given.username else None


def _is_on_this_machine() -> bool:
    """Tell whether the line begins and ends here, and no proxy has passed it on."""
    asked = urlsplit(f"//{request.host}").hostname or ""
    is_passed_on = any(name in request.headers for name in _PASSED_ON)
    is_near = is_loopback(request.remote_addr or "") and is_loopback(asked)
    return is_near and not is_passed_on


def _by_session() -> Principal | None:
    token = cookies.session_token()
    if not token:
        return None
    here = context()
    g.session = people.signed_in(here.doors, token, now=here.now())
    return g.session.principal if g.session else None


def _make_room(endpoint: str) -> None:
    most_bytes = getattr(current_app.view_functions[endpoint], _ROOM, None)
    if most_bytes is not None:
        request.max_content_length = most_bytes
        request.max_form_memory_size = most_bytes


def _refuse_forged() -> None:
    sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(sent.encode(), csrf_token().encode()):
        raise StalePageError
