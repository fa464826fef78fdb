"""What two readers of two ledgers, each on a day, knew differently; a ledger as if nothing more had come."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from forecasts.ledger.fields import LAST_YEAR
from forecasts.ledger.ledger import HIDDEN, Ledger
from forecasts.ledger.past_goals import OpenedRecord, PastGoal
from forecasts.ledger.records import Goal, Observation
from forecasts.ledger.rows import Rows
from forecasts.scenarios.seeds import Seeds

#: What became of a figure: published since; changed, entered later or taken out, although of before.
How = Literal["new", "changed", "entered", "removed"]

#: Of an observation: what an answer rests on. The words around it may be mended without a revision.
COUNTED: Final = (
    "indicator", "region", "as_of", "value", "qualifier", "low", "high", "period_start", "published_on",
    "confidence", "origin",
)  # fmt: skip

#: After every day of knowledge.
NEVER: Final = dt.date(LAST_YEAR, 12, 31)

#: So many readings and ledgers are kept at hand.
KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of which two readers knew differently: as the earlier one had it, and as the later one has."""

    how: How
    before: Observation | None
    after: Observation | None

    @property
    def row(self) -> Observation:
        """The figure as it is known last."""
        found = self.after or self.before
        assert found is not None
        return found


@lru_cache(maxsize=KEPT)
def figures_by(seeds: Seeds, day: dt.date) -> Mapping[str, Observation]:
    """Return the figures that had been published by a day, by id."""
    rows = seeds.ledger.observations.values()
    return MappingProxyType({row.id: row for row in rows if row.published_on <= day})


@lru_cache(maxsize=KEPT)
def differences(then: Seeds | None, before: dt.date, now: Seeds, day: dt.date) -> tuple[Difference, ...]:
    """Return the figures of which a later reader knows differently, in the order of the later ledger.

    Parameters
    ----------
    then : Seeds, optional
        What the earlier one read; where nobody knows, only what was published since is told.
    before, day : date
        Their days of knowledge.
    """
    known = figures_by(now, day)
    if then is None:
        return tuple(Difference("new", None, row) for row in known.values() if row.published_on > before)
    old = figures_by(then, before)
    found = [_difference(old.get(name), row, before) for name, row in known.items()]
    gone = [Difference("removed", row, None) for name, row in old.items() if name not in known]
    return (*(one for one in found if one is not None), *gone)


def _difference(old: Observation | None, row: Observation, before: dt.date) -> Difference | None:
    if old is None:
        return Difference("new" if row.published_on > before else "entered", None, row)
    return None if _counted(old) == _counted(row) else Difference("changed", old, row)


def _counted(row: Observation) -> tuple[object, ...]:
    return tuple(str(getattr(row, name)) for name in COUNTED)  # 6.0 is printed more exactly than 6


def alike(one: Seeds, other: Seeds, day: dt.date, goal: str) -> bool:
    """Whether two readers of a day knew the same, but for one goal itself."""
    if one is other:
        return True
    here, there = _visible(one, day), _visible(other, day)
    own = f"goal {goal}"
    return all(here.get(name) == there.get(name) for name in here.keys() | there.keys() if name != own)


@lru_cache(maxsize=KEPT)
def _visible(seeds: Seeds, day: dt.date) -> Mapping[str, object]:
    """Return all that an answer of a day may rest on, by names of its own; scenarios aside."""
    found: dict[str, object] = dict(_ledger("", seeds.ledger, day))
    for goal in seeds.ledger.goals.values():
        if (goal.announced_on or day) <= day:
            found[f"goal {goal.id}"] = _as_of(goal, day)
    if seeds.record is not None:
        found |= _ledger("record ", seeds.record.ledger, day)
        for row in map(seeds.record.past.one, range(len(seeds.record.past))):
            if row.level is not None and row.announcer in ("", row.region):
                found[f"level {row.region}"] = row.level
            if (row.known_on or row.deadline) <= day:
                found[f"past {row.id}"] = row
    return found


def _ledger(name: str, ledger: Ledger, day: dt.date) -> dict[str, object]:
    """Return figures, and what describes them: names may change without a revision."""
    rows = (row for row in ledger.observations.values() if row.published_on <= day)
    found: dict[str, object] = {f"{name}figure {row.id}": _counted(row) for row in rows}
    for i in ledger.indicators.values():
        found[f"{name}indicator {i.id}"] = (i.kind, i.family, i.q4_share, i.upper)
    return found | {f"{name}region {r.id}": r.parent for r in ledger.regions.values()}


def _as_of(goal: Goal, day: dt.date) -> Goal:
    hidden = goal.outcome_as_of is not None and goal.outcome_as_of > day
    return goal.model_copy(update=dict(HIDDEN)) if hidden else goal


@lru_cache(maxsize=KEPT)
def without_news(seeds: Seeds, day: dt.date) -> Seeds:
    """Return the seeds as if nothing had been published after a day; the same ones where nothing was.

    Outcomes of goals that were known later, and goals that were announced later, are among what is left out.
    """
    ledger = _ledger_until(seeds.ledger, day)
    goals = {
        name: _as_of(goal, day)
        for name, goal in ledger.goals.items()
        if (goal.published_on or goal.announced_on or day) <= day
    }
    if goals != dict(ledger.goals):
        ledger = replace(ledger, goals=MappingProxyType(goals))
    record = None if seeds.record is None else _record_until(seeds.record, day)
    if ledger is seeds.ledger and record is seeds.record:
        return seeds
    return replace(seeds, ledger=ledger, record=record)


def _ledger_until(ledger: Ledger, day: dt.date) -> Ledger:
    kept = ledger.rows.days("published_on") <= np.datetime64(day)
    return ledger if kept.all() else replace(ledger, observations=ledger.rows.take(kept).by_id())


def _record_until(record: OpenedRecord, day: dt.date) -> OpenedRecord:
    past, ledger = record.past, _ledger_until(record.ledger, day)
    later = past.days("known_on") > np.datetime64(day)
    if later.any():  # they stay, for they say of which level their regions are
        rows = map(past.one, range(len(past)))
        hidden = (
            row.model_copy(update={"known_on": NEVER}) if late else row
            for row, late in zip(rows, later.tolist(), strict=True)
        )
        past = Rows.of(PastGoal, tuple(hidden), past.place)
    if past is record.past and ledger is record.ledger:
        return record
    return replace(record, past=past, ledger=ledger)


def outcomes_between(seeds: Seeds, before: dt.date, day: dt.date) -> tuple[str, ...]:
    """Return the past goals of the record of which it became known in between what became of them."""
    if seeds.record is None:
        return ()
    known = seeds.record.past.days("known_on")
    rows = np.flatnonzero((known > np.datetime64(before)) & (known <= np.datetime64(day)))
    names = seeds.record.past.words("id")
    return tuple(str(names[row]) for row in rows)
