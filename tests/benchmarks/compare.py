"""The engine and the usual tools on one random sample of the training part.

The shipped numbers were learned from these very series. So the engine stands in two rows: as shipped, and
with numbers learned anew without the series of the sample, which is the figure to compare.
"""

import argparse
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

import methods
import numpy as np
import pandas as pd
from common import (
    LEVELS,
    Floats,
    Forecast,
    Truth,
    arguments,
    by_level,
    chances,
    console,
    one_row_a_unit,
    per_cent,
    print_table,
    read_training,
    score,
    walk,
)  # fmt: skip
from numpy.typing import NDArray
from tables import both, deadline

import forecasts
from forecasts.attainment import groups as road
from forecasts.engine.ask import Ask, forecast
from forecasts.engine.learn import units as benchmark
from forecasts.engine.learn.fit import learn, training_set
from forecasts.engine.learn.scores import skill_error
from forecasts.engine.learned import Learned, learned
from forecasts.engine.series import Series
from forecasts.ledger.timescale import CALENDAR

COLUMNS = (
    "", "skill", "ECE", "80 %", "CRPS", "failed", "s per series: median", "mean", "total s", "first call s",
)  # fmt: skip
QUANTILES = [f"q{level:g}" for level in LEVELS]

SHIPPED, HONEST = "engine, shipped (has seen these)", "engine, learned without these"
AUTO_ETS = "statsforecast AutoETS"

#: Units that the engine is also asked one at a time.
ALONE = 30


@dataclass(frozen=True)
class Sample:
    """The units of a comparison, one row each, and their truth; the base rate comes with the learning."""

    units: pd.DataFrame
    truth: Truth
    days: list[list[str]]

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Observations and goals, as the engine reads them."""
        return both(self.units, self.truth.goals)


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str
    forecast: Forecast | None
    failed: int = 0
    median: float = math.nan
    mean: float = math.nan
    total: float = math.nan
    first: float = math.nan
    note: str = ""


def draw(frame: pd.DataFrame, count: int, seed: int) -> Sample:
    """Draw units in proportion to points and frequency; of one series a second time only if need be."""
    real = one_row_a_unit(frame)
    mixed = real.sample(frac=1.0, random_state=seed)
    mixed = mixed.assign(turn=mixed.groupby("base").cumcount()).sort_values("turn", kind="stable")
    within = mixed.groupby(["n_label", "freq"]).cumcount()
    size = mixed.groupby(["n_label", "freq"]).base.transform("size")
    # Of every stratum the same share: the units whose rank within it is smallest.
    units = mixed.assign(rank=(within + 0.5) / size).nsmallest(count, "rank", keep="first")
    units = units.sort_index().drop(columns=["turn", "rank"])
    goals, hits = by_level(frame, units.unit_id, "target"), by_level(frame, units.unit_id, "outcome")
    histories = tuple(np.asarray(x, float) for x in units.history)
    days = [
        [*map(str, d), deadline(str(d[-1]), int(h), f)]
        for d, h, f in zip(units.ds, units.h, units.freq, strict=True)
    ]
    truth = Truth(histories, units.actual.to_numpy(float), goals, hits, np.full(hits.shape, np.nan))
    return Sample(units, truth, days)


def engine(sample: Sample, numbers: Learned) -> Forecast:
    """Ask the engine for all units at once, with some learned numbers."""
    with patch.object(road, "learned", lambda: numbers):
        told = forecasts.attain(*sample.tables)
    each = len(benchmark.LEVELS)
    chance = told.probability.to_numpy(float).reshape(-1, each)
    return Forecast(chance, told[QUANTILES].to_numpy(float)[::each])


def without_sample(frame: pd.DataFrame, sample: Sample) -> tuple[Forecast, Floats]:
    """Forecast with numbers learned without the sampled series; return that and the base rate by level.

    A sample of more than a fifth of the series is left out in so many parts.
    """
    base = sample.units.base
    share = base.nunique() / one_row_a_unit(frame).base.nunique()
    parts = max(1, math.ceil(share / 0.2))
    distinct = np.random.default_rng(0).permutation(base.unique())
    chance, rate = np.full(sample.truth.hits.shape, np.nan), np.full(sample.truth.hits.shape, np.nan)
    quantiles = np.full((len(base), len(LEVELS)), np.nan)
    for names in np.array_split(distinct, parts):
        here = base.isin(names).to_numpy()
        rest = frame[~frame.series_id.str.split("|").str[0].isin(names)]
        training = training_set(benchmark.units_of(rest), learned().grid)
        came = engine(sample, learn(training, np.arange(len(training.units))))
        chance[here], quantiles[here] = came.chance[here], came.quantiles[here]
        rate[here] = training.units.hits[training.units.real].mean(0)
    return Forecast(chance, quantiles), rate


def filled(forecast: Forecast, truth: Truth, steps: Sequence[int]) -> tuple[Forecast, NDArray[np.bool_]]:
    """Fill what failed as the benchmark does: the base rate, and the random walk's quantiles."""
    failed = ~(np.isfinite(forecast.chance).all(1) & np.isfinite(forecast.quantiles).all(1))
    plain = walk(truth, steps).quantiles
    chance = np.where(failed[:, None], truth.base, forecast.chance)
    return Forecast(chance, np.where(failed[:, None], plain, forecast.quantiles)), failed


def engine_rows(frame: pd.DataFrame, sample: Sample) -> tuple[list[Row], Truth]:
    """Run the engine as shipped, timed, and learned without the sample; return the truth with base rates."""
    steps = [int(h) for h in sample.units.h]
    engine(_head(sample, 1), learned())
    start = perf_counter()
    shipped = engine(sample, learned())
    seconds = perf_counter() - start
    honest, rate = without_sample(frame, sample)
    truth = Truth(sample.truth.histories, sample.truth.actual, sample.truth.goals, sample.truth.hits, rate)
    whole, count = command_seconds(sample), len(steps)
    rows = []
    for name, came in ((SHIPPED, shipped), (HONEST, honest)):
        full, failed = filled(came, truth, steps)
        first = whole if name == SHIPPED else math.nan
        alone = alone_seconds(sample) if name == SHIPPED else math.nan
        spent = seconds if name == SHIPPED else math.nan
        rows.append(Row(name, full, int(failed.sum()), alone, spent / count, spent, first))
    return rows, truth


def _head(sample: Sample, count: int, start: int = 0) -> Sample:
    """Return some neighbouring units of a sample."""
    some = np.arange(start, min(start + count, len(sample.units)))
    return Sample(sample.units.iloc[some], sample.truth.rows(some), sample.days[start : start + count])


def alone_seconds(sample: Sample) -> float:
    """Return the median seconds of one unit asked by itself."""
    spent = []
    for i in range(min(ALONE, len(sample.units))):
        one, start = _head(sample, 1, i), perf_counter()
        engine(one, learned())
        spent.append(perf_counter() - start)
    return float(np.median(spent))


def one_day_seconds(sample: Sample) -> float:
    """Return the seconds in which the engine gives what the others give, and no more.

    That is nine quantiles and five probabilities of one day, of series without a class and without tables,
    all at once in a warm process.
    """
    clocks = [CALENDAR.years_of(np.array(days, "datetime64[D]")) for days in sample.days]
    asks = [
        Ask(Series(clock[:-1], history, str(i)), clock[-1:])
        for i, (clock, history) in enumerate(zip(clocks, sample.truth.histories, strict=True))
    ]
    spent = math.inf
    for _ in range(3):
        start = perf_counter()
        found = forecast(asks, learned())
        futures = found.futures.rows(np.concatenate(found.rows))
        futures.quantiles(LEVELS)
        futures.survival(sample.truth.goals)
        spent = min(spent, perf_counter() - start)
    return spent


def command_seconds(sample: Sample) -> float:
    """Return the seconds of ``forecasts attain`` on the sample, start-up included."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("observations.csv", "goals.csv", "out.csv")]
        for table, path in zip(sample.tables, paths[:2], strict=True):
            table.to_csv(path, index=False)
        options = zip(("--observations", "--goals", "--out"), map(str, paths), strict=True)
        words = [word for option in options for word in option]
        start = perf_counter()
        command = [sys.executable, "-c", "from forecasts.cli import app; app()", "attain", *words]
        ended = subprocess.run([*command, "--jobs", "1"], check=False).returncode
        if ended not in (0, 3):  # 3: some goals have no answer
            raise SystemExit(f"forecasts attain ended with {ended}")
        return perf_counter() - start


def method_row(name: str, sample: Sample, truth: Truth) -> Row:
    """Run one of the usual tools over the sample."""
    method, package = methods.METHODS[name]
    steps = [int(h) for h in sample.units.h]
    came = methods.run(method, truth.histories, sample.days, steps)
    if came.missing:
        return Row(name, None, note=f"not installed: pip install {package}")
    good = ~came.failed
    chance = np.full(truth.goals.shape, np.nan)
    chance[good] = chances(came.quantiles[good], truth.goals[good])
    full, failed = filled(Forecast(chance, came.quantiles), truth, steps)
    spent = came.seconds[good] if good.any() else came.seconds
    note = "; ".join(f"{count} x {reason}" for reason, count in came.reasons.items())
    return Row(
        name, full, int(failed.sum()), float(np.median(spent)), float(np.mean(spent)),
        float(came.seconds.sum()), came.first, note,
    )  # fmt: skip


def cells(row: Row, truth: Truth) -> list[str]:
    """Write a line of the table."""
    if row.forecast is None:
        return [f"{row.name} ({row.note})", *["-"] * (len(COLUMNS) - 1)]
    s = score(row.forecast, truth)
    times = [f"{row.median:.4f}", f"{row.mean:.4f}", f"{row.total:.2f}", f"{row.first:.2f}"]
    error = skill_error(row.forecast.chance, truth.hits, truth.base, np.arange(len(truth.hits)))
    return [
        row.name, f"{s.skill:+.3f} ± {error:.3f}", f"{s.ece:.3f}", per_cent(s.coverage[80]), f"{s.crps:.2f}",
        str(row.failed), *("" if t == "nan" else t for t in times),
    ]  # fmt: skip


def ratio(rows: Sequence[Row], sample: Sample) -> str:
    """Say how many times the engine's seconds AutoETS takes, without and with its season told."""
    by_name = {row.name: row for row in rows}
    own = by_name[SHIPPED]
    count, lines = len(sample.units), list[str]()
    one_day = one_day_seconds(sample) / count
    for name in (AUTO_ETS, f"{AUTO_ETS}, season told"):
        ets = by_name.get(name)
        if ets is None or ets.forecast is None or math.isnan(ets.mean):
            lines.append(f"{name}: did not run.")
            continue
        ways = {
            "one day, all at once, warm, without tables": ets.mean / one_day,
            "all at once, warm": ets.mean / own.mean,
            "all at once, with start-up": ets.mean / (own.first / count),
            "one at a time, warm, medians": ets.median / own.median,
        }
        said = "; ".join(f"{way}: {times:.2f}" for way, times in ways.items())
        lines.append(f"{name}, its seconds per series / the engine's: {said}.")
    return "\n".join(lines)


def main(given: Sequence[str] | None = None) -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="compare.py", description=__doc__)
    parser.add_argument("--units", type=int, default=200, help="units in the sample (default: 200)")
    parser.add_argument(
        "--methods", nargs="*", choices=list(methods.METHODS), default=list(methods.METHODS), metavar="NAME",
        help=f"which of the usual tools (default: all: {', '.join(methods.METHODS)})",
    )  # fmt: skip
    said = arguments(parser, given)
    if said.units < 1:
        parser.error("--units must be at least 1")
    frame = read_training(said.train)
    sample = draw(frame, said.units, said.seed)
    rows, truth = engine_rows(frame, sample)
    rows += [method_row(name, sample, truth) for name in said.methods]
    show(rows, truth, sample)


def show(rows: Sequence[Row], truth: Truth, sample: Sample) -> None:
    """Print the table and what must be said beside it."""
    mix = ", ".join(f"n = {k}: {v}" for k, v in sample.units.n_label.value_counts().items())
    title = f"{len(sample.units)} units of {sample.units.base.nunique()} series ({mix})"
    print_table(title, COLUMNS, [cells(row, truth) for row in rows])
    out = console()
    out.print(
        "The shipped numbers have seen these series, so their row flatters: compare the row below it. "
        "The engine's median is of units asked one at a time, its mean and total are of all asked at once in "
        "a warm process, its first call is the whole command with start-up. Of the others, median and mean "
        "are over what they answered. What failed is filled with the base rate and a random walk."
    )
    out.print(ratio(rows, sample))
    for row in rows:
        if row.note and row.forecast is not None:
            out.print(f"{row.name} failed: {row.note}", markup=False)


if __name__ == "__main__":
    main()
