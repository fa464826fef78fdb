"""Where runs lie: one folder a plan and day, a draft beside it, and a lock that no dead process can hold.

::

    <out>/<plan>/<day>/           the last run: brief.<language>.pdf, .html, run.json, jobs/, what it saw
    <out>/<plan>/<day>.failed/    one that was to take its place and could not
    <out>/<plan>/.<day>.draft/    the one that is being made, or was when its process died
    <out>/<plan>/.lock
"""

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from forecasts.ledger.files import take_place
from forecasts.ledger.problems import BadInput, Problem

FAILED = ".failed"
RUN = "run.json"

#: What a run writes at the top of its folder.
OURS = re.compile(r"run\.json|error\.txt|seen\.zip|changes\.json|brief\..*|briefs|jobs")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the runs of one plan for one day of knowledge lie."""

    plan: Path
    day: dt.date

    @property
    def folder(self) -> Path:
        """The last run that was whole."""
        return self.plan / self.day.isoformat()

    @property
    def draft(self) -> Path:
        """The run that is being made."""
        return self.plan / f".{self.day.isoformat()}.draft"

    @property
    def edition(self) -> int:
        """Which edition of its plan a run is: 1 where no run knew less."""
        if not self.plan.is_dir():
            return 1
        days = (p.name for p in self.plan.iterdir() if _DAY.fullmatch(p.name) and (p / RUN).is_file())
        return 1 + sum(day < self.day.isoformat() for day in days)

    @property
    def failed(self) -> Path:
        """The last run that had nothing to put in the place of an earlier one."""
        return self.plan / f"{self.day.isoformat()}{FAILED}"

    def tidy(self) -> None:
        """Bring what others put into a run's folder out of the draft, where a run died while exchanging them.

        Raises
        ------
        BadInput
            If something stands in the place of our folders that no run has written.
        """
        for folder in (self.folder, self.draft, self.failed):
            _check(folder)
        if self.draft.is_dir() and self.folder.is_dir():
            bring_over(self.draft, self.folder)

    def publish(self) -> Path:
        """Put the draft in the place of the last run; what others put there stays there."""
        take_place(self.draft, self.folder)
        if self.draft.exists():
            bring_over(self.draft, self.folder)
            shutil.rmtree(self.draft)
        shutil.rmtree(self.failed, ignore_errors=True)
        return self.folder

    def put_aside(self) -> Path:
        """Keep the draft as a failed run; the last run stays what it is."""
        shutil.rmtree(self.failed, ignore_errors=True)
        return self.draft.rename(self.failed)


def bring_over(one: Path, other: Path) -> None:
    """Move what no run has written from one run's folder to another."""
    for path in one.iterdir():
        if not OURS.fullmatch(path.name) and not (other / path.name).exists():
            path.rename(other / path.name)


def _check(folder: Path) -> None:
    """Refuse a folder of which something would be removed that no run has written."""
    jobs = folder / "jobs"
    strange = [p for p in (jobs.iterdir() if jobs.is_dir() else ()) if not (p.is_dir() and "--" in p.name)]
    if strange or jobs.is_symlink() or (jobs.exists() and not jobs.is_dir()):
        rule = "holds what no run has written" if strange else "is no folder of a run"
        there = str(strange[0] if strange else jobs)
        raise BadInput([Problem("--out", rule, there, "move it away, or name another folder")])
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        remedy = "remove it, or name another folder"
        raise BadInput([Problem("--out", "is no folder of a run", str(folder), remedy)])


@contextmanager
def locked(plan: Path, wait: bool = False) -> Iterator[None]:
    """Hold a plan's folder of runs; a second run waits, or is refused.

    Raises
    ------
    BadInput
        If another run holds it, and nobody asked to wait.
    """
    plan.mkdir(parents=True, exist_ok=True)
    lock = FileLock(plan / ".lock", timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except Timeout:
        holder = _holder(plan)
        remedy = "wait for its end (--wait does), or name another folder with --out"
        rule = f"another run of this plan is at work{holder}"
        raise BadInput([Problem("--out", rule, str(plan), remedy)]) from None
    try:
        (plan / ".holder").write_text(
            f"{os.getpid()} {dt.datetime.now():%Y-%m-%d %H:%M:%S}", encoding="utf-8"
        )
        yield
    finally:
        lock.release()


def _holder(plan: Path) -> str:
    try:
        pid, day, time = (plan / ".holder").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return ""
    return f", process {pid} since {day} {time}"


def prune(plan: Path, keep: int) -> tuple[Path, ...]:
    """Remove all but the newest days of a plan; return what was removed. What others put there stays."""
    days = sorted((p for p in plan.iterdir() if _DAY.fullmatch(p.name) and p.is_dir()), reverse=True)
    gone = []
    for folder in days[keep:]:
        if any(not OURS.fullmatch(path.name) for path in folder.iterdir()):
            continue
        shutil.rmtree(folder)
        shutil.rmtree(folder.with_name(folder.name + FAILED), ignore_errors=True)
        gone.append(folder)
    return tuple(gone)


def copy_job(old: Path, new: Path) -> None:
    """Have a finished job's folder stand in a second place, as links where that can be."""
    draft = new.with_name(f".{new.name}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(old, draft, copy_function=linked)
    draft.rename(new)


def linked(old: str, new: str) -> None:
    """Have a file stand in a second place, without writing it twice where that can be."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
