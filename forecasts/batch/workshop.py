"""Where notebooks are run: warm where that can be, each in processes of its own, all gone in the end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from forecasts.batch.job import Order
from forecasts.batch.kernels.client import ABOUT, LOG, MEMORY, SOCKET, THREADS, Mother, MotherLost
from forecasts.batch.kernels.families import can_fork, end_group
from forecasts.batch.kernels.hands import HandLost, Hands

#: papermill's names of the engine with warm kernels and of its own.
WARM, STOCK = "warm", "stock"

#: Seconds beyond its time after which a notebook is ended from outside: it should have ended by itself.
GRACE = 20.0

#: The file in a job's folder for what is printed past the notebook.
PRINTED = "log.txt"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order: the reason why it failed and the trace, both empty if it did not.

    Attributes
    ----------
    seconds : float
        How long it took.
    """

    error: str = ""
    trace: str = ""
    seconds: float = 0.0


class Workshop:
    """Runs notebooks on this machine; a context, at whose end no process of it is left.

    Parameters
    ----------
    root : Path
        The project; notebooks run in it.
    jobs : int
        How many at the same time.
    engine : {"warm", "stock"}
        Where there can be no warm kernels, the stock engine takes over; `engine` says which it became.
    memory : int, optional
        The most bytes that one kernel may take; the machine's own by default.
    asked : sequence of (goal, scenario, day)
        What will be asked, so that what is common to all can be prepared.
    extra : mapping
        More environment of the notebooks.
    say : callable
        Told in a sentence when the stock engine takes over.
    mother : Mother, optional
        One that was started already, without an order; she is this workshop's from now on.
    """

    def __init__(
        self,
        root: Path,
        jobs: int = 2,
        engine: str = WARM,
        memory: int | None = None,
        asked: Sequence[tuple[str, str, str]] = (),
        extra: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda text: None,
        mother: Mother | None = None,
    ) -> None:
        self.root, self.jobs, self.memory, self.asked = root, jobs, memory or _physical(), asked
        self.engine, self.say = engine, say
        self.extra = dict(extra or {})
        self._mother = mother
        self._hands = Hands(str(root))
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        if self.engine == WARM and not can_fork():
            self._give_up_warmth("this system cannot fork processes")
        if self.engine == WARM:
            if self._mother is None:
                self._mother = Mother()
                self._mother.start()
            self._mother.order(self.root, self.asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for process in tuple(self._running):
            end_group(process.pid)
        self._hands.drop()
        if self._mother is not None:
            self._mother.close()
            self._mother.remove()

    def run(self, orders: Sequence[Order]) -> Iterator[tuple[int, Outcome]]:
        """Run notebooks; yield the place of each in `orders` and what became of it, as they end.

        Closing the iterator ends what still runs.
        """
        with ThreadPoolExecutor(max_workers=self.jobs) as threads:
            waiting = {threads.submit(self.one, order): place for place, order in enumerate(orders)}
            try:
                for future in as_completed(waiting):
                    yield waiting[future], future.result()
            except BaseException:  # Ctrl-C, or nobody wants the rest: what has not begun need not begin
                threads.shutdown(wait=False, cancel_futures=True)
                self.__exit__(None, None, None)
                raise

    def one(self, order: Order) -> Outcome:
        """Run one notebook; what is lost by no fault of its own is tried once more."""
        log, start = self.root / Path(order.executed).parent / PRINTED, time.monotonic()
        if self.engine == WARM:
            outcome, lost = self._warm(order, log)
            if lost and not self._closed and self.engine == WARM:
                outcome, _ = self._warm(order, log, again=True)
        if self.engine == STOCK:
            outcome = self._stock(order, log)
        return replace(outcome, seconds=time.monotonic() - start)

    def _warm(self, order: Order, log: Path, again: bool = False) -> tuple[Outcome, bool]:
        """Have a hand run the notebook; return its outcome, and whether a process was lost."""
        try:
            hand = self._hands.take(self._address(), self._env(), again)
        except MotherLost as lost:
            return Outcome(f"no process could be had for the notebook: {lost}"), True
        try:
            told = hand.work(self._message(order, log), order.timeout + GRACE)
        except TimeoutError:
            hand.close()  # which ends it
            return Outcome(f"the notebook took more than {order.timeout:g} s and was ended"), False
        except HandLost as lost:
            hand.close()
            code = str(lost)
            return Outcome(_how(int(code)) if code else "the notebook's process was lost", _tail(log)), True
        self._hands.give_back(hand)
        return Outcome(told["error"], told["trace"]), False

    def _env(self) -> dict[str, str]:
        assert self._mother is not None
        # A kernel is killed when its notebook has ended: it cannot put away what libraries left in a file.
        own = {SOCKET: self._mother.socket, MEMORY: str(self.memory), "PYTHONUTF8": "1"}
        own["TMPDIR"] = str(self._mother.temporary)
        return {**os.environ, **THREADS, **self.extra, **own}

    def _message(self, order: Order, log: Path) -> dict[str, object]:
        """Return what a hand is told of a notebook."""
        asked = {**asdict(order), "parameters": dict(order.parameters), "engine": WARM}
        about = f"{order.parameters.get('goal', '')} {order.parameters.get('known_on', '')}"
        printed = str(log.resolve())
        return {"order": asked, "log": printed, "env": {LOG: printed, ABOUT: about}}

    def _address(self) -> str:
        """Return the socket of a mother that serves; a new one takes the place of one that died."""
        with self._lock:
            assert self._mother is not None
            if self._closed or self.engine == STOCK:
                raise MotherLost("there is none any more")
            if not self._mother.alive:
                self._mother.close()
                self._mother.start()
            try:
                self._mother.ready()
            except MotherLost as lost:
                if not self._closed:
                    self._mother.close()
                    self._give_up_warmth(str(lost))
                raise
            return self._mother.socket

    def _give_up_warmth(self, why: str) -> None:
        """Have the stock engine take over."""
        self.engine = STOCK
        self.say(f"no warm kernels ({why}): notebooks run on papermill's own engine, which takes longer")

    def _stock(self, order: Order, log: Path) -> Outcome:
        """Run the notebook with papermill's own engine, in a process of its own."""
        asked = json.dumps({**asdict(order), "parameters": dict(order.parameters), "engine": None})
        with log.open("ab") as errors, self._lock:
            if self._closed:
                return Outcome("the run has ended")
            process = subprocess.Popen(
                [sys.executable, "-m", "forecasts.batch.job"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8",
                cwd=self.root, env={**os.environ, **THREADS, **self.extra, "PYTHONUTF8": "1"},
                start_new_session=True,
            )  # fmt: skip
            self._running.add(process)
        try:
            said, _ = process.communicate(asked, order.timeout + GRACE)
        except subprocess.TimeoutExpired:
            return Outcome(f"the notebook took more than {order.timeout:g} s and was ended")
        finally:
            end_group(process.pid) if hasattr(os, "killpg") else process.kill()
            process.wait()
            self._running.discard(process)
        if process.returncode == 0:
            return Outcome(**json.loads(said.splitlines()[-1]))
        return Outcome(_how(process.returncode), _tail(log))


def _how(code: int) -> str:
    """Say how a process ended that had nothing to say."""
    if code >= 0:
        return f"the notebook's process ended with {code}"
    with suppress(ValueError):
        return f"the notebook's process was ended by {signal.Signals(-code).name}"
    return f"the notebook's process was ended by signal {-code}"


def _tail(log: Path, limit: int = 4000) -> str:
    """Return the end of what was printed."""
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-limit:]
    except OSError:
        return ""


def _physical() -> int:
    """Return the bytes of memory that the machine has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 1 << 40
