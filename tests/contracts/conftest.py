from collections.abc import Iterator

import pytest
from stores import Stores, either


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
