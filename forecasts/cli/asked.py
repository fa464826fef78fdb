"""What ``compare`` and ``seek`` are asked about: one goal of seeds/, by what was known on a day."""

import datetime as dt
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

    def question(self, scenario: str = BASELINE) -> Question:
        """Return the question about it under a scenario."""
        return find_question(self.seeds, self.goal, scenario, self.day)


def goal_asked(goal: str, day: dt.date | None) -> GoalAsked:
    """Read seeds/ for a goal; without a day by what was published last about its region.

    Raises
    ------
    BadInput
        With every problem of seeds/, or for a goal that is not there.
    """
    seeds = read_seeds(find_root() / "seeds")
    tell((), seeds.remarks)
    if goal not in seeds.ledger.goals:
        remedy = nearest(goal, seeds.ledger.goals)
        raise BadInput([Problem("--goal", "there is no such goal", goal, remedy)])
    return GoalAsked(seeds, Reader(seeds.ledger), goal, day or seeds.ledger.newest_publication((goal,)))
