"""Adjustments of the question: another goal, other growth models."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from forecasts.ledger.fields import Day, Figure, Label, as_number
from forecasts.ledger.records import Goal, Indicator
from forecasts.scenarios.base import Adjustment, Asked, Fault, Named, wrong_unit


def as_weights(given: object) -> object:
    """Take a list of names as equal weights."""
    if isinstance(given, list | tuple) and all(isinstance(name, str) for name in given):
        return dict.fromkeys(given, 1.0)
    return given


class OtherGoal(Adjustment):
    """Ask for another value, by another day.

    Attributes
    ----------
    value : Decimal, optional
        What is to be reached instead, in the indicator's unit.
    deadline : date, optional
        By when instead.
    unit : str
        Of the value; where it is given it must be the indicator's.
    """

    kind: Literal["goal"] = "goal"
    value: Figure | None = None
    deadline: Day | None = None
    unit: Label = ""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.value is None and self.deadline is None:
            raise ValueError("give another value, another deadline, or both")
        return self

    def faults(self, goal: Goal, indicator: Indicator) -> Iterator[Fault]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        yield from wrong_unit(self.unit, indicator)
        if self.deadline is not None and goal.announced_on is not None and self.deadline <= goal.announced_on:
            rule = f"the deadline must lie after the day of announcement {goal.announced_on}"
            yield Fault(("deadline",), rule, str(self.deadline), "name a later day")

    def on_question(self, asked: Asked) -> Asked:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        changed: dict[str, Any] = {
            name: held for name in ("value", "deadline") if (held := getattr(self, name)) is not None
        }
        return replace(asked, goal=asked.goal.model_copy(update=changed))


class ByModels(Adjustment):
    """Let other growth models carry the answer.

    Attributes
    ----------
    weights : mapping
        By the model's name, above 0; a list of names weighs them alike.
    """

    kind: Literal["models"] = "models"
    weights: Annotated[
        dict[str, Annotated[float, Field(gt=0.0, le=1e6), BeforeValidator(as_number)]],
        Field(min_length=1), BeforeValidator(as_weights, json_schema_input_type=dict[str, float] | list[str]),
    ]  # fmt: skip

    def named(self) -> Iterator[Named]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        for name in self.weights:
            yield ("weights", name), name, "model"

    def on_models(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """See :class:`forecasts.scenarios.base.Adjustment`."""
        total = sum(self.weights.values())
        return MappingProxyType({name: weight / total for name, weight in self.weights.items()})
