import pytest
from desks import a_desk, with_a_clash


@pytest.fixture
def desk(tmp_path, stores):
    with a_desk(tmp_path, stores) as desk:
        yield desk


@pytest.fixture
def clash(desk):
    return with_a_clash(desk)


@pytest.fixture
def iryna(clash):
    """A coordinator's browser, at a node where two centres contradict each other."""
    return clash.browser()
