"""Everything the engine knows is learned here, from real growth series.

Weights of the components by expectation maximisation (Dempster, Laird and Rubin, 1977), the outcome counting
as one more observation; then one monotone map of the probabilities by ridge-penalised logistic regression
(Platt, 1999), on goals and on the forecasts' own quantiles, so that the width is calibrated, too.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logit

from forecasts.engine.classes import Class, relative, teach, weigh
from forecasts.engine.grid import COMPONENT_IS_FLOW, COMPONENT_POWER, box_cox
from forecasts.engine.learn.units import FAST, Units, brier_skill, calibration_error
from forecasts.engine.learned import SCORE, Learned
from forecasts.engine.mixture import Mixture, mix
from forecasts.engine.scan import Scan, scan
from forecasts.engine.series import HUGE, TINY

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

DISCOUNT, STRENGTH = 0.97, 1.0

#: Weight of a made total relative to a real unit.
MADE = 0.4

#: Steps of expectation maximisation, and the share of the prior that is spread evenly over all components.
STEPS, LEAST = 20, 0.02

#: Penalty of the calibration's distance from no change.
RIDGE = 15.0

#: The forecasts' own levels on which the calibration is fitted, beside the goals, and their weight.
OWN_LEVELS, OWN_WEIGHT = np.array([0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97]), 0.3

NO_CHANGE = np.array([0.0, 0.0, 1.0, 0.0, 0.0])


@dataclass(frozen=True)
class TrainingSet:
    """Units with what every component makes of them; the scan is done once for all folds."""

    units: Units
    found: Scan
    outcome: Floats


def training_set(units: Units) -> TrainingSet:
    """Scan all units and rate what came."""
    found = scan(units.clean, np.arange(len(units)), units.years, DISCOUNT)
    scales = np.array([(c.scale, c.offset) for c in units.clean])
    return TrainingSet(units, found, outcome_density(found, (units.actual + scales[:, 1]) / scales[:, 0]))


def outcome_density(found: Scan, x: Floats) -> Floats:
    """Return the log density of the relative outcome under every component (forecast i is of unit i)."""
    x = np.clip(x, TINY, HUGE)[:, None]
    freedom = np.where(COMPONENT_IS_FLOW, found.freedom[:, 1:], found.freedom[:, :1])
    gain = np.log(np.maximum(x - 1, TINY))
    z = np.where(COMPONENT_IS_FLOW, gain, np.log(x))
    jacobian = np.where(COMPONENT_IS_FLOW, -gain, -np.log(x))
    for p in (0.5, 1.0):
        z = np.where(np.equal(COMPONENT_POWER, p), box_cox(x, p), z)
        jacobian = np.where(np.equal(COMPONENT_POWER, p), (p - 1) * np.log(x), jacobian)
    z = (z - found.location) / found.spread
    density = (
        gammaln(freedom / 2 + 0.5) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
        - (freedom + 1) / 2 * np.log1p(z * z / freedom) - np.log(found.spread) + jacobian
    )  # fmt: skip
    return np.where(COMPONENT_IS_FLOW & (x <= 1), -30.0, density)


def unit_weights(units: Units, pick: Ints) -> Floats:
    """Return the units' weights: a class counts as the square root of its size."""
    _, which, size = np.unique(units.group[pick].astype(str), return_inverse=True, return_counts=True)
    return np.where(units.made[pick], MADE, 1.0) / np.sqrt(size[which])


def learn_weights(training: TrainingSet, pick: Ints, weight: Floats) -> Floats:
    """Learn the prior of the components."""
    likelihood = relative(training.found.likelihood[pick] + training.outcome[pick])
    prior = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(STEPS):
        taken = weight / (likelihood @ prior)
        prior = prior * (taken @ likelihood)
        prior = (1 - LEAST) * prior / prior.sum() + LEAST / len(prior)
    return np.asarray(prior, float)


def predict(training: TrainingSet, pick: Ints, learned: Learned) -> tuple[Mixture, Floats]:
    """Predict some units as one table, in which classes teach; return forecasts and shares of flow."""
    units, likelihood = training.units, relative(training.found.likelihood[pick])
    group, region = units.group[pick], units.region[pick].astype(str)
    lessons: dict[str, Class | None] = {}
    for name in np.unique(group.astype(str)):
        of = np.flatnonzero(group == name)
        lessons[name] = teach(likelihood[of], list(region[of]), learned) if len(set(region[of])) > 1 else None
    lesson = weigh(likelihood, [lessons[str(g)] for g in group], [{str(r)} for r in region], learned)
    return mix(training.found, pick, np.arange(len(pick)), units.clean, lesson, learned), lesson.flow


def learn_calibration(p: Floats, flow: Floats, n: Floats, hits: Floats, weight: Floats) -> Floats:
    """Learn the map of logit P; all (units, thresholds) but `flow` and `n` (units,)."""
    z = logit(p)
    f, size = np.broadcast_to(flow[:, None], z.shape), np.log(n / 6)[:, None]
    x = np.stack([np.ones_like(z), f, z, z * f, z * size], -1).reshape(-1, len(NO_CHANGE))
    y, w = hits.ravel(), (weight * z.size / weight.sum()).ravel()

    def loss(b: Floats) -> tuple[float, Floats]:
        e = x @ b
        value = float((w * (np.logaddexp(0, e) - y * e)).sum() + RIDGE * ((b - NO_CHANGE) ** 2).sum())
        return value, x.T @ (w * (expit(e) - y)) + 2 * RIDGE * (b - NO_CHANGE)

    return np.asarray(minimize(loss, NO_CHANGE, jac=True, method="L-BFGS-B").x, float)


def learn(training: TrainingSet, pick: Ints) -> Learned:
    """Learn everything from some units."""
    units, weight = training.units, unit_weights(training.units, pick)
    raw = Learned(learn_weights(training, pick, weight), NO_CHANGE, DISCOUNT, STRENGTH)
    futures, flow = predict(training, pick, raw)
    above = futures.survival(units.actual[pick])[:, None]
    own = np.broadcast_to(1 - OWN_LEVELS, (len(pick), len(OWN_LEVELS)))
    p = np.concatenate([futures.survival(units.goals[pick]), own], 1)
    # What came lies beyond a quantile where its own probability is below the quantile's.
    hits = np.concatenate([units.hits[pick], above <= 1 - OWN_LEVELS], 1)
    each = np.repeat([1.0, OWN_WEIGHT], [units.hits.shape[1], len(OWN_LEVELS)])
    n = np.array([len(units.clean[i].relative) for i in pick], float)
    return replace(raw, calibration=learn_calibration(p, flow, n, hits, weight[:, None] * each))


def left_out(training: TrainingSet, out: NDArray[np.bool_]) -> tuple[Ints, Floats, Floats]:
    """Learn without some units and predict them; return the real ones, their P and the base rate by level."""
    units = training.units
    kept, asked = np.flatnonzero(~out), np.flatnonzero(out & ~units.made)
    futures, _ = predict(training, asked, learn(training, kept))
    base = units.hits[kept[~units.made[kept]]].mean(0)
    return asked, futures.survival(units.goals[asked]), np.broadcast_to(base, (len(asked), len(base)))


def scores_left_out(training: TrainingSet) -> dict[str, dict[str, float]]:
    """Return skill and calibration with each source family left out, and the fast classes."""
    units = training.units
    p, base = np.full(units.hits.shape, np.nan), np.full(units.hits.shape, np.nan)
    for family in np.unique(units.family.astype(str)):
        asked, chance, rate = left_out(training, units.family == family)
        p[asked], base[asked] = chance, rate
    real = np.flatnonzero(~units.made)
    scores = {SCORE: _scored(p[real], units.hits[real], base[real])}
    for family in np.unique(units.family.astype(str)):
        of = real[units.family[real] == family]
        scores[f"{family} left out"] = _scored(p[of], units.hits[of], base[of])
    fast = np.isin(units.group, [*FAST, *(f"CUM-{c}" for c in FAST)])
    if fast.any():
        asked, chance, rate = left_out(training, fast)
        scores["fast classes left out"] = _scored(chance, units.hits[asked], rate)
    return scores


def _scored(p: Floats, hits: Floats, base: Floats) -> dict[str, float]:
    return {
        "units": len(p),
        "brier_skill": round(brier_skill(p, hits, base), 4),
        "calibration_error": round(calibration_error(p, hits), 4),
    }
