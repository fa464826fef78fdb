"""One question, one answer: whoever asks, and whatever else is asked, the digits are the same."""

import datetime as dt
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import forecasts as fc
from forecasts.attainment import many
from forecasts.attainment.explain import explain
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.row import BLANK, COLUMNS, row_of
from forecasts.cli import app
from forecasts.notebook.request import open_request
from forecasts.publish.hub import bulk_rows, rows
from forecasts.publish.save import dump_result

WORDS = ("goal", "reached_p50", "reached_p80", "model", "outcome", "note", "notes")
NUMBERS = tuple(name for name in COLUMNS if name not in WORDS)
DAY = dt.date(2023, 9, 6)


@dataclass(frozen=True)
class City:
    """Tables that somebody might bring."""

    observations: pd.DataFrame
    goals: pd.DataFrame
    indicators: pd.DataFrame
    regions: pd.DataFrame

    def attain(self, goals: pd.DataFrame | None = None, **more: Any) -> pd.DataFrame:
        asked = self.goals if goals is None else goals
        return fc.attain(self.observations, asked, self.indicators, regions=self.regions, **more)

    def ledger(self) -> fc.Ledger:
        return fc.Ledger.from_frames(self.observations, self.goals, self.indicators, self.regions)

    def days(self, known_on: dt.date | None) -> dict[str, dt.date]:
        """Return the day of knowledge of every goal, by the rule in words."""
        seen = self.observations
        newest = max(*seen["as_of"], *(p for p in seen["published_on"] if p))
        return {
            g.goal: known_on or dt.date.fromisoformat(g.announced_on or newest)
            for g in self.goals.itertuples()
        }


def made(seed: int) -> City:
    """Return tables of every shape: kinds, gaps, late publications, revisions, hedges, parents, none."""
    rng = np.random.default_rng(seed)
    indicators = pd.DataFrame(
        {
            "indicator": [f"i{k}" for k in range(3)],
            "kind": rng.choice(["stock", "cumulative", "flow"], 3),
            "family": rng.choice(["", "kin"], 3, p=[0.3, 0.7]),
            "q4_share": rng.choice(["", "0", "0.25", "0.4", "0.9"], 3),
        }
    )
    regions = pd.DataFrame({"region": [f"r{k}" for k in range(5)], "parent": ["", "r0", "r0", "", "r1"]})
    observations = [
        row
        for name, kind in zip(indicators["indicator"], indicators["kind"], strict=True)
        for region in regions["region"]
        if rng.random() < 0.7
        for row in _figures(rng, name, kind, region)
    ]
    # A ledger is never empty, and its newest day is the same whatever was drawn.
    observations.append(("r3", "i0", "2021-12-31", 100.0, "", "2022-02-01", ""))
    columns = ["region", "indicator", "as_of", "value", "qualifier", "published_on", "origin"]
    seen = pd.DataFrame(observations, columns=columns)
    last = seen.groupby(["indicator", "region"])["value"].max()
    goals = []
    for k in range(8):
        name, region = f"i{rng.integers(3)}", f"r{rng.integers(5)}"
        base = max(float(last.get((name, region), 100.0)), 1.0)
        goals.append(
            {
                "goal": f"g{k}",
                "region": region,
                "indicator": name,
                "value": round(base * float(rng.choice([0.8, 1.0, 1.1, 1.3, 3.0])), 2),
                "comparison": str(rng.choice([">=", ">"])),
                "deadline": str(rng.choice(["2022-12-31", "2023-12-31", "2025-06-30", "2019-12-31"])),
                "announced_on": str(rng.choice(["", "2019-03-01", "2018-01-31"])),
            }
        )
    return City(seen, pd.DataFrame(goals), indicators, regions)


def _figures(rng: np.random.Generator, name: str, kind: str, region: str) -> list[tuple[object, ...]]:
    count = int(rng.integers(1, 9))
    quarters = np.sort(rng.choice(24, count, replace=False))
    days = [dt.date(2016 + q // 4, 3 * (q % 4) + 3, (31, 30, 30, 31)[q % 4]) for q in quarters.tolist()]
    values = np.round(rng.lognormal(4, 1) * np.exp(np.cumsum(rng.normal(0.1, 0.15, count))), 1)
    if kind == "cumulative":
        values = np.round(np.maximum.accumulate(np.cumsum(values)), 1)
    found: list[tuple[object, ...]] = []
    for day, value in zip(days, values.tolist(), strict=True):
        late = "" if rng.random() < 0.5 else str(day + dt.timedelta(days=int(rng.integers(0, 40))))
        hedge = str(rng.choice(["", "", "eq", "over", "about", "near"]))
        found.append((region, name, str(day), value, hedge, late, ""))
        if rng.random() < 0.15:  # revised, or said once more
            again = str(day + dt.timedelta(days=int(rng.integers(0, 60))))
            found.append((region, name, str(day), round(value * rng.choice([1.0, 1.02]), 1), "", again, ""))
    if kind == "cumulative" and rng.random() < 0.4:
        found.append((region, name, "2015-12-31", 0.0, "", "", "known_start"))
    return found


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Check that two tables of answers say the same, column by column."""
    assert list(one["goal"]) == list(other["goal"])
    for name in NUMBERS:
        np.testing.assert_allclose(
            one[name].to_numpy(float), other[name].to_numpy(float), rtol=1e-9, atol=1e-9, err_msg=name
        )
    for name in WORDS:
        assert placeless(one[name]) == placeless(other[name]), name


def placeless(column: "pd.Series[Any]") -> list[str]:
    """Return words without the table and the line where their reason stands: those are the door's own."""
    place = r'\S+:\d+ (?=\[)|"table": "[^"]*", "line": \d+, '
    return [re.sub(place, "", cell) for cell in column.fillna("")]


def alone(city: City, known_on: dt.date | None) -> pd.DataFrame:
    """Answer one goal after the other, each by an outlook of its own."""
    ledger, found = city.ledger(), []
    for goal, day in city.days(known_on).items():
        try:
            row = row_of(fc.outlook(ledger, fc.Question(ledger.goals[goal], day)))
        except fc.Unanswerable as refused:
            row = BLANK | {"note": refused.problems[0].rule}
        found.append(BLANK | row | {"goal": goal})
    return pd.DataFrame(found, columns=list(COLUMNS))


def without_late(table: pd.DataFrame) -> pd.DataFrame:
    """Drop what is said where the deadline has passed: a table and a question word it for their readers."""
    said = table["note"].fillna("")
    passed = (table["outcome"].fillna("") != "") | said.str.contains("deadline")
    return table.assign(note=said.mask(passed, "passed"), outcome="")


cities = st.integers(0, 10**6).map(made)
days = st.sampled_from([None, dt.date(2019, 6, 30), dt.date(2021, 10, 1)])


@given(cities, days)
@settings(max_examples=15)
def test_a_table_says_what_each_outlook_says(city: City, known_on: dt.date | None) -> None:
    same(without_late(city.attain(known_on=known_on)), without_late(alone(city, known_on)))


@given(cities, st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_what_else_is_asked_does_not_matter(city: City, random: Any) -> None:
    whole = city.attain(known_on=dt.date(2021, 10, 1)).set_index("goal", drop=False)
    order = list(range(len(city.goals)))
    random.shuffle(order)
    for some in (order, order[:3], order[:1]):
        asked = city.goals.iloc[some]
        # Goals tell what is planned, so they stay in the tables: only other questions go.
        found = city.attain(asked, known_on=dt.date(2021, 10, 1))
        own = whole.iloc[some].reset_index(drop=True)
        figures = (own["n"] > 0).to_numpy()
        same(found[figures].reset_index(drop=True), own[figures].reset_index(drop=True))
    everything = city.attain(city.goals.iloc[order], known_on=dt.date(2021, 10, 1))
    same(everything, whole.iloc[order].reset_index(drop=True))


def test_processes_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "CHUNK", 1)
    for seed in range(3):
        pd.testing.assert_frame_equal(made(seed).attain(), made(seed).attain(jobs=2), check_exact=True)


@given(cities, days)
@settings(max_examples=8)
def test_files_say_what_frames_say(tmp_path: Path, city: City, known_on: dt.date | None) -> None:
    told, _ = from_files(tmp_path, city, known_on)
    same(told, city.attain(known_on=known_on))


def from_files(folder: Path, city: City, known_on: dt.date | None = None) -> tuple[pd.DataFrame, int]:
    args = ["attain", "--out", str(folder / "out.csv"), "--jobs", "1"]
    for name in ("observations", "goals", "indicators", "regions"):
        getattr(city, name).to_csv(folder / f"{name}.csv", index=False)
        args += [f"--{name}", str(folder / f"{name}.csv")]
    args += [] if known_on is None else ["--known-on", str(known_on)]
    ended = CliRunner().invoke(app, args)
    told = pd.read_csv(folder / "out.csv", dtype=dict.fromkeys(WORDS, "str"))
    assert ended.exit_code == (3 if told["probability"].isna().any() else 0), ended.output
    return told, ended.exit_code


@given(cities)
@settings(max_examples=3)
def test_hub_rows_explanations_and_verdicts_say_the_same(city: City) -> None:
    day = dt.date(2021, 10, 1)
    answers = city.attain(known_on=day)
    hub = bulk_rows(answers, city.goals, day)
    there = np.flatnonzero(answers["probability"].notna())
    assert set(hub["goal"]) == set(answers["goal"].iloc[there])
    if not len(there):
        return
    row = answers.iloc[int(there[0])]
    ledger = city.ledger()
    found = explain(fc.outlook(ledger, fc.Question(ledger.goals[row["goal"]], day)))
    assert found.steps[-1].probability == pytest.approx(row["probability"], abs=1e-9)
    assert_verdict(found.result, row)
    one = hub[hub["goal"] == row["goal"]].reset_index(drop=True)
    keys = ["output_type", "output_type_id", "value", "origin_date", "target_end_date", "location", "target"]
    pd.testing.assert_frame_equal(one[keys], rows([found.result])[keys], rtol=1e-9, check_dtype=False)


def assert_verdict(found: Attainment, row: "pd.Series[Any]") -> None:
    """Check that a verdict says what a row of the table says, field by field."""
    assert found.probability == pytest.approx(row["probability"], abs=1e-9)
    assert found.std_error == pytest.approx(row["std_error"], abs=1e-9)
    for name, value in found.quantiles.items():
        assert value == pytest.approx(row[name], rel=1e-9), name
    for name in ("reached_p50", "reached_p80"):
        assert str(getattr(found, name) or "") == ("" if pd.isna(row[name]) else row[name]), name
    for name in ("required_pace", "observed_pace"):
        pace = getattr(found, name)
        assert (np.nan if pace is None else pace.value) == pytest.approx(row[name], rel=1e-9, nan_ok=True), (
            name
        )
    assert found.n == row["n"]


# The real seeds.


@pytest.fixture(scope="module")
def plain_goals(seeds: fc.Seeds) -> list[str]:
    """The goals whose baseline changes nothing, so that tables can ask the same."""
    held = seeds.ledger.goals.values()
    return [g.id for g in held if not seeds.scenarios[g.baseline].adjustments]


@pytest.fixture(scope="module")
def of_tables(root: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The answers to all goals of the seeds, from the files as anybody's tables."""
    out = tmp_path_factory.mktemp("road") / "out.csv"
    args = ["attain", "--out", str(out), "--known-on", str(DAY), "--jobs", "1"]
    for name in ("observations", "goals", "indicators", "regions"):
        args += [f"--{name}", str(root / "seeds" / f"{name}.csv")]
    ended = CliRunner().invoke(app, args)
    assert ended.exit_code == 3, ended.output  # some deadlines have passed
    return pd.read_csv(out, dtype=dict.fromkeys(WORDS, "str"))


def test_seeds_are_tables_as_others_are(
    seeds: fc.Seeds, plain_goals: list[str], of_tables: pd.DataFrame
) -> None:
    assert of_tables["goal"].tolist() == list(seeds.ledger.goals)
    reader, found = Reader(seeds.ledger), []
    for goal in plain_goals:
        try:
            row = row_of(fc.outlook(reader, find_question(seeds, goal, "baseline", DAY)))
        except fc.Unanswerable as refused:
            row = {"note": refused.problems[0].rule}
        found.append(BLANK | row | {"goal": goal})
    table = of_tables[of_tables["goal"].isin(plain_goals)].reset_index(drop=True)
    assert table["probability"].notna().sum() > 20
    same(without_late(table), without_late(pd.DataFrame(found, columns=list(COLUMNS))))


def test_the_command_says_the_same_of_a_goal(
    at_home: Path, plain_goals: list[str], of_tables: pd.DataFrame
) -> None:
    answered = of_tables[of_tables["probability"].notna() & of_tables["goal"].isin(plain_goals)]
    for _, row in answered.iloc[:: max(len(answered) // 12, 1)].iterrows():
        asked = ["--goal", row["goal"], "--scenario", "baseline", "--known-on", str(DAY), "--format", "csv"]
        ended = CliRunner().invoke(app, ["attain", *asked])
        assert ended.exit_code == 0, ended.output
        told = pd.read_csv(io.StringIO(ended.stdout), dtype=dict.fromkeys(WORDS, "str"))
        same(told, row.to_frame().T.reset_index(drop=True))


def test_a_passed_deadline_ends_the_command_as_it_ends_the_table(
    at_home: Path, of_tables: pd.DataFrame
) -> None:
    silent = of_tables[of_tables["outcome"].notna()]
    ended = CliRunner().invoke(app, ["attain", "--goal", silent["goal"].iloc[0], "--known-on", str(DAY)])
    assert ended.exit_code == 3
    assert "deadline" in ended.stderr


def test_a_notebook_says_the_same(at_home: Path, plain_goals: list[str], of_tables: pd.DataFrame) -> None:
    answered = of_tables[of_tables["probability"].notna() & of_tables["goal"].isin(plain_goals)]
    row = answered.iloc[0]
    request = open_request({"goal": row["goal"], "scenario": "baseline", "known_on": str(DAY)})
    result = request.answer()
    assert_verdict(result, row)
    assert json.loads(dump_result(result))["probability"] == pytest.approx(row["probability"], abs=1e-9)


@pytest.mark.parametrize("day", [dt.date(2021, 3, 1), dt.date(2022, 6, 1), DAY])
def test_views_on_one_future_never_contradict_each_other(seeds: fc.Seeds, day: dt.date) -> None:
    reader, asked = Reader(seeds.ledger), 0
    vintage = Reader(seeds.ledger.known_on(day))
    for goal in seeds.ledger.goals:
        for scenario in seeds.scenarios_of(goal):
            try:
                question = find_question(seeds, goal, scenario, day)
                found = fc.outlook(reader, question)
            except fc.Unanswerable:
                continue
            asked += 1
            for level in (0.5, 0.8):
                reached = found.day_reached(level)
                in_time = reached is not None and reached <= question.goal.deadline
                assert in_time == (found.probability >= level), (goal, scenario, level)
            quantiles = found.quantiles()
            assert np.all(np.isfinite(quantiles))
            assert np.all(np.diff(quantiles) >= 0)
            assert found.probability == found.probability_of(found.goal)
            # Whoever had only what was published by then says the same.
            assert fc.outlook(vintage, question).probability == found.probability, (goal, scenario)
    assert asked > 20
