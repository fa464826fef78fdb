"""Tables of other people: CSV or Parquet, read leniently row by row, every fault told with its line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.ledger.files import whole
from forecasts.ledger.problems import BadInput, Problem, nearest

#: Problems of one kind that are told one by one; the rest is counted.
TOLD = 20


@dataclass
class Table:
    """A table with its name, and the problems that its rows have shown so far.

    Attributes
    ----------
    place : str
        How the table is called in messages.
    first : int
        The number that people give to its first row (2 in a CSV file with a header).
    good : (N,) array of bool
        Rows that are sound so far.
    """

    frame: pd.DataFrame
    place: str
    first: int = 2
    problems: list[Problem] = field(default_factory=list)
    good: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.frame), bool)

    def refuse(self, bad: NDArray[np.bool_], column: str, rule: str, remedy: str) -> None:
        """Mark rows as bad and tell why."""
        rows = np.flatnonzero(bad)
        self.good[rows] = False
        for row in rows[:TOLD]:
            value = "" if column not in self.frame else str(self.frame[column].iloc[row])
            self.problems.append(Problem(self.place, rule, value, remedy, int(row) + self.first, column))
        if len(rows) > TOLD:
            more = f"{rule} ({len(rows) - TOLD} more rows)"
            self.problems.append(Problem(self.place, more, remedy=remedy, column=column))

    def texts(self, column: str) -> NDArray[np.object_]:
        """Return a column of names; an empty one is refused."""
        values = self.frame[column]
        texts = values.astype(str).str.strip().to_numpy(object)
        empty = values.isna().to_numpy(bool) | (texts == "")
        self.refuse(empty & self.good, column, "must not be empty", "fill the cell")
        return np.asarray(texts, object)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of finite numbers; others are refused."""
        values = pd.to_numeric(self.frame[column], errors="coerce").to_numpy(float)
        bad = ~np.isfinite(values)
        self.refuse(
            bad & self.good, column, "must be a finite number", "write digits, with a point if needed"
        )
        return np.where(bad, 0.0, values)

    def days(self, column: str, required: bool = True) -> NDArray[np.datetime64]:
        """Return a column of days; NaT where an optional one is empty, refused where it is no day."""
        given = self.frame[column]
        empty = given.isna().to_numpy(bool) | (given.astype(str).str.strip() == "").to_numpy(bool)
        days = pd.to_datetime(given.where(~empty), errors="coerce", format="ISO8601").to_numpy(
            "datetime64[D]"
        )
        bad = np.isnat(days) & (~empty | required)
        self.refuse(bad & self.good, column, "must be a day", "write it as 2023-12-31")
        return days

    def choices(self, column: str, valid: Sequence[str]) -> NDArray[np.object_]:
        """Return a column of given words; others are refused."""
        texts = self.frame[column].astype(str).str.strip().to_numpy(object)
        bad = ~np.isin(texts.astype(str), list(valid))
        self.refuse(bad & self.good, column, "is no valid word here", f"one of: {', '.join(valid)}")
        return np.asarray(texts, object)


def read_table(path: Path) -> Table:
    """Read a CSV (UTF-8, header) or Parquet file, by its ending.

    Raises
    ------
    BadInput
        If there is no such file, or it cannot be read at all.
    """
    place = path.name
    try:
        if path.suffix == ".parquet":
            return Table(pd.read_parquet(path), place, first=1)
        if path.suffix != ".csv":
            raise BadInput(
                [Problem(place, "must end in .csv or .parquet", path.suffix, "rename or convert it")]
            )
        return Table(pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig"), place)
    except FileNotFoundError:
        raise BadInput([Problem(str(path), "there is no such file", remedy="check the path")]) from None
    except (OSError, ValueError) as error:  # pandas' and pyarrow's reading errors are ValueErrors
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput([Problem(place, f"cannot be read: {told}", remedy="check the file")]) from None


def check_columns(table: Table, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Check that the columns that are needed are there; others are left alone.

    Raises
    ------
    BadInput
        With every missing column, and the present one that is nearest.
    """
    present = [str(c) for c in table.frame.columns]
    free = set(present) - set(required) - set(optional)
    problems = [
        Problem(table.place, "a column is missing", column, nearest(column, free), table.first - 1, column)
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
