"""Decisions: read from JSON and tables, written as they are read, and no fault in them is a traceback."""

import contextlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.intake.candidates import Said
from forecasts.intake.decisions import (
    Decision,
    Decisions,
    entries_of,
    entry_at,
    read_decisions,
    write_decisions,
)
from forecasts.ledger.fields import Comparison
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Indicator, Region
from tests.intake.grounds import CANDIDATES, TEXT

FIRST = CANDIDATES[0]
PLACE = (FIRST.start, FIRST.end)


def csv_of(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_what_a_table_of_candidates_says_is_what_they_say(tmp_path: Path) -> None:
    rows = [{**one.as_row(), "decision": "accept"} for one in CANDIDATES]
    heads = list(rows[0])
    cells = [",".join("" if row[h] is None else str(row[h]) for h in heads) for row in rows]
    decisions = read_decisions(csv_of(tmp_path / "all.csv", ",".join(heads), *cells))
    plain = Decisions(decided={(one.start, one.end): Decision("accept") for one in CANDIDATES})
    assert entries_of(decisions, CANDIDATES, TEXT) == entries_of(plain, CANDIDATES, TEXT)


def test_what_a_decision_says_replaces_what_was_proposed(tmp_path: Path) -> None:
    path = csv_of(
        tmp_path / "d.csv",
        "start,end,decision,value,date,kind,comparison",
        f"{PLACE[0]},{PLACE[1]},accept,1101,2023-12-31,goal,<=",
        f"{CANDIDATES[1].start},{CANDIDATES[1].end},skip,,,,",
        f"{CANDIDATES[2].start},{CANDIDATES[2].end},,,,,",
    )
    (entry,) = entries_of(read_decisions(path), CANDIDATES, TEXT)
    assert (entry.value, entry.kind, entry.comparison) == (Decimal(1101), Said.GOAL, Comparison.AT_MOST)
    assert entry.indicator == FIRST.indicator


def test_an_emptied_cell_is_empty(tmp_path: Path) -> None:
    path = csv_of(tmp_path / "d.csv", "start,end,decision,date", f"{PLACE[0]},{PLACE[1]},accept,")
    (entry,) = entries_of(read_decisions(path), CANDIDATES, TEXT)
    assert entry.date is None


def test_a_place_without_a_candidate_needs_all_that_a_row_needs() -> None:
    given_ = {"kind": "observation", "indicator": "firms", "region": "town", "value": 5, "date": "2022-12-31"}
    entry = entry_at((3, 8), given_, None, TEXT)
    assert entry.quote in TEXT
    assert entry.value == 5
    with pytest.raises(BadInput) as refused:
        entry_at((3, 8), {}, None, TEXT, "town")
    assert {problem.column for problem in refused.value.problems} >= {"kind", "indicator", "value"}


def test_decisions_are_read_as_they_were_written(tmp_path: Path) -> None:
    decisions = Decisions(
        {"source": "a", "title": "标题"},
        (Indicator(id="parks", name_zh="园区", scope_zh="口径"),),
        (Region(id="bay", name_zh="湾区"),),
        {
            PLACE: Decision("accept", {"value": "1,5", "note_zh": "“引号”\n两行"}),
            (1, 2): Decision("skip", {}),
        },
    )
    write_decisions(tmp_path / "deep" / "state.json", decisions)
    assert read_decisions(tmp_path / "deep" / "state.json") == decisions


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("[", "is no JSON"),
        ("7", "holds no decisions"),
        ('{"decision": []}', "did you mean 'decisions'"),
        ('{"decisions": {}}', "must be a list"),
        ('{"source": 1}', "must be a mapping"),
        ('[{"start": 1, "end": 2, "decision": "maybe"}]', "neither accept nor skip"),
        ('[{"start": 1.5, "end": 2, "decision": "skip"}]', "no place"),
        ('[{"start": "inf", "end": 2}]', "is no decision"),
        ("[3]", "is no decision"),
        ('[{"end": 2}]', "is no decision"),
        (
            '[{"start": 1, "end": 2}, {"start": 1, "end": 2, "decision": "accept"}]',
            "another decision about this place",
        ),
        ('{"indicators": [{"id": "x", "kind": "sort"}]}', "kind"),
        ('{"regions": [[]]}', "regions 1"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_decision_is_told(tmp_path: Path, held: str, told: str) -> None:
    (tmp_path / "d.json").write_text(held, encoding="utf-8")
    with pytest.raises(BadInput, match=told):
        read_decisions(tmp_path / "d.json")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"colour": "red"}, "there is no such field"),
        ({"indicatr": "x"}, "did you mean 'indicator'"),
        ({"value": "many"}, "value"),
        ({"date": "2023-02-30"}, "must be a day"),
        ({"kind": "wish"}, "kind"),
        ({"quote": "\u202e"}, "quote"),
    ],
)
def test_a_field_that_is_not_sound_is_told(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        entry_at(PLACE, fields, FIRST, TEXT)


def test_a_place_that_the_text_does_not_have_is_told() -> None:
    for place in ((-1, 2), (3, 3), (0, len(TEXT) + 1)):
        with pytest.raises(BadInput, match="there is no such place"):
            entry_at(place, {}, None, TEXT)


JSONS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
    | st.sampled_from(["accept", "skip", "2022-12-31", "firms"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["start", "end", "decision", "decisions", "source", "indicators", "value", "kind"])
        | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(JSONS)
def test_whatever_a_file_holds_is_decisions_or_a_refusal(tmp_path: Path, held: object) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps(held), encoding="utf-8")
    with contextlib.suppress(BadInput):
        for entry in entries_of(read_decisions(path), CANDIDATES, TEXT):
            assert entry.indicator


def test_a_figure_may_be_passed_over_as_one_thing_and_accepted_as_another(tmp_path: Path) -> None:
    skipped = {"start": 1, "end": 3, "decision": "skip", "indicator": "retail"}
    accepted = {"start": 1, "end": 3, "decision": "accept", "indicator": "growth"}
    for number, rows in enumerate(([skipped, accepted], [accepted, skipped])):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
        (one,) = read_decisions(path).decided.values()
        assert (one.decision, one.fields["indicator"]) == ("accept", "growth")
    for rows in (
        [accepted, {**accepted, "indicator": "retail"}],
        [accepted, {**accepted, "decision": "skip"}],
    ):
        (tmp_path / "both.json").write_text(json.dumps(rows), encoding="utf-8")
        with pytest.raises(BadInput, match="another decision about this place"):
            read_decisions(tmp_path / "both.json")


def test_the_words_of_a_table_that_are_those_of_the_text_replace_no_sentence() -> None:
    text = "全市从业人员达到-3.5\r\n万人。"
    start, end = text.index("-3.5"), text.index("万人")
    candidate = replace(FIRST, start=start, end=end, quote=text[start:end], value=-3.5)
    for words in (candidate.quote, "'-3.5\n", f"'{candidate.quote}"):
        entry = entry_at((start, end), {"quote": words}, candidate, text)
        assert entry.quote.startswith("全市从业人员")
    assert entry_at((start, end), {"quote": "另一句"}, candidate, text).quote == "另一句"
