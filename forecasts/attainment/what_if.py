"""What would change a verdict, as values that travel with it."""

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from forecasts.attainment.frozen import Frozen
from forecasts.attainment.grounds import Grid, Inquiry, Needed, Readings, Waterfall
from forecasts.ledger import fields

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


#: What an assumption is about; `together`: what the date and the clock do at once.
About = Literal["date", "clock", "together", "adjustment", "reference", "models", "digits", "start"]

#: Columns of the table of assumptions.
COLUMNS = [
    "id", "about", "name_zh", "name_en", "low_zh", "low_en", "low_probability", "low_std_error", "high_zh",
    "high_en", "high_probability", "high_std_error", "swing", "share", "reason_zh", "reason_en",
]  # fmt: skip


class SensitivityEnd(Frozen):
    """An assumption at one end."""

    zh: str = Field(description="What it is set to, in words.")
    en: str
    probability: float | None = Field(description="null: no answer at this end; `reason_*` says why.")
    std_error: float | None = Field(description="Sampling error of `probability`; 0 = in closed form.")


class SensitivityRow(Frozen):
    """One assumption."""

    id: str
    about: About
    name_zh: str
    name_en: str
    low: SensitivityEnd
    high: SensitivityEnd
    swing: float = Field(
        ge=0, description="The widest distance between the probability at both ends and as it stands."
    )
    share: float = Field(ge=0, le=1, description="Of the sum of the first-order variances; 0 if that is 0.")
    reason_zh: str = Field(default="", description="Why an end has no answer.")
    reason_en: str = ""


class CurvePoint(Frozen):
    """The probability of another goal."""

    value: float
    probability: float


class Sensitivity(Frozen):
    """What an answer rests on, the widest swing first, and the probability against the goal's value."""

    format: Literal[1] = 1
    goal: str
    scenario: str
    scenario_zh: str
    scenario_en: str
    known_on: dt.date
    draws: int
    seed: int
    indicator_zh: str
    indicator_en: str
    region_zh: str
    region_en: str
    unit_zh: str
    unit_en: str
    goal_value: float
    comparison: fields.Comparison
    deadline: dt.date
    probability: float = Field(gt=0, lt=1, description="As everything stands.")
    std_error: float = Field(ge=0, description="Sampling error of `probability`; 0 = in closed form.")
    rows: tuple[SensitivityRow, ...]
    curve: tuple[CurvePoint, ...] = Field(description="By rising value; the goal's own is among them.")

    @property
    def table(self) -> "pd.DataFrame":
        """The assumptions as a DataFrame, a row each."""
        import pandas as pd

        return pd.DataFrame([_flat(row) for row in self.rows], columns=COLUMNS)

    @property
    def curve_table(self) -> "pd.DataFrame":
        """The curve as a DataFrame: value and probability."""
        import pandas as pd

        return pd.DataFrame([p.model_dump() for p in self.curve], columns=list(CurvePoint.model_fields))


def _flat(row: SensitivityRow) -> dict[str, object]:
    ends = {
        f"{end}_{name}": v for end in ("low", "high") for name, v in getattr(row, end).model_dump().items()
    }
    return row.model_dump(exclude={"low", "high"}) | ends


class Shared(StrEnum):
    """What two goals share."""

    REGION = "region"
    INDICATOR = "indicator"
    NEITHER = "neither"
    SERIES = "series"


#: What may become of several goals.
What = Literal["all", "at_least", "none", "alone_fails", "first_to_fail"]


class JointGoal(Frozen):
    """One of the goals, as it stands alone."""

    goal: str
    indicator_zh: str
    indicator_en: str
    region_zh: str
    region_en: str
    value: float
    deadline: dt.date
    scenario: str
    name_zh: str
    name_en: str
    probability: float = Field(gt=0, lt=1)
    std_error: float = Field(ge=0, description="Sampling error of `probability`; 0 = in closed form.")


class JointPair(Frozen):
    """How two of the goals hang together: the correlation of the normal scores of their values."""

    goals: tuple[str, str]
    relation: Shared = Field(description="What they share; `series`: as the growth model's paths do.")
    correlation: float = Field(ge=-1, le=1)
    std_error: float = Field(ge=0)
    low: float = Field(ge=-1, le=1, description="Lower end of the central 80 % range.")
    high: float = Field(ge=-1, le=1)
    measured: float | None = Field(description="Before it was shrunk; null: too few figures.")
    pooled: float = Field(description="What all pairs of indicators of the ledger say of the relation.")
    pairs: int = Field(description="Pairs of surprises that it was measured by.")
    regions: int
    periods: int
    taught: int = Field(description="Pairs of indicators that `pooled` rests on; 0 = on what is assumed.")


class JointEvent(Frozen):
    """What may become of the goals together."""

    what: What
    k: int | None = Field(description="Of `all` and `at_least`: how many are met.")
    goal: str | None = Field(description="Of `alone_fails` and `first_to_fail`: which.")
    probability: float = Field(gt=0, lt=1)
    std_error: float = Field(ge=0, description="Sampling error of `probability`.")
    independent: float = Field(gt=0, lt=1, description="If no goal told anything of another.")
    at_low: float = Field(
        description="With all correlations of being met at the lower ends of their 80 % ranges, or the "
        "nearest ones that could all be true."
    )
    at_high: float = Field(description="The same at the upper ends.")


class Joint(Frozen):
    """Several goals at once."""

    format: Literal[1] = 1
    known_on: dt.date
    draws: int
    seed: int
    goals: tuple[JointGoal, ...]
    pairs: tuple[JointPair, ...]
    changed: bool = Field(
        description="Whether the correlations, each in its middle, could not all be true together: then the "
        "nearest ones that can were taken."
    )
    events: tuple[JointEvent, ...]

    @property
    def all(self) -> JointEvent:
        """That every goal is met."""
        return self.events[0]

    @property
    def table(self) -> "pd.DataFrame":
        """The goals and the events as a DataFrame, a row each."""
        import pandas as pd

        alone = [
            {"what": "goal", "goal": g.goal, "scenario": g.scenario, "probability": g.probability,
             "std_error": g.std_error} for g in self.goals
        ]  # fmt: skip
        columns = ["what", "k", "goal", "scenario", "probability", "std_error", "independent", "at_low",
                   "at_high"]  # fmt: skip
        frame = pd.DataFrame([*alone, *(e.model_dump() for e in self.events)], columns=columns)
        return frame.astype({"k": "Int64"})


class WhatIf(Frozen):
    """What would change the verdict on a goal under a scenario."""

    comparison: Comparison | None = Field(
        default=None, description="The goal's scenarios side by side, this one first."
    )
    seek: tuple[Sought, ...] = Field(default=(), description="What it takes for a probability.")
    sensitivity: Sensitivity | None = Field(default=None, description="What the answer rests on.")
    joint: Joint | None = Field(
        default=None, description="With the other headline goals; null: there is none, or one has no answer."
    )
    sliders: Sliders | None = Field(default=None, description="Futures that a reader moves by hand.")
    waterfall: Waterfall | None = Field(default=None, description="The parts that the probability sums from.")
    readings: Readings | None = Field(
        default=None,
        description="The rival readings, and whether they leave anything to say; null: only one.",
    )
    grid: Grid | None = Field(
        default=None, description="The day of the newest figure against the season; null: not both are open."
    )
    inquiries: tuple[Inquiry, ...] = Field(
        default=(), description="What to ask whom, and what each answer makes of the probability."
    )
    needed_now: tuple[Needed, ...] = Field(
        default=(), description="Which newest value would have had 50 and 80 %."
    )

    @property
    def undetermined(self) -> bool:
        """Whether the rival readings leave the goal undetermined."""
        return self.readings is not None and self.readings.verdict == "undetermined"
