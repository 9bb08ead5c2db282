"""The scenarios that the kernel is held to, through the tables of a real store."""

import pytest
from stories import FILE, SCHEMA, Translation, deliveries, picture_in, steps

from intake_server.storage import rebuild
from intake_server.storage.ingest import ingest
from sync.merge.conformance import compare
from sync.merge.scenario import authored


def deliver(database, batches):
    for batch in batches:
        with database.transaction() as session:
            ingest(session, batch, peer=None, received_ms=0, schema=SCHEMA)


@pytest.mark.parametrize("scenario", FILE["scenarios"], ids=lambda s: s["id"])
def test_a_store_shows_and_asks_what_the_scenario_says(files, scenario):
    names = Translation(authored(scenario["edits"], SCHEMA))
    for expected, delivered in steps(scenario):
        changes = [names.changes[id_] for id_ in names.changes if id_ in delivered]
        for batches in deliveries(changes):
            with files.new() as database:
                deliver(database, batches)

                with database.reading() as session:
                    picture = picture_in(session, names)
                    assert compare(picture, expected, SCHEMA) is None
                    report = rebuild.compare(session, schema=SCHEMA)
                    assert report.different == ()
