"""One answer and a form that corrects it where it stands.

Somebody else was faster: the page comes again with what stands now, and with what was
typed still filled in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Self

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    RuleOfCareError,
    StaleRecordError,
)
from intake_server.services import amending, child
from intake_server.services.amending import Correction, Standing
from intake_server.services.storable import is_based_on
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import facts, inputs, phrases, room, sheet, warned
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.inputs import Input
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording
from sync.merge.schema import GRADES

_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the form held when it was sent; ``texts`` by input, ``many`` of a list."""

    texts: Mapping[str, str] = field(default_factory=dict)
    many: tuple[str, ...] = ()
    is_cleared: bool = False
    src: str = ""
    reason: str = ""
    based_on: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Self:
        """Return what a form that was sent holds; what no store can hold is left out."""
        said = MultiDict((name, storable(t)) for name, t in form.items(multi=True))
        prefix = inputs.FIELD
        return cls(
            texts={n: t for n, t in said.items() if n.partition(".")[0] == prefix},
            many=tuple(said.getlist(prefix)),
            is_cleared=said.get("clear") == "yes",
            src=said.get("src", ""),
            reason=said.get("reason", "").strip(),
            based_on=_based_on(said.get("based_on", "")),
        )


def show(doc: str, name: str) -> Response:
    """Show an answer and the form that corrects it."""
    return _page(_standing(doc, name), None)


def correct(doc: str, name: str) -> Response:
    """Write the correction, and go back to the child."""
    here, filled = context(), Filled.of(request.form)
    found = _standing(doc, name)
    try:
        said = _correction(found, filled, room.wording())
        written = amending.correct(here.database, said, by=asking(), now=here.now())
    except StaleRecordError:
        return _page(_standing(doc, name), filled, status=HTTPStatus.CONFLICT)
    except InvalidRequestError as error:
        refused = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(found, filled, errors=_refusals(error), status=refused)
    except RuleOfCareError as error:
        wrong = {"care": warned.refusal(error, room.wording())}
        refused = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(found, filled, errors=wrong, status=refused)
    back = url_for("pages.child", doc=found.person.doc, corrected=written)
    return redirect(back, HTTPStatus.SEE_OTHER)


def _standing(doc: str, name: str) -> Standing:
    here, viewer = context(), asking()
    if not child.is_document(doc):
        raise NotFoundError("answer", doc)
    found = amending.standing(
        here.database, doc, storable(name), viewer=viewer, now=here.now()
    )
    words = room.wording()
    is_shown = words.words.labels.is_known(name) and inputs.is_typed(name, words)
    if not is_shown or not words.may_read(name, found.view.sites):
        raise NotFoundError("answer", doc)
    return found


def _correction(found: Standing, filled: Filled, words: Wording) -> Correction:
    """Return what a form says.

    Raises:
        InvalidRequestError: It does not fit; reasons by input, in the viewer's language.
    """
    value = None if filled.is_cleared else _value(found, filled, words)
    if not filled.reason:
        raise InvalidRequestError({"reason": [_("Say why, in a few words.")]})
    if len(filled.reason) > _LONGEST:
        raise InvalidRequestError({"reason": [_("That is too long a reason.")]})
    return Correction(
        doc=found.view.doc,
        name=found.name,
        value=value,
        reason=filled.reason,
        src=filled.src if filled.src in GRADES else None,
        based_on=filled.based_on,
    )


def _value(found: Standing, filled: Filled, words: Wording) -> Any:
    one = inputs.many(found.name, words, _elements(found))
    if one is None:
        return inputs.typed(found.name, words, filled.texts)
    said = inputs.listed(one, filled.many)
    if not said:
        raise InvalidRequestError(
            {inputs.FIELD: [_("Mark or write at least one answer.")]}
        )
    return said


def _page(
    found: Standing,
    filled: Filled | None,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    words = room.wording()
    stands = next(
        (one for one in facts.facts(found.view, (), words) if one.name == found.name),
        None,
    )
    page = render_template(
        "pages/answer.html",
        child=sheet.whose(found.person, words),
        doc=found.view.doc,
        name=found.name,
        label=words.short(found.name, found.view.view.get("form") or ""),
        stands=stands,
        inputs=_inputs(found, filled, words) if found.may_correct else (),
        may_correct=found.may_correct,
        based_on=json.dumps(found.based_on),
        grades=_grades(words) if words.rule(found.name).policy == "authority" else (),
        reasons=[str(reason) for reason in phrases.REASONS],
        filled=filled or Filled(),
        errors=errors or {},
        is_stale=status == HTTPStatus.CONFLICT,
    )
    return make_response(page, status)


def _inputs(
    found: Standing, filled: Filled | None, words: Wording
) -> tuple[Input, ...]:
    """Return the inputs, with what was typed, and else with what stands."""
    said = filled.many if filled else _elements(found)
    one = inputs.many(found.name, words, said)
    if one is not None:
        return (one,)
    texts = inputs.texts_of(found.name, found.value, words)
    return inputs.inputs(found.name, words, filled.texts if filled else texts)


def _elements(found: Standing) -> tuple[str, ...]:
    return tuple(found.value) if isinstance(found.value, list) else ()


def _grades(words: Wording) -> tuple[tuple[str, str], ...]:
    best_first = sorted(GRADES, key=lambda grade: -GRADES[grade])
    return tuple((grade, words.grade(grade)) for grade in best_first)


def _refusals(error: InvalidRequestError) -> Mapping[str, str]:
    """Return in words, by input, why a correction was not taken."""
    known = {
        "src": _("What stands rests on better evidence: say what yours rests on."),
        "alone": _("An answer that excludes the others is marked beside them."),
    }
    names = {"alone": inputs.FIELD}
    return {
        names.get(name, name): known.get(name, said[0])
        for name, said in error.errors.items()
    }


def _based_on(text: str) -> Mapping[str, Any]:
    """Return what was shown; nothing where nobody could have been shown it."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if is_based_on(said) and said else {}
