"""Past goals are asked again as on the day of their announcement."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecasts as fc
from forecasts.attainment.past import Reader
from forecasts.attainment.recall import Recalled, join, reached_before, recall, record_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.past_goals import PastGoal, open_record, read_past_goals
from forecasts.ledger.rows import Rows
from forecasts.ledger.tables import Table
from tests.conftest import ROOT

OBSERVATIONS = pd.DataFrame(
    [
        (region, "firms", f"{year}-12-31", value * scale, f"{year + 1}-02-01")
        for region, scale in (("city", 1), ("town", 3), ("china", 50))
        for year, value in ((2017, 80), (2018, 90), (2019, 100), (2020, 115))
    ],
    columns=["region", "indicator", "as_of", "value", "published_on"],
)
REGIONS = pd.DataFrame(
    {"region": ["china", "province", "city", "town"], "parent": ["", "china", "province", "city"]}
)
GOALS = pd.DataFrame(
    {
        "goal": ["rise", "reached", "silent", "selected", "undated", "nobody"],
        "region": ["city", "town", "town", "city", "city", "elsewhere"],
        "indicator": "firms",
        "value": [110, 280, 330, 100, 100, 10],
        "deadline": "2020-12-31",
        "announced_on": ["2020-02-10"] * 4 + ["", "2018-01-01"],
        "met": ["yes", "yes", "unknown", "yes", "yes", "no"],
        "known_on": ["2021-02-01", "2021-02-01", "", "2021-02-01", "2021-02-01", "2021-02-01"],
        "success_selected": ["false"] * 3 + ["true"] + ["false"] * 2,
    }
)


def ledger(observations: pd.DataFrame = OBSERVATIONS) -> Ledger:
    return Ledger.from_frames(observations, regions=REGIONS)


def past_of(goals: pd.DataFrame = GOALS) -> Rows[PastGoal]:
    return read_past_goals(Table.of(goals, "record"), {})


def recalled(observations: pd.DataFrame = OBSERVATIONS, goals: pd.DataFrame = GOALS) -> Recalled:
    return recall(ledger(observations), past_of(goals))


def test_each_is_asked_as_on_the_day_of_its_announcement() -> None:
    found = {p.goal: p for p in recalled().record.precedents}
    asked = fc.Question(fc.Goal("firms", "city", 110, "2020-12-31"), "2020-02-10")
    assert found["rise"].alone == pytest.approx(fc.outlook(ledger(), asked).probability, abs=1e-9)
    later = OBSERVATIONS[OBSERVATIONS.as_of < "2020"]
    assert found["rise"] == {p.goal: p for p in recalled(later).record.precedents}["rise"]


def test_traits_say_what_was_asked_where_and_of_what() -> None:
    found = {p.goal: p.traits for p in recalled().record.precedents}
    assert (found["rise"].ask, found["reached"].ask, found["nobody"].ask) == ("ahead", "reached", "unseen")
    assert (found["rise"].level, found["reached"].level) == ("2", "3")
    assert {t.family for t in found.values()} == {"counts"}
    assert found["rise"].announcer == "city"


def test_stated_levels_and_announcers_are_believed() -> None:
    stated = GOALS.assign(level=["province", "", "", "", "", ""], announcer=["ministry", *[""] * 5])
    found = recalled(goals=stated)
    by = {p.goal: p.traits for p in found.record.precedents}
    assert (by["rise"].level, by["rise"].announcer) == ("1", "ministry")
    assert found.levels["city"] == 2  # a ministry's level is not the city's own
    own = recalled(goals=stated.assign(announcer=""))
    assert own.levels["city"] == 1


def test_what_is_no_evidence_is_counted() -> None:
    found = recalled()
    assert found.dropped == {"selected": ("selected",), "undated": ("undated",)}
    assert len(found.record) == 4


def test_a_silent_goal_is_known_to_be_silent_a_year_after_its_deadline() -> None:
    [silent] = [p for p in recalled().record.precedents if p.met is None]
    assert silent.known_on == dt.date(2021, 12, 31)


def test_what_nobody_could_answer_teaches_nothing_and_is_counted() -> None:
    [nobody] = [p for p in recalled().record.precedents if p.goal == "nobody"]
    assert nobody.alone is None
    assert not nobody.teaches


def test_a_goal_has_the_traits_that_a_past_goal_would_have() -> None:
    held, found = ledger(), recalled()
    goal = fc.Goal("firms", "city", 110, "2020-12-31")
    past = Reader(held).read(fc.Question(goal, "2020-02-10").asked)
    traits = found.traits(goal, held, reached_before(past, goal))
    assert traits == {p.goal: p.traits for p in found.record.precedents}["rise"]
    assert reached_before(replace(past, own=False), goal) is None


def test_many_goals_and_one_outlook_get_the_same_answer() -> None:
    held, found = ledger(), recalled()
    goal = fc.Goal("firms", "city", 130, "2021-12-31", announced_on="2021-12-31")
    asked = fc.outlook(held, fc.Question(goal, "2021-03-01"))
    one = found.opinion(asked)
    assert one.alone == asked.probability
    assert one.probability != one.alone
    rows = Rows.of(fc.Goal, (goal, goal))
    days = np.array(["2021-03-01", "2019-03-01"], "datetime64[D]")
    many = found.probabilities(held, rows, days, np.array([asked.probability, np.nan]))
    assert many[0] == pytest.approx(one.probability, abs=1e-12)
    assert np.isnan(many[1])


def test_records_are_put_together() -> None:
    apart = [recalled(goals=GOALS[:2]), recalled(goals=GOALS[2:])]
    both, whole = join(apart), recalled()
    assert both.record.precedents == whole.record.precedents
    assert both.dropped == whole.dropped
    assert both.levels == whole.levels


def test_no_past_goals_make_an_empty_record() -> None:
    found = recalled(goals=GOALS[:0])
    assert len(found.record) == 0
    assert found.levels["town"] == 3


def test_the_record_that_ships_teaches() -> None:
    opened = open_record(ROOT / "seeds" / "record")
    found = recall(opened.ledger, opened.past)
    assert sum(p.teaches for p in found.record.precedents) > 120
    assert all(p.traits.level in "01" for p in found.record.precedents)


@pytest.mark.parametrize("day", [dt.date(2020, 1, 1), dt.date(2021, 6, 1), dt.date(2030, 1, 1)])
def test_a_record_of_a_day_is_what_the_whole_one_knew_by_then(day: dt.date) -> None:
    by_day = recall(ledger(), past_of(), known_on=day)
    whole = recalled()
    assert by_day.record.precedents == whole.record.known_by(day)
    assert by_day.levels == whole.levels


def test_the_record_of_seeds_is_recalled_once_a_day_with_the_goals_of_their_own(seeds: fc.Seeds) -> None:
    day = dt.date(2023, 9, 6)
    found = record_of(seeds, day)
    assert found is record_of(seeds, day)
    assert found is not None
    assert all(p.known_on <= day for p in found.record.precedents)
    goals = {p.goal for p in found.record.precedents}
    assert goals & set(seeds.ledger.goals)
    assert seeds.record is not None
    assert goals & {str(name) for name in seeds.record.past.words("id")}
    own = record_of(replace(seeds, record=None), day)
    assert own is not None
    assert {p.goal for p in own.record.precedents} == goals & set(seeds.ledger.goals)
    assert record_of(replace(seeds, record=None), dt.date(2015, 1, 1)) is None
