"""A large table with one fault in a hundred rows: how long it takes, what it holds, and whether all is told.

The table is invented: five indicators of many regions over twenty years, and a thousand goals. The faults are
of ten kinds, as many of each. It needs no training part.
"""

import argparse
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from time import perf_counter, sleep

import numpy as np
import pandas as pd
from common import print_table
from scale import LOOK, family, peak_of, program

YEARS, INDICATORS, GOALS = 20, 5, 1_000

#: What is wrong in each kind of faulty row: the column, and what stands in it.
FAULTS = (
    ("as_of", "soon"), ("as_of", "2015-02-30"), ("as_of", "1672531200"), ("as_of", ""), ("value", "n/a"),
    ("value", ""), ("value", "true"), ("qualifier", "ovr"), ("region", ""), ("published_on", "1890-01-01"),
)  # fmt: skip


def tables(rows: int, faulty: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return figures, goals, and how many rows of the figures are faulty."""
    draw = np.random.default_rng(seed)
    series = -(-rows // YEARS)
    growth = np.exp(np.cumsum(draw.normal(0.05, 0.03, (series, YEARS)), 1)) * draw.uniform(
        100, 900, (series, 1)
    )
    names = np.array([f"r{i // INDICATORS}" for i in range(series)], object)
    seen = pd.DataFrame(
        {
            "region": np.repeat(names, YEARS)[:rows],
            "indicator": np.repeat([f"i{i % INDICATORS}" for i in range(series)], YEARS)[:rows],
            "as_of": np.tile([f"{2003 + k}-12-31" for k in range(YEARS)], series)[:rows],
            "value": np.char.mod("%.1f", growth.ravel()[:rows]).astype(object),
            "qualifier": np.full(rows, "eq", object),
            "published_on": np.tile([f"{2004 + k}-03-01" for k in range(YEARS)], series)[:rows],
        }
    )
    each = int(rows * faulty) // len(FAULTS)
    where = draw.choice(rows, each * len(FAULTS), replace=False)
    for k, (column, cell) in enumerate(FAULTS):
        seen.loc[where[k * each : (k + 1) * each], column] = cell
    asked = draw.choice(series, min(GOALS, series), replace=False)
    goals = pd.DataFrame(
        {
            "goal": [f"g{i}" for i in asked],
            "region": names[asked],
            "indicator": [f"i{i % INDICATORS}" for i in asked],
            "value": np.round(growth[asked, -1] * 1.2, 1),
            "deadline": "2026-12-31",
        }
    )
    return seen, goals, each * len(FAULTS)


def told_rows(err: str) -> tuple[int, int]:
    """Return how many lines were told, and of how many rows they speak."""
    lines = [line for line in err.splitlines() if "observations." in line]
    more = [re.search(r"([0-9,]+) more", line) for line in lines]
    counted = sum(int(m[1].replace(",", "")) for m in more if m)
    return len(lines), counted + sum(
        m is None and not line.startswith("warning") for m, line in zip(more, lines, strict=True)
    )


def row_of(rows: int, faulty: float, ending: str, seed: int, jobs: int | None) -> list[str]:
    """Measure one table and write its line."""
    seen, goals, faults = tables(rows, faulty, seed)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.{ending}" for name in ("observations", "goals", "out")]
        for table, path in zip((seen, goals), paths[:2], strict=True):
            table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path)
        options = zip(("--observations", "--goals", "--out"), map(str, paths), strict=True)
        command = [*program(), "attain", *(word for option in options for word in option)]
        start, peak, err = perf_counter(), float("nan"), []
        child = Popen(command + (["--jobs", str(jobs)] if jobs else []), stderr=PIPE, text=True)
        assert child.stderr is not None
        reading = Thread(target=lambda: err.append(child.stderr.read()))  # type: ignore[union-attr]
        reading.start()
        while child.poll() is None:
            peak = float(np.fmax(peak, max(map(peak_of, family(child.pid)))))
            sleep(LOOK)
        seconds = perf_counter() - start
        reading.join()
        out = (
            (pd.read_csv(paths[2]) if ending == "csv" else pd.read_parquet(paths[2]))
            if paths[2].exists()
            else None
        )
    lines, told = told_rows(err[0])
    answered = 0 if out is None else int(out.probability.notna().sum())
    return [
        ending, f"{rows:,}", f"{faults:,}", f"{told:,}", str(lines), str(child.returncode), f"{answered:,}",
        f"{seconds:.1f}", f"{peak:,.0f}",
    ]  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="faults.py", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table (default: 1,000,000)")
    parser.add_argument("--faulty", type=float, default=0.01, help="share of faulty rows (default: 0.01)")
    parser.add_argument("--table", choices=("csv", "parquet"), nargs="*", default=["csv"], help="formats")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (default: 0)")
    parser.add_argument("--jobs", type=int, help="processes of forecasts attain (default: its own)")
    said = parser.parse_args(given)
    if said.rows < YEARS or not 0 <= said.faulty < 1:
        parser.error(f"--rows must be at least {YEARS}, --faulty from 0 to below 1")
    rows = [row_of(said.rows, said.faulty, ending, said.seed, said.jobs) for ending in said.table]
    columns = ("table", "rows", "faulty", "told of", "lines", "exit", "answered", "wall s", "peak MB")
    print_table("forecasts attain of a table with faults, start-up and files included", columns, rows)


if __name__ == "__main__":
    main()
