"""The files in which people write scenarios: YAML, one each, told with file and line what is wrong."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from forecasts.ledger.located import Located, read_located
from forecasts.ledger.problems import BadInput, Problem, nearest, shortened
from forecasts.ledger.sheets import OpenedSeeds
from forecasts.scenarios.adjustments import ADJUSTMENTS
from forecasts.scenarios.scenario import BASELINE, PLAIN_BASELINE, Scenario


def open_scenarios(folder: Path, seeds: OpenedSeeds) -> tuple[Mapping[str, Scenario], list[Problem]]:
    """Read ``scenarios/*.yaml``, in the order of their names, and check them against the tables.

    Returns
    -------
    scenarios : mapping
        The sound ones, by id; the plain baseline where no file has its name.
    problems : list of Problem
        Of every file.
    """
    paths, problems = _files(folder)
    scenarios: dict[str, Scenario] = {}
    ids: set[str] = set()
    for path in paths:
        place = f"{folder.name}/{path.name}"
        ids.add(path.stem)
        try:
            told = read_located(path, place)
            scenario = Scenario.model_validate(told.values)
        except BadInput as bad:
            problems += bad.problems
            continue
        except ValidationError as error:
            problems += [_problem(detail, told, place) for detail in error.errors()]
            continue
        ids.add(scenario.id)
        if scenario.id != path.stem:
            remedy = f"name the file {scenario.id}.yaml or the scenario {path.stem}"
            problems.append(
                Problem(place, "the id is not the file's name", scenario.id, remedy, told.line(("id",)), "id")
            )
        problems += _misnamed(scenario, told, seeds.ids, place)
        scenarios[scenario.id] = scenario
    if BASELINE not in ids:
        scenarios[BASELINE] = PLAIN_BASELINE
        ids.add(BASELINE)
    return MappingProxyType(scenarios), [*problems, *_without_baseline(seeds, ids, scenarios)]


def _files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """Return the files of a folder, which need not be there; what looks like one and is not read is told."""
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except FileNotFoundError:
        return [], []
    except OSError as error:
        rule = f"cannot be read: {error.strerror}"
        return [], [Problem(f"{folder.name}/", rule, remedy="make it a folder that you may read")]
    stray = [n for n in names if n.lower().endswith((".yml", ".yaml")) and not n.endswith(".yaml")]
    problems = [
        Problem(f"{folder.name}/{name}", "is not read: its name must end in .yaml", remedy="rename it")
        for name in stray
    ]
    return [folder / name for name in names if name.endswith(".yaml")], problems


def _without_baseline(
    seeds: OpenedSeeds, ids: set[str], scenarios: Mapping[str, Scenario]
) -> Iterator[Problem]:
    """Yield the goals, sound or not, that name a baseline which is not there."""
    goals = seeds.goals
    if goals is None:
        return
    for row in range(len(goals)):
        goal, named = (str(goals.columns[name].at(row)) for name in ("id", "baseline"))
        if named not in ids:
            rule = f"the goal {goal!r} names a baseline scenario that is not there"
            remedy = nearest(named, scenarios)
            yield Problem(goals.place_of(row), rule, named, remedy, int(goals.lines[row]), "baseline")


def _problem(detail: Any, told: Located, place: str) -> Problem:
    """Turn one pydantic error into a problem with its line."""
    # Discriminator tags of pydantic are no keys of the file.
    kinds = {str(change.model_fields["kind"].default) for change in ADJUSTMENTS}
    way = tuple(part for part in detail["loc"] if part not in kinds or part == detail["loc"][-1])
    rule, remedy = detail["msg"].removeprefix("Value error, "), "correct it"
    given = detail["input"] if isinstance(detail["input"], str | int | float) else ""
    if detail["type"] == "extra_forbidden":
        fields = [change.model_fields for change in ADJUSTMENTS] if len(way) > 1 else [Scenario.model_fields]
        rule, remedy = "unknown key", nearest(str(way[-1]), {name for known in fields for name in known})
    elif detail["type"] == "union_tag_invalid":
        given = str(detail["ctx"]["tag"])
        rule, remedy, way = "no such kind of adjustment", nearest(given, kinds), (*way, "kind")
    column = ".".join(map(str, way)) or None
    return Problem(place, rule, shortened(given), remedy, told.line(way), column)


def _misnamed(
    scenario: Scenario, told: Located, ids: Mapping[str, frozenset[str]], place: str
) -> list[Problem]:
    """Return the names in a scenario that no row has; a table that could not be read is not blamed."""
    named = [(("goals", i), goal, "goal") for i, goal in enumerate(scenario.goals)]
    named += [
        (("adjustments", i, *way), name, what)  # type: ignore[misc]
        for i, change in enumerate(scenario.adjustments)
        for way, name, what in change.named()
    ]
    article = {"observation": "an", "indicator": "an"}
    return [
        Problem(
            place, f"names {article.get(what, 'a')} {what} that the ledger does not have", name,
            nearest(name, ids[f"{what}s"]), told.line(way), ".".join(map(str, way)),
        )
        for way, name, what in named
        if f"{what}s" in ids and name not in ids[f"{what}s"]
    ]  # fmt: skip
