"""What the learning is worth: on series, indicators and sources that it was not learned from.

Every unit is predicted with its class as known by its day. Each skill stands beside its standard error, in
which series (or indicators) count as one, and beside the skill against the group's own base rate, which
nobody could have known: how often goals of a level are met differs between domains.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.learn.fit import TrainingSet, learn, predict
from forecasts.engine.learn.units import FAST, MADE, Units
from forecasts.engine.learned import SCORE

Floats = NDArray[np.float64]
Names = NDArray[np.object_]
Picks = NDArray[np.bool_]
Scored = dict[str, float]

#: Parts that series and indicators are split into.
FOLDS = 6


def brier_skill(p: Floats, hits: Floats, base: Floats, weight: Floats | float = 1.0) -> float:
    """Return one minus the ratio of the Brier scores of a forecast and of the base rate."""
    w = np.broadcast_to(np.asarray(weight, float).reshape(-1, 1), p.shape)
    return float(1 - (w * (p - hits) ** 2).sum() / (w * (base - hits) ** 2).sum())


def skill_error(p: Floats, hits: Floats, base: Floats, by: Names, weight: Floats | float = 1.0) -> float:
    """Return the standard error of the skill (a ratio's, linearised); one name in `by` counts as one."""
    w = np.broadcast_to(np.asarray(weight, float), (len(p),))
    own, plain = w * ((p - hits) ** 2).sum(1), w * ((base - hits) ** 2).sum(1)
    _, which = np.unique(by.astype(str), return_inverse=True)
    off = np.bincount(which, own - own.sum() / plain.sum() * plain)
    return float(np.sqrt((off**2).sum()) / plain.sum())


def calibration_error(p: Floats, hits: Floats, bins: int = 10, weight: Floats | float = 1.0) -> float:
    """Return the expected calibration error over bins of equal width (Naeini et al., 2015)."""
    w = np.broadcast_to(np.asarray(weight, float).reshape(-1, 1), p.shape).ravel()
    p, hits = p.ravel(), hits.ravel()
    k = np.minimum((p * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(k, w * (p - hits))).sum() / w.sum())


def series_folds(units: Units, folds: int = FOLDS, seed: int = 0) -> Names:
    """Return each unit's fold: a series, the totals made from it and what is cut from it stay together."""
    distinct, which = np.unique(units.series.astype(str), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(distinct))
    return np.array([f"fold {k}" for k in order[which] % folds], object)


def folds_of(units: Units, folds: int = FOLDS, seed: int = 0) -> Names:
    """Return each unit's fold: by series, but of a pool whole indicators."""
    part = series_folds(units, folds, seed)
    names = sorted({(f, g) for f, g, pool in zip(units.family, units.group, units.pool, strict=True) if pool})
    fold = {group: f"fold {i % folds}" for i, (_, group) in enumerate(names)}
    return np.array(
        [fold[g] if pool else p for g, p, pool in zip(units.group, part, units.pool, strict=True)], object
    )


def base_rate(units: Units, pick: Picks) -> Floats:
    """Return how often each level is met in some units, per sort of goal, for all units: (U, 5)."""
    rate = np.full(units.hits.shape, np.nan)
    for sort in np.unique(units.sort):
        known = pick & (units.sort == sort)
        if known.any():
            rate[units.sort == sort] = units.hits[known].mean(0)
    return rate


def own_base_rate(units: Units) -> Floats:
    """Return how often each level is met in a pool's kind, indicators weighing alike: (U, 5)."""
    rate = np.full(units.hits.shape, np.nan)
    for kind in np.unique(units.family[units.pool].astype(str)):
        of = units.pool & (units.family == kind)
        rate[of] = np.mean([units.hits[units.group == g].mean(0) for g in set(units.group[of])], 0)
    return rate


def left_out(training: TrainingSet, part: Names, only: Names | None = None) -> tuple[Floats, Floats]:
    """Predict the units of each part by what was learned from the others; return P and the base rate there.

    Parameters
    ----------
    only : array of str, optional
        The parts that are left out; all, if none is named. What is in no such part is NaN.
    """
    units = training.units
    chance, base = np.full(units.hits.shape, np.nan), np.full(units.hits.shape, np.nan)
    for name in np.unique(part.astype(str)) if only is None else only:
        out = part == name
        kept, asked = np.flatnonzero(~out), np.flatnonzero(out)
        chance[asked] = predict(training, asked, learn(training, kept)).survival(units.goals[asked])
        base[asked] = base_rate(units, ~out)[asked]
    return chance, base


def scored(units: Units, pick: Picks, chance: Floats, base: Floats) -> Scored:
    """Return the scores of some units; of a pool, indicators weigh alike and errors are counted by them."""
    pool = bool(units.pool[pick].all())
    by = units.group[pick] if pool else units.series[pick]
    weight: Floats | float = 1.0
    if pool:
        _, which, size = np.unique(by.astype(str), return_inverse=True, return_counts=True)
        weight = 1 / size[which]
    p, hits = chance[pick], units.hits[pick]
    own = np.broadcast_to(np.average(hits, 0, weight if pool else None), p.shape)
    said = {
        "units": len(p),
        "brier_skill": brier_skill(p, hits, base[pick], weight),
        "std_error": skill_error(p, hits, base[pick], by, weight),
        "against_own_base_rate": brier_skill(p, hits, own, weight),
        "calibration_error": calibration_error(p, hits, weight=weight),
    }
    return {name: round(value, 4) for name, value in said.items()}


def scores(training: TrainingSet) -> dict[str, Scored]:
    """Return the scores with sources left out, and with series and indicators left out."""
    units = training.units
    chance, base = left_out(training, folds_of(units))
    base[units.pool] = own_base_rate(units)[units.pool]
    return _sources(training) | _parts(units, chance, base)


def _sources(training: TrainingSet) -> dict[str, Scored]:
    units = training.units
    real = units.real & ~units.pool
    part = np.where(units.pool, "", units.family)
    families = np.unique(units.family[real].astype(str))
    chance, base = left_out(training, part, families)
    found = {SCORE: scored(units, real, chance, base)}
    found |= {f"{f} left out": scored(units, real & (part == f), chance, base) for f in families}
    fast = np.isin(units.group, [*FAST, *(MADE + c for c in FAST)])
    if fast.any():
        chance, base = left_out(training, np.where(fast, "fast", ""), np.array(["fast"], object))
        found["fast classes left out"] = scored(units, real & fast, chance, base)
    return found


def _parts(units: Units, chance: Floats, base: Floats) -> dict[str, Scored]:
    """Return the scores of series and indicators that were left out in folds."""
    ours, made, cut = ~units.pool, units.made & ~units.cut, units.cut & ~units.made & ~units.pool
    groups: Mapping[str, Picks] = {
        "all": ours & units.real,
        **{f: ours & units.real & (units.family == f) for f in np.unique(units.family[ours].astype(str))},
        "made totals": made,
        **{
            f"{n} figures, {whose} pace": cut & units.crowd & (units.n == n) & (units.paced == whose)
            for n in (1, 2, 3)
            for whose in ("own", "class")
        },
    }
    found = {f"{name}, series left out": pick for name, pick in groups.items()}
    if units.pool.any():
        kinds = np.unique(units.family[units.pool].astype(str))
        found["pool, indicators left out"] = units.pool
        found |= {f"pool: {k}, indicators left out": units.pool & (units.family == k) for k in kinds}
        found |= {
            f"pool: {n} figures, indicators left out": units.pool & (units.label == str(n)) for n in (1, 2, 3)
        }
    return {name: scored(units, pick, chance, base) for name, pick in found.items() if pick.any()}
