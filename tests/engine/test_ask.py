"""One road: a question's answer does not depend on its company, and keeps what a probability must keep."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.engine import ask as road
from forecasts.engine.ask import Answers, Ask, Peers, forecast, learn_from, look_ahead
from forecasts.engine.learned import learned
from forecasts.engine.series import Series, ahead_of, borrow_past, clean
from tests.engine.made import growing, some_asks

GOALS = np.array([0.3, 0.9, 1.0, 1.1, 1.5, 4.0])


def chances(answers: Answers, asks: list[Ask]) -> list[np.ndarray]:
    """Return P of several goals for each ask, a row a time."""
    found = []
    for ask, rows in zip(asks, answers.rows, strict=True):
        goals = np.tile(GOALS * max(float(ask.own.values[-1]), 1.0), (len(rows), 1))
        found.append(answers.futures.rows(rows).survival(goals))
    return found


def assert_same(a: list[np.ndarray], b: list[np.ndarray], within: float = 1e-11) -> None:
    for x, y in zip(a, b, strict=True):
        assert x == pytest.approx(y, rel=0, abs=within)


@given(some_asks(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_an_answer_does_not_depend_on_its_company(asks: list[Ask], random: object) -> None:
    alone = [chances(forecast([ask], learned()), [ask])[0] for ask in asks]
    assert_same(alone, chances(forecast(asks, learned()), asks))
    order = list(range(len(asks)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = [asks[i] for i in order]
    assert_same([alone[i] for i in order], chances(forecast(shuffled, learned()), shuffled))
    rng = np.random.default_rng(1)
    # Enough strangers that gaps are shared, which they are not alone.
    company = [
        Ask(growing(rng, len(asks[0].own.values), f"x{i}"), asks[0].times, asks[0].peers) for i in range(40)
    ]
    crowd = [*company[:20], *asks, *company[20:]]
    assert_same(alone, chances(forecast(crowd, learned()), crowd)[20:-20])


@given(some_asks(3, 6))
@settings(max_examples=15, deadline=None)
def test_blocks_leave_no_trace(asks: list[Ask]) -> None:
    whole = chances(forecast(asks, learned()), asks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(road, "BLOCK", 0)
        assert_same(whole, chances(forecast(asks, learned()), asks))


@given(some_asks(1, 2))
@settings(max_examples=30, deadline=None)
def test_one_that_is_asked_again_and_again_hears_the_same(asks: list[Ask]) -> None:
    for ask in asks:
        bulk = chances(forecast([ask], learned()), [ask])[0]
        history, lesson = learn_from(ask, learned())
        goals = np.tile(GOALS * max(float(ask.own.values[-1]), 1.0), (len(ask.times), 1))
        lazy = look_ahead(history, lesson, ask.times, learned()).survival(goals)
        assert lazy == pytest.approx(bulk, rel=0, abs=1e-12)


@given(some_asks(1, 3))
@settings(max_examples=30, deadline=None)
def test_a_higher_goal_is_less_likely_and_quantiles_invert(asks: list[Ask]) -> None:
    answers = forecast(asks, learned())
    for chance in chances(answers, asks):
        assert np.all(np.diff(chance, axis=1) <= 1e-12)
        assert np.all((chance >= 0) & (chance <= 1))
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    quantiles = answers.futures.quantiles(levels)
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles, axis=1) >= 0)
    above = quantiles > answers.futures.floor[:, None]
    back = 1 - answers.futures.survival(quantiles)
    assert np.abs(np.where(above, back - levels, 0)).max() < 0.005


@given(some_asks(1, 2), st.sampled_from([1e-6, 1e-2, 1e5, 1e8]))
@settings(max_examples=20, deadline=None)
def test_the_unit_plays_no_part(asks: list[Ask], unit: float) -> None:
    def other(s: Series) -> Series:
        return replace(s, values=s.values * unit, low=None if s.low is None else s.low * unit)

    for ask in (a for a in asks if a.own.values[-1] > 0):
        peers = Peers(tuple(map(other, ask.peers.members))) if ask.peers else None
        goals = np.tile(GOALS * ask.own.values[-1], (len(ask.times), 1))
        plain = forecast([ask], learned())
        scaled = forecast([replace(ask, own=other(ask.own), peers=peers)], learned())
        assert scaled.futures.rows(scaled.rows[0]).survival(goals * unit) == pytest.approx(
            plain.futures.rows(plain.rows[0]).survival(goals), abs=1e-8
        )


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=7), st.floats(0.1, 6.0))
@settings(max_examples=40, deadline=None)
def test_a_total_never_falls_below_its_floor(steps: list[float], ahead: float) -> None:
    total = np.cumsum(steps)
    own = Series(np.arange(float(len(total))), total, "t", never_falls=True, low=float(total[-1]) * 0.99)
    futures = forecast([Ask(own, np.array([own.times[-1] + ahead]))], learned()).futures
    assert np.all(futures.quantiles(np.array([0.001, 0.1, 0.5])) >= total[-1] * 0.99)
    assert futures.survival(np.array([[total[-1] * 0.99]])) == 1.0


def crowd(seed: int = 0, n: int = 8) -> tuple[Series, ...]:
    rng = np.random.default_rng(seed)
    return tuple(growing(rng, 7, f"p{i}") for i in range(n))


def chance(ask: Ask) -> np.ndarray:
    return chances(forecast([ask], learned()), [ask])[0]


def test_a_series_does_not_teach_itself_under_any_name() -> None:
    peers, own = crowd(), growing(np.random.default_rng(9), 7, "me")
    twin = replace(own, name="my other name")
    asks = [
        Ask(own, np.array([2008.0]), Peers(members))
        for members in ((*peers, own), (*peers, twin), (*peers, own, twin))
    ]
    weights = [learn_from(ask, learned())[1].weights for ask in asks]
    assert weights[1] == pytest.approx(weights[0], rel=1e-9, abs=1e-13)
    assert weights[2] == pytest.approx(weights[0], rel=1e-9, abs=1e-13)
    stranger = growing(np.random.default_rng(10), 7, "x")
    counted = Ask(own, np.array([2008.0]), Peers((*peers, stranger)))
    named = replace(counted, without=frozenset({"x"}))
    assert not np.array_equal(chance(counted), chance(named))


def test_a_class_of_one_name_teaches_nothing() -> None:
    own = crowd(1)[0]
    alone = Ask(own, np.array([2008.0]))
    for members in ((), (own,), (own, Series(np.array([2000.0]), np.array([5.0]), "one value"))):
        assert np.array_equal(chance(alone), chance(replace(alone, peers=Peers(members))))


def test_a_short_series_borrows_a_past_if_a_pace_is_given() -> None:
    own = Series(np.array([2005.0]), np.array([100.0]), "short")
    slow, fast = (learn_from(Ask(own, own.times, pace=(p, 0.02)), learned())[0].relative for p in (0.02, 0.3))
    assert slow[0] > fast[0]
    assert len(learn_from(Ask(own, own.times), learned())[0].relative) == 1
    long = crowd()[0]
    assert borrow_past(long, 0.1, 0.1) is long


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=7), st.booleans())
def test_what_was_never_negative_stays_so(values: list[float], ends_in_zero: bool) -> None:
    seen = np.array([*values, 0.0] if ends_in_zero else values)
    series = Series(np.arange(float(len(seen))), seen)
    answers = forecast([Ask(series, np.array([len(seen) + 1.0]))], learned())
    quantiles = answers.futures.quantiles([0.025, 0.5, 0.975])
    assert quantiles.min() >= 0
    assert answers.futures.survival(np.zeros((1, 1)))[0, 0] == 1.0


def test_zeros_have_the_size_of_their_class() -> None:
    own = Series(np.arange(3.0), np.zeros(3), "zeros")
    size = float(np.median([abs(p.values[-1]) for p in crowd()]))
    assert learn_from(Ask(own, own.times, Peers((*crowd(), own))), learned())[0].scale == pytest.approx(size)
    assert learn_from(Ask(own, own.times), learned())[0].scale == 1.0


def test_what_is_shared_is_one_row() -> None:
    own, peers = crowd()[0], Peers(crowd())
    asks = [Ask(own, np.array([2007.0, 2008.0]), peers), Ask(own, np.array([2008.0]), peers)]
    answers = forecast([*asks, Ask(own, np.array([2008.0]))], learned())
    assert len(answers.futures) == 3
    assert answers.rows[0][1] == answers.rows[1][0] != answers.rows[2][0]


def test_no_question_has_no_answer() -> None:
    assert len(forecast([], learned()).futures) == 0
    answers = forecast([Ask(crowd()[0], np.zeros(0))], learned())
    assert len(answers.rows[0]) == 0


def test_a_series_is_checked_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="strictly increasing"):
        Series(np.array([1.0, 1.0]), np.ones(2), "x")
    with pytest.raises(ValueError, match="one length"):
        Series(np.array([1.0, 2.0]), np.ones(3), "x")


def test_days_off_are_whole_steps() -> None:
    history = clean(Series(np.array([0.0, 1.003, 1.998]), np.array([0.0, 2.0, 3.0])))
    assert history.gaps.tolist() == [1.0]
    assert ahead_of(history, 3.02) == 1.0
    assert ahead_of(history, 3.5) == pytest.approx(1.502)
