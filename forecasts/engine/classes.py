"""What a class teaches: series of one indicator re-learn the weights of the components from each other.

An empirical-Bayes step (Robbins, 1956): within a class the prior is the learned one, counted as a few
series, plus the posterior of every *other* series. How far a class is believed is decided by evidence: by
how much better its prior than the learned one predicts each member from the others.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.grid import Floats
from forecasts.engine.learned import Learned
from forecasts.engine.special import expit

Ints = NDArray[np.intp]

#: Passes of expectation maximisation.
PASSES = 2


def relative(likelihood: Floats) -> Floats:
    """Return likelihoods relative to the best component's."""
    return np.asarray(np.exp(likelihood - likelihood.max(1, keepdims=True)), float)


def plain_posterior(likelihood: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Return the weights of the components under a prior (one, or a row a history), and the evidence."""
    joint = likelihood * prior
    evidence = joint.sum(1)
    return joint / evidence[:, None], evidence


@dataclass(frozen=True, eq=False)
class Class:
    """What one class teaches.

    Attributes
    ----------
    names : tuple of str
        Its series.
    kind : int
        Their kind.
    posterior : (R, C * S) array
        Weights of the components, a row a name.
    trust : float
        How far its prior is believed against the learned one.
    flow : float
        Share of flow cells in its members' weights.
    """

    names: tuple[str, ...]
    kind: int
    posterior: Floats
    trust: float
    flow: float

    @cached_property
    def _row(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def _total(self) -> Floats:
        return np.asarray(self.posterior.sum(0), float)

    def others(self, own: Set[str]) -> int:
        """Return how many names there are beside one's own."""
        return len(self.names) - sum(name in self._row for name in own)

    def prior(self, own: Set[str], learned: Learned) -> Floats:
        """Return the class's prior of the components, as the others teach it."""
        mine = sorted(self._row[name] for name in own if name in self._row)
        taught = learned.strength * learned.weights[self.kind] + self._total - self.posterior[mine].sum(0)
        return np.asarray(np.maximum(taught, 0) / (learned.strength + self.others(own)), float)


def teach(likelihood: Floats, names: Sequence[str], kind: int, learned: Learned) -> Class:
    """Learn a class from the (relative) likelihoods of its members' histories, each name counting once."""
    weights = learned.weights[kind]
    distinct, who = np.unique(np.array(names), return_inverse=True)
    each = (1 / np.bincount(who))[who]
    plain, evidence = plain_posterior(likelihood, weights)
    post, found, own = plain, evidence, _by_name(plain, who, each)
    for _ in range(PASSES):
        own = _by_name(post, who, each)
        prior = (learned.strength * weights + own.sum(0) - own) / (learned.strength + len(distinct) - 1)
        joint = likelihood * prior[who]
        found = joint.sum(1)
        post = joint / found[:, None]
    trust = float(expit((each * (np.log(found) - np.log(evidence))).sum()))
    flow = learned.grid.is_flow
    mixed = trust * post[:, flow].sum(1) + (1 - trust) * plain[:, flow].sum(1)
    return Class(tuple(map(str, distinct)), kind, own, trust, float(mixed.mean()))


def _by_name(weights: Floats, who: Ints, each: Floats) -> Floats:
    """Return the mean weights of each name, for the names `who` of the rows."""
    order = np.argsort(who, kind="stable")
    starts = np.searchsorted(who[order], np.arange(int(who.max()) + 1))
    return np.asarray(np.add.reduceat((weights * each[:, None])[order], starts, axis=0), float)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What some histories were taught, by their class and by their own figures.

    Attributes
    ----------
    weights : (U, C * S) array
        Of the components, a row a history.
    flow : (U,) array
        Share of flow cells: the class's, or their own.
    lean : (U,) array
        By how much the class's persistence moves logit P.
    """

    weights: Floats
    flow: Floats
    lean: Floats


def weigh(
    likelihood: Floats,
    kind: Ints,
    taught: Sequence[Class | None],
    without: Sequence[Set[str]],
    learned: Learned,
) -> Lesson:
    """Weigh the components for some histories.

    Parameters
    ----------
    likelihood : (U, C * S) array
        Relative.
    kind : (U,) array
        Of each history.
    taught : sequence of Class or None
        The class of each history, as known by then.
    without : sequence of set of str
        Names in the class that are the history itself.
    """
    weights, _ = plain_posterior(likelihood, learned.weights[kind])
    share = weights[:, learned.grid.is_flow].sum(1)
    for i, (lesson, own) in enumerate(zip(taught, without, strict=True)):
        if lesson is None or not lesson.others(own):
            continue
        joint = likelihood[i] * lesson.prior(own, learned)
        weights[i] = lesson.trust * joint / joint.sum() + (1 - lesson.trust) * weights[i]
        share[i] = lesson.flow
    return Lesson(weights, share, np.zeros(len(share)))
