"""Several events by a copula: bounds, sums, independence, order, and the closed form as the yardstick."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from forecasts.attainment.outlook import FLOOR
from forecasts.models.base import Floats
from forecasts.models.paths import DRAWS, REPLICATES
from forecasts.whatif.copula import Events, events_of, independent, nearest_correlation, of_two

CHANCES = st.lists(st.floats(FLOOR, 1 - FLOOR), min_size=2, max_size=5).map(np.array)


def alike(count: int, correlation: float) -> Floats:
    return np.full((count, count), correlation) + (1 - correlation) * np.eye(count)


def told(chance: Floats, matrix: Floats, draws: int = DRAWS) -> Events:
    return with_error(chance, matrix, draws)[0]


def with_error(chance: Floats, matrix: Floats, draws: int = DRAWS) -> tuple[Events, Floats]:
    found, replicates = events_of(chance, np.tile(chance, (REPLICATES, 1)), matrix, draws, 1)
    return found, np.sqrt(replicates.var(0, ddof=1) / REPLICATES)


@st.composite
def joined(draw: st.DrawFn) -> tuple[Floats, Floats]:
    chance = draw(CHANCES)
    wanted = np.eye(len(chance))
    for i, j in zip(*np.triu_indices(len(chance), 1), strict=True):
        wanted[i, j] = wanted[j, i] = draw(st.floats(-1, 1))
    return chance, nearest_correlation(wanted)


@settings(max_examples=60)
@given(joined())
def test_nothing_lies_beyond_what_the_events_alone_allow(given: tuple[Floats, Floats]) -> None:
    chance, matrix = given
    found = told(chance, matrix).within(chance)
    every, some = found.at_least[-1], found.at_least[0]
    least, most = max(chance.sum() - len(chance) + 1, FLOOR), chance.min()
    assert least - 1e-12 <= every <= most + 1e-12
    assert chance.max() - 1e-12 <= some <= min(chance.sum(), 1 - FLOOR) + 1e-12
    assert np.all(np.diff(found.at_least) <= 0)
    assert np.all(found.alone <= np.maximum(1 - chance, FLOOR) + 1e-12)
    assert np.all((found.row >= FLOOR) & (found.row <= 1 - FLOOR))


@settings(max_examples=60)
@given(joined())
def test_what_is_counted_adds_up(given: tuple[Floats, Floats]) -> None:
    chance, matrix = given
    found = told(chance, matrix)
    exactly = -np.diff([1.0, *found.at_least, 0.0])
    assert exactly.sum() == pytest.approx(1.0)
    assert exactly.min() > -0.02
    # So many are met on average as they are likely one by one; and somebody fails first, unless all are met.
    assert found.at_least.sum() == pytest.approx(chance.sum())
    assert found.first.sum() + found.at_least[-1] == pytest.approx(1.0)
    # That exactly one fails is that one fails alone.
    assert found.alone.sum() == pytest.approx(exactly[-2])


@settings(max_examples=40)
@given(CHANCES)
def test_events_that_tell_nothing_of_each_other_multiply(chance: Floats) -> None:
    found = independent(chance)
    assert found.at_least[-1] == pytest.approx(chance.prod())
    assert found.at_least.sum() == pytest.approx(chance.sum())
    assert found.first.sum() + chance.prod() == pytest.approx(1.0, abs=1e-9)
    if len(chance) == 2:
        assert np.allclose(of_two(chance, 0.0).row, found.row, atol=1e-9)
    else:
        points, error = with_error(chance, np.eye(len(chance)))
        assert np.all(np.abs(points.row - found.row) < 6 * error + 1e-4)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(-0.99, 0.98))
def test_together_more_often_the_closer_they_hang_together(p: float, q: float, correlation: float) -> None:
    chance = np.array([p, q])
    low, high = of_two(chance, correlation), of_two(chance, correlation + 0.01)
    assert low.at_least[1] <= high.at_least[1]
    assert low.at_least[0] >= high.at_least[0]


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_two_that_cannot_be_told_apart_or_exclude_each_other(p: float, q: float) -> None:
    chance = np.array([p, q])
    same, opposite = of_two(chance, 1.0), of_two(chance, -1.0)
    assert same.at_least == pytest.approx([max(p, q), min(p, q)])
    assert opposite.at_least[1] == pytest.approx(max(p + q - 1, 0), abs=1e-9)
    assert same.first.sum() == pytest.approx(1 - min(p, q), abs=1e-6)
    assert opposite.first.sum() == pytest.approx(1 - opposite.at_least[1], abs=1e-6)


def test_three_are_counted_as_the_integral_says() -> None:
    chance = np.array([0.7, 0.5, 0.2])
    matrix = np.array([[1, 0.5, -0.2], [0.5, 1, 0.3], [-0.2, 0.3, 1]])
    found, errors = with_error(chance, matrix)
    exact = multivariate_normal(np.zeros(3), matrix).cdf(ndtri(chance), rng=np.random.default_rng(1))
    assert 0 < errors[2] < 5e-4
    assert found.at_least[2] == pytest.approx(exact, abs=4 * errors[2])


def test_the_error_is_what_other_seeds_stray_by() -> None:
    chance, matrix = np.array([0.6, 0.5, 0.4]), alike(3, 0.4)
    by_replicate = np.tile(chance, (REPLICATES, 1))
    found = [events_of(chance, by_replicate, matrix, DRAWS, seed) for seed in range(20)]
    strayed = np.std([events.at_least[2] for events, _ in found], ddof=1)
    stated = np.mean([np.sqrt(rows[:, 2].var(ddof=1) / REPLICATES) for _, rows in found])
    assert 0.5 * strayed < stated < 2 * strayed


@pytest.mark.parametrize("count", [2, 3, 4])
def test_one_more_event_never_makes_all_of_them_likelier(count: int) -> None:
    chance = np.array([0.8, 0.7, 0.9, 0.97, 0.99])
    for correlation in (0.0, 0.5, 0.9):
        fewer, error = with_error(chance[:count], alike(count, correlation))
        more, other = with_error(chance[: count + 1], alike(count + 1, correlation))
        off = np.hypot(error[count - 1], other[count])
        assert off < 1e-3
        assert more.at_least[-1] <= fewer.at_least[-1] + 4 * off


def test_correlations_that_cannot_all_be_true_become_the_nearest_that_can() -> None:
    wanted = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    found = nearest_correlation(wanted)
    assert np.linalg.eigvalsh(found).min() > -1e-9
    assert np.allclose(np.diag(found), 1)
    # By symmetry the nearest has one size of all three; Higham's answer for it is a half.
    assert np.allclose(np.abs(found[np.triu_indices(3, 1)]), 0.5, atol=1e-3)
    sound = alike(3, 0.4)
    assert nearest_correlation(sound) is sound
