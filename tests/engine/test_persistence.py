"""A class's persistence: what its members did with goals of their own pace moves the answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.engine.ask import Ask, Peers, forecast
from forecasts.engine.learned import Learned, learned
from forecasts.engine.persistence import EACH, MEMBERS, Trial, evidence, persistence_of, some, trials_of
from forecasts.engine.series import Series
from tests.engine.made import growing

GOALS = np.array([[100.0, 110.0, 120.0, 140.0]])


def line(name: str, growth: list[float], never_falls: bool = False) -> Series:
    values = 100 * np.cumprod(1 + np.array([0.0, *growth]))
    return Series(np.arange(float(len(values))), values, name, never_falls=never_falls)


def test_a_trial_knows_nothing_of_what_came_later() -> None:
    own = line("a", [0.1, 0.1, 0.1, 0.2, 0.05])
    trials = trials_of(own)
    assert 0 < len(trials) <= EACH
    for trial in trials:
        assert trial.seen.times[-1] <= trial.time - 0.7
        assert len(trial.seen.values) >= 2
        assert np.all(np.diff(trial.goals) > 0)
        assert trial.hits.tolist() == (own.values[own.times == trial.time][0] >= trial.goals).tolist()
    assert trials_of(own) is trials


def test_what_does_not_grow_sets_no_goal() -> None:
    assert trials_of(line("a", [-0.1, -0.1, -0.1])) == ()
    assert trials_of(line("a", [0.1])) == ()
    assert trials_of(Series(np.array([2000.0]), np.array([1.0]))) == ()


def tried(name: str, day: float, hits: list[float]) -> tuple[Trial, tuple[float, float]]:
    trial = Trial(line(name, [0.1]), day, np.arange(float(len(hits))), np.array(hits))
    return trial, evidence([trial], np.full((1, len(hits)), 0.5))[0]


def test_a_day_is_one_look_however_many_speak() -> None:
    few = persistence_of([tried(f"m{i}", 1.0, [1.0, 1.0]) for i in range(3)])
    many = persistence_of([tried(f"m{i}", 1.0, [1.0, 1.0]) for i in range(300)])
    days = persistence_of([tried(f"m{i}", float(i % 10), [1.0, 1.0]) for i in range(300)])
    moved = [p.departure(frozenset(), 0.5, 1.0) for p in (few, many, days)]
    assert 0 < moved[0] < moved[1] < moved[2]
    assert moved[1] <= 0.5 / (0.5 + 1.0) * 2.0 + 1e-9
    one = persistence_of([tried("m0", 1.0, [1.0, 1.0])])
    assert one.departure(frozenset({"m0"}), 0.5, 1.0) == 0.0


def test_one_leaves_itself_out() -> None:
    whole = persistence_of([tried("a", 1.0, [1.0, 1.0]), tried("b", 1.0, [0.0, 0.0])])
    alone = persistence_of([tried("b", 1.0, [0.0, 0.0])])
    assert whole.departure(frozenset({"a"}), 0.5, 1.0) == pytest.approx(
        alone.departure(frozenset(), 0.5, 1.0)
    )


def test_of_a_large_class_evenly_many_are_tried() -> None:
    members = [line(f"m{i}", [0.1]) for i in range(500)]
    assert len(some(members)) == MEMBERS
    assert some(members[:7]) == members[:7]


def lasting(share: float) -> Learned:
    law = np.tile([0.5, 0.5, share], (2, 1))
    return replace(learned(), persistence=law)


def chance(growth: list[float], numbers: Learned) -> np.ndarray:
    rng = np.random.default_rng(0)
    peers = Peers(tuple(line(f"p{i}", [g + rng.normal(0, 0.002) for g in growth]) for i in range(8)))
    answers = forecast([Ask(line("me", growth), np.array([len(growth) + 1.0]), peers)], numbers)
    return answers.futures.survival(GOALS * answers.futures.scale[0] / 100)


def test_who_reached_more_than_was_said_raises_the_answer() -> None:
    rising, falling = [0.05, 0.07, 0.1, 0.14, 0.2, 0.3], [0.3, 0.2, 0.14, 0.1, 0.07, 0.05]
    assert np.all(chance(rising, lasting(0.5))[0, 1:] > chance(rising, lasting(0.0))[0, 1:])
    assert np.all(chance(falling, lasting(0.5))[0, 1:] < chance(falling, lasting(0.0))[0, 1:])


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_without_a_class_nothing_moves(seed: int) -> None:
    own = growing(np.random.default_rng(seed), 6, "me")
    ask = Ask(own, np.array([2008.0]))
    with_it, without = (forecast([ask], lasting(s)).futures for s in (0.8, 0.0))
    assert np.array_equal(with_it.calibration.shift, without.calibration.shift)
