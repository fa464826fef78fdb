"""How a notebook shows a verdict: the brief's own sentences, charts and tables, offline.

A chart is shown as an SVG that carries its font, because JupyterLab has no viewer for Altair's current
Vega-Lite and a machine without a Chinese font would show nothing in place of a sign. The Vega-Lite
specification travels with it.
"""

import base64
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from forecasts.attainment.result import Attainment
from forecasts.publish import detail, phrases, recorded
from forecasts.publish.brief import compose
from forecasts.publish.charts import fan_chart, members_chart, pace_chart
from forecasts.publish.drawing import svg_of, to_spec
from forecasts.publish.english import told_of
from forecasts.publish.fonts import SANS, font_rules
from forecasts.publish.live import live_chart
from forecasts.publish.pacing import paces
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.taking import what_it_takes
from forecasts.publish.themed import AnyChart
from forecasts.publish.tornado import tornado_chart
from forecasts.publish.vegalite import Spec
from forecasts.publish.words import Language, Words

#: Altair itself says ``.v6.json``, which the notebook format takes for text; objects need ``+json``.
VEGALITE = "application/vnd.vegalite.v6+json"

#: What JupyterLab's own viewer takes, and the name by which a specification says so; nobody fetches it.
VEGALITE_5 = "application/vnd.vegalite.v5+json"
VEGALITE_5_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, shown as they are."""

    paragraphs: tuple[str, ...]

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(text)}</p>" for text in self.paragraphs if text)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, with the same in words for who cannot see it."""

    text: str

    @classmethod
    def of(cls, chart: AnyChart | Spec) -> "Drawing":
        """Draw a chart, be it Altair's or a specification."""
        return cls(to_spec(chart))

    @property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification."""
        spec: dict[str, Any] = json.loads(self.text)
        return spec

    @property
    def alt(self) -> str:
        """The chart in words."""
        return str(self.spec.get("description", ""))

    def svg(self) -> str:
        """Return the chart as one SVG with the signs it needs."""
        svg = svg_of(self.text)
        signs = "".join(sorted(set(unescape(re.sub(r"<[^>]*>", "", svg))) | {" "}))
        rules = font_rules(SANS, signs)
        head, close, rest = svg.partition(">")
        return f"{head}{close}<style>{rules}</style>{rest}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"image/svg+xml": self.svg(), VEGALITE: self.spec, "text/plain": self.alt}


@dataclass(frozen=True, slots=True)
class Live(Drawing):
    """A chart with sliders, which every viewer of Vega-Lite moves, with the kernel gone and the network off.

    JupyterLab's viewer speaks the version before Altair's; what is used here is the same in both.
    """

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        spec = {"$schema": VEGALITE_5_SCHEMA} | self.spec
        return {VEGALITE_5: spec, "image/svg+xml": self.svg(), "text/plain": self.alt}


@dataclass(frozen=True, slots=True)
class Drawings:
    """Several charts side by side, each under its title."""

    titled: tuple[tuple[str, Drawing], ...]

    def _repr_html_(self) -> str:
        figures = "".join(self._figure(*titled) for titled in self.titled)
        return f'<div style="display:flex;flex-wrap:wrap;gap:1em">{figures}</div>'

    @staticmethod
    def _figure(title: str, drawing: Drawing) -> str:
        data = base64.b64encode(drawing.svg().encode()).decode("ascii")
        image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(drawing.alt)}">'
        return f'<figure style="margin:0"><figcaption>{escape(title)}</figcaption>{image}</figure>'


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the brief, and a sentence below it."""

    table: Table
    note: str = ""

    def _repr_html_(self) -> str:
        head = self._row("th", (escape(column.title) for column in self.table.columns))
        rows = "".join(self._row("td", map(_cell, row)) for row in self.table.rows)
        caption = f"<caption>{escape(self.table.caption)}</caption>"
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<table>{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>{note}"

    def _row(self, tag: str, contents: Iterable[str]) -> str:
        aligned = zip(self.table.columns, contents, strict=True)
        style = "min-width:5em;overflow-wrap:anywhere;text-align"  # an address has no place to break a line
        cells = (f'<{tag} style="{style}:{column.align}">{html}</{tag}>' for column, html in aligned)
        return f"<tr>{''.join(cells)}</tr>"


@dataclass(frozen=True, slots=True)
class View:
    """One verdict, ready to be shown part by part."""

    result: Attainment
    language: Language

    @property
    def words(self) -> Words:
        """The language's words."""
        return Words(self.language)

    @property
    def told(self) -> Attainment:
        """The result as the language tells its figures."""
        return told_of(self.result, self.words)

    @property
    def headline(self) -> Text:
        """What is asked, the answer, and what it rests on."""
        r, w = self.told, self.words
        name = f"{w.of(r.goal, 'region')} · {w.of(r.goal, 'indicator')} · {phrases.scenario_name(r, w)}"
        fared = (recorded.told(r, w), recorded.belonging(r, w))
        said = (phrases.target(r, w), phrases.chance(r, w), *fared, phrases.dates(r, w))
        rest = (*phrases.reference(r, w), phrases.meaning(r, w), phrases.borrowed((r,), w))
        return Text((name, *said, phrases.unknown_goal(r, w), *rest))

    @property
    def fan(self) -> Drawing:
        """What was published, what may come, and the goal."""
        return Drawing.of(fan_chart(self.told, self.words))

    @property
    def live(self) -> Live | Text:
        """The fan chart that a reader moves by hand; empty where the result has no futures to move."""
        what_if = self.told.what_if
        if what_if is None or what_if.sliders is None:
            return Text(())
        return Live(to_spec(live_chart(self.told, what_if.sliders, self.words)))

    @property
    def tornado(self) -> Drawing | Text:
        """What the answer rests on, the widest swing first; empty where nobody asked."""
        what_if = self.told.what_if
        if what_if is None or what_if.sensitivity is None:
            return Text(())
        return Drawing.of(tornado_chart(what_if.sensitivity, self.words))

    @property
    def takes(self) -> Text:
        """What would have to be true for a high probability."""
        return Text((what_it_takes(self.told, self.words),))

    @property
    def members(self) -> Drawing:
        """What each growth model says, as a chart."""
        return Drawing.of(members_chart(self.told, self.words))

    @property
    def members_table(self) -> Grid:
        """What each growth model says, and why some are silent."""
        told = self.told
        return Grid(detail.members_table(told, self.words), detail.members_left(told, self.words))

    @property
    def pace(self) -> Drawing | Text:
        """The pace that the goal asks for against those that were observed."""
        chart = pace_chart(self.told, self.words)
        if chart is None:
            return Text((paces(self.told, self.words),))
        return Drawing.of(chart)

    @property
    def record_table(self) -> Grid | Text:
        """How goals like it fared; empty where there is no record, or none of them was resolved."""
        record = self.told.record
        if record is None or record.newest is None:
            return Text(())
        return Grid(recorded.record_table(record, self.words))

    @property
    def evidence(self) -> Grid:
        """Every observation that the verdict rests on."""
        return Grid(detail.evidence_table((self.told,), self.words))


@dataclass(frozen=True, slots=True)
class Overview:
    """Many verdicts on one page."""

    results: Sequence[Attainment]
    language: Language

    @property
    def words(self) -> Words:
        """The language's words."""
        return Words(self.language)

    @property
    def headline(self) -> Text:
        """The answer in one line, as the brief gives it."""
        return Text(
            (compose(self.results, (), self.words).headline, phrases.borrowed(self.results, self.words))
        )

    @property
    def table(self) -> Grid:
        """Every goal under every scenario."""
        groups = self._groups()
        tables = [detail.scenarios_table(group, group, self.words) for group in groups]
        rows = [
            (Cell(self._name(group[0])), *row)
            for group, table in zip(groups, tables, strict=True)
            for row in table.rows
        ]
        columns = (Column(self.words.say("indicator"), 2.0), *tables[0].columns)
        return Grid(Table(tables[0].caption, columns, tuple(rows)))

    @property
    def fans(self) -> Drawings:
        """A small fan chart for every verdict."""
        return Drawings(tuple((self._title(r), self._fan(r)) for r in self.results))

    def _fan(self, result: Attainment) -> Drawing:
        return Drawing.of(fan_chart(told_of(result, self.words), self.words, compact=True))

    def _groups(self) -> list[list[Attainment]]:
        goals = dict.fromkeys(r.goal.id for r in self.results)
        return [[r for r in self.results if r.goal.id == goal] for goal in goals]

    def _name(self, result: Attainment) -> str:
        return f"{self.words.of(result.goal, 'region')} · {self.words.of(result.goal, 'indicator')}"

    def _title(self, result: Attainment) -> str:
        return f"{self._name(result)} · {phrases.scenario_name(result, self.words)}"


def _cell(cell: Cell) -> str:
    """Write a cell as HTML; only web addresses lead anywhere."""
    text = escape(cell.text)
    if cell.href:
        text = f'<a href="{escape(cell.href)}">{text}</a>'
    return text + (f"<br><small>{escape(cell.detail)}</small>" if cell.detail else "")
