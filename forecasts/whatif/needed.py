"""What would have had to be there already, on the day of the newest figure, for a probability.

Where a figure was never published this is the question that settles a goal: who knows the figure compares.
The newest value is moved, and all that was learned of growth learns it; where the scenario supposes that only
a share of the goal's scope is counted, the whole is what is sought, and no share is supposed.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import logit

from forecasts.attainment.assumed import own_days
from forecasts.attainment.grounds import Needed
from forecasts.attainment.outlook import FLOOR, Outlook
from forecasts.ledger.history import History
from forecasts.ledger.problems import Refusal
from forecasts.models.base import GROWING
from forecasts.scenarios.growth import Scope
from forecasts.whatif.settings import of_past

#: The probabilities that are sought.
WANTED = (0.5, 0.8)

#: A value is sought between such parts of the goal or the newest value, the lower and the higher of both.
FAR = (0.05, 1.5)

#: What a value is exact to, as a part of where it is sought.
EXACT = 1e-6


def needed_now(found: Outlook) -> tuple[Needed, ...]:
    """Return which newest value would give the goal the probabilities of :data:`WANTED`."""
    whole, chance = moved(found)
    low, high = _range(whole)
    ends = chance(low), chance(high)
    return tuple(_needed(found, wanted, chance, (low, high), ends) for wanted in WANTED)


def value_now(found: Outlook) -> float:
    """Return the newest value as it stands; where only a share is counted, the one that is counted."""
    history = found.history
    return (
        float(history.counts.value[-1]) if _within(history) and history.counts else float(history.value[-1])
    )


def moved(found: Outlook) -> tuple[Outlook, Callable[[float], float | None]]:
    """Return an outlook on all that the goal means, and its probability by the newest value.

    Returns
    -------
    Outlook
        Without what the scenario says of a share that is counted.
    callable
        Of a value, the probability if that were the newest figure; None where there is no answer.
    """
    scenario = found.question.scenario
    kept = tuple(change for change in scenario.adjustments if not isinstance(change, Scope))
    bare = scenario.model_copy(update={"adjustments": kept})
    whole = (
        found if len(kept) == len(scenario.adjustments) else found.of(replace(found.question, scenario=bare))
    )
    scaled = whole is not found

    def chance(value: float) -> float | None:
        history = with_newest(whole.history, value, scaled)
        try:
            return of_past(whole, replace(whole.past, history=history)).probability
        except Refusal:
            return None

    return whole, chance


def with_newest(history: History, value: float, scaled: bool = False) -> History:
    """Return a history with another newest value, exactly known.

    Parameters
    ----------
    scaled : bool
        Whether the values before grow with it: of a whole of which they are a share.
    """
    if _within(history):
        counts = history.counts
        assert counts is not None
        least, middle = counts.least.copy(), counts.value.copy()
        least[-1] = middle[-1] = value
        return replace(history, counts=replace(counts, least=least, value=middle))
    times = value / float(history.value[-1]) if scaled and history.value[-1] > 0 else 1.0
    low, high = history.low * times, history.high * times
    low[-1] = high[-1] = value
    return replace(history, low=low, high=high)


def _within(history: History) -> bool:
    """Whether the newest figure is a count within a year."""
    counts = history.counts
    return counts is not None and len(counts) > 0 and counts.day[-1] > history.days[-1]


def _range(found: Outlook) -> tuple[float, float]:
    """Return between what a value is sought."""
    now, goal = value_now(found), found.goal
    least, most = sorted((now, goal))
    if found.history.kind in GROWING:
        return max(least, 0.0) * FAR[0] or most * FAR[0] ** 2, most * FAR[1]
    room = max(abs(goal - now), abs(goal), 1.0)
    low = least - room if found.history.kind == "rate" else max(least - room, 0.0)
    return low, min(most + room, found.history.upper)


def _needed(
    found: Outlook,
    wanted: float,
    chance: Callable[[float], float | None],
    between: tuple[float, float],
    ends: tuple[float | None, float | None],
) -> Needed:
    from scipy.optimize import brentq  # slow to import: only what is sought needs it

    goal, (low, high) = found.question.goal, between
    indicator = found.ledger.indicators[goal.indicator]
    told = {"as_of": own_days(found.history)[-1], "unit_zh": indicator.unit_zh, "unit_en": indicator.unit_en}
    value = None
    known = {low: ends[0], high: ends[1]}

    def off(at: float) -> float:
        p = known[at] if at in known else chance(at)
        return float(logit(FLOOR if p is None else p) - logit(wanted))

    if None not in ends and off(low) * off(high) < 0:
        value = float(brentq(off, low, high, xtol=EXACT * (high - low), rtol=4 * np.finfo(float).eps))
    p = None if value is None else chance(value)
    return Needed.model_validate(told | {"wanted": wanted, "value": value, "probability": p})
