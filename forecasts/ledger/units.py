"""Units beside numbers: an indicator is counted in one; a number that carries another is refused."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from forecasts.ledger.records import Indicator
from forecasts.ledger.rows import Column, Rows
from forecasts.ledger.tables import Table
from forecasts.ledger.written import Unit, Unread, plain_text, split_power

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


def _carried(table: Table, rows: Rows[Any]) -> Iterable[tuple[str, int, str, Unit]]:
    """Yield field, row, indicator and unit of all numbers that carry one."""
    for field, units in table.units.items():
        if field in rows.columns and len(rows):
            for row, unit in units.items():
                yield field, row, str(rows.columns["indicator"].at(row)), unit


def _common_units(read: Sequence[tuple[Table, Rows[Any]]]) -> dict[str, str]:
    """Return the unit that most numbers of an indicator carry; the first of equals."""
    count: dict[str, Counter[str]] = {}
    for table, rows in read:
        if "indicator" in rows.columns:
            for _, _, indicator, unit in _carried(table, rows):
                if unit.base:
                    count.setdefault(indicator, Counter())[unit.base] += 1
    return {indicator: units.most_common(1)[0][0] for indicator, units in count.items()}


def _settled(
    table: Table, rows: Rows[Any], described: Mapping[str, Indicator], common: Mapping[str, str]
) -> Rows[Any]:
    """Return the rows of one table with their numbers in their indicators' units."""
    if "indicator" not in rows.columns or not table.units:
        return rows
    changed: dict[str, dict[int, int]] = {}
    other: dict[str, list[int]] = {}
    for field, row, indicator, unit in _carried(table, rows):
        power = _power(unit, described.get(indicator), common.get(indicator, ""))
        if power is None:
            other.setdefault(field, []).append(row)
        elif power:
            changed.setdefault(field, {})[row] = power
    for field, some in other.items():
        bad = np.zeros(len(rows), bool)
        bad[some] = True
        table.refuse(bad, field, "carries another unit than its indicator", _REMEDY)
    columns = {**rows.columns, **{f: _scaled(rows.columns[f], powers) for f, powers in changed.items()}}
    for field, powers in changed.items():
        first = min(powers)
        shown = f"read as {columns[field].at(first):f}"
        table.remark(np.array(sorted(powers)), field, "is read in its indicator's unit", shown, "converted")
    return replace(rows, columns=columns, _arrays={}) if changed else rows


def _power(unit: Unit, indicator: Indicator | None, common: str) -> int | None:
    """Return the power of ten by which a number is too large for its indicator; None where units differ."""
    declared = [] if indicator is None else [u for u in (indicator.unit_zh, indicator.unit_en) if u.strip()]
    if not declared:
        return 0 if unit.base in ("", common) else None
    for text in map(_plain, declared):
        power, base = split_power(text)
        if _plain(unit.base) in ("", base):
            return power
        if _plain(unit.text) == text:
            return unit.power
    return None


def _plain(unit: str) -> str:
    """Return a unit in one width, case and spelling."""
    try:
        text = plain_text(unit).casefold()
    except Unread:
        return unit
    return "%" if text in ("percent", "per cent", "pct", "百分比") else text


def _scaled(column: Column, powers: Mapping[int, int]) -> Column:
    """Return a column with the numbers of some rows divided by powers of ten."""
    values, code = list(column.values), np.array(column.code)
    for row, power in powers.items():
        code[row] = len(values)
        values.append(Decimal(f"{Decimal(column.at(row)).scaleb(-power):f}"))
    return Column(tuple(values), code)
