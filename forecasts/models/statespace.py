"""Members from statsmodels: a local linear trend with missing periods, and damped exponential smoothing."""

import warnings
from typing import Any

import numpy as np

from forecasts.ledger.history import History
from forecasts.models.base import ALL_KINDS, Floats, ModelFailed, ModelUnfit, SampledPaths
from forecasts.models.reference import Reference

DRAWS = 2000

#: How far the members look ahead, in years.
AHEAD = 10

#: A log value that moves further than this within the horizon is an exploded fit (a factor of 3 million).
ABSURD = 15.0


def regular_grid(history: History) -> tuple[Floats, Floats, int]:
    """Lay a history on a regular grid of its clock.

    Returns
    -------
    logs : (T,) array
        Logarithms, NaN where a period has no figure (the last figure of a period wins).
    years : (T,) array
        Clock time of the periods' figures.
    per_year : int
        1, 4 or 12 periods a year: the coarsest that keeps the figures apart.
    """
    seen = history.positive()
    for per_year in (1, 4, 12):
        slot = np.round((seen.years - seen.years[-1]) * per_year).astype(int)
        if len(np.unique(slot)) == len(seen):
            break
    logs = np.full(-slot[0] + 1, np.nan)
    logs[slot - slot[0]] = np.log(seen.value)
    return logs, seen.years[-1] + np.arange(slot[0], 1) / per_year, per_year


def _as_paths(simulated: Floats, last: float, end: float, per_year: int) -> SampledPaths:
    """Make paths (draws, T) of logarithms a predictive, refusing what is not finite or absurd."""
    if not np.all(np.isfinite(simulated)):
        raise ModelFailed("the simulated paths are not finite")
    near = simulated[:, : 3 * per_year]
    if np.quantile(np.abs(near - last), 0.9) > ABSURD:
        raise ModelFailed("the simulated paths explode within three years")
    times = end + np.arange(simulated.shape[1] + 1) / per_year
    start = np.full((len(simulated), 1), last)
    return SampledPaths(times, np.exp(np.clip(np.hstack([start, simulated]), -700, 700)))


class LocalTrend:
    """statsmodels' unobserved components: local linear trend, missing periods filtered over."""

    name = "local_trend"
    min_n, max_n = 5, 10_000
    kinds = ALL_KINDS
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> SampledPaths:
        """See :class:`forecasts.models.base.GrowthModel`."""
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        logs, years, per_year = regular_grid(history)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted: Any = UnobservedComponents(logs, level="lltrend").fit(disp=0, maxiter=200)
            simulated = fitted.simulate(
                AHEAD * per_year, repetitions=DRAWS, anchor="end", rng=np.random.default_rng(seed)
            )
        paths = np.asarray(simulated, float).reshape(AHEAD * per_year, DRAWS).T
        return _as_paths(paths, float(logs[-1]), float(years[-1]), per_year)


class DampedEts:
    """statsmodels' exponential smoothing, damped trend of the logarithm; regular histories only."""

    name = "damped_ets"
    min_n, max_n = 8, 10_000
    kinds = ALL_KINDS
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> SampledPaths:
        """See :class:`forecasts.models.base.GrowthModel`."""
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        logs, years, per_year = regular_grid(history)
        if np.isnan(logs).any():
            raise ModelUnfit("gaps")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted: Any = ETSModel(logs, error="add", trend="add", damped_trend=True).fit(disp=False)
            simulated = fitted.simulate(
                AHEAD * per_year, anchor="end", repetitions=DRAWS, rng=np.random.default_rng(seed)
            )
        paths = np.asarray(simulated, float).reshape(AHEAD * per_year, DRAWS).T
        return _as_paths(paths, float(logs[-1]), float(years[-1]), per_year)
