"""What an answer rests on most: every assumption set to its ends, the widest first (a tornado).

One assumption is moved at a time, all else being as in the question's scenario and on the same draws. Beside
the swing stands the share of the variance of the probability, first-order as Saltelli et al. have it
("Variance based sensitivity analysis of model output", Computer Physics Communications 181, 2010): the
variance of the probability over the settings of one assumption alone. A distribution is tried at the middles
of five parts of equal probability; of what has only two ends, these and what stands are taken as equally
likely. Shares are of the sum of these variances: what assumptions do only together is not told, but of one
pair. The day that the newest figure describes and the clock say together how long there is left; each alone
may move nothing while both move much, so they have a row of their own, whose share is their interaction.
"""

import datetime as dt
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from forecasts.attainment.frozen import Frozen
from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import Question
from forecasts.ledger.fields import Comparison
from forecasts.ledger.ledger import Ledger
from forecasts.models.paths import DRAWS
from forecasts.whatif.assumptions import assumptions_of, newest_date
from forecasts.whatif.settings import About, Setting
from forecasts.whatif.tried import Tried, together, tried

if TYPE_CHECKING:
    import pandas as pd

#: Levels of the quantiles that the curve runs through; as many values lie evenly between the outermost.
CURVE = np.linspace(0.005, 0.995, 41)


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
    comparison: Comparison
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


#: Columns of the table of assumptions.
COLUMNS = [
    "id", "about", "name_zh", "name_en", "low_zh", "low_en", "low_probability", "low_std_error", "high_zh",
    "high_en", "high_probability", "high_std_error", "swing", "share", "reason_zh", "reason_en",
]  # fmt: skip


def _flat(row: SensitivityRow) -> dict[str, object]:
    ends = {
        f"{end}_{name}": v for end in ("low", "high") for name, v in getattr(row, end).model_dump().items()
    }
    return row.model_dump(exclude={"low", "high"}) | ends


def sensitivity(
    ledger: Ledger | Reader, question: Question, seed: int = 1, draws: int = DRAWS
) -> Sensitivity:
    """Find what an answer rests on most.

    Assumptions are the days that no source states, the clock, every distribution in the scenario, whom the
    reference class is made of, which growth model answers, and how exactly the newest figure is known. What
    the scenario supposes is not among them.

    Parameters
    ----------
    ledger : Ledger or Reader
        All that was published.
    question : Question
        What is asked, under its scenario.
    seed, draws : int
        Of the paths.

    Returns
    -------
    Sensitivity
        A row an assumption; `probability` is that of :func:`forecasts.outlook`.

    Raises
    ------
    BadInput
        As :func:`forecasts.outlook`.
    Unanswerable
        As :func:`forecasts.outlook`.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecasts as fc
    >>> rows = pd.DataFrame({"region": ["A"] * 3, "indicator": "firms", "value": [800, 900, 1000],
    ...                      "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"]})
    >>> asked = fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-06-01")
    >>> asked = asked.under(fc.Pace(factor={"uniform": [0.5, 1.5]}))
    >>> found = fc.sensitivity(fc.Ledger.from_frames(rows), asked)
    >>> [row.id for row in found.rows]
    ['pace.factor']
    """
    found = outlook(ledger, question, seed, draws)
    every = _all_tried(found)
    total = sum(one.variance for one in every)
    rows = [_row(one, one.variance / total if total else 0.0) for one in every]
    goal = found.question.goal
    indicator, region = found.ledger.indicators[goal.indicator], found.ledger.regions[goal.region]
    scenario = found.question.scenario
    return Sensitivity(
        goal=goal.id, scenario=scenario.id, scenario_zh=scenario.name_zh, scenario_en=scenario.name_en,
        known_on=found.question.known_on, draws=draws, seed=seed,
        indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        region_zh=region.name_zh, region_en=region.name_en,
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en,
        goal_value=found.goal, comparison=goal.comparison, deadline=goal.deadline,
        probability=found.probability, std_error=found.std_error,
        rows=tuple(sorted(rows, key=lambda row: -row.swing)), curve=_curve(found),
    )  # fmt: skip


def _all_tried(found: Outlook) -> list[Tried]:
    """Return every assumption after its turn, and the date and the clock at once."""
    every = [tried(found, assumption) for assumption in assumptions_of(found)]
    date = next((one for one in every if one.assumption.id == newest_date(found)), None)
    clock = next((one for one in every if one.assumption.about == "clock"), None)
    both = together(found, date, clock) if date is not None and clock is not None else None
    return [one for one in every if not one.is_moot] + ([] if both is None else [both])


def _row(one: Tried, share: float) -> SensitivityRow:
    """Write an assumption down."""
    assumption = one.assumption
    silent = "、".join(f"“{setting.zh}”" for setting, _ in one.refusals)
    return SensitivityRow(
        id=assumption.id, about=assumption.about, name_zh=assumption.zh, name_en=assumption.en,
        low=_end(one, assumption.low), high=_end(one, assumption.high), swing=one.swing, share=share,
        reason_zh=f"设为{silent}时没有答案。" if silent else "",
        reason_en="; ".join(f"no answer at {setting.en!r}: {why}" for setting, why in one.refusals),
    )  # fmt: skip


def _end(one: Tried, setting: Setting) -> SensitivityEnd:
    asked = one.outlooks.get(setting)
    return SensitivityEnd(
        zh=setting.zh, en=setting.en, probability=None if asked is None else asked.probability,
        std_error=None if asked is None else asked.std_error,
    )  # fmt: skip


def _curve(found: Outlook) -> tuple[CurvePoint, ...]:
    """Return the probability of other goals than the one that was set, and its own."""
    quantiles = found.quantiles(CURVE.tolist())
    evenly = np.linspace(quantiles[0], quantiles[-1], len(CURVE))
    values = np.union1d(np.concatenate([quantiles, evenly]), [found.goal]).tolist()
    return tuple(CurvePoint(value=value, probability=found.probability_of(value)) for value in values)
