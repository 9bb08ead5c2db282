"""A small network at work: whatever happens, it ends as one, and nobody loses a word.

Nodes write on stale drafts, decide, undo, link, void, erase and publish; batches are
dropped, doubled and shuffled; lines break, power fails, disks are cloned and clocks are
years off. When everything has been delivered at last, all nodes are equal byte for byte
(I1), and what they show is what the changes amount to (I2, I17), with nothing lost (I3).
"""

from contextlib import ExitStack

from chronicles import RULES, VALUES, child
from colleagues import Colleague, a_form, seen_on, verdict, void
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pictures import lost_in, picture_in
from stores import take_in

from intake_server.storage import queue, rebuild
from intake_server.storage.types import doc_text
from sync import documents
from sync.change import Write
from sync.merge.authorship import undoing
from sync.merge.cells import ERASED, LINK

YEAR_MS = 365 * 86_400_000
MOST_NODES = 4
CHILDREN = st.sampled_from([child(n) for n in range(3)])
FEW = ("medicine", "custody", "birth_date", "status", "consent", "reg_no")
"""Fields in which people are to contradict each other."""
NARROW = {
    "fields": {
        **RULES["fields"],
        "status": {"policy": "lattice", "states": ["located"]},
        "phone": {"policy": "review"},
    }
}
ANSWERS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))
)
"""A field and what is written in it."""


class Network(RuleBasedStateMachine):
    """Two to four nodes; ``central`` alone erases and publishes."""

    drafts = Bundle("drafts")

    def __init__(self, stores):
        super().__init__()
        self.stores = stores
        self.open = ExitStack()
        self.nodes = []
        self.broken = set()
        self.same = set()
        self.version = 0
        for name in ("central", "truskavets"):
            self.join(name, f"{name}#1")

    def join(self, name, log, seq=0):
        database = self.open.enter_context(self.stores.new())
        self.nodes.append(Colleague(name, database, log, seq))
        return self.nodes[-1]

    def node(self, number):
        return self.nodes[number % len(self.nodes)]

    @initialize()
    def publish_the_first_form(self):
        self.publish(NARROW)

    @rule(rules=st.sampled_from((NARROW, RULES)))
    def publish(self, rules):
        self.version += 1
        self.nodes[0].write(a_form(self.version, rules))

    @rule(target=drafts, at=st.integers(0, 9), doc=CHILDREN)
    def render(self, at, doc):
        node = self.node(at)
        return multiple((node, node.render(doc)))

    @rule(
        draft=drafts,
        answers=st.lists(ANSWERS, min_size=1, max_size=4),
        src=st.booleans(),
    )
    def save_what_was_rendered_earlier(self, draft, answers, src):
        node, form = draft
        src = "document" if src else None
        writes = {n: w for n, v in answers for w in form.answer(n, v, src=src)}
        if writes:
            node.write({(form.doc, "person"): list(writes.values())})

    @rule(a=st.integers(0, 9), doc=CHILDREN, name=st.sampled_from(FEW), data=st.data())
    def contradict(self, a, doc, name, data):
        """Let two nodes answer one question, neither having heard the other."""
        for node in (self.node(a), self.node(a + 1)):
            value = data.draw(st.sampled_from(VALUES[name]))
            if writes := node.render(doc).answer(name, value):
                node.write({(doc, "person"): writes})

    @rule(draft=drafts)
    def save_a_form_that_nobody_touched(self, draft):
        _, form = draft
        assert form.unchanged(VALUES) == []

    @rule(at=st.integers(0, 9), which=st.integers(0, 99), value=st.integers(0, 9))
    def resolve(self, at, which, value):
        node = self.node(at)
        with node.database.reading() as session:
            asked = queue.page(session, kind="field_conflict", limit=100).items
        if not asked:
            return
        item = asked[which % len(asked)]
        answer = item.candidates[value % len(item.candidates)]["value"]
        draft = node.render(item.doc)
        before = set(draft.ids(item.key))

        write = Write(f=item.key, v=answer, p=item.heads, act="resolve", why="checked")
        change = node.write({(item.doc, "person"): [write]})

        after = set(node.render(item.doc).ids(item.key))
        assert after == before - set(item.heads) | {change.id}

    @rule(at=st.integers(0, 9), which=st.integers(0, 99), own=st.booleans())
    def undo(self, at, which, own):
        node = self.node(at)
        mine = f"u:{node.name}"
        known = [
            change
            for change in node.passes_on()
            if change.edits[0].type != "schema" and (change.author == mine or not own)
        ]
        if known:
            edits = undoing([known[which % len(known)]])
            if edits:
                node.write(edits)

    @rule(at=st.integers(0, 9), a=CHILDREN, b=CHILDREN, is_same=st.booleans())
    def link(self, at, a, b, is_same):
        if a == b:
            return
        node, doc = self.node(at), documents.link(a, b)
        preds = node.render(doc).ids("verdict")
        said = "same" if is_same else "different"
        node.write({(doc, LINK): verdict(a, b, said, preds)})
        if is_same:
            self.same.add(frozenset((a, b)))

    @rule(draft=drafts, is_void=st.booleans())
    def void(self, draft, is_void):
        node, form = draft
        node.write({(form.doc, "person"): [void(form, is_void=is_void)]})

    @precondition(lambda self: len(self.nodes[0].written) > 4)
    @rule(doc=CHILDREN)
    def erase(self, doc):
        central = self.nodes[0]
        saw = seen_on(central.database, doc)
        central.write({(doc, "person"): [Write(f=ERASED, v=True, saw=saw)]})

    @rule(a=st.integers(0, 9), b=st.integers(0, 9), data=st.data())
    def send(self, a, b, data):
        sender, taker = self.node(a), self.node(b)
        if sender is taker or frozenset((sender.log, taker.log)) in self.broken:
            return
        feed = sender.passes_on()
        if not feed:
            return
        batch = data.draw(st.lists(st.sampled_from(feed), min_size=1, max_size=8))
        if data.draw(st.integers(0, 4)) == 0:
            before = picture_in(taker.database)
            taker.lose_power(batch)
            assert picture_in(taker.database) == before
        take_in(taker.database, batch)
        self.is_true(taker)

    @rule(a=st.integers(0, 9), b=st.integers(0, 9))
    def break_or_mend_a_line(self, a, b):
        self.broken ^= {frozenset((self.node(a).log, self.node(b).log))}

    @rule(at=st.integers(0, 9), years=st.integers(-20, 20))
    def set_the_clock(self, at, years):
        self.node(at).ahead_ms = years * YEAR_MS

    @precondition(lambda self: len(self.nodes) < MOST_NODES)
    @rule(at=st.integers(0, 9), is_clone=st.booleans())
    def clone_a_disk_or_add_a_node(self, at, is_clone):
        old = self.node(at)
        if not is_clone:
            self.join("chernivtsi", f"chernivtsi{len(self.nodes)}#1")
            return
        twin = self.join(f"{old.name}", old.log, old.seq)
        twin.ticks = old.ticks + 1000
        take_in(twin.database, old.passes_on())
        assert picture_in(twin.database) == picture_in(old.database)

    def is_true(self, node):
        with node.database.reading() as session:
            assert rebuild.compare(session).different == ()

    def teardown(self):
        try:
            self.deliver_everything()
            self.check_the_end()
        finally:
            self.open.close()

    def deliver_everything(self):
        for _ in range(2):
            for sender in self.nodes:
                batch = list(sender.passes_on())
                for taker in self.nodes:
                    if taker is not sender:
                        take_in(taker.database, batch)

    def check_the_end(self):
        first, *others = [picture_in(node.database) for node in self.nodes]
        assert all(other == first for other in others)
        self.is_true(self.nodes[0])
        assert lost_in(self.nodes[0].database) == []
        written = {c.id for node in self.nodes for c in node.written}
        assert {key.hex() for key, _ in first["codes"]} == written
        for pair in first["aliases"]:
            assert self.somebody_joined(*map(doc_text, pair))

    def somebody_joined(self, doc, other):
        """Tell whether what people said leads from one document to the other."""
        reached = {doc}
        for _ in self.same:
            reached |= {d for pair in self.same if pair & reached for d in pair}
        return other in reached


def test_a_network_ends_as_one_whatever_happens(stores, scale, request):
    is_quick = "sqlite" in request.node.name
    run_state_machine_as_test(
        lambda: Network(stores),
        settings=settings(
            max_examples=scale(25 if is_quick else 5),
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
