"""The scenarios that the kernel is held to, through ``/sync/v1/exchange``."""

from random import Random

import pytest
from network import MORNING, a_central, a_centre
from stories import FILE, SCHEMA, Translation, deliveries, picture_in

from intake_server.services.authoring import Pen
from intake_server.storage import forms, ingest
from sync import documents
from sync.change import Write
from sync.merge.conformance import compare
from sync.merge.scenario import authored


def publish(central):
    """Publish the file's schema as a form that asks nothing."""
    said = {
        "form_id": "scenarios",
        "version": "1",
        "title": {},
        "xml": "<scenarios/>",
        "rules": FILE["schema"],
    }
    with central.database.transaction() as session:
        pen = Pen(session, now=MORNING, entropy=Random(0).randbytes)
        writes = [Write(f=name, v=value) for name, value in said.items()]
        doc = documents.schema("scenarios", "1")
        change = pen.write({(doc, forms.KIND): writes}, author="u:1", site="kyiv")
        pen.close()
        take_in(session, [change])


def take_in(session, changes):
    ingest.ingest(
        session,
        changes,
        peer=None,
        received_ms=0,
        schema=forms.schema(session),
    )


@pytest.mark.parametrize("scenario", FILE["scenarios"], ids=lambda said: said["id"])
def test_central_shows_and_asks_what_the_scenario_says(tmp_path, scenario):
    names = Translation(authored(scenario["edits"], SCHEMA))
    central = a_central(tmp_path / "kyiv")
    publish(central)
    with central.database, central.serving():
        centre = a_centre(tmp_path / "centre", central, "truskavets")
        with centre.database:
            centre.sync()
            *_, batches = deliveries(list(names.changes.values()))
            for batch in batches:
                with centre.database.transaction() as session:
                    take_in(session, batch)
                centre.sync()

            for member in (central, centre):
                with member.database.reading() as session:
                    picture = picture_in(session, names)
                    assert compare(picture, scenario["expect"], SCHEMA) is None
            assert central.digest == centre.digest
