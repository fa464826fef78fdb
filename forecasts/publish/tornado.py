"""The tornado: what an answer rests on, the widest first, and the probability against the goal's value."""

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from forecasts.attainment.what_if import Sensitivity, SensitivityEnd, SensitivityRow
from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, MUTED
from forecasts.publish.phrases import goal_mark, named, setting_told, share_told
from forecasts.publish.themed import AnyChart, themed
from forecasts.publish.words import Words

#: Width of the bars and of the column of shares; the rest is for what is set to what.
BARS: Final = 300

#: Height of an assumption: its name, and a line for each end.
STEP: Final = 50

#: Width and height of the curve, and the probabilities between which it is shown: beyond them it only trails.
CURVE: Final = (BARS + 110, 190)
SHOWN: Final = (0.015, 0.985)

#: Steps that an axis of probabilities may have.
TICKS: Final = (0.2, 0.1, 0.05, 0.02, 0.01)

Row = dict[str, str | float]


def tornado_chart(found: Sensitivity, words: Words) -> alt.VConcatChart:
    """Return the tornado above the curve.

    Parameters
    ----------
    found : Sensitivity
        It may have no assumption, and ends without an answer.
    words : Words
        The language of the labels.
    """
    what = named(words.of(found, "region"), words.of(found, "indicator"), words)
    said = (
        words.say("chart.tornado.what", what=what, scenario=words.of(found, "scenario")),
        words.say("chart.tornado.line", probability=words.probability(found.probability)),
        words.say("chart.tornado.subtitle"),
    )
    title = alt.TitleParams(words.say("chart.tornado.title"), subtitle=list(said))
    parts: list[AnyChart] = [_bars(found, words)] if found.rows else []
    parts.append(_curve(found, words))
    chart: alt.VConcatChart = (
        alt.vconcat(*parts, spacing=36)
        .resolve_legend(color="independent")
        .properties(title=title, description=tornado_alt(found, words))
    )
    return themed(chart)


def tornado_alt(found: Sensitivity, words: Words) -> str:
    """Return the chart in words."""
    parts = [
        words.say(
            "chart.tornado.one", name=words.of(row, "name"), low=_end_told(row, row.low, words),
            high=_end_told(row, row.high, words), share=share_told(row.share),
        )
        for row in found.rows
    ]  # fmt: skip
    chance = words.probability(found.probability)
    return words.say("chart.tornado.alt", probability=chance, rows=words.together(parts))


def _end_told(row: SensitivityRow, end: SensitivityEnd, words: Words) -> str:
    silent = words.say("chart.tornado.silent")
    chance = silent if end.probability is None else words.probability(end.probability)
    return words.say("chart.tornado.end", setting=setting_told(row, end, words), probability=chance)


def _data(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def _bars(found: Sensitivity, words: Words) -> AnyChart:
    """Return a bar from what stands to each end, its name and settings before it, its share behind it."""
    names = {"low": words.say("chart.tornado.low"), "high": words.say("chart.tornado.high")}
    ends = [
        (row, side, end)
        for row in found.rows
        for side, end in (("low", row.low), ("high", row.high))
        if end.probability is not None
    ]
    bars: list[Row] = [
        {
            "id": row.id, "side": names[side], "from": found.probability, "to": float(end.probability or 0),
            "name": words.of(row, "name"), "setting": setting_told(row, end, words),
            "text": words.probability(float(end.probability or 0)),
        }
        for row, side, end in ends
    ]  # fmt: skip
    x = alt.X("from:Q", axis=_axis(found, words), scale=alt.Scale(domain=_domain(found), nice=False))
    y = alt.Y("id:N", sort=[row.id for row in found.rows], axis=None)
    colour = alt.Color(
        "side:N",
        scale=alt.Scale(domain=list(names.values()), range=[BANDS["50"], MEDIAN]),
        legend=alt.Legend(title=None, orient="bottom", symbolType="square", symbolStrokeWidth=0),
    )
    tooltip = [
        alt.Tooltip("name:N", title=words.say("chart.tornado.assumption")),
        alt.Tooltip("setting:N", title=words.say("chart.tornado.setting")),
        alt.Tooltip("text:N", title=words.say("probability")),
    ]
    bar = (
        alt.Chart(_data(bars)).mark_bar(height=20).encode(x=x, x2="to:Q", y=y, color=colour, tooltip=tooltip)
    )
    line = alt.Chart(_data([{"p": found.probability}])).mark_rule(color=INK, strokeWidth=1.5).encode(x="p:Q")
    return alt.layer(bar, line, *_numbers(found, words, y), *_named(found, words, y)).properties(
        width=BARS, height=alt.Step(STEP)
    )


def _axis(found: Sensitivity, words: Words) -> alt.Axis:
    """Return the axis of probabilities; its ends are not labelled: nothing is impossible or certain."""
    low, high = _domain(found)
    step = next((s for s in TICKS if (high - low) / s >= 4), TICKS[-1])
    ticks = [round(k * step, 2) for k in range(1, round(1 / step)) if low <= k * step <= high]
    return alt.Axis(title=words.say("probability"), format="%", values=ticks, grid=True)


def _domain(found: Sensitivity) -> list[float]:
    """Return the ends of the axis of probabilities; beside each bar there is room for its number."""
    ends = [e.probability for row in found.rows for e in (row.low, row.high) if e.probability is not None]
    low, high = min(found.probability, *ends, 1.0), max(found.probability, *ends, 0.0)
    room = 0.18 * max(high - low, 0.05)
    return [low - room, high + room]


def _numbers(found: Sensitivity, words: Words, y: alt.Y) -> list[alt.Chart]:
    """Return the probability at the outer ends of the bars, where it is printed otherwise than the line's."""
    stands = words.probability(found.probability)
    sides: dict[str, list[Row]] = {"right": [], "left": []}
    for row in found.rows:
        told = [end.probability for end in (row.low, row.high) if end.probability is not None]
        for align, outer in (("right", min), ("left", max)):
            p = outer([found.probability, *told])
            if words.probability(p) != stands:
                sides[align].append({"id": row.id, "p": p, "text": words.probability(p)})
    marks = (("right", -5), ("left", 5))
    return [
        alt.Chart(_data(sides[align])).mark_text(align=align, dx=dx, color=INK).encode(  # type: ignore[arg-type]
            x="p:Q", y=y, text="text:N"
        )
        for align, dx in marks
        if sides[align]
    ]  # fmt: skip


def _named(found: Sensitivity, words: Words, y: alt.Y) -> list[alt.Chart]:
    """Return each assumption's name, what it is set to, and its share of the variance."""
    silent = words.say("chart.tornado.silent")

    def line(row: SensitivityRow, key: str, end: SensitivityEnd) -> str:
        said = words.say(key, setting=setting_told(row, end, words))
        return said if end.probability is not None else f"{said} {silent}"

    rows: list[Row] = [
        {
            "id": row.id, "name": words.of(row, "name"), "low": line(row, "chart.tornado.low_is", row.low),
            "high": line(row, "chart.tornado.high_is", row.high), "share": share_told(row.share),
        }
        for row in found.rows
    ]  # fmt: skip
    base = alt.Chart(_data(rows))
    before: dict[str, Any] = {"align": "right", "limit": 400}
    left = alt.value(-14)
    head = alt.Chart(_data([{"text": words.say("chart.tornado.share")}])).mark_text(align="left", color=MUTED)
    return [
        base.mark_text(**before, dy=-15, color=INK, fontSize=12).encode(x=left, y=y, text="name:N"),
        base.mark_text(**before, dy=0, color=MUTED, fontSize=10.5).encode(x=left, y=y, text="low:N"),
        base.mark_text(**before, dy=14, color=MUTED, fontSize=10.5).encode(x=left, y=y, text="high:N"),
        base.mark_text(align="left", color=INK).encode(x=alt.value(BARS + 12), y=y, text="share:N"),
        head.encode(x=alt.value(BARS + 12), y=alt.value(-8), text="text:N"),
    ]


def _curve(found: Sensitivity, words: Words) -> AnyChart:
    """Return the probability against the goal's value, and where the goal is."""
    unit = words.of(found, "unit")
    x_title = words.say("chart.curve.x", unit=unit) if unit else words.say("chart.curve.value")
    x = alt.X(
        "value:Q", axis=alt.Axis(title=x_title, format=",~r", tickCount=6, grid=False),
        scale=alt.Scale(domain=_shown(found), nice=False),
    )  # fmt: skip
    ticks = [0.1, 0.25, 0.5, 0.75, 0.9]
    y = alt.Y(
        "p:Q", axis=alt.Axis(title=words.say("probability"), format="%", values=ticks),
        scale=alt.Scale(domain=[0, 1]),
    )  # fmt: skip
    rows: list[Row] = [
        {
            "value": point.value, "p": point.probability, "text": words.probability(point.probability),
            "what": words.quantity(point.value, unit, rounded=True),
        }
        for point in found.curve
    ]  # fmt: skip
    tooltip = [
        alt.Tooltip("what:N", title=words.say("chart.curve.value")),
        alt.Tooltip("text:N", title=words.say("probability")),
    ]
    line = alt.Chart(_data(rows)).mark_line(clip=True, color=MEDIAN, strokeWidth=2)
    mark = goal_mark(found.goal_value, found.comparison, found.deadline, unit, words)
    text = words.say("chart.curve.goal", goal=mark, probability=words.probability(found.probability))
    goal = alt.Chart(_data([{"value": found.goal_value, "p": found.probability, "text": text}]))
    right = found.goal_value > sum(_shown(found)) / 2
    label = goal.mark_text(
        color=ACCENT, align="right" if right else "left", dx=-8 if right else 8, dy=-10, fontSize=12
    )
    return alt.layer(
        goal.mark_rule(color=ACCENT, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x),
        line.encode(x=x, y=y, tooltip=tooltip),
        goal.mark_point(filled=True, color=ACCENT, size=70, opacity=1).encode(x=x, y=y),
        label.encode(x=x, y=y, text="text:N"),
    ).properties(
        width=CURVE[0],
        height=CURVE[1],
        title=alt.TitleParams(words.say("chart.curve.title"), fontSize=13, offset=10),
    )


def _shown(found: Sensitivity) -> list[float]:
    """Return the ends of the axis of values, the goal within."""
    low, high = SHOWN
    values = [point.value for point in found.curve if low <= point.probability <= high]
    return [min(found.goal_value, *values), max(found.goal_value, *values)] if values else [
        found.curve[0].value, found.curve[-1].value
    ]  # fmt: skip
