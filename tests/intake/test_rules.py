"""Every rule keeps its examples: what is no quantity, which kind, which section, which day."""

import datetime as dt
import doctest
import importlib
import pkgutil

import pytest

import forecasts.intake
from forecasts.intake.candidates import Candidate
from forecasts.intake.extract import candidates_of
from forecasts.intake.figures import figures_of
from forecasts.intake.kinds import EXAMPLES, kind_of
from forecasts.intake.refusals import REFUSALS, Refusal, around
from forecasts.intake.sections import Role

MODULES = [module.name for module in pkgutil.iter_modules(forecasts.intake.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_room_run(name: str) -> None:
    pytest.importorskip("pypdfium2") if name == "of_pdf" else None
    failed, _ = doctest.testmod(importlib.import_module(f"forecasts.intake.{name}"))
    assert not failed


@pytest.mark.parametrize("rule", REFUSALS, ids=lambda rule: rule.name)
def test_a_rule_refuses_what_its_examples_say(rule: Refusal) -> None:
    assert rule.examples, "a rule has examples"
    for text, kept in rule.examples:
        rows = candidates_of(text)
        assert [row.quote for row in rows] == kept.split(), text


@pytest.mark.parametrize("rule", REFUSALS, ids=lambda rule: rule.name)
def test_a_rule_is_needed_for_one_of_its_examples(rule: Refusal) -> None:
    fits = [rule.fits(*around(text, figure)) for text, _ in rule.examples for figure in figures_of(text)]
    assert any(fits)


@pytest.mark.parametrize(("text", "role", "kind"), EXAMPLES, ids=[text for text, _, _ in EXAMPLES])
def test_a_kind_is_what_its_examples_say(text: str, role: Role, kind: str) -> None:
    start = text.index("[")
    bare = text.replace("[", "").replace("]", "")
    figure = next(figure for figure in figures_of(bare) if figure.end > start)
    assert kind_of(bare, 0, len(bare), figure, role, None).value == kind


def told(text: str) -> list[tuple[str, str, str]]:
    return [(row.quote, row.kind, str(row.date)) for row in candidates_of(text)]


REPORTS = {
    "headings within one line": (
        "政府工作报告 ——2025年1月14日在某省第十四届人民代表大会第三次会议上 各位代表： 一、2024年工作回顾 "
        "刚刚过去的一年，全省地区生产总值增长5.8%。 二、2025年工作总体要求和主要目标 今年全省经济社会发展"
        "主要预期目标：地区生产总值增长6%左右，城镇新增就业70万人以上。 "
        "三、2025年重点工作 新增规上工业企业2000家以上。",
        [
            ("5.8%", "change", "2024-12-31"),
            ("6%左右", "goal", "2025-12-31"),
            ("70万人以上", "goal", "2025-12-31"),
            ("2000家以上", "goal", "2025-12-31"),
        ],
    ),
    "no headings": (
        "2025年某市政府工作报告\n各位代表：\n过去一年，全市地区生产总值增长6.2%。\n引进项目120个。\n"
        "今年经济社会发展的主要预期目标是：地区生产总值增长6%左右。\n一是新建学校12所。",
        [
            ("6.2%", "change", "2024-12-31"),
            ("120个", "observation", "2024-12-31"),
            ("6%左右", "goal", "2025-12-31"),
            ("12所", "goal", "2025-12-31"),
        ],
    ),
    "a new term": (
        "政府工作报告\n——2023年1月12日在某省第十四届人民代表大会第一次会议上\n一、过去五年工作回顾\n"
        "五年来，地区生产总值从1.36万亿元增加到2.02万亿元。\n二、今后五年奋斗目标\n常住人口城镇化率达到62%。\n"
        "三、2023年工作安排\n粮食产量稳定在1115万吨以上。夯实基础，新建5个。",
        [
            ("1.36万亿元", "observation", "2017-12-31"),
            ("2.02万亿元", "observation", "2022-12-31"),
            ("62%", "goal", "2027-12-31"),
            ("1115万吨以上", "goal", "2023-12-31"),
            ("5个", "goal", "2023-12-31"),
        ],
    ),
    "a plan within a report": (
        "2026年某省政府工作报告\n一、2025年工作回顾\n粮食1200亿斤。\n二、“十五五”时期目标任务和2026年工作安排\n"
        "“十五五”时期主要目标是：地区生产总值年均增长5%左右。到2035年，人均生产总值比2020年翻一番。\n"
        "今年是“十五五”开局之年，主要预期目标是：地区生产总值增长4.5%左右。\n三、加强政府自身建设\n立法10件。",
        [
            ("1200亿斤", "observation", "2025-12-31"),
            ("5%左右", "goal", "2030-12-31"),
            ("翻一番", "goal", "2035-12-31"),
            ("4.5%左右", "goal", "2026-12-31"),
            ("10件", "goal", "2026-12-31"),
        ],
    ),
    "a session in December": (
        "2022年市政府工作报告\n——2022年12月28日在市第四届人民代表大会第五次会议上\n一、2022年工作回顾\n产值增长32%。\n"
        "二、2023年工作安排\n产值增长20%。",
        [("32%", "change", "2022-12-31"), ("20%", "goal", "2023-12-31")],
    ),
    "a title spaced out": (
        "政 府 工 作 报 告\n——二○二二年二月二十二日在市第七届人民代表大会第八次会议上\n一、2021 年工作回顾\n"
        "产值增长 11 %。\n二、2022 年工作打算\n产值增长 9 %。",
        [("11 %", "change", "2021-12-31"), ("9 %", "goal", "2022-12-31")],
    ),
    "statistics": (
        "2024年某市国民经济和社会发展统计公报\n某市统计局 2025年3月20日\n一、综合\n"
        "全年地区生产总值5,123.45亿元，"
        "按不变价格计算，比上年增长5.6%。年末城镇化率68.24%，比上年末提高0.7个百分点。",
        [
            ("5,123.45亿元", "observation", "2024-12-31"),
            ("5.6%", "change", "2024-12-31"),
            ("68.24%", "observation", "2024-12-31"),
            ("0.7个百分点", "change", "2024-12-31"),
        ],
    ),
    "a five-year plan": (
        "某市国民经济和社会发展第十四个五年规划纲要\n第一章 发展环境\n2020年地区生产总值达到3015亿元。\n"
        "第二章 主要目标\n到2025年，地区生产总值突破5000亿元，研发经费投入强度达到3%。",
        [
            ("3015亿元", "observation", "2020-12-31"),
            ("突破5000亿元", "goal", "2025-12-31"),
            ("3%", "goal", "2025-12-31"),
        ],
    ),
    "news": (
        "截至2023年6月底，全市高新技术企业达5120家，同比增长23.4%。下一步，力争到2025年突破8000家。",
        [
            ("5120家", "observation", "2023-06-30"),
            ("23.4%", "change", "2023-06-30"),
            ("突破8000家", "goal", "2025-12-31"),
        ],
    ),
    "news of the past": (
        "高新技术企业从2012年1742家增加到2021年11368家。2022年1-5月份，全市4222家企业入库。全市高企到2021年增至7100家。",
        [
            ("1742家", "observation", "2012-12-31"),
            ("11368家", "observation", "2021-12-31"),
            ("4222家", "observation", "2022-05-31"),
            ("7100家", "observation", "2021-12-31"),
        ],
    ),
    "traditional signs": (
        "2021年高新技術企業數量突破1.2萬家，技術合同成交額首次突破千億元，同比增長68%。",
        [
            ("突破1.2萬家", "observation", "2021-12-31"),
            ("突破千億元", "observation", "2021-12-31"),
            ("68%", "change", "2021-12-31"),
        ],
    ),
    "news of a session": (
        "新华网某地1月12日电,某省十四届人大一次会议开幕。省长作政府工作报告,提出2023年生产总值目标为增长5%以上。\n"
        "预计地区生产总值超过2100亿元。\n主要预期目标是:进出口总额增长3%,完成节能任务。",
        [
            ("5%以上", "goal", "2023-12-31"),
            ("超过2100亿元", "observation", "2022-12-31"),
            ("3%", "goal", "2023-12-31"),
        ],
    ),
    "promises": (
        "今年4月,某区召开会议。会议提出,2022年,要推动高质量发展。今年,定下这些具体目标:\n经济\n完成投资超1400亿元\n"
        "今年继续办好10件民生实事\n1.新增学位2.05万座",
        [
            ("超1400亿元", "goal", "2022-12-31"),
            ("10件", "goal", "2022-12-31"),
            ("2.05万座", "goal", "2022-12-31"),
        ],
    ),
    "a past year and the next": (
        "某区2022年工作总结和2023年工作思路\n预计全年实现产值685亿元,增长8.5%。\n二、2023年工作思路\n引进项目5个。",
        [
            ("685亿元", "observation", "2022-12-31"),
            ("8.5%", "change", "2022-12-31"),
            ("5个", "goal", "2023-12-31"),
        ],
    ),
    "goals behind a semicolon": (
        "到2027年,高新技术企业突破75家；小巨人企业突破8家。",
        [("突破75家", "goal", "2027-12-31"), ("突破8家", "goal", "2027-12-31")],
    ),
    "a list of months": (
        "某市科技创新活力增强\n发布日期: 2021-11-16\n前三季度新登记企业52万户,增长7.6%。财政支出157亿元。\n"
        "研发投入居前两位。",
        [
            ("52万户", "observation", "2021-09-30"),
            ("7.6%", "change", "2021-09-30"),
            ("157亿元", "observation", "2021-09-30"),
        ],
    ),
    "the middle of a year": (
        "关于2023年上半年计划执行情况的报告\n——2023年7月26日在市第十六届人大常委会第五次会议上\n一、上半年执行情况\n"
        "1—6月，固定资产投资增长5.1%。\n二、下半年工作安排\n新开工项目300个。",
        [("5.1%", "change", "2023-06-30"), ("300个", "goal", "2023-12-31")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("sort", REPORTS)
def test_the_parts_of_a_report_tell_kind_and_day(sort: str) -> None:
    text, wanted = REPORTS[sort]
    assert told(text) == wanted


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("高新技术企业、科技型企业分别达到1150家、6700家", ["高新技术企业", "科技型企业"]),
        ("家电、新能源汽车零售额分别增长23.9%、35.8%", ["家电零售额增速", "新能源汽车零售额增速"]),
        ("全市生产总值达到5.67万亿元、增长5.4%", ["地区生产总值", "地区生产总值增速"]),
        (
            "游客10亿人次，旅游收入1.3万亿元，分别增长15%和11%",
            ["游客", "旅游收入", "游客增速", "旅游收入增速"],
        ),
        ("布局建设10家概念验证中心", ["概念验证中心"]),
        (
            "城乡居民人均可支配收入分别增长4%、6%",
            ["城镇居民人均可支配收入增速", "农村居民人均可支配收入增速"],
        ),
        ("新增“雄鹰”企业20家、单项冠军30家", ["新增雄鹰企业", "新增单项冠军"]),
        ("粮食播种面积1520万亩、总产125亿斤", ["粮食播种面积", "粮食产量"]),
        ("单位地区生产总值能耗下降2%左右", ["单位地区生产总值能耗降幅"]),
        ("地区生产总值增长5.5%以上、力争6%", ["地区生产总值增速", "地区生产总值增速"]),
        ("R&D经费投入强度达到2.3%，CPI涨幅2%左右", ["研发投入强度", "居民消费价格涨幅"]),
        ("民营经济增加值占比提高到60%以上", ["民营经济增加值占比"]),
        ("全省高企总数从2020年的5718家增至7100家", ["高新技术企业", "高新技术企业"]),
        ("预计净增高新技术企业1800家，总数达6400家", ["新增高新技术企业", "高新技术企业"]),
        ("民营企业、外资企业出口分别占全省的50.6%、41.9%", ["民营企业出口", "外资企业出口"]),
        ("打造20个“优品”品牌、6000个亿元以上项目", ["优品品牌", "项目"]),
        ("城乡居民收入比缩小至2.04∶1，自然岸线率提升至64.5%", ["城乡居民收入比", "自然岸线率"]),
        ("全社会研发经费支出占地区生产总值比重3.4%以上", ["研发投入强度"]),
        ("粮食面积、总产、单产两增一稳，总产762亿斤、增产7亿斤", ["粮食产量", "粮食产量"]),
        ("生产总值增长7.7%，增速高于全市5.7个百分点", ["地区生产总值增速", "地区生产总值增速"]),
        ("占比分别回落2.16和1.66个百分点，失业率降到5.5%", ["占比降幅", "占比降幅", "失业率"]),
    ],
)
def test_a_number_counts_what_its_words_say(text: str, names: list[str]) -> None:
    assert [row.indicator for row in candidates_of(text)] == names


def test_a_candidate_is_whole() -> None:
    row = candidates_of("新增高新技术企业5家")[0]
    assert row.new
    assert row.as_row()["date"] is None
    words = {name: getattr(row, name) for name in row.as_row()}
    for wrong in ({"value": float("inf")}, {"kind": "hope"}, {"end": row.end + 1}, {"confidence": 1.0}):
        with pytest.raises(ValueError, match=r"must|is not a valid"):
            Candidate(**(words | wrong))


def test_a_day_needs_no_report() -> None:
    assert candidates_of("2022年,转化成果1500余项")[0].date == dt.date(2022, 12, 31)
