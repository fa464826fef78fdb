"""The explorer's widgets, and where they stand."""

from html import escape
from typing import Final

import anywidget
import ipywidgets as widgets

from forecasts.attainment.what_if import Sought, Vary
from forecasts.notebook.sketch import Control
from forecasts.publish.drawing import INK, MEDIAN, MUTED
from forecasts.publish.fonts import SANS, font_rules
from forecasts.publish.words import Words, catalogue
from forecasts.scenarios.seeds import Seeds

#: Room for the labels of the panel, and of all others: none is cut, in any language.
PANEL: Final = {"description_width": "12em"}
LABELS: Final = {"description_width": "10em"}

#: How wide a control of the panel is, with its label: a box to tick has room beside it.
CONTROL: Final = "29em"


class Keys(anywidget.AnyWidget):
    """Keeps JupyterLab's shortcuts from a chart's sliders: there, arrow keys are the sliders' own."""

    _esm = """
    function render({ el }) {
      const mark = () => {
        const chart = el.closest(".forecasts-chart");
        if (!chart) return requestAnimationFrame(mark);
        chart.dataset.lmSuppressShortcuts = "true";
        chart.addEventListener("keydown", event => event.stopPropagation());
      };
      mark();
    }
    export default { render };
    """


def names_of(seeds: Seeds) -> str:
    """Return every name that may be shown."""
    ledger = seeds.ledger
    named = [(one.name_zh, one.name_en) for one in ledger.indicators.values()]
    named += [(one.name_zh, one.name_en) for one in ledger.regions.values()]
    named += [(one.name_zh, one.name_en) for one in seeds.scenarios.values()]
    return "".join(map("".join, named))


def style_of(words: Words, names: str) -> str:
    """Return the style of the explorer, with the signs that it shows: a machine may have no font for them."""
    signs = "".join(sorted(set("".join(catalogue(words.language).values()) + names)))
    rule = (
        f'.forecasts-explorer, .forecasts-explorer * {{ font-family: "{SANS}", var(--jp-ui-font-family); }}'
    )
    sliders = (
        ".forecasts-explorer .vega-bind label { display: flex; align-items: center; gap: .5em; }"
        ".forecasts-explorer .vega-bind-name { flex: 0 0 14em; }"
        ".forecasts-explorer .vega-bind input { flex: 0 1 20em; }"
    )
    return f"<style>{font_rules(SANS, signs)}{rule}{sliders}</style>"


class Screen(widgets.VBox):  # type: ignore[misc]
    """Every widget that is there for every goal, laid out; it does nothing yet.

    Parameters
    ----------
    words : Words
        The language of the labels.
    names : str
        What else is shown: the signs of these names are needed, too.
    """

    def __init__(self, words: Words, names: str) -> None:
        self._words = words
        self._make()
        style = widgets.HTML(style_of(words, names), layout=widgets.Layout(display="none"))
        super().__init__(children=[style, *self._screen()])
        self.add_class("forecasts-explorer")

    def _say(self, key: str, **values: str) -> str:
        return self._words.say(f"explore.{key}", **values)

    def _make(self) -> None:
        wide = widgets.Layout(width="98%")
        self.goal = widgets.Dropdown(description=self._say("goal"), layout=wide, style=LABELS)
        self.scenario = widgets.Dropdown(description=self._say("scenario"), layout=wide, style=LABELS)
        self.undo, self.reset, self.pin = (
            widgets.Button(description=self._say(key)) for key in ("undo", "reset", "pin")
        )
        self.number, self.message = widgets.HTML(), widgets.HTML()
        self.panel = widgets.VBox()
        self.chart = widgets.VBox()
        self.chart.add_class("forecasts-chart")
        self.own_keys = Keys()
        self.vary = widgets.Dropdown(
            options=[(self._say(f"vary_{one.value}"), one.value) for one in Vary],
            description=self._say("vary"), style=LABELS,
        )  # fmt: skip
        self.wanted = widgets.BoundedFloatText(
            0.8, min=0.01, max=0.99, step=0.05, description=self._say("wanted"), style=LABELS
        )
        self.seek = widgets.Button(description=self._say("seek"))
        self.sought, self.rests, self.past = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.tornado = widgets.Button(description=self._say("tornado"))
        self.show_past = widgets.Button(description=self._say("show_past"))
        self.name = widgets.Text(description=self._say("name"), placeholder="my-scenario", style=LABELS)
        self.title = widgets.Text(description=self._say("title"), style=LABELS)
        self.why = widgets.Text(description=self._say("why"), style=LABELS, layout=wide)
        self.over = widgets.Checkbox(False, description=self._say("over"), indent=False)
        self.save = widgets.Button(description=self._say("save"), button_style="primary")
        self.line = widgets.Textarea(disabled=True, rows=2, layout=wide)
        self.copy = widgets.Button(description=self._say("copy"))
        self.out = widgets.Output()

    def _screen(self) -> list[widgets.Widget]:
        """Lay the widgets out."""
        left = widgets.VBox(
            [self.number, widgets.HBox([self.undo, self.reset, self.pin]), self.panel, self.message],
            layout=widgets.Layout(width="38%", min_width="22em"),
        )
        right = widgets.VBox([self.chart], layout=widgets.Layout(width="60%", min_width="42em"))
        screen = widgets.HBox([left, right], layout=widgets.Layout(flex_flow="row wrap"))
        seek = widgets.HBox([self.vary, self.wanted, self.seek])
        save = widgets.HBox([self.name, self.title, self.over, self.save])
        return [
            self.goal, self.scenario, screen, seek, self.sought,
            widgets.HBox([self.tornado, self.show_past]), self.rests, self.past,
            self.why, save, widgets.HBox([self.line, self.copy]), self.out,
        ]  # fmt: skip

    def slider_of(self, control: Control) -> widgets.FloatSlider:
        """Return the slider of a control."""
        return widgets.FloatSlider(
            value=control.start, min=control.low, max=control.high, step=control.step,
            description=self._say(f"move_{control.name}"), style=PANEL,
            readout_format=",.0f" if control.step >= 1 else ".2f",
            layout=widgets.Layout(width=CONTROL), disabled=control.optional,
        )  # fmt: skip

    def use_of(self) -> widgets.Checkbox:
        """Return the box by which something is asked for that says nothing else."""
        layout = widgets.Layout(width="5em")
        return widgets.Checkbox(False, indent=False, description=self._say("use"), layout=layout)

    def number_of(self, p: float, error: float, others: list[tuple[str, float]]) -> str:
        """Return a probability in numbers and words, against others, with its sampling error."""
        words = self._words
        lines = [f"{name} {words.probability(q)} · {self._change(p, q)}" for name, q in others]
        if error > 1e-9:  # a pure shift has none but rounding
            lines.append(self._say("error", error=words.error(error)))
        told = "".join(f"<div style='color:{MUTED}'>{escape(line)}</div>" for line in lines)
        return (
            f"<div class='explorer-number' data-probability='{p!r}' style='line-height:1.3'>"
            f"<span style='font-size:3em;color:{MEDIAN}'>{words.probability(p)}</span> "
            f"<span style='font-size:1.3em;color:{INK}'>{escape(words.likelihood(p))}</span>{told}</div>"
        )

    def _change(self, p: float, other: float) -> str:
        return self._say("change", points=f"{100 * (p - other):+.1f}".replace("-", "−"))

    def sought_told(self, sought: Sought) -> str:
        """Return what it takes, or why nothing would do."""
        if sought.day is not None:
            told = self._say("sought_day", date=self._words.date(sought.day))
        elif sought.value is None:
            told = self._words.of(sought, "reason")
        else:
            told = self._say(
                "sought", what=self._say(f"vary_{sought.vary.value}"), value=f"{sought.value:.6g}",
                probability=f"{sought.probability:.4f}",
            )  # fmt: skip
        value = "" if sought.value is None else repr(sought.value)
        return f"<p class='explorer-sought' data-value='{value}'>{escape(told)}</p>"
