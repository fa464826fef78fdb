"""Many hands: what is done again and again is done by a process a processor, where that is worth it."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final, TypeVar

Thing = TypeVar("Thing")
Done = TypeVar("Done")

#: From so many things on, hands are worth their beginning.
MANY: Final = 16

#: So many things at most are handed over at once: neighbours share what they read.
HANDFUL: Final = 24

#: What is being done, and with what: hands are forked, and find it here.
_at_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


@contextmanager
def without_sweeping() -> Iterator[None]:
    """Look for no garbage: what is read is kept to the end, and looking through it takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def by_hands(work: Callable[[Thing], Done], things: Sequence[Thing]) -> Iterator[Iterable[Done]]:
    """Have the same done with many things; give what comes of each, in their order.

    Hands are at work from the beginning of the block: whoever opens it can do something else meanwhile.

    Parameters
    ----------
    work : callable
        Its result is handed back from another process: something small.

    Notes
    -----
    Hands are forked, so no thread may hold anything when the block begins.
    """
    hands = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(things) < MANY or hands < 2:
        yield map(work, things)
        return
    size = max(1, min(HANDFUL, len(things) // (4 * hands)))
    _at_work.append((work, things))
    gc.freeze()  # what is there stays: no hand need look through it for garbage, nor copy it by doing so
    pool = ProcessPoolExecutor(hands, multiprocessing.get_context("fork"), gc.disable)
    try:
        parts = [range(k, min(k + size, len(things))) for k in range(0, len(things), size)]
        yield chain.from_iterable(pool.map(_some, parts))
    finally:
        pool.shutdown(cancel_futures=True)
        gc.unfreeze()
        _at_work.pop()


def _some(numbers: range) -> list[Any]:
    """Do some of the work; garbage is looked for in between."""
    work, things = _at_work[-1]
    done = [work(things[number]) for number in numbers]
    gc.collect()
    return done
