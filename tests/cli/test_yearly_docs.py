"""The page about the yearly loop: each of its commands runs, in order, and prints what the page shows."""

import csv
import re
import shlex
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.cli import app
from tests.conftest import ROOT

PAGES = {"en": ROOT / "docs" / "yearly-loop.md", "zh": ROOT / "docs" / "yearly-loop.zh.md"}
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$|^(\|.*?\|)\n(?!\|)", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    """Commands, what they show, and the choices that a person makes then."""

    commands: list[str]
    shown: list[str] = field(default_factory=list)
    choices: list[tuple[str, str, str]] = field(default_factory=list)


def steps(page: str) -> list[Step]:
    """Return what a page does, in its order."""
    found: list[Step] = []
    for kind, text, table in BLOCK.findall(page):
        if kind == "sh":
            found.append(Step(text.splitlines()))
        elif kind == "text":
            found[-1].shown += [line for line in map(bare, text.splitlines()) if line != "…"]
        else:
            rows = [[cell.strip("` ") for cell in row.strip("|").split("|")] for row in table.splitlines()]
            found[-1].choices += [(name, column, value) for name, column, value in rows[2:]]
    return found


def bare(line: str) -> str:
    """Return a line without the width of its columns."""
    return " ".join(unicodedata.normalize("NFC", line).split())


def perform(command: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run one command as a shell would; return what it printed."""
    verb, *words = shlex.split(command)
    if verb == "cd":
        monkeypatch.chdir(words[0])
    elif verb == "cp":
        option, source, target = words
        assert option == "-r"
        shutil.copytree(source, Path(target) / Path(source).name)
    else:
        assert verb == "forecasts"
        ended = CliRunner().invoke(app, words)
        assert ended.exit_code == 0, f"{command}\n{ended.stderr}"
        return list(map(bare, [*ended.stdout.splitlines(), *ended.stderr.splitlines()]))
    return []


def choose(path: Path, choices: list[tuple[str, str, str]]) -> None:
    """Write into a file of decisions what a person writes there."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, column, value in choices:
        named = [
            r for r in rows if name in (r.get("goal"), r["indicator"]) and r.get("kind", "goal") == "goal"
        ]
        assert len(named) == 1, name
        named[0][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the page begins: in a project with the record."""
    shutil.copytree(ROOT / "seeds" / "record", folder / "seeds" / "record")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_every_command_of_the_page_runs_and_prints_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path / "project", monkeypatch)
    every = steps(PAGES["en"].read_text(encoding="utf-8"))
    assert sum(len(step.commands) for step in every) > 10
    for step in every:
        printed = [line for command in step.commands for line in perform(command, monkeypatch)]
        assert [line for line in step.shown if line not in printed] == []
        if step.choices:
            choose(Path(step.commands[-1].split("--out ")[1]), step.choices)
    assert Path("reports/out/brief/2025-01-14/brief.en.pdf").read_bytes().startswith(b"%PDF")


def test_both_languages_show_the_same() -> None:
    english, chinese = (steps(PAGES[language].read_text(encoding="utf-8")) for language in ("en", "zh"))
    for one in english:
        one.commands = [command.replace(" --language en", "") for command in one.commands]
        one.shown = [line.replace("brief.en.pdf", "brief.zh.pdf") for line in one.shown]
    assert english == chinese
