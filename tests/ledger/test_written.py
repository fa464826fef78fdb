"""What people write is read as they mean it, or refused; nothing is guessed and nothing breaks."""

import datetime as dt
from decimal import Decimal

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
