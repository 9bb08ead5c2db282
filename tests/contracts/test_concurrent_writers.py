"""Several who write on one document at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random
from threading import Event

import pytest
from chronicles import a_chronicle, child
from stores import KEY, take_in
from writers import SHARED, Writer, chain, write_at_once

from intake_server.services.authoring import Pen
from intake_server.storage import feed, forms, node, rebuild
from intake_server.storage.ingest import ingest
from sync import clock
from sync.change import Write, compose
from sync.merge.schema import Schema

ROUNDS = 12


def a_crowd(database, count):
    """Sixteen programs on PostgreSQL, eight on SQLite, that say so much together."""
    url = database.engine.url
    is_file = url.get_backend_name() == "sqlite"
    size = 8 if is_file else 16
    return [
        Writer(
            url=url.render_as_string(hide_password=False),
            key=KEY if is_file else None,
            number=number,
            crowd=size,
            length=count // size,
        )
        for number in range(size)
    ]


def follow(database, is_over):
    """Read the feed on and on, until nothing more can come; return the ids."""
    found, position = [], 0
    while True:
        was_over = is_over.is_set()
        with database.reading() as session:
            end = feed.end(session)
            changes, reached = feed.since(session, position, limit=100)
        assert reached <= end
        if was_over and reached == position:
            return found
        found += [change.id for change in changes]
        position = reached


def test_many_programs_write_the_same_documents_at_once(stores, scale):
    count = min(scale(800), 10_000)
    with stores.new() as database, ThreadPoolExecutor(1) as beside:
        writers = a_crowd(database, count)
        is_over = Event()
        reader = beside.submit(follow, database, is_over)
        try:
            told = write_at_once(writers)
        finally:
            is_over.set()
        read = reader.result()

        with database.reading() as session:
            report = rebuild.compare(session, schema=Schema.from_json({}))
            asked = session.connection().exec_driver_sql(
                "SELECT DISTINCT cell FROM queue WHERE kind = 'field_conflict'"
            )
            entries = session.connection().exec_driver_sql(
                "SELECT pos FROM feed ORDER BY pos"
            )

            said = {change.id for writer in writers for change in chain(writer)}
            stored = [one.id for one in told if one.status == "stored"]
            assert said <= set(stored)
            assert sorted(read) == sorted(stored) == sorted({one.id for one in told})
            assert [pos for (pos,) in entries] == list(range(1, len(stored) + 1))
            assert {cell for (cell,) in asked} <= {SHARED}
            assert report.different == ()
            assert report.changes == len(stored)


def a_note(log, number):
    """A change by an author of their own on a child of their own."""
    return compose(
        hlc=clock.at(1_772_000_000_000),
        edits={(child(number), "person"): [Write(f="phone", v="050")]},
        salts=lambda: Random(log).randbytes(16),
        log=log,
        seq=1,
        wall="2026-03-02T09:00:00+02:00",
        author="u:olena",
        site="truskavets",
    )


def test_who_has_a_position_in_the_feed_keeps_all_others_from_the_next_one(stores):
    first, second = a_note("truskavets#1", 1), a_note("chernivtsi#1", 2)
    with stores.new() as database, ThreadPoolExecutor(1) as beside:
        with database.transaction() as session:
            said = {"peer": None, "received_ms": 1, "schema": forms.schema(session)}
            ingest(session, [first], **said)
            later = beside.submit(take_in, database, [second])
            with pytest.raises(TimeoutError):
                later.result(0.5)
        later.result(20)

        with database.reading() as session:
            assert feed.since(session, 0, limit=9)[0] == (first, second)


def test_the_same_change_at_the_same_time_is_stored_once(stores):
    changes = a_chronicle(1, seed=2)[:1]
    with stores.new() as database, ThreadPoolExecutor(4) as crowd:
        told = list(crowd.map(lambda _: take_in(database, changes), range(8)))

    statuses = sorted(outcome.status for outcomes in told for outcome in outcomes)
    assert statuses == ["duplicate"] * 7 + ["stored"]


def test_no_place_in_the_log_is_taken_twice(stores):
    me = node.Node(id="n", role="center", site="truskavets", log="n#1", epoch="e1")
    moment = datetime(2026, 11, 22, 9, tzinfo=UTC)

    def say(number):
        with database.transaction() as session:
            pen = Pen(session, now=moment, entropy=Random(number).randbytes)
            write = Write(f="phone", v=f"05{number}")
            change = pen.write(
                {(child(number), "person"): [write]}, author="u:1", site="truskavets"
            )
            pen.close()
        return change.seq

    with stores.new() as database, ThreadPoolExecutor(4) as crowd:
        with database.transaction() as session:
            node.write(session, me)

        places = list(crowd.map(say, range(ROUNDS)))

    assert sorted(places) == list(range(1, ROUNDS + 1))
