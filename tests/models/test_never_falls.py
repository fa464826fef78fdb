"""A future that is known not to fall: the rest of the law, given that."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.models.base import Floats, LogNormalMixture, NeverFalls, SampledPaths

LEVELS = np.linspace(0.01, 0.99, 25)


def walk(drift: float, sd: float) -> LogNormalMixture:
    """Return a random walk of the logarithm from 100 on, at time 0."""

    def moments(time: float) -> tuple[Floats, Floats]:
        return np.array([np.log(100) + drift * time]), np.array([sd * np.sqrt(time)])

    def steps(times: Floats, component: np.ndarray, rng: np.random.Generator) -> Floats:
        span = np.diff(times, prepend=0.0)
        step = rng.normal(drift * span, sd * np.sqrt(span), (len(component), len(times)))
        return np.log(100) + np.cumsum(step, 1)

    return LogNormalMixture(np.ones(1), moments, steps)


futures = st.builds(
    lambda drift, sd, last: NeverFalls(walk(drift, sd), last),
    st.floats(-0.3, 0.5), st.floats(0.02, 0.6), st.floats(60.0, 130.0),
)  # fmt: skip
times = st.floats(0.05, 5.0)


@given(futures, times)
@settings(max_examples=60)
def test_it_is_a_distribution_from_the_last_value_on(future: NeverFalls, time: float) -> None:
    values = np.concatenate([np.linspace(0, future.last, 5), np.geomspace(future.last, 1e4, 60)])
    chance = future.cdf(time, values)
    assert np.all((chance >= 0) & (chance <= 1))
    assert np.all(np.diff(chance) >= -1e-12)
    assert np.all(chance[values <= future.last] == 0)


@given(futures, times)
@settings(max_examples=60)
def test_quantiles_invert_the_law_and_never_fall_below(future: NeverFalls, time: float) -> None:
    quantiles = future.quantile(time, LEVELS)
    assert np.all(quantiles >= future.last)
    assert np.all(np.diff(quantiles) >= 0)
    if float(future.inner.cdf(time, future.last)) < 0.999:  # beyond it lies next to nothing to invert
        assert future.cdf(time, quantiles) == pytest.approx(LEVELS, abs=1e-6)


@given(futures, times)
@settings(max_examples=60)
def test_it_is_the_inner_law_given_that_it_is_above(future: NeverFalls, time: float) -> None:
    below = float(future.inner.cdf(time, future.last))
    if below > 0.999:
        return
    values = future.last * np.array([1.05, 1.3, 2.0])
    left = 1 - future.cdf(time, values)
    assert left == pytest.approx((1 - future.inner.cdf(time, values)) / (1 - below), abs=1e-9)
    assert np.all(left >= 1 - future.inner.cdf(time, values) - 1e-12), "a higher value only gets likelier"


@given(futures, st.integers(0, 99))
@settings(max_examples=30)
def test_paths_never_fall_and_are_told_by_their_seed(future: NeverFalls, seed: int) -> None:
    at = np.array([0.25, 0.5, 1.0, 3.0])
    paths = future.paths(at, 200, np.random.default_rng(seed))
    assert paths.shape == (200, 4)
    assert np.all(np.diff(paths, axis=1) >= 0)
    assert np.all(paths >= future.last)
    assert np.array_equal(paths, future.paths(at, 200, np.random.default_rng(seed)))


def test_where_nothing_can_fall_nothing_changes() -> None:
    inner = walk(0.2, 0.1)
    future = NeverFalls(inner, 1.0)
    assert future.quantile(1.0, LEVELS) == pytest.approx(inner.quantile(1.0, LEVELS))
    assert future.cdf(1.0, [90.0, 120.0]) == pytest.approx(inner.cdf(1.0, [90.0, 120.0]))


def test_draws_and_looks_ahead_are_the_inner_futures() -> None:
    drawn = SampledPaths(np.array([0.0, 1.0]), np.array([[1.0, 2.0], [1.0, 3.0]]))
    assert NeverFalls(drawn, 1.0).draws == 2
    assert NeverFalls(walk(0.1, 0.1), 1.0).draws is None
