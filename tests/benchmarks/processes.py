"""What a process and those that came from it hold: memory, open files, threads."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

#: What names a process in its command line, and how it is called here; the first that fits.
NAMES = (
    ("kernels.mother", "mother"), ("publish.renderer", "renderer"), ("dask_scheduler", "scheduler"),
    ("dask_worker", "worker"), ("forecasts", "runner"),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One process at one moment; memory in MB.

    Attributes
    ----------
    born : float
        When it began: a number alone may be used twice.
    pss, uss, rss : float
        Its share of what it has with others, what it has alone, and all of it.
    """

    name: str
    pid: int
    born: float
    pss: float
    uss: float
    rss: float
    files: int
    threads: int

    @property
    def identity(self) -> tuple[int, float]:
        """What no other process has."""
        return self.pid, self.born


def living(pid: int) -> list[psutil.Process]:
    """Return a process and all that came from it."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def seen(process: psutil.Process) -> Seen | None:
    """Look at a process; None if it has ended meanwhile."""
    try:
        words, memory = " ".join(process.cmdline()), process.memory_full_info()
        name = next((short for word, short in NAMES if word in words), words[:30])
        return Seen(
            name, process.pid, process.create_time(), memory.pss / 2**20, memory.uss / 2**20,
            memory.rss / 2**20, process.num_fds(), process.num_threads(),
        )  # fmt: skip
    except psutil.Error:
        return None


def processor_of(pids: Iterable[int] = ()) -> float:
    """Return the processors' seconds of all children of this process that have ended, and of some that live.

    What those have started counts where it has ended, too.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(sum(psutil.Process(pid).cpu_times()[:4]) for pid in pids)
