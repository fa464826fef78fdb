"""What earlier runs left: the jobs that are done, with the key of each, and whether they still hold.

``job.json`` in a job's folder says what the answer rests on and which files it left. It is written last, so
that where it is, the job is whole.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from forecasts.batch.keys import Key, differs
from forecasts.ledger.files import write_whole

RECORD: Final = "job.json"
FAILED: Final = ".failed"

#: Why a job has to run, where no part of its key tells.
NEW, FAILED_BEFORE, GONE, TOUCHED = (
    "new", "failed last time", "its files are gone", "its files were changed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finished:
    """A job that was done.

    Attributes
    ----------
    key : Key
        What its answer rests on.
    files : mapping
        By name, the hash of each file that it left.
    seconds : float
        How long it took.
    """

    folder: Path
    key: Key
    files: Mapping[str, str]
    seconds: float

    def damage(self) -> str:
        """Say what became of the files since; empty if they are as they were. Others beside them may be."""
        found = {name: self.folder / name for name in _names(self.folder)}
        if not set(self.files) <= set(found):
            return GONE
        try:
            same = all(_hash(found[name]) == told for name, told in self.files.items())
        except OSError:
            return GONE
        return "" if same else TOUCHED


def places(folder: Path, day: dt.date) -> tuple[Path, ...]:
    """Return where jobs of a day may lie of a plan's runs: the last one, its draft, a failed one."""
    names = (day.isoformat(), f".{day.isoformat()}.draft", f"{day.isoformat()}{FAILED}")
    return tuple(folder / name / "jobs" for name in names)


def finish(folder: Path, key: Key, seconds: float) -> Finished:
    """Write down what a job rests on and which files it left; nothing is written to its folder after that."""
    files = {name: _hash(folder / name) for name in _names(folder)}
    told = {"key": key.as_dict(), "files": files, "seconds": seconds}
    write_whole(folder / RECORD, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return Finished(folder, key, files, seconds)


def finished(jobs: Path) -> Mapping[str, Finished]:
    """Return the jobs below a folder that were done, by their names; whether they hold, each says when asked.

    A folder without a readable ``job.json`` is none of them.
    """
    found = {folder.name: _read(folder) for folder in _folders(jobs) if not folder.name.endswith(FAILED)}
    return {name: done for name, done in found.items() if done is not None}


def failed(jobs: Path) -> frozenset[str]:
    """Return the names of the jobs below a folder that failed."""
    return frozenset(
        folder.name.removesuffix(FAILED) for folder in _folders(jobs) if folder.name.endswith(FAILED)
    )


def why(key: Key, done: Finished | None, has_failed: bool = False) -> str:
    """Say why a job has to run, compared with what was left of it; empty if it is up to date."""
    if done is None:
        return FAILED_BEFORE if has_failed else NEW
    if changed := differs(done.key, key):
        return f"{', '.join(changed)} changed"
    return done.damage()


def standing(
    name: str, key: Key, shelves: Collection[tuple[Mapping[str, Finished], frozenset[str]]]
) -> tuple[Finished | None, str]:
    """Look for a job on several shelves.

    Parameters
    ----------
    shelves : collection of (finished, failed)
        What lies in each of the :func:`places`.

    Returns
    -------
    (Finished or None, str)
        The job where it is up to date, with an empty text; or None and why it has to run.
    """
    reasons = []
    for done, broken in shelves:
        reason = why(key, done.get(name), name in broken)
        if not reason:
            return done[name], ""
        reasons.append(reason)
    return None, next((reason for reason in reasons if reason != NEW), NEW)


def _folders(jobs: Path) -> list[Path]:
    """Return the folders of jobs, but for drafts and links to somewhere else."""
    if not jobs.is_dir():
        return []
    some = (path for path in sorted(jobs.iterdir()) if not path.name.startswith("."))
    return [path for path in some if path.is_dir() and not path.is_symlink()]


def _read(folder: Path) -> Finished | None:
    """Read what a job's folder says of itself; None where it says nothing that can be believed."""
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        key = Key(**{part.name: str(told["key"][part.name]) for part in fields(Key)})
        files = {str(name): str(told_hash) for name, told_hash in told["files"].items()}
        return Finished(folder, key, files, float(told["seconds"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _names(folder: Path) -> list[str]:
    """Return the names of the files below a job's folder, but for the record and what is hidden."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = (path.relative_to(folder).as_posix() for path in found)
    return sorted(
        name for name in names if name != RECORD and not any(p.startswith(".") for p in name.split("/"))
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
