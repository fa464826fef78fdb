"""Notebooks on other machines: inputs travel once to a worker, files come back, lost jobs are redone."""

import atexit
import io
import os
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from forecasts.batch.cluster import Cluster
from forecasts.batch.job import Order
from forecasts.batch.workshop import Outcome, Workshop
from forecasts.ledger.files import write_whole
from forecasts.ledger.root import provided
from forecasts.publish.elsewhere import RENDERER
from forecasts.publish.rendering import Renderer

#: What notebooks read, below a project's folder.
READ = ("seeds", "notebooks", "reports/templates")


@dataclass(frozen=True)
class Luggage:
    """A project as it travels: what its notebooks read, packed, and how they are run.

    Attributes
    ----------
    digest : str
        Names the content: a worker unpacks the same once.
    """

    packed: bytes
    digest: str
    engine: str
    memory: int | None
    asked: tuple[tuple[str, str, str], ...]


def pack(root: Path) -> bytes:
    """Return what a project's notebooks read as one archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in READ:
            folder = provided(root, name)
            for path in sorted(folder.rglob("*")):
                inside = path.relative_to(folder)
                if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                    archive.write(path, f"{name}/{inside.as_posix()}")
    return held.getvalue()


@dataclass(frozen=True)
class Returned:
    """What comes back of a job: its outcome, and its files by name."""

    outcome: Outcome
    files: Mapping[str, bytes]


class Remote:
    """Runs notebooks on the workers of a cluster, one at a time on each of their threads."""

    def __init__(self, root: Path, cluster: Cluster, luggage: Luggage):
        self.root, self.cluster, self.luggage = root, cluster, luggage

    def run(self, orders: Sequence[Order]) -> Iterator[tuple[int, Outcome]]:
        """Run notebooks; yield each one's place and what became of it, as they end."""
        items = list(enumerate(orders))
        for (place, order), came in self.cluster.map(run_there, items, self.luggage):
            if isinstance(came, Exception):
                yield place, Outcome(f"the cluster could not run it: {type(came).__name__}: {came}")
                continue
            folder = (self.root / order.executed).parent
            for name, content in came.files.items():
                # A name from elsewhere is a name below the job's folder, or nothing.
                if os.path.basename(name) == name and name not in ("", ".", ".."):
                    write_whole(folder / name, content)
            yield place, came.outcome


class _Bench:
    """What one worker process keeps between its jobs: the unpacked project, a mother, a renderer."""

    def __init__(self, luggage: Luggage):
        self.luggage, self.stack = luggage, ExitStack()
        self.root = Path(tempfile.mkdtemp(prefix="forecasts-"))
        self.stack.callback(shutil.rmtree, self.root, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(luggage.packed)) as archive:
            archive.extractall(self.root)

    @cached_property
    def workshop(self) -> Workshop:
        renderer = self.stack.enter_context(Renderer(briefs=False))
        more = {RENDERER: renderer.address}
        shop = Workshop(self.root, 1, self.luggage.engine, self.luggage.memory, self.luggage.asked, more)
        return self.stack.enter_context(shop)


_BENCHES: dict[str, _Bench] = {}
_LOCK = threading.Lock()


def _bench(luggage: Luggage) -> _Bench:
    """Return this process's bench for a project; that of another project makes room."""
    with _LOCK:
        if luggage.digest not in _BENCHES:
            for old in _BENCHES.values():
                old.stack.close()
            _BENCHES.clear()
            bench = _BENCHES[luggage.digest] = _Bench(luggage)
            atexit.register(bench.stack.close)
            _ = bench.workshop
        return _BENCHES[luggage.digest]


def run_there(luggage: Luggage, item: tuple[int, Order]) -> Returned:
    """Run one notebook on a worker; return what it left."""
    place, order = item
    start = time.monotonic()
    bench = _bench(luggage)
    # Paths are those that the notebook would have at home, where these lie in the project.
    executed = Path(order.executed)
    if executed.is_absolute():
        executed = Path("reports/out", str(place), executed.name)
    folder = bench.root / executed.parent
    shutil.rmtree(folder, ignore_errors=True)  # of a try that was lost
    folder.mkdir(parents=True)
    there = replace(
        order,
        notebook=order.notebook if not Path(order.notebook).is_absolute() else _found(bench.root, order),
        executed=executed.as_posix(),
        parameters={**order.parameters, "output": executed.parent.as_posix()},
    )
    try:
        outcome = bench.workshop.one(there)
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        return Returned(replace(outcome, seconds=time.monotonic() - start), files)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _found(root: Path, order: Order) -> str:
    """Return a notebook that came with the package, where the luggage has it."""
    parts = Path(order.notebook).parts
    return Path("notebooks", *parts[len(parts) - parts[::-1].index("notebooks") :]).as_posix()
