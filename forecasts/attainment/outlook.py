"""A future and a goal become a verdict."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.attainment.pace import observed_pace, percent, required_pace, steps_of
from forecasts.attainment.past import Reading, read
from forecasts.attainment.result import (
    Attainment,
    EngineRecord,
    Evidence,
    FanPoint,
    GoalFacts,
    HistoryPoint,
    Member,
    ReferenceFacts,
    ScenarioFacts,
)
from forecasts.engine.learned import SCORE, learned
from forecasts.ledger.history import History, interval
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Goal, Observation
from forecasts.models.base import Predictive, bisect
from forecasts.models.members import Fitted, Pool, fit_all, pool, weigh_members
from forecasts.models.reference import Reference
from forecasts.scenarios.scenario import Scenario, Share

Floats = NDArray[np.float64]

#: No verdict is surer than this: the share of cases in which none of the models is right.
FLOOR = 0.002

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)

#: How far ahead the day of reaching the goal is looked for.
HORIZON_YEARS = 10

#: A fan has about so many days at most: months, or every second, third ... one.
FAN_POINTS = 16

#: Stands for a goal's own baseline scenario.
BASELINE = "baseline"

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(12)

PACKAGES = ("forecasts", "numpy", "pandas", "prophet", "scipy", "statsmodels")


@dataclass(frozen=True)
class Shared(Predictive):
    """The future of a whole of which an unknown share is counted, uniform between `low` and `high`."""

    inner: Predictive
    low: float
    high: float

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return self.inner.draws

    def prefetch(self, times: Floats) -> None:
        """See :class:`forecasts.models.base.Predictive`."""
        self.inner.prefetch(times)

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; Gauss-Legendre over the share's prior."""
        shares = self.low + (self.high - self.low) * (NODES + 1) / 2
        values = np.asarray(value, float)[..., None] * shares
        return np.asarray(self.inner.cdf(time, values) @ (NODE_WEIGHTS / 2), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        inner = self.inner.quantile(time, np.array([1e-4, 1 - 1e-4]))
        low, high = float(inner[0]) / self.high, float(inner[1]) / self.low
        return bisect(lambda x: self.cdf(time, x), level, low, high)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        share = rng.uniform(self.low, self.high, (draws, 1))
        return self.inner.paths(times, draws, rng) / share


def answer(
    ledger: Ledger,
    scenarios: Mapping[str, Scenario],
    goal: str,
    scenario: str,
    known_on: dt.date,
    draws: int = 20_000,
    seed: int = 1,
) -> Attainment:
    """Say how likely a goal is under a scenario, by what was known on a day.

    Parameters
    ----------
    goal, scenario : str
        Ids; the scenario ``baseline`` stands for the goal's own baseline.
    known_on : date
        Nothing published later is used.
    draws, seed : int
        Of the Monte-Carlo parts.

    Raises
    ------
    BadInput
        For a name that is not there, a scenario that is not for the goal, a deadline that has passed, or
        if neither own figures nor a reference class can answer.
    """
    the_goal, the_scenario = find_question(ledger, scenarios, goal, scenario, known_on)
    seen = ledger.known_on(known_on)
    reading = read(the_goal, the_scenario, seen, known_on)
    history, reference = reading.history, reading.reference
    fitted = fit_all(history, reference, seed)
    weights = weigh_members(fitted, history)
    mixture = pool(fitted, weights)
    if mixture is None:
        told = "; ".join(f"{f.name}: {f.reason}" for f in fitted if f.status == "failed")
        problem = Problem("forecasts", f"no growth model serves ({told})", goal, "see the history's values")
        raise BadInput([problem])
    share = the_scenario.find(Share)
    future = whole_of(mixture, share)
    end = history.clock.years(the_goal.deadline)
    horizon = dt.date(known_on.year + HORIZON_YEARS, 12, 31)
    asked = [*_fan_days(history, the_goal.deadline), *month_ends(known_on, horizon)[11::12]]
    future.prefetch(np.array([history.clock.years(day) for day in asked]))
    probability = _reached(future, end, the_goal)
    middle = 1.0 if share is None else (share.low + share.high) / 2
    whole = _scaled(history, middle)
    parent = reference.parent
    return Attainment(
        goal=_goal_facts(the_goal, ledger, known_on),
        scenario=_scenario_facts(the_scenario, share),
        known_on=known_on,
        probability=probability,
        std_error=_std_error(mixture, share, end, the_goal),
        members=tuple(_member(f, weights.get(f.name, 0.0), share, end, the_goal) for f in fitted),
        quantiles={f"q{p:g}": float(v) for p, v in zip(LEVELS, future.quantile(end, LEVELS), strict=True)},
        reached_p50=_day_reached(future, history, the_goal, known_on, horizon, 0.5),
        reached_p80=_day_reached(future, history, the_goal, known_on, horizon, 0.8),
        horizon=horizon,
        required_pace=required_pace(whole, float(the_goal.value), the_goal.deadline),
        observed_pace=observed_pace(whole, parent, reference, seen) if reading.own else None,
        n=len(history) if reading.own else 0,
        basis=_basis(reading),
        reference=_reference_facts(reference, parent, seen),
        history=_points(history, share) if reading.own else (),
        fan=_fan(future, history, the_goal.deadline),
        evidence=tuple(_evidence(seen.observations[i], seen) for i in _rows_of(reading, parent)),
        record=_record(),
        draws=draws,
        seed=seed,
        versions=_versions(),
    )


def find_question(
    ledger: Ledger, scenarios: Mapping[str, Scenario], goal: str, scenario: str, known_on: dt.date
) -> tuple[Goal, Scenario]:
    """Look up the goal and the scenario; tell all that is wrong at once."""
    problems = []
    if goal not in ledger.goals:
        problems.append(Problem("goal", "there is no such goal", goal, nearest(goal, ledger.goals)))
    found = ledger.goals.get(goal)
    if scenario == BASELINE and found is not None:
        scenario = found.baseline
    if scenario not in scenarios:
        problems.append(
            Problem("scenario", "there is no such scenario", scenario, nearest(scenario, scenarios))
        )
    elif not scenarios[scenario].applies_to(goal) and found is not None:
        fit = [s.id for s in scenarios.values() if s.applies_to(goal)]
        problems.append(
            Problem(
                "scenario", f"the scenario is not for the goal {goal!r}", scenario, nearest(scenario, fit)
            )
        )
    if found is not None and known_on >= found.deadline:
        rule = f"the day must lie before the goal's deadline {found.deadline}"
        problems.append(Problem("as_of", rule, str(known_on), "name an earlier day"))
    if found is None or problems:
        raise BadInput(problems)
    return found, scenarios[scenario]


def whole_of(mixture: Predictive, share: Share | None) -> Predictive:
    """Return the future of what the goal means, if only a share of it is counted."""
    return mixture if share is None else Shared(mixture, share.low, share.high)


def _reached(future: Predictive, time: float, goal: Goal) -> float:
    """Return P(value at `time` reaches the goal), kept away from certainty by :data:`FLOOR`."""
    chance = 1.0 - float(future.cdf(time, float(goal.value)))
    return float(np.clip(chance, FLOOR, 1 - FLOOR))


def _std_error(mixture: Pool, share: Share | None, time: float, goal: Goal) -> float:
    """Return the Monte-Carlo standard error; members in closed form have none."""
    variance = 0.0
    for weight, member in zip(mixture.weights, mixture.members, strict=True):
        if member.draws is not None:
            p = _reached(whole_of(member, share), time, goal)
            variance += float(weight) ** 2 * p * (1 - p) / member.draws
    return float(np.sqrt(variance))


def _member(f: Fitted, weight: float, share: Share | None, time: float, goal: Goal) -> Member:
    if f.predictive is None:
        return Member(
            name=f.name, weight=0.0, probability=None, median=None, low=None, high=None,
            status=f.status, reason=f.reason,
        )  # fmt: skip
    future = whole_of(f.predictive, share)
    low, median, high = (float(q) for q in future.quantile(time, np.array([0.1, 0.5, 0.9])))
    return Member(
        name=f.name, weight=float(weight), probability=_reached(future, time, goal),
        median=median, low=low, high=high, status=f.status,
    )  # fmt: skip


def _day_reached(
    future: Predictive, history: History, goal: Goal, start: dt.date, horizon: dt.date, level: float
) -> dt.date | None:
    """Return the first month's end at which the goal is reached with probability `level`."""

    def reached(day: dt.date) -> bool:
        return 1.0 - float(future.cdf(history.clock.years(day), float(goal.value))) >= level

    days = month_ends(start, horizon)
    ends = [i for i in range(len(days)) if (i + 1) % 12 == 0 or i == len(days) - 1]
    # Year by year first, then the months of the year in which it happens.
    before = -1
    for i in ends:
        if reached(days[i]):
            months = days[before + 1 : i + 1]
            future.prefetch(np.array([history.clock.years(day) for day in months]))
            return next(day for day in months if reached(day))
        before = i
    return None


def month_ends(start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the last days of months after `start` and up to `end`."""
    days: list[dt.date] = []
    year, month = start.year, start.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day = dt.date(year, month, 1) - dt.timedelta(days=1)
        if day > end:
            return days
        if day > start:
            days.append(day)


def _fan_days(history: History, deadline: dt.date) -> list[dt.date]:
    """Return the days of a fan, from the last figure to the deadline."""
    start = history.dates[-1]
    months = month_ends(start, deadline)
    return sorted({start, *months[::-1][:: 1 + len(months) // FAN_POINTS], deadline})


def _fan(future: Predictive, history: History, deadline: dt.date) -> tuple[FanPoint, ...]:
    days = _fan_days(history, deadline)
    levels = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    names = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
    points = []
    for day in days:
        values = np.maximum.accumulate(future.quantile(history.clock.years(day), levels))
        points.append(FanPoint(date=day, **dict(zip(names, map(float, values), strict=True))))
    return tuple(points)


def _scaled(history: History, share: float) -> History:
    """Return the history of the whole, if `share` of it is counted."""
    return History(
        history.indicator, history.region, history.kind, history.dates, history.low / share,
        history.high / share, history.noise, history.clock, history.observations,
    )  # fmt: skip


def _points(history: History, share: Share | None) -> tuple[HistoryPoint, ...]:
    least, most = (1.0, 1.0) if share is None else (share.low, share.high)
    rows = zip(history.dates, history.value, history.low, history.high, strict=True)
    return tuple(
        HistoryPoint(date=d, value=v / ((least + most) / 2), low=lo / most, high=hi / least)
        for d, v, lo, hi in rows
    )


def _basis(reading: Reading) -> Literal["own", "own_and_reference", "reference"]:
    if not reading.own:
        return "reference"
    return "own_and_reference" if len(reading.history) < 4 else "own"


def _reference_facts(reference: Reference, parent: History | None, ledger: Ledger) -> ReferenceFacts:
    steps = reference.steps()
    some = len(steps.rate) > 0
    low, median, high = np.quantile(steps.rate, [0.1, 0.5, 0.9]) if some else (0.0, 0.0, 0.0)
    return ReferenceFacts(
        relation=reference.relation,
        regions=len({h.region for h in reference.histories}),
        steps=len(steps.rate),
        low=percent(low) if some else None,
        median=percent(median) if some else None,
        high=percent(high) if some else None,
        parent=steps_of(parent, ledger) if parent is not None else (),
    )


def _rows_of(reading: Reading, parent: History | None) -> tuple[str, ...]:
    own = reading.history.observations if reading.own else ()
    return (*own, *(parent.observations if parent is not None else ()))


def _evidence(row: Observation, ledger: Ledger) -> Evidence:
    indicator, region = ledger.indicators[row.indicator], ledger.regions[row.region]
    source, (low, high) = ledger.sources[row.source], interval(row)
    return Evidence(
        id=row.id, indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        region_zh=region.name_zh, region_en=region.name_en, as_of=row.as_of, as_of_basis=row.as_of_basis,
        value=float(row.value), printed=f"{row.value:f}",
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en,
        qualifier=row.qualifier, low=low, high=high, origin=row.origin, confidence=row.confidence,
        published_on=row.published_on, quote=row.quote, note_zh=row.note_zh,
        note_en=row.note_en, source=source.id,
        source_title=source.title, source_publisher=source.publisher, source_url=source.url,
    )  # fmt: skip


def _goal_facts(goal: Goal, ledger: Ledger, known_on: dt.date) -> GoalFacts:
    indicator, region = ledger.indicators[goal.indicator], ledger.regions[goal.region]
    source, published = ledger.sources[goal.source], goal.published_on or goal.announced_on
    return GoalFacts(
        id=goal.id, indicator=indicator.id, indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        scope_zh=indicator.scope_zh, scope_en=indicator.scope_en, kind=indicator.kind,
        region=region.id, region_zh=region.name_zh, region_en=region.name_en,
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en, value=float(goal.value),
        comparison=goal.comparison, deadline=goal.deadline, announced_on=goal.announced_on,
        known=published is None or published <= known_on, quote=goal.quote,
        source_title=source.title, source_url=source.url,
    )  # fmt: skip


def _scenario_facts(scenario: Scenario, share: Share | None) -> ScenarioFacts:
    return ScenarioFacts(
        id=scenario.id, name_zh=scenario.name_zh, name_en=scenario.name_en, role=scenario.role,
        why_zh=scenario.why_zh, why_en=scenario.why_en,
        share=None if share is None else (share.low, share.high),
    )  # fmt: skip


@cache
def _record() -> EngineRecord:
    return EngineRecord.model_validate(learned().scores[SCORE])


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}
