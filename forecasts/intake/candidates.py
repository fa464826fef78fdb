"""What is read from a report: one quantity, where it stands, and what it says; nobody has accepted it yet."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from forecasts.ledger.fields import Comparison, Qualifier


class Said(StrEnum):
    """What a quantity in a text says."""

    OBSERVATION = "observation"  # how much there was
    GOAL = "goal"  # how much there shall be
    CHANGE = "change"  # by how much it rose or fell
    SHARE = "share"  # which part of a whole it is


@dataclass(frozen=True, slots=True)
class Candidate:
    """One quantity of a text, as it may become a row of the ledger.

    Parameters
    ----------
    start, end : int
        Where its words stand, in characters of the decoded text; ``text[start:end] == quote``.
    quote : str
        The words of the number: its hedges, figures and unit.
    value : float
        万 and 亿 multiplied out, except before 元: 1.5万家 is 15000 家, 63亿元 is 63 亿元.
        A fall is positive.
    high : float, optional
        The upper end of a range.
    unit : str
        As printed, in one spelling; empty if there is none.
    qualifier : str
        How the number was hedged: a word of :class:`~forecasts.ledger.fields.Qualifier`.
    kind : str
        A word of :class:`Said`.
    cumulative : bool
        Whether it is counted since a beginning (累计).
    new : bool
        Whether it counts what was added (新增).
    indicator : str
        The id of a known indicator, or the words of the text for a new one.
    region : str
        The id or name of the region; empty if the text does not say.
    date : date, optional
        The last day of the period that is described, or of a goal the day by which it is to be met.
    date_inferred : bool
        Whether the day follows from the section or from the report's own date, not from the sentence.
    comparison : str, optional
        What a goal asks: a word of :class:`~forecasts.ledger.fields.Comparison`; none of what is no goal.
    confidence : float
        How sure the rules are of the row as a whole, above 0 and below 1.

    Raises
    ------
    ValueError
        If the place is none, a number is not finite, or a word is not of its list.
    """

    start: int
    end: int
    quote: str
    value: float
    high: float | None
    unit: str
    qualifier: str
    kind: str
    cumulative: bool
    new: bool
    indicator: str
    region: str
    date: dt.date | None
    date_inferred: bool
    comparison: str | None
    confidence: float

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or self.end - self.start != len(self.quote):
            raise ValueError(f"start and end must hold the quote: {self.start}, {self.end}, {self.quote!r}")
        if not math.isfinite(self.value) or (self.high is not None and not math.isfinite(self.high)):
            raise ValueError(f"value and high must be finite: {self.value}, {self.high}")
        Qualifier(self.qualifier)
        Said(self.kind)
        if self.comparison is not None:
            Comparison(self.comparison)
        if not 0 < self.confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1: {self.confidence}")

    def as_row(self) -> Mapping[str, Any]:
        """Return it as plain values for JSON and tables; the day in ISO form."""
        return asdict(self) | {"date": None if self.date is None else self.date.isoformat()}
