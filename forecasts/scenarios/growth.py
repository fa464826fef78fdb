"""Adjustments of the growth that is to come: they act on the futures that were drawn, and on nothing else."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from forecasts.ledger.fields import Day, Label, Name
from forecasts.ledger.records import Goal, Indicator
from forecasts.models.base import GROWING, Floats
from forecasts.models.paths import Paths
from forecasts.scenarios.base import (
    Adjustment,
    Changed,
    Fault,
    Ground,
    Named,
    late,
    never_falls,
    wrong_unit,
)
from forecasts.scenarios.numbers import Between, Law, Number, ends
from forecasts.scenarios.paces import grown_like, pace_of_class, pace_of_region

#: What a share may be, and what is a share of something that there is.
_PART, _SOME = Between(0.0, 1.0), Between(0.0, 1.0, above=True)


@dataclass(frozen=True, eq=False)
class _By(Changed):
    """Futures whose value at a time is worked out by a function of the time and the value as it was."""

    change: Callable[[float, Floats], Floats]

    def value(self, time: float) -> Floats:
        """See :class:`forecasts.scenarios.base.Changed`."""
        return self.change(time, self.inner.at(time))


@dataclass(frozen=True, eq=False)
class _Whole(Changed):
    """Futures of the whole, of which a share was counted."""

    share: Floats

    def value(self, time: float) -> Floats:
        """See :class:`forecasts.scenarios.base.Changed`."""
        return self.inner.at(time) / self.share

    def base(self, time: float) -> Floats:
        """See :class:`forecasts.models.paths.Paths`: of the whole, too, more is there already."""
        return self.inner.base(time) / self.share


class Scope(Adjustment):
    """What is counted is a share of what the goal means.

    Attributes
    ----------
    share : float or distribution
        Above 0, at most 1.
    """

    kind: Literal["scope"] = "scope"
    acts_on_paths: ClassVar[bool] = True
    share: Annotated[Number, _SOME]

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        return _Whole(paths, ground.draw(paths, "scope.share", self.share))


class Pace(Adjustment):
    """Future growth comes `factor` times as fast; falls stay as they are.

    Attributes
    ----------
    factor : float or distribution
        0 = nothing grows any more, 1 = as expected.
    from_, until : date, optional
        Growth after the one and up to the other; in files ``from`` and ``until``. Without them: all of it.
    """

    kind: Literal["pace"] = "pace"
    acts_on_paths: ClassVar[bool] = True
    factor: Annotated[Number, Between(0.0, 100.0)]
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.until is not None and self.from_ >= self.until:
            raise ValueError("from must lie before until")
        return self

    def clashes(self, other: Adjustment) -> str:
        """See :class:`forecasts.scenarios.base.Adjustment`; two paces may follow each other."""
        if not isinstance(other, Pace):
            return ""
        first, last = dt.date.min, dt.date.max
        apart = (self.until or last) <= (other.from_ or first) or (other.until or last) <= (
            self.from_ or first
        )
        return "" if apart else self.kind

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        yield from late(self.from_, goal, "from")

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        factor = ground.draw(paths, "pace.factor", self.factor)
        first = None if self.from_ is None else ground.years(self.from_)
        last = np.inf if self.until is None else ground.years(self.until)

        def change(time: float, value: Floats) -> Floats:
            base = paths.base(time)

            def by(day: float) -> Floats:
                return np.maximum(paths.at(day), base) if ground.same_year(day, time) else base

            until = value if time <= last else by(last)
            since = base if first is None else value if time <= first else by(first)
            return value + (factor - 1.0) * np.maximum(until - since, 0.0)

        return _By(paths, change)


class PaceOf(Adjustment):
    """Grow as a region did in its newest years, as a quantile of the reference class, or by so much a year.

    The middle of what may come moves to that pace; the spread around it stays.

    Attributes
    ----------
    region : str, optional
        Whose pace of the goal's indicator.
    quantile : float or distribution, optional
        Between 0 and 1, of the paces of the reference class: 0.25 = the lower quartile.
    growth : float or distribution, optional
        A year: 0.15 = 15 % of what grows; of shares and rates in points.
    """

    kind: Literal["pace_of"] = "pace_of"
    acts_on_paths: ClassVar[bool] = True
    region: Name | None = None
    quantile: Annotated[Number | None, Between(0.0, 1.0, optional=True)] = None

    growth: Annotated[Number | None, Between(-0.99, 100.0, optional=True)] = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if [self.region, self.quantile, self.growth].count(None) != 2:
            raise ValueError("give a region, or a quantile of the reference class, or a growth a year")
        return self

    def named(self) -> Iterator[Named]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        if self.region is not None:
            yield ("region",), self.region, "region"

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        if self.region is not None:
            pace = np.asarray(pace_of_region(ground, self.region))
        elif self.growth is not None:
            yearly = ground.draw(paths, "pace_of.growth", self.growth)
            pace = np.log1p(yearly) if ground.history.kind in GROWING else yearly
        else:
            assert self.quantile is not None
            pace = pace_of_class(ground, ground.draw(paths, "pace_of.quantile", self.quantile))
        return _By(paths, grown_like(paths, ground, pace))


class OneOff(Adjustment):
    """Something comes on top on a day, surely or perhaps: a large fund closes, a batch is recognised.

    Attributes
    ----------
    amount : float or distribution
        In the indicator's unit; below 0 = it is lost, where a value may fall.
    date : date
        From the end of that day it is there; of what is counted anew every year, in that year.
    probability : float or distribution
        That it comes at all.
    unit : str
        Of the amount; where it is given it must be the indicator's.
    """

    kind: Literal["one_off"] = "one_off"
    acts_on_paths: ClassVar[bool] = True
    amount: Annotated[Number, Between()]
    date: Day
    probability: Annotated[Number, _PART] = 1.0
    unit: Label = ""

    def about(self) -> tuple[str, ...]:
        """See :class:`forecasts.scenarios.base.Adjustment`; several may come, one a day."""
        return (f"{self.kind} {self.date}",)

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        yield from late(self.date, goal, "date")
        yield from wrong_unit(self.unit, indicator)
        if never_falls(indicator) and ends(self.amount)[0] < 0:
            rule = f"{indicator.id!r} is a total: it never falls"
            yield Fault(("amount",), rule, _said(self.amount), "write an amount of at least 0")

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        day = ground.years(self.date)
        amount = ground.draw(paths, "one_off.amount", self.amount)
        chance = ground.draw(paths, "one_off.probability", self.probability)
        comes = ground.chances(paths, "one_off", chance)
        least = 0.0 if indicator_is_bounded(ground) else -np.inf

        def change(time: float, value: Floats) -> Floats:
            if time < day or not ground.same_year(day, time):
                return value
            return np.maximum(value + amount * comes, np.minimum(value, least))

        return _By(paths, change)


class Delay(Adjustment):
    """Growth comes later: every day has the value of so many months before, or the last figure.

    Attributes
    ----------
    months : float or distribution
        From 0 to 120.
    """

    kind: Literal["delay"] = "delay"
    acts_on_paths: ClassVar[bool] = True
    months: Annotated[Number, Between(0.0, 120.0)]

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`; between two whole months it is straight."""
        months = ground.draw(paths, "delay.months", self.months)
        whole = np.floor(months).astype(int)
        part = months - whole
        shifts = range(int(whole.min()), int(whole.max()) + 1)

        def change(time: float, value: Floats) -> Floats:
            def before(shift: int) -> Floats:
                earlier = ground.months_before(time, shift) if shift else time
                return paths.at(earlier) if ground.same_year(earlier, time) else paths.base(time)

            out = np.empty_like(value)
            near = before(shifts[0])
            for shift in shifts:
                far = before(shift + 1) if np.any(part[whole == shift] > 0) or shift < shifts[-1] else near
                mine = np.broadcast_to(whole == shift, value.shape)
                out = np.where(mine, near + part * (far - near), out)
                near = far
            return out

        return _By(paths, change)


class Ceiling(Adjustment):
    """There is no more than so much: growth slows as the value nears it (a logistic curve).

    The odds of the ceiling grow as the value itself would have.

    Attributes
    ----------
    value : float or distribution
        The ceiling, in the indicator's unit; what lies above it already grows no more.
    unit : str
        Of the value; where it is given it must be the indicator's.
    """

    kind: Literal["ceiling"] = "ceiling"
    acts_on_paths: ClassVar[bool] = True
    value: Annotated[Number, Between(0.0, above=True)]
    unit: Label = ""

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        yield from wrong_unit(self.unit, indicator)
        if indicator.kind not in GROWING:
            rule = f"{indicator.id!r} is a {indicator.kind}: it does not grow towards a ceiling"
            yield Fault(("kind",), rule, self.kind, "leave it out; a share has its bound in `upper`")

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        ceiling = ground.draw(paths, "ceiling.value", self.value)

        def change(time: float, value: Floats) -> Floats:
            base = paths.base(time)
            room = ceiling - base
            with np.errstate(divide="ignore", invalid="ignore"):
                slowed = ceiling * value / (room + value)
            return np.where((room > 0) & (value > base), slowed, np.minimum(value, base))

        return _By(paths, change)


class Expiry(Adjustment):
    """Certificates run out and are not renewed: of a cohort a share lapses on a day.

    Attributes
    ----------
    share : float or distribution
        What part of the cohort lapses beyond what usually does.
    date : date
        From the end of that day it is gone.
    cohort : float or distribution, optional
        How many run out then; without it a third of the last figure, as certificates last three years.
    """

    kind: Literal["expiry"] = "expiry"
    acts_on_paths: ClassVar[bool] = True
    share: Annotated[Number, _PART]
    date: Day
    cohort: Annotated[Number | None, Between(0.0, optional=True)] = None

    def about(self) -> tuple[str, ...]:
        """See :class:`forecasts.scenarios.base.Adjustment`; several cohorts may lapse, one a day."""
        return (f"{self.kind} {self.date}",)

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        yield from late(self.date, goal, "date")
        if indicator.kind != "stock":
            rule = f"{indicator.id!r} is a {indicator.kind}: nothing of it lapses"
            yield Fault(("kind",), rule, self.kind, "leave it out")

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        day = ground.years(self.date)
        share = ground.draw(paths, "expiry.share", self.share)
        cohort = None if self.cohort is None else ground.draw(paths, "expiry.cohort", self.cohort)

        def change(time: float, value: Floats) -> Floats:
            if time < day:
                return value
            lost = share * (paths.base(time) / 3 if cohort is None else cohort)
            return np.maximum(value - lost, np.minimum(value, 0.0))

        return _By(paths, change)


def indicator_is_bounded(ground: Ground) -> bool:
    """Whether values never lie below zero."""
    return ground.history.kind in GROWING and bool(np.all(ground.history.value >= 0))


def _said(number: Number) -> str:
    return str(number) if isinstance(number, Law) else f"{number:g}"
