"""Effects that goals share: how far resolved goals move the probability of the next, and how surely.

A hierarchical shift of the logit. What the engine says of a goal alone is put right by what became of goals
that were resolved by then, each with what the engine said of *it* on the day of its announcement:

    logit P = c(P alone) + effect everywhere
              + effects of what it asks, of its level, of its announcer, of its indicator

Every effect is drawn around zero with a spread of its own (:class:`Taus`), so that few precedents move little
and many move much (partial pooling: Gelman and Hill, "Data Analysis Using Regression and Multilevel /
Hierarchical Models", 2007, chapter 14). The posterior is taken as normal around its mode, and the probability
is averaged over it (MacKay, "The Evidence Framework applied to Classification Networks", 1992).

c is what makes the engine's probability the average over the effects before anything is known of them. Hence
no record moves nothing, and one that went as the engine said moves nothing either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from forecasts.attainment.outlook import floored

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: What goals have in common beside their family: the blocks that have effects of their own.
BLOCKS: Final = ("ask", "level", "announcer", "indicator")

#: The effects of one goal.
EFFECTS: Final = ("everywhere", *BLOCKS)

#: The engine is believed to be no surer than this when effects are learned: one sure error is not all.
SURE: Final = 0.1

#: Half the width of a central interval of 80 % of a normal law.
_EIGHTY: Final = 1.2815515655446004

#: Nodes and weights of Gauss and Hermite's rule: averages over a normal law.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Taus:
    """Prior standard deviations of the effects, on the logit scale.

    Chosen on the official goals of ``seeds/record``, where twice as wide ones score alike
    (``tests/benchmarks/README.md``). The level's is the largest because levels differ most: of published
    counts nearly all were met in a country's reports, and a third in a district's.
    """

    everywhere: float = 0.7
    ask: float = 0.5
    level: float = 1.0
    announcer: float = 0.3
    indicator: float = 0.3

    @property
    def all(self) -> Floats:
        """All of them (5,), in the order of :data:`EFFECTS`."""
        return np.array([getattr(self, name) for name in EFFECTS], float)


@dataclass(frozen=True, order=True)
class Traits:
    """What a goal has in common with others.

    Attributes
    ----------
    family : str
        ``counts`` or ``rates``: nothing is learned across.
    ask : str
        By the last figure known when it was announced: ``reached`` already, or ``ahead``; without one
        ``unseen``.
    level : str
        Of government: the depth of the region under its root, 0 = a country.
    announcer : str
        Who set it.
    indicator : str
        What is counted.
    """

    family: str
    ask: str
    level: str
    announcer: str
    indicator: str


@dataclass(frozen=True, eq=False)
class Lesson:
    """The effects as some precedents teach them.

    Attributes
    ----------
    columns : mapping
        The place of a block's value among the effects; the first is that everywhere.
    mode, covariance : (K,), (K, K) arrays
        Of the normal law around the mode of the effects.
    """

    taus: Taus
    columns: Mapping[tuple[str, str], int]
    mode: Floats
    covariance: Floats

    def answers(self, traits: Sequence[Traits], alone: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the probabilities (N,) with the precedents, and the ends of their central 80 %."""
        if not self.columns:
            return alone, alone, alone
        at = _places(traits, self.columns)
        seen, prior = at >= 0, self.taus.all**2
        joint = self.covariance[at[:, :, None], at[:, None, :]] * (seen[:, :, None] & seen[:, None, :])
        variance = joint.sum((1, 2)) + (~seen * prior).sum(1)
        believed = logit(np.clip(alone, SURE, 1 - SURE))
        centre = _untaught(believed, prior.sum()) + np.where(seen, self.mode[at], 0.0).sum(1)
        # How much surer the engine is than it is believed to be when effects are learned.
        surer = logit(floored(alone)) - believed
        found = floored(expit(surer + logit(_mean(centre, variance))))
        half = _EIGHTY * np.sqrt(variance)
        low, high = (floored(expit(surer + centre + side * half)) for side in (-1, 1))
        return found, np.minimum(low, found), np.maximum(high, found)

    def parts(self, traits: Traits) -> Mapping[str, float]:
        """Return by effect how far it moves the logit of one goal, at the mode."""
        if not self.columns:
            return MappingProxyType(dict.fromkeys(EFFECTS, 0.0))
        [at] = _places([traits], self.columns)
        moves = np.where(at >= 0, self.mode[at], 0.0)
        return MappingProxyType(dict(zip(EFFECTS, moves.tolist(), strict=True)))


def learn(traits: Sequence[Traits], alone: Floats, met: Floats, taus: Taus) -> Lesson:
    """Learn the effects from goals of one family that were resolved.

    Parameters
    ----------
    alone : (N,) array
        What the engine said of each.
    met : (N,) array
        1 where it was met, 0 where it was not.

    The logarithm of the posterior is concave; Newton's steps, shortened where they are long, reach its mode.
    """
    if not traits:
        return Lesson(taus, MappingProxyType({}), np.zeros(0), np.zeros((0, 0)))
    values = sorted({(name, getattr(one, name)) for name in BLOCKS for one in traits})
    columns = MappingProxyType({value: 1 + i for i, value in enumerate(values)})
    at = _places(traits, columns)
    offset = _untaught(logit(np.clip(alone, SURE, 1 - SURE)), float((taus.all**2).sum()))
    precision = np.array([taus.everywhere, *(getattr(taus, name) for name, _ in values)]) ** -2.0
    effects = np.zeros(len(precision))
    for _ in range(100):
        chance = expit(offset + effects[at].sum(1))
        slope = _gathered(at, met - chance, len(effects)) - precision * effects
        move = np.linalg.solve(_curvature(at, chance, precision), slope)
        effects = effects + move * min(1.0, 2.0 / max(np.abs(move).max(), 1e-12))
        if np.abs(move).max() < 1e-10:
            break
    chance = expit(offset + effects[at].sum(1))
    covariance = np.asarray(np.linalg.inv(_curvature(at, chance, precision)), float)
    return Lesson(taus, columns, effects, covariance)


def _places(traits: Sequence[Traits], columns: Mapping[tuple[str, str], int]) -> Ints:
    """Return the places of each goal's effects (N, 5); -1 = never seen."""
    found = [[0, *(columns.get((name, getattr(one, name)), -1) for name in BLOCKS)] for one in traits]
    return np.array(found, np.intp)


def _gathered(at: Ints, values: Floats, size: int) -> Floats:
    """Return the sums (size,) of values (N,) over all places (N, k) of each."""
    repeated = np.repeat(values, at.shape[1])
    return np.asarray(np.bincount(at.ravel(), repeated, size), float)


def _curvature(at: Ints, chance: Floats, precision: Floats) -> Floats:
    """Return minus the second derivative of the log posterior (K, K)."""
    size = len(precision)
    pairs = (at[:, :, None] * size + at[:, None, :]).reshape(len(at), -1)
    return _gathered(pairs, chance * (1 - chance), size * size).reshape(size, size) + np.diag(precision)


def _untaught(said: Floats, variance: float) -> Floats:
    """Return c (N,): logits whose averages over all effects, as drawn, are what the engine says (N,)."""
    spread = np.full(len(said), variance)
    found = said * np.sqrt(1 + np.pi * variance / 8)
    for _ in range(20):
        reached = _mean(found, spread)
        step = (logit(reached) - said) * reached * (1 - reached) / _mean_slope(found, spread)
        found = found - step
        if np.abs(step).max(initial=0.0) < 1e-13:
            break
    return np.asarray(found, float)


def _mean(centre: Floats, variance: Floats) -> Floats:
    """Return the mean of expit over normal laws."""
    return np.asarray(expit(centre[:, None] + np.sqrt(variance)[:, None] * _NODES) @ _WEIGHTS)


def _mean_slope(centre: Floats, variance: Floats) -> Floats:
    """Return how fast :func:`_mean` grows with the centre."""
    at = expit(centre[:, None] + np.sqrt(variance)[:, None] * _NODES)
    return np.asarray((at * (1 - at)) @ _WEIGHTS)
