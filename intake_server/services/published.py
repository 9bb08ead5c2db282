"""What is published here: forms, what their answers mean, and how these meet."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final, Protocol

from forms import media
from forms.definition import FormDefinition
from forms.errors import DefinitionError
from forms.media import Medium
from forms.places import lists
from forms.xform import read
from intake_server.storage import forms
from intake_server.storage.database import Database, Session, store_of
from intake_server.storage.forms import Form
from sync.merge.schema import Schema

_REMEMBERED: Final = 64
Sources = tuple[bytes, ...]
"""The changes that all forms follow from: with them stands and falls what is known."""


def available(session: Session) -> tuple[Form, ...]:
    """Return the newest version of every form that is not retired, by name.

    A version that names a file which this installation has not got yet is passed over,
    and so is a retired one: the version before it is offered, where that is not.
    """
    newest: dict[str, Form] = {}
    for form in forms.all_of(session):
        if not is_offered(form):
            continue
        known = newest.get(form.form_id)
        if known is None or int(form.version) > int(known.version):
            newest[form.form_id] = form
    return tuple(newest.values())


def newest(session: Session, form_id: str) -> str | None:
    """Return the highest version of a form that is published here."""
    every = (v for name, v, _ in forms.digests(session) if name == form_id)
    return max(every, key=int, default=None)


def is_offered(form: Form) -> bool:
    """Tell whether a version of a form is one that people may be given."""
    return not form.is_retired and is_whole(form)


def is_whole(form: Form) -> bool:
    """Tell whether all files that a form needs are here."""
    return all(one.md5 for one in form.media)


def file(session: Session, form: Form, name: str) -> tuple[Medium, bytes] | None:
    """Return a file beside a form, and its bytes; None where there is none here."""
    for one in form.media:
        if one.name == name:
            content = forms.content(session, form, one.sha256)
            if content is None and media.shipped(name) == one:
                content = lists.content(name)
            return None if content is None else (one, content)
    return None


def definition(form: Form) -> FormDefinition:
    """Return what the answers of a form mean.

    Raises:
        DefinitionError: Its XForm cannot be read here; another node published it.
    """
    return _definition(form.xml)


def definitions(published: Iterable[Form]) -> Iterator[FormDefinition]:
    """Yield what the answers of forms mean, of those that can be read here."""
    for form in published:
        with suppress(DefinitionError):
            yield definition(form)


class Shelf(Protocol):
    """Where published forms are found by name and version."""

    @property
    def sources(self) -> Sources:
        """The changes that the forms followed from when one was looked up last."""
        ...

    def find(self, form_id: str, version: str) -> FormDefinition | None:
        """Return what the answers of a form mean; None where it is not published here.

        Raises:
            DefinitionError: Its XForm cannot be read here; another node published it.
        """
        ...

    def has(self, form_id: str) -> bool:
        """Tell whether any version of a form is published here."""
        ...


class Stored:
    """The forms as an open session sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.sources = _sources(session)

    def find(self, form_id: str, version: str) -> FormDefinition | None:
        """Return what ``Shelf`` says."""
        known = _found.get((self.sources, form_id, version))
        if known is None:
            form = forms.find(self._session, form_id, version)
            if form is None:
                return None
            if len(_found) >= _REMEMBERED:
                _found.clear()
            known = _found[self.sources, form_id, version] = definition(form)
        return known

    def has(self, form_id: str) -> bool:
        """Return what ``Shelf`` says."""
        return any(name == form_id for name, _, _ in forms.digests(self._session))


class Remembered:
    """The forms as this process saw them last; the store is asked for others alone.

    Whoever relies on a form compares ``sources`` with those of the store in the end.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._absent: set[tuple[str, str]] = set()
        self._names: dict[str, bool] = {}
        self.sources = _newest.get(database.store, ())

    def find(self, form_id: str, version: str) -> FormDefinition | None:
        """Return what ``Shelf`` says."""
        known = _found.get((self.sources, form_id, version))
        if known is None and (form_id, version) not in self._absent:
            with self._database.reading() as session:
                stored = Stored(session)
                known = stored.find(form_id, version)
            self.sources = stored.sources
            if known is None:
                self._absent.add((form_id, version))
        return known

    def has(self, form_id: str) -> bool:
        """Return what ``Shelf`` says."""
        if form_id not in self._names:
            with self._database.reading() as session:
                self._names[form_id] = Stored(session).has(form_id)
        return self._names[form_id]


def schema(session: Session, sources: Sources | None = None) -> Schema:
    """Return the merge rules of all forms that are published here.

    Args:
        session: An open session.
        sources: The changes that the forms follow from, where that was just read.
    """
    sources = _sources(session) if sources is None else sources
    known = _schemas.get(sources)
    if known is None:
        if len(_schemas) >= _REMEMBERED:
            _schemas.clear()
        known = _schemas[sources] = forms.schema(session)
    return known


def _sources(session: Session) -> Sources:
    found = _newest[store_of(session)] = forms.sources(session)
    return found


_newest: Final[dict[str, Sources]] = {}
"""What the forms followed from when they were looked at last, by store."""
_found: Final[dict[tuple[Sources, str, str], FormDefinition]] = {}
_schemas: Final[dict[Sources, Schema]] = {}


@lru_cache(maxsize=_REMEMBERED)
def _definition(xml: str) -> FormDefinition:
    return read(xml.encode())
