"""Where a probability comes from: its parts, each from where the one before it ended."""

from forecasts.attainment.result import Attainment
from forecasts.publish.drawing import ACCENT, INK, MEDIAN, styled
from forecasts.publish.vegalite import Spec, field, layer, layered, mark, rows
from forecasts.publish.words import Words

Row = dict[str, str | float]


def waterfall_chart(attainment: Attainment, words: Words) -> Spec | None:
    """Return the parts that a probability sums from, each from the end of the last; None if nobody asked."""
    parts = _falls(attainment, words)
    if not parts:
        return None
    x = field("low:Q", axis={"format": "%", "title": None, "values": [0.25, 0.5, 0.75]},
              scale={"domain": [0, 1.16], "nice": False})  # fmt: skip
    y = field("name:N", sort=None, axis={"labelLimit": 170, "title": None})
    colours = {"domain": ["up", "down", "sum"], "range": [MEDIAN, ACCENT, INK]}
    data = rows(parts)
    layers = [
        layer(data, mark("bar", height=10), x=x, x2=field("high"), y=y,
              color=field("role:N", scale=colours, legend=None)),
        layer(data, mark("text", align="left", dx=5, color=INK), x=field("high:Q"), y=y,
              text=field("text:N")),
    ]  # fmt: skip
    chance = words.probability(attainment.probability)
    told = words.say("chart.waterfall.title", probability=chance)
    title = {"text": told, "fontSize": 13, "offset": 8}
    description = waterfall_alt(attainment, words)
    return styled(layered(layers, width=190, height={"step": 16}, title=title, description=description))


def waterfall_alt(attainment: Attainment, words: Words) -> str:
    """Return the waterfall in words."""
    told = [
        words.say("chart.pace.one", name=str(one["name"]), value=str(one["text"]))
        for one in _falls(attainment, words)
    ]
    return words.say("chart.waterfall.alt", parts=words.together(told))


def _falls(attainment: Attainment, words: Words) -> list[Row]:
    """Return a bar a part; what is printed sums, being differences of printed levels."""
    falls = None if attainment.what_if is None else attainment.what_if.waterfall
    if falls is None:
        return []
    found: list[Row] = []
    before = 0
    for part in falls.parts:
        after = round(1000 * part.probability)
        apart, start = after - before, before / 1000
        first = not found
        key = "part.points.first" if first else "part.points.up" if apart >= 0 else "part.points.down"
        if apart or first or part.name in ("class", "own"):
            low, high = sorted((start, after / 1000))
            found.append(
                {"name": words.say(f"part.{part.name}"), "low": low, "high": high,
                 "role": "up" if apart >= 0 else "down",
                 "text": words.say(key, points=words.decimal(abs(apart) / 10, 1))}
            )  # fmt: skip
        before = after
    level = words.say("part.points.first", points=words.decimal(before / 10, 1))
    end: Row = {
        "name": words.say("part.sum"),
        "low": 0.0,
        "high": before / 1000,
        "role": "sum",
        "text": level,
    }
    return [*found, end]
