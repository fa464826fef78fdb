"""Bayesian local trend on the log scale, integrated over a grid of its hyper-parameters.

Level and damped slope (Harvey, "Forecasting, structural time series models and the Kalman filter",
1989, section 2.3), exact between irregular dates, with a variance for every printed number's
interval. For each cell of the grid the filter is in closed form; the cells are weighted by their
marginal likelihood and by what the reference class says about them. It serves from one own point: then
the reference class carries the answer.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.history import History
from forecasts.models.base import ALL_KINDS, Floats, LogNormalMixture, ModelFailed
from forecasts.models.reference import Reference

#: Level noise, slope noise (sd of the logarithm a year), damping of the slope a year.
LEVEL, SLOPE, DAMPING = (0.01, 0.03, 0.08, 0.2, 0.5), (0.0, 0.03, 0.1, 0.3), (1.0, 0.7, 0.3)

#: How many histories' worth of evidence the reference class may give about the cells.
CLASS_STRENGTH = 8.0


@dataclass(frozen=True)
class Cells:
    """The grid: one entry a cell, each of shape (C,)."""

    level: Floats
    slope: Floats
    damping: Floats


def grid() -> Cells:
    """Return the grid of hyper-parameters."""
    rows = np.array(list(product(LEVEL, SLOPE, DAMPING)))
    return Cells(rows[:, 0], rows[:, 1], rows[:, 2])


@dataclass(frozen=True)
class State:
    """Filtered level and slope per cell: means (C,), covariances (C,), log likelihood (C,)."""

    level: Floats
    slope: Floats
    var_level: Floats
    cov: Floats
    var_slope: Floats
    log_likelihood: Floats


def forward(state: State, cells: Cells, years: float, mean: float) -> State:
    """Move the state ahead; the slope returns to `mean` by the cell's damping."""
    kept = cells.damping**years
    # The damped slope's own integral over the step: how far one unit of today's slope carries the level.
    rate = -np.log(np.minimum(cells.damping, 1 - 1e-9))
    reach = np.where(rate < 1e-6, years, (1 - kept) / rate)
    return State(
        level=state.level + mean * years + reach * (state.slope - mean),
        slope=mean + kept * (state.slope - mean),
        var_level=state.var_level + 2 * reach * state.cov + reach**2 * state.var_slope
        + cells.level**2 * years + cells.slope**2 * years**3 / 3,
        cov=kept * (state.cov + reach * state.var_slope) + cells.slope**2 * years**2 / 2,
        var_slope=kept**2 * state.var_slope + cells.slope**2 * years,
        log_likelihood=state.log_likelihood,
    )  # fmt: skip


def observe(state: State, value: float, variance: float) -> State:
    """Update the state by one logarithm with its variance."""
    total = state.var_level + variance
    error = value - state.level
    k0, k1 = state.var_level / total, state.cov / total
    return State(
        level=state.level + k0 * error,
        slope=state.slope + k1 * error,
        var_level=state.var_level - k0 * state.var_level,
        cov=state.cov - k0 * state.cov,
        var_slope=state.var_slope - k1 * state.cov,
        log_likelihood=state.log_likelihood - 0.5 * (np.log(2 * np.pi * total) + error**2 / total),
    )


def run_filter(history: History, cells: Cells, drift: tuple[float, float]) -> State:
    """Filter a history of positive values, starting from its first with the drift's prior on the slope."""
    logs, variances, years = np.log(history.value), history.log_sd**2, history.years
    ones = np.ones_like(cells.level)
    state = State(
        level=ones * logs[0], slope=ones * drift[0], var_level=ones * max(variances[0], 1e-8),
        cov=0 * ones, var_slope=ones * drift[1] ** 2, log_likelihood=0 * ones,
    )  # fmt: skip
    for i in range(1, len(logs)):
        state = forward(state, cells, years[i] - years[i - 1], drift[0])
        state = observe(state, float(logs[i]), float(variances[i]))
    return state


def class_log_weights(cells: Cells, reference: Reference, drift: tuple[float, float]) -> Floats:
    """Return what the reference class says about the cells: its likelihood, worth a few histories at most."""
    total = np.zeros_like(cells.level)
    histories = [h for h in map(History.positive, reference.histories) if len(h) > 1]
    for history in histories:
        total += run_filter(history, cells, drift).log_likelihood
    return total * min(1.0, CLASS_STRENGTH / max(len(histories), 1))


class Trend:
    """See the module."""

    name = "trend"
    min_n, max_n = 1, 10_000
    kinds = ALL_KINDS

    def fit(self, history: History, reference: Reference, seed: int) -> LogNormalMixture:
        """See :class:`forecasts.models.base.GrowthModel`."""
        seen = history.positive()
        if not len(seen):
            raise ModelFailed("no positive value to start from")
        cells, drift = grid(), reference.drift()
        state = run_filter(seen, cells, drift)
        log_weights = class_log_weights(cells, reference, drift) + state.log_likelihood
        weights = np.exp(log_weights - log_weights.max())
        start = float(seen.years[-1])

        def moments(time: float) -> tuple[Floats, Floats]:
            ahead = forward(state, cells, max(time - start, 0.0), drift[0])
            return ahead.level, np.sqrt(np.maximum(ahead.var_level, 1e-12))

        def steps(times: Floats, component: NDArray[np.intp], rng: np.random.Generator) -> Floats:
            return _simulate(state, cells, component, times - start, drift[0], rng)

        return LogNormalMixture(weights / weights.sum(), moments, steps)


def _simulate(
    state: State, cells: Cells, c: NDArray[np.intp], ahead: Floats, mean: float, rng: np.random.Generator
) -> Floats:
    """Draw paths of the level for the cells `c` (draws,), at `ahead` years, shape (draws, T)."""
    picked = Cells(cells.level[c], cells.slope[c], cells.damping[c])
    sd = np.sqrt(np.maximum(state.var_level[c], 1e-16))
    z = rng.standard_normal((2, len(c)))
    level = state.level[c] + sd * z[0]
    left = np.maximum(state.var_slope[c] - state.cov[c] ** 2 / sd**2, 0.0)
    slope = state.slope[c] + state.cov[c] / sd * z[0] + np.sqrt(left) * z[1]
    paths, before = np.empty((len(c), len(ahead))), 0.0
    for i, time in enumerate(np.maximum(ahead, 0.0)):
        zero = np.zeros(len(c))
        moved = forward(State(level, slope, zero, zero, zero, zero), picked, time - before, mean)
        z = rng.standard_normal((2, len(c)))
        sd = np.sqrt(np.maximum(moved.var_level, 1e-16))
        left = np.maximum(moved.var_slope - moved.cov**2 / sd**2, 0.0)
        level = moved.level + sd * z[0]
        slope = moved.slope + moved.cov / sd * z[0] + np.sqrt(left) * z[1]
        paths[:, i], before = level, time
    return paths
