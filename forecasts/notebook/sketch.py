"""A scenario in the making: what an analyst moved, on top of a scenario of ``seeds/``; values, no widgets."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.question import Question
from forecasts.attainment.sliders import round_step
from forecasts.attainment.what_if import Sliders
from forecasts.ledger.fields import Kind
from forecasts.models.base import GROWING
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.asking import ByModels, OtherGoal
from forecasts.scenarios.base import Adjustment
from forecasts.scenarios.growth import Ceiling, Delay, Expiry, OneOff, Pace, PaceOf, Scope
from forecasts.scenarios.numbers import Number, middle
from forecasts.scenarios.reading import Clock, Observe
from forecasts.scenarios.scenario import Scenario

#: A number, a day, or the name of a growth model.
Value = float | dt.date | str

#: What can be moved, in the order in which it acts. The chart's own sliders come last, as in the chart.
ORDER = (
    "models", "clock", "observe", "scope", "delay", "ceiling", "expiry", "growth", "pace", "one_off", "goal",
    "deadline",
)  # fmt: skip

#: What the chart moves without the kernel.
IN_CHART = ("pace", "one_off", "goal")

A = TypeVar("A", bound=Adjustment)


@dataclass(frozen=True)
class Control:
    """A number that can be moved, within what a scenario's file may say.

    Attributes
    ----------
    start : float
        Where it stands when nothing was moved.
    optional : bool
        Whether it says nothing until it is asked for.
    """

    name: str
    low: float
    high: float
    step: float
    start: float
    optional: bool = False


@dataclass(frozen=True)
class Sketch:
    """What was moved.

    Attributes
    ----------
    question : Question
        The goal under the scenario that it started from.
    once_on : date
        The day from which what comes once, or lapses, counts.
    moves : mapping
        What was moved, by its name in :data:`ORDER`.
    """

    question: Question
    once_on: dt.date
    moves: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def moved(self, name: str, value: Value | None) -> "Sketch":
        """Return it with one more thing moved; with None it is put back."""
        moves = {key: held for key, held in self.moves.items() if key != name}
        return replace(self, moves=MappingProxyType(moves if value is None else moves | {name: value}))

    def without(self, *names: str) -> "Sketch":
        """Return it with some things put back."""
        moves = {key: held for key, held in self.moves.items() if key not in names}
        return replace(self, moves=MappingProxyType(moves))

    @property
    def changes(self) -> tuple[AnyAdjustment, ...]:
        """The adjustments that were added or put in the place of others, in their order."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[AnyAdjustment]:
        for name in ORDER:
            if name in self.moves and name not in ("goal", "deadline"):
                yield self._change(name, self.moves[name])
        if "goal" in self.moves or "deadline" in self.moves:
            held = self._own(OtherGoal)
            goal, deadline = self.moves.get("goal"), self.moves.get("deadline")
            value = held.value if held is not None else None
            day = held.deadline if held is not None else None
            yield OtherGoal(
                value=value if goal is None else Decimal(str(goal)),
                deadline=deadline if isinstance(deadline, dt.date) else day,
            )

    def _change(self, name: str, value: Value) -> AnyAdjustment:
        if name == "models":
            return ByModels(weights={str(value): 1.0})
        assert isinstance(value, float | int)
        match name:
            case "clock":
                return Clock(q4_share=value)
            case "observe":
                return Observe(as_of=self.question.known_on, value=value)
            case "scope":
                return Scope(share=value)
            case "delay":
                return Delay(months=value)
            case "ceiling":
                return Ceiling(value=value)
            case "expiry":
                own = self._own(Expiry)
                return (
                    own.model_copy(update={"share": float(value)})
                    if own
                    else Expiry(share=value, date=self.once_on)
                )
            case "growth":
                return PaceOf(growth=value)
            case "pace":
                own_pace = self._own(Pace)
                return (
                    own_pace.model_copy(update={"factor": float(value)}) if own_pace else Pace(factor=value)
                )
            case _:
                return OneOff(amount=value, date=self.once_on)

    def _own(self, kind: type[A]) -> A | None:
        return self.question.scenario.find(kind)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it stands, under the name of the one that it started from."""
        base = self.question.scenario
        own = Scenario.model_validate(dict(base) | {"extends": None, "adjustments": self.changes})
        return own.extending(base)

    @property
    def asked(self) -> Question:
        """The question as it stands."""
        return replace(self.question, scenario=self.scenario)

    def written(self, id: str, name: str, why: str, language: str) -> Scenario:
        """Return the scenario as a file of ``seeds/`` says it: what was moved, and what it stands on.

        In the place of what it started from it stands on nothing: all of it is written out, and it is for the
        same goals and shown as before; without a name or a reason it keeps those that it had.

        Raises
        ------
        ValidationError
            For a name that is none.
        """
        base = self.question.scenario
        if id == base.id:
            said = {f"name_{language}": name, f"why_{language}": why}
            said = {key: text for key, text in said.items() if text}
            whole = {"adjustments": self.scenario.adjustments, "extends": None}
            return Scenario.model_validate(dict(base) | said | whole)
        return Scenario.model_validate(
            {
                "id": id, f"name_{language}": name, f"why_{language}": why, "role": "alternative",
                "headline": False, "goals": (self.question.goal.id,), "adjustments": self.changes,
                "extends": base.id if base.adjustments else None,
            }
        )  # fmt: skip


def controls_of(found: Outlook, sliders: Sliders) -> tuple[Control, ...]:
    """Return what the panel beside the chart moves: what makes sense for the goal, and the chart has not.

    Parameters
    ----------
    found : Outlook
        Of the goal under the scenario that is started from.
    sliders : Sliders
        The chart's.
    """
    found_names: set[str] = {slider.name for slider in sliders.sliders}
    return tuple(map(_on_grid, _controls(found, found_names)))


def _on_grid(control: Control) -> Control:
    """Return a control that stands on one of its steps: a browser would put it there, as if it were moved."""
    steps = round((control.start - control.low) / control.step)
    start = min(max(control.low + steps * control.step, control.low), control.high)
    return replace(control, start=round(start, 9))


def _controls(found: Outlook, in_chart: set[str]) -> Iterator[Control]:
    history, scenario, goal = found.history, found.question.scenario, found.question.goal
    last, grows = float(history.value[-1]), history.kind in GROWING

    def own(kind: type[A], name: str, otherwise: float) -> float:
        held: Number | None = getattr(scenario.find(kind), name, None)
        return otherwise if held is None else middle(held)

    yield Control("scope", 0.05, 1.0, 0.01, own(Scope, "share", 1.0))
    if "pace" not in in_chart:
        yield Control("pace", 0.0, 4.0, 0.05, own(Pace, "factor", 1.0))
    yield Control("delay", 0.0, 24.0, 1.0, own(Delay, "months", 0.0))
    if history.kind == Kind.STOCK:
        yield Control("expiry", 0.0, 0.5, 0.01, own(Expiry, "share", 0.0))
    if grows:
        yield Control("growth", -0.5, 1.5, 0.01, own(PaceOf, "growth", 0.1), optional=True)
        most = 3 * max(abs(found.goal), abs(last))
        step = round_step(most / 200)
        low = step * max(1.0, np.floor(last / step))
        yield Control("ceiling", low, low + 200 * step, step, low + 50 * step, optional=True)
    indicator = found.ledger.indicators[goal.indicator]
    yield Control("clock", 0.0, 0.95, 0.05, own(Clock, "q4_share", indicator.q4_share), optional=True)
    if found.past.own and history.dates[-1] < found.question.known_on < goal.deadline:
        step = round_step(max(abs(last), abs(found.goal)) / 200)
        start = step * np.round(last / step)
        low = max(start - 100 * step, 0.0) if history.kind != Kind.RATE else start - 100 * step
        yield Control("observe", low, start + 200 * step, step, start, optional=True)


def models_of(found: Outlook) -> tuple[str, ...]:
    """Return the growth models that serve, and could carry the answer alone."""
    return tuple(fit.name for fit in found.fitted.all() if fit.predictive is not None)


def shape_of(sliders: Sliders) -> tuple[object, ...]:
    """Return what a chart must be drawn anew for, if it differs."""
    return len(sliders.level), tuple(one.date for one in sliders.fan), sliders.upper, sliders.least
