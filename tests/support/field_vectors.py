"""The shipped forms as XML, for the field client's own tests, which run without Python.

Write them anew after a form changed: ``python tests/support/field_vectors.py``.
"""

from pathlib import Path
from typing import Final

from forms.catalogue import SHIPPED, shipped

FOLDER: Final = Path(__file__).parents[1] / "vectors" / "field" / "forms"


def wanted() -> dict[str, bytes]:
    """Return what the folder holds, by the name of the file."""
    return {f"{name}.xml": shipped(name).xml for name in sorted(SHIPPED)}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, xml in wanted().items():
        (FOLDER / name).write_bytes(xml)
