"""The doors by which rows come in: ``seeds/``, files that somebody brings, DataFrames; one reader for all."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.fields import FILE_NAME, Kind
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.records import Columns, Goal, Indicator, Observation, Region, Rule, Source
from forecasts.ledger.rows import Rows, Sheet, read_rows
from forecasts.ledger.tables import Table, read_table
from forecasts.ledger.texts import read_texts, refuse_unproved
from forecasts.ledger.units import settle_units

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]


def _no_file_name(c: Columns) -> Bools:
    return np.array([re.fullmatch(FILE_NAME, name) is None for name in c.words("id").tolist()], bool)


_ID = Rule("must be lower-case letters, digits, - and _, at most 80, for it names files", "id", _no_file_name)
_COUNT = Rule("must not be negative", "value", lambda c: np.asarray(c.numbers("value") < 0))
_ABOVE_ZERO = Rule("must be above zero", "value", lambda c: np.asarray(c.numbers("value") <= 0))

#: The tables of ``seeds/``: whoever reads a brief may ask where every number is from, so that must be there.
SEEDS: Mapping[str, Sheet] = MappingProxyType(
    {
        "indicators": Sheet(
            Indicator,
            ("id", "kind"),
            either=(("name_zh", "name_en"), ("unit_zh", "unit_en"), ("scope_zh", "scope_en")),
            whole=True,
            rules=(_ID,),
        ),
        "regions": Sheet(Region, ("id",), either=(("name_zh", "name_en"),), whole=True, rules=(_ID,)),
        "sources": Sheet(Source, ("id", "title", "publisher", "url"), whole=True, rules=(_ID,)),
        "observations": Sheet(
            Observation,
            ("id", "indicator", "region", "as_of", "value", "source", "published_on", "quote"),
            whole=True,
            rules=(_ID, _COUNT),
        ),
        "goals": Sheet(
            Goal,
            ("id", "indicator", "region", "value", "comparison", "deadline", "source", "quote"),
            whole=True,
            rules=(_ID, _ABOVE_ZERO),
        ),
    }
)  # fmt: skip

#: Tables of other people: what must be there, and what is read beside it; other columns are left alone.
TABLES: Mapping[str, Sheet] = MappingProxyType(
    {
        "observations": Sheet(
            Observation,
            ("region", "indicator", "as_of", "value"),
            optional=(
                "as_of_basis", "qualifier", "low", "high", "period_start", "published_on", "confidence",
                "origin", "accepted",
            ),
        ),
        "goals": Sheet(
            Goal,
            ("id", "region", "indicator", "value", "deadline"),
            optional=(
                "comparison", "tolerance", "announced_on", "published_on", "success_selected", "accepted",
            ),
            alias="goal",
        ),
        "indicators": Sheet(
            Indicator,
            ("id", "kind"),
            optional=(
                "family", "q4_share", "upper", "name_zh", "name_en", "unit_zh", "unit_en", "scope_zh",
                "scope_en", "accepted",
            ),
            alias="indicator",
        ),
        "regions": Sheet(
            Region, ("id",), optional=("parent", "name_zh", "name_en", "accepted"), alias="region"
        ),
    }
)  # fmt: skip

#: Columns of ``seeds/`` that name a row of another table.
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


@dataclass(frozen=True, eq=False)
class Parts:
    """The sound rows of all tables, by id: what a ledger is made of."""

    indicators: Mapping[str, Indicator]
    regions: Mapping[str, Region]
    sources: Mapping[str, Source]
    observations: Mapping[str, Observation]
    goals: Mapping[str, Goal]


@dataclass(frozen=True, eq=False)
class OpenedSeeds:
    """The tables of ``seeds/``, read.

    Attributes
    ----------
    parts : Parts
        The sound rows.
    problems : tuple of Problem
        What is wrong with every file: file, line, column, rule, value, what to do.
    ids : mapping
        By table, every id that stands in it, be its row sound or not: what was refused is there all the same.
        A table that could not be read to its end has no entry.
    goals : Rows, optional
        All rows of the goals, sound or not.
    """

    parts: Parts
    problems: tuple[Problem, ...]
    ids: Mapping[str, frozenset[str]]
    goals: "Rows[Goal] | None" = None


def open_seeds(folder: Path) -> OpenedSeeds:
    """Read the tables of ``seeds/``: one CSV file (UTF-8, header row) for each of :data:`SEEDS`."""
    tables: dict[str, Table] = {}
    rows: dict[str, Rows[Any]] = {}
    problems: dict[str, list[Problem]] = {}
    for name, sheet in SEEDS.items():
        path = folder / f"{name}.csv"
        place = f"{folder.name}/{path.name}"
        try:
            tables[name] = read_table(path, place, foreign=False)
        except BadInput as bad:
            problems[name] = list(bad.problems)
            continue
        rows[name] = read_rows(tables[name], sheet)
    counted = [name for name in ("observations", "goals") if name in rows]
    known = _records(_sound(rows.get("indicators"), tables.get("indicators")))
    settled = settle_units([(tables[name], rows[name]) for name in counted], known)
    rows.update(zip(counted, settled, strict=True))
    ids = {n: _ids(r) | tables[n].torn for n, r in rows.items() if not (tables[n].headless or tables[n].cut)}
    for name, columns in REFERENCES.items():
        for column, target in columns.items():
            if name in rows and target in ids:
                _refuse_unknown(tables[name], rows[name], column, target, ids[target])
    if "regions" in rows:
        _refuse_loops(tables["regions"], rows["regions"])
    texts, unread = read_texts(folder / "texts", ids.get("sources"))
    for name in ("observations", "goals"):
        if name in rows:
            refuse_unproved(tables[name], rows[name], texts)
    told = [p for name in SEEDS for p in problems.get(name, []) + _sorted(tables.get(name))]
    told += unread
    held = {name: r.take(tables[name].good[: len(r)]) for name, r in rows.items()}
    return OpenedSeeds(_parts(held), tuple(told), ids, rows.get("goals"))


def _ids(rows: Rows[Any]) -> frozenset[str]:
    return frozenset(str(rows.columns["id"].at(i)) for i in range(len(rows)))


def _sorted(table: Table | None) -> list[Problem]:
    return [] if table is None else sorted(table.problems, key=lambda p: p.line or 0)


def _refuse_unknown(table: Table, rows: Rows[Any], column: str, target: str, there: frozenset[str]) -> None:
    """Refuse rows that name what another table does not have, be that row sound or not."""
    named = rows.columns[column]
    missing = np.array([v is not None and v != "" and v not in there for v in named.values], bool)

    def remedy(row: int) -> str:
        return nearest(str(named.at(row)), there)

    if len(rows):
        table.refuse(missing[named.code], column, f"names a row of {target}.csv that is not there", remedy)


def _refuse_loops(table: Table, rows: Rows[Region]) -> None:
    """Refuse regions that would contain themselves."""
    above = {rows.columns["id"].at(i): rows.columns["parent"].at(i) for i in range(len(rows))}

    def loops(name: str | None) -> bool:
        place, seen = above.get(name), {name}
        while place is not None and place not in seen:
            seen.add(place)
            place = above.get(place)
        return place is not None and place == name

    broken = np.array([loops(rows.columns["id"].at(i)) for i in range(len(rows))], bool)
    table.refuse(broken, "parent", "a region must not contain itself", "name the region that contains it")


def _parts(rows: Mapping[str, Rows[Any]]) -> Parts:
    """Return the sound rows; a table that could not be read is empty."""
    empty: Mapping[str, Any] = MappingProxyType({})
    return Parts(
        indicators=_records(rows.get("indicators")),
        regions=_records(rows.get("regions")),
        sources=_records(rows.get("sources")),
        observations=rows["observations"].by_id() if "observations" in rows else empty,
        goals=rows["goals"].by_id() if "goals" in rows else empty,
    )


def _records(rows: Rows[Any] | None) -> Mapping[str, Any]:
    """Make records of the rows of a small table."""
    made = [] if rows is None else [rows.one(i) for i in range(len(rows))]
    return MappingProxyType({record.id: record for record in made})


@dataclass(frozen=True, eq=False)
class Opened:
    """Tables of other people, read.

    Attributes
    ----------
    parts : Parts
        The sound rows.
    goals : Table, optional
        The goals as they came: which of them are sound, and why others are not.
    rows : Rows
        The goals' columns, sound or not.
    """

    parts: Parts
    goals: Table | None
    rows: Rows[Goal] | None
    tables: tuple[Table, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with every table."""
        return tuple(problem for table in self.tables for problem in table.problems)


def open_tables(
    observations: Iterable[Table],
    goals: Table | None = None,
    indicators: Table | None = None,
    regions: Table | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Opened:
    """Read tables of other people.

    A row that is not sound is told and left out; it never spoils the others. An indicator that nobody
    describes is a stock, alone in its family.

    Raises
    ------
    BadInput
        If a column is missing, or a row about indicators or regions is not sound; all at once.
    """
    seen = tuple(observations)
    figures = [read_rows(table, TABLES["observations"]) for table in seen]
    asked = None if goals is None else read_rows(goals, TABLES["goals"])
    described = None if indicators is None else read_rows(indicators, TABLES["indicators"])
    both = [*zip(seen, figures, strict=True)]
    if goals is not None and asked is not None:
        both.append((goals, asked))
    settled = settle_units(both, _records(_sound(described, indicators)))
    figures, asked = settled[: len(seen)], None if asked is None else settled[-1]
    placed = None if regions is None else read_rows(regions, TABLES["regions"])
    tables = (*seen, *(t for t in (goals, indicators, regions) if t is not None))
    if placed is not None and regions is not None:
        _refuse_loops(regions, placed)
    # What describes indicators and regions decides how every other row is read: it must be sound as a whole.
    whole = [t for t in (indicators, regions) if t is not None]
    faults = [p for table in tables if table.headless or table in whole for p in table.problems]
    if faults:
        raise BadInput(faults)
    held = Rows.join([_sound(rows, table) for rows, table in zip(figures, seen, strict=True)])
    own = {**_records(_sound(described, indicators)), **_kinds(kinds or {})}
    parts = _parts_of_tables(held, _sound(asked, goals), own, _records(_sound(placed, regions)))
    return Opened(parts, goals, asked, tables)


def _sound(rows: Any, table: Table | None) -> Any:
    """Return the sound rows of a table, if there is one."""
    return None if rows is None or table is None else rows.take(table.good[: len(rows)])


def _parts_of_tables(
    figures: Rows[Observation],
    goals: Rows[Goal] | None,
    indicators: Mapping[str, Indicator],
    regions: Mapping[str, Region],
) -> Parts:
    """Put tables together: what rows name and nobody describes gets a plain description."""
    counted = _names("indicator", figures, goals) | set(indicators)
    above = {region.parent for region in regions.values() if region.parent is not None}
    places = _names("region", figures, goals) | above | set(regions)
    return Parts(
        indicators=MappingProxyType({n: indicators.get(n) or Indicator(id=n) for n in sorted(counted)}),
        regions=MappingProxyType({n: regions.get(n) or Region(id=n) for n in sorted(places)}),
        sources=MappingProxyType({}),
        observations=figures.by_id(),
        goals=MappingProxyType({}) if goals is None else goals.by_id(),
    )


def _names(column: str, *rows: Rows[Any] | None) -> set[str]:
    """Return the names that stand in a column."""
    found: set[str] = set()
    for part in rows:
        if part is not None and len(part):
            values = part.columns[column].values
            found |= {str(values[i]) for i in np.unique(part.columns[column].code).tolist()}
    return found


def _kinds(kinds: Mapping[str, str]) -> dict[str, Indicator]:
    """Make indicators of a mapping of kinds."""
    valid = [k.value for k in Kind]
    problems = [
        Problem("kinds", "is no kind", kind, nearest(kind, valid), column=name)
        for name, kind in kinds.items()
        if kind not in valid
    ]
    if problems:
        raise BadInput(problems)
    return {name: Indicator(id=name, kind=Kind(kind)) for name, kind in kinds.items()}


def open_frames(
    observations: "pd.DataFrame",
    goals: "pd.DataFrame | None",
    indicators: "pd.DataFrame | None",
    regions: "pd.DataFrame | None",
    kinds: Mapping[str, str] | None,
) -> Parts:
    """Read DataFrames, of which every row must be sound."""

    def table(frame: "pd.DataFrame | None", place: str) -> Table | None:
        return None if frame is None else Table.of(frame, place)

    opened = open_tables(
        [Table.of(observations, "observations")],
        table(goals, "goals"),
        table(indicators, "indicators"),
        table(regions, "regions"),
        kinds,
    )
    if opened.problems:
        raise BadInput(opened.problems)
    return opened.parts
