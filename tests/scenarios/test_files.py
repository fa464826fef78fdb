"""Scenario files: what they extend, what is wrong with them told with line and key, all at once."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import forecasts as fc
from forecasts.ledger.problems import Problem
from forecasts.ledger.sheets import open_seeds
from forecasts.publish.schemas import SCHEMAS
from forecasts.scenarios.adjustments import ADJUSTMENTS
from forecasts.scenarios.files import LONGEST, open_scenarios
from forecasts.scenarios.scenario import Scenario

SEEDS = Path(__file__).parents[2] / "seeds"
GOAL, TOTAL = "science-city-hightech-2023", "science-city-financing-2023"


def read(folder: Path, **files: str) -> tuple[dict[str, Scenario], list[Problem]]:
    """Read scenarios beside the tables of seeds/: a file a name, without its heading."""
    shutil.copytree(SEEDS, folder / "seeds", dirs_exist_ok=True)
    place = folder / "seeds" / "scenarios"
    for name, text in files.items():
        name = name.replace("_", "-")
        heading = f"id: {name}\nname_en: A\nrole: alternative\nwhy_en: B\n"
        (place / f"{name}.yaml").write_text(heading + text, encoding="utf-8")
    found, problems = open_scenarios(place, open_seeds(folder / "seeds"))
    return dict(found), problems


def changes(text: str, goal: str = GOAL) -> str:
    """Return a file's lines from the fifth on: the goal, then one adjustment a line, from the seventh on."""
    return f"goals: [{goal}]\nadjustments:\n" + "".join(f"- {{{line}}}\n" for line in text.splitlines())


def test_every_adjustment_reads_from_a_file(tmp_path: Path) -> None:
    text = """kind: redate, observation: science-city-hightech_enterprises-20221231, as_of: 2023-05-30
kind: clock, q4_share: 0.5
kind: measure, indicators: [hightech_enterprises]
kind: observe, as_of: 2023-10-31, value: {uniform: [1080, 1100]}, unit: 家
kind: goal, value: 1140, deadline: 2023-12-30
kind: models, weights: {trend: 3, peers: 1}
kind: scope, share: {beta: [8, 2]}
kind: pace, factor: {triangular: [0.8, 1, 1.5]}, from: 2023-09-30, until: 2023-11-30
kind: pace_of, region: chongqing
kind: one_off, amount: 30, date: 2023-11-15, probability: 0.5
kind: delay, months: 1
kind: ceiling, value: {lognormal: [2000, 0.1]}
kind: expiry, share: 0.1, date: 2023-11-30"""
    found, problems = read(tmp_path, whole=changes(text))
    assert problems == []
    assert [a.kind for a in found["whole"].adjustments] == [
        a.model_fields["kind"].default for a in ADJUSTMENTS
    ]
    written = found["whole"].model_dump(mode="json", by_alias=True)
    assert Scenario.model_validate(written) == found["whole"]
    asked = fc.Question(fc.read_seeds(tmp_path / "seeds").ledger.goals[GOAL], "2023-09-06", found["whole"])
    assert 0 < fc.outlook(fc.read_seeds(tmp_path / "seeds").ledger, asked).probability < 1


# What a scenario extends


def test_a_scenario_has_the_adjustments_of_what_it_extends_before_its_own(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        one=changes("kind: clock, q4_share: 0.5\nkind: pace, factor: 2"),
        two="extends: one\nadjustments:\n- {kind: pace, factor: 3}\n- {kind: delay, months: 1}\n",
        three="extends: two\ngoals: []\n",
    )
    assert problems == []
    for name in ("two", "three"):
        told = [(a.kind, getattr(a, "factor", None)) for a in found[name].adjustments]
        assert told == [("clock", None), ("pace", 3.0), ("delay", None)]
    assert found["two"].goals == (GOAL,)  # as what it extends says
    assert found["three"].goals == ()  # as it says itself


def test_a_circle_a_long_chain_and_a_name_that_is_not_there_are_told(tmp_path: Path) -> None:
    links = {f"c{i}": f"extends: c{i + 1}\n" for i in range(LONGEST + 1)} | {f"c{LONGEST + 1}": ""}
    _found, problems = read(
        tmp_path, a="extends: b\n", b="extends: c\n", c="extends: a\n", d="extends: d\n", e="extends: a\n",
        f="extends: sscope-share\n", **links,
    )  # fmt: skip
    told = {p.place.split("/")[1]: p for p in problems}
    assert set(told) == {"a.yaml", "b.yaml", "c.yaml", "d.yaml", "f.yaml", "c0.yaml"}
    assert all((p.line, p.column) == (5, "extends") for p in problems)
    assert told["a.yaml"].rule == "extends itself: a > b > c > a"
    assert told["d.yaml"].rule == "extends itself: d > d"
    assert (told["f.yaml"].value, told["f.yaml"].remedy) == ("sscope-share", "did you mean 'scope-share'?")
    assert "more than 10" in told["c0.yaml"].rule


def test_an_unsound_file_is_told_once_and_not_by_those_that_extend_it(tmp_path: Path) -> None:
    _, problems = read(tmp_path, a="extends: b\n", b="adjustments: [{kind: pace}]\n")
    assert [p.place for p in problems] == ["scenarios/b.yaml"]


# What is wrong


FAULTY = [
    ("kind: pace, factor: -1", "factor", "at least 0"),
    ("kind: pace, factor: 1, form: 2023-09-01", "form", "unknown key"),
    ("kind: pace, factor: 20 %", "factor", "must be a number"),
    ("kind: pace, factor: 1, from: 2024-02-01", "from", "after the deadline 2023-12-31"),
    ("kind: pace, factor: 1, from: 2023-10-01, until: 2023-09-01", "", "from must lie before until"),
    ("kind: pace", "factor", "Field required"),
    ("kind: one_off, amount: 5, date: 2024-01-01", "date", "after the deadline"),
    ("kind: one_off, amount: 5, date: 2023-10-01, probability: 1.2", "probability", "at most 1"),
    ("kind: one_off, amount: 5, date: 2023-02-30", "date", "not a day"),
    ("kind: one_off, amount: 5, date: 2023-10-01, unit: 亿元", "unit", "unit is not that of"),
    ("kind: one_off, amount: {uniform: [3, 2]}, date: 2023-10-01", "amount", "low must be below high"),
    ("kind: scope, share: {normal: [0.9, 0.2]}", "share", "lies where it cannot be"),
    ("kind: scope, share: 0", "share", "above 0"),
    ("kind: delay, months: -1", "months", "at least 0"),
    ("kind: ceiling, value: 0", "value", "above 0"),
    ("kind: pace_of", "", "give a region, or a quantile"),
    ("kind: pace_of, region: chongqin", "region", "region that the ledger does not have"),
    ("kind: pace_of, quantile: 2", "quantile", "at most 1"),
    ("kind: observe, value: 5", "", "as_of and value"),
    ("kind: observe, as_of: 2023-12-31, value: 1100", "as_of", "before the deadline"),
    ("kind: observe, as_of: 2023-10-31, value: -5", "value", "never negative"),
    ("kind: observe, observation: nowhere, drop: true", "observation", "observation that the ledger"),
    ("kind: observe, drop: true", "", "drop needs the observation"),
    ("kind: goal", "", "another value, another deadline"),
    ("kind: goal, deadline: 2023-01-01", "deadline", "after the day of announcement"),
    ("kind: models, weights: {trendd: 1}", "weights.trendd", "no such growth model"),
    ("kind: models, weights: {trend: 0}", "weights.trend", "greater than 0"),
    ("kind: models, weights: []", "weights", "at least 1"),
    ("kind: share, low: 0.4, high: 1", "kind", "no such kind"),
]


@pytest.mark.parametrize(("line", "key", "rule"), FAULTY, ids=lambda x: str(x)[:40])
def test_a_fault_is_told_with_file_line_key_rule_and_hint(
    tmp_path: Path, line: str, key: str, rule: str
) -> None:
    _, problems = read(tmp_path, x=changes(f"kind: clock, q4_share: 0.5\n{line}"))
    text = [str(p) for p in problems]
    assert len(text) == 1
    assert text[0].startswith("scenarios/x.yaml:8 [adjustments.1" + (f".{key}]" if key else "]"))
    assert rule in text[0] or rule == "not a day"
    assert problems[0].remedy


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    lines = [line for line, _, rule in FAULTY if "deadline" not in rule and "day" not in rule][:7]
    _, problems = read(tmp_path, x=changes("\n".join(lines)), y=changes("kind: paces"))
    assert len({p.line for p in problems if "/x." in p.place}) == 7
    assert any("/y." in p.place for p in problems)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kind: pace, factor: 1", "kind: pace, factor: 2, from: 2023-10-01"),
        ("kind: one_off, amount: 1, date: 2023-10-01", "kind: one_off, amount: 2, date: 2023-10-01"),
        ("kind: observe, observation: science-city-hightech_enterprises-20221231, drop: true",
         "kind: redate, observation: science-city-hightech_enterprises-20221231, as_of: 2023-01-01"),
        ("kind: delay, months: 1", "kind: delay, months: 2"),
        ("kind: pace_of, region: chongqing", "kind: pace_of, quantile: 0.5"),
    ],
)  # fmt: skip
def test_adjustments_that_contradict_each_other_are_told(tmp_path: Path, one: str, other: str) -> None:
    _, problems = read(tmp_path, x=changes(f"{one}\nkind: clock, q4_share: 0.5\n{other}"))
    [told] = problems
    assert (told.line, told.column) == (9, "adjustments.2")
    assert "adjustments 0 and 2 change the same thing" in told.rule


def test_paces_one_after_the_other_do_not(tmp_path: Path) -> None:
    text = "kind: pace, factor: 1, until: 2023-10-01\nkind: pace, factor: 2, from: 2023-10-01"
    assert read(tmp_path, x=changes(text))[1] == []


def test_a_total_never_falls_and_nothing_of_it_lapses(tmp_path: Path) -> None:
    text = "kind: one_off, amount: -5, date: 2023-10-01\nkind: expiry, share: 0.1, date: 2023-10-01"
    _, problems = read(tmp_path, x=changes(text, TOTAL))
    assert [(p.line, p.column) for p in problems] == [(7, "adjustments.0.amount"), (8, "adjustments.1.kind")]


def test_what_makes_no_sense_for_a_goal_is_told_in_python_too() -> None:
    seeds = fc.read_seeds(SEEDS)
    question = fc.Question(seeds.ledger.goals[GOAL], "2023-09-06")
    for change in (fc.OneOff(amount=1, date="2024-01-05"), fc.PaceOf(region="nowhere"),
                   fc.ByModels(weights=["nobody"]), fc.Ceiling(value=5, unit="km")):  # fmt: skip
        with pytest.raises(fc.BadInput):
            fc.outlook(seeds.ledger, question.under(change))


# The schema


def published() -> Any:
    return json.loads(SCHEMAS["scenario"]())


def valid(text: str) -> bool:
    held = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return bool(jsonschema.Draft202012Validator(published()).is_valid(held))


def test_the_published_schema_is_that_of_the_code() -> None:
    for name, make in SCHEMAS.items():
        text = (SEEDS.parent / "reports" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
        remedy = f"write it anew: forecasts schema {name} --out reports/schema/{name}.schema.json"
        assert text == make(), remedy
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_the_schema_takes_what_is_sound_and_refuses_what_it_can() -> None:
    for path in (SEEDS / "scenarios").glob("*.yaml"):
        assert valid(path.read_text(encoding="utf-8")), path
    heading = "id: x\nname_en: A\nrole: alternative\nwhy_en: B\nadjustments:\n"
    assert valid(heading + "- {kind: pace, factor: {normal: [1, 0.1], bounds: [0, 2]}, from: 2023-10-01}\n")
    assert valid(heading + "- {kind: models, weights: [trend, peers]}\n")
    for wrong in ("{kind: pace, factor: -1}", "{kind: pace, factor: 1, form: 2}", "{kind: paces, factor: 1}",
                  "{factor: 1}", "{kind: scope, share: {normal: [1]}}", "{kind: delay}"):  # fmt: skip
        assert not valid(heading + f"- {wrong}\n"), wrong
