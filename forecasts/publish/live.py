"""The fan chart that a reader moves by hand: all it needs travels inside its specification.

The futures stand in the chart as arrays, the sliders are its own, and Vega works out the fan and the
probability anew: no kernel, no server, no network. What it does to a future, and how the probability is read
off, is told in :class:`forecasts.attainment.what_if.Sliders`; the numbers are those of ``forecasts compare``.
"""

from typing import Any, Final

import altair as alt

from forecasts.attainment.outlook import FLOOR
from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Slider, Sliders
from forecasts.ledger.fields import Comparison
from forecasts.publish import charts
from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, WIDTH, styled
from forecasts.publish.phrases import fan_alt, goal_mark
from forecasts.publish.words import SCALE, Words

#: Quantiles of the fan: low and high end of each band, by its level.
_ENDS: Final = {"90": (0.05, 0.95), "80": (0.1, 0.9), "50": (0.25, 0.75)}

#: Room above the fan as it stands, for what is moved.
_ROOM: Final = 0.35


def live_chart(attainment: Attainment, sliders: Sliders, words: Words) -> alt.LayerChart:
    """Return the fan chart with its sliders, and the probability as they stand.

    Parameters
    ----------
    attainment : Attainment
        The verdict.
    sliders : Sliders
        What can be moved of it.
    words : Words
        The language of the labels.
    """
    goal = attainment.goal
    low, high, _ = charts.value_range([attainment])
    first, last = charts.days_shown(attainment)
    axis = alt.Axis(title=None, format="%Y-%m", tickCount=7, grid=False, labelOverlap=True, labelFlush=True)
    x = alt.X("date:T", axis=axis, scale=alt.Scale(type="utc", domain=[charts.at(first), charts.at(last)]))
    unit = words.of(goal, "unit")
    y_axis = alt.Axis(title=unit, tickCount=6, format=",~r", **charts.title_above(unit))
    top = high + _ROOM * (high - low)
    style = {"axis": y_axis, "scale": alt.Scale(domain=[low, top], nice=False, zero=False)}
    layers: list[alt.Chart | alt.LayerChart] = [
        *_fan(sliders, words, x, style),
        *charts.observed(attainment, words, x),
        *_goal(attainment, words, x, first),
        *_chance(attainment, sliders, words),
    ]
    title = alt.TitleParams(
        words.say("chart.live.title"), subtitle=_subtitle(attainment, sliders, words), offset=14
    )
    chart = alt.layer(*layers).add_params(*_params(attainment, sliders, words))
    description = words.say("chart.live.alt", fan=fan_alt(attainment, words))
    return styled(chart.properties(width=WIDTH, height=300, title=title, description=description))


def _subtitle(attainment: Attainment, sliders: Sliders, words: Words) -> list[str]:
    told = [words.say("chart.live.subtitle", date=words.date(sliders.once_on))]
    if attainment.probability != attainment.probability_alone:
        told.append(words.say("chart.live.alone"))
    return told


def _params(attainment: Attainment, sliders: Sliders, words: Words) -> list[alt.Parameter]:
    """Return the sliders, and what they move."""
    numbers = {
        "pace": ("chart.live.pace", 1.0),
        "one_off": ("chart.live.one_off", 0.0),
        "goal": ("chart.live.goal", attainment.goal.value),
    }
    bound: dict[str, Slider] = {slider.name: slider for slider in sliders.sliders}
    moved = []
    for name, (key, value) in numbers.items():
        slider = bound.get(name)
        label = words.say(key, unit=words.of(attainment.goal, "unit")).strip()
        bind = (
            alt.Undefined
            if slider is None
            else alt.binding_range(min=slider.low, max=slider.high, step=slider.step, name=f"{label} ")
        )
        stands = value if slider is None else slider.value
        moved.append(alt.param(name=name, value=stands, bind=bind))
    held = held_by(sliders, attainment.probability_alone)
    return [*moved, *(alt.param(name=name, value=value) for name, value in held.items())]


def held_by(sliders: Sliders, before: float) -> dict[str, Any]:
    """Return the numbers that a chart holds, by the names of its parameters.

    Parameters
    ----------
    before : float
        The probability against which a change is told.
    """
    goal = sliders.at_deadline
    return {
        "before": before,
        "level": list(sliders.level),
        "value": list(goal.value),
        "base": list(goal.base),
        "days": [charts.at(futures.date) for futures in sliders.fan],
        "counts": [futures.date in sliders.once_counts for futures in sliders.fan],
        "counts_then": goal.date in sliders.once_counts,
        "fan": [list(futures.value) for futures in sliders.fan],
        "bases": [list(futures.base) for futures in sliders.fan],
    }


def _moved(value: str, base: str, counts: str, sliders: Sliders) -> str:
    """Return the expression of a future as the sliders stand."""
    paced = f"({value} + (pace - 1) * max({value} - {base}, 0))"
    least = f"min({paced}, {sliders.least:g})" if sliders.least is not None else "-Infinity"
    topped = f"({counts} ? max({paced} + one_off, {least}) : {paced})"
    return topped if sliders.upper is None else f"min({topped}, {sliders.upper!r})"


def _fan(sliders: Sliders, words: Words, x: alt.X, style: dict[str, Any]) -> list[alt.Chart]:
    """Return the bands and the median; one row a day, made anew whenever a slider moves."""
    size = len(sliders.fan[0].value)
    names = {level: words.say("chart.fan.band", level=level) for level in BANDS}
    base = "bases[datum.day][min(datum.i, length(bases[datum.day]) - 1)]"
    levels = sorted({p for ends in _ENDS.values() for p in ends} | {0.5})
    rows = (
        alt.Chart(alt.sequence(0, size * len(sliders.fan), as_="n"))
        .transform_calculate(day=f"floor(datum.n / {size})", i=f"datum.n % {size}")
        .transform_calculate(
            moved=_moved("fan[datum.day][datum.i]", base, "counts[datum.day]", sliders),
            date="toDate(days[datum.day])",
        )
        .transform_quantile("moved", probs=levels, groupby=["date"], as_=["p", "q"])
        .transform_calculate(p="'q' + round(1000 * datum.p)")
        .transform_pivot("p", value="q", groupby=["date"])
        .transform_calculate(**{f"band{level}": charts.quoted(name) for level, name in names.items()})
    )
    legend = alt.Legend(title=None, orient="bottom", symbolType="square", symbolStrokeWidth=0)
    scale = alt.Scale(domain=list(names.values()), range=list(BANDS.values()))
    areas = [
        rows.mark_area(clip=True, opacity=1).encode(
            x=x, y=alt.Y(f"{_q(low)}:Q", **style), y2=f"{_q(high)}:Q",
            color=alt.Color(f"band{level}:N", scale=scale, legend=legend),
        )
        for level, (low, high) in _ENDS.items()
    ]  # fmt: skip
    tooltip = [
        alt.Tooltip("date:T", title=words.say("date"), format="%Y-%m-%d"),
        alt.Tooltip(f"{_q(0.5)}:Q", title=words.say("median"), format=",.4~r"),
    ]
    line = rows.mark_line(clip=True, color=MEDIAN, strokeWidth=2)
    return [*areas, line.encode(x=x, y=alt.Y(f"{_q(0.5)}:Q", **style), tooltip=tooltip)]


def _q(level: float) -> str:
    return f"q{round(1000 * level)}"


def _goal(attainment: Attainment, words: Words, x: alt.X, first: Any) -> list[alt.Chart]:
    """Return the goal as it stands, and its deadline."""
    goal = attainment.goal
    other = charts.quoted(f"{goal.comparison.sign} ")
    label = goal_mark(goal.value, goal.comparison, goal.deadline, words.of(goal, "unit"), words)
    row = alt.Chart(alt.InlineData(values=[{"date": charts.at(first)}])).transform_calculate(
        value="goal",
        label=f"goal == {goal.value!r} ? {charts.quoted(label)} : {other} + format(goal, ',.12~r')",
    )
    below = goal.comparison.asks_less
    day = alt.Chart(alt.InlineData(values=[{"date": charts.at(goal.deadline)}]))
    return [
        day.mark_rule(color=ACCENT, strokeDash=[3, 3]).encode(x=x),
        row.mark_rule(color=ACCENT, strokeWidth=1.8, clip=True).encode(y="value:Q"),
        row.mark_text(
            color=ACCENT, align="left", dx=4, baseline="top" if below else "bottom", dy=4 if below else -3,
            fontSize=12, clip=True,
        ).encode(x=x, y="value:Q", text="label:N"),
    ]  # fmt: skip


def _chance(attainment: Attainment, sliders: Sliders, words: Words) -> list[alt.Chart]:
    """Return the probability as a number, in words, and its change against where the sliders stood."""
    goal = attainment.goal
    n = len(sliders.level)
    base = "base[min(datum.i, length(base) - 1)]"
    least, most = (charts.quoted(words.say(key)) for key in ("probability.below", "probability.above"))
    edge = f"(goal {'+' if goal.comparison.asks_less else '-'} {sliders.tolerance:g})"
    sign = "<=" if goal.comparison in (Comparison.ABOVE, Comparison.AT_MOST) else "<"
    below = "datum.p_below" if goal.comparison.asks_less else "1 - datum.p_below"
    row = (
        alt.Chart(alt.sequence(0, n, as_="i"))
        .transform_calculate(moved=_moved("value[datum.i]", base, "counts_then", sliders))
        .transform_calculate(under=f"datum.moved {sign} {edge}")
        .transform_calculate(
            one="datum.under ? 1 : 0",
            low="datum.under ? datum.moved : null",
            high="datum.under ? null : datum.moved",
        )
        .transform_aggregate(k="sum(one)", low="max(low)", high="min(high)")
        .transform_calculate(
            part=f"datum.high > datum.low ? ({edge} - datum.low) / (datum.high - datum.low) : 0"
        )
        .transform_calculate(
            p_below=f"datum.k == 0 ? 0 : datum.k == {n} ? 1 : "
            "level[datum.k - 1] + datum.part * (level[datum.k] - level[datum.k - 1])"
        )
        .transform_calculate(p=f"clamp({below}, {FLOOR:g}, {1 - FLOOR:g})")
        .transform_calculate(
            percent="datum.p < 0.01 ? 0 : datum.p > 0.99 ? 100 : clamp(round(100 * datum.p), 1, 99)"
        )
        .transform_calculate(
            number=f"datum.percent == 0 ? {least} : datum.percent == 100 ? {most} : datum.percent + '%'",
            change="format(100 * (datum.p - before), '+.1f')",
        )
        .transform_calculate(words=f"{_likelihood(words)} + {_changed(words)}")
    )
    number = row.mark_text(align="left", baseline="bottom", fontSize=34, color=MEDIAN)
    said = row.mark_text(align="left", baseline="bottom", fontSize=15, color=INK)
    return [
        number.encode(x=alt.value(0), y=alt.value(-14), text="number:N"),
        said.encode(x=alt.value(175), y=alt.value(-18), text="words:N"),
    ]


def _likelihood(words: Words) -> str:
    """Return the expression of the probability in words."""
    steps = [(low, words.say(f"likelihood.{name}")) for low, name in SCALE]
    out = charts.quoted(steps[0][1])
    for low, name in steps[1:]:
        out = f"(datum.percent >= {low} ? {charts.quoted(name)} : {out})"
    return out


def _changed(words: Words) -> str:
    """Return the expression of the change, told with its sign; nothing where nothing was moved."""
    before, after = words.say("chart.live.change", points="\x00").split("\x00")
    told = f"{charts.quoted(before)} + datum.change + {charts.quoted(after)}"
    return f"(datum.change == '+0.0' || datum.change == '−0.0' ? '' : {told})"
