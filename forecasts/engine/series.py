"""Histories as the engine sees them: numbers on a clock, in units of their own last value."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Observations looked at, newest first.
MEMORY = 40

#: A series of so few positive values borrows a past from its class.
SHORT = 2

#: Years of a past that a series of one or two values borrows from its class.
BORROWED = 3

#: A value nearer to zero than this is zero: its multiples could not be told apart.
NOTHING = 1e-250

#: Values are kept within these multiples of the last one.
TINY, HUGE = 1e-9, 1e9


@dataclass(frozen=True, eq=False)
class Series:
    """What was seen of one quantity on a day.

    Attributes
    ----------
    times, values : (n,) arrays
        Clock time in years, strictly increasing, and finite values in any unit; at least one.
    name : str
        Who it is of; series of one name never teach each other.
    never_falls : bool
        Whether it is a cumulative total.
    log_sd : (n,) array, optional
        Standard deviation of the logarithm of each printed value; none = exact.
    low : float, optional
        Lowest value that the last printed one admits; none = the value itself.
    """

    times: Floats
    values: Floats
    name: str = ""
    never_falls: bool = False
    log_sd: Floats | None = None
    low: float | None = None

    def __post_init__(self) -> None:
        n = len(self.values)
        if not n or len(self.times) != n or (self.log_sd is not None and len(self.log_sd) != n):
            raise ValueError(
                f"series {self.name!r}: times, values and log_sd must be of one length, not empty"
            )
        if not (np.isfinite(self.values).all() and (self.times[1:] > self.times[:-1]).all()):
            raise ValueError(f"series {self.name!r}: values must be finite, times strictly increasing")


@dataclass(frozen=True, eq=False)
class Clean:
    """A history in relative units: positive, its last value 1.

    Attributes
    ----------
    relative : (n,) array
        (value + offset) / scale.
    gaps : (n - 1,) array
        Years between the values.
    step : float
        Typical gap, in years.
    end : float
        Time of the last value.
    floor : float
        The future cannot be lower than this, in the unit of the values.
    variance : (n,) array, optional
        Variance of the logarithm of each relative value.
    own : int
        How many of the values are its own; the others were borrowed.
    kind : int
        As what was learned about it is counted: its place in :data:`forecasts.engine.learned.KINDS`.
    """

    relative: Floats
    gaps: Floats
    step: float
    offset: float
    scale: float
    end: float
    floor: float
    variance: Floats | None
    own: int = 0
    kind: int = 0


def snap(gaps: Floats) -> tuple[Floats, float]:
    """Make gaps of nearly one length equal (365 and 366 days are both a year); return the typical one."""
    return _snapped(gaps.tobytes())


@lru_cache(maxsize=4096)  # most histories are yearly, or quarterly
def _snapped(told: bytes) -> tuple[Floats, float]:
    gaps = np.frombuffer(told)
    low, high = (float(gaps.min()), float(gaps.max())) if len(gaps) else (1.0, 1.0)
    even = high < 1.1 * low
    step = (low + high) / 2 if even else float(np.median(gaps))
    for unit in (1.0, 0.5, 0.25, 1 / 12):
        if abs(step / unit - 1) < 0.1:
            step = unit
    if even and max(abs(low - step), abs(high - step)) < 0.15 * step:
        return np.full(len(gaps), step), step
    near = np.maximum(np.rint(gaps / step), 1) * step
    return np.where(np.abs(gaps - near) < 0.15 * step, near, gaps), step


def clean(series: Series, typical: float = 1.0, borrowed: int = 0) -> Clean:
    """Bring a series into relative units.

    Leading zeros are dropped; a history with negative values, or that ends in zero, is shifted up.

    Parameters
    ----------
    typical : float
        A size for a history of nothing but zeros.
    borrowed : int
        How many of the first values are no figures of its own.
    """
    times = series.times
    values, least = series.values, float(series.values.min())
    if least < NOTHING:
        values = np.where(np.abs(values) < NOTHING, 0.0, values)
        least = float(values.min())
    variance = None if series.log_sd is None else series.log_sd**2
    floor = -np.inf
    if series.never_falls:
        floor = float(values[-1]) if series.low is None else series.low
    if least >= 0:
        floor = max(floor, 0.0)  # what was never negative stays so
    first = max(len(values) - MEMORY, 0)
    offset = 0.0
    if least > 0:
        relative = values[first:]
    elif least == 0 and values[-1] > 0:
        first = max(first, int(np.argmax(values > 0)))
        relative = np.maximum(values[first:], values[values > 0].min() / 2)
    else:
        size = float(np.ptp(values) or abs(values[-1]) or typical)
        offset = float(0.1 * size - least if np.ptp(values) else size - values[-1])
        relative = values[first:] + offset
    gaps, step = snap(times[first + 1 :] - times[first:-1])
    scale = float(relative[-1])
    return Clean(
        relative=np.minimum(np.maximum(relative / scale, TINY), HUGE),
        gaps=gaps,
        step=step,
        offset=offset,
        scale=scale,
        end=float(times[-1]),
        floor=floor,
        variance=variance[first:] if variance is not None and variance.any() else None,
        own=len(relative) - max(borrowed - first, 0),
        kind=int(series.never_falls),
    )


def borrows(series: Series) -> bool:
    """Return whether a series is too short to show a pace of its own: one or two positive values."""
    positive = int(np.count_nonzero(series.values > 0))
    return 0 < positive <= SHORT and float(series.values.min()) >= 0


def borrow_past(series: Series, pace: float, sd: float) -> Series:
    """Give a series of one or two values the past that its class suggests; a longer one is left as it is.

    Before the first value come :data:`BORROWED` yearly ones that lead to it by the class's pace, each with
    the uncertainty of that pace as its measurement error.

    Parameters
    ----------
    pace, sd : float
        Growth of the logarithm a year in the class, and how much regions differ in it.
    """
    if not borrows(series):
        return series
    first = int(np.argmax(series.values > 0))
    back = np.arange(BORROWED, 0, -1.0)
    own_sd = np.zeros(len(series.values)) if series.log_sd is None else series.log_sd
    return replace(
        series,
        times=np.concatenate([series.times[first] - back, series.times[first:]]),
        values=np.concatenate([series.values[first] * np.exp(-pace * back), series.values[first:]]),
        log_sd=np.concatenate([np.hypot(sd * back, own_sd[first]), own_sd[first:]]),
    )


def ahead_of(history: Clean, time: float) -> float:
    """Return the years from the history's end to `time`, snapped to whole steps where a few days are off."""
    ahead = max(time - history.end, 1e-3)
    whole = round(ahead / history.step) * history.step
    return whole if whole > 0 and abs(ahead - whole) < 0.12 * history.step else ahead
