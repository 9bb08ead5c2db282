"""Histories at random: whatever comes in which order, no node diverges and none loses.

Each history has forms, undo, erasures and links. It arrives in two orders, in batches,
with repetitions and with parts withheld: in the pure engine, in two SQLite stores, and
now and then in a PostgreSQL one. ``make soak`` runs twenty thousand of them.
"""

from functools import reduce
from random import Random

import pytest
from chronicles import RULES, a_chronicle, arrivals
from pictures import lost_among, lost_in, picture_in
from stores import take_in

from intake_server.storage import rebuild
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.schema import Schema

SCHEMA = Schema.from_json(RULES)
SLICE = 500
SLICES = 40
EACH_ON_POSTGRES = 10
"""One history of so many runs on PostgreSQL too."""


@pytest.fixture
def note(record_property):
    """Count histories, for the summary at the end of the run."""

    def noted(count, faults):
        record_property("histories", count)
        record_property("diverged", len(faults["diverged"]))
        record_property("lost", len(faults["lost"]))
        return faults

    return noted


def wrong_in_the_kernel(changes, batches):
    """What the engine ends with that the fold does not."""
    whole = fold(changes, SCHEMA)
    arrived = [change for batch in batches for change in batch]
    state = reduce(apply, arrived, State(SCHEMA))
    good = {c.id: c for c in changes if c.id not in whole.faults}
    return picture_of(state) != whole, lost_among(good, whole.documents)


def wrong_in(changes, stores, chance):
    """What two stores do not agree on, and what either of them has lost."""
    with stores[0].new() as one, stores[1].new() as other:
        for database in (one, other):
            take_in(database, *arrivals(changes, chance))
        pictures = picture_in(one), picture_in(other)
        diverged = [
            part for part in pictures[0] if pictures[0][part] != pictures[1][part]
        ]
        for database in (one, other):
            with database.reading() as session:
                report = rebuild.compare(session)
            diverged += report.different
            if report.changes != len(changes):
                diverged.append(f"{report.changes} of {len(changes)} changes")
        return diverged, lost_in(one) + lost_in(other)


def run(seeds, files, servers):
    """Return the seeds that diverge or lose, each with what it is."""
    found = {"diverged": [], "lost": []}
    for seed in seeds:
        chance = Random(seed)
        changes = a_chronicle(chance.randrange(3, 30), seed)
        is_elsewhere, lost = wrong_in_the_kernel(changes, arrivals(changes, chance))
        second = servers if seed % EACH_ON_POSTGRES == 0 else files
        diverged, gone = wrong_in(changes, (files, second), chance)
        if is_elsewhere or diverged:
            found["diverged"].append((seed, is_elsewhere, diverged))
        if lost or gone:
            found["lost"].append((seed, lost, gone))
    return found


@pytest.mark.postgres
def test_no_history_diverges_or_loses(sqlite_stores, postgres_stores, scale, note):
    seeds = range(scale(200))

    found = note(len(seeds), run(seeds, sqlite_stores, postgres_stores))

    assert found == {"diverged": [], "lost": []}


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize("part", range(SLICES))
def test_no_history_of_many_diverges_or_loses(
    sqlite_stores, postgres_stores, part, note
):
    seeds = range(part * SLICE, (part + 1) * SLICE)

    found = note(SLICE, run(seeds, sqlite_stores, postgres_stores))

    assert found == {"diverged": [], "lost": []}
