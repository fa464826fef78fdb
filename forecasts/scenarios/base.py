"""What an adjustment is, and what it sees of a question."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal, Indicator
from forecasts.models.base import Floats
from forecasts.models.flow import AT_END
from forecasts.models.paths import Paths, counted_anew
from forecasts.models.reference import Reference
from forecasts.scenarios.numbers import Law, Number

Way = tuple[str | int, ...]

#: A name in an adjustment: where it stands, what it names, and among what it must be.
Named = tuple[Way, str, Literal["observation", "indicator", "region", "goal", "model"]]

#: The numbers that scenarios draw, each with a Sobol dimension of its own: what two scenarios have in common
#: is drawn alike in both.
DIMENSIONS = (
    "scope.share", "pace.factor", "one_off.amount", "one_off.comes", "delay.months", "ceiling.value",
    "expiry.share", "expiry.cohort", "pace_of.quantile", "pace_of.growth", "pace.factor#2",
    "one_off.amount#2", "one_off.comes#2", "pace.factor#3", "one_off.amount#3", "one_off.comes#3",
    "expiry.share#2",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question as adjustments see it.

    Attributes
    ----------
    measured_by : tuple of str
        The indicators of the goal's region whose sum is held against the goal.
    published_by : date, optional
        Of what was published later nothing is read, although `known_on` is later: something is supposed to
        be known by then. None = `known_on`.
    """

    goal: Goal
    known_on: dt.date
    measured_by: tuple[str, ...]
    published_by: dt.date | None = None


class Fault(NamedTuple):
    """What is wrong with an adjustment for a goal: where, the rule, the value, what to do."""

    way: Way
    rule: str
    value: str
    remedy: str


@dataclass(frozen=True, eq=False)
class Ground:
    """What adjustments of paths stand on.

    Attributes
    ----------
    ledger : Ledger
        As the scenario reads it.
    history, reference : History, Reference
        The goal's own past and its class.
    turn : int
        How many adjustments of the same kind came before.
    """

    asked: Asked
    ledger: Ledger
    history: History
    reference: Reference
    turn: int = 0

    def years(self, day: dt.date) -> float:
        """Return the time at the end of a day."""
        return self.history.timescale.years(day)

    @cached_property
    def yearly(self) -> bool:
        """Whether a year is counted anew."""
        return counted_anew(self.history)

    def year_end(self, time: float) -> float:
        """Return the end of the year of a time."""
        return float(np.ceil(time - AT_END))

    def same_year(self, one: float, other: float) -> bool:
        """Whether what is there at one time is there at the other: of what is counted anew, in one year."""
        return not self.yearly or self.year_end(one) == self.year_end(other)

    def months_before(self, time: float, months: int) -> float:
        """Return the time so many months before another."""
        day = self.history.timescale.days_at(np.array([time]))[0]
        month = day.astype("datetime64[M]") - months
        ends = (month + 1).astype("datetime64[D]") - 1
        last = day == (day.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
        same = month.astype("datetime64[D]") + (day - day.astype("datetime64[M]").astype("datetime64[D]"))
        return self.years((ends if last else min(same, ends)).item())

    def chances(self, paths: Paths, name: str, probability: Floats) -> Floats:
        """Return for each draw whether something comes that has a probability, 1 or 0."""
        if probability.ndim == 0 and probability in (0.0, 1.0):
            return probability
        return np.asarray(self.uniform(paths, f"{name}.comes") < probability, float)

    def draw(self, paths: Paths, name: str, number: Number) -> Floats:
        """Return a number for each draw, shape (draws,) or () where it is fixed."""
        return number.at(self.uniform(paths, name)) if isinstance(number, Law) else np.asarray(number, float)

    def uniform(self, paths: Paths, name: str) -> Floats:
        """Return the uniform numbers (draws,) that stand behind a name."""
        name = name if self.turn == 0 else f"{name}#{self.turn + 1}"
        place = DIMENSIONS.index(name) if name in DIMENSIONS else len(DIMENSIONS) + crc32(name.encode())
        return paths.uniform(place)


def _for_editors(schema: dict[str, Any]) -> None:
    """Tell editors in a sentence what an adjustment does, and that its kind must stand there."""
    schema["description"] = schema.get("description", "").partition("\n")[0]
    schema["required"] = ["kind", *schema.get("required", [])]


class Adjustment(BaseModel):
    """One change; `kind` says which.

    Attributes
    ----------
    kind : str
        The word that stands in files.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, json_schema_extra=_for_editors
    )

    kind: str

    #: Whether it acts on the futures that were drawn, and on nothing before them.
    acts_on_paths: ClassVar[bool] = False

    def about(self) -> tuple[str, ...]:
        """Return what it changes: two adjustments that change the same thing are refused."""
        return (self.kind,)

    def clashes(self, other: "Adjustment") -> str:
        """Return what both it and another change; empty if nothing."""
        return ", ".join(sorted(set(self.about()) & set(other.about())))

    def named(self) -> Iterator[Named]:
        """Yield every name that the ledger must have."""
        yield from ()

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """Yield what makes no sense for a goal."""
        yield from ()

    def on_question(self, asked: Asked) -> Asked:
        """Return the question that is asked instead."""
        return asked

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """Return the ledger that is read instead."""
        return ledger

    def on_past(self, history: History, asked: Asked) -> History:
        """Return the goal's own past that is believed instead."""
        return history

    def on_models(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """Return the weights of the growth models that carry the answer instead."""
        return weights

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """Return the futures that are expected instead."""
        return paths


@dataclass(frozen=True, eq=False)
class Changed(Paths):
    """Futures of which something is changed: their values, where they start from, or both."""

    inner: Paths
    _values: dict[float, Floats] = field(default_factory=dict, init=False, repr=False)

    @property
    def start(self) -> float:
        """See :class:`forecasts.models.paths.Paths`."""
        return self.inner.start

    def at(self, time: float) -> Floats:
        """See :class:`forecasts.models.paths.Paths`; each time is worked out once."""
        if time not in self._values:
            self._values[time] = self.value(time)
        return self._values[time]

    def value(self, time: float) -> Floats:
        """Return the changed value of each draw at a time."""
        return self.inner.at(time)

    def base(self, time: float) -> Floats:
        """See :class:`forecasts.models.paths.Paths`."""
        return self.inner.base(time)

    def uniform(self, dimension: int) -> NDArray[np.float64]:
        """See :class:`forecasts.models.paths.Paths`."""
        return self.inner.uniform(dimension)


def late(day: dt.date | None, goal: Goal, field_name: str) -> Iterator[Fault]:
    """Yield the fault of a day that does not lie before a goal's deadline."""
    if day is not None and day > goal.deadline:
        rule = f"the day lies after the deadline {goal.deadline} of the goal {goal.id!r}"
        yield Fault((field_name,), rule, str(day), "name an earlier day")


def wrong_unit(unit: str, indicator: Indicator) -> Iterator[Fault]:
    """Yield the fault of a unit that is not the indicator's."""
    units = [one for one in (indicator.unit_zh, indicator.unit_en) if one]
    if unit and units and unit not in units:
        rule = f"the unit is not that of {indicator.id!r}"
        yield Fault(("unit",), rule, unit, f"convert the number to {' / '.join(units)}")


def never_falls(indicator: Indicator) -> bool:
    """Whether an indicator's values never fall."""
    return indicator.kind is Kind.CUMULATIVE
