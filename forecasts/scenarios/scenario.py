"""Scenarios: a named list of adjustments to the future, or to how the past is read."""

from collections.abc import Mapping
from functools import reduce
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from forecasts.ledger.fields import Id, Label, Note
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.models.base import Predictive
from forecasts.scenarios.adjustments import Adjustment, AnyAdjustment, Asked

A = TypeVar("A", bound=Adjustment)

Role = Literal["baseline", "reading", "alternative"]


class Scenario(BaseModel):
    """A named list of adjustments, folded in their order.

    Attributes
    ----------
    id : str
        In ``seeds/scenarios/`` the name of its file.
    name_zh, name_en, why_zh, why_en : str
        What the brief calls it, and the reason for it; one language of each is enough.
    role : str
        ``baseline``: what the evidence supports; ``reading``: one of several readings of what a goal
        counts, of which the headline shows each; ``alternative``: what would change the answer.
    goals : tuple of str
        The goals it is for; empty = every goal.
    adjustments : tuple
        Each changes something of its own: two that change the same thing are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    name_zh: Label = ""
    name_en: Label = ""
    role: Role
    why_zh: Note = ""
    why_en: Note = ""
    goals: tuple[Id, ...] = ()
    adjustments: tuple[AnyAdjustment, ...] = ()

    @model_validator(mode="after")
    def _one_language(self) -> Self:
        pairs = (("name_zh", "name_en"), ("why_zh", "why_en"))
        bare = [" or ".join(pair) for pair in pairs if not any(getattr(self, name) for name in pair)]
        if bare:
            raise ValueError("; ".join(f"{pair} must be filled" for pair in bare))
        return self

    @model_validator(mode="after")
    def _one_change_each(self) -> Self:
        seen: dict[tuple[str, ...], int] = {}
        for i, change in enumerate(self.adjustments):
            if (first := seen.setdefault(change.about(), i)) != i:
                what = " ".join(change.about())
                raise ValueError(
                    f"adjustments {first} and {i} change the same thing ({what}); keep one of them"
                )
        return self

    def applies_to(self, goal: str) -> bool:
        """Whether the scenario is for the goal with this id."""
        return not self.goals or goal in self.goals

    def find(self, kind: type[A]) -> A | None:
        """Return the adjustment of a kind, if there is one."""
        return next((a for a in self.adjustments if isinstance(a, kind)), None)

    def adjusted_by(self, *more: AnyAdjustment) -> "Scenario":
        """Return the scenario with more adjustments, after its own.

        Raises
        ------
        ValidationError
            If one of them changes what another does.
        """
        return Scenario.model_validate(dict(self) | {"adjustments": (*self.adjustments, *more)})

    def on_question(self, asked: Asked) -> Asked:
        """Return the question as the scenario asks it."""
        return reduce(lambda found, change: change.on_question(found), self.adjustments, asked)

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """Return the ledger as the scenario reads it."""
        return reduce(lambda found, change: change.on_ledger(found, asked), self.adjustments, ledger)

    def on_past(self, history: History, asked: Asked) -> History:
        """Return the own past as the scenario believes it."""
        return reduce(lambda found, change: change.on_past(found, asked), self.adjustments, history)

    def on_models(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """Return the weights of the growth models under the scenario."""
        return reduce(lambda found, change: change.on_models(found), self.adjustments, weights)

    def on_future(self, future: Predictive) -> Predictive:
        """Return the future under the scenario."""
        return reduce(lambda found, change: change.on_future(found), self.adjustments, future)


#: The name that stands for a goal's own baseline.
BASELINE = "baseline"

#: The figures as they stand: no date is changed, nothing is assumed.
AS_PUBLISHED = Scenario(
    id="as-published",
    name_zh="按公布数",
    name_en="As published",
    role="baseline",
    why_zh="按当时已公布的数计算，不作调整。",
    why_en="What was published by then, without any adjustment.",
)

#: What a goal is asked under where no file of this name says otherwise.
PLAIN_BASELINE = AS_PUBLISHED.model_copy(
    update={"id": BASELINE, "name_zh": "基准情景", "name_en": "Baseline"},
)
