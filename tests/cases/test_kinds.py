"""Kinds of quantities and goals of every kind, each beside its siblings: what must come of them."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cases.asking import Came, lines, same, tables

SEEN = "region,indicator,as_of,value"
ASKED = "goal,region,indicator,value,deadline"
KINDS = "indicator,kind"


def yearly(values: list[float], first: int = 2014, region: str = "A") -> str:
    """Return the figures of one region at the ends of years."""
    return lines(SEEN, [f"{region},x,{first + i}-12-31,{v}" for i, v in enumerate(values)])


def goals(*rows: str, more: str = "") -> str:
    """Return goals g0, g1, ... of region A and indicator x."""
    return lines(ASKED + more, [f"g{i},A,x,{row}" for i, row in enumerate(rows)])


ONLINE = [60, 68, 75, 81, 86, 90, 93, 95, 96.5]  # adults online, percent


def share(folder: Path, *rows: str, upper: str = "") -> Came:
    kinds = lines(KINDS + ",upper", [f"x,share,{upper}"])
    return tables(folder, observations=yearly(ONLINE), goals=goals(*rows), indicators=kinds)


def test_a_share_stays_within_its_bounds(tmp_path: Path) -> None:
    came = share(tmp_path, "97,2026-12-31", "99.5,2026-12-31", "105,2026-12-31")
    assert came.code == 0
    assert ((came.quantiles >= 0) & (came.quantiles <= 100)).all(axis=None)
    assert came.chance(0) > came.chance(1) > came.chance(2)
    assert came.chance(2) <= 0.01, "beyond the bound: the floor"


def test_a_share_has_the_bound_that_is_stated(tmp_path: Path) -> None:
    came = share(tmp_path, "97,2026-12-31", "105,2026-12-31", upper="200")
    assert came.code == 0
    assert (came.quantiles <= 200).all(axis=None)
    assert came.chance(0) > came.chance(1)


def test_a_small_share_has_no_quantile_of_thousands(tmp_path: Path) -> None:
    sold = yearly([0.1, 0.4, 1, 2.5, 5, 9], 2016)  # share of sales, percent
    came = tables(tmp_path, observations=sold, goals=goals("50,2030-12-31"), indicators=f"{KINDS}\nx,share\n")
    assert came.code == 0
    assert (came.quantiles <= 100).all(axis=None)


@pytest.mark.parametrize("bad", ["101", "-3"])
def test_a_share_beyond_its_bounds_is_told(tmp_path: Path, bad: str) -> None:
    seen = yearly([50, 55, 60]) + f"A,x,2017-12-31,{bad}\n"
    came = tables(tmp_path, observations=seen, goals=goals("70,2026-12-31"), indicators=f"{KINDS}\nx,share\n")
    assert came.says("observations.csv:5 [value]")
    assert came.code in (0, 3)


RATES = [2.4, 2.9, -4.0, 6.1, 2.0, 1.1, 3.0, -0.4]


def test_a_rate_may_be_negative_and_is_read_in_differences(tmp_path: Path) -> None:
    kinds = f"{KINDS}\nx,rate\n"
    asked = goals("-1,2022-12-31", "0,2022-12-31", "3,2022-12-31", "8,2022-12-31")
    came = tables(tmp_path, observations=yearly(RATES), goals=asked, indicators=kinds)
    assert (came.code, came.err) == (0, "")
    chances = came.answers["probability"].tolist()
    assert chances == sorted(chances, reverse=True)
    assert came.quantiles["q0.025"][0] < 0 < came.quantiles["q0.975"][0]
    assert came.quantiles["q0.975"][0] < 50


@pytest.mark.parametrize("kind", ["stock", "cumulative", "flow", "share"])
def test_a_negative_figure_of_what_has_no_negatives_is_told(tmp_path: Path, kind: str) -> None:
    seen = yearly([10, 12, 14]) + "A,x,2017-12-31,-5\n"
    came = tables(
        tmp_path, observations=seen, goals=goals("20,2026-12-31"), indicators=f"{KINDS}\nx,{kind}\n"
    )
    assert came.says("observations.csv:5 [value]")


@pytest.mark.parametrize("name", ["share of x, %", "x (%)", "x 占比（％）"])
def test_a_percentage_without_a_kind_is_told_and_named(tmp_path: Path, name: str) -> None:
    seen = f'{SEEN}\nA,"{name}",2020-12-31,40\nA,"{name}",2021-12-31,42\n'
    came = tables(tmp_path, observations=seen, goals=f'{ASKED}\ng,A,"{name}",50,2026-12-31\n')
    assert came.code == 0
    assert came.warns(name.split()[0])


def test_nothing_at_the_end_stays_nothing_below(tmp_path: Path) -> None:
    for kind in ("stock", "cumulative", "flow"):
        folder = tmp_path / kind
        folder.mkdir()
        values = [0, 0, 0, 0] if kind == "cumulative" else [40, 10, 3, 0]
        came = tables(
            folder, observations=yearly(values), goals=goals("0,2026-12-31", "5,2026-12-31"),
            indicators=f"{KINDS}\nx,{kind}\n",
        )  # fmt: skip
        assert (came.quantiles >= 0).all(axis=None)
        assert came.chance(0) > 0.99, "a goal of 0 is reached by what has no negatives"


WITHIN = [
    "A,x,2018-01-01,2018-06-30,50", "A,x,2018-01-01,2018-12-31,100",
    "A,x,2019-01-01,2019-06-30,56", "A,x,2019-01-01,2019-12-31,112",
    "A,x,2020-01-01,2020-06-30,61", "A,x,2020-01-01,2020-12-31,123",
    "A,x,2021-01-01,2021-06-30,60",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "near"), [("flow", 1.0)])
def test_a_year_is_known_so_far_and_the_rest_comes_on_top(tmp_path: Path, kind: str, near: float) -> None:
    seen = lines("region,indicator,period_start,as_of,value", WITHIN)
    asked = goals("100,2021-12-31", "60,2021-12-31", "200,2021-12-31")
    came = tables(tmp_path, observations=seen, goals=asked, indicators=f"{KINDS}\nx,{kind}\n")
    assert (came.code, came.err) == (0, "")
    assert came.chance(0) > 0.9
    assert came.chance(1) > 0.99, "it is reached already, and what was counted stays counted"
    assert came.chance(2) < 0.1
    assert (came.quantiles >= 60).all(axis=None)


def test_counts_that_plainly_begin_anew_and_do_not_say_so_are_told(tmp_path: Path) -> None:
    seen = lines(SEEN, [row.replace(f"{row[4:8]}-01-01,", "", 1) for row in WITHIN])
    for kind in ("flow", "stock"):
        folder = tmp_path / kind
        folder.mkdir()
        came = tables(
            folder, observations=seen, goals=goals("100,2021-12-31"), indicators=f"{KINDS}\nx,{kind}\n"
        )
        assert came.warns("observations.csv"), kind


def test_a_cumulative_total_that_falls_is_told(tmp_path: Path) -> None:
    came = tables(
        tmp_path, observations=yearly([100, 120, 140, 90]), goals=goals("150,2026-12-31"),
        indicators=f"{KINDS}\nx,cumulative\n",
    )  # fmt: skip
    assert came.warns("observations.csv", "[value]")


def test_a_doubt_is_accepted_in_the_data_with_a_reason(tmp_path: Path) -> None:
    seen = lines(
        f"{SEEN},accepted",
        ["A,x,2019-12-31,100,", "A,x,2020-12-31,110,", "A,x,2021-12-31,1200,two districts joined"],
    )
    came = tables(tmp_path, observations=seen, goals=goals("1300,2026-12-31"))
    assert (came.code, came.err) == (0, "")
    doubted = tmp_path / "doubted"
    doubted.mkdir()
    came = tables(
        doubted, observations=seen.replace("two districts joined", ""), goals=goals("1300,2026-12-31")
    )
    assert came.code == 0
    assert came.warns("observations.csv:4 [value]", "1200")


DEATHS = [3.75, 3.04, 3.10, 2.83, 2.76, 2.87, 2.77, 2.83, 2.81, 2.77, 2.71, 2.26]


@pytest.mark.parametrize("word", ["<=", "≤", "<", "以内", "不超过", "＜＝", "低于"])
def test_goals_that_ask_for_less(tmp_path: Path, word: str) -> None:
    asked = goals(*(f"{v},2026-12-31,{word}" for v in (0.5, 1.5, 2.5, 5)), more=",comparison")
    came = tables(tmp_path, observations=yearly(DEATHS, 2009), goals=asked)
    assert came.code == 0, came.err
    chances = came.answers["probability"].tolist()
    assert chances == sorted(chances), "a higher ceiling is easier to keep"
    assert chances[0] < 0.5 < chances[-1]


def test_below_and_above_sum_to_one(tmp_path: Path) -> None:
    pairs = (("<=", ">"), ("<", ">="))
    asked = goals(*(f"2.2,2022-12-31,{w}" for pair in pairs for w in pair), more=",comparison")
    came = tables(tmp_path, observations=yearly(DEATHS, 2009), goals=asked)
    p = came.answers["probability"].to_numpy()
    assert p[0] + p[1] == pytest.approx(1, abs=1e-6)
    assert p[2] + p[3] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("word", ["~", "左右", "about"])
def test_about_is_at_least_short_of_it_by_the_tolerance(tmp_path: Path, word: str) -> None:
    asked = goals(
        f"150,2016-12-31,{word},5", "145,2016-12-31,>=,", "150,2016-12-31,>=,", more=",comparison,tolerance"
    )
    came = tables(tmp_path, observations=yearly([100, 120]), goals=asked)
    assert came.code == 0, came.err
    p = came.answers["probability"].to_numpy()
    assert p[0] == pytest.approx(p[1], abs=1e-9)
    assert p[0] >= p[2]


@pytest.mark.parametrize(
    ("comparison", "value", "outcome"),
    [
        (">=", 121, "met"), (">", 121, "missed"), ("<=", 121, "met"), ("<", 121, "missed"),
        (">=", 121.5, "missed"), ("<=", 100, "missed"),
    ],
)  # fmt: skip
def test_past_the_deadline_the_comparison_counts(
    tmp_path: Path, comparison: str, value: float, outcome: str
) -> None:
    seen = yearly([90, 100, 110, 121, 133, 150], 2018)
    asked = goals(f"{value},2021-12-31,{comparison}", more=",comparison")
    came = tables(tmp_path, observations=seen, goals=asked)
    assert came.answers["outcome"].tolist() == [outcome]
    assert np.isnan(came.chance())


def test_past_the_deadline_without_a_figure_of_that_day_it_is_open(tmp_path: Path) -> None:
    seen = yearly([90, 95], 2018) + "A,x,2022-12-31,133\n"
    came = tables(tmp_path, observations=seen, goals=goals("100,2020-12-31"))
    assert came.answers["outcome"].tolist() == ["open"]


def test_one_that_never_falls_is_met_by_an_earlier_figure_and_missed_by_a_later_one(tmp_path: Path) -> None:
    seen = lines(SEEN, ["A,x,2018-12-31,90", "A,x,2019-12-31,120", "A,x,2021-12-31,130"])
    asked = goals("110,2020-12-31", "140,2020-12-31")
    came = tables(tmp_path, observations=seen, goals=asked, indicators=f"{KINDS}\nx,cumulative\n")
    assert came.answers["outcome"].tolist() == ["met", "missed"]


@pytest.mark.parametrize("deadline", ["2999-12-31", "9999-12-31"])
def test_a_deadline_centuries_away_is_refused(tmp_path: Path, deadline: str) -> None:
    came = tables(tmp_path, observations=yearly([90, 95]), goals=goals(f"100,{deadline}", "100,2020-12-31"))
    assert came.code == 3
    assert came.says("goals.csv:2 [deadline]", deadline)
    assert came.answers["probability"].notna().tolist() == [False, True]


def test_a_deadline_in_the_far_past_is_refused_or_open(tmp_path: Path) -> None:
    came = tables(tmp_path, observations=yearly([90, 95]), goals=goals("100,1950-12-31"))
    assert np.isnan(came.chance())


@pytest.mark.parametrize("value", ["1e-400", "1e400", "9" * 400, "-" + "9" * 400, "1e18", "0.000000001", "0"])
def test_goals_of_any_size_end_in_an_answer_or_a_message(tmp_path: Path, value: str) -> None:
    came = tables(tmp_path, observations=yearly([90, 95]), goals=goals(f"{value},2020-12-31"))
    assert came.code in (0, 3)
    assert (came.code == 0) == bool(came.answers["probability"].notna().all())
    assert all(len(line) < 500 for line in came.err.splitlines())


def test_what_was_dropped_converted_or_doubtful_stands_beside_the_answer(tmp_path: Path) -> None:
    seen = (
        yearly([100, 110, 120]) + "A,x,2017-12-31,lots\nA,x,2018,125\nA,x,2019-12-31,1300\nB,x,2019-12-31,5\n"
    )
    asked = goals("130,2026-12-31") + "g9,B,x,6,2026-12-31\n"
    came = tables(tmp_path, observations=seen, goals=asked)
    assert came.code == 3
    told = json.loads(came.answers["notes"][0])
    assert len(told) >= 3
    flat = json.dumps(told, ensure_ascii=False)
    assert all(word in flat for word in ("lots", "2018", "1300"))
    other = came.answers["notes"][1]
    assert other in ("", "[]") or "1300" not in other


def test_reached_days_agree_with_the_probability(tmp_path: Path) -> None:
    seen = yearly([100, 108, 119, 130, 141, 150])
    days = ["2020-06-30", "2020-12-31", "2021-12-31", "2023-12-31", "2025-12-31"]
    asked = goals(*(f"{v},{d}" for v in (120, 149, 155, 165, 180, 220) for d in days))
    came = tables(tmp_path, observations=seen, goals=asked)
    for row in came.answers.itertuples():
        day = days[row.Index % len(days)]
        for level, reached in ((0.5, row.reached_p50), (0.8, row.reached_p80)):
            if abs(row.probability - level) > 1e-9:
                assert (row.probability >= level) == (reached != "" and reached <= day), row


def test_a_goal_that_was_reached_is_dated_by_the_figure_that_reached_it(tmp_path: Path) -> None:
    seen = yearly([100, 130, 150, 170])
    came = tables(tmp_path, observations=seen, goals=goals("125,2019-12-31"))
    assert came.answers["reached_p50"].tolist() == ["2015-12-31"]
    assert came.answers["reached_p80"].tolist() == ["2015-12-31"]


@pytest.mark.parametrize("kind", ["stock", "cumulative", "flow", "share", "rate"])
def test_scale_and_whole_years_change_nothing(tmp_path: Path, kind: str) -> None:
    values = [20.0, 22.5, 26.0, 27.5, 31.0]
    kinds = f"{KINDS}\nx,{kind}\n"
    came: dict[str, Came] = {}
    for name, factor, shift in (("plain", 1, 0), ("scaled", 1000, 0), ("later", 1, 4)):
        if name == "scaled" and kind in ("share", "rate"):
            continue
        folder = tmp_path / name
        folder.mkdir()
        seen = yearly([v * factor for v in values], 2014 + shift)
        asked = goals(f"{33 * factor},{2020 + shift}-12-31", f"{28 * factor},{2020 + shift}-12-31")
        came[name] = tables(folder, observations=seen, goals=asked, indicators=kinds)
    first = came["plain"]
    for name, other in came.items():
        assert other.answers["probability"].to_numpy() == pytest.approx(
            first.answers["probability"].to_numpy(), abs=1e-6
        )
        factor = 1000 if name == "scaled" else 1
        assert other.quantiles.to_numpy() / factor == pytest.approx(first.quantiles.to_numpy(), rel=1e-6)


def test_rows_in_another_order_say_the_same(tmp_path: Path) -> None:
    seen = yearly([100, 108, 119, 130])
    head, *body = seen.splitlines()
    came = [
        tables(folder, observations="\n".join([head, *rows]) + "\n", goals=goals("150,2020-12-31"))
        for folder, rows in ((tmp_path, body), (tmp_path / "back", body[::-1]))
        if not folder.mkdir(exist_ok=True)  # type: ignore[func-returns-value]
    ]
    same(*came)
