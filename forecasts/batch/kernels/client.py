"""Asking the mother: she is started once, lives as long as her owner, and is asked for child after child."""

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from forecasts.batch.kernels.families import FAMILY, end_family
from forecasts.publish.elsewhere import room_for_sockets

#: Names the socket of a mother that is alive already, to papermill in a job of its own.
SOCKET = "FORECASTS_MOTHER"

#: The most bytes that a kernel may take, and the file for what it prints past the protocol.
MEMORY, LOG = "FORECASTS_MEMORY", "FORECASTS_LOG"

#: The goal and the day that a kernel will be asked about, so that what others share with it can be prepared.
ABOUT = "FORECASTS_ABOUT"

#: One thread in each: the batch is parallel over notebooks, and a fork copies one thread only. (The last is
#: for the allocator that comes with Arrow, which cleans up in a thread of its own.)
THREADS = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}

#: Seconds that a mother may take to import everything.
BIRTH = 120.0


class MotherLost(Exception):
    """The mother is not there, or has died."""


class Mother:
    """A mother process and its socket; a context, at whose end nothing of it is left.

    It may be started before its order is known: what it imports is the same for all.
    """

    def __init__(self) -> None:
        self.ordered: bytes = b""
        self.family = f"forecasts-{uuid.uuid4().hex}"
        self.folder = Path(tempfile.mkdtemp(prefix="forecasts-", dir=room_for_sockets()))
        self.temporary = self.folder / "tmp"
        self.socket = str(self.folder / "mother")
        self.log = self.folder / "mother.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._serves = False

    def start(self) -> None:
        """Start the process, with its order if that is known; `ready` waits for it."""
        env = {**os.environ, **THREADS, FAMILY: self.family, SOCKET: self.socket, "PYTHONUTF8": "1"}
        env["TMPDIR"] = str(self.temporary)  # what a library leaves behind goes when she goes
        env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        self._serves = False
        self.temporary.mkdir(parents=True, exist_ok=True)  # one who served, and ended, took it along
        with suppress(FileNotFoundError):
            os.unlink(self.socket)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "forecasts.batch.kernels.mother", self.socket],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=env,
                start_new_session=True,  # a terminal's Ctrl-C is for its owner
            )  # fmt: skip
        self._send()

    def order(self, root: Path | None = None, asked: Sequence[tuple[str, str, str]] = ()) -> None:
        """Give the order.

        Parameters
        ----------
        root : Path, optional
            The project whose figures she reads before anybody asks.
        asked : sequence of (goal, scenario, day)
            The questions that she prepares for.
        """
        told = {"root": str(root) if root else None, "asked": list(asked), "room": str(self.folder)}
        self.ordered = json.dumps(told).encode() + b"\n"
        if self.process is not None:
            self._send()

    def _send(self) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        with suppress(OSError):  # she is gone, which `ready` tells
            self.process.stdin.write(self.ordered)
            self.process.stdin.flush()

    def ready(self) -> None:
        """Wait until she serves.

        Raises
        ------
        MotherLost
            If she has ended, takes too long, or has more than one thread, of which a fork would lack all
            but one.
        """
        if self._serves:
            return
        assert self.process is not None
        assert self.process.stdout is not None
        line = b""
        if select.select([self.process.stdout], [], [], BIRTH)[0]:
            line = self.process.stdout.readline()
        if not line:
            raise MotherLost(self._last_words())
        if (threads := json.loads(line)["threads"]) != 1:
            raise MotherLost(f"it has {threads} threads")
        self._serves = True

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def close(self) -> None:
        """End her and all of her family."""
        if self.process is not None:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            with suppress(OSError):
                self.process.stdin.close()
            if not self.ordered:  # she imports, and hears nothing
                self.process.kill()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            self.process = None
        end_family(self.family)

    def remove(self) -> None:
        """Remove her folder, too."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return lines[-1] if lines else "it said nothing"
        return "it said nothing"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self.remove()


class Child:
    """A fork of the mother, for as long as this end of the line is held.

    Raises
    ------
    MotherLost
        If she is not there, or is lost before the child is born.
    """

    def __init__(self, socket_path: str, request: Mapping[str, Any]) -> None:
        self.returncode: int | None = None
        self.line = socket.socket(socket.AF_UNIX)
        self.rest = b""
        try:
            self.line.connect(socket_path)
            self.line.sendall(json.dumps(request).encode() + b"\n")
            born = self.hear()
        except OSError as error:
            self.line.close()
            raise MotherLost(str(error)) from error
        if born is None or "pid" not in born:  # she is lost, or the child is before it said a word
            self.line.close()
            raise MotherLost("it died")
        self.pid = int(born["pid"])

    def hear(self, timeout: float | None = None) -> Mapping[str, Any] | None:
        """Return the next thing that is told; None if the line is closed.

        Raises
        ------
        TimeoutError
            If nothing is told in time.
        """
        self.line.settimeout(timeout)
        while b"\n" not in self.rest:
            try:
                part = self.line.recv(1 << 16)
            except ConnectionError:
                part = b""
            if not part:
                return None
            self.rest += part
        told, _, self.rest = self.rest.partition(b"\n")
        words: Mapping[str, Any] = json.loads(told)
        return words

    def close(self) -> None:
        """Let go: the child ends, if it has not ended."""
        self.line.close()
