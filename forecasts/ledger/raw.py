"""A file as cells: what every format hands on, before anybody asks what the cells mean."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.ledger.problems import BadInput, Problem

#: Problems of one kind in one table that are told one by one; the rest is counted.
TOLD = 100


@dataclass(frozen=True)
class Broken:
    """A cell that shows something, but holds no value: what it shows, the rule that it breaks, what to do."""

    text: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False)
class Raw:
    """Cells of one file.

    Attributes
    ----------
    frame : DataFrame
        The rows that are as wide as the headings.
    lines : (N,) array of int
        The number that people give to each row: its line, its row of a sheet, its record, from 1.
    header : int, optional
        The line of the headings, where they have one.
    problems : list of Problem
        What is wrong with rows that are left out.
    torn : set of str
        Cells of the rows that are left out because they are too short or too long.
    cut : bool
        Whether the file could not be read to its end.
    told : list of (str, str)
        How the file was read where that is not the plain way: what is told, and the value.
    semicolons : bool
        Whether semicolons separate the cells.
    serials : bool
        Whether numbers may be days as Excel counts them.
    """

    frame: pd.DataFrame
    lines: NDArray[np.intp]
    header: int | None = None
    problems: list[Problem] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)
    cut: bool = False
    told: list[tuple[str, str]] = field(default_factory=list)
    semicolons: bool = False
    serials: bool = False


def refusal(place: str, rule: str, remedy: str, value: str = "", line: int | None = None) -> BadInput:
    """Return the refusal of a whole file."""
    return BadInput([Problem(place, rule, value, remedy, line)])


def told_shortly(faults: Iterable[tuple[int, str]], place: str, remedy: str) -> list[Problem]:
    """Return problems of lines: the first of them one by one, the others counted."""
    kept: list[Problem] = []
    more = 0
    for line, rule in faults:
        if len(kept) < TOLD:
            kept.append(Problem(place, rule, remedy=remedy, line=line))
        else:
            more += 1
    if more:
        kept.append(
            Problem(place, f"rows have too few or too many cells ({more:,} more rows)", remedy=remedy)
        )
    return kept
