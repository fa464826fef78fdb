"""What a kind allows: no stock, total or share below zero, no share above its upper bound."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forecasts.ledger.doubts import accepted
from forecasts.ledger.fields import Comparison, Kind
from forecasts.ledger.records import Indicator
from forecasts.ledger.rows import Rows
from forecasts.ledger.runs import Bools
from forecasts.ledger.tables import Table

#: The upper bound of a share that states none.
HUNDRED = 100.0

#: Below zero in so many rows of an indicator that nobody describes, or in this part of them, it is no slip.
SEVERAL, PART = 2, 0.05


def refuse_by_kind(
    table: Table, rows: Rows[Any], indicators: Mapping[str, Indicator], goals: bool = False
) -> None:
    """Refuse figures, or goals, that their indicator's kind does not allow.

    A goal beyond a share's upper bound is no fault: it is not to be reached. Of an indicator that is not
    among those given, nothing is refused.
    """
    if not len(rows):
        return
    column = rows.columns["indicator"]
    found = [indicators.get(str(v)) for v in column.values]
    for kind in Kind:
        of = np.array([one is not None and one.kind is kind for one in found], bool)[column.code]
        if kind is Kind.RATE or not of.any():
            continue
        if kind is Kind.FLOW:
            _doubt_net_flows(table, rows, of & ~_of_net(found)[column.code], goals)
            continue
        a = "a cumulative total" if kind is Kind.CUMULATIVE else f"a {kind.value}"
        remedy = "correct the value; what may be negative is of kind rate, or a net flow"
        for name in ("value",) if goals else ("value", "low", "high"):
            below = of & (rows.numbers(name) < 0)
            what = f"a goal of {a}" if goals else a
            table.refuse(below, name, f"{what} must not be negative", remedy)
    if goals:
        return
    upper = [np.inf if one is None or one.kind is not Kind.SHARE else one.upper or HUNDRED for one in found]
    for bound in sorted({u for u in upper if u < np.inf}):
        of = np.array([u == bound for u in upper], bool)[column.code]
        for name in ("value", "low", "high"):
            remedy = "correct the value, or state the upper bound in the column `upper` of the indicator"
            table.refuse(
                of & (rows.numbers(name) > bound), name, f"a share must not be above {bound:g}", remedy
            )


#: What says that a flow is one of comings less goings, which may be below zero.
NET = re.compile(r"(?<![a-z])net(?![a-z])|净", re.IGNORECASE)


def says_net(indicator: Indicator) -> bool:
    """Whether an indicator's id, name or scope says that it is counted net."""
    said = (indicator.id, indicator.name_en, indicator.name_zh, indicator.scope_en, indicator.scope_zh)
    return any(NET.search(text) for text in said)


def _of_net(found: Sequence[Indicator | None]) -> Bools:
    return np.array([one is not None and says_net(one) for one in found], bool)


def _doubt_net_flows(table: Table, rows: Rows[Any], of: Bools, goals: bool) -> None:
    """Tell flows that are below zero although nothing says that they are net ones: those may well be."""
    open_ = of & table.good[: len(rows)] & ~accepted(rows)
    what = "a goal of a flow" if goals else "a flow"
    rule = f"{what} is below zero, and nothing says that it is counted net"
    remedy = "correct the row, say net (净) in the indicator's name or scope, or accept it"
    for name in ("value",) if goals else ("value", "low", "high"):
        below = open_ & (rows.numbers(name) < 0)
        table.remark(below, name, rule, remedy)
        open_ &= ~below


def refuse_empty_goals(table: Table, rows: Rows[Any], indicators: Mapping[str, Indicator]) -> None:
    """Refuse goals that ask for at least nothing, or for less: they say nothing of a quantity above zero."""
    if len(rows):
        table.refuse(empty_goals(rows, indicators), "value", "must be above zero", "correct the row")


def empty_goals(rows: Rows[Any], indicators: Mapping[str, Indicator]) -> Bools:
    """Return which goals ask of a quantity that is never below zero to be at least nothing, or less."""
    column, asked = rows.columns["indicator"], rows.columns["comparison"]
    kinds = [indicators.get(str(v)) for v in column.values]
    counts = np.array([one is not None and _never_below(one) for one in kinds], bool)[column.code]
    most = np.array([v is Comparison.AT_MOST for v in asked.values], bool)[asked.code]
    return np.asarray(counts & (rows.numbers("value") == 0) & ~most)


def _never_below(one: Indicator) -> bool:
    return one.kind is not Kind.RATE and not (one.kind is Kind.FLOW and says_net(one))


def plainly_rates(rows: Rows[Any], indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Return the indicators that nobody describes and that are below zero too often for a slip."""
    value, column = rows.numbers("value"), rows.columns["indicator"]
    if not (value < 0).any():
        return ()
    below = np.bincount(column.code[value < 0], minlength=len(column.values))
    all_ = np.bincount(column.code, minlength=len(column.values))
    total: dict[str, list[int]] = {}
    for name, less, every in zip(map(str, column.values), below.tolist(), all_.tolist(), strict=True):
        seen = total.setdefault(name, [0, 0])
        seen[0] += less
        seen[1] += every
    return tuple(
        name
        for name, (less, every) in total.items()
        if name not in indicators and less and (less >= SEVERAL or less >= PART * every)
    )
