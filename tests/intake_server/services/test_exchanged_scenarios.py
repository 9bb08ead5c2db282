"""The scenarios that the kernel is held to, through ``/sync/v1/exchange``."""

from contextlib import contextmanager
from itertools import cycle
from random import Random

import pytest
from network import MORNING, a_central, a_centre
from stories import Translation, kept_of, picture_in, shuffled

from intake_server.services.authoring import Pen
from intake_server.storage import forms, ingest
from sync import documents
from sync.change import Write
from sync.merge.conformance import compare
from sync.merge.scenario import authored


@contextmanager
def on_sqlite(request, folder):
    yield a_central(folder)


@contextmanager
def on_postgres(request, folder):
    stores = request.getfixturevalue("postgres_stores")
    with stores.new() as database:
        url = database.engine.url.render_as_string(hide_password=False)
        yield a_central(folder, database_url=url)


@pytest.fixture(
    params=[on_sqlite, pytest.param(on_postgres, marks=pytest.mark.postgres)]
)
def central(request, light_path):
    with (
        request.param(request, light_path / "kyiv") as member,
        member.database,
        member.serving(),
    ):
        yield member


def publish(central, rules):
    """Publish a file's rules as a form that asks nothing."""
    said = {
        "form_id": "scenarios",
        "version": "1",
        "title": {},
        "xml": "<scenarios/>",
        "rules": rules,
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


def test_all_nodes_show_and_ask_what_the_scenario_says(light_path, central, story):
    names = Translation(authored(story.said["edits"], story.schema))
    publish(central, story.rules)
    centre = a_centre(light_path / "centre", central, "truskavets")
    with centre.database:
        centre.sync()
        batches = shuffled(list(names.changes.values()))
        for author, batch in zip(cycle((centre, central)), batches, strict=False):
            with author.database.transaction() as session:
                take_in(session, batch)
            centre.sync()

        for member in (central, centre):
            with member.database.reading() as session:
                picture = picture_in(session, names)
                expected = kept_of(story.said["expect"], names, story.schema)
                assert compare(picture, expected, story.schema) is None
        assert central.digest == centre.digest
