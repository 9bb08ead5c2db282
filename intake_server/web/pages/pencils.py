"""Which answers of a child's page the viewer may correct where they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from intake_server.services import amending
from intake_server.services.child import Child, Told
from intake_server.storage.documents import StoredView
from intake_server.web.pages import inputs
from intake_server.web.pages.facts import Fact
from intake_server.web.pages.wording import Wording
from sync.merge.cells import name_of


@dataclass(frozen=True, slots=True)
class Pencils:
    """Who wrote what stands: site by change, and changes by record and property."""

    sites: Mapping[str, str]
    standing: Mapping[str, Mapping[str, frozenset[str]]]
    wording: Wording

    @classmethod
    def of(cls, child: Child, told: Iterable[Told], wording: Wording) -> "Pencils":
        """Return what it takes to tell, of a child and its history."""
        sites = {one.change.id: one.change.site for one in told}
        return cls(sites, {v.doc: _standing(v) for v in child.views}, wording)

    def marked(self, view: StoredView, facts: Sequence[Fact]) -> tuple[Fact, ...]:
        """Return the facts of a record, with the record at those that may be corrected.

        Args:
            view: The record, or linked ones together.
            facts: What it says.
        """
        if view.is_voided or view.is_erased:
            return tuple(facts)
        docs = (view.doc, *view.view["aliases"])
        return tuple(
            replace(fact, doc=view.doc) if self._may(fact, docs, view) else fact
            for fact in facts
        )

    def _may(self, fact: Fact, docs: Iterable[str], view: StoredView) -> bool:
        if fact.is_contested or not inputs.is_typed(fact.name, self.wording):
            return False
        by_name = (self.standing.get(doc, {}) for doc in docs)
        heads = {id_ for names in by_name for id_ in names.get(fact.name, ())}
        return bool(heads) and amending.may_correct(
            self.wording.viewer,
            self.wording.rule(fact.name),
            holders=view.sites,
            sites={self.sites[id_] for id_ in heads if id_ in self.sites},
        )


def _standing(view: StoredView) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for cell, ids in view.view["heads"].items():
        name = name_of(cell)
        found[name] = found.get(name, frozenset()).union(ids)
    return found
