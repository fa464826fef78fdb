"""A plan on a Dask cluster: a real scheduler, two worker processes; what comes back is what would be here."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.batch import cluster
from forecasts.batch.kernels.families import can_fork
from forecasts.cli import app
from forecasts.scenarios.seeds import Seeds
from tests.batch.clusters import dask
from tests.batch.night import QUICK, Night, house_of, notebook, plan, said_by, wait_for_work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_fork(), reason="warm kernels and /proc are needed, which this system lacks"),
]

DAY = "2024-01-01"


def said(runs: Path) -> dict[str, bytes]:
    """Return what a plan's one run says, by file: without its notebooks, which name their own folder."""
    told = said_by(next(runs.glob("2*")))
    return {name: content for name, content in told.items() if not name.endswith(".ipynb")}


def test_a_plan_runs_elsewhere_as_here(root: Path, seeds: Seeds, tmp_path: Path) -> None:
    house = house_of(root, tmp_path / "house")
    shutil.copy(root / "notebooks" / "goal.ipynb", house / "notebooks")
    goals = ", ".join(seeds.ledger.headline_goals()[:2])
    asked = f"goals: [{goals}]\nscenarios: [baseline]\nwhat_if: false\ndraws: 200\n"
    path = str(plan(house, "brief", asked))
    code, _, err = Night(house, [path, "--out", str(house / "here")]).end()
    assert code == 0, err
    with dask(tmp_path / "dask", workers=2) as there:
        away = [path, "--out", str(house / "there"), "--executor", there.address]
        code, _, err = Night(house, away).end()
        assert code == 0, err
    here, elsewhere = (said(house / name / "brief") for name in ("here", "there"))
    assert len([name for name in here if name.endswith("result.json")]) > 1
    assert here == elsewhere


def test_a_worker_dies_and_its_notebooks_are_run_by_others(root: Path, tmp_path: Path) -> None:
    house = house_of(root, tmp_path / "house")
    jobs = 12
    notebook(house / "notebooks" / "quick.ipynb", QUICK.replace("{pause}", "0.5"))
    numbers = ", ".join(map(str, range(jobs)))
    text = f"notebook: quick.ipynb\nmatrix:\n  n: [{numbers}]\nsuccess: [answer.txt]\nknown_on: {DAY}\n"
    path = str(plan(house, "quick", text))
    with dask(tmp_path / "dask", workers=2) as there:
        night = Night(house, [path, "--executor", there.address])
        shelf = house / "reports" / "out" / "quick" / f".{DAY}.draft" / "jobs"
        wait_for_work(night, lambda: len(list(shelf.glob("notebook--*"))) >= 2)
        there.workers[0].kill()
        code, out, err = night.end()
        assert code == 0, err
        assert not night.gone()
    assert f"{jobs} done" in out
    answers = [p.read_text() for p in (house / "reports" / "out" / "quick" / DAY).glob("jobs/*/answer.txt")]
    assert sorted(answers, key=int) == [str(n * n) for n in range(jobs)]


def test_a_scheduler_that_is_not_there_is_told_before_anything_is_written(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_of(root, tmp_path / "house")
    notebook(house / "notebooks" / "quick.ipynb", QUICK.replace("{pause}", "0"))
    text = f"notebook: quick.ipynb\nsuccess: [answer.txt]\nknown_on: {DAY}\n"
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    monkeypatch.chdir(house)
    ended = CliRunner().invoke(
        app, ["run", str(plan(house, "quick", text)), "--executor", "tcp://127.0.0.1:9"]
    )
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert "--executor" in ended.stderr
    assert "no scheduler answers" in ended.stderr
    assert not list((house / "reports" / "out" / "quick").glob("2*"))
