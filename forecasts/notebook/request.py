"""What a notebook asks: its parameters, checked against the ledger, and the verdict they lead to."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer
from forecasts.ledger.problems import BadInput, Problem, Refusal, nearest
from forecasts.ledger.root import shown
from forecasts.notebook.home import find_home
from forecasts.notebook.parameters import (
    DatedParameters,
    GoalParameters,
    Parameters,
    PortfolioParameters,
    QuestionParameters,
    parse_date,
    read_parameters,
)
from forecasts.publish.save import save
from forecasts.publish.words import Language
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds, read_seeds
from forecasts.whatif.taken import answer_whole

Args = ParamSpec("Args")
T = TypeVar("T")


class BadRequest(Refusal):
    """Bad input, told in a notebook without a traceback: the reader wants the remedy, not our stack."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython what to show in place of a traceback."""
        return [f"{type(self).__name__}:", *(f"  {problem}" for problem in self.problems)]


def plainly(ask: Callable[Args, T]) -> Callable[Args, T]:
    """Make a function tell bad input, or a full disk, without a traceback when a notebook calls it."""

    @wraps(ask)
    def told(*args: Args.args, **kwargs: Args.kwargs) -> T:
        try:
            return ask(*args, **kwargs)
        except Refusal as refused:
            raise BadRequest(refused.problems) from None
        except OSError as error:
            rule = f"cannot be read or written: {error.strerror or error}"
            raise BadRequest([Problem("file", rule, str(error.filename or ""))]) from None

    return told


@dataclass(frozen=True, slots=True)
class Request:
    """One question: whether a goal will be met, under a scenario, as seen on a day.

    Attributes
    ----------
    known_on : date
        The day whose knowledge is used: nothing published later counts.
    output : str
        Folder for ``result.json`` and the charts, relative to `root`; empty = nothing is written.
    what_if : bool
        Whether what would change the verdict is worked out, too; it takes longer than the verdict.
    """

    goal: str
    scenario: str
    known_on: dt.date
    draws: int
    seed: int
    language: Language
    output: str
    root: Path = field(repr=False)
    seeds: Seeds = field(repr=False)
    what_if: bool = False

    @plainly
    def answer(self) -> Attainment:
        """Return the verdict, with what would change it where that is asked."""
        ask = answer_whole if self.what_if else answer
        return ask(self.seeds, self.goal, self.scenario, self.known_on, self.draws, self.seed)

    @plainly
    def save(self, result: Attainment) -> tuple[str, ...]:
        """Write the result and its charts to `output`; nothing if that is empty. Return the files' names."""
        if not self.output:
            return ()
        written = save(result, self.root / self.output, self.language)
        return tuple(shown(path, self.root) for path in written)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Several questions of one day, one for each scenario of each goal."""

    requests: tuple[Request, ...]

    @property
    def language(self) -> Language:
        """The language of all of them."""
        return self.requests[0].language

    @plainly
    def answer(self) -> tuple[Attainment, ...]:
        """Return the verdicts, in the order of the requests."""
        return tuple(request.answer() for request in self.requests)

    @plainly
    def save(self, results: tuple[Attainment, ...]) -> tuple[str, ...]:
        """Write every result to a folder of its own; nothing if `output` is empty."""
        pairs = zip(self.requests, results, strict=True)
        return tuple(name for request, result in pairs for name in request.save(result))


@plainly
def open_request(namespace: Mapping[str, Any]) -> Request:
    """Turn the parameters in a notebook's ``globals()`` into a request.

    Raises
    ------
    BadRequest
        With every unknown parameter, unfit value and unknown name at once.
    """
    root = find_home(namespace)
    seeds = read_seeds(root / "seeds")
    problems, wanted = _parameters(namespace, GoalParameters)
    goal = _text(namespace, "goal", "") or next(iter(seeds.ledger.headline_goals()), "")
    scenario = _text(namespace, "scenario", BASELINE)
    problems += _goal_problems(goal, seeds) + _scenario_problems(scenario, goal, seeds)
    if problems or wanted is None:
        raise BadInput(problems)
    day = _day(wanted, seeds, (goal,))
    asked = _request(wanted, goal, seeds.resolve(scenario, goal), day, wanted.output, root, seeds)
    return replace(asked, what_if=wanted.what_if)


@plainly
def open_portfolio(namespace: Mapping[str, Any]) -> Portfolio:
    """Turn the parameters in a notebook's ``globals()`` into one request per goal and scenario.

    Raises
    ------
    BadRequest
        With every unknown parameter, unfit value and unknown goal at once.
    """
    root = find_home(namespace)
    seeds = read_seeds(root / "seeds")
    problems, wanted = _parameters(namespace, PortfolioParameters)
    goals = _texts(namespace, "goals") or seeds.ledger.headline_goals()
    problems += [problem for goal in goals or ("",) for problem in _goal_problems(goal, seeds, "goals")]
    if problems or wanted is None:
        raise BadInput(problems)
    day = _day(wanted, seeds, goals)
    pairs = [(goal, scenario) for goal in goals for scenario in seeds.scenarios_of(goal, headline=True)]
    return Portfolio(
        tuple(
            _request(wanted, goal, scenario, day, _below(wanted.output, goal, scenario), root, seeds)
            for goal, scenario in pairs
        )
    )


def _request(
    wanted: QuestionParameters, goal: str, scenario: str, day: dt.date, output: str, root: Path, seeds: Seeds
) -> Request:
    return Request(goal, scenario, day, wanted.draws, wanted.seed, wanted.language, output, root, seeds)


def _below(output: str, goal: str, scenario: str) -> str:
    """Return the folder of one result of several; empty stays empty: nothing is written."""
    return f"{output}/{goal}--{scenario}" if output else ""


P = TypeVar("P", bound=Parameters)


def _parameters(namespace: Mapping[str, Any], model: type[P]) -> tuple[list[Problem], P | None]:
    """Read the parameters; what is wrong with them joins what is wrong with the names."""
    try:
        return [], read_parameters(namespace, model)
    except BadInput as bad:
        return list(bad.problems), None


def _text(namespace: Mapping[str, Any], name: str, default: str) -> str:
    """Return a parameter that names something, so that the name can be checked even if another fails."""
    value = namespace.get(name, default)
    return value if isinstance(value, str) else default


def _texts(namespace: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = namespace.get(name, [])
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _day(wanted: DatedParameters, seeds: Seeds, goals: tuple[str, ...]) -> dt.date:
    if wanted.known_on:
        return parse_date(wanted.known_on)
    return seeds.ledger.newest_publication(seeds.ledger.headline_goals() or goals)


def _goal_problems(goal: str, seeds: Seeds, column: str = "goal") -> list[Problem]:
    if goal in seeds.ledger.goals:
        return []
    if not goal:
        remedy = "name a goal, or mark one with headline = true"
        return [Problem("seeds/goals.csv", "no goal is a headline goal", remedy=remedy, column="headline")]
    return [Problem("parameter", "no such goal", goal, nearest(goal, seeds.ledger.goals), column=column)]


def _scenario_problems(scenario: str, goal: str, seeds: Seeds) -> list[Problem]:
    known = goal in seeds.ledger.goals
    fit = {BASELINE} | {s.id for s in seeds.scenarios.values() if not known or s.applies_to(goal)}
    if scenario in fit:
        return []
    rule = "no such scenario" if scenario not in seeds.scenarios else f"the scenario is not for {goal!r}"
    return [Problem("parameter", rule, scenario, nearest(scenario, fit), column="scenario")]
