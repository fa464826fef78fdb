"""Requests: names checked against the ledger, answers, files whole or not at all."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from forecasts.attainment.result import Attainment
from forecasts.ledger.problems import BadInput
from forecasts.ledger.root import find_root
from forecasts.notebook.request import BadRequest, Request, open_portfolio, open_request
from forecasts.publish import save as saving
from forecasts.publish.save import dump_result, read_result, result_schema, save
from forecasts.scenarios.seeds import Seeds


@pytest.fixture(scope="session")
def result(root: Path) -> Attainment:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return open_request({"draws": 500}).answer()


def faults(namespace: dict[str, Any]) -> list[str]:
    with pytest.raises(BadRequest) as caught:
        open_request(namespace)
    return [str(problem) for problem in caught.value.problems]


def test_nothing_asked_is_the_first_headline_goal_as_known_by_its_newest_figure(
    at_home: Path, seeds: Seeds, goal: str
) -> None:
    request = open_request({})
    assert (request.goal, request.scenario) == (goal, seeds.ledger.goals[goal].baseline)
    assert request.known_on == seeds.ledger.newest_publication(seeds.ledger.headline_goals())


def test_the_notebooks_folder_is_as_good_a_place(
    root: Path, monkeypatch: pytest.MonkeyPatch, goal: str
) -> None:
    monkeypatch.chdir(root / "notebooks")
    assert open_request({}).goal == goal


def test_no_project_here(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nor one above it has seeds/"):
        find_root(tmp_path)


def test_names_and_values_are_faulted_together(at_home: Path, goal: str) -> None:
    told = faults({"goal": goal[:-1], "scenario": "baselin", "draws": 1.5, "sed": 3})
    assert len(told) == 4
    assert any(repr(goal) in line and "did you mean" in line for line in told)
    assert any("'baseline'" in line for line in told)


def test_a_scenario_of_another_goal(at_home: Path, seeds: Seeds) -> None:
    pairs = [
        (g, s) for g in seeds.ledger.headline_goals() for s in seeds.scenarios.values() if not s.applies_to(g)
    ]
    goal, scenario = pairs[0]
    [told] = faults({"goal": goal, "scenario": scenario.id})
    assert "not for" in told


def test_a_notebook_shows_problems_and_no_traceback(at_home: Path) -> None:
    with pytest.raises(BadRequest) as caught:
        open_request({"gaol": 1})
    shown = caught.value._render_traceback_()
    assert len(shown) == 2
    assert "gaol" in shown[1]
    assert caught.value.__suppress_context__


def test_a_day_after_the_deadline_is_refused_plainly(at_home: Path) -> None:
    with pytest.raises(BadRequest):
        open_request({"known_on": "2099-01-01"}).answer()


def test_nothing_known_yet_is_refused_plainly(at_home: Path) -> None:
    with pytest.raises(BadRequest):
        open_request({"known_on": "1990-01-01"}).answer()


def test_a_portfolio_asks_every_scenario_of_every_goal(at_home: Path, seeds: Seeds) -> None:
    asked = open_portfolio({"output": "somewhere"}).requests
    pairs = [(r.goal, r.scenario) for r in asked]
    assert len(set(pairs)) == len(pairs)
    assert {g for g, _ in pairs} == set(seeds.ledger.headline_goals())
    assert len({r.output for r in asked}) == len(asked)
    for goal in seeds.ledger.headline_goals():
        own = [s for g, s in pairs if g == goal]
        assert own[0] == seeds.ledger.goals[goal].baseline
        assert [s for s in own if seeds.scenarios[s].role == "baseline"] == [
            s for s in own[:1] if seeds.scenarios[s].role == "baseline"
        ]


def test_a_portfolio_of_an_unknown_goal(at_home: Path, goal: str) -> None:
    with pytest.raises(BadRequest, match="no such goal"):
        open_portfolio({"goals": [goal, "nowhere"]})


def test_equal_questions_give_equal_bytes(at_home: Path, result: Attainment) -> None:
    assert dump_result(open_request({"draws": 500}).answer()) == dump_result(result)


def test_save_writes_what_reads_back(tmp_path: Path, result: Attainment) -> None:
    written = save(result, tmp_path / "a" / "b", "zh")
    assert {path.name for path in written} >= {"result.json", "fan.vl.json", "members.vl.json"}
    assert sorted(p.name for p in (tmp_path / "a" / "b").iterdir()) == sorted(p.name for p in written)
    assert read_result(tmp_path / "a" / "b" / "result.json") == result
    assert "mark" in (tmp_path / "a" / "b" / "fan.vl.json").read_text(encoding="utf-8")


def test_save_is_whole_or_not_at_all(
    tmp_path: Path, result: Attainment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no chart today")

    monkeypatch.setattr(saving, "_charts", broken)
    with pytest.raises(RuntimeError):
        save(result, tmp_path / "out", "zh")
    assert not (tmp_path / "out").exists()


def test_save_where_a_file_is(tmp_path: Path, result: Attainment) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(BadInput, match="file of this name"):
        save(result, tmp_path / "taken", "zh")
    assert (tmp_path / "taken").read_text() == "mine"


def test_no_output_writes_nothing(at_home: Path, result: Attainment) -> None:
    request: Request = dataclasses.replace(open_request({}), output="")
    assert request.save(result) == ()


def test_the_published_schema_is_current_and_results_keep_it(root: Path, result: Attainment) -> None:
    text = (root / "reports" / "schema" / "result.schema.json").read_text(encoding="utf-8")
    assert text == result_schema(), "write it anew: forecasts schema --out reports/schema/result.schema.json"
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(dump_result(result)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(dump_result(result)) | {"probability": 1}, schema)
