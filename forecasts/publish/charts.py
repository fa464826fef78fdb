"""The charts of a brief, as Altair charts: one calm blue, one accent for what was promised."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, Literal

import altair as alt

from forecasts.attainment.result import Attainment
from forecasts.ledger.fields import Kind
from forecasts.publish.drawing import (
    ACCENT,
    BANDS,
    COMPACT,
    INK,
    MEDIAN,
    MUTED,
    WIDTH,
    styled,
    to_spec,
    to_svg,
)
from forecasts.publish.pacing import change, in_points, pace_value
from forecasts.publish.phrases import (
    FEW_STEPS,
    fan_alt,
    goal_mark,
    goal_sentence,
    growth_name,
    member_name,
    members_alt,
)
from forecasts.publish.words import Words

__all__ = ["fan_chart", "members_chart", "pace_alt", "pace_chart", "to_spec", "to_svg"]

#: The pace chart shows so many of the parent region's newest steps; the table has them all.
NEWEST: Final = 8

#: Width of the pace chart's bars; the rest is for their names.
BARS: Final = WIDTH - 190

Row = dict[str, str | float]


def fan_chart(
    attainment: Attainment, words: Words, *, beside: Sequence[Attainment] = (), compact: bool = False
) -> alt.LayerChart:
    """Return what was published, what may come, and the goal.

    Parameters
    ----------
    attainment : Attainment
        The verdict; its history may have a single point.
    words : Words
        The language of the labels.
    beside : sequence of Attainment, optional
        Other readings of the goal, beside which the chart stands: they get the same value axis.
    compact : bool, optional
        Small, without title and legend, for the first page.
    """
    goal = attainment.goal
    low, high, cut = value_range([attainment, *beside])
    first, last = days_shown(attainment)
    axis = alt.Axis(
        title=None,
        format="%Y-%m",
        tickCount=4 if compact else 7,
        grid=False,
        labelOverlap=True,
        labelFlush=True,
    )
    x = alt.X("date:T", axis=axis, scale=alt.Scale(type="utc", domain=[at(first), at(last)]))
    unit = words.of(goal, "unit")
    y_axis = alt.Axis(title=unit, tickCount=4 if compact else 6, format=",~r", **title_above(unit))
    y_scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    layers = [
        *_bands(attainment, words, x, {"axis": y_axis, "scale": y_scale}, compact),
        *_zero(low, high),
        *_goal(attainment, words, x, first),
        *observed(attainment, words, x),
    ]
    chart = alt.layer(*layers).properties(description=fan_alt(attainment, words))
    if compact:
        return styled(chart.properties(width=COMPACT[0], height=COMPACT[1]))
    title = words.say(
        "chart.fan.title",
        goal=goal_sentence(attainment, words),
        probability=words.probability(attainment.probability_alone),
        likelihood=words.likelihood(attainment.probability_alone),
    )
    subtitle = [words.say("chart.fan.subtitle")] + ([words.say("chart.fan.cut")] if cut else [])
    return styled(chart.properties(width=WIDTH, height=270, title=alt.TitleParams(title, subtitle=subtitle)))


def members_chart(attainment: Attainment, words: Words) -> alt.LayerChart:
    """Return each member's own probability as a dot, with the combined one as a line."""
    serving = [(m.name, m.probability) for m in attainment.members if m.probability is not None]
    rows: list[Row] = [
        {"name": member_name(name, words), "p": p, "text": words.probability(p)}
        for name, p in sorted(serving, key=lambda pair: -pair[1])
    ]
    chance = attainment.probability_alone
    combined = words.say("chart.members.combined", probability=words.probability(chance))
    # The ends of the scale are not labelled: nothing is impossible or certain.
    x_axis = alt.Axis(title=words.say("probability"), format="%", values=[0.1, 0.25, 0.5, 0.75, 0.9])
    x = alt.X("p:Q", axis=x_axis, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=200))
    width = WIDTH - 190
    base = alt.Chart(_data(rows))
    tooltip = [
        alt.Tooltip("name:N", title=words.say("model")),
        alt.Tooltip("text:N", title=words.say("probability")),
    ]
    dots = base.mark_point(filled=True, size=70, color=MEDIAN, opacity=1).encode(x=x, y=y, tooltip=tooltip)
    # The numbers stand in a column of their own, where no line runs through them.
    labels = base.mark_text(align="left", color=INK).encode(x=alt.value(width + 10), y=y, text="text:N")
    rule = alt.Chart(_data([{"p": chance}])).mark_rule(color=ACCENT, strokeWidth=2).encode(x=x)
    title = alt.TitleParams(words.say("chart.members.title"), subtitle=combined, subtitleColor=ACCENT)
    chart = alt.layer(rule, dots, labels).properties(
        width=width, height=alt.Step(24), title=title, description=members_alt(attainment, words)
    )
    return styled(chart)


def pace_chart(attainment: Attainment, words: Words) -> alt.LayerChart | None:
    """Return the required pace beside the paces that were seen, on one scale; None if there is none."""
    rows = _pace_rows(attainment, words)
    if not rows:
        return None
    required = attainment.required_pace
    x_title = words.say("chart.pace.percent")
    if required is not None and in_points(required.scale, attainment, words):
        x_title = words.say("chart.pace.points")
    elif required is not None and required.scale != "percent_per_year":
        x_title = words.say("chart.pace.units", unit=words.of(attainment.goal, "unit"))
    x = alt.X("low:Q", axis=alt.Axis(title=x_title, tickCount=6), scale=_pace_scale(rows))
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=260))
    base = alt.Chart(_data(rows))
    colour = alt.Color("role:N", scale=_roles(), legend=None)
    tooltip = [alt.Tooltip("name:N", title=x_title), alt.Tooltip("text:N", title=" ")]
    bars = base.mark_bar(height=11).encode(x=x, x2="high:Q", y=y, color=colour, tooltip=tooltip)
    labels = base.mark_text(
        align=alt.expr("datum.edge < 0 ? 'right' : 'left'"),
        dx=alt.expr("datum.edge < 0 ? -6 : 6"),
        color=INK,
    ).encode(x="edge:Q", y=y, text="text:N")
    medians = [{"name": r["name"], "median": r["median"]} for r in rows if "median" in r]
    layers: list[alt.Chart] = [bars, labels]
    if medians:
        tick = alt.Chart(_data(medians)).mark_tick(color=INK, thickness=2, size=15)
        layers.append(tick.encode(x="median:Q", y=y))
    if required is not None:
        line = alt.Chart(_data([{"p": required.value}])).mark_rule(
            color=ACCENT, strokeWidth=1.5, strokeDash=[4, 3]
        )
        layers.append(line.encode(x="p:Q"))
    title = alt.TitleParams(words.say("chart.pace.title"), subtitle=words.say("chart.pace.subtitle"))
    chart = alt.layer(*layers).properties(
        width=BARS, height=alt.Step(24), title=title, description=pace_alt(attainment, words)
    )
    return styled(chart)


def _pace_scale(rows: Sequence[Row]) -> alt.Scale:
    """Return the scale of paces; beside a bar that points down there is room for its label."""
    ends = [float(row[name]) for row in rows for name in ("low", "high")]
    low, high = min(0.0, *ends), max(0.0, *ends)
    if low == 0:
        return alt.Scale(zero=True, nice=True)
    down = [str(row["text"]) for row in rows if float(row["edge"]) < 0]
    room = max((sum(12 if sign > "\u2e80" else 6.5 for sign in text) + 12 for text in down), default=0)
    part = min(0.6, room / BARS)
    return alt.Scale(domain=[low - (high - low) * part / (1 - part), high], nice=False)


def pace_alt(attainment: Attainment, words: Words) -> str:
    """Return the pace chart in words."""
    rows = _pace_rows(attainment, words)
    parts = [words.say("chart.pace.one", name=str(r["name"]), value=str(r["text"])) for r in rows]
    return words.say("chart.pace.alt", paces=words.together(parts))


def days_shown(attainment: Attainment) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a fan chart."""
    ahead = [p.date for p in attainment.fan] + [attainment.goal.deadline]
    return min([p.date for p in attainment.history] + ahead), max(ahead)


def at(day: dt.date) -> str:
    """Return a day as charts have it."""
    # The day at midnight in UTC, on a scale in UTC: the same drawing in every time zone.
    return f"{day.isoformat()}T00:00:00Z"


def _data(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def title_above(unit: str) -> dict[str, Any]:
    """Return where the title of a value axis stands."""
    # The unit stands above its axis, upright, where it is read first.
    place = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -30, "titleY": -6}
    return place if unit else {}


def _roles() -> alt.Scale:
    colours = {"required": ACCENT, "own": MEDIAN, "parent": BANDS["50"], "reference": BANDS["80"]}
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def value_range(attainments: Sequence[Attainment]) -> tuple[float, float, bool]:
    """Return the ends of the value axis, and whether a very long upper tail was cut."""
    history = [point for a in attainments for point in a.history]
    fan = [point for a in attainments for point in a.fan]
    goals = [a.goal.value for a in attainments]
    lowest = min([*goals, *(p.low for p in history), *(p.q05 for p in fan)])
    middle = max([*goals, *(p.high for p in history), *(p.q50 for p in fan)])
    tail = max([middle, *(p.q95 for p in fan)])
    high = min(tail, 2.5 * middle) if lowest >= 0 else tail
    room = 0.1 * ((high - lowest) or abs(high) or 1.0)
    top = high + 1.4 * room
    if attainments[0].goal.kind is Kind.SHARE:
        top = min(top, max(high, attainments[0].goal.upper or 100.0))
    return (max(0.0, lowest - room) if lowest >= 0 else lowest - room), top, tail > high


def _zero(low: float, high: float) -> list[alt.Chart]:
    """Return the line of zero, where the axis runs below it."""
    if not low < 0 < high:
        return []
    base = alt.Chart(_data([{"zero": 0.0}]))
    return [base.mark_rule(color=MUTED, strokeWidth=1).encode(y="zero:Q")]


def _bands(
    attainment: Attainment, words: Words, x: alt.X, style: dict[str, Any], compact: bool
) -> list[alt.Chart]:
    names = {level: words.say("chart.fan.band", level=level) for level in BANDS}
    rows: list[Row] = [
        {
            "date": at(p.date),
            "day": words.date(p.date),
            **{f"band{level}": name for level, name in names.items()},
            **{q: getattr(p, q) for q in ("q05", "q10", "q25", "q50", "q75", "q90", "q95")},
            "median": words.estimate(p.q50),
            "likely": words.say("range", low=words.estimate(p.q10), high=words.estimate(p.q90)),
        }
        for p in attainment.fan
    ]
    base = alt.Chart(_data(rows))
    legend = (
        None if compact else alt.Legend(title=None, orient="bottom", symbolType="square", symbolStrokeWidth=0)
    )
    scale = alt.Scale(domain=list(names.values()), range=list(BANDS.values()))
    areas = [
        base.mark_area(clip=True, opacity=1).encode(
            x=x, y=alt.Y(low, **style), y2=high, color=alt.Color(f"band{level}:N", scale=scale, legend=legend)
        )
        for level, low, high in (("90", "q05:Q", "q95:Q"), ("80", "q10:Q", "q90:Q"), ("50", "q25:Q", "q75:Q"))
    ]
    tooltip = [
        alt.Tooltip("day:N", title=words.say("date")),
        alt.Tooltip("median:N", title=words.say("median")),
        alt.Tooltip("likely:N", title=words.say("interval80")),
    ]
    median = base.mark_line(clip=True, color=MEDIAN, strokeWidth=2).encode(
        x=x, y=alt.Y("q50:Q", **style), tooltip=tooltip
    )
    return [*areas, median]


def _goal(attainment: Attainment, words: Words, x: alt.X, first: dt.date) -> list[alt.Chart]:
    goal = attainment.goal
    label = goal_mark(goal.value, goal.comparison, goal.deadline, words.of(goal, "unit"), words)
    line: Row = {"date": at(first), "value": goal.value, "label": label}
    base = alt.Chart(_data([line]))
    rule = base.mark_rule(color=ACCENT, strokeWidth=1.8).encode(y="value:Q")
    # What was published lies above a goal that asks for less: its label stands below the line.
    baseline: Literal["top", "bottom"] = "top" if goal.comparison.asks_less else "bottom"
    text = base.mark_text(
        color=ACCENT, align="left", dx=4, baseline=baseline, dy=4 if baseline == "top" else -3, fontSize=12
    )
    day = (
        alt.Chart(_data([{"date": at(goal.deadline)}])).mark_rule(color=ACCENT, strokeDash=[3, 3]).encode(x=x)
    )
    return [day, rule, text.encode(x=x, y="value:Q", text="label:N")]


def observed(attainment: Attainment, words: Words, x: alt.X) -> list[alt.Chart]:
    """Return what was published, as dots with their possible range."""
    rows: list[Row] = [
        {"date": at(p.date), "value": p.value, "low": p.low, "high": p.high,
         "day": words.date(p.date), "text": words.estimate(p.value)}
        for p in attainment.history
    ]  # fmt: skip
    if (count := attainment.so_far) is not None:
        rows.append(
            {"date": at(count.date), "value": count.value, "low": count.value, "high": count.value,
             "day": words.date(count.date), "text": words.estimate(count.value)}
        )  # fmt: skip
    base = alt.Chart(_data(rows))
    tooltip = [
        alt.Tooltip("day:N", title=words.say("date")),
        alt.Tooltip("text:N", title=words.say("published")),
    ]
    bars = base.mark_rule(color=INK, strokeWidth=1.6).encode(x=x, y="low:Q", y2="high:Q")
    dots = base.mark_point(filled=True, color=INK, size=44, opacity=1)
    return [bars, dots.encode(x=x, y="value:Q", tooltip=tooltip)]


def _pace_rows(attainment: Attainment, words: Words) -> list[Row]:
    """Return a bar for every pace that is on the scale of the required one."""
    required, observed, reference = attainment.required_pace, attainment.observed_pace, attainment.reference
    scale = required.scale if required else observed.scale if observed else "percent_per_year"
    rows: list[Row] = []

    def bar(name: str, value: float, role: str, text: str) -> None:
        # A row is found by its name: two steps within the same months must not fall on one another.
        taken = sum(str(row["name"]).startswith(name) for row in rows)
        shown = f"{name} ({taken + 1})" if taken else name
        rows.append({"name": shown, "low": 0.0, "high": value, "edge": value, "role": role, "text": text})

    if required:
        bar(words.say("pace.required"), required.value, "required", pace_value(required, attainment, words))
    if observed and observed.scale == scale and observed.whose == "own":
        years = words.say("pace.years", start=f"{observed.start:%Y-%m}", end=f"{observed.end:%Y-%m}")
        name = words.say("chart.pace.own", years=years)
        bar(name, observed.value, "own", pace_value(observed, attainment, words))
    if scale == "percent_per_year":
        for growth in reference.parent[-NEWEST:]:
            shown = words.percent(growth.percent_per_year)
            bar(growth_name(growth, words), growth.percent_per_year, "parent", shown)
    few = reference.steps < FEW_STEPS or reference.scale != scale
    if not few and reference.low is not None and reference.high is not None:
        low, high = (change(v, scale, attainment, words) for v in (reference.low, reference.high))
        bar(
            words.say("chart.pace.reference"),
            reference.high,
            "reference",
            words.say("range", low=low, high=high),
        )
        middle: Row = {} if reference.median is None else {"median": reference.median}
        rows[-1] |= {"low": reference.low, "edge": max(reference.high, 0.0)} | middle
    return rows


def quoted(text: str) -> str:
    """Return a text as a literal of Vega's expressions."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"
