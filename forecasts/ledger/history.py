"""Published figures become histories: printed numbers become intervals, days become years of growth."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from forecasts.ledger.fields import Kind, Origin, Qualifier
from forecasts.ledger.records import about, round_unit
from forecasts.ledger.timescale import CALENDAR, Days, Floats, Ints, Timescale

__all__ = [
    "Counts",
    "Days",
    "Floats",
    "History",
    "Ints",
    "Timescale",
    "add_histories",
    "interval_of",
    "log_sd_of",
]


def interval_of(
    value: Decimal | str | float,
    qualifier: Qualifier | None,
    low: Decimal | None = None,
    high: Decimal | None = None,
    origin: Origin = Origin.PRINTED,
) -> tuple[float, float]:
    """Return the bounds of what a printed number says.

    Bounds that a row states win. A known start, and a figure of a data table (no qualifier), are exact.
    ``eq`` is the number to half of its last printed place; ``over`` and ``remainder`` reach up to the next
    round unit, ``near`` down to the last one, ``about`` half a unit or 1 % both ways.
    """
    if low is not None and high is not None:
        return float(low), float(high)
    value = Decimal(str(value))
    if qualifier is None or origin is Origin.KNOWN_START:
        return float(value), float(value)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    match qualifier:
        case Qualifier.EQ:
            half = Decimal(1).scaleb(min(exponent, 0)) / 2
            least, most = value - half, value + half
        case Qualifier.OVER | Qualifier.REMAINDER:
            least, most = value, value + round_unit(value)
        case Qualifier.NEAR:
            least, most = value - round_unit(value), value
        case Qualifier.ABOUT:
            half = about(value)
            least, most = value - half, value + half
    return (max(float(least), 0.0) if value >= 0 else float(least)), float(most)


def without_ends(low: float, high: float, qualifier: Qualifier | None) -> tuple[float, float]:
    """Return bounds that leave out what a hedge leaves out: 超 and 余 say more than the number, 近 less.

    Examples
    --------
    >>> low, high = without_ends(61000.0, 62000.0, Qualifier.OVER)
    >>> low > 61000, high < 62000
    (True, True)
    """
    if qualifier in (Qualifier.OVER, Qualifier.REMAINDER):
        return math.nextafter(low, math.inf), math.nextafter(high, -math.inf)
    return low, math.nextafter(high, -math.inf) if qualifier is Qualifier.NEAR else high


def log_sd_of(low: Floats, high: Floats) -> Floats:
    """Return the standard deviation of the logarithm of a value that is uniform between positive bounds.

    A value that may be zero is taken to be known to a factor of e, one that is negative to be exact.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(low > 0, np.log(high) - np.log(low), np.where(high > low, 1.0, 0.0))
    return np.asarray(width / math.sqrt(12), float)


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted of a flow within its years, oldest first.

    Attributes
    ----------
    start, day : (m,) arrays of datetime64[D]
        First day of the year, and the day until which it was counted; before the year's last.
    least, value : (m,) arrays
        What was counted for certain, and the middle of what the print may mean.
    total : (m,) array
        What the whole year came to; NaN where nobody has said so yet.
    """

    start: Days
    day: Days
    least: Floats
    value: Floats
    total: Floats

    def __len__(self) -> int:
        return len(self.day)

    def take(self, rows: Ints) -> "Counts":
        """Return some of them."""
        return Counts(self.start[rows], self.day[rows], self.least[rows], self.value[rows], self.total[rows])


@dataclass(frozen=True, eq=False)
class History:
    """One indicator in one region, as known on a day.

    Attributes
    ----------
    kind : Kind
        What the quantity can do.
    days : (n,) array of datetime64[D]
        Days that the values describe, strictly increasing.
    low, high : (n,) arrays
        Interval of each value, in the indicator's unit; ``low <= high``.
    noise : (n,) array
        Extra relative standard deviation of each value.
    timescale : Timescale
        Time on which growth is even.
    observations : sequence of str
        Ids of the rows that it was read from.
    counted : bool
        Whether somebody counted any of it: a presumed start alone is no figure.
    upper : float
        The highest value there is: of a share its bound, of anything else none.
    counts : Counts, optional
        Of a flow that begins anew with every year: what was counted within years. The values are then whole
        years' totals, on their last days.
    """

    indicator: str
    region: str
    kind: Kind
    days: Days
    low: Floats
    high: Floats
    noise: Floats
    timescale: Timescale = CALENDAR
    observations: Sequence[str] = ()
    counted: bool = True
    upper: float = math.inf
    counts: "Counts | None" = None

    def __len__(self) -> int:
        return len(self.days)

    @property
    def name(self) -> str:
        """What it is of: a name of its own among histories of several indicators."""
        return f"{self.region}/{self.indicator}"

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """Days that the values describe."""
        return tuple(self.days.tolist())

    @cached_property
    def value(self) -> Floats:
        """Middle of each interval, shape (n,)."""
        return (self.low + self.high) / 2

    @cached_property
    def years(self) -> Floats:
        """Time of each value, in years of the timescale, shape (n,)."""
        return self.timescale.years_of(self.days)

    @cached_property
    def log_sd(self) -> Floats:
        """Standard deviation of the logarithm of each value: the interval as a uniform law, plus `noise`."""
        return np.hypot(log_sd_of(self.low, self.high), self.noise)

    @cached_property
    def rises(self) -> int:
        """How many values are positive: only those have a logarithm."""
        return int(np.count_nonzero(self.value > 0))

    def positive(self) -> "History":
        """Return the history without its zeros (for models on the log scale)."""
        return self if self.rises == len(self) else self.take(np.flatnonzero(self.value > 0))

    def newest(self, count: int) -> "History":
        """Return the newest values only."""
        return self.take(np.arange(max(len(self) - count, 0), len(self)))

    def take(self, rows: Ints) -> "History":
        """Return some of the values."""
        return replace(
            self, days=self.days[rows], low=self.low[rows], high=self.high[rows], noise=self.noise[rows],
            observations=self.observations if len(rows) == len(self) else (),
        )  # fmt: skip


def add_histories(parts: Sequence[History]) -> History:
    """Return the sum of histories on the days that all of them describe.

    Raises
    ------
    ValueError
        If they share no day, or their kinds or timescales differ.
    """
    first = parts[0]
    if any(p.kind is not first.kind or p.timescale != first.timescale for p in parts):
        raise ValueError("only histories of one kind and one timescale can be added")
    days = first.days
    for part in parts[1:]:
        days = np.intersect1d(days, part.days)
    if not len(days):
        raise ValueError("the histories share no day")
    rows = [np.searchsorted(p.days, days) for p in parts]
    low = np.sum([p.low[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    high = np.sum([p.high[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    noise = np.max([p.noise[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    return replace(
        first, days=days, low=low, high=high, noise=noise, counted=any(p.counted for p in parts),
        observations=tuple(i for p in parts for i in p.observations), counts=_add_counts(parts),
    )  # fmt: skip


def _add_counts(parts: Sequence[History]) -> "Counts | None":
    """Return the sum of counts within years, on the days that all of them describe."""
    counts = [p.counts for p in parts]
    if any(c is None for c in counts):
        return None
    found = [c for c in counts if c is not None]
    keys = [
        {(s, d): i for i, (s, d) in enumerate(zip(c.start.tolist(), c.day.tolist(), strict=True))}
        for c in found
    ]
    shared = [key for key in keys[0] if all(key in other for other in keys[1:])]
    rows = [np.array([place[key] for key in shared], np.intp) for place in keys]
    first = found[0].take(rows[0])
    columns = {
        name: np.sum([getattr(c, name)[r] for c, r in zip(found, rows, strict=True)], axis=0)
        for name in ("least", "value", "total")
    }
    return replace(first, **columns)
