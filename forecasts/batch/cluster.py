"""Work on other machines: a Dask cluster whose workers run this very program, or it is not used at all.

Numbers that differ by where they were computed are worse than none, so everything that decides them is
compared first: Python, the libraries, and this package file by file. Each task compares once more where it
runs, for a worker may join at any time.
"""

import errno
import hashlib
import logging
import platform
import queue
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self, TypeVar

import forecasts
from forecasts.ledger.problems import BadInput, Problem

Item = TypeVar("Item")
Shared = TypeVar("Shared")
Result = TypeVar("Result")

#: Libraries that decide numbers, or what is understood of what travels.
DECIDING = (
    "forecasts", "numpy", "scipy", "pandas", "pydantic", "prophet", "statsmodels", "dask", "distributed",
    "cloudpickle", "msgpack",
)  # fmt: skip

#: Seconds until a scheduler that does not answer is one that is not there.
PATIENCE = 10.0

#: Seconds without any worker after which nobody is waited for any longer.
ALONE = 60.0

#: Seconds between two looks at the cluster while nothing comes back.
LOOK = 2.0

#: How often work starts anew whose data was lost together with the workers that held it.
TRIES = 3

#: What is to be done about a worker that is not like this machine.
SAME = "install the same there as here"

#: Of the package's folder: what computes nothing. A tenant's example is links here and files there.
NO_PROGRAM = {"__pycache__", "tenant"}

ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d{1,5}")


class OtherProgram(Exception):
    """A worker runs something else than whoever sent it work."""


@dataclass(frozen=True)
class Cluster:
    """A scheduler with at least one worker, all of which run this very program.

    Attributes
    ----------
    workers : int
        How many there were when it was opened; more may join, some may go.
    """

    address: str
    client: Any  # distributed's, most of which has no types
    workers: int

    def map(
        self, function: Callable[..., Result], items: Iterable[Item], shared: object = None
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Yield each item with what came of it, as it comes: what the function returned, or what it raised.

        What a lost worker was at is done again by another one; what was at hand each time that several
        workers died is given up with an error.

        Parameters
        ----------
        function : callable
            Of one item; with `shared`, of that and of one item.
        shared : object, optional
            What every item needs: it travels once to each worker.

        Raises
        ------
        OSError
            If the scheduler, or every worker for a minute, has gone.
        """
        left = dict(enumerate(items))
        for attempt in range(TRIES):
            for k, came in self._round(function, left, shared):
                if isinstance(came, Exception):
                    self._check_scheduler()
                if isinstance(came, CancelledError) and attempt < TRIES - 1:
                    continue  # the data for it went with the workers that held it
                yield left.pop(k), came
            if not left:
                return

    def parts(
        self, function: Callable[[Shared, Item], Result], shared: Shared, items: Sequence[Item]
    ) -> Iterator[tuple[Item, Result]]:
        """Yield each item with its result, as it comes; an error of one ends it all.

        Raises
        ------
        BadInput
            If a worker that joined later runs another program.
        OSError
            As :meth:`map`, or if one item was at hand each time that several workers died.
        """
        from distributed import KilledWorker

        for item, came in self.map(function, items, shared):
            if isinstance(came, OtherProgram):
                raise BadInput([Problem("--executor", str(came), self.address, SAME)])
            if isinstance(came, KilledWorker | CancelledError):
                why = "part of the work was given up: the workers that had it died"
                raise ConnectionAbortedError(errno.ECONNABORTED, why, self.address)
            if isinstance(came, Exception):
                raise came
            yield item, came

    def _round(
        self, function: Callable[..., Result], items: Mapping[int, Item], shared: object
    ) -> Iterator[tuple[int, Result | Exception]]:
        """Send items once and yield what comes back, by the items' numbers."""
        came: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        given = () if shared is None else self._sent(shared)
        sent = []
        for k, item in items.items():
            future = self.client.submit(_run, program(), function, *given, item, pure=False)
            future.add_done_callback(lambda done, k=k: came.put((k, done)))
            sent.append(future)
        try:
            for _ in sent:
                k, future = self._next(came)
                yield k, self._came_of(future)
        finally:
            with suppress(Exception):  # whoever has gone need not be told
                self.client.cancel(sent)

    def _next(self, came: queue.SimpleQueue[tuple[int, Any]]) -> tuple[int, Any]:
        """Return what comes next; while nothing does, see whether anybody is still there."""
        alone_since: float | None = None
        while True:
            try:
                return came.get(timeout=LOOK)
            except queue.Empty:
                self._check_scheduler()
                alone = not _workers(self.client)
                alone_since = (alone_since or time.monotonic()) if alone else None
                if alone_since is not None and time.monotonic() - alone_since > ALONE:
                    raise self._alone() from None

    def _came_of(self, future: Any) -> Any:
        """Return a future's result, or its error; what is lost on its way here the cluster makes anew."""
        try:
            while True:
                try:
                    return future.result(timeout=ALONE)
                except TimeoutError as error:
                    if future.status == "error":  # of the work itself
                        return error
                except Exception as error:
                    return error
                self._check_scheduler()
                if not _workers(self.client):
                    raise self._alone()
        finally:
            future.release()

    def _sent(self, shared: object) -> tuple[Any, ...]:
        """Send every worker what all items need; wait for one, if none is there."""
        try:
            self.client.wait_for_workers(1, timeout=ALONE)
            return tuple(self.client.scatter([shared], broadcast=True, hash=False))
        except TimeoutError:
            self._check_scheduler()
            raise self._alone() from None

    def _alone(self) -> OSError:
        why = f"the scheduler has had no worker for {ALONE:.0f} s"
        return ConnectionAbortedError(errno.ECONNABORTED, why, self.address)

    def _check_scheduler(self) -> None:
        if self.client.status != "running":
            raise ConnectionResetError(errno.ECONNRESET, "the scheduler has gone", self.address)

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        with suppress(Exception):
            self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(address: str, option: str = "--executor") -> Cluster:
    """Open a cluster by the address of its scheduler, e.g. ``tcp://scheduler:8786``.

    Raises
    ------
    BadInput
        If the extra is not installed, nobody answers, there is no worker, or something that decides numbers
        differs between here and there: every difference is named.
    """
    if not ADDRESS.fullmatch(address):
        rule = "must be `local` or the address of a scheduler"
        raise BadInput([Problem(option, rule, address, "write it as tcp://scheduler:8786")])
    try:
        from distributed import Client
    except ImportError:
        rule = "needs the package `distributed`, which is not installed"
        raise BadInput([Problem(option, rule, remedy="pip install 'forecasts[cluster]'")]) from None
    # It tells of lost connections on standard error by itself: what matters of it is told as a problem.
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions, which are compared more strictly below
        try:
            client: Any = Client(  # type: ignore[no-untyped-call]
                address, timeout=PATIENCE, set_as_default=False, name="forecasts"
            )
        except (OSError, ValueError, RuntimeError) as error:
            rule = f"no scheduler answers: {' '.join(str(error).split())}"
            raise BadInput([Problem(option, rule, address, "start one: dask scheduler")]) from None
    try:
        if problems := _differences(client, address, option):
            raise BadInput(problems)
        return Cluster(address, client, len(_workers(client)))
    except BaseException:
        with suppress(Exception):
            client.close()
        raise


def _workers(client: Any) -> Mapping[str, Any]:
    workers: Mapping[str, Any] = client.scheduler_info(n_workers=-1).get("workers", {})
    return workers


def _differences(client: Any, address: str, option: str) -> list[Problem]:
    """Return what differs between here and the workers, each difference once."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        remedy = f"start some: dask worker {address} --nthreads 1 --nworkers 2"
        return [Problem(option, "the scheduler has no worker", address, remedy)]
    there = {
        worker: (told.get("packages") or {}) | {"python": _python(told)}
        for worker, told in client.get_versions(packages=list(DECIDING))["workers"].items()
    }
    here = {"python": platform.python_version(), **{name: _installed(name) for name in DECIDING}}
    problems: list[Problem] = []
    for name, mine in here.items():
        others: dict[str | None, list[str]] = {}
        for worker, versions in there.items():
            if versions.get(name) != mine:
                others.setdefault(versions.get(name), []).append(worker)
        for theirs, workers in others.items():
            rule = f"{name} is {mine or 'not installed'} here and {theirs or 'not installed'} there"
            problems.append(Problem(option, rule, _some(workers), SAME))
    if problems:
        return problems
    digests = client.run(program, on_error="return")
    other = [worker for worker, digest in digests.items() if digest != program()]
    if other:
        rule = f"the files of forecasts {forecasts.__version__} are others there than here"
        return [Problem(option, rule, _some(other), SAME)]
    return []


def _python(told: Mapping[str, Any]) -> str:
    """Return a worker's version of Python, without the words after its number."""
    return ".".join(str((told.get("host") or {}).get("python")).split(".")[:3])


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _some(workers: Sequence[str]) -> str:
    """Name workers, but not a thousand of them."""
    more = f" and {len(workers) - 3} more" if len(workers) > 3 else ""
    return ", ".join(sorted(workers)[:3]) + more


@cache
def program() -> str:
    """Return a digest of this package's own files, as they lie here."""
    home = Path(forecasts.__file__).resolve().parent
    found = hashlib.sha256()
    for path in sorted(p.relative_to(home) for p in home.rglob("*") if p.is_file()):
        if not NO_PROGRAM & set(path.parts):
            held = (home / path).read_bytes()
            found.update(f"{path.as_posix()}\0{len(held)}\0".encode() + held)
    return found.hexdigest()


def _run(expected: str, function: Callable[..., Result], *given: Any) -> Result:
    """Do one item on a worker, if that is what it should be."""
    if program() != expected:
        raise OtherProgram(f"a worker on {platform.node()} that joined later runs another program")
    return function(*given)
