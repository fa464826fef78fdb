"""The learning: the file that ships can be made again, and what it is worth is measured."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.engine.ask import Ask, Peers, forecast
from forecasts.engine.grid import SIZES
from forecasts.engine.learn.fit import learn, training_set
from forecasts.engine.learn.prune import CELLS, pruned
from forecasts.engine.learn.scores import brier_skill, folds_of, left_out, scored, skill_error
from forecasts.engine.learn.units import LEVELS, Units, units_of
from forecasts.engine.learned import FEWS, KINDS, LASTING, MIDDLE, SCORE, Calibration, Learned, learned
from forecasts.engine.pace import class_pace, newest_pace
from forecasts.engine.series import Series
from tests.conftest import ROOT

TRAIN = Path(os.environ.get("FORECASTS_TRAIN", ROOT.parent / "shared" / "bench" / "train.parquet"))


def test_what_ships_is_whole() -> None:
    ships = learned()
    assert ships.weights.shape == (len(KINDS), len(ships.grid))
    assert ships.weights.sum(1) == pytest.approx(1)
    assert np.all(ships.weights > 0)
    assert ships.few.shape == (len(KINDS), len(FEWS), 2)
    assert np.all(ships.few[..., 1] > 0)
    assert ships.persistence.shape == (len(KINDS), len(LASTING))
    assert 0 <= ships.persistence[:, -1].min() <= ships.persistence[:, -1].max() <= 1
    assert Learned.from_json(ships.to_json()).to_json() == ships.to_json()
    assert ships.scores[SCORE]["brier_skill"] >= 0.08


@pytest.mark.parametrize("n", range(1, 9))
def test_a_calibration_never_turns_a_ranking_round(n: int) -> None:
    for kind in range(len(KINDS)):
        for flow in (0.0, 0.5, 1.0):
            for seen in (n, n + 3):
                counts = [np.array([x]) for x in (seen, n)]
                one = learned().calibrate(np.array([kind]), np.array([flow]), *counts)
                raw = np.linspace(-12, 12, 97)[None]
                assert np.all(np.diff(one.stated(raw)) > 0)
                assert one.raw(one.stated(raw)) == pytest.approx(raw)


@given(st.floats(-3, 3), st.floats(0.3, 2), st.floats(0.3, 2), st.floats(-3, 3))
def test_few_figures_move_the_middle_and_keep_the_tails(
    intercept: float, slope: float, turn: float, shift: float
) -> None:
    one = Calibration(*(np.array([x]) for x in (intercept, slope, turn, shift)))
    line = np.linspace(-9, 9, 73)
    raw = ((line - intercept) / slope)[None]
    stated = one.stated(raw)[0]
    steps = np.diff(stated) / np.diff(line)
    within = np.abs((line[1:] + line[:-1]) / 2) < MIDDLE
    assert steps[within] == pytest.approx(turn)
    assert steps[~within] == pytest.approx(1)
    assert one.raw(stated[None]) == pytest.approx(raw)


def test_one_figure_of_a_steady_class_has_no_absurd_band() -> None:
    rng = np.random.default_rng(5)
    paces = rng.normal(np.linspace(0.19, 0.29, 20)[:, None], 0.02, (20, 5))
    members = [
        Series(2015 + np.arange(6.0), 900 * np.exp(np.cumsum([0.0, *each])), f"region {i}")
        for i, each in enumerate(paces)
    ]
    me = Series(np.array([2020.0]), np.array([1036.0]), "me")
    pace = class_pace([newest_pace(m) for m in members])
    asked = Ask(me, np.array([2021.0]), Peers(tuple(members)), pace=pace)
    low, high = forecast([asked], learned()).futures.quantiles([0.05, 0.95])[0] / 1036
    # The slowest member grows by a fifth a year, the fastest by a third.
    assert 0.9 < low < 1.2
    assert 1.35 < high < 1.8


def made_frame(regions: int = 12, years: int = 16) -> pd.DataFrame:
    """Return a training part of one indicator in some regions."""
    rng, rows = np.random.default_rng(3), []
    for i in range(regions):
        x = 100 * np.exp(np.cumsum(rng.normal(0.08, 0.05, years + 2)))
        for n in (4, 10):
            seen, actual = x[years - n : years], x[years + 1]
            g = float((seen[-1] - seen[-4]) / 3 * 2 / seen[-1])
            if g <= 0:
                continue
            for m in LEVELS:
                target = seen[-1] * (1 + g * m)
                rows.append(
                    {
                        "unit_id": f"OWID-a-b-r{i}|o0|n{n}", "series_id": f"OWID-a-b-r{i}|o0",
                        "source": "OWID",
                        "freq": "Y", "ds": [f"{2000 + k}-12-31" for k in range(years - n, years)],
                        "history": seen, "h": 2, "n_label": str(n), "m": m, "g": g, "target": target,
                        "actual": actual, "outcome": int(actual >= target),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def test_a_class_is_what_was_known_by_then() -> None:
    units = units_of(made_frame())
    assert {u.label for u in units.all if u.cut} == {"1", "2", "3"}
    for u in units.all:
        end = u.ask.own.times[-1]
        assert u.ask.times[0] > end
        assert u.ask.peers is None or all(m.times[-1] <= end + 1e-6 for m in u.ask.peers.members)
        assert (u.ask.pace is not None) == (u.others > 0 and len(u.ask.own.values) <= 2)


def test_what_belongs_together_is_left_out_together() -> None:
    units = units_of(made_frame())
    part = folds_of(units, 3)
    for name in set(units.series):
        assert len(set(part[units.series == name])) == 1


def test_a_score_counts_series_not_goals() -> None:
    rng = np.random.default_rng(0)
    p, hits = rng.uniform(size=(40, 5)), rng.integers(0, 2, (40, 5)).astype(float)
    base = np.full((40, 5), 0.5)
    alone = skill_error(p, hits, base, np.arange(40))
    names = np.repeat(np.arange(40), 3)
    thrice = [np.repeat(x, 3, axis=0) for x in (p, hits, base)]
    assert skill_error(*thrice, names) == pytest.approx(alone)
    assert brier_skill(*thrice) == pytest.approx(brier_skill(p, hits, base))
    assert brier_skill(hits, hits, base) == 1


def test_learning_runs_on_a_made_part() -> None:
    training = training_set(units_of(made_frame()), learned().grid)
    found = learn(training, np.arange(len(training.units)))
    assert found.weights.sum(1) == pytest.approx(1)
    assert np.all(found.calibration[:, 2] > 0)


def test_pruning_keeps_so_many_cells_of_both_sorts() -> None:
    grid = pruned(units_of(made_frame(6)))
    assert len(grid) == CELLS * SIZES
    assert 0 < len(grid.flow_cells) < CELLS
    assert grid.cells.power.tolist() == [*grid.level_cells.power, *grid.flow_cells.power]


@pytest.mark.skipif(not TRAIN.exists(), reason=f"no training part at {TRAIN}; name it in FORECASTS_TRAIN")
def test_series_left_out_are_forecast_better_than_the_base_rate() -> None:
    frame = pd.read_parquet(TRAIN)
    ids = frame.unit_id.drop_duplicates()
    some = np.random.default_rng(0).choice(ids, 1200, replace=False)
    whole = units_of(frame[frame.unit_id.isin(set(some))].reset_index(drop=True))
    units = Units.of([u for u in whole.all if not u.cut])
    training = training_set(units, learned().grid)
    chance, base = left_out(training, folds_of(units, 3))
    real, made = (scored(units, pick, chance, base) for pick in (units.real, units.made))
    assert real["units"] == 1200
    assert real["brier_skill"] > 0.03
    assert real["calibration_error"] < 0.05
    assert made["against_own_base_rate"] > 0.2
