"""What moved an answer: last figure, class, own history, other models, scenario - one step at a time."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasts.attainment.outlook import FLOOR, answer, find_question, whole_of
from forecasts.attainment.past import read
from forecasts.attainment.result import Attainment
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.models.base import Predictive
from forecasts.models.reference import Reference
from forecasts.models.trend import Trend
from forecasts.scenarios.scenario import Scenario, Share


@dataclass(frozen=True)
class Step:
    """One step and the probability after it."""

    name: str
    probability: float


@dataclass(frozen=True)
class Explanation:
    """How an answer came to be.

    Attributes
    ----------
    steps : tuple of Step
        ``last figure`` (the pool's prior alone), ``class``, ``own history``, ``all members``.
    without_class : float
        The answer of the own history alone.
    prior_share : float
        How much of the answer rests on the prior (pool and class): the squared ratio of the forecast's
        quartile distances with and without the own history before the last figure; 1 = all of it.
    """

    result: Attainment
    steps: tuple[Step, ...]
    without_class: float
    prior_share: float


def explain(
    ledger: Ledger,
    scenarios: Mapping[str, Scenario],
    goal: str,
    scenario: str,
    known_on: dt.date,
    seed: int = 1,
) -> Explanation:
    """Take one answer apart; parameters and errors as of :func:`forecasts.attainment.outlook.answer`."""
    result = answer(ledger, scenarios, goal, scenario, known_on, seed=seed)
    the_goal, the_scenario = find_question(ledger, scenarios, goal, scenario, known_on)
    reading = read(the_goal, the_scenario, ledger.known_on(known_on), known_on)
    history, share = reading.history, the_scenario.find(Share)
    last = history.newest(1)
    end, value = history.clock.years(the_goal.deadline), float(the_goal.value)

    def future(seen: History, reference: Reference) -> Predictive:
        return whole_of(Trend().fit(seen, reference, seed), share)

    def chance(of: Predictive) -> float:
        return float(np.clip(1 - float(of.cdf(end, value)), FLOOR, 1 - FLOOR))

    with_class, with_both = future(last, reading.reference), future(history, reading.reference)
    steps = (
        Step("last figure", chance(future(last, Reference()))),
        Step("class", chance(with_class)),
        Step("own history", chance(with_both)),
        Step("all members", result.probability),
    )
    return Explanation(
        result, steps, chance(future(history, Reference())), _prior_share(with_class, with_both, end)
    )


def _prior_share(before: Predictive, after: Predictive, time: float) -> float:
    """Return the squared ratio of quartile distances (of the logarithm), at most one."""
    quartiles = np.array([0.25, 0.75])
    wide, narrow = (np.log(np.maximum(f.quantile(time, quartiles), 1e-300)) for f in (before, after))
    ratio = (narrow[1] - narrow[0]) / max(wide[1] - wide[0], 1e-12)
    return float(min(ratio**2, 1.0))
