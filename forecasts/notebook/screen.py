"""The explorer's widgets, and where they stand."""

import ipywidgets as widgets

from forecasts.attainment.what_if import Vary
from forecasts.publish.words import Words


class Screen(widgets.VBox):  # type: ignore[misc]
    """Every widget that is there for every goal, laid out; it does nothing yet.

    Parameters
    ----------
    words : Words
        The language of the labels.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._make()
        super().__init__(children=self._screen())

    def _say(self, key: str, **values: str) -> str:
        return self._words.say(f"explore.{key}", **values)

    def _make(self) -> None:
        wide = widgets.Layout(width="98%")
        style = {"description_width": "7em"}
        self.goal = widgets.Dropdown(description=self._say("goal"), layout=wide, style=style)
        self.scenario = widgets.Dropdown(description=self._say("scenario"), layout=wide, style=style)
        self.undo, self.reset, self.pin = (
            widgets.Button(description=self._say(key)) for key in ("undo", "reset", "pin")
        )
        self.number, self.message = widgets.HTML(), widgets.HTML()
        self.panel = widgets.VBox()
        self.chart = widgets.VBox()
        self.vary = widgets.Dropdown(
            options=[(self._say(f"vary_{one.value}"), one.value) for one in Vary],
            description=self._say("vary"), style=style,
        )  # fmt: skip
        self.wanted = widgets.BoundedFloatText(
            0.8, min=0.01, max=0.99, step=0.05, description=self._say("wanted"), style=style
        )
        self.seek = widgets.Button(description=self._say("seek"))
        self.sought, self.rests, self.past = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.tornado = widgets.Button(description=self._say("tornado"))
        self.show_past = widgets.Button(description=self._say("show_past"))
        self.name = widgets.Text(description=self._say("name"), placeholder="my-scenario", style=style)
        self.title = widgets.Text(description=self._say("title"), style=style)
        self.why = widgets.Text(description=self._say("why"), style=style, layout=wide)
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
