"""The worked examples are what the code installs today, and name options that there are."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml

from forecasts.batch.timing.cron import read_times
from forecasts.batch.timing.schedule import Schedule, cron_line, units
from forecasts.cli import app
from tests.conftest import ROOT

EXAMPLES = ROOT / "reports" / "schedules"
PROJECT = Path("/srv/forecasts")
SCHEDULE = Schedule(
    PROJECT,
    "reports/plans/brief.yaml",
    read_times("0 8 5 * *"),
    ("--jobs", "2"),
    str(PROJECT / ".venv" / "bin" / "python"),
)


def bare(text: str) -> list[str]:
    """Return the lines that are no comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_line_and_the_units_are_those_that_are_installed() -> None:
    assert bare((EXAMPLES / "crontab").read_text("utf-8")) == [cron_line(SCHEDULE)]
    for name, text in units(SCHEDULE).items():
        example = EXAMPLES / f"forecasts{Path(name).suffix}"
        assert bare(example.read_text("utf-8")) == bare(text)


def runs(text: str) -> list[list[str]]:
    """Return the options of every `forecasts run` in a text, as they follow it."""
    lines = re.findall(r"\bforecasts run ([^\n\"'`]*--[^\n\"'`]*)", text)
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_an_example_says_how_far_it_was_tried_and_names_what_there_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.suffix == ".timer" or re.search(r"[Tt]ried|Verified", text)
    command = typer.main.get_command(app).commands["run"]  # type: ignore[attr-defined]
    for options in runs(text):
        command.make_context("run", options)
    for plan in re.findall(r"reports/plans/\w+\.yaml", text):
        assert (ROOT / plan).is_file()
    if path.suffix == ".py":
        assert ast.get_docstring(ast.parse(text))
    if path.suffix == ".yaml":
        assert {"name", "jobs"} <= set(yaml.safe_load(text))


def test_the_examples_run_plans() -> None:
    assert sum(len(runs(path.read_text(encoding="utf-8"))) for path in EXAMPLES.iterdir()) >= 2
