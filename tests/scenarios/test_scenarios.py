"""Scenarios: adjustments act where they should, in their order, and never twice on one thing."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import forecasts as fc
from forecasts.attainment.question import find_question
from forecasts.ledger.sheets import open_seeds
from forecasts.scenarios.adjustments import ADJUSTMENTS
from forecasts.scenarios.base import Adjustment, Asked
from forecasts.scenarios.files import open_scenarios
from forecasts.scenarios.scenario import AS_PUBLISHED

SEEDS = Path(__file__).parents[2] / "seeds"
DAY = dt.date(2023, 6, 1)


def scenario(*adjustments: Adjustment, **more: Any) -> fc.Scenario:
    words = {"name_zh": "甲", "name_en": "A", "why_zh": "乙", "why_en": "B", "role": "alternative"}
    return fc.Scenario(**{"id": "made", **words, **more}, adjustments=adjustments)


@pytest.fixture(scope="module")
def ledger() -> fc.Ledger:
    rows = [
        ("o1", "a", "firms", "2020-12-31", 800), ("o2", "a", "firms", "2021-12-31", 900),
        ("o3", "a", "firms", "2022-12-31", 1000), ("o4", "a", "grants", "2022-12-31", 50),
        ("o5", "a", "grants", "2021-12-31", 40), ("o6", "b", "firms", "2021-12-31", 70),
        ("o7", "b", "firms", "2022-12-31", 90),
    ]  # fmt: skip
    columns = ["id", "region", "indicator", "as_of", "value"]
    made = [fc.Observation(**dict(zip(columns, row, strict=True))) for row in rows]  # type: ignore[arg-type]
    found = fc.Ledger.from_frames(pd.DataFrame(rows, columns=columns))
    return replace(found, observations=MappingProxyType({o.id: o for o in made}))


GOAL = fc.Goal("firms", "a", 1150, "2023-12-31")
ASKED = Asked(GOAL, DAY, ("firms",))


# Two changes of one thing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (fc.Clock(q4_share=0.5), fc.Clock(q4_share=0.9)),
        (fc.Scope(share={"uniform": [0.4, 1]}), fc.Scope(share={"uniform": [0.5, 1]})),
        (fc.Measure(indicators=("firms",)), fc.Measure(indicators=("grants",))),
        (fc.Redate(observation="o1", as_of="2021-01-31"), fc.Redate(observation="o1", as_of="2021-02-28")),
    ],
    ids=lambda a: a.kind,
)
def test_two_changes_of_one_thing_are_refused_with_both_places(one: Adjustment, other: Adjustment) -> None:
    between = fc.Redate(observation="elsewhere", as_of="2021-01-31")
    with pytest.raises(ValidationError, match=f"adjustments 0 and 2 change the same thing .{one.kind}"):
        scenario(one, between, other)
    with pytest.raises(ValidationError, match="adjustments 0 and 1"):
        scenario(one).adjusted_by(other)


def test_a_file_with_two_changes_of_one_thing_names_both_places(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SEEDS, tmp_path / "seeds"))
    path = sorted((folder / "scenarios").glob("*.yaml"))[0]
    clocks = "adjustments:\n  - kind: clock\n    q4_share: 0.5\n  - kind: clock\n    q4_share: 0.9\n"
    text = path.read_text(encoding="utf-8").split("adjustments:")[0]
    path.write_text(text.rstrip() + "\n" + clocks, encoding="utf-8")
    _, problems = open_scenarios(folder / "scenarios", open_seeds(folder))
    [told] = [p for p in problems if "same thing" in p.rule]
    assert told.place == f"scenarios/{path.name}"
    assert "adjustments 0 and 1" in told.rule


def test_redates_of_different_observations_compose(ledger: fc.Ledger) -> None:
    both = scenario(
        fc.Redate(observation="o1", as_of="2020-06-30"), fc.Redate(observation="o2", as_of="2021-06-30")
    )
    seen = both.on_ledger(ledger, ASKED).history("firms", "a", DAY)
    assert seen.dates == (dt.date(2020, 6, 30), dt.date(2021, 6, 30), dt.date(2022, 12, 31))
    assert seen.value.tolist() == [800, 900, 1000]
    assert ledger.history("firms", "a", DAY).dates[0] == dt.date(2020, 12, 31)  # as it was


def test_a_row_that_is_not_known_yet_cannot_be_read_otherwise(ledger: fc.Ledger) -> None:
    moved = fc.Redate(observation="nowhere", as_of="2020-06-30")
    assert moved.on_ledger(ledger, ASKED) is ledger


# Order


class Noted(Adjustment):
    """Leaves its mark on everything, in the order in which it is called."""

    def on_question(self, asked: Asked) -> Asked:
        return Asked(asked.goal, asked.known_on, (*asked.measured_by, self.kind))

    def on_models(self, weights: Any) -> Any:
        return {**weights, self.kind: float(len(weights))}


@given(st.permutations(["p", "q", "r", "s"]))
def test_adjustments_are_folded_in_the_files_order(order: list[str]) -> None:
    made = AS_PUBLISHED.model_copy(update={"adjustments": tuple(Noted(kind=k) for k in order)})
    assert made.on_question(ASKED).measured_by == ("firms", *order)
    assert list(made.on_models({})) == order


def test_more_adjustments_come_after_its_own() -> None:
    own, more = fc.Clock(q4_share=0.5), fc.Scope(share={"uniform": [0.5, 1]})
    assert scenario(own).adjusted_by(more).adjustments == (own, more)
    assert fc.Question(GOAL, DAY, scenario(own)).under(more).scenario.adjustments == (own, more)


def test_measures_and_clocks_do_not_care_who_comes_first(ledger: fc.Ledger) -> None:
    clock, measure = fc.Clock(q4_share=0.9), fc.Measure(indicators=("firms", "grants"))
    one, other = (
        fc.outlook(ledger, fc.Question(GOAL, DAY, scenario(*both))).probability
        for both in ((clock, measure), (measure, clock))
    )
    assert one == other


# Each one


def test_an_adjustment_does_nothing_unless_it_has_to(ledger: fc.Ledger) -> None:
    plain = Adjustment(kind="nothing")
    history = ledger.history("firms", "a", DAY)
    assert plain.on_question(ASKED) is ASKED
    assert plain.on_ledger(ledger, ASKED) is ledger
    assert plain.on_past(history, ASKED) is history
    assert list(plain.named()) == []


def test_the_figures_as_published_change_nothing(ledger: fc.Ledger) -> None:
    assert AS_PUBLISHED.on_ledger(ledger, ASKED) is ledger
    assert AS_PUBLISHED.on_question(ASKED) == ASKED
    assert AS_PUBLISHED.on_models({"trend": 1.0}) == {"trend": 1.0}


def test_a_clock_is_that_of_the_goals_indicators_alone(ledger: fc.Ledger) -> None:
    seen = fc.Clock(q4_share=0.9).on_ledger(ledger, ASKED)
    assert seen.indicators["firms"].q4_share == 0.9
    assert seen.indicators["grants"] == ledger.indicators["grants"]
    wide = fc.Clock(q4_share=0.9).on_ledger(ledger, Asked(GOAL, DAY, ("firms", "grants")))
    assert wide.indicators["grants"].q4_share == 0.9
    assert ledger.indicators["firms"].q4_share == 0.25


def test_a_late_clock_helps_before_the_fourth_quarter(ledger: fc.Ledger) -> None:
    rows = ledger.with_observations(
        {"o8": fc.Observation(id="o8", indicator="firms", region="a", as_of="2023-05-31", value=1010)}
    )
    found = fc.outlook(rows, fc.Question(GOAL, DAY))
    assert found.under(fc.Clock(q4_share=0.9)).probability > found.probability


def test_a_measure_sums_what_lies_in_the_goals_region(ledger: fc.Ledger) -> None:
    asked = fc.Question(GOAL, DAY, scenario(fc.Measure(indicators=("firms", "grants"))))
    history = fc.outlook(ledger, asked).history
    assert history.value.tolist() == [940, 1050]
    assert history.indicator == "firms"


def test_a_share_makes_the_whole_larger_than_what_is_counted(ledger: fc.Ledger) -> None:
    found = fc.outlook(ledger, fc.Question(GOAL, DAY))
    shared = found.under(fc.Scope(share={"uniform": [0.5, 0.8]}))
    assert shared.probability > found.probability
    levels = (0.1, 0.5, 0.9)
    quantiles = shared.quantiles(levels)
    assert np.all(quantiles > found.quantiles(levels) / 0.8 * 0.999)
    assert np.all(quantiles < found.quantiles(levels) / 0.5 * 1.001)
    assert shared.future.cdf(shared.end, quantiles) == pytest.approx(levels, abs=1e-5)
    whole = found.under(fc.Scope(share=1))
    assert whole.probability == pytest.approx(found.probability, abs=1e-9)
    drawn = shared.future.paths(np.array([shared.end]), 4000, np.random.default_rng(1))[:, 0]
    assert np.mean(drawn <= quantiles[1]) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: fc.Scope(share={"uniform": [0.8, 0.5]}),
        lambda: fc.Scope(share={"uniform": [0, 0.5]}),
        lambda: fc.Clock(q4_share=1.0),
        lambda: fc.Clock(q4_share=-0.1),
        lambda: fc.Measure(indicators=()),
        lambda: fc.Redate(observation="o", as_of="2023-02-30"),
        lambda: fc.Redate(observation="o", as_of="2023-02-28", speed=1),
    ],
)
def test_adjustments_out_of_bounds_are_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        wrong()


def test_every_adjustment_has_a_word_of_its_own() -> None:
    kinds = [a.model_fields["kind"].default for a in ADJUSTMENTS]
    assert len(set(kinds)) == len(kinds) == len(ADJUSTMENTS)


# Names


@pytest.mark.parametrize(
    "name", ["../up", "/etc/passwd", "a/b", "a\\b", "A", ".", "", "a b", "x" * 81, "con:"]
)
def test_a_scenarios_name_is_never_a_path(name: str) -> None:
    with pytest.raises(ValidationError, match="id"):
        scenario(id=name)


@given(st.text(max_size=12))
def test_any_name_that_is_taken_is_a_safe_file_name(name: str) -> None:
    try:
        made = scenario(id=name)
    except ValidationError:
        return
    path = Path("/seeds/scenarios") / f"{made.id}.yaml"
    assert path.resolve().parent == Path("/seeds/scenarios")
    assert made.id == name == name.strip().lower()


def test_scenarios_of_a_goal_begin_with_its_own_baseline(seeds: fc.Seeds) -> None:
    for goal in seeds.ledger.goals.values():
        names = seeds.scenarios_of(goal.id)
        assert names[0] == goal.baseline
        assert all(seeds.scenarios[n].applies_to(goal.id) for n in names)
        roles = [seeds.scenarios[n].role for n in names[1:]]
        assert "baseline" not in roles
        assert roles == sorted(roles, key=["reading", "alternative"].index)


def test_only_headline_scenarios_are_shown_where_nobody_names_one(seeds: fc.Seeds) -> None:
    for goal in seeds.ledger.headline_goals():
        every, shown = seeds.scenarios_of(goal), seeds.scenarios_of(goal, headline=True)
        assert set(shown) < set(every)
        assert shown[0] == every[0]
        assert all(seeds.scenarios[name].headline for name in shown)


def test_every_scenario_of_seeds_answers_every_goal_that_it_is_for(seeds: fc.Seeds) -> None:
    day = dt.date(2023, 9, 6)
    for goal in seeds.ledger.headline_goals():
        found = fc.compare(seeds.ledger, find_question(seeds, goal, "baseline", day), [
            find_question(seeds, goal, name, day).scenario for name in seeds.scenarios_of(goal)[1:]
        ])  # fmt: skip
        assert all(row.std_error < 0.005 for row in found.rows)


def test_what_a_file_misspells_is_told_with_what_is_nearest(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SEEDS, tmp_path / "seeds"))
    text = "id: x\nrole: reading\nname_en: A\nwhy_end: B\nadjustments:\n- {kind: clok, q4_share: 0.5}\n"
    text += (
        "- {kind: clock, q4_shares: 0.5}\n- {kind: scope, share: no}\n- {kind: share, low: 0.4, high: 1}\n"
    )
    (folder / "scenarios" / "x.yaml").write_text(text, encoding="utf-8")
    _, problems = open_scenarios(folder / "scenarios", open_seeds(folder))
    told = {(p.line, p.column): (p.rule, p.remedy) for p in problems}
    assert told[4, "why_end"] == ("unknown key", "did you mean 'why_en'?")
    assert told[6, "adjustments.0.kind"] == ("no such kind of adjustment", "did you mean 'clock'?")
    assert told[7, "adjustments.1.q4_shares"] == ("unknown key", "did you mean 'q4_share'?")
    assert told[8, "adjustments.2.share"][0] == "must be a number"
    assert "it is called scope now" in told[9, "adjustments.3.kind"][1]
