"""Where the house stands: the folder that holds seeds/ and notebooks/."""

from pathlib import Path

from forecasts.ledger.problems import BadInput, Problem


def find_root(start: Path | None = None) -> Path:
    """Walk up from a folder to the one that has ``seeds/`` and ``notebooks/``.

    Parameters
    ----------
    start : Path, optional
        Where to begin; the working directory if not given.

    Raises
    ------
    BadInput
        If no such folder lies above.
    """
    begin = (start or Path.cwd()).resolve()
    for folder in (begin, *begin.parents):
        if (folder / "seeds").is_dir() and (folder / "notebooks").is_dir():
            return folder
    rule = "neither this folder nor one above it has both seeds/ and notebooks/"
    raise BadInput([Problem("working directory", rule, str(begin), "change to the project's folder")])


def shown(path: Path, root: Path) -> str:
    """Name a path as people under `root` do: relative and with slashes, where that is possible."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)
