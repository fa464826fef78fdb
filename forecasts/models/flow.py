"""A plain law of flows: year-to-year log ratios of whole years, Student-t, and what is left of this year.

A flow counts one year and begins anew with the next. Whole years' totals grow by log ratios whose mean and
spread are shrunk to the class's (:mod:`forecasts.models.laws`). Of the year that is being counted, what was
counted stands; the rest comes on top. Two things tell how large that is: what the growth of the totals leaves
to come, and what earlier years had counted by that time of the year - their own, then their peers', failing
both the timescale's even pace. The two are weighed by their variances, on the logarithm of the rest.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from forecasts.engine.special import expit, logit, stdtr, stdtrit
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import Counts, History
from forecasts.models.base import Floats, ModelFailed, Predictive
from forecasts.models.laws import MIN_STEP, PRIORS, Pace, Walk, brownian_ranks, level_sd, pace_of
from forecasts.models.reference import Reference, ReferenceClass
from forecasts.models.scales import FINITE, Points, on_scale

#: How much the share of a year that is counted by some day differs from the clock's (sd of its logit):
#: between indicators and regions, and from year to year within one. Of the three flows of the training part
#: that are told by quarter or month it strays .16 to .32 from year to year and .07 to .12 between regions;
#: official counts, of which many are booked late in the year, stray further from the clock.
SEASON_SD, SEASON_NOISE = 0.25, 0.20

#: How well the logarithm of a year's total is known after a year of nothing.
NOTHING_SD = 2.0

#: Yearly change of a flow that may be negative, in parts of its usual size, and how many steps that is worth.
NET_SPREAD, NET_WORTH = 0.5, 2.0

#: A day this shortly after the end of a year (in years) is its end: years end some days late in print.
AT_END = 0.015

#: A count within a year is taken at least this far from its first and last moment.
EARLY = 0.01


@dataclass(frozen=True)
class Season:
    """How a year fills: the logit of the share that is counted runs `shift` ahead of the clock's."""

    shift: float
    sd: float

    def share(self, part: ArrayLike) -> Floats:
        """Return the share of the year's total that is counted by some part of it."""
        part = np.clip(part, 0.0, 1.0)
        inside = np.clip(part, 1e-9, 1 - 1e-9)
        return np.asarray(np.where((part > 0) & (part < 1), expit(logit(inside) + self.shift), part), float)


_SHIFTS: "WeakKeyDictionary[ReferenceClass, Floats]" = WeakKeyDictionary()


def part_of_year(history: History, counts: Counts) -> Floats:
    """Return how much of their year had passed, on the timescale, when things were counted."""
    first = history.timescale.years_of(counts.start - np.timedelta64(1, "D"))
    return np.clip(history.timescale.years_of(counts.day) - first, EARLY, 1 - EARLY)


def shifts_of(history: History) -> Floats:
    """Return how far each count of a whole year ran ahead of the clock (on the logit)."""
    counts = history.counts
    if counts is None or not len(counts):
        return np.zeros(0)
    told = counts.take(np.flatnonzero((counts.total > 0) & (counts.value > 0)))
    share = np.clip(told.value / np.where(told.total > 0, told.total, 1.0), EARLY / 4, 1 - EARLY / 4)
    return np.asarray(logit(share) - logit(part_of_year(history, told)), float)


def season_of(history: History, reference: Reference) -> Season:
    """Return a history's season: its own years', shrunk to its peers', shrunk to the clock."""
    everyone = reference.everyone
    if everyone not in _SHIFTS:
        each = [shifts_of(h) for h in everyone.histories]
        _SHIFTS[everyone] = np.array([float(s.mean()) if len(s) else np.nan for s in each], float)
    peers = _SHIFTS[everyone][reference.others]
    peers = peers[~np.isnan(peers)]
    between, centre = SEASON_SD**2, 0.0
    if len(peers):
        weight = len(peers) / (len(peers) + 1.0)
        centre = weight * float(np.median(peers))
        between = (between + float(((peers - np.median(peers)) ** 2).sum())) / (1 + len(peers))
        between += SEASON_SD**2 / (1 + len(peers))
    own = shifts_of(history)
    if not len(own):
        return Season(centre, float(np.sqrt(between + SEASON_NOISE**2)))
    within = (2 * SEASON_NOISE**2 + float(((own - own.mean()) ** 2).sum())) / (2 + len(own) - 1)
    pull = between / (between + within / len(own))
    shift = centre + pull * (float(own.mean()) - centre)
    return Season(shift, float(np.sqrt(within + between * (1 - pull))))


@dataclass(frozen=True)
class SoFar:
    """The year that is being counted: when it ends, how much of it has passed, and what was counted."""

    end: float
    part: float
    least: float
    value: float


@dataclass(frozen=True)
class Yearly(Predictive):
    """The future of a flow of a year: on a year's last day its total, before that what is counted by then.

    Attributes
    ----------
    end, level, level_sd : float
        Time at which the last whole year ended; its total's logarithm, and how well that is known.
    """

    end: float
    level: float
    level_sd: float
    pace: Pace
    season: Season
    so_far: SoFar | None

    #: It is asked of many times at once.
    every_day = True

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return None

    def _total(self, years: ArrayLike, of: tuple[float, float]) -> tuple[Floats, Floats]:
        """Return mean and variance of the logarithm of a total, years after one of a mean and variance."""
        ahead = np.asarray(years, float)
        centre, variance = of
        grown = variance + self.pace.spread**2 * ahead + (self.pace.drift_sd * ahead) ** 2
        return centre + self.pace.drift * ahead, np.asarray(grown, float)

    def _rest(self, now: SoFar) -> tuple[float, float]:
        """Return mean and variance of the logarithm of what is still to come this year."""
        total, variance = self._total(max(now.end - self.end, 0.0), (self.level, self.level_sd**2))
        share = float(self.season.share(now.part))
        by_growth = float(total) + np.log1p(-share), float(variance) + self.season.sd**2 * share**2
        if now.value <= 0:
            return by_growth
        by_count = float(np.log(now.value) - logit(share)), self.season.sd**2
        weight = by_growth[1] / (by_growth[1] + by_count[1])
        return (
            weight * by_count[0] + (1 - weight) * by_growth[0],
            1.0 / (1.0 / by_growth[1] + 1.0 / by_count[1]),
        )

    def moments(self, time: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Return at some times what is sure, and location and spread of the logarithm of the rest."""
        time = np.asarray(time, float)
        years = np.ceil(time - self.end - AT_END)
        part = np.clip(time - self.end - years + 1, EARLY / 4, 1.0)
        share = self.season.share(part)
        # Within a year its season is one more thing that is not known.
        unknown = (self.season.sd * (1 - share)) ** 2
        base, from_end = (self.level, self.level_sd**2), self.end
        now = self.so_far
        sure = np.zeros(time.shape)
        if now is not None:
            centre, variance = self._rest(now)
            rest = np.exp(np.clip(centre, -FINITE, FINITE))
            whole = now.value + rest
            from_end = now.end
            base = float(np.log(max(whole, 1e-300))), variance * float(rest / max(whole, 1e-300)) ** 2
        location, variances = self._total(np.maximum(self.end + years - from_end, 0.0), base)
        # The last whole year is known, however the one after it begins.
        location, variances = (
            np.where(years <= 0, *pair)
            for pair in zip((self.level, self.level_sd**2), (location, variances), strict=True)
        )
        location, spread2 = location + np.log(share), variances + unknown
        if now is not None:
            this = (years > 0) & (years <= round(now.end - self.end))
            had = float(self.season.share(now.part))
            come = np.clip((share - had) / max(1 - had, 1e-9), 1e-9, 1.0)
            # What may be printed too low is counted with the rest.
            extra = np.exp(np.clip(centre, -FINITE, FINITE)) * come + (now.value - now.least)
            location = np.where(this, np.log(np.maximum(extra, 1e-300)), location)
            spread2 = np.where(this, variance + (self.season.sd * (1 - come)) ** 2, spread2)
            sure = np.where(this, now.least, sure)
        return sure, np.asarray(location, float), np.sqrt(np.maximum(spread2, 1e-12))

    def cdf(self, time: ArrayLike, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; times may be an array, too."""
        sure, centre, spread = self.moments(time)
        more = np.asarray(value, float) - sure
        with np.errstate(divide="ignore"):
            z = (np.log(np.maximum(more, 0.0)) - centre) / spread
        below = stdtr(self.pace.freedom, np.clip(z, -1e300, 1e300))
        return np.asarray(np.where(more > 0, below, 0.0), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        sure, centre, spread = self.moments(time)
        x = centre + spread * stdtrit(self.pace.freedom, np.asarray(level, float))
        return np.asarray(sure + np.exp(np.clip(x, -FINITE, FINITE)), float)

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; within one year a path never falls."""
        times = np.asarray(times, float)
        sure, centre, spread = self.moments(times)
        rank = brownian_ranks(times - self.end, draws, rng)
        x = centre + spread * stdtrit(self.pace.freedom, rank)
        values = sure + np.exp(np.clip(x, -FINITE, FINITE))
        year = np.ceil(times - self.end - AT_END)
        for one in np.unique(year):
            values[:, year == one] = np.maximum.accumulate(values[:, year == one], axis=1)
        return values


class Flow:
    """See the module; it serves from one figure."""

    name = "flow"
    min_n, max_n = 1, 1_000_000
    kinds = frozenset({Kind.FLOW})
    knows_totals = True

    def fit(self, history: History, reference: Reference, seed: int) -> Yearly | Walk:
        """See :class:`forecasts.models.base.GrowthModel`."""
        if not len(history):
            raise ModelFailed("no figure to start from")
        if float(history.value.min()) < 0:
            return _net(history)
        pace = pace_of(history, reference, PRIORS[Kind.FLOW])
        end, level, sd, now = (
            float(history.years[-1]),
            on_scale(history),
            level_sd(history),
            so_far_of(history),
        )
        if history.value[-1] <= 0:
            # A year of nothing says little about how much the next one counts.
            sd = float(np.hypot(sd, NOTHING_SD))
        middle = float(level[-1])
        if not history.rises and now is not None and now.value > 0:
            middle = float(np.log(now.value / now.part))
        return Yearly(end, middle, sd, pace, season_of(history, reference), now)


def _net(history: History) -> Walk:
    """Return the law of a flow that may be negative, as net increases are: a walk in units of its size."""
    size = float(np.median(np.abs(history.value[history.value != 0])))
    years = history.years
    change, gap = np.diff(history.value), np.maximum(np.diff(years), MIN_STEP)
    squares = float((change**2 / gap).sum())
    spread = np.sqrt((NET_WORTH * (NET_SPREAD * size) ** 2 + squares) / (NET_WORTH + len(change)))
    width = float(history.high[-1] - history.low[-1]) / np.sqrt(12)
    pace = Pace(0.0, 0.0, float(spread), NET_WORTH + min(len(change), 8))
    return Walk(Points(), float(years[-1]), float(history.value[-1]), width, 0.0, pace)


def is_yearly(history: History) -> bool:
    """Return whether a flow is one of years: its rows say so, or they lie a year apart."""
    if history.counts is not None:
        return True
    if len(history) == 1:
        return bool(history.days[0] + np.timedelta64(1, "D") == history.days[0].astype("datetime64[Y]") + 1)
    return bool(np.median(np.diff(history.years)) >= 0.9)


def so_far_of(history: History) -> SoFar | None:
    """Return the year that is being counted; None where nothing of it is known."""
    counts = history.counts
    if counts is None or not len(counts) or not np.isnan(counts.total[-1]):
        return None
    newest = counts.take(np.array([len(counts) - 1]))
    first = float(history.timescale.years_of(newest.start - np.timedelta64(1, "D"))[0])
    part = float(part_of_year(history, newest)[0])
    return SoFar(first + 1.0, part, float(newest.least[0]), float(newest.value[0]))
