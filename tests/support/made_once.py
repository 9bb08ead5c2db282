"""What takes long to make and never changes: made once for all workers of a run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """Return the folder of this name, which ``make`` has filled for whoever was first."""
    above = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        above = above.parent
    folder = above / name
    with (above / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            half = above / f"{name}.half"
            shutil.rmtree(half, ignore_errors=True)  # of who could not make it
            half.mkdir()
            make(half)
            half.rename(folder)
    return folder
