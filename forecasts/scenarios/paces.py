"""The pace of others, and futures that grow at it."""

from collections.abc import Callable

import numpy as np

from forecasts.engine.pace import PACE_YEARS, newest_growth
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.ledger.problems import Problem, Unanswerable
from forecasts.models.base import GROWING, Floats
from forecasts.models.paths import Paths
from forecasts.models.reference import steps_of
from forecasts.scenarios.base import Ground


def growth_of(history: History) -> float:
    """Return the growth of the newest years, of the logarithm or in points a year; NaN without any."""
    if history.kind in GROWING:
        rate, span = steps_of(history)
        return newest_growth(rate, span, PACE_YEARS)
    span = np.diff(history.years)
    moved = span > 0
    return newest_growth(np.diff(history.value)[moved] / span[moved], span[moved], PACE_YEARS)


def pace_of_region(ground: Ground, region: str) -> float:
    """Return the growth of the goal's indicator in a region, as known by then.

    Raises
    ------
    Unanswerable
        If fewer than two figures of it are known.
    """
    goal = ground.asked.goal
    found = growth_of(ground.ledger.history(goal.indicator, region, ground.asked.known_on))
    if not np.isfinite(found):
        rule = f"no growth of {goal.indicator!r} is known of the region that a scenario's pace is that of"
        raise Unanswerable([Problem("scenario", rule, region, "name a region with two figures")])
    return found


def pace_of_class(ground: Ground, quantile: Floats) -> Floats:
    """Return quantiles of the growth of the reference class, each member counting once.

    Raises
    ------
    Unanswerable
        If the class has no growth.
    """
    paces = np.array([growth_of(history) for history in ground.reference.histories])
    paces = paces[np.isfinite(paces)]
    if not len(paces):
        rule = "the goal has no reference class with a pace, of which a scenario takes a quantile"
        raise Unanswerable([Problem("scenario", rule, "pace_of", "name a region, or add figures of peers")])
    return np.asarray(np.quantile(paces, quantile), float)


def grown_like(paths: Paths, ground: Ground, pace: Floats) -> Callable[[float, Floats], Floats]:
    """Return what futures become whose middle grows at a pace; the spread around it stays.

    Where values multiply, by a factor; shares and rates move in points. What never falls keeps what is there
    already, and what has grown since is made larger or smaller by one factor.
    """
    start, history = float(ground.history.years[-1]), ground.history

    def middle(time: float) -> float:
        return float(np.median(paths.at(time)))

    def aim(time: float, last: Floats) -> Floats:
        return np.asarray(last * np.exp(np.minimum(pace * (time - start), 50.0)), float)

    def shifted(time: float, value: Floats) -> Floats:
        return value + (paths.base(time) + pace * (time - start) - middle(time))

    def multiplied(time: float, value: Floats) -> Floats:
        usual = middle(time)
        return value * (aim(time, paths.base(time)) / usual) if usual > 0 else value

    def enlarged(time: float, value: Floats) -> Floats:
        base = paths.base(time)
        # Of a total its first year tells the factor, of what is counted anew the year of the time.
        end = ground.year_end(time) if ground.yearly else start + 1.0
        if end <= start:
            return value
        whole = history.value[-1] * np.ones_like(value) if ground.yearly else base
        usual = middle(end) - np.median(base)
        gain = np.maximum(aim(end, whole) - base, 0.0)
        if usual <= 0:
            return np.asarray(value + gain * max(time - start, 0.0) / (end - start), float)
        return np.asarray(base + (value - base) * (gain / usual), float)

    if history.kind not in GROWING:
        return shifted
    return enlarged if ground.yearly or history.kind is Kind.CUMULATIVE else multiplied
