"""The growth-goal benchmark as questions with known outcomes, as they could be asked on the day.

Beside the benchmark's own units there are young cumulative totals made from its long yearly series, and
histories cut to their last one, two, three figures. Whoever is asked about has the class that was known by
then: the other series of its indicator, up to the day of its last figure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.engine.ask import Ask, Peers
from forecasts.engine.learned import FEW
from forecasts.engine.pace import class_pace, newest_pace
from forecasts.engine.series import Series, borrows

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Years between two values, by the benchmark's frequencies.
STEP = {"Y": 1.0, "Q": 0.25, "M": 1 / 12}

#: Goal levels: multiples of the recent pace.
LEVELS = (0.5, 0.8, 1.0, 1.2, 1.5)

#: Columns that the training part must have.
COLUMNS = (
    "unit_id",
    "series_id",
    "source",
    "freq",
    "ds",
    "history",
    "h",
    "n_label",
    "m",
    "g",
    "target",
    "actual",
    "outcome",
)

#: Fast-growing classes, the nearest thing to a young domain.
FAST = tuple(
    f"GAP-{name}"
    for name in ("cell_phones_total", "internet_users", "broadband_subscribers", "personal_computers_total")
)

#: What a made total's name begins with.
MADE = "CUM-"

#: A goal set from the class's pace asks for at least so much growth.
LEAST_GROWTH = 0.002


@dataclass(frozen=True, eq=False)
class Unit:
    """One question with its outcome.

    Attributes
    ----------
    ask : Ask
        With one time.
    goals, hits : (5,) arrays
        Values that are asked for, and whether they were reached.
    group : str
        The indicator: series of one group are a class.
    family : str
        The source, with all its frequencies.
    label : str
        How long the benchmark says that the history is.
    made : bool
        Whether it is a cumulative total made from another series.
    paced : str
        Whose pace the goals are set by: ``own`` (the longer history's) or ``class``.
    cut : bool
        Whether the history was cut to a few figures.
    pool : bool
        Whether it is of a further pool of labelled indicators.
    """

    ask: Ask
    goals: Floats
    hits: Floats
    actual: float
    group: str
    family: str
    label: str
    made: bool = False
    paced: str = "own"
    cut: bool = False
    pool: bool = False

    @property
    def region(self) -> str:
        """The series' name: units of one series do not teach each other."""
        return self.ask.own.name

    @property
    def others(self) -> int:
        """How many others are in its class."""
        peers = self.ask.peers
        return len({m.name for m in peers.members} - {self.region}) if peers else 0

    @property
    def years(self) -> float:
        """How far ahead is asked."""
        return float(self.ask.times[0] - self.ask.own.times[-1])


@dataclass(frozen=True, eq=False)
class Units:
    """Units side by side; :class:`Unit` has the meanings, axis 0 is the unit."""

    all: tuple[Unit, ...]
    goals: Floats
    hits: Floats
    actual: Floats
    years: Floats
    n: Ints
    group: NDArray[np.object_]
    region: NDArray[np.object_]
    family: NDArray[np.object_]
    label: NDArray[np.object_]
    paced: NDArray[np.object_]
    made: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    pool: NDArray[np.bool_]
    total: NDArray[np.bool_]
    crowd: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.all)

    @staticmethod
    def of(units: Sequence[Unit]) -> "Units":
        """Put units side by side."""

        def words(name: str) -> NDArray[np.object_]:
            return np.array([getattr(u, name) for u in units], object)

        return Units(
            all=tuple(units),
            goals=np.array([u.goals for u in units]),
            hits=np.array([u.hits for u in units]),
            actual=np.array([u.actual for u in units]),
            years=np.array([u.years for u in units]),
            n=np.array([len(u.ask.own.values) for u in units], np.intp),
            group=words("group"),
            region=words("region"),
            family=words("family"),
            label=words("label"),
            paced=words("paced"),
            made=np.array([u.made for u in units]),
            cut=np.array([u.cut for u in units]),
            pool=np.array([u.pool for u in units]),
            crowd=np.array([u.others > 1 for u in units]),
            total=np.array([u.ask.own.never_falls for u in units]),
        )

    @property
    def real(self) -> NDArray[np.bool_]:
        """Which are whole histories of series as they are."""
        return ~self.made & ~self.cut

    @property
    def sort(self) -> NDArray[np.object_]:
        """Sorts of goals, each with a base rate of its own."""
        told = zip(self.pool, self.made, self.cut, self.paced, strict=True)
        return np.array([f"{pool} {made} {cut} {paced}" for pool, made, cut, paced in told], object)

    @property
    def series(self) -> NDArray[np.object_]:
        """What every unit comes from: a series, the totals made from it and what was cut from it are one."""
        return np.array([str(r).removeprefix(MADE) for r in self.region], object)


def class_of(series: str) -> str:
    """Return the class that a series' name tells: an indicator of several places, or the series itself."""
    name = series.split("|")[0]
    if name.startswith("GAP"):
        return "-".join(name.split("-")[:2])
    return name.rsplit("-", 1)[0] if name.startswith("OWID") else name


def family_of(source: str) -> str:
    """Return the source without its frequency."""
    found = re.match(r"M1|M3|M4|TOUR|FRED", source)
    return found[0] if found else source


def clock(days: Sequence[Any]) -> Floats:
    """Return days, or ISO dates, as years, to the month."""
    d = np.asarray(days, "datetime64[M]").astype(int)
    return np.asarray(1970 + (d + 1) / 12, float)


class Classes:
    """The series of every group, and what of them was known on a day."""

    def __init__(self, series: Mapping[str, Sequence[Series]]) -> None:
        self._whole = series
        self._cut: dict[tuple[str, str, int], Series] = {}
        self._seen: dict[tuple[str, float], Peers | None] = {}

    def known(self, group: str, time: float) -> Peers | None:
        """Return the class as known by a time; none where it has fewer than two series by then."""
        if (group, time) not in self._seen:
            members = []
            for s in self._whole.get(group, ()):
                n = int(np.searchsorted(s.times, time + 1e-6))
                if n > 1:
                    members.append(self._cut.setdefault((group, s.name, n), newest(s, n)))
            alone = len({m.name for m in members}) < 2
            self._seen[group, time] = None if alone else Peers(tuple(members))
        return self._seen[group, time]

    def ask(self, own: Series, years: float, group: str) -> Ask:
        """Return the question about a series `years` on, with its class as known by then."""
        peers = self.known(group, float(own.times[-1]))
        if peers is not None and all(m.name == own.name for m in peers.members):
            peers = None
        pace = None
        if peers is not None and borrows(own):
            pace = class_pace([newest_pace(m) for m in peers.members if m.name != own.name])
        return Ask(own, own.times[-1:] + years, peers, pace=pace)


def newest(series: Series, end: int, n: int | None = None) -> Series:
    """Return the values up to number `end`, the newest `n` of them."""
    part = slice(0 if n is None else max(end - n, 0), end)
    return replace(series, times=series.times[part], values=series.values[part])


def units_of(frame: pd.DataFrame, seed: int = 0) -> Units:
    """Return the benchmark's units, then totals made from its long yearly series, then short cuts of both.

    Parameters
    ----------
    frame : DataFrame
        The training part: one row a goal, columns of :data:`COLUMNS`.
    """
    real = _read(frame)
    made = _made_totals(frame, seed)
    return Units.of([*real, *made, *_cuts([*real, *made])])


def named_rows(frame: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples, whose fields no checker knows."""
    return list(frame.itertuples())


def _read(frame: pd.DataFrame) -> list[Unit]:
    goals = frame.pivot(index="unit_id", columns="m", values="target")[list(LEVELS)]
    hits = frame.pivot(index="unit_id", columns="m", values="outcome")[list(LEVELS)]
    rows = named_rows(frame.drop_duplicates("unit_id"))
    own = [Series(clock(r.ds), np.asarray(r.history, float), name=r.series_id.split("|")[0]) for r in rows]
    classes = Classes(_whole((class_of(s.name), s) for s in own))
    return [
        Unit(
            ask=classes.ask(s, int(r.h) * STEP[r.freq], class_of(s.name)),
            goals=goals.loc[r.unit_id].to_numpy(float),
            hits=hits.loc[r.unit_id].to_numpy(float),
            actual=float(r.actual),
            group=class_of(s.name),
            family=family_of(r.source),
            label=str(r.n_label),
        )
        for r, s in zip(rows, own, strict=True)
    ]


def _whole(parts: Iterable[tuple[str, Series]]) -> dict[str, list[Series]]:
    """Put together what is known of each series of each group."""
    seen: dict[tuple[str, str], dict[float, float]] = {}
    for group, s in parts:
        seen.setdefault((group, s.name), {}).update(zip(s.times.tolist(), s.values.tolist(), strict=True))
    out: dict[str, list[Series]] = {}
    for (group, name), values in seen.items():
        times = np.array(sorted(values))
        out.setdefault(group, []).append(Series(times, np.array([values[t] for t in times]), name))
    return out


def _made_totals(frame: pd.DataFrame, seed: int, each: int = 2) -> list[Unit]:
    """Make young totals: sums of stretches of yearly histories, begun up to three years before the first."""
    rng, found = np.random.default_rng(seed), []
    real = frame.drop_duplicates("unit_id").reset_index(drop=True)
    longest = real.assign(base=real.series_id.str.split("|").str[0], n=real.history.map(len))
    longest = longest.sort_values(["n", "unit_id"]).drop_duplicates("base", keep="last")
    for r in named_rows(longest):
        flow = np.asarray(r.history, float)
        if len(flow) < 10 or r.freq != "Y":
            continue
        for _ in range(each):
            n, h, early = int(rng.choice([4, 6, 10, 20])), int(rng.integers(1, 7)), int(rng.integers(0, 4))
            if n + h + early > len(flow):
                continue
            start = int(rng.integers(0, len(flow) - n - h - early + 1))
            total = np.cumsum(flow[start:])[early:]
            seen, actual, back = total[:n], float(total[n - 1 + h]), min(3, n - 1)
            pace = (seen[-1] - seen[-1 - back]) / back * h / seen[-1]
            if pace > LEAST_GROWTH:
                whole = Series(clock(r.ds)[start + early :], total, MADE + r.base, never_falls=True)
                goals = seen[-1] * (1 + pace * np.array(LEVELS))
                found.append((whole, n, h, goals, actual, r))
    # One total of a series stands in the class of the others'.
    distinct = {whole.name: (MADE + class_of(r.base), whole) for whole, *_, r in found}
    members: dict[str, list[Series]] = {}
    for group, whole in distinct.values():
        members.setdefault(group, []).append(whole)
    classes = Classes(members)
    return [
        Unit(
            ask=classes.ask(newest(whole, n), float(h), MADE + class_of(r.base)),
            goals=goals,
            hits=(actual >= goals) * 1.0,
            actual=actual,
            group=MADE + class_of(r.base),
            family=family_of(r.source),
            label=str(n),
            made=True,
        )
        for whole, n, h, goals, actual, r in found
    ]


def _cuts(units: Sequence[Unit]) -> Iterator[Unit]:
    """Yield the shortest unit of every origin cut to a few figures; goals by its own pace and its class's."""
    shortest: dict[tuple[str, float], Unit] = {}
    for u in units:
        key = u.region, float(u.ask.own.times[-1])
        if key not in shortest or len(u.ask.own.values) < len(shortest[key].ask.own.values):
            shortest[key] = u
    for u in shortest.values():
        own, peers = u.ask.own, u.ask.peers
        others = [m for m in peers.members if m.name != own.name] if peers else []
        paces = np.array([newest_pace(m) for m in others])
        pace, known = class_pace(paces), paces[~np.isnan(paces)]
        growth = np.expm1(np.median(known) * u.years) if len(known) else 0.0
        for n in range(1, FEW + 1):
            seen = newest(own, len(own.values), n)
            # What is cut may begin in zeros: it is worth as many figures as are positive.
            if len(seen.values) < n or seen.values[0] <= 0:
                continue
            short = replace(
                u,
                ask=replace(u.ask, own=seen, pace=pace if others and borrows(seen) else None),
                label=str(n),
                cut=True,
            )
            yield short
            if growth > LEAST_GROWTH:
                goals = own.values[-1] * (1 + growth * np.array(LEVELS))
                yield replace(short, goals=goals, hits=(u.actual >= goals) * 1.0, paced="class")
