"""Where OpenRosa is answered: under a key in the path, and at the root with Basic."""

from typing import Final

from flask import Blueprint

from intake_server.web.openrosa import forms, submissions

PREFIXES: Final = ("", "/key/<key>")

openrosa = Blueprint("openrosa", __name__)

for _number, _prefix in enumerate(PREFIXES):
    _way = ("basic", "key")[_number]
    openrosa.add_url_rule(f"{_prefix}/formList", f"{_way}_form_list", forms.form_list)
    openrosa.add_url_rule(
        f"{_prefix}/xforms/<form_id>/<version>.xml", f"{_way}_xform", forms.xform
    )
    openrosa.add_url_rule(
        f"{_prefix}/xforms/<form_id>/<version>/manifest.xml",
        f"{_way}_manifest",
        forms.manifest,
    )
    openrosa.add_url_rule(
        f"{_prefix}/xforms/<form_id>/<version>/media/<name>",
        f"{_way}_media",
        forms.media,
    )
    openrosa.add_url_rule(
        f"{_prefix}/submission",
        f"{_way}_capacity",
        submissions.capacity,
        methods=["HEAD"],
    )
    openrosa.add_url_rule(
        f"{_prefix}/submission",
        f"{_way}_submission",
        submissions.receive,
        methods=["POST"],
    )
