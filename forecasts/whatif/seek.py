"""What it would take: the pace, the amount, the delay, the goal at which a probability is reached.

The probability is a continuous function of what is varied, as all of it is asked on the same draws; a
root-finder of scipy finds where its logit is that of the probability that is wanted (Brent, "Algorithms for
minimization without derivatives", 1973).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from scipy.special import logit

from forecasts.attainment.outlook import FLOOR, Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import Question
from forecasts.attainment.what_if import Sought, Tried, Vary
from forecasts.ledger.fields import Kind
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.models.paths import DRAWS
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.asking import OtherGoal
from forecasts.scenarios.growth import Delay, OneOff, Pace, Scope

#: A goal that is sought lies between the quantiles at these levels.
_FAR = (FLOOR / 2, 1 - FLOOR / 2)

#: Half the step, as a part of the range, with which the slope is taken.
_STEP = 1e-3


def seek(
    ledger: Ledger | Reader,
    question: Question,
    vary: str,
    probability: float = 0.8,
    date: dt.date | None = None,
    seed: int = 1,
    draws: int = DRAWS,
) -> Sought:
    """Find what it takes for a probability, all else being as in the question's scenario.

    Parameters
    ----------
    ledger : Ledger or Reader
        All that was published.
    question : Question
        What is asked. Where its scenario has an adjustment of the kind that is varied, its number is varied;
        else one is added behind its own.
    vary : str
        ``pace`` (factor of all future growth), ``one_off`` (amount), ``scope`` (share), ``delay`` (months),
        ``goal`` (which value has that probability) or ``deadline`` (by which day the goal has it).
    probability : float
        What is wanted: surer than :data:`FLOOR`, less sure than one minus that.
    date : date, optional
        Of ``one_off``: the day on which it comes; without it that of the scenario's, or the deadline.
    seed, draws : int
        Of the paths.

    Returns
    -------
    Sought
        The value, or the reason why there is none.

    Raises
    ------
    BadInput
        For something else to vary, or a probability out of its bounds; all at once.
    Unanswerable
        As :func:`forecasts.outlook`.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecasts as fc
    >>> rows = pd.DataFrame({"region": ["A"] * 3, "indicator": "firms", "value": [800, 900, 1000],
    ...                      "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"]})
    >>> asked = fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-06-01")
    >>> found = fc.seek(fc.Ledger.from_frames(rows), asked, "pace", 0.6)
    >>> found.value > 1, round(found.probability, 6)
    (True, 0.6)
    """
    what = check_sought(vary, probability)
    return sought_of(outlook(ledger, question, seed, draws), what, probability, date)


def sought_of(found: Outlook, what: Vary, probability: float, date: dt.date | None = None) -> Sought:
    """Find what it takes of an outlook; see :func:`seek`."""
    if what is Vary.DEADLINE:
        return _by_when(found, probability)
    line = _line(found, what, date)
    tried = tuple(Tried(value=v, probability=line.chance(v)) for v in (line.low, line.high))
    if not min(t.probability for t in tried) <= probability <= max(t.probability for t in tried):
        zh, en = _why_not(line, tried, probability)
        return _sought(found, what, probability, tried=tried, reason_zh=zh, reason_en=en)
    value = _root(line, probability)
    p, error = line.chance(value), line.at(value).std_error
    slope = _slope(line, value)
    return _sought(
        found, what, probability, tried=tried, value=value, probability=p, std_error=error,
        value_std_error=abs(error / slope) if slope else None,
    )  # fmt: skip


def check_sought(vary: str, probability: float) -> Vary:
    """Take what is varied and what is wanted; all that is wrong with them is told at once."""
    problems = []
    names = [one.value for one in Vary]
    if vary not in names:
        problems.append(Problem("vary", "there is nothing of this name to vary", vary, nearest(vary, names)))
    if not FLOOR < probability < 1 - FLOOR:
        rule = f"must lie between {FLOOR:g} and {1 - FLOOR:g}: no verdict is surer"
        problems.append(Problem("probability", rule, f"{probability:g}", "ask for less"))
    if problems:
        raise BadInput(problems)
    return Vary(vary)


@dataclass(frozen=True, eq=False)
class _Line:
    """A number that is varied: between what, the probability at each, and the outlook behind it."""

    what: Vary
    low: float
    high: float
    chance: Callable[[float], float]
    at: Callable[[float], Outlook]


def _line(found: Outlook, what: Vary, date: dt.date | None) -> _Line:
    """Return how a number is varied."""
    if what is Vary.GOAL:
        low, high = map(float, found.quantiles(_FAR))
        return _Line(what, low, high, found.probability_of, lambda value: _asking(found, value))

    def under(value: float) -> Outlook:
        change = _change(found, what, value, date)
        return found.of(replace(found.question, scenario=found.question.scenario.replacing(change)))

    low, high = _range(found, what)
    return _Line(what, low, high, lambda value: under(value).probability, under)


def _asking(found: Outlook, value: float) -> Outlook:
    """Return the outlook of another value for the same past."""
    change = OtherGoal(value=Decimal(repr(value)), deadline=found.question.goal.deadline)
    return found.asked(replace(found.question, scenario=found.question.scenario.replacing(change)))


def _change(found: Outlook, what: Vary, value: float, date: dt.date | None) -> AnyAdjustment:
    """Return the adjustment with a number; what else the scenario says of it stays."""
    scenario, goal = found.question.scenario, found.question.goal
    match what:
        case Vary.PACE:
            return (scenario.find(Pace) or Pace(factor=1.0)).model_copy(update={"factor": value})
        case Vary.SCOPE:
            return Scope(share=value)
        case Vary.DELAY:
            return Delay(months=value)
        case _:
            held = scenario.find(OneOff) if date is None else None
            held = held or OneOff(amount=0.0, date=date or goal.deadline)
            return held.model_copy(update={"amount": value})


def _range(found: Outlook, what: Vary) -> tuple[float, float]:
    """Return between what a number is sought."""
    match what:
        case Vary.PACE:
            return 0.0, 10.0
        case Vary.SCOPE:
            return 0.01, 1.0
        case Vary.DELAY:
            return 0.0, 120.0
        case _:
            size = 10.0 * max(abs(found.goal), float(np.abs(found.history.value).max()))
            return (0.0 if found.history.kind is Kind.CUMULATIVE else -size), size


def _root(line: _Line, wanted: float) -> float:
    """Return where the probability is what is wanted."""
    from scipy.optimize import brentq  # slow to import: only what is sought needs it

    def off(value: float) -> float:
        return float(logit(line.chance(value)) - logit(wanted))

    for end in (line.low, line.high):
        if off(end) == 0.0:
            return end
    return float(
        brentq(off, line.low, line.high, xtol=1e-9 * (line.high - line.low), rtol=1e-12, maxiter=200)
    )


def _slope(line: _Line, value: float) -> float:
    """Return how fast the probability moves with the number."""
    step = _STEP * (line.high - line.low) if line.what is Vary.GOAL else max(_STEP * abs(value), 1e-4)
    low, high = max(value - step, line.low), min(value + step, line.high)
    return (line.chance(high) - line.chance(low)) / (high - low)


def _by_when(found: Outlook, wanted: float) -> Sought:
    """Return by which day the goal is held with a probability."""
    day = found.day_reached(wanted)
    tried = (Tried(value=found.goal, probability=found.probability),)
    if day is None:
        zh = f"到{found.horizon}为止，达到{found.goal:g}的概率始终低于{wanted:.0%}。"
        en = f"up to {found.horizon} the probability of {found.goal:g} stays below {wanted:.0%}"
        return _sought(found, Vary.DEADLINE, wanted, tried=tried, reason_zh=zh, reason_en=en)
    return _sought(found, Vary.DEADLINE, wanted, tried=tried, day=day, std_error=found.std_error)


#: What a number is called in a reason: Chinese, English.
_CALLED = {
    Vary.PACE: ("增速倍数", "a pace of"),
    Vary.ONE_OFF: ("一次性增量", "an amount of"),
    Vary.SCOPE: ("口径占比", "a share of"),
    Vary.DELAY: ("推迟月数", "a delay in months of"),
    Vary.GOAL: ("目标值", "a goal of"),
}


def _why_not(line: _Line, tried: tuple[Tried, ...], wanted: float) -> tuple[str, str]:
    """Return why a probability is not reachable, in Chinese and English."""
    best = (max if wanted > max(t.probability for t in tried) else min)(tried, key=lambda t: t.probability)
    zh, en = _CALLED[line.what]
    more = best.probability < wanted
    return (
        f"{zh}在{line.low:g}与{line.high:g}之间时，概率{'最高' if more else '最低'}为{best.probability:.1%}"
        f"（{zh}为{best.value:g}时），达不到{wanted:.0%}。",
        f"between {line.low:g} and {line.high:g} the probability is {best.probability:.1%} at "
        f"{'most' if more else 'least'}, at {en} {best.value:g}: it does not come to {wanted:.0%}",
    )


def _sought(found: Outlook, vary: Vary, wanted: float, **more: object) -> Sought:
    """Return what was sought of an outlook."""
    told: dict[str, object] = {
        "value": None, "value_std_error": None, "day": None, "probability": None, "std_error": 0.0,
    }  # fmt: skip
    question = found.question
    asked = {
        "goal": question.goal.id, "scenario": question.scenario.id, "known_on": question.known_on,
        "draws": found.draws, "seed": found.seed, "vary": vary, "wanted": wanted,
    }  # fmt: skip
    return Sought.model_validate(asked | told | more)
