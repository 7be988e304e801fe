"""Text in figures: made one clean line, measured, broken into lines. All lengths are points (1/72 inch)."""

import unicodedata
import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

# Verdana has nearly the widths of DejaVu Sans, so a browser without DejaVu shows the same picture.
FAMILIES = ("DejaVu Sans", "Verdana", "sans-serif")
INK = "#1a1a1a"
GREY = "#5a5a5a"
RULE = "#8c8c8c"
MARGIN = 10.0
SLACK = 1.04  # room for a reader's font that is a little wider than ours
LINE = 1.28  # distance of two lines of text, in sizes
MIDDLE = 0.36  # from the middle of a line of text down to its baseline, in sizes
DIRECTION_SWITCHES = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


@lru_cache(maxsize=64)
def font(size: float, *, bold: bool = False) -> "FontProperties":
    """The DejaVu Sans that comes with matplotlib, not one that this computer happens to have."""
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return FontProperties(
        family=list(FAMILIES),
        weight="bold" if bold else "normal",
        size=size,
        fname=str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name),
    )


def clean(text: str) -> str:
    """One line, without what no figure can hold: control signs, half characters, direction switches."""
    line = "".join(" " if sign.isspace() else sign for sign in text)
    return " ".join("".join(sign for sign in line if not _unprintable(sign)).split())


def _unprintable(sign: str) -> bool:
    return (
        sign in DIRECTION_SWITCHES
        or unicodedata.category(sign) in {"Cc", "Cs"}
        or ord(sign) & 0xFFFE == 0xFFFE
    )


@lru_cache(maxsize=20_000)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in points, with a little slack for other fonts."""
    from matplotlib.textpath import text_to_path  # noqa: PLC0415

    if not text:
        return 0.0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        # Measured at 100 points and scaled, since the font's own measures are whole units of 1/64 point.
        width, _, _ = text_to_path.get_text_width_height_descent(text, font(100.0, bold=bold), ismath=False)
    return float(width) * size / 100 * SLACK


def widest(lines: Sequence[str], size: float, *, bold: bool = False) -> float:
    return max((text_width(line, size, bold=bold) for line in lines), default=0.0)


def wrap(
    text: str, width: float, size: float, *, bold: bool = False, most: int = 0, tail: str = ""
) -> list[str]:
    """Break text into lines no wider than `width` points; a word that is wider is broken between letters.

    `most` lines at most (0: as many as it takes); what is left out then shows as an ellipsis. The `tail`,
    such as "(n = 5)", comes last and stays in one piece.
    """
    lines: list[str] = []
    line = ""
    for word in [*clean(text).split(" "), *([tail] if tail else [])]:
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width, size, bold=bold)
        lines.extend(whole)
    lines.append(line)
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and text_width(last + "…", size, bold=bold) > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
    return lines


def wrap_clauses(text: str, width: float, size: float) -> list[str]:
    """Break text into lines as wrap() does, but where it can be after a semicolon: 'I² = 34%' stays together."""
    lines: list[str] = []
    for clause in clean(text).split("; "):
        longer = f"{lines[-1]}; {clause}" if lines else clause
        if text_width(longer, size) <= width:
            lines[-1:] = [longer]
            continue
        if lines:
            lines[-1] += ";"
        lines += wrap(clause, width, size)
    return lines


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and text_width(pieces[-1] + sign, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += sign
    return pieces
