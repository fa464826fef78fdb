"""The learning: the file that ships can be made again, and what it is worth is measured."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasts.engine.grid import COMPONENTS
from forecasts.engine.learn.fit import learn, scores_left_out, training_set
from forecasts.engine.learn.units import units_of
from forecasts.engine.learned import SCORE, Learned, learned
from tests.conftest import ROOT

TRAIN = Path(os.environ.get("FORECASTS_TRAIN", ROOT.parent / "shared" / "bench" / "train.parquet"))


def test_what_ships_is_whole() -> None:
    ships = learned()
    assert ships.weights.shape == (COMPONENTS,)
    assert ships.weights.sum() == pytest.approx(1)
    assert np.all(ships.weights > 0)
    assert Learned.from_json(ships.to_json()).to_json() == ships.to_json()
    assert ships.scores[SCORE]["brier_skill"] >= 0.085


@pytest.mark.skipif(not TRAIN.exists(), reason=f"no training part at {TRAIN}; name it in FORECASTS_TRAIN")
def test_sources_left_out_are_forecast_better_than_the_base_rate() -> None:
    frame = pd.read_parquet(TRAIN)
    ids = frame.unit_id.drop_duplicates()
    some = np.random.default_rng(0).choice(ids, 1200, replace=False)
    training = training_set(units_of(frame[frame.unit_id.isin(set(some))].reset_index(drop=True)))
    scores = scores_left_out(training)
    assert scores[SCORE]["units"] == 1200
    assert scores[SCORE]["brier_skill"] > 0.04
    assert scores[SCORE]["calibration_error"] < 0.05
    again = learn(training, np.arange(len(training.units)))
    assert again.weights.sum() == pytest.approx(1)
    assert again.calibration[2] > 0
