"""Doubts: what is plainly doubtful is told, what grows as real series do is not; acceptance is silence."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.fields import Kind
from forecasts.ledger.names import almost, spelt
from forecasts.ledger.problems import BadInput
from forecasts.ledger.sheets import Opened, open_seeds, open_tables
from forecasts.ledger.tables import Table

ROOT = Path(__file__).parents[2]

OTHER_SCALE = "is plainly on another scale than its series"
REBASED = "from here on the series is on another scale"
FALLS = "a cumulative total must not fall"
CONFLICT = "contradicts another figure of the same day"
ANEW = "the series begins anew every year"


def rows(values: Sequence[float], days: Sequence[str] = (), **more: Any) -> pd.DataFrame:
    days = days or [f"{2010 + i}-12-31" for i in range(len(values))]
    return pd.DataFrame({"region": "A", "indicator": "x", "as_of": list(days), "value": list(values)} | more)


def goals(*given: dict[str, Any]) -> pd.DataFrame:
    plain = {"region": "A", "indicator": "x", "value": 150, "deadline": "2030-12-31"}
    return pd.DataFrame([plain | {"goal": f"g{i}"} | one for i, one in enumerate(given)])


def opened(
    observations: pd.DataFrame, asked: pd.DataFrame | None = None, kind: str = "",
    indicators: pd.DataFrame | None = None, regions: pd.DataFrame | None = None,
) -> Opened:  # fmt: skip
    def table(frame: pd.DataFrame | None, place: str) -> Table | None:
        return None if frame is None else Table.of(frame, place)

    if kind:
        indicators = pd.DataFrame({"indicator": ["x"], "kind": [kind]})
    seen = Table.of(observations, "o")
    return open_tables([seen], table(asked, "g"), table(indicators, "i"), table(regions, "r"))


def told(found: Opened) -> list[tuple[str, tuple[int, ...]]]:
    return [(f"{r.problem.place}: {r.problem.rule}", r.rows) for r in found.remarks]


def said(found: Opened, rule: str) -> list[int]:
    return [row for text, at in told(found) if rule in text for row in at]


# Scale


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ([110, 121, 133, 1330], 3),
        ([110, 1210, 133, 146], 1),
        ([1100, 121, 133], 0),
        ([12, 121, 133, 140], 0),
        ([110, 121, 133, 0.0140], 3),
        ([63000, 6.5, 67000], 1),
        ([0.41, 43, 0.45], 1),
        ([110, 121, 133, 146, 1_610_000], 4),
        ([120, 1_300_000], 1),
    ],
)
def test_a_figure_on_another_scale_is_told(values: list[float], at: int) -> None:
    assert said(opened(rows(values)), OTHER_SCALE) == [at]


@pytest.mark.parametrize(
    "values",
    [
        [1, 3, 30, 300, 2000],
        [100, 1000],
        [5, 50, 5],
        [100, 60, 90, 40, 80],
        [1, 20, 400, 6000, 30000],
        [0, 0, 5, 0, 3],
        [100, 101, 99, 100],
    ],
)
def test_what_grows_falls_and_jumps_as_series_do_is_not_doubted(values: list[float]) -> None:
    assert told(opened(rows(values))) == []


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ([110, 121, 133, 1450, 1600, 1770], 3),
        ([112, 115, 119, 100, 103, 106, 108], 3),
        ([112, 115, 119, 124, 130, 60, 62, 66], 5),
    ],
)
def test_a_series_that_was_rebased_is_told_where_it_was(values: list[float], at: int) -> None:
    assert said(opened(rows(values)), REBASED) == [at]


def test_rates_may_come_near_zero_but_one_that_dwarfs_the_others_is_told() -> None:
    assert told(opened(rows([5.1, 0.3, -4.9, 6.0]), kind="rate")) == []
    assert said(opened(rows([5.1, 4.9, 51, 4.7, 5.5]), kind="rate"), OTHER_SCALE) == [2]


def test_what_a_later_publication_revised_is_doubted_no_more() -> None:
    days = ["2010-12-31", "2011-12-31", "2011-12-31", "2012-12-31"]
    published = ["2011-01-31", "2012-01-31", "2012-06-30", "2013-01-31"]
    assert told(opened(rows([110, 1210, 121, 133], days, published_on=published))) == []


# Totals, conflicts, years


def test_a_total_that_falls_is_told_and_one_that_is_revised_is_not() -> None:
    assert said(opened(rows([1, 2, 3, 2.5, 4]), kind="cumulative"), FALLS) == [3]
    assert said(opened(rows([1, 2, 3, 2.5, 4]), kind="stock"), FALLS) == []
    about = rows([100, 98], low=[95, 93], high=[105, 103])
    assert said(opened(about, kind="cumulative"), FALLS) == []


def test_figures_of_one_day_that_contradict_are_told_once() -> None:
    days = ["2010-12-31", "2011-12-31", "2011-12-31"]
    both = opened(rows([110, 121, 124], days))
    assert said(both, CONFLICT) == [1, 2]
    [remark] = both.remarks
    assert str(remark).startswith("warning: o:1 [value]: contradicts")
    assert str(remark).endswith("(2 rows)")
    assert told(opened(rows([110, 121, 121], days))) == []
    later = rows([110, 121, 124], days, published_on=["2011-01-31", "2012-01-31", "2012-06-30"])
    assert told(opened(later)) == []


def quarters(*years: int) -> list[str]:
    return [f"{y}-{day}" for y in years for day in ("03-31", "06-30", "09-30", "12-31")]


SAW = [20, 50, 70, 100, 25, 55, 80, 112, 28, 60, 90, 123]


def test_a_series_that_begins_anew_every_year_is_told_and_read_as_counts() -> None:
    days = quarters(2020, 2021, 2022)
    found = opened(rows(SAW, days))
    assert said(found, ANEW) == list(range(12))
    assert found.parts.indicators["x"].kind is Kind.FLOW
    starts = {str(o.period_start) for o in found.parts.observations.values()}
    assert starts == {"2020-01-01", "2021-01-01", "2022-01-01"}


def test_what_is_declared_decides_whether_a_year_begins_anew() -> None:
    days = quarters(2020, 2021, 2022)
    dated = rows(SAW, days, period_start=[f"{day[:4]}-01-01" for day in days])
    assert told(opened(dated, kind="flow")) == []
    assert said(opened(rows(SAW, days), kind="flow"), ANEW) == list(range(12))
    stock = opened(rows(SAW, days), kind="stock")
    assert said(stock, ANEW) == list(range(12))
    assert stock.parts.indicators["x"].kind is Kind.STOCK
    described = pd.DataFrame({"indicator": ["x"], "kind": ["stock"], "accepted": ["a seasonal stock"]})
    assert said(opened(rows(SAW, days), indicators=described), ANEW) == []


def test_part_of_a_year_after_whole_ones_is_told() -> None:
    days = ["2020-12-31", "2021-12-31", "2022-12-31", "2023-06-30"]
    assert said(opened(rows([100, 112, 123, 60], days)), ANEW) == [0, 1, 2, 3]
    assert told(opened(rows([100, 112, 123, 128], days))) == []


def test_a_stock_has_no_period() -> None:
    dated = rows([100, 110, 120], period_start=["", "", "2012-01-01"])
    assert said(opened(dated, kind="stock"), "has a period") == [2]


@pytest.mark.parametrize(("start", "told"), [("2011-01-01", []), ("2010-12-28", []), ("2006-01-01", [1])])
def test_a_count_of_more_than_a_year_is_told(start: str, told: list[int]) -> None:
    starts = ["2010-01-01", start, "2012-01-01"]
    assert said(opened(rows([10, 12, 13], period_start=starts), kind="flow"), "longer than a year") == told


# Goals


@pytest.mark.parametrize(("value", "off"), [(1_300_000, True), (12, True), (1300, True), (150, False)])
def test_a_goal_on_another_scale_is_told(value: float, off: bool) -> None:
    found = opened(rows([100, 110, 120]), goals({"value": value, "deadline": "2013-12-31"}))
    assert bool(said(found, "another scale than the last figure")) == off


def test_what_a_fast_series_could_reach_is_no_slip() -> None:
    found = opened(rows([1, 4, 16, 64]), goals({"value": 4000, "deadline": "2016-12-31"}))
    assert told(found) == []


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DE", "ＤＥ"),
        ("DE", "de"),
        ("New York", "new-york"),
        ("solar_power", "Solar  Power"),
        ("a\u200bb", "ab"),
    ],
)
def test_names_are_one_but_for_width_case_and_blanks(one: str, other: str) -> None:
    assert spelt(one) == spelt(other)


@pytest.mark.parametrize(("one", "other"), [("1-11", "11-1"), ("r1", "r11"), ("北京", "北京市")])
def test_other_names_are_other_names(one: str, other: str) -> None:
    assert spelt(one) != spelt(other)


def test_digits_tell_names_apart() -> None:
    assert almost("region_1045", ["region_1046"]) == ""
    assert almost("tech_smes_provincial_new", ["tech_smes_provincial"]) == ""
    assert almost("Germny", ["Germany", "France"]) == "Germany"


def test_spellings_are_told_over_all_tables() -> None:
    seen = rows([100, 110, 120]).assign(region=["DE", "ＤＥ", "de"], indicator=["solar", "solar", "Solar"])
    found = opened(seen, goals({"region": "DE", "indicator": "solar"}))
    rules = [text for text, _ in told(found)]
    assert any("'solar' (3 rows), 'Solar' (1 rows)" in rule for rule in rules)
    assert any("'DE' (2 rows), 'de' (1 rows), 'ＤＥ' (1 rows)" in rule for rule in rules)


def test_a_kind_that_no_figure_has_is_told_with_the_nearest_name() -> None:
    described = pd.DataFrame({"indicator": ["xx"], "kind": ["cumulative"]})
    bare, remark = opened(rows([100, 110, 120]), indicators=described).remarks
    assert bare.problem.rule == "has no row in the table of indicators"
    assert "no figure and no goal is of this indicator" in remark.problem.rule
    assert "'x'" in remark.problem.remedy


@pytest.mark.parametrize("name", ["adults online (%)", "share, per cent", "占比％", "百分比"])
def test_a_percentage_without_a_kind_is_told_by_name(name: str) -> None:
    plain = rows([80, 85, 90]).assign(indicator=name)
    [remark] = opened(plain).remarks
    assert repr(name) in remark.problem.rule
    assert "share" in remark.problem.remedy
    for kind in ("share", "rate"):
        assert told(opened(plain, indicators=pd.DataFrame({"indicator": [name], "kind": [kind]}))) == []


def test_a_percentage_in_a_unit_is_told() -> None:
    assert said(opened(rows([80, 85, 90], unit="%")), "counted in %") == [0, 1, 2]
    described = pd.DataFrame({"indicator": ["x"], "kind": ["stock"], "unit_en": ["%"]})
    assert said(opened(rows([80, 85, 90]), indicators=described), "counted in %") == [0]


def test_a_share_that_looks_like_a_fraction_is_told() -> None:
    assert said(opened(rows([0.5, 0.6, 0.7]), kind="share"), "is it a fraction") == [0]
    one = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "upper": [1]})
    assert told(opened(rows([0.5, 0.6, 0.7]), indicators=one)) == []


def test_a_parent_that_nobody_knows_is_told() -> None:
    places = pd.DataFrame({"region": ["A"], "parent": ["Germny"]})
    seen = pd.concat([rows([100, 110]), rows([1, 2]).assign(region="Germany")])
    bare, remark = opened(seen, regions=places).remarks
    assert (bare.problem.rule, bare.problem.value) == ("has no row in the table of regions", "Germany")
    assert "Germany" in remark.problem.remedy


# What a kind allows


@pytest.mark.parametrize("kind", ["stock", "cumulative", "share"])
def test_what_is_counted_is_not_below_zero(kind: str) -> None:
    found = opened(rows([10, -5, 12]), goals({"value": -1}), kind=kind)
    assert [(p.place, p.line) for p in found.problems] == [("o", 1), ("g", 0)]


@pytest.mark.parametrize("name", ["净增", "Net increase", "net_exports"])
def test_a_flow_below_zero_is_a_net_one_or_told(name: str) -> None:
    seen, asked = rows([10, -5, 12]), goals({"value": -1}, {"value": 0})
    found = opened(seen, asked, kind="flow")
    assert found.problems == ()
    assert said(found, "nothing says that it is counted net") == [1, 0]
    assert said(found, "the goal asks for nothing") == [1]
    called = pd.DataFrame({"indicator": ["x"], "kind": ["flow"], "name_en": [name]})
    assert told(opened(seen, asked, indicators=called)) == []
    planets = called.assign(name_en="Planets")
    assert said(opened(seen, indicators=planets), "counted net") == [1]


def test_a_rate_may_be_negative_and_one_that_nobody_describes_is_told() -> None:
    assert opened(rows([2, -1, 3]), goals({"value": -1}), kind="rate").problems == ()
    found = opened(rows([2, -1, 3]))
    assert found.problems == ()
    assert found.parts.indicators["x"].kind is Kind.RATE
    assert said(found, "it is read as a rate") == [1]
    slip = opened(rows([20.0] * 30 + [-1.0], [f"{1980 + i}-12-31" for i in range(31)]))
    assert [p.line for p in slip.problems] == [30]


def test_a_share_keeps_its_bound_and_its_goal_need_not() -> None:
    found = opened(rows([60, 105, 70]), goals({"value": 120}), kind="share")
    assert [(p.place, p.line) for p in found.problems] == [("o", 1)]
    wide = pd.DataFrame({"indicator": ["x"], "kind": ["share"], "upper": [200]})
    assert opened(rows([60, 105, 70]), indicators=wide).problems == ()


def test_all_faults_of_all_tables_are_told_and_none_twice() -> None:
    described = pd.DataFrame({"indicator": ["x"], "kind": ["stok"]})
    with pytest.raises(BadInput) as bad:
        opened(
            rows([1, -2, 3]).assign(value=["1", "many", "-3"]),
            goals({"deadline": "soon"}),
            indicators=described,
        )
    places = [(p.place, p.line) for p in bad.value.problems]
    assert places == [("o", 1), ("g", 0), ("i", 0)]


# Acceptance and order

SLIPS = rows([110, 121, 133, 1460, 161, 177, 195, 214]).assign(accepted="")


@given(st.sampled_from(range(8)))
def test_accepting_a_row_silences_exactly_what_is_told_of_it(row: int) -> None:
    before = told(opened(SLIPS))
    after = told(opened(SLIPS.assign(accepted=["yes, so printed" if i == row else "" for i in range(8)])))
    assert after == [t for t in before if t[1] != (row,)]


@given(st.permutations(range(12)), st.sampled_from([SAW, [100 + i for i in range(11)] + [11_000]]))
def test_the_order_of_rows_does_not_matter(order: list[int], values: list[float]) -> None:
    plain = rows(values, quarters(2020, 2021, 2022))
    mixed = plain.iloc[order].reset_index(drop=True)
    back = {(text, tuple(sorted(order[i] for i in at))) for text, at in told(opened(mixed))}
    assert back == set(told(opened(plain)))


@given(st.integers(0, 10**6))
def test_series_do_not_look_at_each_other(seed: int) -> None:
    draw = random.Random(seed)
    pool = [[110, 121, 133, 1330], [1, 2, 3, 4], [100, 101, 99, 100], [1100, 121, 133, 140]]
    parts = [rows(draw.choice(pool)).assign(region=f"r{i}") for i in range(5)]
    each = sum(len(said(opened(part), OTHER_SCALE)) for part in parts)
    assert len(said(opened(pd.concat(parts)), OTHER_SCALE)) == each


def test_the_seeds_hold_no_doubt_that_is_not_accepted() -> None:
    found = open_seeds(ROOT / "seeds")
    assert (found.problems, found.remarks) == ((), ())
