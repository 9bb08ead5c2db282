"""Writers that change more than they name, beside others who write there."""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import pairwise
from random import Random

import pytest
from chronicles import Chronicle, child
from stores import take_in

from intake_server.storage import documents, feed, queue, rebuild
from intake_server.storage.forms import schema
from intake_server.storage.ingest import ingest
from sync import clock
from sync import documents as ids
from sync.change import Write, compose
from sync.merge.cells import LINK, VERDICT

LONG_ENOUGH_S = 0.4
ROUNDS = 16


def said(number, edits, *, author="u:olena", log="truskavets#1"):
    return compose(
        hlc=clock.at(1_700_000_000_000 + number),
        edits=edits,
        salts=lambda: number.to_bytes(16, "big"),
        log=log,
        seq=number,
        wall="2026-03-02T09:00:00+02:00",
        author=author,
        site="truskavets",
    )


def answer(number, doc, value, **facts):
    return said(number, {(doc, "person"): [Write(f="phone", v=value)]}, **facts)


def a_link(number, left, right):
    left, right = sorted((left, right))
    writes = [
        Write(f="a", v=left),
        Write(f="b", v=right),
        Write(f=VERDICT, v="same"),
    ]
    return said(number, {(ids.link(left, right), LINK): writes})


@contextmanager
def unfinished(database, change):
    """A transaction that has taken a change in, and ends with the block."""
    with database.transaction() as session:
        ingest(session, [change], peer=None, received_ms=1, schema=schema(session))
        yield


def differing(database):
    with database.reading() as session:
        return rebuild.compare(session).different


def test_children_who_are_linked_at_the_same_time_are_one_child(stores):
    everybody = [child(number) for number in range(ROUNDS)]
    changes = [answer(n, doc, "050") for n, doc in enumerate(everybody, start=1)]
    for number, pair in enumerate(pairwise(everybody), start=ROUNDS + 1):
        changes.insert(2 * (number - ROUNDS), a_link(number, *pair))
    with stores.new() as database, ThreadPoolExecutor(4) as crowd:
        for _ in crowd.map(lambda change: take_in(database, [change]), changes):
            pass

        assert differing(database) == ()
        with database.reading() as session:
            assert documents.aliases(session, child(3)) == tuple(sorted(everybody))


@pytest.mark.parametrize("is_link_first", [True, False])
def test_a_link_and_an_edit_of_the_linked_do_not_miss_each_other(stores, is_link_first):
    before = [answer(1, child(0), "050"), answer(2, child(1), "067")]
    pair = [a_link(3, child(0), child(1)), answer(4, child(0), "093")]
    first, second = pair if is_link_first else reversed(pair)
    with stores.new() as database, ThreadPoolExecutor(1) as other:
        take_in(database, before)
        with unfinished(database, first):
            late = other.submit(take_in, database, [second])
            wait([late], LONG_ENOUGH_S)
        late.result()

        assert differing(database) == ()


def test_what_is_taken_back_no_more_is_seen_beside_what_is_being_written(stores):
    """An answer shows an undo of it, and of another document, to be somebody else's."""
    own = answer(1, child(1), "067", author="u:taras")
    foreign = answer(2, child(0), "050")
    undo = said(
        3,
        {
            (child(0), "person"): [Write(f="phone", undoes=(foreign.id,))],
            (child(1), "person"): [Write(f="phone", undoes=(own.id,))],
        },
        author="u:taras",
    )
    written = answer(4, child(1), "093")
    with stores.new() as database, ThreadPoolExecutor(1) as other:
        take_in(database, [own, undo])
        with unfinished(database, written):
            late = other.submit(take_in, database, [foreign])
            wait([late], LONG_ENOUGH_S)
        late.result()

        assert differing(database) == ()
        with database.reading() as session:
            heads = documents.heads(session, [(child(1), "phone")])
            assert set(*heads.values()) == {own.id, written.id}


def test_rules_that_are_published_meanwhile_hold_for_who_waited(stores):
    chronicle = Chronicle(Random(4))
    form = chronicle.publish()
    bad = said(1, {(child(0), "person"): [Write(f="consent", v="perhaps")]})
    with stores.new() as database, ThreadPoolExecutor(1) as other:
        with unfinished(database, form):
            late = other.submit(take_in, database, [bad])
            wait([late], LONG_ENOUGH_S)
        (outcome,) = late.result()

        assert outcome.code == "enum:consent"
        assert differing(database) == ()


def test_two_who_claim_one_place_in_a_log_at_once_are_reported(stores):
    one, clone = answer(1, child(0), "050"), answer(1, child(1), "067")
    with stores.new() as database, ThreadPoolExecutor(1) as other:
        with unfinished(database, one):
            late = other.submit(take_in, database, [clone])
            wait([late], LONG_ENOUGH_S)
        late.result()

        with database.reading() as session:
            (item,) = queue.page(session, kind="log_fork").items
            assert set(item.heads) == {one.id, clone.id}
            assert feed.end(session) == 2
