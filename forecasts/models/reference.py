"""What peers did: the reference class, the prior of all growth models.

With one own point it is what carries the answer. The idea is the outside view of Kahneman and Tversky
("Intuitive prediction: biases and corrective procedures", 1979); the shrinkage to a global prior is
the normal-normal model of empirical Bayes (Efron and Morris, 1975).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.series import ANY_PACE, PACE_YEARS
from forecasts.ledger.history import History

Floats = NDArray[np.float64]

#: Steps shorter than this say more about rounding and dating than about growth.
MIN_SPAN_YEARS = 0.2

GLOBAL_MEAN, GLOBAL_SD, GLOBAL_WEIGHT = ANY_PACE

#: How far a region's growth strays from that of the region that contains it (sd of the logarithm a year).
#: An assumption: too few pairs are published to measure it.
PARENT_SD = 0.10


@dataclass(frozen=True)
class Steps:
    """Growth between consecutive published figures, one row a step.

    Attributes
    ----------
    rate : (S,) array
        Growth of the logarithm a year of the clock.
    span : (S,) array
        Years of the clock.
    history : (S,) array
        Which history of the class the step belongs to.
    """

    rate: Floats
    span: Floats
    history: NDArray[np.intp]


@dataclass(frozen=True)
class Reference:
    """The histories of a goal's peers.

    Attributes
    ----------
    histories : tuple of History
        Each of at least two points, without the goal's own region.
    relation : str
        ``indicator``: the same indicator in other regions; ``family``: kindred indicators; ``none``.
    parent : History, optional
        The same indicator in the region that contains the goal's: the nearest of all peers.
    """

    histories: tuple[History, ...] = ()
    relation: Literal["indicator", "family", "none"] = "none"
    parent: History | None = None

    def steps(self) -> Steps:
        """Return the steps of all histories."""
        found = [(*step, i) for i, history in enumerate(self.histories) for step in growth_steps(history)]
        index = np.array([i for _, _, i in found], np.intp)
        seen = [h.positive() for h in self.histories]
        span = [seen[i].years[b] - seen[i].years[a] for a, b, i in found]
        rise = [np.log(seen[i].value[b] / seen[i].value[a]) for a, b, i in found]
        return Steps(np.array(rise, float) / np.array(span, float), np.array(span, float), index)

    def drift(self) -> tuple[float, float]:
        """Return mean and sd of a region's growth of the logarithm a year, shrunk to the global prior.

        A region counts once, by its newest steps (up to three years of them): growth of a maturing
        indicator slows, and old steps would flatter it.
        """
        steps = self.steps()
        regional = []
        for i in np.unique(steps.history):
            regional.append(
                _newest(steps.rate[steps.history == i], steps.span[steps.history == i], PACE_YEARS)
            )
        rates = np.array(regional)
        mean, variance = GLOBAL_MEAN, GLOBAL_SD**2
        if len(rates):
            weight = len(rates) / (len(rates) + GLOBAL_WEIGHT)
            mean = weight * float(np.median(rates)) + (1 - weight) * GLOBAL_MEAN
            spread = float(np.mean((rates - np.median(rates)) ** 2))
            variance = weight * spread + (1 - weight) * GLOBAL_SD**2
        theirs = Reference((self.parent,)).steps() if self.parent is not None else None
        if theirs is not None and len(theirs.rate):
            # The parent's newest year is one noisy observation of the region's own growth.
            seen = _newest(theirs.rate, theirs.span, 1.3)
            pull = variance / (variance + PARENT_SD**2)
            mean, variance = mean + pull * (seen - mean), variance * (1 - pull)
        return mean, float(np.sqrt(variance))


def growth_steps(history: History) -> list[tuple[int, int]]:
    """Return pairs of positions in ``history.positive()`` that lie at least :data:`MIN_SPAN_YEARS` apart."""
    years, pairs, start = history.positive().years, [], 0
    for end in range(1, len(years)):
        if years[end] - years[start] >= MIN_SPAN_YEARS:
            pairs.append((start, end))
            start = end
    return pairs


def _newest(rate: Floats, span: Floats, years: float) -> float:
    """Return the mean growth over the newest steps that fit in `years` (the last one in any case)."""
    age = np.cumsum(span[::-1])[::-1]
    keep = (age <= years) | (np.arange(len(age)) == len(age) - 1)
    return float(np.average(rate[keep], weights=span[keep]))
