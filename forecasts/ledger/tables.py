"""Tables as they are written: CSV, Parquet, DataFrames; every row with the number that people give it."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.ledger.files import whole
from forecasts.ledger.problems import BadInput, Problem, Remark, nearest, shortened

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

#: Problems of one kind in one table that are told one by one; the rest is counted.
TOLD = 20

#: Rows of a CSV file that become columns at a time, so that memory stays small.
CHUNK = 50_000


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
    good: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.frame), bool)

    @classmethod
    def of(cls, frame: pd.DataFrame, place: str) -> "Table":
        """Take a DataFrame; its rows are counted from 0, as its index most likely does."""
        return cls(frame.reset_index(drop=True), place, np.arange(len(frame)))

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
            self.dropped.setdefault(row, f"{column}: {rule}")
        for row in rows[:TOLD]:
            value = "" if column not in self.frame else shortened(self.frame[column].iloc[row])
            what = remedy if isinstance(remedy, str) else remedy(int(row))
            self.problems.append(Problem(self.place, rule, value, what, int(self.lines[row]), column))
        if len(rows) > TOLD:
            more = f"{rule} ({len(rows) - TOLD} more rows)"
            what = remedy if isinstance(remedy, str) else ""
            self.problems.append(Problem(self.place, more, remedy=what, column=column))

    def remark(
        self, about: Bools | Ints, column: str, rule: str, remedy: str = "",
        kind: Literal["converted", "doubtful"] = "doubtful",
    ) -> None:  # fmt: skip
        """Tell of rows although nothing is refused; of none of them, nothing is told."""
        rows = np.flatnonzero(about) if about.dtype == np.bool_ else about
        if not len(rows):
            return
        first = int(rows[0])
        value = "" if column not in self.frame else shortened(self.frame[column].iloc[first])
        problem = Problem(self.place, rule, value, remedy, int(self.lines[first]), column)
        self.remarks.append(Remark(problem, tuple(rows.tolist()), kind))


def read_table(path: Path, place: str = "") -> Table:
    """Read a CSV (UTF-8, header) or Parquet file, by its ending.

    Parameters
    ----------
    place : str, optional
        How the table is called in messages; the file's name by default.

    Raises
    ------
    BadInput
        If there is no such file, or it cannot be read at all.
    """
    place = place or path.name
    if path.suffix not in (".csv", ".parquet"):
        raise BadInput([Problem(place, "must end in .csv or .parquet", path.suffix, "rename or convert it")])
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
            return Table(frame, place, np.arange(1, len(frame) + 1))
        return _read_csv(path.read_text(encoding="utf-8-sig"), place)
    except FileNotFoundError:
        raise BadInput([Problem(place, "there is no such file", remedy="check the path")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadInput(
            [Problem(place, "the file is not UTF-8", remedy="save it as CSV UTF-8", line=line)]
        ) from None
    except (OSError, ValueError) as error:  # pyarrow's reading errors are ValueErrors
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput([Problem(place, f"cannot be read: {told}", remedy="check the file")]) from None


@dataclass(eq=False)
class _Left:
    """What of a CSV file is left out, and why; see :class:`Table`."""

    place: str
    problems: list[Problem] = field(default_factory=list)
    torn: set[str] = field(default_factory=set)
    cut: bool = False

    def end(self, error: csv.Error, line: int) -> None:
        """Note where the file could not be read on."""
        self.cut = True
        self.problems.append(Problem(self.place, f"not CSV: {error}", remedy="check the quotes", line=line))


def _read_csv(text: str, place: str) -> Table:
    """Read CSV text; a row with too few or too many cells is told and left out."""
    left = _Left(place)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    parts: list[pd.DataFrame] = []
    lines: list[int] = []
    try:
        header = _trimmed(next(reader, []), 0)
    except csv.Error as error:
        left.end(error, 1)
    rows = _rows(reader, len(header), left)
    while not left.cut and (chunk := list(islice(rows, CHUNK))):
        lines += [line for line, _ in chunk]
        columns = zip(*(cells for _, cells in chunk), strict=True)
        parts.append(pd.DataFrame({i: pd.Series(c, dtype="str") for i, c in enumerate(columns)}))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=range(len(header)))
    frame.columns = pd.Index(header, dtype=object)
    return Table(frame, place, np.array(lines, np.intp), 1, left.problems, torn=left.torn, cut=left.cut)


def _trimmed(cells: list[str], width: int) -> list[str]:
    """Drop empty cells beyond a width: what a comma at the end of a line leaves behind."""
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _rows(reader: Iterator[list[str]], width: int, left: _Left) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV reader that are as wide as the header, each with its first line."""
    start = reader.line_num + 1  # type: ignore[attr-defined]
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1  # type: ignore[attr-defined]
            if not any(cells):
                continue
            cells = _trimmed(cells, width)
            if len(cells) == width:
                yield line, cells
            else:
                left.torn.update(cells)
                rule = f"the row has {len(cells)} cells, the header {width}"
                remedy = "quote cells that contain a comma"
                left.problems.append(Problem(left.place, rule, remedy=remedy, line=line))
    except csv.Error as error:
        left.end(error, start)


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


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, Parquet or JSON (records), by its ending; whole or not at all."""
    with whole(path) as draft:
        if path.suffix == ".parquet":
            frame.to_parquet(draft, index=False)
        elif path.suffix == ".json":
            frame.to_json(draft, orient="records", force_ascii=False, indent=1, double_precision=15)
        else:
            frame.to_csv(draft, index=False, lineterminator="\n")
