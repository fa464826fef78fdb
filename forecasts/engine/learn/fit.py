"""Everything the engine knows is learned here, from real growth series.

Weights of the components by expectation maximisation (Dempster, Laird and Rubin, 1977), the outcome counting
as one more observation; then one monotone map of the probabilities by ridge-penalised logistic regression
(Platt, 1999), on goals and on the forecasts' own quantiles, so that the width is calibrated, too. All of it
once for any series, and once for totals that never fall, from totals alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logit

from forecasts.engine.ask import Desk
from forecasts.engine.classes import relative
from forecasts.engine.grid import WHOLE, Grid, box_cox
from forecasts.engine.learn.units import Units
from forecasts.engine.learned import FEW, FEWS, KINDS, LEAST_SLOPE, Learned, middle, sort_of
from forecasts.engine.mixture import Mixture
from forecasts.engine.persistence import Persistence
from forecasts.engine.scan import Scan
from forecasts.engine.series import HUGE, TINY

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

DISCOUNT, STRENGTH = 0.97, 1.0

#: Weight of a made total relative to a real unit, where both teach.
MADE_WEIGHT = 0.4

#: Steps of expectation maximisation, and the share of the prior that is spread evenly over all components.
STEPS, LEAST = 20, 0.02

#: Penalty of the calibration's distance from no change.
RIDGE = 15.0

#: The forecasts' own levels on which the calibration is fitted, beside the goals, and their weight.
OWN_LEVELS, OWN_WEIGHT = np.array([0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97]), 0.3

#: The same of histories of few figures, whose goals are set by a pace that they do not show.
FEW_OWN_WEIGHT = 0.5

#: What is surer than this counts as so sure, or single surprises would decide the map.
SURE = 1e-4

NO_CHANGE = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
NO_LASTING = np.array([1.0, 1.0, 0.0])
ALL_LASTS = np.array([1.0, 1.0, 1.0])
NO_FEW = np.tile([0.0, 1.0], (len(FEWS), 1))


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Units with what every component makes of them; the scan is done once for all folds.

    Attributes
    ----------
    row : (U,) array
        The desk's question of each unit.
    outcome : (U, C * S) array
        Log density of what came.
    """

    units: Units
    grid: Grid
    desk: Desk
    row: Ints
    found: Scan
    outcome: Floats

    @cached_property
    def classed(self) -> NDArray[np.bool_]:
        """Which units have a class."""
        return np.array([u.ask.peers is not None for u in self.units.all])

    def history(self, pick: Ints) -> Ints:
        """Return the number of each unit's history."""
        return self.found.owner[self.desk.looks_of(self.row[pick])]


def training_set(units: Units, grid: Grid = WHOLE) -> TrainingSet:
    """Scan all units and rate what came."""
    desk = Desk({})
    row = np.concatenate([desk.take(u.ask) for u in units.all])
    found = desk.scanned(grid, DISCOUNT)
    look = desk.looks_of(row)
    scales = np.array([(desk.histories[i].scale, desk.histories[i].offset) for i in found.owner[look]])
    outcome = outcome_density(found, look, (units.actual + scales[:, 1]) / scales[:, 0], grid)
    return TrainingSet(units, grid, desk, row, found, outcome)


def outcome_density(found: Scan, look: Ints, x: Floats, grid: Grid) -> Floats:
    """Return the log density of the relative outcomes of some looks ahead under every component."""
    x = np.clip(x, TINY, HUGE)[:, None]
    u = found.owner[look]
    freedom = np.where(grid.is_flow, found.freedom[u, 1:], found.freedom[u, :1])
    gain = np.log(np.maximum(x - 1, TINY))
    z = np.where(grid.is_flow, gain, np.log(x))
    jacobian = np.where(grid.is_flow, -gain, -np.log(x))
    for p in (0.5, 1.0):
        z = np.where(np.equal(grid.power, p), box_cox(x, p), z)
        jacobian = np.where(np.equal(grid.power, p), (p - 1) * np.log(x), jacobian)
    z = (z - found.location[look]) / found.spread[look]
    density = (
        gammaln(freedom / 2 + 0.5) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
        - (freedom + 1) / 2 * np.log1p(z * z / freedom) - np.log(found.spread[look]) + jacobian
    )  # fmt: skip
    return np.where(grid.is_flow & (x <= 1), -30.0, density)


def unit_weights(units: Units, pick: Ints) -> Floats:
    """Return the units' weights: a class counts as the square root of its size."""
    _, which, size = np.unique(units.group[pick].astype(str), return_inverse=True, return_counts=True)
    return np.where(units.made[pick], MADE_WEIGHT, 1.0) / np.sqrt(size[which])


def explained(training: TrainingSet, pick: Ints) -> Floats:
    """Return how well each component explains history and outcome of some units, relative to the best."""
    return relative(training.found.likelihood[training.history(pick)] + training.outcome[pick])


def expectation_maximisation(likelihood: Floats, weight: Floats, steps: int, least: float) -> Floats:
    """Return the prior that makes what was seen most likely; `least` of it is spread evenly."""
    prior = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(steps):
        taken = weight / (likelihood @ prior)
        prior = prior * (taken @ likelihood)
        prior = (1 - least) * prior / prior.sum() + least / len(prior)
    return np.asarray(prior, float)


@dataclass(frozen=True, eq=False)
class Predicted:
    """Some units, each predicted with its class as known by then.

    Attributes
    ----------
    pick : (P,) array
        Which.
    flow : (P,) array
        Share of flow cells.
    persistence, own : tuples
        What came of the trials of each one's class; its own names in it.
    """

    pick: Ints
    futures: Mixture
    flow: Floats
    persistence: tuple[Persistence | None, ...]
    own: tuple[frozenset[str], ...]


def predicted(training: TrainingSet, pick: Ints, learned: Learned) -> Predicted:
    """Predict some units, each with its class as known by then."""
    futures, study, row = training.desk.answer_some(training.found, training.row[pick], learned)
    at = row.tolist()
    return Predicted(
        pick,
        futures,
        study.lesson.flow[row],
        tuple(study.persistence[i] for i in at),
        tuple(study.own[i] for i in at),
    )


def predict(training: TrainingSet, pick: Ints, learned: Learned) -> Mixture:
    """Return the distributions of some units."""
    return predicted(training, pick, learned).futures


def _logistic(
    x: Floats,
    hits: Floats,
    weight: Floats,
    start: Floats,
    ridge: float,
    least: Sequence[float] | None = None,
    given: Floats | None = None,
) -> Floats:
    """Fit a logistic regression with a penalty on the distance from `start`; x (units, thresholds, k).

    No coefficient is below its `least`; what is `given` (units, thresholds) is added as it is.
    """
    w = (weight * hits.size / weight.sum()).ravel()
    x, y, plus = x.reshape(-1, len(start)), hits.ravel(), 0.0 if given is None else given.ravel()

    def loss(b: Floats) -> tuple[float, Floats]:
        e = x @ b + plus
        value = float((w * (np.logaddexp(0, e) - y * e)).sum() + ridge * ((b - start) ** 2).sum())
        return value, x.T @ (w * (expit(e) - y)) + 2 * ridge * (b - start)

    bounds = None if least is None else [(low, np.inf) for low in least]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x, float)


def _thresholds(
    training: TrainingSet, pick: Ints, futures: Mixture, own_weight: float = OWN_WEIGHT
) -> tuple[Floats, Floats, Floats]:
    """Return stated P, what came of it and the weight of each threshold: the goals, and own quantiles."""
    units = training.units
    above = futures.survival(units.actual[pick])[:, None]
    own = np.broadcast_to(1 - OWN_LEVELS, (len(pick), len(OWN_LEVELS)))
    p = np.concatenate([futures.survival(units.goals[pick]), own], 1).clip(SURE, 1 - SURE)
    # What came lies beyond a quantile where its own probability is below the quantile's.
    hits = np.concatenate([units.hits[pick], above <= 1 - OWN_LEVELS], 1)
    each = np.repeat([1.0, own_weight], [units.hits.shape[1], len(OWN_LEVELS)])
    return p, hits, unit_weights(units, pick)[:, None] * each


def learn(training: TrainingSet, pick: Ints) -> Learned:
    """Learn everything from some units, for each kind from its own."""
    units = training.units
    whole = pick[~units.cut[pick]]
    of_kind = (whole, whole[units.total[whole]])
    weights = [unit_weights(units, own) for own in of_kind]
    raw = Learned(
        training.grid,
        np.stack(
            [
                expectation_maximisation(explained(training, own), w, STEPS, LEAST)
                for own, w in zip(of_kind, weights, strict=True)
            ]
        ),
        np.tile(NO_CHANGE, (len(KINDS), 1)),
        np.tile(NO_FEW, (len(KINDS), 1, 1)),
        np.tile(NO_LASTING, (len(KINDS), 1)),
        DISCOUNT,
        STRENGTH,
    )
    # A total teaches the first kind as any other series would.
    alike = replace(raw, weights=raw.weights[[0, 0]])
    maps = [
        learn_calibration(training, predicted(training, own, by))
        for own, by in zip(of_kind, (alike, raw), strict=True)
    ]
    mapped = replace(raw, calibration=np.stack(maps))
    few = learn_few(training, predicted(training, pick[units.cut[pick]], mapped))
    mapped = replace(mapped, few=few)
    tried = replace(mapped, persistence=np.tile(ALL_LASTS, (len(KINDS), 1)))
    classed = predicted(training, pick[training.classed[pick]], tried)
    return replace(mapped, persistence=learn_persistence(training, classed, tried))


def learn_calibration(training: TrainingSet, seen: Predicted) -> Floats:
    """Learn the map of logit P."""
    p, hits, weight = _thresholds(training, seen.pick, seen.futures)
    z, n = logit(p), np.array([len(training.desk.histories[i].relative) for i in training.history(seen.pick)])
    f, size = np.broadcast_to(seen.flow[:, None], z.shape), np.log(n / 6)[:, None]
    x = np.stack([np.ones_like(z), f, z, z * f, z * size], -1)
    return _logistic(x, hits, weight, NO_CHANGE, RIDGE)


def learn_few(training: TrainingSet, seen: Predicted) -> Floats:
    """Learn the maps of logit P for histories of few figures: shift and slope of each sort and kind."""
    histories = [training.desk.histories[i] for i in training.history(seen.pick)]
    own = np.array([h.own for h in histories], np.intp)
    sorts = sort_of(own, np.array([len(h.relative) for h in histories]) > own)
    kinds = np.array([h.kind for h in histories])
    few = np.tile(NO_FEW, (len(KINDS), 1, 1))
    for kind in range(len(KINDS)):
        for sort in range(len(FEWS)):
            of = np.flatnonzero((kinds == kind) & (sorts == sort) & (own <= FEW))
            if len(of):
                p, hits, weight = _thresholds(training, seen.pick[of], seen.futures.rows(of), FEW_OWN_WEIGHT)
                z = logit(p)
                m = middle(z)
                x = np.stack([np.ones_like(z), m], -1)
                few[kind, sort] = _logistic(x, hits, weight, NO_FEW[0], RIDGE, (-np.inf, LEAST_SLOPE), z - m)
    return few


def learn_persistence(training: TrainingSet, seen: Predicted, tried: Learned) -> Floats:
    """Learn how much classes and days differ from what is said of them, and how much of that lasts."""
    lasting = np.tile(NO_LASTING, (len(KINDS), 1))
    total = training.units.total[seen.pick]
    for kind in range(len(KINDS)):
        of = np.flatnonzero((total == kind) & np.array([p is not None for p in seen.persistence]))
        if not len(of):
            continue
        law = _law(_classes(training, seen, of))
        before, now = _departures(seen, of, tried.persistence[kind, :-1]), _departures(seen, of, law)
        futures = seen.futures.rows(of)
        futures = replace(futures, calibration=futures.calibration.shifted(-before))
        p, hits, weight = _thresholds(training, seen.pick[of], futures)
        z = logit(p)
        x = np.stack([np.ones_like(z), z, np.broadcast_to(now[:, None], z.shape)], -1)
        # A shift of all classes is no departure of one: it is let go.
        _, _, share = _logistic(x, hits, weight, np.array([0.0, 1.0, 0.0]), RIDGE)
        lasting[kind] = [*law, np.clip(share, 0.0, 1.0)]
    return lasting


def _departures(seen: Predicted, of: Ints, law: Floats) -> Floats:
    """Return the departure of each one's class."""
    between, days = map(float, law)
    told = [(seen.persistence[i], seen.own[i]) for i in of.tolist()]
    return np.array([p.departure(own, between, days) if p else 0.0 for p, own in told])


def _classes(training: TrainingSet, seen: Predicted, of: Ints) -> list[tuple[Floats, Floats, float]]:
    """Return what the days of each class tell, their variances, and a weight: many dates count once."""
    distinct = {id(seen.persistence[i]): i for i in of.tolist()}
    groups = training.units.group[seen.pick[list(distinct.values())]].astype(str)
    _, which, size = np.unique(groups, return_inverse=True, return_counts=True)
    told = [seen.persistence[i] for i in distinct.values()]
    return [(*p.days(frozenset()), float(w)) for p, w in zip(told, 1 / size[which], strict=True) if p]


def _law(classes: Sequence[tuple[Floats, Floats, float]]) -> Floats:
    """Return the variances between classes and between days that are most likely for what was seen."""
    told = [c for c in classes if len(c[0])]
    which = np.repeat(np.arange(len(told)), [len(each) for each, _, _ in told])
    each, variance = (np.concatenate([c[k] for c in told] or [np.zeros(0)]) for k in (0, 1))
    weight = np.array([w for *_, w in told])

    def surprise(law: Floats) -> float:
        between, daily = np.exp(law)
        precision = 1 / (variance + daily)
        whole, pulled, square, size = (
            np.bincount(which, x, len(told))
            for x in (precision, precision * each, precision * each**2, -np.log(precision))
        )
        square = square - between / (1 + between * whole) * pulled**2
        return float((weight * (square + size + np.log1p(between * whole))).sum())

    found = minimize(surprise, np.zeros(2), method="Nelder-Mead", options={"maxiter": 300})
    return np.asarray(np.exp(np.clip(found.x, -6, 4)), float)
