"""The repository itself, for the tests that hold its promises."""

import shutil
import subprocess
from pathlib import Path

from parts import need

ROOT = Path(__file__).parents[2]


def kept(*folders: str) -> set[str]:
    """Return the files below ``folders`` that git keeps or is about to keep."""
    git = shutil.which("git")
    need(git and (ROOT / ".git").exists(), "a git checkout")
    listing = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = listing.stdout.split("\0")
    return {name for name in names if name and (ROOT / name).is_file()}
