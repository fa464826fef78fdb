"""The track record on paper: in both languages, honest about what it does not know."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from forecasts.evaluation.scores import PitHistogram, Reliability
from forecasts.evaluation.track_record import TrackRecord, track_record
from forecasts.publish.drawing import ACCENT, MEDIAN, to_spec, to_svg
from forecasts.publish.track_record import (
    pit_chart,
    reliability_chart,
    resolved_table,
    scores_table,
    strata_table,
    summary,
)
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds

TOY = Reliability((0.1, 0.6), (0.15, 0.95), (20, 10), (0.0, 0.4), (0.25, 0.8), 0.15)


@pytest.fixture(scope="module")
def record(seeds: Seeds) -> TrackRecord:
    return track_record(seeds, dt.date(2024, 1, 31), resamples=100)


def rows_of(spec: str) -> list[dict[str, Any]]:
    return [row for rows in json.loads(spec)["datasets"].values() for row in rows]


def texts(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join("".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text"))


def test_a_bin_outside_its_bar_stands_out(words: Words) -> None:
    rows = [row for row in rows_of(to_spec(reliability_chart(TOY, words))) if "colour" in row]
    assert [row["colour"] for row in rows] == [MEDIAN, ACCENT]
    shown = texts(to_svg(reliability_chart(TOY, words)))
    for piece in ("20", "10", words.say("chart.reliability.x"), words.say("chart.reliability.y")):
        assert piece in shown


def test_a_diagram_without_forecasts_is_still_a_diagram(words: Words) -> None:
    nothing = Reliability((), (), (), (), (), float("nan"))
    assert words.say("chart.reliability.title") in texts(to_svg(reliability_chart(nothing, words)))


def test_the_histogram_shows_every_count(words: Words) -> None:
    pit = PitHistogram((3, 1, 0, 4), 0.0, 5.0)
    rows = rows_of(to_spec(pit_chart(pit, words)))
    assert [row["count"] for row in rows if "count" in row] == [3, 1, 0, 4]
    assert [row["even"] for row in rows if "even" in row] == [2.0]


def test_charts_have_words_for_who_cannot_see_them(record: TrackRecord, words: Words) -> None:
    for chart in (reliability_chart(record.reliability, words), pit_chart(record.pit, words)):
        assert len(json.loads(to_spec(chart))["description"]) > 20


def test_every_method_has_a_row_of_scores(record: TrackRecord, words: Words) -> None:
    table = scores_table(record, words)
    assert [row[0].text for row in table.rows] == [
        words.say("track_record.verdict"),
        words.say("track_record.drift"),
    ]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "nan" not in str(table)


def test_tables_have_a_row_for_everything(record: TrackRecord, seeds: Seeds, words: Words) -> None:
    assert len(resolved_table(record, seeds.ledger, words).rows) == len(record.resolved) > 0
    assert len(strata_table(record, words).rows) == 5


def test_the_summary_says_what_was_left_out(record: TrackRecord, words: Words) -> None:
    said = " ".join(summary(record, words))
    for n in (record.verdict.n, record.undecided, *record.announced_dropped.values()):
        assert str(n) in said
    alike = len({goal.met for goal in record.resolved}) == 1
    assert (words.say("track_record.onesided") in said) == alike
    assert "nan" not in said


def test_mixed_outcomes_are_not_called_alike(record: TrackRecord, words: Words) -> None:
    one, *others = record.resolved
    mixed = replace(record, resolved=(replace(one, met=not one.met), *others))
    assert words.say("track_record.onesided") not in summary(mixed, words)
