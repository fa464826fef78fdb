"""The outside view alone: the goal's region grows as its peers did."""

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.history import History
from forecasts.models.base import GROWING, Floats, LogNormalMixture, ModelFailed, ModelUnfit
from forecasts.models.reference import Reference

#: Fewest steps of peers that make a law of growth.
MIN_STEPS = 5


class Peers:
    """A kernel density of the peers' growth a year (Silverman, 1986); each region counts once.

    It serves where the own history is too short to speak for itself.
    """

    name = "peers"
    min_n, max_n = 1, 3
    kinds = GROWING
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> LogNormalMixture:
        """See :class:`forecasts.models.base.GrowthModel`."""
        seen, steps = history.positive(), reference.steps
        if not len(seen):
            raise ModelFailed("no positive value to start from")
        if len(steps.rate) < MIN_STEPS:
            raise ModelUnfit(f"steps<{MIN_STEPS}")
        share = 1.0 / np.bincount(steps.history)[steps.history]
        weights = share / share.sum()
        centre = float(weights @ steps.rate)
        sd = float(np.sqrt(weights @ (steps.rate - centre) ** 2))
        iqr = float(np.subtract(*np.quantile(steps.rate, [0.75, 0.25])))
        width = max(0.9 * min(sd, iqr / 1.34) * len(weights) ** -0.2, 0.01)
        last, noise, start = float(np.log(seen.value[-1])), float(seen.log_sd[-1]), float(seen.years[-1])

        def moments(time: float) -> tuple[Floats, Floats]:
            ahead = max(time - start, 0.0)
            level = last + steps.rate * ahead
            return level, np.full_like(level, max(np.hypot(width * ahead, noise), 1e-6))

        def paths(times: Floats, component: NDArray[np.intp], rng: np.random.Generator) -> Floats:
            rate = steps.rate[component] + width * rng.standard_normal(len(component))
            level = last + noise * rng.standard_normal(len(component))
            ahead = np.maximum(times - start, 0.0)
            return np.asarray(level[:, None] + rate[:, None] * ahead, float)

        return LogNormalMixture(weights, moments, paths)
