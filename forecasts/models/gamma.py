"""Totals that never fall: a gamma process whose speed may itself grow.

Increments over disjoint times are independent gamma variables (van Noortwijk, "A survey of the
application of gamma processes in maintenance", 2009); with the scale integrated out under a
scale-free prior the next increment, divided by the total so far, is beta-prime. The number of events
a year (how lumpy) and the growth of the speed are integrated over a grid, on which the reference
class speaks first.
"""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from forecasts.engine.special import betainc, gammaln
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import Floats, ModelFailed, Predictive, bisect
from forecasts.models.reference import Reference

#: Gamma shape a year at the end of the history (large = smooth), and growth of the speed a year.
EVENTS, GROWTH = (0.5, 2.0, 8.0, 32.0), (-0.5, -0.2, 0.0, 0.2, 0.5, 1.0, 1.6)

#: Prior sd of the growth of the speed around 0.2 a year, where no peer has spoken.
GROWTH_SD = 0.5

#: How many histories' worth of evidence the reference class may give.
CLASS_STRENGTH = 4.0


def shapes(growth: float, events: float, years: Floats, end: float) -> Floats:
    """Return the gamma shapes of the steps between `years`; the speed at `end` is `events` a year."""
    if abs(growth) < 1e-9:
        return np.asarray(events * np.diff(years), float)
    return np.asarray(events / growth * np.diff(np.exp(growth * (years - end))), float)


def log_likelihood(increments: Floats, shape: Floats) -> float:
    """Return the log density of increments of one unknown scale, the scale integrated out (prior 1/scale)."""
    total = increments.sum()
    terms = (shape - 1) * np.log(increments) - gammaln(shape)
    return float(terms.sum() + gammaln(shape.sum()) - shape.sum() * np.log(total))


@dataclass(frozen=True)
class GammaProcess(Predictive):
    """The future of a total; see the module."""

    weights: Floats
    growth: Floats
    events: Floats
    past: Floats
    start: float
    last: float
    risen: float
    _shapes: dict[float, Floats] = field(default_factory=dict, init=False, repr=False)

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return None

    def _shape(self, time: float) -> Floats:
        if time not in self._shapes:
            self._shapes[time] = self._shape_at(time)
        return self._shapes[time]

    def _shape_at(self, time: float) -> Floats:
        ahead = max(time - self.start, 0.0)
        safe = np.where(np.abs(self.growth) < 1e-9, 1.0, self.growth)
        grown = np.where(np.abs(self.growth) < 1e-9, ahead, np.expm1(safe * ahead) / safe)
        return np.maximum(self.events * grown, 1e-9)

    def _cdf_of_ratio(self, time: float, ratio: Floats) -> Floats:
        x = np.maximum(ratio, 0.0)[..., None]
        return np.asarray(betainc(self._shape(time), self.past, x / (1 + x)) @ self.weights, float)

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        return self._cdf_of_ratio(time, (np.asarray(value, float) - self.last) / self.risen)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        log = bisect(lambda x: self._cdf_of_ratio(time, np.exp(x)), level, -30.0, 30.0)
        return self.last + self.risen * np.exp(log)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        c = rng.choice(len(self.weights), size=draws, p=self.weights)
        scale = self.risen / rng.gamma(self.past[c])
        shape = np.array([self._shape(t)[c] for t in times]).T
        step = np.diff(shape, axis=1, prepend=0.0)
        return self.last + scale[:, None] * np.cumsum(rng.gamma(np.maximum(step, 1e-12)), axis=1)


class GammaTotal:
    """See the module; serves cumulative totals from two points (a known start is one)."""

    name = "gamma"
    min_n, max_n = 2, 10_000
    kinds = frozenset({Kind.CUMULATIVE})
    knows_totals = True

    def fit(self, history: History, reference: Reference, seed: int) -> GammaProcess:
        """See :class:`forecasts.models.base.GrowthModel`."""
        history = _moving(history)
        increments = np.diff(history.value)
        if increments.sum() <= 0:
            raise ModelFailed("the total has not risen yet")
        years, end = history.years, float(history.years[-1])
        cells = list(product(GROWTH, EVENTS))
        prior = np.array([-0.5 * ((g - 0.2) / GROWTH_SD) ** 2 for g, _ in cells])
        peers = [h for h in reference.histories if h.kind is Kind.CUMULATIVE and len(h) > 2]
        weight = min(1.0, CLASS_STRENGTH / max(len(peers), 1))
        for peer in peers:
            prior += weight * _cell_likelihoods(peer, cells)
        log_weights = prior + _cell_likelihoods(history, cells)
        weights = np.exp(log_weights - log_weights.max())
        growth, events = np.array(cells).T
        past = np.array([shapes(g, e, years, end).sum() for g, e in cells])
        return GammaProcess(
            weights=weights / weights.sum(), growth=growth, events=events, past=past,
            start=end, last=float(history.value[-1]), risen=float(increments.sum()),
        )  # fmt: skip


def _moving(history: History) -> History:
    """Return a history of which no two figures stand at one time; where its time stands still, the later."""
    return history.take(np.flatnonzero(np.append(np.diff(history.years) > 0, True)))


def _cell_likelihoods(history: History, cells: list[tuple[float, float]]) -> Floats:
    """Return the log likelihood of a total's increments in each cell; steps without a rise are joined."""
    history = _moving(history)
    value, years = history.value, history.years
    keep = [0]
    for i in range(1, len(value)):
        if value[i] > value[keep[-1]]:
            keep.append(i)
    increments, times = np.diff(value[keep]), years[keep]
    if len(increments) < 2:
        return np.zeros(len(cells))
    end = float(times[-1])
    return np.array([log_likelihood(increments, shapes(g, e, times, end)) for g, e in cells])
