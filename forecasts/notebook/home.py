"""Which project a notebook belongs to, wherever it is run from.

A kernel knows the folder it stands in, not the file that it executes, and papermill tells it only if asked
(``--inject-input-path``). So several things are looked at, the surest first; see :func:`find_home`.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.root import find_root

#: Names the project where nothing else does, e.g. for a scheduler that runs copies of notebooks.
VARIABLE: Final = "FORECASTS_PROJECT"

#: The folder that has the package; a project only where the package is used from a working copy.
WORKING_COPY: Final = Path(__file__).resolve().parents[2]


def find_home(namespace: Mapping[str, Any]) -> Path:
    """Return the project of a notebook.

    Looked at, in this order: the working directory and the folders above it; those of the notebook, which
    papermill gives as ``PAPERMILL_INPUT_PATH`` or which stands on the command line that started the kernel;
    the variable ``FORECASTS_PROJECT``; and, where a goal is asked for by name, the working copy that the
    package is used from. Without a name nothing would tell the reader whose figures those are.

    Parameters
    ----------
    namespace : mapping
        The notebook's ``globals()``.

    Raises
    ------
    BadInput
        If none of them leads to a folder with ``seeds/``, or the variable names none.
    """
    for folder in (Path.cwd(), *(book.parent for book in _books(namespace))):
        with suppress(BadInput):
            return find_root(folder)
    if named := os.environ.get(VARIABLE):
        if not (Path(named) / "seeds").is_dir():
            raise BadInput([Problem(VARIABLE, "the folder has no seeds/", named, "name a project's folder")])
        return find_root(Path(named))
    if (namespace.get("goal") or namespace.get("goals")) and (WORKING_COPY / "seeds").is_dir():
        return WORKING_COPY
    rule = "neither this folder nor one above it has seeds/, nor is the notebook known to lie in a project"
    remedy = f"give papermill --cwd FOLDER or --inject-input-path, or set {VARIABLE} to the project's folder"
    raise BadInput([Problem("working directory", rule, str(Path.cwd()), remedy)])


def _books(namespace: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files that may be the notebook, and that are there."""
    # papermill's --cwd has moved its own process, too: PWD is still where it was started.
    starts = [Path.cwd(), Path(os.environ.get("PWD", "."))]
    given = namespace.get("PAPERMILL_INPUT_PATH")
    if isinstance(given, str):
        yield from _there(given, starts)
    for words, folder in _ancestors():
        for word in (word for word in words if word.endswith(".ipynb")):
            if books := list(_there(word, [folder, *starts])):
                yield from books
                return  # another one is where the executed notebook goes


def _there(name: str, starts: list[Path]) -> Iterator[Path]:
    yield from (book for start in starts if (book := (start / name).absolute()).is_file())


def _ancestors() -> Iterator[tuple[list[str], Path]]:
    """Yield the command line and the folder of whoever started this kernel, and so on upwards."""
    psutil = import_module("psutil")  # ipykernel's own
    with suppress(psutil.Error, OSError):  # somebody else's, or it has just ended
        for process in psutil.Process().parents():
            yield list(process.cmdline()), Path(process.cwd())
