"""Asking ODK Validate, which comes with pyxform, whether phones can open a form."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pyxform.validators import odk_validate

from forms.draft import Draft
from forms.faults import Fault, Wrong

_NOISE: Final = re.compile(
    r"^(ODK Validate Errors:|>> .*|The following files failed validation:"
    r"|\$\{[^}]*\}\.xml|Result: Invalid|Caused by: .*|\t\.\.\. .*|)$"
)
_FIELD: Final = re.compile(r"\$\{([^}]+)\}|'([^']+)' \(")
_COLUMNS: Final = (
    ("display condition", "relevant"),
    ("Calculate expression", "calculation"),
    ("Constraint", "constraint"),
    ("constraint", "constraint"),
    ("required", "required"),
    ("read-only", "readonly"),
)


def faults(xml: bytes, draft: Draft) -> tuple[Fault, ...] | None:
    """Return what ODK Validate says against a form; None where there is no Java.

    It says one thing at a time.
    """
    if shutil.which("java") is None:
        return None
    with TemporaryDirectory(prefix="dodomu-") as folder:
        path = Path(folder) / "form.xml"
        path.write_bytes(xml)
        try:
            odk_validate.check_xform(str(path))
        except odk_validate.ODKValidateError as error:
            return (_fault(str(error), draft),)
    return ()


def _fault(message: str, draft: Draft) -> Fault:
    said = [line for line in message.splitlines() if not _NOISE.match(line.rstrip())]
    says = " ".join(dict.fromkeys(line.strip(" :\t") for line in said)) or message
    named = (found[1] or found[2] for found in _FIELD.finditer(says))
    row = next((row for name in named if (row := draft.question(name))), None)
    column = next((name for words, name in _COLUMNS if words in says), None)
    if row is None:
        return Fault(wrong=Wrong.ODK, facts={"says": says})
    return Fault(
        wrong=Wrong.ODK,
        name=row.name,
        sheet=row.sheet,
        row=row.number,
        column=column and row.column(column),
        facts={"says": says},
    )
