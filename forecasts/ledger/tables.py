"""Tables of every kind: files, folders, DataFrames; every row with the number that people give it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.ledger.encodings import decoded
from forecasts.ledger.files import whole
from forecasts.ledger.jsons import read_json
from forecasts.ledger.lines import lines_of
from forecasts.ledger.parquet import read_parquet
from forecasts.ledger.problems import BadInput, Problem, Remark, nearest, shortened, shown
from forecasts.ledger.raw import TOLD, Raw, refusal
from forecasts.ledger.separated import read_separated
from forecasts.ledger.workbook import read_workbook
from forecasts.ledger.written import Unit

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]


@dataclass(eq=False)
class Table:
    """A table with its name, and the problems that its rows have shown so far.

    Attributes
    ----------
    place : str
        How the table is called in messages.
    lines : (N,) array of int
        The number that people give to each row: its first line in a CSV file.
    header : int, optional
        The line of the headings, where they have one.
    torn : set of str
        Cells of the rows that are left out because they are too short or too long.
    cut : bool
        Whether the file could not be read to its end.
    headless : bool
        Whether its headings are not sound, so that no row of it can be read.
    remarks : list of Remark
        What is told of it although nothing is refused.
    dropped : dict
        Of every row that is not sound, by its position, the first rule that it breaks.
    places : (N,) array of str, optional
        The file of each row, where they come from several.
    semicolons, serials : bool
        See :class:`forecasts.ledger.raw.Raw`.
    headings : mapping
        By field, the heading that its column has here.
    heading_units : dict
        By field, the unit that its heading names.
    units : dict
        By field, the units that stand beside its numbers, and which of them in each row; -1 = none.
    good : (N,) array of bool
        Rows that are sound so far.
    """

    frame: pd.DataFrame
    place: str
    lines: NDArray[np.intp]
    header: int | None = None
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    dropped: dict[int, str] = field(default_factory=dict)
    headless: bool = False
    torn: set[str] = field(default_factory=set)
    cut: bool = False
    places: NDArray[np.object_] | None = None
    semicolons: bool = False
    serials: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)
    heading_units: dict[str, Unit] = field(default_factory=dict)
    units: dict[str, tuple[tuple[Unit, ...], Ints]] = field(default_factory=dict)
    good: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.frame), bool)

    @classmethod
    def of(cls, frame: pd.DataFrame, place: str) -> "Table":
        """Take a DataFrame; its rows are counted from 0, as its index most likely does."""
        names = pd.Index([shown(name) for name in frame.columns], dtype=object)
        plain = frame.reset_index(drop=True).set_axis(names, axis=1)
        return cls(plain, place, np.arange(len(frame)))

    @classmethod
    def of_raw(cls, raw: Raw, place: str) -> "Table":
        """Take what was read of a file."""
        table = cls(
            raw.frame, place, raw.lines, raw.header, raw.problems, torn=raw.torn, cut=raw.cut,
            semicolons=raw.semicolons, serials=raw.serials,
        )  # fmt: skip
        told = (Problem(place, rule, value) for rule, value in raw.told)
        table.remarks += [Remark(problem, (), "converted") for problem in told]
        return table

    def place_of(self, row: int) -> str:
        """Return the file, or the table, that a row comes from."""
        return self.place if self.places is None else str(self.places[row])

    def _problem(self, row: int, column: str, rule: str, remedy: str) -> Problem:
        """Return what is told of one row."""
        heading = self.headings.get(column, column)
        value = "" if heading not in self.frame else shortened(self.frame[heading].iloc[row])
        return Problem(self.place_of(row), rule, value, remedy, int(self.lines[row]), heading)

    @property
    def columns(self) -> list[str]:
        """The headings, in order."""
        return [str(c) for c in self.frame.columns]

    def refuse(self, bad: Bools, column: str, rule: str, remedy: str | Callable[[int], str]) -> None:
        """Mark rows as bad and tell why.

        Parameters
        ----------
        remedy : str or callable
            What to do; a callable is told the row's position.
        """
        rows = np.flatnonzero(bad)
        self.good[rows] = False
        for row in rows.tolist():
            self.dropped.setdefault(row, f"{self.headings.get(column, column)}: {rule}")
        for row in rows[:TOLD].tolist():
            what = remedy if isinstance(remedy, str) else remedy(row)
            self.problems.append(self._problem(row, column, rule, what))
        if len(rows) > TOLD:
            more = f"{rule} ({len(rows) - TOLD:,} more rows)"
            what = remedy if isinstance(remedy, str) else ""
            heading = self.headings.get(column, column)
            self.problems.append(Problem(self.place, more, remedy=what, column=heading))

    def remark(
        self, about: Bools | Ints, column: str, rule: str, remedy: str = "",
        kind: Literal["converted", "doubtful"] = "doubtful",
    ) -> None:  # fmt: skip
        """Tell of rows although nothing is refused; of none of them, nothing is told."""
        rows = np.flatnonzero(about) if about.dtype == np.bool_ else about
        if not len(rows):
            return
        problem = self._problem(int(rows[0]), column, rule, remedy)
        self.remarks.append(Remark(problem, tuple(rows.tolist()), kind))


#: Endings of files, and how each is read.
TEXTS = (".csv", ".tsv", ".txt")
JSONS = (".json", ".jsonl", ".ndjson")
ENDINGS = (*TEXTS, ".xlsx", ".xlsm", ".parquet", *JSONS)

#: Bytes of a file.
MOST_BYTES = 500_000_000


def read_table(path: Path, place: str = "", kind: str = "", foreign: bool = True) -> Table:
    """Read a table: separated values, a workbook, Parquet or JSON, by the file's ending, or a folder of them.

    Parameters
    ----------
    place : str, optional
        How the table is called in messages; the file's name by default.
    kind : str, optional
        Which table it is, e.g. ``"goals"``: a workbook may have a sheet of that name.

    foreign : bool
        Whether text may be of another encoding than UTF-8, as other people's is.

    Raises
    ------
    BadInput
        If there is no such file, or it cannot be read at all.
    """
    place = place or path.name
    try:
        if path.is_dir():
            if path.suffix.lower() in ENDINGS:
                raise refusal(place, "is a folder, although it is called like a file", "name a file")
            return _read_folder(path, place, kind)
        if path.suffix.lower() not in ENDINGS:
            rule = f"must end in {', '.join(ENDINGS)}, or be a folder"
            raise refusal(place, rule, "rename or convert it", path.suffix)
        if path.exists() and not path.is_file():
            raise refusal(place, "is no file", "name a file")
        return Table.of_raw(_raw(path, place, kind, foreign), place)
    except BadInput:
        raise
    except FileNotFoundError:
        raise refusal(place, "there is no such file", "check the path") from None
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        why = getattr(error, "strerror", None) or str(error)
        raise refusal(shortened(place), f"cannot be read: {why}", "check the path") from None


def _raw(path: Path, place: str, kind: str, foreign: bool) -> Raw:
    """Read one file by its ending."""
    ending = path.suffix.lower()
    if path.stat().st_size > MOST_BYTES:
        raise refusal(place, f"is larger than {MOST_BYTES // 10**6} MB", "split it")
    if ending == ".parquet":
        return read_parquet(path, place, MOST_BYTES)
    data = path.read_bytes()
    if not data.strip() and ending not in TEXTS:
        raise refusal(place, "the file is empty", "name a table")
    if ending in (".xlsx", ".xlsm"):
        return read_workbook(data, place, kind)
    if data.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")):
        raise refusal(place, f"is no {ending[1:]}, whatever its name says", "give it its own ending")
    text, encoding = decoded(data, place, foreign)
    del data
    if ending in JSONS:
        raw = read_json(text, place, by_lines=ending != ".json")
    else:
        raw = read_separated(text, place)
    if encoding:
        raw.told.append((f"the text is not UTF-8, and is read as {encoding}", ""))
    return raw


def _read_folder(path: Path, place: str, kind: str) -> Table:
    """Read every table of a folder and put their rows one after the other."""
    files = sorted(f for f in path.iterdir() if f.is_file() and not _hidden(f.name))
    tables: list[Table] = []
    problems: list[Problem] = []
    for file in (f for f in files if f.suffix.lower() in ENDINGS):
        try:
            tables.append(read_table(file, f"{place}/{file.name}", kind))
        except BadInput as bad:
            problems += bad.problems
    if not tables and not problems:
        raise refusal(
            place, "the folder holds no table", f"put files into it that end in {', '.join(ENDINGS)}"
        )
    for table in tables[1:]:
        if odd := sorted(set(table.columns) ^ set(tables[0].columns)):
            rule = f"has other columns than {tables[0].place}"
            problems.append(
                Problem(table.place, rule, ", ".join(odd), "give the tables of a folder one form")
            )
    if problems:
        raise BadInput(problems)
    joined = _joined(tables, place)
    if other := [f.name for f in files if f.suffix.lower() not in ENDINGS]:
        told = Problem(place, "a file of another kind is left out", shortened(", ".join(other)))
        joined.remarks.append(Remark(told, (), "converted"))
    return joined


def _hidden(name: str) -> bool:
    """Whether a file is hidden, or what an open or broken program leaves behind."""
    return name.startswith((".", "~", "#")) or name.endswith(("~", ".tmp", ".bak"))


def _joined(tables: Sequence[Table], place: str) -> Table:
    """Put the rows of tables with the same columns one after the other."""
    twice = any(len(set(t.columns)) < len(t.columns) for t in tables)
    frames = [t.frame for t in tables]
    frame = frames[0] if len(frames) == 1 or twice else pd.concat(frames, ignore_index=True)
    kept = tables[:1] if twice else tables  # headings that are there twice are refused whatever the rows
    joined = Table(frame, place, np.concatenate([t.lines for t in kept]), tables[0].header)
    joined.places = np.repeat(np.array([t.place for t in kept], object), [len(t.lines) for t in kept])
    for table in tables:
        joined.problems += table.problems
        joined.remarks += table.remarks
        joined.torn |= table.torn
    joined.cut = any(t.cut for t in tables)
    joined.semicolons = any(t.semicolons for t in tables)
    joined.serials = all(t.serials for t in tables)
    return joined


def check_columns(table: Table, required: Sequence[str]) -> None:
    """Check that the columns that are needed are there; others are left alone.

    Raises
    ------
    BadInput
        With every missing column, and the present one that is nearest.
    """
    present = table.columns
    problems = [
        Problem(table.place, "a column is missing", column, nearest(column, present), table.header, column)
        for column in required
        if column not in present
    ]
    if problems:
        raise BadInput(problems)


def records_json(frame: pd.DataFrame) -> str:
    """Return a table as JSON, an object a row, with every digit of its numbers; what is no number is null."""
    there = frame.notna() & ~frame.isin([np.inf, -np.inf])
    rows = frame.astype(object).where(there, None).to_dict("records")
    return json.dumps(rows, ensure_ascii=False, indent=1)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, Parquet or JSON (records), by its ending; whole or not at all."""
    with whole(path) as draft:
        if path.suffix == ".parquet":
            frame.to_parquet(draft, index=False)
        elif path.suffix == ".json":
            draft.write_text(records_json(frame), encoding="utf-8")
        else:
            with draft.open("wb") as file:
                file.writelines(lines_of(frame))
