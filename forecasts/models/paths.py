"""Possible futures of one model, drawn once and asked at any time: quasi-random, coherent, in replicates.

At every time the draws have the law that the model states in closed form: they are its quantiles at evenly
spread levels. Which draw has which of them is told by a Gaussian copula, the ranks of

    start + drift * t + W(t),       W a Brownian motion,

whose three variances are read off how the model's own spread grows with time (constant, quadratic, linear):
what is unknown about the last figure stays, an unknown pace runs ahead evenly, the rest wanders. So a path
moves from month to month as far as the model says that a month moves a value. What never falls (a total, the
count of a year) has the same laws; each path then takes the lowest value still free that it may, in the order
of its rank, which is the monotone coupling nearest to the ranks.

The draws come in replicates (Owen, "Monte Carlo variance of scrambled net quadrature", 1997): scrambled Sobol
points, each replicate with a scrambling of its own, so that the error of anything that is computed from them
can be measured.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from heapq import heappop, heappush, heappushpop
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.special import ndtr, ndtri
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import Floats, Predictive
from forecasts.models.flow import AT_END, so_far_of
from forecasts.models.members import Blend, law_of
from forecasts.models.scales import scale_of

Ints = NDArray[np.intp]

#: Possible futures that are drawn where nobody says how many; a power of two, which Sobol's points like.
DRAWS = 4096

#: Independent replicates that the draws are made of.
REPLICATES = 8

#: Sobol dimensions: of the path (its start, its drift, where it wanders), and of what scenarios draw.
PATH_DIMENSIONS, MORE_DIMENSIONS = 8, 32

#: Years ahead at which the wandering is drawn, the telling ones first; straight between them.
KNOTS = np.array(
    [
        1.0, 0.5, 2.0, 0.25, 5.0, 1.5,
        *(m / 12 for m in range(1, 24) if m not in (3, 6, 12, 18)),
        *(2 + q / 4 for q in range(1, 12)), 6.0, 7.0, 8.0, 10.0, 20.0, 50.0, 110.0,
    ]
)  # fmt: skip

#: Parts of the way to the focus at which the first of Sobol's dimensions tell the path.
FOCUSES = (1.0, 0.5, 0.75, 0.25, 0.875, 0.625, 0.375)

#: Normal scores at which a law is tabled, and those at which it is asked directly.
SCORES, COARSE = (
    np.linspace(-3.8, 3.8, 153),
    np.array([-3.8, -3.0, -2.2, -1.4, -0.7, 0.0, 0.7, 1.4, 2.2, 3.0, 3.8]),
)

#: Values between two of the latter at which the law is asked for its level.
BETWEEN = 16

#: Years ahead at which the growth of the spread is read off.
LEADS = np.array([1 / 12, 0.25, 0.5, 1.0, 2.0, 4.0])


class Paths(Protocol):
    """Possible futures."""

    @property
    def start(self) -> float:
        """Time of the last figure."""
        ...

    def at(self, time: float) -> Floats:
        """Return the value of each draw at a time, shape (draws,)."""
        ...

    def base(self, time: float) -> Floats:
        """Return what is there already, shape (draws,): what lies above it at `time` has grown since.

        The last figure; of what is counted anew every year, what was counted of the year of `time`.
        """
        ...

    def uniform(self, dimension: int) -> Floats:
        """Return a uniform number a draw (draws,), spread as evenly as the draws allow."""
        ...


def counted_anew(history: History) -> bool:
    """Whether a history's values count a year, and never fall within it."""
    return law_of(history) == "flow" and bool(np.all(history.value >= 0))


def per_replicate(draws: int) -> int:
    """Return how many draws a replicate has, where at least so many are wanted in all."""
    return -(-draws // REPLICATES)


@lru_cache(maxsize=4)
def _sobol(size: int, seed: int) -> Floats:
    """Return scrambled Sobol points (REPLICATES * size, dimensions), replicate after replicate."""
    from scipy.stats.qmc import Sobol  # slow to import: only scenarios that draw need it

    seeds = np.random.SeedSequence(seed).spawn(REPLICATES)
    power = int(np.ceil(np.log2(max(size, 1))))
    parts = [
        Sobol(PATH_DIMENSIONS + MORE_DIMENSIONS, rng=np.random.default_rng(s)).random_base2(power)[:size]
        for s in seeds
    ]
    return np.clip(np.concatenate(parts), 1e-12, 1 - 1e-12)


@lru_cache(maxsize=4)
def _normals(size: int, seed: int) -> Floats:
    """Return independent normal scores (draws, 2 + knots): start, drift, and what makes the wandering."""
    first = ndtri(_sobol(size, seed)[:, :PATH_DIMENSIONS])
    fine = np.random.default_rng([seed, 1]).standard_normal((len(first), 2 + len(KNOTS) - PATH_DIMENSIONS))
    return np.concatenate([first, fine], 1)


def points(draws: int, seed: int) -> None:
    """Make the points that draws are made of before they are asked for, and import what that needs."""
    _normals(per_replicate(draws), seed)


@lru_cache(maxsize=1)
def _motion() -> tuple[Floats, Floats]:
    """Return the times of the knots in order, and a Brownian motion there by its normal scores (K, K)."""
    root = np.linalg.cholesky(np.minimum(KNOTS[:, None], KNOTS))
    order = np.argsort(KNOTS)
    zero = np.zeros((1, len(KNOTS)))
    return np.concatenate([[0.0], KNOTS[order]]), np.concatenate([zero, root[order]])


@dataclass(frozen=True, eq=False)
class Drawn(Paths):
    """The possible futures of one model.

    Attributes
    ----------
    law : Predictive
        The model's future in closed form, or what it has instead.
    history : History
        The past that it was fitted to.
    nodes : (K,) array
        Increasing times after the last figure, on which what never falls is coupled.
    focus : float
        The time whose ranks the first of Sobol's dimensions tells, as it matters most (the linear
        transformation of Imai and Tan, "A general dimension reduction technique", 2006).
    draws, seed : int
        How many there are at least, and what they are drawn from.
    """

    law: Predictive
    history: History
    nodes: Floats
    focus: float
    draws: int = DRAWS
    seed: int = 1
    _grids: dict[float, Floats] = field(default_factory=dict, repr=False)
    _places: dict[float, Ints] = field(default_factory=dict, repr=False)

    @cached_property
    def size(self) -> int:
        """Draws a replicate."""
        return per_replicate(self.draws)

    @cached_property
    def yearly(self) -> bool:
        """Whether a year is counted anew."""
        return counted_anew(self.history)

    @cached_property
    def start(self) -> float:
        """Time of the last figure; of what is counted within a year, of the newest count."""
        now = so_far_of(self.history) if self.yearly else None
        return float(self.history.years[-1]) if now is None else now.end - 1 + now.part

    @cached_property
    def levels(self) -> Floats:
        """Normal scores of the levels of each replicate, from low to high, shape (REPLICATES, size)."""
        shift = (np.arange(REPLICATES) + 0.5) / REPLICATES
        return np.asarray(ndtri((np.arange(self.size) + shift[:, None]) / self.size), float)

    @cached_property
    def spread(self) -> Floats:
        """Variances of start, wandering and drift, (3,): how the law's spread grows with time."""
        from scipy.optimize import nnls  # slow to import: only what draws needs it

        if self.yearly:
            return np.array([0.0, 1.0, 0.0])  # within a year its spread shrinks
        scale, end = scale_of(self.history), float(self.history.years[-1])
        self.law.prefetch(end + LEADS)
        ends = [scale.place(self.law.quantile(end + lead, ndtr([-1.0, 1.0]))) for lead in LEADS]
        variance = np.array([(high - low) ** 2 / 4 for low, high in ends])
        if not np.all(np.isfinite(variance)) or variance.min() <= 0:
            return np.array([0.0, 1.0, 0.0])
        parts = np.stack([np.ones(len(LEADS)), LEADS, LEADS**2], 1) / variance[:, None]
        found, _ = nnls(parts, np.ones(len(LEADS)))
        found[1] = max(found[1], 1e-6 * found.sum())  # ranks are never quite the same
        return np.asarray(found, float)

    def uniform(self, dimension: int) -> Floats:
        """See :class:`Paths`; beyond Sobol's dimensions the numbers are plainly random."""
        if dimension < MORE_DIMENSIONS:
            return _sobol(self.size, self.seed)[:, PATH_DIMENSIONS + dimension]
        rng = np.random.default_rng([self.seed, 2, dimension])
        return np.asarray(rng.uniform(size=REPLICATES * self.size), float)

    def base(self, time: float) -> Floats:
        """See :class:`Paths`."""
        value = float(self.history.value[-1])
        if self.yearly:
            now = so_far_of(self.history)
            value = now.value if now is not None and time <= now.end + AT_END else 0.0
        return np.full(REPLICATES * self.size, value)

    def at(self, time: float) -> Floats:
        """See :class:`Paths`; at the last figure's time and before, the last figure."""
        if time <= self.start:
            return self.base(time)
        grid, place = self.grid(time), self.place(time)
        return np.take_along_axis(grid, place, 1).ravel()

    def sorted_at(self, time: float) -> Floats:
        """Return :meth:`at` in order; where that is nothing but the last figure, that."""
        return self.base(time) if time <= self.start else np.ascontiguousarray(self.grid(time).T).ravel()

    def grid(self, time: float) -> Floats:
        """Return the values at a time from low to high, shape (REPLICATES, size)."""
        if time not in self._grids:
            found = np.interp(self.levels, SCORES, tabled(self.law, time))
            before = self._before(time)
            self._grids[time] = found if before is None else np.maximum(found, self.grid(before))
        return self._grids[time]

    def place(self, time: float) -> Ints:
        """Return which of :meth:`grid` each draw has at a time, shape (REPLICATES, size)."""
        if time not in self._places:
            before = self._before(time)
            score = self._scores(time)
            self._places[time] = ranked(score) if before is None else self._lifted(time, before, score)
        return self._places[time]

    def _scores(self, time: float) -> Floats:
        """Return what the ranks at a time are told by, shape (REPLICATES, size)."""
        turned = self._made_of(time) @ self._basis
        return np.asarray(_normals(self.size, self.seed) @ turned, float).reshape(REPLICATES, -1)

    def together(self, time: float, other: float) -> float:
        """Return the correlation of the scores that rank the draws at two times."""
        one, two = self._made_of(time), self._made_of(other)
        return float(np.clip(one @ two / np.sqrt((one @ one) * (two @ two)), -1.0, 1.0))

    def _made_of(self, time: float) -> Floats:
        """Return how much of each normal score the path has at a time, shape (2 + knots,)."""
        knots, motion = _motion()
        ahead = max(time - float(self.history.years[-1]), 1e-4)
        i = int(np.clip(np.searchsorted(knots, ahead), 1, len(knots) - 1))
        part = (ahead - knots[i - 1]) / (knots[i] - knots[i - 1])
        start, wandering, drift = np.sqrt(self.spread)
        wandered = wandering * ((1 - part) * motion[i - 1] + part * motion[i])
        return np.asarray(np.concatenate([[start, ahead * drift], wandered]), float)

    @cached_property
    def _basis(self) -> Floats:
        """The directions, as columns, in which the scores run: the first to the focus, then between."""
        start = float(self.history.years[-1])
        telling = np.stack([self._made_of(start + part * (self.focus - start)) for part in FOCUSES], 1)
        basis, _ = np.linalg.qr(telling, mode="complete")
        return np.asarray(basis, float)

    def _before(self, time: float) -> float | None:
        """Return the node before a time from which on the value does not fall; None where it may."""
        if not (self.yearly or self.history.kind is Kind.CUMULATIVE):
            return None
        earlier = int(np.searchsorted(self.nodes, time)) - 1
        if earlier < 0 or self.nodes[earlier] <= self.start:
            return None
        node = float(self.nodes[earlier])
        if self.yearly and np.ceil(node - AT_END) < np.ceil(time - AT_END):
            return None
        return node

    def _lifted(self, time: float, before: float, score: Floats) -> Ints:
        """Return the places of paths that do not fall below those at a time before."""
        had = np.take_along_axis(self.grid(before), self.place(before), 1)
        grid = self.grid(time)
        return np.stack([coupled(h, g, s) for h, g, s in zip(had, grid, score, strict=True)])


def ranked(score: Floats) -> Ints:
    """Return the rank of each score within its row."""
    return np.asarray(score.argsort(1, kind="stable").argsort(1, kind="stable"), np.intp)


def coupled(had: Floats, grid: Floats, score: Floats) -> Ints:
    """Give each path a value of its own that is not below what it had, the lowest to the lowest scores.

    Parameters
    ----------
    had : (n,) array
        Values so far; the k-th lowest is at most ``grid[k]``.
    grid : (n,) array
        The values to be given, from low to high.

    Returns
    -------
    (n,) array
        The place in the grid of each path's value.
    """
    order, by_score = np.argsort(had, kind="stable"), np.argsort(score, kind="stable")
    ready = np.searchsorted(had[order], grid, side="right").tolist()
    rank, place = np.empty((2, len(grid)), np.intp)
    rank[by_score] = np.arange(len(grid))
    waiting: list[int] = []
    ranks, taken, come = rank[order].tolist(), [], 0
    for upto in ready:
        for one in ranks[come : upto - 1]:
            heappush(waiting, one)
        taken.append(heappushpop(waiting, ranks[upto - 1]) if come < upto else heappop(waiting))
        come = upto
    place[by_score[taken]] = np.arange(len(grid))
    return place


def tabled(law: Predictive, time: float) -> Floats:
    """Return the quantiles of a law at :data:`SCORES`, asking it for few of them.

    Between those, values are asked for their levels, which most laws tell sooner; a blend is asked at the
    values of its members.
    """
    parts = law.members if isinstance(law, Blend) else (law,)
    few = [np.maximum.accumulate(part.quantile(time, ndtr(COARSE))) for part in parts]
    steps = np.arange(BETWEEN) / BETWEEN
    between = [np.append((q[:-1, None] + np.diff(q)[:, None] * steps).ravel(), q[-1]) for q in few]
    values = between[0] if len(between) == 1 else np.unique(np.concatenate(between))
    with np.errstate(divide="ignore"):
        scores = np.clip(ndtri(law.cdf(time, values)), COARSE[0] - 1, COARSE[-1] + 1)
    found = np.interp(SCORES, np.maximum.accumulate(scores) + np.arange(len(values)) * 1e-12, values)
    if len(few) > 1:
        return np.asarray(found, float)
    # Many levels may have one value: what lies between two that have it has it, too.
    cell = np.clip(np.searchsorted(COARSE, SCORES, side="right") - 1, 0, len(COARSE) - 2)
    return np.asarray(np.clip(found, few[0][cell], few[0][cell + 1]), float)
