"""Many histories under every cell: how likely each cell makes them, and what it sees ahead.

What a history is told never depends on the company that it is scanned in; company only saves time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.filter import (
    SHAPE,
    discounted,
    log_likelihood,
    project_level,
    project_sum,
    run_filter,
    spread_of,
)
from forecasts.engine.grid import FLOW_NOISE, NOISE, SIZES, Cells, Floats, Grid, box_cox
from forecasts.engine.series import Clean

Ints = NDArray[np.intp]

#: Increments looked at on the flow scale, newest first.
FLOW_MEMORY = 13

#: Log of the first yearly increment relative to the last value: mean and sd over the training part.
FIRST_FLOW = (-2.7, 1.3)

#: The size of the noise itself changes: tails are never thinner than with so many degrees of freedom.
MOST_FREEDOM = 4.0

#: Log likelihood of what a cell excludes (a fall, on the flow scale).
NEVER = -1e5

#: Histories worked on together; measured ones have an axis more.
BATCH = 400

#: So many histories with the very same gaps are worked on as such, fewer with others of their length.
WORTHWHILE = 16


@dataclass(frozen=True)
class Scan:
    """What every component makes of every history.

    Attributes
    ----------
    likelihood : (U, C * S) array
        Log, up to nothing: comparable between components.
    freedom : (U, 2) array
        Degrees of freedom, of level cells and of flow cells.
    owner : (P,) array
        The history of each look ahead.
    location, spread : (P, C * S) arrays
        Of the Student-t forecast on the component's own scale.
    """

    likelihood: Floats
    freedom: Floats
    owner: Ints
    location: Floats
    spread: Floats


@dataclass(frozen=True)
class _Batch:
    """Histories of one length, side by side, and the looks ahead of them.

    Attributes
    ----------
    x : (U, n) array
        Relative values.
    gaps : (U or 1, n - 1) array
        Years between them; one row where all share it.
    variance : (U, n) array, optional
        Of the logarithm of each value.
    step : (U,) array
        Typical gap.
    owner, ahead : (P,) arrays
        Row of each look ahead, and its years.
    """

    x: Floats
    gaps: Floats
    variance: Floats | None
    step: Floats
    owner: Ints
    ahead: Floats

    def rows(self, pick: NDArray[np.bool_]) -> "_Batch":
        """Return some of the histories, with the looks ahead of them."""
        ahead = pick[self.owner]
        return _Batch(
            x=self.x[pick],
            gaps=self.gaps if len(self.gaps) == 1 else self.gaps[pick],
            variance=None if self.variance is None else self.variance[pick],
            step=self.step[pick],
            owner=(np.cumsum(pick) - 1)[self.owner[ahead]],
            ahead=self.ahead[ahead],
        )


@dataclass(frozen=True)
class _Part:
    """What the cells of one kind of scale make of a batch; :class:`Scan` has the shapes."""

    likelihood: Floats
    location: Floats
    spread: Floats
    freedom: float


def scan(histories: Sequence[Clean], owner: Ints, ahead: Floats, grid: Grid, discount: float) -> Scan:
    """Filter every history under every cell; look `ahead[i]` years on from the end of history `owner[i]`."""
    u, p = len(histories), len(owner)
    likelihood, freedom = np.empty((u, len(grid))), np.empty((u, 2))
    location, spread = np.empty((p, len(grid))), np.empty((p, len(grid)))
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(u + 1))
    for rows in _alike(histories):
        looks = np.concatenate([order[starts[i] : starts[i + 1]] for i in rows])
        local = np.repeat(np.arange(len(rows)), starts[rows + 1] - starts[rows])
        batch = _side_by_side([histories[i] for i in rows], local, ahead[looks])
        parts = (
            _scan_levels(batch, grid.level_cells, discount),
            _scan_flows(batch, grid.flow_cells, discount),
        )
        likelihood[rows] = np.concatenate([part.likelihood for part in parts], 1)
        freedom[rows] = [part.freedom for part in parts]
        location[looks] = np.concatenate([part.location for part in parts], 1)
        spread[looks] = np.concatenate([part.spread for part in parts], 1)
    return Scan(likelihood, freedom, owner, location, spread)


def _alike(histories: Sequence[Clean]) -> Iterator[Ints]:
    """Yield the histories in batches of one length, those with the very same gaps together."""
    by_gaps: dict[tuple[int, bool, bytes], list[int]] = {}
    for i, h in enumerate(histories):
        by_gaps.setdefault((len(h.relative), h.variance is not None, h.gaps.tobytes()), []).append(i)
    alike: dict[tuple[int, bool, bytes], list[int]] = {}
    for (n, measured, gaps), members in by_gaps.items():
        alike.setdefault((n, measured, gaps if len(members) >= WORTHWHILE else b""), []).extend(members)
    for (_, measured, _), members in alike.items():
        size = BATCH // SIZES if measured else BATCH
        for low in range(0, len(members), size):
            yield np.array(members[low : low + size], np.intp)


def _side_by_side(histories: Sequence[Clean], owner: Ints, ahead: Floats) -> _Batch:
    """Stack histories of one length."""
    gaps = np.stack([h.gaps for h in histories])
    variances = [h.variance for h in histories if h.variance is not None]
    return _Batch(
        x=np.stack([h.relative for h in histories]),
        gaps=gaps[:1] if (gaps == gaps[0]).all() else gaps,
        variance=np.stack(variances) if variances else None,
        step=np.array([h.step for h in histories]),
        owner=owner,
        ahead=ahead,
    )


def freedom_of(count: float) -> float:
    """Return the degrees of freedom after so many (discounted) errors: whole, for the closed forms."""
    return min(2 * SHAPE + round(count), MOST_FREEDOM)


def _flat(x: Floats, rows: int, cells: int) -> Floats:
    """Lay cells and sizes side by side: (N or 1, C or 1, S or 1) to (N, C * S)."""
    return np.broadcast_to(x, (rows, cells, SIZES)).reshape(rows, cells * SIZES)


@dataclass(frozen=True)
class _Scaled:
    """Values on the scale of every cell, (U, n, C or 1), and what makes their likelihoods comparable.

    Attributes
    ----------
    jacobian : (U, C or 1) array
        Log.
    measured : (U, n, C or 1, S) array, optional
        Variance of each value's measurement, in units of the size squared.
    """

    y: Floats
    jacobian: Floats
    measured: Floats | None


def _on_levels(batch: _Batch, cells: Cells, discount: float) -> _Scaled:
    """Bring a batch to the Box-Cox scales."""
    x, n = batch.x, batch.x.shape[1]
    powers, which = np.unique(cells.power, return_inverse=True)
    ages = discount ** np.arange(n - 2, -1, -1.0)
    logs = (np.log(x[:, 1:]) * ages).sum(1)
    measured = None
    if batch.variance is not None:
        own = np.stack([batch.variance * x ** (2 * p) for p in powers], 2)[:, :, which]
        measured = own[..., None] / NOISE**2
    return _Scaled(
        y=np.stack([box_cox(x, p) for p in powers], 2)[:, :, which],
        jacobian=(cells.power - 1) * logs[:, None],
        measured=measured,
    )


def _scan_levels(batch: _Batch, cells: Cells, discount: float) -> _Part:
    """Scan under the Box-Cox cells."""
    count = discounted(batch.x.shape[1] - 1, discount)
    scaled = _on_levels(batch, cells, discount)
    s = run_filter(scaled.y, batch.gaps, cells, discount, scaled.measured)
    likelihood = log_likelihood(s, count, flow=False) + scaled.jacobian[..., None]
    own, looks = s.rows(batch.owner), len(batch.ahead)
    mean, variance = project_level(own, batch.ahead, cells)
    return _Part(
        _flat(likelihood, len(batch.x), len(cells)),
        _flat(mean, looks, len(cells)),
        _flat(spread_of(own, variance, count, flow=False), looks, len(cells)),
        freedom_of(count),
    )


def _on_flow(x: Floats, gaps: Floats, variance: Floats | None, discount: float) -> _Scaled:
    """Bring values (U, n) to the logarithm of the increment a year; of what rises throughout."""
    rise = np.diff(x, axis=1)
    safe = np.where(rise > 0, rise, 1e-3)
    y = np.log(safe / gaps)
    ages = discount ** np.arange(y.shape[1] - 1, -1, -1.0)
    centre, sd = FIRST_FLOW
    first = -0.5 * ((y[:, 0] - centre) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi)
    measured = None
    if variance is not None:
        absolute = variance * x**2
        of_rise = (absolute[:, 1:] + absolute[:, :-1]) / safe**2
        measured = of_rise[:, :, None, None] / FLOW_NOISE**2
    jacobian = ages[0] * first - ((y + np.log(gaps)) * ages).sum(1)
    return _Scaled(y[:, :, None], jacobian[:, None], measured)


def _scan_flows(batch: _Batch, cells: Cells, discount: float) -> _Part:
    """Scan under the flow cells; they serve histories that rise throughout."""
    looks, width = len(batch.ahead), len(cells) * SIZES
    likelihood = np.full((len(batch.x), width), NEVER)
    location, spread = np.zeros((looks, width)), np.ones((looks, width))
    count = discounted(min(batch.x.shape[1], FLOW_MEMORY) - 2, discount)
    rising = np.all(np.diff(batch.x[:, -FLOW_MEMORY:], axis=1) > 0, axis=1)
    if batch.x.shape[1] > 1 and rising.any():
        some = batch.rows(rising)
        ahead = rising[batch.owner]
        likelihood[rising], location[ahead], spread[ahead] = _rising_flows(some, cells, discount, count)
    return _Part(likelihood, location, spread, freedom_of(count))


def _rising_flows(
    batch: _Batch, cells: Cells, discount: float, count: float
) -> tuple[Floats, Floats, Floats]:
    """Return likelihood, location and spread of histories that rise throughout."""
    looks = len(batch.ahead)
    x, gaps = batch.x[:, -FLOW_MEMORY:], batch.gaps[:, -(FLOW_MEMORY - 1) :]
    variance = None if batch.variance is None else batch.variance[:, -FLOW_MEMORY:]
    scaled = _on_flow(x, gaps, variance, discount)
    # From the middle of an increment's time to the middle of the next.
    s = run_filter(scaled.y, (gaps[:, 1:] + gaps[:, :-1]) / 2, cells, discount, scaled.measured)
    likelihood = log_likelihood(s, count, flow=True) + scaled.jacobian[..., None]
    own = s.rows(batch.owner)
    mean, spread = project_sum(own, batch.ahead, batch.step[batch.owner], cells)
    return (
        _flat(likelihood, len(x), len(cells)),
        _flat(mean, looks, len(cells)),
        _flat(spread_of(own, spread, count, flow=True), looks, len(cells)),
    )
