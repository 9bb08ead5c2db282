"""Opening the store: engines, pragmas, transactions.

SQLite is SQLCipher's in every mode. Whoever writes takes the write lock before the
first read (``BEGIN IMMEDIATE``), so nobody decides on what another is about to change;
a commit is on the disk before ``transaction`` returns. One process writes through one
connection, whose cache stays warm: its threads wait for it in turn.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, Final, Self

import sqlcipher3.dbapi2
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session

from intake_server.errors import BusyError, StorageFullError
from intake_server.storage import locks, migrations, rebuild
from intake_server.storage.errors import UnsafeStoreError, WrongKeyError
from intake_server.storage.tables import AUDIT_TRIGGERS, METADATA

__all__ = ["OLDEST_SAFE", "Database", "Session", "integrity", "is_sqlite", "store_of"]

OLDEST_SAFE: Final = (3, 51, 3)
"""The first SQLite without the WAL reset that can lose a committed transaction."""

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "secure_delete = FAST",
)
_WRITING: Final = (
    "wal_autocheckpoint = 32000",
    "cache_size = -262144",
    "busy_timeout = 1",
)
_READING: Final = ("query_only = ON", "cache_size = -16384")
"""A batch touches thousands of scattered pages, each to be deciphered: the writer keeps
them, and moves them from the log into the file many batches at a time."""
_LOOK_AGAIN_S: Final = 0.000_5
_SAYING: Final = (
    *("body", "change", "submission", "document", "queue", "asked"),
    *("attachment", "blob", "copy", "delivery", "upload", "upload_part"),
)
"""The tables in which answers can stand."""
_FULL: Final = ("database or disk is full", "No space left on device")
_BUSY: Final = ("database is locked", "lock timeout", "deadlock detected")


class Database:
    """One store and the connections to it; threads and processes may share the file.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://…``.
        key: 32 bytes that encrypt a SQLite file; None leaves it readable.
        patience_s: How long a writer waits for the one before it.

    Raises:
        UnsafeStoreError: The SQLite at hand is older than ``OLDEST_SAFE``.
    """

    def __init__(
        self, url: str, key: bytes | None = None, *, patience_s: float = 30
    ) -> None:
        if make_url(url).get_backend_name() == "sqlite":
            _refuse_unsafe(sqlcipher3.dbapi2.sqlite_version_info)
            self.engine = _sqlite(
                url,
                key,
                "BEGIN IMMEDIATE",
                patience_s,
                _WRITING,
                pool_size=1,
                max_overflow=0,
                pool_timeout=patience_s,
            )
            self._reader = _sqlite(url, key, "BEGIN", patience_s, _READING)
            self._cleaner = _sqlite(url, key, None, patience_s)
        else:
            self.engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
            self._reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._cleaner = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def store(self) -> str:
        """Which store this is, as ``store_of`` says of its sessions."""
        return str(self.engine.url)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that is alone in writing; it is durable when this returns.

        Raises:
            BusyError: Another writer did not finish in time.
            StorageFullError: The disk is full; nothing was kept.
        """
        with (
            _told(),
            _uncollected(),
            Session(self.engine) as session,
            session.begin(),
        ):
            session.connection()
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one moment of the store and cannot write."""
        with _told(), Session(self._reader) as session, session.begin():
            yield session

    def scrub(self) -> None:
        """Leave nothing readable of what was removed: rewrite the file, empty its log.

        Others may read meanwhile; writers wait. PostgreSQL gives the space of removed
        rows free for others, and writes over it in time.

        Raises:
            BusyError: Somebody read or wrote all the time; do it again later.
            StorageFullError: There is no room to write the file anew.
        """
        with _told(), self._cleaner.connect() as connection:
            if connection.dialect.name != "sqlite":
                for table in _SAYING:
                    connection.exec_driver_sql(f"VACUUM {table}")
                return
            connection.exec_driver_sql("VACUUM")
            said = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_ = said.one()
        if is_busy:
            raise BusyError("somebody reads the store; it could not be written anew")

    def migrate(self) -> None:
        """Bring the tables to what this program needs; harmless when they are.

        A step that changes what is kept of documents takes them away; they are made
        again from the changes, all in memory: ten seconds and 600 MB for 10⁵ changes.
        """
        with _wrapped(), self.engine.begin() as connection:
            locks.lock_all(connection)  # several programs may start at once
            if not inspect(connection).get_table_names():
                _create(connection)
                return
            migrations.upgrade(connection)
            with Session(connection) as session:
                if rebuild.is_due(session):
                    rebuild.renew(session)

    def dispose(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()
        self._reader.dispose()
        self._cleaner.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()


def _refuse_unsafe(version: tuple[int, ...]) -> None:
    if version < OLDEST_SAFE:
        raise UnsafeStoreError(
            ".".join(map(str, version)), ".".join(map(str, OLDEST_SAFE))
        )


def _create(connection: Connection) -> None:
    METADATA.create_all(connection)
    if connection.dialect.name == "sqlite":
        for trigger in AUDIT_TRIGGERS:
            connection.exec_driver_sql(trigger)
    migrations.stamp(connection)


def _sqlite(
    url: str,
    key: bytes | None,
    begin: str | None,
    patience_s: float,
    more: tuple[str, ...] = (),
    **pool: Any,
) -> Engine:
    engine = create_engine(
        url,
        **pool,
        hide_parameters=True,  # an error must not repeat what people answered
        module=sqlcipher3.dbapi2,
        connect_args={
            "isolation_level": None,
            "check_same_thread": False,
            "timeout": patience_s,
            "cached_statements": 512,
        },
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        _open(connection, key, more)

    @event.listens_for(engine, "begin")
    def begin_here(connection: Connection) -> None:
        if begin is not None:
            _begin(connection.connection.driver_connection, begin, patience_s)

    return engine


def _begin(connection: Any, begin: str, patience_s: float) -> None:
    """Begin a transaction, as soon as another process has ended its own.

    SQLite would look ever more seldom, up to ten times a second, and find the lock
    taken again each time.
    """
    until = monotonic() + patience_s
    while True:
        try:
            connection.execute(begin).close()
        except sqlcipher3.dbapi2.OperationalError as error:
            if "locked" not in str(error):
                raise
            if monotonic() > until:
                raise BusyError from None
            sleep(_LOOK_AGAIN_S)
        else:
            return


def _open(connection: Any, key: bytes | None, more: tuple[str, ...]) -> None:
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute("SELECT count(*) FROM sqlite_master").close()
        for pragma in more:
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlcipher3.dbapi2.DatabaseError as error:
        if "not a database" in str(error):
            raise WrongKeyError from None
        raise


@contextmanager
def _told() -> Iterator[None]:
    """Say in our own words what the database could not do."""
    try:
        with _wrapped():
            yield
    except PoolTimeoutError:
        raise BusyError from None
    except DBAPIError as error:
        reason = str(error.orig)
        if any(words in reason for words in _FULL):
            raise StorageFullError from None
        if isinstance(error, OperationalError) and any(w in reason for w in _BUSY):
            raise BusyError from None
        raise


@contextmanager
def _wrapped() -> Iterator[None]:
    """Raise what SQLite's own connection raises as if it had been asked by SQLAlchemy."""
    try:
        yield
    except sqlcipher3.dbapi2.Error as error:
        raise DBAPIError.instance(
            None, None, error, sqlcipher3.dbapi2.Error, hide_parameters=True
        ) from None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: a batch makes many values and hardly a cycle.

    It would look through all of them again and again, for a tenth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def store_of(session: Session) -> str:
    """Return which store a session works on, without its password."""
    return str(session.get_bind().engine.url)


def is_sqlite(session: Session) -> bool:
    """Tell whether this store is a file of its own."""
    return session.get_bind().dialect.name == "sqlite"


def integrity(session: Session) -> str:
    """Return ``ok``, or what SQLite finds wrong with the file."""
    if not is_sqlite(session):
        return "ok"
    return str(session.connection().execute(text("PRAGMA integrity_check")).scalar())
