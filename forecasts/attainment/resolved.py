"""Past its deadline a goal has no probability: it is met, missed or open by the figure of that day."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasts.ledger.fields import Kind, Origin
from forecasts.ledger.figures import ORDER, Span
from forecasts.ledger.history import interval_of, without_ends
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal

State = Literal["met", "missed", "open"]

#: The standing of a figure that somebody only expected: it decides nothing.
EXPECTED = ORDER[Origin.ESTIMATE]


@dataclass(frozen=True)
class Resolved:
    """What became of a goal whose deadline has passed.

    Attributes
    ----------
    state : str
        ``met``, ``missed`` or ``open``.
    low, high : float
        The bounds of the figure that says so; NaN where there is none.
    as_of, published_on : date, optional
        The day that this figure describes, and the day on which it could be known.
    note : str
        All of it as a sentence.
    """

    state: State
    low: float
    high: float
    as_of: dt.date | None
    published_on: dt.date | None
    note: str


def resolve(ledger: Ledger, goal: Goal, known_on: dt.date | None = None) -> Resolved:
    """Say whether a goal was met, by the figure of the day of its deadline.

    A later figure does not decide it, with one exception: a cumulative total never falls, so that it was
    above on that day if it was above before, and below if it still was below later.

    Parameters
    ----------
    known_on : date, optional
        Nothing known later is used; by default all that is held.

    Returns
    -------
    Resolved
        ``open`` where no figure of that day is known, where its bounds leave it open, and where the day has
        not come.
    """
    asked = f"asked {_asked(goal)}"
    note = f"open: no figure of {goal.deadline} is published"
    undecided = Resolved("open", math.nan, math.nan, None, None, note)
    for day in _deciding_days(ledger, goal, known_on):
        found = _figure(ledger, goal, day, known_on)
        if found is None:
            continue
        low, high, published = found
        said = f"{_shown(low, high)} on {day}, {asked}"
        # Of a total, an earlier figure is a lower bound, and a later one an upper bound.
        least = low if day <= goal.deadline else -math.inf
        most = high if day >= goal.deadline else math.inf
        met = goal.asks.met(least, most)
        if met is not None:
            state: State = "met" if met else "missed"
            return Resolved(state, low, high, day, published, f"{state}: {said}")
        if day == goal.deadline:
            undecided = Resolved("open", low, high, day, published, f"open: {said}")
    return undecided


def _deciding_days(ledger: Ledger, goal: Goal, known_on: dt.date | None) -> list[dt.date]:
    """Return the days whose figures may decide: the deadline; of a total its neighbours, too."""
    if ledger.kind(goal.indicator) is not Kind.CUMULATIVE:
        return [goal.deadline]
    span = _span(ledger, goal)
    days = ledger.figures.as_of[span.first : span.end]
    known = ledger.figures.known[span.first : span.end]
    if known_on is not None:
        days = days[known <= np.datetime64(known_on)]
    deadline = np.datetime64(goal.deadline)
    before, after = days[days < deadline], days[days > deadline]
    around = [*before[-1:].tolist(), *after[:1].tolist()]
    return [goal.deadline, *around]


def _span(ledger: Ledger, goal: Goal) -> Span:
    return ledger.figures.regions(goal.indicator).get(goal.region, Span(0, 0, True))


def _figure(
    ledger: Ledger, goal: Goal, day: dt.date, known_on: dt.date | None
) -> tuple[float, float, dt.date] | None:
    """Return the bounds of the figure of a day and when it was published; None if nobody counted it."""
    span, figures = _span(ledger, goal), ledger.figures
    part = slice(span.first, span.end)
    of_day = figures.as_of[part] == np.datetime64(day)
    if known_on is not None:
        of_day &= figures.known[part] <= np.datetime64(known_on)
    rows = np.flatnonzero(of_day) + span.first
    if not len(rows) or figures.rank[rows].min() >= EXPECTED:
        return None
    history = ledger.history(goal.indicator, goal.region, known_on)
    at = np.flatnonzero(history.days == np.datetime64(day))
    if not len(at):
        return None
    published = ledger.rows.days("published_on")[figures.row[rows]].max()
    low, high = float(history.low[at[0]]), float(history.high[at[0]])
    held = (ledger.observations[str(figures.names.at(int(row)))] for row in figures.row[rows])
    hedges = {
        o.qualifier for o in held if interval_of(o.value, o.qualifier, o.low, o.high, o.origin) == (low, high)
    }
    return (*without_ends(low, high, hedges.pop() if len(hedges) == 1 else None), published.item())


def _asked(goal: Goal) -> str:
    within = "" if goal.tolerance is None else f" within {goal.tolerance:f}"
    return f"{goal.comparison.value} {_number(float(goal.value))}{within}"


def _shown(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    """Write a number for people: no exponent, no digits that say nothing."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.0f}"
