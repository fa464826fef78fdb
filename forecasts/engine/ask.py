"""Questions to many series at once: what was seen by then, what the class had taught by then, what comes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.classes import Class, relative, teach, weigh
from forecasts.engine.learned import Learned
from forecasts.engine.mixture import Mixture, mix
from forecasts.engine.scan import scan
from forecasts.engine.series import Clean, Series, ahead_of, borrow_past, clean, pace_of

Floats = NDArray[np.float64]

#: A class is looked at on so many days at most; a question uses the last of them before its own day.
MOST_DAYS = 5

#: Series that agree in so many newest figures and their days are one series under two names.
NEWEST = 4

#: A history of so few values borrows a past from its class, if the class has so many other series.
SHORT, FEW = 2, 3

#: Series of a class that teach, at most: evenly many of them.
MOST_MEMBERS = 1500

#: Questions worked on together.
BLOCK = 10_000


@dataclass(frozen=True)
class Ask:
    """A question: series `series`, as seen on day `seen_on`, at clock time `time`."""

    series: int
    seen_on: float
    time: float


@dataclass(frozen=True)
class Answers:
    """Distributions, the row of each question (-1: nothing was seen), how many values were seen."""

    futures: Mixture
    row: NDArray[np.intp]
    n: NDArray[np.intp]


def forecast(series: Sequence[Series], asks: Sequence[Ask], learned: Learned) -> Answers:
    """Answer every question from what was known on its day: its own history and its class's."""
    blocks = _blocks(series, asks)
    sizes = [abs(float(s.values[-1])) for s in series if s.values[-1] != 0]
    typical = float(np.median(sizes)) if sizes else 1.0
    row, n = np.full(len(asks), -1), np.zeros(len(asks), np.intp)
    parts, done = [], 0
    for block in blocks:
        futures, local = _answer_block(series, asks, block, learned, typical, n)
        row[block] = np.where(local >= 0, local + done, -1)
        parts.append(futures)
        done += len(futures)
    return Answers(Mixture.join(parts), row, n)


def _blocks(series: Sequence[Series], asks: Sequence[Ask]) -> list[NDArray[np.intp]]:
    """Split the questions into blocks, those of one class side by side."""
    order = sorted(range(len(asks)), key=lambda i: (series[asks[i].series].group, asks[i].series))
    return [np.array(order[k : k + BLOCK], np.intp) for k in range(0, len(order), BLOCK)]


@dataclass(frozen=True)
class Lesson:
    """Weights of the components for one history, and the share of flow cells."""

    weights: Floats
    flow: Floats


def learn_from(history: Clean, peers: Sequence[Clean], regions: Sequence[str], learned: Learned) -> Lesson:
    """Weigh the components for one history: pool, class, own figures."""
    whole = [history, *(p for p in peers if len(p.relative) > 1)]
    names = [r for p, r in zip(peers, regions, strict=True) if len(p.relative) > 1]
    found = scan(whole, np.zeros(0, np.intp), np.zeros(0), learned.discount)
    likelihood = relative(found.likelihood)
    lesson = teach(likelihood[1:], names, learned) if len(set(names)) > 1 else None
    return Lesson(*weigh(likelihood[:1], [lesson], [set()], learned))


def look_ahead(history: Clean, lesson: Lesson, times: Floats, learned: Learned) -> Mixture:
    """Return the distributions of one history at some times."""
    ahead = np.array([ahead_of(history, float(t)) for t in times])
    found = scan([history], np.zeros(len(ahead), np.intp), ahead, learned.discount)
    return mix(found, [history], lesson.weights, lesson.flow, learned)


class _Desk:
    """Cleaned histories, each once, with the questions that are asked of them."""

    def __init__(self, series: Sequence[Series], typical: float) -> None:
        self.series, self.typical = series, typical
        self.histories: list[Clean] = []
        self.marks: list[tuple[float, ...]] = []
        self._index: dict[tuple[int, bytes], int] = {}
        self._asked: dict[tuple[int, float], int] = {}

    def seen(self, i: int, day: float) -> int:
        """Return the history of series `i` as seen on a day; -1 if nothing was seen."""
        if (i, day) not in self._asked:
            self._asked[i, day] = self._look(i, day)
        return self._asked[i, day]

    def _look(self, i: int, day: float) -> int:
        s = self.series[i]
        mask = s.visible(day)
        if not mask.any():
            return -1
        key = (i, mask.tobytes())
        if key not in self._index:
            self._index[key] = len(self.histories)
            self.histories.append(clean(s, mask, self.typical))
            times, values = s.times[mask][-NEWEST:], s.values[mask][-NEWEST:]
            self.marks.append((*times, *values) if len(times) == NEWEST else (float(i),))
        return self._index[key]

    def borrowed(self, i: int, day: float, lesson: list[tuple[int, int]]) -> int:
        """Return the short history of series `i` with the past that its class suggests."""
        plain = self.seen(i, day)
        others = [self.histories[h] for j, h in lesson if self.series[j].region != self.series[i].region]
        if len(others) < FEW:
            return plain
        mask = self.series[i].visible(day)
        longer = borrow_past(self.series[i].cut(mask), *pace_of(others))
        self.histories.append(clean(longer, np.ones(len(longer.values), bool), self.typical))
        self.marks.append(self.marks[plain])
        return len(self.histories) - 1


def _answer_block(
    series: Sequence[Series],
    asks: Sequence[Ask],
    block: NDArray[np.intp],
    learned: Learned,
    typical: float,
    n: NDArray[np.intp],
) -> tuple[Mixture, NDArray[np.intp]]:
    """Answer some questions; return the distributions of distinct questions and the row of each."""
    desk = _Desk(series, typical)
    own = np.array([desk.seen(asks[i].series, asks[i].seen_on) for i in block])
    n[block] = [len(desk.histories[h].relative) if h >= 0 else 0 for h in own]
    lessons = _lessons(desk, asks, block)
    looked: dict[str, list[float]] = {}
    for group, day in lessons:
        looked.setdefault(group, []).append(day)
    taught_by = [_before(looked, series[asks[i].series].group, asks[i].seen_on) for i in block]
    borrowed: dict[tuple[int, _Key], int] = {}
    for k, i in enumerate(block):
        by, h = taught_by[k], int(own[k])
        if h >= 0 and by and n[i] <= SHORT:
            if (h, by) not in borrowed:
                borrowed[h, by] = desk.borrowed(asks[i].series, asks[i].seen_on, lessons[by])
            own[k] = borrowed[h, by]
    leads: dict[tuple[int, float], int] = {}
    local = np.full(len(block), -1)
    for k, i in enumerate(block):
        if own[k] >= 0:
            key = (int(own[k]), round(ahead_of(desk.histories[own[k]], asks[i].time), 9))
            local[k] = leads.setdefault(key, len(leads))
    owner = np.array([h for h, _ in leads], np.intp)
    found = scan(desk.histories, owner, np.array([a for _, a in leads], float), learned.discount)
    likelihood = relative(found.likelihood)
    classes = {key: _teach(lessons[key], desk, likelihood, learned) for key in set(taught_by) if key}
    alike = {key: _names(lessons[key], desk) for key in classes}
    taught: dict[int, Class | None] = {}
    without: dict[int, set[str]] = {}
    for k, i in enumerate(block):
        h, key_ = int(own[k]), taught_by[k]
        if h >= 0 and h not in taught:
            taught[h] = classes[key_] if key_ else None
            same = alike[key_].get(desk.marks[h], set()) if key_ else set()
            without[h] = {series[asks[i].series].region} | same
    asked = sorted(taught)
    weights, flow = np.empty((len(desk.histories), likelihood.shape[1])), np.zeros(len(desk.histories))
    weights[asked], flow[asked] = weigh(
        likelihood[asked], [taught[h] for h in asked], [without[h] for h in asked], learned
    )
    return mix(found, desk.histories, weights, flow, learned), local


#: A class as seen on a day.
_Key = tuple[str, float]


def _lessons(desk: _Desk, asks: Sequence[Ask], block: NDArray[np.intp]) -> dict[_Key, list[tuple[int, int]]]:
    """Return, for each class and each day it is looked at, its series and their histories by then."""
    series = desk.series
    days: dict[str, list[float]] = {}
    for i in block:
        group = series[asks[i].series].group
        if group:
            days.setdefault(group, []).append(asks[i].seen_on)
    members: dict[str, list[int]] = {group: [] for group in days}
    for j, s in enumerate(series):
        if s.group in members:
            members[s.group].append(j)
    lessons: dict[_Key, list[tuple[int, int]]] = {}
    for group, some in days.items():
        teachers = members[group][:: 1 + len(members[group]) // MOST_MEMBERS]
        for day in _days(some):
            seen = [(j, desk.seen(j, day)) for j in teachers]
            lessons[group, day] = [(j, h) for j, h in seen if h >= 0 and len(desk.histories[h].relative) > 1]
    return lessons


def _before(looked: dict[str, list[float]], group: str, day: float) -> _Key | None:
    """Return the newest look at a class that somebody could have on a day; the days are in order."""
    days = looked.get(group, [])
    at = bisect_right(days, day)
    return (group, days[at - 1]) if at else None


def _names(lesson: list[tuple[int, int]], desk: _Desk) -> dict[tuple[float, ...], set[str]]:
    """Return the names of each series of a class: one under two names has the same newest figures twice."""
    names: dict[tuple[float, ...], set[str]] = {}
    for j, h in lesson:
        names.setdefault(desk.marks[h], set()).add(desk.series[j].region)
    return names


def _teach(
    lesson: list[tuple[int, int]], desk: _Desk, likelihood: NDArray[np.float32], learned: Learned
) -> Class | None:
    """Learn a class as seen on a day; a series under several names counts once."""
    names: dict[tuple[float, ...], str] = {}
    regions = [names.setdefault(desk.marks[h], desk.series[j].region) for j, h in lesson]
    if len(set(regions)) < 2:
        return None
    return teach(likelihood[[h for _, h in lesson]], regions, learned)


def _days(days: list[float]) -> list[float]:
    """Return the days on which a class is looked at: all, or evenly many of them."""
    distinct = np.unique(np.array(days))
    if len(distinct) > MOST_DAYS:
        distinct = distinct[np.unique(np.linspace(0, len(distinct) - 1, MOST_DAYS).astype(int))]
    return [float(d) for d in distinct]
