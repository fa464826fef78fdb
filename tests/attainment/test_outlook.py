"""The verdict: what moves it and what must not."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.attainment.outlook import FLOOR
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer, month_ends
from forecasts.ledger.history import interval_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Unanswerable
from forecasts.ledger.sheets import open_seeds
from forecasts.scenarios.files import open_scenarios
from forecasts.scenarios.seeds import Seeds, read_seeds

SEEDS = Path(__file__).parents[2] / "seeds"
EVERYTHING = read_seeds(SEEDS)
LEDGER = EVERYTHING.ledger
DAY = dt.date(2023, 9, 6)
HIGHTECH, TECH, FINANCING = LEDGER.headline_goals()


def ask(goal: str, scenario: str = "baseline", day: dt.date = DAY, ledger: Ledger = LEDGER) -> Attainment:
    return answer(Seeds(ledger, EVERYTHING.scenarios), goal, scenario, day)


def with_goal(goal: str, **changes: object) -> Ledger:
    changed = LEDGER.goals[goal].model_copy(update=changes)
    return replace(LEDGER, goals=MappingProxyType({**LEDGER.goals, goal: changed}))


def scaled(ledger: Ledger, factor: float) -> Ledger:
    """Return the ledger with every number times `factor`, as if the unit had changed."""
    rows = {}
    for key, row in ledger.observations.items():
        # Bounds are scaled too: digits mean something else in another unit.
        low, high = interval_of(row.value, row.qualifier, row.low, row.high, row.origin)
        changes = {"value": float(row.value) * factor, "low": low * factor, "high": high * factor}
        rows[key] = row.model_copy(update=changes)
    goals = {k: g.model_copy(update={"value": float(g.value) * factor}) for k, g in ledger.goals.items()}
    return replace(ledger, observations=MappingProxyType(rows), goals=MappingProxyType(goals))


def test_no_verdict_is_certain_and_each_goal_has_its_own() -> None:
    found = [ask(g).probability for g in (HIGHTECH, TECH, FINANCING)]
    assert all(FLOOR <= p <= 1 - FLOOR for p in found)
    assert found[0] > found[1] > found[2]


def test_the_clock_decides_the_first_goal() -> None:
    assert ask(HIGHTECH).probability - ask(HIGHTECH, "hightech-since-may").probability > 0.1


def test_the_two_readings_of_the_scope_differ() -> None:
    counted, share = ask(FINANCING, "scope-counted"), ask(FINANCING, "scope-share")
    assert share.probability > 3 * counted.probability
    assert share.scenario.share == (0.4337, 1.0)
    assert counted.scenario.share is None


def test_baseline_is_the_goals_own() -> None:
    assert ask(FINANCING).scenario.id == LEDGER.goals[FINANCING].baseline
    assert ask(FINANCING) == ask(FINANCING, LEDGER.goals[FINANCING].baseline)


def test_before_the_report_the_reference_class_alone_answers() -> None:
    early = ask(HIGHTECH, day=dt.date(2023, 1, 31))
    assert early.basis == "reference"
    assert early.n == 0
    assert not early.goal.known
    assert not early.history
    assert early.probability != pytest.approx(ask(HIGHTECH).probability, abs=0.01)
    assert all(e.published_on <= dt.date(2023, 1, 31) for e in early.evidence)


def test_without_own_figures_and_without_a_class_it_refuses() -> None:
    with pytest.raises(Unanswerable, match="cannot be answered"):
        ask(FINANCING, day=dt.date(2019, 1, 31))


def test_wrong_names_are_told_together_with_the_nearest() -> None:
    with pytest.raises(BadInput) as bad:
        ask("science-city-hightec-2023", "basline")
    assert "'science-city-hightech-2023'" in str(bad.value)
    assert "'baseline'" in str(bad.value)


def test_a_scenario_for_another_goal_is_refused() -> None:
    with pytest.raises(BadInput, match="not for the goal"):
        ask(TECH, "scope-share")


def test_a_deadline_that_has_passed_is_refused() -> None:
    with pytest.raises(Unanswerable, match="has passed by then: open: no figure of 2023-12-31"):
        ask(TECH, day=dt.date(2024, 1, 1))


@given(st.lists(st.integers(900, 4000), min_size=2, max_size=2, unique=True))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
def test_a_higher_goal_is_not_likelier(values: list[int]) -> None:
    low, high = sorted(values)
    easy = ask(HIGHTECH, ledger=with_goal(HIGHTECH, value=low)).probability
    hard = ask(HIGHTECH, ledger=with_goal(HIGHTECH, value=high)).probability
    assert easy >= hard


@pytest.mark.parametrize("goal", [HIGHTECH, FINANCING])
@pytest.mark.parametrize("factor", [1e-4, 1e6])
def test_the_unit_does_not_matter(goal: str, factor: float) -> None:
    plain, other = ask(goal), ask(goal, ledger=scaled(LEDGER, factor))
    assert other.probability == pytest.approx(plain.probability, rel=1e-6)


def test_the_order_of_rows_does_not_matter() -> None:
    rows = dict(reversed(list(LEDGER.observations.items())))
    shuffled = replace(LEDGER, observations=MappingProxyType(rows))
    assert ask(HIGHTECH, ledger=shuffled).probability == ask(HIGHTECH).probability


def test_a_repeated_observation_says_nothing_new() -> None:
    row = LEDGER.observations["science-city-hightech_enterprises-20221231"]
    twice = {**LEDGER.observations, "again": row.model_copy(update={"id": "again"})}
    ledger = replace(LEDGER, observations=MappingProxyType(twice))
    assert ask(HIGHTECH, ledger=ledger).probability == ask(HIGHTECH).probability


@pytest.mark.parametrize("goal", [HIGHTECH, TECH, FINANCING])
def test_the_parts_agree(goal: str) -> None:
    found = ask(goal)
    quantiles = list(found.quantiles.values())
    assert quantiles == sorted(quantiles)
    serving = [m for m in found.members if m.status == "serves"]
    assert sum(m.weight for m in serving) == pytest.approx(1)
    assert all(m.probability is not None and 0 < m.probability < 1 for m in serving)
    mean = sum(m.weight * (m.probability or 0) for m in serving)
    assert found.probability == pytest.approx(mean, abs=0.003)  # each member is kept from certainty alone
    assert found.fan[-1].date == found.goal.deadline
    assert found.fan[-1].q50 == pytest.approx(found.quantiles["q0.5"], rel=1e-3)
    assert all(p.q05 <= p.q50 <= p.q95 for p in found.fan)
    assert found.required_pace is not None
    assert found.required_pace.start == found.history[-1].date
    assert [e for e in found.evidence if e.region_zh == found.goal.region_zh]


def test_paces_stand_on_one_scale_and_match_published_growth() -> None:
    found = ask(HIGHTECH)
    assert found.required_pace is not None
    assert found.observed_pace is not None
    assert found.required_pace.scale == found.observed_pace.scale == "percent_per_year"
    assert found.required_pace.value == pytest.approx(100 * (1150 / 1036 - 1), abs=0.1)
    assert found.observed_pace.whose == "parent"
    assert found.observed_pace.value == pytest.approx(100 * (6348 / 5108.5 - 1), abs=0.1)
    # The city never grew less than 19 % in a whole recognition year.
    years = [g.percent_per_year for g in found.reference.parent]
    assert min(years) > 19


def test_a_cumulative_goal_is_paced_in_units() -> None:
    found = ask(FINANCING)
    assert found.required_pace is not None
    assert found.observed_pace is not None
    assert found.required_pace.scale == found.observed_pace.scale == "units_per_year"
    assert found.required_pace.value > 5 * found.observed_pace.value
    assert min(found.quantiles.values()) >= 63


def test_the_same_question_has_the_same_answer() -> None:
    assert ask(TECH).model_dump_json() == ask(TECH).model_dump_json()


def test_a_long_history_lets_all_light_members_serve() -> None:
    of_the_city = [
        g for g in LEDGER.goals.values() if (g.region, g.indicator) == ("chongqing", "hightech_enterprises")
    ]
    goal = next(g for g in of_the_city if g.deadline.year == 2025)
    found = ask(goal.id)
    serving = {m.name for m in found.members if m.status == "serves"}
    assert {"trend", "exponential", "logistic", "gompertz", "local_trend"} <= serving
    assert found.std_error == 0  # the trend carries it, in closed form
    assert found.basis == "own"


def test_month_ends() -> None:
    days = month_ends(dt.date(2023, 11, 30), dt.date(2024, 3, 1))
    assert days == [dt.date(2023, 12, 31), dt.date(2024, 1, 31), dt.date(2024, 2, 29)]


def broken_scenarios(tmp_path: Path, old: str, new: str) -> str:
    folder = Path(shutil.copytree(SEEDS / "scenarios", tmp_path / "scenarios"))
    for path in folder.glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    _, problems = open_scenarios(folder, open_seeds(SEEDS))
    assert problems
    return "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: scope", "kind: scopes", "scopes"),
        ("1.0]", "4.2]", "must be above 0 and at most 1"),
        ("points_loans", "point_loans", "did you mean 'points_loans'"),
        ("role: baseline", "rule: baseline", "rule"),
        ("id: scope-share", "id: scope-shares", "not the file's name"),
    ],
)
def test_broken_scenarios_name_file_line_and_rule(tmp_path: Path, old: str, new: str, words: str) -> None:
    told = broken_scenarios(tmp_path, old, new)
    assert words in told
    assert ".yaml:" in told


def test_intervals_are_finite_for_every_open_goal_of_the_seeds() -> None:
    asked = 0
    for goal in list(LEDGER.goals.values())[::2]:
        if goal.deadline <= DAY or LEDGER.indicators[goal.indicator].kind == "flow":
            continue
        try:
            found = answer(EVERYTHING, goal.id, "baseline", DAY)
        except Unanswerable:
            continue
        asked += 1
        assert np.all(np.isfinite(list(found.quantiles.values()))), goal.id
        assert FLOOR <= found.probability <= 1 - FLOOR
    assert asked > 15
