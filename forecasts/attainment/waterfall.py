"""Where a probability comes from: parts that sum to it, each found by asking with it and without the next.

Two roads lead to one number. The first begins with what growth series in general do from the newest figure;
the second with the share of the reference class's steps that were fast enough, which is what a reader counts.
From the own figures on both are the same: what was learned of the engine's own mistakes, other models that
carry the answer, the scenario, past goals.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from forecasts.attainment.class_steps import required_growth, share_that_beats, steps_of_class
from forecasts.attainment.grounds import Part, PartName, Waterfall
from forecasts.attainment.outlook import Outlook, chance_of
from forecasts.ledger.history import History
from forecasts.ledger.records import Asks, asks_of
from forecasts.models.base import ModelFailed, ModelUnfit, Predictive
from forecasts.models.members import Blend, leader
from forecasts.models.reference import Reference
from forecasts.models.trend import TrendFuture
from forecasts.scenarios.futures import Adjusted

#: From so far on, the share of the steps that were fast enough and the probability diverge.
RIFT = 0.25

#: A name, and the probability with all up to it.
Stand = tuple[PartName, float]


@dataclass(frozen=True)
class Stage:
    """A part by its name, and the future with it and all parts before."""

    name: PartName
    future: Predictive


def waterfall(found: Outlook, headline: float) -> Waterfall:
    """Take a probability apart.

    Parameters
    ----------
    headline : float
        What is told first: with the record of resolved goals where that speaks.
    """
    own = list(learned_stages(found))
    first = [(stage.name, found.chance(stage.future)) for stage in (*prior_stages(found), *own)]
    bridge = list(_bridge(found, own))
    end: list[Stand] = [("record", headline)] if headline != found.probability else []
    bridge_parts = _parts([*bridge, *_last(found), *end]) if bridge else ()
    diverges = bool(bridge_parts) and abs(headline - bridge_parts[0].probability) >= RIFT
    return Waterfall(
        parts=_parts([*first, *_last(found), *end]),
        bridge=bridge_parts,
        diverges=diverges,
        reason=_reason(bridge_parts) if diverges else None,
    )


def _parts(stands: Sequence[Stand]) -> tuple[Part, ...]:
    """Write probabilities down as what each adds to the one before."""
    before = [0.0, *(chance for _, chance in stands)]
    return tuple(
        Part(name=name, points=now - then, probability=now)
        for (name, _), (then, now) in zip(stands, pairwise(before), strict=True)
    )


def _reason(parts: Sequence[Part]) -> PartName:
    """Return which part leads farthest from the first to the last."""
    way = parts[-1].probability - parts[0].probability
    return max(parts[1:], key=lambda part: part.points * np.sign(way)).name


def prior_stages(found: Outlook) -> Iterator[Stage]:
    """Yield what is said before the own earlier figures and all that was learned of mistakes count."""
    history, reference = found.history, found.past.reference
    last, apart = history.newest(1), without_parent(reference)
    yield from _stage("pool", last, without_class(reference), found.seed)
    if len(reference):
        yield from _stage("class", last, apart, found.seed)
    if reference.parent is not None:
        yield from _stage("parent", last, reference, found.seed)


def learned_stages(found: Outlook) -> Iterator[Stage]:
    """Yield what is said with the own figures, and with what was learned of mistakes."""
    whole = found.fitted.of(leader(found.history)).predictive
    if whole is None:
        return
    if found.past.own:  # a newest figure alone adds nothing: all parts start from it
        yield Stage("own", bare(whole))
    if isinstance(whole, TrendFuture):
        yield Stage("calibration", whole.without(persistence=True, few=True))
        if whole.leans:
            yield Stage("persistence", whole.without(persistence=False, few=True))
        if whole.is_short:
            yield Stage("few", whole)


def _last(found: Outlook) -> Iterator[Stand]:
    """Yield the probability of all that carry the answer, and that under the scenario."""
    yield "members", found.chance(found.fitted.future(found.weights))
    if isinstance(found.future, Adjusted):
        yield "scenario", found.probability


def _stage(name: PartName, history: History, reference: Reference, seed: int) -> Iterator[Stage]:
    try:
        yield Stage(name, bare(leader(history).fit(history, reference, seed)))
    except (ModelFailed, ModelUnfit):  # what cannot be said without the rest is no part
        return


def bare(future: Predictive) -> Predictive:
    """Return a future without what was learned of the engine's mistakes."""
    if isinstance(future, TrendFuture):
        return future.without(calibration=True, persistence=True, few=True)
    return future


def without_parent(reference: Reference) -> Reference:
    """Return the class without the region's parent as the nearest of all."""
    return replace(reference, parent=None)


def without_class(reference: Reference) -> Reference:
    """Return nobody: neither class nor parent."""
    return replace(reference, everyone=Reference().everyone, parent=None)


def chance_without(found: Outlook, **left_out: bool) -> float | None:
    """Return the probability without a part of what the trend learned of its mistakes; None: it has none.

    Parameters
    ----------
    left_out : bool
        As :meth:`forecasts.models.trend.TrendFuture.without` takes them.
    """
    trend = leader(found.history)
    whole = found.fitted.of(trend).predictive
    if not isinstance(whole, TrendFuture) or not found.weights.get(trend.name, 0.0):
        return None
    left = {"calibration": False, "persistence": False, "few": False} | left_out
    members = {m.name: found.fitted.of(m).predictive for m in found.fitted.models if m.name in found.weights}
    served = {name: future for name, future in members.items() if future is not None}
    served[trend.name] = whole.without(**left)
    if len(served) == 1:
        return found.chance(found.under_scenario(served[trend.name]))
    share = np.array([found.weights[name] for name in served], float)
    return found.chance(found.under_scenario(Blend(tuple(served.values()), share / share.sum())))


def _bridge(found: Outlook, own: Sequence[Stage]) -> Iterator[Stand]:
    """Yield the way from the share of steps that were fast enough to all that was learned."""
    history, reference = found.history, found.past.reference
    required, steps = required_growth(found), steps_of_class(found)
    enough = share_that_beats(found, steps, required)
    whole = found.fitted.of(leader(history)).predictive
    if enough is None or required is None or not isinstance(whole, TrendFuture) or history.value[-1] <= 0:
        return
    pace, last, end = float(np.log1p(required / 100)), float(history.value[-1]), float(history.years[-1])
    paces = reference.everyone.paces[reference.others]
    newest = paces[~np.isnan(paces)]
    yield "steps", enough
    yield "newest", float(np.mean(newest <= pace if found.asks.below else newest >= pace))
    try:
        law = bare(leader(history).fit(history, without_parent(reference), found.seed))
    except (ModelFailed, ModelUnfit):
        return
    goal, ask = found.question.goal, _asks(found)
    yield "law", chance_of(law, end + 1.0, asks_of(last * np.exp(pace), goal.comparison, goal.tolerance))
    yield "time", ask(law)
    if reference.parent is not None:
        yield "parent", ask(bare(whole))
    yield from ((stage.name, ask(stage.future)) for stage in own if stage.name != "own")


def _asks(found: Outlook) -> Callable[[Predictive], float]:
    """Return how the goal is asked of what is counted, where that is only a share of what the goal means."""
    share = float(found.history.value[-1] / found.whole.value[-1])
    goal = found.question.goal
    asks: Asks = found.asks
    if share != 1.0:
        asks = asks_of(found.goal * share, goal.comparison, goal.tolerance)
    return lambda future: chance_of(future, found.end, asks)
