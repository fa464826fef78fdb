"""Days as people write them: 2023-12-31 · 2023年5月底 · 2023Q1 · 31.12.2022; a period is its last day.

Whatever names no day of the calendar for certain is refused: ranges of years, timestamps, today. A column is
read as a whole, for what 03/04/2023 or 2003-05 is, only its neighbours say.
"""

import datetime as dt
import re
from collections.abc import Hashable, Sequence, Set
from decimal import Decimal

import pandas as pd

from forecasts.ledger.written import LONGEST, MISSING, NO_VALUE, Readings, Unread, plain_text
from forecasts.ledger.written_forms import (
    FORMS,
    NO_DAY,
    NUMERIC,
    OTHERWISE,
    PERIODS,
    YEAR_AND_TWO,
    Manner,
    Span,
    day_of,
    months_of,
)

#: Years that a table of published figures or goals may speak of.
FIRST, LAST = 1900, 2200

#: Days as Excel counts them, from here on; smaller numbers may be years.
SERIAL = 20_000
_TOO_LARGE = 1e21
SERIAL_LAST = (dt.date(LAST, 12, 31) - dt.date(1899, 12, 30)).days

_UNTIL = re.compile(
    r"(?:截至|截止到?|到|至|as (?:of|at)\s)?\s*(?:(?:by |until |at )?(?:the )?end(?: of\s+|[- ]\s*))?",
    re.IGNORECASE,
)


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
    ends: dict[str, set[tuple[int, int]]] = {}
    for cell in cells:
        if not isinstance(cell, str) or len(cell) > LONGEST:
            continue
        try:
            text = plain_text(cell)
        except Unread:
            continue
        if found := NUMERIC.match(text):
            one, two = int(found["one"]), int(found["two"])
            if one > 12 or two > 12:
                day_first.setdefault(found["sign"], set()).add(one > 12)
        elif found := YEAR_AND_TWO.fullmatch(text):
            ends.setdefault(found["sign"], set()).add((int(found["y"]), int(found["m"])))
    certain = {sign: seen.pop() for sign, seen in day_first.items() if len(seen) == 1}
    return Manner(certain, {sign for sign, seen in ends.items() if _are_ranges(seen, sign)}, serials)


def _are_ranges(ends: Set[tuple[int, int]], sign: str) -> bool:
    """Whether a column of 2003-05 is one of ranges: a cell cannot be a month, or all are years that follow.

    With a stroke (2003/04) one that follows is enough, for so years of schools and budgets are written.
    """
    follows = [(year + 1) % 100 == two for year, two in ends]
    beyond = any(not 1 <= two <= 12 for _, two in ends)
    return beyond or (all(follows) and len(ends) > 1) or (sign == "/" and any(follows))


def _span(cell: Hashable, manner: Manner) -> Span:
    """Read one cell."""
    if isinstance(cell, dt.datetime):
        return day_of(cell.year, cell.month, cell.day, "")
    if isinstance(cell, dt.date):
        return Span(cell, cell, "")
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return _number(float(cell) if -_TOO_LARGE < cell < _TOO_LARGE else _TOO_LARGE, manner)
    if isinstance(cell, pd.Period):
        form = {"M": "a month", "Y": "a year", "Q": "a quarter"}.get(cell.freqstr[:1], "a period")
        return Span(cell.start_time.date(), cell.end_time.date(), form)
    if not isinstance(cell, str) or len(cell) > LONGEST:
        raise Unread(*NO_DAY)
    text = plain_text(cell)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return day_of(int(text[:4]), int(text[5:7]), int(text[8:]), "" if text == cell.strip() else OTHERWISE)
    if re.fullmatch(r"-?[0-9]+(?:\.0*)?", text):
        return _number(float(text) if len(text) < 20 else _TOO_LARGE, manner, len(text.partition(".")[0]))
    text = _in_digits(text.casefold())
    if not re.search("[0-9]|季度", text):
        raise _no_digits(text)
    if not text.isascii():
        text = re.sub(r"(?<=[底末])之?前$", "", text)
    reached = _UNTIL.match(text)
    assert reached is not None
    text = text[reached.end() :].strip()
    for pattern, read in FORMS:
        if found := pattern.fullmatch(text):
            return read(found, manner)
    raise Unread(*NO_DAY)


_NUMERALS = {sign: str(i) for i, sign in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_CJK_YEAR = re.compile(r"[一二][〇零○一二三四五六七八九]{3}(?=\s*年)")
_CJK_COUNT = re.compile(r"(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=\s*(?:个?月|[日号]))")


def _in_digits(text: str) -> str:
    """Return a text with the numerals of a Chinese date in digits: 二〇二三年五月 becomes 2023年5月."""
    if text.isascii() or not re.search("[月日号年]", text):
        return text

    def count(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].rpartition("十")
        return str(10 * int(_NUMERALS.get(tens, 1)) * bool(ten) + int(_NUMERALS.get(ones, 0)))

    text = _CJK_YEAR.sub(lambda found: "".join(_NUMERALS[sign] for sign in found[0]), text)
    return _CJK_COUNT.sub(count, text)


def _no_digits(text: str) -> Unread:
    if re.search(r"today|now|present|current|今|目前|现在|当前|至今|迄今|日前|近日", text):
        return Unread("names no day of the calendar", "write the day itself, as 2023-12-31")
    return Unread(*(NO_VALUE if MISSING.fullmatch(text) else NO_DAY))


def _number(value: float, manner: Manner, digits: int = 0) -> Span:
    """Read a number: a year, a day without signs, a day as Excel counts them, or none of these."""
    if not abs(value) < _TOO_LARGE:
        raise Unread(*NO_DAY)
    if manner.serials and SERIAL <= value <= SERIAL_LAST:
        value = int(value)  # what stands behind the point is a time
    if value != int(value):
        raise Unread("a year with decimals may be a month or a part of the year", "write year, month and day")
    whole = int(value)
    if FIRST <= whole <= LAST:
        return months_of(whole, 1, 12, "a year")
    if manner.serials and SERIAL <= whole <= SERIAL_LAST:
        day = dt.date(1899, 12, 30) + dt.timedelta(whole)
        return Span(day, day, "a number is read as the day that Excel counts so")
    if 10**7 <= whole < 10**8:
        return day_of(whole // 10_000, whole // 100 % 100, whole % 100, OTHERWISE)
    if 10**8 <= whole < 10**20:
        raise Unread("looks like a count of seconds, which names no day for certain", "write 2023-12-31")
    if SERIAL <= whole < 10**5:
        raise Unread("looks like a day as a spreadsheet counts it", "save days as text, as 2023-12-31")
    if FIRST * 100 < whole < (LAST + 1) * 100 and 1 <= whole % 100 <= 12:
        return months_of(whole // 100, whole % 100, whole % 100, "a month")
    if 0 < whole < 10_000 and digits != 2:
        raise Unread(f"must lie in the years {FIRST} to {LAST}", "correct the year")
    raise Unread(*NO_DAY)
