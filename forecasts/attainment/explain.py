"""What moved an answer: last figure, class, own history, other models, scenario - one step at a time."""

from dataclasses import dataclass, replace

import numpy as np

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.recall import Recalled
from forecasts.attainment.result import Attainment
from forecasts.attainment.verdict import verdict
from forecasts.ledger.history import History
from forecasts.models.base import Predictive
from forecasts.models.members import leader
from forecasts.models.reference import Reference
from forecasts.models.trend import TrendFuture


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
        ``last figure`` (the prior of all growth series alone), ``class``, ``own history``; of the engine
        ``persistence`` (how the class fared with goals of its own pace) and, with one to three figures,
        ``few figures``; ``all members``.
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
    history, reference = found.history, found.past.reference
    alone = replace(reference, everyone=Reference().everyone, parent=None)
    last, model = history.newest(1), leader(history)

    def fitted(seen: History, of: Reference, **without: bool) -> Predictive:
        made = model.fit(seen, of, found.seed)
        if isinstance(made, TrendFuture):
            return made.without(**{"persistence": False, "few": False} | without)
        return made

    def future(seen: History, of: Reference, **without: bool) -> Predictive:
        return found.under_scenario(fitted(seen, of, **without))

    bare = {"persistence": True, "few": True}
    steps = [
        Step("last figure", found.chance(future(last, alone, **bare))),
        Step("class", found.chance(future(last, reference, **bare))),
        Step("own history", found.chance(future(history, reference, **bare))),
    ]
    whole = fitted(history, reference)
    if isinstance(whole, TrendFuture):
        steps.append(Step("persistence", found.chance(future(history, reference, few=True))))
        if whole.is_short:
            steps.append(Step("few figures", found.chance(found.under_scenario(whole))))
    steps.append(Step("all members", found.probability))
    with_class, with_both = future(last, reference), found.under_scenario(whole)
    apart = found.chance(future(history, alone))
    share = _prior_share(with_class, with_both, found.end)
    return Explanation(verdict(found, record=record), tuple(steps), apart, share)


def _prior_share(before: Predictive, after: Predictive, time: float) -> float:
    """Return the squared ratio of quartile distances (of the logarithm, where there is one), at most one."""
    quartiles = np.array([0.25, 0.75])
    wide, narrow = (f.quantile(time, quartiles) for f in (before, after))
    if min(wide[0], narrow[0]) > 0:
        wide, narrow = np.log(wide), np.log(narrow)
    ratio = (narrow[1] - narrow[0]) / max(wide[1] - wide[0], 1e-12)
    return float(min(ratio**2, 1.0))
