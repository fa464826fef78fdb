"""Results as tables: what was forecast, of which goals, under which scenarios, from which figures."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forecasts.attainment.result import Attainment, Evidence, GoalFacts, Pace
from forecasts.publish.exporting.tables import QUANTILES, SOURCES, Cell, Noun
from forecasts.publish.phrases import member_name, reason
from forecasts.publish.words import Words

#: Columns of each table.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "forecasts": (
        "goal", "scenario", "known_on", "scenario_name", "role", "indicator", "indicator_name", "region",
        "region_name", "unit", "comparison", "goal_value", "deadline", "probability", "in_words",
        "probability_alone", "std_error", *(name for name in QUANTILES if "." in name), "reached_p50",
        "reached_p80", "horizon", "required_pace", "required_pace_scale", "observed_pace",
        "observed_pace_scale", "n", "basis", "draws", "seed", "version", "result", "evidence", *SOURCES,
    ),
    "goals": (
        "id", "indicator", "indicator_name", "region", "region_name", "value", "unit", "comparison",
        "tolerance", "upper", "deadline", "announced_on", "known", *SOURCES,
    ),
    "scenarios": (
        "id", "name_zh", "name_en", "role", "why_zh", "why_en", "share_low", "share_high",
    ),
    "members": (
        "goal", "scenario", "member", "member_name", "status", "weight", "probability", "median", "low",
        "high", "unit", "reason", "evidence", *SOURCES,
    ),
    "fan": (
        "goal", "scenario", "date", *(name for name in QUANTILES if "." not in name), "unit", "evidence",
        *SOURCES,
    ),
    "history": (
        "goal", "scenario", "date", "value", "low", "high", "origin", "threshold", "unit", "evidence",
        *SOURCES,
    ),
    "evidence": (
        "goal", "scenario", "observation", "indicator_name", "region_name", "as_of", "value", "low", "high",
        "unit", *SOURCES,
    ),
    "observations": (
        "id", "indicator_name", "region_name", "as_of", "as_of_basis", "value", "unit", "qualifier", "low",
        "high", "origin", "confidence", "published_on", "note_zh", "note_en", "publisher", *SOURCES,
    ),
    "indicators": (
        "id", "name_zh", "name_en", "unit_zh", "unit_en", "kind", "upper", "scope_zh", "scope_en",
    ),
    "regions": ("id", "name_zh", "name_en"),
    "sources": ("id", "title", "publisher", "url"),
}  # fmt: skip

Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Answered:
    """A result, and the digest of the file that it was read from."""

    result: Attainment
    digest: str


@dataclass(frozen=True, slots=True)
class Lack:
    """A job that is not as it was, or not there: whether it failed, left no result or was changed since."""

    job: str
    what: Literal["failed", "none", "changed"]
    error: str = ""


def nouns_of(answered: Sequence[Answered], words: Words) -> tuple[Noun, ...]:
    """Return results as tables; what several of them say alike stands there once.

    Parameters
    ----------
    answered : sequence of Answered
        In the order in which they are told.
    """
    tables: dict[str, Iterable[Row]] = {
        "forecasts": (_forecast(one, words) for one in answered),
        "goals": (_goal(one.result, words) for one in answered),
        "scenarios": (_scenario(one.result) for one in answered),
        "members": (row for one in answered for row in _members(one.result, words)),
        "fan": (row for one in answered for row in _fan(one.result, words)),
        "history": (row for one in answered for row in _history(one.result, words)),
        "evidence": (row for one in answered for row in _evidence(one.result, words)),
        "observations": (_observation(e, words) for one in answered for e in one.result.evidence),
        "indicators": (_indicator(one.result.goal) for one in answered),
        "regions": (_region(one.result.goal) for one in answered),
        "sources": (row for one in answered for row in _sources(one.result)),
    }
    return tuple(noun_of(name, COLUMNS[name], rows) for name, rows in tables.items())


def noun_of(name: str, columns: tuple[str, ...], rows: Iterable[Row]) -> Noun:
    """Return rows as a table; what is said twice stands there once."""
    told = dict.fromkeys(tuple(row[column] for column in columns) for row in rows)
    return Noun(name, columns, tuple(told))


def _forecast(one: Answered, words: Words) -> Row:
    result = one.result
    goal = result.goal
    return {
        "known_on": result.known_on, **asked_of(result), "scenario_name": words.of(result.scenario, "name"),
        "role": result.scenario.role, "indicator": goal.indicator, "region": goal.region,
        **_named(goal, words), "unit": words.of(goal, "unit"), "comparison": goal.comparison.value,
        "goal_value": goal.value, "deadline": goal.deadline, "probability": result.probability,
        "in_words": words.likelihood(result.probability), "probability_alone": result.probability_alone,
        "std_error": result.std_error, **{name: result.quantiles.get(name) for name in QUANTILES},
        "reached_p50": result.reached_p50, "reached_p80": result.reached_p80, "horizon": result.horizon,
        **_pace("required_pace", result.required_pace), **_pace("observed_pace", result.observed_pace),
        "n": result.n, "basis": result.basis, "draws": result.draws, "seed": result.seed,
        "version": result.versions.get("forecasts", ""), "result": one.digest, **rests_on(result),
    }  # fmt: skip


def asked_of(result: Attainment) -> Row:
    """Return the question of a result."""
    return {"goal": result.goal.id, "scenario": result.scenario.id}


def _named(of: GoalFacts | Evidence, words: Words) -> Row:
    return {"indicator_name": words.of(of, "indicator"), "region_name": words.of(of, "region")}


def _pace(name: str, pace: Pace | None) -> Row:
    return (
        {name: None, f"{name}_scale": None}
        if pace is None
        else {name: pace.value, f"{name}_scale": pace.scale}
    )


def _goal(result: Attainment, words: Words) -> Row:
    goal = result.goal
    return {
        "id": goal.id, "indicator": goal.indicator, "region": goal.region, **_named(goal, words),
        "value": goal.value, "unit": words.of(goal, "unit"), "comparison": goal.comparison.value,
        "tolerance": goal.tolerance, "upper": goal.upper, "deadline": goal.deadline,
        "announced_on": goal.announced_on, "known": goal.known, "source": _source_of(result),
        "source_title": goal.source_title, "source_url": goal.source_url, "quote": goal.quote,
    }  # fmt: skip


def _source_of(result: Attainment) -> str:
    """Return the id of a goal's source, which a result names by its title and its address alone."""
    goal = result.goal
    same = (
        e.source
        for e in result.evidence
        if (e.source_title, e.source_url) == (goal.source_title, goal.source_url)
    )
    return next(same, "")


def _scenario(result: Attainment) -> Row:
    scenario = result.scenario
    low, high = scenario.share or (None, None)
    names = ("id", "name_zh", "name_en", "role", "why_zh", "why_en")
    return {**{name: getattr(scenario, name) for name in names}, "share_low": low, "share_high": high}


def _members(result: Attainment, words: Words) -> Iterator[Row]:
    shared = {**asked_of(result), "unit": words.of(result.goal, "unit"), **rests_on(result)}
    for member in result.members:
        yield shared | {
            "member": member.name, "member_name": member_name(member.name, words),
            "status": member.status, "weight": member.weight, "probability": member.probability,
            "median": member.median, "low": member.low, "high": member.high,
            "reason": reason(member, words) if member.reason else "",
        }  # fmt: skip


def _fan(result: Attainment, words: Words) -> Iterator[Row]:
    shared = {**asked_of(result), "unit": words.of(result.goal, "unit"), **rests_on(result)}
    for point in result.fan:
        yield shared | dict(point)


def _history(result: Attainment, words: Words) -> Iterator[Row]:
    for point in result.history:
        shared = {**asked_of(result), "unit": words.of(result.goal, "unit"), **rests_on(result, point.date)}
        yield shared | dict(point)


def _evidence(result: Attainment, words: Words) -> Iterator[Row]:
    for e in result.evidence:
        yield {
            **asked_of(result), "observation": e.id, **_named(e, words), "as_of": e.as_of, "value": e.value,
            "low": e.low, "high": e.high, "unit": words.of(e, "unit"), **_read_from(e),
        }  # fmt: skip


def _observation(e: Evidence, words: Words) -> Row:
    names = ("id", "as_of", "value", "low", "high", "published_on", "note_zh", "note_en")
    chosen = ("as_of_basis", "origin", "confidence")
    return {
        **{name: getattr(e, name) for name in names}, **{name: getattr(e, name).value for name in chosen},
        **_named(e, words), "unit": words.of(e, "unit"),
        "qualifier": None if e.qualifier is None else e.qualifier.value,
        "publisher": e.source_publisher, **_read_from(e),
    }  # fmt: skip


def _read_from(e: Evidence) -> Row:
    return {"source": e.source, "source_title": e.source_title, "source_url": e.source_url, "quote": e.quote}


def rests_on(result: Attainment, day: dt.date | None = None) -> Row:
    """Return what computed numbers rest on: observations, and their sources, a line each.

    Parameters
    ----------
    day : date, optional
        Of one figure of the goal's own series: the observations of that day alone, where there are some.
    """
    own = [e for e in result.evidence if e.as_of == day and _names(e) == _names(result.goal)]
    return cited(own or result.evidence)


def _names(of: GoalFacts | Evidence) -> tuple[str, ...]:
    return of.indicator_zh, of.indicator_en, of.region_zh, of.region_en


def cited(rows: Iterable[Evidence]) -> Row:
    """Return observations and their sources, a line each."""
    told = dict.fromkeys(rows)
    sources = dict.fromkeys((e.source, e.source_title, e.source_url, e.quote) for e in told)
    cells: Row = {
        name: "\n".join(" ".join(source[at].split()) for source in sources) for at, name in enumerate(SOURCES)
    }
    return {"evidence": "\n".join(dict.fromkeys(e.id for e in told)), **cells}


def _indicator(goal: GoalFacts) -> Row:
    both = ("unit_zh", "unit_en", "upper", "scope_zh", "scope_en")
    return {
        "id": goal.indicator, "name_zh": goal.indicator_zh, "name_en": goal.indicator_en,
        "kind": goal.kind.value, **{name: getattr(goal, name) for name in both},
    }  # fmt: skip


def _region(goal: GoalFacts) -> Row:
    return {"id": goal.region, "name_zh": goal.region_zh, "name_en": goal.region_en}


def _sources(result: Attainment) -> Iterator[Row]:
    goal = result.goal
    if not _source_of(result) and (goal.source_title or goal.source_url):
        yield {"id": "", "title": goal.source_title, "publisher": "", "url": goal.source_url}
    for e in result.evidence:
        yield {
            "id": e.source, "title": e.source_title, "publisher": e.source_publisher, "url": e.source_url,
        }  # fmt: skip
