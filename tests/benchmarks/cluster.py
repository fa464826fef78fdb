"""`forecasts attain` of many series: on this machine, and on a cluster of worker processes on loopback.

The scheduler and the workers are processes of this machine, so that the workers have no more processors than
`forecasts attain` alone: what is told is what the way costs, and what more machines would share.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import pandas as pd
from common import arguments, by_level, one_row_a_unit, print_table, read_training
from processes import processor_of
from scale import ANSWERED, SOME_UNANSWERED, measure, program
from tables import many

from tests.batch.clusters import Dask, dask


@dataclass(frozen=True)
class Way:
    """One way to answer: its name, and what `forecasts attain` is told for it."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Came:
    """Wall seconds, seconds of the processors (this machine's, workers included), and the file of answers."""

    wall: float
    cpu: float
    answers: Path


def written(observations: pd.DataFrame, goals: pd.DataFrame, folder: Path) -> list[str]:
    """Write the two tables; return the words that name them."""
    words = []
    for name, table in (("observations", observations), ("goals", goals)):
        path = folder / f"{name}.parquet"
        table.to_parquet(path)
        words += [f"--{name}", str(path)]
    return words


def answered(way: Way, tables: Sequence[str], folder: Path, there: Dask | None) -> Came:
    """Answer once."""
    out = folder / f"{way.name}.parquet"
    out.unlink(missing_ok=True)
    pids = [one.pid for one in (*there.workers, there.scheduler) if one is not None] if there else []
    before, start = processor_of(pids), perf_counter()
    came = measure([*program(), "attain", *tables, "--out", str(out), *way.words])
    wall = perf_counter() - start
    if came.code not in (ANSWERED, SOME_UNANSWERED):
        raise SystemExit(f"forecasts attain {' '.join(way.words)} ended with {came.code}")
    return Came(wall, processor_of(pids) - before, out)


def compared(observations: pd.DataFrame, goals: pd.DataFrame, workers: int, repeats: int) -> list[list[str]]:
    """Answer the same tables in every way, in turn, and write a line of each.

    What a way answers is held against what the first one did.
    """
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        tables = written(observations, goals, folder)
        with dask(folder / "dask", workers) as there:
            ways = (
                Way("one process", ("--jobs", "1")),
                Way("this machine, as it is", ()),
                Way(f"cluster, {workers} workers", ("--executor", there.address)),
            )
            answered(ways[-1], tables, folder, there)  # the workers learn what every later table finds there
            found: dict[Way, list[Came]] = {way: [] for way in ways}
            for _ in range(repeats):
                for way, came in found.items():
                    came.append(answered(way, tables, folder, there))
        return [row_of(way, came, found[ways[0]]) for way, came in found.items()]


def row_of(way: Way, came: Sequence[Came], first: Sequence[Came]) -> list[str]:
    """Write the line of one way."""
    usual = median(one.wall for one in came)
    equal = pd.read_parquet(came[-1].answers).equals(pd.read_parquet(first[-1].answers))
    return [
        way.name, f"{usual:.1f}", f"{median(one.cpu for one in came):.1f}",
        f"{median(one.wall for one in first) / usual:.2f}", "yes" if equal else "no",
        " ".join(f"{one.wall:.1f}" for one in came),
    ]  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="cluster.py", description=__doc__)
    parser.add_argument("--series", type=int, default=20_000, help="five goals each (default: 20,000)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--repeats", type=int, default=3, help="times that each way is gone (default: 3)")
    said = arguments(parser, given)
    if min(said.series, said.workers, said.repeats) < 1:
        parser.error("--series, --workers and --repeats must be at least 1")
    frame = read_training(said.train)
    units = one_row_a_unit(frame).sample(frac=1.0, random_state=said.seed)
    observations, goals = many(units, by_level(frame, units.unit_id, "target"), said.series)
    columns = ("forecasts attain", "wall s", "processors s", "times as quick", "answers equal", "each")
    title = f"{said.series:,} series, {len(goals):,} goals, start-up and files included"
    print_table(title, columns, compared(observations, goals, said.workers, said.repeats))


if __name__ == "__main__":
    main()
