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
from forecasts.engine.learned import FEW, FEWS, KINDS, Learned
from forecasts.engine.mixture import Mixture
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

NO_CHANGE = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
NO_LASTING = np.array([1.0, 1.0, 0.0])
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


def learn_weights(training: TrainingSet, pick: Ints, weight: Floats) -> Floats:
    """Learn the prior of the components."""
    likelihood = relative(training.found.likelihood[training.history(pick)] + training.outcome[pick])
    prior = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(STEPS):
        taken = weight / (likelihood @ prior)
        prior = prior * (taken @ likelihood)
        prior = (1 - LEAST) * prior / prior.sum() + LEAST / len(prior)
    return np.asarray(prior, float)


def predict(training: TrainingSet, pick: Ints, learned: Learned) -> Mixture:
    """Predict some units, each with its class as known by then."""
    return training.desk.answer_some(training.found, training.row[pick], learned)[0]


def features(training: TrainingSet, pick: Ints, learned: Learned) -> tuple[Floats, Floats]:
    """Return share of flow cells and number of figures of some units."""
    lesson, learner, _ = training.desk.lessons(training.found, training.row[pick], learned)
    n = [len(training.desk.histories[i].relative) for i in training.history(pick)]
    return lesson.flow[learner], np.array(n, float)


def learn_calibration(p: Floats, flow: Floats, n: Floats, hits: Floats, weight: Floats) -> Floats:
    """Learn the map of logit P; all (units, thresholds) but `flow` and `n` (units,)."""
    z = logit(p)
    f, size = np.broadcast_to(flow[:, None], z.shape), np.log(n / 6)[:, None]
    x = np.stack([np.ones_like(z), f, z, z * f, z * size], -1)
    return _logistic(x, hits, weight, NO_CHANGE, RIDGE)


def _logistic(x: Floats, hits: Floats, weight: Floats, start: Floats, ridge: float) -> Floats:
    """Fit a logistic regression with a penalty on the distance from `start`; x (units, thresholds, k)."""
    w = (weight * hits.size / weight.sum()).ravel()
    x, y = x.reshape(-1, len(start)), hits.ravel()

    def loss(b: Floats) -> tuple[float, Floats]:
        e = x @ b
        value = float((w * (np.logaddexp(0, e) - y * e)).sum() + ridge * ((b - start) ** 2).sum())
        return value, x.T @ (w * (expit(e) - y)) + 2 * ridge * (b - start)

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x, float)


def _thresholds(training: TrainingSet, pick: Ints, futures: Mixture) -> tuple[Floats, Floats, Floats]:
    """Return stated P, what came of it and the weight of each threshold: the goals, and own quantiles."""
    units = training.units
    above = futures.survival(units.actual[pick])[:, None]
    own = np.broadcast_to(1 - OWN_LEVELS, (len(pick), len(OWN_LEVELS)))
    p = np.concatenate([futures.survival(units.goals[pick]), own], 1)
    # What came lies beyond a quantile where its own probability is below the quantile's.
    hits = np.concatenate([units.hits[pick], above <= 1 - OWN_LEVELS], 1)
    return p, hits, np.repeat([1.0, OWN_WEIGHT], [units.hits.shape[1], len(OWN_LEVELS)])


def learn(training: TrainingSet, pick: Ints) -> Learned:
    """Learn everything from some units, for each kind from its own."""
    units = training.units
    whole = pick[~units.cut[pick]]
    of_kind = (whole, whole[units.total[whole]])
    weights = [unit_weights(units, own) for own in of_kind]
    raw = Learned(
        training.grid,
        np.stack([learn_weights(training, own, w) for own, w in zip(of_kind, weights, strict=True)]),
        np.tile(NO_CHANGE, (len(KINDS), 1)),
        np.tile(NO_FEW, (len(KINDS), 1, 1)),
        np.tile(NO_LASTING, (len(KINDS), 1)),
        DISCOUNT,
        STRENGTH,
    )
    maps = []
    for kind, (own, weight) in enumerate(zip(of_kind, weights, strict=True)):
        # A total teaches the first kind as any other series would.
        alike = raw if kind else replace(raw, weights=raw.weights[[0, 0]])
        futures = predict(training, own, alike)
        p, hits, each = _thresholds(training, own, futures)
        maps.append(learn_calibration(p, *features(training, own, alike), hits, weight[:, None] * each))
    mapped = replace(raw, calibration=np.stack(maps))
    mapped = replace(mapped, few=learn_few(training, pick[units.cut[pick]], mapped))
    return replace(mapped, persistence=learn_persistence(training, pick, mapped))


def learn_few(training: TrainingSet, pick: Ints, learned: Learned) -> Floats:
    """Learn the maps of logit P for histories of few figures: intercept and slope of each sort and kind."""
    units, of = training.units, [training.desk.histories[i] for i in training.history(pick)]
    place = np.array([h.own - 1 + (FEW if len(h.relative) > h.own else 0) for h in of])
    few = np.tile(NO_FEW, (len(KINDS), 1, 1))
    for kind in range(len(KINDS)):
        for sort in range(len(FEWS)):
            own = pick[(units.total[pick] == kind) & (place == sort)]
            if not len(own):
                continue
            p, hits, each = _thresholds(training, own, predict(training, own, learned))
            z = logit(p)
            x = np.stack([np.ones_like(z), z], -1)
            weight = unit_weights(units, own)[:, None] * each
            few[kind, sort] = _logistic(x, hits, weight, NO_CHANGE[[0, 2]], RIDGE)
    return few


def learn_persistence(training: TrainingSet, pick: Ints, learned: Learned) -> Floats:
    """Learn how much classes and days differ from what is said of them, and how much of that lasts."""
    units, lasting = training.units, learned.persistence.copy()
    for kind in range(len(KINDS)):
        own = pick[(units.total[pick] == kind) & training.classed[pick]]
        if not len(own):
            continue
        lasting[kind, 2] = 1.0
        *_, tried = training.desk.lessons(
            training.found, training.row[own], replace(learned, persistence=lasting)
        )
        lasting[kind, :2] = _variances([p.days(frozenset()) for p in tried])
        whole = replace(learned, persistence=lasting)
        lesson, learner, _ = training.desk.lessons(training.found, training.row[own], whole)
        p, hits, each = _thresholds(training, own, predict(training, own, learned))
        z = logit(p)
        lean = np.broadcast_to(lesson.lean[learner][:, None], z.shape)
        x = np.stack([np.ones_like(z), z, lean], -1)
        weight = unit_weights(units, own)[:, None] * each
        lasting[kind, 2] = max(_logistic(x, hits, weight, np.array([0.0, 1.0, 0.0]), RIDGE)[2], 0.0)
    return lasting


def _variances(days: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the variances between classes and between days that make the departures of days most likely."""
    days = [each for each in days if len(each[0])]

    def surprise(logs: Floats) -> float:
        between, daily = np.exp(logs)
        total = 0.0
        for seen, variance in days:
            precision = 1 / (variance + daily)
            pull = between / (1 + between * precision.sum())
            total += (seen**2 * precision).sum() - pull * (seen * precision).sum() ** 2
            total += -np.log(precision).sum() + np.log1p(between * precision.sum())
        return float(total)

    found = minimize(surprise, np.zeros(2), method="Nelder-Mead", options={"maxiter": 80})
    return np.exp(np.clip(found.x, -6, 4))
