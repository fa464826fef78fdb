"""Past goals and what became of them: a table of goals whose day has passed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

import numpy as np
from pydantic import BeforeValidator, Field

from forecasts.ledger.fields import Day, Met, Note, Outcome
from forecasts.ledger.headings import Sheet
from forecasts.ledger.kinds import refuse_by_kind, refuse_empty_goals
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, Remark
from forecasts.ledger.records import Columns, Goal, Indicator, Observation, Region, Rule
from forecasts.ledger.rows import Rows, read_rows
from forecasts.ledger.sheets import open_tables
from forecasts.ledger.tables import Table, read_table
from forecasts.ledger.texts import Quotes, read_texts, refuse_edited, refuse_unproved

#: Levels of government by their words; a number counts how deep a region lies under its root.
LEVELS: Final[Mapping[str, int]] = MappingProxyType(
    {"country": 0, "province": 1, "city": 2, "district": 3, "国家": 0, "省": 1, "市": 2, "区": 3, "县": 3}
)

#: A goal whose outcome nobody published is silent so many days after its deadline, where no day is stated.
SILENT_AFTER: Final = 365


def as_level(value: object) -> object:
    """Take a level of government as people write it."""
    return LEVELS.get(value.strip().casefold(), value) if isinstance(value, str) else value


Level = Annotated[int, BeforeValidator(as_level), Field(ge=0, le=9)]


def _undated(c: Columns) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    return np.asarray(np.isnat(c.days("known_on")) & (c.words("met") != Met.UNKNOWN))


class PastGoal(Goal):
    """A goal whose day has passed.

    Attributes
    ----------
    met : Met
        What became of it.
    known_on : date, optional
        The day on which that was known: of publication; of an unknown outcome the day on which it should have
        been. Empty for an unknown one: :data:`SILENT_AFTER` days after the deadline.
    level : int, optional
        Level of government of who set it: 0 a country, 1 a province, 2 a city, 3 a district; or one of these
        words. None = how deep its region lies under its root.
    announcer : str
        Who set it; empty = the government of its region.
    """

    RULES: ClassVar[Sequence[Rule]] = (
        *Goal.RULES,
        Rule("known_on must be there where met is yes or no", "known_on", _undated),
        Rule(
            "known_on must not be before announced_on",
            "known_on",
            lambda c: np.asarray(c.days("known_on") < c.days("announced_on")),
        ),
    )

    met: Met
    known_on: Day | None = None
    level: Level | None = None
    announcer: Note = ""


#: What a table of past goals holds; other columns are left alone.
PAST_GOALS: Final = Sheet(
    PastGoal,
    ("id", "region", "indicator", "value", "deadline", "met"),
    optional=(
        "comparison", "tolerance", "announced_on", "published_on", "known_on", "level", "announcer",
        "outcome_value", "outcome_as_of", "success_selected", "accepted",
    ),
    alias="goal",
)  # fmt: skip


def read_past_goals(table: Table, indicators: Mapping[str, Indicator]) -> Rows[PastGoal]:
    """Read a table of past goals; return its sound rows.

    Rows that are not sound are told in ``table.problems``. Where `met` and the outcome's value say different
    things, and the row has no reason in `accepted`, that is remarked.

    Parameters
    ----------
    indicators : mapping
        By id: their kinds say which goals make sense.

    Raises
    ------
    BadInput
        If the headings are not sound.
    """
    rows: Rows[PastGoal] = read_rows(table, PAST_GOALS)
    if table.headless:
        raise BadInput(table.problems)
    refuse_by_kind(table, rows, indicators, goals=True)
    refuse_empty_goals(table, rows, indicators)
    printed = np.flatnonzero(~np.isnan(rows.numbers("outcome_value")) & table.good)
    odd = [row for row in printed.tolist() if _contradicts(rows.one(row))]
    rule = "met and outcome_value disagree; met is believed"
    table.remark(np.array(odd, np.intp), "met", rule, "correct the row, or say why in the column accepted")
    return rows.take(table.good)


def faults_of_headings(table: Table) -> tuple[Problem, ...]:
    """Return what is wrong with the headings of a table of past goals, before any row is read."""
    headings = Table(table.frame[:0], table.place, table.lines[:0], table.header)
    read_rows(headings, PAST_GOALS)
    return tuple(headings.problems) if headings.headless else ()


def _contradicts(goal: PastGoal) -> bool:
    """Return whether the printed outcome says the contrary of `met`."""
    if goal.accepted or goal.outcome_value is None or goal.met is Met.UNKNOWN:
        return False
    found = goal.asks.met(float(goal.outcome_value), float(goal.outcome_value))
    return found is not None and found != (goal.met is Met.YES)


@dataclass(frozen=True, eq=False)
class OpenedRecord:
    """A folder of past goals, read.

    Attributes
    ----------
    ledger : Ledger
        What had been published about them.
    past : Rows
        The sound past goals.
    tables : tuple of Table
        With every problem and remark.
    unread : tuple of Problem
        Of the texts of sources.
    """

    ledger: Ledger
    past: Rows[PastGoal]
    tables: tuple[Table, ...]
    unread: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with every table and every text."""
        return (*(problem for table in self.tables for problem in table.problems), *self.unread)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is told of sound rows."""
        return tuple(remark for table in self.tables for remark in table.remarks)


def open_record(folder: Path) -> OpenedRecord:
    """Read a folder of past goals: goals.csv, observations.csv, indicators.csv and regions.csv.

    What the tables quote is checked as in :mod:`forecasts.ledger.texts`. Texts of sources need not be
    there, nor sources.csv.

    Raises
    ------
    BadInput
        If a file is missing or its headings are not sound, or a row about indicators or regions is not; all
        at once.
    """
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for name in ("observations", "goals", "indicators", "regions", "sources"):
        if name == "sources" and not (folder / "sources.csv").exists():
            continue
        try:
            tables[name] = read_table(folder / f"{name}.csv", f"{folder.name}/{name}.csv")
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    goals = tables["goals"]
    # Read as goals alone for the names of indicators and regions; their faults are told once, as past goals'.
    names = Table(goals.frame, goals.place, goals.lines, goals.header)
    named = tables["sources"].frame.get("id") if "sources" in tables else None
    texts, unread = read_texts(
        folder / "texts", None if named is None else frozenset(named.dropna().astype(str))
    )
    _refuse_loose_quotes(tables["observations"], texts)
    opened = open_tables([tables["observations"]], names, tables["indicators"], tables["regions"])
    ledger = Ledger.of(opened.parts)
    _refuse_loose_quotes(goals, texts)
    past = read_past_goals(goals, ledger.indicators)
    return OpenedRecord(ledger, past, tuple(tables.values()), tuple(unread))


def _refuse_loose_quotes(table: Table, texts: Mapping[str, str]) -> None:
    """Refuse rows whose quotes are not their source's words, where the table has quotes."""
    for column, source in (("quote", "source"), ("outcome_quote", "outcome_source")):
        quotes = Quotes.written(table, column, source)
        if quotes is not None:
            refuse_edited(table, quotes, texts)
            refuse_unproved(table, quotes, texts)


def past_goals_of(ledger: Ledger) -> Rows[PastGoal]:
    """Return the goals of a ledger whose outcome is known, and since when: the day that figure was published.

    A goal whose outcome no observation prints is left out: nobody says since when it was known.
    """
    printed = tuple(ledger.observations.values())
    found = (_past(goal, _printed_on(goal, printed)) for goal in ledger.goals.values())
    return Rows.of(PastGoal, tuple(goal for goal in found if goal is not None))


def _past(goal: Goal, known_on: object) -> PastGoal | None:
    if known_on is None:
        return None
    return PastGoal(**goal.model_dump(), met=Met(goal.outcome.value), known_on=known_on)


def _printed_on(goal: Goal, observations: Iterable[Observation]) -> object:
    """Return the day on which the figure was published that decided a goal."""
    if goal.outcome not in (Outcome.YES, Outcome.NO) or goal.outcome_value is None:
        return None
    days = [
        o.published_on
        for o in observations
        if (o.indicator, o.region, o.as_of) == (goal.indicator, goal.region, goal.outcome_as_of)
        and o.value == goal.outcome_value
    ]
    return min(days, default=None)


def depth(region: str, regions: Mapping[str, Region]) -> int:
    """Return how deep a region lies under its root, 0 = it is one; a circle of regions ends the search."""
    seen: set[str] = set()
    at: str | None = region
    while at is not None and at not in seen:
        seen.add(at)
        at = regions[at].parent if at in regions else None
    return len(seen) - 1
