"""Learn on most of the series and indicators and forecast the rest; then without a whole source."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from common import (
    LABELS,
    Forecast,
    Score,
    Truth,
    arguments,
    per_cent,
    print_table,
    read_training,
    score,
    walk,
)
from common import LEVELS as QUANTILES
from numpy.typing import NDArray

from forecasts.engine.learn.fit import TrainingSet, learn, predict, training_set
from forecasts.engine.learn.pools import pool_of
from forecasts.engine.learn.scores import base_rate, folds_of, own_base_rate, scored
from forecasts.engine.learn.units import STEP, Units, units_of
from forecasts.engine.learned import learned

Names = NDArray[np.object_]

COLUMNS = (
    "", "units", "skill", "±", "own", "ECE", "50 %", "80 %", "95 %", "CRPS",
    "walk: skill", "ECE", "80 %", "CRPS",
)  # fmt: skip
CAPTION = (
    "skill: Brier skill against the base rate a goal level; own: against the row's own, "
    "known only afterwards; "
    "CRPS: scaled, median; walk: with drift"
)


@dataclass(frozen=True)
class LeftOut:
    """Units, each forecast by what was learned without its part, and the random walk with drift."""

    units: Units
    truth: Truth
    engine: Forecast
    walk: Forecast | None

    def scores(self, pick: NDArray[np.bool_]) -> tuple[Score, Score | None]:
        """Return the scores of the engine and of the walk for some units."""
        truth = self.truth.rows(pick)
        engine = Forecast(self.engine.chance[pick], self.engine.quantiles[pick])
        plain = None if self.walk is None else Forecast(self.walk.chance[pick], self.walk.quantiles[pick])
        return score(engine, truth), None if plain is None else score(plain, truth)


def leave_out(training: TrainingSet, part: Names) -> tuple[Forecast, Truth]:
    """Forecast every unit by what was learned from the units of the other parts."""
    units = training.units
    chance, base = np.full(units.hits.shape, np.nan), np.full(units.hits.shape, np.nan)
    quantiles = np.full((len(units), len(QUANTILES)), np.nan)
    for name in np.unique(part.astype(str)):
        kept, asked = np.flatnonzero(part != name), np.flatnonzero(part == name)
        futures = predict(training, asked, learn(training, kept))
        chance[asked], quantiles[asked] = futures.survival(units.goals[asked]), futures.quantiles(QUANTILES)
        base[asked] = base_rate(units, part != name)[asked]
    base[units.pool] = own_base_rate(units)[units.pool]
    histories = tuple(u.ask.own.values for u in units.all)
    return Forecast(chance, quantiles), Truth(histories, units.actual, units.goals, units.hits, base)


def real_ones(units: Units, forecast: Forecast, truth: Truth, steps: Sequence[int]) -> LeftOut:
    """Return the training part's own units among others, with their walk."""
    real = np.flatnonzero(units.real & ~units.pool)
    own = truth.rows(real)
    engine = Forecast(forecast.chance[real], forecast.quantiles[real])
    return LeftOut(Units.of([units.all[i] for i in real]), own, engine, walk(own, steps))


def rows_of(left: LeftOut, by: Names, names: Sequence[str]) -> list[list[str]]:
    """Return a table's rows: every group, then all units."""
    picks = [(name, by == name) for name in names]
    picks.append(("overall", np.ones(len(by), bool)))
    return [_row(name, left, pick) for name, pick in picks if pick.any()]


def _row(name: str, left: LeftOut, pick: NDArray[np.bool_]) -> list[str]:
    engine, plain = left.scores(pick)
    told = scored(left.units, pick, left.engine.chance, left.truth.base)
    # One figure has no steps to scale the CRPS by, and no walk.
    beside = [] if plain is None else [
        f"{engine.crps:.2f}",
        f"{plain.skill:+.3f}", f"{plain.ece:.3f}", per_cent(plain.coverage[80]), f"{plain.crps:.2f}"
    ]  # fmt: skip
    return [
        name, str(engine.units), f"{told['brier_skill']:+.3f}", f"{told['std_error']:.3f}",
        f"{told['against_own_base_rate']:+.3f}", f"{told['calibration_error']:.3f}",
        *(per_cent(c) for c in engine.coverage.values()), *beside,
    ]  # fmt: skip


def other_rows(units: Units, forecast: Forecast, truth: Truth) -> list[list[str]]:
    """Return the rows of made totals, of histories cut to a few figures, and of a pool."""
    whole = LeftOut(units, truth, forecast, None)
    cut = units.cut & ~units.made & ~units.pool & units.crowd
    picks = {"made totals": units.made & ~units.cut}
    for n in (1, 2, 3):
        for whose in ("own", "class"):
            picks[f"{n} figures, {whose} pace"] = cut & (units.n == n) & (units.paced == whose)
    picks["pool"] = units.pool
    for kind in np.unique(units.family[units.pool].astype(str)):
        picks[f"pool: {kind}"] = units.pool & (units.family == kind)
    for label in ("1", "2", "3", "4", "6", "10", "20"):
        picks[f"pool: {label} figures"] = units.pool & (units.label == label)
    return [_row(name, whole, pick) for name, pick in picks.items() if pick.any()]


def steps_of(units: Units, frame: pd.DataFrame) -> list[int]:
    """Return the steps ahead of the training part's own units."""
    freq = frame.drop_duplicates("unit_id").freq
    years = units.years[units.real & ~units.pool]
    return [round(y / STEP[f]) for y, f in zip(years, freq, strict=True)]


def units_with(frame: pd.DataFrame, pool: Sequence[Path] | None, seed: int) -> Units:
    """Return the units of the training part and of a pool, if there is one."""
    own = units_of(frame, seed)
    if not pool:
        return own
    goals, series = map(pd.read_parquet, pool)
    return Units.of([*own.all, *pool_of(goals, series).all])


def main(given: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="folds.py", description=__doc__)
    parser.add_argument(
        "--folds", type=int, default=6, help="parts that series and indicators are split into (6)"
    )
    parser.add_argument("--no-sources", action="store_true", help="do not leave whole sources out as well")
    parser.add_argument(
        "--pool",
        nargs=2,
        type=Path,
        metavar=("GOALS", "SERIES"),
        help="a pool of labelled indicators to learn from, too",
    )
    said = arguments(parser, given)
    if said.folds < 2:
        parser.error("--folds must be at least 2")
    frame = read_training(said.train)
    units = units_with(frame, said.pool, said.seed)
    steps, training = steps_of(units, frame), training_set(units, learned().grid)
    forecast, truth = leave_out(training, folds_of(units, said.folds, said.seed))
    left = real_ones(units, forecast, truth, steps)
    title = f"{said.folds} folds by series, by points of the history"
    print_table(title, COLUMNS, rows_of(left, left.units.label, LABELS), CAPTION)
    title = f"{said.folds} folds by series, by source"
    print_table(title, COLUMNS, rows_of(left, left.units.family, _families(left)), CAPTION)
    title = "totals, few figures, and whole indicators left out"
    print_table(title, COLUMNS[:-5], other_rows(units, forecast, truth), CAPTION)
    if said.no_sources:
        return
    forecast, truth = leave_out(training, units.family)
    left = real_ones(units, forecast, truth, steps)
    title = "whole sources left out, by points of the history"
    print_table(title, COLUMNS, rows_of(left, left.units.label, LABELS), CAPTION)
    title = "whole sources left out, by source"
    print_table(title, COLUMNS, rows_of(left, left.units.family, _families(left)), CAPTION)


def _families(left: LeftOut) -> list[str]:
    return sorted(set(left.units.family.astype(str)))


if __name__ == "__main__":
    main()
