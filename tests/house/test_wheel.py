from zipfile import ZipFile

import pytest
from hatchling import build
from repository import ROOT, kept

pytestmark = pytest.mark.wheel

PACKAGES = ("forms", "sync", "intake_server")


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    with ZipFile(tmp_path / build.build_wheel(str(tmp_path))) as opened:
        yield opened


def test_the_wheel_holds_every_file_that_the_packages_read(wheel):
    client_source = kept("intake_server/field_client")

    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packed == kept(*PACKAGES) - client_source


def test_installing_the_wheel_brings_the_command(wheel):
    [points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]

    assert b"dodomu = intake_server.cli:main" in wheel.read(points)
