import pytest
from new_nodes import a_node, a_token


@pytest.fixture
def node(tmp_path):
    """The folder of a node, and the token of a phone that is enrolled there."""
    folder = a_node(tmp_path / "kyiv")
    return folder, a_token(folder)
