"""The members: every growth model there is, who carries an answer, and who gives a second opinion.

A linear opinion pool (Stone, "The opinion pool", 1961) joins those that carry it; failed members are
reported, never averaged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import Floats, GrowthModel, ModelFailed, ModelUnfit, NeverFalls, Predictive, bisect
from forecasts.models.curves import CURVES
from forecasts.models.flow import Flow, is_yearly
from forecasts.models.gamma import GammaTotal
from forecasts.models.laws import RATE, SHARE
from forecasts.models.peers import Peers
from forecasts.models.prophet import ProphetLinear, ProphetLogistic
from forecasts.models.reference import Reference
from forecasts.models.statespace import DampedEts, LocalTrend
from forecasts.models.trend import Trend

#: Every growth model there is, in the order in which they are shown. A new one is one line here.
MODELS: tuple[GrowthModel, ...] = (
    Trend(), SHARE, RATE, Flow(), Peers(), GammaTotal(), *CURVES, LocalTrend(), DampedEts(),
    ProphetLinear(), ProphetLogistic(),
)  # fmt: skip

#: Kinds that have a law of their own, and its name.
LAWS: Mapping[Kind, str] = MappingProxyType({Kind.SHARE: "share", Kind.RATE: "rate", Kind.FLOW: "flow"})

#: A total with fewer positive figures than this, and a known start, is young.
YOUNG = 3


@dataclass(frozen=True)
class Fitted:
    """A growth model after its turn: it serves with a predictive, or says why not."""

    name: str
    status: Literal["serves", "failed", "unfit"]
    predictive: Predictive | None = None
    reason: str = ""


@dataclass(frozen=True)
class Blend(Predictive):
    """The weighted members' laws as one future."""

    members: tuple[Predictive, ...]
    weights: Floats

    @property
    def draws(self) -> int | None:
        """Number of draws behind the coarsest member; None where all are exact."""
        counts = [m.draws for m in self.members if m.draws is not None]
        return min(counts) if counts else None

    def prefetch(self, times: Floats) -> None:
        """See :class:`forecasts.models.base.Predictive`."""
        for member in self.members:
            member.prefetch(times)

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        return np.asarray(
            sum(w * m.cdf(time, value) for w, m in zip(self.weights, self.members, strict=True))
        )

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; it lies between the members' own quantiles."""
        levels = np.asarray(level, float)
        each = np.array([m.quantile(time, levels) for m in self.members])
        # Members' quantiles bracket the blend's; the search is on the log scale, where values allow.
        low, high = float(each.min()), float(each.max())
        if low <= 0:
            return bisect(lambda x: self.cdf(time, x), levels, low, high)
        return np.exp(bisect(lambda x: self.cdf(time, np.exp(x)), levels, np.log(low), np.log(high)))

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; each member draws its share."""
        edges = np.round(np.cumsum(self.weights) * draws).astype(int)
        counts = np.diff(edges, prepend=0)
        parts = [m.paths(times, int(k), rng) for m, k in zip(self.members, counts, strict=True) if k]
        return np.vstack(parts)


def fit(model: GrowthModel, history: History, reference: Reference, seed: int) -> Fitted:
    """Give a model its turn on one history."""
    law = law_of(history)
    if history.kind not in model.kinds or (model.name != law if law else model.name in LAWS.values()):
        return Fitted(model.name, "unfit", reason=f"kind:{history.kind}")
    if not model.min_n <= len(history) <= model.max_n:
        bound = f"n<{model.min_n}" if len(history) < model.min_n else f"n>{model.max_n}"
        return Fitted(model.name, "unfit", reason=bound)
    try:
        predictive: Predictive = model.fit(history, reference, seed)
        ahead = float(history.years[-1]) + 1.0
        check = predictive.quantile(ahead, np.array([0.1, 0.5, 0.9]))
        if not np.all(np.isfinite(check)):
            return Fitted(model.name, "failed", reason="its quantiles are not finite")
    except ModelUnfit as unfit:
        return Fitted(model.name, "unfit", reason=str(unfit))
    except Exception as error:  # a member of somebody else's library may fail in any way
        return Fitted(model.name, "failed", reason=str(error).splitlines()[0] if str(error) else repr(error))
    if history.kind is Kind.CUMULATIVE and not model.knows_totals:
        predictive = NeverFalls(predictive, float(history.low[-1]))
    return Fitted(model.name, "serves", predictive)


def is_young(history: History) -> bool:
    """Whether a history is a young total with a known start."""
    return history.kind is Kind.CUMULATIVE and history.rises < min(YOUNG, len(history))


def law_of(history: History) -> str | None:
    """Return the name of the law that a history has of its own; None where it only grows.

    A flow that is told several times a year, and does not say that it begins anew, is a level like others.
    """
    if history.kind is Kind.FLOW and not is_yearly(history):
        return None
    return LAWS.get(history.kind)


def leading(history: History) -> frozenset[str]:
    """Return the names of the models that carry the answer, if they serve.

    On the benchmark the trend alone is better than any mixture of it with the others, which are worse than
    the base rate there; they are shown as second opinions. Only of a young total with a known start, which
    the trend cannot see, the gamma process says as much as the trend. Shares, rates and flows have laws of
    their own, which know their bounds, their signs and their years.
    """
    if law := law_of(history):
        return frozenset({law})
    return frozenset({"trend", "gamma"} if is_young(history) else {"trend"})


def leader(history: History) -> GrowthModel:
    """Return the model that answers first: the law of the history's kind, or the trend."""
    name = law_of(history) or "trend"
    return next(model for model in MODELS if model.name == name)


@dataclass(frozen=True, eq=False)
class Members:
    """The growth models on one history; each is fitted when somebody looks at it, and once.

    Attributes
    ----------
    models : tuple of GrowthModel
        Those that there are.
    """

    history: History
    reference: Reference
    seed: int = 1
    models: tuple[GrowthModel, ...] = MODELS
    _fitted: dict[str, Fitted] = field(default_factory=dict, repr=False)
    _blends: dict[frozenset[tuple[str, float]], Predictive] = field(default_factory=dict, repr=False)

    def of(self, model: GrowthModel) -> Fitted:
        """Return one of them after its turn."""
        if model.name not in self._fitted:
            self._fitted[model.name] = fit(model, self.history, self.reference, self.seed)
        return self._fitted[model.name]

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """The weight of each model that carries the answer.

        Without a leading one all that serve weigh alike, so only then all are fitted for it.
        """
        names = leading(self.history)
        serving = [m.name for m in self.models if m.name in names and self.of(m).predictive is not None]
        serving = serving or [m.name for m in self.models if self.of(m).predictive is not None]
        return {name: 1 / len(serving) for name in serving}

    def future(self, weights: Mapping[str, float]) -> Predictive:
        """Return the future by the models that have weight.

        Raises
        ------
        ModelFailed
            If none serves; the message says why, and what to try.
        """
        heavy = [(self.of(m), weights[m.name]) for m in self.models if weights.get(m.name, 0) > 0]
        parts = [(f.predictive, w) for f, w in heavy if f.predictive is not None]
        if not parts:
            told = "; ".join(f"{f.name}: {f.reason}" for f in self.all() if f.status == "failed")
            raise ModelFailed(f"no growth model serves ({told}); look at the history's values")
        if len(parts) == 1:
            return parts[0][0]
        key = frozenset(weights.items())
        if key not in self._blends:  # one object, so that its paths are drawn once
            share = np.array([w for _, w in parts], float)
            self._blends[key] = Blend(tuple(p for p, _ in parts), share / share.sum())
        return self._blends[key]

    def all(self) -> tuple[Fitted, ...]:
        """Return every model after its turn, in the order in which they are shown."""
        return tuple(self.of(model) for model in self.models)
