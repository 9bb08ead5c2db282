"""The scenarios that the kernel is held to, through the tables of real stores."""

from stories import Translation, deliveries, kept_of, picture_in, steps

from intake_server.storage import rebuild
from intake_server.storage.ingest import ingest
from sync.merge.conformance import compare
from sync.merge.scenario import authored


def deliver(database, batches, schema):
    for batch in batches:
        with database.transaction() as session:
            ingest(session, batch, peer=None, received_ms=0, schema=schema)


def test_a_store_shows_and_asks_what_the_scenario_says(stores, story):
    schema = story.schema
    names = Translation(authored(story.said["edits"], schema))
    for expected, delivered in steps(story.said):
        changes = [names.changes[id_] for id_ in names.changes if id_ in delivered]
        for batches in deliveries(changes):
            with stores.new() as database:
                deliver(database, batches, schema)

                with database.reading() as session:
                    picture = picture_in(session, names)
                    kept = kept_of(expected, names, schema)
                    assert compare(picture, kept, schema) is None
                    report = rebuild.compare(session, schema=schema)
                    assert report.different == ()
