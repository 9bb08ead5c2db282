"""A form as it is given to those who practise: the same questions, and marked as such.

Its title says what it is, and its version is one that no form has in earnest. A phone
sends the version back, so what was filled in to practise is known for it wherever it
comes, and so is what was not.
"""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

from forms.catalogue import Form, form
from forms.xform import NAMESPACE, XFORMS, parsed, read

_LABELS: Final = {"uk": "НАВЧАННЯ", "en": "PRACTICE"}
_VERSION: Final = re.compile(r"9[0-9]{17}\Z")
_DIGITS: Final = 17
_X: Final = f"{{{XFORMS}}}"
_HEADING: Final = ".//{http://www.w3.org/1999/xhtml}title"
_TITLE: Final = f"{{{NAMESPACE}}}title_"


def is_practised(version: str) -> bool:
    """Tell whether a version is one that is filled in to practise."""
    return _VERSION.match(version) is not None


def practised_version(version: str) -> str:
    """Return the version that stands for one in practice; their order stays.

    Example:
        ``2026112201`` gives ``900000002026112201``.
    """
    return "9" + version.zfill(_DIGITS)


def practised(xml: bytes, given: Mapping[str, bytes]) -> Form:
    """Return a form as it is given to those who practise.

    Args:
        xml: The form in earnest.
        given: Files beside it, by name; those that every installation has are not
            among them.

    Raises:
        DefinitionError: It cannot be read.
    """
    earnest = read(xml)
    html = parsed(xml)
    first = next(iter(earnest.title))
    for heading in html.iterfind(_HEADING):
        heading.text = _marked(first, heading.text or "")
    for model in html.iterfind(f".//{_X}model"):
        for name, title in model.items():
            if str(name).startswith(_TITLE):
                language = str(name).removeprefix(_TITLE)
                model.set(name, _marked(language, str(title)))
    for root in html.iterfind(f".//{_X}model/{_X}instance[1]/*"):
        root.set("version", practised_version(earnest.version))
    return form(etree.tostring(html, xml_declaration=True, encoding="utf-8"), given)


def _marked(language: str, title: str) -> str:
    return f"{_LABELS.get(language, _LABELS['en'])} · {title}"
