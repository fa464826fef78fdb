"""Units beside numbers: an indicator is counted in one; a number that carries another is refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from forecasts.ledger.records import Indicator
from forecasts.ledger.rows import Column, Rows
from forecasts.ledger.tables import Ints, Table
from forecasts.ledger.written import Unit, plain_unit, split_power

_REMEDY = "write all figures of an indicator in one unit, or leave the units away"


def settle_units(
    read: Sequence[tuple[Table, Rows[Any]]], described: Mapping[str, Indicator]
) -> list[Rows[Any]]:
    """Bring numbers that carry a unit to the unit of their indicator.

    Parameters
    ----------
    read : sequence of (Table, Rows)
        All tables of figures and goals, for one indicator has one unit throughout.
    described : mapping
        Indicators by id; of one without a unit, the unit that most of its numbers carry counts.

    Returns
    -------
    list of Rows
        The rows with their numbers in that unit; what carries another is refused in its table.
    """
    if not any(table.units for table, _ in read):
        return [rows for _, rows in read]
    common = _common_units(read)
    return [_settled(table, rows, described, common) for table, rows in read]


def _pairs(table: Table, rows: Rows[Any], field: str) -> tuple[Ints, list[tuple[str, Unit]], Ints]:
    """Return the indicators and units that stand beside each other in a column of numbers.

    Returns
    -------
    at : (K,) array of int
        Rows in which a number carries a unit.
    pairs : list of (str, Unit)
        Each indicator with each unit that its numbers carry, in the order of the rows.
    which : (K,) array of int
        The pair of each of those rows.
    """
    units, unit_of = table.units[field]
    at = np.flatnonzero(unit_of >= 0)
    named = rows.columns["indicator"]
    key = named.code[at].astype(np.int64) * len(units) + unit_of[at]
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    pairs = [(str(named.at(int(row))), units[int(unit_of[row])]) for row in at[first[order]]]
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return at, pairs, place[which]


def _common_units(read: Sequence[tuple[Table, Rows[Any]]]) -> dict[str, str]:
    """Return the unit that most numbers of an indicator carry; the first of equals."""
    count: dict[str, Counter[str]] = {}
    for table, rows in read:
        for field in _counted(table, rows):
            _, pairs, which = _pairs(table, rows, field)
            for (indicator, unit), times in zip(pairs, np.bincount(which).tolist(), strict=True):
                if unit.base:
                    count.setdefault(indicator, Counter())[unit.base] += times
    return {indicator: units.most_common(1)[0][0] for indicator, units in count.items()}


def _counted(table: Table, rows: Rows[Any]) -> list[str]:
    """Return the columns in which numbers carry units."""
    if "indicator" not in rows.columns or not len(rows):
        return []
    return [field for field in table.units if field in rows.columns]


def _settled(
    table: Table, rows: Rows[Any], described: Mapping[str, Indicator], common: Mapping[str, str]
) -> Rows[Any]:
    """Return the rows of one table with their numbers in their indicators' units."""
    columns = dict(rows.columns)
    for field in _counted(table, rows):
        at, pairs, which = _pairs(table, rows, field)
        powers = [power_beside(unit, described.get(name), common.get(name, "")) for name, unit in pairs]
        bad = np.zeros(len(rows), bool)
        bad[at[np.array([power is None for power in powers], bool)[which]]] = True
        table.refuse(bad, field, "carries another unit than its indicator", _REMEDY)
        power_of = np.array([power or 0 for power in powers], np.intp)[which]
        changed, by = at[power_of != 0], power_of[power_of != 0]
        if len(changed):
            columns[field] = _scaled(columns[field], changed, by)
            shown = f"read as {columns[field].at(int(changed[0])):f}"
            table.remark(changed, field, "is read in its indicator's unit", shown, "converted")
    return replace(rows, columns=columns, _arrays={})


def power_beside(unit: Unit, indicator: Indicator | None, common: str) -> int | None:
    """Return the power of ten by which a number is too large for its indicator; None where units differ."""
    declared = [] if indicator is None else [u for u in (indicator.unit_zh, indicator.unit_en) if u.strip()]
    if not declared:
        return 0 if unit.base in ("", common) else None
    for text in map(plain_unit, declared):
        power, base = split_power(text)
        if plain_unit(unit.base) in ("", base):
            return power
        if plain_unit(unit.text) == text:
            return unit.power
    return None


def _scaled(column: Column, rows: Ints, powers: Ints) -> Column:
    """Return a column with the numbers of some rows divided by powers of ten."""
    values, code = list(column.values), np.array(column.code)
    pairs, which = np.unique(np.c_[column.code[rows], powers], axis=0, return_inverse=True)
    code[rows] = len(values) + which.ravel()
    for old, power in pairs.tolist():
        values.append(Decimal(f"{Decimal(values[old]).scaleb(-power).normalize():f}"))
    return Column(tuple(values), code)
