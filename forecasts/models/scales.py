"""The scale on which a quantity moves evenly: logarithms, points, the logit of a share of its bound."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from forecasts.engine.special import expit, logit
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import Floats

#: A share is told to this part of its bound: one nearer to a bound stands half a printed unit inside it.
INSIDE = 0.0005

#: Who rounds to the bound stands this part of it below: no quantile is the bound itself.
LAST = 1e-12

#: Multiples of e that a quantity stays within: beyond, floating-point numbers end.
FINITE = 700.0


class Scale(Protocol):
    """An increasing map of values to a scale without bounds, and back."""

    def of(self, value: ArrayLike) -> Floats:
        """Return values on the scale; what lies beyond all values is infinite."""
        ...

    def place(self, value: ArrayLike) -> Floats:
        """Return published values on the scale: one at or beyond a bound stands just inside it."""
        ...

    def back(self, x: ArrayLike) -> Floats:
        """Return the values at places of the scale."""
        ...


@dataclass(frozen=True)
class Points(Scale):
    """The values themselves: of a rate, which may be negative."""

    def of(self, value: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        return np.asarray(value, float)

    def place(self, value: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        return np.asarray(value, float)

    def back(self, x: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        return np.asarray(x, float)


@dataclass(frozen=True)
class Logarithm(Scale):
    """Logarithms: of what multiplies."""

    def of(self, value: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.maximum(np.asarray(value, float), 0.0)), float)

    def place(self, value: ArrayLike) -> Floats:
        """See :class:`Scale`; a zero is taken for half the smallest of the values that are none."""
        values = np.asarray(value, float)
        some = values[values > 0]
        return self.of(np.maximum(values, some.min() / 2 if some.size else 1.0))

    def back(self, x: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        return np.asarray(np.exp(np.clip(x, -FINITE, FINITE)), float)


@dataclass(frozen=True)
class Logit(Scale):
    """Logits of a share of its bound `upper`.

    A value within :data:`INSIDE` of a bound cannot be told from it in print: all such are one place of the
    scale, so that a share that rounds to its bound reaches it.
    """

    upper: float

    def of(self, value: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        part = np.asarray(value, float) / self.upper
        inside = logit(np.clip(part, INSIDE, 1 - INSIDE))
        return np.asarray(np.where(part <= 0, -np.inf, np.where(part > 1, np.inf, inside)), float)

    def back(self, x: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        edge = logit(1 - INSIDE)
        x = np.asarray(x, float)
        part = np.where(np.abs(x) < edge, expit(x), np.where(x > 0, 1 - LAST, 0.0))
        return np.asarray(self.upper * part, float)

    def place(self, value: ArrayLike) -> Floats:
        """See :class:`Scale`."""
        return np.asarray(logit(np.clip(np.asarray(value, float) / self.upper, INSIDE, 1 - INSIDE)), float)


def scale_for(kind: Kind, upper: float) -> Scale:
    """Return the scale on which a kind of quantity moves evenly; `upper` is the bound of a share."""
    if kind is Kind.SHARE:
        return Logit(upper)
    return Points() if kind is Kind.RATE else Logarithm()


def scale_of(history: History) -> Scale:
    """Return the scale on which a history moves evenly."""
    return scale_for(history.kind, history.upper)


def on_scale(history: History) -> Floats:
    """Return a history's values on its scale, finite: shape (n,)."""
    return scale_of(history).place(history.value)
