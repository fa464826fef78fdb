"""What was learned from real growth series: one small file, made by ``forecasts train``."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.grid import CELLS, FLOW, SIZES

Floats = NDArray[np.float64]


#: Name of the score that is cited: every source predicted by what was learned from the others.
SCORE = "all, sources left out"


@dataclass(frozen=True)
class Learned:
    """The engine's learned numbers.

    Attributes
    ----------
    weights : (C * S,) array
        Prior of the components (a cell with one size of noise); sums to one.
    calibration : (5,) array
        logit P' = c0 + c1 f + (c2 + c3 f + c4 log(n / 6)) logit P, with f the class's share of flow cells.
    discount : float
        Weight of an error relative to that of the next younger one.
    strength : float
        Weight of this prior, counted in series, when a class is learned.
    scores : dict
        What was reached by leave-source-out, for the record.
    """

    weights: Floats
    calibration: Floats
    discount: float = 0.97
    strength: float = 1.0
    scores: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the file's text: one row of weights a cell."""
        rows = self.weights.reshape(len(CELLS), SIZES)
        names = ["flow" if p == FLOW else f"power {p:g}" for p in CELLS.power]
        grid = {
            f"{n} #{i}": [float(f"{x:.3g}") for x in row]
            for i, (n, row) in enumerate(zip(names, rows, strict=True))
        }
        said = {
            "format": 1,
            "discount": self.discount,
            "strength": self.strength,
            "calibration": [round(float(c), 4) for c in self.calibration],
            "scores": self.scores,
        }
        lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in said.items()]
        weights = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in grid.items())
        return "{\n" + ",\n".join(lines) + ',\n"weights": {\n' + weights + "\n}}\n"

    @staticmethod
    def from_json(text: str) -> "Learned":
        """Read the file's text."""
        told = json.loads(text)
        weights = np.array(list(told["weights"].values()), float).ravel()
        return Learned(
            weights / weights.sum(), np.array(told["calibration"]), told["discount"], told["strength"],
            told["scores"],
        )  # fmt: skip


@cache
def learned() -> Learned:
    """Return what the package ships."""
    return Learned.from_json(files("forecasts.engine").joinpath("learned.json").read_text(encoding="utf-8"))
