"""The store of those who practise: a file beside the node's own, thrown away as a whole.

It is a SQLCipher file also where the node's own store is PostgreSQL: there removed rows
would live on in its logs and copies, while a file that goes with its key is gone. Each
*life* of it has a name and a random key of its own; ``current`` names the one that
lives. Whoever reads or writes shares the lock on that file, whoever begins or ends a
life has it alone, so nobody is served from a store that is being thrown away. A life
that nobody can open any more, as after a disk broke, is over: another one begins.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Final

from typing_extensions import override

from intake_server.errors import BusyError
from intake_server.storage.database import Database, Session
from intake_server.storage.errors import WrongKeyError

_CURRENT: Final = "current"
_STORE: Final = ".sqlite3"
_KEY: Final = ".key"
_KEY_BYTES: Final = 32
_NAME_BYTES: Final = 8
_NAME: Final = re.compile(rb"[0-9a-f]{%d}" % (2 * _NAME_BYTES))
_LONGEST: Final = 64
_LOOK_AGAIN_S: Final = 0.01


class PracticeStore(Database):
    """A store that begins when it is asked first, and again after it was thrown away.

    Args:
        folder: Where it lies; made when needed. Nothing else may lie there.
        furnish: Makes an empty store one in which people can practise.
        patience_s: How long whoever ends a life waits for the others.
    """

    def __init__(
        self,
        folder: Path,
        furnish: Callable[[Database], None],
        *,
        patience_s: float = 30,
    ) -> None:
        self._folder = folder
        self._furnish = furnish
        self._patience_s = patience_s
        self._turn = Lock()
        self._opened: tuple[str, Database] | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything can have been practised since it was thrown away last."""
        with suppress(FileNotFoundError):
            return (self._folder / _CURRENT).stat().st_size > 0
        return False

    @property
    @override
    def store(self) -> str:
        """Which store this is at the moment; empty before it was used here."""
        opened = self._opened
        return opened[1].store if opened else ""

    @contextmanager
    @override
    def transaction(self) -> Iterator[Session]:
        with self._living() as database, database.transaction() as session:
            yield session

    @contextmanager
    @override
    def reading(self) -> Iterator[Session]:
        with self._living() as database, database.reading() as session:
            yield session

    @override
    def scrub(self) -> None:
        with self._living() as database:
            database.scrub()

    @override
    def migrate(self) -> None:
        """Do nothing: whoever opens a life brings it up to date."""

    @override
    def dispose(self) -> None:
        with self._turn:
            self._close()

    def throw_away(self) -> bool:
        """Leave nothing of what was practised; tell whether there can have been any.

        The content is cut off and the key overwritten before the names go, so nothing
        stays readable in a file that another process holds open. Repeating is harmless.

        Raises:
            BusyError: Somebody used it all the time; nothing was thrown away.
        """
        if not self._folder.is_dir():
            return False
        with self._alone() as current:
            was_begun = bool(_read(current))
            self._end(current)
        return was_begun

    @contextmanager
    def _living(self) -> Iterator[Database]:
        """Give the store that lives; it does so until this ends."""
        while True:
            with self._lock_file() as current:
                flock(current, LOCK_SH)
                if (database := self._living_one(current)) is not None:
                    yield database
                    return
            self._begin()

    def _begin(self) -> None:
        with self._alone() as current:
            if self._living_one(current) is not None:
                return
            self._end(current)
            life = secrets.token_hex(_NAME_BYTES)
            _keep(self._folder / f"{life}{_KEY}", secrets.token_bytes(_KEY_BYTES))
            self._furnish(self._open(life))
            os.pwrite(current, life.encode(), 0)
            os.fsync(current)

    def _end(self, current: int) -> None:
        os.ftruncate(current, 0)
        os.fsync(current)
        with self._turn:
            self._close()
        for path in sorted(self._folder.iterdir()):
            with suppress(FileNotFoundError):  # SQLite takes its log away itself
                _wipe(path)

    def _living_one(self, current: int) -> Database | None:
        """Return the store that lives; None where there is none, or none that opens."""
        life = _read(current)
        if not life or not (self._folder / f"{life}{_STORE}").exists():
            return None
        try:
            return self._open(life)
        except (FileNotFoundError, WrongKeyError):
            return None

    def _open(self, life: str) -> Database:
        with self._turn:
            if self._opened is None or self._opened[0] != life:
                self._close()
                key = (self._folder / f"{life}{_KEY}").read_bytes()
                url = f"sqlite:///{self._folder / life}{_STORE}"
                database = Database(url, key, patience_s=self._patience_s)
                database.migrate()
                self._opened = (life, database)
            return self._opened[1]

    def _close(self) -> None:
        if self._opened is not None:
            self._opened[1].dispose()
            self._opened = None

    @contextmanager
    def _lock_file(self) -> Iterator[int]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        current = os.open(self._folder / _CURRENT, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield current
        finally:
            os.close(current)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        until = monotonic() + self._patience_s
        with self._lock_file() as current:
            while True:
                try:
                    flock(current, LOCK_EX | LOCK_NB)
                    break
                except BlockingIOError:
                    if monotonic() > until:
                        raise BusyError from None
                    sleep(_LOOK_AGAIN_S)
            yield current


def _read(current: int) -> str:
    """Return the name of the life that was begun last; empty where there is none."""
    name = os.pread(current, _LONGEST, 0)
    return name.decode() if _NAME.fullmatch(name) else ""


def _wipe(path: Path) -> None:
    if path.name == _CURRENT:
        return
    if path.suffix == _KEY:
        _overwrite(path)
    elif not path.name.endswith("-shm"):  # others have that one in their memory
        os.truncate(path, 0)
    path.unlink()


def _keep(path: Path, content: bytes) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
