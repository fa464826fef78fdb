"""What changed since an earlier edition of a plan: for a brief as it is written, or when somebody asks."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from forecasts.batch.came import Done
from forecasts.batch.editions import Edition, Said, Sides, edition_at, folder_before, pairs, said_of
from forecasts.batch.keys import Key, Keys
from forecasts.batch.plans.plan import Work
from forecasts.batch.register.register import rows_of
from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import BadInput
from forecasts.ledger.records import Goal
from forecasts.publish.save import RESULT, dump_json
from forecasts.scenarios.scenario import Scenario
from forecasts.scenarios.seeds import Seeds

if TYPE_CHECKING:
    from forecasts.whatif.changed import Changed, Changes, CoursePoint
    from forecasts.whatif.changes import Side

#: What changed, beside the brief that tells it.
CHANGES: Final = "changes.json"

#: So many days are asked again for a course: the newest on which a figure came that the goal rests on.
MOST_DAYS: Final = 12

Point = tuple[dt.date, float, Literal["run", "asked"]]


def changes_between(
    then: Sides,
    now: Sides,
    points: Mapping[str, Sequence[Point]],
    asked_again: bool = False,
    goals: Collection[str] | None = None,
) -> "Changes":
    """Say what changed between two editions.

    Parameters
    ----------
    points : mapping
        What was said before of each job, for the course of its probability.
    asked_again : bool
        Whether the course also has the days on which a figure was published that it rests on.
    goals : collection of str, optional
        Only what was said of these; by default of all.
    """
    # Slow to import: only what is told anew is compared.
    from forecasts.whatif.changed import Changes, Named, changed_of

    told = [[one for one in side.edition.said if goals is None or one.goal in goals] for side in (then, now)]
    changed: list[Changed] = []
    whole, met = True, set[int]()
    for old, new in pairs(*told):
        if old is None:
            continue
        before, after = then.of(old), now.of(new)
        named = _named(before, after, now.keys.seeds, new)
        if named is not None:
            whole &= None not in (before.seeds, before.scenario, before.goal)
            met |= {id(old), id(new)}
            made = changed_of(before, after, *named, old.scenario)
            course = _course(made, after, *named, points.get(new.job, ()), asked_again)
            changed.append(made.model_copy(update={"course": course}))
    gone, came = ([one for one in some if id(one) not in met] for some in told)
    return Changes(
        plan=now.edition.plan, known_on=now.edition.known_on, since_plan=then.edition.plan,
        since=then.edition.known_on, kept=whole, changed=tuple(changed),
        new=tuple(Named(goal=one.goal, scenario=one.scenario) for one in came),
        gone=tuple(Named(goal=one.goal, scenario=one.scenario) for one in gone),
    )  # fmt: skip


def _named(before: "Side", after: "Side", today: Seeds, new: Said) -> tuple[Seeds, Goal, Scenario] | None:
    """Return what describes a question; None where nobody knows any more what it was about."""
    seeds = after.seeds or today
    goal = after.goal or before.goal or seeds.ledger.goals.get(new.goal)
    scenario = after.scenario or before.scenario or seeds.scenarios.get(new.scenario)
    if goal is None or scenario is None:
        return None
    known = goal.region in seeds.ledger.regions and goal.indicator in seeds.ledger.indicators
    return (seeds, goal, scenario) if known else None


def _course(
    made: "Changed", after: "Side", seeds: Seeds, goal: Goal, scenario: Scenario, points: Sequence[Point],
    asked_again: bool,
) -> "tuple[CoursePoint, ...]":  # fmt: skip
    from forecasts.whatif.changed import course_of, figures_of
    from forecasts.whatif.changes import Asked, probability_of

    figures = figures_of(seeds, goal, scenario, after.day)
    said: list[Point] = [*points, (made.known_before, made.before, "run"), (after.day, made.after, "run")]
    if asked_again:
        for day in sorted({figure.row.published_on for figure in figures})[-MOST_DAYS:]:
            asked = Asked(seeds, day, scenario, goal, after.draws, after.seed)
            if (level := probability_of(asked)) is not None:
                said.append((day, level, "asked"))
    return course_of(said, figures)


def points_of(register: Path, plan: str, before: dt.date) -> dict[str, list[Point]]:
    """Return what the register tells of a plan's forecasts before a day, by job: the last of each day."""
    found: dict[str, dict[dt.date, float]] = {}
    for row in rows_of(register, plan):
        if row["known_on"] < before.isoformat():
            found.setdefault(row["job"], {})[dt.date.fromisoformat(row["known_on"])] = row["probability"]
    return {job: [(day, days[day], "run") for day in sorted(days)] for job, days in sorted(found.items())}


@dataclass(frozen=True)
class Since:
    """The last edition before a day's work, and what is told of it in the work's briefs."""

    then: Sides
    work: Work
    points: Mapping[str, Sequence[Point]] = field(repr=False)

    @classmethod
    def before(cls, work: Work, plan: Path, register: Path, keys: Keys) -> "Since | None":
        """Find the newest earlier run of a plan; None where there is none that can be read.

        Parameters
        ----------
        plan : Path
            The folder of the plan's runs.
        """
        folder = folder_before(plan, work.known_on)
        if folder is None:
            return None
        try:
            then = edition_at(folder)
        except BadInput:
            return None
        return cls(Sides(then, keys), work, points_of(register, work.name, work.known_on))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that a brief can tell of earlier editions."""
        points = json.dumps([[job, *some] for job, some in self.points.items()], default=str)
        return hashlib.sha256(f"{self.then.edition.digest} {points}".encode()).hexdigest()

    def write(self, done: Sequence[Done], keys: Mapping[str, Key], folder: Path) -> Path:
        """Write what changed of some jobs' answers into a brief's folder; return the file."""
        said = tuple(
            said_of(one.job.id, (one.folder / RESULT).read_bytes(), keys[one.job.id])
            for one in done
            if one.good
        )
        now = Sides(Edition(self.work.name, self.work.known_on, said), self.then.keys)
        made = changes_between(self.then, now, self.points, goals={one.job.goal for one in done})
        return write_whole(folder / CHANGES, dump_json(made.model_dump(mode="json")))
