"""Exports: every number of the results is there again, typed, sourced and harmless, in the same bytes."""

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import answer
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput
from forecasts.publish.addresses import link_of
from forecasts.publish.exporting import holdings, verdicts, what_ifs, workbook
from forecasts.publish.exporting.cells import unguarded, visible
from forecasts.publish.exporting.readme import heading, meaning, of_run, of_seeds, sheet_name
from forecasts.publish.exporting.separated import BOM, README, files_of
from forecasts.publish.exporting.tables import Export, Noun, form_of
from forecasts.publish.exporting.verdicts import Answered
from forecasts.publish.save import dump_result
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds
from forecasts.whatif.taken import answer_whole
from tests.hostile import HOSTILE

ZH, EN = Words("zh"), Words("en")
ONE_DAY = dt.date(2019, 12, 31)

NOTHING: dict[str, Any] = {
    "comparison": {"rows": []}, "sensitivity": {"rows": []}, "seek": [], "joint": {"events": []},
}  # fmt: skip

Rows = list[dict[str, Any]]


def answered_of(results: list[Attainment]) -> tuple[Answered, ...]:
    texts = [dump_result(result) for result in results]
    return tuple(
        Answered(result, hashlib.sha256(text.encode()).hexdigest())
        for result, text in zip(results, texts, strict=True)
    )


def export_of(answered: tuple[Answered, ...], words: Words) -> Export:
    nouns = (*verdicts.nouns_of(answered, words), *what_ifs.nouns_of(answered, words))
    about = of_run("brief", answered, [("a--b", "failed", "=no")], "0" * 64, words)
    return Export(answered[0].result.known_on, about, nouns)


def ledger_export(seeds: Seeds, words: Words, day: dt.date | None = None) -> Export:
    return Export(
        day, of_seeds("" if day is None else day.isoformat(), "0" * 64, words), holdings.nouns_of(seeds, day)
    )


@pytest.fixture(scope="module")
def answered(seeds: Seeds) -> tuple[Answered, ...]:
    """Real results, with what would change them."""
    goals = seeds.ledger.headline_goals()
    day = seeds.ledger.newest_publication(goals)
    first = answer_whole(seeds, goals[0], "baseline", day, draws=64)
    return answered_of([first, *(answer(seeds, goal, "baseline", day, draws=64) for goal in goals[1:])])


@pytest.fixture(scope="module")
def told(answered: tuple[Answered, ...]) -> list[dict[str, Any]]:
    """The same as their files say it, read by nobody of ours."""
    return [json.loads(dump_result(one.result)) for one in answered]


def read_book(data: bytes, export: Export, words: Words) -> dict[str, Rows]:
    """Read a workbook as openpyxl does; columns are named by their headings."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    found: dict[str, Rows] = {}
    for noun in export.nouns:
        names = {heading(column, words): column for column in noun.columns}
        assert len(names) == len(noun.columns), "headings are unique"
        head, *rows = book[sheet_name(noun, words)].iter_rows(values_only=True)
        keys = [names[str(name)] for name in head]
        found[noun.name] = [dict(zip(keys, map(_day, row), strict=True)) for row in rows]
    return found


def _day(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, dt.datetime) else value


def read_csv(export: Export, words: Words) -> dict[str, Rows]:
    """Read the CSV files as pandas does, texts as they are."""
    files = files_of(export, words)
    found: dict[str, Rows] = {}
    for noun in export.nouns:
        stream = io.BytesIO(files[f"{noun.name}.csv"])
        frame = pd.read_csv(stream, keep_default_na=False, dtype=str)
        found[noun.name] = [
            {name: _typed(str(name), value) for name, value in row.items()}
            for row in frame.to_dict("records")
        ]
    return found


def _typed(column: str, text: str) -> Any:
    if text == "":
        return None
    return float(text) if form_of(column) in ("number", "chance", "share") else text


def pairs(noun: str, told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what the files say of the rows of a table, in order, by the names of columns."""
    for one in told:
        what_if = one["what_if"] or NOTHING
        asked = {"goal": one["goal"]["id"], "scenario": one["scenario"]["id"]}
        if noun == "forecasts":
            yield asked | one["quantiles"] | {
                name: one[name]
                for name in ("known_on", "probability", "probability_alone", "std_error", "reached_p50",
                             "reached_p80", "horizon", "n", "basis", "draws", "seed")
            } | {"goal_value": one["goal"]["value"], "deadline": one["goal"]["deadline"]} | {
                name: one[name] and one[name]["value"] for name in ("required_pace", "observed_pace")
            }  # fmt: skip
        elif noun == "evidence":
            for row in one["evidence"]:
                names = ("as_of", "value", "low", "high", "source", "source_title", "source_url", "quote")
                # An address that nobody recorded is an empty cell.
                found = {name: row[name] for name in names} | {"source_url": row["source_url"] or None}
                yield asked | {"observation": row["id"]} | found
        elif noun in ("members", "fan", "history"):
            for row in one[noun]:
                row = dict(row)
                row.pop("reason", None)
                row.pop("threshold", None)  # a flag: CSV writes it as a word
                yield asked | ({"member": row.pop("name")} if "name" in row else {}) | row
        elif noun == "comparison":
            for row in what_if["comparison"]["rows"]:
                names = (
                    "probability",
                    "std_error",
                    "difference",
                    "difference_std_error",
                    "median",
                    "low",
                    "high",
                )
                yield (
                    asked
                    | {"compared": row["scenario"], "goal_value": row["goal"]}
                    | {n: row[n] for n in names}
                )
        elif noun == "sensitivity":
            for row in what_if["sensitivity"]["rows"]:
                ends = {f"{end}_probability": row[end]["probability"] for end in ("low", "high")}
                yield asked | ends | {"assumption": row["id"], "swing": row["swing"], "share": row["share"]}
        elif noun == "seek":
            for row in what_if["seek"]:
                same = {name: row[name] for name in ("vary", "wanted", "probability", "std_error")}
                yield asked | same | {"sought": row["value"], "sought_day": row["day"]}
        elif noun == "joint":
            for row in what_if["joint"]["events"]:
                names = ("k", "probability", "std_error", "independent", "at_low", "at_high")
                yield asked | {"event": row["what"], "event_goal": row["goal"]} | {n: row[n] for n in names}


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_every_number_is_that_of_the_results(
    answered: tuple[Answered, ...], told: list[dict[str, Any]], words: Words, kind: str
) -> None:
    export = export_of(answered, words)
    found = (
        read_csv(export, words)
        if kind == "csv"
        else read_book(workbook.workbook_of(export, words), export, words)
    )
    numbers = 0
    for noun in (
        "forecasts",
        "members",
        "fan",
        "history",
        "evidence",
        "comparison",
        "sensitivity",
        "seek",
        "joint",
    ):
        expected = list(pairs(noun, told))
        assert len(expected) == len(found[noun]) > 0, noun
        for row, said in zip(found[noun], expected, strict=True):
            assert {name: row[name] for name in said} == said, noun
            numbers += sum(isinstance(value, float) for value in said.values())
    assert numbers > 500


def test_an_observation_stands_there_once_and_its_source_too(
    answered: tuple[Answered, ...], told: list[dict[str, Any]]
) -> None:
    found = read_book(workbook.workbook_of(export_of(answered, EN), EN), export_of(answered, EN), EN)
    known = {row["id"]: row for one in told for row in one["evidence"]}
    assert {row["id"]: row["value"] for row in found["observations"]} == {
        k: r["value"] for k, r in known.items()
    }
    assert len(found["observations"]) == len(known)
    assert {row["id"] for row in found["sources"]} >= {row["source"] for row in known.values()}
    assert [row["id"] for row in found["goals"]] == [one["goal"]["id"] for one in told]


def test_what_is_computed_names_all_that_it_rests_on(
    answered: tuple[Answered, ...], told: list[dict[str, Any]]
) -> None:
    export = export_of(answered, ZH)
    found = read_book(workbook.workbook_of(export, ZH), export, ZH)
    for noun in ("forecasts", "members", "fan", "comparison", "sensitivity", "seek"):
        for row in found[noun]:
            [one] = [
                t for t in told if (t["goal"]["id"], t["scenario"]["id"]) == (row["goal"], row["scenario"])
            ]
            assert row["evidence"].split("\n") == [e["id"] for e in one["evidence"]]
            sources = dict.fromkeys((e["source"], e["quote"]) for e in one["evidence"])
            assert row["source"].split("\n") == [source for source, _ in sources]
            assert len({row[name].count("\n") for name in ("source", "source_title", "quote")}) == 1
    everything = {e["id"] for one in told for e in one["evidence"]}
    assert {name for row in found["joint"] for name in row["evidence"].split("\n")} == everything


def test_every_row_with_a_number_has_its_source(answered: tuple[Answered, ...]) -> None:
    for noun in export_of(answered, ZH).nouns:
        if noun.name in ("indicators", "scenarios", "regions", "sources"):
            continue  # bounds and shares that somebody sets; their rows say why
        for row in noun.rows:
            cells = dict(zip(noun.columns, row, strict=True))
            assert all(cells[name] for name in ("source", "source_title", "quote")), (noun.name, cells)


# the workbook


def test_cells_are_typed_headings_stay_and_columns_filter(answered: tuple[Answered, ...]) -> None:
    export = export_of(answered, ZH)
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(export, ZH)))
    assert book.sheetnames == ["说明", *(sheet_name(noun, ZH) for noun in export.nouns)]
    kinds = {"text": "s", "address": "s", "number": "n", "chance": "n", "share": "n", "day": "d", "flag": "b"}
    for noun in export.nouns:
        sheet = book[sheet_name(noun, ZH)]
        assert sheet.freeze_panes in ("B2", "C2")
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(8 <= d.width <= 44 for d in sheet.column_dimensions.values())
        for row in sheet.iter_rows(min_row=2):
            for cell, column in zip(row, noun.columns, strict=True):
                assert cell.value is None or cell.data_type == kinds[form_of(column)], (noun.name, column)
    forecast = book["预测"]
    column = [cell.value for cell in forecast[1]].index("达标概率")
    assert forecast[2][column].number_format == workbook.CHANCE


def test_only_plain_addresses_are_links(answered: tuple[Answered, ...]) -> None:
    export = export_of(answered, EN)
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(export, EN)))
    links = texts = 0
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.hyperlink is not None:
                assert cell.hyperlink.target == cell.value == link_of(str(cell.value))
                links += 1
            elif "\nhttp" in str(cell.value):
                texts += 1
    assert links > 10
    assert texts > 0, "several addresses in one cell lead nowhere"


def test_the_readme_says_what_every_column_is_and_what_is_missing(answered: tuple[Answered, ...]) -> None:
    for words in (ZH, EN):
        export = export_of(answered, words)
        sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(export, words))).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        text = "\n".join(str(cell) for row in rows for cell in row if cell is not None)
        assert answered[0].result.known_on.isoformat() in text
        assert f"forecasts {answered[0].result.versions['forecasts']}" in text
        assert "sha256:000" in text
        assert "a--b" in text
        assert "=no" in text
        for noun in export.nouns:
            for column in noun.columns:
                told = (sheet_name(noun, words), column, heading(column, words))
                [row] = [row for row in rows if row[:3] == told]
                assert row[4] == meaning(noun, column, words)


def test_the_same_tables_give_the_same_bytes(
    answered: tuple[Answered, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = workbook.workbook_of(export_of(answered, ZH), ZH)
    monkeypatch.setenv("TZ", "Pacific/Apia")
    assert workbook.workbook_of(export_of(answered, ZH), ZH) == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.testzip() is None
    told = openpyxl.load_workbook(io.BytesIO(first)).properties
    assert (told.created, told.modified) == (workbook.STILL, workbook.STILL), "not the day of its writing"
    assert files_of(export_of(answered, ZH), ZH) == files_of(export_of(answered, ZH), ZH)
    other = (answered[0], *answered[2:])
    assert workbook.workbook_of(export_of(other, ZH), ZH) != first


def test_a_sheet_has_no_more_rows_than_excel_takes() -> None:
    noun = Noun("regions", ("id",), ((None,),) * workbook.MOST_ROWS)
    with pytest.raises(BadInput, match="csv"):
        workbook.workbook_of(Export(None, (("a", "b"),), (noun,)), ZH)


# whatever somebody wrote


def hostile(texts: list[str]) -> Export:
    cells = tuple((text, "r", text, f"http://{text}") for text in texts)
    return Export(
        None,
        (("=1", texts[0] if texts else ""),),
        (Noun("sources", ("id", "title", "publisher", "url"), cells),),
    )


@settings(max_examples=40)
@given(st.lists(HOSTILE, min_size=1, max_size=12))
def test_no_text_is_a_formula_in_a_workbook_and_each_comes_back(texts: list[str]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(hostile(texts), EN)))
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type == ("n" if cell.value is None else "s")
    rows = list(book["Sources"].iter_rows(min_row=2, max_col=1))
    for text, [cell] in zip(texts, rows, strict=False):
        shown = visible(text)
        assert str(cell.value or "").replace("_x005F_x", "_x") == shown.replace("_x005F_x", "_x")
        if shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")):
            assert cell.quotePrefix


@settings(max_examples=60)
@given(st.lists(HOSTILE, min_size=1, max_size=12))
def test_no_text_is_a_formula_in_csv_and_each_comes_back(texts: list[str]) -> None:
    for name, data in files_of(hostile(texts), ZH).items():
        rows = list(csv.reader(io.StringIO(data.decode("utf-8").removeprefix(BOM), newline="")))
        for row in rows[1:]:
            assert not any(
                cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row
            )
        if name != README:
            assert [unguarded(row[0]) for row in rows[1:]] == [visible(text) for text in texts]


def test_a_negative_number_is_a_number_and_a_negative_text_is_none() -> None:
    export = Export(
        None,
        (("a", "b"),),
        (
            Noun(
                "history",
                ("value", "source"),
                ((-1.0, "-1"), (-1.5e-7, "")),
            ),
        ),
    )
    lines = files_of(export, EN)["history.csv"].decode("utf-8-sig").splitlines()
    assert lines == ["value,source", "-1.0,'-1", "-1.5e-07,"]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(export, EN)))["History"]
    assert [(c.value, c.data_type) for c in sheet[2]] == [(-1.0, "n"), ("-1", "s")]
    assert sheet["A3"].value == -1.5e-7


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=60)
def test_a_number_keeps_every_digit(value: float) -> None:
    export = Export(None, (("a", "b"),), (Noun("history", ("value",), ((value,),)),))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook_of(export, EN)))["History"]
    assert float(sheet["A2"].value) == value
    assert float(files_of(export, EN)["history.csv"].decode("utf-8-sig").split()[1]) == value


# the ledger


def test_the_ledger_is_there_again(seeds: Seeds) -> None:
    export = ledger_export(seeds, EN)
    found = read_book(workbook.workbook_of(export, EN), export, EN)
    ledger = seeds.ledger
    assert {row["id"]: row["value"] for row in found["observations"]} == {
        name: float(o.value) for name, o in ledger.observations.items()
    }
    for noun in ("observations", "goals"):
        records: Any = getattr(ledger, noun)
        assert len(found[noun]) == len(records)
        for row in found[noun]:
            record = records[row["id"]]
            source = ledger.sources.get(record.source)
            assert row["source"] == (record.source or None)
            assert row["quote"] == (record.quote or None)
            assert row["source_title"] == ((source and source.title) or None)
    assert {row["id"] for row in found["scenarios"]} == set(seeds.scenarios)
    assert found == _as_numbers(read_csv(export, EN), found)


def _as_numbers(told: dict[str, Rows], like: dict[str, Rows]) -> dict[str, Rows]:
    """Return the cells of CSV files as a workbook types them."""
    flags: dict[str, Any] = {"true": True, "false": False}

    def typed(cell: Any) -> Any:
        return flags.get(cell, unguarded(cell)) if isinstance(cell, str) else cell

    return {
        noun: [{name: typed(cell) for name, cell in row.items()} for row in rows]
        for noun, rows in told.items()
    }  # fmt: skip


def test_the_ledger_of_a_day_tells_nothing_later(seeds: Seeds) -> None:
    days = sorted({o.published_on for o in seeds.ledger.observations.values()})
    day = days[len(days) // 2]
    export = ledger_export(seeds, EN, day)
    found = read_book(workbook.workbook_of(export, EN), export, EN)
    assert 0 < len(found["observations"]) < len(seeds.ledger.observations)
    assert all(row["published_on"] <= day.isoformat() for row in found["observations"])
    goals = found["goals"]
    assert all((row["published_on"] or row["announced_on"] or "") <= day.isoformat() for row in goals)
    assert all(not row["outcome_as_of"] or row["outcome_as_of"] <= day.isoformat() for row in goals)
    cited = {row["source"] for row in (*found["observations"], *goals)} | {
        row["outcome_source"] for row in goals
    }
    assert {row["id"] for row in found["sources"]} <= cited


def test_exported_tables_can_be_read_again(seeds: Seeds) -> None:
    files = files_of(ledger_export(seeds, ZH), ZH)
    frames = {
        name: pd.read_csv(io.BytesIO(files[f"{name}.csv"]), dtype=str, keep_default_na=False)
        for name in ("observations", "goals", "indicators", "regions")
    }
    again = Ledger.from_frames(**frames)
    for one, other in zip(again.observations.values(), seeds.ledger.observations.values(), strict=True):
        assert (one.value, one.as_of, one.published_on) == (other.value, other.as_of, other.published_on)
    assert {k: (g.value, g.deadline) for k, g in again.goals.items()} == {
        k: (g.value, g.deadline) for k, g in seeds.ledger.goals.items()
    }
