"""How far figures strayed from what was told before them: what hangs together when goals are missed together.

A step of a history is held against what its class and its own earlier steps told by the time that it began,
not against what its class did meanwhile: a bad year that nobody saw coming strikes all goals at once, and
taken out of the steps it would be missing where it matters most. What is left over is divided by the root
of the step's length, as of a random walk with a drift, and ranked within its indicator (the normal scores
of van der Waerden, 1952), so that neither units nor outliers count.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from forecasts.attainment.past import Reader
from forecasts.engine.pace import ANY_PACE
from forecasts.ledger.history import History
from forecasts.ledger.timescale import CALENDAR
from forecasts.models.base import GROWING, Floats
from forecasts.models.scales import on_scale

Ints = NDArray[np.intp]

#: Steps are of about a year and longer: shorter ones tell of seasons and of rounding.
SHORTEST = 0.75

#: So many members are what is known of any class worth, and so many own steps what is known of one's class.
WORTH = ANY_PACE[2]

#: Turns of the year are numbered below this.
TURNS = 10_000


@dataclass(frozen=True, eq=False)
class Surprises:
    """The surprises of one indicator, a row a step.

    Attributes
    ----------
    indicator : str
        Of what.
    region : (n,) array
        Whose, by its number in the ledger.
    period : (n,) array
        From which turn of the year to which, in one number: steps that share it are of the same time.
    score : (n,) array
        Normal scores among all steps of the indicator; above 0 = it grew faster than the middle one, held
        against what was told.
    """

    indicator: str
    region: Ints
    period: Ints
    score: Floats

    def __len__(self) -> int:
        return len(self.score)

    @cached_property
    def key(self) -> Ints:
        """Region and period of each row in one number."""
        return self.region * TURNS**2 + self.period


def all_surprises(reader: Reader, indicators: Iterable[str], day: dt.date) -> list[Surprises]:
    """Return the surprises of some indicators in all regions, by what was known on a day."""
    number = {region: k for k, region in enumerate(reader.ledger.regions)}
    return [_surprises(reader, indicator, day, number) for indicator in indicators]


def _surprises(reader: Reader, indicator: str, day: dt.date, number: Mapping[str, int]) -> Surprises:
    histories = reader.class_of((indicator,), day, "indicator").histories
    found = [_steps(history) for history in histories]
    whose = np.repeat(np.arange(len(found)), [len(steps) for steps in found])
    start, end, rate, span = np.concatenate([np.zeros((0, 4)), *found]).T
    usual = ANY_PACE[0] if reader.ledger.kind(indicator) in GROWING else 0.0
    told = _told(whose, start, end, rate, usual)
    known = np.flatnonzero(~np.isnan(told))
    region = np.array([number[history.region] for history in histories], np.intp)
    period = (TURNS * start + end).astype(np.intp)
    score = normal_scores((rate - told)[known] * np.sqrt(span[known]))
    return Surprises(indicator, region[whose[known]], period[known], score)


def normal_scores(value: Floats) -> Floats:
    """Return the normal scores of values by their ranks; of equal values the middle one."""
    _, which, count = np.unique(value, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return np.asarray(ndtri((rank[which] - 0.5) / max(len(value), 1)), float)


def _steps(history: History) -> Floats:
    """Return a history's steps of about a year and longer: from and to which turn, change a year, years."""
    turn, years, value = np.rint(CALENDAR.years_of(history.days)), history.years, on_scale(history)
    steps, first = [], 0
    for last in range(1, len(years)):
        span = years[last] - years[first]
        if span >= SHORTEST and turn[last] > turn[first]:
            steps.append((turn[first], turn[last], (value[last] - value[first]) / span, span))
            first = last
    return np.array(steps, float).reshape(-1, 4)


def _told(whose: Ints, start: Floats, end: Floats, rate: Floats, usual: float) -> Floats:
    """Return the change a year that was told of each step by the steps over by then; NaN where none was.

    The class, of which a member counts once, is shrunk to what is usual, and the own pace to the class.
    """
    told, members = np.full(len(rate), np.nan), int(whose.max(initial=-1)) + 1
    for turn in np.unique(start):
        over, asked = end <= turn, start == turn
        if not over.any():
            continue
        count = np.bincount(whose[over], minlength=members)
        total = np.bincount(whose[over], rate[over], members)
        paces = total[count > 0] / count[count > 0]
        middle = (len(paces) * float(np.median(paces)) + WORTH * usual) / (len(paces) + WORTH)
        told[asked] = (total[whose[asked]] + WORTH * middle) / (count[whose[asked]] + WORTH)
    return told
