"""What people write is read as they mean it, or refused; nothing is guessed and nothing breaks."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.fields import Comparison, Kind, Qualifier
from forecasts.ledger.written import Readings, read_numbers
from forecasts.ledger.written_days import read_days
from forecasts.ledger.written_words import read_words


def fault(found: Readings, at: int = 0) -> str:
    return found.faults[at][0]


@pytest.mark.parametrize(
    ("written", "value", "told"),
    [
        ("1036", "1036", ""),
        (" 1036.50 ", "1036.50", ""),
        ("1.2e3", "1200", ""),
        ("1,036", "1036", "commas set thousands apart"),
        ("1,036,000.5", "1036000.5", "commas set thousands apart"),
        ("1 036", "1036", "set apart"),
        ("1\u00a0036", "1036", "set apart"),
        ("1\u2009036\u202f000", "1036000", "set apart"),
        ("1'036", "1036", "set apart"),
        ("1 036,5", "1036.5", "set apart"),
        ("１０３６", "1036", "plain width"),
        ("１，０３６", "1036", "commas"),
        ("−5", "-5", "plain width"),
        ("－5", "-5", "plain width"),
        ("6.3万", "63000", "times 10,000"),
        ("6.3 万", "63000", "times 10,000"),
        ("1.2亿", "120000000", "times 100,000,000"),
        ("3万亿", "3000000000000", "times 1,000,000,000,000"),
        ("1.5千", "1500", "times 1,000"),
        ("45 %", "45", "45 % as 45"),
        ("45％", "45", "45 % as 45"),
        ("-2.5%", "-2.5", "45 % as 45"),
        ("1036家", "1036", "the unit 家"),
        ("63亿元", "6300000000", "the unit 元"),
        ("5万千瓦", "50000", "the unit 千瓦"),
        ("5千瓦", "5", "the unit 千瓦"),
        ("128 GW", "128", "the unit GW"),
        ("128 km²", "128", "the unit km^2"),
        ("3.2亿千瓦时", "320000000", "the unit 千瓦时"),
        ("€ 63", "63", "the unit €"),
        ("$1,036", "1036", "the unit $"),
        ("1.2 billion USD", "1200000000", "the unit USD"),
        ("5万kW", "50000", "the unit kW"),
        ("3 millions", "3000000", "times 1,000,000"),
        ("2.5 Mio. EUR", "2500000", "the unit EUR"),
        ("3.5亿 kWh", "350000000", "the unit kWh"),
        ("1.036,5", "1036.5", "the comma is decimal"),
    ],
)
def test_a_number_means_what_it_says(written: str, value: str, told: str) -> None:
    found = read_numbers([written])
    assert found.faults == {}
    assert found.values == [Decimal(value)]
    assert told in found.told.get(0, "") if told else not found.told


@pytest.mark.parametrize(
    "written",
    [
        "",
        "n/a",
        "-",
        "—",
        "NaN",
        "inf",
        "-Infinity",
        "True",
        "0x10",
        "1_036",
        "1O36",
        "一百",
        "٣٤",
        "½",
        "10²",
        "①",
        "1/2",
        "100-120",
        "100–120",
        "100~120",
        "100 to 120",
        "12 34",
        "1,03,600",
        "1,5",
        "0,5",
        "1.5.2",
        "1" * 400,
        "约1036",
        "超2500",
        "突破150",
        "近2万",
        "1036余",
        "2500多家",
        "6.3万余家",
        "150以上",
        "2500+",
        ">5",
        "≈5",
        "about 5",
        "5 or more",
        "(5)",
        "5-",
        "--5",
        "5月",
        "2023年",
        "5k",
        "5 m",
        "1036 p",
        "1036 est",
        "1e",
        "3兆",
        "5成",
        "45%%",
        "1036家（含）",
        "6万3千",
        "12 per 1000",
        "x5",
        "5;6",
        "1e5万x",
    ],
)
def test_what_is_no_plain_number_is_refused(written: str) -> None:
    found = read_numbers([written])
    assert found.values == [None]
    assert all(found.faults[0])


def test_zeros_before_a_number_are_told() -> None:
    found = read_numbers(["0110", "0.5", "0", "-012"])
    assert found.values == [110, Decimal("0.5"), 0, -12]
    assert set(found.told) == {0, 3}


def test_the_column_says_which_sign_is_decimal() -> None:
    assert read_numbers(["1.036,5", "2.000", "1,5"]).values == [Decimal("1036.5"), 2000, Decimal("1.5")]
    assert read_numbers(["2,5", "1.036"], semicolons=True).values == [Decimal("2.5"), 1036]
    assert read_numbers(["2.5", "1.036"], semicolons=True).values == [Decimal("2.5"), Decimal("1.036")]
    for open_one in ("1,036", "1.036"):
        assert "thousands or decimals" in fault(read_numbers([open_one], semicolons=True))
    assert read_numbers(["1.5", "1,5"]).values == [Decimal("1.5"), None]
    assert read_numbers(["1,036.5", "1,036"]).values == [Decimal("1036.5"), 1036]


FORMS = [
    lambda n: f"{n:f}",
    lambda n: f"{n:,f}",
    lambda n: f"{n:,f}".replace(",", "\u202f"),
    lambda n: f"{n:f}".translate({ord("0") + i: chr(0xFF10 + i) for i in range(10)}),
    lambda n: f"{n:f}家",
    lambda n: f"{n:f} GW",
    lambda n: f"{n:f} %",
    lambda n: f"{n.scaleb(-4):f}万",
    lambda n: f"{n.scaleb(-8):f} 亿",
    lambda n: f"{n:f}".replace("-", "−"),
]


@given(st.decimals(-(10**12), 10**12, places=3), st.sampled_from(FORMS))
def test_a_number_comes_back_from_every_form(number: Decimal, form) -> None:
    assert read_numbers([form(number)]).values == [number]


@given(
    st.lists(
        st.text(max_size=30) | st.text("0123456789.,万亿%+-~ 家年月日q'e约底前季度半上-/:tz", max_size=12)
    ),
    st.booleans(),
)
def test_nothing_breaks_a_reader(cells: list[str], more: bool) -> None:
    found = [
        read_numbers(cells, more),
        read_days(cells, more, not more),
        read_words(cells, Kind),
        read_words(cells, bool),
    ]
    for readings in found:
        assert len(readings.values) == len(cells)
        assert all(rule and remedy for rule, remedy in readings.faults.values())
    assert all(v is None or v.is_finite() for v in found[0].values)
    assert all((v is None) == (i in found[1].faults) for i, v in enumerate(found[1].values))


@pytest.mark.parametrize(
    ("written", "last", "first"),
    [
        ("2023-12-31", "2023-12-31", ""),
        ("2022-12-31T00:00:00Z", "2022-12-31", ""),
        ("2022-12-31 23:59:59.5+08:00", "2022-12-31", ""),
        ("2022-12-31T23:00-12:00", "2022-12-31", ""),
        ("2023/5/30", "2023-05-30", ""),
        ("2023.5.30", "2023-05-30", ""),
        ("2023-5-3", "2023-05-03", ""),
        ("20230530", "2023-05-30", ""),
        ("２０２３年５月３０日", "2023-05-30", ""),
        ("31 December 2023", "2023-12-31", ""),
        ("Dec 31st, 2023", "2023-12-31", ""),
        ("31-Dec-2023", "2023-12-31", ""),
        ("31.12.2022", "2022-12-31", ""),
        ("12/31/2022", "2022-12-31", ""),
        ("05/05/2022", "2022-05-05", ""),
        ("2023", "2023-12-31", "2023-01-01"),
        ("2023.0", "2023-12-31", "2023-01-01"),
        (2023, "2023-12-31", "2023-01-01"),
        (2023.0, "2023-12-31", "2023-01-01"),
        ("2023年", "2023-12-31", "2023-01-01"),
        ("2023年底", "2023-12-31", "2023-01-01"),
        ("2023年末", "2023-12-31", "2023-01-01"),
        ("end of 2023", "2023-12-31", "2023-01-01"),
        ("2023年上半年", "2023-06-30", "2023-01-01"),
        ("2023年下半年", "2023-12-31", "2023-07-01"),
        ("2023H1", "2023-06-30", "2023-01-01"),
        ("H2 2023", "2023-12-31", "2023-07-01"),
        ("2023-S1", "2023-06-30", "2023-01-01"),
        ("2023Q1", "2023-03-31", "2023-01-01"),
        ("2023-Q4", "2023-12-31", "2023-10-01"),
        ("Q1 2023", "2023-03-31", "2023-01-01"),
        ("2023年一季度", "2023-03-31", "2023-01-01"),
        ("2023年第2季度", "2023-06-30", "2023-04-01"),
        ("2023年前三季度", "2023-09-30", "2023-01-01"),
        ("2023年1-5月", "2023-05-31", "2023-01-01"),
        ("2023-05", "2023-05-31", "2023-05-01"),
        ("2024-02", "2024-02-29", "2024-02-01"),
        ("2023M05", "2023-05-31", "2023-05-01"),
        ("202305", "2023-05-31", "2023-05-01"),
        ("May 2023", "2023-05-31", "2023-05-01"),
        ("2023年5月", "2023-05-31", "2023-05-01"),
        ("2023年5月底", "2023-05-31", "2023-05-01"),
        ("截至2023年5月底", "2023-05-31", "2023-05-01"),
        ("截至 2023年5月30日", "2023-05-30", ""),
    ],
)
def test_a_day_or_the_end_of_a_period(written: object, last: str, first: str) -> None:
    found = read_days([written])
    assert (found.faults, found.values) == ({}, [dt.date.fromisoformat(last)])
    assert bool(found.told) == (written != "2023-12-31")
    assert read_days([written], start=True).values == [dt.date.fromisoformat(first or last)]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2012-14", "range"),
        ("2003/04", "range"),
        ("2003-2005", "range"),
        ("2012–13", "range"),
        ("2020年-2022年", "range"),
        ("1672531200", "seconds"),
        ("1672531200000", "seconds"),
        (1672531200, "seconds"),
        ("today", "no day"),
        ("now", "no day"),
        ("今天", "no day"),
        ("目前", "no day"),
        ("1899", "1900 to 2200"),
        ("1899-12-31", "1900 to 2200"),
        ("2201-01-01", "1900 to 2200"),
        ("9999-12-31", "1900"),
        ("-5", "a day"),
        ("0", "a day"),
        (0, "a day"),
        (True, "a day"),
        (None, "a day"),
        (float("nan"), "a day"),
        (float("inf"), "a day"),
        (10**400, "a day"),
        ("1" * 90, "a day"),
        ("2023-02-30", "calendar"),
        ("2023年13月", "calendar"),
        ("20231301", "calendar"),
        ("2023-00-10", "calendar"),
        ("31/12/22", "two digits"),
        ("22-12-31", "two digits"),
        ("Dec-22", "two digits"),
        ("'22", "two digits"),
        ("截至5月底", "no year"),
        ("5月30日", "no year"),
        ("一季度", "no year"),
        ("Q1", "no year"),
        ("45291", "spreadsheet"),
        (2023.5, "decimals"),
        ("2023.05", "decimals"),
        ("2023.5", "decimals"),
        ("01/02/2022", "either way"),
        ("FY2023", "calendar"),
        ("2023-W05", "week"),
        ("by 2030", "a day"),
        ("2023-12-31 25:00", "a day"),
        ("2023-12-31x", "a day"),
        ("Mayhem 2023", "a day"),
        ("mid-2023", "a day"),
    ],
)
def test_what_names_no_day_is_refused(written: object, words: str) -> None:
    found = read_days([written])
    assert found.values == [None]
    assert words in fault(found)


def test_a_column_says_what_its_cells_are() -> None:
    assert set(read_days(["2003-05", "2012-14"]).faults) == {0, 1}
    assert set(read_days(["2003-04", "2004-05"]).faults) == {0, 1}
    assert read_days(["2003-05", "2012-11"]).faults == {}
    assert [str(v) for v in read_days(["01/02/2022", "31/12/2022"]).values] == ["2022-02-01", "2022-12-31"]
    assert [str(v) for v in read_days(["01/02/2022", "12/31/2022"]).values] == ["2022-01-02", "2022-12-31"]
    assert set(read_days(["01/02/2022", "31/12/2022", "12/31/2022"]).faults) == {0, 1, 2}
    assert read_days(["01/02/2022", "31.12.2022"]).faults.keys() == {0}
    assert [str(v) for v in read_days([45291, 45291.5, 2023], serials=True).values] == [
        "2023-12-31",
        "2023-12-31",
        "2023-12-31",
    ]


DAYS = [
    "{0:%Y-%m-%d}",
    "{0:%Y/%m/%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
    "{0.day} {0:%B} {0.year}",
    "{0:%b} {0.day}, {0.year}",
    "{0:%Y-%m-%d}T23:59:59+14:00",
    "截至{0.year}年{0.month}月{0.day}日",
]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)), st.sampled_from(DAYS))
def test_a_day_comes_back_from_every_form(day: dt.date, form: str) -> None:
    assert read_days([form.format(day)]).values == [day]


@pytest.mark.parametrize(
    ("of", "written", "value"),
    [
        (Comparison, "≥", ">="),
        (Comparison, "⩾", ">="),
        (Comparison, "达到", ">="),
        (Comparison, "at least", ">="),
        (Comparison, "突破", ">"),
        (Comparison, "＞", ">"),
        (Comparison, "≤", "<="),
        (Comparison, "=<", "<="),
        (Comparison, "以内", "<="),
        (Comparison, "不超过", "<="),
        (Comparison, "低于", "<"),
        (Comparison, "左右", "~"),
        (Comparison, "≈", "~"),
        (Kind, "Stock", "stock"),
        (Kind, "累计", "cumulative"),
        (Kind, "占比", "share"),
        (Kind, "增速", "rate"),
        (Kind, "ＦＬＯＷ", "flow"),
        (Qualifier, "超", "over"),
        (Qualifier, "约", "about"),
        (Qualifier, "余", "remainder"),
        (Qualifier, "近", "near"),
        (bool, "是", "true"),
        (bool, "否", "false"),
    ],
)
def test_a_word_in_another_spelling(of: type, written: str, value: str) -> None:
    found = read_words([written], of)
    assert (found.values, found.faults) == ([value], {})
    assert found.told[0].endswith(value)


def test_words_that_are_none_are_refused_with_the_nearest() -> None:
    assert "'cumulative'" in read_words(["cumulatve"], Kind).faults[0][1]
    assert "choose one of: stock" in read_words(["zzz"], Kind).faults[0][1]
    for same in ("=", "eq", "＝", "等于"):
        assert "choose >=" in read_words([same], Comparison).faults[0][1]
    assert not read_words(["stock", ">="], Kind).told


@pytest.mark.parametrize(
    ("written", "last"),
    [
        ("2023/12", "2023-12-31"),
        ("2023/5", "2023-05-31"),
        ("12/2023", "2023-12-31"),
        ("5-2023", "2023-05-31"),
        ("05.2023", "2023-05-31"),
        ("2023年12月末", "2023-12-31"),
        ("2023年度", "2023-12-31"),
        ("2023年全年", "2023-12-31"),
        ("2023全年", "2023-12-31"),
        ("2023年1-6月", "2023-06-30"),
        ("2023年1—6月", "2023-06-30"),
        ("2023年1至6月", "2023-06-30"),
        ("2023年1月至6月", "2023-06-30"),
        ("2023年7-12月", "2023-12-31"),
        ("2023年前5个月", "2023-05-31"),
        ("2023年前五个月", "2023-05-31"),
        ("2023年前三季度", "2023-09-30"),
        ("2023年前3季度", "2023-09-30"),
        ("2023上半年", "2023-06-30"),
        ("2023年上半年末", "2023-06-30"),
        ("2023年四季度末", "2023-12-31"),
        ("2023年第四季度", "2023-12-31"),
        ("2023-Q4", "2023-12-31"),
        ("2023:Q4", "2023-12-31"),
        ("Q4/2023", "2023-12-31"),
        ("4Q2023", "2023-12-31"),
        ("2023H2", "2023-12-31"),
        ("1H2023", "2023-06-30"),
        ("Dec. 2023", "2023-12-31"),
        ("Sept 2023", "2023-09-30"),
        ("2023-Dec", "2023-12-31"),
        ("end-May 2023", "2023-05-31"),
        ("by end of 2030", "2030-12-31"),
        ("到2030年", "2030-12-31"),
        ("2023年底前", "2023-12-31"),
        ("二〇二三年五月底", "2023-05-31"),
        ("二零二三年十二月三十一日", "2023-12-31"),
        ("2023年十二月", "2023-12-31"),
        ("2023年12月31日24时", "2023-12-31"),
        ("2023年12月31日0:00", "2023-12-31"),
        ("2023-12-31T23:59:59-08:00", "2023-12-31"),
        ("2023-12-31 00:00:00+00:00", "2023-12-31"),
        ("2023-12-31T00:00:00.000Z", "2023-12-31"),
        ("12/31/2023 12:00:00 AM", "2023-12-31"),
        ("2023/12/31 0:00", "2023-12-31"),
        ("31. 12. 2023", "2023-12-31"),
        ("31-12-2023", "2023-12-31"),
        ("31/Dec/2023", "2023-12-31"),
        ("2023 December 31", "2023-12-31"),
        ("2023−12−31", "2023-12-31"),
        (Decimal("2023"), "2023-12-31"),
        (pd.Period("2023-05", "M"), "2023-05-31"),
        (pd.Period("2023Q2", "Q"), "2023-06-30"),
    ],
)
def test_more_ways_to_write_a_day(written: object, last: str) -> None:
    found = read_days([written])
    assert (found.faults, found.values) == ({}, [dt.date.fromisoformat(last)])
    assert len(found.told) == 1


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2023/24", "range"),
        ("2003/04", "range"),
        ("2023至2024年", "range"),
        ("2022财年", "not the calendar's"),
        ("2022/23财年", "not the calendar's"),
        ("FY 2023/24", "not the calendar's"),
        ("2023W05", "week"),
        ("2023年第5周", "week"),
        ("2023.12", "decimals"),
        ("Dec-23", "two digits"),
        ("4Q23", "two digits"),
        ("1H23", "two digits"),
        ("Q4'23", "two digits"),
        ("23年", "two digits"),
        ("2023年初", "no day of it"),
        ("2023年中", "no day of it"),
        ("2023年年中", "no day of it"),
        ("2023年5月上旬", "no day of it"),
        ("2030年前", "no day of it"),
        ("2023E", "beside the year"),
        ("2023*", "beside the year"),
        ("2023 (p)", "beside the year"),
        ("2023[1]", "beside the year"),
        ("2023、2024", "beside the year"),
        ("1-6月", "no year"),
        ("31 Dec", "no year"),
        ("-", "no value"),
        ("n/a", "no value"),
        ("—", "no value"),
        ("待定", "no value"),
        ("by 2030", "a day"),
        ("2023Q5", "the year"),
        ("Q5 2023", "a day"),
        ("2023-12-31/2024-12-31", "a day"),
        ("Monday, 31 December 2023", "a day"),
        ("2023年13月", "no such month"),
        ("2023年前13个月", "no such month"),
        ("2023年6-1月", "no such month"),
        ("00/2023", "no such month"),
        ("13/2023", "no such month"),
        ("2023-02-29", "no such day"),
        (Decimal("1e9999999"), "a day"),
        (dt.time(1), "a day"),
    ],
)
def test_more_that_names_no_day(written: object, words: str) -> None:
    found = read_days([written])
    assert found.values == [None]
    assert words in fault(found)


def test_a_stroke_between_years_is_no_month_anywhere_in_its_column() -> None:
    assert [str(v) for v in read_days(["2023/05", "2023/12"]).values] == ["2023-05-31", "2023-12-31"]
    assert set(read_days(["2003/05", "2003/04"]).faults) == {0, 1}
    assert set(read_days(["2003/05", "2012/14"]).faults) == {0, 1}
    assert set(read_days(["2003-05", "2012/14"]).faults) == {1}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        *[(mark, "there is no value") for mark in (
            "NA", "N/A", "n/a", "n.a.", "nan", "NaN", "null", "None", "-", "--", "—", "——", "..", "…",
            ":",
            "x", "*", "#N/A", "暂无", "无", "无数据", "缺", "不详", "未公布", "待定", "／",
        )],
        *[(mark, "in brackets") for mark in ("(1,036)", "(1036)", "（1036）", "[5]", "【5】", "(5%)")],
        *[(mark, "mark of a note") for mark in (
            "1036*", "*1036", "1036**", "1036†", "1036#", "1036?", "1036[1]", "1036 [a]", "1036(p)", 
            "1036 (p)",
            "1036（1）", "1036^1", "1036p", "1036 e", "1036r", "45%*", "1,036 (1)",
        )],
        *[(mark, "digit that is raised") for mark in ("1036¹", "1036①", "½", "10²")],
        *[(mark, "how it is meant") for mark in (
            "约1036", "1036+", ">1036", "≥1036", "≤5", "<5", "~5", "1036以上", "1036左右", "近1036", "1036余",
        )],
        *[(mark, "no unit") for mark in ("5k", "1.2M", "1.2B", "5 m", "5-", "5=")],
        *[(mark, "a number") for mark in (
            "五千", "5万3千", "百分之五", ",5",
            "1_036", "0x1F", "是", "True", "∞")],
        *[(mark, "more than one") for mark in ("5-6", "5至6", "1/2", "10:30", "1 1/2")],
        *[(mark, "decimal comma") for mark in ("0,5", "1036,5", "12,50", "1,5%")],
    ],
)  # fmt: skip
def test_every_cell_that_is_no_number_is_told_in_its_own_words(written: str, words: str) -> None:
    found = read_numbers([written])
    assert found.values == [None]
    assert words in fault(found)


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("1036.", "1036", ""),
        (".5", "0.5", ""),
        ("5e3", "5000", ""),
        ("1.2万家", "12000", "家"),
        ("6.3万亿元", "6300000000000", "元"),
        ("3.5千亿", "350000000000", ""),
        ("5万吨标准煤", "50000", "吨标准煤"),
        ("45 percent", "45", "percent"),
        ("45 per cent", "45", "per cent"),
        ("45pct", "45", "pct"),
        ("2.5 Mrd. €", "2500000000", "€"),
        ("US$1.2bn", "1200000000", "US$"),
        ("63万美元", "630000", "美元"),
        ("5元/人", "5", "元/人"),
        ("5 TWh/yr", "5", "TWh/yr"),
        ("+1.5%", "1.5", "%"),
        ("0012", "12", ""),
        ("1 036,5", "1036.5", ""),
    ],
)
def test_more_ways_to_write_a_number(written: str, value: str, unit: str) -> None:
    found = read_numbers([written])
    assert (found.faults, found.values) == ({}, [Decimal(value)])
    assert (found.units[0].base if found.units else "") == unit
