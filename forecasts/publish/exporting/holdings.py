"""The ledger as tables: what was published, as it was known on a day."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from typing import Any, Final

from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal, Indicator, Observation, Record, Region, Source
from forecasts.publish.exporting.tables import SOURCES, Cell, Noun
from forecasts.scenarios.scenario import Scenario
from forecasts.scenarios.seeds import Seeds

_SCENARIO: Final = (
    "id", "name_zh", "name_en", "role", "why_zh", "why_en", "goals", "headline", "extends", "adjustments",
)  # fmt: skip


def held_on(ledger: Ledger, day: dt.date) -> Ledger:
    """Return the ledger as it was published on a day.

    Goals that were published later, and sources that nothing cites then, are left out, too.
    """
    known = ledger.known_on(day)
    goals = {name: goal for name, goal in known.goals.items() if _published(goal) <= day}
    cited = {o.source for o in known.observations.values()}
    cited |= {name for goal in goals.values() for name in (goal.source, goal.outcome_source) if name}
    sources = {name: source for name, source in known.sources.items() if name in cited}
    return replace(known, goals=goals, sources=sources)


def _published(goal: Goal) -> dt.date:
    return goal.published_on or goal.announced_on or dt.date.min


def nouns_of(seeds: Seeds, known_on: dt.date | None = None) -> tuple[Noun, ...]:
    """Return what ``seeds/`` holds as tables, the past goals of ``record/`` aside.

    Parameters
    ----------
    known_on : date, optional
        Nothing published later is told; by default all that is held is.
    """
    ledger = seeds.ledger if known_on is None else held_on(seeds.ledger, known_on)
    return (
        _noun("goals", Goal, ledger.goals.values(), ledger),
        Noun("scenarios", _SCENARIO, tuple(map(_scenario, seeds.scenarios.values()))),
        _noun("observations", Observation, ledger.observations.values(), ledger),
        _noun("indicators", Indicator, ledger.indicators.values()),
        _noun("regions", Region, ledger.regions.values()),
        _noun("sources", Source, ledger.sources.values()),
    )


def _noun(name: str, kind: type[Record], records: Iterable[Record], sourced: Ledger | None = None) -> Noun:
    """Return records as a table; with a ledger, their sources stand at the end of their rows."""
    names = tuple(kind.model_fields)
    if sourced is None:
        return Noun(name, names, tuple(tuple(_cell(getattr(r, n)) for n in names) for r in records))
    names = tuple(n for n in names if n not in SOURCES)
    rows = (
        (*(_cell(getattr(r, n)) for n in names), *_read_from(r.source, r.quote, sourced))  # type: ignore[attr-defined]
        for r in records
    )
    return Noun(name, (*names, *SOURCES), tuple(rows))


def _read_from(source: str, quote: str, ledger: Ledger) -> tuple[Cell, ...]:
    found = ledger.sources.get(source)
    title, url = (found.title, found.url) if found else ("", "")
    return source, title, url, quote


def _cell(value: Any) -> Cell:
    told: Cell = value.value if isinstance(value, Enum) else value
    if isinstance(value, tuple):
        told = "; ".join(value)
    return told


def _scenario(scenario: Scenario) -> tuple[Cell, ...]:
    changes = [c.model_dump(mode="json", by_alias=True, exclude_none=True) for c in scenario.adjustments]
    told: dict[str, Cell] = {
        "goals": "\n".join(scenario.goals),
        "adjustments": json.dumps(changes, ensure_ascii=False) if changes else "",
    }
    return tuple(told[name] if name in told else getattr(scenario, name) for name in _SCENARIO)


def digest_of(nouns: Iterable[Noun]) -> str:
    """Return a digest of all cells of some tables."""
    told = hashlib.sha256()
    for noun in nouns:
        told.update(repr((noun.name, noun.columns, noun.rows)).encode("utf-8", "surrogatepass"))
    return told.hexdigest()
