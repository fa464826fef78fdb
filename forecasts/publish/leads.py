"""What a person would say of a goal: the verdict, what is missing, and the thing that it turns on.

Each is one whole sentence of the catalogue, chosen by rules over the numbers: it cannot contradict them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forecasts.attainment.grounds import Answer, Inquiry, Readings
from forecasts.attainment.result import Attainment
from forecasts.ledger.fields import Kind
from forecasts.publish import phrases, questions
from forecasts.publish.grounds import EVEN
from forecasts.publish.pacing import in_points, pace_value
from forecasts.publish.parts import Lead
from forecasts.publish.words import Words, printed_percent, step

#: From so far apart on, readings leave nothing to say with one number.
APART: Final = 0.5

#: A question whose answers move the probability less is not what a verdict turns on.
MATTERS: Final = 0.03


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the readings of a goal say together: one number, two ends, or nothing that could be one number."""

    kind: Literal["one", "between", "undetermined"]
    low: float
    high: float


def verdict_of(heads: Sequence[Attainment]) -> Verdict:
    """Return the verdict on a goal by its headline results.

    Undetermined is what `what_if.readings` calls so, or, where nobody asked, what lies as far apart.
    """
    return verdict([head.probability for head in heads], readings_of(heads))


def verdict(chances: Sequence[float], told: Readings | None) -> Verdict:
    """Return the verdict on a goal by the probabilities of its readings, and by what holds them together."""
    low, high = min(chances), max(chances)
    if told is not None and told.verdict == "undetermined":
        return Verdict("undetermined", min(low, told.low), max(high, told.high))
    if high - low >= APART:
        return Verdict("undetermined", low, high)
    return Verdict("one" if printed_percent(low) == printed_percent(high) else "between", low, high)


def readings_of(heads: Sequence[Attainment]) -> Readings | None:
    """Return the rival readings of a goal, where somebody asked."""
    return next((h.what_if.readings for h in heads if h.what_if and h.what_if.readings), None)


def lead(
    anchor: str, name: str, heads: Sequence[Attainment], others: Sequence[Attainment], words: Words
) -> Lead:
    """Return the sentences on one goal; `others` are its other results."""
    return Lead(anchor, _verdict(name, heads, words), gap(heads, words), turn(heads, others, words))


def _verdict(name: str, heads: Sequence[Attainment], words: Words) -> str:
    found = verdict_of(heads)
    ends = {"low": words.probability(found.low), "high": words.probability(found.high)}
    if found.kind == "undetermined":
        return words.say("lead.undetermined", name=name, **ends)
    likelihood = words.likelihood(found.low)
    if found.kind == "one":
        return words.say("lead.one", name=name, likelihood=likelihood, probability=ends["low"])
    if step(found.low) == step(found.high):
        return words.say("lead.between", name=name, likelihood=likelihood, **ends)
    return words.say("lead.depends", name=name, **ends)


def newest(attainment: Attainment) -> float | None:
    """Return the newest figure that counts for the goal: of a year counted anew, its own count."""
    if attainment.goal.kind is Kind.FLOW:
        return None if attainment.so_far is None else attainment.so_far.value
    return attainment.history[-1].value if attainment.history else None


def met(attainment: Attainment) -> bool:
    """Whether the newest figure meets the goal; what is still being counted never does by being low."""
    goal, value = attainment.goal, newest(attainment)
    if value is None or (goal.kind is Kind.FLOW and goal.comparison.asks_less):
        return False
    return goal.asks.met(value, value) is True


def gap(heads: Sequence[Attainment], words: Words) -> str:
    """Return how much is missing, and at which pace it would be made up."""
    head = heads[0]
    value, goal = newest(head), head.goal
    if value is None:
        return words.say("gap.flow" if goal.kind is Kind.FLOW and head.history else "gap.none")
    if met(head):
        return words.say("gap.met")
    amount, above = abs(goal.value - value), value > goal.value
    if not amount:
        return words.say("gap.edge")
    unit = words.of(goal, "unit")
    left = words.quantity(amount, unit, rounded=True)
    if in_points("points_per_year", head, words):
        left = words.say("points", value=words.estimate(amount))
    if len(heads) > 1:
        reading = phrases.scenario_name(head, words)
        return words.say("gap.reading.above" if above else "gap.reading", gap=left, reading=reading)
    required = head.required_pace
    if required is None or above or required.value <= 0:
        return words.say("gap.above" if above else "gap", gap=left)
    return words.say("gap.pace", gap=left, pace=pace_value(required, head, words))


def turn(heads: Sequence[Attainment], others: Sequence[Attainment], words: Words) -> str:
    """Return what the verdict turns on: the question that moves it most, or the scenario that does."""
    head = heads[0]
    asked = head.what_if.inquiries if head.what_if else ()
    if needed := _needed(head, words) if verdict_of(heads).kind == "undetermined" else "":
        return needed
    for inquiry in asked:
        if inquiry.swing >= MATTERS and inquiry.about != "scope":
            return _inquiry(head, inquiry, words)
    rivals = [*heads[1:], *others]
    if not rivals:
        return ""
    far = max(rivals, key=lambda r: abs(r.probability - head.probability))
    if printed_percent(far.probability) == printed_percent(head.probability):
        return words.say("turn.nothing", probability=words.probability(head.probability))
    name = phrases.scenario_name(far, words)
    return words.say("turn.scenario", scenario=name, probability=words.probability(far.probability))


def _needed(head: Attainment, words: Words) -> str:
    """Return what must have been there for 50 and 80 %, where somebody asked."""
    found = (
        {} if head.what_if is None else {n.wanted: n for n in head.what_if.needed_now if n.value is not None}
    )
    if set(found) != {0.5, 0.8}:
        return ""
    half, most = (questions.amount(found[p].value or 0.0, head, words) for p in (0.5, 0.8))
    return words.say("turn.needed", date=words.date(found[0.5].as_of), half=half, most=most)


def _inquiry(head: Attainment, inquiry: Inquiry, words: Words) -> str:
    stands = head.probability_alone
    far: Answer = max(inquiry.answers, key=lambda a: abs(a.probability - stands))
    chance = words.probability(far.probability)
    figure = questions.figure(head, inquiry.observations, words)
    day = words.date(far.day) if far.day is not None else words.say("date.unknown")
    if inquiry.about == "value":
        date = words.date(inquiry.as_of) if inquiry.as_of else words.say("date.unknown")
        said = questions.answer(far, inquiry, head, words)
        return words.say("turn.value", date=date, answer=said, probability=chance)
    if inquiry.about == "date":
        return words.say("turn.date", figure=figure, answer=day, probability=chance)
    key = "turn.clock" if far.day is None else "turn.both"
    return words.say(key, figure=figure, day=day, answer=_season(far, words), probability=chance)


def _season(far: Answer, words: Words) -> str:
    """Return how growth spreads over the year in an answer, as a part of a sentence."""
    if far.q4_share is None or far.q4_share == EVEN:
        return words.say("turn.even")
    return words.say("turn.share", share=questions.share(far.q4_share, words))
