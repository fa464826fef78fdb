"""What a plan would run: which of its jobs are up to date, and why the others are not. Nothing is touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasts.batch.keys import Keys
from forecasts.batch.plans.plan import Job, Work
from forecasts.batch.shelf import failed, finished, places, standing
from forecasts.scenarios.seeds import Seeds


@dataclass(frozen=True, slots=True)
class Preview:
    """One day of a plan.

    Attributes
    ----------
    jobs : tuple of (Job, str)
        Each job with why it would run; an empty text for one that is up to date.
    """

    work: Work
    jobs: tuple[tuple[Job, str], ...]

    @property
    def due(self) -> int:
        """How many jobs would run."""
        return sum(bool(why) for _, why in self.jobs)


def preview(works: Iterable[Work], root: Path, seeds: Seeds, out: Path) -> tuple[Preview, ...]:
    """Look what was left of each day's jobs in the folder of all runs."""
    return tuple(_preview(work, root, seeds, out) for work in works)


def _preview(work: Work, root: Path, seeds: Seeds, out: Path) -> Preview:
    keys = Keys(root, seeds, work.plan.success)
    shelves = [(finished(jobs), failed(jobs)) for jobs in places(out / work.name, work.known_on)]
    return Preview(work, tuple((job, standing(job.id, keys.of(job), shelves)[1]) for job in work.jobs))


def as_dict(days: Iterable[Preview]) -> dict[str, Any]:
    """Return a preview as JSON tells it."""
    days = tuple(days)
    total, due = sum(len(day.jobs) for day in days), sum(day.due for day in days)
    return {
        "plan": days[0].work.name,
        "days": [_day(day) for day in days],
        "due": due,
        "up_to_date": total - due,
        "excluded": sum(len(day.work.excluded) for day in days),
    }


def _day(day: Preview) -> dict[str, Any]:
    return {
        "known_on": day.work.known_on.isoformat(),
        "jobs": [
            {
                "id": job.id, "notebook": job.notebook, "goal": job.goal, "scenario": job.scenario,
                "parameters": dict(job.parameters), "up_to_date": not why, "why": why,
            }
            for job, why in day.jobs
        ],
        "excluded": [job.id for job in day.work.excluded],
        "passed": list(day.work.passed),
    }  # fmt: skip
