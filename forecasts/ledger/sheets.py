"""The doors by which rows come in: ``seeds/``, files that somebody brings, DataFrames; one reader for all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from forecasts.ledger.aliases import refuse_shared_aliases
from forecasts.ledger.doubting import Read, counts_since_january, doubt
from forecasts.ledger.doubts import accepted
from forecasts.ledger.fields import Kind
from forecasts.ledger.kinds import plainly_rates, refuse_by_kind, refuse_empty_goals
from forecasts.ledger.layouts import REFERENCES, SEEDS, TABLES
from forecasts.ledger.names import odd_families
from forecasts.ledger.problems import BadInput, Problem, Remark, nearest, warn_of
from forecasts.ledger.records import Goal, Indicator, Observation, Region, Source
from forecasts.ledger.rows import Rows, read_rows
from forecasts.ledger.tables import Table, read_table
from forecasts.ledger.texts import Quotes, held_in, read_texts, refuse_edited, refuse_unproved
from forecasts.ledger.units import settle_units

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Places(Mapping[str, Region]):
    """Regions by id: those that somebody describes; of the others a plain one, made when it is asked for."""

    described: Mapping[str, Region]
    names: Mapping[str, None]

    def __getitem__(self, key: str) -> Region:
        if key not in self.names:
            raise KeyError(key)
        return self.described.get(key) or Region.model_construct(id=key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


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
    remarks : tuple of Remark
        What is told of the sound rows: how they were read, what is doubtful.
    read : mapping
        By name, every table that could be read with all of its rows, sound or not.
    """

    parts: Parts
    problems: tuple[Problem, ...]
    ids: Mapping[str, frozenset[str]]
    goals: "Rows[Goal] | None" = None
    remarks: tuple[Remark, ...] = ()
    read: Read = field(default_factory=dict)


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
    if "indicators" in rows:
        _refuse_odd_families(tables["indicators"], rows["indicators"])
        refuse_shared_aliases(tables["indicators"], rows["indicators"])
    sound = _records(_sound(rows.get("indicators"), tables.get("indicators")))
    for name in ("observations", "goals"):
        if name in rows:
            refuse_by_kind(tables[name], rows[name], sound, goals=name == "goals")
    if "goals" in rows:
        refuse_empty_goals(tables["goals"], rows["goals"], sound)
    read = {name: [(tables[name], rows[name])] for name in rows}
    doubt(read, sound)
    if "observations" in rows:
        rows["observations"], _ = counts_since_january(tables["observations"], rows["observations"])
    texts, unread = read_texts(folder / "texts", ids.get("sources"))
    for name in ("observations", "goals"):
        if name in rows:
            refuse_edited(tables[name], Quotes.of(rows[name]), texts)
            refuse_unproved(tables[name], Quotes.of(rows[name]), texts)
    if "sources" in rows:
        rows["sources"] = held_in(rows["sources"], texts)
    told = [p for name in SEEDS for p in problems.get(name, []) + _sorted(tables.get(name))]
    told += unread
    held = {name: r.take(tables[name].good[: len(r)]) for name, r in rows.items()}
    remarks = tuple(remark for name in SEEDS if name in tables for remark in tables[name].remarks)
    return OpenedSeeds(_parts(held), tuple(told), ids, rows.get("goals"), remarks, read)


def _refuse_odd_families(table: Table, rows: Rows[Indicator]) -> None:
    """Refuse a family that is spelt almost like another one and that no other indicator is of."""
    near = odd_families(rows)
    odd = np.array([i in near for i in range(len(rows))], bool)
    rule = "no other indicator is of this family, and it is spelt almost like another"

    def remedy(row: int) -> str:
        return f"did you mean {near[row]!r}? Otherwise say in `accepted` why it is another"

    table.refuse(odd, "family", rule, remedy)


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
    read : mapping
        By name, every table with all of its rows, sound or not.
    """

    parts: Parts
    goals: Table | None
    rows: Rows[Goal] | None
    read: Read

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables that were read."""
        return tuple(table for parts in self.read.values() for table, _ in parts)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is told of the sound rows: how they were read, what is doubtful."""
        return tuple(remark for table in self.tables for remark in table.remarks)

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
    unread: Iterable[Problem] = (),
) -> Opened:
    """Read tables of other people.

    A row that is not sound is told and left out; it never spoils the others. An indicator that nobody
    describes is a stock, alone in its family; if figures of it are below zero, it is a rate.

    Parameters
    ----------
    unread : iterable of Problem
        Of tables that could not be read at all: they are told with all that is wrong with the others.

    Raises
    ------
    BadInput
        If a table or a column is missing, or a row about indicators or regions is not sound: with every
        problem of every table.
    """
    given = {
        "observations": tuple(observations),
        "goals": (goals,) if goals is not None else (),
        "indicators": (indicators,) if indicators is not None else (),
        "regions": (regions,) if regions is not None else (),
    }
    read = {
        name: [(table, read_rows(table, TABLES[name])) for table in tables] for name, tables in given.items()
    }
    for table, rows in read["regions"]:
        _refuse_loops(table, rows)
    for table, rows in read["indicators"]:
        refuse_shared_aliases(table, rows)
    own: dict[str, Indicator] = {}
    for table, described in read["indicators"]:
        own |= _records(_sound(described, table))
    own |= _kinds(kinds or {})
    settled = iter(settle_units([*read["observations"], *read["goals"]], own))
    for name in ("observations", "goals"):
        read[name] = [(table, next(settled)) for table, _ in read[name]]
    figures = [rows for _, rows in read["observations"]]
    asked = read["goals"][0][1] if read["goals"] else None
    named = _names("indicator", *figures, asked)
    # What describes indicators and regions decides how every other row is read: it must be sound as a whole.
    missing = list(unread)
    whole = [table for name in ("indicators", "regions") for table, _ in read[name]]
    headless = any(table.headless for parts in read.values() for table, _ in parts)
    fatal = bool(missing or headless or any(table.problems for table in whole))
    rates = set() if fatal else _read_as_rates(read["observations"], own)
    every = {n: own.get(n) or Indicator(id=n, kind=Kind.RATE if n in rates else Kind.STOCK) for n in named}
    for name in ("observations", "goals"):
        for table, rows in read[name]:
            # Whose description is not sound is not blamed for its figures.
            refuse_by_kind(table, rows, own if fatal else every, goals=name == "goals")
    if fatal:
        raise BadInput(
            [*missing, *(p for parts in read.values() for table, _ in parts for p in table.problems)]
        )
    doubt(read, {**every, **own}, named - set(own))
    counts = [(table, *counts_since_january(table, rows)) for table, rows in read["observations"]]
    for name in {name for _, _, some in counts for name in some}:
        every[name] = own[name] if name in own else Indicator(id=name, kind=Kind.FLOW)
    held = Rows.join([_sound(rows, table) for table, rows, _ in counts])
    places = {k: r for table, rows in read["regions"] for k, r in _records(_sound(rows, table)).items()}
    parts = _parts_of_tables(held, _sound(asked, goals), {**every, **own}, places)
    return Opened(parts, goals, asked, read)


def _read_as_rates(read: Sequence[tuple[Table, Rows[Observation]]], own: Mapping[str, Indicator]) -> set[str]:
    """Return the indicators that nobody describes and whose figures are below zero; that is told."""
    rates = set()
    for table, rows in read:
        for name in plainly_rates(rows.take(table.good[: len(rows)]), own):
            rates.add(name)
            column = rows.columns["indicator"]
            of = np.array([str(v) == name for v in column.values], bool)[column.code]
            below = of & (rows.numbers("value") < 0) & table.good[: len(rows)] & ~accepted(rows)
            rule = f"is below zero, and the indicator {name!r} has no declared kind: it is read as a rate"
            table.remark(below, "value", rule, "declare its kind in the table of indicators")
    return rates


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
        regions=Places(regions, dict.fromkeys(sorted(places))),
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
    """Read DataFrames, of which every row must be sound; what is told of them is a warning."""

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
    warn_of(opened.remarks, 3)
    return opened.parts
