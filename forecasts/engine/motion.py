"""How level and slope move over a gap: exactly, so that two half-years are one year.

In continuous time the slope is an Ornstein-Uhlenbeck process about its home, ``ds = -k (s - home) dt +
noise``, and the level is what it adds up to, ``dl = s dt + noise`` (Harvey, "Forecasting, structural time
series models and the Kalman filter", 1989, section 9.1). A cell's `damp` is ``exp(-k)``; without damping the
slope is a Brownian motion. The slope is told in whole years: as what the level is expected to gain in the
coming one. So a cell's `spread` and `slope` mean the same growth whatever its damping.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.grid import Cells, Floats

#: Below so much damping over a gap, the variance that the slope gives the level is summed as a series:
#: the closed form would lose its digits.
NEARLY_NONE = 0.1

#: Motions over so few gaps are kept: most histories are yearly, quarterly or monthly.
OFTEN = 64

#: The series' coefficients, highest power first.
_SERIES = [(-1) ** (m + 1) * (2 - 2 ** (m + 2)) / factorial(m + 3) for m in range(11, -1, -1)]


@dataclass(frozen=True)
class Motion:
    """One gap, for every cell; arrays have the axes of a state, (histories or 1, cells, 1).

    Attributes
    ----------
    gap : years.
    keep : what is left of the slope's deviation from home.
    reach : what a unit of that deviation adds to the level.
    noise00, noise01, noise11 : what the gap adds to the covariance of level and slope.
    """

    gap: Floats
    keep: Floats
    reach: Floats
    noise00: Floats
    noise01: Floats
    noise11: Floats


@dataclass(frozen=True)
class _Unit:
    """Motions of a slope to which a year adds a variance of one, for each rate of damping: (..., rates)."""

    keep: Floats
    reach: Floats
    noise00: Floats
    noise01: Floats
    noise11: Floats


def _unit_motion(gap: Floats, rate: Floats) -> _Unit:
    """Return the motions over gaps (..., 1) at damping rates (D,); those over few gaps once."""
    if gap.size > OFTEN:
        return _moved(gap, rate)
    return _known_motion(gap.tobytes(), gap.shape, rate.tobytes())


@lru_cache(maxsize=4096)
def _known_motion(gap: bytes, shape: tuple[int, ...], rate: bytes) -> _Unit:
    return _moved(np.frombuffer(gap).reshape(shape), np.frombuffer(rate))


def _moved(gap: Floats, rate: Floats) -> _Unit:
    x = rate * gap
    some = np.where(rate > 0, rate, 1.0)
    reach = np.where(rate > 0, -np.expm1(-x) / some, gap)
    small = x < NEARLY_NONE
    noise00 = (gap - reach - rate * reach**2 / 2) / some**2
    if small.any():
        noise00 = np.where(small, gap**3 * np.polyval(_SERIES, np.where(small, x, 0.0)), noise00)
    # From here on the slope is told in whole years, and so is the variance that it is given.
    year = np.where(rate > 0, -np.expm1(-some) / some, 1.0)
    size = np.where(rate > 0, -2 * some / np.expm1(-2 * some), 1.0)
    return _Unit(
        keep=np.exp(-x),
        reach=reach / year,
        noise00=size * noise00 / year**2,
        noise01=size * reach**2 / 2 / year,
        noise11=size * (reach - rate * reach**2 / 2),
    )


def _for_cells(unit: _Unit, gap: Floats, which: NDArray[np.intp], c: Cells) -> Motion:
    """Give each cell its motion; `gap` (U or 1,), the unit's arrays (U or 1, D)."""
    years = gap[:, None, None]
    return Motion(
        gap=years,
        keep=unit.keep[:, which, None],
        reach=unit.reach[:, which, None],
        noise00=c.level[:, None] * years + c.slope[:, None] * unit.noise00[:, which, None],
        noise01=c.slope[:, None] * unit.noise01[:, which, None],
        noise11=c.slope[:, None] * unit.noise11[:, which, None],
    )


def motions(gaps: Floats, c: Cells) -> Iterator[Motion]:
    """Yield the motion over each gap in turn, for `gaps` (U or 1, n) of positive years."""
    rate, which = np.unique(-np.log(c.damp), return_inverse=True)
    unit = _unit_motion(gaps[..., None], rate)
    last = None
    for k in range(gaps.shape[1]):
        if last is None or not np.array_equal(gaps[:, k], gaps[:, k - 1]):
            of_gap = _Unit(
                unit.keep[:, k], unit.reach[:, k], unit.noise00[:, k], unit.noise01[:, k], unit.noise11[:, k]
            )
            last = _for_cells(of_gap, gaps[:, k], which, c)
        yield last


def motion(gap: Floats, c: Cells) -> Motion:
    """Return the motion over one gap, (U or 1,) years."""
    return next(motions(gap[:, None], c))
