import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from intake_server.errors import BusyError
from intake_server.storage import database as database_module
from intake_server.storage.database import Database
from intake_server.storage.errors import UnsafeStoreError, WrongKeyError


def pragma(session, name):
    return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


def count(session):
    return session.connection().execute(text("SELECT count(*) FROM lease")).scalar()


def add_lease(session, name="sync"):
    session.connection().execute(
        text("INSERT INTO lease VALUES (:name, 'me', 0)"), {"name": name}
    )


def test_a_commit_is_durable_and_the_file_forgets_what_was_deleted(file):
    with file.transaction() as session:
        assert pragma(session, "journal_mode") == "wal"
        assert pragma(session, "synchronous") == 2
        assert pragma(session, "secure_delete") == 2, "written over, page by page"
        assert pragma(session, "foreign_keys") == 1
        assert pragma(session, "temp_store") == 2
        assert pragma(session, "wal_autocheckpoint") == 32000


def test_nothing_can_be_read_in_the_file_without_the_key(file):
    with file.transaction() as session:
        add_lease(session, "a name that nobody else would choose")

    path = Path(file.engine.url.database)
    for part in (path, path.with_name(path.name + "-wal")):
        content = part.read_bytes()
        assert b"SQLite format" not in content
        assert b"nobody else" not in content


@pytest.mark.parametrize("key", [None, bytes(32)], ids=["no-key", "other-key"])
def test_another_key_does_not_open_the_store(file, key):
    with file.reading() as session:
        count(session)

    with (
        Database(str(file.engine.url), key) as stranger,
        pytest.raises(WrongKeyError),
        stranger.reading() as session,
    ):
        count(session)


def test_an_sqlite_that_can_lose_a_commit_is_refused():
    assert database_module.OLDEST_SAFE == (3, 51, 3)

    with pytest.raises(UnsafeStoreError, match=r"3\.51\.2"):
        database_module._refuse_unsafe((3, 51, 2))


def test_a_transaction_that_fails_leaves_nothing(file):
    def fail():
        with file.transaction() as session:
            add_lease(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with file.reading() as session:
        assert count(session) == 0


def test_a_reader_sees_one_moment_while_others_write(file):
    with file.reading() as session:
        assert count(session) == 0
        with file.transaction() as writer:
            add_lease(writer)

        assert count(session) == 0

    with file.reading() as session:
        assert count(session) == 1


def test_a_reader_cannot_write(file):
    with (
        pytest.raises(Exception, match="readonly"),
        file.reading() as session,
    ):
        add_lease(session)


def test_a_second_writer_is_told_to_come_again(file):
    url = str(file.engine.url)

    with (
        Database(url, bytes(range(32)), patience_s=0.01) as other,
        file.transaction(),
        pytest.raises(BusyError),
        other.transaction(),
    ):
        pass


def test_threads_of_one_process_write_in_turn_by_one_connection(file):
    used = set()

    def write(number):
        with file.transaction() as session:
            used.add(session.connection().connection.driver_connection)
            add_lease(session, f"lease {number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(64)))

    with file.reading() as session:
        assert count(session) == 64
    assert len(used) == 1


def test_a_thread_that_waits_too_long_for_its_turn_is_told_to_come_again(file):
    url = str(file.engine.url)

    with (
        Database(url, bytes(range(32)), patience_s=0.01) as hasty,
        hasty.transaction(),
        pytest.raises(BusyError),
        hasty.transaction(),
    ):
        pass


@pytest.mark.parametrize("verb", ["UPDATE audit SET actor = ''", "DELETE FROM audit"])
def test_what_is_in_the_audit_stays_as_it_is(file, verb):
    with file.transaction() as session:
        session.connection().execute(
            text("INSERT INTO audit VALUES (1, 0, 'u:olena', 'read', 'doc', '{}')")
        )

    with (
        pytest.raises(Exception, match="only ever added"),
        file.transaction() as session,
    ):
        session.connection().execute(text(verb))


def test_the_collector_of_cycles_rests_during_a_transaction_and_works_after(file):
    with file.transaction():
        rests = not gc.isenabled()

    assert rests
    assert gc.isenabled()


def test_the_collector_of_cycles_works_again_after_a_transaction_that_failed(file):
    with pytest.raises(OperationalError), file.transaction() as session:
        session.connection().exec_driver_sql("SELECT * FROM nothing")

    assert gc.isenabled()


def test_an_error_of_the_store_does_not_repeat_what_was_written(database):
    with pytest.raises(DBAPIError) as told, database.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO nowhere (name) VALUES (?)", ("Ремез Данило",)
        )

    assert "Ремез" not in str(told.value)
