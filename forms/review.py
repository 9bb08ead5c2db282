"""All that is wrong with a form that its owner hands in, each fault at its place.

``of_draft`` looks at what was typed, ``of_form`` at what came of it and at the forms
that were published before.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

from forms import checks, delivery, media, merging, succession, xform
from forms.catalogue import Form
from forms.definition import FormDefinition
from forms.draft import LANGUAGES, TRANSLATED, Draft, Row
from forms.errors import AuthoringError, DefinitionError, FormError
from forms.expressions import unknown_functions
from forms.faults import Fault, Wrong
from forms.lattices import LATTICES

HOMES: Final = ("person", "case", "event", "relation", "child-event", "none")
PARENTS: Final = ("person", "case", "event")
MATCHES: Final = (
    "family_name",
    "given_name",
    "patronymic",
    "birth_date",
    "age",
    "home_place",
    "document",
    "phone",
    "mother_name",
    "sex",
)
HARMS: Final = ("identity", "custody", "consent", "medical")

_WORDS: Final[tuple[tuple[str, Wrong, tuple[str, ...]], ...]] = (
    ("home", Wrong.HOME, HOMES),
    ("parent", Wrong.PARENT, PARENTS),
    ("level", Wrong.LEVEL, merging.LEVELS),
    ("match", Wrong.MATCH, MATCHES),
    ("harm", Wrong.HARM, HARMS),
)
_EXPRESSIONS: Final = (
    "relevant",
    "constraint",
    "calculation",
    "required",
    "readonly",
    "choice_filter",
    "count",
)
_SILENT: Final = frozenset(
    """
    calculate hidden start end today deviceid phonenumber username email audit
    start-geopoint xml-external csv-external background-audio end_group end_repeat
    subscriberid simserial
    """.split()  # noqa: SIM905 - in one line each it would fill a page
)
"""Types of rows that ask nobody anything."""

_MAY_BE_MUTE: Final = ("begin", "begin_group", "begin_repeat", "group", "repeat")
_SELECTS: Final = ("select_one", "select_multiple", "rank")
_FROM_FILE: Final = "_from_file"
_EXTERNAL: Final = "_external"
"""An old way to read choices from a file, which no phone of today needs."""
_LATTICE: Final = "lattice"


def of_draft(draft: Draft) -> list[Fault]:
    """Return what is wrong with the words, texts and expressions of a draft."""
    lists: dict[str, list[str]] = {}
    for row in draft.choices:
        lists.setdefault(row["list_name"], []).append(row.name)
    found: list[Fault] = []
    for row in draft.survey:
        found += _wrong_words(row)
        found += _wrong_policy(row)
        found += _missing_list(row, lists)
        found += _missing_states(row, lists)
        found += _missing_texts(row, must_speak=_must_speak(row))
        found += _unknown_functions(row)
    for row in draft.choices:
        found += _missing_texts(row, must_speak=bool(row.name))
    return found


def of_form(
    form: Form, published: Iterable[Form], draft: Draft, known: Iterable[Fault] = ()
) -> list[Fault]:
    """Return what a form says against itself and against the forms before it.

    Args:
        form: The form that is to be published.
        published: All versions of all forms that are published.
        draft: What it was made from.
        known: What was found already; it is not said again.
    """
    before = list(published)
    found = [*_titles(form, draft), *_version(form, before, draft)]
    found += _undeliverable(form, draft)
    for wrong, errors in (
        (Wrong.RULE, merging.errors(form.definition)),
        (Wrong.CHECK, checks.errors(form.definition)),
        (Wrong.MEANING, succession.errors(form.definition, _others(form, before))),
    ):
        found += [of_error(error, draft, wrong) for error in errors]
    said = {(fault.name, fault.column) for fault in known if fault.name}
    silent = {fault.name for fault in known if fault.wrong in _ABOUT_MERGING}
    return [
        fault
        for fault in found
        if (fault.name, fault.column) not in said
        and not (fault.wrong is Wrong.RULE and fault.name in silent)
    ]


_ABOUT_MERGING: Final = (Wrong.POLICY, Wrong.LATTICE, Wrong.LEVEL, Wrong.HOME)


def of_files(xml: bytes, given: Mapping[str, bytes]) -> list[Fault]:
    """Return which of the files that were handed in with a form it does not need.

    Raises:
        DefinitionError: This is not XML.
    """
    needed = delivery.needed_files(xform.parsed(xml))
    return [
        Fault(wrong=Wrong.FILE_UNASKED, facts={"value": name})
        for name in media.superfluous(needed, given)
    ]


def of_error(error: FormError, draft: Draft, wrong: Wrong) -> Fault:
    """Return the fault that an error tells of, at its place.

    Args:
        error: What was raised.
        draft: What it is about.
        wrong: Which kind of fault it is, where the error does not say.
    """
    says = {"says": str(error)}
    match error:
        case AuthoringError(row=None):
            return _quoted(error, draft, wrong)
        case AuthoringError():
            return Fault(
                wrong=wrong,
                sheet=error.sheet,
                row=error.row,
                column=error.column,
                facts=says,
            )
        case DefinitionError(field=str() as name, column=column):
            row = draft.question(name)
            if column == "renamed_from":
                wrong = Wrong.RENAMED
            if row is None:
                return Fault(wrong=wrong, name=name, column=column, facts=says)
            return _at(row, column, wrong, **says)
        case _:
            return Fault(wrong=wrong, facts=says)


def at_setting(draft: Draft, column: str, wrong: Wrong, **facts: str) -> Fault:
    """Return a fault in the settings of a form."""
    row = draft.setting()
    return Fault(
        wrong=wrong,
        sheet=row.sheet,
        row=row.number,
        column=row.column(column),
        facts=facts,
    )


def _at(row: Row, column: str | None, wrong: Wrong, **facts: str) -> Fault:
    return Fault(
        wrong=wrong,
        name=row.name or None,
        sheet=row.sheet,
        row=row.number,
        column=column and row.column(column),
        facts=facts,
    )


def _quoted(error: AuthoringError, draft: Draft, wrong: Wrong) -> Fault:
    """Return a fault at the one cell that holds what a message quotes, if there is one."""
    message = str(error)
    for text in _QUOTED.findall(message):
        cells = [
            (row, column) for row, column in _cells(draft, text) if row[column] == text
        ]
        if len(cells) == 1:
            row, column = cells[0]
            return _at(row, column, wrong, says=message)
    return Fault(wrong=wrong, sheet=error.sheet, facts={"says": message})


def _cells(draft: Draft, text: str) -> Iterator[tuple[Row, str]]:
    """Yield each cell that holds a text, as its row and its column."""
    for row in (*draft.survey, *draft.choices, *draft.settings):
        yield from ((row, column) for column, said in row.cells.items() if text in said)


_QUOTED: Final = re.compile(r"'([^']+)'")


def _wrong_words(row: Row) -> Iterator[Fault]:
    for column, wrong, known in _WORDS:
        if row[column] and row[column] not in known:
            yield _at(row, column, wrong, value=row[column], known=", ".join(known))


def _wrong_policy(row: Row) -> Iterator[Fault]:
    policy = row["policy"]
    words = policy.split()
    if words[:1] == [_LATTICE] and len(words) > 1:
        name = _order_in(words)
        if name not in LATTICES:
            known = ", ".join(LATTICES)
            yield _at(row, "policy", Wrong.LATTICE, value=name, known=known)
    elif policy and not merging.is_policy(policy):
        known = ", ".join(merging.POLICIES)
        yield _at(row, "policy", Wrong.POLICY, value=policy, known=known)


def _order_in(policy: Sequence[str]) -> str:
    """Return what the order of a policy is called, whoever may take answers away."""
    is_whole = merging.is_policy(" ".join(policy)) if policy else False
    return policy[1] if is_whole and len(policy) > 1 else " ".join(policy[1:])


def _missing_states(row: Row, lists: Mapping[str, list[str]]) -> Iterator[Fault]:
    """Yield each answer that the order of states does not know: it would be set aside."""
    policy, asked = row["policy"].split(), row["type"].split()
    name = _order_in(policy)
    if policy[:1] != [_LATTICE] or name not in LATTICES:
        return
    for choice in lists.get(asked[-1], ()) if asked else ():
        if choice not in LATTICES[name].states:
            yield _at(row, "policy", Wrong.STATE, value=choice, known=name)


def _missing_list(row: Row, lists: Container[str]) -> Iterator[Fault]:
    words = row["type"].split()
    if len(words) < len(("type", "list")):
        return
    kind, name = words[:2]
    if kind.endswith(_FROM_FILE):
        return
    is_outside = kind.endswith(_EXTERNAL)
    is_missing = kind in _SELECTS and name not in lists and not name.startswith("${")
    if is_outside or is_missing:
        yield _at(row, "type", Wrong.CHOICE_LIST, value=name)


def _must_speak(row: Row) -> bool:
    """Tell whether a row shows itself to people, and so has a label."""
    kind = row.type
    return bool(kind) and kind not in _SILENT and kind not in _MAY_BE_MUTE


def _missing_texts(row: Row, *, must_speak: bool) -> Iterator[Fault]:
    if row.type.startswith("end"):
        return
    for column in TRANSLATED:
        missing = [code for code in LANGUAGES if not row[f"{column}::{code}"]]
        needed = must_speak and column == "label"
        if len(missing) == len(LANGUAGES) and not needed:
            continue
        for code in missing:
            yield _at(row, f"{column}::{code}", Wrong.TEXT, language=code)


def _unknown_functions(row: Row) -> Iterator[Fault]:
    for column in _EXPRESSIONS:
        for name in unknown_functions(row[column]):
            yield _at(row, column, Wrong.FUNCTION, value=name)


def _titles(form: Form, draft: Draft) -> Iterator[Fault]:
    columns = {"uk": "form_title", "en": "attribute::dodomu:title_en"}
    for code, column in columns.items():
        if not form.title.get(code, "").strip():
            yield at_setting(draft, column, Wrong.TEXT, language=code)


def _undeliverable(form: Form, draft: Draft) -> Iterator[Fault]:
    html = xform.parsed(form.xml)
    there = {one.name: one for one in form.media}
    for needed in delivery.needed_files(html):
        beside = there.get(needed.name)
        if beside is None:
            yield _of_file(needed.name, Wrong.FILE, draft)
        elif beside.content is not None and not media.fits(needed, beside.content):
            yield _of_file(needed.name, Wrong.FILE_UNFIT, draft)
    contents = [one.content for one in form.media if one.content is not None]
    weight = sum(map(media.weight, contents))
    if weight > media.MOST_BYTES:
        facts = {"value": str(weight), "known": str(media.MOST_BYTES)}
        yield Fault(wrong=Wrong.FILES_TOO_LARGE, facts=facts)
    for column in delivery.elsewhere(html):
        yield at_setting(draft, column, Wrong.ELSEWHERE)


def _of_file(name: str, wrong: Wrong, draft: Draft) -> Fault:
    """Return what is wrong with a file, at the first cell that speaks of it."""
    stem = name.rpartition(".")[0] or name
    places = (_at(*place, wrong, value=name) for place in _cells(draft, stem))
    return next(places, Fault(wrong=wrong, facts={"value": name}))


def _version(form: Form, before: list[Form], draft: Draft) -> Iterator[Fault]:
    """Yield what is wrong with the version; the same bytes once more are harmless."""
    mine = [one for one in before if one.form_id == form.form_id]
    same = next((one for one in mine if one.version == form.version), None)
    if same is not None:
        if (same.xml, same.media) != (form.xml, form.media):
            yield at_setting(draft, "version", Wrong.TAKEN, value=form.version)
        return
    newest = max((int(one.version) for one in mine), default=0)
    if form.version.isdecimal() and int(form.version) <= newest:
        facts = {"value": form.version, "newest": str(newest)}
        yield at_setting(draft, "version", Wrong.NOT_HIGHER, **facts)


def _others(form: Form, before: list[Form]) -> Iterator[FormDefinition]:
    """Yield what was published, but this very version."""
    for one in before:
        if (one.form_id, one.version) != (form.form_id, form.version):
            yield one.definition
