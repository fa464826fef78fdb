"""Families of processes: whatever a notebook starts ends with it, and nothing outlives who began it."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: Names a family in the environment of everything that is started in it.
FAMILY = "FORECASTS_FAMILY"

#: Numbers of Linux's prctl(2).
_DEATH_SIGNAL, _SUBREAPER = 1, 36


def can_fork() -> bool:
    """Whether this machine can have warm kernels: they need fork, sockets with a name, and Linux's /proc."""
    return sys.platform == "linux" and hasattr(os, "fork") and Path("/proc/self/environ").exists()


def die_with_parent(parent: int) -> None:
    """Have the kernel of the machine kill this process as soon as its parent has died."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the wish was heard
        os.kill(os.getpid(), signal.SIGKILL)


def live_on() -> None:
    """Take back the wish of :func:`die_with_parent`."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that none is out of reach."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)


def children() -> tuple[int, ...]:
    """Return the process numbers of this process's children."""
    me = os.getpid()
    with suppress(OSError):  # not every Linux has it
        return tuple(map(int, Path(f"/proc/self/task/{me}/children").read_text().split()))
    return tuple(pid for pid in _processes() if _parent(pid) == me)


def marks(pid: int) -> frozenset[str]:
    """Return the families that a process was born in; none if it is gone or not ours."""
    found = f"{FAMILY}="
    try:
        held = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return frozenset()
    return frozenset(name for line in held if line.startswith(found) for name in line[len(found) :].split())


def end_family(name: str, patience: float = 5.0) -> tuple[int, ...]:
    """Kill whatever was born in a family and still lives; return what could not be killed.

    Parameters
    ----------
    patience : float
        Seconds to wait for the killed to be gone.
    """
    end = time.monotonic() + patience
    while alive := tuple(pid for pid in _processes() if pid != os.getpid() and name in marks(pid)):
        for pid in alive:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > end:
            return alive
        time.sleep(0.01)
    return ()


def end_group(leader: int) -> None:
    """Kill a process and all of its group, if they still live."""
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)


def end_child(pid: int) -> None:
    """Kill a child that nobody has waited for yet, and its group, which it lacks if it was only just born."""
    end_group(pid)
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _processes() -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            yield int(name)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0
