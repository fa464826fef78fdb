"""The cells of a column, each distinct one read once: as people write, then by the field's rules."""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from forecasts.ledger.fields import Label, Name, Note, Text
from forecasts.ledger.letters import is_plain
from forecasts.ledger.problems import shown
from forecasts.ledger.raw import Broken
from forecasts.ledger.records import Record
from forecasts.ledger.tables import Table
from forecasts.ledger.written import Readings, Unit, read_numbers, same_unit
from forecasts.ledger.written_days import read_days
from forecasts.ledger.written_words import read_words

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

#: Rules of fields that take a plain text as it is.
PLAIN_TEXTS = [FieldInfo.from_annotation(kind).metadata for kind in (Name, Text, Label, Note)]

#: Cells that are read at once: where one of them breaks a rule, all are read again, one by one.
TOGETHER = 100

#: Columns in which a period stands for its first day.
STARTS = ("period_start",)


#: Columns of names, and what is hardly one; NA is a country.
NAMES = ("id", "region", "indicator")
_NO_NAME = re.compile(r"nan|null|none|#?n/a|#\w+[!?]|[-.…*?—]{1,3}|-[0-9.]+", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Cells:
    """A column that was read: its values, which stands in each row, and the rows that could not be read."""

    values: Sequence[Any]
    code: Ints
    faulty: Bools | None


def read_cells(table: Table, record: type[Record], name: str, heading: str, required: bool) -> Cells:
    """Read the column of one field; refuse the cells that cannot be read, and tell of other forms."""
    info = record.model_fields[name]
    default = None if info.is_required() else info.default
    code, cells = distinct(table.frame[heading])
    odd = {i: (cell.rule, cell.remedy) for i, cell in enumerate(cells) if isinstance(cell, Broken)}
    filled = [i for i, cell in enumerate(cells) if i not in odd and cell != ""]
    found = _readings(table, record, name, [cells[i] for i in filled])
    values = [default] * len(cells)
    for i, value in zip(filled, found.values, strict=True):
        values[i] = value
    for at in found.faults:
        values[filled[at]] = default
    faults: dict[tuple[str, str], list[int]] = {}
    for i, fault in odd.items():
        faults.setdefault(fault, []).append(i)
    for at, fault in found.faults.items():
        faults.setdefault(fault, []).append(filled[at])
    for (rule, remedy), some in faults.items():
        table.refuse(_among(code, some, len(cells)), heading, rule, remedy)
    faulty = [i for some in faults.values() for i in some]
    if required and (blank := [i for i, cell in enumerate(cells) if cell == ""]):
        table.refuse(_among(code, blank, len(cells)), heading, "must not be empty", "fill the cell")
        faulty += blank
    _tell(table, name, heading, found, filled, code)
    if name in NAMES and (
        odd_names := [i for i, v in enumerate(values) if isinstance(v, str) and _NO_NAME.fullmatch(v)]
    ):
        rule = "looks like a cell without a value, and is read as a name"
        table.remark(_among(code, odd_names, len(cells)), heading, rule, "correct it, or leave the row out")
    unread = _among(code, faulty, len(cells)) if faulty else None
    return Cells(tuple(values), code, unread if unread is not None and unread.any() else None)


def _among(code: Ints, some: Sequence[int], count: int) -> Bools:
    """Return the rows that hold one of some distinct cells."""
    chosen = np.zeros(count, bool)
    chosen[list(some)] = True
    return np.asarray(chosen[code])


def _tell(table: Table, name: str, heading: str, found: Readings, filled: Sequence[int], code: Ints) -> None:
    """Tell every form in which cells were read, once, and keep their units."""
    if units := {at: unit for at, unit in found.units.items() if at not in found.faults}:
        distinct_units = tuple(dict.fromkeys(units.values()))
        number = {unit: i for i, unit in enumerate(distinct_units)}
        which = np.full(int(code.max(initial=0)) + 1, -1)
        for at, unit in units.items():
            which[filled[at]] = number[unit]
        table.units[name] = (distinct_units, which[code])
    forms: dict[str, list[int]] = {}
    for at, form in found.told.items():
        if at not in found.faults:
            forms.setdefault(form, []).append(at)
    means = {filled[at]: found.values[at] for some in forms.values() for at in some}
    for form, some in forms.items():
        rows = np.flatnonzero(_among(code, [filled[at] for at in some], int(code.max()) + 1))
        if len(rows):
            shown = _shown(means[int(code[rows[0]])])
            table.remark(rows, heading, form, "" if form.endswith(shown) else f"read as {shown}", "converted")


def _shown(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _readings(table: Table, record: type[Record], name: str, cells: list[Any]) -> Readings:
    """Understand the distinct cells of a column, and keep the field's own rules."""
    kind = _type_of(record.model_fields[name].annotation)
    if kind is dt.date:
        return read_days(cells, name in STARTS, table.serials)
    if kind is Decimal or kind is float:
        found = read_numbers(cells, table.semicolons)
        if name in table.heading_units:
            _carry_on(found, table.heading_units[name])
    elif kind is bool or issubclass(kind, StrEnum):
        found = read_words(cells, kind)
    else:
        found = Readings(cells)
    keep = _rules(record, name)
    values = found.values
    if kind is Decimal and _extremes_pass([v for i, v in enumerate(values) if i not in found.faults], keep):
        return found
    rest = [i for i in range(len(values)) if i not in found.faults]
    if record.model_fields[name].metadata in PLAIN_TEXTS:
        rest = [i for i in rest if not is_plain(values[i])]
    if kind is float:
        for i in rest:
            value = values[i]
            values[i] = float(value) if isinstance(value, Decimal) else value
    for low in range(0, len(rest), TOGETHER):
        _keep_some(found, rest[low : low + TOGETHER], record, name)
    return found


def _keep_some(found: Readings, some: Sequence[int], record: type[Record], name: str) -> None:
    """Keep the field's rules in some cells: at once, and one by one where one breaks a rule."""
    values, keep = found.values, _rules(record, name)
    try:
        kept = keep([values[i] for i in some])
    except ValidationError:
        for i in some:
            try:
                values[i] = keep([values[i]])[0]
            except ValidationError as error:
                found.faults[i] = (_rule_of(error), "correct the value")
    else:
        for i, value in zip(some, kept, strict=True):
            values[i] = value


def _carry_on(found: Readings, heading: Unit) -> None:
    """Let every number carry the unit of its heading; one that carries another is refused."""
    for i, value in enumerate(found.values):
        own = found.units.get(i)
        if i in found.faults or not isinstance(value, int | float | Decimal) or isinstance(value, bool):
            continue
        if own is None:
            if heading.power and math.isfinite(value):
                found.values[i] = Decimal(f"{Decimal(str(value)).scaleb(heading.power):f}")
            found.units[i] = heading
        elif same_unit(own.text, heading.text) or (
            own.base and not heading.power and same_unit(own.base, heading.base)
        ):
            continue
        elif not own.base and not heading.power:
            found.units[i] = Unit(f"{own.text}{heading.text}", heading.base, own.power)
        else:
            found.faults[i] = ("carries another unit than its heading", "name the unit in one place")


def _extremes_pass(values: Sequence[Any], keep: Callable[[list[Any]], list[Any]]) -> bool:
    """Whether decimal numbers keep rules that are bounds: all of them do where the lowest and highest do."""
    if not values or not all(type(value) is Decimal for value in values):
        return False
    try:
        keep([min(values), max(values)])
    except ValidationError:
        return False
    return True


def _type_of(annotation: Any) -> type:
    """Return the type that a field holds, without what may be left out and what is checked."""
    while get_origin(annotation) is not None:
        parts = get_args(annotation)
        if get_origin(annotation) is Annotated:
            annotation = parts[0]
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next(part for part in parts if part is not type(None))
        else:
            return object
    return annotation if isinstance(annotation, type) else object


@cache
def _rules(record: type[Record], name: str) -> Callable[[list[Any]], list[Any]]:
    """Return what reads cells of a field by the field's own rules."""
    info = record.model_fields[name]
    kind: Any = info.annotation
    for rule in info.metadata:
        kind = Annotated[kind, rule]
    adapter: TypeAdapter[list[Any]] = TypeAdapter(list[kind])
    return adapter.validate_python


#: Types of columns in which equal cells are the same, and none is odd.
_ALIKE = ("string", "integer", "floating", "date", "datetime", "datetime64", "empty")


def distinct(cells: "pd.Series[Any]") -> tuple[Ints, list[Any]]:
    """Return a column's distinct cells, an empty one as an empty text, and which stands in each row.

    A cell that can be no value of any column becomes a :class:`~forecasts.ledger.raw.Broken` one.
    """
    if cells.dtype == object and pd.api.types.infer_dtype(cells) not in _ALIKE:
        cells = _told_apart(cells)
    try:
        code, found = pd.factorize(cells, use_na_sentinel=True)
    except (TypeError, NotImplementedError):  # cells that are lists or the like
        code, found = pd.factorize(_told_apart(cells), use_na_sentinel=True)
    texts = [_plain(c) for c in found.tolist()]
    return np.where(code < 0, len(texts), code).astype(np.intp), [*texts, ""]


def _told_apart(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return cells of which those that are equal are the same: True and 1 are equal, but one is no number."""
    held = (str(cell) if isinstance(cell, bool | np.bool_) else _plain(cell) for cell in cells)
    return pd.Series(list(held), dtype=object)


def _plain(cell: Any) -> Any:
    """Return a cell as a value of Python's: text, number, day, period; a broken one where it is none.

    A text of nothing but blanks is an empty one.
    """
    if type(cell) is str:
        return cell if cell.strip() else ""
    if isinstance(cell, np.generic):
        cell = cell.astype("datetime64[us]").item() if isinstance(cell, np.datetime64) else cell.item()
        cell = float(cell) if isinstance(cell, np.floating) else cell
    if isinstance(cell, Decimal) and cell.is_snan():
        return Broken("sNaN", *_NO_VALUE)
    if isinstance(cell, int) and cell.bit_length() > 2_000:
        return Broken(
            f"about 10^{cell.bit_length() * 0.30103:.0f}", "has too many digits", "correct the value"
        )
    if isinstance(cell, str):
        return cell if cell.strip() else ""
    if isinstance(cell, int | float | Decimal | dt.date | pd.Period | Broken) or cell is None:
        return cell
    return cell if cell is pd.NaT or cell is pd.NA else Broken(shown(cell), *_NO_VALUE)


_NO_VALUE = ("holds no plain value", "write one text, number or day in a cell")


def _rule_of(error: ValidationError) -> str:
    message = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
