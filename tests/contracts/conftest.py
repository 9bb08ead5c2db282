import pytest
from stores import Stores


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def stores(request: pytest.FixtureRequest) -> Stores:
    """Stores on each kind of database, one after the other."""
    found: Stores = request.getfixturevalue(f"{request.param}_stores")
    return found
