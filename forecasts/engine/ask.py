"""Questions about the future of a series, one or a hundred thousand: one road, the same digits.

A question names what was seen of the series, what was seen of its class, and the times it asks about.
:func:`forecast` answers many at once; :func:`learn_from` and :func:`look_ahead` are the same road for one
that is asked again and again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.classes import Class, Lesson, relative, teach, weigh
from forecasts.engine.grid import Grid
from forecasts.engine.learned import Learned
from forecasts.engine.mixture import Mixture, mix
from forecasts.engine.persistence import Persistence, Trial, evidence, persistence_of, some, trials_of
from forecasts.engine.scan import Scan, scan
from forecasts.engine.series import BORROWED, Clean, Series, ahead_of, borrow_past, borrows, clean

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Series that agree in so many newest figures and their days are one series under two names.
NEWEST = 4

#: Histories and looks ahead that are worked on together, about; each takes some 10 kB.
BLOCK = 10_000

#: Trials of classes that are rated together.
TRIALS = 4_000


@dataclass(frozen=True, eq=False)
class Peers:
    """A class as seen on a day. Asks that share it share the object: it is taught once.

    Attributes
    ----------
    members : tuple of Series
        The asker's own may be among them: it is left out by its name.
    """

    members: tuple[Series, ...]
    _taught: dict[Learned, "_Taught"] = field(default_factory=dict, init=False, repr=False)


@dataclass(frozen=True, eq=False)
class Ask:
    """A question.

    Attributes
    ----------
    own : Series
        What was seen of the series that is asked about.
    times : (T,) array
        Clock times that are asked about.
    peers : Peers, optional
        What was seen of its class.
    without : frozenset of str
        Names in the class that are the asker itself, beside its own.
    pace : (float, float), optional
        Growth of the logarithm a year, mean and sd, by which a series of one or two positive values borrows
        its past; none = it borrows nothing.
    """

    own: Series
    times: Floats
    peers: Peers | None = None
    without: frozenset[str] = frozenset()
    pace: tuple[float, float] | None = None

    @property
    def names(self) -> frozenset[str]:
        """Every name of the asker."""
        return self.without | {self.own.name}


@dataclass(frozen=True, eq=False)
class Answers:
    """Distributions of distinct questions, and for each ask the row of each of its times."""

    futures: Mixture
    rows: tuple[Ints, ...]


def forecast(asks: Sequence[Ask], learned: Learned) -> Answers:
    """Answer every question; no answer depends on what else is asked.

    Histories and classes are known by their objects: what is shared is worked on once.
    """
    parts: list[Mixture] = []
    rows: dict[int, Ints] = {}
    classes: Mapping[int, _Taught] = {}
    done = 0
    for block in _blocks(asks):
        desk = Desk(classes)
        for i in block:
            rows[i] = desk.take(asks[i]) + done
        futures, classes = desk.answer(learned)
        parts.append(futures)
        done += len(futures)
    return Answers(Mixture.join(parts), tuple(rows[i] for i in range(len(asks))))


def learn_from(ask: Ask, learned: Learned) -> tuple[Clean, Lesson]:
    """Return the history behind a question, and what it was taught; `times` play no part."""
    known = ask.peers._taught if ask.peers is not None else {}
    desk = Desk({id(ask.peers): known[learned]} if learned in known else {})
    desk.take(Ask(ask.own, np.zeros(0), ask.peers, ask.without, ask.pace))
    study = desk.study(desk.scanned(learned.grid, learned.discount), np.zeros(1, np.intp), learned)
    if ask.peers is not None:
        known[learned] = study.classes[id(ask.peers)]
    return desk.histories[desk.learners[0].history], study.lesson


def look_ahead(history: Clean, lesson: Lesson, times: Floats, learned: Learned) -> Mixture:
    """Return the distributions of one history at some times."""
    ahead = np.array([ahead_of(history, float(t)) for t in times], float)
    nobody = np.zeros(len(ahead), np.intp)
    found = scan([history], nobody, ahead, learned.grid, learned.discount)
    return mix(found, np.arange(len(ahead)), nobody, [history], lesson, learned)


def _blocks(asks: Sequence[Ask]) -> Iterator[list[int]]:
    """Yield the questions in blocks: those of one class side by side, kindred classes near each other."""
    first: dict[int, int] = {}
    for i, ask in enumerate(asks):
        first.setdefault(id(ask.peers), i)

    def place(i: int) -> tuple[str, int]:
        peers = asks[i].peers
        return peers.members[0].name if peers and peers.members else "", first[id(peers)]

    block: list[int] = []
    seen: set[int] = set()
    looks = 0
    for i in sorted(range(len(asks)), key=place):
        ask = asks[i]
        if block and len(seen) + looks > BLOCK:
            yield block
            block, seen, looks = [], set(), 0
        block.append(i)
        looks += 2 * len(ask.times)
        seen.add(id(ask.own))
        if ask.peers and id(ask.peers) not in seen:
            seen.update(map(id, (ask.peers, *ask.peers.members)))
    yield block


#: Newest figures and their days, or a name where they are too few to tell a series by.
_Mark = tuple[float, ...] | str


def _mark(series: Series) -> _Mark:
    times, values = series.times[-NEWEST:], series.values[-NEWEST:]
    return (*times.tolist(), *values.tolist()) if len(times) == NEWEST else series.name


@dataclass(frozen=True, eq=False)
class _Taught:
    """What a class taught, and under which names each of its series goes."""

    lesson: Class | None
    names: Mapping[_Mark, frozenset[str]]
    persistence: Persistence | None = None

    def lean(self, own: frozenset[str], learned: Learned) -> float:
        """Return by how much the persistence of the others moves logit P."""
        if self.lesson is None or self.persistence is None:
            return 0.0
        between, days, share = map(float, learned.persistence[self.lesson.kind])
        return share * self.persistence.departure(own, between, days)


_UNTAUGHT = _Taught(None, {})


def _teach(
    members: Sequence[Series], histories: Sequence[Clean], likelihood: Floats, learned: Learned
) -> _Taught:
    """Teach a class; a history of one value teaches nothing, a series under several names counts once."""
    teachers = [i for i, history in enumerate(histories) if len(history.relative) > 1]
    marks = [_mark(members[i]) for i in teachers]
    names: dict[_Mark, list[str]] = {}
    for i, mark in zip(teachers, marks, strict=True):
        names.setdefault(mark, []).append(members[i].name)
    firsts = [names[mark][0] for mark in marks]
    kind = histories[teachers[0]].kind if teachers else 0
    lesson = teach(likelihood[teachers], firsts, kind, learned) if len(set(firsts)) > 1 else None
    return _Taught(lesson, {mark: frozenset(some) for mark, some in names.items()})


def _typical(ask: Ask) -> float:
    """Return a size for a history of nothing but zeros: that of its class."""
    others = [m for m in ask.peers.members if m.name not in ask.names] if ask.peers else []
    last = [float(np.abs(m.values[m.values != 0][-1])) for m in others if m.values.any()]
    return float(np.median(last)) if last else 1.0


@dataclass(frozen=True)
class _Learner:
    """Who learns: a history, from a class, without its own names."""

    history: int
    peers: int | None
    names: frozenset[str]
    mark: _Mark


#: How a series was cleaned: its object, the pace of a borrowed past, the size of one of zeros.
_Reading = tuple[int, tuple[float, float] | None, float]


@dataclass(frozen=True, eq=False)
class Study:
    """What some learners were taught, and by whom.

    Attributes
    ----------
    lesson : Lesson
        A row a learner.
    classes : dict
        What their classes teach, by the object.
    persistence : tuple
        What came of the trials of each learner's class.
    own : tuple of set of str
        The names in the class that are the learner itself.
    """

    lesson: Lesson
    classes: Mapping[int, _Taught]
    persistence: tuple[Persistence | None, ...]
    own: tuple[frozenset[str], ...]


@dataclass(frozen=True, eq=False)
class _Members:
    """A class on the desk: the place of each member's history, and its trials with their look ahead."""

    peers: Peers
    histories: list[int]
    trials: list[tuple[Trial, int]]


@dataclass
class Desk:
    """The questions of a block, each history, learner and look ahead once.

    Attributes
    ----------
    classes : dict
        Classes that were taught before, by their object.
    """

    classes: Mapping[int, _Taught]
    histories: list[Clean] = field(default_factory=list)
    learners: list[_Learner] = field(default_factory=list)
    _read: dict[_Reading, int] = field(default_factory=dict)
    _known: dict[_Learner, int] = field(default_factory=dict)
    _members: dict[int, _Members] = field(default_factory=dict)
    _looks: dict[tuple[int, float], int] = field(default_factory=dict)
    _questions: dict[tuple[int, int], int] = field(default_factory=dict)

    def take(self, ask: Ask) -> Ints:
        """Take a question; return the row of each of its times."""
        peers = None
        if ask.peers is not None:
            peers = id(ask.peers)
            if peers not in self._members:
                self._members[peers] = self._seat(ask.peers)
        history = self._place(
            ask.own,
            ask.pace if borrows(ask.own) else None,
            1.0 if ask.own.values.any() else _typical(ask),
        )
        new = _Learner(history, peers, ask.names, _mark(ask.own))
        learner = self._known.setdefault(new, len(self.learners))
        if learner == len(self.learners):
            self.learners.append(new)
        looks = [self._look(history, time) for time in np.asarray(ask.times, float).tolist()]
        rows = [self._questions.setdefault((learner, look), len(self._questions)) for look in looks]
        return np.array(rows, np.intp)

    def _seat(self, peers: Peers) -> _Members:
        """Take a class; one that was taught before needs nothing more."""
        if id(peers) in self.classes:
            return _Members(peers, [], [])
        histories = [self._place(m) for m in peers.members]
        trials = [trial for member in some(peers.members) for trial in trials_of(member)]
        return _Members(peers, histories, [(t, self._look(self._place(t.seen), t.time)) for t in trials])

    def _look(self, history: int, time: float) -> int:
        lead = ahead_of(self.histories[history], time)
        return self._looks.setdefault((history, lead), len(self._looks))

    def _place(self, series: Series, pace: tuple[float, float] | None = None, typical: float = 1.0) -> int:
        reading = id(series), pace, typical
        if reading not in self._read:
            self._read[reading] = len(self.histories)
            whole = borrow_past(series, *pace) if pace else series
            borrowed = BORROWED if whole is not series else 0
            self.histories.append(clean(whole, typical, borrowed))
        return self._read[reading]

    def scanned(self, grid: Grid, discount: float) -> Scan:
        """Scan every history and every look ahead: all that does not depend on what was learned."""
        owner = np.array([history for history, _ in self._looks], np.intp)
        ahead = np.array([lead for _, lead in self._looks], float)
        return scan(self.histories, owner, ahead, grid, discount)

    def study(self, found: Scan, learners: Ints, learned: Learned) -> Study:
        """Teach the classes of some learners, weigh the components for each of them."""
        who = [self.learners[i] for i in learners.tolist()]
        keys = dict.fromkeys(each.peers for each in who if each.peers is not None)
        told = self._try([self._members[key] for key in keys if key not in self.classes], found, learned)
        classes = {
            key: self.classes.get(key) or self._teach(self._members[key], found, told, learned)
            for key in keys
        }
        taught = [_UNTAUGHT if each.peers is None else classes[each.peers] for each in who]
        at = [each.history for each in who]
        own = [
            each.names | by.names.get(each.mark, frozenset()) for each, by in zip(who, taught, strict=True)
        ]
        lesson = weigh(
            relative(found.likelihood[at]),
            np.array([self.histories[h].kind for h in at], np.intp),
            [by.lesson for by in taught],
            own,
            learned,
        )
        lean = [by.lean(names, learned) for names, by in zip(own, taught, strict=True)]
        return Study(
            replace(lesson, lean=np.array(lean)), classes, tuple(by.persistence for by in taught), tuple(own)
        )

    def _teach(
        self, members: _Members, found: Scan, told: Mapping[int, tuple[float, float]], learned: Learned
    ) -> _Taught:
        """Teach a class, and put together what came of its trials."""
        at = members.histories
        taught = _teach(
            members.peers.members, [self.histories[h] for h in at], relative(found.likelihood[at]), learned
        )
        if taught.lesson is None:
            return taught
        names = frozenset(taught.lesson.names)
        tried = [(trial, told[at]) for trial, at in members.trials if trial.seen.name in names and at in told]
        return replace(taught, persistence=persistence_of(tried)) if tried else taught

    def _try(
        self, classes: Sequence[_Members], found: Scan, learned: Learned
    ) -> Mapping[int, tuple[float, float]]:
        """Ask members as of earlier days, as if they had no class; return score and information by look."""
        trials = {
            at: trial
            for members in classes
            for trial, at in members.trials
            if learned.persistence[int(trial.seen.never_falls), -1]
        }
        told: dict[int, tuple[float, float]] = {}
        looks = list(trials)
        for low in range(0, len(looks), TRIALS):
            look = np.array(looks[low : low + TRIALS], np.intp)
            used, own = np.unique(found.owner[look], return_inverse=True)
            kind = np.array([self.histories[h].kind for h in used.tolist()], np.intp)
            plain = weigh(
                relative(found.likelihood[used]), kind, [None] * len(used), [frozenset()] * len(used), learned
            )
            asked = [trials[at] for at in look.tolist()]
            chance = mix(found, look, own, self.histories, plain, learned).survival(
                np.array([trial.goals for trial in asked])
            )
            told.update(zip(look.tolist(), evidence(asked, chance), strict=True))
        return told

    def answer(self, learned: Learned) -> tuple[Mixture, Mapping[int, _Taught]]:
        """Return the distributions of all questions, and the classes."""
        found = self.scanned(learned.grid, learned.discount)
        futures, study, _ = self.answer_some(found, np.arange(len(self._questions)), learned)
        return futures, study.classes

    def _asked(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return learner and look ahead of some questions."""
        learner, look = np.array(list(self._questions), np.intp).reshape(-1, 2)[rows].T
        return learner, look

    def looks_of(self, rows: Ints) -> Ints:
        """Return the look ahead of some questions."""
        return self._asked(rows)[1]

    def answer_some(self, found: Scan, rows: Ints, learned: Learned) -> tuple[Mixture, Study, Ints]:
        """Return the distributions of some questions, the study behind them, and its row of each question."""
        learner, look = self._asked(rows)
        used, learner = np.unique(learner, return_inverse=True)
        study = self.study(found, used, learned)
        return mix(found, look, learner, self.histories, study.lesson, learned), study, learner
