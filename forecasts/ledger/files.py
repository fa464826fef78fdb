"""Files and folders are written whole or not at all: under another name in the same place, then renamed."""

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Bytes of its file's name that a draft keeps: with all of them, a long one would become too long.
KEPT = 40


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a draft to write to: it takes the place of `path`, or vanishes if anything goes wrong.

    Raises
    ------
    OSError
        If the file cannot be written; it names `path`, not the draft, whose name says nothing to anybody.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = os.fsencode(path.name)[:KEPT].decode("utf-8", "ignore")
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{kept}.", suffix=".tmp")
        os.close(handle)
    except OSError as error:
        raise _about(error, path) from error
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o644)  # mkstemp keeps a file to its owner; what is written here is to be read
        draft.replace(path)
    except BaseException as error:
        with suppress(OSError):  # what went wrong first is what is told
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _about(error, path) from error
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a draft of a folder to write to: all of it becomes `path`, which is new or empty, or nothing does.

    Raises
    ------
    OSError
        As :func:`whole`.
    """
    made = not path.exists()
    draft: Path | None = None
    try:
        path.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=path, prefix=".draft."))
        yield draft
        for part in sorted(draft.iterdir()):
            part.rename(path / part.name)
        draft.rmdir()
    except BaseException as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        if made:
            with suppress(OSError):
                path.rmdir()
        if isinstance(error, OSError):
            raise _about(error, path) from error
        raise


def _about(error: OSError, path: Path) -> OSError:
    """Return an error of the same kind that names the file; some libraries give words and no number."""
    told = os.strerror(error.errno) if error.errno else (str(error).splitlines() or [type(error).__name__])[0]
    return OSError(error.errno or errno.EIO, told, str(path))


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file, text as UTF-8 with plain line ends; return its path."""
    with whole(path) as draft:
        draft.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def take_place(new: Path, old: Path) -> None:
    """Have a folder take the place of another, which comes to stand under the name of the first.

    Whoever opens a file below `old` finds a whole folder at every moment: Linux exchanges the two at once.
    Where that cannot be had (another system, some network drives) there is a moment without either.
    """
    if not old.exists():
        new.rename(old)
        return
    if not _exchanged(new, old):
        aside = new.with_name(f"{new.name}.aside")
        old.rename(aside)
        new.rename(old)
        aside.rename(new)


#: Of Linux's renameat2(2): paths are relative to the working directory; exchange them.
_HERE, _EXCHANGE = -100, 2


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two paths at once; return whether that could be done."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    if (number := ctypes.get_errno()) in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        return False
    raise OSError(number, os.strerror(number), str(other))
