"""Cards with children's codes: how many sheets, and the sheets themselves."""

from http import HTTPStatus

from flask import make_response, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import InvalidRequestError, NoReferencesError
from intake_server.services import cards
from intake_server.web import card_sheets, practice
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.language import language
from intake_server.web.pages.texts import _


def show() -> Response:
    """Ask how many sheets are wanted."""
    return _page()


def draw() -> Response:
    """Show sheets of new cards, to be printed at once."""
    here, viewer = context(), asking()
    given = request.form.get("sheets", "")
    sheets = int(given) if given.isascii() and given.isdigit() else 0
    try:
        drawn = cards.draw(
            here.database, sheets, site=viewer.site, by=viewer.actor, now=here.now()
        )
    except InvalidRequestError:
        wanted = _("From 1 to %(most)d sheets at a time.", most=cards.MOST_SHEETS)
        return _page(refused=wanted, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except NoReferencesError:
        none = _("No codes are left. Tell the administrator of the central node.")
        return _page(refused=none, status=HTTPStatus.CONFLICT)
    style = url_for("static", filename="card_sheets.css")
    return make_response(
        card_sheets.draw(drawn, language(), style_url=style, notice=practice.notice())
    )


def _page(*, refused: str = "", status: int = HTTPStatus.OK) -> Response:
    shown = render_template(
        "pages/cards.html",
        refused=refused,
        a_sheet=cards.A_SHEET,
        most=cards.MOST_SHEETS,
        here=url_for("pages.cards"),
    )
    return make_response(shown, status)
