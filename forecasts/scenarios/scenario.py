"""Scenarios: a named list of adjustments to the future, or to how the past is read."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from itertools import combinations
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from forecasts.ledger.fields import Id, Label, Note
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Indicator
from forecasts.models.base import Predictive
from forecasts.models.paths import Drawn, Paths
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.base import Adjustment, Asked, Fault, Ground
from forecasts.scenarios.futures import Adjusted, Capped

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
    headline : bool
        Whether the default brief and answers that name no scenario show it.
    extends : str, optional
        Of a file: the scenario whose adjustments come before its own. What changes the same thing as one of
        those takes its place; without goals of its own it is for the same ones.
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
    headline: Annotated[bool, Field(strict=True)] = True
    extends: Id | None = None
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
        clashes, second = [], 0
        for (i, one), (k, other) in combinations(enumerate(self.adjustments), 2):
            if what := one.clashes(other):
                second = second or k
                clashes.append(f"adjustments {i} and {k} change the same thing ({what}); keep one of them")
        if clashes:
            raise PydanticCustomError("clash", "{told}", {"told": "; ".join(clashes), "second": second})
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

    def replacing(self, change: AnyAdjustment) -> "Scenario":
        """Return the scenario with an adjustment in the place of what changes the same, or behind all."""
        at = next((i for i, own in enumerate(self.adjustments) if own.clashes(change)), len(self.adjustments))
        before, after = self.adjustments[:at], self.adjustments[at + 1 :]
        kept = tuple(own for own in after if not own.clashes(change))
        return self.model_copy(update={"adjustments": (*before, change, *kept)})

    def extending(self, other: "Scenario") -> "Scenario":
        """Return the scenario with the adjustments of another before its own; see `extends`."""
        kept = [a for a in other.adjustments if not any(a.clashes(own) for own in self.adjustments)]
        goals = self.goals if "goals" in self.model_fields_set else other.goals
        return self.model_copy(update={"goals": goals, "adjustments": (*kept, *self.adjustments)})

    def on_question(self, asked: Asked) -> Asked:
        """Return the question as the scenario asks it."""
        return reduce(lambda found, change: change.on_question(found), self.adjustments, asked)

    def on_ledger(self, ledger: Ledger, asked: Asked) -> Ledger:
        """Return the ledger as the scenario reads it.

        Where something is supposed to be known on a later day, all else was published by the true one.
        """
        ledger = ledger if asked.published_by is None else ledger.known_on(asked.published_by)
        return reduce(lambda found, change: change.on_ledger(found, asked), self.adjustments, ledger)

    def on_past(self, history: History, asked: Asked) -> History:
        """Return the own past as the scenario believes it."""
        return reduce(lambda found, change: change.on_past(found, asked), self.adjustments, history)

    def on_models(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        """Return the weights of the growth models under the scenario."""
        return reduce(lambda found, change: change.on_models(found), self.adjustments, weights)

    def faults(self, asked: Asked, indicator: Indicator) -> Iterator[tuple[int, Fault]]:
        """Yield what makes no sense for a goal, and in which adjustment."""
        for i, change in enumerate(self.adjustments):
            for fault in change.faults(asked.goal, indicator):
                yield i, fault

    @property
    def reading(self) -> tuple[Adjustment, ...]:
        """The adjustments that act before futures are drawn: where they agree, the same is drawn."""
        return tuple(change for change in self.adjustments if not change.acts_on_paths)

    def on_paths(self, paths: Paths, ground: Ground) -> Paths:
        """Return the futures under the scenario."""
        turns: Counter[str] = Counter()
        for change in self.adjustments:
            paths = change.on_paths(paths, replace(ground, turn=turns[change.kind]))
            turns[change.kind] += 1
        return paths

    def on_future(
        self, future: Predictive, ground: Ground, draw: Callable[[Predictive], Drawn]
    ) -> Predictive:
        """Return the future under the scenario; what changes no path needs no draw.

        Whatever it assumes, a share stays within its bound.
        """
        if not any(change.acts_on_paths for change in self.adjustments):
            return future
        drawn = draw(future)
        moved, upper = self.on_paths(drawn, ground), ground.history.upper
        return Adjusted(drawn, moved if upper == math.inf else Capped(moved, upper))


#: The name that stands for a goal's own baseline.
BASELINE = "baseline"

#: The figures as they stand: no date is changed, nothing is assumed.
AS_PUBLISHED = Scenario(
    id="as-published",
    name_zh="按公布数",
    name_en="As published",
    role="baseline",
    why_zh="按当时已公布的数计算；一年之内的增长按指标表所设的四季度占比分布，此外不作调整。",
    why_en="What was published by then; within a year growth falls as the indicator's share of the fourth "
    "quarter assumes; nothing else is adjusted.",
)

#: What a goal is asked under where no file of this name says otherwise.
PLAIN_BASELINE = AS_PUBLISHED.model_copy(
    update={"id": BASELINE, "name_zh": "基准情景", "name_en": "Baseline"},
)
