"""The goals of a report as questions: which of them the ledger can answer, and what it holds of each."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.decisions import entry_at
from forecasts.intake.drafting import draft
from forecasts.intake.entries import Published
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


def with_goals(ledger: Ledger, listed: Iterable[Listed]) -> Ledger:
    """Return a ledger that asks the goals of a report beside its own."""
    new = {one.goal.id: one.goal for one in listed if one.goal is not None}
    return replace(ledger, goals=MappingProxyType({**ledger.goals, **new}))


def _listed(ledger: Ledger, one: Candidate, published: Published, region: str) -> Listed:
    try:
        entry = entry_at((one.start, one.end), {}, one, published.text, region)
        (goal,) = draft(ledger, published, [entry]).rows["goals"]
    except BadInput as bad:
        return Listed(one, problems=bad.problems)
    assert isinstance(goal, Goal)
    asks = (goal.indicator, goal.region, goal.deadline, goal.value, goal.comparison)
    held = [
        g.id
        for g in ledger.goals.values()
        if (g.indicator, g.region, g.deadline, g.value, g.comparison) == asks
    ]
    named = goal.model_copy(update={"id": f"{goal.id}@{one.start}"})
    series = [
        o
        for o in ledger.series(goal.indicator, goal.region)
        if max(o.as_of, o.published_on) <= published.published_on
    ]
    return Listed(one, named, (), held[0] if held else "", series[-1] if series else None)
