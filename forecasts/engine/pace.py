"""The pace of a class: how fast its members grew in their newest years."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.series import Series

Floats = NDArray[np.float64]

#: Growth of the logarithm a year of any class: mean, sd, and how many series that knowledge is worth.
ANY_PACE = (0.12, 0.20, 2.0)

#: A class's pace is that of its newest years.
PACE_YEARS = 3.0

#: Steps shorter than this say more about rounding and dating than about growth.
MIN_SPAN_YEARS = 0.2


def growth_steps(times: Floats) -> list[tuple[int, int]]:
    """Return pairs of positions that lie at least :data:`MIN_SPAN_YEARS` apart, one after the other."""
    pairs, start = [], 0
    for end in range(1, len(times)):
        if times[end] - times[start] >= MIN_SPAN_YEARS:
            pairs.append((start, end))
            start = end
    return pairs


def steps_of(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return growth of the logarithm a year, and years, of the steps of a positive history."""
    if (np.diff(times) >= MIN_SPAN_YEARS).all():
        span = np.diff(times)
        return np.log(values[1:] / values[:-1]) / span, span
    pairs = growth_steps(times)
    first, last = (np.array([p[k] for p in pairs], np.intp) for k in (0, 1))
    span = times[last] - times[first]
    return np.log(values[last] / values[first]) / span, span


def newest_growth(rate: Floats, span: Floats, years: float) -> float:
    """Return the mean growth over the newest steps that fit in `years` (the last one in any case)."""
    if not len(rate):
        return float("nan")
    age = np.cumsum(span[::-1])[::-1]
    keep = (age <= years) | (np.arange(len(age)) == len(age) - 1)
    return float((rate[keep] * span[keep]).sum() / span[keep].sum())


def newest_pace(series: Series) -> float:
    """Return the growth of the logarithm a year in a series' newest years; NaN where it has no step."""
    positive = series.values > 0
    return newest_growth(*steps_of(series.times[positive], series.values[positive]), PACE_YEARS)


def class_pace(paces: Sequence[float] | Floats) -> tuple[float, float]:
    """Return mean and sd of a member's growth of the logarithm a year, shrunk to that of any class.

    The shrinkage is the normal-normal model of empirical Bayes (Efron and Morris, 1975); a member counts
    once, and the middle one speaks for all.
    """
    mean, sd, worth = ANY_PACE
    known = np.asarray(paces, float)
    known = known[~np.isnan(known)]
    if not len(known):
        return mean, sd
    weight, middle = len(known) / (len(known) + worth), float(np.median(known))
    variance = weight * float(np.mean((known - middle) ** 2)) + (1 - weight) * sd**2
    return weight * middle + (1 - weight) * mean, float(np.sqrt(variance))
