"""Seeds become a ledger: every row validated, every reference resolved, all problems told at once."""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Goal, Indicator, Observation, Record, Region, Source

#: The tables of a ledger: file stem and the record that a row becomes.
TABLES: Mapping[str, type[Record]] = MappingProxyType(
    {
        "indicators": Indicator,
        "regions": Region,
        "sources": Source,
        "observations": Observation,
        "goals": Goal,
    }
)

#: Columns that name a record of another table.
REFERENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "regions": {"parent": "regions"},
        "observations": {"indicator": "indicators", "region": "regions", "source": "sources"},
        "goals": {
            "indicator": "indicators",
            "region": "regions",
            "source": "sources",
            "outcome_source": "sources",
        },
    }
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that was published, by id; the order of the files is kept."""

    indicators: Mapping[str, Indicator]
    regions: Mapping[str, Region]
    sources: Mapping[str, Source]
    observations: Mapping[str, Observation]
    goals: Mapping[str, Goal]

    def known_on(self, day: dt.date) -> "Ledger":
        """Return the ledger as somebody saw it on `day`: only observations published by then.

        Goals stay (a question may be asked before it was announced); what is known of their outcome
        goes unless it was known by then.
        """
        seen = {k: o for k, o in self.observations.items() if o.published_on <= day}
        goals = {k: _goal_known_on(g, day) for k, g in self.goals.items()}
        return replace(self, observations=MappingProxyType(seen), goals=MappingProxyType(goals))

    def series(self, indicator: str, region: str) -> tuple[Observation, ...]:
        """Return the observations of one indicator in one region, oldest first."""
        rows = (o for o in self.observations.values() if o.indicator == indicator and o.region == region)
        return tuple(sorted(rows, key=lambda o: (o.as_of, o.published_on, o.id)))

    def headline_goals(self) -> tuple[str, ...]:
        """Return the ids of the goals that the default brief is about, in file order."""
        return tuple(k for k, g in self.goals.items() if g.headline)

    def newest_publication(self, goals: Iterable[str]) -> dt.date:
        """Return the day on which the newest figure about the goals' regions was published.

        Raises
        ------
        BadInput
            If there is none.
        """
        regions = {self.goals[g].region for g in goals}
        days = [o.published_on for o in self.observations.values() if o.region in regions]
        if not days:
            problem = "no figure about the goals' regions has been published"
            raise BadInput([Problem("seeds/observations.csv", problem, remedy="name a date, or add rows")])
        return max(days)


def _goal_known_on(goal: Goal, day: dt.date) -> Goal:
    """Hide an outcome that lies after `day`."""
    if goal.outcome_as_of is None or goal.outcome_as_of <= day:
        return goal
    hidden = {"outcome": "unknown", "outcome_value": None, "outcome_as_of": None, "outcome_source": None}
    return Goal.model_validate(goal.model_dump() | hidden)


def read_ledger(folder: Path) -> Ledger:
    """Read and validate ``seeds/``.

    Parameters
    ----------
    folder : Path
        Folder with one CSV file per table of :data:`TABLES` (UTF-8, header row).

    Raises
    ------
    BadInput
        With every problem of every file: file, line, column, rule, value, what to do.
    """
    problems: list[Problem] = []
    tables: dict[str, dict[str, Any]] = {}
    lines: dict[str, dict[str, int]] = {}
    for name, record in TABLES.items():
        tables[name], lines[name] = _read_table(folder / f"{name}.csv", record, problems)
    for name, columns in REFERENCES.items():
        place = _place(folder / f"{name}.csv")
        for key, row in tables[name].items():
            for column, target in columns.items():
                value = getattr(row, column)
                if value is not None and value not in tables[target]:
                    rule = f"names a row of {target}.csv that is not there"
                    remedy = nearest(value, tables[target])
                    problems.append(Problem(place, rule, value, remedy, lines[name][key], column))
    if problems:
        raise BadInput(problems)
    return Ledger(**{name: MappingProxyType(rows) for name, rows in tables.items()})


def _place(path: Path) -> str:
    """Name a file as people do: with its folder, without the machine."""
    return f"{path.parent.name}/{path.name}"


def _read_table(
    path: Path, record: type[Record], problems: list[Problem]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Read one table; append what is wrong to `problems` and go on."""
    rows: dict[str, Any] = {}
    lines: dict[str, int] = {}
    place = _place(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(Problem(place, "the file is missing", remedy="add it, with at least its header row"))
        return rows, lines
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        problems.append(Problem(place, "the file is not UTF-8", remedy="save it as CSV UTF-8", line=line))
        return rows, lines
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = next(reader, [])
        if not _check_header(header, record, place, problems):
            return rows, lines
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                rule = f"the row has {len(cells)} cells, the header {len(header)}"
                problems.append(Problem(place, rule, remedy="quote cells that contain a comma", line=line))
                continue
            row = _make(record, dict(zip(header, cells, strict=True)), place, line, problems)
            if row is None:
                continue
            if row.id in rows:
                remedy = f"line {lines[row.id]} has it; give this row another"
                problems.append(Problem(place, "the id is taken", row.id, remedy, line, "id"))
                continue
            rows[row.id], lines[row.id] = row, line
    except csv.Error as error:
        problems.append(Problem(place, f"not CSV: {error}", remedy="check the quotes", line=reader.line_num))
    return rows, lines


def _check_header(header: list[str], record: type[Record], place: str, problems: list[Problem]) -> bool:
    """Compare the header with the record's fields: none missing, none unknown, none twice."""
    before = len(problems)
    for column in header:
        if column not in record.model_fields:
            remedy = nearest(column, record.model_fields)
            problems.append(Problem(place, "unknown column", column, remedy, 1, column))
    for column in {c for c in header if header.count(c) > 1}:
        problems.append(Problem(place, "the column is there twice", column, "remove one", 1, column))
    for column, field in record.model_fields.items():
        if field.is_required() and column not in header:
            problems.append(Problem(place, "a column is missing", column, "add it", 1, column))
    return len(problems) == before


def _make(
    record: type[Record], cells: dict[str, str], place: str, line: int, problems: list[Problem]
) -> Record | None:
    """Make a record of a row; an empty cell is the field's default (or nothing)."""
    filled = {k: v for k, v in cells.items() if v != "" or record.model_fields[k].is_required()}
    try:
        return record.model_validate(filled)
    except ValidationError as error:
        problems += [problem_of(detail, cells, place, line) for detail in error.errors()]
        return None


def problem_of(detail: Any, cells: Mapping[str, Any], place: str, line: int | None) -> Problem:
    """Turn one pydantic error into a problem at a place."""
    column = ".".join(str(part) for part in detail["loc"]) or None
    value = str(cells.get(column, detail["input"])) if column else ""
    rule = detail["msg"].removeprefix("Value error, ")
    empty = "fill the cell" if column else "correct the row"
    remedy = "correct the value" if value else empty
    return Problem(place, rule, value, remedy, line, column)
