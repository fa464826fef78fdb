"""One input is tried: laid into a folder, given to the command in this process, and looked at afterwards."""

import os
import re
import resource
import shutil
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import typer
from typer.testing import CliRunner

from forecasts.cli import app
from tests.fuzz.breaking import FOLDER, LOOP, MISSING, Content, Input

RUNNER = CliRunner()

#: Seconds of this process, and bytes, that no input may take.
SECONDS, MEMORY = 2.0, 1 << 30

#: Marks that a line on standard error may have.
LINE = 1000


@dataclass(frozen=True)
class Tried:
    """How a command ended.

    Attributes
    ----------
    faults : tuple of str
        What must never come.
    """

    code: int
    out: str
    err: str
    table: bytes | None
    seconds: float
    faults: tuple[str, ...]


def lay(files: dict[str, Content], folder: Path) -> None:
    """Lay an input's files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if data == FOLDER:
            path.mkdir()
        elif data == LOOP:
            path.symlink_to(path.name)
        elif data != MISSING:
            assert isinstance(data, bytes)
            path.write_bytes(data)


def held(folder: Path) -> dict[str, bytes | str]:
    """Return everything in a folder."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = path.read_bytes() if path.is_file() else FOLDER
    return found


def command(given: Input, folder: Path, out: Path) -> list[str]:
    """Return the words of the command."""
    more = [word for name, value in given.options.items() for word in (f"--{name}", value)]
    if given.verb == "attain":
        named = {Path(name).stem: str(folder / name) for name in given.files}
        tables = [word for name, path in named.items() for word in (f"--{name}", path)]
        return ["attain", *tables, "--out", str(out), "--jobs", "1", *more]
    if given.verb == "seeds":
        return ["attain", "--out", str(out), *more]
    if given.verb == "check":
        return ["check", "--seeds", str(folder / "seeds"), *more]
    return ["run", str(folder / "reports" / "plans" / "brief.yaml"), "--out", str(out.parent / "runs"), *more]


def no_run(*_: Any, **__: Any) -> None:
    """Stand in for the run of a plan that was read: what is tried here is the reading."""
    raise typer.Exit(0)


def attempt(given: Input, folder: Path) -> Tried:
    """Try an input in a folder of its own, which is emptied first."""
    import forecasts.batch.night as running

    running.run_plan = no_run  # type: ignore[assignment]
    shutil.rmtree(folder, ignore_errors=True)
    inputs, outputs = folder / "in", folder / "out"
    inputs.mkdir(parents=True)
    outputs.mkdir()
    lay(given.files, inputs)
    before = held(inputs)
    os.chdir(inputs)
    start, began = time.process_time(), time.perf_counter()
    ended = RUNNER.invoke(app, command(given, inputs, outputs / "answers.csv"))
    seconds = min(time.process_time() - start, time.perf_counter() - began)
    faults = [*faults_of(ended, given), *faults_left(ended.exit_code, outputs)]
    if seconds > SECONDS:
        faults.append(f"took {seconds:.1f} s")
    peak = most_held()
    if peak > MEMORY:
        faults.append(f"held {peak / 2**20:.0f} MB")
    if held(inputs) != before:
        faults.append("an input was changed")
    table = outputs / "answers.csv"
    data = table.read_bytes() if table.is_file() else None
    return Tried(ended.exit_code, ended.stdout, ended.stderr, data, seconds, tuple(faults))


def most_held() -> int:
    """Return the most bytes that this process has held at once."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says on Linux begins with what the process that started this one had held.
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def faults_of(ended: Any, given: Input) -> list[str]:
    """Return what must not come of a command itself."""
    faults: list[str] = []
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        last = traceback.extract_tb(ended.exception.__traceback__)[-1]
        own = [f for f in traceback.extract_tb(ended.exception.__traceback__) if "/forecasts/" in f.filename]
        where = own[-1] if own else last
        place = f"{Path(where.filename).name}:{where.lineno}"
        faults.append(f"{type(ended.exception).__name__} at {place}: {str(ended.exception)[:120]}")
    elif ended.exit_code not in (0, 1, 2, 3):
        faults.append(f"ended with {ended.exit_code}")
    told = ended.stderr.split("\n")
    if "Traceback" in ended.stderr:
        faults.append("a traceback on standard error")
    if max(map(len, told)) > LINE:
        faults.append(f"a message of {max(map(len, told))} marks")
    if ended.exit_code == 0 and not all(line.startswith("warning: ") for line in told if line):
        faults.append(f"a message that is no warning, and all is well: {told[0][:100]}")
    if ended.exit_code in (1, 2, 3) and not ended.stderr.strip() and not faults:
        faults.append(f"ended with {ended.exit_code} and says nothing")
    return faults


def faults_left(code: int, folder: Path) -> list[str]:
    """Return what must not lie in the folder of answers: anything but a whole table, where there is one."""
    found = sorted(p.name for p in folder.iterdir())
    if found not in ([], ["answers.csv"]):
        return [f"left behind: {found}"]
    if not found:
        return []
    if code not in (0, 3):
        return [f"ended with {code}, but wrote"]
    table = pd.read_csv(folder / "answers.csv")
    quantiles = table[[c for c in table if c.startswith("q0")]].to_numpy(float)
    faults = []
    if not table["probability"].dropna().between(0, 1).all():
        faults.append("a probability outside 0 and 1")
    if (np.diff(quantiles, axis=1) < 0).any():
        faults.append("quantiles that cross")
    return faults
