"""``forecasts register``: the same forecasts in five formats, and nothing overwritten."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from forecasts.batch.register.entry import COLUMNS
from forecasts.batch.register.register import record
from forecasts.cli import app
from tests.batch.registers import DAY, a_run, an_entry


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["register", *words])


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A register of two plans, three days and four forecasts."""
    path = tmp_path / "register.sqlite"
    record(path, a_run("brief"), [an_entry("a-2023--x", probability=0.3), an_entry("b-2024--x", q10=None)])
    record(path, a_run("brief", DAY.replace(day=7)), [an_entry("a-2023--x", probability=0.4)])
    record(path, a_run("sweep", DAY.replace(day=8)), [an_entry("a-2023--x", probability=0.0001)])
    return path


def test_all_formats_hold_the_same(held: Path, tmp_path: Path) -> None:
    rows = json.loads(run("--path", str(held), "--format", "json").stdout)
    assert [row["probability"] for row in rows] == [0.3, 0.6, 0.4, 0.0001]
    assert all(tuple(row) == COLUMNS for row in rows)
    lines = run("--path", str(held), "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == rows
    printed = list(csv.DictReader(io.StringIO(run("--path", str(held), "--format", "csv").stdout)))
    assert [float(row["probability"]) for row in printed] == [row["probability"] for row in rows]
    for ending in ("json", "jsonl", "csv", "parquet"):
        out = tmp_path / f"out.{ending}"
        for _ in range(2):  # its own file is replaced
            assert run("--path", str(held), "--out", str(out)).exit_code == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == rows
    assert (tmp_path / "out.jsonl").read_text("utf-8").splitlines() == lines
    for table in (pd.read_parquet(tmp_path / "out.parquet"), pd.read_csv(tmp_path / "out.csv")):
        assert tuple(table.columns) == COLUMNS
        assert table.probability.tolist() == [row["probability"] for row in rows]
        assert table.ok.tolist() == [True] * 4


def test_the_text_says_what_was_said_when_newest_last(held: Path) -> None:
    lines = run("--path", str(held)).stdout.splitlines()
    assert len(lines) == 5
    assert "30%" in lines[1]
    assert "below 1%" in lines[-1]
    assert "2023-09-08" in lines[-1]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--goal", "a-*"), 3), (("--goal", "b-2024"), 1), (("--plan", "brief"), 3), (("--goal", "A-*"), 0),
        (("--known-on", "2023-09-06"), 2), (("--plan", "none"), 0),
        (("--known-on", "2023-09-06", "--goal", "*3", "--plan", "brief"), 1),
    ],
)  # fmt: skip
def test_some_of_them(held: Path, words: tuple[str, ...], count: int) -> None:
    ended = run("--path", str(held), "--format", "jsonl", *words)
    assert ended.exit_code == 0
    assert len(ended.stdout.splitlines()) == count
    assert ("no such forecast" in ended.stderr) == (count == 0)


def test_an_empty_register_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeds").mkdir()
    monkeypatch.chdir(tmp_path)
    ended = run()
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert "empty" in ended.stderr
    assert json.loads(run("--format", "json").stdout) == []
    assert list(tmp_path.iterdir()) == [tmp_path / "seeds"]
    record(tmp_path / "reports" / "register.sqlite", a_run(), [an_entry()])
    assert len(run("--format", "jsonl").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("--path", "missing.sqlite"), "--path"), (("--path", "other.sqlite"), "register"),
        (("--format", "parquet"), "--format"), (("--out", "a.txt"), "--out"),
        (("--known-on", "soon"), "--known-on"),
        (("--out", "a.csv", "--format", "json"), "--format"), (("--out", "register.sqlite"), "--out"),
        (("--out", "notes.csv"), "--out"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_changes_nothing(
    held: Path, words: tuple[str, ...], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = held.parent
    monkeypatch.chdir(folder)
    (folder / "other.sqlite").write_text("no register")
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    ended = run(*(words if "--path" in words else ("--path", str(held), *words)))
    assert ended.exit_code == 2
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == [place]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_file_of_the_register_may_not_take_the_registers_place(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"  # whatever it is called
    record(path, a_run(), [an_entry()])
    before = path.read_bytes()
    assert run("--path", str(path), "--out", str(path)).exit_code == 2
    assert path.read_bytes() == before
