"""The local trend in closed form: filter, likelihood, forecast; vectorised over histories, cells and sizes.

Level and damped slope (Harvey, "Forecasting, structural time series models and the Kalman filter",
1989, section 2.3). All variances are in units of the squared size of the noise, whose prior is
inverse gamma; with it integrated out, forecasts are Student t (West and Harrison, "Bayesian
forecasting and dynamic models", 1997, section 4.5). Older errors are discounted (ibid., chapter 6).
Axes are always (histories, cells, sizes); an axis of length one stands for "the same for all".
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from forecasts.engine.grid import FLOW_NOISE, NOISE, Cells, Floats

#: Shape of the inverse-gamma prior of the noise's variance.
SHAPE = 1.0


@dataclass(frozen=True)
class State:
    """Means and covariances of level and slope, with what the likelihood needs."""

    level: Floats
    slope: Floats
    v00: Floats
    v01: Floats
    v11: Floats
    logdet: Floats
    squares: Floats

    def rows(self, pick: NDArray[np.intp]) -> "State":
        """Return the state of some histories."""
        parts = (getattr(self, f.name) for f in fields(self))
        return State(*(part if len(part) == 1 else part[pick] for part in parts))


def _wide(per_cell: Floats) -> Floats:
    """Give a cell's constant the axes of a state."""
    return per_cell[None, :, None]


def advance(s: State, gap: Floats | float, c: Cells) -> State:
    """Return the state `gap` years later; `gap` is a number or has the axes of a state."""
    keep = _wide(c.damp) ** gap
    return State(
        level=s.level + gap * s.slope,
        slope=keep * s.slope + (1 - keep) * _wide(c.drift),
        v00=s.v00 + 2 * gap * s.v01 + gap * gap * s.v11 + _wide(c.level) * gap + _wide(c.slope) * gap**3 / 3,
        v01=keep * (s.v01 + gap * s.v11) + _wide(c.slope) * gap * gap / 2,
        v11=keep * keep * s.v11 + _wide(c.slope) * gap,
        logdet=s.logdet,
        squares=s.squares,
    )


def run_filter(y: Floats, gaps: Floats, c: Cells, discount: float, measured: Floats | None = None) -> State:
    """Filter histories.

    Parameters
    ----------
    y : (U, n, C or 1) array
        Transformed values.
    gaps : (U or 1, n - 1) array
        Years between them.
    discount : float
        Weight of an error relative to that of the next younger one.
    measured : (U, n, C or 1, S) array, optional
        Variance of each transformed value's measurement, in units of the size squared.
    """
    shape = (len(y), len(c), 1 if measured is None else measured.shape[-1])
    error = _wide(c.error)
    first = error if measured is None else error + measured[:, 0]
    zero = np.zeros((1, len(c), 1))
    s = State(
        level=np.broadcast_to(y[:, 0, :, None], shape),
        slope=np.broadcast_to(_wide(c.drift), shape),
        v00=first + zero,
        v01=zero,
        v11=zero + _wide(c.spread) ** 2,
        logdet=zero,
        squares=np.zeros(shape),
    )
    for k in range(1, y.shape[1]):
        s = advance(s, gaps[:, k - 1, None, None], c)
        f = s.v00 + (error if measured is None else error + measured[:, k])
        e = y[:, k, :, None] - s.level
        k0, k1 = s.v00 / f, s.v01 / f
        s = State(
            level=s.level + k0 * e,
            slope=s.slope + k1 * e,
            v00=s.v00 - k0 * s.v00,
            v01=s.v01 - k0 * s.v01,
            v11=s.v11 - k1 * s.v01,
            logdet=discount * s.logdet + np.log(f),
            squares=discount * s.squares + e * e / f,
        )
    return s


def discounted(n: int, discount: float) -> float:
    """Return the sum of `n` discounted weights."""
    return float((discount ** np.arange(n)).sum())


def log_likelihood(s: State, count: float, flow: bool) -> Floats:
    """Return the log marginal likelihood, shape (U, C, S); `count`: discounted number of errors."""
    b0, a = SHAPE * (FLOW_NOISE if flow else NOISE) ** 2, SHAPE + count / 2
    return np.asarray(
        gammaln(a) - gammaln(SHAPE) + SHAPE * np.log(b0) - a * np.log(b0 + s.squares / 2)
        - 0.5 * s.logdet - count / 2 * np.log(2 * np.pi),
        float,
    )  # fmt: skip


def spread_of(s: State, variance: Floats, count: float, flow: bool) -> Floats:
    """Return the scale of the Student-t forecast, shape (U, C, S)."""
    b = SHAPE * (FLOW_NOISE if flow else NOISE) ** 2 + s.squares / 2
    return np.asarray(np.sqrt(b / (SHAPE + count / 2) * variance), float)


def _same(x: Floats) -> Floats:
    """Shorten an axis of equal entries to one, which saves most of the work."""
    return x[:1] if len(x) and np.ptp(x) < 1e-9 else x


def project_level(s: State, ahead: Floats, c: Cells) -> tuple[Floats, Floats]:
    """Return mean and variance of the observation `ahead` (U,) years on, each (U, C, S or 1)."""
    mean = np.empty((len(ahead), *s.level.shape[1:]))
    variance = np.empty((len(ahead), len(c), s.v00.shape[-1]))
    steps = np.clip(np.ceil(ahead / 0.5 - 1e-6), 1, 20).astype(int)
    for n in np.unique(steps):
        i = np.flatnonzero(steps == n)
        part, gap = s.rows(i), _same(ahead[i, None, None] / n)
        for _ in range(n):
            part = advance(part, gap, c)
        mean[i], variance[i] = part.level, part.v00 + _wide(c.error)
    return mean, variance


def project_sum(s: State, ahead: Floats, step: Floats, c: Cells) -> tuple[Floats, Floats]:
    """Return mean and variance of the log of the sum of increments over `ahead` (U,) years (delta method).

    Parameters
    ----------
    step : (U,) array
        Typical years between the values: the last increment's middle lies half of it back.
    """
    mean = np.empty((len(ahead), *s.level.shape[1:]))
    variance = np.empty((len(ahead), len(c), s.v00.shape[-1]))
    steps = np.clip(np.ceil(ahead / step - 1e-6), 1, 24).astype(int)
    for n in np.unique(steps):
        i = np.flatnonzero(steps == n)
        part, gap = s.rows(i), _same(ahead[i, None, None] / n)
        lead = _same((ahead[i] / n + step[i])[:, None, None] / 2)
        path = []
        for k in range(n):
            part = advance(part, gap if k else lead, c)
            path.append(part)
        level = np.stack([p.level for p in path])
        top = level.max(0)
        share = np.exp(level - top)
        total = share.sum(0)
        share /= total
        mean[i] = top + np.log(total * gap)
        keep = _wide(c.damp) ** gap
        q0, q1, v = np.zeros(1), np.zeros(1), np.zeros(1)
        for k, (p, w) in enumerate(zip(path, share, strict=True)):
            if k:
                q0, q1 = q0 + gap * q1, keep * q1
            v = v + 2 * w * q0 + w * w * (p.v00 + _wide(c.error))
            q0, q1 = q0 + w * p.v00, q1 + w * p.v01
        variance[i] = v
    return mean, variance
