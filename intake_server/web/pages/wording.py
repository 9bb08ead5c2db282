"""From what is stored to what people read: values, names, times, in one language.

A sealed value is never put into words for somebody who may not read it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from forms import copying, numbers
from forms import reference as references
from forms.places.codifier import label as place_label
from forms.places.codifier import place
from intake_server.security.policy import Principal, may_read
from intake_server.services.child import is_awaited
from intake_server.services.desk import Words
from intake_server.services.labels import Asked, short, within
from intake_server.storage.documents import StoredView
from intake_server.web.language import Language
from intake_server.web.pages import files, moments, phrases
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from sync.merge.rights import COORDINATOR, READERS, REMOVER, SIGNERS
from sync.merge.schema import CLINICIAN, Rule
from sync.values import is_sealed

NEVER_ALONE: Final = frozenset({"medical", "custody", "consent"})
"""While a cell of such harm is contested, no page shows one of its values alone."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_LONGEST: Final = 100
_NAME: Final = ("family_name", "given_name", "patronymic")


@dataclass(frozen=True, slots=True)
class Said:
    """A value in words.

    ``parts`` are the members of a group, ``entries`` of a list, ``warnings`` what is odd
    about the value. ``files`` are the SHA-256 of files that it means, ``awaited`` says of
    others that they have not come; a page shows these in the place of the words.
    """

    text: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The value in one line."""
        if self.parts:
            return "; ".join(f"{label}: {value}" for label, value in self.parts)
        return self.text or "; ".join(self.entries)


@dataclass(frozen=True, slots=True)
class Wording:
    """Says things to one viewer at one moment."""

    words: Words
    viewer: Principal
    language: Language
    now: datetime

    def rule(self, name: str) -> Rule:
        """Return the merge rule of a name."""
        return self.words.schema.rule(name)

    def label(self, name: str, form: str = "") -> str:
        """Return what people call a property or a group."""
        return self.words.labels.label(name, self.language, form_id(form))

    def short(self, name: str, form: str = "") -> str:
        """Return a label without what stands in brackets behind it."""
        return short(self.label(name, form))

    def member(self, name: str) -> str:
        """Return what people call a property that may be a member of a group."""
        return self.words.labels.member(name, self.language)

    def title(self, form: str) -> str:
        """Return what people call a form, ``id@version`` or its id."""
        return self.words.labels.title(form_id(form), self.language) if form else ""

    def section(self, asked: Asked) -> str:
        """Return the heading that a question stands under."""
        return within(asked.section, self.language)

    def row(self, kind: str) -> str:
        """Return the heading of a kind of row."""
        return within(self.words.labels.rows.get(kind, {}), self.language) or kind

    def row_of(self, view: StoredView) -> str:
        """Return the heading of the kind of row that a document is; empty for none."""
        return within(self.words.labels.rows.get(view.kind, {}), self.language)

    def site(self, name: str) -> str:
        """Return what people call a site."""
        return within(self.words.sites.get(name, {}), self.language) or name

    def sites(self, names: Sequence[str]) -> str:
        """Return what people call several sites."""
        return ", ".join(map(self.site, names))

    def owner(self, owner: str) -> str:
        """Return in words who decides a question."""
        known = {
            COORDINATOR: _("a coordinator"),
            CLINICIAN: _("a clinician of the treating centre"),
            REMOVER: _("a clinician, who says why"),
            READERS: _("those who care for the child"),
            SIGNERS: _("two people of two organisations"),
        }
        site = owner.removeprefix("site:")
        return known.get(owner) or _("the centre %(site)s", site=self.site(site))

    def author(self, actor: str) -> str:
        """Return who an actor is; empty where that is not known here."""
        found = self.words.authors.get(actor)
        if found is None or found.kind == "program":
            return ""
        if found.name:
            return found.name
        return _("a device") if found.kind == "device" else _("a person")

    def moment(self, moment: datetime | str) -> Moment | None:
        """Return a moment in words."""
        return moments.spoken(moment, now=self.now, language=self.language)

    def said_at(self, at: str, off: int | None) -> tuple[Moment | None, str]:
        """Return when something was said, and in words what is doubtful about that.

        The time of a device whose clock was wrong is corrected by as much; where that
        would lie in the future, it stays as the device had it.

        Args:
            at: The moment by the device's clock.
            off: How many milliseconds that clock was ahead; None where it was right.
        """
        told = self.clock(off)
        try:
            by_device = datetime.fromisoformat(at)
        except ValueError:
            return self.moment(at), told
        if off is None or by_device.tzinfo is None:
            return self.moment(at), told
        right = by_device - timedelta(milliseconds=off)
        if right > self.now:
            return self.moment(at), told
        return self.moment(right), _("corrected: %(why)s", why=told)

    def clock(self, off: int | None) -> str:
        """Return in words how wrong a device's clock was; empty when it was right."""
        if off is None:
            return ""
        length = moments.lasting(off, self.language)
        if off > 0:
            return _("the device's clock was %(length)s fast", length=length)
        return _("the device's clock was %(length)s slow", length=length)

    def grade(self, src: str | None) -> str:
        """Return in words what an answer rests on."""
        return str(phrases.GRADES.get(src, src)) if src else ""

    def may_read(self, name: str, sites: Collection[str]) -> bool:
        """Tell whether the viewer may read a value.

        Args:
            name: The property.
            sites: Every site that may have written it.
        """
        return may_read(self.viewer, self.rule(name).level, sites)

    def value(self, name: str, value: Any, sites: Collection[str]) -> Said:
        """Return a value of a property, a group or a set in words.

        Args:
            name: The property, the group or the set.
            value: What was written.
            sites: Every site that may have written it.
        """
        if not self.may_read(name, sites):
            return Said(_sealed())
        if value is None:
            return Said(_("nothing: the answer was cleared"))
        if name in self.words.labels.groups and isinstance(value, Mapping):
            return Said(parts=self._parts(name, value))
        if self._means_files(name):
            return self._files(name, value)
        if isinstance(value, list):
            return Said(entries=tuple(self._entry(name, each) for each in value))
        return Said(self._one(name, value), warnings=self.warnings(name, {name: value}))

    def paper(self, said: Iterable[tuple[str, object]]) -> str:
        """Return that answers were typed in from paper, and whose; empty for others.

        Args:
            said: What was written with them, by property.
        """
        found = copying.paper(said)
        if found is None:
            return ""
        when = moments.day(found.on, self.language) if found.on else ""
        return _(
            "from paper, written by %(who)s, %(when)s",
            who=found.by or _("somebody"),
            when=when or _("day not said"),
        )

    def warnings(self, name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what is odd about a number, beside what else its record says.

        Args:
            name: The property that holds it.
            values: All values of the record.
        """
        number, birth = values.get(name), values.get("birth") or {}
        if not isinstance(number, str):
            return ()
        is_exact = isinstance(birth, Mapping) and birth.get("dob_precision") == "day"
        found = numbers.warnings(
            name,
            number,
            birth=birth.get("birth_date") if is_exact else None,
            sex=values.get("sex"),
        )
        return tuple(str(phrases.WARNINGS[warned]) for warned in found)

    def name_of(self, person: StoredView | None) -> str:
        """Return a child's name, as the family name comes first."""
        if person is None:
            return ""
        if is_awaited(person):
            return _("waiting for the child")
        values = person.view["values"]
        said = [values.get(part) for part in _NAME]
        called = values.get("name_called") or []
        name = " ".join(text for text in said if isinstance(text, str) and text)
        return name or ", ".join(called) or _("name not known yet")

    def reference_of(self, person: StoredView | None) -> str:
        """Return a child's reference as it stands on the card."""
        known = person.reference if person else None
        return references.printed(known) if known else ""

    def _parts(
        self, group: str, value: Mapping[str, Any]
    ) -> tuple[tuple[str, str], ...]:
        members = self.words.labels.groups[group]
        order = [*members, *sorted(value.keys() - set(members))]
        return tuple(
            (short(self.member(name)), self._one(name, value[name]))
            for name in order
            if value.get(name) is not None
        )

    def _entry(self, name: str, entry: Any) -> str:
        if isinstance(entry, Mapping) and "value" in entry:
            said = self._one(name, entry["value"])
            when = self.moment(str(entry.get("at", "")))
            return f"{said} ({when.text})" if when else said
        return self._one(name, entry)

    def _one(self, name: str, value: Any) -> str:
        choice = self.words.labels.choices(name).get(str(value))
        if choice is not None:
            return within(choice.label, self.language) or choice.name
        if isinstance(value, dict) and is_sealed(value):
            return _sealed()
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return self._text(name, value) if isinstance(value, str) else str(value)

    def _means_files(self, name: str) -> bool:
        asked = self.words.labels.about(name)
        return asked is not None and asked.type == "binary"

    def _files(self, name: str, value: Any) -> Said:
        """Return files in words; of a value that is no digest the file has not come."""
        every = value if isinstance(value, list) else [value]
        named = [each for each in every if isinstance(each, str)]
        digests = tuple(each for each in named if _DIGEST.match(each))
        files.mention(digests)
        awaited = tuple(
            _("%(name)s: the file has not come yet", name=each[:_LONGEST])
            for each in named
            if not _DIGEST.match(each)
        )
        words = tuple(self._entry(name, each) for each in every)
        return Said(entries=words, files=digests, awaited=awaited)

    def _text(self, name: str, value: str) -> str:
        asked = self.words.labels.about(name)
        match asked.type if asked else "":
            case "date":
                return moments.day(value, self.language)
            case "dateTime":
                return moments.day_and_time(value, self.language)
            case "binary":
                return _("a file") if _DIGEST.match(value) else value
            case _other:
                return self._place(value) if place(value) else value

    def _place(self, code: str) -> str:
        return f"{place_label(code, self.language)} ({code})"


def _sealed() -> str:
    return _("sealed: only those who care for the child read it")


def form_id(form: str) -> str:
    """Return the id in ``id@version``."""
    return form.partition("@")[0]
