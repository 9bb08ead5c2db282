"""Stores as earlier versions have left them: nothing of them is lost.

Each lies beside what that version showed of it, the forms apart.
"""

import json
import lzma
from hashlib import sha256
from pathlib import Path

import pytest
from centres import RECEPTION, Centre, a_form
from repository import ROOT

from forms.catalogue import builtin
from forms.succession import check
from intake_server.services import proposing
from intake_server.storage import (
    attachments,
    blobs,
    documents,
    migrations,
    queue,
    rebuild,
)
from intake_server.storage.database import Database

STORES = ROOT / "tests" / "vectors" / "stores"
STEPS = sorted(path.name.partition(".")[0] for path in STORES.glob("*.xz"))
NAMING = [step for step in STEPS if step < "step-0009"]
"""Stores in which only the submission itself says which files came with it."""


@pytest.fixture(params=STEPS)
def kept(request, tmp_path):
    """A store that an earlier version made, and what it said of it."""
    packed = STORES / f"{request.param}.sqlite3.xz"
    path = Path(tmp_path) / "store.sqlite3"
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    with Database(f"sqlite:///{path}") as database:
        yield database, json.loads((STORES / f"{request.param}.json").read_text())


def shown(database):
    with database.reading() as session:
        views = map(json.loads, (text for _, text in documents.all_views(session)))
        return {view["doc"]: view for view in views if view["kind"] != "schema"}


def counted(database, tables):
    with database.reading() as session:
        say = session.connection().exec_driver_sql
        return {
            table: say(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608 - our own names
            for table in tables
        }


def test_an_old_store_shows_and_asks_what_it_did(kept):
    database, told = kept

    database.migrate()

    assert shown(database) == told["views"]
    with database.reading() as session:
        open_items = queue.page(session, limit=200).items
    assert sorted(item.qid for item in open_items) == told["asked"]
    rows = counted(database, told["rows"])
    tasks = told["rows"].pop("duty", 0)
    assert rows.pop("duty", tasks) >= tasks, "a task is gone"
    assert rows == told["rows"]


def test_the_forms_of_today_may_follow_those_of_an_old_store(kept):
    database, _ = kept
    database.migrate()
    with database.reading() as session:
        before = proposing.published_forms(session)

    for form in builtin():
        check(form.definition, (one.definition for one in before))
    assert {form.form_id for form in before} >= {"reception", "rehabilitation"}


def test_an_old_store_is_what_follows_from_its_changes(kept):
    database, _ = kept

    database.migrate()

    with database.engine.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD
    with database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_an_old_store_goes_on(kept):
    database, told = kept
    database.migrate()

    (receipt,) = Centre(database).receive(a_form("reception", RECEPTION, number=99))

    assert receipt.status == "stored"
    assert shown(database).keys() > told["views"].keys()


@pytest.mark.parametrize("kept", NAMING, indirect=True)
def test_the_files_of_an_old_store_are_found_by_the_forms_that_name_them(kept):
    database, _ = kept
    came, wanting = b"\x89PNG a face", b"\x89PNG another"
    files = [
        {"name": "a.jpg", "sha256": sha256(file).hexdigest(), "size": len(file)}
        for file in (came, wanting)
    ]
    with database.engine.begin() as connection:
        say = connection.exec_driver_sql
        digest = sha256(came).digest()
        say("INSERT INTO blob VALUES (?, ?, ?)", (digest, len(came), came))
        name, form, site = say(
            "SELECT instance_id, sha256, site FROM submission ORDER BY received"
        ).fetchone()
        said = json.dumps(files, separators=(",", ":"), sort_keys=True)
        say("UPDATE submission SET attachments = ? WHERE sha256 = ?", (said, form))

    database.migrate()

    with database.reading() as session:
        (named,) = attachments.naming(session, digest)
        missing = attachments.missing(session, [(name, form)])
        assert blobs.find(session, digest) == came
    assert (named.instance_id, named.form, named.site) == (name, form, site)
    assert [one.sha256 for one in missing[name, form]] == [sha256(wanting).digest()]


def test_whoever_named_a_file_in_an_old_store_names_it_still(kept):
    database, _ = kept
    with database.engine.connect() as connection:
        named = {
            (name, file["sha256"])
            for name, files in connection.exec_driver_sql(
                "SELECT instance_id, attachments FROM submission"
            )
            for file in json.loads(files)
        }

    database.migrate()

    with database.reading() as session:
        for name, digest in named:
            known = attachments.naming(session, bytes.fromhex(digest))
            assert name in {one.instance_id for one in known}
            assert blobs.find(session, bytes.fromhex(digest))
