"""Many histories under every cell: how likely each cell makes them, and what it sees ahead."""

from collections.abc import Sequence
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
from forecasts.engine.grid import (
    FLOW_CELLS,
    FLOW_NOISE,
    LEVEL_CELLS,
    NOISE,
    SIZES,
    Floats,
    box_cox,
)
from forecasts.engine.series import Clean

Ints = NDArray[np.intp]

#: Increments looked at on the flow scale, newest first.
FLOW_MEMORY = 13

#: Log of the first yearly increment relative to the last value: mean and sd over the pool.
FIRST_FLOW = (-2.7, 1.3)

#: The size of the noise itself changes: tails are never thinner than with so many degrees of freedom.
MOST_FREEDOM = 4.0

#: Log likelihood of what a cell excludes (a fall, on the flow scale).
NEVER = -1e5

BATCH = 400


@dataclass(frozen=True)
class Scan:
    """What every component makes of every history.

    Attributes
    ----------
    likelihood : (U, C * S) array
        Log, up to nothing: comparable between components.
    owner : (P,) array
        The history of each forecast.
    location, spread : (P, C * S) arrays
        Of the Student-t forecast on the component's own scale.
    freedom : (U, 2) array
        Degrees of freedom, of level cells and of flow cells.
    """

    likelihood: NDArray[np.float32]
    owner: Ints
    location: NDArray[np.float32]
    spread: NDArray[np.float32]
    freedom: Floats


@dataclass(frozen=True)
class _Part:
    likelihood: Floats
    location: Floats
    spread: Floats
    freedom: float


def scan(histories: Sequence[Clean], owner: Ints, ahead: Floats, discount: float) -> Scan:
    """Filter every history under every cell and forecast `ahead[i]` years after history `owner[i]` ends.

    Histories of one length and one even step are worked on together.
    """
    u, p, parts = len(histories), len(owner), (len(LEVEL_CELLS) + len(FLOW_CELLS)) * SIZES
    out = Scan(
        np.empty((u, parts), np.float32), owner, np.empty((p, parts), np.float32),
        np.empty((p, parts), np.float32), np.empty((u, 2)),
    )  # fmt: skip
    alike: dict[tuple[int, float, bool], list[int]] = {}
    for i, h in enumerate(histories):
        even = not len(h.gaps) or float(np.ptp(h.gaps)) < 1e-9
        key = (len(h.relative), round(h.step, 4) if even else -1.0, h.variance is not None)
        alike.setdefault(key, []).append(i)
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(u + 1))
    for (_, step, measured), members in alike.items():
        size = BATCH // SIZES if measured else BATCH
        for low in range(0, len(members), size):
            rows = np.array(members[low : low + size])
            asks = np.concatenate([order[starts[i] : starts[i + 1]] for i in rows])
            local = np.repeat(np.arange(len(rows)), starts[rows + 1] - starts[rows])
            _scan_batch(
                [histories[i] for i in rows], rows, asks, local, ahead[asks], step >= 0, discount, out
            )
    return out


def _scan_batch(
    histories: Sequence[Clean], rows: Ints, asks: Ints, local: Ints, ahead: Floats, even: bool,
    discount: float, out: Scan,
) -> None:  # fmt: skip
    """Scan histories of one length; write into `out`."""
    x = np.stack([h.relative for h in histories])
    gaps = np.stack([h.gaps for h in histories])
    variance = None
    if histories[0].variance is not None:
        variance = np.stack([h.variance for h in histories if h.variance is not None])
    step = np.array([h.step for h in histories])
    gaps = gaps[:1] if even else gaps
    both = (
        _scan_levels(x, gaps, variance, local, ahead, discount),
        _scan_flows(x, gaps, variance, local, ahead, step, discount),
    )
    out.likelihood[rows] = np.concatenate([part.likelihood for part in both], 1)
    out.location[asks] = np.concatenate([part.location for part in both], 1)
    out.spread[asks] = np.concatenate([part.spread for part in both], 1)
    out.freedom[rows] = [part.freedom for part in both]


def _flat(x: Floats, cells: int) -> Floats:
    """Lay cells and sizes side by side: (N, C or 1, S or 1) to (N, C * S)."""
    return np.broadcast_to(x, (len(x), cells, SIZES)).reshape(len(x), cells * SIZES)


def _scan_levels(
    x: Floats, gaps: Floats, variance: Floats | None, local: Ints, ahead: Floats, discount: float
) -> _Part:
    """Scan under the Box-Cox cells; the Jacobian makes their likelihoods comparable."""
    cells, n = LEVEL_CELLS, x.shape[1]
    ages = discount ** np.arange(n - 2, -1, -1.0) if n > 1 else np.zeros(0)
    y = np.empty((*x.shape, len(cells)))
    jacobian = np.empty((len(x), len(cells)))
    measured = None if variance is None else np.empty((*x.shape, len(cells), SIZES))
    for power in np.unique(cells.power):
        of = cells.power == power
        y[:, :, of] = box_cox(x, power)[:, :, None]
        jacobian[:, of] = ((power - 1) * np.log(x[:, 1:]) @ ages)[:, None]
        if measured is not None and variance is not None:
            scaled = variance * x ** (2 * power)
            measured[:, :, of] = scaled[:, :, None, None] / NOISE**2
    s, count = run_filter(y, gaps, cells, discount, measured), discounted(n - 1, discount)
    likelihood = log_likelihood(s, count, flow=False) + jacobian[..., None]
    own = s.rows(local)
    mean, ahead_variance = project_level(own, ahead, cells)
    return _Part(
        _flat(likelihood, len(cells)),
        _flat(mean, len(cells)),
        _flat(spread_of(own, ahead_variance, count, flow=False), len(cells)),
        min(2 * SHAPE + count, MOST_FREEDOM),
    )


def _scan_flows(
    x: Floats,
    gaps: Floats,
    variance: Floats | None,
    local: Ints,
    ahead: Floats,
    step: Floats,
    discount: float,
) -> _Part:
    """Scan under the flow cells; they serve histories that rise throughout."""
    cells = FLOW_CELLS
    x, gaps = x[:, -FLOW_MEMORY:], gaps[:, -(FLOW_MEMORY - 1) :]
    n, width = x.shape[1] - 1, len(cells) * SIZES
    if n < 1:
        nothing = np.zeros((len(local), width))
        return _Part(np.full((len(x), width), NEVER), nothing, nothing + 1.0, 2 * SHAPE)
    rise = np.diff(x, axis=1)
    rising = np.all(rise > 0, axis=1)
    safe = np.where(rise > 0, rise, 1e-3)
    y = np.log(safe / gaps)
    measured = None
    if variance is not None:
        absolute = variance[:, -FLOW_MEMORY:] * x**2
        of_rise = (absolute[:, 1:] + absolute[:, :-1]) / safe**2
        measured = of_rise[:, :, None, None] / FLOW_NOISE**2
    ages = discount ** np.arange(n - 1, -1, -1.0)
    centre, sd = FIRST_FLOW
    first = -0.5 * ((y[:, 0] - centre) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi)
    jacobian = -(y + np.log(gaps)) @ ages + ages[0] * first
    between = (gaps[:, 1:] + gaps[:, :-1]) / 2
    s, count = run_filter(y[:, :, None], between, cells, discount, measured), discounted(n - 1, discount)
    likelihood = log_likelihood(s, count, flow=True) + jacobian[:, None, None]
    own = s.rows(local)
    mean, ahead_variance = project_sum(own, ahead, step[local], cells)
    return _Part(
        _flat(np.where(np.reshape(rising, (-1, 1, 1)), likelihood, NEVER), len(cells)),
        _flat(mean, len(cells)),
        _flat(spread_of(own, ahead_variance, count, flow=True), len(cells)),
        min(2 * SHAPE + count, MOST_FREEDOM),
    )
