"""The local trend in closed form: filter, likelihood, forecast; vectorised over histories, cells and sizes.

Level and damped slope (Harvey, "Forecasting, structural time series models and the Kalman filter",
1989, section 2.3). All variances are in units of the squared size of the noise, whose prior is
inverse gamma; with it integrated out, forecasts are Student t (West and Harrison, "Bayesian
forecasting and dynamic models", 1997, section 4.5). Older errors are discounted (ibid., chapter 6).
Axes are always (histories, cells, sizes); an axis of length one stands for "the same for all".
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.grid import FLOW_NOISE, NOISE, Cells, Floats
from forecasts.engine.motion import Motion, motion, motions
from forecasts.engine.special import gammaln

#: Shape of the inverse-gamma prior of the noise's variance.
SHAPE = 1.0

#: Steps in which a sum of increments is looked ahead, at most.
MOST_STEPS = 24


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


def start(first: Floats, error: Floats, c: Cells) -> State:
    """Return the state at the first values (U, C, S), of which nothing was known; `error`: their variance."""
    zero = np.zeros((1, len(c), 1))
    return State(
        level=first,
        slope=np.broadcast_to(_wide(c.home), first.shape),
        v00=error + zero,
        v01=zero,
        v11=zero + _wide(c.spread) ** 2,
        logdet=zero,
        squares=np.zeros(first.shape),
    )


def advance(s: State, m: Motion, c: Cells) -> State:
    """Return the state a gap later."""
    home = _wide(c.home)
    away = s.slope - home
    across = s.v01 + m.reach * s.v11
    return replace(
        s,
        level=s.level + home * m.gap + m.reach * away,
        slope=home + m.keep * away,
        v00=s.v00 + m.reach * (s.v01 + across) + m.noise00,
        v01=m.keep * across + m.noise01,
        v11=m.keep * m.keep * s.v11 + m.noise11,
    )


def correct(s: State, y: Floats, error: Floats, discount: float) -> State:
    """Return the state after a value, whose error's variance is `error`."""
    f, e = s.v00 + error, y - s.level
    k0, k1 = s.v00 / f, s.v01 / f
    return State(
        level=s.level + k0 * e,
        slope=s.slope + k1 * e,
        v00=s.v00 - k0 * s.v00,
        v01=s.v01 - k0 * s.v01,
        v11=s.v11 - k1 * s.v01,
        logdet=discount * s.logdet + np.log(f),
        squares=discount * s.squares + e * e / f,
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

    def error(k: int) -> Floats:
        return _wide(c.error) if measured is None else _wide(c.error) + measured[:, k]

    s = start(np.broadcast_to(y[:, 0, :, None], shape), error(0), c)
    for k, step in enumerate(motions(gaps, c), 1):
        s = correct(advance(s, step, c), y[:, k, :, None], error(k), discount)
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
    return x[:1] if len(x) and np.ptp(x) == 0 else x


def project_level(s: State, ahead: Floats, c: Cells) -> tuple[Floats, Floats]:
    """Return mean and variance of the observation `ahead` (U,) years on, (U or 1, C, S or 1)."""
    if not len(ahead):
        return np.zeros((0, len(c), 1)), np.zeros((0, len(c), 1))
    later = advance(s, motion(_same(ahead), c), c)
    return later.level, later.v00 + _wide(c.error)


def project_sum(s: State, ahead: Floats, step: Floats, c: Cells) -> tuple[Floats, Floats]:
    """Return mean and variance of the log of the sum of increments over `ahead` (U,) years (delta method).

    Parameters
    ----------
    step : (U,) array
        Typical years between the values: the last increment's middle lies half of it back.
    """
    mean = np.empty((len(ahead), *s.level.shape[1:]))
    variance = np.empty((len(ahead), len(c), s.v00.shape[-1]))
    steps = np.clip(np.ceil(ahead / step - 1e-6), 1, MOST_STEPS).astype(int)
    for n in np.unique(steps):
        i = np.flatnonzero(steps == n)
        gap = ahead[i] / n
        mean[i], variance[i] = _sum_of(s.rows(i), _same((gap + step[i]) / 2), _same(gap), int(n), c)
    return mean, variance


def _sum_of(s: State, lead: Floats, gap: Floats, n: int, c: Cells) -> tuple[Floats, Floats]:
    """Return mean and variance of the log of the sum of `n` increments, the first `lead` years on."""
    onward = motion(gap, c)
    path = [advance(s, motion(lead, c), c)]
    for _ in range(n - 1):
        path.append(advance(path[-1], onward, c))
    level = np.stack([p.level for p in path])
    top = level.max(0)
    share = np.exp(level - top)
    total = share.sum(0)
    return top + np.log(total * onward.gap), _variance_of_sum(path, share / total, onward, c)


def _variance_of_sum(path: list[State], share: Floats, onward: Motion, c: Cells) -> Floats:
    """Return the variance of the increments' mean, each weighed by its share.

    `with_level` and `with_slope` are the covariances of the sum so far with the newest level and slope.
    """
    with_level, with_slope, variance = np.zeros(1), np.zeros(1), np.zeros(1)
    for k, (p, w) in enumerate(zip(path, share, strict=True)):
        if k:
            with_level = with_level + onward.reach * with_slope
            with_slope = onward.keep * with_slope
        variance = variance + 2 * w * with_level + w * w * (p.v00 + _wide(c.error))
        with_level, with_slope = with_level + w * p.v00, with_slope + w * p.v01
    return variance
