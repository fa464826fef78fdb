"""What no font can show: told by ``check`` with its place, before any job runs."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.cli import app
from forecasts.publish.glyphs import glyph_remarks

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path / "seeds"


def write(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sign_without_glyph_is_told_with_file_line_column_and_code_point(seeds: Path) -> None:
    write(seeds / "indicators.csv", "高新技术企业", "高新技术企业\U0001f600ก")
    write(seeds / "scenarios" / "tech-year-end.yaml", "why_zh: 假设", "why_zh: 假设\U0001f600")
    told = CliRunner().invoke(app, ["check", "--seeds", str(seeds)])
    assert told.exit_code == 0
    [table] = [line for line in told.stderr.splitlines() if "indicators.csv" in line]
    assert table.startswith("warning: seeds/indicators.csv:2 [name_zh]: ")
    assert "U+1F600" in table
    assert "U+0E01" in table
    [scenario] = [line for line in told.stderr.splitlines() if "tech-year-end.yaml" in line]
    assert "scenarios/tech-year-end.yaml:5 [why_zh]: " in scenario


def test_a_column_is_told_once_and_an_accepted_row_not_at_all(seeds: Path) -> None:
    names = (seeds / "indicators.csv").read_text(encoding="utf-8").splitlines()
    heads = names[0].split(",")
    assert "accepted" not in heads
    before = glyph_remarks(seeds)
    rows = [names[0] + ",accepted"] + [
        line + (",an emoji is meant" if i == 0 else ",") for i, line in enumerate(names[1:])
    ]
    rows[1:4] = [row.replace("科技", "科技\U0001f600").replace("企业", "企业\U0001f600") for row in rows[1:4]]
    (seeds / "indicators.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    new = [r for r in glyph_remarks(seeds) if r not in before and r.problem.column == "name_zh"]
    assert len(new) == 1
    assert new[0].problem.line == 3
    assert 0 not in new[0].rows
