"""The widgets of the intake, and where they stand."""

from collections.abc import Iterable
from html import escape
from typing import Final

import ipywidgets as widgets

from forecasts.ledger.fields import Kind
from forecasts.notebook.desk import Desk
from forecasts.notebook.sheet import Sheet, frame_of, pieces_of
from forecasts.publish.drawing import ACCENT, MUTED
from forecasts.publish.fonts import SANS, font_rules, printable
from forecasts.publish.words import Words, catalogue

#: What is asked about the source, in this order.
SOURCE: Final = ("source", "title", "publisher", "url", "published_on", "given_on")

#: Room for the labels: none is cut, in any language.
LABELS: Final = {"description_width": "9em"}


class IntakeScreen(widgets.VBox):  # type: ignore[misc]
    """Every widget of the intake, laid out; it does nothing yet.

    Parameters
    ----------
    words : Words
        The language of the labels.
    desk : Desk
        Whose text is shown.
    """

    def __init__(self, words: Words, desk: Desk) -> None:
        self._words = words
        self._make()
        super().__init__(children=[self._style(desk), *self._laid_out()])
        self.add_class("forecasts-intake")
        self.sheet.pieces = pieces_of(desk)

    def _say(self, key: str, **values: str) -> str:
        return self._words.say(f"intake.{key}", **values)

    def _make(self) -> None:
        self.source = {name: self._field(f"source_{name}", continuous_update=False) for name in SOURCE}
        self.sheet = Sheet(frame=frame_of(self._words))
        self.counts, self.message = widgets.HTML(), widgets.HTML()
        self.next_open, self.before, self.after, self.preview, self.save = (
            self._button(key) for key in ("next_open", "before", "after", "preview", "save")
        )
        self.save.button_style = "primary"
        self.indicator = {
            name: self._field(f"new_{name}") for name in ("id", "name", "unit", "kind", "scope")
        }
        self.indicator["kind"] = widgets.Dropdown(
            options=[(self._say(f"new_kind_{one.value}"), one.value) for one in Kind],
            description=self._say("new_kind"), style=LABELS, layout=widgets.Layout(width="49%"),
        )  # fmt: skip
        self.region = {name: self._field(f"new_{name}") for name in ("id", "name", "parent")}
        self.add_indicator, self.add_region = self._button("add_indicator"), self._button("add_region")

    def _button(self, key: str) -> widgets.Button:
        layout = widgets.Layout(width="auto", align_self="flex-start", padding="0 1em")
        return widgets.Button(description=self._say(key), layout=layout)

    def _field(self, key: str, **how: bool) -> widgets.Text:
        layout = widgets.Layout(width="49%")
        return widgets.Text(description=self._say(key), style=LABELS, layout=layout, **how)

    def _laid_out(self) -> list[widgets.Widget]:
        wrap = widgets.Layout(flex_flow="row wrap")
        middle = widgets.Layout(flex_flow="row wrap", align_items="center")
        bar = widgets.HBox(
            [self.counts, self.next_open, self.before, self.after, self.preview, self.save], layout=middle
        )
        keys = widgets.HTML(f"<div style='color:{MUTED}'>{escape(self._say('keys'))}</div>")
        new = widgets.Accordion(
            [
                widgets.VBox([widgets.HBox([*form.values()], layout=wrap), add])
                for form, add in ((self.indicator, self.add_indicator), (self.region, self.add_region))
            ]
        )
        new.set_title(0, self._say("new_indicator"))
        new.set_title(1, self._say("new_region"))
        new.selected_index = None
        source = widgets.HBox([*self.source.values()], layout=wrap)
        return [source, bar, self.message, self.sheet, keys, new]

    def _style(self, desk: Desk) -> widgets.HTML:
        """Return the font that shows all of it: a machine may have none for these signs."""
        ledger = desk.walk.ledger
        shown = [*catalogue(self._words.language).values(), desk.text, *desk.said.values()]
        shown += [one.name_zh + one.name_en for one in ledger.indicators.values()]
        shown += [one.name_zh + one.name_en for one in ledger.regions.values()]
        signs = "".join(sorted(set(printable("".join(shown)))))
        parts = "input, select, button, label, p, td, th, .text"  # these have fonts of their own
        family = f'font-family: "{SANS}", var(--jp-ui-font-family);'
        rule = f".forecasts-intake, .forecasts-intake :is({parts}) {{ {family} }}"
        hidden = widgets.Layout(display="none")
        return widgets.HTML(f"<style>{font_rules(SANS, signs)}{rule}</style>", layout=hidden)

    # What is told.

    def tell(self, lines: Iterable[str]) -> None:
        """Tell what came of something."""
        self._tell(lines, "role='status' style='line-height:1.4'")

    def warn(self, lines: Iterable[str]) -> None:
        """Tell what is wrong."""
        self._tell(lines, f"role='alert' style='color:{ACCENT};line-height:1.4'")

    def _tell(self, lines: Iterable[str], how: str) -> None:
        told = "".join(f"<p style='margin:0'>{escape(line)}</p>" for line in lines)
        self.message.value = f"<div {how}>{told}</div>" if told else ""
