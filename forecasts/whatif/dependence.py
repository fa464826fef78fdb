"""How figures hang together: correlations of surprises, measured where they can be and shrunk where not.

Two goals share their region, their indicator, neither, or both. Each of the first three relations is taught
by all pairs of indicators in the ledger: surprises of one region in one period are paired, or those of two
regions in one period. Goals of one series hang together as the growth model's own paths do at two times.

The measure is the correlation of normal scores, told as Fisher's z. Its variance is the larger of two: 1/(n
- 3) (Fisher, 1921), with n the number of regions, as the rows of a region hang together; and what the
periods tell, as the regions of a period share its shocks (sums of influences by cluster: Liang and Zeger,
1986; widened as Student's t asks for few of them). It is shrunk by the normal-normal model of empirical
Bayes (Efron and Morris, 1975): that of a pair towards the pooled value of its relation, and the pooled
value towards zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from forecasts.attainment.what_if import Shared
from forecasts.models.base import Floats
from forecasts.whatif.surprises import Surprises, normal_scores

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Strays:
    """How widely correlations stray, in z: the pooled value around zero, that of a pair around the pooled."""

    pooled: float
    pair: float


#: As measured once on the panels of the benchmark's training part: docs/method.md says which.
STRAYS = {
    Shared.REGION: Strays(0.4, 0.2),
    Shared.INDICATOR: Strays(0.25, 0.2),
    Shared.NEITHER: Strays(0.12, 0.12),
}

#: Fewest regions and periods from which a correlation is measured.
REGIONS, PERIODS = 4, 2

#: No measured correlation is closer to one.
CLOSEST = 0.95

#: What is told as certain is as close to one.
ALMOST = 1 - 1e-12

#: Normal score of the upper end of a central 80 % range.
Z80 = 1.2815515655446004


@dataclass(frozen=True)
class Measured:
    """A correlation as surprises show it.

    Attributes
    ----------
    z, variance : float
        Fisher's z and its sampling variance; 0 and infinity where there are too few to measure it.
    pairs, regions, periods : int
        How many pairs of surprises there are, of how many regions, in how many periods.
    """

    z: float
    variance: float
    pairs: int
    regions: int
    periods: int

    @property
    def known(self) -> bool:
        """Whether anything could be measured."""
        return bool(np.isfinite(self.variance))


def measured(one: Surprises, other: Surprises, relation: Shared) -> Measured:
    """Measure how the surprises of two indicators hang together: in one region, or in two."""
    _, first, second = np.intersect1d(one.key, other.key, return_indices=True)
    if relation is Shared.REGION:
        x, y = normal_scores(one.score[first]), normal_scores(other.score[second])
        sums = _moments(*_numbered(one.period[first]), x, y)
        return _measured(sums, len(np.unique(one.region[first])), len(first))
    periods = np.intersect1d(one.period, other.period)
    mine, theirs = np.isin(one.period, periods), np.isin(other.period, periods)
    regions = np.union1d(one.region[mine], other.region[theirs])
    n, x, xx = _powers(np.searchsorted(periods, one.period[mine]), len(periods), one.score[mine])
    m, y, yy = _powers(np.searchsorted(periods, other.period[theirs]), len(periods), other.score[theirs])
    # Everybody with everybody, without those who would be paired with themselves.
    own = np.searchsorted(periods, one.period[first])
    sums = np.stack([n * m, x * y, xx * m, yy * n], 1)
    sums -= _moments(own, len(periods), one.score[first], other.score[second])
    pairs = int(sums[:, 0].sum()) // (2 if one is other else 1)
    return _measured(sums[sums[:, 0] > 0], len(regions), pairs)


def _numbered(period: Ints) -> tuple[Ints, int]:
    """Return the periods as numbers from 0, and how many there are."""
    distinct, number = np.unique(period, return_inverse=True)
    return number, len(distinct)


def _powers(period: Ints, count: int, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return by period how many values there are, their sum and that of their squares."""
    return tuple(np.bincount(period, weight, count) for weight in (np.ones_like(x), x, x * x))  # type: ignore[return-value]


def _moments(period: Ints, count: int, x: Floats, y: Floats) -> Floats:
    """Return by period how many pairs there are and the sums of xy, xx and yy, shape (count, 4)."""
    parts = (np.ones_like(x), x * y, x * x, y * y)
    return np.stack([np.bincount(period, part, count) for part in parts], 1)


def _measured(sums: Floats, regions: int, pairs: int) -> Measured:
    """Return the correlation of the moments of some periods, with its variance."""
    periods = len(sums)
    if regions < REGIONS or periods < PERIODS or not np.all(sums.sum(0) > [0, -np.inf, 0, 0]):
        return Measured(0.0, np.inf, pairs, regions, periods)
    whole = sums.sum(0)
    xx, yy = sums[:, 2] / whole[2], sums[:, 3] / whole[3]
    r = float(np.clip(whole[1] / np.sqrt(whole[2] * whole[3]), -CLOSEST, CLOSEST))
    influence = sums[:, 1] / np.sqrt(whole[2] * whole[3]) - r * (xx + yy) / 2
    few = float(stdtrit(periods - 1, 0.9)) / Z80
    shocks = few**2 * periods / (periods - 1) * float(influence @ influence) / (1 - r * r) ** 2
    return Measured(float(np.arctanh(r)), max(1 / (regions - 3), shocks), pairs, regions, periods)


@dataclass(frozen=True)
class Shrunk:
    """A correlation as it is believed: the law of its z is normal.

    Attributes
    ----------
    z, spread : float
        Fisher's z: the middle of its law, and its standard deviation.
    measured : Measured
        What was measured of this pair.
    pooled : float
        The z of all pairs together.
    taught : int
        Pairs of indicators that `pooled` rests on.
    """

    z: float
    spread: float
    measured: Measured
    pooled: float
    taught: int

    @classmethod
    def certain(cls, correlation: float) -> "Shrunk":
        """Return a correlation that is known."""
        z = float(np.arctanh(np.clip(correlation, -ALMOST, ALMOST)))
        return cls(z, 0.0, Measured(z, np.inf, 0, 0, 0), z, 0)

    def at(self, score: float) -> float:
        """Return the correlation at a normal score of its law."""
        return float(np.tanh(self.z + score * self.spread))

    @property
    def std_error(self) -> float:
        """Standard error of the correlation (by the slope of the tangent at its middle)."""
        return (1 - float(np.tanh(self.z)) ** 2) * self.spread


def shrunk(own: Measured, all_pairs: Iterable[Measured], strays: Strays) -> Shrunk:
    """Shrink what was measured of a pair towards the pooled value of all pairs, and that one towards zero.

    A pair's z is N(pooled, strays.pair^2), and pooled is N(0, strays.pooled^2): both posteriors are normal.
    `all_pairs` holds the pair itself, too. One that could not be measured is believed to be as all are.
    """
    known = [one for one in all_pairs if one.known]
    weight = np.array([1 / (one.variance + strays.pair**2) for one in known])
    precision = 1 / strays.pooled**2 + float(weight.sum())
    pooled = float(weight @ np.array([one.z for one in known])) / precision
    # How far the pair's own measure is believed against the pooled value.
    trust = strays.pair**2 / (strays.pair**2 + own.variance)
    variance = (1 - trust) * strays.pair**2 + (1 - trust) ** 2 / precision
    return Shrunk(pooled + trust * (own.z - pooled), float(np.sqrt(variance)), own, pooled, len(known))
