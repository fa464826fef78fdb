"""What a plan chooses: goals, scenarios, days, combinations; what it leaves out; what its jobs are called."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.batch.plans.choose import LONGEST, safe
from forecasts.batch.plans.plan import Plan, Work
from forecasts.batch.plans.reading import only, read_plan
from forecasts.ledger.fields import FILE_NAME
from forecasts.ledger.problems import BadInput, Problem
from forecasts.scenarios.seeds import Seeds

TODAY = dt.date(2023, 10, 20)
House = Callable[[], Path]


@pytest.fixture
def read(tmp_path: Path, root: Path, seeds: Seeds) -> Callable[..., tuple[Work, ...]]:
    """Read a plan that is given as text."""

    def read(text: str, root: Path = root, **options: Any) -> tuple[Work, ...]:
        path = tmp_path / "night.yaml"
        path.write_text(text, encoding="utf-8")
        return read_plan(path, root, seeds, options, today=TODAY)

    return read


Read = Callable[..., tuple[Work, ...]]


@pytest.fixture
def house(copy_house: House) -> Path:
    """A project with one more notebook: no goal, and parameters of every kind."""
    house = copy_house()
    cell = nbformat.v4.new_code_cell(
        'region: str = ""\nshare: float = 0.5\nyears: int = 3\nquick: bool = False\n'
        'names: list = []\nfree = None\nknown_on: str = ""\nseed: int = 1\noutput: str = ""',
        metadata={"tags": ["parameters"]},
    )
    book = nbformat.v4.new_notebook(cells=[cell])
    (house / "notebooks" / "more").mkdir()
    nbformat.write(book, house / "notebooks" / "more" / "Regions.ipynb")
    return house


def faults(read: Read, text: str, **more: Any) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        read(text, **more)
    return list(caught.value.problems)


def goals_of(works: tuple[Work, ...]) -> set[str]:
    return {job.goal for work in works for job in work.jobs}


# goals


def test_a_pattern_stands_for_the_goals_that_are_like_it(read: Read, seeds: Seeds, goal: str) -> None:
    stem = goal.rsplit("-", 1)[0]
    works = read(f"goals: ['{stem}*']\nscenarios: [baseline]\nknown_on: 2023-06-01\n")
    open_then = {n for n, g in seeds.ledger.goals.items() if g.deadline > dt.date(2023, 6, 1)}
    assert goals_of(works) == {name for name in open_then if name.startswith(stem)}
    assert goal in goals_of(works)


def test_a_selector_fits_region_indicator_and_family(read: Read, seeds: Seeds, goal: str) -> None:
    asked, ledger = seeds.ledger.goals[goal], seeds.ledger
    family = ledger.indicators[asked.indicator].family
    text = "goals:\n  - {region: %s, family: [%s]}\nscenarios: [baseline]\nknown_on: 2020-01-01\n"
    found = goals_of(read(text % (asked.region, family)))
    assert found == {
        name
        for name, one in ledger.goals.items()
        if one.region == asked.region
        and ledger.indicators[one.indicator].family == family
        and one.deadline > dt.date(2020, 1, 1)
    }
    alone = f"goals: {{region: '{asked.region[:4]}*', indicator: {asked.indicator}}}\nscenarios: [baseline]\n"
    assert goal in goals_of(read(alone))


def test_all_goals_are_those_that_are_open_and_the_rest_is_told(read: Read, seeds: Seeds) -> None:
    [work] = read("goals: all\nscenarios: [baseline]\n")
    passed = {name for name, one in seeds.ledger.goals.items() if one.deadline <= work.known_on}
    assert passed
    assert set(work.passed) == passed
    assert goals_of((work,)) == set(seeds.ledger.goals) - passed


def test_a_goal_that_is_named_stays_although_its_day_has_come(read: Read, goal: str) -> None:
    """Its job says what became of it; a plan that names it is never silently thinner."""
    [work] = read(f"goals: [{goal}]\nscenarios: [baseline]\nknown_on: 2090-01-01\n")
    assert goals_of((work,)) == {goal}
    assert work.passed == ()


def test_patterns_of_scenarios_keep_to_those_that_are_for_the_goal(
    read: Read, seeds: Seeds, goal: str
) -> None:
    [work] = read(f"goals: [{goal}]\nscenarios: ['*']\n")
    assert [job.scenario for job in work.jobs] == list(seeds.scenarios_of(goal))


def test_what_is_named_and_is_not_there_is_told_with_its_line(read: Read) -> None:
    text = """\
goals:
  - no-such-goal
  - nothing-is-like-this-*
  - {region: nowhere}
  - {regoin: nowhere}
scenarios: [zzz-*]
alerts:
  - {moved: 5, crossed: likely}
  - {crossed: maybe}
  - {older: 30, goals: [zzz]}
"""
    told = {(p.line, p.column) for p in faults(read, text)}
    assert told == {
        (5, "goals.3.regoin"), (8, "alerts.0"), (9, "alerts.1.crossed"), (6, "scenarios.0"),
    }  # fmt: skip
    sound = (
        text.replace("  - {regoin: nowhere}\n", "")
        .replace(", crossed: likely", "")
        .replace("maybe", "likely")
    )
    told = {(p.line, p.column) for p in faults(read, sound)}
    assert {(2, "goals.0"), (3, "goals.1"), (4, "goals.2.region"), (5, "scenarios.0")} <= told


# days


def test_one_work_for_each_day_in_the_order_of_the_plan(read: Read, seeds: Seeds) -> None:
    newest = seeds.ledger.newest_publication(seeds.ledger.headline_goals())
    works = read(f"known_on: [today, 2023-09-10, newest, {TODAY}]\nscenarios: [baseline]\n")
    assert [work.known_on for work in works] == list(dict.fromkeys([TODAY, dt.date(2023, 9, 10), newest]))
    for work in works:
        assert {job.parameters["known_on"] for job in work.jobs} == {work.known_on.isoformat()}


def test_today_may_be_after_the_newest_figure(read: Read, seeds: Seeds) -> None:
    [work] = read("known_on: today\n")
    assert work.known_on == TODAY


def test_the_command_line_knows_the_words_for_days(read: Read) -> None:
    [work] = read("draws: 300\n", known_on="today")
    assert work.known_on == TODAY


# notebooks, parameters, matrices


def test_a_notebook_without_goals_is_one_job_a_day_and_a_combination(read: Read, house: Path) -> None:
    text = """\
notebook: more/Regions.ipynb
known_on: [2023-09-01, 2023-10-01]
success: end
parameters: {region: 科学城, quick: true}
matrix: {share: [0.25, 1], years: [1, 2, 3]}
"""
    works = read(text, root=house)
    assert [len(work.jobs) for work in works] == [6, 6]
    job = works[0].jobs[0]
    assert (job.goal, job.scenario, job.notebook) == ("", "", "more/Regions.ipynb")
    assert job.parameters == {
        "known_on": "2023-09-01", "seed": 1, "region": "科学城", "quick": True, "share": 0.25, "years": 1,
    }  # fmt: skip
    assert len({job.id for job in works[0].jobs}) == 6
    assert all(re.fullmatch(FILE_NAME, part) for job in works[0].jobs for part in job.id.split("--"))


def test_several_notebooks_each_take_what_they_have(read: Read, house: Path, goal: str) -> None:
    text = f"""\
notebook: [goal.ipynb, more/Regions.ipynb]
goals: [{goal}]
scenarios: [baseline]
success: end
matrix: {{seed: [1, 2], share: [0.1, 0.2]}}
"""
    [work] = read(text, root=house)
    by_notebook = {name: [j for j in work.jobs if j.notebook == name] for name in work.plan.notebooks}
    assert [len(jobs) for jobs in by_notebook.values()] == [2, 4]
    assert all("share" not in job.parameters for job in by_notebook["goal.ipynb"])
    assert [job.id.split("--")[0] for job in by_notebook["goal.ipynb"]] == ["goal", "goal"]


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("parameters: {regoin: a}", "parameters.regoin", "did you mean 'region'?"),
        ("parameters: {region: 5}", "parameters.region", "must be text"),
        ("parameters: {years: 1.5}", "parameters.years", "must be a whole number"),
        ("parameters: {years: true}", "parameters.years", "must be a whole number"),
        ("parameters: {quick: 1}", "parameters.quick", "must be true or false"),
        ("parameters: {names: a}", "parameters.names", "must be a list"),
        ("parameters: {seed: 3}", "parameters.seed", "the plan's own key seed"),
        ("parameters: {output: /etc}", "parameters.output", "a run decides"),
        ("parameters: {'x; import os': 1}", "parameters.x; import os", "pattern"),
        ("matrix: {share: [0.1, much]}", "matrix.share.1", "must be a number"),
        ("matrix: {share: []}", "matrix.share", "at least 1 item"),
        ("matrix: {known_on: [2023-01-01]}", "matrix.known_on", "the plan's own key known_on"),
        ("matrix: {seed: [1, -1]}", "matrix.seed.1", "greater than or equal"),
        ("matrix: {share: [1]}\nparameters: {share: 1}", "parameters.share", "under matrix"),
        ("exclude: [{regoin: a}]", "exclude.0.regoin", "did you mean 'region'?"),
        ("exclude: [{}]", "exclude.0", "at least 1 item"),
        ("goals: headline", "goals", "no notebook of the plan has a parameter goal"),
        ("draws: 500", "draws", "no notebook of the plan has a parameter draws"),
        ("memory: a lot", "memory", "such as 4G"),
        ("keep: 0", "keep", "from 1 on"),
        ("success: result", "success", "no result.json can answer"),
        ("success: ['../*.csv']", "success.0", "without a folder"),
    ],
)
def test_what_a_notebook_does_not_take_is_told(
    text: str, column: str, part: str, read: Read, house: Path
) -> None:
    ending = "" if text.startswith("success") else "\nsuccess: end"
    told = faults(read, f"notebook: more/Regions.ipynb\n{text}{ending}\n", root=house)
    assert [p.column for p in told] == [column]
    assert part in str(told[0])


def test_an_unannotated_parameter_takes_anything(read: Read, house: Path) -> None:
    text = (
        "notebook: more/Regions.ipynb\nsuccess: end\nmatrix: {free: [1, a, null, [1, 2], {b: 2023-01-02}]}\n"
    )
    [work] = read(text, root=house)
    assert [job.parameters["free"] for job in work.jobs] == [1, "a", None, [1, 2], {"b": "2023-01-02"}]
    assert len({job.id for job in work.jobs}) == 5


def test_an_option_does_not_hide_behind_a_matrix(read: Read) -> None:
    [told] = faults(read, "matrix: {seed: [1, 2]}\n", seed=3)
    assert told.place == "--seed"


def test_a_product_beyond_reason_is_refused_before_it_is_made(read: Read, house: Path) -> None:
    many = json.dumps(list(range(999)))
    text = f"notebook: more/Regions.ipynb\nsuccess: end\nmatrix: {{years: {many}, share: {many}}}\n"
    [told] = faults(read, text, root=house)
    assert "more than" in told.rule


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{}", "no notebook"),
        ("no JSON", "no notebook"),
        (json.dumps({"cells": []}), "no cell tagged"),
        (
            json.dumps(
                {"cells": [{"cell_type": "code", "source": "a = (", "metadata": {"tags": ["parameters"]}}]}
            ),
            "not plain Python",
        ),
    ],
)
def test_what_is_no_notebook_with_parameters(content: str, part: str, read: Read, house: Path) -> None:
    (house / "notebooks" / "odd.ipynb").write_text(content, encoding="utf-8")
    [told] = faults(read, "notebook: odd.ipynb\nsuccess: end\n", root=house)
    assert part in told.rule
    assert told.column == "notebook"


# what is left out


def test_an_entry_leaves_out_what_fits_all_of_it(read: Read, seeds: Seeds, goal: str) -> None:
    text = "scenarios: all\nknown_on: [2023-09-10, 2023-10-10]\n"
    every = read(text)
    entry = f"exclude:\n  - {{goal: {goal}, scenario: baseline, known_on: 2023-09-10}}\n"
    works = read(text + entry)
    [out] = works[0].excluded
    assert (out.goal, out.scenario) == (goal, seeds.ledger.goals[goal].baseline)
    assert works[1] == every[1].__class__(**{**_parts(every[1]), "plan": works[1].plan})
    assert [j for j in every[0].jobs if j not in works[0].jobs] == [out]


def _parts(work: Work) -> dict[str, Any]:
    return {name: getattr(work, name) for name in work.__dataclass_fields__}


def test_values_of_a_matrix_can_be_left_out(read: Read, house: Path) -> None:
    text = """\
notebook: more/Regions.ipynb
success: end
matrix: {years: [1, 2, 3], region: [north, south, southeast]}
exclude:
  - {years: [1, 2], region: south*}
  - {years: 3, region: north}
"""
    [work] = read(text, root=house)
    kept = {(job.parameters["years"], job.parameters["region"]) for job in work.jobs}
    assert kept == {(1, "north"), (2, "north"), (3, "south"), (3, "southeast")}


def test_an_entry_that_leaves_nothing_out_is_told_and_no_fault(read: Read) -> None:
    [work] = read("scenarios: [baseline]\nexclude:\n  - {scenario: no-such-*}\n")
    [remark] = work.remarks
    assert (remark.problem.line, remark.problem.column) == (3, "exclude.0")


def test_a_plan_that_leaves_everything_out_is_told(read: Read) -> None:
    [told] = faults(read, "exclude: [{goal: '*'}]\n")
    assert "every job is excluded" in told.rule


# names


@given(text=st.text(max_size=300))
def test_any_text_is_a_safe_part_of_a_folders_name(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,90}", safe(text))


@given(texts=st.sets(st.text(max_size=12), min_size=2, max_size=6))
def test_different_texts_have_different_names(texts: set[str]) -> None:
    assert len({safe(text) for text in texts}) == len(texts)


@given(values=st.lists(st.text(max_size=90), min_size=1, max_size=4))
def test_whatever_a_matrix_holds_a_job_lies_in_its_folder(
    values: list[str], read: Read, copy_house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No value of a file becomes a path: not `..`, not a slash, not a name too long."""
    plan = Plan.model_validate({"matrix": {"free": values}, "success": "end"})
    from forecasts.batch.plans.cell import Cell
    from forecasts.batch.plans.choose import jobs_of

    cells = {"a.ipynb": Cell({"free": ""}, asks_only=False)}
    jobs = jobs_of(plan, cells, (), TODAY, None)  # type: ignore[arg-type]
    assert len({job.id for job in jobs}) == len(jobs) == len(set(values))
    assert all(re.fullmatch(r"[a-z0-9_-]+", job.id) and len(job.id) <= LONGEST + 20 for job in jobs)


# only


def test_only_keeps_the_jobs_whose_names_fit(read: Read, goal: str) -> None:
    works = read("scenarios: all\nknown_on: [2023-09-10, 2023-10-10]\n")
    kept = only(works, [f"{goal}--*"])
    assert {job.id for work in kept for job in work.jobs} == {
        job.id for work in works for job in work.jobs if job.goal == goal
    }
    assert only(works, []) == works


def test_only_tells_every_pattern_that_fits_nothing(read: Read) -> None:
    works = read("scenarios: all\n")
    with pytest.raises(BadInput) as caught:
        only(works, ["zzz", "*", "yyy-*"])
    assert [p.value for p in caught.value.problems] == ["zzz", "yyy-*"]
