"""The renderer as its owner has it: started, started anew when it dies, asked for briefs, and ended."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from forecasts.publish.elsewhere import REPLY, Gone, RenderingFailed, outcome, room_for_sockets, served

if TYPE_CHECKING:
    from forecasts.publish.stamps import Signature

__all__ = ["Renderer", "RenderingFailed"]

#: Seconds until a renderer that just began must listen, and in which a brief must be made.
START, BRIEF = 30.0, 120.0

#: A renderer that dies so often in a row, within so many seconds of its start, is not started again.
DEATHS, YOUNG = 5, 2.0

#: Seconds that the renderer has to end by itself.
FAREWELL: Final = 2.0


class Renderer:
    """The renderer as its owner has it: started, started anew when it dies, and ended.

    Where there are no sockets with a name (Windows), everything is drawn in this process.

    Parameters
    ----------
    briefs : bool
        Whether it loads at its start what briefs need, which takes two seconds: else with the first of them.

    Examples
    --------
    >>> with Renderer() as renderer:  # doctest: +SKIP
    ...     renderer.brief(folders, (), "zh", templates, folder)
    """

    def __init__(self, briefs: bool = True) -> None:
        self._options = ["--briefs"] if briefs else []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: Thread | None = None
        self._closing = Event()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the renderer

    def __enter__(self) -> Self:
        if hasattr(socket, "AF_UNIX"):
            self._folder = tempfile.TemporaryDirectory(prefix="forecasts-", dir=room_for_sockets())
            self._begin()
            self._watch = Thread(target=self._keep, daemon=True)
            self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The socket's path, for the environment of whoever draws; empty where there is none."""
        return str(Path(self._folder.name) / "socket") if self._folder is not None else ""

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid if self._process is not None else None

    def svg(self, spec: str) -> str:
        """Return the drawing of a Vega-Lite specification (JSON)."""
        return str(self._ask({"ask": "svg", "spec": spec}, REPLY))

    def brief(
        self,
        results: Sequence[Path],
        failures: Sequence[tuple[str, str, str]],
        language: str,
        templates: Path,
        folder: Path,
        title: str | None = None,
        track_record: Sequence[str] = (),
        signature: "Signature | None" = None,
        edition: int | None = None,
        changes: Path | None = None,
    ) -> tuple[Path, ...]:
        """Write a brief, PDF and HTML, into a folder; return its files.

        Parameters
        ----------
        results : sequence of Path
            Folders of results, in the brief's order.
        failures : sequence of (goal, scenario, reason)
            Jobs without a result.
        templates : Path
            Folder of ``brief.typ`` and ``brief.html.j2``.
        title : str, optional
            In place of the title that the brief makes of its regions.
        track_record : sequence of str
            Sentences about what earlier verdicts were worth.
        signature : Signature, optional
            Who reviewed it; without one it is stamped as a draft.
        edition : int, optional
            Which edition of its plan it is, 1 for the first.
        changes : Path, optional
            What changed since the last edition, as ``changes.json``.

        Raises
        ------
        RenderingFailed
            If it cannot be made.
        OSError
            If it cannot be written.
        """
        message = {
            "ask": "brief", "results": [str(path.absolute()) for path in results],
            "failures": [list(one) for one in failures], "language": language,
            "templates": str(templates.absolute()), "folder": str(folder.absolute()), "title": title,
            "track_record": list(track_record),
            "signature": None if signature is None else asdict(signature) | {"day": str(signature.day)},
            "edition": edition,
            "changes": None if changes is None else str(changes.absolute()),
        }  # fmt: skip
        return tuple(Path(name) for name in self._ask(message, BRIEF))

    def close(self) -> None:
        """End the renderer; nothing of it is left."""
        self._closing.set()
        if self._process is not None:
            self._end(self._process)
        if self._watch is not None:
            self._watch.join()
            if self._process is not None:  # it may have begun anew in the meantime
                self._end(self._process)
        self._errors.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _ask(self, message: dict[str, Any], reply: float) -> Any:
        """Have a request served; once more if the renderer died of it."""
        if not self.address:
            from forecasts.publish.renderer import told

            return outcome(told(message))
        for last in (False, True):
            asked = self._process
            try:
                # One that has begun anew must load what draws before it replies.
                return served(self.address, message, START, reply + START * last, self._given_up)
            except Gone as error:
                if last or self._given_up():
                    raise RenderingFailed(f"the renderer ended at it: {self._last_words()}") from error
                if asked is not None:
                    asked.kill()  # if it still lives, it hangs
                    asked.wait()
        raise AssertionError("unreachable")

    def _begin(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "forecasts.publish.renderer", self.address, *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
        )

    def _keep(self) -> None:
        """Start the renderer anew whenever it has died, unless it does nothing but die."""
        deaths, began = 0, time.monotonic()
        while self._process is not None:
            self._process.wait()
            with suppress(OSError):
                if self._process.stdin is not None:
                    self._process.stdin.close()
            deaths = deaths + 1 if time.monotonic() - began < YOUNG else 1
            if self._closing.is_set() or deaths >= DEATHS:
                return
            began = time.monotonic()
            self._begin()

    def _given_up(self) -> bool:
        return self._watch is not None and not self._watch.is_alive()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _last_words(self) -> str:
        """Return the last line of what it wrote to standard error."""
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
