"""A history of changes in a file, so that making it costs a run no time and no memory."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from corrections import Corrections

from sync import change as kernel
from sync.change import Change


def write(file: Path, changes: int, batch: int) -> None:
    """Write so many changes, a line each."""
    with file.open("wb") as lines:
        for some in Corrections(Random(changes)).batches(changes, batch):
            lines.writelines(kernel.encode(change) + b"\n" for change in some)


def read(file: Path, batch: int) -> Iterator[list[Change]]:
    """Yield the changes in batches."""
    with file.open("rb") as lines:
        while some := [kernel.decode(line) for line in islice(lines, batch)]:
            yield some
