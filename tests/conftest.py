from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from loopback import only_loopback


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--scale",
        type=float,
        default=1.0,
        metavar="N",
        help="run N times as many examples, histories and faults",
    )


def pytest_configure(config: pytest.Config) -> None:
    times = _multiplier(config)
    settings.register_profile(
        "ci", max_examples=times(200), derandomize=True, deadline=None
    )
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> Callable[[int], int]:
    """Return a function that multiplies a count by ``--scale``."""
    return _multiplier(pytestconfig)


@pytest.fixture(scope="session", autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with only_loopback():
        yield


def _multiplier(config: pytest.Config) -> Callable[[int], int]:
    factor: float = config.getoption("scale")
    return lambda count: max(1, round(count * factor))
