"""The training part becomes the engine's file."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from forecasts import engine
from forecasts.cli.outs import check_file, is_learned
from forecasts.engine.learn.fit import learn, scores_left_out, training_set
from forecasts.engine.learn.units import COLUMNS, units_of
from forecasts.ledger.files import write_whole
from forecasts.ledger.tables import check_columns, read_table


def learn_file(units: Path, out: Path | None = None) -> tuple[Path, dict[str, dict[str, float]]]:
    """Learn from a training part and write the file whole; return its path and the scores.

    Raises
    ------
    BadInput
        If the file cannot be read or lacks a column, or `out` must not be written.
    """
    path = out or Path(engine.__file__).with_name("learned.json")
    check_file(path, "a file of the engine's numbers", is_learned, [units])
    table = read_table(units)
    check_columns(table, COLUMNS)
    training = training_set(units_of(table.frame))
    scores = scores_left_out(training)
    learned = replace(learn(training, np.arange(len(training.units))), scores=scores)
    write_whole(path, learned.to_json())
    return path, scores
