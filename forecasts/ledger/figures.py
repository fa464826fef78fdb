"""The observations as columns: what was known of an indicator in a region on a day is looked up."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.fields import Confidence, Kind, Origin, Qualifier
from forecasts.ledger.history import Days, Floats, History, Ints, Timescale, interval_of
from forecasts.ledger.periods import Part, anchor_of, first_day, years_of_flow
from forecasts.ledger.records import Observation
from forecasts.ledger.rows import Column, Rows

#: Extra relative error (one standard deviation) of a row by its confidence: reposts, spun pages and
#: rows computed from rounded numbers are evidence of a weaker kind, not of the same kind.
NOISE = {Confidence.HIGH: 0.0, Confidence.MEDIUM: 0.005, Confidence.LOW: 0.03}

#: An expectation in print (预计) is a forecast of somebody, not a count.
ESTIMATE_NOISE = 0.05

#: Rows of one day: counts win over derived ones and those over estimates, then the better attested.
ORDER = {Origin.KNOWN_START: 0, Origin.PRINTED: 0, Origin.DERIVED: 3, Origin.ESTIMATE: 6}
ATTESTED = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


@dataclass(frozen=True, eq=False)
class Ids(Sequence[str]):
    """Ids of rows, written out when somebody looks at them."""

    names: Column
    rows: Ints

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> "Ids": ...

    def __getitem__(self, at: int | slice) -> "str | Ids":
        if isinstance(at, slice):
            return Ids(self.names, self.rows[at])
        return str(self.names.at(int(self.rows[at])))


@dataclass(frozen=True, slots=True)
class Span:
    """Where the rows of one indicator in one region lie, and whether each describes a day of its own."""

    first: int
    end: int
    distinct: bool


@dataclass(frozen=True, eq=False)
class Figures:
    """Observations as columns; those of one indicator and region lie side by side, by the day described.

    Attributes
    ----------
    row : (N,) array of int
        Positions in the rows that they were made of.
    as_of, known : (N,) arrays of datetime64[D]
        The day described, and the day from which it counts: published, and the day itself has come.
    low, high, noise : (N,) arrays
        See :class:`forecasts.ledger.history.History`.
    rank : (N,) array of int
        Quality: the lowest of a day wins.
    counted : (N,) array of bool
        Whether somebody counted it.
    start : (N,) array of datetime64[D]
        First day of the period that it covers; NaT where nobody says.
    least : (N,) array
        What it says for certain: the printed number itself where that is not hedged.
    spans : mapping
        By indicator and region.
    """

    names: Column
    row: Ints
    as_of: Days
    known: Days
    low: Floats
    high: Floats
    noise: Floats
    rank: Ints
    counted: NDArray[np.bool_]
    start: Days
    least: Floats
    spans: Mapping[str, Mapping[str, Span]]
    _seen: dict[tuple[Any, ...], History] = field(default_factory=dict, repr=False)
    _years: dict[Timescale, Floats] = field(default_factory=dict, repr=False)

    def regions(self, indicator: str) -> Mapping[str, Span]:
        """Return the regions that an indicator was ever published for, in the order of their names."""
        return self.spans.get(indicator, {})

    def regions_with(self, indicator: str, count: int, day: dt.date) -> list[str]:
        """Return the regions of which so many rows were known on a day, in the order of their names."""
        spans = self.regions(indicator)
        if not spans:
            return []
        first = np.array([span.first for span in spans.values()])
        start, end = int(first[0]), max(span.end for span in spans.values())
        known = np.add.reduceat(self.known[start:end] <= np.datetime64(day), first - start, dtype=int)
        return [region for region, enough in zip(spans, known >= count, strict=True) if enough]

    def history(
        self,
        indicator: str,
        region: str,
        kind: Kind,
        timescale: Timescale,
        day: dt.date | None = None,
        upper: float = np.inf,
    ) -> History:
        """Return what was known of an indicator in a region on a day; empty if nothing was.

        The same knowledge is the same object, whatever the day.

        Several rows of one day become one value: printed rows win over derived ones and those over
        estimates, then the better attested. Among the rest, what was published later revises what it
        contradicts; rows of one day of publication that contradict each other become an interval that
        covers them, so that a conflict is kept, not smoothed. An estimate (预计) is used only for a day that
        has come and that no count describes.
        """
        span = self.spans.get(indicator, {}).get(region, Span(0, 0, True))
        part = slice(span.first, span.end)
        seen = np.ones(span.end - span.first, bool) if day is None else self.known[part] <= np.datetime64(day)
        key = (indicator, region, kind, timescale, upper, seen.tobytes())
        if key not in self._seen:
            rows = np.flatnonzero(seen) + span.first
            found = self._whole_years(indicator, region, timescale, rows) if kind is Kind.FLOW else None
            if found is None:
                found = self._read(indicator, region, kind, timescale, rows, span.distinct)
            self._seen[key] = found if upper == np.inf else replace(found, upper=upper)
        return self._seen[key]

    def forget(self) -> None:
        """Let go of what was read, where so many histories were that memory matters."""
        self._seen.clear()

    def _read(
        self, indicator: str, region: str, kind: Kind, timescale: Timescale, rows: Ints, distinct: bool
    ) -> History:
        low, high, noise, days = self.low[rows], self.high[rows], self.noise[rows], self.as_of[rows]
        used = rows
        if not distinct and len(rows) > 1:
            starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
            groups = np.split(rows, starts[1:])
            merged = [self._merge(group) for group in groups]
            low, high, noise = (np.array(c, float) for c in zip(*[m[:3] for m in merged], strict=True))
            days, used = days[starts], np.concatenate([m[3] for m in merged])
        ids = Ids(self.names, self.row[used])
        found = History(
            indicator, region, kind, days, low, high, noise, timescale, ids, bool(self.counted[rows].any())
        )
        if used is rows:
            found.__dict__["years"] = self._times(timescale)[rows]
        return found

    def _times(self, timescale: Timescale) -> Floats:
        """Return the time of every figure: all at once, for thousands of short histories."""
        if timescale not in self._years:
            self._years[timescale] = timescale.years_of(self.as_of)
        return self._years[timescale]

    def _whole_years(self, indicator: str, region: str, timescale: Timescale, rows: Ints) -> History | None:
        """Read a flow as whole years; None where its rows do not say when their periods begin."""
        told = ~np.isnat(self.start[rows])
        if not told.any():
            return None
        order = np.lexsort((rows, self.start[rows], self.as_of[rows]))
        rows, told = rows[order], told[order]
        anchor = anchor_of([Part(self.start[r], self.as_of[r], 0, 0, 0, 0) for r in rows[told]])
        if anchor is None:
            return None
        # Who does not say when the period begins means the year: to its end, or until that day.
        starts = [
            self.start[r] if t else first_day(self.as_of[r], anchor) for r, t in zip(rows, told, strict=True)
        ]
        alike: dict[tuple[np.datetime64, np.datetime64], list[int]] = {}
        for row, start in zip(rows.tolist(), starts, strict=True):
            alike.setdefault((start, self.as_of[row]), []).append(row)
        parts, used = [], []
        for (start, day), some in alike.items():
            low, high, noise, kept = self._merge(np.array(sorted(some), np.intp))
            parts.append(Part(start, day, max(low, float(self.least[kept].min())), low, high, noise))
            used.append(kept)
        found = years_of_flow(parts, anchor, timescale)
        if not len(found.days):
            return None
        ids = Ids(self.names, self.row[np.concatenate(used)])
        counted = bool(self.counted[rows].any())
        return History(
            indicator, region, Kind.FLOW, found.days, found.low, found.high, found.noise, timescale, ids,
            counted, counts=found.counts,
        )  # fmt: skip

    def _merge(self, rows: Ints) -> tuple[float, float, float, Ints]:
        """Merge the rows of one day: low, high, noise, and the rows that were used."""
        best = rows[self.rank[rows] == self.rank[rows].min()]
        newest_first = np.unique(self.known[best])[::-1]
        used: list[Ints] = []
        low, high = -np.inf, np.inf
        for day in newest_first:
            group = best[self.known[best] == day]
            least, most = float(self.low[group].max()), float(self.high[group].min())
            if least > most:  # they contradict each other
                least, most = float(self.low[group].min()), float(self.high[group].max())
            if used and (least > high or most < low):
                continue  # revised since
            low, high = max(low, least), min(high, most)
            used.append(group)
        kept = np.sort(np.concatenate(used))
        return low, high, float(self.noise[kept].max()), kept


def figures_of(rows: Rows[Observation]) -> Figures:
    """Lay observations out as columns."""
    indicators, indicator = _codes(rows.columns["indicator"])
    regions, region = _codes(rows.columns["region"])
    as_of = rows.days("as_of")
    known = np.maximum(rows.days("published_on"), as_of)
    origin, confidence = rows.columns["origin"], rows.columns["confidence"]
    rank = origin.array(int, 0, ORDER) + confidence.array(int, 0, ATTESTED)
    noise = confidence.array(float, 0.0, NOISE) + np.where(
        origin.array(int, 0, ORDER) == ORDER[Origin.ESTIMATE], ESTIMATE_NOISE, 0.0
    )
    low, high = bounds_of(rows)
    plain = rows.columns["qualifier"]
    hedged = np.array([v not in (None, Qualifier.EQ) for v in plain.values], bool)[plain.code]
    least = np.where(hedged | ~np.isnan(rows.numbers("low")), low, rows.numbers("value"))
    series = indicator * (len(regions) + 1) + region

    def repeated_in(order: Ints) -> NDArray[np.bool_]:
        key, day = series[order], as_of[order]
        return np.asarray(np.r_[False, (day[1:] == day[:-1]) & (key[1:] == key[:-1])][: len(order)], bool)

    order = np.lexsort((as_of, series))
    again = repeated_in(order)
    if again.any():
        # Ties are broken by what the rows say, never by their order in the file.
        order = np.lexsort((high, low, known, rank, as_of, series))
        again = repeated_in(order)
    key, day = series[order], as_of[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(order) else np.zeros(0, np.intp)
    repeated = np.add.reduceat(again, starts) if len(starts) else starts
    spans: dict[str, dict[str, Span]] = {}
    ends = np.r_[starts[1:], len(order)].tolist() if len(starts) else []
    for first, end, twice in zip(starts.tolist(), ends, repeated.tolist(), strict=True):
        i, r = divmod(int(key[first]), len(regions) + 1)
        spans.setdefault(indicators[i], {})[regions[r]] = Span(first, end, not twice)
    start = rows.columns["origin"].array(bool, False, {o: o is Origin.KNOWN_START for o in Origin})
    return Figures(
        rows.columns["id"], order, day, known[order], low[order], high[order], noise[order], rank[order],
        ~start[order], rows.days("period_start")[order], least[order], spans,
    )  # fmt: skip


def _codes(column: Column) -> tuple[list[str], Ints]:
    """Return a column's distinct names in order, and which of them stands in each row."""
    names = sorted({str(v) for v in column.values})
    place = {name: i for i, name in enumerate(names)}
    return names, np.array([place[str(v)] for v in column.values], np.intp)[column.code]


def bounds_of(rows: Rows[Observation]) -> tuple[Floats, Floats]:
    """Return the interval of every row; most are exact figures, the others are read once a distinct text."""
    value = rows.numbers("value")
    low, high = value.copy(), value.copy()
    stated = ~np.isnan(rows.numbers("low"))
    low[stated], high[stated] = rows.numbers("low")[stated], rows.numbers("high")[stated]
    hedge, printed = rows.columns["qualifier"], rows.columns["value"]
    hedged = np.array([v is not None for v in hedge.values], bool)[hedge.code] & ~stated
    start = rows.columns["origin"].array(bool, False, {o: o is Origin.KNOWN_START for o in Origin})
    known: dict[tuple[int, int], tuple[float, float]] = {}
    for row in np.flatnonzero(hedged & ~start).tolist():
        key = (int(printed.code[row]), int(hedge.code[row]))
        if key not in known:
            known[key] = interval_of(printed.values[key[0]], hedge.values[key[1]])
        low[row], high[row] = known[key]
    return low, high
