"""A future under adjustments of its paths, with numbers as good as those in closed form.

The draws as the model makes them and the draws under the scenario, each in order, are two samples of one
size: the k-th value of the one becomes the k-th of the other. That map carries the model's law in closed form
to the scenario's: P(scenario < v) is the closed form's P(value < v'), where v' is mapped to v. What both
samples have in common cancels, which is what a control variate does; an adjustment that changes nothing maps
every value to itself and changes nothing, to the last bit, and one that moves all values alike has no error.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from forecasts.models.base import Floats, Predictive
from forecasts.models.paths import REPLICATES, Drawn, Paths


@dataclass(frozen=True, eq=False)
class Carried:
    """One sample carried to another of the same size: the k-th smallest value to the k-th smallest.

    Attributes
    ----------
    plain, moved : (n,) arrays
        Both in order.
    """

    plain: Floats
    moved: Floats

    def back(self, value: Floats) -> tuple[Floats, Floats]:
        """Return what is carried to some values, and their levels where that is one value of many; else NaN.

        Between two values it is straight, beyond all of them the shift stays that of the last one.
        """
        return _between(self.moved, self.plain, value)

    def quantile(self, plain: Floats, level: Floats) -> Floats:
        """Return what quantiles `plain` at some levels are carried to."""
        place, _ = _between(self.plain, self.moved, plain)
        several = np.searchsorted(self.plain, plain, "right") - np.searchsorted(self.plain, plain, "left") > 1
        shift = np.interp(
            level, (np.arange(len(self.plain)) + 0.5) / len(self.plain), self.moved - self.plain
        )
        place = np.where(several, plain + shift, place)
        # Where many are carried to one bound, nothing lies beyond it.
        for k, beyond in ((0, plain < self.plain[0]), (-1, plain > self.plain[-1])):
            if self.moved[k] == self.moved[1 if k == 0 else -2] and self.plain[k] != self.moved[k]:
                place = np.where(beyond, self.moved[k], place)
        return place

    def cdf(self, law: Predictive, time: ArrayLike, value: Floats) -> Floats:
        """Return P(moved < value), of a law of the plain values."""
        place, tied = self.back(value)
        found = np.where(np.isnan(tied), law.cdf(time, place), tied)  # type: ignore[arg-type]
        for k, beyond, chance in ((0, value < self.moved[0], 0.0), (-1, value > self.moved[-1], 1.0)):
            if self.moved[k] == self.moved[1 if k == 0 else -2] and self.plain[k] != self.moved[k]:
                found = np.where(beyond, chance, found)
        return np.asarray(found, float)


def _between(known: Floats, other: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Return the places of values among others, and the levels of those whose place is one value of many."""
    n = len(known)
    k = np.searchsorted(known, value, "left")
    low, high = np.clip(k - 1, 0, n - 1), np.clip(k, 0, n - 1)
    gap = known[high] - known[low]
    part = np.where(gap > 0, (value - known[low]) / np.where(gap > 0, gap, 1.0), 0.0)
    shift = other[low] - known[low]
    place = value + (shift + part * ((other[high] - known[high]) - shift))
    tied = (other[low] == other[high]) & (gap > 0)
    return place, np.where(tied, (low + 0.5 + part) / n, np.nan)


@dataclass(frozen=True, eq=False)
class Capped(Paths):
    """Futures of which nothing lies above a bound: what would, is the bound."""

    inner: Paths
    upper: float

    @property
    def start(self) -> float:
        """See :class:`forecasts.models.paths.Paths`."""
        return self.inner.start

    def at(self, time: float) -> Floats:
        """See :class:`forecasts.models.paths.Paths`."""
        return np.minimum(self.inner.at(time), self.upper)

    def base(self, time: float) -> Floats:
        """See :class:`forecasts.models.paths.Paths`."""
        return np.minimum(self.inner.base(time), self.upper)

    def uniform(self, dimension: int) -> Floats:
        """See :class:`forecasts.models.paths.Paths`."""
        return self.inner.uniform(dimension)


@dataclass(frozen=True, eq=False)
class Adjusted(Predictive):
    """The future under adjustments of its paths; see the module.

    Attributes
    ----------
    drawn : Drawn
        The futures as the model makes them.
    moved : Paths
        The same under the scenario.
    """

    drawn: Drawn
    moved: Paths
    _carried: dict[float, Carried] = field(default_factory=dict, init=False, repr=False)

    @property
    def law(self) -> Predictive:
        """The model's own future."""
        return self.drawn.law

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return REPLICATES * self.drawn.size

    def prefetch(self, times: Floats) -> None:
        """See :class:`forecasts.models.base.Predictive`."""
        self.law.prefetch(times)

    def carried(self, time: float) -> Carried:
        """Return how values at a time are carried from the model's law to the scenario's."""
        if time not in self._carried:
            self._carried[time] = Carried(self.drawn.sorted_at(time), np.sort(self.moved.at(time)))
        return self._carried[time]

    def cdf(self, time: ArrayLike, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; of one value at many times, too."""
        values = np.asarray(value, float)
        if not np.ndim(time):
            return self.carried(float(time)).cdf(self.law, time, values)  # type: ignore[arg-type]
        times = np.asarray(time, float)
        places = np.array([float(self.carried(node).back(values)[0]) for node in self._nodes.tolist()])
        shift = np.interp(times, self._nodes, places - values)
        return np.asarray(self.law.cdf(times, values + shift), float)  # type: ignore[arg-type]

    @cached_property
    def _nodes(self) -> Floats:
        """Times at which the map is made where many are asked about; it is straight between them."""
        return self.drawn.nodes

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        levels = np.asarray(level, float)
        return self.carried(time).quantile(self.law.quantile(time, levels), levels)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`: some of those that were drawn, in any order."""
        pick = rng.permutation(REPLICATES * self.drawn.size)
        pick = np.resize(pick, draws)
        return np.stack([self.moved.at(float(time))[pick] for time in times], axis=1)

    def by_replicate(self, time: float, value: float) -> Floats:
        """Return P(value at `time` < `value`) by each replicate of the draws alone, (REPLICATES,)."""
        parts = [self.drawn.at(time), self.moved.at(time)]
        plain, moved = (np.sort(part.reshape(REPLICATES, -1), axis=1) for part in parts)
        each = (
            Carried(p, m).cdf(self.law, time, np.asarray(value)) for p, m in zip(plain, moved, strict=True)
        )
        return np.array([float(chance) for chance in each])
