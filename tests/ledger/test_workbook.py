"""A workbook is read by its values, as its sheet shows them; one that is broken is refused in one line."""

import random
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from forecasts.ledger import workbook
from forecasts.ledger.problems import BadInput
from forecasts.ledger.rows import read_rows
from forecasts.ledger.sheets import TABLES
from forecasts.ledger.tables import Table, read_table
from forecasts.ledger.workbook import read_workbook
from tests.ledger.workbooks import Dated, Fault, Formula, write_workbook

HEAD = ["region", "indicator", "as_of", "value"]
ROWS = [HEAD, ["A", "x", "2021-12-31", 100], ["A", "x", "2022-12-31", 110]]


def days_of(path: Path) -> list[str]:
    table = read_table(path)
    rows = read_rows(table, TABLES["observations"])
    assert table.problems == []
    return rows.days("as_of").astype(str).tolist()


@pytest.mark.parametrize(
    ("form", "day"),
    [
        ("yyyy-mm-dd", "2023-12-01"),
        ('yyyy"年"m"月"d"日"', "2023-12-01"),
        ('[$-804]yyyy"年"m"月"', "2023-12-31"),
        ("mmm-yy", "2023-12-31"),
        ("yyyy/mm", "2023-12-31"),
        ("yyyy", "2023-12-31"),
        ("d.m.yyyy h:mm", "2023-12-01"),
        ("General", "2023-12-01"),
        ("#,##0", "2023-12-01"),
    ],
)
def test_a_day_is_what_its_format_shows_and_a_month_its_end(tmp_path: Path, form: str, day: str) -> None:
    for of_1904 in (False, True):
        number = Dated.of(45261 - 1462 * of_1904, form)
        if of_1904 and form in ("General", "#,##0"):
            continue  # a number that is shown as one is counted as Excel counts it by itself
        path = write_workbook(tmp_path / "t.xlsx", {"S": [HEAD, ["A", "x", number, 1]]}, of_1904)
        assert days_of(path) == [day]


@pytest.mark.parametrize(("style", "day"), [(57, "2023-12-31"), (27, "2023-12-31"), (31, "2023-12-01")])
def test_formats_of_excel_in_chinese_that_no_file_describes(tmp_path: Path, style: int, day: str) -> None:
    path = write_workbook(tmp_path / "t.xlsx", {"S": [HEAD, ["A", "x", Dated.of(45261, "mmm-yy"), 1]]})
    with zipfile.ZipFile(path) as parts:
        held = {name: parts.read(name) for name in parts.namelist()}
    held["xl/styles.xml"] = held["xl/styles.xml"].replace(b'numFmtId="17"', f'numFmtId="{style}"'.encode())
    with zipfile.ZipFile(path, "w") as parts:
        for name, data in held.items():
            parts.writestr(name, data)
    assert days_of(path) == [day]


def test_a_formula_without_a_value_and_an_error_are_refused_where_a_column_is_read(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [
        [*HEAD, "growth"],
        ["A", "x", "2020-12-31", 1, Fault("#DIV/0!")],
        ["A", "x", "2021-12-31", Formula("D2*2"), Formula("1+1")],
        ["A", "x", "2022-12-31", Fault("#N/A"), 3],
        [Fault("#N/A"), "x", "2022-12-31", 1, 3],
    ]
    table = read_table(write_workbook(tmp_path / "t.xlsx", {"S": rows}))
    read_rows(table, TABLES["observations"])
    assert table.lines[table.good].tolist() == [2]
    told = sorted(str(problem) for problem in table.problems)
    assert told == [
        "t.xlsx:3 [value]: is a formula without a value (got '=D2*2')"
        " - open the file in a spreadsheet and save it",
        "t.xlsx:4 [value]: is an error of a formula (got '#N/A') - write the value",
        "t.xlsx:5 [region]: is an error of a formula (got '#N/A') - write the value",
    ]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    old = [HEAD, ["A", "x", "2001-12-31", 1]]
    path = write_workbook(tmp_path / "t.xlsx", {"data": old, "S": ROWS}, hidden=["data"])
    assert days_of(path) == ["2021-12-31", "2022-12-31"]
    path = write_workbook(tmp_path / "t.xlsx", {"data": old, "S": []}, hidden=["data"])
    with pytest.raises(BadInput, match="is not hidden - show the sheet"):
        read_table(path)


@pytest.mark.parametrize(
    "titles", [[["统计公报"]], [["Table 1", None, None, "2023"], []], [["a"], ["b", "c"]]]
)
def test_what_stands_above_the_headings_is_shown(tmp_path: Path, titles: list[list[object]]) -> None:
    path = write_workbook(tmp_path / "t.xlsx", {"S": [*titles, *ROWS]})
    words = rf"t\.xlsx:1: .*a title or a note \(got '{titles[0][0]}.*in line {len(titles) + 1}"
    with pytest.raises(BadInput, match=words):
        read_table(path)


def rewritten(data: bytes, change: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
    return out.getvalue()


def test_what_would_fill_the_memory_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_workbook(tmp_path / "t.xlsx", {"S": ROWS}).read_bytes()
    sheet = "xl/worksheets/sheet1.xml"
    with pytest.raises(BadInput, match="too large"):
        read_workbook(rewritten(data, {sheet: b" " * 20_000_000}), "t")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(BadInput, match="document type"):
        read_workbook(rewritten(data, {sheet: bomb}), "t")
    with zipfile.ZipFile(BytesIO(data)) as parts:
        text = parts.read(sheet)
    for old, new in ((b'r="3"', b'r="99999999999"'), (b"D3", b"ZZZ3"), (b"A3", b"A99999999999999999999999")):
        with pytest.raises(BadInput):
            read_workbook(rewritten(data, {sheet: text.replace(old, new)}), "t")
    monkeypatch.setattr(workbook, "LARGEST", 1_000)
    with pytest.raises(BadInput, match="too large"):
        read_workbook(data, "t")


def test_broken_workbooks_are_refused_and_nothing_else(tmp_path: Path) -> None:
    data = write_workbook(tmp_path / "t.xlsx", {"S": ROWS, "T": ROWS}).read_bytes()
    with zipfile.ZipFile(BytesIO(data)) as parts:
        held = {name: parts.read(name) for name in parts.namelist()}
    draw = random.Random(7)
    pieces = [b"", b"9", b"<", b"A", b"99999999999", b'"', b"-1", b"ZZZZ", b"&x;", b"\xff", b"e9"]
    for trial in range(300):
        if trial % 2:
            name = draw.choice(list(held))
            part = bytearray(held[name])
            for _ in range(3):
                at = draw.randrange(len(part))
                part[at : at + draw.randint(0, 6)] = draw.choice(pieces)
            spoilt = rewritten(data, {name: bytes(part)})
        else:
            spoilt = bytearray(data[: len(data) if trial % 5 else draw.randrange(len(data))])
            for _ in range(min(4, len(spoilt))):
                spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
        with suppress(BadInput):
            table = Table.of_raw(read_workbook(bytes(spoilt), "t"), "t")
            read_rows(table, TABLES["observations"])
            assert all(len(str(problem)) < 1_000 for problem in table.problems)


def test_a_reader_of_workbooks_is_loaded_when_one_is_read() -> None:
    code = "import sys, forecasts.ledger.sheets; print('openpyxl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
