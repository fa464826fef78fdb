"""The mother of all kernels: everything is imported in it once; each notebook gets a fork of it.

``python -m forecasts.batch.kernels.mother SOCKET`` imports, reads its order, one line of JSON, from standard
input, and then serves until that input ends, which it does when its owner is gone. It has one thread: a fork
copies no other. On the socket, one connection a child::

    -> {"do": "kernel" or "hand", ...}
    <- {"pid": 123}
    <- {"ready": true}             it listens
    <- {"exit": 0}                 it has ended; a signal is a number below zero

Who closes the connection ends the child, and whatever the child has started.
"""

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from forecasts.batch.kernels.born import run_hand, run_kernel
from forecasts.batch.kernels.families import (
    adopt_orphans,
    children,
    die_with_parent,
    end_child,
    end_group,
    live_on,
    marks,
)

#: What a kernel, papermill and our notebooks import as soon as they begin.
IMPORTS = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.heartbeat",
    "ipykernel.iostream", "ipykernel.control", "ipykernel.displayhook", "ipykernel.debugger",
    "ipykernel.subshell_manager", "ipykernel.parentpoller", "jupyter_client.localinterfaces",
    "IPython.core.completer", "IPython.core.displaypub", "IPython.core.history", "IPython.core.magics",
    "IPython.core.ultratb", "IPython.extensions.storemagic", "comm",
    # Those that it imports while it begins, or before the first cell.
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect", "IPython.core.payloadpage",
    "IPython.core.usage", "pdb", "sqlite3", "faulthandler", "tornado.platform.asyncio",
    "papermill.execute", "nbformat.v4", "forecasts.batch.kernels.execution", "psutil", "resource",
    "scipy.special", "forecasts.notebook.request", "forecasts.notebook.show",
)  # fmt: skip

#: Bytes that are read at a time.
CHUNK = 1 << 16


@dataclass
class Child:
    """One fork and the connection to who asked for it, until that closes."""

    family: str
    line: socket.socket | None


class Mother:
    """Forks on request; buries what ends, with all that it started."""

    def __init__(
        self,
        path: str,
        births: Mapping[str, Callable[[Mapping[str, Any], socket.socket], None]],
        prepare: Callable[[Mapping[str, Any]], None] = lambda request: None,
        at_leisure: Callable[[], bool] = lambda: False,
    ):
        self.births, self.prepare, self.at_leisure = births, prepare, at_leisure
        self.more = True  # to do at leisure
        self.children: dict[int, Child] = {}
        self.asking: dict[socket.socket, bytes] = {}
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        os.chmod(path, 0o600)
        self.server.listen(128)
        self.path = path
        self.woken, self.waking = os.pipe()
        for end in (self.woken, self.waking):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waking, warn_on_full_buffer=False)
        self.count = 0

    def serve(self) -> None:
        """Work until the owner is gone."""
        try:
            while self._turn():
                pass
        finally:
            self._bury(everyone=True)
            with suppress(OSError):
                os.unlink(self.path)

    def _turn(self) -> bool:
        lines = {child.line: pid for pid, child in self.children.items() if child.line is not None}
        waiting: list[Any] = [0, self.woken, self.server, *self.asking, *lines]
        ready, _, _ = select.select(waiting, [], [], 0 if self.more else None)
        if not ready:
            self.more = self.at_leisure()
            return True
        if 0 in ready and not os.read(0, CHUNK):
            return False
        if self.woken in ready:
            with suppress(BlockingIOError):
                os.read(self.woken, CHUNK)
        self._bury()
        if self.server in ready:
            self.asking[self.server.accept()[0]] = b""
        for line in [one for one in ready if one in self.asking]:
            self._hear(line)
        for line in [one for one in ready if one in lines]:
            if lines[line] in self.children and _gone(line):
                self._end(lines[line])
        return True

    def _hear(self, line: socket.socket) -> None:
        """Read a part of a request; a whole one is a birth."""
        try:
            part = line.recv(CHUNK)
        except OSError:
            part = b""
        if not part:
            del self.asking[line]
            line.close()
            return
        self.asking[line] += part
        if self.asking[line].endswith(b"\n"):
            self._bear(json.loads(self.asking.pop(line)), line)

    def _bear(self, request: Mapping[str, Any], line: socket.socket) -> None:
        self.prepare(request)
        self.more = True
        self.count += 1
        family = f"{os.getpid()}.{self.count}"
        pid = os.fork()
        if pid == 0:
            self._become(request, line, family)
        self.children[pid] = Child(family, line)

    def _become(self, request: Mapping[str, Any], line: socket.socket, family: str) -> None:
        """Be the child: let go of all that is the mother's, do the work, end."""
        code = 1
        try:
            os.setsid()
            say(line, {"pid": os.getpid()})  # said here, not by her: what it says next must come after
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for held in (self.server, *self.asking, *(child.line for child in self.children.values())):
                if held is not None:
                    held.close()
            for end in (self.woken, self.waking):
                os.close(end)
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.close(nothing)
            self.births[request["do"]]({**request, "family": family}, line)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _end(self, pid: int) -> None:
        """End a child whose asker has gone; its death is noticed like any other."""
        child = self.children[pid]
        if child.line is not None:
            child.line.close()
        child.line = None
        end_child(pid)

    def _bury(self, everyone: bool = False) -> None:
        """Take leave of children that have ended, and end what they left."""
        if everyone:
            for pid in self.children:
                end_child(pid)
        for pid in list(self.children):
            found, status = os.waitpid(pid, 0 if everyone else os.WNOHANG)
            if found:
                child = self.children.pop(pid)
                end_group(pid)
                if child.line is not None:
                    say(child.line, {"exit": os.waitstatus_to_exitcode(status)})
                    child.line.close()
        self._sweep()

    def _sweep(self) -> None:
        """Kill orphans that belong to no living family: a notebook's children do not outlive it."""
        living = {child.family for child in self.children.values()}
        for pid in children():
            if pid in self.children:
                continue
            with suppress(OSError):
                if not (marks(pid) & living or os.getsid(pid) in self.children):
                    os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)


def _gone(line: socket.socket) -> bool:
    """Whether the other end has closed; nobody has anything more to say to a child."""
    try:
        return not line.recv(CHUNK, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def say(line: socket.socket, told: Mapping[str, Any]) -> None:
    """Write one line of JSON; whoever has gone need not hear it."""
    with suppress(OSError):
        line.sendall(json.dumps(told).encode() + b"\n")


def _first_line(number: int) -> bytes:
    """Read a line and no more of what is to be read."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(number, 1)):
        line += byte
    return line


def main() -> None:
    """Import everything, take the order, tell the owner that all is ready, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the owner
    die_with_parent(os.getppid())  # while it imports it hears nothing
    for name in IMPORTS:
        with suppress(ImportError):
            importlib.import_module(name)
    if not (line := _first_line(0)):
        return
    live_on()  # its owner's end is heard from now on, whichever thread of his began this
    order = json.loads(line)
    adopt_orphans()
    from jupyter_client.localinterfaces import local_ips

    from forecasts.batch.kernels.warming import Warmth

    local_ips()  # found out once, known to every child
    warmth = Warmth(order["root"], order["asked"]) if order["root"] else None
    births = {"kernel": run_kernel, "hand": run_hand}
    mother = Mother(sys.argv[1], births, *((warmth.prepare, warmth.at_leisure) if warmth else ()))
    gc.collect()
    gc.freeze()  # no child need look through what was there before it
    threads = max(threading.active_count(), len(os.listdir("/proc/self/task")))
    print(json.dumps({"threads": threads}), flush=True)
    mother.serve()
    if room := order.get("room"):  # made for her alone, and her owner may be gone without a word
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
