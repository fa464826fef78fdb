"""The command: help, exit codes, problems one a line, formats."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from forecasts import __version__
from forecasts.cli import app
from forecasts.publish.save import result_schema
from forecasts.scenarios.seeds import Seeds


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("verb", [(), ("check",), ("run",)])
def test_help_tells_the_exit_codes(verb: tuple[str, ...]) -> None:
    told = " ".join(run(*verb, "--help").stdout.split())
    assert "0 = all is well" in told
    assert "1 = a job failed" in told
    assert "2 = bad input" in told


def test_version() -> None:
    assert run("--version").stdout == f"forecasts {__version__}\n"


def test_check_counts_what_is_there(at_home: Path, seeds: Seeds) -> None:
    ended = run("check", "--format", "json")
    assert ended.exit_code == 0
    told = json.loads(ended.stdout)
    assert told["headline_goals"] == list(seeds.ledger.headline_goals())
    assert (
        sum(told["observations_by_origin"].values()) == told["observations"] == len(seeds.ledger.observations)
    )
    assert sum(told["goals_by_outcome"].values()) == told["goals"]
    assert told.pop("warnings") == []
    plain = run("check")
    assert len(plain.stdout.splitlines()) == len(told)
    assert plain.stderr == ""


def test_check_warns_of_what_is_doubtful_and_ends_with_0(copy_house: Callable[[], Path]) -> None:
    seeds = copy_house() / "seeds"
    text = (seeds / "observations.csv").read_text(encoding="utf-8")
    (seeds / "observations.csv").write_text(text.replace(",42989,", ",429890,"), encoding="utf-8")
    ended = run("check", "--seeds", str(seeds), "--format", "json")
    assert ended.exit_code == 0
    told = json.loads(ended.stdout)["warnings"]
    assert {one["column"] for one in told} == {"value"}
    assert [line.startswith("warning: seeds/observations.csv:") for line in ended.stderr.splitlines()] == [
        True
    ] * len(told)


def test_check_tells_every_problem_on_a_line(copy_house: Callable[[], Path]) -> None:
    seeds = copy_house() / "seeds"
    for name in ("goals", "observations"):
        path = seeds / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([*lines, lines[-1], "x"]) + "\n", encoding="utf-8")
    ended = run("check", "--seeds", str(seeds))
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 4
    assert all(line.startswith("seeds/") for line in ended.stderr.splitlines())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--known-on", "yesterday"), "--known-on: "),
        (("--as-of", "2023-10-01"), "--as-of: "),
        (("--draws", "1"), "--draws: "),
        (("--seed", "-1"), "--seed: "),
    ],
)
def test_bad_options_write_nothing(
    options: tuple[str, ...], told: str, at_home: Path, tmp_path: Path
) -> None:
    ended = run("run", "reports/plans/brief.yaml", "--out", str(tmp_path / "out"), *options)
    assert ended.exit_code == 2
    assert ended.stderr.startswith(told)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", [("run", "reports/plans/brief.yaml"), ("attain",)])
def test_an_old_option_is_refused_with_the_new_one(
    verb: tuple[str, ...], at_home: Path, tmp_path: Path
) -> None:
    ended = run(*verb, "--as-of", "2023-10-01", "--out", str(tmp_path / "out.csv"))
    assert (ended.exit_code, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith("--as-of: ")
    assert "--known-on 2023-10-01" in line
    assert not (tmp_path / "out.csv").exists()
    assert "--as-of" not in run(*verb, "--help").stdout


def test_a_plan_that_is_not_there(at_home: Path) -> None:
    ended = run("run", "nowhere.yaml")
    assert ended.exit_code == 2
    assert "no such file" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_out_is_a_file(at_home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    ended = run("run", "reports/plans/brief.yaml", "--out", str(tmp_path / "out"))
    assert ended.exit_code == 2
    assert ended.stderr.startswith("--out: ")


def test_no_project_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("check").exit_code == 2


def test_schema_is_printed_or_written(tmp_path: Path) -> None:
    assert run("schema").stdout == result_schema()
    assert run("schema", "--out", str(tmp_path / "s.json")).exit_code == 0
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == result_schema()
    assert '"adjustments"' in run("schema", "scenario").stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_tells_what_it_can(root: Path) -> None:
    import subprocess

    told = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in told.splitlines()} >= {
        "brief",
        "test",
        "lab",
        "check",
        "lint",
        "lock",
        "clean",
        "soak",
        "docs",
        "hooks",
    }
