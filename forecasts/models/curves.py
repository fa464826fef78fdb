"""Curves of growth: exponential, logistic, Gompertz, each with a prior, fitted on the log scale.

Below half of an S-curve its ceiling is not identified, so the ceiling has a prior: a log-normal
multiple of the last value. The posterior is Laplace's approximation around the maximum (MacKay,
"Information Theory, Inference, and Learning Algorithms", 2003, chapter 27), kept as a mixture of draws.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.special import log_expit
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import GROWING, Floats, LogNormalMixture, ModelFailed, ModelUnfit
from forecasts.models.reference import Reference

DRAWS = 400

#: Prior of log(ceiling / last value): a ceiling three times as high, within a factor of 3 either way.
CEILING_MEAN, CEILING_SD = np.log(3.0), 1.1

#: Prior guess of the scatter around a curve (log scale) and its weight in observations.
SCATTER, SCATTER_WEIGHT = 0.05, 2.0


def exponential(x: Floats, t: Floats) -> Floats:
    """Return log values; parameters (..., 2): level at the last point, growth a year."""
    return np.asarray(x[..., :1] + x[..., 1:2] * t, float)


def logistic(x: Floats, t: Floats) -> Floats:
    """Return log values; parameters (..., 3): level, growth at the last point, log(ceiling / level) > 0."""
    ceiling = np.exp(x[..., 2:3])
    share = 1 / (1 + ceiling)  # how much of the ceiling is filled at t = 0
    speed = x[..., 1:2] / np.maximum(1 - share, 1e-9)
    odds = np.log(share / (1 - share))
    return x[..., :1] + log_expit(odds + speed * t) - log_expit(odds)


def gompertz(x: Floats, t: Floats) -> Floats:
    """Return log values; parameters (..., 3): level, growth at the last point, log(ceiling / level)."""
    room = np.log1p(np.exp(x[..., 2:3]))  # log distance to the ceiling, positive
    speed = x[..., 1:2] / room
    return np.asarray(x[..., :1] + room * (1 - np.exp(np.clip(-speed * t, -50, 50))), float)


@dataclass(frozen=True)
class Curve:
    """One family of curves as a growth model."""

    name: str
    mean: Callable[[Floats, Floats], Floats]
    has_ceiling: bool
    min_n: int = 4
    max_n: int = 10_000
    kinds: frozenset[Kind] = GROWING
    knows_totals: bool = False

    def fit(self, history: History, reference: Reference, seed: int) -> LogNormalMixture:
        """See :class:`forecasts.models.base.GrowthModel`."""
        from scipy.optimize import least_squares  # a second's fifth, which an answer in bulk does not need

        seen = history.positive()
        if len(seen) < self.min_n:
            raise ModelUnfit(f"n<{self.min_n}")
        end = float(seen.years[-1])
        t, y, noise = seen.years - end, np.log(seen.value), seen.log_sd
        pace = reference.pace
        centre = np.array([y[-1], pace[0], CEILING_MEAN][: 3 if self.has_ceiling else 2])
        width = np.array([0.5, max(pace[1], 0.1), CEILING_SD][: len(centre)])

        def residuals(x: Floats, scatter: float) -> Floats:
            fit = (y - self.mean(x, t)) / np.hypot(scatter, noise)
            return np.concatenate([fit, (x - centre) / width])

        # Two rounds: fit with the guessed scatter, then with the scatter that the fit leaves.
        scatter = SCATTER
        for _ in range(2):
            found = least_squares(residuals, centre, args=(scatter,), max_nfev=200)
            left = float(np.sum((y - self.mean(found.x, t)) ** 2))
            freedom = max(len(y) - len(centre), 0) + SCATTER_WEIGHT
            scatter = float(np.sqrt((left + SCATTER_WEIGHT * SCATTER**2) / freedom))
        slope = np.asarray(found.jac, float)
        covariance = np.linalg.inv(slope.T @ slope)
        if not found.success or not np.all(np.isfinite(covariance)):
            raise ModelFailed(f"the fit did not converge: {found.message}")
        rng = np.random.default_rng(seed)
        x = rng.multivariate_normal(found.x, covariance, DRAWS, method="eigh")

        def moments(time: float) -> tuple[Floats, Floats]:
            level = self.mean(x, np.array([time - end]))[:, 0]
            # Values near the end share the last deviation: the scatter grows as of a random walk.
            return level, np.full(DRAWS, scatter * np.sqrt(1 + max(time - end, 0.0)))

        def steps(times: Floats, component: NDArray[np.intp], rng: np.random.Generator) -> Floats:
            level = self.mean(x[component], times - end)
            gaps = np.diff(np.maximum(times - end, 0.0), prepend=-1.0)
            wander = np.cumsum(rng.standard_normal(level.shape) * np.sqrt(gaps), axis=1)
            return np.asarray(level + scatter * wander, float)

        return LogNormalMixture(np.full(DRAWS, 1 / DRAWS), moments, steps)


CURVES = (
    Curve("exponential", exponential, has_ceiling=False),
    Curve("logistic", logistic, has_ceiling=True),
    Curve("gompertz", gompertz, has_ceiling=True),
)
