"""Codes as they are printed on cards and bracelets, drawn by their published tables."""

import re
from io import BytesIO
from typing import Final

import segno
from PIL import Image

CODE: Final = "4KH7T299"
NUMBER: Final = "4820024700016"

# ISO/IEC 15417: widths of bars and gaps by value; 104 begins code set B, 106 ends.
_CODE_128: Final = re.findall(
    r"\d+",
    """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312
231212 112232 122132 122231 113222 123122 123221 223211 221132 221231 213212
223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121
111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331
132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123
311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124
121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114
413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112
421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311
113141 114131 311141 411131 211412 211214 211232 2331112
""",
)
_START_B: Final = 104
_STOP: Final = 106

# ISO/IEC 15420: the odd patterns of the left half, and which digits of it are even.
_LEFT: Final = (
    *("0001101", "0011001", "0010011", "0111101", "0100011"),
    *("0110001", "0101111", "0111011", "0110111", "0001011"),
)
_EVEN: Final = (
    *("000000", "001011", "001101", "001110", "010011"),
    *("011001", "011100", "010101", "010110", "011010"),
)
_MIRRORED: Final = str.maketrans("01", "10")

# ISO/IEC 16022: CODE in 14 by 14 modules.
_DATA_MATRIX: Final = re.findall(
    r"[#.]+",
    """
#.#.#.#.#.#.#.
#.#..#####...#
#..#.#.....#..
##...#.###.#.#
#.#.#.##.#..#.
##.###.##..###
#.#######.##..
####.#####...#
##.##...##.##.
#.#.###..#.#.#
#.###.###..#..
###...#.######
##..#....#....
##############
""",
)


def qr(text: str = CODE) -> bytes:
    """Return a QR code as PNG."""
    found = BytesIO()
    segno.make(text, micro=False).save(found, kind="png", scale=8, border=4)
    return found.getvalue()


def code_128(text: str = CODE) -> bytes:
    """Return a Code 128 of set B as PNG."""
    values = [_START_B, *(ord(letter) - 32 for letter in text)]
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    widths = "".join(_CODE_128[value] for value in (*values, check, _STOP))
    bars = "".join(str(1 - at % 2) * int(width) for at, width in enumerate(widths))
    return _png([bars] * 60)


def ean_13(number: str = NUMBER) -> bytes:
    """Return an EAN-13 of thirteen digits as PNG."""
    first, left, right = int(number[0]), number[1:7], number[7:]
    ends = [_right(digit) for digit in right]
    begins = [
        _right(digit)[::-1] if is_even == "1" else _LEFT[int(digit)]
        for digit, is_even in zip(left, _EVEN[first], strict=True)
    ]
    return _png(["".join(["101", *begins, "01010", *ends, "101"])] * 60)


def data_matrix() -> bytes:
    """Return CODE as Data Matrix, as PNG."""
    rows = [row.replace("#", "1").replace(".", "0") for row in _DATA_MATRIX]
    return _png(rows, scale=12)


def standing(picture: bytes) -> bytes:
    """Return a picture turned by a quarter, as a card is held the other way."""
    found = BytesIO()
    Image.open(BytesIO(picture)).transpose(Image.Transpose.ROTATE_90).save(found, "PNG")
    return found.getvalue()


def _right(digit: str) -> str:
    return _LEFT[int(digit)].translate(_MIRRORED)


def _png(rows: list[str], scale: int = 4, quiet: int = 12) -> bytes:
    width, height = len(rows[0]) + 2 * quiet, len(rows) + 2 * quiet
    picture = Image.new("L", (width, height), 255)
    for y, row in enumerate(rows, start=quiet):
        for x, module in enumerate(row, start=quiet):
            picture.putpixel((x, y), 0 if module == "1" else 255)
    found = BytesIO()
    large = (width * scale, height * scale)
    picture.resize(large, Image.Resampling.NEAREST).save(found, "PNG")
    return found.getvalue()
