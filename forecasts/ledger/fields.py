"""What a cell of a record may hold: names, texts, days, numbers, words of a list."""

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, StringConstraints

from forecasts.ledger.letters import as_text, as_words


def as_name(value: object) -> object:
    """Take a whole number as a name: tables hold codes of regions and numbers of goals as numbers."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if isinstance(value, int) or value.is_integer() else value


#: What stands in the rows of a table: any text of one line that is not empty, every character of it visible.
Name = Annotated[str, StringConstraints(min_length=1), BeforeValidator(as_words), BeforeValidator(as_name)]

#: An identifier that may become a file's name: lower-case, safe on every system.
FILE_NAME = r"^[a-z0-9][a-z0-9_-]{0,79}$"
Id = Annotated[str, StringConstraints(pattern=FILE_NAME)]

#: A text of one line, such as a title.
Text = Annotated[str, StringConstraints(min_length=1), BeforeValidator(as_words)]

#: A text of one line that may be empty, such as the name that people read.
Label = Annotated[str, BeforeValidator(as_words)]

#: What stands between the names in one cell.
BETWEEN_NAMES = re.compile("[;；]")


def as_names(value: object) -> object:
    """Take several names as people write them in one cell, with ``;`` or ``；`` between them."""
    parts = BETWEEN_NAMES.split(value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("must be names with ; between them")
    # What is left empty between two signs is no name.
    words = [as_words(part) for part in parts]
    return tuple(dict.fromkeys(word for word in words if word != ""))


#: Several names; two signs that stand one behind the other hold none between them.
Names = Annotated[tuple[str, ...], BeforeValidator(as_names)]

#: Words of a source or about a row: it may be empty, and it may have lines.
Note = Annotated[str, BeforeValidator(as_text)]

#: Years of which figures are published, and goals set.
FIRST_YEAR, LAST_YEAR = 1900, 2200

#: Year-month-day, perhaps with a time.
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}($|[T ])")


def as_day(value: object) -> dt.date:
    """Take a day as people and tables give it: year-month-day, perhaps with a time, which is dropped."""
    day = _plain_day(value)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _plain_day(value: object) -> dt.date:
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
    value = value.item() if isinstance(value, np.generic) else value
    # What is not a number compares with none, so that no bound may look at it.
    if (isinstance(value, Decimal) and value.is_nan()) or (
        isinstance(value, str) and "nan" in value.casefold()
    ):
        raise ValueError("must be a finite number")
    return value


Day = Annotated[dt.date, BeforeValidator(as_day)]
Figure = Annotated[Decimal, BeforeValidator(as_number), Field(allow_inf_nan=False, ge=-(10**18), le=10**18)]


class Kind(StrEnum):
    """What a quantity can do."""

    STOCK = "stock"  # may fall, but not below zero
    CUMULATIVE = "cumulative"  # never falls
    FLOW = "flow"  # counts one period, and begins anew with the next
    SHARE = "share"  # between 0 and an upper bound
    RATE = "rate"  # a change against the year before, or the like: may be negative


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
    """What a goal asks of the value."""

    AT_LEAST = ">="  # 达到 以上
    ABOVE = ">"  # 突破 超过
    AT_MOST = "<="  # 以内 不超过
    BELOW = "<"  # 低于
    ABOUT = "~"  # 左右: at least, short of it by the stated tolerance

    @property
    def asks_less(self) -> bool:
        """Whether a lower value is what is wanted."""
        return self in (Comparison.AT_MOST, Comparison.BELOW)

    @property
    def sign(self) -> str:
        """The sign by which people know it."""
        return {">=": "≥", "<=": "≤", "~": "≈"}.get(self.value, self.value)


class Outcome(StrEnum):
    """What became of a goal, as far as the ledger knows."""

    YES = "yes"
    PROBABLY_YES = "probably_yes"
    PROBABLY_NO = "probably_no"
    NO = "no"
    UNKNOWN = "unknown"
    INTERIM = "interim"
    OPEN = "open"


class Met(StrEnum):
    """What became of a past goal."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # never published, or not to be told from what was
