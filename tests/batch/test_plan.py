"""Plans: resolved against the seeds, with every fault told with its line."""

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forecasts.batch.plans.plan import Plan, Work
from forecasts.batch.plans.reading import read_plan
from forecasts.batch.plans.schema import plan_schema
from forecasts.ledger.problems import BadInput, Problem
from forecasts.scenarios.seeds import Seeds

#: The day of the tests.
TODAY = dt.date(2023, 10, 20)


def read_all(text: str, tmp_path: Path, root: Path, seeds: Seeds, **options: Any) -> tuple[Work, ...]:
    path = tmp_path / "night.yaml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path, root, seeds, options, today=TODAY)


def read(text: str, tmp_path: Path, root: Path, seeds: Seeds, **options: Any) -> Work:
    """Read a plan of one day."""
    [work] = read_all(text, tmp_path, root, seeds, **options)
    return work


def faults(text: str, tmp_path: Path, root: Path, seeds: Seeds, **options: Any) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        read_all(text, tmp_path, root, seeds, **options)
    return list(caught.value.problems)


def test_the_default_plan_names_nobody(root: Path, seeds: Seeds) -> None:
    path = root / "reports" / "plans" / "brief.yaml"
    text = path.read_text(encoding="utf-8")
    ids = {*seeds.ledger.goals, *seeds.ledger.regions, *seeds.ledger.indicators, *seeds.scenarios} - {
        "baseline"
    }
    assert not [name for name in ids if name in text.split()]
    [work] = read_plan(path, root, seeds)
    assert work.name == "brief"
    assert {job.goal for job in work.jobs} == set(seeds.ledger.headline_goals())
    assert len({job.id for job in work.jobs}) == len(work.jobs)


def test_every_default_stands_in_the_default_plan(root: Path, seeds: Seeds) -> None:
    [work] = read_plan(root / "reports" / "plans" / "brief.yaml", root, seeds)
    assert work.plan == Plan()


def test_the_sweep_has_what_the_brief_has_and_every_other_scenario(root: Path, seeds: Seeds) -> None:
    [brief], [sweep] = (
        read_plan(root / "reports" / "plans" / f"{n}.yaml", root, seeds) for n in ("brief", "sweep")
    )
    assert {job.id for job in brief.jobs} < {job.id for job in sweep.jobs}
    named = {goal for scenario in seeds.scenarios.values() for goal in scenario.goals}
    assert set(seeds.ledger.headline_goals()) <= named
    every = {f"{g}--{s}" for g in named for s in seeds.scenarios_of(g)}
    assert {job.id for job in sweep.jobs} == every


def test_a_goal_that_no_scenario_names_is_not_named(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    bare = {name: one.model_copy(update={"goals": ()}) for name, one in seeds.scenarios.items()}
    with pytest.raises(BadInput, match="no scenario names a goal"):
        read("goals: named\n", tmp_path, root, replace(seeds, scenarios=bare))


def test_options_replace_the_plan(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    work = read(
        "draws: 300\nseed: 7\n", tmp_path, root, seeds, known_on="2023-10-01", language="en", draws=None
    )
    assert (work.plan.draws, work.plan.seed, work.plan.language) == (300, 7, "en")
    assert work.known_on == dt.date(2023, 10, 1)
    assert all(job.parameters["known_on"] == "2023-10-01" for job in work.jobs)


def test_baseline_stands_for_each_goals_own(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    work = read("scenarios: [baseline]\n", tmp_path, root, seeds)
    assert [(j.goal, j.scenario) for j in work.jobs] == [
        (g, seeds.ledger.goals[g].baseline) for g in seeds.ledger.headline_goals()
    ]


def test_every_unfit_option_is_told(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    unfit = {name: {"no": "plan"} for name in ("known_on", "language", "draws", "seed", "timeout")}
    found = faults("seed: 2\n", tmp_path, root, seeds, **unfit)
    assert {p.place for p in found} == {f"--{name.replace('_', '-')}" for name in unfit}
    assert all(p.remedy for p in found)


def test_all_faults_at_once_with_their_lines(tmp_path: Path, root: Path, seeds: Seeds, goal: str) -> None:
    text = f"""\
notebok: goal.ipynb
goals:
  - {goal}
  - {goal}x
scenarios: [baseline, nonsense]
known_on: soon
draws: 2e4
language: fr
notebook: ../evil.ipynb
"""
    told = {(p.line, p.column) for p in faults(text, tmp_path, root, seeds)}
    named = {(1, "notebok"), (4, "goals.1"), (5, "scenarios.1"), (9, "notebook")}
    assert told == named | {(6, "known_on"), (7, "draws"), (8, "language")}


def test_an_old_key_is_refused_with_the_new_one(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    [told] = faults("draws: 300\nas_of: 2023-10-01\n", tmp_path, root, seeds)
    assert (told.line, told.column, told.rule) == (2, "as_of", "unknown key")
    assert "it is called known_on now" in told.remedy


@pytest.mark.parametrize(
    "name", ["../notebooks.ipynb", "/etc/passwd", "nowhere.ipynb", ".", "goal", "../seeds/goals.csv"]
)
def test_a_notebook_stays_on_its_shelf(name: str, tmp_path: Path, root: Path, seeds: Seeds) -> None:
    [told] = faults(f"notebook: {name}\n", tmp_path, root, seeds)
    assert told.column == "notebook"


def test_a_link_out_of_the_shelf_is_refused(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    house = tmp_path / "house"
    (house / "notebooks").mkdir(parents=True)
    (tmp_path / "evil.ipynb").write_text("{}")
    try:
        (house / "notebooks" / "link.ipynb").symlink_to(tmp_path / "evil.ipynb")
    except OSError:
        pytest.skip("no symbolic links here")
    [told] = faults("notebook: link.ipynb\n", tmp_path, house, seeds)
    assert "inside notebooks/" in told.rule


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "mapping"),
        ("- a\n", "mapping"),
        ("draws: [1\n", "not YAML"),
        ("draws: 300\ndraws: 400\n", "twice"),
        ("known_on: 2023-02-30\n", "no such day"),
        ("goals: []\n", "a list of goal ids"),
        ("goals: everything\n", "headline"),
        ("known_on: 20230906\n", "date"),
    ],
)
def test_what_is_no_plan(text: str, part: str, tmp_path: Path, root: Path, seeds: Seeds) -> None:
    told = faults(text, tmp_path, root, seeds)
    assert any(part in str(problem) for problem in told)


def test_no_such_file(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_plan(tmp_path / "none.yaml", root, seeds)


def test_a_bad_option_is_told_as_an_option(tmp_path: Path, root: Path, seeds: Seeds) -> None:
    [told] = faults("draws: 300\n", tmp_path, root, seeds, known_on="yesterday")
    assert (told.place, told.line) == ("--known-on", None)


VALUES = (
    st.none() | st.integers() | st.text(max_size=9) | st.booleans() | st.dates()
    | st.lists(st.text(max_size=5), max_size=2)
)  # fmt: skip


@given(values=st.dictionaries(st.sampled_from([*Plan.model_fields, "other"]), VALUES))
def test_any_yaml_is_a_plan_or_told_problems(
    values: dict[str, Any], tmp_path: Path, root: Path, seeds: Seeds
) -> None:
    came: object = ()
    try:
        came = read_all(yaml.safe_dump(values, allow_unicode=True), tmp_path, root, seeds)
    except BadInput as bad:
        came = bad.problems
    assert came


def examples(root: Path, page: str) -> list[str]:
    """Return the plans that a page of the documentation shows."""
    text = (root / "docs" / "howto" / page).read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_the_pages_show_plans_that_can_be_run_and_the_same_in_both_languages(
    tmp_path: Path, root: Path, seeds: Seeds
) -> None:
    shown = examples(root, "plans.md")
    assert len(shown) > 6
    for text in shown:
        day = "" if "known_on" in text else "known_on: 2023-03-31\n"
        assert read_all(day + text, tmp_path, root, seeds)
    assert [yaml.safe_load(t) for t in shown] == [yaml.safe_load(t) for t in examples(root, "plans.zh.md")]


@pytest.mark.parametrize("name", ["brief", "sweep", "watch"])
def test_the_plans_that_come_along_are_as_their_schema_has_it(name: str, root: Path, seeds: Seeds) -> None:
    path = root / "reports" / "plans" / f"{name}.yaml"
    assert any(work.jobs for work in read_plan(path, root, seeds, today=dt.date(2024, 3, 1)))
    assert valid(path.read_text(encoding="utf-8"))


def valid(text: str) -> bool:
    held = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return bool(jsonschema.Draft202012Validator(json.loads(plan_schema())).is_valid(held))


def test_the_schema_takes_what_is_sound_and_refuses_what_it_can(root: Path) -> None:
    for text in examples(root, "plans.md"):
        assert valid(text), text
    for text in (
        "gaols: headline", "goals: everything", "goals: []", "goals: [{regoin: a}]", "known_on: []",
        "success: never", "draws: 5", "alerts: [{older: 0}]", "alerts: [{crossed: maybe}]", "memory: much",
        "matrix: {seed: 1}", "exclude: {goal: a}", "briefs: two",
    ):  # fmt: skip
        assert not valid(text), text


def test_the_published_schema_is_that_of_the_code(root: Path) -> None:
    text = (root / "reports" / "schema" / "plan.schema.json").read_text(encoding="utf-8")
    assert text == plan_schema(), "write it anew: forecasts schema plan --out reports/schema/plan.schema.json"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
