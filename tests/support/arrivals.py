"""Children who arrive together: what is answered about each, and their photos."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image

Answers = Mapping[str, str | tuple[str, ...]]

_GPS: Final = 0x8825
MADE: Final = """
(() => {
  const kept = [];
  Object.defineProperty(window, "made", { get: () => Promise.all(kept) });
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
    return toBlob.call(this, (blob) => {
      kept.push(blob.arrayBuffer()
        .then((bytes) => crypto.subtle.digest("SHA-256", bytes))
        .then((digest) => [...new Uint8Array(digest)]
          .map((byte) => byte.toString(16).padStart(2, "0")).join("")));
      done(blob);
    }, ...how);
  };
})();
"""
"""Notes the digest of each picture that the client makes, beside the client."""

FIRST: Final[Answers] = {
    "reception_point": ("border_point",),
    "safety_words": ("done",),
    "comm_mode": ("speech",),
    "consent_intake": ("given",),
    "consent_by": ("parent",),
    "name_called": "Тарасик",
    "family_name": "Гончаренко-Ніл",
    "given_name": "Тарас",
    "sex": ("male",),
    "age_years": "11",
    "return_channel": ("volunteers",),
    "origin_type": ("tot",),
    "accompaniment": ("relative",),
    "siblings_here": "3",
    "siblings_elsewhere": ("no",),
    "urgent_needs": ("none",),
    "triage": ("green",),
    "function_help": ("none",),
    "wants_call": ("no",),
    "docs_held": ("none",),
    "destination": ("rehab",),
    "destination_site": ("truskavets",),
}
OTHERS: Final[Sequence[Answers]] = [
    {"name_called": "Злата", "sex": ("female",), "age_years": "9"},
    {"name_called": "Зоряна", "sex": ("female",), "age_years": "7"},
    {"name_called": "Іванко", "sex": ("male",), "age_years": "4"},
]
_AGAIN: Final = (
    *("safety_words", "consent_intake", "consent_by", "urgent_needs", "triage"),
    *("function_help", "wants_call", "docs_held"),
)


def of_a_child(answers: Answers, picture: Path | None) -> dict[str, Any]:
    """What a form asks, in its order, with a photo where there is one."""
    if picture is None:
        return dict(answers)
    at = list(answers).index("age_years") + 1
    return dict(
        [
            *list(answers.items())[:at],
            ("photo_id", picture),
            *list(answers.items())[at:],
        ]
    )


def of_a_sibling(answers: Answers, picture: Path | None) -> dict[str, Any]:
    """What is asked of each child anew, in the order of the form."""
    asked = {
        name: answers.get(name, FIRST[name])
        for name in FIRST
        if name in answers or name in _AGAIN
    }
    return of_a_child(asked, picture)


def a_photo(path: Path) -> Path:
    """Make a photo as a phone takes it, with the place in it."""
    exif = Image.Exif()
    exif[_GPS] = {1: "N", 2: (49.0, 16.0, 30.0), 3: "E", 4: (23.0, 30.0, 10.0)}
    noise = Image.effect_noise((3000, 2000), 80).convert("RGB")
    noise.save(path, "JPEG", exif=exif)
    assert b"Exif" in path.read_bytes()
    return path
