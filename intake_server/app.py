"""The one composer: which parts make the web application, in which order."""

import socket
from secrets import token_bytes
from typing import Any, Final

from flask import Flask
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from intake_server import clock
from intake_server.clock import Clock
from intake_server.config import Settings
from intake_server.security.keyring import Keyring
from intake_server.security.policy import Action
from intake_server.security.redaction import redact_logs
from intake_server.services import practice
from intake_server.services.authoring import Entropy
from intake_server.services.single_writer import Desk, HandedOver, OwnDesk
from intake_server.storage import node
from intake_server.storage.database import Database
from intake_server.storage.practice import PracticeStore
from intake_server.web import arrival, auth, failures, headers, pages, proving
from intake_server.web.api.openapi import offer_api
from intake_server.web.body import InMemoryRequest
from intake_server.web.context import Context, Contexts, context, give
from intake_server.web.desk import desk_api
from intake_server.web.enrol import enrol
from intake_server.web.field import field
from intake_server.web.help_pages import help_pages
from intake_server.web.language import language
from intake_server.web.openrosa.routes import openrosa
from intake_server.web.pages import texts
from intake_server.web.problem_pages import problem_pages
from intake_server.web.proving import proof
from intake_server.web.sign_in import sign_in
from intake_server.web.sync import sync

_BLUEPRINTS: Final = (
    openrosa,
    problem_pages,
    help_pages,
    enrol,
    field,
    sign_in,
    proof,
    sync,
)


def create_app(
    settings: Settings,
    database: Database,
    *,
    clock: Clock = clock.now,
    entropy: Entropy = token_bytes,
    entrance: socket.socket | None = None,
) -> Flask:
    """Return the web application of one node.

    Args:
        settings: What the operator chose.
        database: The node's store, migrated.
        clock: Tells the time; tests and the demo give their own.
        entropy: Gives the random bytes of ids and salts; so do these.
        entrance: Where the process is met that writes for all workers, if there is one.

    Raises:
        UnsafeConfigError: The settings would expose somebody.
        ConfigError: A view does not say who may reach it.
    """
    settings.refuse_unsafe()
    redact_logs()
    app = Flask("intake_server")
    app.request_class = InMemoryRequest
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings.max_batch_bytes
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    own = OwnDesk(database, entropy)
    desk: Desk = own if entrance is None else HandedOver(entrance, own)
    room = practice.Room(database, clock, entropy)
    store = PracticeStore(settings.data / practice.FOLDER, room.furnish)
    ring = Keyring(settings.keys)
    earnest = Context(settings, database, database, clock, entropy, desk, ring)
    apart = OwnDesk(store, entropy)
    practised = Context(settings, store, database, clock, entropy, apart, ring)
    give(app, Contexts(earnest, practised, store, room))
    Babel(app, locale_selector=language)
    texts.speed_up(app)
    app.before_request(arrival.note_arrival)
    app.before_request(auth.admit)
    app.before_request(proving.ask)
    app.before_request(arrival.refuse_when_full)
    app.after_request(headers.guard)
    app.context_processor(_on_every_page)
    offer_api(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(desk_api())
    app.register_blueprint(pages.blueprint())
    app.add_url_rule("/healthz", "healthz", _healthz)
    auth.requires(Action.PUBLIC)(app.view_functions["static"])
    failures.answer_failures(app)
    auth.refuse_unmarked(app)
    return app


@auth.requires(Action.PUBLIC)
def _healthz() -> dict[str, Any]:
    """Answer while the store does."""
    with context().database.reading() as session:
        return {"ok": node.find(session) is not None}


def _on_every_page() -> dict[str, Any]:
    return {"language": language(), "csrf_token": auth.csrf_token}
