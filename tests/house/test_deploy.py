import re
import runpy

import pytest
from gunicorn.config import Config
from repository import ROOT

from intake_server.cli import main

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def test_gunicorn_knows_every_line_of_its_file():
    chosen = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))
    config = Config()

    for name, value in chosen.items():
        if not name.startswith("__"):
            config.set(name, value)

    assert config.worker_class_str == "gthread"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_service_starts_a_command_that_there_is(unit):
    [command] = re.findall(r"^ExecStart=\S+/dodomu (\w+)$", unit.read_text(), re.M)

    assert command in main.commands
    assert unit.name == f"dodomu-{command}.service"


def test_the_runbook_speaks_of_commands_that_there_are():
    spoken = set(
        re.findall(r"(?:bin/|`)dodomu (\w+)", (DEPLOY / "README.md").read_text())
    )

    assert spoken <= main.commands.keys()
