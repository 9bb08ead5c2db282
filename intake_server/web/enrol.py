"""A phone is let in by a code that its person types or scans from an invitation.

Opening the address only shows a button: whatever looks at links must not use it up.
"""

from typing import Final

from flask import Blueprint, render_template, request

from intake_server.errors import UnknownCodeError
from intake_server.security.policy import Action
from intake_server.services import enrolment
from intake_server.services.storable import is_storable
from intake_server.web import invitations
from intake_server.web.addresses import Lead, address
from intake_server.web.auth import requires
from intake_server.web.context import context
from intake_server.web.openrosa import settings as collect

enrol: Final = Blueprint("enrol", __name__)

_LONGEST: Final = 64
_SCALE: Final = 8


@enrol.get("/enrol")
@requires(Action.PUBLIC)
def ask() -> str:
    """Ask for the code, and say what else it is good for."""
    return _asked("")


@enrol.get("/enrol/<code>")
@requires(Action.PUBLIC)
def offer(code: str) -> str:
    """Show the button that uses the code of an invitation."""
    return _asked(code[:_LONGEST])


@enrol.post("/enrol")
@requires(Action.PUBLIC)
def enter() -> str:
    """Use the code; show what ODK Collect is set up with, this once."""
    here, code = context(), request.form.get("code", "")
    if not is_storable(code) or len(code) > _LONGEST:
        raise UnknownCodeError
    let_in = enrolment.enrol(
        here.doors,
        code,
        label="",
        now=here.now(),
        came_from=request.remote_addr or "",
        entropy=here.entropy,
    )
    picture = collect.drawn(
        collect.packed(f"{address()}/key/{let_in.token}", site=let_in.site)
    )
    return render_template(
        "enrolled.html",
        qr=collect.inline(picture),
        picture=picture.png_data_uri(scale=_SCALE, border=4),
    )


def _asked(code: str) -> str:
    lead = Lead(address())
    is_code = code.replace("-", "").isalnum()
    field = lead.to(code) if is_code else lead.start
    return render_template(
        "enrol.html",
        code=code,
        field=field,
        qr=collect.inline(invitations.picture(field)),
    )
