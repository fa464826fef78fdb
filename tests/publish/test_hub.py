"""The hub's rows: written, read back, valid by the published schema, and scored by somebody else's code."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import scoringrules as sr

from forecasts.attainment.outlook import LEVELS, outlook
from forecasts.attainment.question import find_question
from forecasts.attainment.result import Attainment
from forecasts.attainment.tables import attain
from forecasts.attainment.verdict import verdict
from forecasts.ledger.problems import BadInput
from forecasts.publish.hub import (
    COLUMNS,
    SCHEMA,
    TASK_IDS,
    HubForecast,
    bulk_rows,
    draw,
    read_rows,
    rows,
    short_id,
    tasks,
)
from forecasts.scenarios.seeds import read_seeds

ROOT = Path(__file__).parents[2]
SEEDS = read_seeds(ROOT / "seeds")
DAY = dt.date(2023, 9, 6)
OUTLOOKS = tuple(
    outlook(SEEDS.ledger, find_question(SEEDS, goal, "baseline", DAY))
    for goal in SEEDS.ledger.headline_goals()
)
SCHEMAS = Path(os.environ.get("FORECASTS_HUB_SCHEMAS", ROOT.parent / "shared" / "hubverse"))


@pytest.fixture(scope="module")
def results() -> tuple[Attainment, ...]:
    return tuple(verdict(found) for found in OUTLOOKS)


@pytest.fixture(scope="module")
def samples(results: tuple[Attainment, ...]) -> dict[tuple[str, str], np.ndarray]:
    return {
        (r.goal.id, r.scenario.id): draw(found, 4_000) for r, found in zip(results, OUTLOOKS, strict=True)
    }


@pytest.fixture(scope="module")
def schema() -> dict[str, object]:
    path = SCHEMAS / "tasks-schema.json"
    if not path.is_file():
        pytest.skip(f"the hubverse's schemas are not at {SCHEMAS}; name them by FORECASTS_HUB_SCHEMAS")
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def toy(levels: tuple[float, ...] = LEVELS) -> pd.DataFrame:
    """Return the rows of a forecast that is uniform from 0 to 100, with a goal of 80."""
    task = ("2023-01-01", "toy", "baseline", "here", "firms", "2023-12-31")
    said = [("median", np.nan, 50.0), ("cdf", 80.0, 0.8), ("mean", np.nan, 50.0)]
    said += [("quantile", p, 100 * p) for p in levels]
    said += [("sample", float(k), k + 0.5) for k in range(100)]
    return pd.DataFrame([(*task, *one) for one in said], columns=list(COLUMNS))


def pinball(level: float, value: float, seen: float) -> float:
    return (seen - value) * level if seen >= value else (value - seen) * (1 - level)


def test_written_and_read_back_they_say_the_same(
    results: tuple[Attainment, ...], samples: dict[tuple[str, str], np.ndarray], tmp_path: Path
) -> None:
    frame = rows(results, samples)
    assert tuple(frame.columns) == COLUMNS
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame.to_parquet(tmp_path / "rows.parquet", index=False)
    for again in (pd.read_csv(tmp_path / "rows.csv"), pd.read_parquet(tmp_path / "rows.parquet")):
        for result, told in zip(results, read_rows(again), strict=True):
            g = result.goal
            assert (told.goal, told.scenario, told.origin_date) == (g.id, result.scenario.id, DAY)
            assert (told.location, told.target, told.target_end_date) == (g.region, g.indicator, g.deadline)
            assert told.quantiles == {float(k[1:]): pytest.approx(v) for k, v in result.quantiles.items()}
            assert told.cdf == {g.value: pytest.approx(1 - result.probability)}
            assert told.median == pytest.approx(result.quantiles["q0.5"])
            sample = samples[g.id, result.scenario.id]
            np.testing.assert_allclose(told.sample, sample)
            assert told.mean == pytest.approx(sample.mean())


def test_draws_are_of_the_verdicts_own_future(
    results: tuple[Attainment, ...], samples: dict[tuple[str, str], np.ndarray]
) -> None:
    for result in results:
        sample = samples[result.goal.id, result.scenario.id]
        assert np.mean(sample >= result.goal.value) == pytest.approx(result.probability, abs=0.03)
        values = np.array(list(result.quantiles.values()))
        below, up_to = ((sample[:, None] <= values * (1 + e)).mean(0) for e in (-1e-6, 1e-6))
        assert np.all(below - 0.03 <= LEVELS)  # a total that never falls may stay where it is: an atom
        assert np.all(up_to + 0.03 >= LEVELS)


def test_without_draws_there_is_no_mean_and_no_sample(results: tuple[Attainment, ...]) -> None:
    assert set(rows(results)["output_type"]) == {"median", "quantile", "cdf"}


def test_draws_of_several_days_are_refused(
    results: tuple[Attainment, ...], samples: dict[tuple[str, str], np.ndarray]
) -> None:
    other = results[0].model_copy(update={"known_on": dt.date(2023, 10, 1)})
    with pytest.raises(ValueError, match="one day"):
        rows((*results, other), samples)


def test_a_sample_has_a_number_of_its_own(
    results: tuple[Attainment, ...], samples: dict[tuple[str, str], np.ndarray]
) -> None:
    frame = rows(results, samples)
    numbers = frame.loc[frame["output_type"] == "sample", "output_type_id"]
    assert numbers.is_unique
    keys = [*TASK_IDS, "output_type", "output_type_id"]
    assert not frame.duplicated(keys).any()


def test_the_toy_is_scored_as_by_hand_and_by_scoringrules() -> None:
    [told] = read_rows(toy())
    seen = 90.0
    levels, values = np.array(list(told.quantiles)), np.array(list(told.quantiles.values()))
    by_hand = [pinball(p, v, seen) for p, v in zip(levels, values, strict=True)]
    np.testing.assert_allclose(sr.quantile_score(seen, values, levels), by_hand)
    # A uniform law on 0..100 and the value 90: integral of (F - 1{x >= 90})^2.
    exact = 100 * (0.9**3 + 0.1**3) / 3
    assert sr.crps_ensemble(seen, told.sample) == pytest.approx(exact, abs=0.01)
    assert sr.brier_score(0, told.cdf[80.0]) == pytest.approx(0.64)  # it did not stay below 80
    assert sr.logs_uniform(seen, 0, 100) == pytest.approx(np.log(100))


def test_real_draws_are_scored_as_by_hand(
    results: tuple[Attainment, ...], samples: dict[tuple[str, str], np.ndarray]
) -> None:
    for told in read_rows(rows(results, samples)):
        median, sample = told.quantiles[0.5], told.sample[:500]
        apart = np.abs(sample[:, None] - sample).mean()
        by_hand = np.abs(sample - median).mean() - apart / 2  # the kernel form of the CRPS
        assert sr.crps_ensemble(median, sample) == pytest.approx(by_hand)


def test_tasks_are_valid_by_the_published_schema(
    results: tuple[Attainment, ...], schema: dict[str, object]
) -> None:
    assert schema["$id"] == SCHEMA
    later = results[0].model_copy(update={"known_on": dt.date(2023, 10, 1)})
    for told in (tasks(results), tasks((*results, later), samples=4_000, due=(-1, 6))):
        validator = jsonschema.Draft202012Validator(schema)
        assert list(validator.iter_errors(json.loads(json.dumps(told)))) == []


def test_tasks_that_are_wrong_are_found_by_the_schema(
    results: tuple[Attainment, ...], schema: dict[str, object]
) -> None:
    told = tasks(results)
    del told["rounds"][0]["model_tasks"][0]["output_type"]["cdf"]["is_required"]
    assert not jsonschema.Draft202012Validator(schema).is_valid(told)


def test_every_row_is_one_that_the_tasks_ask_for(
    results: tuple[Attainment, ...], samples: dict[tuple[str, str], np.ndarray]
) -> None:
    groups = tasks(results, samples=4_000)["rounds"][0]["model_tasks"]
    by_goal = {group["task_ids"]["goal"]["optional"][0]: group for group in groups}
    for _, row in rows(results, samples).iterrows():
        group = by_goal[row["goal"]]
        assert all(row[name] in group["task_ids"][name]["optional"] for name in TASK_IDS)
        kind = group["output_type"][row["output_type"]]
        if row["output_type"] in ("quantile", "cdf"):
            assert row["output_type_id"] in kind["output_type_id"]["required"]
        assert row["output_type"] != "cdf" or 0 <= row["value"] <= 1


def test_a_long_id_is_cut_but_stays_its_own() -> None:
    one, other = (short_id("an_indicator_with_a_very_long_name_" + end) for end in "ab")
    assert one != other
    assert max(len(one), len(other)) <= 30
    assert short_id("firms") == "firms"


def test_a_table_of_answers_becomes_rows() -> None:
    observations = pd.DataFrame(
        {
            "region": ["a"] * 4 + ["b"] * 4, "indicator": "firms", "value": [100, 110, 121, 133] * 2,
            "as_of": ["2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31"] * 2,
        }
    )  # fmt: skip
    goals = pd.DataFrame(
        {
            "goal": ["x", "nothing", "y"], "region": ["a", "nowhere", "b"], "indicator": "firms",
            "value": [150, 1, 140], "deadline": "2023-12-31", "announced_on": ["2023-02-01", "", ""],
        }
    )  # fmt: skip
    answers = attain(observations, goals)
    found = read_rows(bulk_rows(answers, goals, dt.date(2023, 3, 1), own_days=True))
    assert [f.goal for f in found] == ["x", "y"]
    assert [f.origin_date for f in found] == [dt.date(2023, 2, 1), dt.date(2023, 3, 1)]
    assert found[0].cdf == {150.0: pytest.approx(1 - answers["probability"][0])}
    assert found[1].median == pytest.approx(answers["q0.5"][2])
    assert tuple(found[0].quantiles) == LEVELS
    all_on_one_day = read_rows(bulk_rows(answers, goals, dt.date(2023, 3, 1)))
    assert {f.origin_date for f in all_on_one_day} == {dt.date(2023, 3, 1)}


def test_a_goal_that_is_not_sound_spoils_no_rows() -> None:
    observations = pd.DataFrame(
        {"region": "a", "indicator": "firms", "value": [1.0, 2], "as_of": ["2021-12-31", "2022-12-31"]}
    )
    goals = pd.DataFrame(
        {"id": ["x", "y", "z"], "region": "a", "indicator": "firms", "value": ["lots", "3", "4"],
         "deadline": ["2023-12-31", "soon", pd.Timestamp("2023-12-31")]}
    )  # fmt: skip
    [told] = read_rows(bulk_rows(attain(observations, goals), goals, dt.date(2022, 12, 31)))
    assert (told.goal, told.target_end_date) == ("z", dt.date(2023, 12, 31))


def wrong() -> Iterator[tuple[pd.DataFrame, str]]:
    good = toy()
    yield good.drop(columns="value"), "a column is missing"
    yield good.replace({"output_type": {"cdf": "pdf"}}), "no such output type"
    yield good.assign(value=good["value"].where(good["output_type"] != "cdf", 1.2)), "between 0 and 1"
    yield good.assign(value=good["value"].where(good["output_type"] != "quantile", -good["value"])), "fall"
    yield good.assign(value=np.nan), "finite"


@pytest.mark.parametrize(("frame", "said"), list(wrong()), ids=lambda v: v if isinstance(v, str) else "")
def test_rows_that_are_no_forecasts_are_refused(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_rows(frame)


def test_the_order_of_rows_does_not_matter() -> None:
    [plain], [mixed] = read_rows(toy()), read_rows(toy().sample(frac=1.0, random_state=1))
    assert plain == mixed
    assert isinstance(plain, HubForecast)
    np.testing.assert_array_equal(plain.sample, mixed.sample)
