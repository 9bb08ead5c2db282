from collections.abc import Iterator

import pytest
from stores import Stores

from intake_server.storage.database import Database


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def stores(request: pytest.FixtureRequest) -> Stores:
    """Stores on each kind of database, one after the other."""
    found: Stores = request.getfixturevalue(f"{request.param}_stores")
    return found


@pytest.fixture
def database(stores: Stores) -> Iterator[Database]:
    """An empty store on each kind of database."""
    with stores.new() as database:
        yield database


@pytest.fixture
def file(sqlite_stores: Stores) -> Iterator[Database]:
    """An empty store in a file."""
    with sqlite_stores.new() as database:
        yield database
