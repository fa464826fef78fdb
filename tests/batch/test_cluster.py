"""Work on a Dask cluster: a real scheduler, real workers; equal answers, whoever dies; nobody unlike us."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecasts.attainment import many
from forecasts.attainment.many import answer_many
from forecasts.batch import cluster as clusters
from forecasts.batch.cluster import OtherProgram, connect, program
from forecasts.ledger.problems import BadInput
from forecasts.ledger.sheets import Opened, open_tables
from forecasts.ledger.tables import Table
from tests.batch.clusters import Dask, dask
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def tables(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return so many growing series, 50 regions an indicator, and two goals each."""
    draw = np.random.default_rng(1)
    years = np.array([f"{year}-12-31" for year in range(2016, 2023)])
    regions = np.array([f"r{k}" for k in range(count)])
    indicators = np.array([f"i{k // 50}" for k in range(count)])
    start, pace = draw.uniform(50, 5000, count), draw.normal(0.08, 0.04, count)
    steps = pace[:, None] + draw.normal(0, 0.05, (count, len(years)))
    values = np.round(start[:, None] * np.exp(np.cumsum(steps, 1)), 1)
    observations = pd.DataFrame(
        {
            "region": np.repeat(regions, len(years)), "indicator": np.repeat(indicators, len(years)),
            "as_of": np.tile(years, count), "value": values.ravel(),
        }
    )  # fmt: skip
    asked = values[:, -1:] * np.exp(np.array([0.05, 0.12]))
    goals = pd.DataFrame(
        {
            "goal": [f"{r}/{k}" for r in regions for k in "ab"], "region": np.repeat(regions, 2),
            "indicator": np.repeat(indicators, 2), "value": np.round(asked.ravel(), 1),
            "deadline": "2023-12-31",
        }
    )  # fmt: skip
    return observations, goals


def opened(count: int) -> Opened:
    observations, goals = tables(count)
    return open_tables(
        [Table.of(observations, "observations")], Table.of(goals, "goals"), None, None, unread=[]
    )


def doubled(x: int) -> int:
    return 2 * x


def odd_only(x: int) -> int:
    if x % 2 == 0:
        raise ValueError(f"{x} is even")
    return x


def slowly(add: int, x: int) -> int:
    time.sleep(0.2)
    return add + x


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """One scheduler and two workers that live as long as the tests that do not kill them."""
    with dask(tmp_path_factory.mktemp("dask"), workers=2) as started:
        yield started


def test_every_item_comes_back_with_its_result_or_its_error(there: Dask) -> None:
    with connect(there.address) as cluster:
        assert cluster.workers >= 1
        assert sorted(cluster.map(doubled, range(100))) == [(k, 2 * k) for k in range(100)]
        came = dict(cluster.map(odd_only, range(6)))
        assert {k: one for k, one in came.items() if k % 2} == {1: 1, 3: 3, 5: 5}
        assert [str(came[k]) for k in (0, 2, 4)] == ["0 is even", "2 is even", "4 is even"]
        with pytest.raises(ValueError, match="is even"):
            list(cluster.parts(lambda shared, x: odd_only(x), (), range(6)))
        assert list(cluster.map(doubled, [])) == []


def test_whoever_stops_asking_leaves_nothing_behind(there: Dask) -> None:
    with connect(there.address) as cluster:
        asked = cluster.map(slowly, range(200), 1)
        next(asked)
        asked.close()  # type: ignore[attr-defined]
        start = time.monotonic()
        assert dict(cluster.map(doubled, [1])) == {1: 2}
        assert time.monotonic() - start < 10


def test_2000_series_are_answered_alike_though_a_worker_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "CHUNK", 200)
    told = opened(2000)
    alone = answer_many(told)
    assert alone.table.probability.notna().all()
    killed: list[int] = []
    with dask(tmp_path, workers=2) as started, connect(started.address) as cluster:
        cluster.client.wait_for_workers(2, timeout=60)

        def progress(done: int, of: int) -> None:
            if not killed:
                started.workers[0].send_signal(signal.SIGKILL)
                killed.append(done)

        came = answer_many(told, progress=progress, elsewhere=cluster.parts)
    assert 0 < killed[0] < 4000
    pd.testing.assert_frame_equal(came.table, alone.table, check_exact=True)
    assert came.problems == alone.problems


def test_what_was_lost_with_every_worker_is_sent_again(tmp_path: Path) -> None:
    with dask(tmp_path, workers=1) as started, connect(started.address) as cluster:
        came = cluster.map(slowly, range(12), 100)
        found = [next(came)]
        started.workers[0].send_signal(signal.SIGKILL)
        started.worker()
        found += came
    assert sorted(found) == [(k, 100 + k) for k in range(12)]


def test_a_scheduler_that_dies_is_told_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with dask(tmp_path, workers=1) as started, connect(started.address) as cluster:
        came = cluster.map(slowly, range(1000), 1)
        next(came)
        assert started.scheduler is not None
        started.scheduler.kill()
        start = time.monotonic()
        with pytest.raises(OSError, match="scheduler has gone") as told:
            list(came)
        assert time.monotonic() - start < 60
        assert told.value.filename == started.address
    assert capfd.readouterr() == ("", "")


def test_nobody_waits_for_workers_that_do_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "ALONE", 1.0)
    with dask(tmp_path, workers=1) as started, connect(started.address) as cluster:
        came = cluster.map(slowly, range(1000), 1)
        next(came)
        started.workers[0].kill()
        with pytest.raises(OSError, match="no worker"):
            list(came)


# who is not like us


def other_numpy(folder: Path) -> str:
    """Return a path on which numpy seems to be of another version."""
    told = folder / "elsewhere" / "numpy-0.0.1.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 0.0.1\n")
    return f"{told.parent}{os.pathsep}{ROOT}"


def other_files(folder: Path) -> str:
    """Return a path on which one file of this package has one more line."""
    shutil.copytree(ROOT / "forecasts", folder / "elsewhere" / "forecasts", ignore=lambda *_: ["__pycache__"])
    with (folder / "elsewhere" / "forecasts" / "engine" / "grid.py").open("a") as file:
        file.write("# later\n")
    return f"{folder / 'elsewhere'}{os.pathsep}{ROOT}"


def refused(address: str) -> list[str]:
    with pytest.raises(BadInput) as told:
        connect(address)
    return [str(problem) for problem in told.value.problems]


def test_another_version_is_refused_with_the_difference(tmp_path: Path) -> None:
    with dask(tmp_path, workers=1) as started:
        started.worker(other_numpy(tmp_path))
        wait_for(started, 2)
        [problem] = refused(started.address)
        assert f"numpy is {np.__version__} here and 0.0.1 there" in problem
        assert problem.count("tcp://") == 1
        told = attain(tmp_path, started.address)
        assert (told.returncode, told.stdout) == (2, "")
        assert "numpy" in told.stderr
        assert not (tmp_path / "out.csv").exists()


def test_other_files_of_the_same_version_are_refused(tmp_path: Path) -> None:
    with dask(tmp_path, workers=0) as started:
        started.worker(other_files(tmp_path))
        [problem] = refused(started.address)
        assert "files of forecasts" in problem


def test_a_worker_that_joins_later_and_is_unlike_us_does_nothing(tmp_path: Path) -> None:
    with dask(tmp_path, workers=1) as started, connect(started.address) as cluster:
        started.workers[0].kill()
        started.worker(other_files(tmp_path))
        came = dict(cluster.map(doubled, range(4)))
        assert {type(one) for one in came.values()} == {OtherProgram}
        with pytest.raises(BadInput, match="another program"):
            list(cluster.parts(slowly, 1, range(4)))


def wait_for(started: Dask, workers: int) -> None:
    from distributed import Client

    with Client(started.address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


# what is not there


def test_a_scheduler_that_is_not_there_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "PATIENCE", 2.0)
    start = time.monotonic()
    [problem] = refused("tcp://127.0.0.1:9")
    assert time.monotonic() - start < 7
    assert "no scheduler answers" in problem
    assert "\n" not in problem


def test_a_scheduler_without_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dask(tmp_path, workers=0) as started:
        monkeypatch.setattr(clusters, "PATIENCE", 2.0)
        [problem] = refused(started.address)
        assert "no worker" in problem


@pytest.mark.parametrize(
    "address", ["here", "tcp://host", "http://host:8786", "host:8786", "tcp://a b:1", ""]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    [problem] = refused(address)
    assert "tcp://scheduler:8786" in problem


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    [problem] = refused("tcp://127.0.0.1:9")
    assert "forecasts[cluster]" in problem


def test_the_digest_is_of_the_files_and_of_nothing_else(tmp_path: Path) -> None:
    script = "from forecasts.batch.cluster import program; print(program())"

    def digest(path: str) -> str:
        env = {**os.environ, "PYTHONPATH": path}
        command = [sys.executable, "-c", script]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        ).stdout.strip()

    elsewhere = tmp_path / "tenant" / "elsewhere"  # wherever it lies
    shutil.copytree(ROOT / "forecasts", elsewhere / "forecasts")
    assert digest(str(elsewhere)) == program()
    assert digest(other_files(tmp_path)) != program()


# the command


def attain(folder: Path, executor: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run ``forecasts attain`` on small tables."""
    observations, goals = tables(20)
    observations.to_csv(folder / "observations.csv", index=False)
    goals.to_csv(folder / "goals.csv", index=False)
    words = [f"--{name}={folder / name}.csv" for name in ("observations", "goals", "out")]
    command = [sys.executable, "-c", "from forecasts.cli import app; app()", "attain", *words]
    return subprocess.run(
        [*command, "--executor", executor, *more], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_writes_the_same_file(there: Dask, tmp_path: Path) -> None:
    written: list[bytes] = []
    for executor in (there.address, "local"):
        told = attain(tmp_path, executor)
        assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
        written.append((tmp_path / "out.csv").read_bytes())
    assert written[0] == written[1]


def test_an_executor_has_its_own_processes_and_is_about_tables(tmp_path: Path) -> None:
    told = attain(tmp_path, "tcp://127.0.0.1:9", "--jobs", "2")
    assert told.returncode == 2
    assert "--jobs" in told.stderr
    command = [sys.executable, "-c", "from forecasts.cli import app; app()", "attain", "--executor", "local"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "--executor" in ended.stderr


def test_nothing_of_a_cluster_is_imported_without_one() -> None:
    script = "import sys, json, forecasts.batch.cluster; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"distributed", "dask", "pandas", "numpy"} & set(json.loads(ended.stdout))


def test_what_travels_is_what_was_read(seeds: Any) -> None:
    import pickle

    told = opened(50)
    ledger = many.Ledger.of(told.parts)
    _ = ledger.figures  # what is made of it stays here
    arrived = pickle.loads(pickle.dumps(ledger))
    assert len(pickle.dumps(ledger)) == len(pickle.dumps(many.Ledger.of(opened(50).parts)))
    assert list(arrived.observations) == list(ledger.observations)
    for name, column in ledger.rows.columns.items():
        other = arrived.rows.columns[name]
        assert other.code.dtype == column.code.dtype
        assert np.array_equal(other.code, column.code)
        assert tuple(other.values) == tuple(column.values)
        assert other.constant == column.constant
    of_files = pickle.loads(pickle.dumps(seeds.ledger))
    assert dict(of_files.goals) == dict(seeds.ledger.goals)
    assert dict(of_files.observations) == dict(seeds.ledger.observations)
