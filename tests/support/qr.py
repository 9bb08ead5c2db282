"""Reading a QR code back from its modules, as a phone does after it has found them.

Errors are not corrected: what we draw has none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from segno.consts import ALIGNMENT_POS, ECC

Matrix = Sequence[Sequence[bool]]

_STEP: Final = re.compile(r"([Mmh])([-\d. ]+)")
_LEVELS: Final = ("M", "L", "H", "Q")
_ECC_KEYS: Final = {"L": 1, "M": 0, "Q": 3, "H": 2}
_BYTES: Final = 0b0100
_MASKS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)


def read(matrix: Matrix) -> tuple[str, str]:
    """Return the text of a QR in byte mode, and its level of error correction."""
    version = (len(matrix) - 17) // 4
    assert len(matrix) == 17 + 4 * version, "no size that a QR has"
    level, mask = _format(matrix)
    bits = [
        matrix[i][j] ^ _MASKS[mask](i, j)
        for i, j in _way(len(matrix))
        if not _is_pattern(i, j, version)
    ]
    data = _in_order(_octets(bits), version, level)
    stream = "".join(f"{octet:08b}" for octet in data)
    assert int(stream[:4], 2) == _BYTES
    wide = 8 if version < 10 else 16
    length, start = int(stream[4 : 4 + wide], 2), 4 + wide
    text = stream[start : start + 8 * length]
    octets = bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
    return octets.decode(), level


def of_path(drawn: str) -> Matrix:
    """Return the modules of a QR that is drawn as the path of an SVG, row by row."""
    dark, x, y = set(), 0, 0
    for command, numbers in _STEP.findall(drawn):
        step = [int(float(number)) for number in numbers.split()]
        match command:
            case "M":
                x, y = step
            case "m":
                x, y = x + step[0], y + step[1]
            case "h":
                dark |= {(y, x + i) for i in range(step[0])}
                x += step[0]
    size = 1 + max(max(place) for place in dark)
    return within([[(i, j) in dark for j in range(size)] for i in range(size)])


def within(picture: Matrix) -> Matrix:
    """Return a QR without the quiet zone around it."""
    dark = [i for i, row in enumerate(picture) if any(row)]
    first, last = dark[0], dark[-1] + 1
    side = [j for j in range(len(picture[0])) if any(row[j] for row in picture)]
    return [row[side[0] : side[-1] + 1] for row in picture[first:last]]


def _format(matrix: Matrix) -> tuple[str, int]:
    columns = [0, 1, 2, 3, 4, 5, 7, 8]
    bits = [matrix[8][j] for j in columns] + [
        matrix[i][8] for i in (7, 5, 4, 3, 2, 1, 0)
    ]
    value = int("".join(str(int(bit)) for bit in bits), 2) ^ 0b101010000010010
    return _LEVELS[value >> 13], value >> 10 & 0b111


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Yield the modules in the order in which they are read."""
    is_up = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for i in range(size - 1, -1, -1) if is_up else range(size):
            yield i, right
            yield i, right - 1
        is_up = not is_up


def _is_pattern(i: int, j: int, version: int) -> bool:
    size = 17 + 4 * version
    if 6 in (i, j):
        return True
    corners = ((i, j), (i, size - 1 - j), (size - 1 - i, j))
    widths = ((9, 9), (9, 8), (8, 9))
    for (down, across), (high, wide) in zip(corners, widths, strict=True):
        if down < high and across < wide:
            return True
    if version >= 7 and (
        (i < 6 and size - 11 <= j < size - 8) or (j < 6 and size - 11 <= i < size - 8)
    ):
        return True
    return version > 1 and _is_alignment(i, j, version)


def _is_alignment(i: int, j: int, version: int) -> bool:
    places = ALIGNMENT_POS[version - 2]
    first, last = places[0], places[-1]
    in_corners = {(first, first), (first, last), (last, first)}
    return any(
        abs(i - down) <= 2 and abs(j - across) <= 2
        for down in places
        for across in places
        if (down, across) not in in_corners
    )


def _octets(bits: Sequence[bool]) -> list[int]:
    return [
        int("".join(str(int(bit)) for bit in bits[at : at + 8]), 2)
        for at in range(0, len(bits) - 7, 8)
    ]


def _in_order(octets: Sequence[int], version: int, level: str) -> list[int]:
    """Return the data of the blocks, one block after the other."""
    lengths = [
        kind.num_data
        for kind in ECC[version][_ECC_KEYS[level]]
        for _ in range(kind.num_blocks)
    ]
    blocks: list[list[int]] = [[] for _ in lengths]
    come = iter(octets)
    for place in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if place < length:
                block.append(next(come))
    return [octet for block in blocks for octet in block]
