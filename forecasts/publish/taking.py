"""What would have to be true: one sentence, from what was sought for a verdict."""

from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Sought, Vary
from forecasts.publish.words import Words


def what_it_takes(attainment: Attainment, words: Words) -> str:
    """Return which pace, and which goal, has the probability that was sought; empty if nothing was."""
    what_if = attainment.what_if
    found = {} if what_if is None else {sought.vary: sought for sought in what_if.seek}
    parts = []
    if Vary.PACE in found:
        parts.append(_pace(attainment, found[Vary.PACE], words))
    if Vary.GOAL in found and found[Vary.GOAL].value is not None:
        parts.append(_goal(attainment, found[Vary.GOAL], words))
    return words.run_on(parts)


def _pace(attainment: Attainment, sought: Sought, words: Words) -> str:
    """Return how fast future growth must be, against what is expected."""
    wanted = words.probability(sought.wanted)
    less = attainment.goal.comparison.asks_less
    enough = attainment.probability_alone >= sought.wanted
    if sought.value is None:
        end = min(sought.tried, key=lambda t: abs(t.probability - sought.wanted))
        key = "takes.pace.always" if enough else "takes.pace.never"
        factor, there = words.estimate(end.value), words.probability(end.probability)
        return words.say(key, wanted=wanted, factor=factor, probability=there)
    if less:
        key = "takes.pace.most.enough" if enough else "takes.pace.most.short"
    else:
        key = "takes.pace.least.enough" if enough else "takes.pace.least.short"
    return words.say(key, wanted=wanted, factor=words.decimal(sought.value, 2))


def _goal(attainment: Attainment, sought: Sought, words: Words) -> str:
    """Return which goal has the probability as things are."""
    assert sought.value is not None
    goal = attainment.goal
    amount = words.quantity(sought.value, words.of(goal, "unit"), rounded=True)
    return words.say("takes.goal", wanted=words.probability(sought.wanted), amount=amount)
