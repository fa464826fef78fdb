"""When something is due: the five fields of a crontab line, checked, and the same for systemd.

What is accepted is what Debian's and the BSDs' cron accept, so that a line that passes here is not refused
or, worse, read in another way there. Names of months and weekdays become numbers: not every cron takes
them in ranges.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.ledger.problems import BadInput, Problem, nearest

OPTION: Final = "--at"
MONTHS: Final = tuple(name.lower() for name in calendar.month_abbr[1:])
WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

#: What cron's words stand for.
WORDS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

#: Days that a month has at most.
LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: its name, its bounds, and the names of its numbers from the lowest on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


FIELDS: Final = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 0, 7, WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Times:
    """When something is due.

    Attributes
    ----------
    text : str
        The five fields, with numbers only.
    minutes, hours, days, months, weekdays : frozenset of int
        What each field allows; Sunday is 0.
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @property
    def either(self) -> bool:
        """Whether a date *or* a weekday makes a day due: cron's rule where neither field has a star."""
        _, _, day, _, weekday = self.text.split(" ")
        return not day.startswith("*") and not weekday.startswith("*")


def read_times(text: str) -> Times:
    """Read the five fields, or a word such as ``@daily``.

    Raises
    ------
    BadInput
        With every field that is not fit.
    """
    written = text.split()
    if len(written) == 1 and written[0].startswith("@"):
        word = written[0].lower()
        if word not in WORDS:
            remedy = f"give five fields, or {nearest(word, WORDS)}"
            raise BadInput([Problem(OPTION, "is no time that comes again and again", text, remedy)])
        written = WORDS[word].split()
    if len(written) != len(FIELDS):
        rule = f"must have five fields: minute, hour, day of month, month, day of week; it has {len(written)}"
        raise BadInput([Problem(OPTION, rule, text, 'e.g. "0 8 5 * *": at 8:00 on every fifth of a month')])
    problems: list[Problem] = []
    parts: list[str] = []
    values: list[frozenset[int]] = []
    for field, part in zip(FIELDS, written, strict=True):
        try:
            numbers = [_element(one, field) for one in part.split(",")]
        except _Unfit as unfit:
            problems.append(Problem(OPTION, unfit.rule, part, unfit.remedy, column=field.name))
            continue
        parts.append(",".join(said for said, _ in numbers))
        values.append(frozenset(number for _, some in numbers for number in some))
    if problems:
        raise BadInput(problems)
    minutes, hours, days, months, weekdays = values
    times = Times(" ".join(parts), minutes, hours, days, months, frozenset(day % 7 for day in weekdays))
    if not times.either and not any(min(days) <= LONGEST[month - 1] for month in months):
        rule, remedy = "none of these months has such a day", "choose another day or month"
        raise BadInput([Problem(OPTION, rule, text, remedy, column="day of month")])
    return times


class _Unfit(Exception):
    """An element of a field breaks a rule."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.rule, self.remedy = rule, remedy


def _element(text: str, field: Field) -> tuple[str, range]:
    """Read one element of a list: ``*``, a number, a range, each but the number with a step."""
    reach, slash, pace = text.partition("/")
    first, dash, last = reach.partition("-")
    if reach == "*":
        low, high, said = field.low, field.high, "*"
    else:
        low = _number(first, field)
        high = _number(last, field) if dash else low
        high = 7 if dash and high == 0 < low and field.names == WEEKDAYS else high  # Friday to Sunday
        said = f"{low}-{high}" if dash else f"{low}"
    if low > high:
        raise _Unfit(
            "a range goes from the lower to the higher", f"write two: {low}-{field.high},{field.low}-{high}"
        )
    if not slash:
        return said, range(low, high + 1)
    if reach != "*" and not dash:
        raise _Unfit("a step needs a range or a star before it", f"e.g. {low}-{field.high}/{pace or 2}")
    if not _plain(pace) or not 1 <= int(pace) <= field.high:
        raise _Unfit(f"a step is a whole number from 1 to {field.high}", f"e.g. {reach}/2")
    return f"{said}/{int(pace)}", range(low, high + 1, int(pace))


def _number(text: str, field: Field) -> int:
    """Read a number or a name; Sunday may be 0 or 7."""
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.low
    if _plain(text) and field.low <= int(text) <= field.high:
        return int(text)
    names = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
    fit = f"{field.low} to {field.high}{names}"
    if not text:
        raise _Unfit("something is missing", f"write {fit}")
    raise _Unfit(f"must be {fit}; a star, ranges, steps and lists of these", _meant(text, field))


def _meant(text: str, field: Field) -> str:
    """Say what to write in place of what other schedulers take."""
    if text == "?":
        return "write *"
    if field.names and not _plain(text):
        return nearest(text.lower(), field.names)
    return f"e.g. {field.low}, *, {field.low}-{field.high}/2"


def _plain(text: str) -> bool:
    """Whether a text is a short whole number in plain digits."""
    return text.isascii() and text.isdigit() and len(text) <= 4


def on_calendar(times: Times) -> tuple[str, ...]:
    """Say the same to systemd, one ``OnCalendar=`` each: two where a date or a weekday is enough."""
    clock = f"{_listed(times.hours, 24)}:{_listed(times.minutes, 60)}:00"
    months, days = _listed(times.months, 12), _listed(times.days, 31)
    names = ",".join(WEEKDAYS[day].title() for day in sorted(times.weekdays))
    week = "" if len(times.weekdays) == 7 else f"{names} "
    if times.either:
        return tuple(_distinct(f"*-{months}-{days} {clock}", f"{week}*-{months}-* {clock}"))
    return (f"{week}*-{months}-{days} {clock}",)


def _distinct(*texts: str) -> Iterator[str]:
    yield from dict.fromkeys(texts)


def _listed(numbers: frozenset[int], all_of_them: int) -> str:
    """List numbers as systemd takes them; a star if they are all there are."""
    if len(numbers) == all_of_them:
        return "*"
    return ",".join(f"{number:02d}" for number in sorted(numbers))
