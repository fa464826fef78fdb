"""A ledger becomes histories: printed numbers become intervals, dates become clock time."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Confidence, Kind, Observation, Origin, Qualifier

Floats = NDArray[np.float64]

#: Extra relative error (one standard deviation) of a row by its confidence: reposts, spun pages and
#: rows computed from rounded numbers are evidence of a weaker kind, not of the same kind.
NOISE = {Confidence.HIGH: 0.0, Confidence.MEDIUM: 0.005, Confidence.LOW: 0.03}

#: An expectation in print (预计) is a forecast of somebody, not a count.
ESTIMATE_NOISE = 0.05


@dataclass(frozen=True, slots=True)
class Clock:
    """Time on which growth is even: `q4_share` of a year's growth falls in the fourth quarter.

    A calendar year is one year of the clock. With ``q4_share = 0.25`` the clock is the calendar.
    """

    q4_share: float = 0.25

    def years(self, day: dt.date) -> float:
        """Return the clock's reading at the end of `day`, in years."""
        start = dt.date(day.year, 1, 1)
        october = (dt.date(day.year, 10, 1) - start).days
        length = (dt.date(day.year + 1, 1, 1) - start).days
        passed = (day - start).days + 1
        if abs(self.q4_share - 0.25) < 1e-12:
            return day.year + passed / length
        if passed <= october:
            return day.year + (1 - self.q4_share) * passed / october
        return day.year + 1 - self.q4_share * (length - passed) / (length - october)


def round_unit(value: Decimal) -> Decimal:
    """Return the unit that `value` is rounded to: its trailing zeros, but at most a tenth of it."""
    if value == 0:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return min(Decimal(1).scaleb(exponent), abs(value) / 10)


def interval(observation: Observation) -> tuple[float, float]:
    """Return the bounds of what a row says: those that it states, or those of :func:`interval_of`."""
    if observation.low is not None and observation.high is not None:
        return float(observation.low), float(observation.high)
    if observation.origin is Origin.KNOWN_START:
        return 0.0, 0.0
    return interval_of(observation.value, observation.qualifier)


def interval_of(value: Decimal | str | float, qualifier: Qualifier) -> tuple[float, float]:
    """Return the bounds of what a printed number says.

    ``eq`` is the number to half of its last printed place; ``over`` and ``remainder`` reach up to the
    next round unit, ``near`` down to the last one, ``about`` half a unit or 1 % both ways.
    """
    value = Decimal(str(value))
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    match qualifier:
        case Qualifier.EQ:
            half = Decimal(1).scaleb(min(exponent, 0)) / 2
            low, high = value - half, value + half
        case Qualifier.OVER | Qualifier.REMAINDER:
            low, high = value, value + round_unit(value)
        case Qualifier.NEAR:
            low, high = value - round_unit(value), value
        case Qualifier.ABOUT:
            half = max(round_unit(value) / 2, value / 100)
            low, high = value - half, value + half
    return max(float(low), 0.0), float(high)


def log_sd_of(low: Floats, high: Floats) -> Floats:
    """Return the standard deviation of the logarithm of a value that is uniform between positive bounds.

    A value that may be zero is taken to be known to a factor of e, one that is negative to be exact.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(low > 0, np.log(high) - np.log(low), np.where(high > low, 1.0, 0.0))
    return np.asarray(width / math.sqrt(12), float)


@dataclass(frozen=True)
class History:
    """One indicator in one region, as known on a day.

    Attributes
    ----------
    kind : Kind
        What the quantity can do.
    dates : tuple of date
        Days that the values describe, strictly increasing.
    low, high : (n,) arrays
        Interval of each value, in the indicator's unit; ``low <= high``, not negative.
    noise : (n,) array
        Extra relative standard deviation of each value.
    clock : Clock
        Time on which growth is even.
    observations : tuple of str
        Ids of the rows that it was read from.
    """

    indicator: str
    region: str
    kind: Kind
    dates: tuple[dt.date, ...]
    low: Floats
    high: Floats
    noise: Floats
    clock: Clock = Clock()
    observations: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.dates)

    @cached_property
    def value(self) -> Floats:
        """Middle of each interval, shape (n,)."""
        return (self.low + self.high) / 2

    @cached_property
    def years(self) -> Floats:
        """Clock time of each value, in years, shape (n,)."""
        return np.array([self.clock.years(day) for day in self.dates])

    @cached_property
    def log_sd(self) -> Floats:
        """Standard deviation of the logarithm of each value: the interval as a uniform law, plus `noise`."""
        return np.hypot(log_sd_of(self.low, self.high), self.noise)

    def positive(self) -> "History":
        """Return the history without its zeros (for models on the log scale)."""
        keep = [i for i in range(len(self)) if self.value[i] > 0]
        return self._take(keep)

    def until(self, day: dt.date) -> "History":
        """Return the part that describes days up to `day`."""
        return self._take([i for i, d in enumerate(self.dates) if d <= day])

    def newest(self, count: int) -> "History":
        """Return the newest values only."""
        return self._take(list(range(max(len(self) - count, 0), len(self))))

    def _take(self, rows: list[int]) -> "History":
        dates = tuple(self.dates[i] for i in rows)
        ids = self.observations if len(rows) == len(self) else ()
        return History(
            self.indicator, self.region, self.kind, dates,
            self.low[rows], self.high[rows], self.noise[rows], self.clock, ids,
        )  # fmt: skip


def read_history(
    ledger: Ledger, indicator: str, region: str, clock: Clock | None = None, until: dt.date | None = None
) -> History:
    """Read one history from a ledger.

    Several rows of one day become one value: printed rows win over derived ones and those over
    estimates; among rows of the best kind the better attested win, and where they still differ
    the interval covers all of them, so that a conflict is kept, not smoothed. An estimate (预计)
    is used only for a day that has come and that no count describes.

    Parameters
    ----------
    ledger : Ledger
        As known on some day.
    indicator, region : str
        Ids.
    clock : Clock, optional
        Instead of the indicator's own.
    until : date, optional
        Last day that may be described; by default no limit.
    """
    record = ledger.indicators[indicator]
    by_day: dict[dt.date, list[Observation]] = {}
    for row in ledger.series(indicator, region):
        if until is None or row.as_of <= until:
            by_day.setdefault(row.as_of, []).append(row)
    days = tuple(sorted(by_day))
    merged = [_merge(by_day[day]) for day in days]
    return History(
        indicator=indicator,
        region=region,
        kind=record.kind,
        dates=days,
        low=np.array([m[0] for m in merged], float),
        high=np.array([m[1] for m in merged], float),
        noise=np.array([m[2] for m in merged], float),
        clock=clock or Clock(record.q4_share),
        observations=tuple(i for m in merged for i in m[3]),
    )


_ORDER = {Origin.KNOWN_START: 0, Origin.PRINTED: 0, Origin.DERIVED: 1, Origin.ESTIMATE: 2}
_ATTESTED = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


def _merge(rows: Sequence[Observation]) -> tuple[float, float, float, tuple[str, ...]]:
    """Merge the rows of one day: low, high, noise, ids of the rows used."""
    best = min((_ORDER[r.origin], _ATTESTED[r.confidence]) for r in rows)
    used = [r for r in rows if (_ORDER[r.origin], _ATTESTED[r.confidence]) == best]
    bounds = [interval(r) for r in used]
    noise = max(NOISE[r.confidence] + (ESTIMATE_NOISE if r.origin is Origin.ESTIMATE else 0) for r in used)
    low, high = max(b[0] for b in bounds), min(b[1] for b in bounds)
    if low > high:  # the rows contradict each other
        low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
    return low, high, noise, tuple(r.id for r in used)


def add_histories(parts: Sequence[History]) -> History:
    """Return the sum of histories on the days that all of them describe.

    Raises
    ------
    ValueError
        If they share no day, or their kinds or clocks differ.
    """
    first = parts[0]
    if any(p.kind is not first.kind or p.clock != first.clock for p in parts):
        raise ValueError("only histories of one kind and one clock can be added")
    days = tuple(d for d in first.dates if all(d in p.dates for p in parts))
    if not days:
        raise ValueError("the histories share no day")
    rows = [[p.dates.index(d) for d in days] for p in parts]
    low = np.sum([p.low[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    high = np.sum([p.high[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    noise = np.max([p.noise[r] for p, r in zip(parts, rows, strict=True)], axis=0)
    ids = tuple(i for p in parts for i in p.observations)
    return History(first.indicator, first.region, first.kind, days, low, high, noise, first.clock, ids)
