"""``forecasts compare`` and ``forecasts seek``: the numbers of Python, three formats, exit codes."""

import csv
import io
import json
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

import forecasts as fc
from forecasts.attainment.question import find_question
from forecasts.cli import app
from forecasts.publish.schemas import SCHEMAS

GOAL, DAY = "science-city-financing-2023", "2023-09-06"


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_a_comparison_is_that_of_python_in_three_formats(seeds: fc.Seeds) -> None:
    words = ("compare", "--goal", GOAL, "--scenario", "scope-counted", "--scenario", "scope-share")
    words = (*words, "--known-on", DAY)
    told = json.loads(run(*words, "--format", "json").stdout)
    jsonschema.validate(told, json.loads(SCHEMAS["comparison"]()))
    first, other = (find_question(seeds, GOAL, s, told_day()) for s in ("scope-counted", "scope-share"))
    assert told == json.loads(fc.compare(seeds.ledger, first, [other.scenario]).model_dump_json())
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout)))
    assert [float(row["probability"]) for row in rows] == [row["probability"] for row in told["rows"]]
    text = run(*words).stdout
    assert "scope-share" in text
    assert "difference" in text


def told_day() -> Any:
    import datetime as dt

    return dt.date.fromisoformat(DAY)


def test_a_verdict_of_the_same_scenario_has_the_same_number(seeds: fc.Seeds) -> None:
    told = json.loads(run("compare", "--goal", GOAL, "--known-on", DAY, "--format", "json").stdout)
    assert [row["scenario"] for row in told["rows"]] == list(seeds.scenarios_of(GOAL))
    from forecasts.attainment.verdict import answer

    for row in told["rows"]:
        assert answer(seeds, GOAL, row["scenario"], told_day()).probability == row["probability"]
    attained = json.loads(run("attain", "--goal", GOAL, "--known-on", DAY, "--format", "json").stdout)
    compared = {row["scenario"]: row["probability"] for row in told["rows"]}
    assert [row["scenario"] for row in attained] == list(seeds.scenarios_of(GOAL, headline=True))
    for row in attained:  # printed with fifteen digits
        assert row["probability"] == pytest.approx(compared[row["scenario"]], abs=1e-14)


def test_what_is_sought_is_that_of_python_in_three_formats(seeds: fc.Seeds) -> None:
    words = ("seek", "--goal", GOAL, "--scenario", "scope-share", "--vary", "one_off", "--known-on", DAY)
    told = json.loads(run(*words, "--format", "json").stdout)
    jsonschema.validate(told, json.loads(SCHEMAS["seek"]()))
    question = find_question(seeds, GOAL, "scope-share", told_day())
    assert told == json.loads(fc.seek(seeds.ledger, question, "one_off").model_dump_json())
    [row] = csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout))
    assert float(row["value"]) == told["value"]
    assert "on top" in run(*words).stdout


def test_what_is_not_reachable_says_why_in_both_languages() -> None:
    ended = run("seek", "--goal", GOAL, "--vary", "delay", "--known-on", DAY)
    assert ended.exit_code == 0
    assert "不可达" in ended.stdout
    assert "not reachable: between 0 and 120 the probability is" in ended.stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("compare", "--goal", "nowhere"), 2, ["--goal"]),
        (("compare", "--goal", GOAL, "--scenario", "scope-shar", "--scenario", "x"), 2,
         ["scope-share", "'x'"]),
        (("compare", "--goal", GOAL, "--scenario", "scope-share", "--scenario", "scope-share"), 2, ["twice"]),
        (("compare", "--goal", GOAL, "--known-on", "2024-06-01"), 3, ["has passed"]),
        (("compare", "--goal", GOAL, "--known-on", "June"), 2, ["must be a day"]),
        (("seek", "--goal", GOAL, "--vary", "pase", "--probability", "2", "--date", "x"), 2,
         ["did you mean 'pace'", "no verdict is surer", "--date: must be a day", "does nothing"]),
        (("seek", "--goal", GOAL, "--vary", "pace", "--scenario", "tech-year-end"), 2, ["not for the goal"]),
        (("seek", "--goal", GOAL, "--vary", "one_off", "--date", "2024-02-01"), 2, ["after the deadline"]),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_its_code(words: tuple[str, ...], code: int, told: list[str]) -> None:
    ended = run(*words)
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert all(part in ended.stderr for part in told)
    assert "Traceback" not in ended.stderr
