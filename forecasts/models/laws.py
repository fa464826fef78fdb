"""Plain laws of shares and rates: a random walk on the quantity's own scale, Student-t, shrunk to its class.

A share walks on the logit of its part of the bound, so that it never leaves it (Wallis, "Time series
analysis of bounded economic variables", 1987); a rate walks in points and takes part of its last step back.
Drift and spread are shrunk to the class's, and those to what any such quantity does (:data:`PRIORS`), as many
figures as that knowledge is worth: the normal-inverse-gamma model in its simplest form.

The priors are rough, and chosen on the training part of the benchmark alone, so that what they score there
flatters them. Of flows: some thirty settings were tried on six yearly indicators, whose Brier skill ran from
-.03 to +.10; what stands here is near the better ones and leaves room for flows that grow fast. Of shares:
the logit steps of shares of internet users, exports and votes (median absolute step .07 to .19). Of rates:
the changes of yearly growth of eighteen indicators, of which half are smaller than half the usual rate, and
of which a third to a half is taken back in the next year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from forecasts.engine.special import ndtr, stdtr, stdtrit
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.base import Floats, ModelFailed, Predictive
from forecasts.models.reference import Reference, ReferenceClass
from forecasts.models.scales import Scale, on_scale, scale_of

#: Shortest step that tells of a year, in years.
MIN_STEP = 0.2

#: No law is surer of its future than this, on its scale: printed numbers are rounded.
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Prior:
    """What any quantity of a kind does in a year, on its scale.

    Attributes
    ----------
    drift, drift_sd : float
        Its mean change, and how much quantities differ in it.
    spread : float
        Of its yearly change around that.
    worth : float
        How many steps that knowledge of the spread is worth; also the law's degrees of freedom without any.
    back : float
        The part of the last step that is taken back.
    regions : float
        How many members of a class weigh as much as the prior drift.
    relative : float
        The spread is at least this part of the usual size: of rates, those that are high swing more.
    """

    drift: float
    drift_sd: float
    spread: float
    worth: float
    back: float = 0.0
    regions: float = 2.0
    relative: float = 0.0


PRIORS: Mapping[Kind, Prior] = MappingProxyType(
    {
        Kind.SHARE: Prior(drift=0.0, drift_sd=0.08, spread=0.20, worth=2.0),
        Kind.RATE: Prior(drift=0.0, drift_sd=0.1, spread=0.8, worth=2.0, back=0.4, relative=0.3),
        Kind.FLOW: Prior(drift=0.04, drift_sd=0.04, spread=0.10, worth=4.0, regions=10.0),
    }
)

#: A drift is that of so many newest years: growth slows, and old steps would flatter it.
LATELY = 3.0

#: A class is worth at most so many steps of one's own.
CLASS_WORTH = 10.0

#: Degrees of freedom at most: surprises stay possible however long a history is.
MOST_FREEDOM = 12.0


@dataclass(frozen=True, eq=False)
class Moves:
    """What the members of a class did, a row a member.

    Attributes
    ----------
    change, years : (M,) arrays
        Summed over the newest steps.
    squares, steps : (M,) arrays
        Summed squares of all steps around their mean, and how many there are.
    """

    change: Floats
    years: Floats
    squares: Floats
    steps: Floats


_MOVES: "WeakKeyDictionary[ReferenceClass, Moves]" = WeakKeyDictionary()


def steps_on_scale(history: History) -> tuple[Floats, Floats]:
    """Return the changes between a history's figures on its scale, and the years that they took."""
    x, years = on_scale(history), history.years
    keep = [0]
    for i in range(1, len(years)):
        if years[i] - years[keep[-1]] >= MIN_STEP:
            keep.append(i)
    return np.diff(x[keep]), np.diff(years[keep])


def moves_of(everyone: ReferenceClass) -> Moves:
    """Return what the members of a class did; it is worked out once."""
    if everyone not in _MOVES:
        found = [steps_on_scale(h) for h in everyone.histories]
        rows = [
            (float(d.sum()), float(t.sum()), float((d * d / t).sum()), float(len(d)))
            if len(d)
            else (0.0,) * 4
            for d, t in found
        ]
        _MOVES[everyone] = Moves(*np.array(rows, float).reshape(-1, 4).T)
    return _MOVES[everyone]


def newest(years: Floats) -> slice:
    """Return where the newest steps lie: those of :data:`LATELY` years, and the last one in any case."""
    age = np.cumsum(years[::-1])
    return slice(len(years) - max(int(np.searchsorted(age, LATELY + 0.1)), 1), None)


@dataclass(frozen=True)
class Pace:
    """How a quantity moves in a year on its scale: mean, how sure that is, spread, degrees of freedom."""

    drift: float
    drift_sd: float
    spread: float
    freedom: float


def pace_of(history: History, reference: Reference, prior: Prior) -> Pace:
    """Return the pace of a history: its own, shrunk to its class's, shrunk to that of all of its kind."""
    moves = moves_of(reference.everyone)
    others = np.zeros(len(moves.years), bool)
    others[reference.others] = True
    others &= moves.years > 0
    drift, spread2 = prior.drift, prior.spread**2
    drift_var, worth = prior.drift_sd**2, prior.worth
    if others.any():
        each = moves.change[others] / moves.years[others]
        weight = len(each) / (len(each) + prior.regions)
        drift += weight * (float(np.median(each)) - drift)
        free = moves.squares[others]
        # A member that jumped once must not speak for all: each counts as many steps as it has, up to ten.
        freedom = np.maximum(moves.steps[others] - 1, 0.0)
        heard = np.minimum(freedom, 10.0)
        if heard.sum() > 0:
            per = free / np.maximum(freedom, 1.0)
            typical = float(np.median(per[heard > 0]))
            steps = min(float(heard.sum()), CLASS_WORTH)
            spread2 = (worth * spread2 + steps * typical) / (worth + steps)
            worth += steps
    change, years = steps_on_scale(history)
    if len(years):
        new = newest(years)
        total = float(years[new].sum())
        pull = drift_var / (drift_var + spread2 / total)
        drift += pull * (float(change[new].sum()) / total - drift)
        drift_var *= 1 - pull
        off = (change - drift * years) / np.sqrt(years)
        spread2 = (worth * spread2 + float((off**2).sum())) / (worth + len(off))
        worth += len(off)
    return Pace(
        drift, float(np.sqrt(drift_var)), max(float(np.sqrt(spread2)), LEAST_SPREAD), min(worth, MOST_FREEDOM)
    )


@dataclass(frozen=True)
class Walk(Predictive):
    """A random walk on a scale, Student-t at every time; see the module.

    Attributes
    ----------
    start, level : float
        Time of the last figure, and where it stands on the scale.
    level_sd : float
        How well it is known.
    pull : float
        What is taken back of the last step within the first year.
    """

    scale: Scale
    start: float
    level: float
    level_sd: float
    pull: float
    pace: Pace

    #: It is asked of many times at once.
    every_day = True

    @property
    def draws(self) -> int | None:
        """See :class:`forecasts.models.base.Predictive`."""
        return None

    def moments(self, time: ArrayLike) -> tuple[Floats, Floats]:
        """Return location and spread on the scale at some times."""
        ahead = np.maximum(np.asarray(time, float) - self.start, 1e-3)
        # Roots of sums of squares, without the squares: those of tiny numbers vanish.
        spread = np.hypot(self.pace.spread * np.sqrt(ahead), self.pace.drift_sd * ahead)
        centre = self.level + self.pace.drift * ahead + self.pull * np.minimum(ahead, 1.0)
        return np.asarray(centre, float), np.asarray(np.hypot(spread, self.level_sd), float)

    def cdf(self, time: ArrayLike, value: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; times may be an array, too."""
        centre, spread = self.moments(time)
        x = self.scale.of(value)
        inside = np.isfinite(x)
        z = (np.where(inside, x, 0.0) - centre) / spread
        return np.asarray(np.where(inside, stdtr(self.pace.freedom, z), (x > 0) * 1.0), float)

    def quantile(self, time: float, level: ArrayLike) -> Floats:
        """See :class:`forecasts.models.base.Predictive`."""
        centre, spread = self.moments(time)
        return self.scale.back(centre + spread * stdtrit(self.pace.freedom, np.asarray(level, float)))

    def paths(self, times: Floats, draws: int, rng: np.random.Generator) -> Floats:
        """See :class:`forecasts.models.base.Predictive`; a Brownian motion's ranks tie the times."""
        rank = brownian_ranks(np.asarray(times, float) - self.start, draws, rng)
        centre, spread = self.moments(times)
        return self.scale.back(centre + spread * stdtrit(self.pace.freedom, rank))


def brownian_ranks(ahead: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return ranks of a Brownian motion at some times ahead, shape (draws, T)."""
    ahead = np.maximum(ahead, 1e-3)
    steps = rng.standard_normal((draws, len(ahead))) * np.sqrt(np.diff(ahead, prepend=0.0))
    return np.clip(ndtr(np.cumsum(steps, 1) / np.sqrt(ahead)), 1e-12, 1 - 1e-12)


@dataclass(frozen=True)
class Law:
    """The law of one kind as a growth model."""

    name: str
    kind: Kind
    min_n: int = 1
    max_n: int = 1_000_000
    knows_totals: bool = True

    @property
    def kinds(self) -> frozenset[Kind]:
        """See :class:`forecasts.models.base.GrowthModel`."""
        return frozenset({self.kind})

    def fit(self, history: History, reference: Reference, seed: int) -> Walk:
        """See :class:`forecasts.models.base.GrowthModel`."""
        if not len(history):
            raise ModelFailed("no figure to start from")
        prior = PRIORS[self.kind]
        size = float(np.median(np.abs(history.value)))
        prior = replace(prior, spread=max(prior.spread, prior.relative * size))
        x = on_scale(history)
        pace = pace_of(history, reference, prior)
        change, years = steps_on_scale(history)
        last = float(change[-1] / max(float(years[-1]), 1.0)) if len(change) else 0.0
        most = 4 * pace.spread
        return Walk(
            scale_of(history), float(history.years[-1]), float(x[-1]), level_sd(history),
            -prior.back * float(np.clip(last, -most, most)), pace,
        )  # fmt: skip


def level_sd(history: History) -> float:
    """Return how well a history's last figure is known on its scale: its interval as a uniform law."""
    if history.kind is Kind.SHARE or history.kind is Kind.RATE:
        scale = scale_of(history)
        ends = np.array([history.low[-1], history.high[-1]])
        low, high = scale.place(ends).tolist()
        noise = abs(float(history.noise[-1] * history.value[-1]))
        slope = (high - low) / max(float(ends[1] - ends[0]), 1e-12) if high > low else 1.0
        return float(np.hypot((high - low) / np.sqrt(12), noise * slope))
    return float(history.log_sd[-1])


SHARE, RATE = Law("share", Kind.SHARE), Law("rate", Kind.RATE)
