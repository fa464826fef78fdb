"""What ``compare``, ``seek`` and ``joint`` are asked about: goals of seeds/, by what was known on a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from forecasts.attainment.past import Reader
from forecasts.attainment.question import Question, find_question
from forecasts.cli.options import tell
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.root import find_root
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds, read_seeds


@dataclass(frozen=True)
class GoalAsked:
    """A goal of seeds/, and the day of knowledge."""

    seeds: Seeds
    reader: Reader
    goal: str
    day: dt.date

    def has(self, scenario: str) -> bool:
        """Whether a scenario is there, and for the goal."""
        found = self.seeds.scenarios.get(self.seeds.resolve(scenario, self.goal))
        return found is not None and found.applies_to(self.goal)

    def question(self, scenario: str = BASELINE) -> Question:
        """Return the question about it under a scenario."""
        return find_question(self.seeds, self.goal, scenario, self.day)


def goal_asked(goal: str, day: dt.date | None) -> GoalAsked:
    """Read seeds/ for a goal; see :func:`goals_asked`."""
    return goals_asked((goal,), day)[0]


def goals_asked(goals: Sequence[str], day: dt.date | None) -> list[GoalAsked]:
    """Read seeds/ for some goals, or its headline goals; without a day by what was published last about them.

    Raises
    ------
    BadInput
        With every problem of seeds/, or for every goal that is not there.
    """
    seeds = read_seeds(find_root() / "seeds")
    tell((), seeds.remarks)
    known = seeds.ledger.goals
    if unknown := [goal for goal in dict.fromkeys(goals) if goal not in known]:
        rule = "there is no such goal"
        raise BadInput(Problem("--goal", rule, goal, nearest(goal, known)) for goal in unknown)
    names = goals or seeds.ledger.headline_goals()
    if not names:
        raise BadInput([Problem("--goal", "seeds/ has no headline goal", remedy="name the goals")])
    day, reader = day or seeds.ledger.newest_publication(names), Reader(seeds.ledger)
    return [GoalAsked(seeds, reader, name, day) for name in names]
