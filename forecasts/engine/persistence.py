"""A class's persistence: whether its members reached, from earlier days on, goals set from their own pace.

Every member is asked again as of some earlier days, as if it had no class, about goals a year ahead; what
came is compared with what was said. The days share shocks, so a day counts as one noisy look at how the class
departs from what is usual, however many members speak of it: a normal-normal model of empirical Bayes (Efron
and Morris, 1975) with a variance between classes and one between days.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.pace import PACE_YEARS
from forecasts.engine.series import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Goals of a trial: multiples of the member's own pace of its newest years.
MULTIPLES = np.array([0.5, 0.8, 1.0, 1.2, 1.5])

#: How far ahead a trial asks, how much that may be off, and how many trials a member has, the newest.
AHEAD, OFF, EACH = 1.0, 0.3, 4

#: A pace that asks for less growth than this sets no goal.
LEAST_GROWTH = 0.002

#: So many members of a class are tried, evenly many of a larger one.
MEMBERS = 60

#: A trial whose outcome is surer than this tells nothing.
LEAST_INFORMATION = 1e-6

#: A day's departure on the logit scale is not taken to be larger than this.
MOST = 4.0


@dataclass(frozen=True, eq=False)
class Trial:
    """An earlier day of a member: what was seen by then, later goals, and whether they were reached."""

    seen: Series
    time: float
    goals: Floats
    hits: Floats


#: Trials that are in use: the same series as known on another day shares most of them.
_KNOWN: "WeakValueDictionary[tuple[object, ...], Trial]" = WeakValueDictionary()

_TRIALS: "WeakKeyDictionary[Series, tuple[Trial, ...]]" = WeakKeyDictionary()


def trials_of(series: Series) -> tuple[Trial, ...]:
    """Return the newest trials of a series: one object for each, as long as the series is in use."""
    if series not in _TRIALS:
        _TRIALS[series] = tuple(_trials(series))
    return _TRIALS[series]


def _trials(series: Series) -> Iterator[Trial]:
    # A series is short, and few of its days are needed: plain numbers are quicker than arrays.
    t, x = series.times.tolist(), series.values.tolist()
    found = 0
    for end in range(len(t) - 1, 0, -1):
        last = bisect_right(t, t[end] - AHEAD + 0.04) - 1
        if last <= 0 or found == EACH:
            return
        if x[last] <= 0 or abs(t[end] - t[last] - AHEAD) > OFF:
            continue
        first = min(bisect_left(t, t[last] - PACE_YEARS - 0.04), last - 1)
        growth = (x[last] - x[first]) / (t[last] - t[first]) * (t[end] - t[last]) / x[last]
        if growth > LEAST_GROWTH:
            found += 1
            yield _trial(series, last, end, growth)


def _trial(series: Series, last: int, end: int, growth: float) -> Trial:
    """Return the trial from value `last` to value `end`: one object, whenever it was looked back from."""
    t, x = series.times[: last + 1], series.values[: last + 1]
    sd = None if series.log_sd is None else series.log_sd[: last + 1]
    came = float(series.times[end]), float(series.values[end])
    key = (
        series.name,
        series.never_falls,
        *came,
        t.tobytes(),
        x.tobytes(),
        b"" if sd is None else sd.tobytes(),
    )
    known = _KNOWN.get(key)
    if known is None:
        goals = x[-1] * (1 + growth * MULTIPLES)
        seen = Series(t, x, series.name, series.never_falls, sd)
        known = _KNOWN[key] = Trial(seen, came[0], goals, (came[1] >= goals) * 1.0)
    return known


def some(members: Sequence[Series]) -> list[Series]:
    """Return the members that are tried: all, or evenly many."""
    if len(members) <= MEMBERS:
        return list(members)
    return [members[i] for i in np.linspace(0, len(members) - 1, MEMBERS).round().astype(int)]


@dataclass(frozen=True, eq=False)
class Persistence:
    """What came of a class's trials.

    Attributes
    ----------
    names : tuple of str
        The members that were tried.
    score, information : (R, D) arrays
        Of each member and day: outcomes less what was said of them, and the variance of that; goals of one
        trial count together as one.
    """

    names: tuple[str, ...]
    score: Floats
    information: Floats

    def days(self, without: Set[str]) -> tuple[Floats, Floats]:
        """Return the departure of each day on the logit scale, as the others show it, and its variance."""
        others = np.array([name not in without for name in self.names], bool)
        score, information = self.score[others].sum(0), self.information[others].sum(0)
        told = information > LEAST_INFORMATION
        return np.clip(score[told] / information[told], -MOST, MOST), 1 / information[told]

    def departure(self, without: Set[str], between: float, days: float) -> float:
        """Return the class's departure on the logit scale as the others show it, shrunk.

        Parameters
        ----------
        between, days : float
            Variance of departures between classes, and between the days of one.
        """
        each, variance = self.days(without)
        precision = 1 / (variance + days)
        return float((each * precision).sum() / (precision.sum() + 1 / between))


def evidence(trials: Sequence[Trial], chance: Floats) -> list[tuple[float, float]]:
    """Return score and information of trials; `chance` (T, goals) is what was said of them."""
    hits = np.array([trial.hits for trial in trials])
    score, information = (hits - chance).mean(1), (chance * (1 - chance)).mean(1)
    return list(zip(score.tolist(), information.tolist(), strict=True))


def persistence_of(tried: Sequence[tuple[Trial, tuple[float, float]]]) -> Persistence:
    """Put together trials and what came of them."""
    distinct, who = np.unique([trial.seen.name for trial, _ in tried], return_inverse=True)
    days, when = np.unique(np.rint([trial.time for trial, _ in tried]), return_inverse=True)
    both = np.zeros((2, len(distinct), len(days)))
    for one, told in zip(both, np.array([told for _, told in tried]).T, strict=True):
        np.add.at(one, (who, when), told)
    return Persistence(tuple(map(str, distinct)), both[0], both[1])
