"""What a report says of goals: by the right figure of the right day, or nothing; never a guess."""

import csv
import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.attainment.resolved import resolve
from forecasts.intake.candidates import Candidate
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known
from forecasts.intake.resolving import State, Stated, open_goals, resolved_by
from forecasts.ledger.fields import Comparison, Kind, Outcome, Qualifier
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.past_goals import open_record
from forecasts.ledger.records import Goal, Indicator, Observation, Region
from tests.conftest import ROOT
from tests.intake.reports import report_text

END = dt.date(2022, 12, 31)
INDICATORS = {
    "firms": Indicator(id="firms", name_zh="高新技术企业", unit_zh="家"),
    "firms_new": Indicator(id="firms_new", name_zh="新增高新技术企业", unit_zh="家", kind=Kind.FLOW),
    "output": Indicator(id="output", name_zh="地区生产总值", unit_zh="亿元", kind=Kind.FLOW),
    "growth": Indicator(id="growth", name_zh="地区生产总值增速", unit_zh="%", kind=Kind.RATE),
}
REGIONS = {"town": Region(id="town", name_zh="临江市"), "other": Region(id="other", name_zh="远山市")}


def goal(indicator: str = "firms", value: float = 1100, comparison: str = ">=", **more: object) -> Goal:
    return Goal(indicator, "town", str(value), END, comparison=comparison, **more)


def said(value: float, unit: str = "家", indicator: str = "高新技术企业", **more: object) -> Candidate:
    given_: dict[str, object] = {
        "high": None, "qualifier": "eq", "kind": "observation", "cumulative": False, "new": False,
        "region": "", "date": END, "date_inferred": True, "comparison": None, "confidence": 0.9, **more,
    }  # fmt: skip
    return Candidate(0, 2, "甲乙", value, unit=unit, indicator=indicator, **given_)  # type: ignore[arg-type]


def stated(asked: Goal, *candidates: Candidate, text: str = "甲乙") -> Stated:
    ledger = Ledger(INDICATORS, REGIONS, {}, {}, {asked.id: asked})
    (found,) = resolved_by(ledger, [asked], candidates, text, "town")
    return found


@pytest.mark.parametrize(
    ("comparison", "value", "printed", "qualifier", "state", "sure"),
    [
        (">=", 1100, 1100, "eq", "met", False),  # at its word; of a rounded number half may be missing
        (">=", 1100, 1099, "eq", "missed", True),
        (">", 1100, 1100, "eq", "missed", False),  # strict: to reach it is not to exceed it
        (">", 1100, 1100, "over", "met", True),  # 超1100家
        (">", 1100, 1100, "remainder", "met", True),
        (">=", 1100, 1100, "near", "missed", True),  # 近1100家
        (">=", 1100, 1000, "over", "missed", True),
        (">=", 1150, 1100, "over", "missed", False),  # at its word; the next round number would meet it
        (">=", 1100, 1100, "about", "met", False),  # 1100家左右 at its word
        ("<=", 1100, 1099, "eq", "met", True),
        ("<=", 1100, 1100, "over", "missed", True),
        ("<", 1100, 1100, "eq", "missed", False),
        ("~", 1100, 1096, "eq", "met", True),  # 左右
        ("~", 1100, 1000, "eq", "missed", True),
    ],
)
def test_the_printed_figure_is_taken_at_its_word_and_its_hedge_counts(
    comparison: str, value: float, printed: float, qualifier: str, state: str, sure: bool
) -> None:
    found = stated(goal(value=value, comparison=comparison), said(printed, qualifier=qualifier))
    assert (found.state.value, found.sure) == (state, sure)


@pytest.mark.parametrize(
    "other",
    [
        {"date": dt.date(2021, 12, 31)},
        {"date": dt.date(2023, 12, 31)},
        {"date": None},
        {"kind": "goal", "comparison": ">="},
        {"kind": "share"},
        {"kind": "change"},
        {"new": True},
        {"unit": "亿元"},
        {"region": "远山市"},
        {"region": "无名镇"},
        {"indicator": "科技贷款"},
        {"indicator": ""},
    ],
)
def test_a_figure_of_something_else_says_nothing(other: dict[str, object]) -> None:
    assert stated(goal(), said(**{"value": 5000.0, **other})).state is State.SILENT  # type: ignore[arg-type]


def test_a_growth_is_told_by_growth_and_a_level_by_a_level() -> None:
    rise = said(5.3, "%", "地区生产总值增速", kind="change")
    level = said(30000.0, "亿元", "地区生产总值")
    assert stated(goal("growth", 5), rise, level).value == Decimal("5.3")
    assert stated(goal("output", 29000), rise, level).value == 30000
    assert stated(goal("growth", 5), level).state is State.SILENT


def test_a_fall_is_below_zero() -> None:
    text = "上年增长5%，地区生产总值下降1.5%。"
    start = text.index("1.5%")
    fall = replace(
        said(1.5, "%", "地区生产总值增速", kind="change"), start=start, end=start + 4, quote="1.5%"
    )
    found = stated(goal("growth", 1), fall, text=text)
    assert (found.state, found.value) == (State.MISSED, Decimal("-1.5"))


def test_figures_that_contradict_each_other_leave_it_open_or_to_a_person() -> None:
    found = stated(goal(), said(1200), said(1000))
    assert (found.state, found.sure, len(found.others)) == (State.OPEN, False, 1)
    found = stated(goal(), said(1200), said(1300))
    assert (found.state, found.sure) == (State.MET, False)


def test_what_is_read_without_confidence_or_called_otherwise_is_never_accepted_by_default() -> None:
    assert not stated(goal(), said(1200, confidence=0.5)).sure
    alike = stated(goal(), said(1200, indicator="国家高新技术企业"))
    assert (alike.state, alike.sure) == (State.MET, False)


def test_the_words_of_the_goal_itself_tell_what_it_is_about() -> None:
    asked = goal(quote="临江市培育科技领军企业1100家")
    (named,) = (one.indicator for one in candidates_of(asked.quote, Known(), "town"))
    assert stated(asked, said(1200, indicator=named)).sure


def test_open_goals_are_those_whose_day_has_passed_and_of_which_nothing_is_known() -> None:
    goals = {
        "due": goal(id="due"),
        "known": goal(id="known", outcome=Outcome.YES),
        "later": Goal("firms", "town", 1, "2024-12-31", id="later"),
        "elsewhere": Goal("firms", "other", 1, END, id="elsewhere"),
    }
    ledger = Ledger(INDICATORS, REGIONS, {}, {}, goals)
    assert [g.id for g in open_goals(ledger, "town", dt.date(2023, 1, 20))] == ["due"]


@given(
    st.integers(1, 3000), st.integers(1, 3000), st.sampled_from(list(Comparison)),
    st.sampled_from(list(Qualifier)),
)  # fmt: skip
def test_what_is_sure_is_so_for_every_number_that_the_print_may_mean(
    asked: int, printed: int, comparison: Comparison, qualifier: Qualifier
) -> None:
    wanted = goal(value=asked, comparison=comparison.value)
    found = stated(wanted, said(float(printed), qualifier=qualifier.value))
    if qualifier is Qualifier.EQ:
        assert (found.state is State.MET) == wanted.asks.met(printed, printed)
        row = Observation(
            indicator="firms", region="town", as_of=END, value=printed, qualifier=qualifier
        )  # fmt: skip
        ledger = Ledger(INDICATORS, REGIONS, {}, {row.id: row}, {wanted.id: wanted})
        assert resolve(ledger, wanted).state == (found.state.value if found.sure else "open")
    if found.sure and qualifier in (Qualifier.OVER, Qualifier.REMAINDER):
        assert (found.state is State.MET) == wanted.asks.met(printed + 0.001, printed + 0.001)


@pytest.mark.parametrize("other", ["民营企业进出口增速", "出口增速", "跨境电商进出口增速"])
def test_a_part_is_never_taken_for_the_whole(other: str) -> None:
    whole = Indicator(id="growth", name_zh="进出口增速", unit_zh="%", kind=Kind.RATE)
    asked = goal("growth", 5)
    ledger = Ledger({"growth": whole}, REGIONS, {}, {}, {asked.id: asked})
    (found,) = resolved_by(ledger, [asked], [said(8, "%", other, kind="change")], "甲乙", "town")
    assert found.state is State.SILENT


def test_what_the_ledger_knows_as_another_thing_is_not_nearly_this_one() -> None:
    assert stated(goal(), said(1200, indicator="firms_new")).state is State.SILENT


def test_a_mean_of_several_years_is_the_figure_of_none() -> None:
    text = "五年来城镇新增高新技术企业年均超过1200家，2022年高新技术企业1000家。"
    mean, year = (
        replace(said(value), start=text.index(str(value)), end=text.index(str(value)) + 5, quote=f"{value}家")
        for value in (1200, 1000)
    )
    assert stated(goal(), mean, text=text).state is State.SILENT
    found = stated(goal(), mean, year, text=text)
    assert (found.state, found.value, found.others) == (State.MISSED, Decimal(1000), ())


def test_what_stands_in_brackets_is_shown_to_a_person() -> None:
    found = stated(goal(), said(1200, indicator="高新技术企业（甲乙丙丁）"))
    assert (found.state, found.sure) == (State.MET, False)


def test_a_report_may_call_it_by_an_alias() -> None:
    firms = INDICATORS["firms"].model_copy(update={"aliases": ("高企",)})
    ledger = Ledger({**INDICATORS, "firms": firms}, REGIONS, {}, {}, {"": goal()})
    (found,) = resolved_by(ledger, [goal()], [said(1200, indicator="高企")], "甲乙", "town")
    assert (found.state, found.sure) == (State.MET, True)


def test_the_next_report_resolves_the_goals_of_the_last_and_no_wrong_outcome_is_accepted() -> None:
    record = open_record(ROOT / "seeds" / "record")
    with (ROOT / "seeds" / "record" / "goals.csv").open(encoding="utf-8-sig", newline="") as file:
        quotes = {row["id"]: row["quote"] for row in csv.DictReader(file)}
    known, met = read_known(ROOT / "seeds" / "record"), Counter[str]()
    for province in ("jiangsu", "zhejiang", "liaoning"):
        text = report_text(f"{province}-report-2026")
        past = [
            one for one in map(record.past.one, range(len(record.past)))
            if one.region == province and one.deadline == dt.date(2025, 12, 31)
        ]  # fmt: skip
        goals = [
            Goal(
                one.indicator, province, one.value, one.deadline,
                id=one.id, comparison=one.comparison, tolerance=one.tolerance, quote=quotes[one.id],
            )
            for one in past
        ]  # fmt: skip
        ledger = Ledger(record.ledger.indicators, record.ledger.regions, {}, {}, {g.id: g for g in goals})
        found = resolved_by(ledger, goals, candidates_of(text, known, province), text, province, known)
        truth = {"yes": State.MET, "no": State.MISSED, "unknown": State.SILENT}
        for one, found_one in zip(past, found, strict=True):
            right = found_one.state is truth[one.met.value]
            assert right or not found_one.sure, one.id
            met["right" if right else "wrong"] += 1
    assert met.total() > 20
    assert met["right"] >= 0.9 * met.total()
