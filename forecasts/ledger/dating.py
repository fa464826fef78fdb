"""Which days of sound figures are plainly odd: far from all others, or of a day that has its figure."""

import numpy as np

from forecasts.ledger.records import Observation
from forecasts.ledger.rows import Rows
from forecasts.ledger.runs import Ints, by_day, series_of

#: So far from every other day of its series, and from its publication, nobody counts.
FAR = np.timedelta64(40 * 365, "D")

#: Figures of one publication appear within so many days.
TOGETHER = np.timedelta64(31, "D")

#: Days from one figure to the next, at least.
LEAST_STEP = 27


def _by_series(rows: Rows[Observation]) -> tuple[Ints, Ints]:
    """Return an order by series and day, and where in it a series begins."""
    order = by_day(rows)
    found = series_of(rows)[order]
    return order, np.flatnonzero(np.r_[True, found[1:] != found[:-1]])


def lonely(rows: Rows[Observation]) -> Ints:
    """Return the rows whose day lies decades from every other day of their series."""
    if len(rows) < 3:
        return np.zeros(0, np.intp)
    order, starts = _by_series(rows)
    gap = np.diff(rows.days("as_of")[order])
    apart = gap >= FAR
    far = np.r_[True, apart] & np.r_[apart, True]
    # Beside another series there is no gap: only inside of one is a day far from others.
    first = np.zeros(len(order), bool)
    first[starts] = True
    last = np.r_[first[1:], True]
    far = np.where(first, np.r_[apart, False] & ~last, np.where(last, np.r_[False, apart], far))
    sizes = np.diff(np.r_[starts, len(order)])
    return np.asarray(order[far & (np.repeat(sizes, sizes) >= 3)], np.intp)


def late(rows: Rows[Observation]) -> Ints:
    """Return the rows that are published decades after the day that they describe."""
    return np.flatnonzero(rows.days("published_on") - rows.days("as_of") >= FAR)


def misdated(rows: Rows[Observation]) -> Ints:
    """Return the rows that are published as the figure of another day most likely is.

    Of a day that has a figure already, longer after it by a whole step of the series than any other figure
    is, and in a publication that brings nothing else of the series.
    """
    n = len(rows)
    if n < 4:
        return np.zeros(0, np.intp)
    order, starts = _by_series(rows)
    day, published = rows.days("as_of")[order], rows.days("published_on")[order]
    inside = np.ones(n, bool)
    inside[starts] = False
    again = inside & np.r_[False, day[1:] == day[:-1]]
    # The longest lag of a series, by more than any step there is: only those are looked at one by one.
    ends = np.r_[starts[1:], n]
    owner = np.repeat(np.arange(len(starts)), ends - starts)
    lag = (published - day).astype(np.int64)
    by_lag = np.lexsort((lag, owner))
    longest = np.zeros(n, bool)
    longest[by_lag[ends - 1]] = (
        lag[by_lag[ends - 1]] >= lag[by_lag[np.maximum(ends - 2, starts)]] + LEAST_STEP
    )
    found: list[int] = []
    for k in np.flatnonzero(again & longest).tolist():
        part = slice(int(starts[owner[k]]), int(ends[owner[k]]))
        others = np.arange(part.start, part.stop) != k
        days = np.unique(day[part])
        if len(days) < 3 or (np.abs(published[part][others] - published[k]) <= TOGETHER).any():
            continue
        step = float(np.median(np.diff(days).astype(np.int64)))
        if lag[k] >= lag[part][others].max() + 0.9 * step:
            found.append(int(order[k]))
    return np.array(found, np.intp)
