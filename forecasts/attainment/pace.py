"""How fast it must go, how fast it went: both on the same scale."""

import datetime as dt
import math

import numpy as np

from forecasts.attainment.result import Growth, Pace, PaceScale
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Kind
from forecasts.models.reference import MIN_SPAN_YEARS, Reference, growth_steps

#: The observed pace is that of the newest years of the clock, at least so many where the history has them.
LOOK_BACK_YEARS = 1.0


def percent(log_rate: float) -> float:
    """Turn growth of the logarithm a year into percent a year."""
    return 100 * math.expm1(log_rate)


def scale_of(kind: Kind) -> PaceScale:
    """Return the scale: units a year for a cumulative total, percent a year for everything else."""
    return "units_per_year" if kind is Kind.CUMULATIVE else "percent_per_year"


def speed(start: float, end: float, years: float, scale: PaceScale) -> float:
    """Return the pace from one value to another over years of the clock."""
    if scale == "units_per_year":
        return (end - start) / years
    return percent(math.log(end / start) / years)


def required_pace(history: History, goal: float, deadline: dt.date) -> Pace | None:
    """Return the pace from the last value to the goal; None if the deadline does not lie ahead of it."""
    start = history.dates[-1]
    years = history.clock.years(deadline) - history.clock.years(start)
    if years <= 0 or history.value[-1] <= 0:
        return None
    scale = scale_of(history.kind)
    return Pace(value=speed(history.value[-1], goal, years, scale), scale=scale, start=start, end=deadline)


def own_pace(history: History) -> Pace | None:
    """Return the pace of the history's newest years; a total with a known start is paced from it."""
    scale = scale_of(history.kind)
    seen = history if scale == "units_per_year" else history.positive()
    if len(seen) < 2:
        return None
    age = seen.years[-1] - seen.years
    far = np.flatnonzero(age >= LOOK_BACK_YEARS - 0.01)
    first = int(far[-1]) if len(far) else 0
    years = float(age[first])
    if years < MIN_SPAN_YEARS:
        return None
    value = speed(float(seen.value[first]), float(seen.value[-1]), years, scale)
    return Pace(value=value, scale=scale, start=seen.dates[first], end=seen.dates[-1])


def steps_of(history: History, ledger: Ledger) -> tuple[Growth, ...]:
    """Return the growth between a history's published figures, oldest first."""
    seen = history.positive()
    region, indicator = ledger.regions[history.region], ledger.indicators[history.indicator]
    steps = []
    for start, end in growth_steps(history):
        rate = math.log(seen.value[end] / seen.value[start]) / (seen.years[end] - seen.years[start])
        steps.append(
            Growth(
                region=region.id, region_zh=region.name_zh, region_en=region.name_en,
                indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
                start=seen.dates[start], end=seen.dates[end], percent_per_year=percent(rate),
            )
        )  # fmt: skip
    return tuple(steps)


def observed_pace(
    history: History, parent: History | None, reference: Reference, ledger: Ledger
) -> Pace | None:
    """Return the own pace; failing that the parent region's, or the reference class's median.

    Another's pace says something about this one only in percent.
    """
    own = own_pace(history)
    if own is not None or scale_of(history.kind) == "units_per_year":
        return own
    if parent is not None:
        theirs = own_pace(parent)
        if theirs is not None:
            region = ledger.regions[parent.region]
            names = {"region_zh": region.name_zh, "region_en": region.name_en}
            return theirs.model_copy(update={"whose": "parent", **names})
    steps = reference.steps()
    if not len(steps.rate):
        return None
    dates = [d for h in reference.histories for d in h.positive().dates]
    value = percent(float(np.median(steps.rate)))
    return Pace(value=value, scale="percent_per_year", start=min(dates), end=max(dates), whose="reference")
