"""A plan is read: from its file to the work of each day, with every fault told with its line."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasts.batch.plans.cell import Cell, NoParameters, read_cell
from forecasts.batch.plans.choose import (
    MOST_JOBS,
    Chosen,
    alike,
    chosen,
    count,
    days_of,
    excludes,
    is_pattern,
    jobs_of,
    selected,
)
from forecasts.batch.plans.faults import fault, notebook_fault, parameter_faults, success_faults, unfit
from forecasts.batch.plans.plan import Job, Plan, Selector, Work
from forecasts.ledger.located import Located, read_located
from forecasts.ledger.problems import BadInput, Problem, Remark, nearest
from forecasts.ledger.root import provided, shown
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import FaultySeeds, Seeds


def read_plan(
    path: Path,
    root: Path,
    seeds: Seeds,
    overrides: Mapping[str, Any] | None = None,
    today: dt.date | None = None,
) -> tuple[Work, ...]:
    """Read a plan and resolve it against the seeds.

    Parameters
    ----------
    overrides : mapping, optional
        Values that replace the plan's own, e.g. from the command line; ``None`` leaves the plan's.
    today : date, optional
        What the plan means by that word; by default the day on which this is called.

    Returns
    -------
    tuple of Work
        One for each day of knowledge that has jobs.

    Raises
    ------
    BadInput
        With every fault at once: file, line, key.
    """
    plan, told, cells, problems = _opened(path, root, overrides or {})
    problems += _misnamed(plan, told, seeds)
    if problems:
        raise BadInput(_in_order(problems))
    asked = chosen(plan, seeds) if any("goal" in cell.types for cell in cells.values()) else Chosen(())
    most = count(plan, cells, asked, seeds)
    if most > MOST_JOBS:
        raise BadInput([fault(told, f"the plan has more than {MOST_JOBS} jobs", str(most), "ask for less")])
    days = days_of(plan, asked.goals, seeds, today or dt.date.today())
    works = [_work(path.stem, plan, cells, asked, day, seeds) for day in days]
    if not any(work.jobs for work in works):
        raise BadInput([_no_job(told, works)])
    idle = _idle_entries(plan, told, works, seeds)
    works = [work for work in works if work.jobs]
    return (replace(works[0], remarks=idle), *works[1:])


def plan_faults(
    path: Path, root: Path, seeds: FaultySeeds, overrides: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Return what is wrong with a plan whose seeds are faulty: a fault there hides none here."""
    try:
        plan, told, _, problems = _opened(path, root, overrides or {})
    except BadInput as bad:
        return list(bad.problems)
    if isinstance(plan.goals, tuple) and seeds.goals is not None:
        problems += _unknown("goals", plan.goals, seeds.goals, told)
    if isinstance(plan.scenarios, tuple):
        problems += _unknown("scenarios", plan.scenarios, {BASELINE, *seeds.scenarios}, told)
    return _in_order(problems)


def only(works: Iterable[Work], patterns: Collection[str]) -> tuple[Work, ...]:
    """Return the work with those of its jobs whose names fit one of the patterns; all of it without one.

    Raises
    ------
    BadInput
        With every pattern that fits none.
    """
    works = tuple(works)
    if not patterns:
        return works
    names = {job.id for work in works for job in work.jobs}
    idle = [p for p in dict.fromkeys(patterns) if not alike(names, p)]
    if idle:
        rule = "no job of the plan has a name like this"
        raise BadInput([Problem("--only", rule, p, nearest(p, names)) for p in idle])

    def wanted(job: Job) -> bool:
        return any(fnmatchcase(job.id, pattern) for pattern in patterns)

    kept = (replace(work, jobs=tuple(filter(wanted, work.jobs))) for work in works)
    return tuple(work for work in kept if work.jobs)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.line or 0)


def _opened(
    path: Path, root: Path, overrides: Mapping[str, Any]
) -> tuple[Plan, Located, dict[str, Cell], list[Problem]]:
    """Read a plan's file, and what is wrong with it by itself; keys that are not fit have their defaults."""
    told = read_located(path, shown(path, root))
    given = {key: value for key, value in overrides.items() if value is not None}
    values = {str(key): value for key, value in told.values.items()} | given
    problems: list[Problem] = []
    unsound: frozenset[str] = frozenset()
    try:
        plan = Plan.model_validate(values)
    except ValidationError as error:
        problems, unsound = unfit(error, told, given)
        # The keys that are fit are still checked against the seeds: all faults at once.
        plan = Plan.model_validate({key: value for key, value in values.items() if key not in unsound})
    if path.stem in (".", "..") or path.stem.startswith("."):  # e.g. "...yaml"
        rule = "the plan's name cannot be that of its runs' folder"
        problems.append(Problem(told.place, rule, path.name, "rename it"))
    cells: dict[str, Cell] = {}
    shelf = provided(root, "notebooks")
    for i, name in enumerate(plan.notebooks):
        way = ("notebook",) if isinstance(plan.notebook, str) else ("notebook", i)
        rule = notebook_fault(name, shelf)
        remedy = "tag a cell that gives every parameter its default"
        if rule:
            remedy = nearest(name, {p.relative_to(shelf).as_posix() for p in shelf.rglob("*.ipynb")})
        else:
            try:
                cells[name] = read_cell(shelf / name)
            except (NoParameters, OSError) as error:
                rule = str(error)
        if rule:
            problems.append(fault(told, rule, name, remedy, *way))
    if len(cells) == len(plan.notebooks) and "notebook" not in unsound:  # else what they take is not known
        problems += parameter_faults(plan, told, cells, given)
        problems += () if "success" in unsound else success_faults(plan, told, cells)
    return plan, told, cells, problems


def _work(
    name: str, plan: Plan, cells: Mapping[str, Cell], asked: Chosen, day: dt.date, seeds: Seeds
) -> Work:
    """Resolve one day."""
    goals, passed = asked.on(day, seeds)
    jobs = jobs_of(plan, cells, goals, day, seeds)
    out = {job.id for job in jobs if any(excludes(entry, plan, job, day, seeds) for entry in plan.exclude)}
    kept = tuple(job for job in jobs if job.id not in out)
    return Work(name, plan, day, kept, tuple(job for job in jobs if job.id in out), passed)


def _no_job(told: Located, works: Iterable[Work]) -> Problem:
    """Say why a plan has nothing to do."""
    if any(work.excluded for work in works):
        return fault(told, "every job is excluded", "", "exclude less", "exclude")
    if any(work.passed for work in works):
        rule = "the deadline of every goal has passed"
        return fault(told, rule, "", "name an earlier day, or goals that are open", "known_on")
    return fault(told, "no goal is asked under any scenario", "", "choose scenarios that fit", "scenarios")


def _idle_entries(plan: Plan, told: Located, works: Iterable[Work], seeds: Seeds) -> tuple[Remark, ...]:
    """Return what is told of entries that exclude nothing: no fault, for the seeds change under a plan."""
    out = [(work, job) for work in works for job in work.excluded]
    idle = [
        i
        for i, entry in enumerate(plan.exclude)
        if not any(excludes(entry, plan, job, work.known_on, seeds) for work, job in out)
    ]
    rule, remedy = "the entry leaves no job out", "correct it, or remove it"
    return tuple(Remark(fault(told, rule, "", remedy, "exclude", i)) for i in idle)


def _unknown(key: str, names: Iterable[object], valid: Collection[str], told: Located) -> list[Problem]:
    """Return the names of a list that are not there, and the patterns that nothing there is like."""
    problems = []
    for i, name in enumerate(names):
        if not isinstance(name, str) or name in valid or (is_pattern(name) and alike(valid, name)):
            continue
        rule = f"no {key[:-1]} has an id like this" if is_pattern(name) else f"no such {key[:-1]}"
        problems.append(fault(told, rule, name, nearest(name, valid), key, i))
    return problems


def _misnamed(plan: Plan, told: Located, seeds: Seeds) -> list[Problem]:
    """Check what the plan names in the seeds: goals, scenarios."""
    problems: list[Problem] = []
    goals = seeds.ledger.goals
    asked = chosen(plan, seeds).goals
    if isinstance(plan.goals, str):
        if not asked:
            rule, remedy = NO_GOAL[plan.goals]
            problems.append(fault(told, rule, plan.goals, remedy, "goals"))
    else:
        entries = plan.goals if isinstance(plan.goals, tuple) else (plan.goals,)
        problems += _unknown("goals", entries, goals, told)
        for i, entry in enumerate(entries):
            if isinstance(entry, Selector) and not selected(entry, seeds):
                way = ("goals", i) if isinstance(plan.goals, tuple) else ("goals",)
                problems.append(_selects_nothing(entry, told, seeds, *way))
    for i, alert in enumerate(plan.alerts):
        for k, name in enumerate(alert.goals):
            if asked and not alike(asked, name):
                rule = "the plan has no such goal"
                problems.append(fault(told, rule, name, nearest(name, asked), "alerts", i, "goals", k))
    if isinstance(plan.scenarios, tuple):
        valid = {BASELINE, *seeds.scenarios}
        problems += _unknown("scenarios", plan.scenarios, valid, told)
        fit = {name for goal in asked for name in seeds.scenarios_of(goal)} | {BASELINE}
        for i, name in enumerate(plan.scenarios):
            if not asked or not alike(valid, name) or alike(fit, name):
                continue
            if is_pattern(name) or not any(seeds.scenarios[name].applies_to(goal) for goal in asked):
                rule = "the scenario is for none of the goals"
                problems.append(fault(told, rule, name, nearest(name, fit), "scenarios", i))
    return problems


#: What is told where a word for goals stands for none, and what to do about it.
NO_GOAL = {
    "headline": ("no goal is a headline goal", "mark one in seeds/goals.csv, or list ids"),
    "named": ("no scenario names a goal", "name goals in seeds/scenarios, or list ids"),
    "all": ("there is no goal", "add one to seeds/goals.csv"),
}


def _selects_nothing(selector: Selector, told: Located, seeds: Seeds, *way: str | int) -> Problem:
    """Say which part of a selector fits no goal; if each does alone, that they do not together."""
    ledger = seeds.ledger
    held = {
        "region": {goal.region for goal in ledger.goals.values()},
        "indicator": {goal.indicator for goal in ledger.goals.values()},
        "family": {ledger.indicators[goal.indicator].family for goal in ledger.goals.values()} - {""},
    }
    for key, valid in held.items():
        given = getattr(selector, key)
        names = (given,) if isinstance(given, str) else given or ()
        if names and not any(alike(valid, name) for name in names):
            rule = f"no goal has a {key} like this"
            return fault(told, rule, ", ".join(names), nearest(names[0], valid), *way, key)
    return fault(told, "no goal fits all of this", "", "ask for less at once", *way)
