"""The two fonts of every page, what they can show, and subsets of them.

Chinese vanishes without an error where a font lacks it, so nothing is written before it is checked.
"""

import base64
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from forecasts.ledger.problems import BadInput, Problem

SANS: Final = "Noto Sans SC"
SERIF: Final = "Noto Serif SC"

#: An error message is cut after so many characters.
LONGEST: Final = 400


def font_paths() -> dict[str, Path]:
    """Return the font file of each family."""
    from pylopdf_fonts_zh_cn import sans_path, serif_path

    return {SANS: sans_path(), SERIF: serif_path()}


def font_directory() -> Path:
    """Return the folder that holds the fonts."""
    return font_paths()[SANS].parent


@cache
def characters() -> frozenset[int]:
    """Return the code points that every one of the fonts can show."""
    from fontTools.ttLib import TTFont

    covered: list[set[int]] = []
    for path in font_paths().values():
        with TTFont(path, lazy=True) as font:
            covered.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*covered))


def missing(text: str) -> list[str]:
    """Return the characters of `text` that the fonts cannot show; whitespace needs no glyph."""
    return sorted({c for c in text if not c.isspace() and ord(c) not in characters()})


def check_glyphs(strings: Iterable[str]) -> None:
    """Check that every character of every string can be shown.

    Raises
    ------
    BadInput
        Naming the characters, their code points and the string, for every string at once.
    """
    problems = []
    for text in dict.fromkeys(strings):
        if lost := missing(text):
            names = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in lost)
            at = max(0, text.index(lost[0]) - 40)
            problems.append(
                Problem(
                    "brief", f"no glyph in the fonts for {names}", text[at : at + 120], "write it otherwise"
                )
            )
    if problems:
        raise BadInput(problems)


def spell_out(text: str) -> str:
    """Return machine text (an error message) with what the fonts cannot show as ``[U+2717]``.

    One strange character in an error message must not keep the whole brief from being written.
    """
    lost = set(missing(text))
    spelled = " ".join("".join(f"[U+{ord(c):04X}]" if c in lost else c for c in text).split())
    return spelled if len(spelled) <= LONGEST else f"{spelled[:LONGEST]} …"


def woff2(family: str, text: str) -> str:
    """Return a woff2 subset of a font with the characters of `text`, as base64."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff2", layout_features=["kern", "locl"], hinting=False, desubroutinize=True
    )
    font = subset.load_font(str(font_paths()[family]), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    stream = io.BytesIO()
    subset.save_font(font, stream, options)
    font.close()
    return base64.b64encode(stream.getvalue()).decode("ascii")
