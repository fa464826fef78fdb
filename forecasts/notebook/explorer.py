"""The explorer: a scenario moved by hand, its probability beside it, and a file that the night runs.

What changes the futures in one way for all moves inside the chart, without the kernel; what has to be read or
drawn anew goes through it. Every number is that of ``forecasts compare`` for the scenario as it stands.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any, Final

import altair as alt
import ipywidgets as widgets
from pydantic import ValidationError

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import find_question
from forecasts.attainment.sliders import sliders_of
from forecasts.attainment.verdict import verdict
from forecasts.attainment.what_if import Slider, Sliders
from forecasts.ledger.problems import Refusal
from forecasts.notebook.keeping import Kept, Told
from forecasts.notebook.request import Request, open_request
from forecasts.notebook.screen import CONTROL, PANEL, Screen, names_of
from forecasts.notebook.show import Drawing
from forecasts.notebook.sketch import IN_CHART, Control, Sketch, Value, controls_of, models_of, shape_of
from forecasts.publish.drawing import ACCENT
from forecasts.publish.live import held_by, live_chart
from forecasts.publish.past import past_chart
from forecasts.publish.phrases import member_name
from forecasts.publish.tornado import tornado_chart
from forecasts.publish.words import Words
from forecasts.scenarios.scenario import BASELINE
from forecasts.scenarios.seeds import Seeds, read_seeds
from forecasts.whatif.seek import check_sought, sought_of
from forecasts.whatif.sensitivity import sensitivity_of

#: Milliseconds after a slider of the chart stands still until the kernel hears of it.
QUIET_MS: Final = 120


def open_explorer(namespace: Mapping[str, Any]) -> "Explorer":
    """Open the explorer on the goal and the scenario of a notebook's parameters.

    Raises
    ------
    BadRequest
        As :func:`forecasts.notebook.request.open_request`.
    """
    alt.JupyterChart.enable_offline()
    return Explorer(open_request(namespace))


class Explorer(Screen):
    """One screen: what is asked, what is moved, what comes of it.

    Parameters
    ----------
    request : Request
        The goal, the scenario to start from, the day of knowledge and the language.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._seeds: Seeds = request.seeds
        self._quiet = False
        self._undo: list[Sketch] = []
        self._pinned: tuple[str, float] | None = None
        super().__init__(Words(request.language), names_of(request.seeds))
        self._wire()
        self._load(request.goal, request.scenario)

    # What an analyst or a test asks of it.

    @property
    def sketch(self) -> Sketch:
        """What stands now."""
        return self._sketch

    @property
    def found(self) -> Outlook:
        """The outlook under what stands now; another goal reads nothing anew."""
        under = self._panel.of(self._sketch.without("goal").asked)
        return under.asked(self._sketch.asked) if "goal" in self._sketch.moves else under

    @property
    def command(self) -> str:
        """The line that gives the same number without a notebook, once the scenario is saved."""
        question = self._sketch.question
        name = self.name.value.strip() or "NAME"
        shown = (BASELINE, name if self._sketch.moves else question.scenario.id)
        named = dict.fromkeys(self._seeds.resolve(one, question.goal.id) for one in shown)
        options = [f"--goal {question.goal.id}", *(f"--scenario {one}" for one in named)]
        return " ".join(["forecasts compare", *options, f"--known-on {question.known_on}"])

    def _wire(self) -> None:
        """Let every widget do what it is for."""
        self.goal.observe(self._chose, "value")
        self.scenario.observe(self._chose, "value")
        for button, act in (
            (self.undo, self._undone), (self.reset, self._reset), (self.pin, self._pin),
            (self.seek, self._seek), (self.tornado, self._tornado), (self.show_past, self._show_past),
            (self.save, self._save), (self.copy, self._copy),
        ):  # fmt: skip
            button.on_click(partial(self._acted, act))
        self.name.observe(lambda _: self._told_line(), "value")

    # What happens.

    def _acted(self, act: Callable[[], None], _: widgets.Button) -> None:
        """Do what a button is for; what is refused is told beside it, and nothing is lost."""
        self._told(act)

    def _told(self, act: Callable[[], None]) -> None:
        try:
            self.message.value = ""
            act()
        except Refusal as refused:
            self._warn([str(problem) for problem in refused.problems])
        except ValidationError as error:
            self._warn([f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()])
        except OSError as error:
            self._warn([f"{error.filename}: {error.strerror}"])

    def _warn(self, lines: list[str]) -> None:
        told = "".join(f"<p style='margin:0'>{escape(line)}</p>" for line in lines)
        self.message.value = f"<div role='alert' style='color:{ACCENT};line-height:1.4'>{told}</div>"

    def _chose(self, change: Any) -> None:
        """Load another goal, or another scenario of it."""
        if self._quiet:
            return
        name = self.scenario.value if change.owner is self.scenario else BASELINE
        self._told(lambda: self._load(self.goal.value, name))

    def _load(self, goal: str, scenario: str) -> None:
        """Start from a scenario of a goal."""
        seeds, words, day = self._seeds, self._words, self._request.known_on
        question = find_question(seeds, goal, scenario, day)
        base = outlook(Reader(seeds.ledger), question, self._request.seed, self._request.draws)
        said = verdict(base, members=False)
        self._days = [point.date for point in said.fan]
        sliders = sliders_of(base, self._days)
        self._base, self._panel, self._said, self._sliders = base, base, said, sliders
        baseline = base.of(find_question(seeds, goal, BASELINE, day))
        self._baseline = baseline.probability
        self._sketch = Sketch(question, sliders.once_on)
        self._undo.clear()
        if self._pinned is not None and self._pinned[0] != goal:
            self._pinned = None
        self._kept = Kept.of(self._request.root / "seeds" / "scenarios", question.scenario.id)
        self._quiet = True
        try:
            names = seeds.ledger.goals
            self.goal.options = [(self._goal_name(name), name) for name in names if self._answers(name)]
            self.goal.value = goal
            found = [seeds.scenarios[name] for name in seeds.scenarios_of(goal)]
            self.scenario.options = [(words.of(one, "name"), one.id) for one in found]
            self.scenario.value = question.scenario.id
            self._make_panel(controls_of(base, sliders))
            self._make_chart()
            self._forget()
            self.past.value = ""
        finally:
            self._quiet = False
        self._told_number(base)

    def _answers(self, goal: str) -> bool:
        """Whether a goal is still open on the day of knowledge."""
        held = self._seeds.ledger.goals[goal]
        return held.deadline > self._request.known_on

    def _goal_name(self, name: str) -> str:
        goal, ledger = self._seeds.ledger.goals[name], self._seeds.ledger
        what = self._words.of(ledger.indicators[goal.indicator], "name")
        where = self._words.of(ledger.regions[goal.region], "name")
        return f"{where} · {what} {goal.comparison.sign} {goal.value} ({goal.deadline})"

    def _make_panel(self, controls: tuple[Control, ...]) -> None:
        """Make a control of everything that goes through the kernel."""
        self.controls: dict[str, widgets.Widget] = {}
        self._starts = {control.name: control for control in controls}
        rows: list[widgets.Widget] = []
        for control in controls:
            slider = self.slider_of(control)
            slider.observe(partial(self._moved, control.name), "value")
            self.controls[control.name] = slider
            row = [slider]
            if control.optional:
                use = self.use_of()
                use.observe(partial(self._used, control.name), "value")
                self.controls[f"use_{control.name}"] = use
                row = [slider, use]
            rows.append(widgets.HBox(row))
        names = [(self._say("as_it_is"), "")]
        names += [(member_name(name, self._words), name) for name in models_of(self._base)]
        models = widgets.Dropdown(
            options=names, value="", description=self._say("move_models"), style=PANEL,
            layout=widgets.Layout(width=CONTROL),
        )  # fmt: skip
        models.observe(partial(self._moved, "models"), "value")
        day = widgets.DatePicker(
            value=self._sketch.question.asked.goal.deadline,
            description=self._say("move_deadline"),
            style=PANEL,
        )
        day.observe(partial(self._moved, "deadline"), "value")
        self.controls |= {"models": models, "deadline": day}
        self.panel.children = [*rows, models, day]

    def _make_chart(self) -> None:
        """Draw the chart anew, its sliders where the sketch has them."""
        sliders = self._shown()
        spec = alt.LayerChart.from_dict(live_chart(self._said, sliders, self._words), validate=False)
        self.live = alt.JupyterChart(
            spec, debounce_wait=QUIET_MS, embed_options={"actions": False, "renderer": "svg"}
        )
        self._put(before=self._baseline)
        for slider in sliders.sliders:
            self.live.params.observe(partial(self._moved, slider.name), slider.name)
        for old in self.chart.children[:1]:
            old.close()
        self.chart.children = [self.live, self.own_keys]
        self._shape = shape_of(self._sliders)

    def _put(self, **held: Any) -> None:
        """Put something into the chart that is there."""
        for name, value in held.items():
            setattr(self.live.params, name, value)

    def _shown(self) -> Sliders:
        """Return the chart's sliders, standing where they were moved to."""

        def stand(slider: Slider) -> Slider:
            value = self._sketch.moves.get(slider.name, slider.value)
            return slider.model_copy(update={"value": value})

        return self._sliders.model_copy(update={"sliders": tuple(map(stand, self._sliders.sliders))})

    def _used(self, name: str, change: Any) -> None:
        """Ask for what is optional, or leave it out again."""
        self.controls[name].disabled = not change["new"]
        if not self._quiet:
            self._told(lambda: self._move(name, self.controls[name].value if change["new"] else None))

    def _moved(self, name: str, change: Any) -> None:
        """Take what was moved, in the panel or in the chart."""
        if self._quiet:
            return
        self._told(lambda: self._move(name, self._meant(name, change["new"])))

    def _meant(self, name: str, value: Any) -> Value | None:
        """Return what a control says; None where it stands where it began."""
        if name in IN_CHART and name not in self.controls:
            start = next(one.value for one in self._sliders.sliders if one.name == name)
            return None if value == start else round(float(value), 9)
        if name == "models":
            return value or None
        if name == "deadline":
            same = value in (None, self._sketch.question.asked.goal.deadline)
            return None if same else value
        control = self._starts[name]
        if control.optional and not self.controls[f"use_{name}"].value:
            return None
        value = round(float(value), 9)
        return None if value == control.start and not control.optional else value

    def _move(self, name: str, value: Value | None) -> None:
        """Move one thing: the number follows, and the chart where it does not move by itself."""
        if self._sketch.moves.get(name) == value:
            return
        before, self._sketch = self._sketch, self._sketch.moved(name, value)
        try:
            if name not in IN_CHART or name in self.controls:
                self._drawn()
            self._told_number(self.found)
            self._forget()
        except (Refusal, ValidationError):
            self._sketch = before
            self._put_back()
            raise
        self._undo.append(before)

    def _drawn(self) -> None:
        """Give the chart the futures under what is moved outside of it."""
        asked = self._panel.of(self._sketch.without(*(n for n in IN_CHART if n not in self.controls)).asked)
        self._panel = asked
        deadline = asked.question.goal.deadline
        days = [day for day in self._days if day < deadline] + [deadline]
        fresh = sliders_of(asked, days)
        self._sliders = fresh.model_copy(update={"sliders": self._sliders.sliders})
        if shape_of(self._sliders) != self._shape:
            self._said = verdict(asked, members=False)
            self._make_chart()
            return
        with self.live.hold_sync():
            self._put(**held_by(self._sliders, self._baseline))

    def _told_number(self, found: Outlook) -> None:
        """Say the probability, in words, and against what it has changed."""
        told = [(self._say("baseline"), self._baseline)]
        if self._pinned is not None:
            told.append((self._say("pinned"), self._pinned[1]))
        self.number.value = self.number_of(found.probability, found.std_error, told)
        self._told_line()

    def _forget(self) -> None:
        """Take away what was worked out for what stood before."""
        self.sought.value = self.rests.value = ""

    def _told_line(self) -> None:
        self.line.value = self.command

    # The buttons.

    def _put_back(self) -> None:
        """Set every control to what the sketch says, without moving anything."""
        self._quiet = True
        try:
            moves = self._sketch.moves
            for name, control in self._starts.items():
                self.controls[name].value = moves.get(name, control.start)
                if control.optional:
                    self.controls[f"use_{name}"].value = name in moves
            self.controls["models"].value = moves.get("models", "")
            self.controls["deadline"].value = moves.get("deadline", self._sketch.question.asked.goal.deadline)
            self._put(**{one.name: moves.get(one.name, one.value) for one in self._sliders.sliders})
        finally:
            self._quiet = False

    def _back_to(self, sketch: Sketch) -> None:
        self._sketch = sketch
        self._drawn()
        self._put_back()
        self._told_number(self.found)
        self._forget()

    def _undone(self) -> None:
        if self._undo:
            self._back_to(self._undo.pop())

    def _reset(self) -> None:
        before = self._sketch
        self._back_to(Sketch(before.question, before.once_on))
        self._undo.append(before)

    def _pin(self) -> None:
        self._pinned = (self._sketch.question.goal.id, self.found.probability)
        self._told_number(self.found)

    def _seek(self) -> None:
        what = check_sought(self.vary.value, self.wanted.value)
        sought = sought_of(self.found, what, self.wanted.value)
        self.sought.value = self.sought_told(sought)

    def _tornado(self) -> None:
        self.rests.value = Drawing.of(tornado_chart(sensitivity_of(self.found), self._words)).svg()

    def _show_past(self) -> None:
        self.past.value = Drawing.of(past_chart(self._base, self._words)).svg()

    def _save(self) -> None:
        """Write the scenario to seeds/, read everything anew, and go on from there."""
        name = self.name.value.strip()
        told = Told(name, self.title.value.strip(), self.why.value.strip(), self._words)
        path = self._kept.keep(self._sketch, told, over=self.over.value)
        self._seeds = read_seeds(self._request.root / "seeds")
        self.over.value = False
        line = self.command
        self._load(self._sketch.question.goal.id, name)
        self.line.value = line
        self.message.value = (
            f"<p role='status'>{escape(self._say('saved', file=f'seeds/scenarios/{path.name}'))}</p>"
        )

    def _copy(self) -> None:
        """Put the line into the browser's clipboard; where that is not allowed, it stands in its field."""
        from IPython.display import Javascript, display

        self.out.clear_output()
        with self.out:
            text = json.dumps(self.line.value)
            display(Javascript(f"navigator.clipboard && navigator.clipboard.writeText({text})"))  # type: ignore[no-untyped-call]
