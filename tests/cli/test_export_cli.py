"""``forecasts export`` and ``forecasts hub``: of runs, results, the ledger; nothing overwritten, all told."""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from forecasts.attainment.result import FORMAT
from forecasts.attainment.verdict import answer
from forecasts.batch.keys import Key
from forecasts.batch.shelf import finish
from forecasts.cli import app
from forecasts.publish.save import save
from forecasts.scenarios.seeds import Seeds


def call(*words: str) -> Any:
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture(scope="module")
def made(seeds: Seeds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two jobs that are done, one that failed and one that left something else."""
    run = tmp_path_factory.mktemp("out") / "brief" / "2023-09-06"
    goals = seeds.ledger.headline_goals()[:2]
    day = seeds.ledger.newest_publication(goals)
    names = [f"{goal}--baseline" for goal in goals]
    for goal, name in zip(goals, names, strict=True):
        save(answer(seeds, goal, "baseline", day, draws=64), run / "jobs" / name, "zh")
        finish(run / "jobs" / name, Key("a", "b", "c", "d", "e"), 1.0)
    (run / "jobs" / "lost--x.failed").mkdir()
    (run / "jobs" / "other--x").mkdir()
    jobs = [*({"id": name, "error": ""} for name in names[::-1]), {"id": "lost--x", "error": "=it stopped"}]
    (run / "run.json").write_text(json.dumps({"jobs": jobs}), "utf-8")
    return run


@pytest.fixture
def run(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it; the test stands in its own folder, outside of every project."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made.parent, tmp_path / "brief")
    return tmp_path / "brief" / made.name


def test_a_run_becomes_a_workbook_named_after_it(run: Path, tmp_path: Path) -> None:
    ended = call("export", run)
    assert (ended.exit_code, ended.stdout) == (0, "brief-2023-09-06.xlsx\n")
    assert "lost--x: has no result (got '=it stopped')" in ended.stderr
    assert "other--x: left no result.json" in ended.stderr
    first = (tmp_path / "brief-2023-09-06.xlsx").read_bytes()
    for again in (run, run.parent):  # of a plan, the newest run
        assert call("export", str(again)).exit_code == 0
        assert (tmp_path / "brief-2023-09-06.xlsx").read_bytes() == first
    book = openpyxl.load_workbook(tmp_path / "brief-2023-09-06.xlsx")
    told = [cell for row in book["说明"].iter_rows(values_only=True) for cell in row]
    assert "lost--x：没有结果：=it stopped" in told
    jobs = json.loads((run / "run.json").read_text("utf-8"))["jobs"]
    goals = [row[0] for row in book["预测"].iter_rows(min_row=2, values_only=True)]
    assert [f"{goal}--baseline" for goal in goals] == [job["id"] for job in jobs[:2]], "in the run's order"


def test_csv_files_take_the_place_of_earlier_ones(run: Path, tmp_path: Path) -> None:
    words = ("export", str(run), "--out", "tables", "--language", "en")
    assert call(*words).exit_code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    assert {"README.csv", "forecasts.csv", "members.csv", "sources.csv"} <= set(files)
    assert all(data.startswith(b"\xef\xbb\xbf") for data in files.values())
    (tmp_path / "tables" / "seek.csv").write_text("old", "utf-8")
    assert call(*words).exit_code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()} == files
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with (tmp_path / "tables" / "forecasts.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 2


def test_one_job_and_one_result_are_runs_of_one(run: Path) -> None:
    job = next(path for path in sorted((run / "jobs").iterdir()) if (path / "result.json").is_file())
    texts = []
    for given in (job, job / "result.json"):
        assert call("export", str(given), "--out", "one").exit_code == 0
        texts.append(Path("one/forecasts.csv").read_bytes())
    assert texts[0] == texts[1]
    assert texts[0].count(b"\r\n") == 2


def test_a_result_that_was_changed_since_is_told(run: Path) -> None:
    path = next(run.glob("jobs/*/result.json"))
    told = json.loads(path.read_text("utf-8"))
    told["seed"] += 1
    path.write_text(json.dumps(told), "utf-8")
    ended = call("export", str(run), "--out", "a.xlsx", "--language", "en")
    assert ended.exit_code == 0
    assert f"{path.parent.name}: was changed" in ended.stderr
    readme = openpyxl.load_workbook("a.xlsx")["README"]
    assert any("changed or removed since" in str(cell.value) for row in readme.iter_rows() for cell in row)


def other(told: dict[str, Any]) -> Iterator[tuple[bytes, str]]:
    yield json.dumps(told | {"format": FORMAT + 1}).encode(), f"its format is {FORMAT + 1}"
    yield json.dumps(told | {"format": FORMAT - 1}).encode(), "was written by another version"
    yield json.dumps(told | {"more": 1}).encode(), "[more]: is no result of this version"
    yield json.dumps(told | {"probability": 2}).encode(), "[probability]: is no result of this version"
    yield b"[1]", "is no result of this version"
    yield b"{", "is no JSON"
    yield b"\xff\xfe", "is no JSON"
    yield b"[" * 100_000, "is no JSON"


@pytest.mark.parametrize("verb", ["export", "hub"])
def test_what_is_no_result_of_this_version_is_refused(run: Path, tmp_path: Path, verb: str) -> None:
    path = next(run.glob("jobs/*/result.json"))
    for data, said in other(json.loads(path.read_text("utf-8"))):
        path.write_bytes(data)
        ended = call(verb, str(run), "--out", "new")
        assert ended.exit_code == 2, said
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr
        assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "there is no such folder or file"),
        (("empty",), "holds no results of a run"),
        ((os.devnull,), "holds no results of a run"),
        (("brief", "--out", "brief"), "holds more than an export"),
        (("brief", "--out", "mine.xlsx"), "not an export"),
        (("brief", "--out", "mine"), "holds more than an export"),
        (("brief", "--out", "mine.xlsx/x.xlsx"), "there is a file of this name"),
        (("brief", "--out", "link.xlsx"), "is a link"),
        (("brief", "--out", "link"), "is a link"),
        (("brief", "--out", "a.xls"), "is neither FILE.xlsx nor an earlier folder"),
        (("brief", "--out", "a.xlsx", "--format", "csv"), "is a workbook's name"),
        (("brief", "--out", "a", "--format", "xlsx"), "must end in .xlsx"),
        (("brief", "--known-on", "2023-09-06"), "is for the ledger"),
        (("brief", "--known-on", "soon", "--out", "a", "--format", "xlsx"), "--known-on"),
        (("seeds",), "neither this folder nor one above it has seeds/"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_changes_nothing(
    run: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "mine").mkdir()
    for name in ("mine.xlsx", "mine/README.csv", "mine/goals.csv"):
        (tmp_path / name).write_text("mine", "utf-8")
    (tmp_path / "link.xlsx").symlink_to("mine.xlsx")
    (tmp_path / "link").symlink_to("empty")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    ended = call("export", *words)
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert ended.stdout == ""
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_ledger_as_it_was_known_on_a_day(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    for words in ((), ("--known-on", "2023-06-30")):
        for name in ("seeds", str(root / "seeds")):
            out = tmp_path / f"{len(words)}"
            ended = call("export", name, "--out", str(out), "--language", "en", *words)
            assert (ended.exit_code, ended.stdout) == (0, f"{out}\n")
    rows = [
        len((tmp_path / name / "observations.csv").read_text("utf-8").splitlines()) for name in ("0", "2")
    ]
    assert rows[0] > rows[1] > 1
    assert "2023-06-30" in (tmp_path / "2" / "README.csv").read_text("utf-8")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_where_nothing_may_be_written_it_says_so(run: Path, tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    ended = call("export", str(run), "--out", str(shut / "a"))
    assert ended.exit_code == 1
    assert "cannot be read or written" in ended.stderr


# the hub


def test_a_hub_is_written_whole_and_again(run: Path, root: Path, tmp_path: Path) -> None:
    words = ("hub", str(run), "--out", "hub", "--repository", "a/b", "--seeds", str(root / "seeds"))
    ended = call(*words)
    assert (ended.exit_code, ended.stdout) == (0, "hub\n")
    assert "lost--x" in ended.stderr
    hub = tmp_path / "hub"
    files = {path.relative_to(hub).as_posix(): path.read_bytes() for path in hub.rglob("*") if path.is_file()}
    assert "model-output/forecasts-attainment/2023-09-06-forecasts-attainment.csv" in files
    assert len(files["target-data/time-series.csv"].splitlines()) > 2
    assert call(*words).exit_code == 0
    again = {path.relative_to(hub).as_posix(): path.read_bytes() for path in hub.rglob("*") if path.is_file()}
    assert again == files
    (hub / "model-output" / "others").mkdir()
    (hub / "model-output" / "others" / "2023-09-06-others.csv").write_text("theirs", "utf-8")
    ended = call(*words)
    assert ended.exit_code == 2
    assert "holds more than a hub of these rounds" in ended.stderr
    assert (hub / "model-output" / "others" / "2023-09-06-others.csv").read_text("utf-8") == "theirs"


def test_a_hub_outside_of_a_project_says_what_it_lacks(run: Path, tmp_path: Path) -> None:
    ended = call("hub", str(run), "--out", "hub", "--format", "parquet")
    assert ended.exit_code == 0
    assert "only an example" in ended.stderr
    assert "no target data" in ended.stderr
    assert len((tmp_path / "hub" / "target-data" / "time-series.csv").read_text("utf-8").splitlines()) == 1
    assert len(list((tmp_path / "hub" / "model-output").rglob("*.parquet"))) == 1


def test_all_that_is_wrong_with_a_hub_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = call("hub", "nowhere", "--out", "hub", "--team", "a-b", "--repository", "x", "--seeds", "none")
    assert ended.exit_code == 2
    assert len(ended.stderr.splitlines()) == 4
    assert list(tmp_path.iterdir()) == []
