"""Every form in which people write days, numbers, words and whole tables: understood and told, or refused."""

import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cases.asking import Came, attain, lines, same, tables

SEEN = "region,indicator,as_of,value"
ASKED = "goal,region,indicator,value,deadline"
GOALS = f"{ASKED}\ng,A,x,150,2027-12-31\n"


def seen(*days: str, more: str = "") -> str:
    """Return figures 100, 110, ... of these days."""
    return lines(SEEN, [f'A,x,"{day}",{100 + 10 * i}' for i, day in enumerate(days)]) + more


PERIODS = [
    ("2023", "2024", "2024-12-31"), ("2023年", "2024年", "2024-12-31"),
    ("2023Q1", "2024Q1", "2024-03-31"), ("2023Q4", "2024Q4", "2024-12-31"),
    ("2023-Q2", "2024-Q2", "2024-06-30"),
    ("2023H1", "2024H1", "2024-06-30"), ("2023H2", "2024H2", "2024-12-31"),
    ("2023-05", "2024-05", "2024-05-31"), ("2023-02", "2024-02", "2024-02-29"),
    ("2023年5月", "2024年5月", "2024-05-31"), ("2023年5月底", "2024年5月底", "2024-05-31"),
    ("截至2023年5月底", "截至2024年5月底", "2024-05-31"), ("2023年末", "2024年末", "2024-12-31"),
    ("2023年上半年", "2024年上半年", "2024-06-30"), ("2023年一季度", "2024年一季度", "2024-03-31"),
    ("2023/5/30", "2024/5/30", "2024-05-30"), ("2023年5月30日", "2024年5月30日", "2024-05-30"),
    ("2023/05/30", "2024/05/30", "2024-05-30"), ("２０２３-05-30", "２０２４-05-30", "2024-05-30"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two", "end"), PERIODS, ids=[p[0] for p in PERIODS])
def test_a_period_is_its_end_and_the_reading_is_told(tmp_path: Path, one: str, two: str, end: str) -> None:
    came = tables(tmp_path, observations=seen(one, two), goals=GOALS)
    assert came.code == 0, came.err
    assert len([w for w in came.warnings if "[as_of]" in w]) == 1, "once per column and form"
    assert came.warns("observations.csv:2 [as_of]", one)
    plain = tmp_path / "plain"
    plain.mkdir()
    first = f"2023{end[4:]}" if end != "2024-02-29" else "2023-02-28"
    same(came, tables(plain, observations=seen(first, end), goals=GOALS))


@pytest.mark.parametrize(
    "day",
    ["2012-14", "2012/13", "1924905600", "1672531200", "1672531200000", "today", "now", "yesterday", "0",
     "-5", "1899-12-31", "1776-07-04", "0001-01-01", "2023-02-30", "2023-13-01", "05/06/2022", "44926",
     "2023Q5", "2023H3", "nan", "inf", "TRUE", "soon", "99999999999999999999", "2023-12-31-01"],
)  # fmt: skip
def test_what_is_no_day_is_refused_by_line_column_and_value(tmp_path: Path, day: str) -> None:
    """A day is written so that nobody has to guess; a number of days or seconds is none in CSV."""
    came = tables(tmp_path, observations=seen("2022-12-31", day), goals=GOALS)
    assert came.code == 3, (day, came.answers[["n", "note"]])
    assert came.says("observations.csv:3 [as_of]", day)
    assert came.answers["n"][0] == 1


@pytest.mark.parametrize(
    "day", ["31/12/2022", "12/31/2022", "31.12.2022", "2022.12.31", "20221231", "2022-12-31."]
)
def test_a_day_in_another_order_is_understood_and_told_or_refused(tmp_path: Path, day: str) -> None:
    came = tables(tmp_path, observations=seen("2021-12-31", day), goals=GOALS)
    assert came.says("observations.csv:3 [as_of]", day)
    if came.code == 3:
        assert came.answers["n"][0] == 1
        return
    assert came.code == 0
    plain = tmp_path / "plain"
    plain.mkdir()
    same(came, tables(plain, observations=seen("2021-12-31", "2022-12-31"), goals=GOALS))


def test_a_range_of_years_makes_ranges_of_its_column(tmp_path: Path) -> None:
    came = tables(tmp_path, observations=seen("2003-05", "2012-14"), goals=GOALS)
    assert came.code == 3
    assert came.says("observations.csv:2 [as_of]", "2003-05")
    assert came.says("observations.csv:3 [as_of]", "2012-14")


@pytest.mark.parametrize("column", ["deadline", "announced_on"])
def test_days_of_goals_are_read_alike(tmp_path: Path, column: str) -> None:
    cells = {"deadline": "2027-12-31", "announced_on": "2023-12-31"}
    text = {c: (v[:4] if c == column else v) for c, v in cells.items()}
    head = f"{ASKED},announced_on"
    came = [
        tables(folder, observations=seen("2021-12-31", "2022-12-31"),
               goals=f"{head}\ng,A,x,150,{c['deadline']},{c['announced_on']}\n")
        for folder, c in ((tmp_path, text), (tmp_path / "plain", cells))
        if not folder.mkdir(exist_ok=True)  # type: ignore[func-returns-value]
    ]  # fmt: skip
    assert came[0].warns(f"goals.csv:2 [{column}]")
    same(*came)


@pytest.mark.parametrize("mark", ["Z", "+08:00", "-11:00", "+14:00"])
@pytest.mark.parametrize("time", ["T00:00:00", "T23:59:59", " 12:00:00"])
def test_an_offset_never_moves_the_day(tmp_path: Path, mark: str, time: str) -> None:
    days = ("2021-12-31", "2022-12-31")
    came = tables(tmp_path, observations=seen(days[0], days[1] + time + mark), goals=GOALS)
    plain = tmp_path / "plain"
    plain.mkdir()
    same(came, tables(plain, observations=seen(*days), goals=GOALS))


NUMBERS = [
    ("1,036", "1036"), ("１０３６", "1036"), ("１，０３６", "1036"), ("6.3万", "63000"), ("6.3 万", "63000"),
    ("1.2亿", "120000000"), ("45 %", "45"), ("45%", "45"), ("45％", "45"), ("1036家", "1036"),
    ("1036 firms", "1036"),
    ("1,234,567", "1234567"), ("1 036", "1036"), ("+45", "45"), ("1.5e3", "1500"), (" 12 ", "12"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "plain"), NUMBERS, ids=[n[0] for n in NUMBERS])
def test_a_number_is_read_as_people_write_it(tmp_path: Path, written: str, plain: str) -> None:
    percent = any(mark in written for mark in "%％")
    unit = "indicator,kind,unit_en,unit_zh\nx," + ("share,%,%" if percent else "stock,firms,家") + "\n"
    came: list[Came] = []
    for name, cell in (("as-written", written), ("plain", plain)):
        folder = tmp_path / name
        folder.mkdir()
        base = float(plain)
        rows = [f"A,x,2021-12-31,{base * 0.9:.12g}", f'A,x,2022-12-31,"{cell}"']
        goal = f"{ASKED}\ng,A,x,{base * 1.5:.12g},2027-12-31\n"
        came.append(tables(folder, observations=lines(SEEN, rows), goals=goal, indicators=unit))
    assert came[0].code == 0, came[0].err
    same(*came)
    if written not in ("1.5e3", " 12 ", "+45"):
        assert came[0].warns("observations.csv:3 [value]"), "every conversion is listed"


@pytest.mark.parametrize(
    "value",
    ["n/a", "-", "..", "nan", "inf", "-inf", "TRUE", "1,03", "1.036.5", "1,0,3", "12-14", "about 5 or 6",
     "=1+1", "0x1F", "1_000", "１２a", "五", "1e400", "9" * 400, "12,5万3", "5 %%", "<script>", "\u202e12"],
)  # fmt: skip
def test_what_is_no_number_is_refused_by_line_column_and_value(tmp_path: Path, value: str) -> None:
    rows = ["A,x,2021-12-31,90", f'A,x,2022-12-31,"{value}"']
    came = tables(tmp_path, observations=lines(SEEN, rows), goals=GOALS)
    assert came.code == 3, came.answers[["n", "q0.5"]]
    assert came.says("observations.csv:3 [value]")
    assert came.answers["n"][0] == 1
    assert all(len(line) < 300 for line in came.err.splitlines())


def test_a_number_of_another_scale_is_told(tmp_path: Path) -> None:
    for k, value in enumerate(("1300", "13", "1300000", "0.0130")):
        folder = tmp_path / str(k)
        folder.mkdir()
        text = seen("2019-12-31", "2020-12-31", "2021-12-31", more=f"A,x,2022-12-31,{value}\n")
        came = tables(folder, observations=text, goals=GOALS)
        assert came.code == 0
        assert came.warns("observations.csv:5 [value]", value), value


def test_a_rebased_series_is_told(tmp_path: Path) -> None:
    rows = [f"A,x,{2010 + i}-12-31,{v}" for i, v in enumerate((1000, 1020, 1041, 1062, 100, 102, 104.1))]
    came = tables(tmp_path, observations=lines(SEEN, rows), goals=GOALS)
    assert came.warns("observations.csv:6 [value]")


@pytest.mark.parametrize(
    ("one", "two"),
    [("DE", "ＤＥ"), ("DE", "de"), ("New  York", "New York"), ("重庆（市）", "重庆(市)"), ("ﬁrth", "firth")],
)
def test_two_spellings_of_one_name_are_told(tmp_path: Path, one: str, two: str) -> None:
    rows = [f"{one},x,2020-12-31,100", f"{two},x,2021-12-31,110"]
    came = tables(tmp_path, observations=lines(SEEN, rows), goals=f"{ASKED}\ng,{one},x,130,2026-12-31\n")
    assert came.code == 0
    assert came.warns("[region]", one.split()[0])
    asked_otherwise = tmp_path / "goals"
    asked_otherwise.mkdir()
    rows = [f"{one},x,2020-12-31,100", f"{one},x,2021-12-31,110"]
    came = tables(
        asked_otherwise, observations=lines(SEEN, rows), goals=f"{ASKED}\ng,{two},x,130,2026-12-31\n"
    )
    assert came.says("goals.csv:2", "[region]") or came.says("[region]", two.split()[0])


PLAIN = seen("2021-12-31", "2022-12-31")
CHINESE_SEEN = "地区,指标,日期,数值\n重庆,高新技术企业,2021-12-31,5108\n重庆,高新技术企业,2022-12-31,6348\n"
CHINESE_GOALS = "目标,地区,指标,目标值,截止日期\ng,重庆,高新技术企业,9000,2027-12-31\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be+bom"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_encoding_and_any_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    def coded(text: str) -> bytes:
        text = text.replace(",", separator)
        if encoding == "utf-16-be+bom":
            return b"\xfe\xff" + text.encode("utf-16-be")
        return text.encode(encoding)

    goals = CHINESE_GOALS.replace("目标,", "goal,").replace("目标值", "value").replace("截止日期", "deadline")
    goals = goals.replace("地区", "region").replace("指标", "indicator")
    came = tables(
        tmp_path,
        observations=coded(CHINESE_SEEN.replace("地区,指标,日期,数值", SEEN)),
        goals=coded(goals),
    )
    assert came.code == 0, came.err
    assert came.answers["n"][0] == 2
    unusual = separator != "," or not encoding.startswith("utf-8")
    assert bool(came.warnings) == unusual, came.err


def test_latin_accents_of_an_unknown_encoding_are_not_guessed_silently(tmp_path: Path) -> None:
    text = "region,indicator,as_of,value\nSão Paulo,x,2021-12-31,100\nSão Paulo,x,2022-12-31,110\n"
    came = tables(tmp_path, observations=text.encode("latin-1"), goals=GOALS)
    assert came.code == 2 or came.warnings


def test_chinese_headings(tmp_path: Path) -> None:
    came = tables(tmp_path, observations=CHINESE_SEEN, goals=CHINESE_GOALS)
    assert came.code == 0, came.err
    assert came.answers["n"][0] == 2


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    return tuple(pd.read_csv(io.StringIO(text)) for text in (PLAIN, GOALS))  # type: ignore[return-value]


@pytest.mark.parametrize("ending", ["tsv", "xlsx", "json", "parquet"])
def test_other_doors_say_what_csv_says(tmp_path: Path, ending: str) -> None:
    paths: list[Path] = []
    for name, frame in zip(("observations", "goals"), frames(), strict=True):
        path = tmp_path / f"{name}.{ending}"
        if ending == "tsv":
            frame.to_csv(path, sep="\t", index=False)
        elif ending == "json":
            frame.to_json(path, orient="records", force_ascii=False)
        elif ending == "parquet":
            frame.to_parquet(path)
        else:
            write_xlsx(frame, path)
        paths.append(path)
    came = attain(tmp_path, observations=paths[0], goals=paths[1])
    assert came.code == 0, came.err
    plain = tmp_path / "plain"
    plain.mkdir()
    same(came, tables(plain, observations=PLAIN, goals=GOALS))


def write_xlsx(frame: pd.DataFrame, path: Path, serials: tuple[str, ...] = ()) -> None:
    """Write a workbook of one sheet by hand: cells of text and numbers; some days as Excel counts them."""
    import zipfile
    from xml.sax.saxutils import escape

    def cell(column: str, value: object) -> str:
        if column in serials:
            days = (pd.Timestamp(str(value)) - pd.Timestamp("1899-12-30")).days
            return f'<c s="1"><v>{days}</v></c>'
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    rows = [list(frame.columns), *frame.itertuples(index=False, name=None)]
    body = "".join(
        "<row>"
        + "".join(cell("" if not k else c, v) for c, v in zip(frame.columns, row, strict=True))
        + "</row>"
        for k, row in enumerate(rows)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}')


def test_a_serial_of_excel_is_the_day_that_excel_shows(tmp_path: Path) -> None:
    observations, goals = frames()
    write_xlsx(observations, tmp_path / "o.xlsx", ("as_of",))
    write_xlsx(goals, tmp_path / "g.xlsx", ("deadline",))
    came = attain(tmp_path, observations=tmp_path / "o.xlsx", goals=tmp_path / "g.xlsx")
    assert came.code == 0, came.err
    plain = tmp_path / "plain"
    plain.mkdir()
    same(came, tables(plain, observations=PLAIN, goals=GOALS))


def test_a_folder_of_tables_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "years"
    folder.mkdir()
    head, one, two = PLAIN.splitlines()
    (folder / "2021.csv").write_text(f"{head}\n{one}\n", encoding="utf-8")
    (folder / "2022.csv").write_text(f"{head}\n{two}\n", encoding="utf-8")
    (tmp_path / "goals.csv").write_text(GOALS, encoding="utf-8")
    came = attain(tmp_path, observations=folder, goals=tmp_path / "goals.csv")
    assert came.code == 0, came.err
    plain = tmp_path / "plain"
    plain.mkdir()
    same(came, tables(plain, observations=PLAIN, goals=GOALS))
    (folder / "2022.csv").write_text(f"{head}\nA,x,2022-12-31,many\n", encoding="utf-8")
    came = attain(tmp_path, observations=folder, goals=tmp_path / "goals.csv")
    assert came.code == 3
    assert came.says("2022.csv:2 [value]", "many")


def test_a_json_table_of_other_shapes_is_read_or_refused(tmp_path: Path) -> None:
    observations, goals = frames()
    goals.to_json(tmp_path / "g.json", orient="records")
    other = (observations.to_json(orient=form) for form in ("columns", "split"))
    broken = ("[]", "{}", "null", "[1, 2]", '[{"region": ["A"]}]', "[" * 5000, "")
    for k, text in enumerate((*other, observations.to_json(orient="records", lines=True), *broken)):
        path = tmp_path / f"o{k}.json"
        path.write_text(text, encoding="utf-8")
        came = attain(tmp_path, observations=path, goals=tmp_path / "g.json")
        assert came.code in (0, 2, 3)
        assert came.code == 0 or came.says(path.name) or came.says("g.json")
        (tmp_path / "answers.csv").unlink(missing_ok=True)


def test_a_json_boolean_is_no_number(tmp_path: Path) -> None:
    rows = [
        {"region": "A", "indicator": "x", "as_of": f"202{i}-12-31", "value": v}
        for i, v in enumerate((90, True))
    ]
    (tmp_path / "o.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "goals.csv").write_text(GOALS, encoding="utf-8")
    came = attain(tmp_path, observations=tmp_path / "o.json", goals=tmp_path / "goals.csv")
    assert came.code == 3
    assert came.says("o.json:2 [value]")


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("Published_on", "published_on"), ("publishedon", "published_on"), ("period start", "period_start"),
     ("Qualifer", "qualifier"), ("orign", "origin"), ("published_on ", "published_on"), ("ＬＯＷ", "low")],
)  # fmt: skip
def test_a_misspelt_optional_column_is_refused_or_read_and_told(
    tmp_path: Path, wrong: str, meant: str
) -> None:
    cell = {
        "published_on": "2023-01-31",
        "period_start": "2022-01-01",
        "qualifier": "eq",
        "origin": "printed",
    }
    text = f"{SEEN},{wrong}\nA,x,2021-12-31,100,\nA,x,2022-12-31,110,{cell.get(meant, '')}\n"
    came = tables(tmp_path, observations=text, goals=GOALS)
    assert came.code == 2 or came.warnings
    assert came.says("observations.csv:1", meant)


@pytest.mark.parametrize("kind", ["cumulatve", "Stock ", "STOCK", "累计", "shares", "total", "1", "true"])
def test_a_kind_that_is_none_is_refused_or_told(tmp_path: Path, kind: str) -> None:
    came = tables(tmp_path, observations=PLAIN, goals=GOALS, indicators=f"indicator,kind\nx,{kind}\n")
    assert came.says("indicators.csv:2 [kind]") or (kind.strip() == "Stock" and came.code == 0)
    if kind == "cumulatve":
        assert came.code == 2
        assert "'cumulative'" in came.err


def test_two_kinds_of_one_indicator_are_refused(tmp_path: Path) -> None:
    came = tables(
        tmp_path, observations=PLAIN, goals=GOALS, indicators="indicator,kind\nx,stock\nx,cumulative\n"
    )
    assert came.code == 2
    assert came.says("indicators.csv:3 [indicator]")


def test_a_goal_of_figures_of_another_name_names_the_nearest(tmp_path: Path) -> None:
    came = tables(tmp_path, observations=PLAIN.replace("x,", "firms,"), goals=GOALS.replace("x,", "firm,"))
    assert came.code == 3
    assert came.says("goals.csv:2", "'firms'")


def test_inputs_are_left_alone_by_every_door(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "o.csv").write_text(PLAIN, encoding="utf-8")
    (folder / "g.csv").write_text(GOALS, encoding="utf-8")
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    attain(tmp_path, observations=folder / "o.csv", goals=folder / "g.csv")
    assert all((copy / p.name).read_bytes() == p.read_bytes() for p in folder.iterdir())
