"""Doubts about goals, days and names: each is told once, a plain one never, an accepted one no more."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.test_doubts import goals, opened, rows, said, told

YEARS = [100, 110, 121, 133, 146]
MET = "exceeds it by far already"
SCALE = "another scale than the last figure"
NOTHING = "asks for nothing"
LONELY, LATE, MISDATED = "lies decades from", "lies decades after", "published as of another day"


def asked(**more: Any) -> pd.DataFrame:
    return goals({"value": 170, "deadline": "2016-12-31", "announced_on": "2015-02-01"} | more)


# Goals


@pytest.mark.parametrize(("value", "rule"), [(17, SCALE), (1700, SCALE), (70, MET), (0, "for nothing")])
def test_a_goal_that_asks_for_another_size_is_told(value: float, rule: str) -> None:
    found = opened(rows(YEARS), asked(value=value), kind="stock")
    assert said(found, rule) == [0]
    assert told(opened(rows(YEARS), asked(value=value, accepted="so it is"), kind="stock")) == []


@given(st.floats(0.6, 1.6), st.sampled_from([">=", ">", "<=", "<", "~"]))
def test_a_goal_of_the_size_of_its_series_is_not(part: float, comparison: str) -> None:
    assert told(opened(rows(YEARS), asked(value=146 * part, comparison=comparison), kind="stock")) == []


def test_a_goal_for_less_is_met_by_far_where_the_figure_is_low() -> None:
    assert said(opened(rows(YEARS), asked(value=300, comparison="<="), kind="stock"), MET) == [0]
    assert told(opened(rows(YEARS), asked(value=30, comparison="<="), kind="stock"))[0][1] == (0,)


def test_what_came_after_a_goal_was_announced_is_no_doubt_about_it() -> None:
    seen = rows([10, 12, 15, 19, 60])
    early = asked(value=25, announced_on="2013-02-01", deadline="2015-12-31")
    assert told(opened(seen, early, kind="stock")) == []
    assert told(opened(seen, early.drop(columns="announced_on"), kind="stock")) == []


@pytest.mark.parametrize(
    ("kind", "value", "tolerance", "doubted"),
    [
        ("stock", 170, 17, False), ("stock", 170, 18, True), ("stock", 170, 1672531200, True),
        ("flow", 170, 18, True), ("share", 40, 5, False), ("share", 40, 11, True),
        ("rate", 5.5, 0.5, False), ("rate", 5.5, 5.5, True), ("rate", 0, 2, False), ("rate", 0, 101, True),
    ],
)  # fmt: skip
def test_a_goal_that_may_be_missed_by_all_of_it_is_told(
    kind: str, value: float, tolerance: float, doubted: bool
) -> None:
    seen = rows([41, 42, 43, 44, 45]) if kind == "share" else rows([v / 20 for v in YEARS])
    seen = rows(YEARS) if kind in ("stock", "flow") else seen
    found = opened(seen, asked(value=value, tolerance=tolerance, comparison="~"), kind=kind)
    assert bool(said(found, NOTHING)) == doubted


# Days


def test_a_day_decades_from_all_others_is_told() -> None:
    days = ["1910-12-31", *(f"{2010 + i}-12-31" for i in range(4))]
    seen = rows(YEARS, days, published_on=[f"{y}-02-10" for y in range(2010, 2015)])
    assert said(opened(seen), LONELY) == [0]
    assert said(opened(seen), LATE) == [0]
    assert told(opened(seen.assign(accepted="the first census"))) == []
    decades = rows(YEARS, [f"{1970 + 10 * i}-12-31" for i in range(5)])
    assert told(opened(decades)) == []


def test_a_series_is_not_far_from_another() -> None:
    old = rows(YEARS, [f"{1920 + i}-12-31" for i in range(5)]).assign(region="B")
    assert told(opened(pd.concat([rows(YEARS), old]))) == []


def test_a_figure_of_a_day_that_has_one_is_told_where_it_stands_in_for_another() -> None:
    published = [f"{2011 + i}-02-10" for i in range(5)]
    moved = [*(f"{2010 + i}-12-31" for i in range(3)), "2010-12-31", "2014-12-31"]
    assert said(opened(rows(YEARS, moved, published_on=published)), MISDATED) == [3]
    # A yearbook that prints all years anew revises what it prints.
    book = rows([101, 111, 122, 134, 147]).assign(published_on="2016-02-10")
    assert told(opened(pd.concat([rows(YEARS, published_on=published), book]))) == []
    # A revision within the year is none, either.
    soon = rows([111], ["2011-12-31"], published_on=["2012-05-10"])
    assert told(opened(pd.concat([rows(YEARS, published_on=published), soon]))) == []


# Figures of nothing


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ([100, 110, 0, 133], [2]), ([100, 110, 121, 0], [3]), ([0, 110, 121, 133], []),
        ([3, 5, 0, 4], []), ([100, 0, 0, 133], []),
    ],
)  # fmt: skip
def test_a_lone_nothing_is_told(values: list[float], at: list[int]) -> None:
    assert said(opened(rows(values)), "another scale than its series") == at


# Names without a row


def test_names_without_a_row_are_told_once_for_each_column() -> None:
    seen = pd.concat([rows(YEARS).assign(region=r) for r in ("north", "nroth", "Atlantis", "Lemuria")])
    places = pd.DataFrame({"region": ["north", "South"]})
    found = [r.problem for r in opened(seen, goals({"region": "north"}), regions=places).remarks]
    near, bare = [p for p in found if "has no row in the table of regions" in p.rule]
    assert (near.value, "did you mean 'north'?" in near.remedy) == ("nroth", True)
    assert bare.value == "Atlantis"
    assert bare.rule.endswith("nor have 1 more names")
    assert told(opened(seen.assign(accepted="peers"), regions=places)) == []
    assert told(opened(seen.query("region != 'nroth'"))) == []


def test_a_name_that_is_spelt_in_another_way_is_told_as_that_alone() -> None:
    seen = pd.concat([rows(YEARS).assign(region=r) for r in ("North", "north")])
    [(text, _)] = told(opened(seen, regions=pd.DataFrame({"region": ["North"]})))
    assert "spelt in several ways" in text
