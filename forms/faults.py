"""What can be wrong with a form that its owner hands in, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Wrong(Enum):
    """Every kind of fault; the value is for programs, words are found elsewhere."""

    UNREADABLE = "unreadable"
    WORKBOOK = "workbook"
    ODK = "odk"
    HOME = "home"
    PARENT = "parent"
    POLICY = "policy"
    LATTICE = "lattice"
    STATE = "state"
    LEVEL = "level"
    MATCH = "match"
    HARM = "harm"
    CHOICE_LIST = "choice-list"
    TEXT = "text"
    FILE = "file"
    FILE_UNASKED = "file-unasked"
    FILE_UNFIT = "file-unfit"
    FILES_TOO_LARGE = "files-too-large"
    ELSEWHERE = "elsewhere"
    FUNCTION = "function"
    TOO_LARGE = "too-large"
    FORM_ID = "form-id"
    VERSION = "version"
    NOT_HIGHER = "not-higher"
    TAKEN = "taken"
    MEANING = "meaning"
    RENAMED = "renamed"
    CHECK = "check"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong.

    ``sheet``, ``row`` and ``column`` say where, as the owner sees it in the workbook, as
    far as that is known; an XForm has no rows, there the ``name`` of the question does it.
    ``facts`` fill in the words: ``value`` is what stands there, ``known`` what may,
    ``language`` what is missing, ``newest`` the newest version, ``says`` what another
    program says in English.
    """

    wrong: Wrong
    name: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
