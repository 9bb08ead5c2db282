import pytest
from desks import a_desk, with_a_clash
from fillers import a_filler, build
from made_once import made_once
from playwright.sync_api import expect
from posts import a_post
from stores import SqliteStores
from web_servers import serving

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The page on which a form is filled by itself."""
    return made_once(tmp_path_factory, "filler", build)


@pytest.fixture
def filler(browser, built):
    with a_filler(browser, built) as filler:
        yield filler


@pytest.fixture
def post(tmp_path, browser):
    with a_post(tmp_path, browser.browser_type) as post:
        yield post


@pytest.fixture
def desk(tmp_path):
    stores = SqliteStores(tmp_path)
    with a_desk(tmp_path, stores) as desk:
        yield with_a_clash(desk)


@pytest.fixture
def address(desk):
    with serving(desk.app) as address:
        yield address
