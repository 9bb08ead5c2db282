from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stories
from browsers import a_browser
from hypothesis import Phase, settings
from javarosa import JavaRosa, a_javarosa, compile_hand
from loopback import only_loopback
from made_once import made_once
from playwright.sync_api import Browser
from stores import SqliteStores, Stores, light_folder, postgres


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--scale",
        type=float,
        default=1.0,
        metavar="N",
        help="run N times as many examples, histories and faults",
    )
    parser.addoption(
        "--pictures",
        action="store_true",
        help="keep the pictures of the story, for the README and the guides",
    )
    parser.addoption(
        "--scenarios",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="run the scenarios of this file, and nothing else, on everything that merges",
    )
    parser.addoption(
        "--screenshots",
        type=Path,
        metavar="FOLDER",
        help="keep a picture of every page that a browser opens",
    )


def pytest_configure(config: pytest.Config) -> None:
    times = _multiplier(config)
    settings.register_profile(
        "ci", max_examples=times(200), derandomize=True, deadline=None
    )
    settings.register_profile(
        "hasty", settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("ci")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a ``story`` one after the other."""
    if "story" in metafunc.fixturenames:
        told = list(stories.told(metafunc.config.getoption("scenarios")))
        metafunc.parametrize("story", told, ids=[story.name for story in told])


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("scenarios"):
        others = [one for one in items if "story" not in _fixtures(one)]
        items[:] = [one for one in items if "story" in _fixtures(one)]
        config.hook.pytest_deselected(items=others)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was measured, and what random histories and hostile posts came to."""
    counted = {"histories": 0, "diverged": 0, "lost": 0}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, count in report.user_properties:
                    if name == "figure":
                        terminalreporter.write_line(count)
                    else:
                        counted[name] = counted.get(name, 0) + count
    if counted["histories"]:
        said = "{histories} random histories: {diverged} diverged, {lost} lost"
        terminalreporter.write_line(said.format(**counted))
    if "hostile_posts" in counted:
        said = (
            "{hostile_posts} hostile posts: {slowest_ms} ms at most, {more_mb} MB more"
        )
        terminalreporter.write_line(said.format(**counted))


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> Callable[[int], int]:
    """Return a function that multiplies a count by ``--scale``."""
    return _multiplier(pytestconfig)


@pytest.fixture(scope="session")
def postgres_stores() -> Iterator[Stores]:
    """Stores on the one PostgreSQL that runs as long as the tests do."""
    with postgres() as stores:
        yield stores


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores that are files."""
    with light_folder(tmp_path_factory.mktemp("stores")) as folder:
        yield SqliteStores(folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all: a process has room for one that is driven."""
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def javarosa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaRosa]:
    """The engine inside ODK Collect."""
    hand = made_once(tmp_path_factory, "javarosa", compile_hand)
    with a_javarosa(hand, tmp_path_factory.mktemp("javarosa")) as engine:
        yield engine


@pytest.fixture
def light_path(tmp_path: Path) -> Iterator[Path]:
    """A folder for many small stores: in memory, where the machine has room there."""
    with light_folder(tmp_path) as folder:
        yield folder


@pytest.fixture(scope="session", autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with only_loopback():
        yield


def _multiplier(config: pytest.Config) -> Callable[[int], int]:
    factor: float = config.getoption("scale")
    return lambda count: max(1, round(count * factor))


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])
