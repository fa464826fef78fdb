"""Time on which growth is even: a day becomes a time and comes back."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecasts.ledger.history import Timescale

EVERY_DAY = np.arange(np.datetime64("1950-01-01"), np.datetime64("2101-01-01"))
OCTOBER = EVERY_DAY.astype("datetime64[M]").astype(int) % 12 >= 9

shares = st.floats(0.0, 0.99, exclude_max=True)


@given(shares)
@example(0.0)
@example(0.25)
@example(0.25 + 1e-13)
@example(0.5)
@example(0.9)
@example(0.98)
def test_every_day_comes_back(share: float) -> None:
    scale = Timescale(share)
    times = scale.years_of(EVERY_DAY)
    assert np.all(np.diff(times) >= 0)
    back = scale.days_at(times)
    # Where a fourth quarter stands still its days share one time, that of its eve: the first is meant.
    still = np.append(False, np.diff(times) < 2e-9)
    assert np.array_equal(back[~still], EVERY_DAY[~still])
    assert np.all(back <= EVERY_DAY)
    np.testing.assert_allclose(scale.years_of(back), times, atol=1e-6)


def test_only_a_fourth_quarter_stands_still() -> None:
    times = Timescale(0.0).years_of(EVERY_DAY)
    moves = np.append(True, np.diff(times) > 0)
    assert np.array_equal(moves[1:], ~OCTOBER[1:])


@given(st.lists(st.floats(1950.01, 2100.0), min_size=2, max_size=40), shares)
def test_days_follow_times(times: list[float], share: float) -> None:
    scale, ordered = Timescale(share), np.sort(times)
    days = scale.days_at(ordered)
    assert np.all(np.diff(days) >= np.timedelta64(0))
    # By the end of that day the time has come, and not a day earlier.
    assert np.all(scale.years_of(days) >= ordered - 2e-9)
    assert np.all(scale.years_of(days - np.timedelta64(1, "D")) < ordered)


@given(shares, st.integers(1950, 2099))
def test_a_year_is_a_year_and_its_share_falls_in_its_fourth_quarter(share: float, year: int) -> None:
    ends = np.array([f"{year}-09-30", f"{year}-12-31"], "datetime64[D]")
    september, december = Timescale(share).years_of(ends)
    assert december == pytest.approx(year + 1, abs=1e-9)
    quarter = share if abs(share - 0.25) > 1e-12 else 92 / (366 if year % 4 == 0 else 365)
    assert december - september == pytest.approx(quarter, abs=1e-9)
