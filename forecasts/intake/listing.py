"""The goals of a report as questions: which of them the ledger can answer, and what it holds of each."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.decisions import entry_at
from forecasts.intake.drafting import Counted, draft, when_of
from forecasts.intake.entries import Published
from forecasts.intake.resolving import SURE, counts_means, is_mean, tells_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Goal, Observation, Source

#: The source of goals that nobody has accepted yet; no id of a ledger can be this one.
UNNAMED = "(this report)"


@dataclass(frozen=True, slots=True)
class Listed:
    """One goal of a report.

    Attributes
    ----------
    goal : Goal, optional
        As it would be a row; None = it cannot be one as it was read.
    problems : tuple of Problem
        Why not.
    held : str
        Id of the ledger's goal that asks the same; empty if there is none.
    newest : Observation, optional
        The newest figure of its indicator and region that is known on the day.
    """

    candidate: Candidate
    goal: Goal | None = None
    problems: tuple[Problem, ...] = ()
    held: str = ""
    newest: Observation | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure of a report that would be a row."""

    candidate: Candidate
    row: Observation


def goals_in(
    ledger: Ledger, candidates: Iterable[Candidate], text: str, region: str, known_on: dt.date
) -> tuple[Listed, ...]:
    """Return the goals of a text, in its order.

    Parameters
    ----------
    region : str
        Where the text names none.
    known_on : date
        The day of the report: they were announced on it, and nothing published later is known.
    """
    published = Published(Source(id=UNNAMED), known_on, text)
    return tuple(_listed(ledger, one, published, region) for one in candidates if one.kind == Said.GOAL)


def figures_in(
    ledger: Ledger, candidates: Iterable[Candidate], text: str, region: str, known_on: dt.date
) -> tuple[Printed, ...]:
    """Return the figures of a text that leave no doubt and that the ledger has not got, in its order.

    Left out is what was read without confidence, a mean of several years, what contradicts another figure
    of the text, and what the ledger has another figure of.
    """
    published = Published(Source(id=UNNAMED), known_on, text)
    found = [
        Printed(one, row)
        for one in candidates
        if one.kind != Said.GOAL
        and one.confidence >= SURE
        and isinstance(row := _row(ledger, one, published, region), Observation)
        and tells_of(ledger.indicators[row.indicator], one)
        and is_mean(one, text) == counts_means(ledger.indicators[row.indicator])
    ]
    first = {(when_of(one.row), one.row.value): one for one in reversed(found)}
    values = Counter(when for when, _ in first)
    return tuple(
        one
        for (when, _), one in sorted(first.items(), key=lambda item: item[1].candidate.start)
        if values[when] == 1
        and all(when_of(other) != when for other in ledger.series(one.row.indicator, one.row.region))
    )


def knowing(ledger: Ledger, printed: Iterable[Printed]) -> Ledger:
    """Return a ledger that holds figures of a report beside its own."""
    new = {one.row.id: one.row for one in printed}
    return replace(ledger, observations=MappingProxyType({**ledger.observations, **new}))


def with_goals(ledger: Ledger, listed: Iterable[Listed]) -> Ledger:
    """Return a ledger that asks the goals of a report beside its own."""
    new = {one.goal.id: one.goal for one in listed if one.goal is not None}
    return replace(ledger, goals=MappingProxyType({**ledger.goals, **new}))


def about(printed: Iterable[Printed], listed: Sequence[Listed]) -> tuple[Printed, ...]:
    """Return the figures of what goals are about."""
    asked = {(one.goal.indicator, one.goal.region) for one in listed if one.goal is not None}
    return tuple(one for one in printed if (one.row.indicator, one.row.region) in asked)


def _row(ledger: Ledger, one: Candidate, published: Published, region: str) -> Counted | None:
    """Return a quantity as a row, named after its place in the text; None where it cannot be one."""
    try:
        return _drafted(ledger, one, published, region)
    except BadInput:
        return None


def _drafted(ledger: Ledger, one: Candidate, published: Published, region: str) -> Counted:
    entry = entry_at((one.start, one.end), {}, one, published.text, region)
    rows = draft(ledger, published, [entry]).rows
    (row,) = (*rows["observations"], *rows["goals"])
    assert isinstance(row, Counted)
    return row.model_copy(update={"id": f"{row.id}@{one.start}"})


def _listed(ledger: Ledger, one: Candidate, published: Published, region: str) -> Listed:
    try:
        goal = _drafted(ledger, one, published, region)
    except BadInput as bad:
        return Listed(one, problems=bad.problems)
    assert isinstance(goal, Goal)
    if is_mean(one, published.text) and not counts_means(ledger.indicators[goal.indicator]):
        rule = f"asks a mean of several years; {goal.indicator} counts each by itself"
        return Listed(one, problems=(Problem(one.quote, rule, remedy="name an indicator of the mean"),))
    asks = (goal.indicator, goal.region, goal.deadline, goal.value, goal.comparison)
    held = [
        g.id
        for g in ledger.goals.values()
        if (g.indicator, g.region, g.deadline, g.value, g.comparison) == asks
    ]
    series = [
        o
        for o in ledger.series(goal.indicator, goal.region)
        if max(o.as_of, o.published_on) <= published.published_on
    ]
    return Listed(one, goal, (), held[0] if held else "", series[-1] if series else None)
