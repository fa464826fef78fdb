"""``forecasts extract``, as people and programs call it."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.intake.candidates import Candidate

COLUMNS = [field.name for field in fields(Candidate)]
REPORT = "seeds/texts/seed-report.txt"


def run(*words: str) -> "tuple[int, str, str]":
    ended = CliRunner().invoke(app, ["extract", *words])
    return ended.exit_code, ended.stdout, ended.stderr


def test_json_is_one_list_of_rows(at_home: Path) -> None:
    code, out, err = run(REPORT, "--format", "json")
    rows = json.loads(out)
    assert (code, err) == (0, "")
    assert all(list(row) == COLUMNS for row in rows)
    text = (at_home / REPORT).read_bytes().decode()
    assert all(text[row["start"] : row["end"]] == row["quote"] for row in rows)
    assert all(isinstance(row["value"], float) for row in rows)
    assert {"1150家", "6700家", "突破150亿元"} == {row["quote"] for row in rows if row["kind"] == "goal"}


def test_csv_and_a_workbook_hold_the_same_rows(at_home: Path, tmp_path: Path) -> None:
    rows = json.loads(run(REPORT, "--format", "json")[1])
    table = list(csv.DictReader(io.StringIO(run(REPORT)[1])))
    assert [row["quote"] for row in table] == [row["quote"] for row in rows]
    out = tmp_path / "rows.xlsx"
    code, said, _ = run(REPORT, "--format", "xlsx", "--out", str(out))
    assert (code, said.strip()) == (0, str(out))
    first, *others = load_workbook(out)["quantities"].iter_rows(values_only=True)
    assert list(first) == COLUMNS
    assert [row[3] for row in others] == [row["value"] for row in rows]
    assert run(REPORT, "--format", "xlsx", "--out", str(out))[0] == 0, "its own file is replaced"


def test_no_word_of_a_text_is_a_formula(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("=HYPERLINK产业增长5%，\n@SUM企业12家", encoding="utf-8")
    out = tmp_path / "rows.xlsx"
    assert run(str(report), "--format", "xlsx", "--out", str(out))[0] == 0
    assert all(cell.data_type != "f" for row in load_workbook(out)["quantities"] for cell in row)
    table = csv.reader(io.StringIO(run(str(report))[1]))
    assert not any(cell.startswith(("=", "@", "+")) for row in table for cell in row)


def test_rows_of_several_files_name_theirs(at_home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("截至2023年6月底，全市高新技术企业达5120家。", encoding="utf-8")
    rows = json.loads(run(REPORT, str(other), "--format", "json")[1])
    assert {row["file"] for row in rows} == {REPORT, str(other)}
    assert rows[-1]["indicator"] == "hightech_enterprises"


def test_the_region_may_be_told(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("新建学校12所", encoding="utf-8")
    assert json.loads(run(str(report), "--format", "json", "--region", "某市")[1])[0]["region"] == "某市"


def test_a_text_is_read_outside_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.txt").write_text("高新技术企业12家", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert json.loads(run("report.txt", "--format", "json")[1])[0]["indicator"] == "高新技术企业"


def test_all_faults_are_told_at_once_and_nothing_is_printed(at_home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    code, out, err = run(
        REPORT, "nowhere.txt", str(tmp_path), str(tmp_path / "empty.txt"), "--seeds", "nowhere"
    )
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 4
    code, _, err = run(REPORT, "--format", "xlsx")
    assert code == 2
    assert "--out" in err


def test_nothing_else_is_written_over(at_home: Path, tmp_path: Path) -> None:
    taken = tmp_path / "diary.csv"
    taken.write_text("mine", encoding="utf-8")
    assert run(REPORT, "--out", str(taken))[0] == 2
    assert run(REPORT, "--out", REPORT)[0] == 2
    assert taken.read_text("utf-8") == "mine"


def test_it_starts_without_pandas(at_home: Path) -> None:
    script = (
        "import sys; from forecasts.cli import app\n"
        f"try: app(['extract', {REPORT!r}, '--format', 'json'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'scipy', 'altair', 'pyarrow', 'statsmodels'} & set(sys.modules)\n"
        "print(*sorted(heavy), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == ""
