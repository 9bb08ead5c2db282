from collections.abc import Iterator

import pytest
from stores import SqliteStores, Stores, either

from intake_server.storage.database import Database


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def stores(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    """Stores on each kind of database, one after the other."""
    with either(request.param, tmp_path_factory.mktemp(request.param)) as stores:
        yield stores


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Stores that are files."""
    return SqliteStores(tmp_path_factory.mktemp("files"))


@pytest.fixture
def database(stores: Stores) -> Iterator[Database]:
    """An empty store on each kind of database."""
    with stores.new() as database:
        yield database


@pytest.fixture
def file(files: Stores) -> Iterator[Database]:
    """An empty store in a file."""
    with files.new() as database:
        yield database
