"""Titles and notes above the headings of a table: found, shown and refused; what they say is not guessed."""

import unicodedata
from collections.abc import Sequence
from functools import cache

from forecasts.ledger.problems import BadInput, folded
from forecasts.ledger.raw import refusal
from forecasts.ledger.written_words import HEADINGS

#: Rows from the top in which headings are looked for.
LOOK = 30


def refuse_titles(rows: Sequence[tuple[int, Sequence[str]]], place: str) -> None:
    """Refuse a table whose first row is no row of headings, while a later one seems to be.

    Parameters
    ----------
    rows : sequence of (int, sequence of str)
        The first rows that are not empty, each with its line.

    Raises
    ------
    BadInput
        With the title or the note, its line, and the line in which the headings seem to stand.
    """
    filled = [(line, [cell for cell in cells if cell.strip()]) for line, cells in rows]
    if not filled or _known(filled[0][1]) > 1:
        return
    alone = len(filled[0][1]) == 1
    for line, cells in filled[1:]:
        if _known(cells) > 1 or (alone and len(cells) > 2):
            raise _titled(place, " ".join(filled[0][1]), filled[0][0], line)


def _titled(place: str, text: str, line: int, headings: int) -> BadInput:
    rule = "the first row is no row of headings, but a title or a note"
    remedy = f"remove what stands above the headings, which seem to stand in line {headings}"
    return refusal(place, rule, remedy, text, line)


def _known(cells: Sequence[str]) -> int:
    """Return how many cells are headings that some table has; a unit behind one is left away."""
    plain = (unicodedata.normalize("NFKC", cell).partition("(")[0].partition("/")[0] for cell in cells)
    return len({folded(word) for word in plain} & _headings())


@cache
def _headings() -> frozenset[str]:
    words = (word for table in HEADINGS.values() for names in table.values() for word in names.split())
    return frozenset(map(folded, (*words, *(name for table in HEADINGS.values() for name in table))))
