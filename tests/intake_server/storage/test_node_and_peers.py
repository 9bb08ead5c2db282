from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from chronicles import child

from intake_server.storage import audit, leases, node, peers, references
from intake_server.storage.audit import Entry
from intake_server.storage.node import Node
from intake_server.storage.peers import Peer
from intake_server.storage.references import Block
from sync import clock
from sync.change import Write, compose

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW_MS = 1_772_442_000_000
US = Node(
    id="tru-1", role="center", site="truskavets", log="tru-1#1", epoch="e", upstream="u"
)


def a_change(position):
    return compose(
        hlc=position.hlc,
        edits={(child(1), "person"): [Write(f="phone", v="050")]},
        salts=lambda: Random(1).randbytes(16),
        log=position.log,
        seq=position.seq,
        prev=position.prev,
        wall="",
        author="u:olena",
        site="truskavets",
    )


def test_the_log_of_a_node_is_a_chain_and_its_clock_never_goes_back(database):
    with database.transaction() as session:
        assert node.find(session) is None
        node.write(session, US)
        first = node.next_position(session, NOW_MS)
        change = a_change(first)
        second = first.after(change.id, NOW_MS - 60_000)
        node.advance(session, change, hlc=first.hlc)

        assert (first.seq, first.prev) == (1, "")
        assert second == node.next_position(session, NOW_MS - 60_000)
        assert (second.seq, second.prev) == (2, change.id)
        assert second.hlc > first.hlc
        assert node.read(session) == replace(US, seq=1, hlc=first.hlc, prev=change.id)


def test_a_clock_far_ahead_is_not_adopted(database):
    with database.transaction() as session:
        node.write(session, US)
        node.witness(session, NOW_MS, clock.at(NOW_MS + 1000))
        near = node.read(session).hlc
        node.witness(session, NOW_MS, clock.at(NOW_MS + 3_600_000))
        far = node.read(session).hlc

    assert near >= clock.at(NOW_MS + 1000)
    assert clock.milliseconds(far) < NOW_MS + 2000


def test_a_peer_is_kept_and_its_facts_are_noted(database):
    peer = Peer(id="central", site="central", url="https://c", token_sha256=b"1" * 32)
    with database.transaction() as session:
        peers.write(session, peer)
        peers.note(session, "central", out_pos=7, last_ok=NOW)
        known = replace(peer, out_pos=7, last_ok=NOW)

        assert peers.find(session, "central") == known
        assert peers.by_token(session, b"1" * 32) == known
        assert list(peers.all_of(session)) == [known]
        assert peers.find(session, "nobody") is None
        assert peers.by_token(session, b"2" * 32) is None


def test_a_lease_has_one_holder_until_it_runs_out_or_is_given_back(database):
    later = NOW + timedelta(seconds=61)
    with database.transaction() as session:
        assert leases.take(session, "sync", "a", now=NOW, seconds=60)
        assert leases.take(session, "sync", "a", now=NOW, seconds=60)
        assert not leases.take(session, "sync", "b", now=NOW, seconds=60)
        assert leases.take(session, "sync", "b", now=later, seconds=60)
        leases.release(session, "sync", "a")
        assert not leases.take(session, "sync", "a", now=later, seconds=60)
        leases.release(session, "sync", "b")
        assert leases.take(session, "sync", "a", now=later, seconds=60)


def test_no_reference_is_given_out_twice(database):
    block = Block(block="B1", site="truskavets", device="dev-1")
    with database.transaction() as session:
        references.reserve(session, block)
        references.reserve(session, Block(block="B2", site="lviv"))

        assert references.draw(session, "B1") == range(1)
        assert references.draw(session, "B1", 3) == range(1, 4)
        assert list(references.blocks(session, "truskavets")) == [
            replace(block, next=4)
        ]
        assert len(references.blocks(session)) == 2


def test_the_audit_is_read_newest_first(database):
    entries = [
        Entry(at=NOW, actor="u:olena", action="read", object="doc 1", meta={"n": 1}),
        Entry(at=NOW, actor="u:taras", action="read", object="doc 1"),
        Entry(at=NOW, actor="u:olena", action="decide", object="doc 2"),
    ]
    with database.transaction() as session:
        audit.add_all(session, entries[:2])
        audit.add(session, entries[2])
        audit.add_all(session, [])

        newest = audit.page(session, limit=2)
        assert [replace(entry, seq=None) for entry in newest] == entries[:0:-1]
        (oldest,) = audit.page(session, before=newest[-1].seq)
        assert replace(oldest, seq=None) == entries[0]
        assert len(audit.page(session, object="doc 1")) == 2
        assert len(audit.page(session, actor="u:olena")) == 2
