"""What a class teaches: series of one indicator re-learn the weights of the components from each other.

An empirical-Bayes step (Robbins, 1956): within a class the prior is the pool's, counted as a few series,
plus the posterior of every *other* region. How far a class is believed is decided by evidence: by how much
better its prior than the pool's predicts each member from the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from forecasts.engine.grid import COMPONENT_IS_FLOW, Floats
from forecasts.engine.learned import Learned

Ints = NDArray[np.intp]

#: Passes of expectation maximisation.
PASSES = 2


def relative(likelihood: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return likelihoods relative to the best component's."""
    return np.asarray(np.exp(likelihood - likelihood.max(1, keepdims=True)), np.float32)


def pool_posterior(likelihood: NDArray[np.float32], learned: Learned) -> tuple[NDArray[np.float32], Floats]:
    """Return the weights of the components under the pool's prior, and the evidence."""
    joint = likelihood * learned.weights.astype(np.float32)
    evidence = joint.sum(1)
    return joint / evidence[:, None], evidence


@dataclass(frozen=True)
class Class:
    """What one class teaches.

    Attributes
    ----------
    names : tuple of str
        Its regions.
    posterior : (R, C * S) array
        Weights of the components, a row a region.
    trust : float
        How far its prior is believed against the pool's.
    flow : float
        Share of flow cells in its members' weights.
    """

    names: tuple[str, ...]
    posterior: Floats
    trust: float
    flow: float

    @cached_property
    def _row(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def _total(self) -> Floats:
        return np.asarray(self.posterior.sum(0), float)

    def others(self, own: set[str]) -> int:
        """Return how many regions there are beside those of one's own."""
        return len(self.names) - sum(name in self._row for name in own)

    def prior(self, own: set[str], learned: Learned) -> Floats:
        """Return the class's prior of the components, as the other regions teach it."""
        mine = [self._row[name] for name in own if name in self._row]
        taught = learned.strength * learned.weights + self._total - self.posterior[mine].sum(0)
        return np.asarray(np.maximum(taught, 0) / (learned.strength + self.others(own)), float)


def teach(likelihood: NDArray[np.float32], regions: Sequence[str], learned: Learned) -> Class:
    """Learn a class from the (relative) likelihoods of its members' histories, each region counting once."""
    names, who = np.unique(np.array(regions), return_inverse=True)
    each = (1 / np.bincount(who))[who]
    pool, evidence = pool_posterior(likelihood, learned)
    post, found, own = pool, evidence, np.zeros((len(names), pool.shape[1]))
    for _ in range(PASSES):
        own = np.zeros_like(own)
        np.add.at(own, who, post * each[:, None])
        prior = (learned.strength * learned.weights + own.sum(0) - own) / (learned.strength + len(names) - 1)
        joint = likelihood * prior[who]
        found = joint.sum(1)
        post = joint / found[:, None]
    trust = float(expit(each @ (np.log(found) - np.log(evidence))))
    mixed = trust * post + (1 - trust) * pool
    flow = float(mixed[:, COMPONENT_IS_FLOW].sum(1).mean())
    return Class(tuple(map(str, names)), own, trust, flow)


def weigh(
    likelihood: NDArray[np.float32],
    taught: Sequence[Class | None],
    without: Sequence[set[str]],
    learned: Learned,
) -> tuple[Floats, Floats]:
    """Return the weights of the components and the share of flow cells (the class's, or its own).

    Parameters
    ----------
    likelihood : (U, C * S) array
        Relative.
    taught : sequence of Class or None
        The class of each history, as known by then.
    without : sequence of set of str
        Regions of the class that are the history itself.
    """
    pool, _ = pool_posterior(likelihood, learned)
    weights = pool.astype(float)
    share = weights[:, COMPONENT_IS_FLOW].sum(1)
    for i, (lesson, own) in enumerate(zip(taught, without, strict=True)):
        if lesson is None or not lesson.others(own):
            continue
        joint = likelihood[i] * lesson.prior(own, learned)
        weights[i] = lesson.trust * joint / joint.sum() + (1 - lesson.trust) * weights[i]
        share[i] = lesson.flow
    return weights, share
