"""How the tables came to be, step by step; ``HEAD`` names the newest step.

An empty store is made from ``tables`` at once and stamped with ``HEAD``; that both ways
end with the same tables is tested.
"""

from importlib.resources import files
from typing import Final

from sqlalchemy import Connection

HEAD: Final = "0025"


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Run the steps that this store has not seen, in the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - slow to load and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - the same

    if current(connection) == to:
        return
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def current(connection: Connection) -> str | None:
    """Return the newest step that this store has seen; None for an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return found.scalar()


def stamp(connection: Connection) -> None:
    """Note in a store that was made from ``tables`` that it has seen every step."""
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version ("
        "version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}')")  # noqa: S608 - our own constant
