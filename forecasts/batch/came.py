"""What came of a plan: its jobs, its briefs, and what ``run.json`` says of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import node, python_version
from typing import Literal

from forecasts.batch.plans.plan import Job, Work
from forecasts.batch.register.alerts import Raised
from forecasts.ledger.root import shown

Status = Literal["done", "up to date", "failed", "not run"]

#: Libraries whose versions a run tells.
LIBRARIES = (
    "forecasts", "papermill", "altair", "vl-convert-python", "typst", "numpy", "scipy", "pandas",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one job; `error` is empty if it is good.

    Attributes
    ----------
    folder : Path
        ``jobs/<id>``, or ``jobs/<id>.failed`` with the evidence.
    seconds : float
        How long it took, when it ran.
    """

    job: Job
    folder: Path
    seconds: float
    error: str = ""
    status: Status = "done"

    @property
    def good(self) -> bool:
        """Whether it has a result of what was asked."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Written:
    """One brief: its files by name with their digests, and the key of what went into it.

    Attributes
    ----------
    goal : str
        The one goal that it is about; empty for a brief of all.
    title : str
        The plan's title, where it has one.
    track_record : tuple of str
        What it says of earlier forecasts: with the results and the failures, all that it is made of.
    """

    name: str
    key: str
    files: dict[str, str]
    error: str = ""
    goal: str = ""
    title: str = ""
    track_record: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one day of a plan.

    Attributes
    ----------
    folder : Path
        Where it lies now.
    kept_briefs : tuple of Written
        Briefs in other languages, of the run before: they tell of the same results.
    published : bool
        Whether it is the run that readers find; else it lies aside, and they still find an earlier one.
    fresh : bool
        Whether anything had to be made; if not, all was up to date.
    alerts : tuple of Raised
        What the plan wants to be told of.
    error : str
        Why a brief could not be written.
    """

    work: Work
    folder: Path
    done: tuple[Done, ...]
    briefs: tuple[Written, ...] = ()
    kept_briefs: tuple[Written, ...] = ()
    error: str = ""
    published: bool = True
    fresh: bool = True
    alerts: tuple[Raised, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every job is good and every brief is written."""
        return not self.error and all(done.good for done in self.done)

    @property
    def pdfs(self) -> tuple[Path, ...]:
        """The briefs to print."""
        return self._files(".pdf")

    @property
    def pages(self) -> tuple[Path, ...]:
        """The briefs to look at."""
        return self._files(".html")

    def _files(self, ending: str) -> tuple[Path, ...]:
        return tuple(
            self.folder / name for brief in self.briefs for name in brief.files if name.endswith(ending)
        )

    def count(self, *states: Status) -> int:
        """Return how many jobs came out so."""
        return sum(done.status in states for done in self.done)


def summary(run: Run, root: Path, folder: Path | None = None) -> dict[str, object]:
    """Return what ``run.json`` says: enough to find and to check everything, and nothing secret.

    Parameters
    ----------
    folder : Path, optional
        Where the run will lie, if it does not lie there yet.
    """
    there = folder or run.folder
    plan = run.work.plan

    def place(path: Path) -> str:
        return shown(there / path.relative_to(run.folder), root)

    return {
        "plan": run.work.name,
        "notebook": list(plan.notebooks) if len(plan.notebooks) > 1 else plan.notebooks[0],
        "known_on": run.work.known_on.isoformat(),
        "language": plan.language,
        "draws": plan.draws,
        "seed": plan.seed,
        "ok": run.ok,
        "error": run.error,
        "pdf": place(run.pdfs[-1]) if run.pdfs else None,
        "html": place(run.pages[-1]) if run.pages else None,
        "briefs": list(map(asdict, run.briefs)),
        "kept_briefs": list(map(asdict, run.kept_briefs)),
        "jobs": [
            {
                "id": done.job.id,
                "goal": done.job.goal,
                "scenario": done.job.scenario,
                "status": done.status,
                "folder": place(done.folder),
                "seconds": done.seconds,
                "error": done.error,
            }
            for done in run.done
        ],
        "alerts": [asdict(alert) for alert in run.alerts],
        "host": node(),
        "versions": versions(),
    }


def versions(names: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Return the versions of what made the run; what is not installed has none."""
    found = {"python": python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
