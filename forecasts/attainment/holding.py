"""When a future holds a goal: the probability from the last figure on, and the day it passes a level."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forecasts.attainment.reached import (
    HORIZON_YEARS,
    NEVER,
    curve_of,
    days_reached,
    first_held,
    held_since,
    looks_of,
    newest_day,
)
from forecasts.ledger.history import Days, Floats, History
from forecasts.ledger.records import Goal
from forecasts.models.base import Predictive
from forecasts.models.members import law_of


@dataclass(frozen=True, eq=False)
class Holding:
    """One goal against one future.

    Attributes
    ----------
    own : bool
        Whether the history holds own figures.
    """

    goal: Goal
    history: History
    own: bool
    future: Predictive

    @property
    def end(self) -> float:
        """The deadline's time."""
        return self.history.timescale.years(self.goal.deadline)

    @property
    def horizon(self) -> dt.date:
        """The last day that is looked at."""
        day: dt.date = self.history.timescale.days_at(self.history.years[-1:] + HORIZON_YEARS)[0].item()
        return day

    @cached_property
    def since(self) -> np.datetime64:
        """The day from which all figures meet the goal; NaT if the newest does not, or is nobody's count."""
        held = held_since(self.history, *self.goal.asks, np.datetime64(self.goal.deadline))
        return held if self.own else NEVER

    def _curve_of(self, below: Floats) -> Floats:
        """Return the probability of holding the goal, of the one that the value lies below its edge."""
        chance = below if self.goal.asks.below else 1.0 - below
        [curve] = curve_of(np.array([not np.isnat(self.since)]), chance[None])
        return np.asarray(curve, float)

    @cached_property
    def curve(self) -> tuple[Floats, Floats]:
        """Times (T,) in years of the timescale, and the probability (T,) that the goal is held at each."""
        [times] = looks_of(self.history.years[-1:], np.array([self.end]))
        self.future.prefetch(times[1:])
        edge = self.goal.asks.edge
        below = [0.0, *(float(self.future.cdf(float(t), edge)) for t in times[1:])]
        return times, self._curve_of(np.array(below))

    @cached_property
    def every_day(self) -> tuple[Days, Floats]:
        """Days from the last figure on, and the probability that the goal is held on each."""
        last = max(np.datetime64(self.horizon), np.datetime64(self.goal.deadline))
        days = np.arange(newest_day(self.history), last + 1)
        law: Any = self.future  # laws are asked of many times at once
        return days, self._curve_of(law.cdf(self.history.timescale.years_of(days), self.goal.asks.edge))

    def day_reached(self, level: float) -> dt.date | None:
        """Return the first day from which the goal is held with a probability, up to the deadline.

        Where it is not held with it then: the first day after it on which it is, up to :attr:`horizon`.
        """
        day = np.datetime64(self.goal.deadline)
        if law_of(self.history) is not None:
            days, chance = self.every_day
            place = first_held(chance, int((day - days[0]).astype(int)), level)
            if place is None:
                return None
            found: Any = self.since if place == 0 and not np.isnat(self.since) else days[place]
            return dt.date.fromisoformat(str(found))
        times, curve = self.curve
        [reached] = days_reached(
            times[None], curve[None], np.array([self.end]), np.array([day]), level, self.history.timescale,
            np.array([self.since]),
        )  # fmt: skip
        return None if np.isnat(reached) else reached.item()
