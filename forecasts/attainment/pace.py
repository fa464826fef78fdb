"""How fast it must go, how fast it went: both on the same scale."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.flow import AT_END
from forecasts.models.reference import MIN_SPAN_YEARS, Reference

Floats = NDArray[np.float64]

PaceScale = Literal["percent_per_year", "units_per_year", "points_per_year"]

#: The observed pace is that of the newest years of the timescale, so many where the history has them.
LOOK_BACK_YEARS = 1.0

#: Kinds whose changes are told in points.
POINTS = frozenset({Kind.SHARE, Kind.RATE})

#: Growth of the logarithm beyond which a pace in percent says no more.
ABSURD = 50.0


@dataclass(frozen=True)
class Speed:
    """A speed of growth between two days.

    Attributes
    ----------
    value : float
        Percent, units or points, a year of the timescale.
    scale : str
        ``percent_per_year``; of a cumulative total ``units_per_year``, of a share or a rate
        ``points_per_year``.
    start, end : date
        The two days.
    whose : str
        ``own``, or whose it is where the own one is not known: ``parent`` or ``reference``.
    region : str
        The parent's id, where it is the parent's.
    """

    value: float
    scale: PaceScale
    start: dt.date
    end: dt.date
    whose: Literal["own", "parent", "reference"] = "own"
    region: str = ""


def percent(log_rate: float) -> float:
    """Turn growth of the logarithm a year into percent a year."""
    return float(_percent(np.float64(log_rate)))


def _percent(log_rate: ArrayLike) -> Floats:
    return np.asarray(100 * np.expm1(np.minimum(log_rate, ABSURD)), float)


def scale_of(kind: Kind) -> PaceScale:
    """Return the scale: units a year for a total, points for a share or a rate, percent for all else."""
    if kind in POINTS:
        return "points_per_year"
    return "units_per_year" if kind is Kind.CUMULATIVE else "percent_per_year"


def speeds(start: ArrayLike, end: ArrayLike, years: ArrayLike, scale: PaceScale) -> Floats:
    """Return the paces from values to others over some years; NaN where percent says nothing."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    if scale != "percent_per_year":
        return np.asarray((end - start) / years, float)
    told = (start > 0) & (end > 0)
    growth = np.log(np.where(told, end, 1.0)) - np.log(np.where(told, start, 1.0))
    return np.where(told, _percent(growth / years), np.nan)


def required_paces(kind: Kind, last: Floats, goals: Floats, years: Floats) -> Floats:
    """Return the paces (N,) that goals ask for; NaN where there is none.

    Parameters
    ----------
    last, goals, years : (N,) arrays
        Last values, goals, and the years between them.
    """
    paced = (years > 0) & ((last > 0) | (kind in POINTS))
    found = speeds(last, goals, np.where(paced, years, 1.0), scale_of(kind))
    return np.where(paced & np.isfinite(found), found, np.nan)


def required_pace(history: History, goal: float, deadline: dt.date) -> Speed | None:
    """Return the pace from the last value to the goal; None if the deadline does not lie ahead of it.

    Of a flow it is that from the last whole year to the deadline's, with what the goal asks of a part of that
    year taken for the same part of the whole.
    """
    start = history.days[-1].item()
    years = history.timescale.years(deadline) - float(history.years[-1])
    if history.counts is not None:
        whole = float(np.ceil(years - AT_END))
        goal /= min(years - whole + 1, 1.0)
        years = whole
    [value] = required_paces(history.kind, history.value[-1:], np.array([goal]), np.array([years])).tolist()
    return Speed(value, scale_of(history.kind), start, deadline) if math.isfinite(value) else None


def own_pace(history: History) -> Speed | None:
    """Return the pace of the history's newest years; a total with a known start is paced from it."""
    scale = scale_of(history.kind)
    seen = history.positive() if scale == "percent_per_year" else history
    if len(seen) < 2:
        return None
    age = seen.years[-1] - seen.years
    far = np.flatnonzero(age >= LOOK_BACK_YEARS - 0.01)
    first = int(far[-1]) if len(far) else 0
    years = float(age[first])
    if years < MIN_SPAN_YEARS:
        return None
    value = float(speeds(seen.value[first], seen.value[-1], years, scale))
    return Speed(value, scale, seen.days[first].item(), seen.days[-1].item())


def observed_pace(history: History, reference: Reference) -> Speed | None:
    """Return the own pace; failing that the parent region's, or the reference class's median.

    Another's pace says something about this one only in percent and in points.
    """
    own = own_pace(history)
    if own is not None or scale_of(history.kind) == "units_per_year":
        return own
    parent = reference.parent
    theirs = own_pace(parent) if parent is not None else None
    if parent is not None and theirs is not None:
        return Speed(theirs.value, theirs.scale, theirs.start, theirs.end, "parent", parent.region)
    if scale_of(history.kind) == "points_per_year":
        paces = [pace for h in reference.histories if (pace := own_pace(h)) is not None]
        if not paces:
            return None
        start, end = min(p.start for p in paces), max(p.end for p in paces)
        middle = float(np.median([p.value for p in paces]))
        return Speed(middle, "points_per_year", start, end, "reference")
    steps = reference.steps
    if not len(steps.rate):
        return None
    seen = [h.positive() for h in reference.histories]
    start, end = min(h.dates[0] for h in seen), max(h.dates[-1] for h in seen)
    return Speed(percent(float(np.median(steps.rate))), "percent_per_year", start, end, "reference")
