"""The tables of an export: a noun each, with columns that mean one thing wherever they stand."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

Cell = str | int | float | Decimal | dt.date | None


class Form(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    CHANCE = "chance"
    SHARE = "share"
    DAY = "day"
    FLAG = "flag"
    ADDRESS = "address"


#: Where a number or a sentence is from: the end of every row that has one.
SOURCES: Final = ("source", "source_title", "source_url", "quote")

_FORMS: Final[dict[Form, tuple[str, ...]]] = {
    Form.NUMBER: (
        "value", "low", "high", "median", "goal_value", "tolerance", "outcome_value", "upper", "n", "draws",
        "seed", "required_pace", "observed_pace", "sought", "k",
    ),
    Form.CHANCE: (
        "probability", "probability_alone", "low_probability", "high_probability", "wanted", "independent",
        "at_low", "at_high",
    ),
    Form.SHARE: (
        "std_error", "weight", "share_low", "share_high", "q4_share", "difference", "difference_std_error",
        "swing", "share",
    ),
    Form.DAY: (
        "known_on", "as_of", "period_start", "published_on", "announced_on", "deadline", "reached_p50",
        "reached_p80", "horizon", "outcome_as_of", "date", "sought_day",
    ),
    Form.FLAG: ("known", "headline", "success_selected", "paraphrase", "reprint", "held", "threshold"),
    Form.ADDRESS: ("url", "source_url"),
}  # fmt: skip

_FORM_OF: Final = {name: form for form, names in _FORMS.items() for name in names}

#: Quantiles of a value, by what results call them.
QUANTILES: Final = {
    **{f"q{level:g}": level for level in (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)},
    **{f"q{level:02d}": level / 100 for level in (5, 10, 25, 50, 75, 90, 95)},
}


def form_of(column: str) -> Form:
    """Return what the cells of a column are, by its name."""
    return Form.NUMBER if column in QUANTILES else _FORM_OF.get(column, Form.TEXT)


@dataclass(frozen=True, slots=True)
class Noun:
    """One table.

    Attributes
    ----------
    name : str
        Of its sheet and its file.
    columns : tuple of str
        Names of columns, those of ``seeds/`` and of ``result.json`` where they are there.
    rows : tuple of tuples
        Cells in that order; None = none.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.name} has another number of cells than there are columns")


@dataclass(frozen=True, slots=True)
class Export:
    """All tables, and what is said of them as a whole.

    Attributes
    ----------
    known_on : date, optional
        The day of knowledge; None = all that is held.
    about : tuple of (str, str)
        What is said of it, in words: of what, and what of that.
    """

    known_on: dt.date | None
    about: tuple[tuple[str, str], ...]
    nouns: tuple[Noun, ...]
