"""What would stand after a decision, said before it is written."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from intake_server.errors import InvalidRequestError
from intake_server.services.desk import File
from intake_server.web.pages import decisions
from intake_server.web.pages.decisions import Filled
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Said, Wording
from sync.merge import siblings

Preview = tuple[str, Said] | None
"""What it is about, and what will stand; None where nothing was chosen yet."""


def preview(file: File, wording: Wording, filled: Filled) -> Preview:
    """Return what will stand if the choice is sent."""
    if not filled.choice:
        return None
    try:
        verb, argument = decisions.said(filled, wording)
    except InvalidRequestError:
        return None
    foresee = _FORESEEN.get(file.item.kind, _end)
    return foresee(file, wording, verb, argument)


def _field(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del verb
    name = file.item.cell
    return (wording.short(name), wording.value(name, value, file.item.sites))


def _set(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del verb
    name = file.item.cell
    left = _elements(file, value)
    said = wording.value(name, left, file.item.sites) if left else Said(_("nothing"))
    return (wording.short(name), said)


def _void(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del file, wording, verb
    void = _("the record counts as made by mistake and is hidden")
    kept = _("the record stays, with everything in it")
    return (_("Record"), Said(void if value else kept))


def _link(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del file, wording, verb
    one = _("one child; each record keeps what was written in it")
    two = _("two children; nobody is asked about this pair again")
    return (_("Records"), Said(one if value else two))


def _held(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del file, wording, value
    becomes = {
        "release": _("is taken in as if it came now"),
        "assign": _("is taken in as a form about this child"),
        "mend": _("is taken in as the newest version of the form reads it"),
        "dismiss": _("stays kept, and nobody is asked about it again"),
    }
    return (_("Form"), Said(becomes.get(verb, "")))


def _apart(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del verb
    hands = file.record.view["values"] if file.record else {}
    signed = siblings.signed(hands, file.item.heads)
    if not value:
        said = _("void: the children stay together; all answers stay in the history")
    elif signed:
        said = _("in force with your signature, the second")
    else:
        said = _("your signature; not in force until another organisation signs too")
    return (wording.short(file.item.cell), Said(said))


def _end(file: File, wording: Wording, verb: str, value: Any) -> Preview:
    del file, wording, verb, value
    return (_("Answers"), Said(_("all stand as they are; the question ends")))


_FORESEEN: Final[Mapping[str, Callable[[File, Wording, str, Any], Preview]]] = {
    "field_conflict": _field,
    "set_conflict": _set,
    "delete_conflict": _void,
    "link_conflict": _link,
    "link_blocked": _link,
    "link_proposed": _link,
    "triage": _held,
    siblings.KIND: _apart,
}


def _elements(file: File, value: Any) -> list[str]:
    """Return the elements of a set after a decision."""
    item, record = file.item, file.record
    now = set(record.view["values"].get(item.cell) or ()) if record else set()
    about = {item.element} if item.element is not None else set()
    if isinstance(value, bool):
        return sorted(now | about if value else now - about)
    among = {str(said["value"]) for said in item.candidates}
    if isinstance(value, list):
        return sorted((now - among) | set(value))
    return sorted(about if {value} == about else (now | among) - about)
