"""What changed since the run before, as that run wrote it down: on the page of a goal, and for comparing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasts.publish import changes as told
from forecasts.publish.parts import Table
from forecasts.publish.site.drawn import Chart, written
from forecasts.publish.site.places import named
from forecasts.publish.site.runs import Filed
from forecasts.publish.words import Language, Words
from forecasts.whatif.changed import Changed, Changes


@dataclass(frozen=True, slots=True)
class Moved:
    """What a page says of a goal's changes.

    Attributes
    ----------
    since : str
        The day of knowledge of the run before.
    pair : str
        Both runs, as the address of their comparison names them.
    parts, figures : Table, optional
        The parts, which add up to the change, and the figures behind it.
    lost : bool
        Whether nobody knows any more what the run before rested on.
    courses : tuple of Chart
        The probability over the days of knowledge, with the figures that came, in a chart and in numbers.
    """

    since: str
    pair: Mapping[str, str]
    sentences: tuple[str, ...]
    parts: Table | None
    figures: Table | None
    lost: bool
    courses: tuple[Chart, ...]


def moved_in(run: Filed, goal: str, scenarios: Sequence[str], words: Words) -> Moved | None:
    """Return what changed of a goal under the scenarios of its headline; None where nobody wrote it down."""
    for changes, found in _about(run, goal):
        some = [one for one in found if one.scenario in scenarios]
        new = any(one.goal == goal and one.scenario in scenarios for one in changes.new)
        if some or new:
            return _moved(run, changes, some, words)
    return None


def _about(run: Filed, goal: str) -> Iterator[tuple[Changes, tuple[Changed, ...]]]:
    for noted in run.noted:
        yield noted.changes, noted.changes.about(goal)


def _moved(run: Filed, changes: Changes, some: Sequence[Changed], words: Words) -> Moved:
    several = len(some) > 1
    split = any(part.change for one in some for part in one.parts)
    figures = next((one for one in some if one.figures), None)
    return Moved(
        since=words.date(changes.since),
        pair={"a": f"{changes.since_plan}/{changes.since.isoformat()}", "b": run.name},
        sentences=tuple(told.sentence(one, several, words) for one in some) or (words.say("changes.first"),),
        parts=told.parts_table(some, words) if split else None,
        figures=told.figures_table(figures, words) if figures else None,
        lost=not changes.kept,
        courses=tuple(_course(one, several, words) for one in some if len(one.course) > 1),
    )


def _course(one: Changed, several: bool, words: Words) -> Chart:
    """Return the course of a probability; a chart from three days on, else in numbers alone."""
    place = f"course-{named(one.scenario)}"
    table = told.course_table(one, words)
    if several:
        told_of = words.say("site.of", what=table.caption, whose=words.of(one, "scenario"))
        table = Table(told_of, table.columns, table.rows)
    drawn = written(told.course_chart(one, words)) if len(one.course) >= told.FEW else ""
    return Chart(place, drawn, told.course_alt(one, words), False, table)


def compared(run: Filed, both: Mapping[Language, Words]) -> dict[str, Any]:
    """Return the changes of a run for the page that compares: by the run before, goal and scenario."""
    found: dict[str, Any] = {}
    for noted in run.noted:
        before = f"{noted.changes.since_plan}/{noted.changes.since.isoformat()}"
        of = found.setdefault(before, [])
        of += [
            {
                "goal": one.goal,
                "scenario": one.scenario,
                "told": {name: told.sentence(one, False, words) for name, words in both.items()},
            }
            for one in noted.changes.changed
        ]
    return found
