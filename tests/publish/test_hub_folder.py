"""A run as a hub: valid by the published schemas, with the rows of the results, and what came of them."""

import csv
import datetime as dt
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml

from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer
from forecasts.ledger.fields import Outcome
from forecasts.ledger.problems import BadInput
from forecasts.publish.exporting.hub_folder import HubFacts, hub_files, is_hub
from forecasts.publish.hub import COLUMNS, cdf_of, read_rows
from forecasts.scenarios.seeds import Seeds

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(os.environ.get("FORECASTS_HUB_SCHEMAS", ROOT.parent / "shared" / "hubverse"))

Rows = list[dict[str, str]]


def table(files: Mapping[str, bytes], name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"))))


@pytest.fixture(scope="module")
def results(seeds: Seeds) -> list[Attainment]:
    """Headline goals under all their headline scenarios."""
    goals = seeds.ledger.headline_goals()
    day = seeds.ledger.newest_publication(goals)
    asked = [(goal, name) for goal in goals for name in seeds.scenarios_of(goal, headline=True)]
    return [answer(seeds, goal, name, day, draws=64) for goal, name in asked]


def test_it_is_valid_by_the_published_schemas(results: list[Attainment], seeds: Seeds) -> None:
    files = hub_files(
        results, HubFacts(repository="some-owner/a.hub", timezone="Asia/Shanghai"), seeds.ledger
    )
    if not SCHEMAS.is_dir():
        pytest.skip(f"the hubverse's schemas are not at {SCHEMAS}; name them by FORECASTS_HUB_SCHEMAS")
    for name in ("admin", "tasks", "target-data"):
        schema = json.loads((SCHEMAS / f"{name}-schema.json").read_text("utf-8"))
        told = json.loads(files[f"hub-config/{name}.json"])
        assert told["schema_version"] == schema["$id"]
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(told)) == []
    schema = json.loads((SCHEMAS / "admin-schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads(hub_files(results, HubFacts())["hub-config/admin.json"]), schema)
    own = json.loads(files["hub-config/model-metadata-schema.json"])
    jsonschema.Draft202012Validator.check_schema(own)
    jsonschema.validate(yaml.safe_load(files["model-metadata/forecasts-attainment.yml"]), own)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_its_rows_say_what_the_results_say(results: list[Attainment], form: Any) -> None:
    files = hub_files(results, HubFacts(team="a", model="b_1"), None, form)
    day = results[0].known_on.isoformat()
    data = io.BytesIO(files[f"model-output/a-b_1/{day}-a-b_1.{form}"])
    frame = pd.read_csv(data) if form == "csv" else pd.read_parquet(data)
    assert tuple(frame.columns) == COLUMNS
    assert json.loads(files["hub-config/admin.json"])["file_format"] == [form]
    for told, result in zip(read_rows(frame), results, strict=True):
        assert (told.goal, told.scenario) == (result.goal.id, result.scenario.id)
        assert {f"q{level:g}": value for level, value in told.quantiles.items()} == result.quantiles
        assert told.cdf == {result.goal.last_met: cdf_of(result.probability, result.goal.comparison)}


def test_its_figures_are_those_that_were_published(results: list[Attainment], seeds: Seeds) -> None:
    found = table(hub_files(results, HubFacts(), seeds.ledger), "target-data/time-series.csv")
    keys = [(row["location"], row["target"], row["target_end_date"], row["as_of"]) for row in found]
    assert len(keys) == len(set(keys)) > 0
    asked = {(result.goal.region, result.goal.indicator) for result in results}
    assert {key[:2] for key in keys} <= asked
    for row in found:
        printed = [
            o for o in seeds.ledger.series(row["target"], row["location"])
            if (o.as_of.isoformat(), o.published_on.isoformat()) == (row["target_end_date"], row["as_of"])
        ]  # fmt: skip
        assert float(row["observation"]) in {float(o.value) for o in printed}


def test_its_outcomes_are_those_of_the_goals(seeds: Seeds) -> None:
    ledger = seeds.ledger
    decided = [g for g in ledger.goals.values() if g.outcome in (Outcome.YES, Outcome.NO) and g.announced_on]
    told: list[Attainment] = []
    for goal in decided[:12]:
        day = max(goal.announced_on or dt.date.min, goal.published_on or dt.date.min)
        if day < goal.deadline:
            told.append(answer(seeds, goal.id, "baseline", day, draws=64))
    found = table(hub_files(told, HubFacts(), ledger), "target-data/oracle-output.csv")
    assert len({row["goal"] for row in found}) > 3
    for row in found:
        goal = ledger.goals[row["goal"]]
        assert (row["location"], row["target"]) == (goal.region, goal.indicator)
        if row["output_type"] == "cdf":
            assert float(row["output_type_id"]) == goal.last_met
            expected = cdf_of(float(goal.outcome is Outcome.YES), goal.comparison)
            assert float(row["oracle_value"]) == expected
        else:
            assert row["output_type_id"] == ""
            assert goal.asks.met(float(row["oracle_value"]), float(row["oracle_value"])) == (
                goal.outcome is Outcome.YES
            )
    assert {row["output_type"] for row in found} == {"median", "quantile", "cdf"}
    assert {row["goal"] for row in found} <= {r.goal.id for r in told}


def test_without_a_ledger_there_are_headings_alone(results: list[Attainment]) -> None:
    files = hub_files(results, HubFacts())
    assert table(files, "target-data/time-series.csv") == []
    assert files["target-data/oracle-output.csv"].startswith(b"goal,location,")
    assert hub_files(results, HubFacts()) == files


def test_one_question_has_one_answer(results: list[Attainment]) -> None:
    with pytest.raises(BadInput, match="answer one question"):
        hub_files([results[0], *results], HubFacts())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("team", "a-b"), ("team", "../x"), ("team", ""), ("model", "a" * 16), ("model", "模型"),
        ("repository", "alone"), ("repository", "a/b/c"), ("repository", "a/.."), ("repository", "-a/b"),
        ("timezone", "UTC"), ("timezone", "Asia/Shangai"), ("name", " "), ("maintainer", ""),
    ],
)  # fmt: skip
def test_names_that_cannot_be_are_refused(results: list[Attainment], option: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"--{option}"):
        hub_files(results, HubFacts(**{option: value}))


def test_a_hub_is_known_by_what_it_says_of_itself(results: list[Attainment], tmp_path: Path) -> None:
    assert not is_hub(tmp_path)
    (tmp_path / "hub-config").mkdir()
    admin = tmp_path / "hub-config" / "admin.json"
    for text in ("{}", "[]", "nonsense"):
        admin.write_text(text, "utf-8")
        assert not is_hub(tmp_path)
    admin.write_bytes(hub_files(results, HubFacts())["hub-config/admin.json"])
    assert is_hub(tmp_path)
