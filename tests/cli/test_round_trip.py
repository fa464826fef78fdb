"""From a report to its forecasts with no number typed: what is taken in answers as the shipped rows do."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecasts.attainment.outlook import outlook
from forecasts.attainment.question import Question
from forecasts.cli import app
from forecasts.cli.answers import headline_of
from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.entries import decimal_of
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import read_known
from forecasts.ledger.fields import Origin
from forecasts.ledger.ledger import Ledger, read_ledger
from forecasts.ledger.records import Goal, Observation
from forecasts.ledger.scaled import in_unit_of
from forecasts.scenarios.seeds import Seeds

Row = Observation | Goal


def without(path: Path, ids: set[str]) -> None:
    """Take rows out of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        heads, *rows = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([heads, *(row for row in rows if row[0] not in ids)])


def read_of(row: Row, ledger: Ledger, candidates: list[Candidate]) -> Candidate:
    """Return the quantity that a row was read from."""
    indicator = ledger.indicators[row.indicator]
    goal = isinstance(row, Goal)
    return next(
        one
        for one in candidates
        if in_unit_of(indicator, decimal_of(one.value), one.unit) == row.value
        and (one.kind == Said.GOAL) == goal
    )


@pytest.mark.slow
def test_a_report_that_is_taken_in_answers_as_the_shipped_rows_do(
    root: Path, seeds: Seeds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = seeds.ledger
    goals = [shipped.goals[name] for name in shipped.headline_goals()]
    source = shipped.sources[goals[0].source]
    figures = [
        o
        for o in shipped.observations.values()
        if (o.source, o.origin) == (source.id, Origin.PRINTED) and o.region == goals[0].region
        and o.indicator in {g.indicator for g in goals}
    ]  # fmt: skip
    assert figures
    folder = tmp_path / "seeds"
    shutil.copytree(root / "seeds", folder, ignore=shutil.ignore_patterns("scenarios", ".intake"))
    without(folder / "goals.csv", {g.id for g in goals})
    without(folder / "observations.csv", {o.id for o in figures})
    monkeypatch.chdir(tmp_path)

    text = (folder / "texts" / f"{source.id}.txt").read_text(encoding="utf-8")
    candidates = candidates_of(text, read_known(folder), goals[0].region)
    # A person corrects the day and the thing where the report does not say them, and types no number.
    decisions = [
        {
            "start": one.start, "end": one.end, "decision": "accept", "indicator": row.indicator,
            "region": row.region,
            **({"date": str(row.as_of), "period_start": row.period_start and str(row.period_start)}
               if isinstance(row, Observation) else {}),
        }
        for row in (*figures, *goals)
        for one in [read_of(row, shipped, candidates)]
    ]  # fmt: skip
    said = {"published_on": str(goals[0].published_on), "given_on": str(goals[0].announced_on)}
    (tmp_path / "d.json").write_text(
        json.dumps({"source": {"source": source.id, **said}, "decisions": decisions}), encoding="utf-8"
    )
    report = str(folder / "texts" / f"{source.id}.txt")
    ended = CliRunner().invoke(app, ["intake", report, "--accept-from", "d.json"])
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == f"{len(decisions)} rows added"

    taken = read_ledger(folder)
    new = [g for name, g in taken.goals.items() if name not in shipped.goals]
    day = shipped.newest_publication([g.id for g in goals])
    for goal, other in zip(goals, new, strict=True):
        keys = ("indicator", "region", "value", "comparison", "deadline", "announced_on", "published_on")
        assert [getattr(other, key) for key in keys] == [getattr(goal, key) for key in keys]
        asked, again = Question(goal, known_on=day), Question(other, known_on=day)
        assert outlook(taken, again).probability == outlook(shipped, asked).probability


@pytest.mark.slow
def test_the_goals_of_a_report_that_are_held_have_the_answers_of_the_ledger(
    at_home: Path, seeds: Seeds
) -> None:
    ledger = seeds.ledger
    goals = [ledger.goals[name] for name in ledger.headline_goals()]
    day = ledger.newest_publication([g.id for g in goals])
    text = str(at_home / "seeds" / "texts" / f"{goals[0].source}.txt")
    options = ("--published-on", str(day), "--format", "json")
    told = json.loads(CliRunner().invoke(app, ["goals", text, *options]).stdout)
    assert [row["held"] for row in told] == [g.id for g in goals]
    from forecasts.attainment.question import find_question

    for row, goal in zip(told, goals, strict=True):
        found = outlook(ledger, find_question(seeds, goal.id, "baseline", day))
        assert row["probability"] == headline_of(seeds, found)
    table = CliRunner().invoke(app, ["goals", text, "--published-on", str(day), "--format", "csv"]).stdout
    assert [row["held"] for row in csv.DictReader(table.splitlines())] == [g.id for g in goals]
    shown = CliRunner().invoke(app, ["goals", text, "--published-on", str(day)]).stdout
    assert shown.splitlines()[-1] == f"{len(goals)} goals, {len(goals)} with an answer"
