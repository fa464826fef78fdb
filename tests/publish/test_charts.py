"""The charts: what they show, in both languages, down to a history of one point."""

import datetime as dt
import json
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest
from altair.utils.schemapi import debug_mode
from conftest import Maker

from forecasts.attainment.result import HistoryPoint
from forecasts.ledger.fields import Kind
from forecasts.publish.charts import at, days_axis, fan_chart, members_chart, pace_chart, to_spec, to_svg
from forecasts.publish.drawing import styled
from forecasts.publish.fonts import SANS
from forecasts.publish.vegalite import SCHEMA, field, layer, layered, mark, rows
from forecasts.publish.words import Words


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows]


def texts(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join("".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text"))


def test_the_fan_shows_goal_probability_and_unit(make: Maker, words: Words) -> None:
    shown = texts(to_svg(fan_chart(make(0.88), words)))
    for piece in ("88%", "1,150", words.of(make().goal, "unit"), words.date(make().goal.deadline)):
        assert piece in shown


def test_the_fan_has_one_dot_for_one_point_and_reaches_the_goal(make: Maker, words: Words) -> None:
    spec = json.loads(to_spec(fan_chart(make(value=3000.0), words)))
    assert len([row for row in rows_of(spec) if "low" in row and "value" in row]) == 1
    domains = [
        layer["encoding"]["y"]["scale"]["domain"]
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get("y", {})
    ]
    assert domains
    assert all(low <= 1036 and high >= 3000 for low, high in domains)


def test_the_fan_says_when_its_tail_is_cut(make: Maker, words: Words) -> None:
    a = make()
    wild = a.model_copy(update={"fan": tuple(p.model_copy(update={"q95": 1e6}) for p in a.fan)})
    cut = words.say("chart.fan.cut")
    assert cut in texts(to_svg(fan_chart(wild, words)))
    assert cut not in texts(to_svg(fan_chart(a, words)))


def test_charts_that_stand_side_by_side_have_one_value_axis(make: Maker, words: Words) -> None:
    a, b = make(0.2), make(0.4, growth=0.9)

    def domain(spec: str) -> Any:
        layers = json.loads(spec)["layer"]
        return next(
            x["encoding"]["y"]["scale"]["domain"] for x in layers if "scale" in x["encoding"].get("y", {})
        )

    assert domain(to_spec(fan_chart(a, words, beside=[a, b]))) == domain(
        to_spec(fan_chart(b, words, beside=[a, b]))
    )


def test_dates_stay_the_same_day_in_every_time_zone(make: Maker, words: Words) -> None:
    spec = json.loads(to_spec(fan_chart(make(), words)))
    dates = [row["date"] for row in rows_of(spec) if "date" in row]
    assert dates
    assert all(date.endswith("T00:00:00Z") for date in dates)


def test_members_show_their_own_probability_and_no_certainty(make: Maker, words: Words) -> None:
    chart = members_chart(make(0.88), words)
    shown = texts(to_svg(chart))
    assert "92%" in shown
    assert "82%" in shown
    assert " 0%" not in shown
    assert "100%" not in shown


def test_paces_stand_on_one_scale(make: Maker, words: Words) -> None:
    chart = pace_chart(make(), words)
    assert chart is not None
    shown = texts(to_svg(chart))
    for piece in ("11.0%", "24.5%", "6.2%", "38.0%"):
        assert piece in shown


def test_steps_of_the_same_months_do_not_fall_on_one_another(make: Maker, words: Words) -> None:
    a = make()
    twice = a.reference.model_copy(update={"parent": a.reference.parent[:1] * 2})
    chart = pace_chart(a.model_copy(update={"reference": twice}), words)
    assert chart is not None
    names = {row["name"] for row in rows_of(json.loads(to_spec(chart))) if row.get("role") == "parent"}
    assert len(names) == 2


def test_no_pace_no_chart(make: Maker, words: Words) -> None:
    a = make(required_pace=None, observed_pace=None)
    bare = a.reference.model_copy(
        update={"relation": "none", "low": None, "median": None, "high": None, "parent": ()}
    )
    assert pace_chart(a.model_copy(update={"reference": bare}), words) is None


def test_every_text_is_set_in_the_registered_font(make: Maker, words: Words) -> None:
    long = tuple(
        HistoryPoint(date=dt.date(year, 12, 31), value=v, low=v - 1, high=v + 1)
        for year, v in ((2019, 500.0), (2020, 640.0), (2021, 820.0), (2022, 1036.0))
    )
    root = ElementTree.fromstring(to_svg(fan_chart(make(history=long), words)))
    fonts = {n.get("font-family", "").strip("'\"") for n in root.iter("{http://www.w3.org/2000/svg}text")}
    assert fonts == {SANS}


def test_charts_are_what_altair_would_write(make: Maker, words: Words) -> None:
    assert alt.SCHEMA_URL == SCHEMA
    charts = (
        fan_chart(make(), words), fan_chart(make(kind=Kind.RATE, now=-3.0), words, compact=True),
        members_chart(make(), words), pace_chart(make(), words),
    )  # fmt: skip
    with debug_mode(True):
        for chart in charts:
            assert chart is not None
            read = alt.LayerChart.from_dict(chart, validate=True)
            assert read.to_dict(validate=True) == chart


@pytest.mark.parametrize("ticks", [3, 6])
@pytest.mark.parametrize("first", [dt.date(2023, 8, 31), dt.date(2022, 12, 20)], ids=str)
def test_no_label_of_time_stands_twice_however_short_the_span(first: dt.date, ticks: int) -> None:
    for days in (1, 2, 6, 20, 43, 60, 88, 100, 400, 1200, 2600):
        last = first + dt.timedelta(days=days)
        line = layer(
            rows([{"date": at(first), "v": 0}, {"date": at(last), "v": 1}]), mark("line"),
            x=days_axis(first, last, ticks), y=field("v:Q", axis=None),
        )  # fmt: skip
        root = ElementTree.fromstring(to_svg(styled(layered([line], width=400, height=40))))
        labels = ["".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text")]
        labels = [label for label in labels if label]
        assert len(labels) >= 2, days
        assert len(set(labels)) == len(labels), (days, labels)
