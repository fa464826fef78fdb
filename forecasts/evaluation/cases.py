"""Questions of the past whose answers are known: as planners would have asked, and as they did."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import numpy as np

from forecasts.attainment.past import Past, Reader, read_past
from forecasts.attainment.question import Question
from forecasts.attainment.resolved import resolve
from forecasts.ledger.fields import Kind, Origin, Outcome
from forecasts.ledger.history import History
from forecasts.ledger.ledger import HIDDEN, Ledger
from forecasts.ledger.problems import Unanswerable
from forecasts.ledger.records import Goal
from forecasts.models.reference import MIN_SPAN_YEARS
from forecasts.scenarios.scenario import AS_PUBLISHED, Scenario

#: Goals that planners would have set, as multiples of the growth at the recent pace.
MULTIPLES: Final = (0.5, 0.8, 1.0, 1.2, 1.5)

#: A series is looked back on from so many figures on, and so far ahead of the last one that was seen.
MIN_FIGURES, MAX_YEARS = 3, 3.0

#: What became of a goal, where that is known.
MET: Final[Mapping[Outcome, bool]] = MappingProxyType(
    {Outcome.YES: True, Outcome.PROBABLY_YES: True, Outcome.PROBABLY_NO: False, Outcome.NO: False}
)


@dataclass(frozen=True)
class Case:
    """One future value that was asked about on a day, and what it came to be.

    Attributes
    ----------
    question : Question
        What was asked; nothing published after its day is known.
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

    question: Question
    values: tuple[float, ...]
    strata: tuple[str, ...]
    met: tuple[bool, ...]
    actual: float | None = None
    scale: float | None = None
    undecided: int = 0

    @property
    def goal(self) -> Goal:
        """Indicator, region and the day asked about."""
        return self.question.goal

    @property
    def origin(self) -> dt.date:
        """The day on which it is asked."""
        return self.question.known_on

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


def rolling_cases(reader: Reader, multiples: tuple[float, ...] = MULTIPLES) -> Cases:
    """Return the questions that the ledger's own series answer, from every day a figure of them appeared.

    On each such day (a rolling origin; Tashman, "Out-of-sample tests of forecasting accuracy",
    International Journal of Forecasting, 2000) every later figure up to :data:`MAX_YEARS` ahead is asked
    for, as if a planner had set goals at last * (1 + g * m), where g is the growth at the pace of as many
    recent years as lie ahead, and m a multiple.
    """
    ledger = reader.ledger
    counted = _counted(ledger)
    asked: list[Case] = []
    dropped: Counter[str] = Counter()
    for indicator, region in sorted({(o.indicator, o.region) for o in ledger.observations.values()}):
        outcome = counted.history(indicator, region)
        if ledger.kind(indicator) is Kind.FLOW or len(outcome) < MIN_FIGURES:
            continue
        for origin in sorted({o.published_on for o in ledger.series(indicator, region)}):
            for case in _from(origin, reader, outcome, multiples):
                if isinstance(case, str):
                    dropped[case] += 1
                else:
                    asked.append(case)
    return Cases(tuple(asked), MappingProxyType(dict(dropped)))


def announced_cases(
    reader: Reader, scenarios: Mapping[str, Scenario], known_on: dt.date | None = None
) -> Cases:
    """Return the ledger's own goals whose outcome is known, each asked on the day of its announcement.

    An outcome that nobody wrote down is that of the figure of the deadline's day, where one decides it (see
    :func:`forecasts.attainment.resolved.resolve`). A deadline that has not passed decides nothing: of the
    goals that are open, only those that are met early would count. Goals that are only known because they
    were met, and goals without a day of announcement, are counted and dropped.

    Parameters
    ----------
    known_on : date, optional
        Figures of later days do not count; by default all that is held.
    """
    asked: list[Case] = []
    dropped: Counter[str] = Counter()
    for goal in (_with_outcome(goal, reader.ledger, known_on) for goal in reader.ledger.goals.values()):
        if goal.outcome not in MET:
            dropped["open"] += 1
        elif goal.success_selected:
            dropped["selected"] += 1
        elif goal.announced_on is None:
            dropped["undated"] += 1
        else:
            case = _announced(goal, goal.announced_on, scenarios.get(goal.baseline, AS_PUBLISHED), reader)
            asked += [case] if case else []
            dropped["unanswerable"] += case is None
    return Cases(tuple(asked), MappingProxyType({k: n for k, n in dropped.items() if n}))


def _with_outcome(goal: Goal, ledger: Ledger, known_on: dt.date | None) -> Goal:
    """Return a goal with the outcome that the figure of its deadline's day gives, if nobody told one."""
    if goal.outcome not in (Outcome.UNKNOWN, Outcome.OPEN) or goal.outcome_value is not None:
        return goal
    if known_on is not None and goal.deadline > known_on:
        return goal
    became = resolve(ledger, goal, known_on)
    if became.state == "open" or became.published_on is None or became.published_on < goal.deadline:
        return goal
    found: dict[str, object] = {"outcome": Outcome.YES if became.state == "met" else Outcome.NO}
    if became.as_of == goal.deadline:
        found["outcome_value"] = Decimal(str((became.low + became.high) / 2))
        found["outcome_as_of"] = became.published_on
    return goal.model_copy(update=found)


def planned_growth(past: Past, years: float) -> float | None:
    """Return the growth over `years` at the pace of as many recent years: its own, else the peers' median.

    None where nobody's pace is known.
    """
    history = past.history.positive()
    age = history.years[-1] - history.years
    far = np.flatnonzero(age >= years - 0.01)
    first = int(far[-1]) if len(far) else 0
    if age[first] >= MIN_SPAN_YEARS:
        rate = math.log(history.value[-1] / history.value[first]) / float(age[first])
        return math.expm1(rate * years)
    steps = past.reference.steps
    return math.expm1(float(np.median(steps.rate)) * years) if len(steps.rate) else None


def _counted(ledger: Ledger) -> Ledger:
    """Return the ledger without rows that nobody counted: expectations and presumed starts."""
    kept = {k: o for k, o in ledger.observations.items() if o.origin in (Origin.PRINTED, Origin.DERIVED)}
    return replace(ledger, observations=MappingProxyType(kept))


def _from(
    origin: dt.date, reader: Reader, outcome: History, multiples: tuple[float, ...]
) -> Iterator[Case | str]:
    """Yield the cases of one series from one day, or the reason why one is dropped."""
    known = reader.own(outcome.indicator, outcome.region, origin)
    if not known.rises:
        return
    for i, day in enumerate(outcome.dates):
        if day <= origin or day <= known.dates[-1]:
            continue
        years = known.timescale.years(day) - float(known.years[-1])
        if years > MAX_YEARS + 0.01:
            continue
        # A goal that nobody set; its value plays no part, since own figures are there.
        question = Question(Goal(outcome.indicator, outcome.region, 1, day), origin)
        past = reader.read(question.asked)
        growth = planned_growth(past, years)
        last = float(past.history.value[-1])
        if growth is None:
            yield "paceless"
        elif growth <= 0 or last <= 0:
            yield "falling"
        else:
            values = tuple(last * (1 + growth * m) for m in multiples)
            actual, low, high = (float(a[i]) for a in (outcome.value, outcome.low, outcome.high))
            yield Case(
                question, values, tuple(f"{m:g}" for m in multiples),
                tuple(actual >= v for v in values), actual, last, sum(low < v <= high for v in values),
            )  # fmt: skip


def _announced(goal: Goal, day: dt.date, scenario: Scenario, reader: Reader) -> Case | None:
    """Return the case of a goal that was set; None where nothing could answer by then."""
    try:
        # Whoever is asked does not know the outcome.
        question = Question(goal.model_copy(update=dict(HIDDEN)), day, scenario)
        past = read_past(reader, question)
    except Unanswerable:
        return None
    scale = float(past.history.value[-1]) if past.own else None
    actual = None if goal.outcome_value is None else float(goal.outcome_value)
    return Case(question, (float(goal.value),), ("announced",), (MET[goal.outcome],), actual, scale)
