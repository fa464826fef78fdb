"""The required pace beside the paces that were seen, as bars on one scale."""

from collections.abc import Sequence
from typing import Final

from forecasts.attainment.result import Attainment
from forecasts.publish.drawing import ACCENT, BANDS, INK, MEDIAN, styled
from forecasts.publish.pacing import change, in_points, pace_value
from forecasts.publish.phrases import FEW_STEPS, growth_name
from forecasts.publish.vegalite import Spec, field, layer, layered, mark, rows
from forecasts.publish.words import Words

#: The pace chart shows so many of the parent region's newest steps; the table has them all.
NEWEST: Final = 8

#: Width of the pace chart's bars; the rest is for their names.
BARS: Final = 170

Row = dict[str, str | float]


def pace_chart(attainment: Attainment, words: Words) -> Spec | None:
    """Return the required pace beside the paces that were seen, on one scale; None if there is none."""
    paces = _pace_rows(attainment, words)
    if not paces:
        return None
    required = attainment.required_pace
    x_title = words.say("chart.pace.percent")
    if required is not None and in_points(required.scale, attainment, words):
        x_title = words.say("chart.pace.points")
    elif required is not None and required.scale != "percent_per_year":
        x_title = words.say("chart.pace.units", unit=words.of(attainment.goal, "unit"))
    x = field("low:Q", axis={"tickCount": 4, "title": x_title}, scale=_pace_scale(paces))
    y = field("name:N", sort=None, axis={"labelLimit": 180, "title": None})
    colour = field("role:N", scale=_roles(), legend=None)
    tooltip = [field("name:N", title=x_title), field("text:N", title=" ")]
    beside = mark(
        "text",
        align={"expr": "datum.edge < 0 ? 'right' : 'left'"},
        dx={"expr": "datum.edge < 0 ? -6 : 6"},
        color=INK,
    )
    bar, data = mark("bar", height=10), rows(paces)
    layers = [
        layer(data, bar, x=x, x2=field("high"), y=y, color=colour, tooltip=tooltip),
        layer(data, beside, x=field("edge:Q"), y=y, text=field("text:N")),
    ]
    medians = [{"name": r["name"], "median": r["median"]} for r in paces if "median" in r]
    if medians:
        tick = mark("tick", color=INK, thickness=2, size=15)
        layers.append(layer(rows(medians), tick, x=field("median:Q"), y=y))
    if required is not None:
        line = mark("rule", color=ACCENT, strokeWidth=1.5, strokeDash=[4, 3])
        layers.append(layer(rows([{"p": required.value}]), line, x=field("p:Q")))
    title = {"text": words.say("chart.pace.title"), "fontSize": 13, "offset": 8}
    description = pace_alt(attainment, words)
    return styled(layered(layers, width=BARS, height={"step": 17}, title=title, description=description))


def _pace_scale(paces: Sequence[Row]) -> Spec:
    """Return the scale of paces; beside a bar that points down there is room for its label."""
    ends = [float(row[name]) for row in paces for name in ("low", "high")]
    low, high = min(0.0, *ends), max(0.0, *ends)
    up = [str(row["text"]) for row in paces if float(row["edge"]) >= 0.6 * high]
    beside = min(0.6, max((_length(text) for text in up), default=0) / BARS)
    if low == 0:
        return {"domain": [0, (high or 1.0) / (1 - beside)], "nice": False}
    down = [str(row["text"]) for row in paces if float(row["edge"]) < 0]
    room = max(map(_length, down), default=0)
    part = min(0.6, room / BARS)
    return {"domain": [low - (high - low) * part / (1 - part), high], "nice": False}


def _length(text: str) -> float:
    """Return how wide a label is, with the gap before it, as far as its signs tell."""
    return sum(12 if sign > "\u2e80" else 6.5 for sign in text) + 12


def pace_alt(attainment: Attainment, words: Words) -> str:
    """Return the pace chart in words."""
    told = _pace_rows(attainment, words)
    parts = [words.say("chart.pace.one", name=str(r["name"]), value=str(r["text"])) for r in told]
    return words.say("chart.pace.alt", paces=words.together(parts))


def _pace_rows(attainment: Attainment, words: Words) -> list[Row]:
    """Return a bar for every pace that is on the scale of the required one."""
    required, observed, reference = attainment.required_pace, attainment.observed_pace, attainment.reference
    scale = required.scale if required else observed.scale if observed else "percent_per_year"
    found: list[Row] = []

    def bar(name: str, value: float, role: str, text: str) -> None:
        # A row is found by its name: two steps within the same months must not fall on one another.
        taken = sum(str(row["name"]).startswith(name) for row in found)
        shown = f"{name} ({taken + 1})" if taken else name
        found.append({"name": shown, "low": 0.0, "high": value, "edge": value, "role": role, "text": text})

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
        found[-1] |= {"low": reference.low, "edge": max(reference.high, 0.0)} | middle
    return found


def _roles() -> Spec:
    colours = {"required": ACCENT, "own": MEDIAN, "parent": BANDS["50"], "reference": BANDS["80"]}
    return {"domain": list(colours), "range": list(colours.values())}
