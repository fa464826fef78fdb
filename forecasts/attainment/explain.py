"""What moved an answer: all growth series, class, own figures, models, scenario - one step at a time."""

from dataclasses import dataclass

import numpy as np

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.recall import Recalled
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import verdict
from forecasts.attainment.waterfall import waterfall, without_class
from forecasts.ledger.history import History
from forecasts.models.base import Predictive
from forecasts.models.members import leader
from forecasts.models.reference import Reference


@dataclass(frozen=True)
class Step:
    """One step and the probability after it."""

    name: str
    probability: float


@dataclass(frozen=True)
class Explanation:
    """How an answer came to be.

    Attributes
    ----------
    result : Attainment
        All that the brief says of it, and what the record of resolved goals makes of it.
    steps : tuple of Step
        Those of :class:`forecasts.attainment.grounds.Waterfall` but the record, where they play a part:
        ``pool``, ``class``, ``parent``, ``own``, ``calibration``, ``persistence``, ``few``, ``members``,
        ``scenario``.
    without_class : float
        The answer of the own history alone.
    prior_share : float
        How much of the answer rests on the prior (all growth series and the class): the squared ratio of the
        forecast's quartile distances with and without the own history before the last figure; 1 = all of it.
    """

    result: Attainment
    steps: tuple[Step, ...]
    without_class: float
    prior_share: float


def explain(found: Outlook, record: Recalled | None = None) -> Explanation:
    """Take one outlook apart.

    Parameters
    ----------
    found : Outlook
        Every growth model is fitted for it.
    record : Recalled, optional
        How goals like this one fared.

    Returns
    -------
    Explanation
        The last step's probability is the outlook's, which is without the record.
    """
    history, reference, model = found.history, found.past.reference, leader(found.history)
    result = verdict(found, record=record)

    def future(seen: History, of: Reference) -> Predictive:
        return found.under_scenario(model.fit(seen, of, found.seed))

    parts = waterfall(found, found.probability).parts
    steps = tuple(Step(part.name, part.probability) for part in parts)
    apart = found.chance(future(history, without_class(reference)))
    share = _prior_share(future(history.newest(1), reference), future(history, reference), found.end)
    return Explanation(result, steps, apart, share)


def _prior_share(before: Predictive, after: Predictive, time: float) -> float:
    """Return the squared ratio of quartile distances (of the logarithm, where there is one), at most one."""
    quartiles = np.array([0.25, 0.75])
    wide, narrow = (f.quantile(time, quartiles) for f in (before, after))
    if min(wide[0], narrow[0]) > 0:
        wide, narrow = np.log(wide), np.log(narrow)
    ratio = (narrow[1] - narrow[0]) / max(wide[1] - wide[0], 1e-12)
    return float(min(ratio**2, 1.0))
