"""The benchmark of the record still runs; how good it is is no test's business."""

from pathlib import Path

import numpy as np
import pytest
import record


def test_the_record_that_ships_is_scored() -> None:
    found, resolved = record.scored(record.SHIPPED)
    assert len(found.met) > 0.55 * resolved
    for chances in (found.base, found.alone, found.with_it, found.others):
        assert ((chances > 0) & (chances < 1)).all()
    rows = record.rows_of(found)
    assert {len(one) for one in rows} == {len(record.COLUMNS)}
    assert int(rows[-1][1]) == len(found.met)


def test_the_error_of_a_mean_is_that_of_its_shocks() -> None:
    shock = np.array(["a", "a", "b", "b"], object)
    assert record.error(np.array([1.0, 1.0, 0.0, 0.0]), shock) == pytest.approx(0.5)
    assert np.isnan(record.error(np.array([1.0]), shock[:1]))


def test_a_missing_folder_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        record.main([str(tmp_path / "nothing")])
    assert ended.value.code == 2
    assert "goals.csv" in capsys.readouterr().err
