"""What a batch is to do: a plan, written in YAML, becomes jobs."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from forecasts.ledger.fields import Id, Text
from forecasts.ledger.located import Located, Way, read_located
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.root import provided, resolved, shown
from forecasts.models.paths import DRAWS
from forecasts.notebook.parameters import Draws, Parameters, Seed, parse_date
from forecasts.publish.words import Language
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import FaultySeeds, Seeds


def _as_day(value: object) -> dt.date:
    """Take a date as YAML or the command line gives it, and nothing that only could be one."""
    if isinstance(value, str):
        return parse_date(value)
    if type(value) is dt.date:
        return value
    raise ValueError("must be `newest` or a date, written YYYY-MM-DD")


Day = Annotated[dt.date, BeforeValidator(_as_day)]
Ids = Annotated[tuple[Id, ...], Field(min_length=1)]


class Plan(BaseModel):
    """What a batch is to do.

    Attributes
    ----------
    title_zh, title_en : str, optional
        Title of the brief, in place of the one that it makes of its regions.
    notebook : str
        A notebook inside ``notebooks/``.
    goals : tuple of str, "headline" or "named"
        Which goals; ``headline`` = those that the ledger marks so; ``named`` = those that a scenario names.
    scenarios : tuple of str, "headline" or "all"
        Which scenarios; ``all`` = every one that is for the goal; ``headline`` = those that say so.
    known_on : date or "newest"
        The day whose knowledge is used; ``newest`` = the day of the newest figure about the goals' regions.
    what_if : bool
        Whether every verdict comes with what would change it; without that a run takes less time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_zh: Text | None = None
    title_en: Text | None = None
    notebook: Text = "goal.ipynb"
    goals: Literal["headline", "named"] | Ids = "headline"
    scenarios: Literal["headline", "all"] | Ids = "headline"
    known_on: Literal["newest"] | Day = "newest"
    draws: Draws = DRAWS
    seed: Seed = 1
    language: Language = "zh"
    what_if: Annotated[bool, Field(strict=True)] = True


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook with its parameters."""

    goal: str
    scenario: str
    notebook: str
    parameters: Mapping[str, str | int]

    @property
    def id(self) -> str:
        """Name of the job and of its folder."""
        return f"{self.goal}--{self.scenario}"


@dataclass(frozen=True, slots=True)
class Work:
    """A plan with everything resolved: its name, the day, and the jobs."""

    name: str
    plan: Plan
    known_on: dt.date
    jobs: tuple[Job, ...]


def read_plan(
    path: Path,
    root: Path,
    seeds: Seeds,
    overrides: Mapping[str, Any] | None = None,
) -> Work:
    """Read a plan and resolve it against the seeds.

    Parameters
    ----------
    overrides : mapping, optional
        Values that replace the plan's own, e.g. from the command line; ``None`` leaves the plan's.

    Raises
    ------
    BadInput
        With every fault at once: file, line, key.
    """
    plan, told, problems = _opened(path, root, overrides or {})
    problems += _misnamed(plan, told, seeds)
    if problems:
        raise BadInput(sorted(problems, key=lambda p: p.line or 0))
    goals = _goals(plan, seeds)
    day = seeds.ledger.newest_publication(goals) if plan.known_on == "newest" else plan.known_on
    return Work(path.stem, plan, day, _jobs(plan, goals, day, seeds))


def plan_faults(
    path: Path, root: Path, seeds: FaultySeeds, overrides: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Return what is wrong with a plan whose seeds are faulty: a fault there hides none here."""
    try:
        plan, told, problems = _opened(path, root, overrides or {})
    except BadInput as bad:
        return list(bad.problems)
    if isinstance(plan.goals, tuple) and seeds.goals is not None:
        problems += _unknown("goals", plan.goals, seeds.goals, told)
    if plan.scenarios not in ("headline", "all"):
        problems += _unknown("scenarios", plan.scenarios, seeds.scenarios, told)
    return sorted(problems, key=lambda p: p.line or 0)


def _opened(path: Path, root: Path, overrides: Mapping[str, Any]) -> tuple[Plan, Located, list[Problem]]:
    """Read a plan's file, and what is wrong with it by itself; keys that are not fit have their defaults."""
    told = read_located(path, shown(path, root))
    given = {key: value for key, value in overrides.items() if value is not None}
    values = {str(key): value for key, value in told.values.items()} | given
    problems: list[Problem] = []
    try:
        plan = Plan.model_validate(values)
    except ValidationError as error:
        faults = _unfit(error, told, given)
        problems = list(faults.values())
        # The keys that are fit are still checked against the seeds: all faults at once.
        plan = Plan.model_validate({key: value for key, value in values.items() if key not in faults})
    if path.stem in (".", ".."):  # e.g. "...yaml"
        rule = "the plan's name cannot be that of its runs' folder"
        problems.append(Problem(told.place, rule, path.name, "rename it"))
    if fault := _notebook_fault(plan.notebook, root):
        shelf = provided(root, "notebooks")
        books = {p.relative_to(shelf).as_posix() for p in shelf.rglob("*.ipynb")}
        remedy = nearest(plan.notebook, books)
        line = told.line(("notebook",))
        problems.append(Problem(told.place, fault, plan.notebook, remedy, line, "notebook"))
    return plan, told, problems


def _unknown(key: str, names: Iterable[str], valid: Collection[str], told: Located) -> list[Problem]:
    """Return the names of a list that are not there."""
    return [
        Problem(
            told.place, f"no such {key[:-1]}", name, nearest(name, valid), told.line((key, i)), f"{key}.{i}"
        )
        for i, name in enumerate(names)
        if name not in valid
    ]


def _goals(plan: Plan, seeds: Seeds) -> tuple[str, ...]:
    if plan.goals == "headline":
        return seeds.ledger.headline_goals()
    if plan.goals == "named":
        named = {goal for scenario in seeds.scenarios.values() for goal in scenario.goals}
        return tuple(goal for goal in seeds.ledger.goals if goal in named)
    return plan.goals


def _jobs(plan: Plan, goals: Iterable[str], day: dt.date, seeds: Seeds) -> tuple[Job, ...]:
    """Cross goals and scenarios; a scenario that two names lead to is asked once."""
    common: dict[str, str | int] = {
        "known_on": day.isoformat(),
        "draws": plan.draws,
        "seed": plan.seed,
        "language": plan.language,
    }
    if not plan.what_if:  # else the notebook's own default, so that one without it can be a job, too
        common["what_if"] = False
    pairs = dict.fromkeys((goal, scenario) for goal in goals for scenario in _scenarios(plan, goal, seeds))
    return tuple(
        Job(goal, scenario, plan.notebook, {"goal": goal, "scenario": scenario} | common)
        for goal, scenario in pairs
    )


def _scenarios(plan: Plan, goal: str, seeds: Seeds) -> tuple[str, ...]:
    if plan.scenarios in ("headline", "all"):
        return seeds.scenarios_of(goal, headline=plan.scenarios == "headline")
    named = (seeds.resolve(name, goal) for name in plan.scenarios)
    return tuple(name for name in named if seeds.scenarios[name].applies_to(goal))


def _unfit(error: ValidationError, told: Located, given: Mapping[str, Any]) -> dict[str, Problem]:
    """Turn pydantic's errors into one problem per key; `given` are the keys that options set."""
    found: dict[str, Problem] = {}
    for detail in error.errors():
        key = str(detail["loc"][0])
        way: Way = (key, *(part for part in detail["loc"][1:] if isinstance(part, int)))
        column, line = ".".join(map(str, way)), told.line(way)
        if detail["type"] == "extra_forbidden":
            renamed = key in Parameters.renamed
            remedy = (
                f"it is called {Parameters.renamed[key]} now" if renamed else nearest(key, Plan.model_fields)
            )
            found[key] = Problem(told.place, "unknown key", "", remedy, line, column)
            continue
        remedy = HELP.get(key, "correct the value")
        if key in given:
            problem = Problem(f"--{key.replace('_', '-')}", _rule(detail), str(given[key]), remedy)
        else:
            problem = Problem(told.place, _rule(detail), str(detail["input"]), remedy, line, column)
        # A choice such as "all" or a list yields an error for each branch: keep the deepest.
        if key not in found or len(column) > len(found[key].column or ""):
            found[key] = problem
    return found


#: What may stand under a key, told when something else does.
HELP: Mapping[str, str] = {
    "goals": "write `headline`, `named` or a list of goal ids",
    "scenarios": "write `all` or a list of scenario ids",
    "known_on": "write `newest` or a date such as 2023-09-06",
    "language": "write zh or en",
    "draws": "write a whole number from 100 to 1000000",
    "seed": "write a whole number from 0 on",
    "what_if": "write true or false",
    "notebook": "write the name of a file in notebooks/",
}


def _rule(detail: Any) -> str:
    message = str(detail["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _misnamed(plan: Plan, told: Located, seeds: Seeds) -> list[Problem]:
    """Check what the plan names in the seeds: goals, scenarios."""
    problems: list[Problem] = []

    def tell(rule: str, value: str, remedy: str, *way: str | int) -> None:
        problems.append(Problem(told.place, rule, value, remedy, told.line(way), ".".join(map(str, way))))

    if isinstance(plan.goals, tuple):
        problems += _unknown("goals", plan.goals, seeds.ledger.goals, told)
    elif plan.goals == "named":
        if not _goals(plan, seeds):
            tell("no scenario names a goal", "named", "name goals in seeds/scenarios, or list ids", "goals")
    elif not seeds.ledger.headline_goals():
        tell("no goal is a headline goal", "headline", "mark one in seeds/goals.csv, or list ids", "goals")
    if plan.scenarios not in ("headline", "all"):
        valid = {BASELINE, *seeds.scenarios}
        problems += _unknown("scenarios", plan.scenarios, valid, told)
        goals = [g for g in _goals(plan, seeds) if g in seeds.ledger.goals]
        for i, name in enumerate(plan.scenarios):
            if name == BASELINE or name not in valid or not goals:
                continue
            if not any(seeds.scenarios[name].applies_to(g) for g in goals):
                fit = {s for g in goals for s in seeds.scenarios_of(g)}
                tell("the scenario is for none of the goals", name, nearest(name, fit), "scenarios", i)
    return problems


def _notebook_fault(name: str, root: Path) -> str:
    """Say what is wrong with a notebook's name: it must be a file below notebooks/, by every path."""
    try:
        shelf = resolved(provided(root, "notebooks"))
        path = resolved(shelf / name)
        if not path.is_relative_to(shelf):
            return "the notebook must lie inside notebooks/"
        there = path.suffix == ".ipynb" and path.is_file()
    except (OSError, ValueError):  # e.g. a name too long
        there = False
    return "" if there else "no such notebook in notebooks/"
