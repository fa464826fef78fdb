"""What the benchmark scripts share: the training part, forecasts as quantiles and chances, their scores."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.stats import norm

from forecasts.attainment.outlook import LEVELS as LEVEL_LIST
from forecasts.engine.learn import units as benchmark
from forecasts.engine.learn.scores import brier_skill, calibration_error
from forecasts.ledger.problems import BadInput
from forecasts.ledger.tables import check_columns, read_table

Floats = NDArray[np.float64]

#: Levels of the quantiles that the engine's table holds; everybody is scored on these.
LEVELS = np.array(LEVEL_LIST)
NORMAL = norm.ppf(LEVELS)

#: The training part's columns that the scripts need beside the package's own.
COLUMNS = (*benchmark.COLUMNS, "ds")

LABELS = ("4", "6", "10", "20", "all")

#: Central intervals whose coverage is told: percent, and the levels of their ends.
INTERVALS = ((50, 0.25, 0.75), (80, 0.1, 0.9), (95, 0.025, 0.975))


@dataclass(frozen=True)
class Forecast:
    """Chances of the five goals (U, 5) and quantiles of the value (U, 9), one row a unit."""

    chance: Floats
    quantiles: Floats


@dataclass(frozen=True)
class Truth:
    """What is known of the same units: histories, outcomes and the base rate of each goal level."""

    histories: tuple[Floats, ...]
    actual: Floats
    goals: Floats
    hits: Floats
    base: Floats

    def rows(self, pick: NDArray[np.intp] | NDArray[np.bool_]) -> "Truth":
        """Return some of the units."""
        where = np.arange(len(self.actual))[pick]
        return Truth(
            tuple(self.histories[i] for i in where),
            *(a[where] for a in (self.actual, self.goals, self.hits, self.base)),
        )


@dataclass(frozen=True)
class Score:
    """How good a forecast was; coverage by percent of the interval."""

    units: int
    skill: float
    ece: float
    coverage: dict[int, float]
    crps: float


def arguments(parser: argparse.ArgumentParser, given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; every script begins with the training part."""
    parser.add_argument("train", type=Path, metavar="TRAIN.parquet", help="the benchmark's training part")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (default: 0)")
    return parser.parse_args(given)


def read_training(path: Path) -> pd.DataFrame:
    """Read the training part; end with 2 and a clear message if that cannot be."""
    try:
        table = read_table(path)
        check_columns(table, COLUMNS)
    except BadInput as bad:
        for problem in bad.problems:
            print(problem, file=sys.stderr)
        raise SystemExit(2) from None
    return table.frame


def base_of(series: pd.Series) -> pd.Series:
    """Return the series' names without the mark of the origin."""
    return series.str.split("|").str[0]


def one_row_a_unit(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a unit, in the file's order, with the name of its series in `base`."""
    real = frame.drop_duplicates("unit_id").reset_index(drop=True)
    return real.assign(base=base_of(real.series_id))


def by_level(frame: pd.DataFrame, units: pd.Series, column: str) -> Floats:
    """Return a column of the goals as (units, levels)."""
    wide = frame.pivot(index="unit_id", columns="m", values=column)[list(benchmark.LEVELS)]
    return wide.loc[units].to_numpy(float)


def walk_quantiles(history: Floats, h: int) -> Floats:
    """Return the quantiles of a random walk with drift, h steps ahead."""
    n, steps = len(history), np.diff(history)
    drift = (history[-1] - history[0]) / (n - 1)
    sd = np.std(steps - drift, ddof=1) if n > 2 else abs(drift)
    return np.asarray(history[-1] + h * drift + NORMAL * sd * np.sqrt(h * (1 + h / (n - 1))), float)


def chances(quantiles: Floats, goals: Floats) -> Floats:
    """Return P(value >= goal): the normal score is straight between the quantiles and beyond them."""
    return np.array([_chances(q, g) for q, g in zip(quantiles, goals, strict=True)]).reshape(goals.shape)


def _chances(q: Floats, goals: Floats) -> Floats:
    q = q + np.arange(len(q)) * 1e-12 * max(float(np.abs(q).max()), 1e-300)
    z = np.interp(goals, q, NORMAL)
    z += np.minimum(goals - q[0], 0) * (NORMAL[1] - NORMAL[0]) / (q[1] - q[0])
    z += np.maximum(goals - q[-1], 0) * (NORMAL[-1] - NORMAL[-2]) / (q[-1] - q[-2])
    return np.asarray(norm.sf(z), float)


def walk(truth: Truth, steps: Sequence[int]) -> Forecast:
    """Return the random walk with drift of many units."""
    q = np.array([walk_quantiles(x, int(h)) for x, h in zip(truth.histories, steps, strict=True)])
    return Forecast(chances(q, truth.goals), q)


def scaled_crps(forecast: Forecast, truth: Truth) -> Floats:
    """Return the CRPS from quantiles, over the mean absolute first difference of the history."""
    steps = np.array([float(np.abs(np.diff(x)).sum()) / max(len(x) - 1, 1) for x in truth.histories])
    size = np.array([abs(float(x[-1])) * 1e-3 for x in truth.histories])
    y, q = truth.actual[:, None], forecast.quantiles
    loss = np.where(y >= q, (y - q) * LEVELS, (q - y) * (1 - LEVELS))
    whole = np.concatenate([loss[:, :1], loss, loss[:, -1:]], 1)
    return 2 * np.trapezoid(whole, np.r_[0, LEVELS, 1], axis=1) / np.where(steps > 0, steps, size)


def coverage(forecast: Forecast, truth: Truth, low: float, high: float) -> float:
    """Return the share of outcomes between two quantiles."""
    a, b = (forecast.quantiles[:, int(np.flatnonzero(np.isclose(LEVELS, p))[0])] for p in (low, high))
    return float(np.mean((a <= truth.actual) & (truth.actual <= b)))


def score(forecast: Forecast, truth: Truth) -> Score:
    """Score a forecast."""
    return Score(
        units=len(truth.actual),
        skill=brier_skill(forecast.chance, truth.hits, truth.base),
        ece=calibration_error(forecast.chance, truth.hits),
        coverage={percent: coverage(forecast, truth, a, b) for percent, a, b in INTERVALS},
        crps=float(np.median(scaled_crps(forecast, truth))),
    )


def console() -> Console:
    """Return where tables are printed: a file or a pipe gets them whole."""
    wide = Console()
    return wide if wide.is_terminal else Console(width=160)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> None:
    """Print a table, numbers to the right."""
    table = Table(title=title, caption=caption or None, title_justify="left", caption_justify="left")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i else "left")
    for row in rows:
        table.add_row(*row)
    console().print(table)


def per_cent(share: float) -> str:
    """Write a share."""
    return f"{100 * share:.0f} %"
