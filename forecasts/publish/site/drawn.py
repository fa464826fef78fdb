"""Charts of a page: a specification that one bundle draws, words that stand for it, the same in numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic_core import to_json

from forecasts.attainment.result import Attainment
from forecasts.publish import charts, phrases
from forecasts.publish.fonts import printable
from forecasts.publish.live import held_by, live_chart
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.site.places import named
from forecasts.publish.vegalite import Spec
from forecasts.publish.words import Words

#: Futures of a chart by the names of its parameters: they are most of it, and the same in both languages.
FUTURES: Final = ("level", "value", "base", "fan", "bases")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the page.

    Attributes
    ----------
    place, spec, alt : str
        Where it is drawn, its specification, and the words that stand for it.
    live : bool
        Whether it is moved by hand; its futures lie in a script then, and are left out here.
    ratio : str
        By what the futures are multiplied as the page's language tells them, such as ``1/10``.
    table : Table, optional
        The same in numbers.
    """

    place: str
    spec: str
    alt: str
    live: bool
    table: Table | None = None
    ratio: str = "1/1"


def chart_of(result: Attainment, heads: Sequence[Attainment], words: Words, factor: Decimal) -> Chart:
    """Return the chart that a reader moves by hand, or the fan where nothing can be moved.

    Parameters
    ----------
    result : Attainment
        As its language tells it.
    factor : Decimal
        By what its figures were multiplied for that.
    """
    place = _place(result)
    table = _fan_table(result, words)
    sliders = result.what_if.sliders if result.what_if else None
    if sliders is None:
        spec = charts.fan_chart(result, words, beside=heads)
        return Chart(place, written(spec), phrases.fan_alt(result, words), False, table)
    made = live_chart(result, sliders, words)
    params = [{"name": p["name"]} if p["name"] in FUTURES else p for p in made["params"]]
    by, of = factor.as_integer_ratio()
    told = written({**made, "params": params})
    return Chart(place, told, str(made["description"]), True, table, f"{by}/{of}")


def futures_of(results: Iterable[Attainment]) -> bytes:
    """Return the futures of charts as a script, which pages share: from a disk they may load nothing else."""
    moved = ((_place(r), held_by(r.what_if.sliders, 0)) for r in results if r.what_if and r.what_if.sliders)
    told = {place: {name: held[name] for name in FUTURES} for place, held in moved}
    return b"forecastsSite.hold(" + to_json(told) + b");\n"


def _place(result: Attainment) -> str:
    return f"chart-{named(result.scenario.id)}"


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
