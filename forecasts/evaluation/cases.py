"""Questions of the past whose answers are known: as planners would have asked, and as they did."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from forecasts.attainment.past import Reading, read
from forecasts.ledger.history import History, read_history
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Comparison, Goal, Kind, Origin, Outcome
from forecasts.models.reference import MIN_SPAN_YEARS
from forecasts.scenarios.scenario import Scenario

#: Goals that planners would have set, as multiples of the growth at the recent pace.
MULTIPLES: Final = (0.5, 0.8, 1.0, 1.2, 1.5)

#: A series is looked back on from so many figures on, and so far ahead of the last one that was seen.
MIN_FIGURES, MAX_YEARS = 3, 3.0

#: What became of a goal, where that is known.
MET: Final[Mapping[Outcome, bool]] = MappingProxyType(
    {Outcome.YES: True, Outcome.PROBABLY_YES: True, Outcome.PROBABLY_NO: False, Outcome.NO: False}
)

#: The figures as they stand: no date is changed, nothing is assumed.
AS_PUBLISHED: Final = Scenario(
    id="as-published",
    name_zh="按公布数",
    name_en="As published",
    role="baseline",
    why_zh="回测按当时已公布的数计算。",
    why_en="A backtest uses what was published by then.",
)


@dataclass(frozen=True)
class Case:
    """One future value that was asked about on a day, and what it came to be.

    Attributes
    ----------
    goal : Goal
        Indicator, region and the day asked about.
    origin : date
        The day on which it is asked: nothing published later is known.
    values : tuple of float
        Goals that are asked for.
    strata : tuple of str
        What kind of goal each is: the base rate is that of its kind.
    met : tuple of bool
        Whether each was reached.
    actual : float, optional
        What was printed later; None where only the verdict on the goal is known.
    scale : float, optional
        The last value that was seen: the unit in which errors of different series compare.
    undecided : int
        Goals that lie within what the later figure may mean; its middle decides them.
    """

    goal: Goal
    scenario: Scenario
    origin: dt.date
    values: tuple[float, ...]
    strata: tuple[str, ...]
    met: tuple[bool, ...]
    actual: float | None = None
    scale: float | None = None
    undecided: int = 0

    @property
    def series(self) -> str:
        """The series: cases of one are not independent."""
        return f"{self.goal.region}/{self.goal.indicator}"


@dataclass(frozen=True)
class Cases:
    """The questions, and how many could not be asked by reason."""

    asked: tuple[Case, ...]
    dropped: Mapping[str, int]

    @property
    def undecided(self) -> int:
        """Goals that lie within what a later figure may mean."""
        return sum(case.undecided for case in self.asked)


def rolling_cases(ledger: Ledger, multiples: tuple[float, ...] = MULTIPLES) -> Cases:
    """Return the questions that the ledger's own series answer, from every day a figure of them appeared.

    On each such day (a rolling origin; Tashman, "Out-of-sample tests of forecasting accuracy",
    International Journal of Forecasting, 2000) every later figure up to :data:`MAX_YEARS` ahead is asked
    for, as if a planner had set goals at last * (1 + g * m), where g is the growth at the pace of as many
    recent years as lie ahead, and m a multiple.
    """
    printed = _counted(ledger)
    asked: list[Case] = []
    dropped: Counter[str] = Counter()
    vintages: dict[dt.date, Ledger] = {}
    for indicator, region in sorted({(o.indicator, o.region) for o in ledger.observations.values()}):
        if ledger.indicators[indicator].kind is Kind.FLOW:
            continue
        outcome = read_history(printed, indicator, region)
        if len(outcome) < MIN_FIGURES:
            continue
        for origin in sorted({o.published_on for o in ledger.series(indicator, region)}):
            seen = vintages.setdefault(origin, ledger.known_on(origin))
            for case in _from(origin, seen, outcome, multiples):
                if isinstance(case, str):
                    dropped[case] += 1
                else:
                    asked.append(case)
    return Cases(tuple(asked), MappingProxyType(dict(dropped)))


def announced_cases(ledger: Ledger, scenarios: Mapping[str, Scenario]) -> Cases:
    """Return the ledger's own goals whose outcome is known, each asked on the day of its announcement.

    Goals that are only known because they were met, and goals without that day, are counted and dropped.
    """
    asked: list[Case] = []
    dropped: Counter[str] = Counter()
    for goal in ledger.goals.values():
        if goal.outcome not in MET:
            dropped["open"] += 1
        elif goal.success_selected:
            dropped["selected"] += 1
        elif goal.announced_on is None:
            dropped["undated"] += 1
        else:
            scenario = scenarios.get(goal.baseline, AS_PUBLISHED)
            case = _announced(goal, goal.announced_on, scenario, ledger.known_on(goal.announced_on))
            asked += [case] if case else []
            dropped["unanswerable"] += case is None
    return Cases(tuple(asked), MappingProxyType({k: n for k, n in dropped.items() if n}))


def reading_of(case: Case, seen: Ledger) -> Reading:
    """Return the past of a case, from the ledger as known on its day."""
    return read(case.goal, case.scenario, seen, case.origin)


def planned_growth(reading: Reading, years: float) -> float | None:
    """Return the growth over `years` at the pace of as many recent years: its own, else the peers' median.

    None where nobody's pace is known.
    """
    history = reading.history.positive()
    age = history.years[-1] - history.years
    far = np.flatnonzero(age >= years - 0.01)
    first = int(far[-1]) if len(far) else 0
    if age[first] >= MIN_SPAN_YEARS:
        rate = math.log(history.value[-1] / history.value[first]) / float(age[first])
        return math.expm1(rate * years)
    steps = reading.reference.steps()
    return math.expm1(float(np.median(steps.rate)) * years) if len(steps.rate) else None


def _counted(ledger: Ledger) -> Ledger:
    """Return the ledger without rows that nobody counted: expectations and presumed starts."""
    kept = {k: o for k, o in ledger.observations.items() if o.origin in (Origin.PRINTED, Origin.DERIVED)}
    return replace(ledger, observations=MappingProxyType(kept))


def _from(
    origin: dt.date, seen: Ledger, outcome: History, multiples: tuple[float, ...]
) -> Iterator[Case | str]:
    """Yield the cases of one series from one day, or the reason why one is dropped."""
    known = read_history(seen, outcome.indicator, outcome.region, until=origin)
    if not len(known.positive()):
        return
    clock = known.clock
    for i, day in enumerate(outcome.dates):
        if day <= origin or day <= known.dates[-1]:
            continue
        years = clock.years(day) - clock.years(known.dates[-1])
        if years > MAX_YEARS + 0.01:
            continue
        goal = _question(seen, outcome, day)
        reading = read(goal, AS_PUBLISHED, seen, origin)
        growth = planned_growth(reading, years)
        last = float(reading.history.value[-1])
        if growth is None:
            yield "paceless"
        elif growth <= 0 or last <= 0:
            yield "falling"
        else:
            values = tuple(last * (1 + growth * m) for m in multiples)
            actual, low, high = (float(a[i]) for a in (outcome.value, outcome.low, outcome.high))
            yield Case(
                goal, AS_PUBLISHED, origin, values, tuple(f"{m:g}" for m in multiples),
                tuple(actual >= v for v in values), actual, last, sum(low < v <= high for v in values),
            )  # fmt: skip


def _question(ledger: Ledger, outcome: History, day: dt.date) -> Goal:
    """Return a goal that nobody set; its value plays no part, since own figures are there."""
    source = next(o.source for o in ledger.series(outcome.indicator, outcome.region))
    return Goal(
        id="question", indicator=outcome.indicator, region=outcome.region, value=1,
        comparison=Comparison.AT_LEAST, deadline=day, source=source, quote="-",
    )  # fmt: skip


def _announced(goal: Goal, day: dt.date, scenario: Scenario, seen: Ledger) -> Case | None:
    """Return the case of a goal that was set; None where nothing could answer by then."""
    # Whoever is asked does not know the outcome.
    hidden = {
        "outcome": Outcome.UNKNOWN,
        "outcome_value": None,
        "outcome_as_of": None,
        "outcome_source": None,
    }
    asked = goal.model_copy(update=hidden)
    try:
        reading = read(asked, scenario, seen, day)
    except BadInput:
        return None
    scale = float(reading.history.value[-1]) if reading.own else None
    actual = None if goal.outcome_value is None else float(goal.outcome_value)
    met = MET[goal.outcome]
    return Case(asked, scenario, day, (float(goal.value),), ("announced",), (met,), actual, scale)
