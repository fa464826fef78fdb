"""What a report says became of goals: met, missed, left open, or nothing; never more than it says."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.entries import FALLS, decimal_of, is_fall, sentence_at
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known
from forecasts.ledger.called import find_called, names_of
from forecasts.ledger.fields import Comparison, Kind, Outcome, Qualifier
from forecasts.ledger.history import interval_of, without_ends
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

#: Where a text begins to tell of several years, and where of one: what came last counts.
_YEARS = re.compile(
    r"(?P<several>[三四五几]年来|过去[三四五几]年|十[一二三四五六七]个?五[”\"]?(?:时期|期间|以来|发展成就)|年以来)"
    r"|一年来|过去的?一年|刚刚过去的|[去上今]年|全年|20\d\d年"
)

#: A quantity that is told against another year's is no level: 比上年增加167.5亿斤.
_AGAINST = re.compile(r"[比较](?:上年|去年|上一年|前年|20\d\d年|[“\"]?十[一二三四五六七]五)|同比")

#: A goal that is told again is no outcome: 没有实现年初确定的…, 低于13%左右的预期目标.
_AGAIN = re.compile(
    "没有(?:实现|完成|达到)|未能?(?:实现|完成|达到)|年初(?:确定|提出|预期)|预期目标|目标[是为:：]"
)
_TOLD_AGAIN = re.compile(
    "(?:的|这一|这个)?(?:年度|全年|年初|预期|既定|规划)*(?:目标|任务)(?!均|都|全|圆满|完成)"
)

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
    own = frozenset(map(spelt, names_of(indicator)))
    quoted = {
        spelt(one.indicator)
        for one in candidates_of(goal.quote, known, goal.region)
        if len(one.indicator) >= PLAIN
        and in_unit_of(indicator, decimal_of(one.value), one.unit) == goal.value
    }
    # Of several things that one sentence asks the same number of, its words do not tell which is meant.
    return own if own & quoted or len(quoted) > 1 else own | quoted - _others(ledger, indicator)


def _others(ledger: Ledger, indicator: Indicator) -> frozenset[str]:
    """Return what the other things are called that a ledger knows."""
    others = (one for key, one in ledger.indicators.items() if key != indicator.id)
    return frozenset(spelt(name) for one in others for name in names_of(one))


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
        and is_mean(one, text) == counts_means(indicator)
        and not _is_goal_told_again(one, text)
        and (value := _value(indicator, one, text)) is not None
    ]
    found = [pair for pair in fit if spelt(pair[1].indicator) in names]
    by_name = bool(found)
    if not found:  # nothing of its names: of what is called nearly so, that which is nearest
        # What the ledger knows as another indicator is not nearly this one.
        taken = _others(ledger, indicator)
        free = [pair for pair in fit if spelt(pair[1].indicator) not in taken]
        near = [(_likeness(pair[1].indicator, names), pair) for pair in free]
        most = max((likeness for likeness, _ in near), default=0.0)
        found = [pair for likeness, pair in near if likeness == most >= NEAR]
    if not found:
        return Stated(goal, State.SILENT)
    value, one = max(found, key=lambda pair: (not _of_years(pair[1], text), pair[1].confidence))
    others = tuple(other for number, other in found if number != value)
    words = {_word(goal, number, other) for number, other in found}
    if len(words) > 1 or None in words:
        return Stated(goal, State.OPEN, False, value, one, others)
    sure = by_name and not others and one.confidence >= SURE
    sure = sure and _is_certain(goal, value, one) and not _is_total(indicator, one, text)
    return Stated(goal, State.MET if words == {True} else State.MISSED, sure, value, one, others)


def _is_certain(goal: Goal, value: Decimal, one: Candidate) -> bool:
    """Whether a figure decides a goal whatever its hedge and its rounding mean.

    What only 左右 lets pass, 4.8 for about 5, is for a person to decide.
    """
    met = goal.asks.met(*_bounds(value, one))
    if goal.comparison is Comparison.ABOUT and goal.tolerance is None:
        return met is not None and met == (value >= goal.value)
    return met is not None


def _is_total(indicator: Indicator, one: Candidate, text: str) -> bool:
    """Whether a figure may be a total of more than is asked: of several years, or of all that ever came."""
    first, _ = sentence_at(text, one.start, one.end)
    total = one.cumulative or "累计" in text[first : one.start]
    if indicator.kind is Kind.FLOW:
        return total or _of_years(one, text)
    return total and indicator.kind is Kind.STOCK


def _of_years(one: Candidate, text: str) -> bool:
    """Whether the words before a quantity tell of several years."""
    last = next(reversed(list(_YEARS.finditer(text, 0, one.start))), None)
    return last is not None and last["several"] is not None


def _is_goal_told_again(one: Candidate, text: str) -> bool:
    """Whether a quantity is the goal itself, of which a review says whether it came true."""
    first, _ = sentence_at(text, one.start, one.end)
    return _AGAIN.search(text, first, one.start) is not None or _TOLD_AGAIN.match(text, one.end) is not None


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
    if one.date != goal.deadline or not tells_of(indicator, one):
        return False
    try:
        return find_called(one.region or region, ledger.regions, "region", "") == goal.region
    except BadInput:
        return False


def tells_of(indicator: Indicator, one: Candidate) -> bool:
    """Whether a quantity is of the sort that an indicator is told by, be it called so or not."""
    if one.kind not in TOLD_BY[indicator.kind] or (one.new and indicator.kind is not Kind.FLOW):
        return False
    return one.kind != Said.CHANGE or (one.unit == "%") == (indicator.kind is Kind.RATE)


def is_mean(one: Candidate, text: str) -> bool:
    """Whether a quantity is a mean of several years: the figure of none of them."""
    return _MEAN.search(_clause(one, text)) is not None


def counts_means(indicator: Indicator) -> bool:
    """Whether an indicator is a mean of several years."""
    return _MEAN.search(indicator.name_zh) is not None


def _value(indicator: Indicator, one: Candidate, text: str) -> Decimal | None:
    """Return a figure in its indicator's unit, a fall below zero; None where the unit is another one."""
    value = in_unit_of(indicator, decimal_of(one.value), one.unit)
    if value is None or one.kind != Said.CHANGE or FALLS.search(indicator.name_zh):
        return value
    clause = _clause(one, text)
    if indicator.kind is Kind.FLOW and _AGAINST.search(clause):
        return None
    return -value if is_fall(clause) else value


def _clause(one: Candidate, text: str) -> str:
    """Return the words before a quantity in its part of the sentence."""
    first, _ = sentence_at(text, one.start, one.end)
    return re.split("[，,；;。：:]", text[first : one.start])[-1]


def _bounds(value: Decimal, one: Candidate) -> tuple[float, float]:
    """Return what a printed figure leaves possible, as the ledger has it once it is a row.

    超 and 余 say more than the number itself, 近 less than it.
    """
    if one.high is not None:
        other = value * decimal_of(one.high) / decimal_of(one.value) if one.value else value
        return min(float(value), float(other)), max(float(value), float(other))
    qualifier = Qualifier(one.qualifier)
    return without_ends(*interval_of(value, qualifier), qualifier)
