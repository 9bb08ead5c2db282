"""XLSForm to XForm: the same workbook gives the same bytes, on every machine.

The setting columns ``attribute::dodomu:event``, ``attribute::dodomu:title_en`` and
``attribute::dodomu:enabled`` are moved from the root of the instance to the model, so
that no submission carries them.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, Literal
from zipfile import BadZipFile

from lxml import etree
from pyxform.errors import PyXFormError, PyXFormReadError
from pyxform.xls2xform import convert as convert_xlsform

from forms.errors import AuthoringError
from forms.xform import NAMESPACE, XFORMS

_UNFORESEEN: Final = (
    *(PyXFormReadError, BadZipFile, AttributeError, LookupError, TypeError),
    *(ValueError, ArithmeticError, AssertionError, RecursionError),
)
"""What pyxform raises over workbooks that nobody thought of."""

_SURVEY: Final = "survey"
_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]")
_PREFIX: Final = re.compile(r"Namespace prefix (\S+) ")
_SHEET: Final = re.compile(r"'(\w+)' sheet|sheet:? (?:named )?'(\w+)'")
_COLUMN: Final = re.compile(r"the '([^']+)' value|column '([^']+)'", re.IGNORECASE)


def convert(source: str | bytes, *, kind: Literal["md", "xlsx"]) -> bytes:
    """Return the XForm of an XLSForm.

    Args:
        source: The workbook itself, never the name of a file.
        kind: How it is written: Markdown tables or an Excel workbook.

    Raises:
        AuthoringError: The workbook is not an XLSForm; names sheet, row and column
            where they are known.
    """
    content = source.encode() if isinstance(source, str) else source
    return _converted(content, f".{kind}")


def convert_sheets(sheets: Mapping[str, Any]) -> bytes:
    """Return the XForm of a workbook that was read already.

    Raises:
        AuthoringError: It is not an XLSForm.
    """
    return _converted(deepcopy(dict(sheets)), None)


def _converted(workbook: bytes | dict[str, Any], file_type: str | None) -> bytes:
    try:
        result = convert_xlsform(xlsform=workbook, file_type=file_type)
    except _UNFORESEEN as error:
        raise AuthoringError(f"this is not an XLSForm {file_type or ''}") from error
    except PyXFormError as error:
        raise _explained(str(error)) from error
    return _with_model_attributes(result.xform.encode())


def _explained(message: str) -> AuthoringError:
    row, sheet, column = (
        pattern.search(message) for pattern in (_ROW, _SHEET, _COLUMN)
    )
    return AuthoringError(
        message,
        sheet=(sheet[1] or sheet[2]) if sheet else _SURVEY if row else None,
        row=int(row[1]) if row else None,
        column=column and (column[1] or column[2]),
    )


def _ill_formed(message: str) -> AuthoringError:
    """Return what pyxform let pass, and no reader of XML does."""
    prefix = _PREFIX.search(message)
    if prefix is None:
        return AuthoringError("a text or a name holds what XML cannot")
    return AuthoringError(
        f"no namespace is called {prefix[1]}",
        sheet="settings",
        row=2,
        column="namespaces",
    )


def _with_model_attributes(xform: bytes) -> bytes:
    try:
        tree = etree.fromstring(xform)
    except etree.XMLSyntaxError as error:
        raise _ill_formed(str(error)) from error
    model = tree.find(f".//{{{XFORMS}}}model")
    if model is None:
        raise AuthoringError("the form has no model")
    root = model.find(f"{{{XFORMS}}}instance/*")
    if root is None:
        raise AuthoringError("the form asks nothing", sheet="survey")
    for name, value in root.attrib.items():
        if etree.QName(name).namespace == NAMESPACE:
            model.set(name, value)
            del root.attrib[name]
    return etree.tostring(tree, xml_declaration=True, encoding="utf-8")
