"""The predictive distribution: Student-t laws on several scales, mixed, calibrated by one monotone map."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.engine.classes import Lesson
from forecasts.engine.grid import FLOW, Floats, box_cox
from forecasts.engine.learned import Calibration, Learned
from forecasts.engine.scan import Scan
from forecasts.engine.series import HUGE, TINY, Clean
from forecasts.engine.special import expit, logit, stdtrit

Ints = NDArray[np.intp]

#: Components kept in a forecast: the heaviest.
KEPT = 64

#: Elements that are worked on at once: what a processor keeps at hand. Ten times as many take five times as
#: long for each.
ELEMENTS = 50_000

#: The scales of components, in the order of :func:`_on_scales`.
SCALES = np.array([0.0, 0.5, 1.0, FLOW])
RISING = 3

#: No probability is surer than this before calibration; the flattest map still reaches one in a thousand.
EDGE = 1e-7

#: Steps in which a quantile is refined.
STEPS = 5

#: Relative values that bracket every quantile, beside those of the heaviest components.
_WIDE = np.array(
    [1e-9, 1e-6, 1e-4, 0.01, 0.1, 0.3, 0.6, 0.9, 0.999, 1.001, 1.1, 1.5, 3.0, 10.0, 100.0, 1e4, 1e9]
)


def student_cdf(freedom: Floats, x: Floats) -> Floats:
    """Return Student's distribution function, in closed form, of two, three or four degrees of freedom.

    Most have four; see Hill, "Algorithm 395: Student's t-distribution", 1970, for the forms.
    """
    # q (3 - q^2) / 4 + 1 / 2 with q = x / sqrt(4 + x^2), in two blocks of memory.
    q = x * x
    q += 4
    np.sqrt(q, out=q)
    np.divide(x, q, out=q)
    out = q * q
    out *= -0.25
    out += 0.75
    out *= q
    out += 0.5
    for few, form in ((2.0, _two), (3.0, _three)):
        if (freedom == few).any():
            here = np.broadcast_to(freedom == few, out.shape)
            out[here] = form(x[here])
    return out


def _two(x: Floats) -> Floats:
    return np.asarray(0.5 + x / (2 * np.sqrt(2 + x * x)), float)


def _three(x: Floats) -> Floats:
    r = x / np.sqrt(3)
    return np.asarray(0.5 + (r / (1 + r * r) + np.arctan(r)) / np.pi, float)


def _on_scales(x: Floats) -> Floats:
    """Return relative values (p, k) on every scale of :data:`SCALES`, (p, k, 4)."""
    found = np.empty((*x.shape, len(SCALES)))
    found[..., 0], found[..., 1], found[..., 2] = np.log(x), box_cox(x, 0.5), x - 1
    np.log(np.maximum(found[..., 2], TINY), out=found[..., 3])
    return found


@dataclass(frozen=True)
class Mixture:
    """One distribution a row.

    Attributes
    ----------
    weight, location, spread, freedom, power : (P, K) arrays
        The components on their own scales.
    calibration : Calibration
        The map of each one's logit P.
    offset, scale : (P,) arrays
        relative value = (value + offset) / scale.
    floor : (P,) array
        The value is never lower.
    """

    weight: Floats
    location: Floats
    spread: Floats
    freedom: Floats
    power: Floats
    calibration: Calibration
    offset: Floats
    scale: Floats
    floor: Floats

    def __len__(self) -> int:
        return len(self.scale)

    def rows(self, pick: Ints | slice) -> "Mixture":
        """Return some of the distributions."""
        arrays = {name: getattr(self, name)[pick] for name in _ARRAYS}
        return Mixture(calibration=self.calibration.rows(pick), **arrays)

    @staticmethod
    def join(parts: Sequence["Mixture"]) -> "Mixture":
        """Put distributions one after the other."""
        arrays = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _ARRAYS}
        return Mixture(calibration=Calibration.join([p.calibration for p in parts]), **arrays)

    def _raw(self, x: Floats) -> Floats:
        """Return P(relative value >= x) before calibration, for x (P, k)."""
        x, count = np.minimum(np.maximum(x, TINY), HUGE), self.weight.shape[1]
        out, which = np.empty(x.shape), self._scale
        width = max(1, min(x.shape[1], ELEMENTS // count))
        height = max(1, ELEMENTS // (count * width))
        for i in range(0, len(x), height):
            rows = slice(i, i + height)
            for j in range(0, x.shape[1], width):
                out[rows, j : j + width] = self._above(rows, x[rows, j : j + width], which[rows])
        return np.asarray(np.minimum(np.maximum(out, EDGE), 1 - EDGE), float)

    @cached_property
    def _scale(self) -> Ints:
        """Which of :data:`SCALES` each component is on."""
        return np.searchsorted(SCALES, self.power)

    def _above(self, rows: slice, x: Floats, which: Ints) -> Floats:
        """Return P(relative value >= x) of some rows, for x (p, k) within their bounds."""
        scales = _on_scales(x)
        start = np.arange(0, scales.size, len(SCALES)).reshape(*x.shape, 1)
        z = scales.ravel().take(start + which[:, None])
        np.subtract(self.location[rows, None], z, out=z)
        z /= self.spread[rows, None]
        above = student_cdf(self.freedom[rows, None], z)
        # What only rises is above all that it has passed.
        np.copyto(above, 1.0, where=(which[:, None] == RISING) & (x[..., None] <= 1))
        above *= self.weight[rows, None]
        return np.asarray(above.sum(2), float)

    def survival(self, values: ArrayLike) -> Floats:
        """Return P(value >= v), for v of shape (P,) or (P, k)."""
        v = np.asarray(values, float)
        x = v.reshape(len(self), -1)
        relative = (x + self.offset[:, None]) / self.scale[:, None]
        p = expit(self.calibration.stated(logit(self._raw(relative))))
        # Nothing lies beyond the multiples within which values are kept, as the quantiles say, too.
        p = np.where(relative > HUGE, 0.0, p)
        return np.where(x <= self.floor[:, None], 1.0, p).reshape(v.shape)

    def quantiles(self, levels: ArrayLike) -> Floats:
        """Return the quantiles at increasing `levels` (k,), shape (P, k), by inverting `survival`.

        The heaviest components' own quantiles bracket the answer; regula falsi on the logit refines it
        (Dowell and Jarratt, "A modified regula falsi method", 1971).
        """
        wanted = self.calibration.raw(logit(1 - np.asarray(levels, float))[None])
        wanted = -np.clip(wanted, logit(EDGE) + 0.01, logit(1 - EDGE) - 0.01)
        u = self._brackets()
        s = -logit(self._raw(np.exp(u)))
        s = np.maximum.accumulate(s, 1) + np.arange(s.shape[1]) * 1e-9
        high = np.stack([(s < w[:, None]).sum(1) for w in wanted.T], 1).clip(1, s.shape[1] - 1)
        u0, u1 = np.take_along_axis(u, high - 1, 1), np.take_along_axis(u, high, 1)
        # How far the ends are off, below and above.
        low, top = (np.take_along_axis(s, high - k, 1) - wanted for k in (1, 0))
        stayed = np.zeros(wanted.shape, np.intp)
        for _ in range(STEPS):
            middle = u0 + (u1 - u0) * np.clip(low / np.minimum(low - top, -1e-12), 0.02, 0.98)
            off = -logit(self._raw(np.exp(middle))) - wanted
            below = off < 0
            # An end that stays twice counts half (Illinois), or it would stay for ever.
            top = np.where(below, np.where(stayed > 0, top / 2, top), np.maximum(off, 0.0))
            low = np.where(below, off, np.where(stayed < 0, low / 2, low))
            u0, u1 = np.where(below, middle, u0), np.where(below, u1, middle)
            stayed = np.where(below, 1, -1)
        x = np.exp(u0 + (u1 - u0) * np.clip(low / np.minimum(low - top, -1e-12), 0, 1))
        q = np.maximum(x * self.scale[:, None] - self.offset[:, None], self.floor[:, None])
        return np.maximum.accumulate(q, 1)

    def _brackets(self) -> Floats:
        """Return increasing logarithms of relative values (P, b) that bracket every quantile."""
        top = np.argsort(-self.weight.astype(np.float32), 1, kind="stable")[:, :6]

        def of(a: Floats) -> Floats:
            return np.take_along_axis(a, top, 1)[..., None]

        tails = np.array([0.002, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.998])
        z = of(self.location) + of(self.spread) * stdtrit(of(self.freedom), tails)
        x = np.exp(np.clip(z, -20, 20))
        for p in (0.5, 1.0):
            x = np.where(of(self.power) == p, np.maximum(p * z + 1, 1e-7) ** (1 / p), x)
        x = np.where(of(self.power) == FLOW, 1 + x, x).reshape(len(self), -1)
        both = np.concatenate([x, np.broadcast_to(_WIDE, (len(x), len(_WIDE)))], 1)
        return np.sort(np.log(np.clip(both, TINY, HUGE)), 1)


#: What a mixture holds of numbers.
_ARRAYS = tuple(f.name for f in fields(Mixture) if f.name != "calibration")


def mix(
    found: Scan, look: Ints, learner: Ints, histories: Sequence[Clean], lesson: Lesson, learned: Learned
) -> Mixture:
    """Make distributions of what was seen ahead and what was taught.

    Parameters
    ----------
    look : (P,) array
        The scan's look ahead behind each distribution.
    learner : (P,) array
        The lesson's row behind each distribution.
    """
    u = found.owner[look]
    of = [histories[i] for i in u.tolist()]
    kept = _heaviest(lesson.weights)[learner]
    weight = np.take_along_axis(lesson.weights[learner], kept, 1)
    freedom = np.where(learned.grid.is_flow[kept], found.freedom[u, 1:], found.freedom[u, :1])
    calibration = learned.calibrate(
        kind=np.array([h.kind for h in of], np.intp),
        flow=lesson.flow[learner],
        n=np.array([len(h.relative) for h in of], np.intp),
        own=np.array([h.own for h in of], np.intp),
    )
    return Mixture(
        weight=weight / weight.sum(1, keepdims=True),
        location=found.location[look[:, None], kept],
        spread=found.spread[look[:, None], kept],
        freedom=freedom,
        power=learned.grid.power[kept],
        calibration=calibration.shifted(lesson.lean[learner]),
        offset=np.array([h.offset for h in of], float),
        scale=np.array([h.scale for h in of], float),
        floor=np.array([h.floor for h in of], float),
    )


def _heaviest(weights: Floats) -> Ints:
    """Return the :data:`KEPT` heaviest components of each row, in the grid's order.

    Weights are compared to seven digits and of equals the first are taken: the last digits, in which the
    same question may differ between two calls, must not choose.
    """
    rough, count = weights.astype(np.float32), min(KEPT, weights.shape[1])
    edge = -np.partition(-rough, count - 1, 1)[:, count - 1, None]
    above, equal = rough > edge, rough == edge
    first = equal.cumsum(1, dtype=np.int32) <= count - above.sum(1, keepdims=True)
    return np.nonzero(above | (equal & first))[1].reshape(len(weights), count)
