from collections.abc import Iterator

import pytest
from centres import Centre
from stores import SqliteStores, Stores


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return SqliteStores(tmp_path_factory.mktemp("stores"))


@pytest.fixture
def centre(stores: Stores) -> Iterator[Centre]:
    with stores.new() as database:
        yield Centre(database)
