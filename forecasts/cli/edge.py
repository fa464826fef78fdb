"""Where the program meets the machine: an error of reading or writing is one line, never a traceback."""

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer
from typer.core import TyperGroup

from forecasts.ledger.problems import shortened


@contextmanager
def errors_told() -> Iterator[None]:
    """Tell an error of the machine in one line and end with 1; every other error is a fault of ours."""
    try:
        yield
    except OSError as error:
        with suppress(OSError):  # standard error may be full, too
            typer.echo(" ".join(_said(error).split()), err=True)
        _drop_what_waits()
        raise SystemExit(1) from None
    except Exception as error:
        if isinstance(said := getattr(error, "message", None), str):  # of a word on the command line
            error.message = _short(said)  # type: ignore[attr-defined]
        raise


def _short(said: str) -> str:
    """Say what is wrong with the command line without the whole of what somebody typed."""
    said = re.sub(r"\S{61,}", lambda word: f"{word[0][:60]}...", said.replace("Value error, ", ""))
    return shortened(said, 600)


def _said(error: OSError) -> str:
    """Say what could not be read or written, and why."""
    why = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        stopped = error.errno == errno.EPIPE
        return (
            f"standard output: {'whoever reads it has stopped' if stopped else f'cannot be written: {why}'}"
        )
    name = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else str(error.filename)
    name = name if len(name) <= 300 else f"{name[:300]}..."
    return f"{ascii(name)[1:-1] if not name.isprintable() else name}: cannot be read or written: {why}"


def _drop_what_waits() -> None:
    """Send what still waits to be written nowhere: the interpreter's end would fail on it again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_streams() -> None:
    """Make sure of the standard streams: a closed one would lend its number to the next file that is opened.

    What a terminal's encoding does not have is written as its number; that is no reason to fail.
    """
    closed = sys.stdout is None
    if closed or sys.stderr is None or sys.stdin is None:
        while os.open(os.devnull, os.O_RDWR) < 2:
            pass
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if closed:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        raise OSError(errno.EBADF, "it is closed; send it to a file or to /dev/null")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


class Verbs(TyperGroup):
    """The verbs, at whose edge errors of the machine are told."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command; what is still to be written is written before it ends."""
        with errors_told():
            _open_streams()
            try:
                return super().main(*args, **kwargs)
            finally:
                sys.stdout.flush()

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the command line: it may print the help."""
        with errors_told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run a verb."""
        with errors_told():
            return super().invoke(ctx)
