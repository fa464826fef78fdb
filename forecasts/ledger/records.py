"""The records of a ledger: frozen value objects that keep their own rules.

A rule about several fields is written once, over columns: it holds for one record that is made in Python and
for a million rows of a table alike.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from forecasts.ledger.fields import (
    Basis,
    Comparison,
    Confidence,
    Day,
    Figure,
    Kind,
    Label,
    Name,
    Names,
    Note,
    Origin,
    Outcome,
    Qualifier,
    as_number,
)

Bools = NDArray[np.bool_]


class Columns(Protocol):
    """Fields of many records as arrays; what is empty is NaT, NaN or an empty text."""

    def days(self, name: str) -> NDArray[np.datetime64]: ...  # noqa: D102

    def numbers(self, name: str) -> NDArray[np.float64]: ...  # noqa: D102

    def words(self, name: str) -> NDArray[np.object_]: ...  # noqa: D102


class Rule(NamedTuple):
    """A rule about several fields: what it says, the column to look at, and which rows break it."""

    text: str
    column: str
    broken: Callable[[Columns], Bools]


class One:
    """One record as columns of length one."""

    def __init__(self, record: BaseModel) -> None:
        self.record = record

    def days(self, name: str) -> NDArray[np.datetime64]:
        """See :class:`Columns`."""
        return np.array([getattr(self.record, name)], "datetime64[D]")

    def numbers(self, name: str) -> NDArray[np.float64]:
        """See :class:`Columns`."""
        value = getattr(self.record, name)
        return np.array([np.nan if value is None else value], float)

    def words(self, name: str) -> NDArray[np.object_]:
        """See :class:`Columns`."""
        value = getattr(self.record, name)
        return np.array(["" if value is None else value], object)


class Record(BaseModel):
    """A frozen row; unknown fields are refused.

    Attributes
    ----------
    RULES : tuple of Rule
        What must hold between its fields.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    RULES: ClassVar[Sequence[Rule]] = ()

    @model_validator(mode="after")
    def _keep_rules(self) -> Self:
        broken = [rule.text for rule in self.RULES if rule.broken(One(self))[0]]
        if broken:
            raise ValueError("; ".join(broken))
        return self


class Indicator(Record):
    """What is counted.

    Attributes
    ----------
    aliases : tuple of str
        Other names of it in reports, in any language; no two indicators share one.
    family : str
        Indicators of one family grow alike: its reference class, where other regions do not have it.
    q4_share : float
        Share of a year's growth in the fourth quarter: 0.25 = even; near 1 where recognition comes then.
    upper : float, optional
        The highest value of a share, in its unit; none = 100.
    scope_zh, scope_en, accepted : str
        What is counted and what not (another scope is another indicator); why a doubt about it is none.
    """

    id: Name
    name_zh: Label = ""
    name_en: Label = ""
    unit_zh: Label = ""
    unit_en: Label = ""
    kind: Kind = Kind.STOCK
    family: Label = ""
    q4_share: Annotated[float, BeforeValidator(as_number), Field(ge=0.0, lt=1.0)] = 0.25
    upper: Annotated[float, BeforeValidator(as_number), Field(gt=0.0, le=1e18)] | None = None
    scope_zh: Note = ""
    scope_en: Note = ""
    accepted: Note = ""
    note: Note = ""
    aliases: Names = ()


class Region(Record):
    """Where it is counted; `parent` is the id of the region that contains it, if the ledger has it."""

    id: Name
    name_zh: Label = ""
    name_en: Label = ""
    parent: Name | None = None
    accepted: Note = ""
    note: Note = ""


class Source(Record):
    """Who published, when, under which title and address; nobody fetches it.

    Attributes
    ----------
    url : str
        Its address; empty where none was recorded.
    reprint : bool
        Whether the page prints again (转载) what another published first.
    held : bool
        Whether its words lie in ``texts/``: found by looking there, whatever a table says.
    """

    id: Name
    title: Label = ""
    publisher: Label = ""
    url: Label = ""
    reprint: bool = False
    held: bool = False
    note: Note = ""


def _far_ahead(c: Columns) -> Bools:
    return np.asarray(c.days("deadline") - c.days("announced_on") > np.timedelta64(36_525, "D"))


def _looks_ahead(c: Columns) -> Bools:
    return np.asarray((c.days("as_of") > c.days("published_on")) & (c.words("origin") != Origin.ESTIMATE))


def _one_bound(c: Columns) -> Bools:
    return np.asarray(np.isnan(c.numbers("low")) != np.isnan(c.numbers("high")))


def _outside(c: Columns) -> Bools:
    value = c.numbers("value")
    return np.asarray((c.numbers("low") > value) | (value > c.numbers("high")))


class Observation(Record):
    """One printed number.

    Attributes
    ----------
    as_of, published_on : date
        The day the number describes, and the day it could be known (the same where nobody says).
    as_of_basis : Basis
        Whether the source states that day.
    value : Decimal
        In the indicator's unit, with the digits that were printed.
    qualifier : Qualifier, optional
        How it was hedged in print; none = a figure of a data table, exact as it stands.
    low, high : Decimal, optional
        Bounds that arithmetic gives (for derived rows); otherwise the qualifier and the digits give them.
    period_start : date, optional
        First day of the period that a flow (or a total with a known start) covers.
    source, quote, paraphrase : str, str, bool
        Id of the page, and the few words it was read from: the page's own, or told in other words.
    confidence : Confidence
        How well it is attested; a lower one is believed to a wider interval.
    origin : Origin
        Read, computed, expected in print, or known from a founding.
    accepted : str
        Why a doubt about the row is none: with a reason here, nobody is warned of it.
    """

    RULES: ClassVar[Sequence[Rule]] = (
        Rule("as_of must not be after published_on (only an estimate looks ahead)", "as_of", _looks_ahead),
        Rule("low and high come together", "low", _one_bound),
        Rule("value must lie between low and high", "value", _outside),
        Rule(
            "period_start must not be after as_of",
            "period_start",
            lambda c: np.asarray(c.days("period_start") > c.days("as_of")),
        ),
        Rule(
            "a known start has the value 0",
            "value",
            lambda c: np.asarray((c.words("origin") == Origin.KNOWN_START) & (c.numbers("value") != 0)),
        ),
    )

    id: Name = "observation"
    indicator: Name
    region: Name
    as_of: Day
    as_of_basis: Basis = Basis.STATED
    value: Figure
    qualifier: Qualifier | None = None
    low: Figure | None = None
    high: Figure | None = None
    period_start: Day | None = None
    source: Label = ""
    published_on: Day
    published_basis: Basis = Basis.STATED
    quote: Note = ""
    paraphrase: bool = False
    confidence: Confidence = Confidence.HIGH
    origin: Origin = Origin.PRINTED
    accepted: Note = ""
    note_zh: Note = ""
    note_en: Note = ""

    @model_validator(mode="before")
    @classmethod
    def _published_at_once(cls, given: Any) -> Any:
        """Take a figure as known on its own day where nobody says when it was published."""
        if isinstance(given, dict) and given.get("published_on") is None and "as_of" in given:
            return given | {"published_on": given["as_of"]}
        return given


class Goal(Record):
    """What somebody announced to reach.

    Indicator, region, value and deadline may be given by position, in that order.

    Attributes
    ----------
    value : Decimal
        What is to be reached, in the indicator's unit.
    comparison : Comparison
        ``>=`` (the default), ``>``, ``<=``, ``<``, or ``~`` (about: at least, short of it by `tolerance`).
    tolerance : Decimal, optional
        How far the value may miss the goal's and still meet it, in the indicator's unit; none = by nothing,
        and of ``~`` what the word means of a printed number: half a round unit, or 1 %.
    deadline : date
        The last day on which it counts.
    announced_on, published_on : date, optional
        The day it was said and the day it could be read; empty where the page does not show it.
    quote, paraphrase : str, bool
        The source's own words and nothing else, or, where that is so, told in other words.
    headline : bool
        Whether the default brief is about it.
    baseline : str
        The scenario that answers when nobody names one.
    accepted : str
        Why a doubt about it is none: with a reason here, nobody is warned of it.
    success_selected : bool
        Known only from the page that reports its success: no evidence about how often goals are met.

    Raises
    ------
    ValidationError
        If a value is no number or day, or a rule between fields is broken; it is a ``ValueError``.

    Examples
    --------
    >>> import forecasts as fc
    >>> fc.Goal("firms", "A", 1150, "2023-12-31").deadline
    datetime.date(2023, 12, 31)
    """

    RULES: ClassVar[Sequence[Rule]] = (
        Rule(
            "announced_on must not be after deadline",
            "announced_on",
            lambda c: np.asarray(c.days("announced_on") > c.days("deadline")),
        ),
        Rule(
            "announced_on must not be after published_on",
            "announced_on",
            lambda c: np.asarray(c.days("announced_on") > c.days("published_on")),
        ),
        Rule(
            "outcome_value and outcome_as_of come together",
            "outcome_value",
            lambda c: np.asarray(np.isnan(c.numbers("outcome_value")) != np.isnat(c.days("outcome_as_of"))),
        ),
        Rule("deadline must lie at most 100 years after announced_on", "deadline", _far_ahead),
    )

    id: Name = "goal"
    indicator: Name
    region: Name
    value: Figure
    comparison: Comparison = Comparison.AT_LEAST
    tolerance: Annotated[Figure, Field(ge=0)] | None = None
    deadline: Day
    announced_on: Day | None = None
    published_on: Day | None = None
    source: Label = ""
    quote: Note = ""
    paraphrase: bool = False
    headline: bool = False
    baseline: Name = "baseline"
    outcome: Outcome = Outcome.UNKNOWN
    outcome_value: Figure | None = None
    outcome_as_of: Day | None = None
    outcome_source: Name | None = None
    success_selected: bool = False
    accepted: Note = ""
    note: Note = ""

    def __init__(
        self, indicator: Any = None, region: Any = None, value: Any = None, deadline: Any = None, **more: Any
    ) -> None:
        """Make a goal; what it asks may be given by position."""
        asked = {"indicator": indicator, "region": region, "value": value, "deadline": deadline}
        super().__init__(**{k: v for k, v in asked.items() if v is not None}, **more)

    @property
    def asks(self) -> "Asks":
        """What it asks of the value."""
        return asks_of(self.value, self.comparison, self.tolerance)

    @property
    def last_met(self) -> float:
        """The last value that meets it, as it is written: its own, or short of it by the tolerance."""
        return last_met(self.value, self.comparison, leeway(self.value, self.comparison, self.tolerance))


class Asks(NamedTuple):
    """What a goal asks of a value: to lie at or above an edge, or below it."""

    edge: float
    below: bool

    def met(self, low: float, high: float) -> bool | None:
        """Return whether a value between two bounds meets it; None where that is open."""
        if low >= self.edge:
            return not self.below
        return self.below if high < self.edge else None


def asks_of(value: Decimal | float, comparison: Comparison, tolerance: Decimal | None = None) -> Asks:
    """Return what a goal asks; a strict comparison, too, has its edge: the next number there is."""
    tolerance = leeway(value, comparison, tolerance)
    below = comparison.asks_less
    edge = last_met(value, comparison, tolerance) if tolerance else float(value)
    if comparison in (Comparison.ABOVE, Comparison.AT_MOST):
        edge = math.nextafter(edge, math.inf)
    return Asks(edge, below)


def last_met(value: Decimal | float, comparison: Comparison, tolerance: Decimal) -> float:
    """Return the last value that meets a goal, as it is written; of a strict one, the goal's own."""
    return float(Decimal(str(value)) + (tolerance if comparison.asks_less else -tolerance))


def leeway(value: Decimal | float, comparison: Comparison, tolerance: Decimal | None = None) -> Decimal:
    """Return how far a value may miss a goal's and still meet it."""
    if tolerance is None and comparison is Comparison.ABOUT:
        return about(Decimal(str(value)))
    return tolerance or Decimal(0)


def about(value: Decimal) -> Decimal:
    """Return how far the word "about" reaches on each side of a number: half its round unit, or 1 %."""
    return max(round_unit(value) / 2, abs(value) / 100)


def round_unit(value: Decimal) -> Decimal:
    """Return the unit that `value` is rounded to: its trailing zeros, but at most a tenth of it."""
    if value == 0:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return min(Decimal(1).scaleb(exponent), abs(value) / 10)
