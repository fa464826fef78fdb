"""Several goals at once: whether all are met, or at least so many, and which is the first to fail.

Each goal's own probability is that of its outlook, to the last digit. How the goals hang together is
estimated from the ledger's own figures (see :mod:`forecasts.whatif.dependence`), and a Gaussian copula
joins them (see :mod:`forecasts.whatif.copula`). What is unknown about the correlations is integrated over:
all of them are moved together along their laws, at the nodes of a Gauss-Hermite rule, which is exact for
two goals and cautious for more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import Question
from forecasts.attainment.what_if import Joint, JointEvent, JointGoal, JointPair, What
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, Unanswerable
from forecasts.models.base import Floats
from forecasts.models.paths import DRAWS, REPLICATES
from forecasts.whatif.copula import Events, events_of, independent, nearest_correlation
from forecasts.whatif.dependence import Z80
from forecasts.whatif.ties import Tie, ties_of

if TYPE_CHECKING:
    pass

#: Nodes at which the law of the correlations is looked at.
NODES = 5


def joint(ledger: Ledger | Reader, questions: Sequence[Question], seed: int = 1, draws: int = DRAWS) -> Joint:
    """Say how likely several goals are met together.

    Parameters
    ----------
    ledger : Ledger or Reader
        All that was published. How figures hang together is learned from it, too.
    questions : sequence of Question
        At least two, each about a goal of its own with an id of its own, all as seen on one day.
    seed, draws : int
        Of the paths on which scenarios act, and of the points among which events are counted.

    Returns
    -------
    Joint
        Each goal alone, how they hang together, and what may become of them, beside what it would be if
        none told anything of another.

    Raises
    ------
    BadInput
        For fewer than two goals, one that is named twice, several days; all at once.
    Unanswerable
        As :func:`forecasts.outlook`, with every goal that has no answer.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecasts as fc
    >>> rows = pd.DataFrame({"region": ["A"] * 3 + ["B"] * 3, "indicator": "firms",
    ...                      "value": [800, 900, 1000, 300, 330, 380],
    ...                      "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"] * 2})
    >>> asked = [fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31", id="one"), "2023-06-01"),
    ...          fc.Question(fc.Goal("firms", "B", 420, "2023-12-31", id="two"), "2023-06-01")]
    >>> found = fc.joint(fc.Ledger.from_frames(rows), asked)
    >>> found.all.probability < min(goal.probability for goal in found.goals)
    True
    """
    check_questions(questions)
    reader = ledger if isinstance(ledger, Reader) else Reader(ledger)
    outlooks = _outlooks(reader, questions, seed, draws)
    # In one order, whatever the order in which they are named: it changes nothing, not even by chance.
    ordered = sorted(outlooks, key=lambda one: one.question.goal.id)
    ties = ties_of(reader, ordered)
    told = _Together(ordered, ties, draws, seed)
    return Joint(
        known_on=questions[0].known_on, draws=draws, seed=seed, goals=tuple(map(_goal, outlooks)),
        pairs=tuple(map(_pair, ties)), changed=told.changed,
        events=tuple(told.events([one.question.goal.id for one in outlooks])),
    )  # fmt: skip


def check_questions(questions: Sequence[Question]) -> None:
    """Refuse questions that are not about several goals on one day; all that is wrong is told at once."""
    problems = []
    if len(questions) < 2:
        problems.append(Problem("goal", "there must be at least two", str(len(questions)), "name more"))
    if len(days := sorted({q.known_on for q in questions})) > 1:
        remedy = "ask about one day"
        problems.append(Problem("known_on", "differs between the goals", ", ".join(map(str, days)), remedy))
    for one, other in combinations(questions, 2):
        if one.goal.id == other.goal.id:
            rule, remedy = "is named twice", "name each goal once, by an id of its own"
            problems.append(Problem("goal", rule, one.goal.id, remedy))
        elif _content(one) == _content(other):
            rule = f"asks the same as {one.goal.id!r}: they are one goal"
            problems.append(Problem("goal", rule, other.goal.id, "name one of them"))
    if problems:
        raise BadInput(dict.fromkeys(problems))


def _content(question: Question) -> tuple[object, ...]:
    goal = question.goal
    return goal.indicator, goal.region, goal.asks, goal.deadline


def _outlooks(reader: Reader, questions: Sequence[Question], seed: int, draws: int) -> list[Outlook]:
    """Return the outlooks of all questions; what has none is told together."""
    found: list[Outlook] = []
    bad: list[Problem] = []
    without: list[Problem] = []
    for question in questions:
        try:
            one = outlook(reader, question, seed, draws)
            _ = one.future  # a model that fails says so now
            found.append(one)
        except BadInput as refused:
            bad += refused.problems
        except Unanswerable as refused:
            without += refused.problems
    if bad:
        raise BadInput(dict.fromkeys([*bad, *without]))
    if without:
        raise Unanswerable(dict.fromkeys(without))
    return found


@dataclass(frozen=True, eq=False)
class _Together:
    """What becomes of goals together, over the law of their correlations; goals in order of their ids."""

    outlooks: Sequence[Outlook]
    ties: Sequence[Tie]
    draws: int
    seed: int

    @cached_property
    def names(self) -> list[str]:
        """The goals' ids."""
        return [one.question.goal.id for one in self.outlooks]

    @cached_property
    def chance(self) -> Floats:
        """The probability of each goal."""
        return np.array([one.probability for one in self.outlooks])

    @cached_property
    def by_replicate(self) -> Floats:
        """The same, by each replicate of what it was drawn from."""
        return np.stack([one.by_replicate for one in self.outlooks], 1)

    @property
    def changed(self) -> bool:
        """Whether the correlations, each in its middle, could not all be true together."""
        wanted = self._wanted(0.0)
        return nearest_correlation(wanted) is not wanted

    def _wanted(self, score: float) -> Floats:
        """Return the correlations at a normal score of their laws, whether or not they could all be true."""
        matrix = np.eye(len(self.names))
        for (i, j), tie in zip(combinations(range(len(self.names)), 2), self.ties, strict=True):
            matrix[i, j] = matrix[j, i] = tie.at(score)
        return matrix

    def _at(self, score: float) -> tuple[Events, Floats]:
        matrix = nearest_correlation(self._wanted(score))
        return events_of(self.chance, self.by_replicate, matrix, self.draws, self.seed)

    def events(self, names: Sequence[str]) -> Iterator[JointEvent]:
        """Yield all that may become of the goals; what is about one of them in the order of `names`."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        found = [self._at(float(node)) for node in nodes]
        weights = weights / weights.sum()
        row = np.sum([w * events.row for w, (events, _) in zip(weights, found, strict=True)], 0)
        each = np.sum([w * replicates for w, (_, replicates) in zip(weights, found, strict=True)], 0)
        # Against the first of them, so that replicates that agree have no error at all.
        error = np.sqrt((each - each[0]).var(0, ddof=1) / REPLICATES)
        ends = [self._at(score)[0] for score in (-Z80, Z80)]
        laws = [one.within(self.chance).row for one in (Events.of(row), independent(self.chance), *ends)]
        columns = ("probability", "independent", "at_low", "at_high")

        def told(what: What, at: int, k: int | None = None, goal: str | None = None) -> JointEvent:
            values = {name: float(law[at]) for name, law in zip(columns, laws, strict=True)}
            if what == "none":
                values = {name: 1.0 - value for name, value in values.items()}
            return JointEvent(what=what, k=k, goal=goal, std_error=float(error[at]), **values)

        count = len(self.names)
        yield told("all", count - 1, count)
        yield from (told("at_least", k - 1, k) for k in range(1, count + 1))
        yield told("none", 0)
        places = [self.names.index(name) for name in names]
        yield from (told("alone_fails", count + at, goal=self.names[at]) for at in places)
        yield from (told("first_to_fail", 2 * count + at, goal=self.names[at]) for at in places)


def _goal(one: Outlook) -> JointGoal:
    goal, scenario, ledger = one.question.goal, one.question.scenario, one.ledger
    indicator, region = ledger.indicators[goal.indicator], ledger.regions[goal.region]
    return JointGoal(
        goal=goal.id, indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        region_zh=region.name_zh, region_en=region.name_en, value=one.goal, deadline=goal.deadline,
        scenario=scenario.id, name_zh=scenario.name_zh, name_en=scenario.name_en,
        probability=one.probability, std_error=one.std_error,
    )  # fmt: skip


def _pair(tie: Tie) -> JointPair:
    believed = tie.believed
    own = believed.measured
    return JointPair(
        goals=tie.goals, relation=tie.relation, correlation=believed.at(0.0),
        std_error=believed.std_error, low=believed.at(-Z80), high=believed.at(Z80),
        measured=float(np.tanh(own.z)) if own.known else None, pooled=float(np.tanh(believed.pooled)),
        pairs=own.pairs, regions=own.regions, periods=own.periods, taught=believed.taught,
    )  # fmt: skip
