"""What a run stands on: a keyed store on a real file, prepared once and copied."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from centres import Centre

from intake_server.storage.database import Database

SITE: Final = "truskavets"
KEY: Final = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder of stores."""

    folder: Path

    def prepare(self) -> None:
        """Make the store of a centre with the shipped forms and no child."""
        with self.opened("prepared") as database:
            database.migrate()
            Centre(database, SITE)

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
