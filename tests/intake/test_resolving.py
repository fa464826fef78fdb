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
        ("~", 1100, 1103, "eq", "met", True),  # 左右
        ("~", 1100, 1096, "eq", "met", False),  # only 左右 lets it pass
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


def test_what_is_told_again_of_a_goal_is_no_outcome() -> None:
    for text in (
        "全市没有实现年初确定的高新技术企业1200家。",
        "高新技术企业1200家的预期目标任务艰巨。",
        "高新技术企业达到1000家，低于1200家的预期目标。",
    ):
        told = found_at(text, "1200家", 1200)
        assert stated(goal(), told, text=text).state is State.SILENT, text
    text = "高新技术企业1200家，目标任务圆满完成。"
    assert stated(goal(), found_at(text, "1200家", 1200), text=text).state is State.MET


def found_at(text: str, quote: str, value: float, unit: str = "家", **more: object) -> Candidate:
    start = text.index(quote)
    return replace(said(value, unit, **more), start=start, end=start + len(quote), quote=quote)  # type: ignore[arg-type]


def test_what_was_reached_by_a_fall_is_no_fall() -> None:
    text = "居民消费价格涨幅回落到2.6%，地区生产总值下降1.5%。"
    prices = Indicator(id="prices", name_zh="居民消费价格涨幅", unit_zh="%", kind=Kind.RATE)
    asked = Goal("prices", "town", 4, END, comparison="<=")
    ledger = Ledger({**INDICATORS, "prices": prices}, REGIONS, {}, {}, {asked.id: asked})
    reached = found_at(text, "2.6%", 2.6, "%", indicator="居民消费价格涨幅", kind="change")
    (found,) = resolved_by(ledger, [asked], [reached], text, "town")
    assert (found.state, found.value) == (State.MET, Decimal("2.6"))


def test_words_of_a_goal_that_ask_the_same_of_two_things_do_not_tell_which_is_meant() -> None:
    retail = Indicator(id="retail", name_zh="社会消费品零售总额增速", unit_zh="%", kind=Kind.RATE)
    quote = "地区生产总值增长5%以上，社会消费品零售总额增长5%左右"
    asked = [
        Goal("growth", "town", 5, END, id="growth", quote=quote),
        Goal("retail", "town", 5, END, id="retail", quote=quote),
    ]
    ledger = Ledger({**INDICATORS, "retail": retail}, REGIONS, {}, {}, {g.id: g for g in asked})
    figure = said(3.7, "%", "地区生产总值增速", kind="change")
    found = resolved_by(ledger, asked, [figure], "甲乙", "town")
    assert [one.state for one in found] == [State.MISSED, State.SILENT]


def test_an_increase_on_the_year_before_is_no_output_of_the_year() -> None:
    text = "地区生产总值30000亿元，比上年增加1500亿元。"
    level = found_at(text, "30000亿元", 30000, "亿元", indicator="地区生产总值")
    rise = found_at(text, "1500亿元", 1500, "亿元", indicator="地区生产总值", kind="change")
    found = stated(goal("output", 29000), level, rise, text=text)
    assert (found.state, found.sure, found.value, found.others) == (State.MET, True, Decimal(30000), ())


def test_the_year_comes_before_several_years_and_what_may_be_a_total_is_for_a_person() -> None:
    text = "五年来新增高新技术企业6900家。2022年，新增高新技术企业1410家。"
    several = found_at(text, "6900家", 6900, indicator="新增高新技术企业", new=True, confidence=0.95)
    year = found_at(text, "1410家", 1410, indicator="新增高新技术企业", new=True)
    found = stated(goal("firms_new", 1200), several, year, text=text)
    assert (found.state, found.sure, found.value) == (State.MET, False, Decimal(1410))
    assert stated(goal("firms_new", 1200), year, text=text).sure
    assert not stated(goal("firms_new", 1200), several, text=text).sure
    text = "累计培育高新技术企业1200家。"
    assert not stated(goal(), found_at(text, "1200家", 1200), text=text).sure


def test_a_mean_is_told_by_a_mean_alone() -> None:
    mean = Indicator(id="mean", name_zh="五年GDP年均增速", unit_zh="%", kind=Kind.RATE)
    text = "2022年增长10.3%，五年年均增长11.2%。"
    asked = Goal("mean", "town", "7.5", END)
    ledger = Ledger({"mean": mean}, REGIONS, {}, {}, {asked.id: asked})
    figures = [
        found_at(text, quote, value, "%", indicator="五年GDP年均增速", kind="change")
        for quote, value in (("10.3%", 10.3), ("11.2%", 11.2))
    ]
    (found,) = resolved_by(ledger, [asked], figures, text, "town")
    assert (found.value, found.others) == (Decimal("11.2"), ())


def test_what_exceeds_a_round_number_decides_once_it_is_a_row_too() -> None:
    wanted = goal(value=61000, comparison=">")
    for hedge, state in ((Qualifier.OVER, "met"), (Qualifier.REMAINDER, "met"), (Qualifier.NEAR, "missed")):
        row = Observation(indicator="firms", region="town", as_of=END, value=61000, qualifier=hedge)
        ledger = Ledger(INDICATORS, REGIONS, {}, {row.id: row}, {wanted.id: wanted})
        assert resolve(ledger, wanted).state == state
        found = stated(wanted, said(61000.0, qualifier=hedge.value))
        assert (found.state.value, found.sure) == (state, True)


@pytest.mark.parametrize("between", ["。", "，"])
def test_reports_made_of_the_records_words_never_have_a_wrong_outcome_accepted(between: str) -> None:
    """Every past goal of the record, asked of a report of all outcomes of its region and of its next plan."""
    record, known = open_record(ROOT / "seeds" / "record"), read_known(ROOT / "seeds" / "record")
    with (ROOT / "seeds" / "record" / "goals.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    groups: dict[tuple[str, int], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["region"], int(row["deadline"][:4])), []).append(row)
    counts = Counter[str]()
    for (region, year), some in groups.items():
        text = next_report(record.ledger.regions[region].name_zh, year, some, between)
        goals = [
            Goal(
                row["indicator"], region, row["value"], row["deadline"], id=row["id"], quote=row["quote"],
                comparison=row["comparison"], tolerance=row["tolerance"] or None,
            )
            for row in some
        ]  # fmt: skip
        ledger = Ledger(record.ledger.indicators, record.ledger.regions, {}, {}, {g.id: g for g in goals})
        found = resolved_by(ledger, goals, candidates_of(text, known, region), text, region, known)
        for row, one in zip(some, found, strict=True):
            counts["right" if is_right(row, one) else "silent" if one.state is State.SILENT else "other"] += 1
            assert is_right(row, one) or not one.sure or row["id"] in CUT.get(between, ()), row["id"]
    assert counts.total() == len(rows)
    assert counts["right"] >= 0.8 * counts.total()
    assert counts["other"] <= 0.03 * counts.total()


#: Outcomes that the record holds for unknown although their words print them; and, where a comma is in the
#: place of a full stop, a figure of a plan that is read as past then.
CUT = {
    "。": ("china-specialized_smes-2023", "china-little_giants-2023"),
    "，": ("china-specialized_smes-2023", "china-little_giants-2023", "china-pollutants_reduction_5y-2015"),
}


def next_report(region: str, year: int, some: list[dict[str, str]], between: str) -> str:
    """Return a report that looks back on a year in the record's words, and asks the same goals again."""

    def told(column: str) -> str:
        words = (row[column].strip("，。；、：… ") for row in some if row[column])
        return between.join(dict.fromkeys(words)) + "。"

    place, given = ("", "第十四届全国") if region == "全国" else (region, region)
    return (
        f"{year + 1}年{place}政府工作报告\n——{year + 1}年1月20日在{given}人民代表大会第三次会议上\n\n"
        f"各位代表：\n一、{year}年工作回顾\n过去一年，{told('outcome_quote')}\n\n"
        f"二、{year + 1}年工作安排\n今年经济社会发展主要预期目标是：{told('quote')}\n"
    )


def is_right(row: dict[str, str], one: Stated) -> bool:
    """Whether a goal's outcome is the record's, and its figure, too."""
    truth = {"yes": State.MET, "no": State.MISSED, "unknown": State.SILENT}
    printed = row["outcome_value"] and one.value is not None
    return one.state is truth[row["met"]] and (not printed or one.value == Decimal(row["outcome_value"]))


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
