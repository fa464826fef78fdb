"""Keys: whatever an answer can see changes them, and nothing else does."""

import csv
import datetime as dt
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.attainment.verdict import answer
from forecasts.batch import keys as keys_module
from forecasts.batch.keys import Key, Keys, differs, program
from forecasts.batch.plans.plan import Job
from forecasts.batch.plans.reading import read_plan
from forecasts.ledger.fields import Outcome
from forecasts.ledger.ledger import HIDDEN, Ledger
from forecasts.publish.save import dump_result
from forecasts.scenarios.seeds import Seeds, read_seeds


def frozen(some: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(some))


@pytest.fixture(scope="module")
def job(root: Path, seeds: Seeds) -> Job:
    """The first job of the default plan, on a day with figures before and behind it."""
    days = sorted({o.published_on for o in seeds.ledger.observations.values()})
    day = days[len(days) // 2].isoformat()
    goal = seeds.ledger.headline_goals()[0]
    parameters = {"goal": goal, "scenario": seeds.ledger.goals[goal].baseline, "known_on": day, "draws": 500}
    return Job(goal, str(parameters["scenario"]), "goal.ipynb", parameters, f"{goal}--x")


def day_of(job: Job) -> dt.date:
    return dt.date.fromisoformat(str(job.parameters["known_on"]))


def with_ledger(seeds: Seeds, **tables: Mapping[str, Any]) -> Seeds:
    """Return the seeds with some tables replaced."""
    parts = {name: getattr(seeds.ledger, name) for name in Ledger.__dataclass_fields__}
    return replace(seeds, ledger=Ledger(**(parts | {k: frozen(v) for k, v in tables.items()})))


def changed(root: Path, old: Seeds, new: Seeds, job: Job) -> tuple[str, ...]:
    return differs(Keys(root, old).of(job), Keys(root, new).of(job))


def visible(seeds: Seeds, job: Job) -> list[str]:
    return [k for k, o in seeds.ledger.observations.items() if o.published_on <= day_of(job)]


# figures


@given(data=st.data())
@settings(max_examples=40)
def test_any_change_of_a_figure_that_can_be_seen_changes_the_key(
    data: st.DataObject, root: Path, seeds: Seeds, job: Job
) -> None:
    held = dict(seeds.ledger.observations)
    name = data.draw(st.sampled_from(visible(seeds, job)))
    row = held[name]
    change = data.draw(
        st.sampled_from(
            [
                {"value": row.value + 1},
                {"value": Decimal(f"{row.value}.0") if row.value == int(row.value) else row.value * 2},
                {"quote": row.quote + "."},
                {"as_of": row.as_of - dt.timedelta(days=1)},
                {"published_on": day_of(job) + dt.timedelta(days=1)},
                {"qualifier": "near" if row.qualifier != "near" else "over"},
                {"note_en": row.note_en + "x"},
                None,
            ]
        )
    )
    if change is None:
        del held[name]
    else:
        held[name] = row.model_copy(update=change)
    assert changed(root, seeds, with_ledger(seeds, observations=held), job) == ("figures",)


@given(data=st.data())
@settings(max_examples=30)
def test_what_is_published_after_the_day_changes_nothing(
    data: st.DataObject, root: Path, seeds: Seeds, job: Job
) -> None:
    held, day = dict(seeds.ledger.observations), day_of(job)
    hidden = sorted(set(held) - set(visible(seeds, job)))
    for name in data.draw(st.sets(st.sampled_from(hidden), min_size=1, max_size=5)):
        row = held.pop(name)
        later = day + dt.timedelta(days=data.draw(st.integers(1, 900)))
        if data.draw(st.booleans()):
            new = {"id": f"{name}-b", "published_on": later, "value": row.value * 2, "source": "new-source"}
            held[f"{name}-b"] = row.model_copy(update=new)
    source = next(iter(seeds.ledger.sources.values())).model_copy(update={"id": "new-source"})
    goal = seeds.ledger.goals[job.goal].model_copy(
        update={"id": "later", "announced_on": day + dt.timedelta(days=9), "headline": False}
    )
    new_seeds = with_ledger(
        seeds,
        observations=held,
        sources={**seeds.ledger.sources, "new-source": source},
        goals={**seeds.ledger.goals, "later": goal},
    )
    assert changed(root, seeds, new_seeds, job) == ()


@given(number=st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_the_order_of_rows_changes_nothing(number: int, root: Path, seeds: Seeds, job: Job) -> None:
    shuffled = {}
    for name in ("observations", "sources", "indicators", "regions", "goals"):
        rows = list(getattr(seeds.ledger, name).items())
        random.Random(number).shuffle(rows)
        shuffled[name] = dict(rows)
    headline = {name: seeds.ledger.goals[name] for name in seeds.ledger.headline_goals()}
    shuffled["goals"] = {**headline, **shuffled["goals"]}  # these are told in their order
    assert changed(root, seeds, with_ledger(seeds, **shuffled), job) == ()


def test_the_order_of_a_file_changes_nothing(copy_house: Callable[[], Path], seeds: Seeds, job: Job) -> None:
    house = copy_house()
    for path in (house / "seeds" / "observations.csv", house / "seeds" / "record" / "observations.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *reversed(rows)])
    assert changed(house, seeds, read_seeds(house / "seeds"), job) == ()


def test_what_else_an_indicator_is_called_changes_nothing(root: Path, seeds: Seeds, job: Job) -> None:
    held = seeds.ledger.indicators
    renamed = {name: one.model_copy(update={"aliases": (f"{name} too",)}) for name, one in held.items()}
    assert changed(root, seeds, with_ledger(seeds, indicators=renamed), job) == ()


def test_the_order_in_which_a_brief_tells_headline_goals_is_part_of_the_answer(
    root: Path, seeds: Seeds, job: Job
) -> None:
    first, second, *rest = seeds.ledger.headline_goals()
    names = dict.fromkeys((second, first, *rest, *seeds.ledger.goals))
    turned = with_ledger(seeds, goals={name: seeds.ledger.goals[name] for name in names})
    assert turned.ledger.headline_goals()[:2] == (second, first)
    assert changed(root, seeds, turned, job) == ("figures",)


def test_an_outcome_counts_from_its_day_on(root: Path, seeds: Seeds, job: Job) -> None:
    day = day_of(job)
    name = next(n for n, g in seeds.ledger.goals.items() if n != job.goal and g.announced_on is None)
    for shift, told in ((-1, ("figures",)), (1, ())):
        end = {
            "outcome": Outcome.YES,
            "outcome_value": Decimal(1),
            "outcome_as_of": day + dt.timedelta(days=shift),
        }
        open_goal = seeds.ledger.goals[name].model_copy(update=dict(HIDDEN))
        before = with_ledger(seeds, goals={**seeds.ledger.goals, name: open_goal})
        after = with_ledger(seeds, goals={**seeds.ledger.goals, name: open_goal.model_copy(update=end)})
        assert changed(root, before, after, job) == told


def test_past_goals_count_once_their_end_is_known(root: Path, seeds: Seeds, job: Job) -> None:
    assert seeds.record is not None
    past, day = seeds.record.past, np.datetime64(day_of(job))
    known = past.days("known_on")
    early, late = np.flatnonzero(known <= day)[:1], np.flatnonzero(known > day)[:1]
    assert len(early)
    assert len(late)
    for row, told in ((early, ("figures",)), (late, ())):
        kept = np.ones(len(past), bool)
        kept[row] = False
        fewer = replace(seeds, record=replace(seeds.record, past=past.take(kept)))
        assert changed(root, seeds, fewer, job) == told


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=8)
def test_where_no_part_changes_the_answer_does_not_either(
    data: st.DataObject, root: Path, seeds: Seeds, job: Job
) -> None:
    """What all of it is for: an answer that is not worked out again is what it would be."""
    held = dict(seeds.ledger.observations)
    for name in data.draw(st.sets(st.sampled_from(sorted(held)), min_size=1, max_size=30)):
        if held[name].published_on > day_of(job) or data.draw(st.integers(0, 9)) == 0:
            del held[name]
    other = with_ledger(seeds, observations=held)
    before, after = (
        dump_result(answer(some, job.goal, job.scenario, day_of(job), draws=200)) for some in (seeds, other)
    )
    if before != after:
        assert changed(root, seeds, other, job) == ("figures",)
    if not changed(root, seeds, other, job):
        assert before == after


# scenarios


def test_a_scenario_that_the_answer_looks_at_changes_the_key_and_no_other_does(
    root: Path, seeds: Seeds, job: Job
) -> None:
    own = seeds.resolve(job.scenario, job.goal)
    beside = set(seeds.scenarios_of(job.goal, headline=True)) - {own}
    for name, scenario in seeds.scenarios.items():
        why = {"why_en": scenario.why_en + " And more."}
        moved = replace(seeds, scenarios=frozen({**seeds.scenarios, name: scenario.model_copy(update=why)}))
        plain = replace(job, parameters={**job.parameters, "what_if": False})
        assert changed(root, seeds, moved, plain) == (("scenario",) if name == own else ())
        if name in beside:
            assert changed(root, seeds, moved, job) == ("scenario",)


def test_the_goals_beside_it_are_asked_under_their_own_baseline(root: Path, seeds: Seeds, job: Job) -> None:
    region = seeds.ledger.goals[job.goal].region
    others = [
        n for n in seeds.ledger.headline_goals() if n != job.goal and seeds.ledger.goals[n].region == region
    ]
    for name in {seeds.ledger.goals[other].baseline for other in others}:
        scenario = seeds.scenarios[name]
        more = scenario.model_copy(update={"name_en": scenario.name_en + "!"})
        moved = replace(seeds, scenarios=frozen({**seeds.scenarios, name: more}))
        assert changed(root, seeds, moved, job) == ("scenario",)


# notebook, parameters, program


def test_notebook_parameters_and_program(
    copy_house: Callable[[], Path], seeds: Seeds, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = copy_house()
    first = Keys(house, seeds).of(job)
    assert first == Keys(house, seeds).of(job)
    other = replace(job, parameters={**job.parameters, "draws": 501})
    assert differs(first, Keys(house, seeds).of(other)) == ("parameters",)
    assert differs(first, Keys(house, seeds, "end").of(job)) == ("parameters",)
    book = house / "notebooks" / "goal.ipynb"
    book.write_text(book.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert differs(first, Keys(house, seeds).of(job)) == ("notebook",)
    template = next((house / "reports" / "templates").iterdir())
    template.write_text(template.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert differs(first, Keys(house, seeds).of(job)) == ("notebook", "program")
    before = program(house)
    monkeypatch.setattr(keys_module, "version", lambda name: "0.0")
    assert program(house) != before


def test_every_file_of_the_package_is_part_of_the_program(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "forecasts"
    (package / "engine").mkdir(parents=True)
    monkeypatch.setattr(keys_module.forecasts, "__file__", str(package / "__init__.py"))
    seen = {program(root)}
    for name in ("__init__.py", "engine/learned.json", "engine/__pycache__/x.pyc", ".hidden"):
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text("x")
        seen.add(program(root))
    assert len(seen) == 3


def test_a_notebook_that_does_more_than_ask_sees_every_file_of_the_seeds(
    copy_house: Callable[[], Path], job: Job
) -> None:
    house = copy_house()
    seeds = read_seeds(house / "seeds")
    curious = house / "notebooks" / "curious.ipynb"
    book = json.loads((house / "notebooks" / "goal.ipynb").read_text(encoding="utf-8"))
    book["cells"].append({**book["cells"][-1], "cell_type": "code", "source": "request.seeds"})
    curious.write_text(json.dumps(book), encoding="utf-8")
    whole = replace(job, notebook="curious.ipynb")
    narrow, wide = Keys(house, seeds).of(job), Keys(house, seeds).of(whole)
    (house / "seeds" / "README.md").write_text("more", encoding="utf-8")
    assert differs(narrow, Keys(house, seeds).of(job)) == ()
    assert differs(wide, Keys(house, seeds).of(whole)) == ("figures",)
    wide = Keys(house, seeds).of(whole)
    (house / "seeds" / "scenarios" / "more.yaml").write_text("id: more", encoding="utf-8")
    assert differs(wide, Keys(house, seeds).of(whole)) == ("scenario",)


def test_a_key_is_the_same_in_every_process_and_every_folder(
    copy_house: Callable[[], Path], root: Path, seeds: Seeds
) -> None:
    script = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from forecasts.batch.keys import Keys
from forecasts.batch.plans.reading import read_plan
from forecasts.scenarios.seeds import read_seeds
root = Path(sys.argv[1])
seeds = read_seeds(root / "seeds")
[work] = read_plan(root / "reports/plans/brief.yaml", root, seeds)
print(json.dumps([asdict(Keys(root, seeds).of(job)) for job in work.jobs]))
"""
    [work] = read_plan(root / "reports/plans/brief.yaml", root, seeds)
    here = [asdict(Keys(root, seeds).of(job)) for job in work.jobs]
    command = [sys.executable, "-c", script, str(copy_house())]
    env = {**os.environ, "PYTHONHASHSEED": "77"}
    ended = subprocess.run(command, capture_output=True, text=True, env=env, cwd=root, check=True)
    assert json.loads(ended.stdout) == here


def test_a_thousand_keys_take_a_second_at_most(root: Path, seeds: Seeds) -> None:
    [work] = read_plan(root / "reports/plans/sweep.yaml", root, seeds)
    many = [
        replace(job, parameters={**job.parameters, "seed": seed})
        for seed in range(1 + 1000 // len(work.jobs))
        for job in work.jobs
    ]
    best = min(_seconds(lambda: [Keys(root, seeds).of(job) for job in many[:1]]) for _ in range(3))
    keys = Keys(root, seeds)
    assert best + _seconds(lambda: [keys.of(job) for job in many]) < 3 * 1.0  # a machine that others use


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def test_what_differs_is_named_in_order() -> None:
    old = Key("a", "b", "c", "d", "e")
    assert differs(old, old) == ()
    assert differs(old, Key("A", "b", "C", "d", "E")) == ("notebook", "figures", "program")
