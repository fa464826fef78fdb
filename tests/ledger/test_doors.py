"""Every door that takes a table: encodings, separators, workbooks, JSON, folders, headings."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger import separated
from forecasts.ledger.problems import BadInput
from forecasts.ledger.rows import Rows, read_rows
from forecasts.ledger.separated import read_separated
from forecasts.ledger.sheets import TABLES, open_tables
from forecasts.ledger.tables import Table, read_table
from tests.ledger.workbooks import Dated, Fault, Formula, write_workbook

HEADER = "region,indicator,as_of,value\n"
PLAIN = HEADER + "重庆市,高新技术企业,2022-12-31,6348\n重庆市,高新技术企业,2023-06-30,6500\n"
ROWS = [
    ["region", "indicator", "as_of", "value"],
    ["A", "x", "2021-12-31", 100],
    ["A", "x", "2022-12-31", 110],
]


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, kind: str = "observations") -> tuple[Table, Rows[Any]]:
    table = read_table(path, kind=kind)
    return table, read_rows(table, TABLES[kind])


def told(table: Table) -> list[str]:
    return [str(remark) for remark in table.remarks]


def days_and_values(rows: Rows[Any]) -> tuple[list[str], list[float]]:
    return rows.days("as_of").astype(str).tolist(), rows.numbers("value").tolist()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "utf-32"]
)
def test_text_of_every_common_encoding_says_the_same(tmp_path: Path, encoding: str) -> None:
    table, rows = read(put(tmp_path / "t.csv", PLAIN.encode(encoding)))
    assert table.problems == []
    assert rows.columns["region"].at(0) == "重庆市"
    assert rows.numbers("value").tolist() == [6348, 6500]
    assert len(table.remarks) == (not encoding.startswith("utf-8"))


def test_text_that_may_be_anything_is_refused_with_its_line(tmp_path: Path) -> None:
    for name in ("Köln", "Île-de-France", "Malmö"):
        with pytest.raises(BadInput, match=r"t\.csv:2: the text is neither UTF-8 nor GB18030"):
            read_table(put(tmp_path / "t.csv", (HEADER + f"{name},x,2020-12-31,1\n").encode("latin-1")))
    broken = PLAIN.encode().replace("重".encode(), "重".encode()[:2], 1)
    with pytest.raises(BadInput, match="neither UTF-8"):
        read_table(put(tmp_path / "t.csv", broken))
    with pytest.raises(BadInput, match=r"t\.csv:3: holds NUL"):
        read_table(put(tmp_path / "t.csv", PLAIN.encode()[:-3] + b"\0\n"))
    with pytest.raises(BadInput, match="UTF-16"):
        read_table(put(tmp_path / "t.csv", PLAIN.encode("utf-16")[:-1]))


@pytest.mark.parametrize(
    ("sign", "ending"), [(",", "csv"), (";", "csv"), ("\t", "tsv"), ("\t", "txt"), (";", "CSV")]
)
def test_the_headings_show_what_separates_cells(tmp_path: Path, sign: str, ending: str) -> None:
    table, rows = read(put(tmp_path / f"t.{ending}", PLAIN.replace(",", sign)))
    assert table.problems == []
    assert len(rows) == 2
    assert len(table.remarks) == (sign != ",")


def test_a_semicolon_makes_the_comma_decimal(tmp_path: Path) -> None:
    text = "region;indicator;as_of;value\nA;x;31.12.2021;1.036,5\nA;x;31.12.2022;1.100\n"
    table, rows = read(put(tmp_path / "t.csv", text))
    assert days_and_values(rows) == (["2021-12-31", "2022-12-31"], [1036.5, 1100.0])
    assert sum("the comma is decimal" in line for line in told(table)) == 1
    table, _ = read(put(tmp_path / "t.csv", "sep=;\n" + text))
    assert table.header == 2
    assert table.lines.tolist() == [3, 4]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\v", "\f", "\x1c", "\x85"])
def test_only_ends_of_lines_end_a_row(tmp_path: Path, sign: str) -> None:
    text = "region,indicator,as_of,value,note\n" + f"A,x,2021-12-31,1,a{sign}b\n" + "A,x,2022-12-31,n/a,\n"
    table, _ = read(put(tmp_path / "t.csv", text))
    assert table.lines.tolist() == [2, 3]
    assert [p.line for p in table.problems] == [3]


CELL = st.sampled_from(
    [
        "",
        "1",
        " ",
        "b c",
        '"q"',
        '"q,r"',
        '"d""d"',
        'x"y',
        '"a"b',
        '""',
        '"two\nlines"',
        "\v",
        "\u2028",
        "é",
        '"',
    ]
)
LINE = st.lists(st.sampled_from("abc") | CELL, min_size=1, max_size=4).map(",".join)


@given(st.lists(LINE | st.sampled_from(["", " ", ",,", ",,,"]), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_the_fast_reader_reads_as_the_careful_one(lines: list[str], end: str) -> None:
    text = "h1,h2,h3\n" + end.join(lines)
    fast = separated._plain(text, ",", "t")
    if fast is not None:
        slow = separated._careful(text, ",", "t")
        for one, other in zip(fast.frame.to_numpy().tolist(), slow.frame.to_numpy().tolist(), strict=True):
            assert one == other
        assert fast.lines.tolist() == slow.lines.tolist()
        assert (fast.problems, fast.torn, fast.cut) == (slow.problems, slow.torn, slow.cut)


def test_a_large_faulty_table_is_told_in_short(tmp_path: Path) -> None:
    good = "".join(f"r{i // 20},x,{2000 + i % 20}-12-31,{i}.5\n" for i in range(60_000))
    bad = "r,x,2020-12-31,many\n" * 150 + "r,x\n" * 150
    table, rows = read(put(tmp_path / "t.csv", HEADER + good + bad))
    assert (len(rows), int(table.good.sum())) == (60_150, 60_000)
    assert sum(p.rule == "must be a number" for p in table.problems) == 100
    assert any("(50 more rows)" in p.rule and p.column == "value" for p in table.problems)
    assert any("(50 more rows)" in p.rule and p.column is None for p in table.problems)
    assert table.lines[-1] == 60_151


def test_a_long_cell_is_read_and_told_in_short(tmp_path: Path) -> None:
    table, _ = read(put(tmp_path / "t.csv", HEADER + f"A,x,2020-12-31,{'9' * 200_000}\nA,x,2021-12-31,1\n"))
    assert table.good.tolist() == [False, True]
    assert len(str(table.problems[0])) < 300


def test_blank_lines_may_stand_above_the_headings(tmp_path: Path) -> None:
    table, rows = read(put(tmp_path / "t.csv", "\n\n" + PLAIN))
    assert (table.header, table.lines.tolist(), len(rows)) == (3, [4, 5], 2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.xls", b"\xd0\xcf\x11\xe0", "must end in"),
        ("t", b"a", "must end in"),
        ("t.csv", b"PK\x03\x04junk", "whatever its name says"),
        ("t.csv", b"PAR1junk", "whatever its name says"),
        ("t.xlsx", b"", "is empty"),
        ("t.xlsx", b"region,value", "no workbook"),
        ("t.xlsx", b"PK\x03\x04junk", "no workbook"),
        ("t.json", b"", "is empty"),
        ("t.json", b"{", "no JSON"),
        ("t.json", b"3", "no table"),
        ("t.json", b'{"a": 1}', "no table"),
        ("t.json", b'{"a": [1], "b": [1, 2]}', "equally long"),
        ("t.json", b'[{"a": 1, "a": 2}]', "a key twice"),
        ("t.json", b"[" * 100_000, "too deep"),
        ("t.json", b'[{"a": ' + b"1" * 5_000 + b"}]", "too long"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "t.jsonl:2"),
        ("t.parquet", b"no", "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        read_table(put(tmp_path / name, content))


def test_a_folder_that_is_called_like_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "goals.csv").mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        read_table(tmp_path / "goals.csv")


def test_json_in_all_its_forms_says_the_same(tmp_path: Path) -> None:
    records = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    columns = {name: [record[name] for record in records] for name in ROWS[0]}
    for name, text in (
        ("t.json", json.dumps(records)),
        ("t.json", json.dumps(columns)),
        ("t.jsonl", "\n".join(map(json.dumps, records)) + "\n"),
        ("t.ndjson", "\n\n".join(map(json.dumps, records))),
    ):
        table, rows = read(put(tmp_path / name, text))
        assert (table.problems, days_and_values(rows)) == ([], (["2021-12-31", "2022-12-31"], [100, 110]))


def test_a_record_that_holds_more_than_cells_is_left_out(tmp_path: Path) -> None:
    good = {"region": "A", "indicator": "x", "as_of": "2021-12-31", "value": 1}
    faulty = [
        good | {"value": [1, 2]},
        "text",
        good | {"region": "\ud800"},
        good | {"value": True},
        good | {"as_of": None},
    ]
    table, _ = read(put(tmp_path / "t.json", json.dumps([good, *faulty])))
    assert table.lines[table.good].tolist() == [1]
    assert sorted(p.line or 0 for p in table.problems) == [2, 3, 4, 5, 6]
    table, _ = read(put(tmp_path / "t.json", json.dumps([good, good | {"value": float("nan")}])))
    assert [p.line for p in table.problems] == [2]


def test_a_workbook_keeps_its_days_and_rows(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [
        ROWS[0],
        ["A", "x", Dated(44561), 100],
        ["A", "x", 44926, 110.5],
        [],
        ["A", "x", 2023, "6.3万"],
        ["A", "x", "2024-12-31", Formula("SUM(D2:D3)")],
        ["A", "x", "2025-12-31", Fault("#REF!")],
        ["A", "x", 0.5, 1],
        ["A", "x", "2025-12-31", 1, "beyond"],
        ["A", "x", "2025-12-31", True],
    ]
    table, found = read(write_workbook(tmp_path / "t.xlsx", {"S": rows}))
    good = found.take(table.good)
    assert days_and_values(good) == (["2021-12-31", "2022-12-31", "2023-12-31"], [100, 110.5, 63000])
    assert table.lines[table.good].tolist() == [2, 3, 5]
    assert sorted(p.line or 0 for p in table.problems) == [6, 7, 8, 9, 10]
    assert any("Excel counts" in line for line in told(table))
    table, found = read(
        write_workbook(tmp_path / "t.xlsx", {"S": [ROWS[0], ["A", "x", Dated(43099), 1]]}, True)
    )
    assert found.days("as_of").astype(str).tolist() == ["2021-12-31"]


def test_a_workbook_offers_the_sheet_that_is_named_like_the_table(tmp_path: Path) -> None:
    goals = [["goal", "region", "indicator", "value", "deadline"], ["g", "A", "x", 120, 2023]]
    path = write_workbook(tmp_path / "t.xlsx", {"Cover": [], "Observations": ROWS, "目标": goals})
    table, rows = read(path)
    assert (len(rows), len(table.remarks)) == (2, 1)
    table, rows = read(path, "goals")
    assert rows.days("deadline").astype(str).tolist() == ["2023-12-31"]
    table, rows = read(write_workbook(tmp_path / "t.xlsx", {"empty": [], "any": ROWS}, first_row=3))
    assert (table.header, table.lines.tolist(), table.remarks) == (3, [4, 5], [])
    with pytest.raises(BadInput, match="no sheet with cells"):
        read_table(write_workbook(tmp_path / "t.xlsx", {"empty": []}))
    with pytest.raises(BadInput, match=r"t\.xlsx:1: the first row is no row of headings"):
        read_table(write_workbook(tmp_path / "t.xlsx", {"S": [["Statistics of 2022"], *ROWS]}))


def test_a_folder_of_tables_is_one_table(tmp_path: Path) -> None:
    put(tmp_path / "2021.csv", HEADER + "A,x,2021-12-31,100\nA,x,n/a,1\n")
    write_workbook(tmp_path / "2022.xlsx", {"S": [ROWS[0], ["A", "x", "2022-12-31", 110]]})
    pd.DataFrame(ROWS[1:2], columns=ROWS[0]).assign(as_of="2023-12-31").to_parquet(tmp_path / "2023.parquet")
    for left_out in (".hidden.csv", "~$2022.xlsx", "old.csv~", "README.md"):
        put(tmp_path / left_out, b"no table")
    (tmp_path / "sub").mkdir()
    table, rows = read(tmp_path)
    assert days_and_values(rows.take(table.good)) == (
        ["2021-12-31", "2022-12-31", "2023-12-31"],
        [100, 110, 100],
    )
    [problem] = table.problems
    assert (problem.place, problem.line) == (f"{tmp_path.name}/2021.csv", 3)
    assert "README.md" in told(table)[-1]
    assert len(set(rows.columns["id"].values)) == len(rows)
    put(
        tmp_path / "2024.csv", HEADER.replace("value", "value,Published_on") + "A,x,2024-12-31,1,2025-01-01\n"
    )
    with pytest.raises(BadInput, match=r"2024\.csv: has other columns .*Published_on"):
        read_table(tmp_path)


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no table"):
        read_table(tmp_path)


@pytest.mark.parametrize(
    "headings",
    [
        "地区,指标,日期,数值",
        "区域,指标,截至,值",
        "省市,指标名称,统计时间,数量",
        "Region,Indicator,Date,Value",
        "area,series,year,figure",
        "地区,指标,年份,数值",
    ],
)
def test_headings_in_other_words_are_read_and_told(tmp_path: Path, headings: str) -> None:
    table, rows = read(put(tmp_path / "t.csv", headings + "\nA,x,2021,1\nA,x,soon,1\n"))
    assert rows.days("as_of").astype(str).tolist()[0] == "2021-12-31"
    assert [p.column for p in table.problems] == [headings.split(",")[2]]
    assert sum("the heading is read as" in line for line in told(table)) == sum(
        h not in ("region", "indicator", "as_of", "value") for h in headings.split(",")
    )


def test_headings_of_goals(tmp_path: Path) -> None:
    text = "目标,地区,指标,目标值,截止日期,比较,公布日期\ng,A,x,1150,2023年底,达到,2023-01-15\n"
    table, rows = read(put(tmp_path / "g.csv", text), "goals")
    goal = rows.one(0)
    assert (goal.id, goal.value, goal.deadline) == ("g", 1150, dt.date(2023, 12, 31))
    assert (goal.comparison, goal.announced_on) == (">=", dt.date(2023, 1, 15))
    assert table.problems == []


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        ("region,indicator,as_of,value,日期", "names the same as the column as_of"),
        ("region,indicator,as_of,value,publication_date,published_on", "names the same"),
        ("region,indicator,date,day,value", "may be the column as_of, and so may another"),
        ("region,indicator,as_of,value,value", "twice"),
        ("region,indicator,as_of,value,Published_on", "did you mean 'published_on'"),
        ("region,indicator,when,value", "a column is missing"),
    ],
)
def test_headings_that_could_be_two_things_are_refused(tmp_path: Path, headings: str, words: str) -> None:
    table, rows = read(
        put(tmp_path / "t.csv", headings + "\n" + ",".join("1" * (headings.count(",") + 1)) + "\n")
    )
    assert table.headless
    assert len(rows) == 0
    assert any(words in str(problem) for problem in table.problems)


def test_a_year_beside_a_day_and_a_name_beside_a_code_are_left_alone(tmp_path: Path) -> None:
    text = "region,地区名称,indicator,as_of,year,value\n500,重庆,x,2021-12-31,2021,1\n"
    table, rows = read(put(tmp_path / "t.csv", text))
    assert (table.problems, table.remarks, len(rows)) == ([], [], 1)


def test_every_form_is_told_once_with_its_rows() -> None:
    frame = pd.DataFrame(
        {
            "region": "A",
            "indicator": "x",
            "as_of": ["2020", "2021", "2022年底", "2023Q1"],
            "value": ["1,036", "6.3万", "7万", 5],
        }
    )
    table = Table.of(frame, "t")
    rows = read_rows(table, TABLES["observations"])
    assert table.problems == []
    assert [(r.problem.column, r.rows, r.kind) for r in table.remarks] == [
        ("as_of", (0, 1, 2), "converted"),
        ("as_of", (3,), "converted"),
        ("value", (0,), "converted"),
        ("value", (1, 2), "converted"),
    ]
    assert "read as 2020-12-31" in told(table)[0]
    assert rows.numbers("value").tolist() == [1036, 63000, 70000, 5]


def test_columns_that_are_typed_already_pass_untold() -> None:
    stamps = pd.to_datetime(["2020-12-31T23:00", "2021-12-31T00:00"])
    for days in (stamps, stamps.tz_localize("Asia/Shanghai"), stamps.date, np.array(stamps, "datetime64[D]")):
        frame = pd.DataFrame({"region": [500, 500], "indicator": "x", "as_of": days, "value": [1.5, np.nan]})
        table = Table.of(frame, "t")
        rows = read_rows(table, TABLES["observations"])
        assert table.remarks == []
        assert rows.days("as_of").astype(str).tolist() == ["2020-12-31", "2021-12-31"]
        assert [p.rule for p in table.problems] == ["must not be empty"]
    for years in ([2020, 2021], [2020.0, 2021.0], pd.period_range("2020", "2021", freq="Y")):
        frame = pd.DataFrame({"region": "A", "indicator": "x", "as_of": years, "value": [1, 2]})
        rows = read_rows(Table.of(frame, "t"), TABLES["observations"])
        assert rows.days("as_of").astype(str).tolist() == ["2020-12-31", "2021-12-31"]


def test_a_period_starts_on_its_first_day_and_is_known_on_its_last() -> None:
    frame = pd.DataFrame(
        {
            "region": "A",
            "indicator": "x",
            "as_of": ["2023-05-31"],
            "value": 5,
            "period_start": "2023",
            "published_on": "2023-06",
        }
    )
    rows = read_rows(Table.of(frame, "t"), TABLES["observations"])
    assert str(rows.days("period_start")[0]) == "2023-01-01"
    assert str(rows.days("published_on")[0]) == "2023-06-30"


def opened(values: list[object], unit: str = "", goal: object = 1) -> tuple[list[Decimal], list[str]]:
    """Read one series and a goal; return the sound values, the goal's last, and the rules that are broken."""
    days = [f"{2000 + i}-12-31" for i in range(len(values))]
    seen = Table.of(
        pd.DataFrame({"region": "A", "indicator": "x", "as_of": days, "value": values}, dtype=object), "o"
    )
    asked = {"goal": ["g"], "region": "A", "indicator": "x", "value": [goal], "deadline": "2030"}
    kinds = pd.DataFrame({"indicator": ["x"], "kind": "stock", "unit_zh": unit})
    found = open_tables([seen], Table.of(pd.DataFrame(asked, dtype=object), "g"), Table.of(kinds, "i"))
    read = [o.value for o in found.parts.observations.values()]
    return [*read, *(g.value for g in found.parts.goals.values())], [p.rule for p in found.problems]


def test_units_of_one_indicator_are_one() -> None:
    assert opened(["9800万元", "1.2亿元"], goal="2亿") == ([98_000_000, 120_000_000, 200_000_000], [])
    assert opened(["63亿元", "9000万元", 70], "亿元", "1500000万元") == ([63, Decimal("0.9"), 70, 150], [])
    assert opened(["6.3万家", "6.4万"], "家", 70000) == ([63000, 64000, 70000], [])
    assert opened(["5 GW", "6 GW", "7000 MW"], goal="8 GW")[1] == ["carries another unit than its indicator"]
    assert opened(["5 GW"], "GW", "8000 MW")[1] == ["carries another unit than its indicator"]
    assert opened(["45 %", "46"], "percent", "50%") == ([45, 46, 50], [])
    assert opened(["5 GW", "6 TWh"], "万")[1] == ["carries another unit than its indicator"] * 2


def test_a_read_text_never_loses_a_row(tmp_path: Path) -> None:
    raw = read_separated("a,b\n1,2\n3\n4,5\n", "t")
    assert raw.lines.tolist() == [2, 4]
    assert [p.line for p in raw.problems] == [3]
