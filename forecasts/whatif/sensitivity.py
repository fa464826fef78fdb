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

from collections.abc import Sequence

import numpy as np

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import Question
from forecasts.attainment.what_if import CurvePoint, Sensitivity, SensitivityEnd, SensitivityRow
from forecasts.ledger.ledger import Ledger
from forecasts.models.paths import DRAWS
from forecasts.whatif.assumptions import assumptions_of, newest_date
from forecasts.whatif.settings import Setting
from forecasts.whatif.tried import Tried, together, tried

#: Levels of the quantiles that the curve runs through; as many values lie evenly between the outermost.
CURVE = np.linspace(0.005, 0.995, 41)


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
    return sensitivity_of(outlook(ledger, question, seed, draws))


def sensitivity_of(found: Outlook) -> Sensitivity:
    """Find what an outlook rests on most; see :func:`sensitivity`."""
    return sensitivity_by(found, all_tried(found))


def sensitivity_by(found: Outlook, every: Sequence[Tried]) -> Sensitivity:
    """Write down what an outlook rests on, of assumptions that had their turn."""
    every = [one for one in every if not one.is_moot]
    total = sum(one.variance for one in every)
    rows = [_row(one, one.variance / total if total else 0.0) for one in every]
    goal = found.question.goal
    indicator, region = found.ledger.indicators[goal.indicator], found.ledger.regions[goal.region]
    scenario = found.question.scenario
    return Sensitivity(
        goal=goal.id, scenario=scenario.id, scenario_zh=scenario.name_zh, scenario_en=scenario.name_en,
        known_on=found.question.known_on, draws=found.draws, seed=found.seed,
        indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        region_zh=region.name_zh, region_en=region.name_en,
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en,
        goal_value=found.goal, comparison=goal.comparison, deadline=goal.deadline,
        probability=found.probability, std_error=found.std_error,
        rows=tuple(sorted(rows, key=lambda row: -row.swing)), curve=_curve(found),
    )  # fmt: skip


def all_tried(found: Outlook) -> list[Tried]:
    """Return every assumption after its turn, and the date and the clock at once."""
    every = [tried(found, assumption) for assumption in assumptions_of(found)]
    date = next((one for one in every if one.assumption.id == newest_date(found)), None)
    clock = next((one for one in every if one.assumption.about == "clock"), None)
    both = together(found, date, clock) if date is not None and clock is not None else None
    return every + ([] if both is None else [both])


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
