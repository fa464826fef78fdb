"""What forecasts that were written down were worth once their outcomes are known: all of them."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from forecasts.attainment.record import SPEAKS, Precedent, family_of
from forecasts.evaluation.resolution import Asked, Became, became
from forecasts.evaluation.scores import Floats, Score, brier, log_score, score_of
from forecasts.ledger.fields import Kind
from forecasts.ledger.ledger import Ledger

#: When a forecast was made: before its outcome could be known, or later, from what had been known before.
Timing = Literal["advance", "afterwards"]

#: What a forecast is: an answer (the baseline, a rival reading), or what if something else were so.
Role = Literal["answer", "alternative"]

#: Resamples behind standard errors.
RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Written:
    """A forecast as it was written down.

    Attributes
    ----------
    known_on : date
        The day whose knowledge it used.
    made_on : date
        The day on which it was made.
    """

    asked: Asked
    role: Role
    probability: float
    known_on: dt.date
    made_on: dt.date


@dataclass(frozen=True, slots=True)
class Scored:
    """A forecast and what became of its question.

    Attributes
    ----------
    state : str
        ``scored``; ``late`` where its day of knowledge is not before the outcome could be known; else the
        question's own state: ``open``, ``silent``, ``undecided``, ``lost``.
    timing : str, optional
        Where it is scored: made in ``advance``, or ``afterwards`` with the knowledge of an earlier day.
    brier, log_score : float, optional
        (p - y)^2 and -log P(what came); less is better.
    base_rate, base_brier, base_log_score : float, optional
        How often goals of its family had been met by what was known on its day, and the scores of that.
    """

    written: Written
    became: Became
    state: str
    timing: Timing | None = None
    brier: float | None = None
    log_score: float | None = None
    base_rate: float | None = None
    base_brier: float | None = None
    base_log_score: float | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a group of scored forecasts was worth.

    Attributes
    ----------
    forecasts, goals, met : int
        How many forecasts of how many questions, and how many of these were met.
    brier, log_score : Score
        Means over forecasts.
    goal_brier, goal_log_score : Score
        Means over goals of the means over each goal's forecasts: nothing counts more for being asked often.
    with_base : int
        Forecasts on whose day a base rate was known.
    skill : Score
        Brier skill against it, over goals; 0 = no better.
    """

    timing: Timing
    role: Role
    forecasts: int
    goals: int
    met: int
    brier: Score
    log_score: Score
    goal_brier: Score
    goal_log_score: Score
    with_base: int
    skill: Score


@dataclass(frozen=True, slots=True)
class Published:
    """Every forecast that was written down, with what became of its question by what was known on a day.

    Attributes
    ----------
    forecasts : tuple of Scored
        All of them, in the order in which they were given.
    worth : tuple of Worth
        What those were worth that are scored.
    """

    known_on: dt.date
    forecasts: tuple[Scored, ...]
    worth: tuple[Worth, ...]

    def questions(self, *states: str) -> tuple[Asked, ...]:
        """Return the questions that have come to one of these states, each once."""
        some = (one.written.asked for one in self.forecasts if one.became.state in states)
        return tuple({one.question: one for one in some}.values())


def published(
    written: Iterable[Written], ledger: Ledger, precedents: Sequence[Precedent], known_on: dt.date
) -> Published:
    """Resolve and score every forecast that was written down.

    Parameters
    ----------
    precedents : sequence of Precedent
        Goals whose outcome was known before, for base rates.
    known_on : date
        Outcomes that were published later do not count.
    """
    ends: dict[Asked, Became] = {}
    found = []
    for one in written:
        if one.asked not in ends:
            ends[one.asked] = became(ledger, one.asked, known_on)
        found.append(scored(one, ends[one.asked], precedents))
    return Published(known_on, tuple(found), worth(found))


def base_rate(precedents: Sequence[Precedent], kind: str, day: dt.date) -> float | None:
    """Return how often goals of a kind's family had been met, by outcomes known on a day.

    None where fewer than :data:`SPEAKS` were. One success and one failure are added (Laplace), so that it
    is never 0 or 1, which the log score could not bear.
    """
    family = family_of(Kind(kind))
    known = [p.met for p in precedents if p.known_on <= day and p.traits.family == family]
    ended = [met for met in known if met is not None]
    return (sum(ended) + 1) / (len(ended) + 2) if len(ended) >= SPEAKS else None


def scored(written: Written, end: Became, precedents: Sequence[Precedent] = ()) -> Scored:
    """Score one forecast, or say why not."""
    met = end.met
    if met is None or end.since is None:
        return Scored(written, end, end.state)
    if written.known_on >= end.since:
        return Scored(written, end, "late")
    base = base_rate(precedents, written.asked.kind, written.known_on)
    p = written.probability
    return Scored(
        written, end, "scored", "advance" if written.made_on < end.since else "afterwards",
        float(brier(p, met)), float(log_score(p, met)), base,
        None if base is None else float(brier(base, met)),
        None if base is None else float(log_score(base, met)),
    )  # fmt: skip


def worth(found: Sequence[Scored]) -> tuple[Worth, ...]:
    """Return what forecasts were worth: answers before alternatives, those made in advance first."""
    groups: Mapping[tuple[Timing, Role], list[Scored]] = {
        (timing, role): [one for one in found if one.timing == timing and one.written.role == role]
        for timing in ("advance", "afterwards")
        for role in ("answer", "alternative")
    }
    return tuple(_worth(*name, some) for name, some in groups.items() if some)


def _worth(timing: Timing, role: Role, some: Sequence[Scored]) -> Worth:
    asked = [one.written.asked for one in some]
    questions = list(dict.fromkeys(one.question for one in asked))
    series = np.array([f"{one.region}/{one.indicator}" for one in asked])
    met = {one.written.asked.question: one.became.met for one in some}

    def over_forecasts(loss: Callable[[Scored], float | None]) -> Score:
        return _mean(series, np.array([loss(one) for one in some], float))

    def over_goals(loss: Callable[[Scored], float | None]) -> Score:
        return _mean(*_by_goal(some, loss))

    return Worth(
        timing, role, len(some), len(questions), sum(map(bool, met.values())),
        over_forecasts(lambda one: one.brier), over_forecasts(lambda one: one.log_score),
        over_goals(lambda one: one.brier), over_goals(lambda one: one.log_score),
        sum(one.base_rate is not None for one in some), _skill(some),
    )  # fmt: skip


def _by_goal(
    some: Sequence[Scored], loss: Callable[[Scored], float | None]
) -> tuple["np.ndarray[tuple[int], np.dtype[np.str_]]", Floats]:
    """Return the series of each question, and the mean loss of its forecasts."""
    groups: dict[object, list[Scored]] = {}
    for one in some:
        groups.setdefault(one.written.asked.question, []).append(one)
    firsts = [group[0].written.asked for group in groups.values()]
    means = [
        np.mean([np.nan if (v := loss(one)) is None else v for one in group]) for group in groups.values()
    ]
    return np.array([f"{one.region}/{one.indicator}" for one in firsts]), np.array(means, float)


def _mean(series: "np.ndarray[tuple[int], np.dtype[np.str_]]", loss: Floats) -> Score:
    columns = np.column_stack([loss, np.ones(len(loss))])
    return score_of(series, columns, lambda sums: sums[:, 0] / sums[:, 1], RESAMPLES, 1)


def _skill(some: Sequence[Scored]) -> Score:
    """Return the Brier skill against the base rate of each forecast's day, over the goals that have one."""
    based = [one for one in some if one.base_rate is not None]
    if not based:
        return Score(math.nan, math.nan)
    series, own = _by_goal(based, lambda one: one.brier)
    _, base = _by_goal(based, lambda one: one.base_brier)
    return score_of(series, np.column_stack([own, base]), lambda s: 1.0 - s[:, 0] / s[:, 1], RESAMPLES, 1)
