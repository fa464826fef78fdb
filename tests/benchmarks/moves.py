"""Do paths move from month to month as real monthly series do?

    python tests/benchmarks/moves.py TRAIN.parquet KINDS_LONG.parquet

Of every series that is told by the month, or of totals by the quarter, the last twelve figures are left out,
the engine is fitted to the rest, and the size of the moves (standard deviation of their logarithms around
their mean) on the paths held against that of what came: the median of the ratio over the series, 1 = alike.
Beside the paths of the product: one rank held to the end, and the ranks of a Brownian motion.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.models.paths import Drawn
from forecasts.models.reference import Reference
from forecasts.models.trend import Trend

Floats = NDArray[np.float64]
LEFT = 12


class OneRank(Drawn):
    """Paths of which each keeps its rank."""

    @property
    def spread(self) -> Floats:  # type: ignore[override]
        return np.array([1.0, 1e-9, 0.0])


class Wandering(Drawn):
    """Paths whose ranks are those of a Brownian motion."""

    @property
    def spread(self) -> Floats:  # type: ignore[override]
        return np.array([0.0, 1.0, 0.0])


LAWS = {"product": Drawn, "one rank": OneRank, "Brownian": Wandering}


def stocks(path: Path) -> Iterator[tuple[str, Kind, Floats]]:
    """Yield the monthly series of the benchmark's training part, which carry made-up dates."""
    rows = pd.read_parquet(path).query("freq == 'M' and n_label == 'all'").drop_duplicates("series_id")
    for source, values in zip(rows["source"], rows["history"], strict=True):
        yield source, Kind.STOCK, np.asarray(values, float)


def labelled(path: Path) -> Iterator[tuple[str, Kind, Floats]]:
    """Yield the newest figures of totals by the quarter, and of monthly counts, taken for levels."""
    rows = pd.read_parquet(path).sort_values("as_of")
    named = {
        "GH-issues-total-since-2012": Kind.CUMULATIVE,
        "GH-stars-total-since-2012": Kind.CUMULATIVE,
        "US-nics-checks-monthly": Kind.STOCK,
    }
    for name, kind in named.items():
        for _, one in rows[rows["indicator"] == name].groupby("region"):
            yield name, kind, one["value"].to_numpy(float)[-120:]


def size(values: Floats) -> Floats:
    """Return the size of the moves of paths (n, months)."""
    return np.asarray(np.diff(np.log(values), axis=-1).std(axis=-1), float)


def ratios(kind: Kind, values: Floats) -> dict[str, float]:
    """Return by law the size of a path's moves, in parts of that of what came."""
    step = 3 if kind is Kind.CUMULATIVE else 1
    days = (np.datetime64("1990-01") + step * (1 + np.arange(len(values)))).astype("datetime64[D]") - 1
    past = History("i", "r", kind, days[:-LEFT], *(values[:-LEFT],) * 2, np.zeros(len(values) - LEFT))
    law, ahead = Trend().fit(past, Reference(), 1), past.timescale.years_of(days[-LEFT:])
    real = float(size(values[-LEFT:]))
    made = {name: of(law, past, ahead, float(ahead[-1]), 1024) for name, of in LAWS.items()}
    return {
        name: float(np.median(size(np.stack([paths.at(t) for t in ahead.tolist()], 1)))) / real
        for name, paths in made.items()
    }


def main(train: Path, kinds: Path) -> None:
    """Print the median ratios by source."""
    rows = [
        {"source": source, **ratios(kind, values)}
        for source, kind, values in (*stocks(train), *labelled(kinds))
        if len(values) >= 3 * LEFT and values.min() > 0 and size(values[-LEFT:]) > 0
    ]
    table = pd.DataFrame(rows).groupby("source").median()
    print(table.assign(series=pd.DataFrame(rows).groupby("source").size()).round(2).to_string())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
