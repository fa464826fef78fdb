"""The motion of level and slope is that of continuous time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from forecasts.engine.filter import State, advance
from forecasts.engine.grid import Cells
from forecasts.engine.motion import Motion, motion

DAMP = st.one_of(st.sampled_from([1.0, 1 - 1e-12, 1 - 1e-7, 0.9999, 0.91, 0.9]), st.floats(0.05, 0.999))
GAP = st.floats(0.02, 12.0)


def cell(damp: float) -> Cells:
    """Return a cell that moves."""
    return Cells(*(np.array([v]) for v in (0.0, 0.7, 0.2, 0.6, damp, 1.3, 0.04)))


def after(gap: float, start: State, c: Cells) -> State:
    return advance(start, motion(np.array([gap]), c), c)


def begin() -> State:
    return State(*(np.full((1, 1, 1), v) for v in (0.5, 0.3, 0.4, 0.1, 0.9, 0.0, 0.0)))


def moments(s: State) -> list[float]:
    return [float(x[0, 0, 0]) for x in (s.level, s.slope, s.v00, s.v01, s.v11)]


@given(DAMP, GAP, st.floats(0.05, 0.95))
@settings(max_examples=200, deadline=None)
def test_two_steps_are_one(damp: float, gap: float, part: float) -> None:
    c = cell(damp)
    once = after(gap, begin(), c)
    twice = after(gap - gap * part, after(gap * part, begin(), c), c)
    assert moments(twice) == pytest.approx(moments(once), rel=1e-12, abs=1e-12)


def test_two_half_years_are_a_year() -> None:
    for damp in (1.0, 0.9, 0.5, 0.2):
        c = cell(damp)
        assert moments(after(0.5, after(0.5, begin(), c), c)) == pytest.approx(
            moments(after(1.0, begin(), c)), abs=1e-12
        )


def van_loan(damp: float, gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Return transition and covariance of (level, yearly slope) by a matrix exponential (Van Loan, 1978)."""
    k = -np.log(damp)
    year = 1.0 if k == 0 else (1 - damp) / k
    noise = 0.6 * (1.0 if k == 0 else 2 * k / (1 - damp**2))  # so that a year adds 0.6
    a = np.array([[0.0, 1 / year], [0.0, -k]])
    q = np.diag([0.7, noise])
    big = expm(np.block([[-a, q], [np.zeros((2, 2)), a.T]]) * gap)
    transition = big[2:, 2:].T
    return transition, transition @ big[:2, 2:]


@given(st.one_of(st.just(1.0), st.floats(0.2, 0.99)), st.floats(0.05, 2.5))
@settings(max_examples=60, deadline=None)
def test_a_motion_is_the_matrix_exponential(damp: float, gap: float) -> None:
    transition, noise = van_loan(damp, gap)
    m: Motion = motion(np.array([gap]), cell(damp))
    ours = [float(np.ravel(x)[0]) for x in (m.reach, m.keep, m.noise00, m.noise01, m.noise11)]
    theirs = [transition[0, 1], transition[1, 1], noise[0, 0], noise[0, 1], noise[1, 1]]
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-11)


def test_the_slope_is_what_the_coming_year_brings() -> None:
    for damp in (1.0, 0.8, 0.3):
        assert float(np.ravel(motion(np.array([1.0]), cell(damp)).reach)[0]) == pytest.approx(1.0, abs=1e-14)
