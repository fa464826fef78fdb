"""Learn on four fifths of the series and forecast the fifth; then learn without a whole source."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

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
from forecasts.engine.learn.units import STEP, Units, units_of

Names = NDArray[np.object_]

COLUMNS = ("", "units", "skill", "ECE", "50 %", "80 %", "95 %", "CRPS", "walk: skill", "ECE", "80 %", "CRPS")
CAPTION = "skill: Brier skill against the base rate a goal level; CRPS: scaled, median; walk: with drift"


@dataclass(frozen=True)
class LeftOut:
    """Real units, each forecast by what was learned without its part, and the random walk with drift."""

    truth: Truth
    engine: Forecast
    walk: Forecast
    label: Names
    family: Names

    def scores(self, pick: NDArray[np.bool_]) -> tuple[Score, Score]:
        """Return the scores of the engine and of the walk for some units."""
        truth = self.truth.rows(pick)
        both = (Forecast(f.chance[pick], f.quantiles[pick]) for f in (self.engine, self.walk))
        engine, plain = (score(f, truth) for f in both)
        return engine, plain


def series_folds(units: Units, folds: int, seed: int) -> Names:
    """Return each unit's fold: a series and the totals made from it stay together."""
    names = np.array([str(r).removeprefix("CUM-") for r in units.region])
    distinct, which = np.unique(names, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(distinct))
    return np.array([f"fold {k}" for k in order[which] % folds], object)


def leave_out(training: TrainingSet, part: Names, steps: Sequence[int]) -> LeftOut:
    """Forecast every real unit by what was learned from the units of the other parts."""
    units, real = training.units, np.flatnonzero(~training.units.made)
    chance, base = np.full(units.hits.shape, np.nan), np.full(units.hits.shape, np.nan)
    quantiles = np.full((len(units), len(QUANTILES)), np.nan)
    for name in np.unique(part.astype(str)):
        kept, asked = np.flatnonzero(part != name), np.flatnonzero((part == name) & ~units.made)
        futures, _ = predict(training, asked, learn(training, kept))
        chance[asked] = futures.survival(units.goals[asked])
        quantiles[asked] = futures.quantiles(QUANTILES)
        base[asked] = units.hits[kept[~units.made[kept]]].mean(0)
    truth = Truth(units.history, units.actual, units.goals, units.hits, base).rows(real)
    engine = Forecast(chance[real], quantiles[real])
    return LeftOut(truth, engine, walk(truth, steps), units.label[real], units.family[real])


def rows_of(left: LeftOut, by: Names, names: Sequence[str]) -> list[list[str]]:
    """Return a table's rows: every group, then all units."""
    picks = [(name, by == name) for name in names]
    picks.append(("overall", np.ones(len(by), bool)))
    return [_row(name, *left.scores(pick)) for name, pick in picks if pick.any()]


def _row(name: str, engine: Score, plain: Score) -> list[str]:
    return [
        name, str(engine.units), f"{engine.skill:+.3f}", f"{engine.ece:.3f}",
        *(per_cent(c) for c in engine.coverage.values()), f"{engine.crps:.2f}",
        f"{plain.skill:+.3f}", f"{plain.ece:.3f}", per_cent(plain.coverage[80]), f"{plain.crps:.2f}",
    ]  # fmt: skip


def steps_of(units: Units, frame: pd.DataFrame) -> list[int]:
    """Return the steps ahead of the real units."""
    freq = frame.drop_duplicates("unit_id").freq
    return [round(y / STEP[f]) for y, f in zip(units.years[~units.made], freq, strict=True)]


def main(given: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="folds.py", description=__doc__)
    parser.add_argument("--folds", type=int, default=5, help="parts that the series are split into (5)")
    parser.add_argument("--no-sources", action="store_true", help="do not leave whole sources out as well")
    said = arguments(parser, given)
    if said.folds < 2:
        parser.error("--folds must be at least 2")
    frame = read_training(said.train)
    training = training_set(units_of(frame, said.seed))
    steps = steps_of(training.units, frame)
    left = leave_out(training, series_folds(training.units, said.folds, said.seed), steps)
    title = f"{said.folds} folds by series, by points of the history"
    print_table(title, COLUMNS, rows_of(left, left.label, LABELS), CAPTION)
    if said.no_sources:
        return
    left = leave_out(training, training.units.family, steps)
    title = "whole sources left out, by points of the history"
    print_table(title, COLUMNS, rows_of(left, left.label, LABELS), CAPTION)
    families = sorted(set(left.family.astype(str)))
    print_table("whole sources left out, by source", COLUMNS, rows_of(left, left.family, families), CAPTION)


if __name__ == "__main__":
    main()
