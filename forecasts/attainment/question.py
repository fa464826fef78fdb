"""A question: a goal, a scenario, a day of knowledge."""

import datetime as dt
from dataclasses import dataclass, field, replace

from forecasts.attainment.resolved import resolve
from forecasts.ledger.fields import as_day
from forecasts.ledger.problems import BadInput, Problem, Unanswerable, nearest
from forecasts.ledger.records import Goal
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.base import Asked
from forecasts.scenarios.scenario import AS_PUBLISHED, Scenario
from forecasts.scenarios.seeds import Seeds

#: Nobody forecasts over more than a hundred years.
MOST_DAYS = dt.timedelta(days=36_525)
TOO_FAR = "the deadline lies more than 100 years ahead"


def day_of_knowledge(day: object, place: str = "known_on") -> dt.date:
    """Take the day of knowledge as people write it.

    Raises
    ------
    BadInput
        If it is no day; `place` is what it is called in the message.
    """
    try:
        return as_day(day)
    except ValueError:
        raise BadInput([Problem(place, "must be a day", str(day), "write it as 2023-12-31")]) from None


@dataclass(frozen=True)
class Question:
    """Whether a goal will be met, under a scenario, as seen on a day.

    Attributes
    ----------
    goal : Goal
        What is to be reached, where, by when.
    known_on : date
        The day of knowledge: nothing published later is used. A text such as ``"2023-06-01"`` is taken, too.
    scenario : Scenario
        By default the figures as published. Where it asks for another value or day, `goal` has that.
    announced : Goal, optional
        The goal as it was announced; by default `goal` as it was given.

    Raises
    ------
    Unanswerable
        If the deadline has passed by then, or lies more than :data:`MOST_DAYS` ahead.
    BadInput
        If `known_on` is no day.

    Examples
    --------
    >>> import forecasts as fc
    >>> asked = fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-06-01")
    >>> asked.under(fc.Clock(q4_share=0.5)).scenario.adjustments
    (Clock(kind='clock', q4_share=0.5),)
    """

    goal: Goal
    known_on: dt.date
    scenario: Scenario = AS_PUBLISHED
    announced: Goal | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known_on", day_of_knowledge(self.known_on))
        object.__setattr__(self, "announced", self.announced or self.goal)
        object.__setattr__(self, "goal", self.asked.goal)
        if self.known_on >= self.goal.deadline:
            rule = f"the day must lie before the goal's deadline {self.goal.deadline}"
            raise Unanswerable([Problem("known_on", rule, str(self.known_on), "name an earlier day")])
        if self.goal.deadline - self.known_on > MOST_DAYS:
            raise Unanswerable([Problem("goal", TOO_FAR, str(self.goal.deadline), "correct the deadline")])

    @property
    def asked(self) -> Asked:
        """The question as the scenario asks it."""
        goal = self.announced or self.goal
        return self.scenario.on_question(Asked(goal, self.known_on, (goal.indicator,)))

    def under(self, *adjustments: AnyAdjustment) -> "Question":
        """Return the question under more adjustments, after those of its scenario."""
        return replace(self, scenario=self.scenario.adjusted_by(*adjustments))


def find_question(seeds: Seeds, goal: str, scenario: str, known_on: dt.date) -> Question:
    """Return the question about a goal and a scenario of ``seeds/``, by their ids.

    Parameters
    ----------
    scenario : str
        ``baseline`` stands for the goal's own.

    Raises
    ------
    BadInput
        For a name that is not there, and a scenario that is not for the goal; all at once.
    Unanswerable
        If the deadline has passed: with what became of the goal.
    """
    goals, scenarios = seeds.ledger.goals, seeds.scenarios
    found = goals.get(goal)
    problems = []
    if found is None:
        problems.append(Problem("goal", "there is no such goal", goal, nearest(goal, goals)))
    name = scenario if found is None else seeds.resolve(scenario, goal)
    if name not in scenarios:
        problems.append(Problem("scenario", "there is no such scenario", name, nearest(name, scenarios)))
    elif found is not None and not scenarios[name].applies_to(goal):
        fit = [s.id for s in scenarios.values() if s.applies_to(goal)]
        rule = f"the scenario is not for the goal {goal!r}"
        problems.append(Problem("scenario", rule, name, nearest(name, fit)))
    if found is None or problems:
        raise BadInput(problems)
    if known_on >= found.deadline:
        became = resolve(seeds.ledger, found, known_on)
        rule = f"the deadline of the goal {goal!r} has passed by then: {became.note}"
        raise Unanswerable([Problem("known_on", rule, str(known_on), "name an earlier day")])
    return Question(found, known_on, scenarios[name])
