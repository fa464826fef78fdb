"""The combination: who carries the answer, and who gives a second opinion.

A linear opinion pool (Stone, "The opinion pool", 1961); failed members are reported, never averaged.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecasts.ledger.history import History
from forecasts.ledger.records import Kind
from forecasts.models.base import Floats, GrowthModel, ModelUnfit, NeverFalls, Predictive, bisect
from forecasts.models.curves import CURVES
from forecasts.models.gamma import Flow
from forecasts.models.peers import Peers
from forecasts.models.prophet import ProphetLinear, ProphetLogistic
from forecasts.models.reference import Reference
from forecasts.models.statespace import DampedEts, LocalTrend
from forecasts.models.trend import Trend

#: Every growth model there is, in the order in which they are shown. A new one is one line here.
MODELS: tuple[GrowthModel, ...] = (
    Trend(), Peers(), Flow(), *CURVES, LocalTrend(), DampedEts(), ProphetLinear(), ProphetLogistic(),
)  # fmt: skip


@dataclass(frozen=True)
class Fitted:
    """A growth model after its turn: it serves with a predictive, or says why not."""

    name: str
    status: Literal["serves", "failed", "unfit"]
    predictive: Predictive | None = None
    reason: str = ""


@dataclass(frozen=True)
class Pool(Predictive):
    """The members' mixture as one future."""

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
        if len(self.members) == 1:
            return self.members[0].quantile(time, level)
        levels = np.asarray(level, float)
        each = np.array([m.quantile(time, levels) for m in self.members])
        # Members' quantiles bracket the pool's; the search is on the log scale, where values allow.
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


def fit_all(
    history: History, reference: Reference, seed: int, models: tuple[GrowthModel, ...] = MODELS
) -> tuple[Fitted, ...]:
    """Give every model its turn on one history."""
    return tuple(_fit(model, history, reference, seed) for model in models)


def _fit(model: GrowthModel, history: History, reference: Reference, seed: int) -> Fitted:
    if history.kind not in model.kinds:
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


def weigh_members(fitted: tuple[Fitted, ...], history: History) -> dict[str, float]:
    """Return the weight of each member that serves.

    On the benchmark the trend alone is better than any mixture of it with the others, which are worse than
    the base rate there; they are shown as second opinions. Only of a young total with a known start, which
    the trend cannot see, the flow says as much as the trend. Without the trend all others weigh alike.
    """
    serving = [f.name for f in fitted if f.predictive is not None]
    young = history.kind is Kind.CUMULATIVE and len(history.positive()) < min(3, len(history))
    leading = [name for name in serving if name == "trend" or (name == "flow" and young)] or serving
    return {name: (1 / len(leading) if name in leading else 0.0) for name in serving}


def pool(fitted: tuple[Fitted, ...], weights: dict[str, float]) -> Pool | None:
    """Combine the members that have weight; None where none has."""
    heavy = [f for f in fitted if f.predictive is not None and weights[f.name] > 0]
    members = tuple(f.predictive for f in heavy if f.predictive is not None)
    return Pool(members, np.array([weights[f.name] for f in heavy])) if members else None
