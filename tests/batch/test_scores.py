"""An outcome that is entered scores every forecast that was made before: of all plans, days and scenarios."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from forecasts.batch.register.chronicle import Chronicle
from forecasts.batch.register.entry import Entry
from forecasts.batch.register.register import record, rows_of
from forecasts.batch.register.scores import scored_register, scored_rows
from forecasts.cli import app
from forecasts.ledger.fields import Outcome
from forecasts.ledger.ledger import Ledger
from forecasts.publish.parts import strings
from forecasts.publish.published import published_table, sentences
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds
from tests.batch.registers import DAY, a_run, an_entry

TODAY = dt.date(2024, 6, 30)


def a_ledger(**outcome: Any) -> Ledger:
    """Make a ledger of the goals of the tests' register: g is resolved or not, quiet never is."""
    rows = pd.DataFrame(
        {
            "region": ["r"],
            "indicator": ["firms"],
            "as_of": ["2022-12-31"],
            "value": [1036],
            "qualifier": ["eq"],
        }
    )
    goals = pd.DataFrame(
        {"goal": ["g", "quiet"], "region": ["r", "r"], "indicator": ["firms"] * 2, "value": [1150, 1300],
         "deadline": ["2023-12-31"] * 2}
    )  # fmt: skip
    described = pd.DataFrame(
        {"id": ["firms"], "kind": ["stock"], "name_zh": ["企业数"], "name_en": ["firms"], "unit_zh": ["家"]}
    )
    regions = pd.DataFrame({"id": ["r"], "name_zh": ["甲区"], "name_en": ["Alton"]})
    ledger = Ledger.from_frames(rows, goals, described, regions)
    row = ledger.goals["g"].model_copy(update=outcome)
    return replace(ledger, goals=MappingProxyType({**ledger.goals, "g": row}))


def the_seeds(**outcome: Any) -> Seeds:
    return Seeds(a_ledger(**outcome), {})


MET = {"outcome": Outcome.YES, "outcome_value": 1160, "outcome_as_of": dt.date(2023, 12, 31)}
BEFORE = dt.datetime(2023, 9, 6, 8, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A register of two goals: several plans, days of knowledge, scenarios, and what was tried later."""
    path = tmp_path / "register.sqlite"
    answers = [
        an_entry("g--baseline", probability=0.6),
        an_entry("g--reading", role="reading", probability=0.5),
    ]
    what_if = an_entry("g--slow", role="alternative", probability=0.2)
    quiet = an_entry("quiet--baseline", value=1300.0, probability=0.3)
    record(path, a_run("brief", DAY, made_at=BEFORE), [*answers, what_if, quiet])
    record(path, a_run("sweep", DAY, made_at=BEFORE), [an_entry("g--baseline", probability=0.6)])
    later = DAY + dt.timedelta(days=30)
    record(path, a_run("brief", later, made_at=BEFORE), [an_entry("g--baseline", probability=0.9)])
    record(path, a_run("tried", DAY, made_at=AFTER), [an_entry("g--baseline", probability=0.99)])
    return path


def test_before_an_outcome_is_entered_nothing_is_scored(path: Path) -> None:
    found = scored_register(the_seeds(), TODAY, path)
    assert found.worth == ()
    assert [one.state for one in found.forecasts] == ["silent"] * 7
    assert {one.goal for one in found.questions("silent")} == {"g", "quiet"}


def test_an_outcome_scores_every_forecast_made_before(path: Path) -> None:
    found = scored_register(the_seeds(**MET), TODAY, path)
    assert len(found.forecasts) == len(rows_of(path)) == 7
    states = [(one.written.asked.goal, one.state) for one in found.forecasts]
    assert states.count(("g", "scored")) == 6
    assert states.count(("quiet", "silent")) == 1, "counted and named, not scored"
    told = {(w.timing, w.role): (w.forecasts, w.goals, w.met) for w in found.worth}
    assert told == {
        ("advance", "answer"): (4, 1, 1),
        ("advance", "alternative"): (1, 1, 1),
        ("afterwards", "answer"): (1, 1, 1),
    }
    assert found.worth[0].brier.value == pytest.approx((0.16 + 0.25 + 0.16 + 0.01) / 4)


def test_a_miss_counts_as_much(path: Path) -> None:
    missed = {**MET, "outcome": Outcome.NO, "outcome_value": 1100}
    found = scored_register(the_seeds(**missed), TODAY, path)
    assert found.worth[0].met == 0
    assert found.worth[0].brier.value == pytest.approx((0.36 + 0.25 + 0.36 + 0.81) / 4)


def test_before_its_day_nothing_is_due(path: Path) -> None:
    found = scored_register(the_seeds(**MET), dt.date(2023, 12, 30), path)
    assert found.forecasts == ()
    everything = scored_rows(rows_of(path), the_seeds(**MET), dt.date(2023, 12, 30))
    assert {one.state for one in everything.forecasts} == {"open"}


def test_two_values_of_one_goal_are_two_questions(path: Path) -> None:
    edited = an_entry("g--baseline", value=1200.0, result="2" * 64)
    record(path, a_run("brief", DAY, made_at=BEFORE), [edited])
    found = scored_register(the_seeds(**MET), TODAY, path)
    (advance, *_) = found.worth
    assert (advance.goals, advance.met) == (2, 1), "1,160 is above 1,150 and below 1,200"
    assert found.forecasts[-1].became.changed == ("value",)


# what is said of it


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_published_in_advance_is_told_apart(path: Path, language: Any) -> None:
    words, seeds = Words(language), the_seeds(**MET)
    said = sentences(scored_register(seeds, TODAY, path), seeds.ledger, words)
    advance, what_if, after, quiet = said
    apart = {"zh": ("预测在先", "事后补做"), "en": ("Published in advance", "Tried afterwards")}[language]
    assert apart[0] in advance
    assert "4" in advance
    assert words.decimal(0.145, 3) in advance
    assert apart[0] not in after
    assert apart[1] in after
    assert words.number(1300) in quiet
    assert words.of(seeds.ledger.regions["r"], "name") in quiet
    table = published_table(scored_register(seeds, TODAY, path), seeds.ledger, words)
    assert len(table.rows) == 3, "in advance, afterwards, and the silent goal"
    assert words.say("published.state.silent") in set(strings(table.rows))
    assert what_if != after


def test_where_no_day_has_come_nothing_is_said(path: Path) -> None:
    seeds = the_seeds(**MET)
    early = scored_register(seeds, DAY, path)
    assert sentences(early, seeds.ledger, Words("zh")) == ()


def test_many_silent_goals_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    path = tmp_path / "register.sqlite"
    many: list[Entry] = [an_entry(f"q{k}--baseline", value=2000.0 + k) for k in range(40)]
    record(path, a_run(made_at=BEFORE), many)
    seeds = the_seeds()
    (said,) = sentences(scored_register(seeds, TODAY, path), seeds.ledger, Words("en"))
    assert "40" in said
    assert "and 35 more" in said


def test_a_run_tells_of_it_in_the_language_of_its_plan(path: Path, tmp_path: Path) -> None:
    from types import SimpleNamespace

    chronicle = Chronicle(path, tmp_path, the_seeds(**MET), TODAY)
    work: Any = SimpleNamespace(known_on=TODAY, plan=SimpleNamespace(language="zh"))
    assert any("预测在先" in sentence for sentence in chronicle.published(work))
    early: Any = SimpleNamespace(known_on=DAY, plan=SimpleNamespace(language="zh"))
    assert chronicle.published(early) == ()


# on the command line


SEEDS = {
    "indicators.csv": "id,kind,name_zh,name_en,unit_zh,unit_en,scope_zh,scope_en\n"
    "firms,stock,企业数,firms,家,,法人,\n",
    "regions.csv": "id,name_zh,name_en\nr,甲区,Alton\n",
    "sources.csv": "id,title,publisher,url\ns,t,p,https://example.org/\n",
    "observations.csv": "id,indicator,region,as_of,value,qualifier,source,published_on,quote\n"
    "o,firms,r,2022-12-31,1036,eq,s,2023-01-31,q\no2,firms,r,2023-12-31,1160,eq,s,2024-03-15,q\n",
    "goals.csv": "id,indicator,region,value,comparison,deadline,source,quote\n"
    "g,firms,r,1150,>=,2023-12-31,s,q\nquiet,firms,r,1300,>=,2023-12-31,s,q\n",
}


@pytest.fixture
def project(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose ledger prints the figure of the deadline."""
    (tmp_path / "seeds").mkdir()
    for name, text in SEEDS.items():
        (tmp_path / "seeds" / name).write_text(text, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    path.rename(tmp_path / "reports" / "register.sqlite")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["scores", *words])


def test_all_formats_say_the_same(project: Path) -> None:
    ended = run("--format", "json", "--known-on", "2024-06-30")
    assert ended.exit_code == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert [one["state"] for one in told["forecasts"]] == ["scored"] * 7, "1,160 decides about 1,300, too"
    assert {one["outcome"] for one in told["forecasts"]} == {"met", "missed"}
    assert {one["since"] for one in told["forecasts"]} == {"2024-03-15"}
    assert [(w["timing"], w["role"], w["forecasts"], w["goals"]) for w in told["worth"]] == [
        ("advance", "answer", 5, 2), ("advance", "alternative", 1, 1), ("afterwards", "answer", 1, 1),
    ]  # fmt: skip
    lines = run("--format", "csv", "--known-on", "2024-06-30").stdout.splitlines()
    assert len(lines) == 8
    assert lines[0].split(",")[:4] == ["run", "plan", "job", "goal"]
    text = run("--known-on", "2024-06-30").stdout
    assert "answers published in advance: 5 forecasts of 2 goals, 1 met" in text
    assert "answers tried afterwards: 1 forecasts of 1 goals, 1 met" in text


def test_an_earlier_day_does_not_know_the_outcome(project: Path) -> None:
    told = json.loads(run("--format", "json", "--known-on", "2024-03-14").stdout)
    assert {one["state"] for one in told["forecasts"]} == {"silent"}
    assert {one["goal"] for one in told["not_scored"]["silent"]} == {"g", "quiet"}
    assert "silent, not scored: 2: g, quiet" in run("--known-on", "2024-03-14").stdout
    assert "open, not scored: 2: g, quiet" in run("--known-on", "2023-12-30").stdout


@pytest.mark.parametrize(
    ("words", "count"), [(("--goal", "q*"), 1), (("--plan", "brief"), 5), (("--plan", "none"), 0)]
)
def test_some_of_them(project: Path, words: tuple[str, ...], count: int) -> None:
    ended = run("--format", "json", *words)
    assert ended.exit_code == 0
    assert len(json.loads(ended.stdout)["forecasts"]) == count
    assert ("no such forecast" in ended.stderr) == (count == 0)


def test_what_cannot_be_is_told_at_once(project: Path) -> None:
    ended = run("--path", "missing.sqlite", "--known-on", "soon")
    assert ended.exit_code == 2
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == ["--known-on", "--path"]
