"""Tables of past goals: what is understood, what is refused, and the record that ships."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from forecasts.ledger.fields import Met
from forecasts.ledger.ledger import read_ledger
from forecasts.ledger.past_goals import (
    PastGoal,
    depth,
    open_record,
    past_goals_of,
    read_past_goals,
)
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator, Region
from forecasts.ledger.tables import Table
from tests.conftest import ROOT

SHIPPED = ROOT / "seeds" / "record"

ROW: dict[str, object] = {
    "goal": "g", "region": "A", "indicator": "firms", "value": "100", "deadline": "2020-12-31",
    "announced_on": "2020-01-10", "met": "yes", "known_on": "2021-01-12", "level": "", "announcer": "",
}  # fmt: skip


def table(*changes: dict[str, object]) -> Table:
    rows = [ROW | {"goal": f"g{i}"} | change for i, change in enumerate(changes)]
    return Table.of(pd.DataFrame(rows), "record.csv")


def test_a_past_goal_is_a_goal_with_its_outcome() -> None:
    rows = read_past_goals(table({}, {"met": "unknown", "known_on": "", "announcer": "ministry"}), {})
    one, other = rows.one(0), rows.one(1)
    assert isinstance(one, PastGoal)
    assert (one.met, str(one.known_on), one.asks.edge) == (Met.YES, "2021-01-12", 100)
    assert (other.met, other.known_on, other.announcer) == (Met.UNKNOWN, None, "ministry")


@pytest.mark.parametrize(
    ("written", "level"), [("", None), ("0", 0), ("country", 0), ("District", 3), ("省", 1), (2, 2)]
)
def test_levels_are_numbers_or_words(written: object, level: int | None) -> None:
    assert read_past_goals(table({"level": written}), {}).one(0).level == level


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"met": "maybe"}, "met", ""),
        ({"met": ""}, "met", "must not be empty"),
        ({"known_on": ""}, "known_on", "known_on must be there where met is yes or no"),
        ({"known_on": "2019-12-31"}, "known_on", "known_on must not be before announced_on"),
        ({"level": "galaxy"}, "level", ""),
        ({"level": "12"}, "level", "less than or equal to 9"),
        ({"announced_on": "2021-01-01"}, "announced_on", "announced_on must not be after deadline"),
    ],
)
def test_a_row_that_is_not_sound_is_told_and_left_out(
    change: dict[str, object], column: str, rule: str
) -> None:
    given = table({}, change)
    assert len(read_past_goals(given, {})) == 1
    [problem] = given.problems
    assert (problem.column, problem.line) == (column, 1)
    assert rule in problem.rule


def test_a_column_that_is_missing_or_misspelt_is_told() -> None:
    frame = pd.DataFrame([ROW]).rename(columns={"met": "mett", "known_on": "Known_on"})
    with pytest.raises(BadInput) as refused:
        read_past_goals(Table.of(frame, "record.csv"), {})
    assert {p.column for p in refused.value.problems} == {"met", "Known_on"}


def test_an_outcome_that_says_the_contrary_is_remarked_unless_accepted() -> None:
    missed = {"outcome_value": "90", "outcome_as_of": "2020-12-31", "accepted": ""}
    given = table(missed, missed | {"accepted": "rounded"}, missed | {"met": "unknown"}, {})
    assert len(read_past_goals(given, {})) == 4
    [remark] = given.remarks
    assert remark.rows == (0,)
    assert "met and outcome_value disagree" in str(remark)


def test_kinds_say_which_goals_make_sense() -> None:
    stock, rate = (Indicator(id=name, kind=name) for name in ("stock", "rate"))
    given = table(*({"value": v, "indicator": i} for v in ("-1", "0") for i in ("stock", "rate")))
    assert len(read_past_goals(given, {"stock": stock, "rate": rate})) == 2
    assert [p.line for p in given.problems] == [0, 2]


def test_levels_are_depths_and_circles_end() -> None:
    parents = {"china": None, "sichuan": "china", "chengdu": "sichuan", "a": "b", "b": "a"}
    regions = {name: Region(id=name, parent=above) for name, above in parents.items()}
    assert [depth(r, regions) for r in ("china", "sichuan", "chengdu", "nowhere")] == [0, 1, 2, 0]
    assert depth("a", regions) == 1


def test_the_record_that_ships_is_sound() -> None:
    opened = open_record(SHIPPED)
    assert not opened.problems
    assert not [remark for t in opened.tables for remark in t.remarks]
    goals = [opened.past.one(i) for i in range(len(opened.past))]
    assert len(goals) > 250
    met = [g.met for g in goals]
    assert min(met.count(m) for m in Met) > 40
    assert any(g.success_selected for g in goals)
    assert all(g.indicator in opened.ledger.indicators for g in goals)
    assert {opened.ledger.regions[g.region].parent for g in goals} == {None, "china"}
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 400_000


def test_every_source_of_the_record_that_ships_is_there() -> None:
    there = set(pd.read_csv(SHIPPED / "sources.csv").id)
    for name, columns in (("goals", ["source", "outcome_source"]), ("observations", ["source"])):
        frame = pd.read_csv(SHIPPED / f"{name}.csv")
        assert {s for c in columns for s in frame[c].dropna()} <= there
    regions = set(pd.read_csv(SHIPPED / "regions.csv").id)
    assert regions & set(read_ledger(ROOT / "seeds").regions) >= {"china", "beijing", "xizang"}


def test_every_fault_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        open_record(tmp_path)
    assert len(refused.value.problems) == 4
    shutil.copytree(SHIPPED, tmp_path / "record")
    for name, old, new in (("goals", ",yes,", ",maybe,"), ("observations", ",2024-12-31,", ",2024-13-31,")):
        path = tmp_path / "record" / f"{name}.csv"
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    told = open_record(tmp_path / "record").problems
    assert [(p.place, p.line, p.column) for p in told] == [
        ("record/observations.csv", 2, "as_of"), ("record/goals.csv", 2, "met"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column", "row", "words", "rule"),
    [
        ("goals", "quote", "jiangsu-", "全年要新增一万家", "does not stand in the text of its source"),
        ("goals", "outcome_quote", "jiangsu-", "已经超额完成", "does not stand in the text of its source"),
        ("observations", "quote", "zhejiang,", "已有一万家", "does not stand in the text of its source"),
        ("goals", "quote", "xizang-", "新增50家（编者注：净增）", "holds an editor's remark"),
        ("goals", "outcome_quote", "xizang-", "完成率116/100=1.16", "holds arithmetic"),
        ("observations", "quote", "xizang,", "共有3-1=2家", "holds arithmetic"),
    ],
)
def test_words_that_are_not_the_sources_are_told_at_their_place(
    tmp_path: Path, table: str, column: str, row: str, words: str, rule: str
) -> None:
    shutil.copytree(SHIPPED, tmp_path / "record")
    path = tmp_path / "record" / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    said = frame.iloc[:, 0].str.startswith(row.rstrip(",")) & (frame[column] != "")
    at = int(said.to_numpy().argmax())
    assert said[at]
    frame.loc[at, column] = words
    frame.to_csv(path, index=False)
    [problem] = open_record(tmp_path / "record").problems
    assert (problem.place, problem.line, problem.column) == (f"record/{table}.csv", at + 2, column)
    assert rule in problem.rule
    assert words in problem.value


def test_texts_of_the_record_are_of_its_sources_and_prove_its_words(tmp_path: Path) -> None:
    held = {path.stem for path in (SHIPPED / "texts").glob("*.txt")}
    quoted = pd.read_csv(SHIPPED / "goals.csv")[["source", "outcome_source"]].stack()
    assert len(held) >= 6
    assert held <= set(quoted)
    shutil.copytree(SHIPPED, tmp_path / "record")
    (tmp_path / "record" / "texts" / "nobody-2025.txt").write_text("x", encoding="utf-8")
    [problem] = open_record(tmp_path / "record").problems
    assert problem.place == "record/texts/nobody-2025.txt"


def test_a_ledger_has_past_goals_of_its_own() -> None:
    ledger = read_ledger(ROOT / "seeds")
    past = past_goals_of(ledger)
    found = {past.one(i).id: past.one(i) for i in range(len(past))}
    assert found
    for name, goal in found.items():
        own = ledger.goals[name]
        assert goal.met.value == own.outcome.value
        assert goal.known_on is not None
        assert own.outcome_as_of is not None
        assert goal.known_on >= own.outcome_as_of
