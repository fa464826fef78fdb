"""The charts of a brief, as Vega-Lite: one calm blue, one accent for what was promised."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from forecasts.attainment.result import Attainment, Standing
from forecasts.ledger.fields import Kind
from forecasts.publish.backdrop import Backdrop
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
from forecasts.publish.pace_chart import pace_alt, pace_chart
from forecasts.publish.phrases import (
    fan_alt,
    goal_mark,
    goal_sentence,
    member_name,
    members_alt,
)
from forecasts.publish.vegalite import Spec, field, layer, layered, mark, rows, value
from forecasts.publish.words import Words

__all__ = ["fan_chart", "members_chart", "pace_alt", "pace_chart", "to_spec", "to_svg"]

#: Shape and filling of a figure by what it is: told apart without colour, too.
MARKS: Final[Mapping[Standing, tuple[str, str]]] = {
    "printed": ("circle", INK),
    "threshold": ("triangle-up", INK),
    "derived": ("diamond", "white"),
}

Row = dict[str, str | float]

#: Height of the labels of the goal and of the day of knowledge, one above the other.
LABELS: Final = 34

#: Ticks that lie closer than these days are those of weeks or days, others those of months.
FORTNIGHT: Final = 14.5


def fan_chart(
    attainment: Attainment,
    words: Words,
    *,
    beside: Sequence[Attainment] = (),
    compact: bool = False,
    size: tuple[int, int] = COMPACT,
    behind: Backdrop | None = None,
) -> Spec:
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
    size : (int, int), optional
        Width and height of a compact one; where three stand in a row, the goal's label is short.
    behind : Backdrop, optional
        What the parent region counted, as a grey line.
    """
    goal = attainment.goal
    low, high, cut = value_range([attainment, *beside])
    first, last = days_shown(attainment)
    if behind is not None:
        first = min([first, *(day for day, _ in behind.points)])
        low, high = (
            min([low, *(0.9 * v for _, v in behind.points)]),
            max([high, *(v for _, v in behind.points)]),
        )
    if compact:
        # Room above the goal for its label and that of the day of knowledge.
        above = LABELS / size[1]
        high = max(high, (goal.value - above * low) / (1 - above))
    x = days_axis(first, last, ticks=7 if not compact else 4 if size[0] >= COMPACT[0] else 3)
    unit = words.of(goal, "unit")
    y_axis = {"title": unit, "tickCount": 4 if compact else 6, "format": ",~r", **title_above(unit)}
    y_scale = {"domain": [low, high], "nice": False, "zero": False}
    layers = [
        *_bands(attainment, words, x, {"axis": y_axis, "scale": y_scale}, compact),
        *_zero(low, high),
        *_behind(behind, x),
        *_goal(attainment, words, x, first, short=compact and size[0] < COMPACT[0]),
        *_today(attainment, words, x, first),
        *observed(attainment, words, x),
    ]
    description = fan_alt(attainment, words)
    if compact:
        return styled(layered(layers, width=size[0], height=size[1], description=description))
    title = words.say(
        "chart.fan.title",
        goal=goal_sentence(attainment, words),
        probability=words.probability(attainment.probability_alone),
        likelihood=words.likelihood(attainment.probability_alone),
    )
    subtitle = [words.say("chart.fan.subtitle")] + ([words.say("chart.fan.cut")] if cut else [])
    told = {"text": title, "subtitle": subtitle}
    return styled(layered(layers, width=WIDTH, height=165, title=told, description=description))


def _behind(behind: Backdrop | None, x: Spec) -> list[Spec]:
    if behind is None:
        return []
    data = rows([{"date": at(day), "value": value} for day, value in behind.points])
    line = mark("line", color=MUTED, strokeDash=[4, 3], strokeWidth=1.2)
    dot = mark("point", filled=True, color="#9aa4ad", size=24, opacity=1)
    return [layer(data, one, x=x, y=field("value:Q")) for one in (line, dot)]


def _today(attainment: Attainment, words: Words, x: Spec, first: dt.date) -> list[Spec]:
    """Return the line of the day of knowledge, with its label at the top on the side where there is room."""
    day = attainment.known_on
    end = days_shown(attainment)[1]
    if not first < day < end:
        return []
    data = rows([{"date": at(day), "label": words.say("chart.today", date=words.date(day))}])
    early = (day - first) < (end - first) / 2
    label = mark("text", color=INK, align="left" if early else "right", dx=4 if early else -4, baseline="top")
    rule = mark("rule", color=INK, strokeDash=[2, 2], strokeWidth=1)
    return [layer(data, rule, x=x), layer(data, label, x=x, y=value(2), text=field("label:N"))]


def members_chart(attainment: Attainment, words: Words) -> Spec:
    """Return each member's own probability as a dot, with the combined one as a line."""
    serving = [(m.name, m.probability) for m in attainment.members if m.probability is not None]
    served: list[Row] = [
        {"name": member_name(name, words), "p": p, "text": words.probability(p)}
        for name, p in sorted(serving, key=lambda pair: -pair[1])
    ]
    chance = attainment.probability_alone
    combined = words.say("chart.members.combined", probability=words.probability(chance))
    # The ends of the scale are not labelled: nothing is impossible or certain.
    x_axis = {"format": "%", "title": words.say("probability"), "values": [0.1, 0.25, 0.5, 0.75, 0.9]}
    x = field("p:Q", axis=x_axis, scale={"domain": [0, 1]})
    y = field("name:N", sort=None, axis={"labelLimit": 200, "title": None})
    width = WIDTH - 190
    data = rows(served)
    tooltip = [field("name:N", title=words.say("model")), field("text:N", title=words.say("probability"))]
    dot = mark("point", filled=True, size=70, color=MEDIAN, opacity=1)
    line = mark("rule", color=ACCENT, strokeWidth=2)
    layers = [
        layer(rows([{"p": chance}]), line, x=x),
        layer(data, dot, x=x, y=y, tooltip=tooltip),
        # The numbers stand in a column of their own, where no line runs through them.
        layer(data, mark("text", align="left", color=INK), x=value(width + 10), y=y, text=field("text:N")),
    ]
    title = {"text": words.say("chart.members.title"), "subtitle": combined, "subtitleColor": ACCENT}
    description = members_alt(attainment, words)
    return styled(layered(layers, width=width, height={"step": 24}, title=title, description=description))


def days_shown(attainment: Attainment) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a fan chart."""
    ahead = [p.date for p in attainment.fan] + [attainment.goal.deadline]
    return min([p.date for p in attainment.history] + ahead), max(ahead)


def at(day: dt.date) -> str:
    """Return a day as charts have it."""
    # The day at midnight in UTC, on a scale in UTC: the same drawing in every time zone.
    return f"{day.isoformat()}T00:00:00Z"


def days_axis(first: dt.date, last: dt.date, ticks: int) -> Spec:
    """Return the days of a chart, from left to right: years of a long span, days of a short one.

    Ticks lie at least as far apart as what their labels tell, so that no label stands twice.
    """
    axis: Spec = {
        "format": "%Y-%m", "grid": False, "labelFlush": True, "labelOverlap": True, "tickCount": ticks,
        "title": None,
    }  # fmt: skip
    days = (last - first).days
    if days > 366 * ticks:
        axis["format"] = "%Y"
    elif days < FORTNIGHT * ticks:
        axis["format"] = "%m-%d" if first.year == last.year else "%Y-%m-%d"
        if days <= ticks:
            axis["tickCount"] = {"interval": "day", "step": 1}
    return field("date:T", axis=axis, scale={"domain": [at(first), at(last)], "type": "utc"})


def title_above(unit: str) -> dict[str, Any]:
    """Return where the title of a value axis stands."""
    # The unit stands above its axis, upright, where it is read first.
    place = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -30, "titleY": -6}
    return place if unit else {}


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


def _zero(low: float, high: float) -> list[Spec]:
    """Return the line of zero, where the axis runs below it."""
    if not low < 0 < high:
        return []
    return [layer(rows([{"zero": 0.0}]), mark("rule", color=MUTED, strokeWidth=1), y=field("zero:Q"))]


def _bands(attainment: Attainment, words: Words, x: Spec, style: Spec, compact: bool) -> list[Spec]:
    names = {level: words.say("chart.fan.band", level=level) for level in BANDS}
    data = rows(
        [
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
    )
    colours = band_colours(names, with_legend=not compact)
    area = mark("area", clip=True, opacity=1)
    ends = {"90": ("q05:Q", "q95"), "80": ("q10:Q", "q90"), "50": ("q25:Q", "q75")}
    areas = [
        layer(
            data, area, x=x, y=field(low, **style), y2=field(high), color=field(f"band{level}:N", **colours)
        )
        for level, (low, high) in ends.items()
    ]
    tooltip = [
        field("day:N", title=words.say("date")),
        field("median:N", title=words.say("median")),
        field("likely:N", title=words.say("interval80")),
    ]
    line = mark("line", clip=True, color=MEDIAN, strokeWidth=2)
    return [*areas, layer(data, line, x=x, y=field("q50:Q", **style), tooltip=tooltip)]


def band_colours(names: Mapping[str, str], with_legend: bool = True) -> Spec:
    """Return the colours of the bands of a fan, each with its name, and their legend."""
    legend = {"orient": "bottom", "symbolStrokeWidth": 0, "symbolType": "square", "title": None}
    scale = {"domain": list(names.values()), "range": list(BANDS.values())}
    return {"scale": scale, "legend": legend if with_legend else None}


def _goal(
    attainment: Attainment, words: Words, x: Spec, first: dt.date, short: bool = False
) -> list[Spec]:  # fmt: skip
    goal, unit = attainment.goal, words.of(attainment.goal, "unit")
    label = goal_mark(goal.value, goal.comparison, goal.deadline, unit, words)
    if short:
        amount = words.quantity(goal.value, unit)
        label = words.say("front.target", sign=goal.comparison.sign, amount=amount)
    data = rows([{"date": at(first), "value": goal.value, "label": label}])
    level = field("value:Q")
    return [
        deadline(attainment, x),
        layer(data, mark("rule", color=ACCENT, strokeWidth=1.8), y=level),
        layer(data, goal_label(attainment), x=x, y=level, text=field("label:N")),
    ]


def deadline(attainment: Attainment, x: Spec) -> Spec:
    """Return the line of the goal's deadline."""
    dashed = mark("rule", color=ACCENT, strokeDash=[3, 3])
    return layer(rows([{"date": at(attainment.goal.deadline)}]), dashed, x=x)


def goal_label(attainment: Attainment, **style: Any) -> Spec:
    """Return the mark of the goal's label."""
    # What was published lies above a goal that asks for less: its label stands below the line.
    below = attainment.goal.comparison.asks_less
    place = {"baseline": "top", "dy": 4} if below else {"baseline": "bottom", "dy": -3}
    return mark("text", color=ACCENT, align="left", dx=4, fontSize=12, **place, **style)


def observed(attainment: Attainment, words: Words, x: Spec) -> list[Spec]:
    """Return the figures with their possible range: what was printed, and otherwise marked what was not."""
    names = {standing: words.say(f"standing.{standing}") for standing in MARKS}
    seen: list[Row] = [
        {"date": at(p.date), "value": p.value, "low": p.low, "high": p.high,
         "day": words.date(p.date), "text": words.estimate(p.value), "what": names[p.standing]}
        for p in attainment.history
    ]  # fmt: skip
    if (count := attainment.so_far) is not None:
        seen.append(
            {"date": at(count.date), "value": count.value, "low": count.value, "high": count.value,
             "day": words.date(count.date), "text": words.estimate(count.value), "what": names["printed"]}
        )  # fmt: skip
    data = rows(seen)
    tooltip = [
        field("day:N", title=words.say("date")),
        field("text:N", title=words.say("chart.mark.value")),
        field("what:N", title=words.say("chart.mark")),
    ]
    bar = mark("rule", color=INK, strokeWidth=1.6)
    dot = mark("point", strokeWidth=1.6, size=44, opacity=1)
    there = {row["what"] for row in seen}
    shape, fill, stroke = _marks([name for name in names.values() if name in there], names)
    return [
        layer(data, bar, x=x, y=field("low:Q"), y2=field("high")),
        layer(
            data, dot, x=x, y=field("value:Q"), shape=shape, fill=fill, stroke=stroke, tooltip=tooltip
        ),
    ]  # fmt: skip


def _marks(said: Sequence[str], names: Mapping[Standing, str]) -> tuple[Spec, Spec, Spec]:
    """Return shape, filling and outline of figures by what they are; a legend where that differs."""
    there = [standing for standing in MARKS if names[standing] in said]
    legend = {"orient": "bottom", "symbolStrokeWidth": 1.6, "title": None, "labelLimit": 0}

    def by(held: Sequence[str]) -> Spec:
        scale = {"domain": list(said), "range": list(held)}
        return field("what:N", scale=scale, legend=None if there in ([], ["printed"]) else legend)

    shapes, fills = [MARKS[s][0] for s in there], [MARKS[s][1] for s in there]
    # Vega-Lite gives a legend's signs an outline only where the outline, too, says something.
    return by(shapes), by(fills), by([INK] * len(there))


def quoted(text: str) -> str:
    """Return a text as a literal of Vega's expressions."""
    plain = " ".join(text.splitlines())  # no line of any kind may end within a literal
    return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'"
