"""Tables as they are written: every row keeps the number that people give it."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.ledger.layouts import TABLES
from forecasts.ledger.problems import BadInput
from forecasts.ledger.raw import TOLD
from forecasts.ledger.rows import read_rows
from forecasts.ledger.sheets import open_tables
from forecasts.ledger.tables import Table, read_table, write_table

HEADER = "region,indicator,as_of,value,quote\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "obs.csv"
    path.write_bytes(text.encode())
    return path


def test_blank_lines_long_cells_and_wrong_widths_keep_the_lines(tmp_path: Path) -> None:
    text = (
        HEADER
        + "a,firms,2020-12-31,1,one\n"  # 2
        + "\n"  # 3
        + ",,,,\n"  # 4: cells, but all empty
        + 'a,firms,2021-12-31,2,"two\nlines, and\nmore"\n'  # 5 to 7
        + "a,firms,2022-12-31,many,three\n"  # 8
        + "a,firms,2022-12-31\n"  # 9: too short
        + "a,firms,2022-12-31,4,four,five\n"  # 10: too long
        + "a,firms,2023-12-31,5,five\n"  # 11
        + "\n\n"
    )
    table = read_table(write(tmp_path, text))
    read_rows(table, TABLES["observations"])
    assert table.lines.tolist() == [2, 5, 8, 11]
    assert table.good.tolist() == [True, True, False, True]
    assert sorted((p.line, p.column) for p in table.problems if p.column) == [(8, "value")]
    assert sorted(p.line or 0 for p in table.problems if not p.column) == [9, 10]
    assert table.torn >= {"a", "four"}


@given(
    st.lists(
        st.one_of(
            st.just(""),
            st.text("ab\n,\"'", max_size=6).map(
                lambda t: f'r,i,2020-12-31,1,"{t.replace(chr(34), chr(34) * 2)}"'
            ),
            st.just("r,i,2020-12-31"),
        ),
        max_size=12,
    )
)
def test_lines_are_those_of_an_editor(lines: list[str]) -> None:
    import tempfile

    starts, at = [], 2
    for line in lines:
        starts.append(at)
        at += 1 + line.count("\n")
    with tempfile.TemporaryDirectory() as folder:
        table = read_table(write(Path(folder), HEADER + "".join(f"{line}\n" for line in lines)))
    whole = [n for n, line in zip(starts, lines, strict=True) if line.count(",") >= 4]
    short = [n for n, line in zip(starts, lines, strict=True) if line == "r,i,2020-12-31"]
    assert table.lines.tolist() == whole
    assert [p.line for p in table.problems] == short


def test_windows_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeff" + HEADER.replace("\n", "\r\n") + 'a,firms,2020-12-31,1,"two\r\nlines"\r\na,firms,x,2,\r\n'
    table = read_table(write(tmp_path, text))
    read_rows(table, TABLES["observations"])
    assert table.columns[0] == "region"
    assert [(p.line, p.column) for p in table.problems] == [(4, "as_of")]


def test_a_quote_that_never_ends_is_told_and_the_table_is_cut(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, HEADER + 'a,firms,2020-12-31,1,x\na,firms,2021-12-31,2,"open\n'))
    assert table.cut
    assert "not CSV" in table.problems[0].rule
    assert table.problems[0].line == 3
    assert len(table.frame) == 1


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, ""))
    read_rows(table, TABLES["observations"])
    assert table.headless
    assert {p.column for p in table.problems} == {"region", "indicator", "as_of", "value"}


def test_many_faults_of_one_kind_are_counted() -> None:
    rows = {"region": "a", "indicator": "i", "as_of": "2020-12-31", "value": ["x"] * 130 + [1]}
    table = Table.of(pd.DataFrame(rows), "t")
    read_rows(table, TABLES["observations"])
    assert len(table.problems) == TOLD + 1 == 101
    assert "(30 more rows)" in table.problems[-1].rule
    assert table.good.tolist() == [False] * 130 + [True]


def test_equal_looking_cells_of_other_types_stay_apart() -> None:
    rows = {"region": "a", "indicator": "i", "as_of": "2020-12-31", "value": [True, 1, 1.0, "1"]}
    table = Table.of(pd.DataFrame(rows, dtype=object), "t")
    read_rows(table, TABLES["observations"])
    assert table.good.tolist() == [False, True, True, True]


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_a_table_is_written_whole(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"goal": ["a", "b"], "probability": [0.1, 1 / 3], "note": ["", "第二"]})
    path = tmp_path / f"t.{ending}"
    write_table(frame, path)
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "json": pd.read_json}[ending]
    again = read(path)
    assert again["probability"].tolist() == pytest.approx(frame["probability"].tolist(), rel=1e-14)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"must end in \.csv, .*\.xlsx, .*\.parquet"):
        read_table(tmp_path / "t.doc")
    (tmp_path / "t.parquet").write_bytes(b"no")
    with pytest.raises(BadInput, match="cannot be read"):
        read_table(tmp_path / "t.parquet")


def test_a_comma_at_the_end_of_a_line_is_no_cell(tmp_path: Path) -> None:
    plain = "region,indicator,as_of,value\nA,x,2021-12-31,100\nA,x,2022-12-31,110\n"
    for text in (plain.replace("0\n", "0,\n"), plain.replace("\n", ",,\n")):
        table = read_table(write(tmp_path, text))
        assert table.columns == ["region", "indicator", "as_of", "value"]
        assert table.frame["value"].tolist() == ["100", "110"]
        assert not table.problems


@pytest.mark.parametrize(
    "heading", ["Published_on", "published on", "publishedon", "published_onn", "ＰＵＢＬＩＳＨＥＤ＿ＯＮ"]
)
def test_a_misspelt_optional_column_is_refused_with_the_nearest(heading: str) -> None:
    frame = pd.DataFrame(
        {"region": ["a"], "indicator": "x", "as_of": "2020-12-31", "value": 1, heading: "2021-03-01"}
    )
    table = Table.of(frame, "observations")
    read_rows(table, TABLES["observations"])
    assert table.headless
    assert "'published_on'" in str(table.problems[0])


@pytest.mark.parametrize("heading", ["unit", "comment", "published", "series", "origin_of_page", "lowest"])
def test_a_column_of_somebody_elses_is_left_alone(heading: str) -> None:
    frame = pd.DataFrame({"region": ["a"], "indicator": "x", "as_of": "2020-12-31", "value": 1, heading: "-"})
    table = Table.of(frame, "observations")
    assert len(read_rows(table, TABLES["observations"])) == 1
    assert not table.problems


def test_what_describes_indicators_and_regions_must_be_sound() -> None:
    rows = pd.DataFrame({"region": ["a"], "indicator": "x", "as_of": "2020-12-31", "value": 1})
    kinds = pd.DataFrame({"indicator": ["x"], "kind": ["cumulatve"]})
    places = pd.DataFrame({"region": ["a", "b", "c"], "parent": ["b", "a", "c"]})
    with pytest.raises(BadInput) as bad:
        open_tables([Table.of(rows, "o")], indicators=Table.of(kinds, "i"), regions=Table.of(places, "r"))
    told = [str(problem) for problem in bad.value.problems]
    assert any(line.startswith("i:0 [kind]") for line in told)
    assert sum("a region must not contain itself" in line for line in told) == 3
