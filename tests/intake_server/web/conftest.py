import pytest
from servers import a_server
from stores import SqliteStores

from intake_server.security.policy import Role


@pytest.fixture(scope="session")
def stores(tmp_path_factory):
    return SqliteStores(tmp_path_factory.mktemp("stores"))


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores) as server:
        yield server


@pytest.fixture
def device(server):
    return server.device()


@pytest.fixture
def worker(server):
    return server.token(Role.WORKER)


@pytest.fixture
def coordinator(server):
    return server.token(Role.COORDINATOR, "kyiv")
