"""Flows of a year: counts since its first day, and counts of its quarters and months, become whole years.

A flow begins anew with every year. What its rows say of a year is put together: a count since the year's
first day stands for itself; a count of a later part of it is added to what was counted until the day before.
The last count of a year is the year's, if it reaches the year's last days; else the year is not over, or
nobody has said how it ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forecasts.ledger.history import Counts
from forecasts.ledger.timescale import Days, Floats, Timescale

_Day = Any  # a scalar datetime64[D]

#: Days by which a year's first and last days may be missed and still be meant.
GRACE = 5

#: Most days of a year, and of a part of it that is no year.
LONGEST = 366 + GRACE
DAY: Final = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Part:
    """One count of a part of a year: its first and last day, and what was counted."""

    start: _Day
    day: _Day
    least: float
    low: float
    high: float
    noise: float

    @property
    def span(self) -> int:
        """Days that it covers."""
        return int((self.day - self.start) / DAY) + 1

    @property
    def middle(self) -> float:
        """The middle of what the print may mean."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, eq=False)
class Years:
    """What a flow's rows say: whole years on their last days, and what was counted within years."""

    days: Days
    low: Floats
    high: Floats
    noise: Floats
    counts: Counts


def anchor_of(parts: Sequence[Part]) -> _Day | None:
    """Return a first day of the flow's year: that of the longest count up to a year, of equals 1 January."""
    some = [part for part in parts if part.span <= LONGEST]
    if not some:
        return None
    longest = max(part.span for part in some)
    starts = sorted((_first_of_month(p.start) for p in some if p.span > longest - 4), key=_in_year)
    return starts[0]


def years_of_flow(parts: Sequence[Part], anchor: _Day, timescale: Timescale) -> Years:
    """Put the parts of years together.

    Parameters
    ----------
    parts : sequence of Part
        What was counted, from which day to which.
    anchor : datetime64[D]
        A day on which a year of the flow begins.
    timescale : Timescale
        Time on which it grows evenly within a year.

    Notes
    -----
    A year after the last whole one that was never counted to its end is worth what its last count suggests,
    as an interval from that count on; the newest of them is still being counted. Where nothing else is known
    the year before it is taken to have been like it.
    """
    by_year: dict[_Day, list[Part]] = {}
    for part in parts:
        start = first_day(part.start + GRACE * DAY, anchor)
        if part.span <= LONGEST and part.day <= _last_day(start) + GRACE * DAY:
            by_year.setdefault(start, []).append(part)
    seen = {start: counts for start, some in by_year.items() if (counts := _since_first(start, some))}
    ended = {start: c[-1] for start, c in seen.items() if c[-1].day >= _last_day(start) - GRACE * DAY}
    unended = sorted(start for start in seen if not ended or start > max(ended))
    values = {_last_day(start): whole for start, whole in ended.items()}
    values |= {_last_day(start): _guess(start, seen[start][-1], timescale) for start in unended[:-1]}
    if unended and not values:
        values[unended[-1] - DAY] = _guess(unended[-1], seen[unended[-1]][-1], timescale)
    within = [
        (start, part, ended.get(start))
        for start in sorted([*ended, *unended[-1:]])
        for part in seen[start]
        if part.day < _last_day(start) - GRACE * DAY
    ]
    days = sorted(values)
    low, high, noise = (
        np.array([getattr(values[day], name) for day in days], float) for name in ("low", "high", "noise")
    )
    inside = Counts(
        np.array([start for start, _, _ in within], "datetime64[D]"),
        np.array([part.day for _, part, _ in within], "datetime64[D]"),
        np.array([part.least for _, part, _ in within], float),
        np.array([part.middle for _, part, _ in within], float),
        np.array([np.nan if whole is None else whole.middle for _, _, whole in within], float),
    )
    return Years(np.array(days, "datetime64[D]"), low, high, noise, inside)


def _since_first(start: _Day, parts: Sequence[Part]) -> list[Part]:
    """Return what was counted from a year's first day to other days of it, oldest first."""
    known: dict[_Day, Part] = {}
    for part in sorted(parts, key=lambda p: (p.day, -p.span)):
        if part.start <= start + GRACE * DAY:
            known.setdefault(part.day, part)
            continue
        before = known.get(part.start - DAY)
        if before is not None and part.day not in known:
            known[part.day] = Part(
                start, part.day, before.least + part.least, before.low + part.low, before.high + part.high,
                max(before.noise, part.noise),
            )  # fmt: skip
    return [known[day] for day in sorted(known)]


def _guess(start: _Day, part: Part, timescale: Timescale) -> Part:
    """Return a whole year by what was counted of it: at an even pace, give or take all that is missing."""
    first, at, end = timescale.years_of(np.array([start - DAY, part.day, _last_day(start)]))
    passed = min(max((at - first) / (end - first), 0.02), 1.0)
    middle = part.middle / passed
    return Part(part.start, part.day, part.least, part.low, max(2 * middle - part.low, part.low), part.noise)


def _first_of_month(day: _Day) -> _Day:
    """Return the first day of the month that begins within a few days of a day, else the day itself."""
    near = (day + GRACE * DAY).astype("datetime64[M]").astype("datetime64[D]")
    return near if abs(near - day) <= GRACE * DAY else day


def _in_year(day: _Day) -> int:
    return int((day - day.astype("datetime64[Y]").astype("datetime64[D]")) / DAY)


def first_day(day: _Day, anchor: _Day) -> _Day:
    """Return the first day of the flow's year that a day lies in."""
    year = day.astype("datetime64[Y]")
    first = _in_years(anchor, year)
    return first if first <= day else _in_years(anchor, year - 1)


def _last_day(start: _Day) -> _Day:
    """Return the last day of the year that begins on a day."""
    return _in_years(start, start.astype("datetime64[Y]") + 1) - DAY


def _in_years(day: _Day, year: _Day) -> _Day:
    """Return the same day of another year; of 29 February the 1 March where there is none."""
    month = day.astype("datetime64[M]")
    of_year = (month - month.astype("datetime64[Y]").astype("datetime64[M]")).astype(int)
    return (year.astype("datetime64[M]") + of_year).astype("datetime64[D]") + (
        day - month.astype("datetime64[D]")
    )
