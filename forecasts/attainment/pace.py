"""How fast it must go, how fast it went: both on the same scale."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.flow import AT_END
from forecasts.models.reference import MIN_SPAN_YEARS, Reference

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
    return 100 * math.expm1(min(log_rate, ABSURD))


def scale_of(kind: Kind) -> PaceScale:
    """Return the scale: units a year for a total, points for a share or a rate, percent for all else."""
    if kind in POINTS:
        return "points_per_year"
    return "units_per_year" if kind is Kind.CUMULATIVE else "percent_per_year"


def speed(start: float, end: float, years: float, scale: PaceScale) -> float:
    """Return the pace from one value to another over some years; NaN where percent says nothing."""
    if scale != "percent_per_year":
        return (end - start) / years
    return percent((math.log(end) - math.log(start)) / years) if start > 0 and end > 0 else math.nan


def required_pace(history: History, goal: float, deadline: dt.date) -> Speed | None:
    """Return the pace from the last value to the goal; None if the deadline does not lie ahead of it.

    Of a flow it is that from the last whole year to the deadline's, with what the goal asks of a part of that
    year taken for the same part of the whole.
    """
    start = history.dates[-1]
    years = history.timescale.years(deadline) - float(history.years[-1])
    if history.counts is not None:
        whole = float(np.ceil(years - AT_END))
        goal /= min(years - whole + 1, 1.0)
        years = whole
    scale = scale_of(history.kind)
    if years <= 0 or (history.value[-1] <= 0 and history.kind not in POINTS):
        return None
    value = speed(float(history.value[-1]), goal, years, scale)
    return Speed(value, scale, start, deadline) if math.isfinite(value) else None


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
    value = speed(float(seen.value[first]), float(seen.value[-1]), years, scale)
    return Speed(value, scale, seen.dates[first], seen.dates[-1])


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
