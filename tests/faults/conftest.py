import pytest
from programs import dodomu, said


@pytest.fixture
def node(tmp_path):
    """The folder of a node, and the token of a phone that is enrolled there."""
    folder = tmp_path / "kyiv"
    dodomu(folder, "init", "--role", "central", "--site", "kyiv")
    device = said(folder, "device", "enrol", "--site", "kyiv", "--label", "Калина")
    return folder, device["token"]
