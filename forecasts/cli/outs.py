"""Where a verb may write: never over an input, a device, a folder, a link or a file of another kind.

A file that is there already is replaced only where it is what the verb writes, or empty; whoever wants the
place of another file removes that first.
"""

import csv
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.root import resolved

#: Bytes of a file that are looked at to see what it is.
HEAD = 1_000_000


def _refused(rule: str, path: Path, remedy: str, option: str = "--out") -> BadInput:
    return BadInput([Problem(option, rule, str(path), remedy)])


def check_folder(path: Path, option: str = "--out") -> Path:
    """Refuse a path that cannot become a folder, before anything is written; return it in full."""
    _check_name(path, option)
    _check_place((path, *path.parents), "choose a folder", option)
    return resolved(path)


def check_file(
    path: Path,
    what: str,
    is_one: Callable[[Path], bool],
    inputs: Iterable[Path | None] = (),
    option: str = "--out",
) -> None:
    """Refuse a path that must not be written.

    Parameters
    ----------
    what : str
        What the verb writes, e.g. "a table of answers".
    is_one : callable
        Whether a file is such a one.
    inputs : iterable of Path
        Files and folders that are read; None is left out.
    option : str
        What names the file.

    Raises
    ------
    BadInput
        If something else is in its place.
    OSError
        If its folder may not be written: that is told before the work, not after it.
    """
    _check_name(path, option)
    _check_place(path.parents, "name a file in a folder", option)
    read = [given for given in inputs if given is not None and given.exists()]
    if any(given.is_dir() and resolved(path).is_relative_to(resolved(given)) for given in read):
        raise _refused("lies in a folder that is read", path, "name a file elsewhere", option)
    if path.is_symlink():
        raise _refused("is a link", path, "name the file itself", option)
    if path.is_dir():
        raise _refused("there is a folder of this name", path, "name a file", option)
    if path.exists():
        if not path.is_file():
            raise _refused("is a device or the like", path, "name a file", option)
        if any(path.samefile(given) for given in read):
            raise _refused("is one of the files that are read", path, "name another file", option)
        if path.stat().st_size and not is_one(path):
            rule = f"there is a file of this name that is not {what}"
            raise _refused(rule, path, "remove it first, or name another file", option)
    folder = next(p for p in path.absolute().parents if p.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        # The file system knows why: it may be full of rights, or read-only.
        draft = folder / f".{os.getpid()}.tmp"
        draft.touch()
        draft.unlink()


def _check_name(path: Path, option: str = "--out") -> None:
    """Refuse a name that no file can have."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass
    except (OSError, ValueError) as error:  # too long, or with NUL
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(f"cannot be a path: {why}", path, "name another", option) from None


def _check_place(folders: Iterable[Path], remedy: str, option: str = "--out") -> None:
    """Refuse folders whose place is taken."""
    for taken in folders:
        if taken.exists() and not taken.is_dir():
            raise _refused("there is a file of this name", taken, remedy, option)


def is_answers(path: Path) -> bool:
    """Whether a file is a table of answers, by its columns."""
    return _has_columns(path, {"goal", "probability"})


def is_registered(path: Path) -> bool:
    """Whether a file is a table of the register's forecasts, by its columns."""
    return _has_columns(path, {"run", "made_at", "goal", "probability"})


def _has_columns(path: Path, names: set[str]) -> bool:
    try:
        return names <= set(_columns(path))
    except (OSError, ValueError, csv.Error):  # pyarrow's errors of reading are ValueErrors
        return False


def _columns(path: Path) -> Iterable[str]:
    """Return the columns of a table that this program wrote."""
    if path.suffix == ".parquet":
        from pyarrow.parquet import read_schema

        return [str(name) for name in read_schema(path).names]
    text = _head(path)
    if path.suffix in (".json", ".jsonl"):
        first = text.partition("{")[2].partition("}")[0]
        return ("goal", "probability") if text.strip() == "[]" else json.loads(f"{{{first}}}")
    return next(csv.reader([text.partition("\n")[0]]), [])


def is_schema(path: Path) -> bool:
    """Whether a file is a JSON schema."""
    return "$schema" in _keys(path)


def is_chart(path: Path) -> bool:
    """Whether a file is a chart that this program drew, as SVG or as a page."""
    from forecasts.publish.chart_page import GENERATOR

    try:
        head = _head(path)
    except (OSError, ValueError):
        return False
    return GENERATOR in head or (head.startswith("<svg") and 'class="marks"' in head)


def is_learned(path: Path) -> bool:
    """Whether a file holds the engine's numbers."""
    return {"format", "discount", "calibration"} <= _keys(path)


def _keys(path: Path) -> set[str]:
    """Return the keys of a JSON file; none, where it is none."""
    try:
        held = json.loads(_head(path))
    except (OSError, ValueError, RecursionError):
        return set()
    return set(held) if isinstance(held, dict) else set()


def _head(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.read(HEAD)
