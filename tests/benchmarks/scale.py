"""How long thousands of goals take through the command line, and one goal in a warm process."""

import argparse
import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import numpy as np
import pandas as pd
from common import Floats, arguments, by_level, one_row_a_unit, print_table, read_training
from tables import many

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader, read_past
from forecasts.attainment.question import Question
from forecasts.attainment.verdict import verdict
from forecasts.ledger.problems import Unanswerable
from forecasts.models.members import MODELS
from forecasts.scenarios.seeds import Seeds, read_seeds

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

SIZES = (1_000, 6_000, 10_000, 100_000)

#: ``forecasts attain`` ends with 3 where some goals have no answer.
ANSWERED, SOME_UNANSWERED = 0, 3

#: Calls of one goal, after a first one.
CALLS = 20

#: Seconds between two looks at the memory.
LOOK = 0.05


@dataclass(frozen=True)
class Measured:
    """A finished command: wall seconds, peak of its largest process in MB (NaN: not told here), exit code."""

    seconds: float
    peak: float
    code: int


def measure(command: Sequence[str]) -> Measured:
    """Run a command and look at the memory of its processes while it runs."""
    start, peak = perf_counter(), float("nan")
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while child.poll() is None:
        peak = float(np.fmax(peak, max(map(peak_of, family(child.pid)))))
        sleep(LOOK)
    return Measured(perf_counter() - start, peak, child.returncode)


def family(pid: int) -> list[int]:
    """Return a process and all that came from it, where the system tells."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [p for child in task.read_text().split() for p in family(int(child))]
        except OSError:  # it has ended meanwhile
            continue
    return found


def peak_of(pid: int) -> float:
    """Return the most memory that a process ever held, in MB; NaN where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), float("nan"))


def attain_files(
    observations: pd.DataFrame, goals: pd.DataFrame, ending: str, jobs: int | None
) -> tuple[Measured, int]:
    """Run ``forecasts attain`` on two tables; return what it took and how many goals have an answer."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.{ending}" for name in ("observations", "goals", "out")]
        for table, path in zip((observations, goals), paths[:2], strict=True):
            table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path)
        options = zip(("--observations", "--goals", "--out"), map(str, paths), strict=True)
        command = [*program(), "attain", *(word for option in options for word in option)]
        came = measure(command + (["--jobs", str(jobs)] if jobs else []))
        if came.code not in (ANSWERED, SOME_UNANSWERED):
            raise SystemExit(f"forecasts attain ended with {came.code}")
        told = pd.read_csv(paths[2]) if ending == "csv" else pd.read_parquet(paths[2])
    return came, int(told.probability.notna().sum())


def program() -> list[str]:
    """Return the command ``forecasts`` of this Python."""
    script = Path(sys.executable).with_name("forecasts")
    return (
        [str(script)] if script.exists() else [sys.executable, "-c", "from forecasts.cli import app; app()"]
    )


def size_row(units: pd.DataFrame, goals: Floats, count: int, ending: str, jobs: int | None) -> list[str]:
    """Measure one size and write its line."""
    observations, asked = many(units, goals, count)
    came, answered = attain_files(observations, asked, ending, jobs)
    return [
        f"{count:,}", f"{len(observations):,}", f"{len(asked):,}", f"{answered:,}", f"{came.seconds:.1f}",
        f"{came.seconds / count * 1000:.2f}", f"{came.peak:,.0f}",
    ]  # fmt: skip


def timed(call: Callable[[], object], calls: int) -> tuple[float, float]:
    """Return the seconds of a first call, and the median of some more."""
    spent = []
    for _ in range(calls + 1):
        start = perf_counter()
        call()
        spent.append(perf_counter() - start)
    return spent[0], median(spent[1:] or spent)


def richest(seeds: Seeds) -> Question:
    """Return the question about the goal with the longest own history, on the newest day before its end."""
    reader, found = Reader(seeds.ledger), []
    for goal in seeds.ledger.goals.values():
        try:
            newest = seeds.ledger.newest_publication((goal.id,))
            question = Question(goal, min(newest, goal.deadline - dt.timedelta(days=1)))
            past = read_past(reader, question)
        except Unanswerable:
            continue
        if past.own:
            found.append((len(past.history), goal.id, question))
    return max(found, key=lambda one: one[:2])[2]


def one_goal_rows(calls: int, with_prophet: bool) -> list[list[str]]:
    """Measure one goal of seeds/ in this process; the ledger has been read, everything else is done anew."""
    ledger = read_seeds(SEEDS).ledger
    question = richest(read_seeds(SEEDS))
    n = str(outlook(ledger, question).n)

    def row(what: str, ask: Callable[[Outlook], object]) -> list[str]:
        first, usual = timed(lambda: ask(outlook(ledger, question)), calls)
        return [what, question.goal.id, n, f"{first:.2f}", f"{1000 * usual:.1f}"]

    plain = tuple(m for m in MODELS if not m.name.startswith("prophet"))
    rows = [row("its probability", lambda found: found.probability)]
    rows.append(row("all members but Prophet", lambda found: [found.fitted.of(m) for m in plain]))
    if with_prophet:
        rows.append(row("all that a brief says", verdict))
    return rows


def main(given: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="scale.py", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=list(SIZES), metavar="N",
        help=f"numbers of histories, five goals each (default: {' '.join(map(str, SIZES))})",
    )  # fmt: skip
    parser.add_argument("--table", choices=("csv", "parquet"), default="csv", help="format (default: csv)")
    parser.add_argument("--jobs", type=int, help="processes of forecasts attain (default: its own)")
    parser.add_argument("--calls", type=int, default=CALLS, help=f"calls of one goal ({CALLS})")
    parser.add_argument("--no-prophet", action="store_true", help="leave the call with Prophet out")
    said = arguments(parser, given)
    if min([said.calls, *said.sizes]) < 1:
        parser.error("--sizes and --calls must be at least 1")
    frame = read_training(said.train)
    units = one_row_a_unit(frame).sample(frac=1.0, random_state=said.seed)
    goals = by_level(frame, units.unit_id, "target")
    rows = [size_row(units, goals, count, said.table, said.jobs) for count in said.sizes]
    columns = ("histories", "figures", "goals", "answered", "wall s", "s per 1,000 histories", "peak MB")
    print_table("forecasts attain, start-up and files included", columns, rows)
    columns = ("asked for", "goal", "points", "first call s", "median ms")
    title = f"one goal of seeds/ in a warm process, median of {said.calls} calls"
    print_table(title, columns, one_goal_rows(said.calls, not said.no_prophet))


if __name__ == "__main__":
    main()
