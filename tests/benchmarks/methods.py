"""The usual tools, each a function from one history to the quantiles of its value h steps ahead.

None of them is told of seasons: the histories are looked at as trends, by all alike.
"""

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from common import LEVELS, NORMAL, Floats, walk_quantiles

#: What a method sees: values, their days and the day asked for, and steps ahead.
Method = Callable[[Floats, Sequence[str], int], Floats]

#: A history on which every method warms up, so that imports and compilation are told apart.
WARM = np.array([10, 11, 13, 14, 17, 19, 20, 23, 25, 26, 29, 31.0])
WARM_DAYS = [f"{2000 + i}-12-31" for i in range(len(WARM) + 1)]


@dataclass(frozen=True)
class Run:
    """What a method did: quantiles, NaN where it failed; seconds; why it is missing altogether."""

    quantiles: Floats
    seconds: Floats
    first: float = np.nan
    missing: str = ""
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> np.ndarray:
        """Which histories have no answer."""
        return ~np.isfinite(self.quantiles).all(axis=1)


def random_walk(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return a random walk with drift."""
    return walk_quantiles(history, h)


def local_linear_trend(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return statsmodels' structural local linear trend."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    scale = float(np.abs(history).max()) or 1.0
    fitted = UnobservedComponents(history / scale, "local linear trend").fit(disp=0)
    ahead = fitted.get_forecast(h)
    return scale * (float(ahead.predicted_mean[-1]) + NORMAL * float(ahead.se_mean[-1]))


def damped_ets(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return statsmodels' additive ETS with damped trend."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    n, scale = len(history), float(np.abs(history).max()) or 1.0
    series = pd.Series(history / scale)  # its intervals need a series
    fitted = ETSModel(series, error="add", trend="add", damped_trend=True).fit(disp=0)
    ahead = fitted.get_prediction(start=n, end=n + h - 1)
    mean, variance = np.asarray(ahead.predicted_mean)[-1], np.asarray(ahead.forecast_variance)[-1]
    return scale * (float(mean) + NORMAL * float(np.sqrt(variance)))


def auto_ets(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return statsforecast's AutoETS."""
    from statsforecast.models import AutoETS

    return _statsforecast(AutoETS(season_length=1), history, h)


def auto_ets_season(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return statsforecast's AutoETS, told how many values make a year."""
    from statsforecast.models import AutoETS

    gap = float(np.median(np.diff(np.array(days, "datetime64[D]").astype(float))))
    return _statsforecast(AutoETS(season_length=max(1, round(365.25 / gap))), history, h)


def auto_theta(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return statsforecast's AutoTheta."""
    from statsforecast.models import AutoTheta

    return _statsforecast(AutoTheta(season_length=1), history, h)


def _statsforecast(model: Any, history: Floats, h: int) -> Floats:
    """Ask a model of statsforecast for intervals, whose ends are quantiles."""
    wide = [round(100 * (1 - 2 * p)) for p in LEVELS[LEVELS < 0.5]]
    told = model.forecast(y=history.astype(float), h=h, level=sorted(wide))
    low = [float(told[f"lo-{w}"][-1]) for w in wide]
    high = [float(told[f"hi-{w}"][-1]) for w in reversed(wide)]
    return np.array([*low, float(told["mean"][-1]), *high])


def prophet(history: Floats, days: Sequence[str], h: int) -> Floats:
    """Return Prophet's trend, as it comes."""
    logging.getLogger("prophet").setLevel(logging.CRITICAL)
    import pandas as pd
    from prophet import Prophet

    model = Prophet(yearly_seasonality=False, weekly_seasonality=False, daily_seasonality=False)
    logging.getLogger("cmdstanpy").disabled = True  # a level would be set anew by its first fit
    np.random.seed(0)
    model.fit(pd.DataFrame({"ds": pd.to_datetime(list(days[:-1])), "y": history}), seed=0)
    future = pd.DataFrame({"ds": pd.to_datetime([days[-1]])})
    return np.quantile(model.predictive_samples(future)["yhat"][0], LEVELS)


#: Every method, in the order in which it is shown, and what to install for it.
METHODS: dict[str, tuple[Method, str]] = {
    "random walk with drift": (random_walk, ""),
    "statsmodels UCM local linear trend": (local_linear_trend, "statsmodels"),
    "statsmodels damped ETS": (damped_ets, "statsmodels"),
    "statsforecast AutoETS": (auto_ets, "statsforecast"),
    "statsforecast AutoETS, season told": (auto_ets_season, "statsforecast"),
    "statsforecast AutoTheta": (auto_theta, "statsforecast"),
    "Prophet": (prophet, "prophet"),
}


def run(
    method: Method, histories: Sequence[Floats], days: Sequence[Sequence[str]], steps: Sequence[int]
) -> Run:
    """Run a method over histories, one at a time, after a first history that is not counted."""
    start = perf_counter()
    try:
        _quietly(method, WARM, WARM_DAYS, 1)
    except ImportError as error:
        empty = np.full((len(histories), len(LEVELS)), np.nan)
        return Run(empty, np.full(len(histories), np.nan), missing=str(error).splitlines()[0])
    first = perf_counter() - start
    quantiles, seconds, reasons = np.full((len(histories), len(LEVELS)), np.nan), [], {}
    for i, (x, d, h) in enumerate(zip(histories, days, steps, strict=True)):
        start = perf_counter()
        try:
            quantiles[i] = _checked(_quietly(method, x, d, int(h)))
        except Exception as error:  # whatever a library raises is a failure, and is counted
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:70]
            reasons[reason] = reasons.get(reason, 0) + 1
        seconds.append(perf_counter() - start)
    return Run(quantiles, np.array(seconds), first, reasons=reasons)


def _quietly(method: Method, history: Floats, days: Sequence[str], h: int) -> Floats:
    with warnings.catch_warnings(record=True), np.errstate(all="ignore"):  # recorded: not printed
        return method(history, days, h)


def _checked(quantiles: Floats) -> Floats:
    """Refuse quantiles that are not finite; put them in order where rounding crossed them."""
    if not np.isfinite(quantiles).all():
        raise ValueError("the quantiles are not finite")
    return np.maximum.accumulate(quantiles)
