"""Where the house stands: the folder that holds seeds/, and what it takes from the package beside them."""

import errno
import os
from pathlib import Path

from forecasts.ledger.problems import BadInput, Problem

#: What a tenant begins with: a worked example, and the notebooks, plans and templates of every tenant.
TENANT = Path(__file__).resolve().parents[1] / "tenant"


def find_root(start: Path | None = None) -> Path:
    """Walk up from a folder to the one that has ``seeds/``.

    Parameters
    ----------
    start : Path, optional
        Where to begin; the working directory if not given.

    Raises
    ------
    BadInput
        If no such folder lies above.
    """
    remedy = "change to the project's folder, or make one with `forecasts new FOLDER`"
    try:
        begin = resolved(start or Path.cwd())
        for folder in (begin, *begin.parents):
            if (folder / "seeds").is_dir():
                return folder
    except (OSError, ValueError) as error:  # a folder that is gone, a name too long, NUL in it
        rule = f"cannot be read: {(isinstance(error, OSError) and error.strerror) or error}"
        raise BadInput([Problem("working directory", rule, str(start or ""), remedy)]) from None
    rule = "neither this folder nor one above it has seeds/"
    raise BadInput([Problem("working directory", rule, str(begin), remedy)])


def provided(root: Path, name: str) -> Path:
    """Return a folder or file of the project, or, where it has none, the one that comes with the package.

    In a working copy the package's are links to the project's own: they are followed, so that whoever reads
    the files finds them in one folder.
    """
    if (root / name).exists():
        return root / name
    given = TENANT / name
    if not given.is_dir():
        return resolved(given)
    return resolved(next(path for path in given.iterdir() if path.is_file())).parent


def resolved(path: Path) -> Path:
    """Return a path without links.

    Raises
    ------
    OSError
        If it cannot be followed; also where links lead in a circle, which older Pythons tell in another way.
    """
    try:
        return path.resolve()
    except RuntimeError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def shown(path: Path, root: Path) -> str:
    """Name a path as people under `root` do: relative and with slashes, where that is possible."""
    try:
        return resolved(path).relative_to(resolved(root)).as_posix()
    except (OSError, ValueError):
        return str(path)
