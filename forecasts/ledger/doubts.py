"""What is doubtful in sound figures: told, never changed; a row that says why it is right is not doubted.

Every check is one pass over columns. It looks at the figures as they were published last: what a later
publication revised is doubted no more.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.dating import late, lonely, misdated
from forecasts.ledger.fields import Kind
from forecasts.ledger.figures import ORDER, bounds_of
from forecasts.ledger.periods import LONGEST
from forecasts.ledger.records import Observation
from forecasts.ledger.rows import Rows
from forecasts.ledger.runs import Bools, Ints, Runs, repeats, series_of, sizes_of
from forecasts.ledger.scales import other_scale

#: What to do about a figure or a goal that is doubted.
ACCEPT = "correct the row, or say in its column `accepted` why it is right"

#: What is said of a figure that no goal is measured by, then.
OTHER_SCALE = "is plainly on another scale than its series: tenfold or more"

#: What is said of a series that begins anew every year: nobody can tell what its level means.
ANEW = "the series begins anew every year, but does not say so"
READ_ANEW = "it is read as counts since 1 January: declare kind flow, and give period_start"


class Doubt(NamedTuple):
    """Sound rows of which something is doubtful: table, positions, column, what it is, what to do."""

    table: str
    rows: Ints
    column: str
    rule: str
    remedy: str


def accepted(rows: Rows[Any]) -> Bools:
    """Whether each row says why it is right."""
    column = rows.columns["accepted"]
    return np.array([bool(v) for v in column.values], bool)[column.code]


def doubts_of_figures(
    rows: Rows[Observation], runs: Runs, settled: AbstractSet[str] = frozenset(),
    undeclared: AbstractSet[str] = frozenset(),
) -> Iterator[Doubt]:  # fmt: skip
    """Yield what is doubtful in figures that are sound.

    Parameters
    ----------
    rows : Rows
        Of one table or of several, joined.
    runs : Runs
        The same rows, side by side.
    settled : set of str
        Indicators whose description says why they are as they are.
    undeclared : set of str
        Indicators whose kind nobody declares.
    """
    sure = accepted(rows)
    resets = resetting(runs, rows)

    def doubt(at: Ints, column: str, rule: str, remedy: str = ACCEPT) -> Iterator[Doubt]:
        found = np.sort(at[~sure[at]])
        if len(found):
            yield Doubt("observations", found, column, rule, remedy)

    steady = runs.take(~np.isin(runs.series, runs.series[resets]))
    off, jumps = other_scale(steady)
    yield from doubt(off, "value", OTHER_SCALE)
    yield from doubt(
        jumps, "value", "from here on the series is on another scale: another unit, or rebased?",
        "bring the series to one scale, or say in `accepted` why it is right",
    )  # fmt: skip
    yield from doubt(
        falling(runs), "value", "a cumulative total must not fall",
        "correct the row, declare kind stock, or say in `accepted` why it is right",
    )  # fmt: skip
    yield from doubt(
        conflicting(rows, sure), "value", "contradicts another figure of the same day and publication",
        "both are kept, as an interval: remove one, or say in `accepted` why both are right",
    )  # fmt: skip
    yield from doubt(lonely(rows), "as_of", "lies decades from every other day of its series")
    yield from doubt(late(rows), "published_on", "lies decades after the day that the figure describes")
    yield from doubt(
        misdated(rows), "as_of", "has a figure already, and this one was published as of another day: which?"
    )
    of = rows.columns["indicator"]
    odd = np.array([str(v) not in settled for v in of.values], bool)[of.code]
    free = np.array([str(v) in undeclared for v in of.values], bool)[of.code]
    anew = runs.row[resets & odd[runs.row]]
    counts = np.isin(anew, runs.row[free[runs.row] | (runs.kind == Kind.FLOW)])
    yield from doubt(anew[counts], "value", ANEW, READ_ANEW)
    yield from doubt(anew[~counts], "value", ANEW, "declare kind flow, if it does; otherwise accept it")
    yield from doubt(
        idle_periods(runs, rows), "period_start", "has a period, but its indicator is a stock",
        "declare kind flow, if it counts a period; otherwise leave the cell empty",
    )  # fmt: skip
    yield from doubt(
        runs.row[runs.span > LONGEST], "period_start",
        "the period is longer than a year: its count stands beside no year's",
        "correct it, or give every year a row of its own",
    )  # fmt: skip


def falling(runs: Runs) -> Ints:
    """Return the rows at which a cumulative total lies below an earlier one, by their intervals."""
    seen = runs.take(np.asarray(runs.kind == Kind.CUMULATIVE, bool))
    if len(seen) < 2:
        return np.zeros(0, np.intp)
    # The largest so far within each series: shifted apart, the series keep out of each other's way.
    number = np.repeat(np.arange(len(seen.starts)), sizes_of(seen))
    rank = np.argsort(np.argsort(seen.low, kind="stable"), kind="stable")
    top = np.maximum.accumulate(rank + number * len(seen)) - number * len(seen)
    sorted_low = np.sort(seen.low)
    before = np.r_[-np.inf, sorted_low[top[:-1]]]
    before[seen.starts] = -np.inf
    return np.asarray(seen.row[seen.high < before], np.intp)


def conflicting(rows: Rows[Observation], sure: Bools) -> Ints:
    """Return the rows that contradict another one of their day, publication and standing."""
    if not repeats(rows):
        return np.zeros(0, np.intp)
    days = rows.days("as_of")
    published = np.maximum(rows.days("published_on"), days)
    rank = rows.columns["origin"].array(int, 0, ORDER)
    series = series_of(rows)
    order = np.lexsort((rank, published, days, series))
    order = order[~sure[order]]
    keys = [c[order] for c in (series, days, published, rank)]
    if len(order) < 2:
        return np.zeros(0, np.intp)
    new = np.r_[True, np.any([c[1:] != c[:-1] for c in keys], axis=0)]
    starts = np.flatnonzero(new)
    sizes = np.diff(np.r_[starts, len(order)])
    if (sizes < 2).all():
        return np.zeros(0, np.intp)
    low, high = bounds_of(rows)
    apart = np.maximum.reduceat(low[order], starts) > np.minimum.reduceat(high[order], starts)
    return np.asarray(order[np.repeat(apart, sizes)], np.intp)


def resetting(runs: Runs, rows: Rows[Observation]) -> Bools:
    """Whether each figure's series plainly begins anew every year and does not say so.

    Within each calendar year it never falls, and grows as a count would; with every new year it falls, to
    about the part of the year that has passed or less; that is seen of two new years, or of one between
    years of three figures each. Or: after figures of whole years, the newest one is about that part of the
    last.
    """
    n = len(runs)
    if n < 3:
        return np.zeros(n, bool)
    dated = ~np.isnat(rows.days("period_start"))[runs.row]
    silent = ~((runs.kind == Kind.RATE) | np.isin(runs.kind, (Kind.FLOW, Kind.CUMULATIVE)) & dated)
    year = runs.day.astype("datetime64[Y]")
    passed = ((runs.day - year.astype("datetime64[D]")).astype(float) + 1) / 365.25
    y, same = year.astype(int), runs.same
    ratio = np.divide(runs.value[1:], runs.value[:-1], out=np.full(n - 1, np.inf), where=runs.value[:-1] > 0)
    part = passed[1:] / passed[:-1]
    falls = ratio <= np.minimum(np.maximum(1.6 * part, 0.25), 0.85)
    within, turn = same & (y[1:] == y[:-1]), same & (y[1:] == y[:-1] + 1)
    # Figures of one calendar year: they never fall, and grow.
    block = np.flatnonzero(np.r_[True, ~within])
    end = np.r_[block[1:] - 1, n - 1]
    length = end - block + 1
    of = np.repeat(np.arange(len(block)), length)
    least = np.minimum(1.5, 1 + 0.3 * (passed[end] / passed[block] - 1))
    good = (length >= 2) & (runs.value[end] >= least * runs.value[block])
    np.logical_and.at(good, of[1:][within], ratio[within] >= 1.0)
    several = length >= 2
    both = turn & several[of[1:]] & several[of[:-1]]
    three = both & (length[of[1:]] >= 3) & (length[of[:-1]] >= 3)

    def total(of_figures: NDArray[np.generic]) -> Ints:
        return np.asarray(np.add.reduceat(of_figures.astype(int), runs.starts))

    opens = np.r_[True, ~within]
    every = (total(opens & (several & ~good)[of]) == 0) & (total(np.r_[False, both & ~falls]) == 0)
    turns = total(np.r_[False, both])
    saw = every & ((turns >= 2) | (total(np.r_[False, three]) >= 1))
    # Whole years, and then a part of one.
    last = np.r_[runs.starts[1:] - 1, n - 1]
    whole = passed >= 0.99
    years = total(whole) == sizes_of(runs) - 1
    fall = np.r_[False, same & falls & (part <= 0.8) & (ratio >= 0.4 * part)]
    lower = total(np.r_[False, same & (ratio < 0.9)]) == 1
    young = years & (sizes_of(runs) >= 3) & ~whole[last] & fall[last] & lower
    return np.repeat((saw | young) & np.logical_and.reduceat(silent, runs.starts), sizes_of(runs))


def idle_periods(runs: Runs, rows: Rows[Observation]) -> Ints:
    """Return the rows of stocks that give a first day of a period, which a stock does not have."""
    dated = ~np.isnat(rows.days("period_start"))[runs.row]
    return np.asarray(runs.row[dated & (runs.kind == Kind.STOCK)], np.intp)
