"""What would change results, as tables: scenarios side by side, assumptions, what it takes, goals joined."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from forecasts.attainment.result import Attainment
from forecasts.publish.exporting.tables import SOURCES, Noun
from forecasts.publish.exporting.verdicts import Answered, Row, asked_of, cited, noun_of, rests_on
from forecasts.publish.words import Words

#: Columns of each table.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "comparison": (
        "goal", "scenario", "compared", "scenario_name", "probability", "std_error", "difference",
        "difference_std_error", "goal_value", "deadline", "median", "low", "high", "unit", "reached_p50",
        "reached_p80", "evidence", *SOURCES,
    ),
    "sensitivity": (
        "goal", "scenario", "assumption", "assumption_name", "about", "low_end", "low_probability",
        "high_end", "high_probability", "swing", "share", "reason", "evidence", *SOURCES,
    ),
    "seek": (
        "goal", "scenario", "vary", "wanted", "sought", "sought_day", "probability", "std_error", "reason",
        "evidence", *SOURCES,
    ),
    "joint": (
        "goal", "scenario", "event", "k", "event_goal", "probability", "std_error", "independent", "at_low",
        "at_high", "evidence", *SOURCES,
    ),
}  # fmt: skip


def nouns_of(answered: Sequence[Answered], words: Words) -> tuple[Noun, ...]:
    """Return what would change results as tables; those of which no result says anything are left out."""
    tables: dict[str, Iterable[Row]] = {
        "comparison": (row for one in answered for row in _comparison(one.result, words)),
        "sensitivity": (row for one in answered for row in _sensitivity(one.result, words)),
        "seek": (row for one in answered for row in _seek(one.result, words)),
        "joint": (row for one in answered for row in _joint(one.result, answered)),
    }
    nouns = (noun_of(name, COLUMNS[name], rows) for name, rows in tables.items())
    return tuple(noun for noun in nouns if noun.rows)


def _comparison(result: Attainment, words: Words) -> Iterator[Row]:
    if result.what_if is None or result.what_if.comparison is None:
        return
    shared = {**asked_of(result), "unit": words.of(result.goal, "unit"), **rests_on(result)}
    for row in result.what_if.comparison.rows:
        told = row.model_dump(exclude={"scenario", "name_zh", "name_en", "goal"})
        named = {"compared": row.scenario, "scenario_name": words.of(row, "name"), "goal_value": row.goal}
        yield shared | told | named


def _sensitivity(result: Attainment, words: Words) -> Iterator[Row]:
    if result.what_if is None or result.what_if.sensitivity is None:
        return
    shared = {**asked_of(result), **rests_on(result)}
    for row in result.what_if.sensitivity.rows:
        yield shared | {
            "assumption": row.id, "assumption_name": words.of(row, "name"), "about": row.about,
            "low_end": getattr(row.low, words.language), "low_probability": row.low.probability,
            "high_end": getattr(row.high, words.language), "high_probability": row.high.probability,
            "swing": row.swing, "share": row.share, "reason": words.of(row, "reason"),
        }  # fmt: skip


def _seek(result: Attainment, words: Words) -> Iterator[Row]:
    for row in () if result.what_if is None else result.what_if.seek:
        yield {
            **asked_of(result), "vary": row.vary.value, "wanted": row.wanted, "sought": row.value,
            "sought_day": row.day, "probability": row.probability, "std_error": row.std_error,
            "reason": words.of(row, "reason"), **rests_on(result),
        }  # fmt: skip


def _joint(result: Attainment, answered: Sequence[Answered]) -> Iterator[Row]:
    if result.what_if is None or result.what_if.joint is None:
        return
    joined = {(goal.goal, goal.scenario) for goal in result.what_if.joint.goals}
    joined |= {(result.goal.id, result.scenario.id)}
    theirs = (one.result for one in answered if (one.result.goal.id, one.result.scenario.id) in joined)
    shared = {**asked_of(result), **cited(e for other in theirs for e in other.evidence)}
    for event in result.what_if.joint.events:
        told = event.model_dump(exclude={"what", "goal"})
        yield shared | told | {"event": event.what, "event_goal": event.goal}
