"""Days as people write them: 2023-12-31 · 2023年5月底 · 2023Q1 · 31.12.2022; a period is its last day.

Whatever names no day of the calendar for certain is refused: ranges of years, timestamps, today. A column is
read as a whole, for what 03/04/2023 or 2003-05 is, only its neighbours say.
"""

import calendar
import datetime as dt
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from forecasts.ledger.written import LONGEST, Readings, Unread, plain_text

#: Years that a table of published figures or goals may speak of.
FIRST, LAST = 1900, 2200

#: Days as Excel counts them, from here on; smaller numbers may be years.
SERIAL = 20_000
SERIAL_LAST = (dt.date(LAST, 12, 31) - dt.date(1899, 12, 30)).days

_MONTHS = [name.casefold() for name in calendar.month_abbr[1:]]
_MONTH = r"(?P<month>" + "|".join(f"{name}[a-z]*" for name in _MONTHS) + r")\.?"
_CJK = dict(zip("一二三四", range(1, 5), strict=True))
_TIME = re.compile(
    r"[T ]\s*([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?)?"
    r"\s*(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?(?:\[[\w/]+\])?",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:截至|截止到?|到|至|as (?:of|at)\s)?\s*(?:(?:by |until |at )?(?:the )?end(?: of\s+|[- ]\s*))?",
    re.IGNORECASE,
)

#: Forms that are no day, but have a first and a last one.
PERIODS = frozenset(("a year", "a half-year", "a quarter", "a month", "a period"))

_NO_DAY = ("must be a day, written as 2023-12-31", "write year, month and day")


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
    ranges : bool
        Whether 2003-05 is a range of years.
    serials : bool
        Whether numbers may be days as Excel counts them.
    """

    day_first: dict[str, bool] = field(default_factory=dict)
    ranges: bool = False
    serials: bool = False


def read_days(cells: Sequence[Hashable], start: bool = False, serials: bool = False) -> Readings:
    """Read the distinct cells of a column of days.

    Parameters
    ----------
    cells : sequence
        Texts, numbers, and what is a day already, which stays.
    start : bool
        Whether a period stands for its first day, not its last.
    serials : bool
        Whether numbers may be days as Excel counts them.
    """
    manner = _manner(cells, serials)
    found = Readings([None] * len(cells))
    for i, cell in enumerate(cells):
        try:
            span = _span(cell, manner)
        except Unread as unread:
            found.faults[i] = (unread.rule, unread.remedy)
            continue
        day = span.first if start else span.last
        if not FIRST <= day.year <= LAST:
            found.faults[i] = (f"must lie in the years {FIRST} to {LAST}", "correct the year")
            continue
        found.values[i] = day
        if span.form:
            end = f"{span.form} is read as its {'first' if start else 'last'} day"
            found.told[i] = end if span.form in PERIODS else span.form
    return found


def _manner(cells: Sequence[Hashable], serials: bool) -> Manner:
    """Look over a column."""
    day_first: dict[str, set[bool]] = {}
    ends: set[tuple[int, int]] = set()
    for cell in cells:
        if not isinstance(cell, str) or len(cell) > LONGEST:
            continue
        try:
            text = plain_text(cell)
        except Unread:
            continue
        if found := _NUMERIC.match(text):
            one, two = int(found["one"]), int(found["two"])
            if one > 12 or two > 12:
                day_first.setdefault(found["sign"], set()).add(one > 12)
        elif found := _YEAR_AND_TWO.fullmatch(text):
            ends.add((int(found[1]), int(found[2])))
    certain = {sign: seen.pop() for sign, seen in day_first.items() if len(seen) == 1}
    beyond = any(not 1 <= two <= 12 for _, two in ends)
    follows = len(ends) > 1 and all((year + 1) % 100 == two for year, two in ends)
    return Manner(certain, beyond or follows, serials)


def _span(cell: Hashable, manner: Manner) -> Span:
    """Read one cell."""
    if isinstance(cell, dt.datetime):
        return _day(cell.year, cell.month, cell.day, "")
    if isinstance(cell, dt.date):
        return Span(cell, cell, "")
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number(cell, manner)
    if hasattr(cell, "end_time") and hasattr(cell, "start_time"):  # a period of pandas
        return Span(cell.start_time.date(), cell.end_time.date(), "a period")
    if not isinstance(cell, str) or len(cell) > LONGEST:
        raise Unread(*_NO_DAY)
    text = plain_text(cell)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return _day(int(text[:4]), int(text[5:7]), int(text[8:]), "" if text == cell.strip() else _OTHERWISE)
    if re.fullmatch(r"-?[0-9]+(?:\.0*)?", text):
        return _number(float(text) if len(text) < 20 else 1e30, manner, len(text.partition(".")[0]))
    text = text.casefold()
    if not re.search("[0-9]|季度", text):
        raise _no_digits(text)
    reached = _UNTIL.match(text)
    assert reached is not None
    text = text[reached.end() :].strip()
    for pattern, read in _FORMS:
        if found := pattern.fullmatch(text):
            return read(found, manner)
    raise Unread(*_NO_DAY)


_OTHERWISE = "a day in another form is read as year, month, day"
_TIMELESS = "the time is left out, and the day stands as it is written"


def _no_digits(text: str) -> Unread:
    if re.search(r"today|now|present|current|今|目前|现在|当前|至今|迄今|日前|近日", text):
        return Unread("names no day of the calendar", "write the day itself, as 2023-12-31")
    return Unread(*_NO_DAY)


def _day(year: int, month: int, day: int, form: str) -> Span:
    """Return one day, if the calendar has it."""
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise Unread("the calendar has no such day", "write year, month and day, as 2023-12-31") from None
    return Span(found, found, form)


def _months(year: int, first: int, last: int, form: str) -> Span:
    """Return some months of a year."""
    if not (1 <= year <= 9999 and 1 <= first <= last <= 12):
        raise Unread("the calendar has no such month", "write year, month and day, as 2023-12-31")
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Span(dt.date(year, first, 1), end, form)


def _number(value: float, manner: Manner, digits: int = 0) -> Span:
    """Read a number: a year, a day without signs, a day as Excel counts them, or none of these."""
    if not abs(value) < 1e21:
        raise Unread(*_NO_DAY)
    if manner.serials and SERIAL <= value <= SERIAL_LAST:
        value = int(value)  # what stands behind the point is a time
    if value != int(value):
        raise Unread("a year with decimals may be a month or a part of the year", "write year, month and day")
    whole = int(value)
    if FIRST <= whole <= LAST:
        return _months(whole, 1, 12, "a year")
    if manner.serials and SERIAL <= whole <= SERIAL_LAST:
        day = dt.date(1899, 12, 30) + dt.timedelta(whole)
        return Span(day, day, "a number is read as the day that Excel counts so")
    if 10**7 <= whole < 10**8:
        return _day(whole // 10_000, whole // 100 % 100, whole % 100, _OTHERWISE)
    if 10**8 <= whole < 10**20:
        raise Unread("looks like a count of seconds, which names no day for certain", "write 2023-12-31")
    if SERIAL <= whole < 10**5:
        raise Unread("looks like a day as a spreadsheet counts it", "save days as text, as 2023-12-31")
    if FIRST * 100 < whole < (LAST + 1) * 100 and 1 <= whole % 100 <= 12:
        return _months(whole // 100, whole % 100, whole % 100, "a month")
    if 0 < whole < 10_000 and digits != 2:
        raise Unread(f"must lie in the years {FIRST} to {LAST}", "correct the year")
    raise Unread(*_NO_DAY)


def _timed(found: re.Match[str]) -> bool:
    """Whether a time stands behind the day; it never moves the day, wherever it was noon."""
    if not (time := found["time"]):
        return False
    clock = _TIME.fullmatch(time)
    if clock is None or int(clock[1]) > 24 or int(clock[2] or 0) > 59 or int(clock[3] or 0) > 60:
        raise Unread(*_NO_DAY)
    return True


def _written_day(found: re.Match[str], manner: Manner) -> Span:
    """Read year, month, day, perhaps with a time, which never moves the day."""
    form = _TIMELESS if _timed(found) else _OTHERWISE
    return _day(int(found["y"]), int(found["m"]), int(found["d"]), form)


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
        return _day(year, two, one, "the day is read before the month, as the column shows")
    return _day(year, one, two, "the month is read before the day, as the column shows")


def _year_and_two(found: re.Match[str], manner: Manner) -> Span:
    """Read 2023-05, which in another column is a range of years."""
    if manner.ranges:
        raise _range()
    return _months(int(found[1]), int(found[2]), int(found[2]), "a month")


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


def _decimals(found: re.Match[str], manner: Manner) -> Span:
    raise Unread("a year with decimals may be a month or a part of the year", "write year, month and day")


def _year(found: re.Match[str], manner: Manner) -> Span:
    return _months(int(found["y"]), 1, 12, "a year")


def _month(found: re.Match[str], manner: Manner) -> Span:
    return _months(int(found["y"]), int(found["m"]), int(found["m"]), "a month")


def _some_months(found: re.Match[str], manner: Manner) -> Span:
    return _months(int(found["y"]), int(found["m1"]), int(found["m"]), "a period")


def _half(found: re.Match[str], manner: Manner) -> Span:
    which = {"上": 1, "下": 2, "1": 1, "2": 2}[found["h"]]
    return _months(int(found["y"]), 6 * which - 5, 6 * which, "a half-year")


def _quarter(found: re.Match[str], manner: Manner) -> Span:
    which = _CJK.get(found["q"]) or int(found["q"])
    first = 1 if "前" in found.string else 3 * which - 2
    return _months(int(found["y"]), first, 3 * which, "a quarter" if first == 3 * which - 2 else "a period")


def _named_month(found: re.Match[str]) -> int:
    """Return the number of an English month, whole or in three letters."""
    name = found["month"]
    number = _MONTHS.index(name[:3]) + 1
    if name not in (_MONTHS[number - 1], "sept", calendar.month_name[number].casefold()):
        raise Unread(*_NO_DAY)
    return number


def _english_month(found: re.Match[str], manner: Manner) -> Span:
    number = _named_month(found)
    return _months(int(found["y"]), number, number, "a month")


def _english_day(found: re.Match[str], manner: Manner) -> Span:
    return _day(int(found["y"]), _named_month(found), int(found["d"]), _OTHERWISE)


_NUMERIC = re.compile(r"(?P<one>[0-9]{1,2})(?P<sign>[./-])(?P<two>[0-9]{1,2})(?P=sign)(?P<y>[0-9]{4})")
_YEAR_AND_TWO = re.compile(r"([0-9]{4})-([0-9]{2})")
_Y = r"(?P<y>[0-9]{4})"
_OF = r"\s*(?:年度?|[-./: ])?\s*"

#: Forms of a cell in one width and case, and what reads each; the first that fits.
_FORMS = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{_Y}([-/.])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}})(?P<time>[t ].+)?", _written_day),
        (
            rf"{_Y}\s*年\s*(?P<m>[0-9]{{1,2}})\s*月\s*(?P<d>[0-9]{{1,2}})\s*[日号]?(?P<time>[t ].+)?",
            _written_day,
        ),
        (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<time>t.+)", _written_day),
        (_NUMERIC.pattern + r"(?P<time>[t ].+)?", _numeric),
        (_YEAR_AND_TWO.pattern, _year_and_two),
        (r"([0-9]{4})-([0-9])", _year_and_two),
        (rf"{_Y}[- ]?m(?P<m>[0-9]{{1,2}})", _month),
        (rf"{_Y}\s*\s*(?:年|年?[底末]|年度|年全年)?", _year),
        (rf"{_Y}\s*年\s*(?P<m>[0-9]{{1,2}})\s*月份?\s*(?:底|末)?", _month),
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
        (rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ .-]+(?:of )?{_MONTH}[ ,-]*{_Y}", _english_day),
        (rf"{_MONTH}\s*(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+{_Y}", _english_day),
        (r"[0-9]{4}年?\s*[-/~至到]\s*[0-9]{1,4}(?:年|年底)?", _refused_range),
        (r"(?:fy|財年|财年).*|[0-9]{4}(?:-?w[0-9]{1,2}.*|年?第?[0-9]{1,2}周|财年|fy)", _no_period),
        (r"[0-9]{4}\.[0-9]+", _decimals),
        (r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}|'?[0-9]{2}年?.{0,3}|[a-z]{3,9}[ -]'?[0-9]{2}", _two_digits),
        (
            r"[0-9]{1,2}月.{0,4}|[0-9]{1,2}[-/.][0-9]{1,2}|第?[1-4一二三四]季度.{0,2}|q[1-4]|[hs][12]",
            _no_year,
        ),
    )
)
