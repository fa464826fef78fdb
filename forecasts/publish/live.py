"""The fan chart that a reader moves by hand: all it needs travels inside its specification.

The futures stand in the chart as arrays, the sliders are its own, and Vega works out the fan and the
probability anew: no kernel, no server, no network. What it does to a future, and how the probability is read
off, is told in :class:`forecasts.attainment.what_if.Sliders`; the numbers are those of ``forecasts compare``.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from forecasts.attainment.outlook import FLOOR
from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Slider, Sliders
from forecasts.ledger.fields import Comparison
from forecasts.publish import charts
from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, WIDTH, styled
from forecasts.publish.phrases import fan_alt, goal_mark
from forecasts.publish.vegalite import (
    Spec,
    calculate,
    field,
    layer,
    layered,
    mark,
    rows,
    sequence,
    value,
)
from forecasts.publish.words import SCALE, Words

#: Quantiles of the fan: low and high end of each band, by its level.
_ENDS: Final = {"90": (0.05, 0.95), "80": (0.1, 0.9), "50": (0.25, 0.75)}

#: Room above the fan as it stands, for what is moved.
_ROOM: Final = 0.35


def live_chart(attainment: Attainment, sliders: Sliders, words: Words) -> Spec:
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
    x = charts.days_axis(first, last, ticks=7)
    unit = words.of(goal, "unit")
    y_axis = {"title": unit, "tickCount": 6, "format": ",~r", **charts.title_above(unit)}
    top = high + _ROOM * (high - low)
    style = {"axis": y_axis, "scale": {"domain": [low, top], "nice": False, "zero": False}}
    layers = [
        *_fan(sliders, words, x, style),
        *charts.observed(attainment, words, x),
        *_goal(attainment, words, x, first),
        *_chance(attainment, sliders, words),
    ]
    subtitle = _subtitle(attainment, sliders, words)
    told = {"text": words.say("chart.live.title"), "offset": 14, "subtitle": subtitle}
    return styled(
        layered(
            layers, width=WIDTH, height=300, title=told, params=list(_params(attainment, sliders, words)),
            description=words.say("chart.live.alt", fan=fan_alt(attainment, words)),
        )
    )  # fmt: skip


def _subtitle(attainment: Attainment, sliders: Sliders, words: Words) -> list[str]:
    told = [words.say("chart.live.subtitle", date=words.date(sliders.once_on))]
    if attainment.probability != attainment.probability_alone:
        told.append(words.say("chart.live.alone"))
    return told


def _params(attainment: Attainment, sliders: Sliders, words: Words) -> Iterator[Spec]:
    """Yield the sliders, and what they move."""
    numbers = {
        "pace": ("chart.live.pace", 1.0),
        "one_off": ("chart.live.one_off", 0.0),
        "goal": ("chart.live.goal", attainment.goal.value),
    }
    bound: dict[str, Slider] = {slider.name: slider for slider in sliders.sliders}
    for name, (key, stands) in numbers.items():
        slider = bound.get(name)
        if slider is None:
            yield {"name": name, "value": stands}
        else:
            label = words.say(key, unit=words.of(attainment.goal, "unit")).strip()
            ends = {"max": slider.high, "min": slider.low, "name": f"{label} ", "step": slider.step}
            yield {"name": name, "bind": {"input": "range", **ends}, "value": slider.value}
    for name, held in held_by(sliders, attainment.probability_alone).items():
        yield {"name": name, "value": held}


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
    once = f"{paced} + one_off"
    if sliders.least is not None:  # an expression of Vega has no word for what is below everything
        once = f"max({once}, min({paced}, {sliders.least:g}))"
    topped = f"({counts} ? {once} : {paced})"
    return topped if sliders.upper is None else f"min({topped}, {sliders.upper!r})"


def _fan(sliders: Sliders, words: Words, x: Spec, style: Spec) -> list[Spec]:
    """Return the bands and the median; one row a day, made anew whenever a slider moves."""
    size = len(sliders.fan[0].value)
    names = {level: words.say("chart.fan.band", level=level) for level in BANDS}
    base = "bases[datum.day][min(datum.i, length(bases[datum.day]) - 1)]"
    levels = sorted({p for ends in _ENDS.values() for p in ends} | {0.5})
    data = sequence(size * len(sliders.fan), "n")
    steps = [
        *calculate(day=f"floor(datum.n / {size})", i=f"datum.n % {size}"),
        *calculate(
            moved=_moved("fan[datum.day][datum.i]", base, "counts[datum.day]", sliders),
            date="toDate(days[datum.day])",
        ),
        {"quantile": "moved", "groupby": ["date"], "probs": levels, "as": ["p", "q"]},
        *calculate(p="'q' + round(1000 * datum.p)"),
        {"pivot": "p", "value": "q", "groupby": ["date"]},
        *calculate(**{f"band{level}": charts.quoted(name) for level, name in names.items()}),
    ]
    colours, area = charts.band_colours(names), mark("area", clip=True, opacity=1)
    areas = [
        layer(
            data, area, steps, x=x, y=field(f"{_q(low)}:Q", **style), y2=field(_q(high)),
            color=field(f"band{level}:N", **colours),
        )
        for level, (low, high) in _ENDS.items()
    ]  # fmt: skip
    tooltip = [
        field("date:T", title=words.say("date"), format="%Y-%m-%d"),
        field(f"{_q(0.5)}:Q", title=words.say("median"), format=",.4~r"),
    ]
    line, y = mark("line", clip=True, color=MEDIAN, strokeWidth=2), field(f"{_q(0.5)}:Q", **style)
    return [*areas, layer(data, line, steps, x=x, y=y, tooltip=tooltip)]


def _q(level: float) -> str:
    return f"q{round(1000 * level)}"


def _goal(attainment: Attainment, words: Words, x: Spec, first: dt.date) -> list[Spec]:
    """Return the goal as it stands, and its deadline."""
    goal = attainment.goal
    other = charts.quoted(f"{goal.comparison.sign} ")
    label = goal_mark(goal.value, goal.comparison, goal.deadline, words.of(goal, "unit"), words)
    steps = calculate(
        value="goal",
        label=f"goal == {goal.value!r} ? {charts.quoted(label)} : {other} + format(goal, ',.12~r')",
    )
    data, level = rows([{"date": charts.at(first)}]), field("value:Q")
    return [
        charts.deadline(attainment, x),
        layer(data, mark("rule", color=ACCENT, strokeWidth=1.8, clip=True), steps, y=level),
        layer(data, charts.goal_label(attainment, clip=True), steps, x=x, y=level, text=field("label:N")),
    ]


def _chance(attainment: Attainment, sliders: Sliders, words: Words) -> list[Spec]:
    """Return the probability as a number, in words, and its change against where the sliders stood."""
    goal = attainment.goal
    n = len(sliders.level)
    base = "base[min(datum.i, length(base) - 1)]"
    least, most = (charts.quoted(words.say(key)) for key in ("probability.below", "probability.above"))
    edge = f"(goal {'+' if goal.comparison.asks_less else '-'} {sliders.tolerance:g})"
    sign = "<=" if goal.comparison in (Comparison.ABOVE, Comparison.AT_MOST) else "<"
    below = "datum.p_below" if goal.comparison.asks_less else "1 - datum.p_below"
    steps = [
        *calculate(moved=_moved("value[datum.i]", base, "counts_then", sliders)),
        *calculate(under=f"datum.moved {sign} {edge}"),
        *calculate(
            one="datum.under ? 1 : 0",
            low="datum.under ? datum.moved : null",
            high="datum.under ? null : datum.moved",
        ),
        {
            "aggregate": [
                {"op": "sum", "field": "one", "as": "k"},
                {"op": "max", "field": "low", "as": "low"},
                {"op": "min", "field": "high", "as": "high"},
            ]
        },
        *calculate(part=f"datum.high > datum.low ? ({edge} - datum.low) / (datum.high - datum.low) : 0"),
        *calculate(
            p_below=f"datum.k == 0 ? 0 : datum.k == {n} ? 1 : "
            "level[datum.k - 1] + datum.part * (level[datum.k] - level[datum.k - 1])"
        ),
        *calculate(p=f"clamp({below}, {FLOOR:g}, {1 - FLOOR:g})"),
        *calculate(percent="datum.p < 0.01 ? 0 : datum.p > 0.99 ? 100 : clamp(round(100 * datum.p), 1, 99)"),
        *calculate(
            number=f"datum.percent == 0 ? {least} : datum.percent == 100 ? {most} : datum.percent + '%'",
            change="format(100 * (datum.p - before), '+.1f')",
        ),
        *calculate(words=f"{_likelihood(words)} + {_changed(words)}"),
    ]
    data = sequence(n, "i")
    large = mark("text", align="left", baseline="bottom", fontSize=34, color=MEDIAN)
    small = mark("text", align="left", baseline="bottom", fontSize=15, color=INK)
    return [
        layer(data, large, steps, x=value(0), y=value(-14), text=field("number:N")),
        layer(data, small, steps, x=value(175), y=value(-18), text=field("words:N")),
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
