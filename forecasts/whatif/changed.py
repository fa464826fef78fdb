"""What is written down of a change: its parts, the figures behind them, the course of the probability."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from forecasts.attainment.frozen import Frozen
from forecasts.ledger.fields import Qualifier
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal, Observation, Region, Source
from forecasts.scenarios.base import Asked
from forecasts.scenarios.scenario import Scenario
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.changes import Side, Swap, assumed, split, wanted
from forecasts.whatif.differences import Difference, How, differences, figures_by, outcomes_between

#: Version of the layout of ``changes.json``; raised when a field changes its meaning.
FORMAT: Final = 1

#: So many figures are listed, the goal's own first; the others are counted.
LISTED: Final = 20

Whose = Literal["own", "parent", "class"]


class ChangedPart(Frozen):
    """What one swap made of the probability, or several that cannot be told apart."""

    swaps: tuple[Swap, ...]
    change: float = Field(description="Of the probability.")


class ChangedFigure(Frozen):
    """A figure of which the later run knew more than the earlier one, or something else."""

    id: str
    how: How = Field(
        description="new: published since; changed, entered, removed: of before, but known otherwise now."
    )
    whose: Whose = Field(description="The goal's own, its parent region's, or one of its reference class.")
    region_zh: str
    region_en: str
    indicator_zh: str
    indicator_en: str
    unit_zh: str
    unit_en: str
    as_of: dt.date
    published_on: dt.date
    value: str | None = Field(description="As printed; null: it was taken out.")
    qualifier: Qualifier | None
    before: str | None = Field(description="What the earlier run had; null: nothing.")
    source_title: str


class GoalBefore(Frozen):
    """What the goal asked when the earlier run was made."""

    value: float
    comparison: str
    deadline: dt.date


class CoursePoint(Frozen):
    """The probability on one day of knowledge."""

    known_on: dt.date
    probability: float = Field(gt=0, lt=1)
    origin: Literal["run", "asked"] = Field(
        description="run: what a run said then; asked: today's program, by what was known on that day."
    )
    own: bool = Field(description="Whether an own figure had been published since the point before it.")
    figures: tuple[str, ...] = Field(
        description="The own figures, and those of the parent region, published since then, by id."
    )
    others: int = Field(description="How many of the reference class were.")


class Changed(Frozen):
    """How the probability of one goal under one scenario changed, and why."""

    goal: str
    scenario: str
    scenario_before: str = Field(description="Its id in the earlier run.")
    region_zh: str
    region_en: str
    indicator_zh: str
    indicator_en: str
    scenario_zh: str
    scenario_en: str
    unit_zh: str
    unit_en: str
    known_before: dt.date
    known_on: dt.date
    before: float = Field(gt=0, lt=1, description="The headline of the earlier run.")
    after: float = Field(gt=0, lt=1)
    change: float
    parts: tuple[ChangedPart, ...] = Field(description="In the order of the swaps; they sum to `change`.")
    figures: tuple[ChangedFigure, ...] = Field(description="Those it rests on; of many the goal's own first.")
    more_figures: int = Field(description="How many more there are.")
    outcomes: tuple[str, ...] = Field(description="Past goals of which it became known what became of them.")
    quiet: bool = Field(description="Whether no figure came and nothing was edited: only time passed.")
    adjustments_before: tuple[str, ...] | None = Field(
        default=None, description="What the scenario adjusted; null: as now, or nobody knows."
    )
    goal_before: GoalBefore | None = Field(default=None, description="Null: it asks the same, or unknown.")
    course: tuple[CoursePoint, ...] = ()

    def of(self, swap: Swap) -> ChangedPart:
        """Return the part to which a swap belongs."""
        return next(part for part in self.parts if swap in part.swaps)


class Named(Frozen):
    """A goal under a scenario."""

    goal: str
    scenario: str


class Changes(Frozen):
    """What changed between two runs."""

    format: int = FORMAT
    plan: str
    known_on: dt.date
    since_plan: str
    since: dt.date = Field(description="The day of knowledge of the earlier run.")
    kept: bool = Field(description="Whether the earlier run kept what it saw, or it could be told from keys.")
    changed: tuple[Changed, ...]
    new: tuple[Named, ...] = Field(description="What the earlier run did not answer.")
    gone: tuple[Named, ...] = Field(description="What only the earlier run answered.")

    def about(self, goal: str) -> tuple[Changed, ...]:
        """Return the changes of one goal, in the order of the later run."""
        return tuple(one for one in self.changed if one.goal == goal)


def changed_of(
    then: Side, now: Side, seeds: Seeds, goal: Goal, scenario: Scenario, scenario_before: str
) -> Changed:
    """Split the change of one probability, and write it down with the figures behind it.

    Parameters
    ----------
    then, now : Side
        What both runs said.
    seeds : Seeds
        The figures of the later run, and what describes them; those of today where it kept none.
    goal, scenario
        As they are named.
    scenario_before : str
        Id of the scenario in the earlier run.
    """
    parts = split(then, now)
    figures = _figures(seeds, goal, scenario, then, now.day)
    outcomes = outcomes_between(seeds, then.day, now.day)
    moved = any(part.change for part in parts if part.swaps != ("time",))
    region, indicator = seeds.ledger.regions[goal.region], seeds.ledger.indicators[goal.indicator]
    return Changed(
        goal=goal.id, scenario=scenario.id, scenario_before=scenario_before,
        region_zh=_name(region, "zh"), region_en=_name(region, "en"),
        indicator_zh=indicator.name_zh or indicator.id, indicator_en=indicator.name_en or indicator.id,
        scenario_zh=scenario.name_zh, scenario_en=scenario.name_en,
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en,
        known_before=then.day, known_on=now.day, before=then.probability, after=now.probability,
        change=now.probability - then.probability,
        parts=tuple(ChangedPart(swaps=part.swaps, change=part.change) for part in parts),
        figures=figures[:LISTED], more_figures=max(len(figures) - LISTED, 0), outcomes=outcomes,
        quiet=not (moved or figures or outcomes or _edited(then, now)),
        adjustments_before=_adjusted_before(then, now), goal_before=_goal_before(then, now),
    )  # fmt: skip


def _name(region: Region, language: Literal["zh", "en"]) -> str:
    name = region.name_zh if language == "zh" else region.name_en
    return name if region.name_zh or region.name_en else region.id


def _edited(then: Side, now: Side) -> bool:
    return _adjusted_before(then, now) is not None or _goal_before(then, now) is not None


def _adjusted_before(then: Side, now: Side) -> tuple[str, ...] | None:
    if then.scenario is None or now.scenario is None or assumed(then.scenario) == assumed(now.scenario):
        return None
    return assumed(then.scenario)


def _goal_before(then: Side, now: Side) -> GoalBefore | None:
    if then.goal is None or now.goal is None or wanted(then.goal) == wanted(now.goal):
        return None
    goal = then.goal
    return GoalBefore(value=float(goal.value), comparison=goal.comparison.value, deadline=goal.deadline)


def _figures(
    seeds: Seeds, goal: Goal, scenario: Scenario, then: Side, day: dt.date
) -> tuple[ChangedFigure, ...]:
    """Return the figures that a goal rests on and of which the later run knew differently."""
    measured = _measured(goal, scenario, day)
    found = []
    for one in differences(then.seeds, then.day, seeds, day):
        whose = _whose(one.row, goal, measured, seeds.ledger)
        if whose is not None:
            found.append(_figure(one, whose, seeds.ledger))
    order = ("own", "parent", "class")
    return tuple(sorted(found, key=lambda one: order.index(one.whose)))


def _whose(row: Observation, goal: Goal, measured: Sequence[str], ledger: Ledger) -> Whose | None:
    if row.region == goal.region and row.indicator in measured:
        return "own"
    if row.indicator == goal.indicator and row.region == ledger.regions[goal.region].parent:
        return "parent"
    return "class" if row.indicator in ledger.kindred(goal.indicator) else None


def _figure(one: Difference, whose: Whose, ledger: Ledger) -> ChangedFigure:
    row = one.row
    region = ledger.regions.get(row.region) or Region(id=row.region)
    indicator = ledger.indicators[row.indicator]
    source = ledger.sources.get(row.source) or Source(id=row.source or "-")
    return ChangedFigure(
        id=row.id, how=one.how, whose=whose,
        region_zh=_name(region, "zh"), region_en=_name(region, "en"),
        indicator_zh=indicator.name_zh or indicator.id, indicator_en=indicator.name_en or indicator.id,
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en,
        as_of=row.as_of, published_on=row.published_on,
        value=None if one.after is None else f"{one.after.value:f}", qualifier=row.qualifier,
        before=None if one.before is None else f"{one.before.value:f}", source_title=source.title,
    )  # fmt: skip


@dataclass(frozen=True)
class Rested:
    """A figure that a goal rests on."""

    row: Observation
    whose: Whose


def figures_of(seeds: Seeds, goal: Goal, scenario: Scenario, day: dt.date) -> tuple[Rested, ...]:
    """Return the figures that a goal rests on and that had been published by a day, in that order."""
    measured = _measured(goal, scenario, day)
    rows = sorted(figures_by(seeds, day).values(), key=lambda row: (row.published_on, row.as_of, row.id))
    whose = ((row, _whose(row, goal, measured, seeds.ledger)) for row in rows)
    return tuple(Rested(row, of) for row, of in whose if of is not None)


def _measured(goal: Goal, scenario: Scenario, day: dt.date) -> tuple[str, ...]:
    """Return the indicators of its region by which a goal is measured."""
    return (*scenario.on_question(Asked(goal, day, (goal.indicator,))).measured_by, goal.indicator)


def course_of(
    points: Iterable[tuple[dt.date, float, Literal["run", "asked"]]], figures: Sequence[Rested]
) -> tuple[CoursePoint, ...]:
    """Return the course of a probability: its days in order, each with the figures published since.

    Parameters
    ----------
    points : iterable of (known_on, probability, origin)
        Of several on one day, what a run said counts, and of two runs the last.
    figures : sequence of Rested
        Those that it rests on.
    """
    by_day: dict[dt.date, tuple[float, Literal["run", "asked"]]] = {}
    for day, probability, origin in points:
        if origin == "run" or day not in by_day:
            by_day[day] = probability, origin
    found: list[CoursePoint] = []
    before: dt.date | None = None
    for day in sorted(by_day):
        probability, origin = by_day[day]
        first = day if before is None else before + dt.timedelta(days=1)  # of the first day, what came on it
        since = [one for one in figures if first <= one.row.published_on <= day]
        near = tuple(f.row.id for f in since if f.whose != "class")
        own = any(f.whose == "own" for f in since)
        found.append(
            CoursePoint(
                known_on=day, probability=probability, origin=origin, own=own, figures=near,
                others=len(since) - len(near),
            )
        )  # fmt: skip
        before = day
    return tuple(found)
