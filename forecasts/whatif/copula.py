"""Several events at once: how many come, which alone fails, which fails first, by a Gaussian copula.

Each event has a normal score of its own, and comes where that lies above -ndtri(p). The furthest below that
edge of those that fail is the first to fail. Two events are told in closed form (bivariate normal
integrals); more of them are counted among scrambled Sobol points in replicates (Owen, 1997), so that the
error is measured. Each event's own probability is known, and what the points miss of it corrects all that
is counted (control variates; Glasserman, "Monte Carlo Methods in Financial Engineering", 2003, 4.1).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from forecasts.attainment.outlook import floored
from forecasts.models.base import Floats
from forecasts.models.paths import REPLICATES, per_replicate

#: Passes of the search for the nearest correlation matrix, and the least eigenvalue that it has.
PASSES, LEAST = 200, 1e-8

#: Nodes and how far below its edge a score is followed, of the integral for independent events.
NODES, FAR = 200, 9.0

#: Fewest points among which events are counted: they cost next to nothing.
POINTS = 32_768

#: Two scores are never closer than this.
ALMOST = 1 - 1e-12


@dataclass(frozen=True, eq=False)
class Events:
    """What may become of m events.

    Attributes
    ----------
    at_least : (m,) array
        The probability that so many come: 1, 2, ... m.
    alone : (m,) array
        That an event fails, and no other.
    first : (m,) array
        That it fails, and further below its edge than any other.
    """

    at_least: Floats
    alone: Floats
    first: Floats

    @classmethod
    def of(cls, row: Floats) -> "Events":
        """Return what :attr:`row` is of."""
        return cls(*np.split(row, 3))

    @property
    def row(self) -> Floats:
        """All of them, one after another."""
        return np.concatenate([self.at_least, self.alone, self.first])

    def within(self, chance: Floats) -> "Events":
        """Return them within what the events' own probabilities allow (Frechet), and away from certainty."""
        least, most = np.zeros(len(chance)), np.ones(len(chance))
        least[0], most[0] = chance.max(), min(chance.sum(), 1.0)
        least[-1], most[-1] = max(chance.sum() - len(chance) + 1, 0.0), chance.min()
        falling = np.minimum.accumulate(np.clip(self.at_least, least, most))
        alone, first = (np.clip(part, 0.0, 1 - chance) for part in (self.alone, self.first))
        return Events(floored(falling), floored(alone), floored(first))


def independent(chance: Floats) -> Events:
    """Return what becomes of events of which none tells of another."""
    fails = 1 - chance
    count = np.ones(1)
    for p in chance:  # the law of how many come, one event more each time
        count = np.convolve(count, [1 - p, p])
    others = np.array([np.prod(np.delete(chance, k)) for k in range(len(chance))])
    x, weight = np.polynomial.legendre.leggauss(NODES)
    score = ndtri(chance)
    first = np.empty(len(chance))
    for k, own in enumerate(score):
        low = min(own - FAR, -1.0)
        below = low * (1 - x) / 2  # how far from the edge, from `low` to 0
        density = np.exp(-((below - own) ** 2) / 2) / np.sqrt(2 * np.pi)
        above = np.prod([ndtr(other - below) for other in np.delete(score, k)], axis=0)
        first[k] = float(weight @ (density * above)) * -low / 2
    return Events(np.cumsum(count[::-1])[::-1][1:], fails * others, first)


def both_below(one: float, other: float, correlation: float) -> float:
    """Return the probability that two normal scores lie below their bounds."""
    from scipy.stats import multivariate_normal  # slow to import: more events do without

    law = multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], allow_singular=True)
    return float(law.cdf([one, other]))


def of_two(chance: Floats, correlation: float) -> Events:
    """Return what becomes of two events, in closed form."""
    p, q = map(float, ndtri(chance))
    together = both_below(p, q, correlation)
    # Who is first to fail lies below its edge, and nearer to minus infinity than the other from its own.
    r = float(np.clip(correlation, -ALMOST, ALMOST))
    apart, ahead = (q - p) / np.sqrt(2 - 2 * r), np.sqrt((1 - r) / 2)
    first = [both_below(-p, apart, ahead), both_below(-q, -apart, ahead)]
    return Events(np.array([chance.sum() - together, together]), chance[::-1] - together, np.array(first))


def nearest_correlation(matrix: Floats) -> Floats:
    """Return the nearest matrix of correlations, where these could not all be true together.

    By alternating projections with Dykstra's correction (Higham, "Computing the nearest correlation matrix",
    2002); one that needs no change is returned as it is.
    """
    if float(np.linalg.eigvalsh(matrix)[0]) >= -LEAST:
        return matrix
    found, correction = matrix, np.zeros_like(matrix)
    for _ in range(PASSES):
        held = found - correction
        value, vector = np.linalg.eigh(held)
        semi = (vector * np.maximum(value, LEAST)) @ vector.T
        correction = semi - held
        found = semi.copy()
        np.fill_diagonal(found, 1.0)
    root = np.sqrt(np.diag(semi))
    return np.asarray(semi / np.outer(root, root), float)


@lru_cache(maxsize=4)
def _points(events: int, size: int, seed: int) -> Floats:
    """Return independent normal scores in replicates, shape (REPLICATES, size, events)."""
    from scipy.stats.qmc import Sobol  # slow to import: two events do without

    power = int(np.ceil(np.log2(size)))
    seeds = np.random.SeedSequence(seed).spawn(REPLICATES)
    parts = [Sobol(events, rng=np.random.default_rng(s)).random_base2(power)[:size] for s in seeds]
    return np.asarray(ndtri(np.clip(np.stack(parts), 1e-12, 1 - 1e-12)), float)


def events_of(
    chance: Floats, by_replicate: Floats, matrix: Floats, draws: int, seed: int
) -> tuple[Events, Floats]:
    """Return what becomes of events that hang together.

    Parameters
    ----------
    chance : (m,) array
        The probability of each.
    by_replicate : (REPLICATES, m) array
        The same, by each replicate of whatever it was drawn from.
    matrix : (m, m) array
        Correlations of the scores, positive semidefinite.
    draws, seed : int
        Of the points, of which there are :data:`POINTS` at least.

    Returns
    -------
    Events
        Not yet :meth:`Events.within` their bounds.
    (REPLICATES, 3 m) array
        The row of each replicate, which tell the error.
    """
    if len(chance) == 2:
        r = float(matrix[0, 1])
        return of_two(chance, r), np.stack([of_two(own, r).row for own in by_replicate])
    value, vector = np.linalg.eigh(matrix)
    root = vector[:, ::-1] * np.sqrt(np.maximum(value[::-1], 0.0))
    size = max(per_replicate(POINTS), per_replicate(draws))
    scores = _points(len(chance), size, seed) @ root.T
    counted = [_counted(points, chance) for points in scores]
    mean, product = (np.mean(part, 0) for part in zip(*counted, strict=True))
    rows = np.stack([one for one, _ in counted])
    if not np.all(by_replicate == chance):
        rows = np.stack([_counted(points, own)[0] for points, own in zip(scores, by_replicate, strict=True)])
    m = len(chance)
    spread = product - np.outer(mean[:m], mean)
    slope = np.linalg.lstsq(spread[:, :m], spread[:, m:], rcond=None)[0]
    each = rows[:, m:] - (rows[:, :m] - by_replicate) @ slope
    return Events.of(mean[m:] - (mean[:m] - chance) @ slope), each


def _counted(scores: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Return how often each event comes and each of :attr:`Events.row` is true, and how often with an event.

    Shapes (4 m,) and (m, 4 m): the events, then the row.
    """
    above = scores + ndtri(chance)
    met = above >= 0
    count, events = met.sum(1), len(chance)
    at_least = count[:, None] > np.arange(events)
    alone = ~met & (count == events - 1)[:, None]
    first = ~met & (above.argmin(1)[:, None] == np.arange(events))
    true = np.concatenate([met, at_least, alone, first], 1).astype(float)
    return true.mean(0), true[:, :events].T @ true / len(true)
