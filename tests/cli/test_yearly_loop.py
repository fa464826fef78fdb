"""The yearly loop on the command line: a report, its goals, forecasts, the next report, outcomes, scores.

Nothing is typed but days and choices: every number and every word of a row comes out of the two reports.
"""

import csv
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from forecasts.attainment.question import find_question
from forecasts.cli import app
from forecasts.ledger.ledger import read_ledger
from forecasts.publish.brief import headline_results
from forecasts.publish.leads import verdict_of
from forecasts.scenarios.seeds import Seeds, read_seeds
from forecasts.whatif.taken import answer_whole
from tests.conftest import ROOT

#: A province of whose goals for 2025 some were met, some missed, and some never spoken of again.
PLACE = "liaoning"
SPOKEN, NEXT, LATER = "2025-01-15", "2026-02-02", "2026-06-30"


def run(*arguments: str, code: int = 0) -> str:
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == code, ended.stderr
    return ended.stdout


def told(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--format", "json", code=code))


def report(year: int) -> str:
    return str(ROOT / "seeds" / "record" / "texts" / f"{PLACE}-report-{year}.txt")


def source(year: int, day: str) -> tuple[str, ...]:
    named = ("--source", f"{PLACE}-{year}", "--title", "政府工作报告", "--publisher", "省人民政府")
    return (*named, "--published-on", day)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new house that holds nothing but the record of past goals."""
    monkeypatch.chdir(tmp_path)
    run("new", "house", "--empty")
    shutil.copytree(ROOT / "seeds" / "record", tmp_path / "house" / "seeds" / "record")
    monkeypatch.chdir(tmp_path / "house")
    return tmp_path / "house"


@pytest.mark.slow
def test_a_years_loop_ends_in_scores_of_every_forecast(house: Path) -> None:
    # The report: what it asks, with its own figures, by what could be known on its day.
    listed = told("goals", report(2025), "--published-on", SPOKEN)
    answered = {row["indicator"]: row["probability"] for row in listed if row["probability"] is not None}
    assert len(answered) >= 5
    run("goals", report(2025), "--published-on", SPOKEN, "--with-figures", "--out", "goals.csv")
    run("intake", report(2025), "--accept-from", "goals.csv", *source(2025, SPOKEN))
    run("check")
    ledger = read_ledger(house / "seeds")
    assert len(ledger.goals) >= 10
    assert all(goal.source == f"{PLACE}-2025" for goal in ledger.goals.values())

    # Forecasts as known on that day: those that the list has given before anything was accepted.
    plan = "reports/plans/watch.yaml"  # every goal; exit code 1, for some have no answer
    run("run", plan, "--known-on", SPOKEN, "--jobs", "1", code=1)
    made = told("register")
    assert {row["known_on"] for row in made} == {SPOKEN}
    said = {row["indicator"]: row["probability"] for row in made}
    assert said == pytest.approx(answered, abs=1e-9)

    # A year on: what the next report states of them. A person adds one that only the eye can tell.
    run("resolve", report(2026), "--out", "outcomes.csv")
    with open("outcomes.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (ROOT / "seeds" / "record" / "goals.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = {row["id"]: row["met"] for row in csv.DictReader(file)}
    became = {"met": "yes", "missed": "no", "silent": "unknown"}
    accepted = [row for row in rows if row["decision"] == "accept"]
    assert len(accepted) >= 5
    assert all(became[row["state"]] == truth[row["goal"]] for row in accepted)
    assert {row["state"] for row in rows} >= {"met", "missed", "silent"}
    run("intake", report(2026), "--accept-from", "outcomes.csv", *source(2026, NEXT))

    # The track record: all that was said before, misses among it; what nobody spoke of stays unknown.
    found = told("scores", "--known-on", LATER)
    scored = {one["goal"]: one for one in found["forecasts"]}
    assert scored.keys() == {row["goal"] for row in made}
    decided = {row["goal"]: row["state"] for row in accepted}
    for name, one in scored.items():
        if name not in decided:
            assert one["outcome"] == "silent"
            assert one["brier"] is None
            continue
        met = decided[name] == "met"
        assert one["outcome"] == decided[name]
        assert one["timing"] == "afterwards"  # by the clock it was tried when the outcome was known
        assert one["brier"] == pytest.approx((one["probability"] - met) ** 2)
        kept = one["probability"] if met else 1 - one["probability"]
        assert one["log_score"] == pytest.approx(-math.log(kept))
    silent = {one["goal"] for one in found["not_scored"]["silent"]}
    assert silent == scored.keys() - decided.keys()
    assert silent
    assert {decided[name] for name in scored if name in decided} == {"met", "missed"}
    # Nothing of it was known in advance.
    before = told("scores", "--known-on", SPOKEN)
    assert {one["outcome"] for one in before["forecasts"]} == {"open"}
    assert "silent" in run("scores", "--known-on", LATER)


@pytest.mark.slow
def test_the_list_of_goals_says_what_the_brief_says(at_home: Path, seeds: Seeds) -> None:
    ledger = seeds.ledger
    names = ledger.headline_goals()
    text = at_home / "seeds" / "texts" / f"{ledger.goals[names[0]].source}.txt"
    rows = told("goals", str(text))
    assert [row["held"] for row in rows] == list(names)
    # The report that seeds/ holds is asked about as on the day on which its figures were published.
    day = ledger.newest_publication(names)
    assert {row["known_on"] for row in rows} == {day.isoformat()}
    kinds = []
    for row in rows:
        scenarios = seeds.scenarios_of(row["held"], headline=True)
        whole = [answer_whole(seeds, row["held"], name, day) for name in scenarios]
        found = verdict_of(headline_results(whole))
        assert (row["verdict"], row["lowest"], row["highest"]) == (found.kind, found.low, found.high)
        assert find_question(seeds, row["held"], "baseline", day).known_on == day
        kinds.append(found.kind)
    assert "undetermined" in kinds
    assert run("goals", str(text)).count("undetermined") == kinds.count("undetermined")


def test_what_only_the_record_knows_comes_along_with_the_row_that_names_it(house: Path) -> None:
    run("goals", report(2025), "--published-on", SPOKEN, "--out", "goals.json")
    run("intake", report(2025), "--accept-from", "goals.json", *source(2025, SPOKEN))
    held = read_seeds(house / "seeds")
    assert held.record is not None
    named = {goal.indicator for goal in held.ledger.goals.values()}
    assert set(held.ledger.indicators) == named
    for key, one in held.ledger.indicators.items():
        assert one.name_zh == held.record.ledger.indicators[key].name_zh
        assert one.scope_zh
    # The province, and what holds it.
    assert set(held.ledger.regions) == {PLACE, held.record.ledger.regions[PLACE].parent}
    again = run("intake", report(2025), "--accept-from", "goals.json", *source(2025, SPOKEN))
    assert again.splitlines()[-1] == "0 rows added"


def test_who_walks_through_a_report_is_offered_what_the_record_knows(house: Path) -> None:
    (house / "next.txt").write_text(
        "辽宁省2026年政府工作报告\n——2026年1月20日在辽宁省人民代表大会上\n\n"
        "一、2025年工作回顾\n过去一年，地区生产总值增长5.3%。\n",
        encoding="utf-8",
    )
    typed = "\n".join(("liaoning-2026", "", "辽宁省", "", "", "", "a", "y")) + "\n"
    ended = CliRunner().invoke(app, ["intake", "next.txt", "--region", PLACE], input=typed)
    assert ended.stdout.splitlines()[-1] == "1 rows added", ended.stderr
    assert set(read_ledger(house / "seeds").indicators) == {"gdp_growth"}


def test_what_a_person_describes_anew_is_not_offered(house: Path) -> None:
    (row,) = [r for r in told("goals", report(2025)) if r["asked"] and r["indicator"] == "gdp_growth"]
    own = {
        "id": "gdp_growth",
        "name_zh": "全省经济增速",
        "unit_zh": "%",
        "kind": "rate",
        "scope_zh": "不变价",
    }
    Path("d.json").write_text(json.dumps({"indicators": [own], "decisions": [row]}), encoding="utf-8")
    run("intake", report(2025), "--accept-from", "d.json", *source(2025, SPOKEN))
    assert read_ledger(house / "seeds").indicators["gdp_growth"].name_zh == own["name_zh"]


def test_a_choice_in_the_file_of_goals_makes_a_goal_a_headline(house: Path) -> None:
    run("goals", report(2025), "--published-on", SPOKEN, "--with-figures", "--out", "goals.csv")
    with open("goals.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["headline"] = "true" if row["indicator"] == "gdp_growth" and row["kind"] == "goal" else ""
    with open("goals.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    run("intake", report(2025), "--accept-from", "goals.csv", *source(2025, SPOKEN))
    assert read_ledger(house / "seeds").headline_goals() == (f"{PLACE}-gdp_growth-2025",)


@pytest.mark.parametrize("verb", ["goals", "resolve"])
def test_a_file_of_decisions_takes_no_other_files_place(house: Path, verb: str) -> None:
    (house / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    text = report(2025)
    for out, option in (("notes.csv", "--out"), ("x.xlsx", "--out"), (text, "--out")):
        ended = CliRunner().invoke(app, [verb, text, "--out", out])
        assert ended.exit_code == 2
        assert [line.split(":")[0] for line in ended.stderr.splitlines()] == [option]
    assert run(verb, text, "--format", "csv", code=0) == _written(verb, text, "x.csv")
    ended = CliRunner().invoke(app, [verb, text, "--out", "x.csv", "--format", "json"])
    assert (ended.exit_code, ended.stderr.split(":")[0]) == (2, "--format")
    assert (house / "notes.csv").read_text(encoding="utf-8") == "a,b\n1,2\n"


def _written(verb: str, text: str, out: str) -> str:
    for _ in range(2):  # its own file is replaced
        assert run(verb, text, "--out", out) == f"{out}\n"
    return Path(out).read_text(encoding="utf-8")
