"""What the store cannot do as asked, beside what ``intake_server.errors`` names.

StorageError
├── UnsafeStoreError   a SQLite that can lose what was acknowledged
└── WrongKeyError      the file is not a store, or another key opens it
"""


class StorageError(Exception):
    """A store on which the server must not start."""


class UnsafeStoreError(StorageError):
    """The SQLite at hand can lose committed writes, so nothing is opened with it."""

    def __init__(self, version: str, needed: str) -> None:
        super().__init__(f"SQLite {version} is not safe; {needed} or newer is needed")
        self.version = version
        self.needed = needed


class WrongKeyError(StorageError):
    """The file is not a store, or was encrypted with another key."""

    def __init__(self) -> None:
        super().__init__("the store does not open with this key")
