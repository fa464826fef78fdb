"""Flows of a year: counts since its first day, and of its quarters and months, become whole years."""

import numpy as np
import pandas as pd
import pytest

from forecasts import Ledger
from forecasts.ledger.history import History

Rows = list[tuple[str | None, str, float]]


def read(rows: Rows, known_on: str | None = None) -> History:
    """Return the history of a flow of these first days, last days and counts."""
    frame = pd.DataFrame(rows, columns=["period_start", "as_of", "value"])
    frame = frame.assign(indicator="flow", region="A")
    ledger = Ledger.from_frames(frame, kinds={"flow": "flow"})
    return ledger.history("flow", "A", None if known_on is None else pd.Timestamp(known_on).date())


def days(history: History) -> list[str]:
    return [str(day) for day in history.days]


def test_counts_since_january_are_of_their_year_and_this_year_is_still_counted() -> None:
    h = read([
        ("2020-01-01", "2020-06-30", 45), ("2020-01-01", "2020-12-31", 100),
        ("2021-01-01", "2021-12-31", 112),
        ("2022-01-01", "2022-12-30", 123), ("2023-01-01", "2023-03-31", 25), ("2023-01-01", "2023-06-30", 60),
    ])  # fmt: skip
    assert days(h) == ["2020-12-31", "2021-12-31", "2022-12-31"]
    assert h.value.tolist() == [100, 112, 123]
    assert h.counts is not None
    assert [str(d) for d in h.counts.day] == ["2020-06-30", "2023-03-31", "2023-06-30"]
    assert h.counts.value.tolist() == [45, 25, 60]
    assert h.counts.total[0] == 100
    assert np.isnan(h.counts.total[1:]).all()


@pytest.mark.parametrize("first", [1, 4, 7])
def test_quarters_are_added_up_to_the_year_that_begins_where_the_counts_do(first: int) -> None:
    start = pd.Timestamp(2020, first, 1)
    starts = pd.date_range(start, periods=11, freq="QS")
    rows: Rows = [
        (str(s.date()), str((s + pd.offsets.QuarterEnd(startingMonth=3)).date()), 10.0 + i)
        for i, s in enumerate(starts)
    ]
    rows.append(
        (str(start.date()), str((start + pd.DateOffset(years=1)).date() - pd.Timedelta(days=1)), 46.0)
    )
    h = read(rows)
    assert h.value.tolist() == [46, 14 + 15 + 16 + 17]
    assert h.counts is not None
    assert h.counts.value[-3:].tolist() == [18, 37, 57]
    assert days(h)[0] == str((start + pd.DateOffset(years=1)).date() - pd.Timedelta(days=1))[:10]


def test_a_month_that_is_missing_is_not_made_up() -> None:
    months = [
        ("2022-01-01", "2022-01-31", 3.0),
        ("2022-02-01", "2022-02-28", 4.0),
        ("2022-04-01", "2022-04-30", 5.0),
    ]
    h = read([("2021-01-01", "2021-12-31", 90.0), *months])
    assert h.counts is not None
    assert h.counts.value.tolist() == [3, 7]


def test_rows_that_do_not_say_where_they_begin_mean_the_year() -> None:
    assert read([(None, "2021-12-31", 90), (None, "2022-12-31", 95)]).counts is None
    h = read([(None, "2021-12-31", 90), ("2022-01-01", "2022-12-31", 95), (None, "2023-06-30", 50)])
    assert h.value.tolist() == [90, 95]
    assert h.counts is not None
    assert h.counts.value.tolist() == [50]


def test_a_year_whose_end_was_never_told_is_an_interval_from_its_last_count_on() -> None:
    h = read(
        [("2021-01-01", "2021-12-31", 90), ("2022-01-01", "2022-09-30", 75), ("2023-01-01", "2023-05-31", 40)]
    )
    assert days(h) == ["2021-12-31", "2022-12-31"]
    assert h.low[1] == 75
    assert h.value[1] == pytest.approx(75 / (273 / 365))
    alone = read([("2023-01-01", "2023-06-30", 60)])
    assert days(alone) == ["2022-12-31"]
    assert alone.low[0] == 60
    assert 110 < alone.value[0] < 130


def test_what_was_known_by_a_day_is_all_that_is_read() -> None:
    rows: Rows = [
        ("2022-01-01", "2022-12-31", 90),
        ("2023-01-01", "2023-06-30", 60),
        ("2023-01-01", "2023-12-31", 110),
    ]
    assert read(rows, "2023-08-01").value.tolist() == [90]
    assert read(rows).value.tolist() == [90, 110]


def test_periods_of_several_years_are_none_of_a_year() -> None:
    five: Rows = [("2011-01-01", "2015-12-31", 400.0), ("2016-01-01", "2020-12-31", 700.0)]
    assert read(five).value.tolist() == [400, 700]
    assert read([*five, ("2021-01-01", "2021-12-31", 180.0)]).value.tolist() == [180]


def test_the_order_of_the_rows_plays_no_part() -> None:
    rows: Rows = [
        ("2021-01-01", "2021-12-31", 90), ("2021-10-01", "2021-12-31", 30), ("2021-01-01", "2021-03-31", 20),
        (None, "2022-12-31", 99), ("2023-01-01", "2023-03-31", 25), ("2023-04-01", "2023-06-30", 26),
    ]  # fmt: skip
    one, other = read(rows), read(rows[::-1])
    assert one.value.tolist() == other.value.tolist() == [90, 99]
    assert one.counts is not None
    assert other.counts is not None
    assert one.counts.value.tolist() == other.counts.value.tolist() == [20, 25, 51]
