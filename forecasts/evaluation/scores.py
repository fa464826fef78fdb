"""How good forecasts were: proper scores, coverage and reliability, each with the error of so few series."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import scoringrules
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

#: Levels of the quantiles that are scored: equally far apart, and among them the ends of the intervals.
LEVELS: Final = np.arange(1, 40) / 40

#: Central intervals whose coverage is counted, by the place of their ends among :data:`LEVELS`.
INTERVALS: Final = {50: (9, 29), 80: (3, 35), 95: (0, 38)}

BINS = 10

#: Consistency bars hold nine in ten calibrated forecasters.
BAR = (0.05, 0.95)


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one method, a row a goal; a method that was silent has NaN there.

    Attributes
    ----------
    series : (N,) array of str
        What each is about; rows of one series are not independent.
    unit : (N,) array of int
        Rows of one unit ask different goals of one future value.
    stratum : (N,) array of str
        What kind of goal it is; the base rate is that of its kind.
    probability, met : (N,) arrays
        The forecast of success, and whether it came.
    quantiles : (N, L) array
        Of the future value, at :data:`LEVELS`.
    pit : (N,) array
        Probability integral transform of what came: P(value <= actual).
    actual, scale : (N,) arrays
        What came (NaN where only success is known), and the unit in which errors compare.
    """

    series: NDArray[np.str_]
    unit: NDArray[np.intp]
    stratum: NDArray[np.str_]
    probability: Floats
    met: NDArray[np.bool_]
    quantiles: Floats
    pit: Floats
    actual: Floats
    scale: Floats

    def __len__(self) -> int:
        return len(self.met)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Forecasts":
        """Return some of the rows."""
        return Forecasts(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def served(self) -> NDArray[np.bool_]:
        """Whether the method spoke, row by row."""
        return np.isfinite(self.probability)

    def ordered(self) -> "Forecasts":
        """Return the rows in one order, so that a sum is the same to the last bit."""
        keys = (self.met, self.probability, self.stratum, self.unit, self.series)
        return self.take(np.lexsort(keys))


@dataclass(frozen=True)
class Score:
    """A mean score and its standard error (bootstrap over series); NaN where there is none."""

    value: float
    std_error: float


@dataclass(frozen=True)
class Stratum:
    """Goals of one kind: how often they were met, and how often that was expected."""

    name: str
    n: int
    met: float
    expected: float
    brier: float


@dataclass(frozen=True)
class Scores:
    """What one method is worth.

    Attributes
    ----------
    n, units, series : int
        Goals, future values and series.
    brier, log_score : Score
        Mean of (p - y)^2 (Brier, 1950) and of -log P(what came) (Good, 1952); less is better.
    skill : Score
        Brier skill against the base rate of each kind of goal, which no forecaster knew: 0 = no better.
    against : mapping
        Brier skill against other methods, on the goals that both answered.
    crps : Score
        Continuous ranked probability score in percent of the last value that was seen.
    coverage : mapping
        Share of future values inside the central interval, by its percent.
    strata : tuple of Stratum
    """

    method: str
    n: int
    units: int
    series: int
    base_rate: float
    brier: Score
    log_score: Score
    skill: Score
    against: Mapping[str, Score]
    crps: Score
    coverage: Mapping[int, Score]
    strata: tuple[Stratum, ...]


@dataclass(frozen=True)
class Reliability:
    """Observed frequency by forecast probability; a bin without forecasts is left out.

    Attributes
    ----------
    forecast, observed : tuple of float
        Mean forecast and observed frequency of each bin.
    low, high : tuple of float
        Consistency bars: where nine in ten calibrated forecasters would lie.
    error : float
        Expected calibration error: mean distance of the two, weighted by the bins' sizes.
    """

    forecast: tuple[float, ...]
    observed: tuple[float, ...]
    count: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    error: float


@dataclass(frozen=True)
class PitHistogram:
    """Where what came lay in the forecast distributions; flat if they were right (Dawid, 1984).

    Attributes
    ----------
    count : tuple of int
        Future values in each of equally wide bins.
    low, high : float
        Where nine in ten counts of a right forecaster would lie, if the values were independent.
    """

    count: tuple[int, ...]
    low: float
    high: float


def resampled(series: NDArray[np.str_], columns: Floats, resamples: int, seed: int) -> Floats:
    """Return column sums of the sample (first row) and of resamples of whole series (the others).

    A cluster bootstrap (Field and Welsh, "Bootstrapping clustered data", 2007).
    """
    names, code = np.unique(series, return_inverse=True)
    sums = np.zeros((len(names), columns.shape[1]))
    np.add.at(sums, code, columns)
    if not len(names):
        return np.zeros((1, columns.shape[1]))
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    return np.vstack([sums.sum(0), times @ sums])


def score_of(
    series: NDArray[np.str_], columns: Floats, statistic: Statistic, resamples: int, seed: int
) -> Score:
    """Return a statistic of column sums with its standard error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.asarray(statistic(resampled(series, columns, resamples, seed)), float)
    many = found[1:][np.isfinite(found[1:])]
    enough = len(np.unique(series)) > 1 and len(many) > 1
    return Score(float(found[0]), float(np.std(many, ddof=1)) if enough else np.nan)


def brier(probability: ArrayLike, met: ArrayLike) -> Floats:
    """Return the squared error of probabilities (Brier, 1950)."""
    return np.asarray((np.asarray(probability, float) - np.asarray(met, float)) ** 2, float)


def log_score(probability: ArrayLike, met: ArrayLike) -> Floats:
    """Return minus the logarithm of the probability of what came (Good, 1952)."""
    p = np.asarray(probability, float)
    return np.asarray(-np.log(np.where(met, p, 1.0 - p)), float)


def brier_of(f: Forecasts) -> Floats:
    """Return the squared error of each row."""
    return brier(f.probability, f.met)


def log_score_of(f: Forecasts) -> Floats:
    """Return minus the logarithm of the probability of what came."""
    return log_score(f.probability, f.met)


def crps_of(f: Forecasts) -> Floats:
    """Return the continuous ranked probability score of each row in percent of its scale; NaN where unknown.

    Twice the mean pinball loss over equally spaced levels, from 0 to 1 (Gneiting and Raftery, "Strictly
    proper scoring rules, prediction, and estimation", 2007).
    """
    if not len(f):
        return np.zeros(0)
    mean = np.asarray(scoringrules.crps_quantile(f.actual, f.quantiles, LEVELS), float)
    return 100.0 * mean * len(LEVELS) / (len(LEVELS) + 1) / f.scale


def covered(f: Forecasts, percent: int) -> Floats:
    """Return 1 where what came lies in the central interval, 0 where not, NaN where it is unknown."""
    low, high = INTERVALS[percent]
    inside = (f.quantiles[:, low] <= f.actual) & (f.actual <= f.quantiles[:, high])
    return np.where(np.isfinite(f.actual), inside, np.nan)


def mean_score(f: Forecasts, loss: Floats, resamples: int, seed: int) -> Score:
    """Return the mean of a loss over the rows that have it."""
    there = np.isfinite(loss)
    columns = np.column_stack([loss[there], np.ones(int(there.sum()))])
    return score_of(f.series[there], columns, lambda s: s[:, 0] / s[:, 1], resamples, seed)


def base_rate_skill(f: Forecasts, resamples: int, seed: int) -> Score:
    """Return the Brier skill against the base rate of each stratum, known only afterwards."""
    strata = np.unique(f.stratum)
    inside = (f.stratum[:, None] == strata).astype(float)
    columns = np.column_stack([brier_of(f), inside, inside * f.met[:, None]])

    def skill(sums: Floats) -> Floats:
        n, met = np.split(sums[:, 1:], 2, axis=1)
        spread = np.where(n > 0, met * (n - met) / np.maximum(n, 1), 0.0).sum(1)
        return np.asarray(np.where(spread > 0, 1.0 - sums[:, 0] / spread, np.nan), float)

    return score_of(f.series, columns, skill, resamples, seed)


def skill_against(f: Forecasts, other: Forecasts, resamples: int, seed: int) -> Score:
    """Return the Brier skill against another method's forecasts of the same goals, where both spoke."""
    both = f.served() & other.served()
    columns = np.column_stack([brier_of(f), brier_of(other)])[both]
    return score_of(f.series[both], columns, lambda s: 1.0 - s[:, 0] / s[:, 1], resamples, seed)


def score(
    method: str,
    forecasts: Forecasts,
    others: Mapping[str, Forecasts],
    resamples: int = 2_000,
    seed: int = 1,
) -> Scores:
    """Return what a method is worth.

    Parameters
    ----------
    others : mapping
        Other methods' forecasts of the same goals, row by row.
    resamples, seed : int
        Of the bootstrap.
    """
    f = forecasts.take(forecasts.served()).ordered()
    return Scores(
        method=method,
        n=len(f),
        units=len(np.unique(f.unit)),
        series=len(np.unique(f.series)),
        base_rate=float(np.mean(f.met)) if len(f) else np.nan,
        brier=mean_score(f, brier_of(f), resamples, seed),
        log_score=mean_score(f, log_score_of(f), resamples, seed),
        skill=base_rate_skill(f, resamples, seed),
        against={name: skill_against(forecasts, o, resamples, seed) for name, o in others.items()},
        crps=mean_score(f, crps_of(f), resamples, seed),
        coverage={p: mean_score(f, covered(f, p), resamples, seed) for p in INTERVALS},
        strata=_strata(f),
    )


def _strata(f: Forecasts) -> tuple[Stratum, ...]:
    found = []
    for name in np.unique(f.stratum):
        part = f.take(f.stratum == name)
        expected, brier = float(part.probability.mean()), float(brier_of(part).mean())
        found.append(Stratum(str(name), len(part), float(part.met.mean()), expected, brier))
    return tuple(found)


def reliability(forecasts: Forecasts, resamples: int = 2_000, seed: int = 1, bins: int = BINS) -> Reliability:
    """Return observed frequencies with consistency bars.

    The bars are those of Broecker and Smith, "Increasing the reliability of reliability diagrams" (Weather
    and Forecasting, 2007): forecasts are drawn with replacement, and success comes as they say. Goals of
    one future value are drawn together, and its rank decides about all of them.
    """
    f = forecasts.take(forecasts.served()).ordered()
    place = np.clip((f.probability * bins).astype(int), 0, bins - 1)
    n, expected, met = (np.bincount(place, w, bins) for w in (None, f.probability, f.met))
    some = n > 0
    found = np.full((resamples, bins), np.nan)
    _, unit = np.unique(f.unit, return_inverse=True)
    rows = [np.flatnonzero(unit == u) for u in range(unit.max() + 1 if len(unit) else 0)]
    rng = np.random.default_rng(seed)
    for k in range(resamples if rows else 0):
        picked = rng.integers(0, len(rows), len(rows))
        again = np.concatenate([rows[u] for u in picked])
        rank = np.repeat(rng.uniform(size=len(picked)), [len(rows[u]) for u in picked])
        off = (rank < f.probability[again]) - f.probability[again]
        size = np.bincount(place[again], minlength=bins)
        with np.errstate(invalid="ignore"):
            found[k] = np.bincount(place[again], off, bins) / np.where(size > 0, size, np.nan)
    middle = expected[some] / n[some]
    bars = np.nanquantile(found[:, some], BAR, axis=0) if len(f) else np.zeros((2, 0))
    low, high = np.clip(middle + bars, 0.0, 1.0)
    observed = met[some] / n[some]
    error = float(np.average(np.abs(observed - middle), weights=n[some])) if len(f) else np.nan
    return Reliability(
        tuple(middle.tolist()), tuple(observed.tolist()), tuple(int(k) for k in n[some]),
        tuple(low.tolist()), tuple(high.tolist()), error,
    )  # fmt: skip


def pit_histogram(forecasts: Forecasts, bins: int = BINS) -> PitHistogram:
    """Return where what came lay in the distributions; each future value counts once."""
    f = forecasts.take(np.isfinite(forecasts.pit))
    _, first = np.unique(f.unit, return_index=True)
    place = np.clip((f.pit[first] * bins).astype(int), 0, bins - 1)
    from scipy.stats import binom  # half a second, which a run that scores nothing need not wait for

    low, high = (float(binom.ppf(p, len(first), 1 / bins)) for p in BAR)
    return PitHistogram(tuple(int(k) for k in np.bincount(place, minlength=bins)), low, high)
