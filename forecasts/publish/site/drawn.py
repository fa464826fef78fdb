"""Charts of a page: a specification that one bundle draws, words that stand for it, the same in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from forecasts.attainment.result import Attainment
from forecasts.publish import charts, phrases
from forecasts.publish.fonts import printable
from forecasts.publish.live import live_chart
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.site.places import named
from forecasts.publish.vegalite import Spec
from forecasts.publish.words import Words


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the page: its place, its specification, and what stands for it."""

    place: str
    spec: str
    alt: str
    live: bool
    table: Table | None = None


def chart_of(result: Attainment, heads: Sequence[Attainment], words: Words) -> Chart:
    """Return the chart that a reader moves by hand, or the fan where nothing can be moved."""
    place = f"chart-{named(result.scenario.id)}"
    table = _fan_table(result, words)
    sliders = result.what_if.sliders if result.what_if else None
    if sliders is None:
        spec = charts.fan_chart(result, words, beside=heads)
        return Chart(place, written(spec), phrases.fan_alt(result, words), False, table)
    made = live_chart(result, sliders, words)
    return Chart(place, written(made), str(made["description"]), True, table)


def written(spec: Spec) -> str:
    """Return a chart as JSON that the fonts can show, spelled out as one text: its numbers are many."""
    told = {name: part for name, part in spec.items() if name != "$schema"}
    return printable(to_json(told).decode("utf-8"))


def _fan_table(result: Attainment, words: Words) -> Table:
    """Return the chart in numbers: what was published, and what may come."""
    columns = (
        Column(words.say("date")),
        Column(words.say("median"), align="right"),
        Column(words.say("interval80"), align="right"),
    )
    rows = [
        (Cell(p.date.isoformat(), words.say("site.chart.published")), Cell(words.number(p.value)), Cell(""))
        for p in result.history
    ]
    rows += [
        (
            Cell(p.date.isoformat()), Cell(words.estimate(p.q50)),
            Cell(words.say("range", low=words.estimate(p.q10), high=words.estimate(p.q90))),
        )
        for p in result.fan
    ]  # fmt: skip
    return Table(words.say("site.chart.data", unit=words.of(result.goal, "unit")), columns, tuple(rows))
