import pytest
from sqlalchemy.exc import OperationalError

from intake_server.storage import bulk, locks
from intake_server.storage.types import doc_text

MANY = 1_200


def number(n):
    return n.to_bytes(16, "big")


def add(connection, rows, otherwise=""):
    bulk.insert(connection, "asked", "qid, doc, kind, key", rows, otherwise)


def test_rows_are_added_whatever_is_missing_in_them(database):
    rows = [(1, 2**62, number(1)), (1, 3, number(2))]

    with database.transaction() as session:
        connection = session.connection()
        bulk.insert(connection, "feed", "shard, pos, change", rows)
        bulk.insert(
            connection,
            "document",
            "doc, kind, reference, subject, parent, sites, newest, is_voided,"
            " is_erased, contested, search, view, heads",
            [
                (
                    number(1),
                    "person",
                    None,
                    None,
                    None,
                    "",
                    -1,
                    False,
                    True,
                    0,
                    "",
                    "{}",
                    b"\0",
                )
            ],
        )
        bulk.insert(connection, "feed", "shard, pos, change", [])

        found = bulk.fetch(connection, "SELECT pos FROM feed ORDER BY pos")
        assert [tuple(row) for row in found] == [(3,), (2**62,)]
        (row,) = bulk.fetch(
            connection, "SELECT subject, is_erased, heads FROM document"
        )
        assert (row[0], bool(row[1]), bytes(row[2])) == (None, True, b"\0")


def test_a_row_that_is_there_is_dealt_with_as_was_said(database):
    with database.transaction() as session:
        connection = session.connection()
        add(connection, [(number(1), "a", "rule", "k")])
        add(connection, [(number(1), "b", "rule", "k")], "ON CONFLICT DO NOTHING")
        assert bulk.fetch(connection, "SELECT doc FROM asked")[0][0] == "a"

        add(
            connection,
            [(number(1), "c", "rule", "k"), (number(2), "d", "rule", "k")],
            "ON CONFLICT (qid) DO UPDATE SET doc = excluded.doc",
        )
        found = bulk.fetch(connection, "SELECT doc FROM asked ORDER BY qid")
        assert [doc for (doc,) in found] == ["c", "d"]


def test_as_many_keys_as_one_likes_are_looked_up_and_taken_out(database):
    with database.transaction() as session:
        connection = session.connection()
        add(connection, [(number(n), f"d{n}", "rule", "k") for n in range(MANY)])

        by_key = bulk.fetch_in(
            connection,
            "SELECT doc FROM asked WHERE qid IN ({keys}) AND kind = ?",
            [number(n) for n in range(MANY * 2)],
            ("rule",),
        )
        assert len({doc for (doc,) in by_key}) == MANY
        pairs = [(number(n), f"d{n + n % 2}") for n in range(MANY)]
        by_pair = bulk.fetch_in(
            connection, "SELECT doc FROM asked WHERE (qid, doc) IN ({keys})", pairs
        )
        assert len(list(by_pair)) == MANY / 2
        assert not list(
            bulk.fetch_in(connection, "SELECT doc FROM asked WHERE doc IN ({keys})", [])
        )

        bulk.act_in(
            connection,
            "DELETE FROM asked WHERE doc IN ({keys})",
            (f"d{n}" for n in range(1, MANY)),
        )
        assert bulk.fetch(connection, "SELECT count(*) FROM asked")[0][0] == 1


@pytest.mark.parametrize("held", [1, 2_000], ids=["one", "very-many"])
@pytest.mark.parametrize("wanted", [1, 2_000], ids=["one", "very-many"])
def test_whoever_wants_a_document_waits_for_who_has_it(database, held, wanted):
    if database.engine.dialect.name == "sqlite":
        pytest.skip("a SQLite transaction excludes all other writers")
    docs = [doc_text(n.to_bytes(8, "big") + bytes(8)) for n in range(2_000)]

    with database.transaction() as one, database.engine.connect() as other:
        locks.lock(one.connection(), docs[:held])
        other.exec_driver_sql("SET lock_timeout = '100ms'")

        with pytest.raises(OperationalError, match="lock timeout"):
            locks.lock(other, docs[:wanted])


def test_writers_of_different_documents_do_not_wait(database):
    if database.engine.dialect.name == "sqlite":
        pytest.skip("a SQLite transaction excludes all other writers")
    docs = [doc_text(n.to_bytes(8, "big") + bytes(8)) for n in range(2)]

    with database.transaction() as one, database.engine.connect() as other:
        locks.lock(one.connection(), docs[:1])
        other.exec_driver_sql("SET lock_timeout = '100ms'")

        locks.lock(other, docs[1:])
