"""``forecasts joint``: the numbers of Python and of ``attain``, three formats, exit codes."""

import csv
import datetime as dt
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

DAY = "2023-09-06"
TWO = ("--goal", "chongqing-hightech-2027", "--goal", "chongqing-tech-2027")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_it_is_that_of_python_in_three_formats(seeds: fc.Seeds) -> None:
    words = ("joint", "--scenario", "scope-share", "--known-on", DAY)
    told = json.loads(run(*words, "--format", "json").stdout)
    jsonschema.validate(told, json.loads(SCHEMAS["joint"]()))
    goals = seeds.ledger.headline_goals()
    fit = seeds.scenarios["scope-share"].applies_to
    names = ["scope-share" if fit(goal) else "baseline" for goal in goals]
    day = dt.date.fromisoformat(DAY)
    asked = [find_question(seeds, goal, name, day) for goal, name in zip(goals, names, strict=True)]
    assert told == json.loads(fc.joint(seeds.ledger, asked).model_dump_json())
    # Each says under which scenario it stands: the one that is named, or its own.
    assert [row["scenario"] for row in told["goals"]] == [question.scenario.id for question in asked]
    assert {"scope-share", "baseline"} == {row["scenario"] for row in told["goals"]}
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout)))
    assert [float(row["probability"]) for row in rows] == [
        row["probability"] for row in (*told["goals"], *told["events"])
    ]
    text = run(*words).stdout
    assert "全部达成 all are met" in text
    assert "prior alone speaks" in text


def test_each_goal_has_the_number_that_attain_says(seeds: fc.Seeds) -> None:
    told = json.loads(run("joint", *TWO, "--known-on", "2024-06-01", "--format", "json").stdout)
    for row in told["goals"]:
        words = ("compare", "--goal", row["goal"], "--scenario", row["scenario"], "--known-on", "2024-06-01")
        [alone] = json.loads(run(*words, "--format", "json").stdout)["rows"]
        assert alone["probability"] == row["probability"]
    day = dt.date(2024, 6, 1)
    asked = [find_question(seeds, row["goal"], "baseline", day) for row in told["goals"]]
    assert [fc.verdict(fc.outlook(seeds.ledger, q)).probability for q in asked] == [
        row["probability"] for row in told["goals"]
    ]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (TWO[:2], 2, ["name at least two"]),
        (("--goal", "x", *TWO, "--goal", "y"), 2, ["(got 'x')", "(got 'y')"]),
        ((*TWO, *TWO[:2], "--scenario", "scope-shar", "--known-on", "June"), 2,
         ["is named twice", "did you mean 'scope-share'", "must be a day"]),
        ((*TWO, "--scenario", "scope-share"), 2, ["not for the goal 'chongqing-hightech-2027'", "tech-2027"]),
        ((*TWO, "--known-on", "2028-06-01"), 3, ["hightech-2027' has passed", "-tech-2027' has passed"]),
        ((*TWO, "--known-on", "2000-01-01"), 3, ["cannot be answered"]),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_its_code(words: tuple[str, ...], code: int, told: list[str]) -> None:
    ended = run("joint", *words)
    assert ended.exit_code == code
    assert ended.stdout == ""
    assert all(part in ended.stderr for part in told), ended.stderr
    assert "Traceback" not in ended.stderr
