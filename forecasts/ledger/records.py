"""The records of a ledger: frozen value objects that keep their own rules."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

#: An identifier: lower-case, safe as a file name on every system.
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Note = Annotated[str, StringConstraints(strip_whitespace=True)]
Figure = Annotated[Decimal, Field(allow_inf_nan=False)]


class Kind(StrEnum):
    """What a quantity can do: a stock may fall, a cumulative total never does, a flow counts one period."""

    STOCK = "stock"
    CUMULATIVE = "cumulative"
    FLOW = "flow"


class Qualifier(StrEnum):
    """How a number was hedged in print."""

    EQ = "eq"  # printed plainly
    OVER = "over"  # 超 逾 突破 以上
    REMAINDER = "remainder"  # 余 多
    ABOUT = "about"  # 约 左右
    NEAR = "near"  # 近 不足


class Confidence(StrEnum):
    """How well a row is attested."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Origin(StrEnum):
    """How a number came to be: read, computed from others, expected in print, known from a founding."""

    PRINTED = "printed"
    DERIVED = "derived"
    ESTIMATE = "estimate"
    KNOWN_START = "known_start"


class Basis(StrEnum):
    """Whether a date was stated by the source or inferred."""

    STATED = "stated"
    INFERRED = "inferred"


class Comparison(StrEnum):
    """What a goal asks of the value: 达到 (at least) or 突破, 超过 (more than)."""

    AT_LEAST = ">="
    ABOVE = ">"


class Outcome(StrEnum):
    """What became of a goal, as far as the ledger knows."""

    YES = "yes"
    PROBABLY_YES = "probably_yes"
    PROBABLY_NO = "probably_no"
    NO = "no"
    UNKNOWN = "unknown"
    INTERIM = "interim"
    OPEN = "open"


class Record(BaseModel):
    """A frozen row; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id


class Indicator(Record):
    """What is counted.

    Attributes
    ----------
    family : str
        Indicators of one family grow alike; it is the reference class of an indicator without other regions.
    q4_share : float
        Share of a year's growth that falls in the fourth quarter: 0.25 = even; close to 1 where
        recognition comes at the year's end.
    """

    name_zh: Text
    name_en: Text
    unit_zh: Text
    unit_en: Text
    kind: Kind
    family: Id
    q4_share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.25
    scope_zh: Text
    scope_en: Text
    note: Note = ""


class Region(Record):
    """Where it is counted; `parent` is the region that contains it, if the ledger has it."""

    name_zh: Text
    name_en: Text
    parent: Id | None = None
    note: Note = ""


class Source(Record):
    """Who published, when, under which title and address."""

    title: Text
    publisher: Text
    url: Text
    note: Note = ""


class Observation(Record):
    """One printed number.

    Attributes
    ----------
    as_of, published_on : date
        The day the number describes, and the day it could be known.
    as_of_basis : Basis
        Whether the source states that day.
    value : Decimal
        In the indicator's unit, with the digits that were printed.
    low, high : Decimal, optional
        Bounds that arithmetic gives (for derived rows); otherwise the qualifier and the digits give them.
    period_start : date, optional
        First day of the period that a flow (or a total with a known start) covers.
    quote : str
        The few words it was read from.
    """

    indicator: Id
    region: Id
    as_of: dt.date
    as_of_basis: Basis
    value: Annotated[Figure, Field(ge=0, le=10**18)]
    qualifier: Qualifier
    low: Figure | None = None
    high: Figure | None = None
    period_start: dt.date | None = None
    source: Id
    published_on: dt.date
    published_basis: Basis
    quote: Text
    confidence: Confidence
    origin: Origin
    note_zh: Note = ""
    note_en: Note = ""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.as_of > self.published_on and self.origin is not Origin.ESTIMATE:
            raise ValueError("as_of must not be after published_on (only an estimate looks ahead)")
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high come together")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError("value must lie between low and high")
        if self.period_start is not None and self.period_start > self.as_of:
            raise ValueError("period_start must not be after as_of")
        if self.origin is Origin.KNOWN_START and self.value != 0:
            raise ValueError("a known start has the value 0")
        return self


class Goal(Record):
    """What somebody announced to reach.

    Attributes
    ----------
    announced_on, published_on : date, optional
        The day it was said and the day it could be read; empty where the page does not show it.
    headline : bool
        Whether the default brief is about it.
    baseline : str
        The scenario that answers when nobody names one.
    success_selected : bool
        Known only from the page that reports its success: no evidence about how often goals are met.
    """

    indicator: Id
    region: Id
    value: Annotated[Figure, Field(gt=0, le=10**18)]
    comparison: Comparison
    deadline: dt.date
    announced_on: dt.date | None = None
    published_on: dt.date | None = None
    source: Id
    quote: Text
    headline: bool = False
    baseline: Id = "baseline"
    outcome: Outcome = Outcome.UNKNOWN
    outcome_value: Figure | None = None
    outcome_as_of: dt.date | None = None
    outcome_source: Id | None = None
    success_selected: bool = False
    note: Note = ""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.announced_on is not None and self.announced_on > self.deadline:
            raise ValueError("announced_on must not be after deadline")
        if self.announced_on and self.published_on and self.announced_on > self.published_on:
            raise ValueError("announced_on must not be after published_on")
        if (self.outcome_value is None) != (self.outcome_as_of is None):
            raise ValueError("outcome_value and outcome_as_of come together")
        return self
