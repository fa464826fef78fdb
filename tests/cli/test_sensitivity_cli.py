"""``forecasts sensitivity``: the numbers of Python, three formats, a chart, exit codes."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

import forecasts as fc
from forecasts.attainment.question import find_question
from forecasts.cli import app
from forecasts.cli.outs import is_chart
from forecasts.publish.schemas import SCHEMAS

GOAL, DAY = "science-city-hightech-2023", "2023-09-06"
WORDS = ("sensitivity", "--goal", GOAL, "--known-on", DAY)


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_it_is_that_of_python_in_three_formats(seeds: fc.Seeds) -> None:
    told = json.loads(run(*WORDS, "--format", "json").stdout)
    jsonschema.validate(told, json.loads(SCHEMAS["sensitivity"]()))
    question = find_question(seeds, GOAL, "baseline", dt.date.fromisoformat(DAY))
    assert told == json.loads(fc.sensitivity(seeds.ledger, question).model_dump_json())
    rows = list(csv.DictReader(io.StringIO(run(*WORDS, "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == [row["id"] for row in told["rows"]]
    assert [float(row["low_probability"]) for row in rows] == [r["low"]["probability"] for r in told["rows"]]
    text = run(*WORDS).stdout
    for row in told["rows"]:
        assert row["name_zh"] in text
        assert row["name_en"] in text
    assert "目标 goal" in text


def test_what_the_two_tell_only_together_is_told() -> None:
    """The date of the count and the clock: each alone moves little, both at once decide."""
    rows = {row["about"]: row for row in json.loads(run(*WORDS, "--format", "json").stdout)["rows"]}
    assert rows["together"]["swing"] > 10 * (rows["date"]["swing"] + rows["clock"]["swing"])


@pytest.mark.parametrize("name", ["chart.svg", "chart.html"])
def test_a_chart_is_written_whole_and_over_its_own(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new" / name
    for language in ((), ("--language", "en")):
        ended = run(*WORDS, "--chart", str(path), *language)
        assert ended.exit_code == 0, ended.stderr
        assert is_chart(path)
        text = path.read_text(encoding="utf-8")
        assert ("What the probability rests on" in text) == bool(language)
        assert "font/woff2" in text
    assert [p.name for p in path.parent.iterdir()] == [name]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--goal", "nowhere"), 2, ["--goal"]),
        (("--goal", GOAL, "--scenario", "baselin"), 2, ["did you mean 'baseline'"]),
        (("--goal", GOAL, "--known-on", "June", "--chart", "a.png"), 2, ["must be a day", ".svg or .html"]),
        (("--goal", GOAL, "--known-on", "June", "--language", "en"), 2, ["must be a day", "does nothing"]),
        (("--goal", GOAL, "--known-on", "2024-06-01"), 3, ["has passed"]),
        (("--goal", GOAL, "--chart", "seeds/new.svg"), 2, ["--chart", "lies in a folder that is read"]),
    ],
)
def test_bad_input_is_told_with_its_code(
    words: tuple[str, ...], code: int, told: list[str], at_home: Path
) -> None:
    ended = run("sensitivity", *words)
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert all(part in ended.stderr for part in told)
    assert "Traceback" not in ended.stderr


def test_what_is_no_chart_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.svg"
    path.write_text("<svg>my own drawing</svg>", encoding="utf-8")
    ended = run(*WORDS, "--chart", str(path))
    assert ended.exit_code == 2
    assert "--chart" in ended.stderr
    assert path.read_text(encoding="utf-8") == "<svg>my own drawing</svg>"
