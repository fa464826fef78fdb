"""Members from statsmodels: a local linear trend with missing periods, and damped exponential smoothing."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.ledger.history import History
from forecasts.models.base import GROWING, Floats, LogNormalMixture, ModelFailed, ModelUnfit
from forecasts.models.reference import Reference

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


def _as_future(mean: Floats, sd: Floats, last: float, end: float, per_year: int) -> LogNormalMixture:
    """Make a forecast of logarithms, one entry a period, a predictive; refuse what is absurd."""
    if not (np.all(np.isfinite(mean)) and np.all(np.isfinite(sd))):
        raise ModelFailed("the forecast is not finite")
    if np.max(np.abs(mean[: 3 * per_year] - last)) > ABSURD or np.max(sd[: 3 * per_year]) > ABSURD:
        raise ModelFailed("the forecast explodes within three years")
    times = end + np.arange(len(mean) + 1) / per_year
    means, sds = np.concatenate([[last], mean]), np.concatenate([[0.0], sd])

    def moments(time: float) -> tuple[Floats, Floats]:
        return (
            np.array([np.interp(time, times, means)]),
            np.array([max(float(np.interp(time, times, sds)), 1e-6)]),
        )

    def steps(when: Floats, component: NDArray[np.intp], rng: np.random.Generator) -> Floats:
        ahead = np.maximum(when - end, 1e-9)
        walk = rng.standard_normal((len(component), len(when))) * np.sqrt(np.diff(ahead, prepend=0.0))
        z = np.cumsum(walk, 1) / np.sqrt(ahead)
        return np.asarray(np.interp(when, times, means) + z * np.interp(when, times, sds), float)

    return LogNormalMixture(np.ones(1), moments, steps)


class LocalTrend:
    """statsmodels' unobserved components: local linear trend, missing periods filtered over."""

    name = "local_trend"
    min_n, max_n = 5, 10_000
    kinds = GROWING
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> LogNormalMixture:
        """See :class:`forecasts.models.base.GrowthModel`."""
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        logs, years, per_year = regular_grid(history)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted: Any = UnobservedComponents(logs, level="lltrend").fit(
                disp=0, maxiter=100, cov_type="none"
            )
            ahead = fitted.get_forecast(AHEAD * per_year)
        mean, sd = np.asarray(ahead.predicted_mean, float), np.asarray(ahead.se_mean, float)
        return _as_future(mean, sd, float(logs[-1]), float(years[-1]), per_year)


class DampedEts:
    """statsmodels' exponential smoothing, damped trend of the logarithm; regular histories only."""

    name = "damped_ets"
    min_n, max_n = 8, 10_000
    kinds = GROWING
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> LogNormalMixture:
        """See :class:`forecasts.models.base.GrowthModel`."""
        import pandas as pd
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        logs, years, per_year = regular_grid(history)
        if np.isnan(logs).any():
            raise ModelUnfit("gaps")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted: Any = ETSModel(pd.Series(logs), error="add", trend="add", damped_trend=True).fit(
                disp=False
            )
            steps = len(logs), len(logs) + AHEAD * per_year - 1
            table = fitted.get_prediction(*steps, method="exact").summary_frame(alpha=0.05)
        mean = table["mean"].to_numpy(float)
        sd = (table["pi_upper"].to_numpy(float) - mean) / 1.959964
        return _as_future(mean, sd, float(logs[-1]), float(years[-1]), per_year)
