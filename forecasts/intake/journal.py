"""Several files change together, or none does, be the program killed at any moment.

What is to be written is laid out first (``.intake/pending/``); then one file, the journal, says that it is to
take its place: from that moment on it will. The files are renamed one by one, in an order in which the folder
is sound after every step. Whoever comes next (:func:`locked`) goes on where a killed program stopped; without
a journal, what was laid out was never promised and is removed.

All of this lies in a hidden folder within the one that is written: a rename is one step only within one file
system, and whoever shares the folder shares its lock. ``.gitignore`` in it keeps it out of version control.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from forecasts.ledger.fields import FILE_NAME
from forecasts.ledger.files import whole, write_whole
from forecasts.ledger.layouts import SEEDS
from forecasts.ledger.problems import BadInput, Problem, Remark

#: The folder of what is under way.
PLACE = ".intake"

#: How folders begin in which what is to be written is tried.
TRIAL = "trial."

#: What may be written: tables, and texts of sources.
FILES = re.compile(rf"({'|'.join(SEEDS)})\.csv|texts/{FILE_NAME[1:-1]}\.txt")

#: Of a file that is not there.
NONE = ""


@contextmanager
def locked(folder: Path, wait: float = 0) -> Iterator[Path]:
    """Hold a folder against other writers, and finish what a killed one had promised.

    Parameters
    ----------
    folder : Path
        That which is written: ``seeds/``.
    wait : float
        Seconds to wait for another writer; -1 = until it ends.

    Yields
    ------
    Path
        The folder of what is under way.

    Raises
    ------
    BadInput
        If another writer is at work, or a file was changed since a killed one was to write it.
    """
    place = folder / PLACE
    place.mkdir(exist_ok=True)
    if not (place / ".gitignore").exists():
        write_whole(place / ".gitignore", "*\n")
    lock = FileLock(place / "lock", timeout=wait)
    try:
        lock.acquire()
    except Timeout:
        remedy = "wait for it to end, and try again"
        raise BadInput([Problem(folder.name, "another intake is at work here", remedy=remedy)]) from None
    try:
        recover(folder)
        yield place
    finally:
        lock.release()


def write_together(folder: Path, contents: Mapping[str, bytes], read: Mapping[str, bytes]) -> None:
    """Write files of a folder, all of them or none; the caller holds the lock.

    Parameters
    ----------
    contents : mapping
        New contents by path within the folder, in an order in which each step leaves the folder sound.
    read : mapping
        What stood in those files when the new contents were made of it; files that were not there are
        missing.

    Raises
    ------
    BadInput
        If a file was changed in the meantime; nothing is written.
    """
    pending = folder / PLACE / "pending"
    shutil.rmtree(pending, ignore_errors=True)
    pending.mkdir()
    steps: list[dict[str, str]] = []
    for number, (name, content) in enumerate(contents.items()):
        draft = pending / str(number)
        _write_to_disk(draft, content)
        if (folder / name).exists():
            shutil.copymode(folder / name, draft)
        old = _digest(read[name]) if name in read else NONE
        steps.append({"file": name, "draft": draft.name, "old": old, "new": _digest(content)})
    _to_disk(pending)
    _check_unchanged(folder, steps)
    with whole(folder / PLACE / "journal.json") as draft:
        _write_to_disk(draft, json.dumps({"format": 1, "steps": steps}, indent=1).encode())
    _to_disk(folder / PLACE)
    _finish(folder, steps)


def recover(folder: Path) -> bool:
    """Finish what was promised, and remove what was not; return whether there was anything to finish.

    Raises
    ------
    BadInput
        If a file was changed since: nobody can say what the rows are to be put behind.
    """
    journal, pending = folder / PLACE / "journal.json", folder / PLACE / "pending"
    for left in (path for path in (folder / PLACE).iterdir() if path.name.startswith((TRIAL, ".journal"))):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    if not journal.exists():
        shutil.rmtree(pending, ignore_errors=True)
        return False
    try:
        steps = [_step(step) for step in json.loads(journal.read_text(encoding="utf-8"))["steps"]]
    except (ValueError, KeyError, TypeError):
        place = f"{folder.name}/{PLACE}/{journal.name}"
        raise BadInput([Problem(place, "is no journal of an intake", remedy="remove it")]) from None
    open_steps = [step for step in steps if (pending / step["draft"]).exists()]
    _check_unchanged(folder, open_steps)
    _finish(folder, open_steps)
    return True


def unfinished(folder: Path) -> list[Remark]:
    """Return what is told of a folder in which a killed program left rows that are still to come."""
    if not (folder / PLACE / "journal.json").exists():
        return []
    rule = "an intake was interrupted: rows that it accepted are still to come"
    remedy = "start any `forecasts intake`: it ends that first"
    return [Remark(Problem(f"{folder.name}/{PLACE}/journal.json", rule, remedy=remedy))]


def _step(step: dict[str, str]) -> dict[str, str]:
    """Return a step of a journal; what it names must be what is written here, for it becomes a path."""
    if not FILES.fullmatch(step["file"]) or not re.fullmatch("[0-9]{1,3}", step["draft"]):
        raise ValueError(step["file"])
    return {key: str(step[key]) for key in ("file", "draft", "old", "new")}


def _finish(folder: Path, steps: list[dict[str, str]]) -> None:
    """Let the drafts take their places, in their order; then the journal has been kept."""
    pending = folder / PLACE / "pending"
    for step in steps:
        target = folder / step["file"]
        target.parent.mkdir(exist_ok=True)
        os.replace(pending / step["draft"], target)
        _to_disk(target.parent)
    (folder / PLACE / "journal.json").unlink()
    _to_disk(folder / PLACE)
    shutil.rmtree(pending, ignore_errors=True)


def _check_unchanged(folder: Path, steps: list[dict[str, str]]) -> None:
    """Refuse to replace a file that is not what it was when its new contents were made."""
    problems = []
    for step in steps:
        path = folder / step["file"]
        if path.is_symlink():
            rule = "is a link; rows are only put into the file itself"
            problems.append(
                Problem(f"{folder.name}/{step['file']}", rule, remedy="put the file in its place")
            )
        elif (_digest(path.read_bytes()) if path.exists() else NONE) != step["old"]:
            rule = "was changed while an intake was writing it"
            remedy = (
                f"the rows to come are the end of {PLACE}/pending/{step['draft']}: put the file back as it "
                f"was, or add them by hand and remove {PLACE}/journal.json"
            )
            problems.append(Problem(f"{folder.name}/{step['file']}", rule, remedy=remedy))
    if problems:
        raise BadInput(problems)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_to_disk(path: Path, content: bytes) -> None:
    """Write a file and wait for the disk: what a journal promises must outlive a power cut."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _to_disk(folder: Path) -> None:
    """Wait for the disk to hold a folder's names, where a system can do so."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
