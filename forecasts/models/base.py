"""The protocol of growth models and the two forms in which most of them tell the future."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.engine.special import ndtr
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.reference import Reference

Floats = NDArray[np.float64]

#: What grows or shrinks from where it is; shares and rates have bounds and signs of their own.
GROWING = frozenset({Kind.STOCK, Kind.CUMULATIVE, Kind.FLOW})


class Predictive(Protocol):
    """The future of one history as a distribution; time is the history's clock, in years."""

    @property
    def draws(self) -> int | None:
        """Number of random draws behind `cdf`; None where it is exact."""
        ...

    def prefetch(self, times: Floats) -> None:
        """Prepare for questions at some times at once; a future that is quick to ask need not."""
        return None

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """Return P(value at `time` < `value`), shape of `value`."""
        ...

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """Return the quantiles at `time`, shape of `level`."""
        ...

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """Return `draws` possible futures at increasing `times`, shape (draws, len(times))."""
        ...


class GrowthModel(Protocol):
    """A way to see the future of a history.

    Attributes
    ----------
    name : str
        Stands in results and briefs.
    min_n, max_n : int
        From how many and up to how many own points it serves.
    kinds : frozenset of Kind
        Quantities that it serves.
    knows_totals : bool
        Whether its future of a cumulative total never falls by itself.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def min_n(self) -> int: ...  # noqa: D102

    @property
    def max_n(self) -> int: ...  # noqa: D102

    @property
    def kinds(self) -> frozenset[Kind]: ...  # noqa: D102

    @property
    def knows_totals(self) -> bool: ...  # noqa: D102

    def fit(self, history: History, reference: Reference, seed: int) -> Predictive:
        """Fit to one history, with what its peers did as the prior.

        Raises
        ------
        ModelFailed
            If no usable fit was found; the message says why.
        ModelUnfit
            If the model is not for such a history.
        """
        ...


class ModelFailed(RuntimeError):
    """A growth model found no usable fit; it is reported, never averaged."""


class ModelUnfit(RuntimeError):
    """A growth model is not for such a history; the message is a code such as ``n<4`` or ``gaps``."""


def bisect(cdf: Callable[[Floats], Floats], level: ArrayLike, low: float, high: float) -> Floats:
    """Invert an increasing `cdf` between finite `low` and `high`, vectorised over levels."""
    levels = np.asarray(level, float)
    a, b = np.full(levels.shape, low), np.full(levels.shape, high)
    for _ in range(48):
        middle = (a + b) / 2
        below = cdf(middle) < levels
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    return np.asarray((a + b) / 2, float)


@dataclass(frozen=True)
class LogNormalMixture(Predictive):
    """Mixture of normal laws of the logarithm, whose components move with time.

    Parameters
    ----------
    weights : (C,) array
        Sum to one.
    moments : callable
        ``moments(time) -> (mean, sd)`` of the logarithm, each of shape (C,).
    steps : callable
        ``steps(times, component, rng) -> (draws, T)`` logarithms of paths of the given components (draws,).
    """

    weights: Floats
    moments: Callable[[float], tuple[Floats, Floats]]
    steps: Callable[[Floats, NDArray[np.intp], np.random.Generator], Floats]

    @property
    def draws(self) -> int | None:
        """See :class:`Predictive`."""
        return None

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`Predictive`."""
        mean, sd = self.moments(time)
        with np.errstate(divide="ignore"):
            x = np.log(np.maximum(np.asarray(value, float), 0.0))
        return np.asarray(ndtr((x[..., None] - mean) / sd) @ self.weights, float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`Predictive`."""
        mean, sd = self.moments(time)
        low, high = float(np.min(mean - 9 * sd)), float(np.max(mean + 9 * sd))
        log = bisect(lambda x: ndtr((x[..., None] - mean) / sd) @ self.weights, level, low, high)
        return np.asarray(np.exp(np.minimum(log, 700.0)), float)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`Predictive`."""
        component = rng.choice(len(self.weights), size=draws, p=self.weights)
        return np.asarray(np.exp(np.minimum(self.steps(times, component, rng), 700.0)), float)


@dataclass(frozen=True)
class SampledPaths(Predictive):
    """A future known by sample paths on a grid of times, straight in the logarithm between them.

    Parameters
    ----------
    times : (T,) array
        Increasing.
    values : (draws, T) array
        Positive and finite.
    """

    times: Floats
    values: Floats

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.values)) or np.any(self.values <= 0):
            raise ModelFailed("the simulated paths are not finite and positive")

    @property
    def draws(self) -> int:
        """Number of paths."""
        return len(self.values)

    @cached_property
    def _logs(self) -> Floats:
        return np.log(self.values)

    def _at(self, time: float) -> Floats:
        """Return the values of all paths at one time, shape (draws,)."""
        i = int(np.clip(np.searchsorted(self.times, time), 1, len(self.times) - 1))
        part = np.clip((time - self.times[i - 1]) / (self.times[i] - self.times[i - 1]), 0.0, 1.0)
        return np.asarray(np.exp((1 - part) * self._logs[:, i - 1] + part * self._logs[:, i]), float)

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`Predictive`; smoothed so that it is never 0 or 1."""
        sample = np.sort(self._at(time))
        rank = np.searchsorted(sample, np.asarray(value, float), side="right")
        return np.asarray((rank + 0.5) / (len(sample) + 1), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`Predictive`."""
        return np.asarray(np.quantile(self._at(time), np.asarray(level, float)))

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`Predictive`."""
        picked = rng.integers(0, len(self.values), draws)
        return np.stack([self._at(float(time))[picked] for time in times], axis=1)


@dataclass(frozen=True)
class NeverFalls(Predictive):
    """A future that is known not to fall below `last`: the rest of the law, given that."""

    inner: Predictive
    last: float

    def prefetch(self, times: Floats) -> None:
        """See :class:`Predictive`."""
        self.inner.prefetch(times)

    @property
    def draws(self) -> int | None:
        """See :class:`Predictive`."""
        return self.inner.draws

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`Predictive`."""
        below = float(self.inner.cdf(time, self.last))
        rest = max(1.0 - below, 1e-12)
        return np.clip((self.inner.cdf(time, value) - below) / rest, 0.0, 1.0)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`Predictive`."""
        below = float(self.inner.cdf(time, self.last))
        levels = below + (1.0 - below) * np.asarray(level, float)
        return np.maximum(self.inner.quantile(time, levels), self.last)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`Predictive`; a path that falls waits at its highest value."""
        return np.maximum.accumulate(np.maximum(self.inner.paths(times, draws, rng), self.last), axis=1)
