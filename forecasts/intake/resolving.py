"""What a report says became of goals: met, missed, left open, or nothing; never more than it says."""

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.entries import FALLS, decimal_of, sentence_at
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known
from forecasts.ledger.called import find_called, names_of
from forecasts.ledger.fields import Kind, Outcome, Qualifier
from forecasts.ledger.history import interval_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.names import spelt
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Goal, Indicator
from forecasts.ledger.scaled import in_unit_of

#: What has become of a goal that is still to be resolved.
OPEN = frozenset((Outcome.UNKNOWN, Outcome.OPEN, Outcome.INTERIM))

#: How sure the rules of reading must be for an outcome to be accepted by default.
SURE = 0.8

#: Letters of a name that is no plain word, such as 企业 or 投资.
PLAIN = 5

#: How alike a name must be to one of the goal's to be shown to a person; never accepted by default.
NEAR = 0.55

#: Words that tell things apart whose names are alike: a part from the whole, one part from another.
_APART = re.compile(
    "进出口|出口|进口|城镇|农村|规上|规模以上|限上|限额以上|登记|调查|民间|民营|国有|制造业|高技术|跨境电商|服务贸易|年均|五年"
)

#: What says more than a name: of it, another thing may be called so.
_BRACKET = re.compile(r"[(（][^()（）]*[)）]")

#: A mean of several years is the figure of none of them.
_MEAN = re.compile("年均|平均每年|每年平均")

#: What each kind of indicator is told by.
TOLD_BY = {
    Kind.RATE: (Said.CHANGE, Said.OBSERVATION),
    Kind.SHARE: (Said.SHARE, Said.OBSERVATION),
    Kind.STOCK: (Said.OBSERVATION,),
    Kind.CUMULATIVE: (Said.OBSERVATION,),
    Kind.FLOW: (Said.OBSERVATION, Said.CHANGE),
}


class State(StrEnum):
    """What a text says of a goal."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"  # a figure is there, and leaves it open, or two figures contradict each other
    SILENT = "silent"  # there is no figure of it


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text says became of one goal.

    Attributes
    ----------
    state : State
        What it says, taking the printed number at its word.
    sure : bool
        Whether it may be accepted without a second look: it is called as the goal is, its hedges and its
        rounding leave no doubt, nothing contradicts it, and it was read with confidence.
    value : Decimal, optional
        The figure, in the goal's unit.
    candidate : Candidate, optional
        Where it stands.
    others : tuple of Candidate
        Other figures of the same thing and day, with another value.
    """

    goal: Goal
    state: State
    sure: bool = False
    value: Decimal | None = None
    candidate: Candidate | None = None
    others: tuple[Candidate, ...] = ()


def open_goals(ledger: Ledger, region: str, published_on: dt.date) -> tuple[Goal, ...]:
    """Return the goals of a region whose day has passed and of which nothing is known, in order."""
    return tuple(
        goal
        for goal in ledger.goals.values()
        if goal.region == region and goal.outcome in OPEN and goal.deadline <= published_on
    )


def resolved_by(
    ledger: Ledger,
    goals: Iterable[Goal],
    candidates: Sequence[Candidate],
    text: str,
    region: str,
    known: Known = Known(),  # noqa: B008
) -> tuple[Stated, ...]:
    """Say of each goal what a text states of it.

    A figure decides only if it is of the goal's indicator, region and day, in a unit that can be brought to
    its own: of a growth rate only a rate of growth, of a level only a level. What the goal is about is told
    by its indicator's names, and by the words of its own quote: who set it may call it otherwise than the
    ledger, and likely does so again.

    Parameters
    ----------
    region : str
        Id of the region that the text is about where it names none.
    known : Known
        Names by which quotes are read.
    """
    about = ((goal, _names(ledger, goal, known)) for goal in goals)
    return tuple(_stated(ledger, goal, names, candidates, text, region) for goal, names in about)


def _names(ledger: Ledger, goal: Goal, known: Known) -> frozenset[str]:
    """Return what the thing is called that a goal is about."""
    indicator = ledger.indicators[goal.indicator]
    quoted = {
        one.indicator
        for one in candidates_of(goal.quote, known, goal.region)
        if len(one.indicator) >= PLAIN
        and in_unit_of(indicator, decimal_of(one.value), one.unit) == goal.value
    }
    return frozenset(map(spelt, (*names_of(indicator), *quoted)))


def _stated(
    ledger: Ledger,
    goal: Goal,
    names: Collection[str],
    candidates: Sequence[Candidate],
    text: str,
    region: str,
) -> Stated:
    indicator = ledger.indicators[goal.indicator]
    fit = [
        (value, one)
        for one in candidates
        if _fits(ledger, goal, indicator, one, region)
        and _of_one_year(indicator, one, text)
        and (value := _value(indicator, one, text)) is not None
    ]
    found = [pair for pair in fit if spelt(pair[1].indicator) in names]
    by_name = bool(found)
    if not found:  # nothing of its names: of what is called nearly so, that which is nearest
        # What the ledger knows as another indicator is not nearly this one.
        free = [pair for pair in fit if pair[1].indicator not in ledger.indicators]
        near = [(_likeness(pair[1].indicator, names), pair) for pair in free]
        most = max((likeness for likeness, _ in near), default=0.0)
        found = [pair for likeness, pair in near if likeness == most >= NEAR]
    if not found:
        return Stated(goal, State.SILENT)
    value, one = max(found, key=lambda pair: pair[1].confidence)
    others = tuple(other for number, other in found if number != value)
    words = {_word(goal, number, other) for number, other in found}
    if len(words) > 1 or None in words:
        return Stated(goal, State.OPEN, False, value, one, others)
    certain = goal.asks.met(*_bounds(value, one)) is not None
    sure = by_name and certain and not others and one.confidence >= SURE
    return Stated(goal, State.MET if words == {True} else State.MISSED, sure, value, one, others)


def _likeness(name: str, names: Collection[str]) -> float:
    """Return how much of two names' pairs of letters is the same, 0 to 1, for the likest (Dice 1945).

    What stands in brackets is left away; names of which one tells another part of a whole are not alike.
    """
    bare = _bare(name)
    own, part = set(pairwise(bare)), set(_APART.findall(bare))
    alike = (set(pairwise(other)) for other in map(_bare, names) if set(_APART.findall(other)) == part)
    return max((2 * len(own & other) / (len(own) + len(other) or 1) for other in alike), default=0.0)


def _bare(name: str) -> str:
    """Return a name as it is spelt without what stands in brackets."""
    return _BRACKET.sub("", spelt(name))


def _word(goal: Goal, value: Decimal, one: Candidate) -> bool | None:
    """Return whether a figure meets a goal: by its hedges, else at its word."""
    certain = goal.asks.met(*_bounds(value, one))
    return goal.asks.met(float(value), float(value)) if certain is None else certain


def _fits(ledger: Ledger, goal: Goal, indicator: Indicator, one: Candidate, region: str) -> bool:
    """Whether a quantity may be a figure of a goal: of its day, its region, and what its kind is told by."""
    if one.kind not in TOLD_BY[indicator.kind] or one.date != goal.deadline:
        return False
    if one.new and indicator.kind is not Kind.FLOW:
        return False
    if one.kind == Said.CHANGE and (one.unit == "%") != (indicator.kind is Kind.RATE):
        return False
    try:
        return find_called(one.region or region, ledger.regions, "region", "") == goal.region
    except BadInput:
        return False


def _of_one_year(indicator: Indicator, one: Candidate, text: str) -> bool:
    """Whether a quantity is no mean of several years, or its indicator is one."""
    first, _ = sentence_at(text, one.start, one.end)
    clause = re.split("[，,；;。：]", text[first : one.start])[-1]
    return _MEAN.search(clause) is None or _MEAN.search(indicator.name_zh) is not None


def _value(indicator: Indicator, one: Candidate, text: str) -> Decimal | None:
    """Return a figure in its indicator's unit, a fall below zero; None where the unit is another one."""
    value = in_unit_of(indicator, decimal_of(one.value), one.unit)
    if value is None or one.kind != Said.CHANGE or FALLS.search(indicator.name_zh):
        return value
    first, _ = sentence_at(text, one.start, one.end)
    return -value if FALLS.search(text[first : one.start].rpartition("，")[2]) else value


def _bounds(value: Decimal, one: Candidate) -> tuple[float, float]:
    """Return what a printed figure leaves possible, as the ledger has it once it is a row.

    超 and 余 say more than the number itself, 近 less than it.
    """
    if one.high is not None:
        other = value * decimal_of(one.high) / decimal_of(one.value) if one.value else value
        return min(float(value), float(other)), max(float(value), float(other))
    qualifier = Qualifier(one.qualifier)
    low, high = interval_of(value, qualifier)
    if qualifier in (Qualifier.OVER, Qualifier.REMAINDER):
        low, high = math.nextafter(low, math.inf), math.nextafter(high, -math.inf)
    if qualifier is Qualifier.NEAR:
        high = math.nextafter(high, -math.inf)
    return low, high
