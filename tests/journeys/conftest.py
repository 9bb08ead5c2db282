import pytest
from browsers import a_browser
from desks import a_desk, with_a_clash
from stores import SqliteStores
from web_servers import serving


@pytest.fixture(scope="session")
def browser():
    with a_browser() as browser:
        yield browser


@pytest.fixture
def desk(tmp_path):
    stores = SqliteStores(tmp_path)
    with a_desk(tmp_path, stores) as desk:
        yield with_a_clash(desk)


@pytest.fixture
def address(desk):
    with serving(desk.app) as address:
        yield address
