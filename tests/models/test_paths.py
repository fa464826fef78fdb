"""Paths: their laws are the model's at every time, they move like what they are of, they repeat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.gamma import GammaTotal
from forecasts.models.laws import RATE, SHARE
from forecasts.models.paths import DRAWS, REPLICATES, Drawn, coupled, ranked, tabled
from forecasts.models.reference import Reference
from forecasts.models.trend import Trend

MONTHS = np.arange(1, 25) / 12


def history(kind: Kind, values: list[float], step: str = "Y") -> History:
    days = (np.arange(len(values)) + np.datetime64("2012", step) + 1).astype("datetime64[D]") - 1
    held = np.array(values, float)
    upper = 100.0 if kind is Kind.SHARE else np.inf
    return History("i", "r", kind, days, held, held, np.zeros(len(held)), upper=upper)


PASTS = {
    Kind.STOCK: (Trend(), history(Kind.STOCK, [800, 870, 930, 1010, 1060, 1150])),
    Kind.CUMULATIVE: (Trend(), history(Kind.CUMULATIVE, [10, 24, 41, 55, 70, 90])),
    Kind.SHARE: (SHARE, history(Kind.SHARE, [50, 55, 61, 64, 70])),
    Kind.RATE: (RATE, history(Kind.RATE, [5.1, 4.2, 6.0, 5.5, 4.9])),
}


def drawn(kind: Kind, draws: int = DRAWS, seed: int = 1) -> Drawn:
    model, past = PASTS[kind]
    end = float(past.years[-1])
    return Drawn(model.fit(past, Reference(), 1), past, end + MONTHS, end + 1.0, draws, seed)


@pytest.mark.parametrize("kind", PASTS)
def test_at_every_time_the_draws_have_the_models_law(kind: Kind) -> None:
    paths = drawn(kind)
    for ahead in (0.04, 0.25, 0.52, 1.0, 1.97):
        time = paths.start + ahead
        values = np.sort(paths.at(time))
        assert np.array_equal(values, np.sort(paths.sorted_at(time)))
        inner = values[len(values) // 100 : -len(values) // 100 : 50]
        rank = np.searchsorted(values, inner, side="left") / len(values)
        assert np.abs(paths.law.cdf(time, inner) - rank).max() < 0.004
    assert np.all(paths.at(paths.start) == paths.history.value[-1])


def test_what_never_falls_never_falls_on_any_path_from_node_to_node() -> None:
    for model in (Trend(), GammaTotal()):
        past = PASTS[Kind.CUMULATIVE][1]
        end = float(past.years[-1])
        paths = Drawn(model.fit(past, Reference(), 1), past, end + MONTHS, end + 1.0)
        values = np.stack([paths.at(end), *(paths.at(t) for t in end + MONTHS)], axis=1)
        assert np.all(np.diff(values, axis=1) >= 0)
        assert len(np.unique(ranked(values.T)[:, 0])) > 1  # they change their places
        order = values.argsort(axis=0, kind="stable")
        assert np.any(order[:, 6] != order[:, 20])


def test_equal_seeds_repeat_other_seeds_and_more_draws_do_not() -> None:
    at = drawn(Kind.STOCK).start + 0.7
    assert np.array_equal(drawn(Kind.STOCK).at(at), drawn(Kind.STOCK).at(at))
    assert not np.array_equal(drawn(Kind.STOCK).at(at), drawn(Kind.STOCK, seed=2).at(at))
    assert len(drawn(Kind.STOCK, draws=1000).at(at)) == 1000
    assert len(drawn(Kind.STOCK, draws=1001).at(at)) == 1008  # a whole number of replicates


def test_what_was_asked_before_decides_nothing() -> None:
    for kind in PASTS:
        one, other = drawn(kind), drawn(kind)
        times = one.start + np.array([0.3, 1.0, 1.6])
        forwards = [one.at(float(t)) for t in times]
        backwards = [other.at(float(t)) for t in times[::-1]][::-1]
        assert all(np.array_equal(a, b) for a, b in zip(forwards, backwards, strict=True))


def test_the_uniform_numbers_of_scenarios_are_even_and_apart() -> None:
    paths = drawn(Kind.STOCK)
    columns = np.stack([paths.uniform(i) for i in (0, 1, 7, 200)])
    assert columns.mean(1) == pytest.approx([0.5] * 4, abs=0.02)
    # With the rank at the focus the points are even in the plane, too.
    rank = np.argsort(np.argsort(paths.at(paths.focus))) / paths.size / REPLICATES
    assert np.mean((rank < 0.5) & (columns[0] < 0.5)) == pytest.approx(0.25, abs=0.005)
    assert np.abs(np.corrcoef(columns) - np.eye(4)).max() < 0.06


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**31))
def test_a_coupling_gives_every_path_a_value_of_its_own_that_it_may_have(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = np.sort(rng.normal(size=n).round(1))
    grid = before + rng.exponential(size=n).round(1).cumsum() * 0.1
    had = rng.permutation(before)
    place = coupled(had, grid, rng.normal(size=n))
    assert sorted(place.tolist()) == list(range(n))
    assert np.all(grid[place] >= had)


def test_a_coupling_without_need_follows_the_scores() -> None:
    score = np.array([0.3, -1.0, 2.0, 0.5])
    assert np.array_equal(coupled(np.zeros(4), np.arange(1.0, 5.0), score), ranked(score[None])[0])


def test_a_law_is_tabled_as_it_is() -> None:
    from scipy.special import ndtr

    from forecasts.models.paths import SCORES

    for kind, (model, past) in PASTS.items():
        law = model.fit(past, Reference(), 1)
        time = float(past.years[-1]) + 0.8
        levels = ndtr(SCORES[40:-40])
        assert law.cdf(time, tabled(law, time)[40:-40]) == pytest.approx(levels, abs=0.003), kind


def test_months_move_as_far_as_the_model_says_of_one_month() -> None:
    """A stock told by the month: one rank held to the end would hardly move, as no such series does."""
    rng = np.random.default_rng(4)
    moves = 0.01 + 0.03 * rng.standard_normal(72)
    past = history(Kind.STOCK, (100 * np.exp(np.cumsum(moves))).tolist(), "M")
    law, end = Trend().fit(past, Reference(), 1), float(past.years[-1])
    paths = Drawn(law, past, end + MONTHS, end + 1.0)
    values = np.log(np.stack([paths.at(t) for t in end + MONTHS[:12]], axis=1))
    moved = float(np.median(np.diff(values, axis=1).std(axis=1)))
    assert 0.6 * 0.03 < moved < 1.7 * 0.03
