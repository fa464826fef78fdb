"""Futures that a reader moves by hand: as few as their probabilities allow, and bounds to move within."""

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.what_if import Futures, Slider, Sliders
from forecasts.ledger.records import leeway
from forecasts.models.base import Floats
from forecasts.models.paths import Drawn, Paths
from forecasts.scenarios.futures import Adjusted
from forecasts.scenarios.growth import OneOff, Pace, indicator_is_bounded

#: So many futures tell the probability where the scenario keeps them in order: then it is a smooth map.
ENOUGH = 1025

#: No more than so many travel, however many were drawn: then they are evenly thinned, and no longer exact.
MOST = 8192

#: Levels of the futures on the days of a fan; the first and the last stand for what lies beyond.
FAN_LEVELS = np.clip(np.linspace(0.0, 1.0, 201), 0.002, 0.998)

#: How far a pace can be moved, and in which steps.
FASTEST, PACE_STEP = 4.0, 0.05

#: A slider has about so many steps.
STEPS = 200


def sliders_of(found: Outlook, days: Sequence[dt.date]) -> Sliders:
    """Return what can be moved of an outlook.

    Parameters
    ----------
    days : sequence of date
        The days of its fan, in order.

    Returns
    -------
    Sliders
        Of what the scenario itself changes there is no slider.
    """
    goal = found.question.goal
    drawn, moved = _paths(found)
    drawn.law.prefetch(np.array([*map(found.ground.years, days), found.end]))
    value, base, level = moved.at(found.end), moved.base(found.end), _levels(drawn, found.end)
    in_order = bool(np.all(np.diff(value[np.argsort(drawn.at(found.end), kind="stable")]) >= 0))
    alike = np.ptp(base) == 0
    order = np.argsort(value, kind="stable")
    most = min(ENOUGH if alike and in_order else MOST, len(value))
    kept = np.linspace(0, len(value) - 1, most).astype(int)
    value, base, level = value[order[kept]], base[:1] if alike else base[order[kept]], level[kept]
    once_on = _once_on(found)
    bounded = indicator_is_bounded(found.ground)
    return Sliders(
        once_on=once_on,
        once_counts=tuple(day for day in days if _is_there(found, once_on, day)),
        least=0.0 if bounded else None,
        upper=None if np.isinf(found.history.upper) else found.history.upper,
        tolerance=float(leeway(goal.value, goal.comparison, goal.tolerance)),
        sliders=tuple(_sliders(found, once_on, bounded)),
        level=_told(level),
        at_deadline=Futures(date=goal.deadline, value=_told(value), base=_told(base)),
        fan=tuple(_futures(found, moved, day) for day in days),
    )


def _paths(found: Outlook) -> tuple[Drawn, Paths]:
    """Return the futures as the models draw them, and under the scenario."""
    future = found.future
    if isinstance(future, Adjusted):
        return future.drawn, future.moved
    drawn = found.paths_of(future)
    return drawn, drawn


def _levels(drawn: Drawn, time: float) -> Floats:
    """Return P(less) of the futures without any change, from low to high; of many alike their ranks."""
    plain = drawn.sorted_at(time)
    level = np.asarray(drawn.law.cdf(time, plain), float)
    alike = np.zeros(len(plain), bool)
    alike[1:] = plain[1:] == plain[:-1]
    alike[:-1] |= alike[1:]
    return np.where(alike, (np.arange(len(plain)) + 0.5) / len(plain), level)


def _once_on(found: Outlook) -> dt.date:
    """Return the end of the month after the day of knowledge; the deadline where that does not count."""
    known, deadline = np.datetime64(found.question.known_on, "M"), found.question.goal.deadline
    day: dt.date = ((known + 2).astype("datetime64[D]") - 1).item()
    return day if day < deadline and _is_there(found, day, deadline) else deadline


def _is_there(found: Outlook, once_on: dt.date, day: dt.date) -> bool:
    """Whether what comes on a day is there on another."""
    once, time = found.ground.years(once_on), found.ground.years(day)
    return once <= time and found.ground.same_year(once, time)


def _futures(found: Outlook, moved: Paths, day: dt.date) -> Futures:
    """Return some of the futures on a day of the fan, at evenly spread levels."""
    time = found.ground.years(day)
    value, base = moved.at(time), moved.base(time)
    picked = np.argsort(value, kind="stable")[np.rint(FAN_LEVELS * (len(value) - 1)).astype(int)]
    told = base[:1] if np.ptp(base) == 0 else base[picked]
    return Futures(date=day, value=_told(value[picked]), base=_told(told))


def _sliders(found: Outlook, once_on: dt.date, bounded: bool) -> Iterator[Slider]:
    """Yield what can be moved."""
    scenario, kind = found.question.scenario, found.history.kind
    low, q10, middle, q90, high = found.quantiles((0.02, 0.1, 0.5, 0.9, 0.98)).tolist()
    if not any(change.clashes(Pace(factor=1.0)) for change in scenario.adjustments):
        yield Slider(name="pace", low=0.0, high=FASTEST, step=PACE_STEP, value=1.0)
    if not any(change.clashes(OneOff(amount=0.0, date=once_on)) for change in scenario.adjustments):
        size = max(abs(found.goal - middle), (q90 - q10) / 2)
        step = round_step(2 * size / STEPS)
        most = step * (STEPS // 2)
        least = 0.0 if kind == "cumulative" else -most
        yield Slider(name="one_off", low=least, high=most, step=step, value=0.0)
    goal = found.question.goal
    if not leeway(goal.value, goal.comparison, goal.tolerance):
        low, high = min(low, found.goal), max(high, found.goal)
        step = round_step((high - low) / STEPS)
        below, above = np.ceil((found.goal - low) / step), np.ceil((high - found.goal) / step)
        if bounded:  # no goal lies below nothing
            below = min(below, np.floor(found.goal / step))
        ends = (found.goal - below * step, found.goal + above * step)
        low, high = (round(end, 9) for end in ends)
        yield Slider(name="goal", low=low, high=high, step=step, value=found.goal)


def round_step(step: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten at or above a step."""
    if not step > 0:
        return 1.0
    power = np.floor(np.log10(step))
    found = next(n for n in (1, 2, 5, 10) if n * 10.0**power >= step * (1 - 1e-9))
    return float(f"{found}e{int(power)}")


def _told(values: Floats) -> tuple[float, ...]:
    """Return numbers with as many digits as any of them says something."""
    return tuple(float(f"{v:.9g}") for v in np.atleast_1d(values).tolist())
