"""A table becomes the rows of a record: every cell by its field's own rules, a distinct text once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.cells import read_cells
from forecasts.ledger.headings import Sheet, match_headings
from forecasts.ledger.records import Record, Rule
from forecasts.ledger.tables import Table

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, eq=False)
class Numbered(Sequence[str]):
    """Names of rows that have none of their own: the table's, and the row's number."""

    place: str
    lines: Ints
    places: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> "Numbered": ...

    def __getitem__(self, at: int | slice) -> "str | Numbered":
        if isinstance(at, slice):
            return Numbered(self.place, self.lines[at], None if self.places is None else self.places[at])
        return f"{self.place if self.places is None else self.places[at]}:{self.lines[at]}"


@dataclass(frozen=True, eq=False)
class Column:
    """A column as its distinct values, and which of them stands in each row."""

    values: Sequence[Any]
    code: Ints

    def __reduce__(self) -> tuple[Any, ...]:
        # It travels small: of a constant one code, of others the shortest numbers that hold them.
        kept = self.code[:1] if self.constant else self.code
        return _arrived, (self.values, kept.astype(np.min_scalar_type(len(self.values))), len(self.code))

    def at(self, row: int) -> Any:
        """Return one row's value."""
        return self.values[self.code[row]]

    def take(self, rows: Ints | Bools) -> "Column":
        """Return some of the rows."""
        if not self.constant:
            return Column(self.values, self.code[rows])
        count = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)
        return Column(self.values, np.broadcast_to(self.code[:1], count) if count else self.code[:0])

    def array(self, dtype: Any, empty: Any, meaning: Mapping[Any, Any] | None = None) -> NDArray[Any]:
        """Return the values (or what they mean) as an array, with something for those that are missing."""
        made = [empty if v is None else v if meaning is None else meaning[v] for v in self.values]
        found = np.array(made, dtype)
        return np.broadcast_to(found[self.code[0]], len(self.code)) if self.constant else found[self.code]

    @property
    def constant(self) -> bool:
        """Whether one value stands in all rows, and takes no memory in each of them."""
        return len(self.code) > 1 and self.code.strides == (0,)


def _arrived(values: Sequence[Any], code: NDArray[Any], count: int) -> Column:
    """Make a column of what travelled."""
    whole = code.astype(np.intp)
    return Column(values, whole if len(code) == count else np.broadcast_to(whole, count))


@dataclass(frozen=True, eq=False)
class Rows(Generic[R]):
    """Sound rows of one table, as columns; a row becomes a record when somebody looks at it.

    Attributes
    ----------
    columns : mapping
        One for each field of the record.
    lines : (N,) array of int
        The number that people give to each row.
    places : (N,) array of str, optional
        The file of each row, where they come from several.
    """

    record: type[R]
    place: str
    columns: Mapping[str, Column]
    lines: Ints
    places: NDArray[np.object_] | None = None
    _arrays: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # What follows from the columns is made anew where it is needed.
        return Rows, (self.record, self.place, self.columns, self.lines, self.places)

    @classmethod
    def of(cls, record: type[R], records: Sequence[R], place: str = "records") -> "Rows[R]":
        """Return records as columns."""
        code = np.arange(len(records))
        columns = {n: Column(tuple(getattr(r, n) for r in records), code) for n in record.model_fields}
        return cls(record, place, columns, code)

    @classmethod
    def join(cls, parts: Sequence["Rows[R]"]) -> "Rows[R]":
        """Return the rows of several tables, one after the other."""
        first = parts[0]
        if len(parts) == 1:
            return first
        columns = {name: _join([part.columns[name] for part in parts]) for name in first.columns}
        places = np.concatenate(
            [np.full(len(p), p.place, object) if p.places is None else p.places for p in parts]
        )
        return cls(first.record, first.place, columns, np.concatenate([p.lines for p in parts]), places)

    def place_of(self, row: int) -> str:
        """Return the file, or the table, that a row comes from."""
        return self.place if self.places is None else str(self.places[row])

    def __len__(self) -> int:
        return len(self.lines)

    def held(self, key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return an array that belongs to the rows: made once, whoever asks."""
        if key not in self._arrays:
            self._arrays[key] = make()
        return self._arrays[key]

    def _array(self, name: str, dtype: Any, empty: Any) -> NDArray[Any]:
        return self.held(f"{name}:{dtype}", lambda: self.columns[name].array(dtype, empty))

    def days(self, name: str) -> NDArray[np.datetime64]:
        """Return a column of days; NaT where it is empty."""
        return self._array(name, "datetime64[D]", np.datetime64("NaT"))

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers; NaN where it is empty."""
        return self._array(name, float, np.nan)

    def words(self, name: str) -> NDArray[np.object_]:
        """Return a column of words; an empty text where it is empty."""
        return self._array(name, object, "")

    def numbering(self, name: str) -> dict[str, int]:
        """Return a number for each name of a column, in the order of its values."""
        names = ("" if v is None else str(v) for v in self.columns[name].values)
        return {name: i for i, name in enumerate(dict.fromkeys(names))}

    def alike(self, name: str) -> Ints:
        """Return the number of each row's name: the same for equal names, wherever they stand."""

        def made() -> Ints:
            column, number = self.columns[name], self.numbering(name)
            return np.array([number["" if v is None else str(v)] for v in column.values], np.intp)[
                column.code
            ]

        return self.held(f"{name}:alike", made)

    def take(self, rows: Ints | Bools) -> "Rows[R]":
        """Return some of the rows."""
        if rows.dtype == np.bool_ and rows.all():
            return self
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        places = None if self.places is None else self.places[rows]
        return Rows(self.record, self.place, columns, self.lines[rows], places)

    def one(self, row: int) -> R:
        """Return one row as a record."""
        cells: dict[str, Any] = {name: column.at(row) for name, column in self.columns.items()}
        made: R = self.record.model_construct(**cells)  # type: ignore[assignment]
        return made

    def by_id(self) -> "ById[R]":
        """Return the records by their ids."""
        return ById(self)


@dataclass(frozen=True, eq=False)
class ById(Mapping[str, R]):
    """Records by id, each made when it is asked for."""

    rows: Rows[R]

    def __reduce__(self) -> tuple[Any, ...]:
        return ById, (self.rows,)

    @cached_property
    def _row(self) -> dict[str, int]:
        names = self.rows.columns["id"]
        return {str(names.values[code]): row for row, code in enumerate(names.code.tolist())}

    def __getitem__(self, key: str) -> R:
        return self.rows.one(self._row[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self._row


@dataclass(frozen=True, eq=False)
class _Looked:
    """Columns, and the names of those that a rule has looked at."""

    rows: Rows[Any]
    at: set[str] = field(default_factory=set)

    def days(self, name: str) -> NDArray[np.datetime64]:
        self.at.add(name)
        return self.rows.days(name)

    def numbers(self, name: str) -> NDArray[np.float64]:
        self.at.add(name)
        return self.rows.numbers(name)

    def words(self, name: str) -> NDArray[np.object_]:
        self.at.add(name)
        return self.rows.words(name)


def read_rows(table: Table, sheet: Sheet) -> Rows[Any]:
    """Read a table; what is wrong is told in ``table.problems``, row by row.

    Returns
    -------
    Rows
        All rows, sound or not (see ``table.good``), so that what a faulty one names can still be checked; a
        cell that cannot be read holds the field's default. No row, if the headings are not sound.
    """
    headings = match_headings(table, sheet)
    if headings is None:
        return Rows(sheet.record, table.place, _empty(sheet), np.zeros(0, np.intp))
    table.headings = headings
    unread: dict[str, Bools] = {}
    columns = {
        name: _column(table, name, headings.get(name, ""), name in sheet.required, sheet.record, unread)
        for name in sheet.record.model_fields
    }
    if "published_on" in columns and "as_of" in columns:
        columns["published_on"] = _else(columns["published_on"], columns["as_of"])
    if "id" not in headings:
        columns["id"] = Column(Numbered(table.place, table.lines, table.places), np.arange(len(table.lines)))
    rows: Rows[Any] = Rows(sheet.record, table.place, columns, table.lines, table.places)
    for rule in (*sheet.record.RULES, *sheet.rules, *map(_one_filled, sheet.either)):
        looked = _Looked(rows)
        broken = rule.broken(looked)
        # What a cell that could not be read stands for breaks no rule.
        for name in looked.at & set(unread):
            broken = broken & ~unread[name]
        table.refuse(broken, rule.column, rule.text, "correct the row")
    if "id" in headings:
        _refuse_taken(table, columns["id"], headings["id"], unread.get("id"))
    return rows


def _one_filled(pair: tuple[str, str]) -> Rule:
    """Return the rule that one of two columns is filled."""
    one, other = pair
    text = f"{one} or {other} must be filled: a language is enough"
    return Rule(text, other, lambda c: np.asarray((c.words(one) == "") & (c.words(other) == "")))


def _empty(sheet: Sheet) -> dict[str, Column]:
    return {name: Column((), np.zeros(0, np.intp)) for name in sheet.record.model_fields}


def _column(
    table: Table, name: str, heading: str, required: bool, record: type[Record], unread: dict[str, Bools]
) -> Column:
    """Read one column; note in `unread` which of its rows could not be read."""
    if not heading:
        info = record.model_fields[name]
        return Column((None if info.is_required() else info.default,), _all_the_same(len(table.frame)))
    cells = read_cells(table, record, name, heading, required)
    if cells.faulty is not None:
        unread[name] = cells.faulty
    return Column(cells.values, cells.code)


def _all_the_same(count: int) -> Ints:
    """Return codes of a column that holds one value; they take no memory."""
    return np.broadcast_to(np.intp(0), count)


def _join(parts: Sequence[Column]) -> Column:
    """Put columns one after the other."""
    shift = np.cumsum([0, *(len(p.values) for p in parts)])
    code = np.concatenate([p.code + s for p, s in zip(parts, shift, strict=False)])
    return Column(tuple(v for p in parts for v in p.values), code)


def _else(column: Column, other: Column) -> Column:
    """Return a column with another's values where it is empty."""
    blank = np.array([v is None for v in column.values], bool)
    if not blank.any():
        return column
    shift = len(column.values)
    code = np.where(blank[column.code], other.code + shift, column.code)
    return Column((*column.values, *other.values), code)


def _refuse_taken(table: Table, names: Column, heading: str, unread: Bools | None) -> None:
    """Refuse ids that an earlier row has; which one is said."""
    if np.bincount(names.code, minlength=1).max() <= 1 and len(set(names.values)) == len(names.values):
        return
    first: dict[Any, int] = {}
    taken = np.zeros(len(names.code), bool)
    for row, code in enumerate(names.code.tolist()):
        if unread is not None and unread[row]:
            continue
        name = names.values[code]
        if name is not None and first.setdefault(name, row) != row:
            taken[row] = True

    def remedy(row: int) -> str:
        return f"line {table.lines[first[names.at(row)]]} has it; give this row another"

    table.refuse(taken, heading, "the id is taken", remedy)
