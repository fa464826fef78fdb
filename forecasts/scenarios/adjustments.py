"""What a scenario may change: one small class each.

An adjustment may act on the question, on the ledger, on the past, on who carries the answer, and on the
future; it does nothing unless it has to. Adjustments are folded in the order in which they are written.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from forecasts.ledger.fields import Day, Name, as_number
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal
from forecasts.models.base import Predictive, bisect

Floats = NDArray[np.float64]

#: A name in an adjustment: where it stands, what it names, and among what it must be.
Named = tuple[tuple[str | int, ...], str, Literal["observation", "indicator", "region", "goal"]]


@dataclass(frozen=True)
class Asked:
    """A question as adjustments see it.

    Attributes
    ----------
    measured_by : tuple of str
        The indicators of the goal's region whose sum is held against the goal.
    """

    goal: Goal
    known_on: dt.date
    measured_by: tuple[str, ...]


class Adjustment(BaseModel):
    """One change; `kind` says which.

    Attributes
    ----------
    kind : str
        The word that stands in files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str

    def about(self) -> tuple[str, ...]:
        """Return what it changes: two adjustments that change the same thing are refused."""
        return (self.kind,)

    def named(self) -> Iterator[Named]:
        """Yield every name that the ledger must have."""
        yield from ()

    def on_question(self, asked: Asked) -> Asked:
        """Return the question that is asked instead."""
        return asked

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """Return the ledger that is read instead."""
        return ledger

    def on_past(self, history: History, asked: Asked) -> History:
        """Return the goal's own past that is believed instead."""
        return history

    def on_models(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """Return the weights of the growth models that carry the answer instead."""
        return weights

    def on_future(self, future: Predictive) -> Predictive:
        """Return the future that is expected instead."""
        return future


class Redate(Adjustment):
    """Read an observation as describing another day.

    Attributes
    ----------
    observation : str
        Id of the row; where it is not known yet, nothing changes.
    as_of : date
        The day that it is read as describing.
    """

    kind: Literal["redate"] = "redate"
    observation: Name
    as_of: Day

    def about(self) -> tuple[str, ...]:
        """See :class:`Adjustment`."""
        return (self.kind, self.observation)

    def named(self) -> Iterator[Named]:
        """See :class:`Adjustment`."""
        yield ("observation",), self.observation, "observation"

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """See :class:`Adjustment`; a row that is not known yet cannot be read otherwise."""
        row = ledger.observations.get(self.observation)
        if row is None:
            return ledger
        return ledger.with_observations({row.id: row.model_copy(update={"as_of": self.as_of})})


class Clock(Adjustment):
    """Spread a year's growth otherwise: `q4_share` falls in the fourth quarter (0.25 = even).

    Attributes
    ----------
    q4_share : float
        From 0 to below 1, in place of the indicator's own.
    """

    kind: Literal["clock"] = "clock"
    q4_share: Annotated[float, BeforeValidator(as_number), Field(ge=0.0, lt=1.0)]

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """See :class:`Adjustment`."""
        for name in {asked.goal.indicator, *asked.measured_by}:
            indicator = ledger.indicators[name]
            ledger = ledger.with_indicator(indicator.model_copy(update={"q4_share": self.q4_share}))
        return ledger


class Measure(Adjustment):
    """Measure the goal by the sum of these indicators of the goal's region.

    Attributes
    ----------
    indicators : tuple of str
        Ids, at least one, of one kind; they are added on the days that all of them describe.
    """

    kind: Literal["measure"] = "measure"
    indicators: Annotated[tuple[Name, ...], Field(min_length=1)]

    def named(self) -> Iterator[Named]:
        """See :class:`Adjustment`."""
        for i, indicator in enumerate(self.indicators):
            yield ("indicators", i), indicator, "indicator"

    def on_question(self, asked: Asked) -> Asked:
        """See :class:`Adjustment`."""
        return replace(asked, measured_by=self.indicators)


class Share(Adjustment):
    """What is counted is an unknown share of what the goal means: uniform between `low` and `high`.

    Attributes
    ----------
    low, high : float
        Above 0, at most 1, in order.
    """

    kind: Literal["share"] = "share"
    low: Annotated[float, BeforeValidator(as_number), Field(gt=0.0, le=1.0)]
    high: Annotated[float, BeforeValidator(as_number), Field(gt=0.0, le=1.0)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self

    def on_future(self, future: Predictive) -> Predictive:
        """See :class:`Adjustment`."""
        return Shared(future, self.low, self.high)


#: Every adjustment there is. A new one is one line here.
ADJUSTMENTS: tuple[type[Adjustment], ...] = (Redate, Clock, Measure, Share)

AnyAdjustment = Annotated[Redate | Clock | Measure | Share, Field(discriminator="kind")]


@dataclass(frozen=True)
class Shared(Predictive):
    """The future of a whole of which an unknown share is counted, uniform between `low` and `high`."""

    inner: Predictive
    low: float
    high: float

    #: Gauss-Legendre nodes and weights over the share's prior.
    NODES: ClassVar[Any] = np.polynomial.legendre.leggauss(12)

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return self.inner.draws

    def prefetch(self, times: Floats) -> None:
        """See :class:`forecasts.models.base.Predictive`."""
        self.inner.prefetch(times)

    def cdf(self, time: float, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        nodes, weights = self.NODES
        shares = self.low + (self.high - self.low) * (nodes + 1) / 2
        values = np.asarray(value, float)[..., None] * shares
        times: Any = np.asarray(time)[..., None] if np.ndim(time) else time
        return np.asarray((self.inner.cdf(times, values) * (weights / 2)).sum(-1), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        inner = self.inner.quantile(time, np.array([1e-4, 1 - 1e-4]))
        # Of a negative value the smallest share makes the lowest whole.
        ends = [float(q) / share for q in inner for share in (self.low, self.high)]
        low, high = min(ends), max(ends)
        return bisect(lambda x: self.cdf(time, x), level, low, high)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        share = rng.uniform(self.low, self.high, (draws, 1))
        return self.inner.paths(times, draws, rng) / share
