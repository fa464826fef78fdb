"""Published figures become histories: printed numbers become intervals, days become years of growth."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.fields import Kind, Origin, Qualifier
from forecasts.ledger.records import about, round_unit

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Ints = NDArray[np.intp]

#: A share within this of a quarter is a quarter, and one below it is none.
EVEN = 1e-12


@dataclass(frozen=True, slots=True)
class Timescale:
    """Time on which growth is even: `q4_share` of a year's growth falls in the fourth quarter.

    A calendar year is one year of it. With ``q4_share = 0.25`` it is the calendar.
    """

    q4_share: float = 0.25

    def years(self, day: dt.date) -> float:
        """Return the time at the end of `day`, in years."""
        return float(self.years_of(np.array([day], "datetime64[D]"))[0])

    def years_of(self, days: Days) -> Floats:
        """Return the times at the ends of days (n,), in years."""
        year = days.astype("datetime64[Y]")
        start, october, end = _quarters(year)
        day, first = days.astype("datetime64[D]").astype(float), start
        whole, passed = year.astype(float) + 1970, day - first + 1
        if abs(self.q4_share - 0.25) < EVEN:
            return np.asarray(whole + passed / (end - start), float)
        early = whole + (1 - self.q4_share) * passed / (october - start)
        late = whole + 1 - self.q4_share * (end - start - passed) / (end - october)
        return np.asarray(np.where(passed <= october - start, early, late), float)

    def days_at(self, times: Floats) -> Days:
        """Return the first days at whose ends times (n,) have come: the inverse of :meth:`years_of`."""
        # A day's end may be computed a little too late; without that grace it would be the next day's.
        times = np.asarray(times, float) - 1e-9
        whole = np.floor(times)
        part = times - whole
        start, october, end = _quarters((whole - 1970).astype("datetime64[Y]"))
        if abs(self.q4_share - 0.25) < EVEN:
            passed = part * (end - start)
        else:
            quarter = self.q4_share if self.q4_share > EVEN else 1.0
            late = end - start - (1 - part) / quarter * (end - october)
            passed = np.where(part <= 1 - self.q4_share, part / (1 - self.q4_share) * (october - start), late)
        return np.asarray((start + np.ceil(passed) - 1).astype(np.int64).astype("datetime64[D]"))


def _quarters(year: Days) -> tuple[Floats, Floats, Floats]:
    """Return the days, counted from 1970, on which years, their fourth quarters and the next years begin."""
    month = year.astype("datetime64[M]")
    days = [(month + m).astype("datetime64[D]").astype(float) for m in (0, 9, 12)]
    return days[0], days[1], days[2]


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


def log_sd_of(low: Floats, high: Floats) -> Floats:
    """Return the standard deviation of the logarithm of a value that is uniform between positive bounds.

    A value that may be zero is taken to be known to a factor of e, one that is negative to be exact.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(low > 0, np.log(high) - np.log(low), np.where(high > low, 1.0, 0.0))
    return np.asarray(width / math.sqrt(12), float)


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
    """

    indicator: str
    region: str
    kind: Kind
    days: Days
    low: Floats
    high: Floats
    noise: Floats
    timescale: Timescale = Timescale()
    observations: Sequence[str] = ()
    counted: bool = True

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
        ids = self.observations if len(rows) == len(self) else ()
        return History(
            self.indicator, self.region, self.kind, self.days[rows], self.low[rows], self.high[rows],
            self.noise[rows], self.timescale, ids, self.counted,
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
    ids = tuple(i for p in parts for i in p.observations)
    return History(
        first.indicator, first.region, first.kind, days, low, high, noise, first.timescale, ids,
        any(p.counted for p in parts),
    )  # fmt: skip
