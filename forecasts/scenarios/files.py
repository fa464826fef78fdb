"""The files in which people write scenarios: YAML, one each, told with file and line what is wrong."""

import datetime as dt
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from forecasts.ledger.located import Located, Way, read_located
from forecasts.ledger.problems import BadInput, Problem, nearest, shortened
from forecasts.ledger.sheets import OpenedSeeds
from forecasts.models.members import MODELS
from forecasts.scenarios.adjustments import ADJUSTMENTS, RENAMED, AnyAdjustment
from forecasts.scenarios.base import Adjustment, Asked, Named
from forecasts.scenarios.scenario import AS_PUBLISHED, BASELINE, PLAIN_BASELINE, Scenario

#: So many scenarios may stand on each other.
LONGEST = 10

#: Reads one adjustment.
_ONE: TypeAdapter[Adjustment] = TypeAdapter(AnyAdjustment)


@dataclass(frozen=True)
class _File:
    """A sound scenario, and the file that it was read from."""

    scenario: Scenario
    told: Located

    def problem(self, way: Way, rule: str, value: str, remedy: str) -> Problem:
        """Return what is wrong at a place of the file."""
        column = ".".join(map(str, way)) or None
        return Problem(self.told.place, rule, shortened(value), remedy, self.told.line(way), column)


def open_scenarios(folder: Path, seeds: OpenedSeeds) -> tuple[Mapping[str, Scenario], list[Problem]]:
    """Read ``scenarios/*.yaml``, in the order of their names, and check them against the tables.

    Returns
    -------
    scenarios : mapping
        The sound ones, by id, with the adjustments of those that they extend; the plain baseline where no
        file has its name.
    problems : list of Problem
        Of every file.
    """
    paths, problems = _files(folder)
    files: dict[str, _File] = {}
    ids: set[str] = {path.stem for path in paths}
    for path in paths:
        place = f"{folder.name}/{path.name}"
        try:
            told = read_located(path, place)
            scenario = Scenario.model_validate(told.values)
        except BadInput as bad:
            problems += bad.problems
            continue
        except ValidationError as error:
            problems += [_problem(detail, told, place) for detail in error.errors()]
            part = _File(_sound_part(told), told)
            problems += [*_misnamed(part, seeds.ids), *_senseless(part, part.scenario, seeds)]
            continue
        ids.add(scenario.id)
        file = files[scenario.id] = _File(scenario, told)
        if scenario.id != path.stem:
            remedy = f"name the file {scenario.id}.yaml or the scenario {path.stem}"
            problems.append(file.problem(("id",), "the id is not the file's name", scenario.id, remedy))
        problems += _misnamed(file, seeds.ids)
    scenarios: dict[str, Scenario] = {}
    for name, file in files.items():
        whole, fault = _extended(file, files, ids)
        problems += [*fault] if fault else _senseless(file, whole, seeds)
        scenarios[name] = whole
    if BASELINE not in ids:
        scenarios[BASELINE] = PLAIN_BASELINE
        ids.add(BASELINE)
    return MappingProxyType(scenarios), [*problems, *_without_baseline(seeds, ids, scenarios)]


def _sound_part(told: Located) -> Scenario:
    """Return what is sound of a faulty scenario, so that all faults are told at once."""
    goals, changes = (told.values.get(name) for name in ("goals", "adjustments"))
    sound: list[Adjustment] = []
    for given in changes if isinstance(changes, list) else []:
        try:
            sound.append(_ONE.validate_python(given))
        except ValidationError:
            sound.append(Adjustment(kind="nothing"))  # in its place, so that the others keep theirs
    named = tuple(goal for goal in goals if isinstance(goal, str)) if isinstance(goals, list) else ()
    return AS_PUBLISHED.model_copy(update={"goals": named, "adjustments": tuple(sound)})


def _extended(
    file: _File, files: Mapping[str, _File], ids: Collection[str]
) -> tuple[Scenario, list[Problem]]:
    """Return a scenario with what it extends, or what is wrong with that; unsound files were told before."""
    chain = [file]
    while (name := chain[-1].scenario.extends) is not None:
        seen = [one.scenario.id for one in chain]

        def refused(rule: str, remedy: str, value: str = name) -> tuple[Scenario, list[Problem]]:
            return file.scenario, [file.problem(("extends",), rule, value, remedy)]

        if name in seen:
            if name != file.scenario.id:
                return file.scenario, []  # the files of the circle tell it themselves
            return refused(f"extends itself: {' > '.join([*seen, name])}", "leave one of them out")
        if name not in ids:
            known = set(ids) - {file.scenario.id}
            if len(chain) > 1:
                return file.scenario, []  # the file that names it tells it
            return refused("extends a scenario that is not there", nearest(name, known))
        if len(chain) > LONGEST:
            remedy = "write the adjustments out in one file"
            return refused(f"stands on a chain of more than {LONGEST} scenarios", remedy, seen[1])
        if name not in files:
            return file.scenario, []
        chain.append(files[name])
    whole = chain[-1].scenario
    for one in reversed(chain[:-1]):
        whole = one.scenario.extending(whole)
    return whole, []


def _senseless(file: _File, whole: Scenario, seeds: OpenedSeeds) -> Iterator[Problem]:
    """Yield the adjustments that make no sense for a goal that a scenario names."""
    goals, indicators = seeds.parts.goals, seeds.parts.indicators
    before = len(whole.adjustments) - len(file.scenario.adjustments)
    told: set[tuple[Way, str]] = set()
    for goal in (goals[name] for name in whole.goals if name in goals):
        if goal.indicator not in indicators:
            continue
        asked = whole.on_question(Asked(goal, goal.announced_on or dt.date.min, (goal.indicator,)))
        for i, fault in whole.faults(asked, indicators[goal.indicator]):
            way: Way = ("adjustments", i - before, *fault.way) if i >= before else ("extends",)
            if (way, fault.rule) not in told:
                told.add((way, fault.rule))
                yield file.problem(way, fault.rule, fault.value, fault.remedy)


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
    way: Way = detail["loc"]
    kind = None
    if len(way) > 2 and way[0] == "adjustments":
        # Behind the place in the list pydantic names the kind, which is no key of the file.
        kind, way = str(way[2]), (*way[:2], *way[3:])
    rule, remedy = detail["msg"].removeprefix("Value error, "), "correct it"
    given = detail["input"] if isinstance(detail["input"], str | int | float) else ""
    if detail["type"] == "extra_forbidden":
        fields = next((c.model_fields for c in ADJUSTMENTS if c.model_fields["kind"].default == kind), None)
        fields = Scenario.model_fields if fields is None else fields
        keys = {held.alias or name for name, held in fields.items()}
        rule, remedy = "unknown key", nearest(str(way[-1]), keys)
    elif detail["type"] == "union_tag_invalid":
        given = str(detail["ctx"]["tag"])
        kinds = {str(change.model_fields["kind"].default) for change in ADJUSTMENTS}
        rule, remedy = "no such kind of adjustment", RENAMED.get(given) or nearest(given, kinds)
        way = (*way, "kind")
    elif detail["type"] == "clash":
        way = ("adjustments", detail["ctx"]["second"])
    elif isinstance(detail["input"], dict | list) and kind is not None and len(way) > 2:
        given = shortened(detail["input"])
    column = ".".join(map(str, way)) or None
    return Problem(place, rule, shortened(given), remedy, told.line(way), column)


def _misnamed(file: _File, ids: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Yield the names in a scenario that no row has; a table that could not be read is not blamed."""
    known = {**ids, "models": frozenset(model.name for model in MODELS)}
    named: list[Named] = [(("goals", i), goal, "goal") for i, goal in enumerate(file.scenario.goals)]
    named += [
        (("adjustments", i, *way), name, what)
        for i, change in enumerate(file.scenario.adjustments)
        for way, name, what in change.named()
    ]
    article = {"observation": "an", "indicator": "an"}
    for way, name, what in named:
        if f"{what}s" in known and name not in known[f"{what}s"]:
            rule = f"names {article.get(what, 'a')} {what} that the ledger does not have"
            rule = "there is no such growth model" if what == "model" else rule
            yield file.problem(way, rule, name, nearest(name, known[f"{what}s"]))
