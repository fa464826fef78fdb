"""Forms of a day or a period, each with what reads it; a cell comes in one width and case.

Whatever names no day of the calendar for certain is refused by what it is.
"""

import calendar
import datetime as dt
import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import NamedTuple

from forecasts.ledger.written import Unread

_MONTHS = [name.casefold() for name in calendar.month_abbr[1:]]
_MONTH = r"(?P<month>" + "|".join(f"{name}[a-z]*" for name in _MONTHS) + r")\.?"
_CJK = dict(zip("一二三四", range(1, 5), strict=True))
_TIME = re.compile(
    r"[T ]?\s*([0-9]{1,2})(?:[:时点]([0-9]{2})?(?:[:分]([0-9]{2})?(?:[.,][0-9]+)?秒?)?)?整?"
    r"\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?(?:\[[\w/]+\])?",
    re.IGNORECASE,
)
#: Forms that are no day, but have a first and a last one.
PERIODS = frozenset(("a year", "a half-year", "a quarter", "a month", "a period"))

NO_DAY = ("must be a day, written as 2023-12-31", "write year, month and day")


class Span(NamedTuple):
    """The first and the last day of what was written, and its form (empty = a plain day)."""

    first: dt.date
    last: dt.date
    form: str


@dataclass(frozen=True)
class Manner:
    """What a column as a whole says of its cells.

    Attributes
    ----------
    day_first : dict
        By the sign between them, whether the day stands before the month; without an entry it is open.
    ranges : set of str
        The signs, - or /, that stand between the ends of a range of years, as in 2003-05.
    serials : bool
        Whether numbers may be days as Excel counts them.
    """

    day_first: dict[str, bool] = field(default_factory=dict)
    ranges: Set[str] = frozenset()
    serials: bool = False


OTHERWISE = "a day in another form is read as year, month, day"
_TIMELESS = "the time is left out, and the day stands as it is written"


def day_of(year: int, month: int, day: int, form: str) -> Span:
    """Return one day, if the calendar has it."""
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise Unread("the calendar has no such day", "write year, month and day, as 2023-12-31") from None
    return Span(found, found, form)


def months_of(year: int, first: int, last: int, form: str) -> Span:
    """Return some months of a year."""
    if not (1 <= year <= 9999 and 1 <= first <= last <= 12):
        raise Unread("the calendar has no such month", "write year, month and day, as 2023-12-31")
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Span(dt.date(year, first, 1), end, form)


def _timed(found: re.Match[str]) -> bool:
    """Whether a time stands behind the day; it never moves the day, wherever it was noon."""
    if not (time := found["time"]):
        return False
    clock = _TIME.fullmatch(time)
    if clock is None or int(clock[1]) > 24 or int(clock[2] or 0) > 59 or int(clock[3] or 0) > 60:
        raise Unread(*NO_DAY)
    return True


def _written_day(found: re.Match[str], manner: Manner) -> Span:
    """Read year, month, day, perhaps with a time, which never moves the day."""
    form = _TIMELESS if _timed(found) else OTHERWISE
    return day_of(int(found["y"]), int(found["m"]), int(found["d"]), form)


def _numeric(found: re.Match[str], manner: Manner) -> Span:
    """Read 31.12.2022, or 12/31/2022, as the column has it."""
    _timed(found)
    one, two, year, sign = int(found["one"]), int(found["two"]), int(found["y"]), found["sign"]
    if sign not in manner.day_first and one != two:
        raise Unread(
            "the day and the month may stand either way, and the column does not show which",
            "write year, month and day, as 2023-12-31",
        )
    if manner.day_first.get(sign, True):
        return day_of(year, two, one, "the day is read before the month, as the column shows")
    return day_of(year, one, two, "the month is read before the day, as the column shows")


def _year_and_two(found: re.Match[str], manner: Manner) -> Span:
    """Read 2023-05, which in another column is a range of years."""
    if found["sign"] in manner.ranges:
        raise _range()
    return _month(found, manner)


def _range() -> Unread:
    return Unread("is a range of years, or may be one", "write the last day of the period, as 2023-12-31")


def _refused_range(found: re.Match[str], manner: Manner) -> Span:
    raise _range()


def _two_digits(found: re.Match[str], manner: Manner) -> Span:
    raise Unread("the year has two digits", "write it with four, as 2023-12-31")


def _no_year(found: re.Match[str], manner: Manner) -> Span:
    raise Unread("names no year", "write year, month and day, as 2023-05-31")


def _no_period(found: re.Match[str], manner: Manner) -> Span:
    raise Unread("is a week, or a year that is not the calendar's", "write its last day, as 2023-12-31")


def _about_when(found: re.Match[str], manner: Manner) -> Span:
    raise Unread("names a part of the year, but no day of it", "write the day itself, as 2023-12-31")


def _marked(found: re.Match[str], manner: Manner) -> Span:
    raise Unread(
        "something that is no day stands beside the year",
        "write the day alone; remarks have columns of their own",
    )


def _decimals(found: re.Match[str], manner: Manner) -> Span:
    raise Unread("a year with decimals may be a month or a part of the year", "write year, month and day")


def _year(found: re.Match[str], manner: Manner) -> Span:
    return months_of(int(found["y"]), 1, 12, "a year")


def _month(found: re.Match[str], manner: Manner) -> Span:
    return months_of(int(found["y"]), int(found["m"]), int(found["m"]), "a month")


def _first_months(found: re.Match[str], manner: Manner) -> Span:
    return months_of(int(found["y"]), 1, int(found["m"]), "a period")


def _some_months(found: re.Match[str], manner: Manner) -> Span:
    return months_of(int(found["y"]), int(found["m1"]), int(found["m"]), "a period")


def _half(found: re.Match[str], manner: Manner) -> Span:
    which = {"上": 1, "下": 2, "1": 1, "2": 2}[found["h"]]
    return months_of(int(found["y"]), 6 * which - 5, 6 * which, "a half-year")


def _quarter(found: re.Match[str], manner: Manner) -> Span:
    which = _CJK.get(found["q"]) or int(found["q"])
    first = 1 if "前" in found.string else 3 * which - 2
    return months_of(int(found["y"]), first, 3 * which, "a quarter" if first == 3 * which - 2 else "a period")


def _named_month(found: re.Match[str]) -> int:
    """Return the number of an English month, whole or in three letters."""
    name = found["month"]
    number = _MONTHS.index(name[:3]) + 1
    if name not in (_MONTHS[number - 1], "sept", calendar.month_name[number].casefold()):
        raise Unread(*NO_DAY)
    return number


def _english_month(found: re.Match[str], manner: Manner) -> Span:
    number = _named_month(found)
    return months_of(int(found["y"]), number, number, "a month")


def _english_day(found: re.Match[str], manner: Manner) -> Span:
    return day_of(int(found["y"]), _named_month(found), int(found["d"]), OTHERWISE)


NUMERIC = re.compile(r"(?P<one>[0-9]{1,2})(?P<sign>[./-])\s?(?P<two>[0-9]{1,2})(?P=sign)\s?(?P<y>[0-9]{4})")
_Y = r"(?P<y>[0-9]{4})"
YEAR_AND_TWO = re.compile(rf"{_Y}(?P<sign>[-/])(?P<m>[0-9]{{2}})")
_OF = r"\s*(?:年度?|[-./: ])?\s*"

#: Forms of a cell in one width and case, and what reads each; the first that fits.
FORMS = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{_Y}([-/.])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}})(?P<time>[t ].+)?", _written_day),
        (
            rf"{_Y}\s*年\s*(?P<m>[0-9]{{1,2}})\s*月\s*(?P<d>[0-9]{{1,2}})"
            r"\s*[日号]?(?P<time>[t ].+|(?<=[日号])[0-9]{1,2}[时点:].*)?",
            _written_day,
        ),
        (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<time>t.+)", _written_day),
        (NUMERIC.pattern + r"(?P<time>[t ].+)?", _numeric),
        (YEAR_AND_TWO.pattern, _year_and_two),
        (rf"{_Y}[-/](?P<m>[0-9])", _month),
        (rf"(?P<m>[0-9]{{1,2}})[-/.]{_Y}", _month),
        (rf"{_Y}[- ]?m(?P<m>[0-9]{{1,2}})", _month),
        (rf"{_Y}\s*(?:年|年?[底末]|年度|年?全年)?", _year),
        (rf"{_Y}\s*年\s*(?P<m>[0-9]{{1,2}})\s*月份?\s*(?:底|末)?", _month),
        (rf"{_Y}\s*年?\s*前\s*(?P<m>[0-9]{{1,2}})\s*个?月", _first_months),
        (rf"{_Y}\s*年\s*(?P<m1>[0-9]{{1,2}})\s*月?\s*[-~至到]\s*(?P<m>[0-9]{{1,2}})\s*月份?", _some_months),
        (rf"{_Y}{_OF}(?P<h>[上下])半年(?:底|末)?", _half),
        (rf"{_Y}{_OF}[hs](?P<h>[12])", _half),
        (rf"[hs](?P<h>[12])[ /-]?{_Y}", _half),
        (rf"(?P<h>[12])h\s*{_Y}", _half),
        (rf"{_Y}{_OF}(?:第|前)?\s*(?P<q>[一二三四1-4])\s*个?季度?(?:底|末)?", _quarter),
        (rf"{_Y}{_OF}q(?P<q>[1-4])", _quarter),
        (rf"q(?P<q>[1-4])[ /-]?{_Y}", _quarter),
        (rf"(?P<q>[1-4])q\s*{_Y}", _quarter),
        (rf"{_MONTH}[ ,-]*{_Y}", _english_month),
        (rf"{_Y}[ -]{_MONTH}", _english_month),
        (rf"{_Y}[ /-]{_MONTH}[ /-](?P<d>[0-9]{{1,2}})", _english_day),
        (rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ./-]+(?:of )?{_MONTH}[ ,/-]*{_Y}", _english_day),
        (rf"{_MONTH}\s*(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+{_Y}", _english_day),
        (r"[0-9]{4}年?\s*[-/~至到]\s*[0-9]{1,4}(?:年|年底)?", _refused_range),
        (
            r"(?:fy|財年|财年).*|[0-9]{4}(?:[-/][0-9]{2,4})?(?:-?w[0-9]{1,2}.*|年?第?[0-9]{1,2}周|年?[财財]年度?|\s?fy)",
            _no_period,
        ),
        (r"[0-9]{4}\.[0-9]+", _decimals),
        (r"[0-9]{4}年?.{0,3}(?:[年月]?[初中]|[上中下]旬|年?前)", _about_when),
        (
            r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}|'?[0-9]{2}(?![0-9])年?.{0,3}|[a-z]{3,9}[ -]'?[0-9]{2}"
            r"|(?:[qhs][1-4]|[1-4][qh])[ /'-]*[0-9]{2}",
            _two_digits,
        ),
        (rf"{_Y}年?\s*[^0-9年]?[\W0-9a-z]{{1,4}}", _marked),
        (
            r"[0-9]{1,2}月.{0,4}|[0-9]{1,2}[-~至到][0-9]{1,2}月.{0,2}|[0-9]{1,2}[-/.][0-9]{1,2}"
            rf"|第?[1-4一二三四]季度.{{0,2}}|q[1-4]|[hs][12]|[0-9]{{1,2}} {_MONTH}",
            _no_year,
        ),
    )
)
