"""Doubts are found over all tables together, and told at the row of the table where each stands."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from forecasts.ledger.cells import distinct
from forecasts.ledger.doubts import ANEW, OTHER_SCALE, READ_ANEW, Doubt, doubts_of_figures
from forecasts.ledger.goals import doubts_of_goals
from forecasts.ledger.names import PERCENT, doubts_of_names
from forecasts.ledger.records import Indicator
from forecasts.ledger.rows import Column, Rows
from forecasts.ledger.runs import Bools, runs_of, series_of
from forecasts.ledger.tables import Table

#: The tables of each name, with all of their rows, sound or not.
Read = Mapping[str, Sequence[tuple[Table, Rows[Any]]]]

#: Columns of observations in which a % may stand, beside that of the number.
UNITS = ("unit", "unit_en", "unit_zh", "单位")


def doubt(
    read: Read, indicators: Mapping[str, Indicator], undeclared: AbstractSet[str] = frozenset()
) -> None:
    """Look for what is doubtful in sound rows, and tell it in the remarks of their tables.

    Parameters
    ----------
    read : mapping
        By name: observations, goals, indicators, regions.
    indicators : mapping
        All that are described, or read as something.
    undeclared : set of str
        Those of them whose kind nobody declares.
    """
    held = {
        name: Rows.join([rows.take(table.good[: len(rows)]) for table, rows in parts])
        for name, parts in read.items()
        if parts
    }
    for found in chain(_of_figures(held, indicators, undeclared), doubts_of_names(held, _marked(read))):
        offset = 0
        for table, rows in read[found.table]:
            sound = np.flatnonzero(table.good[: len(rows)])
            mine = found.rows[(found.rows >= offset) & (found.rows < offset + len(sound))] - offset
            column = table.headings.get(found.column) or found.column
            table.remark(sound[mine], column, found.rule, found.remedy)
            offset += len(sound)


def _of_figures(
    held: Mapping[str, Rows[Any]], indicators: Mapping[str, Indicator], undeclared: AbstractSet[str]
) -> Iterator[Doubt]:
    if "observations" not in held:
        return
    rows = held["observations"]
    runs = runs_of(rows, {name: one.kind for name, one in indicators.items()})
    settled = {name for name, one in indicators.items() if one.accepted}
    told = list(doubts_of_figures(rows, runs, settled, undeclared))
    yield from told
    if "goals" in held:
        # A goal is not doubted for the sake of a figure that is.
        off = [found.rows for found in told if found.rule == OTHER_SCALE]
        runs = runs.take(~np.isin(runs.row, np.concatenate(off))) if off else runs
        yield from doubts_of_goals(held["goals"], rows, runs, indicators)


def _marked(read: Read) -> Bools | None:
    """Return which sound observations have a % beside the number or in their unit."""
    found = []
    for table, rows in read.get("observations", ()):
        if table.headless:
            continue
        some = np.zeros(len(table.frame), bool)
        if PERCENT.search(table.headings.get("value", "")):
            some[:] = True
        for name in {table.headings.get("value", "value"), *UNITS}:
            if name in table.frame and table.frame[name].dtype.kind not in "biuf":
                code, cells = distinct(table.frame[name])
                some |= np.array([PERCENT.search(str(c)) is not None for c in cells], bool)[code]
        found.append(some[: len(rows)][table.good[: len(rows)]])
    return np.concatenate(found) if found else None


def counts_since_january(table: Table, rows: Rows[Any]) -> tuple[Rows[Any], set[str]]:
    """Read series that begin anew every year, as is told of them, as counts since 1 January.

    Returns
    -------
    rows : Rows
        With a first day of their period where they give none.
    indicators : set of str
        Those that count a period, then.
    """
    told = [r for r in table.remarks if r.problem.rule == ANEW and r.problem.remedy == READ_ANEW]
    if not told:
        return rows, set()
    series, some = series_of(rows), np.concatenate([np.array(r.rows, np.intp) for r in told])
    named = rows.columns["indicator"]
    of = np.isin(series, series[some]) & np.isnat(rows.days("period_start"))
    start, as_of = rows.columns["period_start"], rows.columns["as_of"]
    first = [None if day is None else day.replace(month=1, day=1) for day in as_of.values]
    code = np.where(of, as_of.code + len(start.values), start.code)
    columns = {**rows.columns, "period_start": Column((*start.values, *first), code)}
    indicators = {str(named.at(int(row))) for row in some}
    return replace(rows, columns=columns, _arrays={}), indicators
