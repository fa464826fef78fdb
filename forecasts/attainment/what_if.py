"""What would change a verdict, as values that travel with it."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from forecasts.attainment.frozen import Frozen

if TYPE_CHECKING:
    import pandas as pd


class Slider(Frozen):
    """A number that can be moved: between what, in which steps, and where it stands."""

    name: Literal["pace", "one_off", "goal"]
    low: float
    high: float
    step: float
    value: float


class Futures(Frozen):
    """Possible values on a day, and what of each was there already: one number where that is the same."""

    date: dt.date
    value: tuple[float, ...]
    base: tuple[float, ...]


class Sliders(Frozen):
    """Futures under a scenario, small enough to be moved in a chart without this package or a server.

    With `pace`, `one_off` and `goal`, in this order and behind the scenario's own adjustments, a value
    becomes ``value + (pace - 1) * max(value - base, 0)``, then on the days on which it counts
    ``max(that + one_off, min(that, least))``, at most `upper`. Where k futures lie below the goal, it divides
    the gap between the k-th lowest and the next; the probability of less than the goal divides that between
    ``level[k - 1]`` and ``level[k]`` alike. So the numbers are those of ``forecasts compare``.
    """

    once_on: dt.date = Field(description="From the end of which day `one_off` is there.")
    once_counts: tuple[dt.date, ...] = Field(description="The days of the fan on which it is there.")
    least: float | None = Field(description="Below this nothing that is lost brings a value; null: no bound.")
    upper: float | None
    tolerance: float = Field(description="How far a value may miss the goal and still meet it.")
    sliders: tuple[Slider, ...]
    level: tuple[float, ...] = Field(description="P(less) of the futures at the deadline without any change.")
    at_deadline: Futures
    fan: tuple[Futures, ...] = Field(description="At evenly spread levels from 0 to 1, on each day.")


class ComparedScenario(Frozen):
    """One scenario of a comparison."""

    scenario: str
    name_zh: str
    name_en: str
    probability: float = Field(gt=0, lt=1)
    std_error: float = Field(ge=0, description="Sampling error of `probability`; 0 = in closed form.")
    difference: float = Field(description="Of `probability` from that of the first row.")
    difference_std_error: float = Field(
        ge=0, description="Sampling error of `difference`, on the same draws."
    )
    goal: float = Field(description="What is to be reached under the scenario.")
    deadline: dt.date
    median: float = Field(description="Median of the value at the deadline, in the indicator's unit.")
    low: float = Field(description="10 % quantile at the deadline.")
    high: float = Field(description="90 % quantile at the deadline.")
    reached_p50: dt.date | None = Field(description="First day with P(reached) >= .5; null: not by then.")
    reached_p80: dt.date | None


class Comparison(Frozen):
    """Scenarios of one goal side by side; differences are from the first."""

    format: Literal[1] = 1
    goal: str
    known_on: dt.date
    draws: int
    seed: int
    rows: tuple[ComparedScenario, ...]

    @property
    def table(self) -> "pd.DataFrame":
        """The rows as a DataFrame, a scenario each."""
        import pandas as pd

        return pd.DataFrame(
            [row.model_dump() for row in self.rows], columns=list(ComparedScenario.model_fields)
        )


class Vary(StrEnum):
    """What may be sought."""

    PACE = "pace"
    ONE_OFF = "one_off"
    SCOPE = "scope"
    DELAY = "delay"
    GOAL = "goal"
    DEADLINE = "deadline"


class Tried(Frozen):
    """The probability at an end of what was tried."""

    value: float
    probability: float


class Sought(Frozen):
    """What it would take, or why nothing would do."""

    format: Literal[1] = 1
    goal: str
    scenario: str
    known_on: dt.date
    draws: int
    seed: int
    vary: Vary
    wanted: float = Field(gt=0, lt=1, description="The probability that was asked for.")
    value: float | None = Field(
        description="Factor of the pace, amount, share, months or goal; null: not reachable, or a day."
    )
    value_std_error: float | None = Field(description="Sampling error of `value`.")
    day: dt.date | None = Field(description="Of `deadline`: from when on the goal is held so surely.")
    probability: float | None = Field(description="At `value`; `wanted` but for a jump.")
    std_error: float = Field(ge=0, description="Sampling error of `probability`.")
    tried: tuple[Tried, ...] = Field(description="The probability at the ends of what was tried.")
    reason_zh: str = Field(default="", description="Why it is not reachable.")
    reason_en: str = ""


class WhatIf(Frozen):
    """What would change the verdict on a goal under a scenario."""

    comparison: Comparison | None = Field(
        default=None, description="The goal's scenarios side by side, this one first."
    )
    seek: tuple[Sought, ...] = Field(default=(), description="What it takes for a probability.")
    sliders: Sliders | None = Field(default=None, description="Futures that a reader moves by hand.")
