"""When a goal is reached: its probability over time, and the day on which that passes a level."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from forecasts.ledger.history import Days, Floats, History, Timescale
from forecasts.models.members import law_of

#: Years after the last figure at which a goal is looked for, beside its deadline.
LOOKS = np.array([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0])

#: How far ahead of the last figure the day is looked for.
HORIZON_YEARS = float(LOOKS[-1])

#: The day of what does not happen, and the days that a count of a year may run for.
NEVER, A_YEAR = np.datetime64("NaT", "D"), np.timedelta64(370, "D")

#: The chance at which a curve is cut off: its logit is finite.
EDGE = 1e-6


def looks_of(end: Floats, deadline: Floats) -> Floats:
    """Return the times at which goals are looked for: the last figure's, the looks ahead, the deadline.

    Parameters
    ----------
    end, deadline : (N,) arrays
        Times of the last figure and of the deadline.

    Returns
    -------
    (N, T) array
        In order; a deadline that is one of the looks stands twice.
    """
    ahead = end[:, None] + LOOKS
    return np.sort(np.concatenate([end[:, None], ahead, deadline[:, None]], axis=1), axis=1)


def times_reached(times: Floats, curve: Floats, deadline: Floats, level: float) -> Floats:
    """Return the times from which probabilities stay at or above a level up to the deadline.

    Where one lies below the level at the deadline: the first time after it at which it does not. So a goal is
    held with that probability at its deadline if, and only if, that time is not after the deadline. Between
    the looks the logit of the probability is taken to be straight.

    Parameters
    ----------
    times, curve : (N, T) arrays
        Times in order, the deadline among them, and the probability at each.
    deadline : (N,) array

    Returns
    -------
    (N,) array
        NaN where the level is not reached within the times.
    """
    row, place = np.arange(len(times)), np.arange(times.shape[1])
    above, before = curve >= level, times <= deadline[:, None]
    held = above[row, before.sum(1) - 1]
    # The last look before the deadline that lies below, or the first one after it that lies above.
    last_below = np.where(~above & before, place, -1).max(1)
    first_above = np.where(above & ~before, place, times.shape[1]).min(1)
    k = np.where(held, last_below + 1, first_above)
    never = k == times.shape[1]
    k1 = np.minimum(k, times.shape[1] - 1)
    k0 = np.maximum(k1 - 1, 0)
    c0, c1 = (logit(np.clip(curve[row, i], EDGE, 1 - EDGE)) for i in (k0, k1))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(c1 > c0, (logit(level) - c0) / (c1 - c0), 1.0)
    found = times[row, k0] + np.clip(part, 0.0, 1.0) * (times[row, k1] - times[row, k0])
    return np.where(never, np.nan, np.where(k == 0, times[:, 0], found))


def days_reached(
    times: Floats,
    curve: Floats,
    deadline: Floats,
    day: Days,
    level: float,
    timescale: Timescale,
    since: Days,
) -> Days:
    """Return the days of :func:`times_reached`; NaT where there is none.

    Parameters
    ----------
    day : (N,) array of datetime64[D]
        The deadline: rounding to days never moves an answer across it.
    since : (N,) array of datetime64[D]
        The day on which a goal that is reached already was reached; NaT where it is not.
    """
    found = times_reached(times, curve, deadline, level)
    days = timescale.days_at(np.where(np.isnan(found), 2000.0, found))
    inside = np.asarray(found <= deadline, np.bool_)
    days = np.where(inside, np.minimum(days, day), np.maximum(days, day + np.timedelta64(1, "D")))
    days = np.where((found == times[:, 0]) & ~np.isnat(since), since, days)
    return np.where(np.isnan(found), np.datetime64("NaT"), days)


def curve_of(now: NDArray[np.bool_], ahead: Floats) -> Floats:
    """Return the curve of a goal: at the first look whether it is reached, at the others its probability.

    A deadline at the time of the last figure (a timescale may stand still) is asked about like any other.
    """
    return np.where(np.arange(ahead.shape[1]) == 0, now[:, None], ahead)


def first_held(chance: Floats, deadline: int, level: float) -> int | None:
    """Return the first of many days from which a goal is held; see :func:`times_reached`.

    Parameters
    ----------
    chance : (T,) array
        The probability on consecutive days.
    deadline : int
        Which of them is the deadline.

    Returns
    -------
    int, optional
        Which of them it is: 0 where the goal is held from the first on; None where that is on none of them.
    """
    above = chance >= level
    if above[deadline]:
        below = np.flatnonzero(~above[:deadline])
        return int(below[-1]) + 1 if len(below) else 0
    later = np.flatnonzero(above[deadline:])
    return int(later[0]) + deadline if len(later) else None


def reached_since(days: Days, value: Floats, edge: float, below: bool) -> np.datetime64:
    """Return the first day of the newest figures that all meet a goal; NaT if the last one does not."""
    missed = np.flatnonzero((value >= edge) == below)
    first = int(missed[-1]) + 1 if len(missed) else 0
    return days[first] if first < len(days) else NEVER


def held_since(history: History, edge: float, below: bool, deadline: np.datetime64) -> np.datetime64:
    """Return the day from which all figures meet a goal; of a flow all counts of the deadline's year."""
    if law_of(history) != "flow":
        return reached_since(history.days, history.value, edge, below)
    counts = history.counts
    # Another year's count says nothing about this one's.
    if counts is None or not len(counts) or not counts.start[-1] < deadline < counts.start[-1] + A_YEAR:
        return NEVER
    this = np.flatnonzero(counts.start == counts.start[-1])
    return reached_since(counts.day[this], counts.least[this], edge, below)


def nodes_of(history: History, deadline: dt.date) -> Days:
    """Return days after the newest figure between which paths are straight, a deadline among them.

    The ends of the months of two years, then those of half-years; of what is counted anew, first days, too.
    """
    newest = newest_day(history)
    last = max(newest + np.timedelta64(round(366 * HORIZON_YEARS), "D"), np.datetime64(deadline))
    months = np.arange(newest.astype("datetime64[M]"), last.astype("datetime64[M]") + 2)
    near = (months - months[0]).astype(int) <= 25
    halves = (months.astype(int) % 6 == 0) & (months <= last.astype("datetime64[M]"))
    days = [months[near | halves].astype("datetime64[D]") - 1, [np.datetime64(deadline)]]
    if law_of(history) == "flow":
        days.append(np.unique(months.astype("datetime64[Y]")).astype("datetime64[D]"))
    found = np.unique(np.concatenate(days))
    return found[found > newest]


def newest_day(history: History) -> np.datetime64:
    """Return the day of the newest figure, or of the newest count within a year."""
    counts = history.counts
    days = history.days if counts is None else np.concatenate([history.days, counts.day])
    return np.datetime64(days.max())
