"""Ledgers that somebody edits: random, small, and answered by the real engine."""

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal, Indicator, Observation, Region
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.growth import Pace
from forecasts.scenarios.reading import Clock
from forecasts.scenarios.scenario import PLAIN_BASELINE, Scenario
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.changes import Asked, Side, probability_of

REGIONS = ("top", "a", "b", "c", "d")
GOAL = Goal("firms", "a", 1150, "2023-12-31", id="g", announced_on="2022-03-01")
DRAWS = 200


def row(region: str, year: int, value: float, late: int = 60, indicator: str = "firms") -> Observation:
    """Return the figure of a year's end, published some days later."""
    end = dt.date(year, 12, 31)
    return Observation(
        id=f"{region}-{indicator}-{year}", indicator=indicator, region=region, as_of=end,
        value=Decimal(str(round(value))), published_on=end + dt.timedelta(days=late),
    )  # fmt: skip


def rows_of(chance: random.Random) -> dict[str, Observation]:
    """Return figures of all regions from 2016 to 2022."""
    found = {}
    for region in REGIONS:
        value = chance.uniform(300, 900)
        for year in range(2016, 2023):
            if chance.random() < 0.85:
                one = row(region, year, value, chance.randint(10, 300), chance.choice(["firms", "plants"]))
                found[one.id] = one
            value *= chance.uniform(0.97, 1.25)
    mine = row("a", 2020, chance.uniform(700, 1000), 40)
    return found | {mine.id: mine}


def seeds_of(rows: dict[str, Observation], goal: Goal = GOAL, *adjustments: AnyAdjustment) -> Seeds:
    """Return seeds with these figures, one goal and one scenario."""
    indicators = {name: Indicator(id=name, family="f") for name in ("firms", "plants")}
    regions = {name: Region(id=name, parent=None if name == "top" else "top") for name in REGIONS}
    ledger = Ledger(*map(MappingProxyType, (indicators, regions, {}, rows, {goal.id: goal})))  # type: ignore[arg-type]
    scenario = PLAIN_BASELINE.model_copy(update={"adjustments": adjustments})
    return Seeds(ledger, MappingProxyType({scenario.id: scenario}))


def edited(rows: dict[str, Observation], chance: random.Random) -> dict[str, Observation]:
    """Return figures as somebody left them later: corrected, taken out, entered."""
    found = dict(rows)
    for name in list(found):
        if chance.random() < 0.1:
            changed = Decimal(str(round(float(found[name].value) * chance.uniform(0.9, 1.1))))
            found[name] = found[name].model_copy(update={"value": changed})
        elif chance.random() < 0.05 and not name.startswith("a-firms"):
            del found[name]
    for _ in range(chance.randint(0, 3)):
        one = row(chance.choice(REGIONS), chance.randint(2012, 2022), chance.uniform(300, 1100), 20)
        found.setdefault(one.id, one)
    return found


def adjustments(chance: random.Random) -> tuple[AnyAdjustment, ...]:
    """Return none, one or two adjustments."""
    some: list[Any] = []
    if chance.random() < 0.4:
        some.append(Clock(q4_share=round(chance.uniform(0.1, 0.9), 2)))
    if chance.random() < 0.4:
        some.append(Pace(factor=round(chance.uniform(0.5, 1.5), 2)))
    return tuple(some)


def goal_edited(chance: random.Random) -> Goal:
    """Return the goal as it was, or asking for something else."""
    if chance.random() < 0.6:
        return GOAL
    deadline = chance.choice([GOAL.deadline, dt.date(2024, 12, 31)])
    return GOAL.model_copy(update={"value": Decimal(chance.randint(900, 1500)), "deadline": deadline})


def scenario_of(seeds: Seeds) -> Scenario:
    return seeds.scenarios["baseline"]


def side(seeds: Seeds, day: dt.date, current: bool = True, **changed: Any) -> Side | None:
    """Return what a run says of the goal; None where it has no answer."""
    goal, scenario = seeds.ledger.goals["g"], scenario_of(seeds)
    said = probability_of(Asked(seeds, day, scenario, goal, DRAWS, 1))
    if said is None:
        return None
    return replace(Side(said, day, seeds, scenario, goal, DRAWS, 1, current), **changed)


def random_pair(number: int) -> tuple[Side, Side]:
    """Return an earlier and a later run of a ledger that was edited in between."""
    chance = random.Random(number)
    while True:
        rows = rows_of(chance)
        before, after = sorted(dt.date(2021, 4, 1) + dt.timedelta(chance.randint(0, 950)) for _ in "12")
        then = side(seeds_of(rows, goal_edited(chance), *adjustments(chance)), before)
        later = seeds_of(edited(rows, chance), goal_edited(chance), *adjustments(chance))
        now = side(later, after)
        if then is not None and now is not None:
            return then, now
