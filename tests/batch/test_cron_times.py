"""When something is due: five fields read as cron reads them, and the same days and minutes from systemd."""

import datetime as dt
import re
import shutil
import subprocess

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from forecasts.batch.timing.cron import FIELDS, WORDS, Times, on_calendar, read_times
from forecasts.ledger.problems import BadInput

#: Within these years there is a 29 February, on whichever weekday.
BASE, HORIZON = dt.datetime(2027, 1, 1), dt.datetime(2056, 1, 1)


def faults(text: str) -> dict[str | None, str]:
    with pytest.raises(BadInput) as caught:
        read_times(text)
    assert all(problem.remedy for problem in caught.value.problems)
    return {problem.column: str(problem) for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("text", "field", "numbers"),
    [
        ("0 8 5 * *", "days", {5}),
        ("*/15 * * * *", "minutes", {0, 15, 30, 45}),
        ("5-20/5,59 * * * *", "minutes", {5, 10, 15, 20, 59}),
        ("0 0 * JAN,jul *", "months", {1, 7}),
        ("0 0 * nov-dec *", "months", {11, 12}),
        ("0 0 * * 7", "weekdays", {0}),
        ("0 0 * * 5-7", "weekdays", {5, 6, 0}),
        ("0 0 * * fri-sun", "weekdays", {5, 6, 0}),
        ("0 0 * * mon-fri", "weekdays", {1, 2, 3, 4, 5}),
        (" 0\t0  * * * ", "hours", {0}),
    ],
)
def test_fields_are_read(text: str, field: str, numbers: set[int]) -> None:
    times = read_times(text)
    assert getattr(times, field) == numbers
    assert re.fullmatch(r"[0-9*,/ -]+", times.text), "what is installed has numbers only"
    assert read_times(times.text) == times


@pytest.mark.parametrize("word", WORDS)
def test_words_stand_for_fields(word: str) -> None:
    assert read_times(word) == read_times(word.upper()) == read_times(WORDS[word])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("0 8 5 *", {None}),
        ("0 8 5 * * *", {None}),
        ("", {None}),
        ("@reboot", {None}),
        ("60 24 0 13 8", {field.name for field in FIELDS}),
        ("a 8 5 * *", {"minute"}),
        ("-1 8 5 * *", {"minute"}),
        ("0 8,, 5 * *", {"hour"}),
        ("0 20-8 * * *", {"hour"}),
        ("0 8/2 * * *", {"hour"}),
        ("*/0 * * * *", {"minute"}),
        ("*/90 * * * *", {"minute"}),
        ("0 8 ? * *", {"day of month"}),
        ("0 8 L * *", {"day of month"}),
        ("0 8 30,31 2 *", {"day of month"}),
        ("0 8 31 feb,apr */2", {"day of month"}),
        ("0 8 * foo *", {"month"}),
        ("0 8 * * 5-mon", {"day of week"}),
        ("0 8 * * \N{SUPERSCRIPT TWO}", {"day of week"}),
        ("0 8 * * 99999999999999999999", {"day of week"}),
    ],
)
def test_every_unfit_field_is_told_with_its_name(text: str, columns: set[str]) -> None:
    assert set(faults(text)) == columns


def test_a_date_that_never_comes_is_one_where_a_weekday_would_do() -> None:
    assert read_times("0 8 31 2 1").either
    assert "write two: 20-23,0-8" in faults("0 20-8 * * *")["hour"]
    assert "'fri'" in faults("0 8 * * fry")["day of week"]


def fields() -> st.SearchStrategy[str]:
    """Lists of stars, numbers, ranges and steps that cron takes; few, so that days are not all due."""

    def element(low: int, high: int) -> st.SearchStrategy[str]:
        number = st.integers(low, high)
        reach = st.tuples(number, number).map(sorted).map(lambda r: f"{r[0]}-{r[1]}")
        step = st.integers(1, high)
        stepped = st.tuples(st.one_of(reach, st.just("*")), step).map(lambda r: f"{r[0]}/{r[1]}")
        return st.one_of(number.map(str), reach, stepped)

    def listed(low: int, high: int) -> st.SearchStrategy[str]:
        return st.one_of(st.just("*"), st.lists(element(low, high), min_size=1, max_size=2).map(",".join))

    return st.tuples(*(listed(f.low, f.high) for f in FIELDS)).map(" ".join)


def due(times: Times, day: dt.date) -> bool:
    """Whether a day is due, by cron's manual."""
    date, weekday = day.day in times.days, day.isoweekday() % 7 in times.weekdays
    return day.month in times.months and (date or weekday if times.either else date and weekday)


def next_times(times: Times, count: int) -> list[dt.datetime]:
    """Return the next minutes that are due after the beginning of 2027."""
    found: list[dt.datetime] = []
    for number in range((HORIZON - BASE).days):
        day = BASE.date() + dt.timedelta(number)
        if due(times, day):
            clock = [
                dt.time(hour, minute) for hour in sorted(times.hours) for minute in sorted(times.minutes)
            ]
            found += [dt.datetime.combine(day, at) for at in clock]
        if len(found) > count:
            break
    return found[:count]


def asked_of_systemd(times: Times, count: int) -> list[dt.datetime]:
    """Return the same, as systemd counts them; two lines are two ways to be due."""
    # It counts what comes after its base, which itself may be due.
    base = (BASE - dt.timedelta(seconds=1)).isoformat(" ")
    command = ["systemd-analyze", "calendar", f"--iterations={count}", f"--base-time={base} UTC"]
    ended = subprocess.run(
        [*command, *on_calendar(times)], capture_output=True, text=True, check=True, env={"TZ": "UTC"}
    )
    told = re.findall(r"(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w+ ([\d-]+ [\d:]+) UTC", ended.stdout)
    found = sorted({dt.datetime.fromisoformat(text) for text in told})
    return [when for when in found if when < HORIZON][:count]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@settings(max_examples=150)
@given(fields())
def test_systemd_is_due_when_cron_is(text: str) -> None:
    try:
        times = read_times(text)
    except BadInput:  # a date that never comes
        reject()
    assert asked_of_systemd(times, 12) == next_times(times, 12)
