"""Headings: in other words, with a unit, below a title; read for certain or refused."""

from pathlib import Path

import pandas as pd
import pytest

from forecasts.ledger.problems import BadInput
from forecasts.ledger.rows import read_rows
from forecasts.ledger.sheets import TABLES, open_tables
from forecasts.ledger.tables import Table, read_table


def opened(
    heading: str, values: list[object], unit: str = "", goal: object = 1, asked: str = "value"
) -> tuple[list[float], float | None, list[str]]:
    """Read one series and one goal; return the figures, the goal's value, and the rules that are broken."""
    seen = pd.DataFrame(
        {
            "region": "A",
            "indicator": "x",
            "as_of": [f"{2001 + i}" for i in range(len(values))],
            heading: values,
        },
        dtype=object,
    )
    goals = {"goal": ["g"], "region": "A", "indicator": "x", asked: [goal], "deadline": "2030"}
    kinds = pd.DataFrame({"indicator": ["x"], "kind": "stock", "unit_zh": unit})
    found = open_tables(
        [Table.of(seen, "o")], Table.of(pd.DataFrame(goals, dtype=object), "g"), Table.of(kinds, "i")
    )
    figures = [float(o.value) for o in found.parts.observations.values()]
    wanted = [float(g.value) for g in found.parts.goals.values()]
    return figures, (wanted or [None])[0], [p.rule for p in found.problems]


@pytest.mark.parametrize(
    ("heading", "values", "unit", "goal", "asked", "figures", "wanted"),
    [
        ("数值（亿元）", ["63", 64], "亿元", 70, "目标值(亿元)", [63, 64], 70),
        ("数值（亿元）", ["63", 64], "万元", "1亿", "目标值", [630000, 640000], 10000),
        ("数值（亿元）", ["63", 64], "", 70, "目标值（亿元）", [63e8, 64e8], 70e8),
        ("数值(单位：万人)", ["45", "46.5"], "人", "500000", "value", [450000, 465000], 500000),
        ("数值：万人", ["45", "46.5"], "万人", "50", "value", [45, 46.5], 50),
        ("数值/家", ["6.3万", "64000"], "家", "7万家", "目标值/家", [63000, 64000], 70000),
        ("value (GW)", ["63", "64.5 GW"], "GW", "70 GW", "value", [63, 64.5], 70),
        ("Value [million EUR]", [1.5, 2], "", 3, "target (million EUR)", [1.5e6, 2e6], 3e6),
        ("value in %", ["45", "46%"], "%", "50%", "value", [45, 46], 50),
        ("value, GWh", ["45", "46"], "GWh", 50, "value", [45, 46], 50),
    ],
)
def test_a_unit_in_a_heading_counts_for_every_number(
    heading: str,
    values: list[object],
    unit: str,
    goal: object,
    asked: str,
    figures: list[float],
    wanted: float,
) -> None:
    assert opened(heading, values, unit, goal, asked) == (figures, wanted, [])


def test_a_number_with_another_unit_than_its_heading_or_indicator_is_refused() -> None:
    assert opened("value (GW)", ["63", "64 MW"]) == ([63], 1, ["carries another unit than its heading"])
    assert opened("数值(万家)", ["6.3万", 46], "家") == (
        [460000],
        1,
        ["carries another unit than its heading"],
    )
    assert opened("value (GW)", ["63", 64], "TWh")[2] == ["carries another unit than its indicator"] * 2
    assert opened("value (GW)", [1, "n/a", "1e20"], "GW")[0] == [1]


@pytest.mark.parametrize("heading", ["value (provisional)", "value (2015=100)", "数值（备注）2", "value (k)"])
def test_what_is_no_unit_in_a_heading_is_not_guessed(heading: str) -> None:
    with pytest.raises(BadInput, match=r"is no unit|a column is missing"):
        opened(heading, [1, 2])


def test_two_columns_of_values_are_refused() -> None:
    frame = {"region": "A", "indicator": "x", "as_of": ["2020"], "value (GW)": 1, "value (MW)": 2}
    goals = Table.of(
        pd.DataFrame({"goal": ["g"], "region": "A", "indicator": "x", "value": 1, "deadline": "2030"}), "g"
    )
    with pytest.raises(BadInput, match="may be the column value, and so may another"):
        open_tables([Table.of(pd.DataFrame(frame), "o")], goals)
    frame = {"region": "A", "indicator": "x", "as_of": ["2020"], "value": 1, "value (MW)": 2}
    with pytest.raises(BadInput, match="names the same as the column value"):
        open_tables([Table.of(pd.DataFrame(frame), "o")], goals)


ROWS = "region,indicator,as_of,value\nA,x,2021,1\n"


@pytest.mark.parametrize(
    ("above", "line", "headings"),
    [
        ("2023年统计公报\n", 1, 2),
        ("# Source: the office\n\n", 1, 3),
        ("\n表1,,,\n单位：家\n", 2, 4),
        ("Table 1, by region, 2023\n", 1, 2),
        ('"Firms, by region"\n', 1, 2),
        ("sep=,\nTitle\n", 2, 3),
    ],
)
def test_a_title_above_the_headings_is_shown_with_its_line(
    tmp_path: Path, above: str, line: int, headings: int
) -> None:
    for sign in ",;\t":
        path = tmp_path / "t.csv"
        path.write_text(above + ROWS.replace(",", sign))
        with pytest.raises(BadInput, match=rf"t\.csv:{line}: .*a title or a note.*in line {headings}"):
            read_table(path)


def test_a_table_that_begins_with_headings_is_never_taken_for_a_title(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    notes = "region,indicator,as_of,value,note\nA,x,2021,1,region\nvalue,indicator,2022,1,region\n"
    for text in (ROWS, "地区;指标;年份;数值（家）\nA;x;2021;1\n", notes, "a\nb\n"):
        path.write_text(text)
        assert len(read_table(path).frame) == text.count("\n") - 1


def test_a_name_that_looks_like_no_value_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "region,indicator,as_of,value\nnan,x,2021-12-31,1\nNA,x,2021-12-31,1\n-1,x,2021-12-31,1\n"
    )
    table = read_table(path)
    read_rows(table, TABLES["observations"])
    assert [remark.rows for remark in table.remarks] == [(0, 2)]
