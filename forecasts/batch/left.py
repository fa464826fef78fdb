"""What a run left, read back: its results, and what is missing of it or was changed since."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasts.attainment.result import FORMAT, Attainment
from forecasts.batch.changes import CHANGES
from forecasts.batch.folders import FAILED, RUN
from forecasts.batch.reviewing import Lying
from forecasts.batch.shelf import finished
from forecasts.ledger.problems import BadInput, Problem, shortened
from forecasts.ledger.root import resolved
from forecasts.publish.exporting.verdicts import Answered, Lack
from forecasts.publish.save import RESULT
from forecasts.publish.site.runs import Noted
from forecasts.whatif.changed import Changes

#: Bytes that a result may have: a hundred times the largest that was seen.
LARGEST = 50_000_000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

#: Faults of one file that are told.
MOST = 5


@dataclass(frozen=True, slots=True)
class Left:
    """What was found.

    Attributes
    ----------
    folder : Path
        Of the run or of the job.
    name : str
        By the names of its folders.
    answered : tuple of Answered
        In the order of the plan.
    lacks : tuple of Lack
        What is missing or was changed.
    """

    folder: Path
    name: str
    answered: tuple[Answered, ...]
    lacks: tuple[Lack, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the digests of all results."""
        return hashlib.sha256("\n".join(one.digest for one in self.answered).encode()).hexdigest()


def read_left(path: Path, place: str = "RUN") -> Left:
    """Read the results of a run's folder, of a plan's newest run, of a job's folder, or one ``result.json``.

    Raises
    ------
    BadInput
        If there is none, or with all that is wrong with them; a result of another version is refused as such.
    """
    if not path.exists():
        raise BadInput([Problem(place, "there is no such folder or file", str(path), "name a run's folder")])
    path = resolved(path)
    if path.is_file():
        return Left(path.parent, path.parent.name, (_read(path),))
    if (path / RESULT).is_file():
        return Left(path, path.name, (_read(path / RESULT),))
    folder = path if (path / "jobs").is_dir() else _newest(path) if path.is_dir() else None
    if folder is None:
        remedy = f"name a run's folder, such as reports/out/brief/{dt.date.today().year}-01-31, or a {RESULT}"
        raise BadInput([Problem(place, "holds no results of a run", str(path), remedy)])
    return _read_run(folder, place)


def noted_in(lying: Lying) -> tuple[Noted, ...]:
    """Read what a run wrote down of what changed since the one before it.

    Raises
    ------
    BadInput
        If it is not what this version writes.
    """
    names = sorted(name for name in lying.files if name.rpartition("/")[2] == CHANGES)
    return tuple(Noted(_changes(lying.folder / name), lying.files[name]) for name in names)


def _changes(path: Path) -> Changes:
    try:
        return Changes.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise BadInput(_faults(path, error, "account of changes")) from None


def _newest(plan: Path) -> Path | None:
    days = [one for one in plan.iterdir() if _DAY.fullmatch(one.name) and (one / "jobs").is_dir()]
    return max(days, key=lambda one: one.name, default=None)


def _read_run(folder: Path, place: str) -> Left:
    """Read every job of a run; what is wrong with any is told at once."""
    there = {one.name: one for one in _jobs(folder / "jobs")}
    asked = _asked(folder / RUN)
    order = [*(job for job in asked if job in there), *(job for job in sorted(there) if job not in asked)]
    whole = finished(folder / "jobs")
    answered: list[Answered] = []
    problems: list[Problem] = []
    lacks = [Lack(job, "failed", error) for job, error in asked.items() if job not in there]
    for job in order:
        if not (there[job] / RESULT).is_file():
            lacks.append(Lack(job, "none"))
            continue
        if job in whole and whole[job].damage():
            lacks.append(Lack(job, "changed"))
        try:
            answered.append(_read(there[job] / RESULT))
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    if not answered:
        raise BadInput([Problem(place, "holds no result", str(folder), "run the plan again")])
    return Left(folder, f"{folder.parent.name}-{folder.name}", tuple(answered), tuple(lacks))


def _jobs(jobs: Path) -> Iterator[Path]:
    """Yield the folders of jobs that did not fail."""
    for path in sorted(jobs.iterdir()):
        plain = path.is_dir() and not path.is_symlink()
        if plain and not path.name.startswith(".") and not path.name.endswith(FAILED):
            yield path


def _asked(path: Path) -> dict[str, str]:
    """Return the jobs that a run was to do, with their errors; none, where nobody can say."""
    try:
        jobs = json.loads(path.read_text(encoding="utf-8"))["jobs"]
        return {str(job["id"]): str(job.get("error") or "") for job in jobs}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _read(path: Path) -> Answered:
    """Read one result; refuse what is none, and what another version wrote."""
    if path.stat().st_size > LARGEST:
        raise BadInput([Problem(str(path), "is too large for a result", remedy="name a result.json")])
    data = path.read_bytes()
    try:
        result = Attainment.model_validate_json(data)
    except ValidationError as error:
        _check_version(path, _format_in(path, data))
        raise BadInput(_faults(path, error)) from None
    _check_version(path, result.format)
    return Answered(result, hashlib.sha256(data).hexdigest())


def _format_in(path: Path, data: bytes) -> Any:
    """Return what a file that is no result of this version calls its format."""
    try:
        told: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput([Problem(str(path), f"is no JSON: {error}", remedy="name a result.json")]) from None
    return told.get("format") if isinstance(told, dict) else None


def _check_version(path: Path, written: Any) -> None:
    if isinstance(written, int) and written != FORMAT:
        rule = f"was written by another version: its format is {written}, this program reads {FORMAT}"
        remedy = "run the plan again, or use the program that wrote it"
        raise BadInput([Problem(str(path), rule, remedy=remedy, column="format")])


def _faults(path: Path, error: ValidationError, what: str = "result") -> Iterator[Problem]:
    for fault in error.errors(include_url=False)[:MOST]:
        column = ".".join(str(part) for part in fault["loc"])
        value = "" if isinstance(fault["input"], dict | list) else shortened(fault["input"])
        remedy = "run the plan again, or use the program that wrote it"
        yield Problem(
            str(path), f"is no {what} of this version: {fault['msg']}", value, remedy, column=column
        )
