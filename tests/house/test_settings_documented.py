import re
import tomllib
from dataclasses import fields
from pathlib import Path

from repository import ROOT

from intake_server.config import Settings

EXAMPLE = (ROOT / "deploy" / "dodomu.example.toml").read_text()
SETTING = re.compile(r"^# (.+)\n# ([a-z_]+ = .+)$", re.MULTILINE)


def test_the_example_names_every_setting_with_its_default():
    written = tomllib.loads("\n".join(line for _, line in SETTING.findall(EXAMPLE)))

    defaults = {
        each.name: str(each.default) if isinstance(each.default, Path) else each.default
        for each in fields(Settings)
    }
    assert written == defaults


def test_the_example_says_what_each_setting_is():
    said = {line.partition(" ")[0]: words for words, line in SETTING.findall(EXAMPLE)}

    for each in fields(Settings):
        assert said[each.name].startswith(each.metadata["help"])
        for choice in each.metadata["choices"]:
            assert choice in said[each.name]


def test_the_example_as_it_stands_changes_nothing():
    assert tomllib.loads(EXAMPLE) == {}
