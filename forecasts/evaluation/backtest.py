"""Forecasters of the past: the verdict, and what it is compared with, asked the same questions.

Nothing published after the day of a question is known to whoever answers it (a rolling origin on
vintages), and the answer is the one that a brief of that day would have given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.attainment.outlook import Outlook, floored, outlook
from forecasts.attainment.past import Reader
from forecasts.evaluation.cases import Case
from forecasts.evaluation.naive import random_walk
from forecasts.evaluation.scores import LEVELS, Forecasts
from forecasts.ledger.records import asks_of
from forecasts.models.base import GrowthModel
from forecasts.models.members import MODELS

Floats = NDArray[np.float64]


class Future(Protocol):
    """What a forecaster says: a distribution at any time of the history's timescale."""

    def cdf(self, time: float, value: ArrayLike) -> Floats: ...  # noqa: D102

    def quantile(self, time: float, level: ArrayLike) -> Floats: ...  # noqa: D102


#: Says what may come, or nothing.
Forecaster = Callable[[Outlook], Future | None]

#: The verdict itself, and what it is compared with.
VERDICT, DRIFT = "verdict", "drift"


def verdict(found: Outlook) -> Future | None:
    """Return what a verdict is read off."""
    return found.future


def drift(found: Outlook) -> Future | None:
    """Return the random walk with drift."""
    return random_walk(found.past)


def member_of(model: GrowthModel) -> Forecaster:
    """Return one growth model as a forecaster."""

    def member(found: Outlook) -> Future | None:
        fitted = found.fitted.of(model).predictive
        return None if fitted is None else found.under_scenario(fitted)

    return member


def forecasters(members: bool = False) -> dict[str, Forecaster]:
    """Return the verdict and what it is compared with; with every growth model, if asked for."""
    found: dict[str, Forecaster] = {VERDICT: verdict, DRIFT: drift}
    return found | ({model.name: member_of(model) for model in MODELS} if members else {})


def ask(cases: Sequence[Case], reader: Reader, who: Mapping[str, Forecaster]) -> dict[str, Forecasts]:
    """Ask forecasters about cases; each past is read and fitted once."""
    said: dict[str, list[tuple[Floats, Floats, float]]] = {name: [] for name in who}
    futures: dict[tuple[object, ...], dict[str, Future | None]] = {}
    for case in cases:
        found = outlook(reader, case.question)
        # Without own figures the goal itself tells where the past may have stood.
        whose = None if found.past.own else case.goal.id
        key = (case.series, case.origin, case.question.scenario.id, whose)
        if key not in futures:
            futures[key] = {name: forecaster(found) for name, forecaster in who.items()}
        for name, future in futures[key].items():
            said[name].append(_said(future, found.end, case))
    return {name: _forecasts(cases, answers) for name, answers in said.items()}


def _said(future: Future | None, time: float, case: Case) -> tuple[Floats, Floats, float]:
    """Return the probabilities of a case's goals, the quantiles, and where what came lies."""
    if future is None:
        return np.full(len(case.values), np.nan), np.full(len(LEVELS), np.nan), np.nan
    goal = case.goal
    asks = [asks_of(value, goal.comparison, goal.tolerance) for value in case.values]
    below = future.cdf(time, np.array([a.edge for a in asks]))
    chance = floored(np.where([a.below for a in asks], below, 1.0 - below))
    rank = np.nan if case.actual is None else float(future.cdf(time, case.actual))
    return chance, np.maximum.accumulate(future.quantile(time, LEVELS)), rank


def _forecasts(cases: Sequence[Case], answers: Sequence[tuple[Floats, Floats, float]]) -> Forecasts:
    """Return one row a goal."""
    size = [len(case.values) for case in cases]
    nothing = np.nan

    def each(values: list[float]) -> Floats:
        return np.repeat(np.array(values, float), size)

    quantiles = np.array([q for _, q, _ in answers], float).reshape(len(cases), len(LEVELS))
    return Forecasts(
        series=np.repeat(np.array([case.series for case in cases], np.str_), size),
        unit=np.repeat(np.arange(len(cases)), size),
        stratum=np.array([s for case in cases for s in case.strata], np.str_),
        probability=np.array([p for chance, _, _ in answers for p in chance], float),
        met=np.array([m for case in cases for m in case.met], bool),
        quantiles=np.repeat(quantiles, size, axis=0),
        pit=each([rank for _, _, rank in answers]),
        actual=each([nothing if case.actual is None else case.actual for case in cases]),
        scale=each([nothing if case.scale is None else case.scale for case in cases]),
    )
