"""Two who write on one document at the same time."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

from chronicles import child
from stores import take_in

from intake_server.storage import rebuild
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
