"""The records of a ledger: frozen value objects that keep their own rules.

A rule about several fields is written once, over columns: it holds for one record that is made in Python and
for a million rows of a table alike.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Bools = NDArray[np.bool_]


def as_name(value: object) -> object:
    """Take a whole number as a name: tables hold codes of regions and numbers of goals as numbers."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if float(value).is_integer() else value


#: What stands in the rows of a table: any text that is not empty.
Name = Annotated[
    str, BeforeValidator(as_name), StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)
]

#: An identifier that may become a file's name: lower-case, safe on every system.
FILE_NAME = r"^[a-z0-9][a-z0-9_-]{0,79}$"
Id = Annotated[str, StringConstraints(pattern=FILE_NAME)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Note = Annotated[str, StringConstraints(strip_whitespace=True)]

#: Year-month-day, perhaps with a time.
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}($|[T ])")


def as_day(value: object) -> dt.date:
    """Take a day as people and tables give it: year-month-day, perhaps with a time, which is dropped."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[s]").item()
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        try:
            if WRITTEN_DAY.match(value.strip()):
                return dt.datetime.fromisoformat(value.strip()).date()
        except ValueError:
            pass  # it looks like a day, but the calendar has none such
    raise ValueError("must be a day, written as 2023-12-31")


def as_number(value: object) -> object:
    """Refuse what only could be a number; a number of NumPy's becomes one of Python's."""
    if isinstance(value, bool | np.bool_):
        raise ValueError("must be a number")
    return value.item() if isinstance(value, np.generic) else value


Day = Annotated[dt.date, BeforeValidator(as_day)]
Figure = Annotated[Decimal, BeforeValidator(as_number), Field(allow_inf_nan=False, ge=-(10**18), le=10**18)]


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
    family : str
        Indicators of one family grow alike; it is the reference class of an indicator without other regions.
        An indicator without a family is alone in it.
    q4_share : float
        Share of a year's growth that falls in the fourth quarter: 0.25 = even; close to 1 where
        recognition comes at the year's end.
    scope_zh, scope_en : str
        What is counted and what not; another scope is another indicator.
    """

    id: Name
    name_zh: Note = ""
    name_en: Note = ""
    unit_zh: Note = ""
    unit_en: Note = ""
    kind: Kind = Kind.STOCK
    family: Note = ""
    q4_share: Annotated[float, BeforeValidator(as_number), Field(ge=0.0, lt=1.0)] = 0.25
    scope_zh: Note = ""
    scope_en: Note = ""
    note: Note = ""


class Region(Record):
    """Where it is counted; `parent` is the id of the region that contains it, if the ledger has it."""

    id: Name
    name_zh: Note = ""
    name_en: Note = ""
    parent: Name | None = None
    note: Note = ""


class Source(Record):
    """Who published, when, under which title and address; nobody fetches it."""

    id: Name
    title: Note = ""
    publisher: Note = ""
    url: Note = ""
    note: Note = ""


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
    source, quote : str
        Id of the page, and the few words it was read from.
    confidence : Confidence
        How well it is attested; a lower one is believed to a wider interval.
    origin : Origin
        Read, computed, expected in print, or known from a founding.
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
    source: Note = ""
    published_on: Day
    published_basis: Basis = Basis.STATED
    quote: Note = ""
    confidence: Confidence = Confidence.HIGH
    origin: Origin = Origin.PRINTED
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
        ``>=`` (the default) or ``>``; on a continuous scale both have one probability.
    deadline : date
        The last day on which it counts.
    announced_on, published_on : date, optional
        The day it was said and the day it could be read; empty where the page does not show it.
    headline : bool
        Whether the default brief is about it.
    baseline : str
        The scenario that answers when nobody names one.
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
    )

    id: Name = "goal"
    indicator: Name
    region: Name
    value: Figure
    comparison: Comparison = Comparison.AT_LEAST
    deadline: Day
    announced_on: Day | None = None
    published_on: Day | None = None
    source: Note = ""
    quote: Note = ""
    headline: bool = False
    baseline: Name = "baseline"
    outcome: Outcome = Outcome.UNKNOWN
    outcome_value: Figure | None = None
    outcome_as_of: Day | None = None
    outcome_source: Name | None = None
    success_selected: bool = False
    note: Note = ""

    def __init__(
        self, indicator: Any = None, region: Any = None, value: Any = None, deadline: Any = None, **more: Any
    ) -> None:
        """Make a goal; what it asks may be given by position."""
        asked = {"indicator": indicator, "region": region, "value": value, "deadline": deadline}
        super().__init__(**{k: v for k, v in asked.items() if v is not None}, **more)
