"""The day on which a goal is reached: it lies before the deadline if, and only if, the goal is held there."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.attainment.reached import (
    HORIZON_YEARS,
    curve_of,
    days_reached,
    first_held,
    looks_of,
    reached_since,
    times_reached,
)
from forecasts.ledger.history import Timescale
from forecasts.ledger.timescale import CALENDAR

NEVER = np.array(["NaT"], "datetime64[D]")
LEVELS = (0.05, 0.2, 0.5, 0.8, 0.95)

chances = st.one_of(st.floats(0.0, 1.0), st.sampled_from([0.0, 1.0, *LEVELS]))
curves = st.lists(chances, min_size=10, max_size=10)
shares = st.sampled_from([0.0, 0.25, 0.4, 0.9])


def laid_out(curve: list[float], end: float, ahead: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    deadline = np.array([end + ahead])
    times = looks_of(np.array([end]), deadline)
    return times, np.array([curve]), deadline


@given(curves, st.floats(2000, 2030), st.floats(0.01, 15.0), st.booleans())
@settings(max_examples=300)
def test_in_time_if_and_only_if_held_at_the_deadline(
    curve: list[float], end: float, ahead: float, rising: bool
) -> None:
    times, chance, deadline = laid_out(sorted(curve) if rising else curve, end, ahead)
    at_deadline = chance[0, np.searchsorted(times[0], deadline[0], side="right") - 1]
    for level in LEVELS:
        found = times_reached(times, chance, deadline, level)[0]
        assert (found <= deadline[0]) == (at_deadline >= level)
        assert np.isnan(found) or times[0, 0] <= found <= times[0, -1]


@given(curves, st.floats(2000, 2030), st.floats(0.01, 9.9))
@settings(max_examples=200)
def test_what_is_surer_comes_later(curve: list[float], end: float, ahead: float) -> None:
    times, chance, deadline = laid_out(sorted(curve), end, ahead)
    found = [times_reached(times, chance, deadline, level)[0] for level in LEVELS]
    there = [t for t in found if not np.isnan(t)]
    assert there == sorted(there)
    assert not np.any(np.diff(np.isnan(found).astype(int)) < 0)  # once never, always never


@given(curves, st.floats(2000, 2030), st.floats(0.01, 15.0))
@settings(max_examples=200)
def test_from_that_time_on_it_is_held_up_to_the_deadline(
    curve: list[float], end: float, ahead: float
) -> None:
    times, chance, deadline = laid_out(curve, end, ahead)
    for level in LEVELS:
        found = times_reached(times, chance, deadline, level)[0]
        between = (times[0] > found) & (times[0] <= deadline[0])
        assert np.all(chance[0, between] >= level)
        after = (times[0] > deadline[0]) & (times[0] < found)
        assert np.all(chance[0, after] < level)


@given(
    curves, st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), st.integers(1, 4000), shares, st.booleans()
)
@settings(max_examples=300)
def test_rounding_to_days_moves_no_answer_across_the_deadline(
    curve: list[float], last: dt.date, ahead: int, share: float, rising: bool
) -> None:
    scale, day = Timescale(share), last + dt.timedelta(days=ahead)
    end, time = scale.years(last), scale.years(day)
    times, chance, deadline = laid_out(sorted(curve) if rising else curve, end, time - end)
    deadline = np.array([time])
    times = looks_of(np.array([end]), deadline)
    at_deadline = chance[0, np.searchsorted(times[0], time, side="right") - 1]
    days = []
    for level in LEVELS:
        found = days_reached(times, chance, deadline, np.array([day], "datetime64[D]"), level, scale, NEVER)[
            0
        ]
        held = at_deadline >= level
        assert (not np.isnat(found) and found <= np.datetime64(day)) == held
        days.append(found)
    there = [d for d in days if not np.isnat(d)]
    if rising:
        assert there == sorted(there)


def test_the_crossing_lies_where_the_logit_crosses() -> None:
    times, chance = np.array([[2020.0, 2021.0, 2022.0]]), np.array([[0.2, 0.5, 0.8]])
    late = np.array([2022.0])
    assert times_reached(times, chance, late, 0.5)[0] == pytest.approx(2021.0)
    middle = 1 / (1 + np.exp(-np.log(4) / 2))  # half way from even to four to one
    assert times_reached(times, chance, late, middle)[0] == pytest.approx(2021.5)
    assert times_reached(times, chance, late, 0.1)[0] == 2020.0
    assert np.isnan(times_reached(times, chance, late, 0.9)[0])


def test_what_is_reached_already_is_dated_by_the_figure_that_reached_it() -> None:
    end, late = np.array([2020.0]), np.array([2021.0])
    times = looks_of(end, late)
    curve = curve_of(np.array([True]), np.full(times.shape, 0.9))
    assert curve[0, 0] == 1.0
    assert times_reached(times, curve, late, 0.8)[0] == 2020.0
    days = np.array(["2016-12-31", "2017-12-31", "2018-12-31", "2019-12-31"], "datetime64[D]")
    since = reached_since(days, np.array([12.0, 9.0, 11.0, 10.0]), 10.0, below=False)
    assert since == np.datetime64("2018-12-31")
    found = days_reached(
        times, curve, late, np.array(["2020-12-31"], "datetime64[D]"), 0.8, CALENDAR, since[None]
    )
    assert found[0] == np.datetime64("2018-12-31")
    assert np.isnat(reached_since(days, np.array([12.0, 9.0, 11.0, 10.0]), 10.5, below=False))
    assert reached_since(days, np.array([9.0, 12.0, 9.0, 8.0]), 10.0, below=True) == days[2]


@given(st.lists(chances, min_size=2, max_size=40), st.data())
def test_among_consecutive_days_the_first_held_is_exact(chance: list[float], data: st.DataObject) -> None:
    deadline = data.draw(st.integers(0, len(chance) - 1))
    for level in LEVELS:
        found = first_held(np.array(chance), deadline, level)
        held = chance[deadline] >= level
        assert (found is not None and found <= deadline) == held
        if held:
            assert found is not None
            assert all(p >= level for p in chance[found : deadline + 1])
            assert found == 0 or chance[found - 1] < level
        elif found is not None:
            assert chance[found] >= level
            assert all(p < level for p in chance[deadline:found])


def test_nothing_is_looked_for_beyond_the_horizon() -> None:
    times = looks_of(np.array([2020.0]), np.array([2021.0]))
    assert times[0, -1] == 2020.0 + HORIZON_YEARS
    assert times.shape[1] == 10
