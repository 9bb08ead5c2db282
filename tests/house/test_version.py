import re
import tomllib

from repository import ROOT


def test_the_changelog_speaks_of_this_version_first():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text()

    top = re.search(r"^## \[([^]]+)\]", changelog, re.MULTILINE)

    assert top is not None
    assert top[1] == project["version"]
