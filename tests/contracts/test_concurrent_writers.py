"""Two who write on one document at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

from chronicles import child
from stores import take_in

from intake_server.services.authoring import Pen
from intake_server.storage import node, rebuild
from sync import clock
from sync.change import Write, compose
from sync.merge.schema import Schema

ROUNDS = 12


def a_chain(length, seed):
    """Changes on one child, each of which saw the one before."""
    chance = Random(seed)
    changes = []
    for number in range(length):
        preds = (changes[-1].id,) if changes else ()
        write = Write(f="phone", v=f"05{number}", p=preds)
        changes.append(
            compose(
                hlc=clock.at(1_700_000_000_000 + number),
                edits={(child(0), "person"): [write]},
                salts=lambda: chance.randbytes(16),
                log="truskavets#1",
                seq=number + 1,
                wall="2026-03-02T09:00:00+02:00",
                author="u:olena",
                site="truskavets",
            )
        )
    return changes


def test_no_version_that_was_superseded_stays_a_head(stores):
    changes = a_chain(ROUNDS, seed=1)
    with stores.new() as database:
        with ThreadPoolExecutor(4) as crowd:
            for _ in crowd.map(lambda change: take_in(database, [change]), changes):
                pass

        with database.reading() as session:
            report = rebuild.compare(session, schema=Schema.from_json({}))
            assert report.different == ()
            assert report.changes == ROUNDS


def test_the_same_change_at_the_same_time_is_stored_once(stores):
    changes = a_chain(1, seed=2)
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
