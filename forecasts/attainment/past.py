"""How a scenario reads the past: the goal's own history, its reference class, a start where none is known."""

import datetime as dt
import math
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from forecasts.ledger.history import Clock, History, add_histories, read_history
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Goal, Kind
from forecasts.models.reference import Reference
from forecasts.scenarios.scenario import Measure, Redate, Scenario, SetClock

#: Fewest peers' histories that make a class of the same indicator; below, kindred indicators join.
MIN_PEERS = 3

#: Fewest goals of peers that tell how far ahead of the last figure goals are set.
MIN_PLANS = 3


@dataclass(frozen=True)
class Reading:
    """The past of one goal, as a scenario reads it.

    Attributes
    ----------
    history : History
        Own figures in the goal's unit; a presumed start where there are none.
    own : bool
        Whether the history holds own figures.
    """

    history: History
    reference: Reference
    own: bool


def read(goal: Goal, scenario: Scenario, ledger: Ledger, known_on: dt.date) -> Reading:
    """Read the past of a goal from a ledger as known on a day.

    Raises
    ------
    BadInput
        If neither the goal's own figures nor its reference class can answer.
    """
    seen = _redated(ledger, scenario)
    clock = _clock(goal, scenario, seen)
    history = _own_history(goal, scenario, seen, clock, known_on)
    measured = scenario.find(Measure)
    indicators = measured.indicators if measured else (goal.indicator,)
    reference = _reference(goal, indicators, clock, seen, known_on)
    if len(history.positive()):
        return Reading(history, reference, own=True)
    if not reference.histories:
        raise _refusal(goal, "no figure of it is known, and no peer has two")
    return Reading(_presumed_start(goal, clock, seen, known_on), reference, own=False)


def _redated(ledger: Ledger, scenario: Scenario) -> Ledger:
    """Return the ledger with the scenario's dates."""
    rows = dict(ledger.observations)
    for change in scenario.adjustments:
        if isinstance(change, Redate) and change.observation in rows:
            rows[change.observation] = rows[change.observation].model_copy(update={"as_of": change.as_of})
    return replace(ledger, observations=MappingProxyType(rows))


def _clock(goal: Goal, scenario: Scenario, ledger: Ledger) -> Clock:
    """Return the indicator's clock, or the scenario's."""
    change = scenario.find(SetClock)
    return Clock(change.q4_share if change else ledger.indicators[goal.indicator].q4_share)


def _own_history(goal: Goal, scenario: Scenario, ledger: Ledger, clock: Clock, until: dt.date) -> History:
    """Return the goal's own history: of its indicator, or the sum that the scenario measures it by."""
    measure = scenario.find(Measure)
    if measure is None:
        return read_history(ledger, goal.indicator, goal.region, clock, until)
    parts = [read_history(ledger, i, goal.region, clock, until) for i in measure.indicators]
    try:
        summed = add_histories(parts)
    except ValueError:
        return read_history(ledger, goal.indicator, goal.region, clock, until)
    return replace(summed, indicator=goal.indicator, kind=ledger.indicators[goal.indicator].kind)


def _reference(
    goal: Goal, indicators: tuple[str, ...], clock: Clock, ledger: Ledger, until: dt.date
) -> Reference:
    """Return what peers did: other regions' same indicator; failing that, kindred indicators anywhere."""
    own = {(goal.region, i) for i in (*indicators, goal.indicator)}
    pairs = sorted({(o.region, o.indicator) for o in ledger.observations.values()} - own)
    same = [read_history(ledger, i, r, clock, until) for r, i in pairs if i == goal.indicator]
    same = [h for h in same if len(h.positive()) > 1]
    above = ledger.regions[goal.region].parent
    parent = next((h for h in same if h.region == above), None)
    if len(same) >= MIN_PEERS:
        return Reference(tuple(same), "indicator", parent)
    family = ledger.indicators[goal.indicator].family
    kind = ledger.indicators[goal.indicator].kind
    kindred = [
        read_history(ledger, i, r, None, until)
        for r, i in pairs
        if ledger.indicators[i].family == family and ledger.indicators[i].kind is kind
    ]
    kindred = [h for h in kindred if len(h.positive()) > 1]
    return Reference(tuple(kindred), "family" if kindred else "none", parent)


def _presumed_start(goal: Goal, clock: Clock, ledger: Ledger, known_on: dt.date) -> History:
    """Return one presumed value: goals are set ahead of the last figure, as far as peers' goals were.

    The goal's value is taken back, by the yearly growth that peers' goals ask for, to the day from which
    it was set; the spread of those plans is the value's interval.
    """
    plans = _planned_growth(goal, ledger, known_on)
    if len(plans) < MIN_PLANS:
        raise _refusal(goal, f"no figure of it is known, and only {len(plans)} peers' goals tell its start")
    centre, spread = float(np.median(plans)), max(float(np.std(plans)), 0.05)
    start = min(known_on, goal.announced_on or known_on, goal.deadline - dt.timedelta(days=1))
    years = clock.years(goal.deadline) - clock.years(start)
    middle = math.log(float(goal.value)) - centre * years
    half = math.sqrt(3) * spread * math.sqrt(max(years, 0.25))
    return History(
        goal.indicator, goal.region, ledger.indicators[goal.indicator].kind, (start,),
        np.array([math.exp(middle - half)]), np.array([math.exp(middle + half)]), np.zeros(1), clock,
    )  # fmt: skip


def _planned_growth(goal: Goal, ledger: Ledger, known_on: dt.date) -> list[float]:
    """Return the growth of the logarithm a year that goals known by then ask for."""
    plans: dict[str, list[float]] = {"same": [], "any": []}
    for other in ledger.goals.values():
        if other.id == goal.id or other.announced_on is None or other.announced_on > known_on:
            continue
        if other.success_selected or ledger.indicators[other.indicator].kind is Kind.FLOW:
            continue
        before = read_history(ledger, other.indicator, other.region, until=other.announced_on).positive()
        if not len(before):
            continue
        years = (other.deadline - before.dates[-1]).days / 365.25
        growth = math.log(float(other.value) / float(before.value[-1])) / max(years, 0.25)
        plans["any"].append(growth)
        if other.indicator == goal.indicator:
            plans["same"].append(growth)
    return plans["same"] if len(plans["same"]) >= MIN_PLANS else plans["any"]


def _refusal(goal: Goal, why: str) -> BadInput:
    remedy = "add an observation of it, or of the same indicator in other regions"
    return BadInput(
        [Problem("seeds/observations.csv", f"the goal cannot be answered: {why}", goal.id, remedy)]
    )
