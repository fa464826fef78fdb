"""Quantities of reports against keys that were written first, and what must hold of any text."""

import datetime as dt
import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecasts.intake.extract import candidates_of
from tests.intake.reports import agreement, key, report_text, rows_of, score_of, seed_text

PROVINCES = key("provinces")


def test_the_seed_report_is_read_as_its_key_says() -> None:
    told = agreement(rows_of(seed_text()), key("seed-report"))
    assert told.recall >= 0.97
    assert told.precision >= 0.97
    assert told.value >= 0.97
    assert told.kind >= 0.94
    assert told.date >= 0.90
    assert told.indicator == 1, "every known indicator is found by its names and aliases"


def test_the_three_goals_of_the_seed_report_come_out_exactly() -> None:
    goals = [row for row in rows_of(seed_text()) if row.kind == "goal"]
    end = dt.date(2023, 12, 31)
    told = [(g.indicator, g.region, g.value, g.unit, g.qualifier, g.comparison, g.date) for g in goals]
    assert told == [
        ("hightech_enterprises", "science-city", 1150.0, "家", "eq", ">=", end),
        ("tech_enterprises", "science-city", 6700.0, "家", "eq", ">=", end),
        ("tech_enterprise_financing_cum", "science-city", 150.0, "亿元", "over", ">", end),
    ]


@pytest.mark.parametrize("name", sorted({row["text"] for row in PROVINCES}))
def test_a_report_is_read_as_its_key_says(name: str) -> None:
    wanted = [row for row in PROVINCES if row["text"] == name]
    rows = rows_of(report_text(name))
    goals = agreement(rows, [row for row in wanted if row["kind"] == "goal"])
    others = [row for row in wanted if row["kind"] != "goal"]
    told = agreement(rows, others)
    assert min(goals.recall, told.recall) >= 0.98
    assert min(goals.value, told.value) >= 0.98
    assert goals.kind >= 0.95
    assert told.kind >= 0.95
    assert min(goals.date, told.date) >= 0.95
    assert goals.comparison >= 0.95


@pytest.mark.parametrize("name", sorted({row["text"] for row in PROVINCES}))
def test_a_report_whose_lines_were_joined_is_read_alike(name: str) -> None:
    joined = report_text(name).replace("\r", " ").replace("\n", " ")
    told = agreement(rows_of(joined), [row for row in PROVINCES if row["text"] == name])
    assert min(told.recall, told.value, told.kind, told.date) >= 0.97


@pytest.mark.parametrize("name", ["tuned", "held", "later", "last"])
def test_texts_of_other_places_and_years_are_read_as_their_keys_say(name: str) -> None:
    told = score_of(name).parts()
    asked = {"recall": 0.98, "precision": 0.98, "value": 0.98, "kind": 0.97, "date": 0.95, "indicator": 0.93}
    assert {part: told[part] for part in asked if told[part] < asked[part]} == {}


#: Every sign the rules know of, so that random texts come near their edges.
PIECES = st.sampled_from(
    [
        *(
            "一、2024年工作回顾\n",
            "二、2025年目标任务\n",
            "地区生产总值",
            "2023年12月31日",
            "100—120亿元",
            "\r\n",
            "\n",
        ),
        *(
            "增长",
            "5%",
            "左右",
            "分别",
            "达到",
            "1.5万",
            "二十五个",
            "八大",
            "家(次)",
            "翻一番",
            "1/3",
            "比上年",
            "全市",
        ),
        *(
            "北碚片区",
            "今年",
            "十五五",
            "2.04∶1",
            "力争",
            "万亿万亿",
            "２０",
            "9" * 30,
            "一" * 30,
            "\x00",
            "\ud7ff",
            "😀",
        ),
        *"，。、“”《》％家超占第年亿千至到从每级零〇．-~ A+\u3000",
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join))
@example("")
@example("9" * 400 + "家")
@example("1,111" * 50)
def test_any_text_is_read_in_order_and_in_its_own_words(text: str) -> None:
    rows = candidates_of(text)
    end = 0
    for row in rows:
        assert row.start >= end, "in order, none within another"
        end = row.end
        assert text[row.start : row.end] == row.quote
        assert math.isfinite(row.value)
        assert row.high is None or row.high >= row.value
        assert (row.comparison is not None) == (row.kind == "goal")


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(0, 200))
def test_what_stands_before_a_report_moves_no_words_of_it(text: str, blank: int) -> None:
    told = [(row.value, row.unit) for row in candidates_of(text)]
    moved = candidates_of("\n" * blank + text)
    assert [(row.value, row.unit) for row in moved] == told
    assert all(row.start >= blank for row in moved)


def test_wide_signs_and_blanks_are_read_as_plain_ones() -> None:
    plain = candidates_of("地区生产总值增长5.5%左右，建成12座")
    wide = candidates_of("地区生产总值增长 ５．５ ％左右，建成 12 座")
    assert [(r.value, r.unit, r.indicator) for r in wide] == [(r.value, r.unit, r.indicator) for r in plain]


def test_lines_of_one_length_are_read_as_paragraphs() -> None:
    text = seed_text()
    broken = "\n".join(
        "\n".join(line[at : at + 30] for at in range(0, len(line), 30)) for line in text.splitlines()
    )
    rows = rows_of(broken)
    wanted = [(row.value, row.unit, row.kind, row.date, row.indicator) for row in rows_of(text)]
    assert [(row.value, row.unit, row.kind, row.date, row.indicator) for row in rows] == wanted
    assert all(broken[row.start : row.end] == row.quote for row in rows)


def test_a_report_of_three_hundred_pages_takes_seconds() -> None:
    page = "一、2024年工作回顾\n" + seed_text()
    text = page * (300 * 800 // len(page) + 1)
    began = time.process_time()
    rows = rows_of(text)
    assert time.process_time() - began < 5
    assert len(rows) > 2000


@pytest.mark.parametrize(
    "text",
    [
        "5%，" * 5_000,
        "增长" * 30_000,
        "比" * 30_000 + "5%",
        "较上年" * 12_000 + "增长5%",
        "一" * 60_000,
        "1,111," * 12_000,
        "从1家到" * 4_000,
        "“" * 30_000,
        "《" + "一" * 60_000,
        "占" * 30_000 + "5%",
        "十" * 60_000 + "个",
        "2025年" * 12_000,
        "新增" * 12_000 + "5家",
        "1" * 90_000,
        "片区" * 20_000 + "5家",
    ],
    ids=range(15),
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    candidates_of(text)
    assert time.process_time() - began < 4
