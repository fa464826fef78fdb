"""What is wrong with a plan by itself, told with the file, the line, the key, the rule and the remedy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from forecasts.batch.plans.cell import Cell
from forecasts.batch.plans.plan import Alert, Plan, Selector
from forecasts.ledger.located import Located, Way
from forecasts.ledger.problems import Problem, nearest, shortened
from forecasts.ledger.root import resolved
from forecasts.notebook.parameters import DatedParameters

#: What may stand under a key, told when something else does.
HELP: Final[Mapping[str, str]] = {
    "title_zh": "write a text of one line",
    "title_en": "write a text of one line",
    "notebook": "write the name of a file in notebooks/, or a list of them",
    "goals": "write `headline`, `named`, `all`, a list of goal ids and patterns, or {region: ..., indicator: "
    "..., family: ...}",
    "scenarios": "write `headline`, `all` or a list of scenario ids and patterns",
    "known_on": "write `newest`, `today`, a date such as 2023-09-06, or a list of these",
    "parameters": "write `name: value` lines with names of the notebook's parameters",
    "matrix": "write `name: [value, value]` lines with names of the notebook's parameters",
    "exclude": "write a list of mappings such as {goal: some-goal-*, scenario: some-scenario}",
    "language": "write zh or en",
    "draws": "write a whole number from 100 to 1000000",
    "seed": "write a whole number from 0 on",
    "what_if": "write true or false",
    "briefs": "write together, by_goal or none",
    "timeout": "write seconds as a whole number from 1 to 86400",
    "memory": "write a number with M or G, such as 4G",
    "keep": "write a whole number from 1 on",
    "success": "write `result`, `end` or a list of file names and patterns",
    "alerts": "write a list of {moved: points}, {crossed: word or probability} or {older: days}",
}

#: What is told of a form that no branch of a choice has.
FORMS: Final[Mapping[str, str]] = {
    "/one": "must not be a single value",
    "/list": "must not be a list",
    "/mapping": "must not be a mapping",
}

#: Parameters of notebooks that have keys of their own; those of them that may vary stand in `matrix`, too.
KEYS: Final[Mapping[str, str]] = {
    "goal": "write it under the plan's own key goals",
    "scenario": "write it under the plan's own key scenarios",
    "known_on": "write it under the plan's own key known_on",
    "language": "write it under the plan's own key language",
    "draws": "write it under the plan's own key draws",
    "seed": "write it under the plan's own key seed",
    "what_if": "write it under the plan's own key what_if",
    "output": "leave it out: a run decides where its jobs write",
}
VARIED: Final = ("draws", "seed", "what_if")

#: Keys of a plan that only some notebooks take, and the parameter that they set.
TAKEN: Final[Mapping[str, str]] = {"goals": "goal", "scenarios": "scenario", "draws": "draws", "seed": "seed"}


def fault(told: Located, rule: str, value: str, remedy: str, *way: str | int) -> Problem:
    """Return a problem of a plan's file, with the line of what it is about."""
    return Problem(told.place, rule, value, remedy, told.line(way), ".".join(map(str, way)) or None)


def unfit(
    error: ValidationError, told: Located, given: Mapping[str, Any]
) -> tuple[list[Problem], frozenset[str]]:
    """Turn pydantic's errors into problems, one for each place, and name the keys that are not fit.

    Parameters
    ----------
    given : mapping
        What options set in place of the file.
    """
    found: dict[Way, Problem] = {}
    for detail in error.errors():
        way = tuple(part for part in detail["loc"] if not str(part).startswith(("/", "[")))
        key = str(way[0])
        if detail["type"] == "extra_forbidden":
            name = str(way[-1])
            model = (_model(key) if len(way) > 1 else Plan).model_fields
            renamed = DatedParameters.renamed.get(name) if len(way) == 1 else None
            remedy = f"it is called {renamed} now" if renamed else nearest(name, model)
            problem = fault(told, "unknown key", "", remedy, *way)
        elif key in given:
            option = f"--{key.replace('_', '-')}"
            problem = Problem(option, _rule(detail), shortened(given[key]), HELP[key])
        else:
            problem = fault(told, _rule(detail), shortened(detail["input"]), HELP[key], *way)
        found.setdefault(way, problem)
    # A list of which an item is not fit is told to be too short, too: what lies deeper is the fault.
    kept = [
        problem
        for way, problem in found.items()
        if not any(way == longer[: len(way)] != longer for longer in found)
    ]
    return kept, frozenset(str(way[0]) for way in found)


def _model(key: str) -> type[BaseModel]:
    return Alert if key == "alerts" else Selector


def _rule(detail: Any) -> str:
    if detail["type"] == "union_tag_invalid":
        return FORMS[detail["ctx"]["tag"].strip("'")]
    message = str(detail["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def notebook_fault(name: str, shelf: Path) -> str:
    """Say what is wrong with a notebook's name: it must be a file below notebooks/, by every path."""
    try:
        shelf = resolved(shelf)
        path = resolved(shelf / name)
        if not path.is_relative_to(shelf):
            return "the notebook must lie inside notebooks/"
        there = path.suffix == ".ipynb" and path.is_file()
    except (OSError, ValueError):  # e.g. a name too long
        there = False
    return "" if there else "no such notebook in notebooks/"


def parameter_faults(
    plan: Plan, told: Located, cells: Mapping[str, Cell], given: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield what the plan sets and no notebook takes, and values that a notebook's cell says are not fit."""
    for name, value in plan.parameters.items():
        way = ("parameters", name)
        if name in KEYS:
            yield fault(told, "must not stand here", "", KEYS[name], *way)
        elif name in plan.matrix:
            remedy = "keep one of them"
            yield fault(told, "stands under parameters and under matrix", "", remedy, *way)
        else:
            yield from _value_faults(told, cells, name, value, *way)
    for name, values in plan.matrix.items():
        if name in KEYS and name not in VARIED:
            yield fault(told, "must not stand here", "", KEYS[name], "matrix", name)
            continue
        if name in given:
            rule, remedy = "the plan's matrix sets it for each job", "leave the option out"
            yield Problem(f"--{name.replace('_', '-')}", rule, str(given[name]), remedy)
        for i, value in enumerate(values):
            yield from _value_faults(told, cells, name, value, "matrix", name, i)
            if name in VARIED and (rule := _out_of_range(name, value)):
                yield fault(told, rule, shortened(value), HELP[name], "matrix", name, i)
    yield from _exclusion_faults(plan, told, cells)
    yield from _untaken(plan, told, cells, given)


def _value_faults(
    told: Located, cells: Mapping[str, Cell], name: str, value: object, *way: str | int
) -> Iterator[Problem]:
    takers = {notebook: cell for notebook, cell in cells.items() if name in cell.types}
    if not takers:
        if way[-1] in (name, 0):  # a parameter of many values is told once
            known = {known for cell in cells.values() for known in cell.types}
            remedy = nearest(name, known - set(KEYS))
            yield fault(told, "no notebook of the plan has such a parameter", "", remedy, *way[:2])
        return
    for notebook, cell in takers.items():
        if must := cell.unfit(name, value):
            rule = f"must be {must}, as {notebook} has it"
            yield fault(told, rule, shortened(value), "correct the value", *way)


def _out_of_range(name: str, value: object) -> str:
    try:
        Plan.model_validate({name: value})
    except ValidationError as error:
        return _rule(error.errors()[0])
    return ""


def _exclusion_faults(plan: Plan, told: Located, cells: Mapping[str, Cell]) -> Iterator[Problem]:
    known = {"goal", "scenario", "known_on", "notebook"} | {n for cell in cells.values() for n in cell.types}
    for i, entry in enumerate(plan.exclude):
        for name in entry:
            if name not in known:
                rule = "no job of the plan has such a key"
                yield fault(told, rule, "", nearest(name, known), "exclude", i, name)


def _untaken(
    plan: Plan, told: Located, cells: Mapping[str, Cell], given: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield keys that somebody set and that would do nothing."""
    for key, parameter in TAKEN.items():
        if key not in plan.model_fields_set or any(parameter in cell.types for cell in cells.values()):
            continue
        rule, remedy = f"no notebook of the plan has a parameter {parameter}", "leave it out"
        if key in given:
            yield Problem(f"--{key}", rule, str(given[key]), remedy)
        else:
            yield fault(told, rule, "", remedy, key)


def success_faults(plan: Plan, told: Located, cells: Mapping[str, Cell]) -> Iterator[Problem]:
    """Yield notebooks that could not be good, whatever they do."""
    for notebook, cell in cells.items():
        if plan.success != "end" and "output" not in cell.types:
            rule = "the notebook has no parameter output, so that it leaves no file"
            yield fault(told, rule, notebook, "write success: end", "success")
        elif plan.success == "result" and "goal" not in cell.types:
            rule = "the notebook has no parameter goal, so that no result.json can answer it"
            yield fault(told, rule, notebook, "write success: end, or a list of files", "success")
