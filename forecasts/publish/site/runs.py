"""What the site is made of: runs as they lie there, and of each result what a list needs to say."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from forecasts.attainment.frozen import Frozen
from forecasts.attainment.result import Attainment, GoalFacts, HistoryPoint, ScenarioFacts
from forecasts.publish.exporting.verdicts import Lack
from forecasts.publish.stamps import Signature
from forecasts.whatif.changed import Changes

State = Literal["unreviewed", "approved", "returned", "stale"]


@dataclass(frozen=True, slots=True)
class Held:
    """A result where it lies, and the digest of its file."""

    job: str
    folder: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What a run wrote down of changes, and the digest of the file."""

    changes: Changes
    digest: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A run.

    Attributes
    ----------
    plan, day : str
        The names of its folders; a day is written as in ISO 8601.
    held : tuple of Held
        Its results, in the plan's order.
    state : str
        How it was reviewed.
    signature : Signature, optional
        Who decided; of a stale run, whose decision no longer holds.
    briefs : mapping
        Its PDF and HTML files, by name.
    noted : tuple of Noted
        What it wrote down of what changed since the run before it: of all goals, or goal by goal.
    """

    plan: str
    day: str
    held: tuple[Held, ...]
    state: State = "unreviewed"
    signature: Signature | None = None
    lacking: tuple[Lack, ...] = ()
    briefs: Mapping[str, Path] = field(default_factory=dict)
    noted: tuple[Noted, ...] = ()

    @property
    def name(self) -> str:
        """Its name for people and addresses."""
        return f"{self.plan}/{self.day}"

    @property
    def digests(self) -> list[str]:
        """What lies in it and how it stands, as a key is made of it."""
        who = self.signature
        told = [who.decision, who.name, who.day.isoformat(), who.note] if who else []
        lacks = [f"{one.job} {one.what} {one.error}" for one in self.lacking]
        briefs = sorted(self.briefs)
        changes = [one.digest for one in self.noted]
        held = (f"{one.job} {one.digest}" for one in self.held)
        return [self.name, self.state, *told, *lacks, *briefs, *changes, *held]


class Summary(Frozen):
    """What lists and comparisons say of a result."""

    goal: GoalFacts
    scenario: ScenarioFacts
    known_on: dt.date
    probability: float
    low: float
    high: float
    own: tuple[float, float]
    undetermined: bool
    newest: HistoryPoint | None
    median: float | None
    least: float | None
    most: float | None
    n: int
    sources: tuple[str, ...]
    what_if: bool


def summary_of(result: Attainment) -> Summary:
    """Return what lists say of a result."""
    what_if = result.what_if
    readings = what_if.readings if what_if else None
    sources = {e.source for e in result.evidence} | {step.source for step in result.reference.listed}
    own = [(r.low, r.high) for r in readings.rows if r.scenario == result.scenario.id] if readings else []
    at = result.quantiles
    return Summary(
        goal=result.goal,
        scenario=result.scenario,
        known_on=result.known_on,
        probability=result.probability,
        low=readings.low if readings else result.probability,
        high=readings.high if readings else result.probability,
        own=own[0] if own else (result.probability, result.probability),
        undetermined=what_if is not None and what_if.undetermined,
        newest=result.history[-1] if result.history else None,
        median=at.get("q0.5"),
        least=at.get("q0.1"),
        most=at.get("q0.9"),
        n=result.n,
        sources=tuple(sorted(sources)),
        what_if=what_if is not None,
    )


@dataclass(frozen=True)
class Group:
    """The answers of one run to one goal, the headline's first."""

    run: Filed
    goal: str
    answers: tuple[tuple[Held, Summary], ...]

    @cached_property
    def heads(self) -> tuple[Summary, ...]:
        """Those that answer: baseline and readings; where there is neither, all."""
        told = [summary for _, summary in self.answers]
        return tuple(s for s in told if s.scenario.role != "alternative") or tuple(told)

    @property
    def first(self) -> Summary:
        """The first that answers."""
        return self.heads[0]

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest of all readings."""
        ends = [p for s in self.heads for p in (s.low, s.high, s.probability)]
        return min(ends), max(ends)

    @property
    def undetermined(self) -> bool:
        """Whether the rival readings leave nothing to say."""
        return any(s.undetermined for s in self.heads)


def groups_of(run: Filed, summaries: Mapping[str, Summary]) -> tuple[Group, ...]:
    """Return a run's answers by goal, in the plan's order; headline scenarios before the others."""
    by_goal: dict[str, list[tuple[Held, Summary]]] = {}
    for held in run.held:
        by_goal.setdefault(summaries[held.digest].goal.id, []).append((held, summaries[held.digest]))
    return tuple(
        Group(run, goal, tuple(sorted(some, key=lambda one: one[1].scenario.role == "alternative")))
        for goal, some in by_goal.items()
    )


def newest_of(runs: Iterable[Filed]) -> dict[str, Filed]:
    """Return the newest run of each plan."""
    found: dict[str, Filed] = {}
    for run in runs:
        if run.plan not in found or found[run.plan].day < run.day:
            found[run.plan] = run
    return found


def newest_groups(groups: Sequence[Group]) -> dict[tuple[str, str], Group]:
    """Return of each plan and goal the newest answer, in the order of plans and goals."""
    found: dict[tuple[str, str], Group] = {}
    for group in groups:
        name = (group.run.plan, group.goal)
        if name not in found or found[name].run.day < group.run.day:
            found[name] = group
    return found


def newest_by_goal(groups: Sequence[Group]) -> dict[str, Group]:
    """Return of each goal the newest answer of any plan; of several of one day, that with the most to say."""
    found: dict[str, Group] = {}

    def rank(group: Group) -> tuple[str, bool, int, str]:
        return (group.run.day, group.first.what_if, len(group.answers), group.run.plan)

    for group in groups:
        if group.goal not in found or rank(found[group.goal]) < rank(group):
            found[group.goal] = group
    return found
