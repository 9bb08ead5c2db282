"""XLSForm to XForm: the same workbook gives the same bytes, on every machine.

The setting columns ``attribute::dodomu:event``, ``attribute::dodomu:title_en`` and
``attribute::dodomu:enabled`` are moved from the root of the instance to the model, so
that no submission carries them.
"""

import re
from typing import Final, Literal
from zipfile import BadZipFile

from lxml import etree
from pyxform.errors import PyXFormError, PyXFormReadError
from pyxform.xls2xform import convert as convert_xlsform

from forms.errors import AuthoringError
from forms.xform import NAMESPACE, XFORMS

_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]")
_SHEET: Final = re.compile(r"'(\w+)' sheet")
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
    try:
        result = convert_xlsform(xlsform=content, file_type=f".{kind}")
    except (PyXFormReadError, BadZipFile, KeyError, TypeError, ValueError) as error:
        raise AuthoringError(f"this is not an XLSForm in .{kind}") from error
    except PyXFormError as error:
        raise _explained(str(error)) from error
    return _with_model_attributes(result.xform.encode())


def _explained(message: str) -> AuthoringError:
    row, sheet, column = (
        pattern.search(message) for pattern in (_ROW, _SHEET, _COLUMN)
    )
    return AuthoringError(
        message,
        sheet=sheet and sheet[1],
        row=int(row[1]) if row else None,
        column=column and (column[1] or column[2]),
    )


def _with_model_attributes(xform: bytes) -> bytes:
    tree = etree.fromstring(xform)
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
