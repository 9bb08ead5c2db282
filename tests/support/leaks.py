"""Everything that a store holds, to search it for what it must not hold any more."""

import zstandard
from sqlmodel import Session

from intake_server.storage.tables import METADATA


def everything_in(session: Session) -> bytes:
    """Return all bytes of all tables, one after the other; submissions as they came."""
    connection = session.connection()
    found = [
        value.encode() if isinstance(value, str) else value
        for table in METADATA.sorted_tables
        for row in connection.exec_driver_sql(f"SELECT * FROM {table.name}")  # noqa: S608
        for value in row
        if isinstance(value, str | bytes)
    ]
    raws = connection.exec_driver_sql("SELECT raw FROM submission")
    found += [zstandard.decompress(raw) for (raw,) in raws if raw]
    return b"\0".join(found)


def found_in(text: bytes, *secrets: str | bytes) -> list[str | bytes]:
    """Return those of the secrets that a text holds."""
    return [
        secret
        for secret in secrets
        if (secret.encode() if isinstance(secret, str) else secret) in text
    ]
