"""What is doubtful in sound goals: another scale than the series, met long since, a tolerance of any size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from forecasts.ledger.doubts import ACCEPT, Doubt, accepted
from forecasts.ledger.fields import Kind
from forecasts.ledger.kinds import HUNDRED, empty_goals
from forecasts.ledger.records import Goal, Indicator, Observation
from forecasts.ledger.rows import Rows
from forecasts.ledger.runs import Bools, Floats, Ints, Runs, sizes_of
from forecasts.ledger.scales import FEW, SCALE

#: A goal grows by no more than this, in powers of ten a year, beyond what its series ever did.
AHEAD = 0.02

#: So far off, in powers of ten, what its series could bring, a goal is plainly another quantity's: where the
#: series shows how it grows, and where it does not, or counts but few.
OFF, OFF_AT_ALL = 0.45, SCALE

#: A goal that the newest figure exceeds by this factor on the day it is announced asks for nothing.
LONG_SINCE = 2.0

#: Of a number that is nearly reached, no more than this part is missing.
NEARLY = 0.1


def doubts_of_goals(
    goals: Rows[Goal], rows: Rows[Observation], runs: Runs, indicators: Mapping[str, Indicator]
) -> Iterator[Doubt]:
    """Yield what is doubtful in goals that are sound.

    Parameters
    ----------
    goals, rows : Rows
        Of one table or of several, joined.
    runs : Runs
        The observations, side by side.
    indicators : mapping
        All that are described, or read as something.
    """
    if not len(goals):
        return
    sure = accepted(goals)
    rules = (
        ("tolerance", wide(goals, indicators), "a goal that may be missed by so much asks for nothing"),
        (
            "value",
            empty_goals(goals, indicators),
            "the quantity is never below zero: the goal asks for nothing",
        ),
    )
    for column, found, rule in rules:
        if (found & ~sure).any():
            yield Doubt("goals", np.flatnonzero(found & ~sure), column, rule, ACCEPT)
    newest = _newest(goals, rows, runs)
    if newest is None:
        return
    off, met = _off(newest), _met_by_far(newest)
    rules = (
        ("value", off, "is plainly on another scale than the last figure of its series: a slip?"),
        ("value", met & ~off, "the newest figure exceeds it by far already on the day it is announced"),
    )
    for column, found, rule in rules:
        if (found & ~sure).any():
            yield Doubt("goals", np.flatnonzero(found & ~sure), column, rule, ACCEPT)


def wide(goals: Rows[Goal], indicators: Mapping[str, Indicator]) -> Bools:
    """Return the goals that may be missed by so much that nothing is asked.

    More than a tenth of the value; of a share, more than a tenth of what there is; of a rate, all of it.
    """
    column = goals.columns["indicator"]
    found = [indicators.get(str(v)) for v in column.values]
    upper = [HUNDRED if one is None or one.upper is None else one.upper for one in found]
    value, tolerance = np.abs(goals.numbers("value")), goals.numbers("tolerance")
    most = np.where(value > 0, NEARLY * value, np.inf)
    of = {kind: np.array([one is not None and one.kind is kind for one in found], bool)[column.code]
          for kind in (Kind.SHARE, Kind.RATE)}  # fmt: skip
    most = np.where(of[Kind.SHARE], NEARLY * np.array(upper)[column.code], most)
    with np.errstate(invalid="ignore"):
        all_of_it = of[Kind.RATE] & (tolerance >= np.where(value > 0, value, HUNDRED))
        return np.asarray(all_of_it | (~of[Kind.RATE] & (tolerance > most)))


@dataclass(frozen=True, eq=False)
class Newest:
    """Beside every goal of a series above zero, what its series was on the day it was announced.

    Attributes
    ----------
    known, told, under : (n,) arrays of bool
        Whether there is such a series; whether that day is stated, and not the deadline in its place; whether
        the goal asks for less.
    value, last, low, high, most : (n,) arrays
        The goal's, the newest figure's with its interval, and the largest of the series.
    flow, year : (n,) arrays of bool
        Whether it is a flow; whether the newest figure counts a whole year, or does not say what it counts.
    grown : (n,) array of bool
        Whether the series shows how it grows.
    fastest, years : (n,) arrays
        The largest step of the series (powers of ten a year); years from the newest figure to the deadline.
    """

    known: Bools
    told: Bools
    under: Bools
    value: Floats
    last: Floats
    low: Floats
    high: Floats
    most: Floats
    flow: Bools
    year: Bools
    grown: Bools
    fastest: Floats
    years: Floats


def _newest(goals: Rows[Goal], rows: Rows[Observation], runs: Runs) -> Newest | None:
    """Lay the newest figures beside the goals; None where no series has any above zero."""
    seen = runs.take(np.asarray((runs.value > 0) & (runs.kind != Kind.RATE), bool))
    if not len(seen):
        return None
    first = seen.starts
    of = _series(goals, rows, seen)
    at = np.maximum(of, 0)
    deadline, announced = goals.days("deadline"), goals.days("announced_on")
    by = np.where(np.isnat(announced), deadline, np.minimum(announced, deadline)).astype("datetime64[D]")
    number = np.repeat(np.arange(len(first)), sizes_of(seen))
    day = seen.day.astype("datetime64[D]").astype(np.int64)
    shift = np.int64(4_000_000)
    key = number.astype(np.int64) * shift + day + 1_000_000
    wanted = of.astype(np.int64) * shift + by.astype(np.int64) + 1_000_000
    found = np.searchsorted(key, wanted, side="right") - 1
    last = np.maximum(found, first[at])
    gap = np.diff(seen.time)
    speed = np.where(seen.same, np.abs(np.diff(np.log10(seen.value))) / np.maximum(gap, 0.5), 0.0)
    less = goals.columns["comparison"]
    return Newest(
        known=of >= 0,
        told=~np.isnat(announced) & (found >= first[at]),
        under=np.array([v is not None and v.asks_less for v in less.values], bool)[less.code],
        value=goals.numbers("value"),
        last=seen.value[last],
        low=seen.low[last],
        high=seen.high[last],
        most=np.maximum.reduceat(seen.value, first)[at],
        flow=np.asarray(seen.kind[last] == Kind.FLOW, bool),
        year=np.asarray((seen.span[last] == 1) | (seen.span[last] >= 360)),
        grown=(sizes_of(seen) >= 3)[at],
        fastest=np.minimum(np.maximum.reduceat(np.r_[0.0, speed], first), 1.0)[at],
        years=np.maximum((deadline - seen.day[last]).astype(float) / 365.25, 0.0),
    )


def _series(goals: Rows[Goal], rows: Rows[Observation], seen: Runs) -> Ints:
    """Return the number of each goal's series among those seen; -1 where there is none."""
    indicator, region = (_numbers(goals, rows, name) for name in ("indicator", "region"))
    asked = indicator * (len(rows.columns["region"].values) + 1) + region
    there = seen.series[seen.starts]
    at = np.minimum(np.searchsorted(there, asked), len(there) - 1)
    return np.where((indicator >= 0) & (region >= 0) & (there[at] == asked), at, -1)


def _numbers(goals: Rows[Goal], rows: Rows[Observation], name: str) -> Ints:
    """Return the number of each goal's indicator or region among those of the figures; -1 = it is none."""
    number, column = rows.numbering(name), goals.columns[name]
    return np.array([number.get(str(v), -1) for v in column.values], np.intp)[column.code]


def _off(n: Newest) -> Bools:
    """Return the goals that lie far off the last figure known, and what growth could bring."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ahead = np.log10(n.value) - np.log10(n.last)
        # A count within a year is small at first; the goal may be one of the whole year.
        most = np.log10(n.value) - np.log10(n.most)
        nearer = np.where(np.abs(most) < np.abs(ahead), most, ahead)
        off = np.where(n.flow, nearer, ahead)
        # Only towards the goal does time bring a series on.
        room = np.where((off > 0) != n.under, (AHEAD + n.fastest) * n.years, 0.0)
        least = np.where(n.grown & (n.last >= FEW), OFF, OFF_AT_ALL)
        return np.asarray(n.known & (n.value > 0) & (np.abs(off) >= least + room))


def _met_by_far(n: Newest) -> Bools:
    """Return the goals that the newest figure exceeds, or undercuts, by far before anybody announced them."""
    above = ~n.under & (n.low >= LONG_SINCE * n.value)
    # A count of a part of a year says nothing of how little the whole of it may be.
    below = n.under & (n.high * LONG_SINCE <= n.value) & (~n.flow | n.year)
    return np.asarray(n.known & n.told & (n.value > 0) & (above | below))
