"""What peers did: the reference class, the prior of all growth models.

With one own point it is what carries the answer. The idea is the outside view of Kahneman and Tversky
("Intuitive prediction: biases and corrective procedures", 1979); the shrinkage to a global prior is
the normal-normal model of empirical Bayes (Efron and Morris, 1975).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecasts.engine import pace as paces
from forecasts.engine.ask import Peers
from forecasts.engine.pace import PACE_YEARS, class_pace, newest_growth
from forecasts.ledger.history import History
from forecasts.models.numbers import series_of

Floats = NDArray[np.float64]
Relation = Literal["indicator", "family", "none"]

#: Steps shorter than this say more about rounding and dating than about growth.
MIN_SPAN_YEARS = paces.MIN_SPAN_YEARS

#: The parent's newest year is that of its steps within so many years.
PARENT_YEARS = 1.3

#: How far a region's growth strays from that of the region that contains it (sd of the logarithm a year).
#: An assumption: too few pairs are published to measure it.
PARENT_SD = 0.10


@dataclass(frozen=True)
class Steps:
    """Growth between consecutive published figures, one row a step.

    Attributes
    ----------
    rate : (S,) array
        Growth of the logarithm a year of the timescale.
    span : (S,) array
        Years of the timescale.
    history : (S,) array
        Which history of the class the step belongs to.
    """

    rate: Floats
    span: Floats
    history: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ReferenceClass:
    """The histories of one class as seen on a day, shared by all who are asked about by then.

    Attributes
    ----------
    histories : tuple of History
        Each of at least two positive values.
    relation : str
        ``indicator``: the same indicator in several regions; ``family``: kindred indicators; ``none``.
    """

    histories: tuple[History, ...] = ()
    relation: Relation = "none"

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where each history stands, by what it is of."""
        return {h.name: i for i, h in enumerate(self.histories)}

    def others(self, without: frozenset[str]) -> int:
        """Return how many histories there are beside one's own."""
        return len(self.histories) - sum(name in self.place for name in without)

    @cached_property
    def peers(self) -> Peers:
        """The class as the engine sees it: taught once, whoever asks."""
        return Peers(tuple(series_of(h) for h in self.histories))

    @cached_property
    def steps(self) -> tuple[tuple[Floats, Floats], ...]:
        """Rates and spans of the steps of each history."""
        return tuple(steps_of(h) for h in self.histories)

    @cached_property
    def paces(self) -> Floats:
        """Growth of the logarithm a year of each history's newest years; NaN where it has no step.

        Growth of a maturing indicator slows, and old steps would flatter it.
        """
        return np.array([newest_growth(rate, span, PACE_YEARS) for rate, span in self.steps], float)


@dataclass(frozen=True, eq=False)
class Reference:
    """The reference class as one history sees it: without itself.

    Attributes
    ----------
    everyone : ReferenceClass
        With the history's own figures, if it has enough.
    without : frozenset of str
        What of the class is the history itself.
    parent : History, optional
        The same indicator in the region that contains the goal's: the nearest of all peers.
    """

    everyone: ReferenceClass = field(default_factory=ReferenceClass)
    without: frozenset[str] = frozenset()
    parent: History | None = None

    @classmethod
    def of(cls, *histories: History, relation: Relation = "indicator") -> "Reference":
        """Return the reference to a class of these histories."""
        return cls(ReferenceClass(histories, relation))

    @property
    def relation(self) -> Relation:
        """How its members are related to the history."""
        return self.everyone.relation

    @cached_property
    def others(self) -> NDArray[np.intp]:
        """Where the others stand in the class."""
        own = [self.everyone.place[name] for name in self.without if name in self.everyone.place]
        return np.delete(np.arange(len(self.everyone.histories)), own)

    def __len__(self) -> int:
        return self.everyone.others(self.without)

    @cached_property
    def histories(self) -> tuple[History, ...]:
        """The others' histories."""
        return tuple(self.everyone.histories[i] for i in self.others)

    def peers(self) -> Peers | None:
        """Return the class as the engine sees it; None without anybody else in it."""
        return self.everyone.peers if len(self) else None

    @cached_property
    def steps(self) -> Steps:
        """The steps of the others' histories."""
        found = [self.everyone.steps[i] for i in self.others]
        size = [len(rate) for rate, _ in found]
        nothing = [np.zeros(0)]
        return Steps(
            np.concatenate([rate for rate, _ in found] or nothing),
            np.concatenate([span for _, span in found] or nothing),
            np.repeat(np.arange(len(found)), size),
        )

    @cached_property
    def pace(self) -> tuple[float, float]:
        """Mean and sd of a region's growth of the logarithm a year, shrunk to that of any class.

        A region counts once, by its newest steps. The parent's newest year is one noisy observation of the
        region's own growth.
        """
        mean, sd = class_pace(self.everyone.paces[self.others])
        variance = sd**2
        rate, span = steps_of(self.parent) if self.parent is not None else (np.zeros(0), np.zeros(0))
        if len(rate):
            pull = variance / (variance + PARENT_SD**2)
            mean += pull * (newest_growth(rate, span, PARENT_YEARS) - mean)
            variance *= 1 - pull
        return mean, float(np.sqrt(variance))

    def borrowed(self) -> tuple[float, float] | None:
        """Return the pace that a history too short to show one takes over; None without a class."""
        return self.pace if len(self) else None


def growth_steps(history: History) -> list[tuple[int, int]]:
    """Return pairs of positions in ``history.positive()`` that lie at least :data:`MIN_SPAN_YEARS` apart."""
    return paces.growth_steps(history.positive().years)


def steps_of(history: History) -> tuple[Floats, Floats]:
    """Return growth of the logarithm a year, and years, of a history's steps."""
    seen = history.positive()
    return paces.steps_of(seen.years, seen.value)
