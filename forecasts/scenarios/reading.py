"""Adjustments of the reading: what the figures describe, what they are, which of them count."""

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from forecasts.ledger.fields import Basis, Day, Kind, Label, Name, as_number
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal, Indicator, Observation
from forecasts.scenarios.base import Adjustment, Asked, Fault, Named, wrong_unit
from forecasts.scenarios.numbers import Between, Law, Number, ends


class Redate(Adjustment):
    """Read an observation as describing another day.

    Attributes
    ----------
    observation : str
        Id of the row; where it is not known yet, nothing changes.
    as_of : date
        The day that it is read as describing.
    """

    kind: Literal["redate"] = "redate"
    observation: Name
    as_of: Day

    def about(self) -> tuple[str, ...]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        return (f"{self.kind} {self.observation}",)

    def named(self) -> Iterator[Named]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        yield ("observation",), self.observation, "observation"

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """See :class:`forecasts.scenarios.base.Adjustment`; an unknown row cannot be read otherwise."""
        row = ledger.observations.get(self.observation)
        if row is None:
            return ledger
        return ledger.with_observations({row.id: row.model_copy(update={"as_of": self.as_of})})


class Clock(Adjustment):
    """Spread a year's growth otherwise: `q4_share` falls in the fourth quarter (0.25 = even).

    Attributes
    ----------
    q4_share : float
        From 0 to below 1, in place of the indicator's own.
    """

    kind: Literal["clock"] = "clock"
    q4_share: Annotated[float, Field(ge=0.0, lt=1.0), BeforeValidator(as_number)]

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        for name in {asked.goal.indicator, *asked.measured_by}:
            indicator = ledger.indicators[name]
            if indicator.q4_share != self.q4_share:
                ledger = ledger.with_indicator(indicator.model_copy(update={"q4_share": self.q4_share}))
        return ledger


class Measure(Adjustment):
    """Measure the goal by the sum of these indicators of the goal's region.

    Attributes
    ----------
    indicators : tuple of str
        Ids, at least one, of one kind; they are added on the days that all of them describe.
    """

    kind: Literal["measure"] = "measure"
    indicators: Annotated[tuple[Name, ...], Field(min_length=1)]

    def named(self) -> Iterator[Named]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        for i, indicator in enumerate(self.indicators):
            yield ("indicators", i), indicator, "indicator"

    def on_question(self, asked: Asked) -> Asked:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        return replace(asked, measured_by=self.indicators)


class Observe(Adjustment):
    """Suppose a figure: one more, another value of one that there is, or that one was never published.

    Attributes
    ----------
    observation : str, optional
        Id of the row whose value is another, or that is dropped.
    drop : bool
        Whether it is dropped.
    as_of : date, optional
        Of one more figure: the day that it describes. It may lie after the day of knowledge; nothing else
        of what was published later is then read.
    value : float or distribution, optional
        The figure. A distribution is read as an interval of the same mean and spread.
    indicator, region : str, optional
        Of one more figure; without them the goal's own.
    unit : str
        Of the value; where it is given it must be the indicator's.
    """

    kind: Literal["observe"] = "observe"
    observation: Name | None = None
    drop: bool = False
    as_of: Day | None = None
    value: Annotated[Number | None, Between(optional=True)] = None
    indicator: Name | None = None
    region: Name | None = None
    unit: Label = ""

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if self.observation is None:
            if self.drop:
                raise ValueError("drop needs the observation that is dropped")
            if self.as_of is None or self.value is None:
                raise ValueError(
                    "give as_of and value of one more figure, or the observation to replace or drop"
                )
        elif self.as_of is not None or self.indicator is not None or self.region is not None:
            raise ValueError(
                "as_of, indicator and region are of one more figure; redate moves one that there is"
            )
        elif self.drop == (self.value is not None):
            raise ValueError("an observation is dropped, or has another value: give drop or value")
        return self

    def about(self) -> tuple[str, ...]:
        """See :class:`forecasts.scenarios.base.Adjustment`; what is dropped is not dated either."""
        if self.observation is None:
            return (f"{self.kind} {self.region or ''}/{self.indicator or ''} {self.as_of}",)
        both = (f"{self.kind} {self.observation}", f"redate {self.observation}")
        return both if self.drop else both[:1]

    def named(self) -> Iterator[Named]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        if self.observation is not None:
            yield ("observation",), self.observation, "observation"
        if self.indicator is not None:
            yield ("indicator",), self.indicator, "indicator"
        if self.region is not None:
            yield ("region",), self.region, "region"

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        if self.as_of is not None and self.as_of >= goal.deadline:
            rule = f"the day must lie before the deadline {goal.deadline} of the goal {goal.id!r}"
            yield Fault(("as_of",), rule, str(self.as_of), "name an earlier day")
        if self.indicator in (None, indicator.id):
            yield from wrong_unit(self.unit, indicator)
            if self.value is not None and indicator.kind is not Kind.RATE and ends(self.value)[0] < 0:
                yield Fault(
                    ("value",), f"a {indicator.kind} is never negative", _said(self.value), "correct it"
                )

    def on_question(self, asked: Asked) -> Asked:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        if self.as_of is None or self.as_of <= asked.known_on:
            return asked
        return replace(asked, known_on=self.as_of, published_by=asked.published_by or asked.known_on)

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        if self.observation is None:
            return ledger.with_observations({(row := self._one_more(asked)).id: row})
        held = ledger.observations.get(self.observation)
        if held is None:
            return ledger
        if self.drop:
            return ledger.without_observation(held.id)
        return ledger.with_observations(
            {held.id: held.model_copy(update=self._value() | {"qualifier": None})}
        )

    def _one_more(self, asked: Asked) -> Observation:
        indicator, region = self.indicator or asked.goal.indicator, self.region or asked.goal.region
        assert self.as_of is not None
        return Observation(
            id=f"supposed-{region}-{indicator}-{self.as_of:%Y%m%d}", indicator=indicator, region=region,
            as_of=self.as_of, published_on=self.as_of, as_of_basis=Basis.INFERRED, **self._value(),
        )  # fmt: skip

    def _value(self) -> dict[str, Decimal | None]:
        """Return value and bounds as an observation holds them."""
        if not isinstance(self.value, Law):
            return {"value": Decimal(repr(self.value)), "low": None, "high": None}
        mean, sd = self.value.moments
        low, high = ends(self.value)
        half = math.sqrt(3) * sd
        bounds = max(low, mean - half), min(high, mean + half)
        return dict(
            zip(
                ("value", "low", "high"),
                (Decimal(repr(float(v))) for v in (sum(bounds) / 2, *bounds)),
                strict=True,
            )
        )


def _said(value: Number) -> str:
    return str(value) if isinstance(value, Law) else f"{value:g}"
