"""Scenarios: a named list of adjustments to the future, or to how the past is read."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from forecasts.ledger.ledger import Ledger
from forecasts.ledger.located import Located, read_located
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Id, Record, Text


class Adjustment(BaseModel):
    """One change; `kind` says which."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Redate(Adjustment):
    """Read an observation as describing another day."""

    kind: Literal["redate"]
    observation: Id
    as_of: dt.date


class SetClock(Adjustment):
    """Spread a year's growth otherwise: `q4_share` falls in the fourth quarter (0.25 = even)."""

    kind: Literal["clock"]
    q4_share: Annotated[float, Field(ge=0.0, lt=1.0)]


class Measure(Adjustment):
    """Measure the goal by the sum of these indicators of the goal's region."""

    kind: Literal["measure"]
    indicators: Annotated[tuple[Id, ...], Field(min_length=1)]


class Share(Adjustment):
    """What is counted is an unknown share of what the goal means: uniform between `low` and `high`."""

    kind: Literal["share"]
    low: Annotated[float, Field(gt=0.0, le=1.0)]
    high: Annotated[float, Field(gt=0.0, le=1.0)]

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


A = TypeVar("A", bound=Adjustment)

AnyAdjustment = Annotated[Redate | SetClock | Measure | Share, Field(discriminator="kind")]


class Scenario(Record):
    """A named list of adjustments.

    Attributes
    ----------
    role : str
        ``baseline``: what the evidence supports; ``reading``: one of several readings of what a goal
        counts, of which the headline shows each; ``alternative``: what would change the answer.
    goals : tuple of str
        The goals it is for; empty = every goal.
    """

    name_zh: Text
    name_en: Text
    role: Literal["baseline", "reading", "alternative"]
    why_zh: Text
    why_en: Text
    goals: tuple[Id, ...] = ()
    adjustments: tuple[AnyAdjustment, ...] = ()

    def applies_to(self, goal: str) -> bool:
        """Whether the scenario is for the goal with this id."""
        return not self.goals or goal in self.goals

    def find(self, kind: type[A]) -> A | None:
        """Return the last adjustment of a kind, if there is one."""
        found = [a for a in self.adjustments if isinstance(a, kind)]
        return found[-1] if found else None


def read_scenarios(folder: Path, ledger: Ledger) -> Mapping[str, Scenario]:
    """Read ``scenarios/*.yaml``, in the order of their names, and check them against the ledger.

    Raises
    ------
    BadInput
        With every problem of every file.
    """
    problems: list[Problem] = []
    scenarios: dict[str, Scenario] = {}
    for path in sorted(folder.glob("*.yaml")):
        place = f"{folder.name}/{path.name}"
        try:
            told = read_located(path, place)
            scenario = Scenario.model_validate(told.values)
        except BadInput as bad:
            problems += bad.problems
            continue
        except ValidationError as error:
            problems += [_problem(detail, told, place) for detail in error.errors()]
            continue
        if scenario.id != path.stem:
            remedy = f"name the file {scenario.id}.yaml or the scenario {path.stem}"
            problems.append(
                Problem(place, "the id is not the file's name", scenario.id, remedy, told.line(("id",)), "id")
            )
        problems += _misnamed(scenario, told, ledger, place)
        scenarios[scenario.id] = scenario
    for goal in ledger.goals.values():
        if goal.baseline not in scenarios:
            rule = f"the goal {goal.id!r} names a baseline scenario that is not there"
            problems.append(
                Problem(
                    "seeds/goals.csv",
                    rule,
                    goal.baseline,
                    nearest(goal.baseline, scenarios),
                    column="baseline",
                )
            )
    if problems:
        raise BadInput(problems)
    return MappingProxyType(scenarios)


def _problem(detail: object, told: Located, place: str) -> Problem:
    """Turn one pydantic error into a problem with its line."""
    assert isinstance(detail, dict)
    # Discriminator tags of pydantic are no keys of the file.
    kinds = {"redate", "clock", "measure", "share"}
    way = tuple(part for part in detail["loc"] if part not in kinds or part == detail["loc"][-1])
    rule = detail["msg"].removeprefix("Value error, ")
    given = detail["input"] if isinstance(detail["input"], str | int | float) else ""
    return Problem(place, rule, str(given), "correct it", told.line(way), ".".join(map(str, way)) or None)


def _misnamed(scenario: Scenario, told: Located, ledger: Ledger, place: str) -> list[Problem]:
    """Return the names in a scenario that the ledger does not have."""
    problems = []

    def check(name: str, valid: Mapping[str, object], what: str, *way: str | int) -> None:
        if name not in valid:
            rule = f"names {what} that the ledger does not have"
            column = ".".join(map(str, way))
            problems.append(Problem(place, rule, name, nearest(name, valid), told.line(way), column))

    for i, goal in enumerate(scenario.goals):
        check(goal, ledger.goals, "a goal", "goals", i)
    for i, change in enumerate(scenario.adjustments):
        if isinstance(change, Redate):
            check(change.observation, ledger.observations, "an observation", "adjustments", i, "observation")
        if isinstance(change, Measure):
            for j, indicator in enumerate(change.indicators):
                check(indicator, ledger.indicators, "an indicator", "adjustments", i, "indicators", j)
    return problems
