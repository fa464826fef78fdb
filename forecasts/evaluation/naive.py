"""The simplest forecast there is, to be better than: a random walk with drift on the log scale.

The drift is the mean growth of the history, the spread that of its steps, and the drift's own error grows
with the square of the horizon (Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd
edition, 2021, section 5.2). Two steps at least are needed; a shorter history takes its peers' steps.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from forecasts.attainment.past import Past
from forecasts.models.reference import growth_steps

Floats = NDArray[np.float64]

#: Fewest steps that show their own spread.
MIN_STEPS = 2


@dataclass(frozen=True)
class RandomWalk:
    """A Student-t law of the logarithm that moves and widens with time.

    Attributes
    ----------
    start, last : float
        Clock time and value of the last figure.
    drift, variance : float
        Of the logarithm, a year.
    span : float
        Years that the drift was learned from.
    freedom : float
        Degrees of freedom.
    """

    start: float
    last: float
    drift: float
    variance: float
    span: float
    freedom: float

    def _law(self, time: float) -> tuple[float, float]:
        ahead = max(time - self.start, 1e-3)
        return math.log(self.last) + self.drift * ahead, math.sqrt(
            self.variance * (ahead + ahead**2 / self.span)
        )

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """Return P(value at `time` <= `value`)."""
        middle, spread = self._law(time)
        with np.errstate(divide="ignore"):
            x = np.log(np.maximum(np.asarray(value, float), 0.0))
        return np.asarray(stdtr(self.freedom, (x - middle) / spread), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """Return the quantiles at `time`."""
        middle, spread = self._law(time)
        z = stdtrit(self.freedom, np.asarray(level, float))
        return np.asarray(np.exp(np.minimum(middle + spread * z, 700.0)), float)


def random_walk(past: Past) -> RandomWalk | None:
    """Return the random walk with drift of a past; None where no two steps are known."""
    history = past.history.positive()
    pairs = growth_steps(history)
    span = np.array([history.years[b] - history.years[a] for a, b in pairs], float)
    rate = np.array([math.log(history.value[b] / history.value[a]) for a, b in pairs], float) / span
    theirs = past.reference.steps
    if len(rate) < MIN_STEPS:
        drift = [float(np.average(rate, weights=span))] if len(rate) else []
        rate, span = np.concatenate([rate, theirs.rate]), np.concatenate([span, theirs.span])
        if len(rate) < MIN_STEPS or not len(history):
            return None
        middle = drift[0] if drift else float(np.average(rate, weights=span))
    else:
        middle = float(np.average(rate, weights=span))
    variance = float(np.sum((rate - middle) ** 2 * span) / (len(rate) - 1))
    return RandomWalk(
        start=float(history.years[-1]), last=float(history.value[-1]), drift=middle,
        variance=max(variance, 1e-8), span=float(span.sum()), freedom=float(len(rate) - 1),
    )  # fmt: skip
