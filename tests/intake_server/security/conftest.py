import pytest
from servers import MORNING
from stores import SqliteStores


@pytest.fixture(scope="session")
def stores(tmp_path_factory):
    return SqliteStores(tmp_path_factory.mktemp("stores"))


@pytest.fixture
def now():
    return MORNING
