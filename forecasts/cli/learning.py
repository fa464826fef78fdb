"""The training part, and further pools, become the engine's file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from forecasts import engine
from forecasts.cli.outs import check_file, is_learned
from forecasts.engine.learn.fit import learn, training_set
from forecasts.engine.learn.pools import GOALS, SERIES, pool_of
from forecasts.engine.learn.prune import pruned
from forecasts.engine.learn.scores import scores
from forecasts.engine.learn.units import COLUMNS, Units, units_of
from forecasts.ledger.files import write_whole
from forecasts.ledger.tables import check_columns, read_table


def learn_file(
    units: Path,
    pool: tuple[Path, Path] | None = None,
    out: Path | None = None,
    told: Callable[[str], object] = print,
) -> tuple[Path, dict[str, dict[str, float]]]:
    """Learn and write the file whole; return its path and the scores.

    Parameters
    ----------
    units : path
        The training part.
    pool : two paths, optional
        Goals of labelled indicators, and the whole series of their regions.
    told : callable
        Told of every step: it takes minutes.

    Raises
    ------
    BadInput
        If a file cannot be read or lacks a column, or `out` must not be written.
    """
    path = out or Path(engine.__file__).with_name("learned.json")
    check_file(path, "a file of the engine's numbers", is_learned, [units, *(pool or ())])
    table = read_table(units)
    check_columns(table, COLUMNS)
    everything = list(units_of(table.frame).all)
    if pool:
        goals, series = (read_table(path) for path in pool)
        check_columns(goals, GOALS)
        check_columns(series, SERIES)
        everything += pool_of(goals.frame, series.frame).all
    whole = Units.of(everything)
    grid = pruned(whole)
    told(f"{len(whole)} units; {len(grid)} components are kept")
    training = training_set(whole, grid)
    reached = scores(training)
    told("scored; learning from everything")
    learned = replace(learn(training, np.arange(len(whole))), scores=reached)
    write_whole(path, learned.to_json())
    return path, reached
