"""Figures side by side: the newest one of every day, series by series."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.fields import Kind, Origin
from forecasts.ledger.figures import ORDER, bounds_of
from forecasts.ledger.records import Observation
from forecasts.ledger.rows import Rows

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Runs:
    """The newest figure of every day, series by series, each in the order of its days.

    Attributes
    ----------
    row : (n,) array of int
        Positions in the rows.
    series : (n,) array of int
        A number for each indicator and region.
    time : (n,) array
        The day described, in years.
    value, low, high : (n,) arrays
        As written, and its interval.
    kind : (n,) array of Kind
    span : (n,) array
        Days of the period that a flow counts; 1 where nobody says, and of everything else.
    """

    row: Ints
    series: Ints
    day: NDArray[np.datetime64]
    value: Floats
    low: Floats
    high: Floats
    kind: NDArray[np.object_]
    span: Floats

    def __len__(self) -> int:
        return len(self.row)

    @property
    def time(self) -> Floats:
        """The day described, in years."""
        return np.asarray(self.day.astype(float) / 365.25, float)

    @property
    def same(self) -> Bools:
        """Whether each figure, but the first, belongs to the series of the one before."""
        return np.asarray(self.series[1:] == self.series[:-1])

    @property
    def starts(self) -> Ints:
        """Where each series begins."""
        return np.flatnonzero(np.r_[True, ~self.same]) if len(self) else np.zeros(0, np.intp)

    def take(self, some: Bools) -> "Runs":
        """Return some of the figures."""
        columns = (self.row, self.series, self.day, self.value, self.low, self.high, self.kind, self.span)
        return Runs(*(column[some] for column in columns))  # type: ignore[arg-type]


def series_of(rows: Rows[Any]) -> Ints:
    """Return a number for each row's indicator and region."""
    width = len(rows.columns["region"].values) + 1
    return rows.held("series", lambda: rows.alike("indicator") * width + rows.alike("region"))


def by_day(rows: Rows[Observation]) -> Ints:
    """Return the order of the rows by series, day described and day of publication."""
    keys = rows.days("published_on"), rows.days("as_of"), series_of(rows)
    return rows.held("by day", lambda: np.lexsort(keys))


def repeats(rows: Rows[Observation]) -> bool:
    """Whether any series has two rows of one day."""
    order, series, day = by_day(rows), series_of(rows), rows.days("as_of")
    s, d = series[order], day[order]
    return bool(((s[1:] == s[:-1]) & (d[1:] == d[:-1])).any())


def runs_of(rows: Rows[Observation], kinds: Mapping[str, Kind]) -> Runs:
    """Lay figures out by series and day: counts win over expectations, then the newest publication."""
    series, day = series_of(rows), rows.days("as_of")
    origin = rows.columns["origin"]
    hoped = origin.array(bool, False, {o: o is Origin.ESTIMATE for o in Origin})
    start = origin.array(bool, False, {o: o is Origin.KNOWN_START for o in Origin})
    rank = origin.array(int, 0, ORDER)
    low, high = bounds_of(rows)
    order = by_day(rows)
    if repeats(rows):
        order = np.lexsort((low, rows.days("published_on"), -rank, day, series))
    order = order[~(hoped | start)[order]]
    s, d = series[order], day[order]
    last = np.r_[(s[1:] != s[:-1]) | (d[1:] != d[:-1]), True] if len(order) else np.zeros(0, bool)
    order = order[last]
    indicator = rows.columns["indicator"]
    what = np.array([*(kinds.get(str(v), Kind.STOCK) for v in indicator.values), Kind.STOCK], object)
    kind = what[indicator.code[order]]
    days = (rows.days("as_of") - rows.days("period_start"))[order].astype("timedelta64[D]")
    dated = ~np.isnat(days) & (kind == Kind.FLOW)
    span = np.where(dated, days.astype(float) + 1, 1.0)
    value, bounds = rows.numbers("value")[order], (low[order], high[order])
    return Runs(order, series[order], day[order], value, *bounds, kind, span)


def sizes_of(runs: Runs) -> Ints:
    """Return how many figures each series has."""
    return np.asarray(np.diff(np.r_[runs.starts, len(runs)]), np.intp)


def largest_two(runs: Runs, far: Floats) -> tuple[Floats, Floats]:
    """Return the largest and the second largest of each series, for all of its figures."""
    sizes = sizes_of(runs)
    top = np.repeat(np.maximum.reduceat(far, runs.starts), sizes)
    # Only one of those that share the largest is set aside.
    at = np.flatnonzero(far == top)
    _, one = np.unique(np.repeat(np.arange(len(sizes)), sizes)[at], return_index=True)
    rest = far.copy()
    rest[at[one]] = 0.0
    return top, np.repeat(np.maximum.reduceat(rest, runs.starts), sizes)
