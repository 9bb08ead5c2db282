import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from centres import MORNING
from chronicles import a_chronicle
from illustrated import FILES, illustrated
from sqlalchemy import inspect, select, text
from stores import KEY, take_in

from intake_server.services import publishing
from intake_server.storage import blobs, migrations, node, rebuild, submissions
from intake_server.storage.database import Database
from intake_server.storage.node import Node
from intake_server.storage.submissions import Submission
from intake_server.storage.tables import METADATA
from sync.documents import person

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
CHILD = person("4KH7T299")
CENTRAL = Node(id="kyiv", role="central", site="kyiv", log="kyiv-1", epoch="e1")


def stepped(tmp_path):
    """A store that was made step by step, as one grows over the years."""
    database = Database(f"sqlite:///{tmp_path}/stepped.sqlite3")
    with database.engine.begin() as connection:
        migrations.upgrade(connection)
    return database


def statements(file):
    with file.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        )
        return [(kind, name, "".join((sql or "").split())) for kind, name, sql in rows]


def test_a_store_made_at_once_equals_one_made_step_by_step(tmp_path, file):
    with stepped(tmp_path) as other:
        assert statements(other) == statements(file)


def is_for_sqlite(thing, *_):
    only = getattr(thing, "_ddl_if", None)
    return only is None or only.dialect == "sqlite"


def test_the_steps_lead_to_the_tables_of_this_program(tmp_path):
    with stepped(tmp_path) as other, other.engine.connect() as connection:
        opts = {"include_object": is_for_sqlite}
        context = MigrationContext.configure(connection, opts=opts)

        assert compare_metadata(context, METADATA) == []


def test_the_newest_step_is_the_one_that_new_stores_are_stamped_with(file):
    config = Config()
    config.set_main_option("script_location", "intake_server/storage/migrations")

    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]
    with file.engine.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD


def test_migrating_again_changes_nothing(file):
    before = statements(file)

    file.migrate()

    assert statements(file) == before


DESK = """
DROP TABLE draft;
DROP TABLE draft_file;
DROP INDEX ix_submission_corrects;
DROP TABLE withheld;
DROP TABLE mail;
ALTER TABLE submission DROP COLUMN worker;
DROP INDEX ix_attachment_sealed;
ALTER TABLE attachment DROP COLUMN sealed;
ALTER TABLE attachment DROP COLUMN key;
ALTER TABLE device DROP COLUMN lease_until;
ALTER TABLE device DROP COLUMN wiped;
ALTER TABLE device DROP COLUMN defaults;
ALTER TABLE site DROP COLUMN seal_key;
ALTER TABLE site DROP COLUMN receipt_key;
DROP TABLE practising;
DROP INDEX ix_queue_turn;
ALTER TABLE queue DROP COLUMN turn;
DROP INDEX ix_asked_undated;
ALTER TABLE asked DROP COLUMN since;
DROP INDEX ix_audit_decided;
DROP TABLE visit;
DROP INDEX ix_submission_aside;
ALTER TABLE session DROP COLUMN proved
"""
OLD = (
    DESK
    + """;
UPDATE document SET view = '{"heads": {}}', contested = 7;
UPDATE queue SET owner = 'nobody' WHERE source = 'document';
UPDATE change SET code = 'set by an older program' WHERE log = 'central#1';
DELETE FROM site;
DROP INDEX ix_body_doc;
DROP INDEX ix_document_nameless;
DROP INDEX ix_document_decision;
ALTER TABLE document DROP COLUMN decision;
DROP INDEX ix_document_family;
ALTER TABLE document DROP COLUMN family;
DROP TABLE duty;
DROP INDEX ix_document_search;
CREATE INDEX ix_queue_doc ON queue (doc);
ALTER TABLE queue DROP COLUMN is_spelling;
ALTER TABLE device DROP COLUMN turned_away;
ALTER TABLE person DROP COLUMN until;
ALTER TABLE session DROP COLUMN browser;
DROP TABLE attempt;
DROP TABLE credential;
DROP TABLE totp_step;
DROP TABLE recovery;
ALTER TABLE submission DROP COLUMN corrects;
ALTER TABLE submission DROP COLUMN further;
DROP TABLE attachment;
DROP TABLE delivery;
DROP TABLE copy;
DROP TABLE upload;
DROP TABLE upload_part;
DROP TABLE allowance;
ALTER TABLE form DROP COLUMN media;
DROP TABLE form_file;
DROP TABLE notice;
UPDATE alembic_version SET version_num = '0002'
"""
)
OLD_ORDER = """
DROP INDEX ix_document_lately;
CREATE INDEX ix_document_newest ON document (kind, newest)
"""
OLD_KEY = """
ALTER TABLE body DROP CONSTRAINT body_pkey;
ALTER TABLE body ADD CONSTRAINT body_pkey PRIMARY KEY (doc, change);
ALTER TABLE queue DROP CONSTRAINT queue_pkey;
ALTER TABLE queue ADD CONSTRAINT queue_pkey PRIMARY KEY (qid)
"""


def make_it_old(database):
    """Turn a store back to an earlier step, with what an earlier program made of it."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    with database.engine.begin() as connection:
        more = OLD_ORDER if is_sqlite else OLD_KEY
        for statement in f"{OLD};{more}".split(";"):
            connection.exec_driver_sql(statement)


def forget_since_when_it_was_asked(database):
    """Let all questions count as old, as those do that an earlier program asked."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE asked SET since = 0")


def with_files(database):
    """Add forms that name files, of which one has come."""
    came, wanting = b"\x89PNG came", b"\x89PNG wanting"
    with database.transaction() as session:
        for number, files in enumerate([(), (came,), (came, wanting)]):
            form = Submission(
                instance_id=f"uuid:{number}",
                sha256=bytes([number]) * 32,
                media="xml",
                raw=b"<data/>",
                form_id="reception",
                form_version="1",
                received=MORNING,
                sender="d:1",
                site="truskavets",
                status="stored",
                attachments=tuple(
                    {"name": "a", "sha256": sha256(f).hexdigest(), "size": len(f)}
                    for f in files
                ),
            )
            submissions.add_all(session, [form])
        digest = sha256(came).digest()
        blobs.add_all(session, {digest: came})
        blobs.deliver(session, [digest], site="truskavets", at=MORNING)


def everything_in(database):
    with database.engine.connect() as connection:
        there = inspect(connection).get_table_names()
        return {
            name: sorted(
                map(repr, connection.execute(select(text("*")).select_from(text(name))))
            )
            for name in METADATA.tables
            if name in there
        }


def test_a_store_of_an_earlier_step_is_brought_to_what_would_have_been_made(database):
    take_in(database, a_chronicle(60, seed=7))
    with_files(database)
    forget_since_when_it_was_asked(database)
    before = everything_in(database)
    make_it_old(database)
    assert everything_in(database) != before

    database.migrate()

    assert everything_in(database) == before
    with database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_programs_that_start_at_once_bring_a_store_up_to_date_once(database):
    take_in(database, a_chronicle(60, seed=7))
    forget_since_when_it_was_asked(database)
    before = everything_in(database)
    make_it_old(database)
    url = database.engine.url.render_as_string(hide_password=False)
    key = KEY if url.startswith("sqlite") else None

    def start(_):
        with Database(url, key) as program:
            program.migrate()

    with ThreadPoolExecutor(4) as programs:
        list(programs.map(start, range(4)))

    assert everything_in(database) == before


FORMER = (
    DESK
    + """;
DROP INDEX ix_document_nameless;
DROP INDEX ix_document_decision;
ALTER TABLE document DROP COLUMN decision;
DROP INDEX ix_document_family;
ALTER TABLE document DROP COLUMN family;
ALTER TABLE device DROP COLUMN turned_away;
ALTER TABLE person DROP COLUMN until;
ALTER TABLE session DROP COLUMN browser;
DROP TABLE attempt;
DROP TABLE credential;
DROP TABLE totp_step;
DROP TABLE recovery;
DROP TABLE duty;
DROP INDEX ix_document_search;
ALTER TABLE form DROP COLUMN media;
DROP TABLE form_file;
DROP TABLE notice;
UPDATE alembic_version SET version_num = '0007'
"""
)


def test_files_that_came_before_a_program_knew_of_them_are_there_after_its_step(
    database,
):
    with database.transaction() as session:
        node.write(session, CENTRAL)
        publishing.publish(
            session, [illustrated()], site="kyiv", now=NOW, entropy=bytes
        )
    before = everything_in(database)
    with database.engine.begin() as connection:
        is_sqlite = database.engine.dialect.name == "sqlite"
        for statement in f"{FORMER};{OLD_ORDER if is_sqlite else ''}".split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)

    database.migrate()

    assert everything_in(database) == before
    assert len(before["form_file"]) == len(FILES)


def test_siblings_that_came_before_a_program_knew_of_them_are_found_after_its_step(
    tmp_path,
):
    said = json.dumps({"values": {"sibling_group": "4KH-7T29-9"}})
    row = {
        **dict.fromkeys(("reference", "subject", "parent")),
        **dict.fromkeys(("newest", "is_voided", "is_erased", "contested"), 0),
        "doc": CHILD,
        "kind": "person",
        "sites": "",
        "search": "",
        "heads": b"",
        "view": said,
    }
    with Database(f"sqlite:///{tmp_path}/grown.sqlite3") as database:
        with database.engine.begin() as connection:
            migrations.upgrade(connection, to="0009")
            columns = [*inspect(connection).get_columns("document")]
            assert {column["name"] for column in columns} == row.keys()
            connection.execute(METADATA.tables["document"].insert().values(row))

        with database.engine.begin() as connection:
            migrations.upgrade(connection, to="0013")

            found = connection.exec_driver_sql("SELECT family FROM document")
            assert found.scalars().all() == ["4KH7T299"]
