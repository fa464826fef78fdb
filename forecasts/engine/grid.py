"""The grid: every setting of the local trend that is tried, and the scales on which it is tried."""

from dataclasses import dataclass, fields
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Code of the scale "logarithm of the increment a year"; other scales are Box-Cox powers.
FLOW = 9.0

#: Prior sizes of the noise, a year, on the Box-Cox scales and on the flow scale.
NOISE = np.array([0.004, 0.012, 0.03, 0.08, 0.2, 0.5])
FLOW_NOISE = np.array([0.05, 0.12, 0.25, 0.5, 1.0, 2.0])
SIZES = len(NOISE)


@dataclass(frozen=True)
class Cells:
    """Parallel arrays, one entry a cell, shape (C,); variances in units of the noise's size squared, a year.

    Attributes
    ----------
    power : Box-Cox power of value / last value (0 = logarithm), or :data:`FLOW`.
    level, slope : variance that a year's noise adds to level and slope; the slope is what the coming year
        is expected to bring (:mod:`forecasts.engine.motion`).
    error : variance of the observation's error.
    damp : what is left of the slope's deviation after a year.
    spread : prior standard deviation of the slope, in units of the noise's size.
    home : where the slope returns to.
    """

    power: Floats
    level: Floats
    error: Floats
    slope: Floats
    damp: Floats
    spread: Floats
    home: Floats

    def __getitem__(self, pick: NDArray[np.bool_]) -> "Cells":
        return Cells(*(getattr(self, f.name)[pick] for f in fields(self)))

    def __len__(self) -> int:
        return len(self.power)


#: (slope, damp, spread, home) that are tried on the Box-Cox scales and on the flow scale.
_SLOPES = (
    (0.0, 1.0, 1.0, 0.03), (0.0, 1.0, 4.0, 0.03), (0.0, 0.6, 2.0, 0.03), (0.0, 0.2, 2.0, 0.02),
    (0.3, 0.9, 1.0, 0.03), (0.3, 0.5, 1.5, 0.02), (1.0, 1.0, 2.0, 0.03), (1.0, 0.8, 2.0, 0.03),
    (1.0, 0.3, 2.0, 0.02), (4.0, 0.9, 4.0, 0.03), (4.0, 0.4, 4.0, 0.03), (0.0, 1.0, 0.3, 0.0),
)  # fmt: skip
_FLOW_SLOPES = (
    (0.0, 1.0, 0.1, 0.0), (0.0, 1.0, 0.5, 0.0), (0.0, 0.8, 0.7, 0.0), (0.0, 0.8, 2.0, 0.0),
    (0.0, 0.4, 1.0, 0.0), (0.1, 0.9, 0.7, 0.0), (0.3, 0.7, 1.0, 0.0), (0.0, 1.0, 0.3, -0.1),
    (0.0, 1.0, 0.3, 0.1), (0.0, 0.9, 1.0, -0.1),
)  # fmt: skip


def all_cells() -> Cells:
    """Return every cell that is tried: 144 on three Box-Cox scales, then 40 on the flow scale."""
    rows = []
    for power, (level, error) in product((0.0, 0.5, 1.0), ((1, 0), (1, 0.3), (0.2, 1.0), (0.02, 0.15))):
        for slope, damp, spread, home in _SLOPES:
            # A nearly still level with a constant slope is a line: its slope needs less room.
            still = level == 0.02 and slope == 0
            rows.append((power, level, error, slope, damp, spread * (0.6 if still else 1.0), home))
    for level, error in ((1, 0), (1, 0.5), (0.1, 1.0), (0.01, 1.0)):
        rows += [(FLOW, level, error, *slope) for slope in _FLOW_SLOPES]
    return Cells(*np.array(rows, float).T)


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells that are used, and their components: a component is a cell with one size of noise.

    Attributes
    ----------
    cells : Cells
        Those of the flow scale last, at least one on either side.
    """

    cells: Cells

    def __len__(self) -> int:
        return len(self.cells) * SIZES

    @cached_property
    def level_cells(self) -> Cells:
        """The cells on the Box-Cox scales."""
        return self.cells[self.cells.power != FLOW]

    @cached_property
    def flow_cells(self) -> Cells:
        """The cells on the flow scale."""
        return self.cells[self.cells.power == FLOW]

    @cached_property
    def power(self) -> Floats:
        """Scale of every component."""
        return np.repeat(self.cells.power, SIZES)

    @cached_property
    def is_flow(self) -> NDArray[np.bool_]:
        """Whether a component is on the flow scale."""
        return np.equal(self.power, FLOW)


#: The grid before anything was learned.
WHOLE = Grid(all_cells())


def box_cox(x: Floats, power: float) -> Floats:
    """Return the Box-Cox transform of positive `x` (Box and Cox, 1964)."""
    return np.log(x) if power == 0 else np.asarray((x**power - 1) / power, float)
