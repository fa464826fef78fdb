"""The engine as a growth model: one history, sharpened by its reference class.

A grid of Bayesian local trends on several scales (:mod:`forecasts.engine.grid`), whose weights were
learned from real series, are re-learned by the class, and then by the history itself. A history
too short to show a pace borrows a past from its class.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from forecasts.engine.ask import Ask, learn_from, look_ahead
from forecasts.engine.classes import Lesson
from forecasts.engine.learned import FEW, Learned, learned
from forecasts.engine.mixture import Mixture
from forecasts.engine.series import Clean, borrows
from forecasts.engine.special import ndtr
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import GROWING, Floats, Predictive
from forecasts.models.numbers import series_of
from forecasts.models.reference import Reference

#: Levels at which a distribution is tabled for drawing paths.
GRID = np.concatenate([[0.0005, 0.002], np.linspace(0.005, 0.995, 199), [0.998, 0.9995]])


def ask_of(history: History, reference: Reference, times: Floats) -> Ask:
    """Return the engine's question about a history at some clock times."""
    own = series_of(history)
    pace = reference.borrowed() if borrows(own) else None
    return Ask(own, times, reference.peers(), reference.without, pace)


@dataclass(frozen=True)
class TrendFuture(Predictive):
    """The engine's future of one history, asked time by time."""

    history: Clean
    lesson: Lesson
    never_falls: bool
    numbers: Learned = field(default_factory=learned, repr=False)
    _seen: dict[float, Mixture] = field(default_factory=dict, repr=False)

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return None

    @property
    def is_short(self) -> bool:
        """Whether the history has so few figures of its own that they have a map of their own."""
        return self.history.own <= FEW

    @property
    def leans(self) -> bool:
        """Whether the persistence of its class moves it."""
        return bool(np.any(self.lesson.lean))

    def without(self, *, persistence: bool, few: bool, calibration: bool = False) -> "TrendFuture":
        """Return the future without what the class's persistence, or a learned map, does to it.

        Parameters
        ----------
        persistence : bool
            Whether how the class fared with goals of its own pace is left out.
        few : bool
            Whether the map of few figures is.
        calibration : bool
            Whether the map of all probabilities is.
        """
        lesson = replace(self.lesson, lean=np.zeros(len(self.lesson.lean))) if persistence else self.lesson
        numbers = self.numbers.without_few() if few else self.numbers
        numbers = numbers.without_calibration() if calibration else numbers
        return TrendFuture(self.history, lesson, self.never_falls, numbers)

    def prefetch(self, times: Floats) -> None:
        """See :class:`forecasts.models.base.Predictive`."""
        new = np.array([float(t) for t in times if float(t) not in self._seen])
        if len(new):
            futures = look_ahead(self.history, self.lesson, new, self.numbers)
            self._seen.update({float(t): futures.rows(slice(i, i + 1)) for i, t in enumerate(new)})

    def at(self, time: float) -> Mixture:
        """Return the distribution at one time."""
        self.prefetch(np.array([time]))
        return self._seen[time]

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        values = np.asarray(value, float)
        return np.asarray(1.0 - self.at(time).survival(values.reshape(1, -1)).reshape(values.shape), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        levels = np.asarray(level, float)
        order = np.argsort(levels.ravel())
        out = np.empty(levels.size)
        out[order] = self.at(time).quantiles(levels.ravel()[order])[0]
        return out.reshape(levels.shape)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`.

        Each time has its own law; they are tied by the ranks of a Brownian motion (a Gaussian copula), those
        of a total that never falls by one rank for the whole path.
        """
        ahead = np.maximum(np.asarray(times, float) - self.history.end, 1e-3)
        if self.never_falls:
            rank = np.repeat(rng.uniform(size=(draws, 1)), len(ahead), 1)
        else:
            steps = rng.standard_normal((draws, len(ahead))) * np.sqrt(np.diff(ahead, prepend=0.0))
            rank = ndtr(np.cumsum(steps, 1) / np.sqrt(ahead))
        tables = [self.at(float(time)).quantiles(GRID)[0] for time in times]
        drawn = np.stack([np.interp(rank[:, i], GRID, table) for i, table in enumerate(tables)], 1)
        return np.maximum.accumulate(drawn, 1) if self.never_falls else drawn


class Trend:
    """See the module; it serves from one own point."""

    name = "trend"
    min_n, max_n = 1, 10_000
    kinds = GROWING
    knows_totals = True

    def fit(self, history: History, reference: Reference, seed: int) -> TrendFuture:
        """See :class:`forecasts.models.base.GrowthModel`."""
        whole, lesson = learn_from(ask_of(history, reference, np.zeros(0)), learned())
        return TrendFuture(whole, lesson, history.kind is Kind.CUMULATIVE)
