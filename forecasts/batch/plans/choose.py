"""A plan chooses: which goals and scenarios, on which days, and the jobs that are their product."""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import product
from pathlib import PurePosixPath
from typing import Any, Final

from forecasts.batch.plans.cell import Cell
from forecasts.batch.plans.plan import Job, Plan, Selector, Value
from forecasts.ledger.fields import FILE_NAME
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds

#: Nobody means more jobs than this; a product of lists grows fast.
MOST_JOBS: Final = 100_000

#: Letters of a job's name, so that its folder's name fits every system.
LONGEST: Final = 180


@dataclass(frozen=True, slots=True)
class Chosen:
    """The goals of a plan.

    Attributes
    ----------
    goals : tuple of str
        Ids, in the plan's order; of one entry in that of the ledger.
    open_only : frozenset of str
        Those that nobody named: they are left out once their deadline has passed.
    """

    goals: tuple[str, ...]
    open_only: frozenset[str] = frozenset()

    def on(self, day: dt.date, seeds: Seeds) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the goals that are asked on a day, and those that are left out."""
        goals = seeds.ledger.goals
        passed = {name for name in self.open_only if goals[name].deadline <= day}
        kept = tuple(name for name in self.goals if name not in passed)
        return kept, tuple(name for name in self.goals if name in passed)


def is_pattern(text: str) -> bool:
    """Whether a text stands for ids that are like it, and not for itself alone."""
    return any(sign in text for sign in "*?[")


def alike(names: Iterable[str], pattern: str) -> tuple[str, ...]:
    """Return the names that a pattern stands for."""
    return tuple(name for name in names if fnmatchcase(name, pattern))


def selected(selector: Selector, seeds: Seeds) -> tuple[str, ...]:
    """Return the goals that a selector fits."""

    def fits(patterns: str | tuple[str, ...] | None, name: str) -> bool:
        some = (patterns,) if isinstance(patterns, str) else patterns
        return some is None or any(fnmatchcase(name, pattern) for pattern in some)

    kinds = seeds.ledger.indicators
    return tuple(
        name
        for name, goal in seeds.ledger.goals.items()
        if fits(selector.region, goal.region)
        and fits(selector.indicator, goal.indicator)
        and fits(selector.family, kinds[goal.indicator].family)
    )


def chosen(plan: Plan, seeds: Seeds) -> Chosen:
    """Return the goals of a plan; names that are not there are left out."""
    goals = seeds.ledger.goals
    if plan.goals == "headline":
        return Chosen(seeds.ledger.headline_goals())
    if plan.goals == "named":
        named = {goal for scenario in seeds.scenarios.values() for goal in scenario.goals}
        return Chosen(tuple(goal for goal in goals if goal in named))
    if plan.goals == "all":
        return Chosen(tuple(goals), frozenset(goals))
    entries = plan.goals if isinstance(plan.goals, tuple) else (plan.goals,)
    found: list[str] = []
    listed = set()
    for entry in entries:
        if isinstance(entry, Selector):
            found += selected(entry, seeds)
        elif is_pattern(entry):
            found += alike(goals, entry)
        elif entry in goals:
            found.append(entry)
            listed.add(entry)
    return Chosen(tuple(dict.fromkeys(found)), frozenset(found) - listed)


def scenarios_of(plan: Plan, goal: str, seeds: Seeds) -> tuple[str, ...]:
    """Return the scenarios under which a plan asks a goal, each once."""
    if plan.scenarios in ("headline", "all"):
        return seeds.scenarios_of(goal, headline=plan.scenarios == "headline")
    found: list[str] = []
    for entry in plan.scenarios:
        if is_pattern(entry):
            found += alike(seeds.scenarios_of(goal), entry)
        elif entry == BASELINE or entry in seeds.scenarios:
            name = seeds.resolve(entry, goal)
            found += [name] if seeds.scenarios[name].applies_to(goal) else []
    return tuple(dict.fromkeys(found))


def days_of(plan: Plan, goals: tuple[str, ...], seeds: Seeds, today: dt.date) -> tuple[dt.date, ...]:
    """Return the days of knowledge, each once; of a plan without goals the newest is that of the headline.

    Raises
    ------
    Unanswerable
        If the newest day is wanted and there is none.
    """
    about = goals or seeds.ledger.headline_goals() or tuple(seeds.ledger.goals)
    words = {"today": lambda: today, "newest": lambda: seeds.ledger.newest_publication(about)}
    found = (words[day]() if isinstance(day, str) else day for day in plan.days)
    return tuple(dict.fromkeys(found))


def count(plan: Plan, cells: Mapping[str, Cell], asked: Chosen, seeds: Seeds) -> int:
    """Return at most how many jobs a plan has, before they are made."""
    pairs = sum(len(scenarios_of(plan, goal, seeds)) for goal in asked.goals)
    total = 0
    for cell in cells.values():
        times = len(plan.days)
        for name, values in plan.matrix.items():
            times *= len(values) if name in cell.types else 1
        total += times * (pairs if "goal" in cell.types else 1)
    return total


def jobs_of(
    plan: Plan, cells: Mapping[str, Cell], goals: Iterable[str], day: dt.date, seeds: Seeds
) -> tuple[Job, ...]:
    """Return the jobs of one day, before any is excluded: notebook by notebook, goal by goal.

    Parameters
    ----------
    cells : mapping
        By notebook, what it can be asked; it is handed no parameter that it does not have.
    """
    found: list[Job] = []
    for notebook, cell in cells.items():
        own = {name: values for name, values in plan.matrix.items() if name in cell.types}
        fixed = _fixed(plan, cell, day)
        for asked, values in product(list(_asked(plan, cell, goals, seeds)), product(*own.values())):
            varied = dict(zip(own, values, strict=True))
            name = _name(plan, notebook, asked, varied)
            parameters: dict[str, Value] = {**asked, **fixed, **varied}
            found.append(Job(asked.get("goal", ""), asked.get("scenario", ""), notebook, parameters, name))
    return _told_apart(found)


def _asked(plan: Plan, cell: Cell, goals: Iterable[str], seeds: Seeds) -> Iterator[dict[str, str]]:
    """Yield what a notebook is asked: a goal and a scenario, or as much of that as it can be asked."""
    if "goal" not in cell.types:
        yield {}
        return
    for goal in goals:
        if "scenario" not in cell.types:
            yield {"goal": goal}
            continue
        for scenario in scenarios_of(plan, goal, seeds):
            yield {"goal": goal, "scenario": scenario}


def _fixed(plan: Plan, cell: Cell, day: dt.date) -> dict[str, Value]:
    """Return the parameters that all jobs of a notebook and a day share."""
    common: dict[str, Value] = {
        "known_on": day.isoformat(),
        "draws": plan.draws,
        "seed": plan.seed,
        "language": plan.language,
    }
    if not plan.what_if:  # else the notebook's own default stands
        common["what_if"] = False
    return {name: value for name, value in (common | plan.parameters).items() if name in cell.types}


def _name(plan: Plan, notebook: str, asked: Mapping[str, str], varied: Mapping[str, Any]) -> str:
    """Return a job's name: what it asks and what varies; the notebook where that does not tell enough."""
    stem = PurePosixPath(notebook).with_suffix("").as_posix()
    if "goal" not in asked:
        parts = ["notebook", safe(stem)]
    else:
        parts = [*([safe(stem)] if len(plan.notebooks) > 1 else []), *asked.values()]
    parts += [safe(f"{name}-{_text(value)}") for name, value in varied.items()]
    name = "--".join(parts)
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}-{_digest(name)}"


def safe(text: str) -> str:
    """Return a text as part of a folder's name; what cannot be that becomes something like it, and a hash."""
    if re.fullmatch(FILE_NAME, text):
        return text
    plain = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")[:40]
    return f"{plain}-{_digest(text)}".strip("-")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _told_apart(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return each job once; different ones of one name get names of their own."""
    distinct = {(job.id, job.notebook, _text(job.parameters)): job for job in jobs}
    names = Counter(name for name, *_ in distinct)
    return tuple(
        job if names[job.id] == 1 else replace(job, id=f"{job.id}-{_digest(notebook + text)}")
        for (_, notebook, text), job in distinct.items()
    )


def excludes(entry: Mapping[str, Any], plan: Plan, job: Job, day: dt.date, seeds: Seeds) -> bool:
    """Whether an entry of `exclude` leaves a job out: all of it fits."""
    facts: dict[str, Any] = {"what_if": plan.what_if, "known_on": day.isoformat(), **job.parameters}
    facts["notebook"] = job.notebook

    def fits(key: str, wanted: Any) -> bool:
        if key == "scenario" and wanted == BASELINE and job.goal:
            wanted = seeds.resolve(BASELINE, job.goal)
        found = facts[key]
        if isinstance(wanted, str) and isinstance(found, str):
            return fnmatchcase(found, wanted)
        return type(wanted) is type(found) and bool(wanted == found)

    return all(
        key in facts
        and (fits(key, wanted) or (isinstance(wanted, list) and any(fits(key, one) for one in wanted)))
        for key, wanted in entry.items()
    )
