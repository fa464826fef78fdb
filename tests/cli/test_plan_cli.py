"""``forecasts plan``: it says what would run and why, and touches nothing."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from forecasts.batch.keys import Keys
from forecasts.batch.plans.reading import read_plan
from forecasts.batch.shelf import finish
from forecasts.cli import app
from forecasts.scenarios.seeds import Seeds, read_seeds


def plan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["plan", *map(str, arguments)])


@pytest.fixture
def night(tmp_path: Path, goal: str) -> Path:
    path = tmp_path / "night.yaml"
    path.write_text(f"goals: [{goal}]\nscenarios: all\n", encoding="utf-8")
    return path


def lay(root: Path, seeds: Seeds, path: Path, out: Path) -> list[Path]:
    """Put folders of finished jobs where a run would have; return them."""
    [work] = read_plan(path, root, seeds)
    keys, folders = Keys(root, seeds), []
    for job in work.jobs:
        folder = out / work.name / work.known_on.isoformat() / "jobs" / job.id
        folder.mkdir(parents=True)
        (folder / "result.json").write_text("{}")
        finish(folder, keys.of(job), 1.0)
        folders.append(folder)
    return folders


def test_the_default_plan_is_new_where_nothing_was_run(at_home: Path, tmp_path: Path) -> None:
    came = plan("--out", tmp_path / "out")
    assert came.exit_code == 0
    first, *lines, last = came.stdout.splitlines()
    assert first.startswith("brief, as known on ")
    assert all(line.endswith("  new") for line in lines)
    assert last == f"{len(lines)} to run, 0 up to date"
    assert not (tmp_path / "out").exists(), "nothing is written"


def test_each_job_says_why_it_would_run(
    root: Path, at_home: Path, seeds: Seeds, night: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    folders = lay(root, seeds, night, out)
    assert plan(night, "--out", out).stdout.splitlines()[-1] == f"0 to run, {len(folders)} up to date"
    first, second, third, *_ = folders
    (first / "result.json").write_text("{ }")
    (second / "result.json").unlink()
    (third / "job.json").unlink()
    (third / "result.json").unlink()
    third.rename(third.with_name(third.name + ".failed"))
    came = plan(night, "--out", out, "--format", "json")
    told = json.loads(came.stdout)
    whys = {job["id"]: job["why"] for day in told["days"] for job in day["jobs"]}
    assert [whys[folder.name] for folder in folders[:3]] == [
        "its files were changed", "its files are gone", "failed last time",
    ]  # fmt: skip
    assert (told["due"], told["up_to_date"]) == (3, len(folders) - 3)
    came = plan(night, "--out", out, "--draws", "600", "--only", f"{folders[-1].name}")
    assert came.stdout.splitlines()[1:] == [
        f"  {folders[-1].name}  parameters changed", "1 to run, 0 up to date",
    ]  # fmt: skip


def test_a_changed_figure_is_the_reason(
    copy_house: Callable[[], Path], night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, out = copy_house(), tmp_path / "out"
    monkeypatch.chdir(house)
    path = house / "reports" / "plans" / "night.yaml"
    path.write_text(night.read_text(encoding="utf-8"), encoding="utf-8")
    lay(house, read_seeds(house / "seeds"), path, out)
    table = house / "seeds" / "observations.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["note_en"] += " And more."
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    came = plan(path, "--out", out)
    assert came.exit_code == 0, came.stderr
    lines = came.stdout.splitlines()
    assert lines[1:-1]
    assert all(line.endswith("  figures changed") for line in lines[1:-1])


def test_what_is_left_out_is_told(at_home: Path, night: Path, tmp_path: Path, goal: str) -> None:
    night.write_text(
        "goals: ['*']\nknown_on: 2023-06-01\nscenarios: [baseline]\n"
        f"exclude:\n  - {{goal: {goal}}}\n  - {{goal: zzz}}\n",
        encoding="utf-8",
    )
    came = plan(night, "--out", tmp_path / "out")
    assert came.exit_code == 0
    assert f"  excluded: {goal}--" in came.stdout
    assert "  left out, their deadline has passed: " in came.stdout
    assert came.stdout.splitlines()[-1].endswith(", 1 excluded")
    assert "[exclude.1]: the entry leaves no job out" in came.stderr


def test_faults_of_all_kinds_are_told_at_once(at_home: Path, night: Path, tmp_path: Path) -> None:
    night.write_text("goals: [nobody]\nkeep: none\n", encoding="utf-8")
    (tmp_path / "file").write_text("mine")
    came = plan(night, "--out", tmp_path / "file", "--draws", "5")
    assert came.exit_code == 2
    assert came.stdout == ""
    said = came.stderr.splitlines()
    assert {line.split(" ")[0].split(":")[0] for line in said} >= {"--out", "--draws"}
    assert any("[goals.0]" in line for line in said)
    assert any("[keep]" in line for line in said)


def test_a_pattern_that_fits_nothing_is_told(at_home: Path) -> None:
    came = plan("--only", "zzz")
    assert came.exit_code == 2
    assert came.stderr.startswith("--only: no job of the plan has a name like this")


def test_it_needs_nothing_that_is_slow_to_import(root: Path) -> None:
    slow = ("altair", "papermill", "vl_convert", "typst", "statsmodels", "prophet", "scipy.stats", "IPython")
    script = (
        "import sys\nfrom forecasts.cli import app\nsys.argv[1:] = ['plan']\n"
        f"try:\n    app()\nfinally:\n    print(*(n for n in {slow} if n in sys.modules), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=False
    )
    assert ended.returncode == 0
    assert ended.stderr.strip() == ""
