"""The benchmark scripts still run; how good or how quick is no test's business.

Those that need whole runs take long by nature: `make soak` tries them.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import batch
import cluster
import compare
import faults
import folds
import methods
import numpy as np
import pandas as pd
import pytest
import scale
import static_site
from common import LEVELS, NORMAL, base_of, by_level, chances, one_row_a_unit
from processes import Seen, living, processor_of, seen
from tables import deadline, many

from forecasts.engine.learn.fit import training_set
from forecasts.engine.learn.units import units_of
from forecasts.engine.learned import learned

ROOT = Path(__file__).resolve().parents[2]
TRAIN = Path(os.environ.get("FORECASTS_TRAIN") or ROOT / "../shared/bench/train.parquet")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Return a few hundred units of the training part."""
    if not TRAIN.is_file():
        pytest.skip("no training part: set FORECASTS_TRAIN to the path of train.parquet")
    whole = pd.read_parquet(TRAIN)
    names = base_of(whole.series_id)
    some = np.random.default_rng(0).choice(names.unique(), 120, replace=False)
    return whole[names.isin(some)].reset_index(drop=True)


def test_folds_forecast_every_real_unit(frame: pd.DataFrame) -> None:
    training = training_set(units_of(frame), learned().grid)
    part = folds.folds_of(training.units, 2)
    for name in np.unique(part.astype(str)):
        regions = {str(r).removeprefix("CUM-") for r in training.units.region[part == name]}
        others = {str(r).removeprefix("CUM-") for r in training.units.region[part != name]}
        assert not regions & others
    forecast, truth = folds.leave_out(training, part)
    assert folds.other_rows(training.units, forecast, truth)
    left = folds.real_ones(training.units, forecast, truth, folds.steps_of(training.units, frame))
    assert len(left.truth.actual) == frame.unit_id.nunique()
    assert np.isfinite(left.engine.chance).all()
    assert (np.diff(left.engine.quantiles, axis=1) >= 0).all()
    rows = folds.rows_of(left, left.units.label, folds.LABELS)
    assert [row[0] for row in rows][-1] == "overall"
    assert {len(row) for row in rows} == {len(folds.COLUMNS)}


@pytest.mark.slow
def test_compare_runs_every_method_that_is_installed(
    frame: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = compare.draw(frame, 4, seed=0)
    assert len(sample.units) == sample.units.base.nunique() == 4
    rows, truth = compare.engine_rows(frame, sample)
    assert [row.failed for row in rows] == [0, 0]
    rows += [compare.method_row(name, sample, truth) for name in methods.METHODS]
    compare.show(rows, truth, sample)
    told = capsys.readouterr().out
    assert all(row.name.split(",")[0] in told for row in rows)
    assert "statsforecast AutoETS, season told" in told


def test_a_method_that_is_not_installed_is_a_row_that_says_so(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: object) -> np.ndarray:
        raise ModuleNotFoundError("No module named 'absent'")

    monkeypatch.setitem(methods.METHODS, "Absent", (absent, "absent"))
    sample = compare.draw(frame, 2, seed=0)
    row = compare.method_row("Absent", sample, sample.truth)
    assert compare.cells(row, sample.truth)[0] == "Absent (not installed: pip install absent)"


def test_a_failure_is_counted_and_filled_with_the_base_rate(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(history: np.ndarray, days: object, h: int) -> np.ndarray:
        if history is not methods.WARM:
            raise ValueError("too short")
        return LEVELS

    monkeypatch.setitem(methods.METHODS, "Failing", (failing, ""))
    sample = compare.draw(frame, 3, seed=0)
    truth = compare.Truth(
        sample.truth.histories, sample.truth.actual, sample.truth.goals, sample.truth.hits,
        np.full(sample.truth.hits.shape, 0.4),
    )  # fmt: skip
    row = compare.method_row("Failing", sample, truth)
    assert row.failed == 3
    assert row.note == "3 x ValueError: too short"
    assert row.forecast is not None
    assert (row.forecast.chance == 0.4).all()


@pytest.mark.slow
def test_scale_runs_the_command(frame: pd.DataFrame) -> None:
    units = one_row_a_unit(frame).head(8)
    goals = by_level(frame, units.unit_id, "target")
    observations, asked = many(units, goals, 20)
    assert observations.region.nunique() == asked.region.nunique() == 20
    came, answered = scale.attain_files(observations, asked, "csv", jobs=1)
    assert answered == len(asked) == 100
    assert came.seconds > 0


@pytest.mark.slow
def test_every_fault_of_a_table_is_told() -> None:
    row = faults.row_of(20_000, 0.01, "csv", seed=0, jobs=1)
    assert row[2:4] == ["200", "200"]
    assert row[5] == "3"


@pytest.mark.slow
def test_scale_asks_one_goal() -> None:
    rows = scale.one_goal_rows(calls=1, with_prophet=False)
    assert [row[0] for row in rows] == ["its probability", "all members but Prophet"]
    assert all(int(row[2]) >= 10 for row in rows)


@pytest.mark.soak
def test_a_cluster_answers_as_this_machine_does(frame: pd.DataFrame) -> None:
    units = one_row_a_unit(frame).head(8)
    observations, asked = many(units, by_level(frame, units.unit_id, "target"), 20)
    rows = cluster.compared(observations, asked, workers=1, repeats=1)
    assert len(rows) == 3
    assert [row[4] for row in rows] == ["yes"] * 3


@pytest.mark.soak
def test_a_few_jobs_come_out_of_a_batch_as_out_of_papermill(tmp_path: Path) -> None:
    goal = batch.first_goals(tmp_path, 1)
    found = batch.speed(tmp_path, goal, jobs=2, repeats=1, stock=1)
    assert found.jobs > 1
    assert (found.briefs, len(found.stock), found.different) == (1, 1, {})
    assert found.loop.wall == found.stock[0].wall * found.jobs


@pytest.mark.soak
def test_a_night_is_looked_at_while_it_lasts() -> None:
    with TemporaryDirectory(prefix="b-") as name:  # sockets lie in it: their paths must be short
        folder = Path(name)
        found = batch.endured(folder, batch.first_goals(folder, 1), most=3, every=2, jobs=1)
    assert found.jobs == found.good >= 3
    assert found.briefs == 1
    assert {"runner", "mother", "renderer"} <= {one.name for one in found.long_lived()}
    assert (found.left_processes, found.left_files) == ([], [])


def test_results_differ_where_a_field_does() -> None:
    one = {"probability": 0.5, "goal": {"id": "a", "value": 1}, "members": [1, 2]}
    other = {"probability": 0.5, "goal": {"id": "a", "value": 2}, "members": [1, 3], "seed": 1}
    assert batch.differences(one, one) == []
    assert batch.differences(one, other) == ["goal.value", "members", "seed"]


def test_growth_is_that_of_one_process_and_not_of_its_number() -> None:
    def at(jobs: int, born: float, memory: float) -> batch.Mark:
        return batch.Mark(jobs, 0.0, (Seen("mother", 7, born, memory, memory, memory, 3, 1),), 0)

    found = batch.Endured(marks=[at(100, 1.0, 50), at(200, 1.0, 60), at(300, 2.0, 500), at(400, 2.0, 400)])
    assert [found.growth(one, "rss") for one in found.long_lived()] == [10, -100]
    assert found.course(found.long_lived()[0], "rss") == [50, 60, None, None]


def test_what_this_process_holds_is_seen() -> None:
    mine = seen(living(os.getpid())[0])
    assert mine is not None
    assert 0 < mine.uss <= mine.pss <= mine.rss
    assert mine.threads >= 1
    assert processor_of([os.getpid()]) > processor_of()


@pytest.mark.parametrize("script", [folds, compare, scale, cluster])
def test_a_missing_training_part_ends_with_2(
    script: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main([str(tmp_path / "nothing.parquet")])  # type: ignore[attr-defined]
    assert ended.value.code == 2
    assert "nothing.parquet" in capsys.readouterr().err


def test_chances_of_a_normal_law_are_its_own() -> None:
    goals = np.array([[-4.0, -1.0, 0.0, 1.0, 4.0]])
    found = chances(NORMAL[None], goals)
    assert found == pytest.approx(np.array([[0.99997, 0.8413, 0.5, 0.1587, 0.00003]]), abs=5e-5)
    assert chances(np.full((1, 9), 3.0), np.array([[2.0, 4.0]])) == pytest.approx(np.array([[1.0, 0.0]]))


@pytest.mark.parametrize(
    ("last", "h", "freq", "day"),
    [("2015-12-31", 2, "Y", "2017-12-31"), ("2016-09-30", 4, "Q", "2017-09-30"),
     ("2008-12-31", 2, "M", "2009-02-28")],
)  # fmt: skip
def test_a_deadline_is_a_month_end(last: str, h: int, freq: str, day: str) -> None:
    assert deadline(last, h, freq) == day


@pytest.mark.soak
def test_the_site_is_built_of_two_runs() -> None:
    first, new, nothing = static_site.measured(2)
    assert first.files < new.files == nothing.files
    assert min(one.cpu for one in (first, new, nothing)) > 0
