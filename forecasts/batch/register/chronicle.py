"""What outlives the folders of runs: forecasts go to the register, and what moved since is told."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecasts.batch.came import Run
from forecasts.batch.plans.plan import Work
from forecasts.batch.register.alerts import Raised, alerts_of, newest_figures
from forecasts.batch.register.entry import Entry, RunFacts, entry_of
from forecasts.batch.register.register import due_rows, latest, record
from forecasts.batch.shelf import finished
from forecasts.ledger.root import shown
from forecasts.publish.save import RESULT, read_result
from forecasts.scenarios.seeds import Seeds


@dataclass(frozen=True)
class Chronicle:
    """The register of a project, and what its runs are held against.

    Attributes
    ----------
    path : Path
        The register.
    root : Path
        The project, from which folders are named.
    today : date
        From which the age of figures is counted, where a plan asks for the newest knowledge.
    """

    path: Path
    root: Path
    seeds: Seeds
    today: dt.date

    def entries(self, run: Run) -> tuple[Entry, ...]:
        """Return what the register keeps of a run: each good job that answers a question."""
        left = finished(run.folder / "jobs")
        found = []
        for done in run.done:
            at = left.get(done.job.id) if done.good else None
            if at is not None and RESULT in at.files and run.work.plan.success == "result":
                result = read_result(at.folder / RESULT)
                found.append(entry_of(result, done.job.id, at.key.as_dict(), at.files[RESULT]))
        return tuple(found)

    def alerts(self, run: Run) -> tuple[Raised, ...]:
        """Return what the plan wants to be told of, now that a run has ended."""
        work = run.work
        if not work.plan.alerts:
            return ()
        entries = self.entries(run)
        newest = newest_figures(
            self.seeds.ledger, ((one.indicator, one.region) for one in entries), work.known_on
        )
        before = latest(self.path, work.name, work.known_on)
        return alerts_of(work.plan.alerts, entries, before, newest, self._day(work))

    def published(self, work: Work) -> tuple[str, ...]:
        """Return what is to be told of earlier forecasts whose outcome was known on a day of knowledge."""
        if not (due := due_rows(self.path, work.known_on)):
            return ()  # what scores is slow to import
        from forecasts.batch.register.scores import scored_rows
        from forecasts.publish.published import sentences
        from forecasts.publish.words import Words

        found = scored_rows(due, self.seeds, work.known_on)
        return sentences(found, self.seeds.ledger, Words(work.plan.language))

    def keep(self, run: Run) -> int:
        """Enter a run; return how many of its forecasts are new."""
        plan = run.work.plan
        facts = RunFacts(
            run.work.name, run.work.known_on, plan.language, plan.draws, plan.seed,
            shown(run.folder, self.root), run.ok,
        )  # fmt: skip
        return record(self.path, facts, self.entries(run))

    def _day(self, work: Work) -> dt.date:
        """Return the day on which figures are as old as they are: today, unless the plan names another."""
        named: Sequence[object] = work.plan.days
        return self.today if "newest" in named or "today" in named else work.known_on
