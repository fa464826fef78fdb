"""Members from Prophet: linear on the log scale, and logistic under an uncertain ceiling.

Prophet draws from NumPy's global generator and its intervals are too narrow on few points
(facebook/prophet issues 1064 and 146); so it serves from ten points only, each fit gets its own
seed and the generator is put back as it was.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from forecasts.ledger.history import History
from forecasts.models.base import GROWING, Floats, ModelFailed, SampledPaths
from forecasts.models.curves import CEILING_MEAN, CEILING_SD
from forecasts.models.reference import Reference

DRAWS, AHEAD, PER_YEAR = 900, 5, 4

#: Normal quantiles at which the ceiling's prior is asked.
CEILINGS = (-0.97, 0.0, 0.97)


@contextmanager
def _own_random(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator and put it back afterwards."""
    state = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(state)


def _simulate(history: History, seed: int, ceiling: float | None, draws: int) -> tuple[Floats, Floats]:
    """Fit Prophet once; return times (T,) and paths (draws, T): values, or logarithms without a ceiling."""
    import pandas as pd

    # Both libraries set their own levels when they are imported; a batch's log is no place for their chatter.
    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").setLevel(logging.CRITICAL)
    from prophet import Prophet

    seen = history.positive()
    # Clock time goes in as days, so that the indicator's own clock is kept.
    days = [dt.datetime(2000, 1, 1) + dt.timedelta(days=float(365.25 * (y - 2000))) for y in seen.years]
    y = np.log(seen.value) if ceiling is None else seen.value
    frame = pd.DataFrame({"ds": days, "y": y})
    end = float(seen.years[-1])
    times = end + np.arange(0, AHEAD * PER_YEAR + 1) / PER_YEAR
    ahead = [dt.datetime(2000, 1, 1) + dt.timedelta(days=float(365.25 * (t - 2000))) for t in times]
    future = pd.DataFrame({"ds": ahead})
    if ceiling is not None:
        frame["cap"] = future["cap"] = ceiling
    model: Any = Prophet(
        growth="linear" if ceiling is None else "logistic", yearly_seasonality=False,
        weekly_seasonality=False, daily_seasonality=False, uncertainty_samples=draws,
        n_changepoints=min(len(seen) // 3, 10),
    )  # fmt: skip
    with _own_random(seed):
        model.fit(frame, seed=seed % 2**31)
        paths = np.asarray(model.predictive_samples(future)["yhat"], float).T
    return times, paths


class ProphetLinear:
    """Prophet's piecewise linear trend of the logarithm."""

    name = "prophet_linear"
    min_n, max_n = 10, 10_000
    kinds = GROWING
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> SampledPaths:
        """See :class:`forecasts.models.base.GrowthModel`."""
        times, logs = _simulate(history, seed, None, DRAWS)
        return SampledPaths(times, np.exp(np.clip(logs, -700, 700)))


class ProphetLogistic:
    """Prophet's logistic trend, under ceilings drawn from the curves' prior."""

    name = "prophet_logistic"
    min_n, max_n = 10, 10_000
    kinds = GROWING
    knows_totals = False

    def fit(self, history: History, reference: Reference, seed: int) -> SampledPaths:
        """See :class:`forecasts.models.base.GrowthModel`."""
        top = float(history.value.max())
        parts = []
        for i, z in enumerate(CEILINGS):
            ceiling = top * (1 + np.exp(CEILING_MEAN + CEILING_SD * z))
            times, paths = _simulate(history, seed + i, ceiling, DRAWS // len(CEILINGS))
            parts.append(paths)
        values = np.vstack(parts)
        if np.mean(values <= 0) > 0.05:
            raise ModelFailed("more than 5 % of the simulated values are not positive")
        return SampledPaths(times, np.maximum(values, float(history.positive().value.min()) * 1e-3))
