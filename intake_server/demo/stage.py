"""Everything that the steps of the story play with, and what they leave to each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from forms.catalogue import Form
from intake_server.demo.accounts import Decided
from intake_server.demo.calls import Caller
from intake_server.demo.desk import Desk
from intake_server.demo.filled import HOME
from intake_server.demo.moments import StoryClock
from intake_server.demo.nodes import Node
from intake_server.demo.people import CENTERS, KYIV, SITES, Worker
from intake_server.demo.phone import Phone
from intake_server.demo.sent import Sheaf
from intake_server.demo.tab import Tab
from intake_server.demo.window import Window
from intake_server.services.authoring import Entropy
from intake_server.web.language import Text
from sync import documents

Read = Callable[[Window], Any]


@dataclass(slots=True, kw_only=True)
class Stage:
    """Three nodes, those who work with them, and what has happened so far.

    Attributes:
        nodes: The nodes by site.
        clock: Tells the time, to everybody.
        entropy: What phones make ids of.
        windows: How the story looks at the nodes, by site.
        desks: The desks of those who work here, by Ukrainian name.
        people: Their ids at their nodes, by Ukrainian name.
        newer: The version of the reception form that Kyiv publishes in the story.
        sheaf: All that was sent.
        phones: The phones, by the Ukrainian name of their owner.
        batch: What Lina's phone sends at once.
        references: Children's references by Ukrainian name, as receipts said them.
        until: The planned end that Marta writes.
        receipts: Receipts that a later step asks for, by Ukrainian name.
        questions: The questions that Oksana decides, by what they are about.
        asked: Ids of all questions that were ever seen open.
        decided: Decisions that a node acknowledged.
    """

    nodes: Mapping[str, Node]
    clock: StoryClock
    entropy: Entropy
    windows: Mapping[str, Window]
    desks: Mapping[str, Desk]
    people: Mapping[str, str]
    newer: Form
    sheaf: Sheaf
    phones: dict[str, Phone] = field(default_factory=dict)
    batch: list[Mapping[str, Any]] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    until: str = ""
    receipts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    questions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    decided: list[Decided] = field(default_factory=list)

    @property
    def kyiv(self) -> Window:
        """The window on Kyiv."""
        return self.windows[KYIV]

    @property
    def today(self) -> date:
        """The day in Ukraine."""
        return self.clock().astimezone(HOME).date()

    def desk(self, worker: Worker) -> Desk:
        """Return the desk of somebody."""
        return self.desks[worker.name.uk]

    def phone(self, name: Text, site: str, ahead: timedelta = timedelta()) -> Phone:
        """Return a new phone that will call the node of a site."""
        caller = Caller(self.nodes[site].url, "", clock=self.clock, ahead=ahead)
        self.phones[name.uk] = Phone(caller, self.sheaf, entropy=self.entropy)
        return self.phones[name.uk]

    def tab(self, worker: Worker) -> Tab:
        """Return a new tab in which somebody is signed in."""
        node = self.nodes[worker.site]
        return Tab(node.url, node.invite(self.people[worker.name.uk]))

    def person(self, spoken: Text) -> str:
        """Return the document of a child."""
        return documents.person(self.references[spoken.uk])

    def case(self, spoken: Text) -> str:
        """Return the document of a child's case."""
        return documents.case(self.person(spoken))

    def exchange(self) -> None:
        """Let both centres exchange with Kyiv until all three hold the same."""
        for site in (*CENTERS, CENTERS[0]):
            self.nodes[site].exchange()

    def everywhere(self, read: Read) -> Any:
        """Return what all nodes show; where they differ, what each shows, by site."""
        seen = {site: read(self.windows[site]) for site in SITES}
        first = seen[KYIV]
        return first if all(one == first for one in seen.values()) else seen

    def values(self, doc: str, *names: str) -> Any:
        """Return what all nodes show of some properties of a record, by name."""
        return self.everywhere(lambda window: values(window.record(doc), names))

    def close(self) -> None:
        """Stop everybody and everything."""
        callers = [window.caller for window in self.windows.values()]
        callers += [desk.caller for desk in self.desks.values()]
        callers += [phone.caller for phone in self.phones.values()]
        for caller in callers:
            caller.close()
        for node in reversed(list(self.nodes.values())):
            node.close()

    def note_questions(self) -> Sequence[Mapping[str, Any]]:
        """Return the questions that are open in Kyiv; note that they were asked."""
        found = self.kyiv.questions()
        self.asked |= {item["qid"] for item in found}
        return found


def values(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return some properties of a record; one that is contested is shown as such."""
    return {
        name: _contested(record["contested"][name])
        if name in record["contested"]
        else record["values"].get(name)
        for name in names
    }


def _contested(candidates: Sequence[Mapping[str, Any]]) -> Any:
    return {"contested": [candidate["value"] for candidate in candidates]}
