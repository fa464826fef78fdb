"""Schedulers and workers of Dask on loopback, each a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT

Process = subprocess.Popen[bytes]


@dataclass
class Dask:
    """One scheduler and its workers."""

    folder: Path
    address: str = ""
    scheduler: Process | None = None
    workers: list[Process] = field(default_factory=list)

    def start(self, *words: str, path: str = str(ROOT)) -> Process:
        """Start a process with what is first on its path."""
        name = self.folder / f"{words[0]}{len(self.workers)}.log"
        command = [sys.executable, "-m", f"distributed.cli.{words[0]}", *words[1:], "--no-dashboard"]
        with name.open("wb") as log:
            env = {**os.environ, "PYTHONPATH": path}
            return subprocess.Popen(command, cwd=self.folder, env=env, stdout=log, stderr=log)

    def worker(self, path: str = str(ROOT)) -> Process:
        """Start a worker; that it has joined is for the caller to see."""
        folder = ("--local-directory", str(self.folder / f"worker{len(self.workers)}"))
        one = self.start("dask_worker", self.address, "--nthreads", "1", "--no-nanny", *folder, path=path)
        self.workers.append(one)
        return one


@contextmanager
def dask(folder: Path, workers: int) -> Iterator[Dask]:
    """Start a scheduler and some workers; nothing of them is left afterwards."""
    folder.mkdir(exist_ok=True)
    there = Dask(folder)
    try:
        file = folder / "scheduler.json"
        place = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        there.scheduler = there.start("dask_scheduler", *place)
        there.address = _address(file)
        for _ in range(workers):
            there.worker()
        yield there
    finally:
        for one in (there.scheduler, *there.workers):
            if one is not None:
                one.kill()
                one.wait()


def _address(file: Path) -> str:
    """Return the scheduler's address, once it has said where it is."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.05)
    raise TimeoutError("the scheduler did not start")
