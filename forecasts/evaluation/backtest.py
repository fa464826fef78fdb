"""The track record: what would have been said on every day of the past, against what came.

Nothing published after the day of a question is known to whoever answers it (a rolling origin on
vintages), and the answer is the one that a brief of that day would have given.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.attainment.outlook import FLOOR, whole_of
from forecasts.attainment.past import Reading
from forecasts.evaluation.cases import Case, announced_cases, reading_of, rolling_cases
from forecasts.evaluation.naive import drift_future
from forecasts.evaluation.scores import (
    LEVELS,
    Forecasts,
    PitHistogram,
    Reliability,
    Scores,
    pit_histogram,
    reliability,
    score,
)
from forecasts.ledger.ledger import Ledger
from forecasts.models.base import GrowthModel
from forecasts.models.gamma import Flow
from forecasts.models.members import MODELS, fit_all, pool, weigh_members
from forecasts.models.trend import Trend
from forecasts.scenarios.scenario import Scenario, Share

Floats = NDArray[np.float64]


class Future(Protocol):
    """What a forecaster says: a distribution at any time of the history's clock."""

    def cdf(self, time: float, value: ArrayLike) -> Floats: ...  # noqa: D102

    def quantile(self, time: float, level: ArrayLike) -> Floats: ...  # noqa: D102


#: Says what may come of a past, or nothing.
Forecaster = Callable[[Reading, Scenario], Future | None]

#: The verdict itself, and what it is compared with.
VERDICT, DRIFT = "verdict", "drift"

#: Members that ever carry a verdict; the others are second opinions and cost most of the time.
LEADING: Final[tuple[GrowthModel, ...]] = (Trend(), Flow())


@dataclass(frozen=True)
class Resolved:
    """A goal that was set and whose outcome is known, as it looked on the day of its announcement."""

    goal: str
    origin: dt.date
    probability: float
    met: bool


@dataclass(frozen=True)
class TrackRecord:
    """What the verdicts of the past were worth.

    Attributes
    ----------
    methods : tuple of Scores
        Scores on the ledger's own series: the verdict first, then what it is compared with.
    resolved : tuple of Resolved
        Goals that were set and whose outcome is known.
    announced : Scores
        The verdict's scores on them.
    dropped, announced_dropped : mapping
        Questions and goals that could not be asked, by reason.
    undecided : int
        Goals that lie within what the later figure may mean; its middle decided them.
    """

    known_on: dt.date
    methods: tuple[Scores, ...]
    reliability: Reliability
    pit: PitHistogram
    resolved: tuple[Resolved, ...]
    announced: Scores
    dropped: Mapping[str, int]
    announced_dropped: Mapping[str, int]
    undecided: int
    draws: int
    seed: int

    @property
    def verdict(self) -> Scores:
        """The scores of the verdict."""
        return self.methods[0]


def track_record(
    ledger: Ledger,
    scenarios: Mapping[str, Scenario],
    known_on: dt.date,
    members: bool = False,
    draws: int = 2_000,
    seed: int = 1,
) -> TrackRecord:
    """Return what the verdicts of the past were worth, by what was known on a day.

    Parameters
    ----------
    known_on : date
        Figures and outcomes of later days do not count.
    members : bool
        Whether every growth model is scored too, which takes a minute.
    draws, seed : int
        Of the bootstrap and the consistency bars.
    """
    seen = ledger.known_on(known_on)
    rolling, announced = rolling_cases(seen), announced_cases(seen, scenarios)
    found = ask(rolling.asked, seen, forecasters(members, seed))
    verdict = found[VERDICT]
    methods = [
        score(name, f, {n: o for n, o in found.items() if n != name}, draws, seed)
        for name, f in found.items()
    ]
    goals = ask(announced.asked, seen, {VERDICT: verdict_of(seed)})[VERDICT]
    return TrackRecord(
        known_on=known_on,
        methods=tuple(methods),
        reliability=reliability(verdict, draws, seed),
        pit=pit_histogram(verdict),
        resolved=tuple(
            Resolved(case.goal.id, case.origin, float(p), case.met[0])
            for case, p in zip(announced.asked, goals.probability, strict=True)
        ),
        announced=score(VERDICT, goals, {}, draws, seed),
        dropped=rolling.dropped,
        announced_dropped=announced.dropped,
        undecided=rolling.undecided,
        draws=draws,
        seed=seed,
    )


def forecasters(members: bool = False, seed: int = 1) -> dict[str, Forecaster]:
    """Return the verdict and what it is compared with; with every growth model, if asked for."""
    found: dict[str, Forecaster] = {
        VERDICT: verdict_of(seed),
        DRIFT: lambda reading, _: drift_future(reading),
    }
    return found | ({model.name: member_of(model, seed) for model in MODELS} if members else {})


def verdict_of(seed: int, models: tuple[GrowthModel, ...] = LEADING) -> Forecaster:
    """Return the forecaster that a verdict is read off."""

    def verdict(reading: Reading, scenario: Scenario) -> Future | None:
        fitted = fit_all(reading.history, reading.reference, seed, models)
        mixture = pool(fitted, weigh_members(fitted, reading.history))
        return None if mixture is None else whole_of(mixture, scenario.find(Share))

    return verdict


def member_of(model: GrowthModel, seed: int) -> Forecaster:
    """Return one growth model as a forecaster."""

    def member(reading: Reading, scenario: Scenario) -> Future | None:
        [fitted] = fit_all(reading.history, reading.reference, seed, (model,))
        return None if fitted.predictive is None else whole_of(fitted.predictive, scenario.find(Share))

    return member


def ask(cases: Sequence[Case], ledger: Ledger, who: Mapping[str, Forecaster]) -> dict[str, Forecasts]:
    """Ask forecasters about cases; each past is read and fitted once.

    Parameters
    ----------
    ledger : Ledger
        Each case sees of it what was known on its day.
    """
    vintages: dict[dt.date, Ledger] = {}
    said: dict[str, list[tuple[Floats, Floats, float]]] = {name: [] for name in who}
    futures: dict[tuple[object, ...], dict[str, Future | None]] = {}
    for case in cases:
        seen = vintages.setdefault(case.origin, ledger.known_on(case.origin))
        reading = reading_of(case, seen)
        # Without own figures the goal itself tells where the past may have stood.
        key = (case.series, case.origin, case.scenario.id, None if reading.own else case.goal.id)
        if key not in futures:
            futures[key] = {name: f(reading, case.scenario) for name, f in who.items()}
        end = reading.history.clock.years(case.goal.deadline)
        for name, future in futures[key].items():
            said[name].append(_said(future, end, case))
    return {name: _forecasts(cases, answers) for name, answers in said.items()}


def _said(future: Future | None, time: float, case: Case) -> tuple[Floats, Floats, float]:
    """Return the probabilities of a case's goals, the quantiles, and where what came lies."""
    if future is None:
        return np.full(len(case.values), np.nan), np.full(len(LEVELS), np.nan), np.nan
    chance = np.clip(1.0 - future.cdf(time, np.array(case.values)), FLOOR, 1 - FLOOR)
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
