"""How goals like this one fared: resolved goals as evidence about the next.

What the engine says of a goal alone is put right by what became of goals that were resolved by then
(:mod:`forecasts.attainment.effects`). Counts learn from counts, rates from rates. A silent goal - its outcome
was never published, though its day has passed - teaches nothing and is counted.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.attainment.effects import BLOCKS, Lesson, Taus, Traits, learn
from forecasts.ledger.fields import Kind

Floats = NDArray[np.float64]

#: So many resolved goals of the same announcer or level make the record more than a second opinion.
SPEAKS: Final = 5


def family_of(kind: Kind) -> str:
    """Return the family of an indicator's kind."""
    return "rates" if kind in (Kind.RATE, Kind.SHARE) else "counts"


def ask_by(reached: bool | None) -> str:
    """Return what a goal asks: `reached` = whether the last figure known meets it, None = there is none."""
    return "unseen" if reached is None else "reached" if reached else "ahead"


@dataclass(frozen=True)
class Precedent:
    """A goal whose day has passed.

    Attributes
    ----------
    goal : str
        Its id.
    alone : float, optional
        What the engine said of it on the day of its announcement, by what was known then; None = nothing:
        then it teaches nothing, and is counted.
    met : bool, optional
        What became of it; None = silent, the outcome was never published.
    known_on : date
        The day on which that was known.
    region : str
        Where it was to be reached.
    """

    goal: str
    traits: Traits
    alone: float | None
    met: bool | None
    known_on: dt.date
    region: str = ""

    @property
    def teaches(self) -> bool:
        """Whether the effects are learned from it."""
        return self.alone is not None and self.met is not None


@dataclass(frozen=True)
class Block:
    """How the precedents of one block fared: `met` of `resolved`, and how many were `silent` beside."""

    name: str
    value: str
    met: int
    resolved: int
    silent: int


@dataclass(frozen=True)
class WithRecord:
    """One answer with the record.

    Attributes
    ----------
    probability, alone : float
        With the record and without.
    low, high : float
        The central 80 % of what the probability may be, for the effects are uncertain.
    blocks : tuple of Block
        The precedents that were known: of the family, then those that share what it asks, its level,
        announcer, indicator.
    parts : mapping
        By effect, how far it moves the logit.
    newest : Precedent, optional
        The newest outcome that was used.
    dark : float
        The probability if every silent goal had been missed: the darkest reading of silence.
    """

    probability: float
    alone: float
    low: float
    high: float
    blocks: tuple[Block, ...]
    parts: Mapping[str, float]
    newest: Precedent | None
    dark: float

    def of(self, name: str) -> Block:
        """Return a block by its name: ``family``, ``ask``, ``level``, ``announcer`` or ``indicator``."""
        return next(block for block in self.blocks if block.name == name)

    @property
    def speaks(self) -> bool:
        """Whether its announcer or level has :data:`SPEAKS` resolved goals; else a second opinion only."""
        return self.own >= SPEAKS

    @property
    def own(self) -> int:
        """How many goals of its announcer, or of its level, are resolved."""
        return max(self.of("announcer").resolved, self.of("level").resolved)

    @property
    def headline(self) -> float:
        """The probability that is told first: with the record once that speaks, until then without."""
        return self.probability if self.speaks else self.alone


@dataclass(frozen=True, eq=False)
class GoalRecord:
    """What became of goals, by the day on which it was known.

    Attributes
    ----------
    precedents : tuple of Precedent
        In the order of their days; make one with :meth:`of`.
    taus : Taus
        How far the effects may reach.
    """

    precedents: tuple[Precedent, ...]
    taus: Taus
    _lessons: dict[tuple[str, int], Lesson] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, precedents: Iterable[Precedent], taus: Taus | None = None) -> "GoalRecord":
        """Make a record; the order in which goals are given changes nothing."""

        def place(p: Precedent) -> tuple[object, ...]:
            return p.known_on, p.goal, p.region, p.traits, -1.0 if p.alone is None else p.alone, str(p.met)

        return cls(tuple(sorted(precedents, key=place)), taus or Taus())

    def __len__(self) -> int:
        return len(self.precedents)

    def known_by(self, day: dt.date) -> tuple[Precedent, ...]:
        """Return the precedents whose outcome was known on a day."""
        return self.precedents[: self._count(day)]

    @cached_property
    def silent_as_missed(self) -> "GoalRecord":
        """The record as if every silent goal had been missed."""
        missed = (replace(p, met=False) if p.met is None else p for p in self.precedents)
        return GoalRecord(tuple(missed), self.taus)

    def answer(self, traits: Traits, alone: float, day: dt.date) -> WithRecord:
        """Put one answer right.

        Parameters
        ----------
        alone : float
            The probability without the record.
        day : date
            The day of knowledge: no outcome known later is used.
        """
        lesson, known = self._lesson(traits.family, self._count(day)), self.known_by(day)
        with_it, low, high = (float(v[0]) for v in lesson.answers([traits], np.array([alone])))
        alike = [p for p in known if p.traits.family == traits.family]
        taught = [p for p in alike if p.teaches]
        return WithRecord(
            with_it, alone, low, high, _blocks(traits, alike), lesson.parts(traits),
            taught[-1] if taught else None, self._darkest(traits, alone, day),
        )  # fmt: skip

    def probabilities(self, traits: Sequence[Traits], alone: ArrayLike, days: Sequence[dt.date]) -> Floats:
        """Put many answers right: the probabilities (N,) with the record; NaN where there is none alone."""
        given = np.asarray(alone, float)
        out = given.copy()
        groups: dict[tuple[str, int], list[int]] = {}
        for i, (one, day) in enumerate(zip(traits, days, strict=True)):
            if not np.isnan(given[i]):
                groups.setdefault((one.family, self._count(day)), []).append(i)
        for (family, count), rows in groups.items():
            found, _, _ = self._lesson(family, count).answers([traits[i] for i in rows], given[rows])
            out[rows] = found
        return out

    def _darkest(self, traits: Traits, alone: float, day: dt.date) -> float:
        return float(self.silent_as_missed.probabilities([traits], [alone], [day])[0])

    @cached_property
    def _days(self) -> list[dt.date]:
        return [p.known_on for p in self.precedents]

    def _count(self, day: dt.date) -> int:
        return bisect_right(self._days, day)

    def _lesson(self, family: str, count: int) -> Lesson:
        """Return what the first `count` precedents teach of a family; learned once."""
        key = (family, count)
        if key not in self._lessons:
            some = [p for p in self.precedents[:count] if p.traits.family == family and p.teaches]
            traits = [p.traits for p in some]
            alone = np.array([p.alone for p in some], float)
            self._lessons[key] = learn(traits, alone, np.array([p.met for p in some], float), self.taus)
        return self._lessons[key]


def _blocks(traits: Traits, alike: Sequence[Precedent]) -> tuple[Block, ...]:
    """Count the precedents of a family, and those that share a trait."""

    def count(name: str, value: str) -> Block:
        some = [p for p in alike if getattr(p.traits, name) == value]
        silent = sum(p.met is None for p in some)
        return Block(name, value, sum(bool(p.met) for p in some), len(some) - silent, silent)

    return tuple(count(name, getattr(traits, name)) for name in ("family", *BLOCKS))
