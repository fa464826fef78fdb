"""The past of a question: own figures, a reference class, a presumed start where nothing was published."""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from forecasts.attainment.question import Question
from forecasts.attainment.reached import nodes_of
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History, Timescale, add_histories
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import Problem, Unanswerable
from forecasts.ledger.records import Goal
from forecasts.models.base import Predictive
from forecasts.models.members import Members
from forecasts.models.paths import Drawn
from forecasts.models.reference import Reference, ReferenceClass, Relation
from forecasts.models.scales import scale_for, scale_of
from forecasts.scenarios.base import Asked

#: Fewest peers' histories that make a class of the same indicator; below, kindred indicators join.
MIN_PEERS = 3

#: A class of more histories speaks through evenly many of them, so that an answer's cost has a bound.
MOST_PEERS = 400

#: Days of knowledge that are kept at hand, and pasts of each, with what was read and fitted for them.
DAYS, PASTS = 32, 64

#: Fewest goals of peers that tell how far ahead of the last figure goals are set, and the most looked at.
MIN_PLANS, MOST_PLANS = 3, 2_000


@dataclass(frozen=True, eq=False)
class Past:
    """The past of one goal, as a scenario reads it.

    Attributes
    ----------
    history : History
        Own figures in the goal's unit; a presumed start where there are none.
    reference : Reference
        What peers did, without the history itself.
    own : bool
        Whether the history holds own figures.
    """

    history: History
    reference: Reference
    own: bool
    _members: dict[int, Members] = field(init=False, default_factory=dict, repr=False)
    _drawn: WeakValueDictionary[tuple[int, dt.date, int, int], Drawn] = field(
        init=False, default_factory=WeakValueDictionary, repr=False
    )

    def members(self, seed: int) -> Members:
        """Return the growth models on this past: fitted once, whoever asks."""
        if seed not in self._members:
            self._members[seed] = Members(self.history, self.reference, seed)
        return self._members[seed]

    def drawn(self, future: Predictive, deadline: dt.date, draws: int, seed: int) -> Drawn:
        """Return possible futures of what a growth model says: drawn once, as long as somebody holds them."""
        key = (id(future), deadline, draws, seed)
        found = self._drawn.get(key)
        if found is None:
            timescale = self.history.timescale
            nodes = np.unique(timescale.years_of(nodes_of(self.history, deadline)))
            found = Drawn(future, self.history, nodes, timescale.years(deadline), draws, seed)
            self._drawn[key] = found
        return found


@dataclass(frozen=True, eq=False)
class Reader:
    """A ledger, read for one question or for thousands: what two of them share is read once."""

    ledger: Ledger
    _pasts: dict[tuple[Any, ...], Past] = field(default_factory=dict, repr=False)
    _classes: dict[tuple[Any, ...], ReferenceClass] = field(default_factory=dict, repr=False)
    _plans: dict[dt.date, list["Plan"]] = field(default_factory=dict, repr=False)

    def own(self, indicator: str, region: str, day: dt.date) -> History:
        """Return what was known of an indicator in a region on a day."""
        return self.ledger.history(indicator, region, day)

    def class_of(self, indicators: tuple[str, ...], day: dt.date, relation: Relation) -> ReferenceClass:
        """Return the histories of some indicators in all regions, as known on a day."""
        key = (relation, indicators, day)
        if key not in self._classes:
            figures = self.ledger.figures
            every = [(i, r) for i in indicators for r in figures.regions_with(i, 2, day)]
            some = every[:: -(-len(every) // MOST_PEERS) or 1]
            found = (self.own(indicator, region, day) for indicator, region in some)
            self._classes[key] = ReferenceClass(tuple(h for h in found if _teaches(h)), relation)
        return self._classes[key]

    def reference(self, goal: Goal, measured_by: tuple[str, ...], day: dt.date) -> Reference:
        """Return what peers did: other regions' same indicator; failing that, kindred indicators anywhere."""
        without = frozenset(f"{goal.region}/{i}" for i in (*measured_by, goal.indicator))
        same = self.class_of((goal.indicator,), day, "indicator")
        above = self.ledger.regions[goal.region].parent
        parent = None if above is None else self.own(goal.indicator, above, day)
        if parent is not None and not _teaches(parent):
            parent = None
        if same.others(without) >= MIN_PEERS:
            return Reference(same, without, parent)
        kin = self.class_of(self.ledger.kindred(goal.indicator), day, "family")
        return Reference(kin if kin.others(without) else ReferenceClass(), without, parent)

    def read(self, asked: Asked) -> Past:
        """Read the past of a question.

        Raises
        ------
        Unanswerable
            If neither the goal's own figures nor its reference class can answer.
        """
        goal, day = asked.goal, asked.known_on
        key = (goal.indicator, goal.region, asked.measured_by, day)
        if key in self._pasts:
            return self._pasts[key]
        history, reference = self._history(asked), self.reference(goal, asked.measured_by, day)
        if history.counted and len(history):
            self._pasts[key] = Past(history, reference, own=True)
            if len(self._pasts) > PASTS:
                del self._pasts[next(iter(self._pasts))]  # the oldest
            return self._pasts[key]
        if not len(reference):
            raise _refusal(goal, "no figure of it is known, and no peer has two")
        return Past(self._presumed_start(goal, day), reference, own=False)

    def _history(self, asked: Asked) -> History:
        """Return the goal's own history: of its indicator, or the sum that it is measured by."""
        goal, day = asked.goal, asked.known_on
        plain = self.own(goal.indicator, goal.region, day)
        if asked.measured_by == (goal.indicator,):
            return plain
        try:
            parts = [self.ledger.history(i, goal.region, day, plain.timescale) for i in asked.measured_by]
            summed = add_histories(parts)
        except ValueError:
            return plain
        return replace(summed, indicator=goal.indicator, kind=self.ledger.kind(goal.indicator))

    def _presumed_start(self, goal: Goal, known_on: dt.date) -> History:
        """Return one presumed value: goals are set ahead of the last figure, as far as peers' goals were.

        The goal's value is taken back, by the yearly change that peers' goals ask for, to the day from which
        it was set; the spread of those plans is the value's interval. All of it is told on the scale of the
        goal's kind: a share stays a share.
        """
        kind, value = self.ledger.kind(goal.indicator), float(goal.value)
        upper = self.ledger.upper(goal.indicator)
        scale, plans = scale_for(kind, upper), self._planned_growth(goal, known_on)
        if len(plans) < MIN_PLANS or not np.isfinite(scale.of(value)):
            why = f"no figure of it is known, and only {len(plans)} peers' goals tell its start"
            raise _refusal(goal, why)
        centre, spread = float(np.median(plans)), max(float(np.std(plans)), 0.05)
        start = min(known_on, goal.announced_on or known_on, goal.deadline - dt.timedelta(days=1))
        timescale: Timescale = self.ledger.timescale(goal.indicator)
        years = timescale.years(goal.deadline) - timescale.years(start)
        if kind is Kind.FLOW:
            # The newest year that was over by then.
            start = dt.date(start.year - 1, 12, 31)
            years = math.ceil(timescale.years(goal.deadline) - timescale.years(start) - 1e-9)
        middle = float(scale.of(value)) - centre * years
        half = math.sqrt(3) * spread * math.sqrt(max(years, 0.25))
        low, high = scale.back(np.array([[middle - half], [middle + half]]))
        return History(
            goal.indicator, goal.region, kind, np.array([start], "datetime64[D]"), low, high, np.zeros(1),
            timescale, counted=False, upper=upper,
        )  # fmt: skip

    def _planned_growth(self, goal: Goal, known_on: dt.date) -> list[float]:
        """Return the yearly change that goals known by then ask for, on the goal's scale."""
        if known_on not in self._plans:
            self._plans[known_on] = list(self._plans_known_on(known_on))
        kind = self.ledger.kind(goal.indicator)
        others = [plan for plan in self._plans[known_on] if plan.goal != goal.id]
        same = [plan.growth for plan in others if plan.indicator == goal.indicator]
        if len(same) >= MIN_PLANS:
            return same
        alike = {kind} if kind in (Kind.SHARE, Kind.RATE) else {Kind.STOCK, Kind.CUMULATIVE}
        return [plan.growth for plan in others if plan.kind in alike]

    def _plans_known_on(self, known_on: dt.date) -> Iterator["Plan"]:
        goals = list(self.ledger.goals.values())
        for other in goals[:: -(-len(goals) // MOST_PLANS) or 1]:
            if other.announced_on is None or other.announced_on > known_on or other.success_selected:
                continue
            before = self.own(other.indicator, other.region, other.announced_on)
            if before.kind not in (Kind.SHARE, Kind.RATE):
                before = before.positive()
            scale = scale_of(before)
            to = float(scale.of(float(other.value)))
            if not len(before) or not np.isfinite(to):
                continue
            last = float(scale.place(before.value[-1:])[0])
            calendar = Timescale()
            years = calendar.years(other.deadline) - calendar.years(before.dates[-1])
            yield Plan(other.id, other.indicator, before.kind, (to - last) / max(years, 0.25))


@lru_cache(maxsize=DAYS)
def reader_of(ledger: Ledger, known_on: dt.date) -> Reader:
    """Return the reader of a ledger for a day of knowledge: all who ask about that day share it."""
    return Reader(ledger)


@dataclass(frozen=True)
class Plan:
    """How much a year somebody's goal asks for, on the scale of its kind."""

    goal: str
    indicator: str
    kind: Kind
    growth: float


def read_past(reader: Reader, question: Question) -> Past:
    """Read the past of one question under its scenario; errors as of :meth:`Reader.read`."""
    asked = question.asked
    ledger = question.scenario.on_ledger(reader.ledger, asked)
    past = (reader if ledger is reader.ledger else Reader(ledger)).read(asked)
    history = question.scenario.on_past(past.history, asked)
    return past if history is past.history else replace(past, history=history)


def _teaches(history: History) -> bool:
    """Return whether a history tells of growth: by two figures, positive ones where logarithms count."""
    return len(history) > 1 and (history.kind is Kind.RATE or history.rises > 1)


def _refusal(goal: Goal, why: str) -> Unanswerable:
    remedy = "add an observation of it, or of the same indicator in other regions"
    return Unanswerable([Problem("observations", f"the goal cannot be answered: {why}", goal.id, remedy)])
