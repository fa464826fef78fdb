"""What was learned from real growth series: one small file, made by ``forecasts train``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.engine.grid import FLOW, SIZES, Cells, Grid

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Name of the score that is cited: every source predicted by what was learned from the others.
SCORE = "all, sources left out"

#: What is learned apart for each: a kind's number is its place. A total that never falls is no mere stock.
KINDS = ("any", "total")

#: A history of so few figures of its own has a calibration of its own, and so has one that borrowed a past.
FEW = 3
FEWS = ("1", "2", "3", "1 borrowed", "2 borrowed")

#: What is learned of the persistence of classes.
LASTING = ("between classes", "between days", "share")


#: No map is flatter than this: a higher goal is never more likely.
LEAST_SLOPE = 0.3

#: The map of few figures flattens what is stated within so much of even odds on the logit scale, .18 to .82.
#: Beyond, it is as steep as any map: goals are often set by what a short history does not show, and few of
#: them are sure; but the value itself does not stray farther for that.
MIDDLE = 1.5


def middle(logits: Floats) -> Floats:
    """Return the part of logits within :data:`MIDDLE`."""
    return np.clip(logits, -MIDDLE, MIDDLE)


def sort_of(own: Ints, borrowed: NDArray[np.bool_]) -> Ints:
    """Return the place among :data:`FEWS` of histories of at most :data:`FEW` figures of their own."""
    return np.where(borrowed, FEW - 1 + np.clip(own, 1, len(FEWS) - FEW), np.clip(own, 1, FEW) - 1)


@dataclass(frozen=True, eq=False)
class Calibration:
    """One increasing map of logit P a row: a line, then a flatter middle, then a shift; its inverse, too.

    Attributes
    ----------
    intercept, slope : (P,) arrays
        Of the line.
    turn : (P,) array
        Slope of the middle, of what the line makes.
    shift : (P,) array
        Added last.
    """

    intercept: Floats
    slope: Floats
    turn: Floats
    shift: Floats

    def rows(self, pick: Ints | slice) -> "Calibration":
        """Return some of the maps."""
        return Calibration(*(getattr(self, f.name)[pick] for f in fields(self)))

    @staticmethod
    def join(parts: Sequence["Calibration"]) -> "Calibration":
        """Put maps one after the other."""
        names = [f.name for f in fields(Calibration)]
        return Calibration(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))

    def shifted(self, by: Floats) -> "Calibration":
        """Return the maps with more of a shift."""
        return replace(self, shift=self.shift + by)

    def stated(self, raw: Floats) -> Floats:
        """Return what is stated for a raw logit P (P, k)."""
        line = self.intercept[:, None] + self.slope[:, None] * raw
        return line - (1 - self.turn[:, None]) * middle(line) + self.shift[:, None]

    def raw(self, stated: Floats) -> Floats:
        """Return the raw logit P (P, k) for which so much is stated."""
        turn, bent = self.turn[:, None], stated - self.shift[:, None]
        edge = turn * MIDDLE
        line = bent + (1 / turn - 1) * np.clip(bent, -edge, edge)
        return (line - self.intercept[:, None]) / self.slope[:, None]


@dataclass(frozen=True, eq=False)
class Learned:
    """The engine's learned numbers; axis 0 of the arrays is the kind.

    Attributes
    ----------
    grid : Grid
        The cells that are used.
    weights : (K, C * S) array
        Prior of the components; a kind's sum to one.
    calibration : (K, 5) array
        logit P' = c0 + c1 f + (c2 + c3 f + c4 log(n / 6)) logit P, with f the class's share of flow cells.
    few : (K, 5, 2) array
        logit P'' = a + b m + (logit P' - m) for histories of so few figures, in the order of :data:`FEWS`,
        with m the part of logit P' within :data:`MIDDLE`.
    persistence : (K, 3) array
        Variance of departures between classes, and between the days of one; the share of it that lasts
        (:mod:`forecasts.engine.persistence`).
    discount : float
        Weight of an error relative to that of the next younger one.
    strength : float
        Weight of this prior, counted in series, when a class is learned.
    scores : dict
        What was reached on series that were left out, for the record.
    """

    grid: Grid
    weights: Floats
    calibration: Floats
    few: Floats
    persistence: Floats
    discount: float = 0.97
    strength: float = 1.0
    scores: dict[str, Any] = field(default_factory=dict)

    def calibrate(self, kind: Ints, flow: Floats, n: Ints, own: Ints) -> Calibration:
        """Return the map of logit P for some histories.

        Parameters
        ----------
        kind, flow, n, own : (U,) arrays
            Kind, share of flow cells, figures, and figures of its own.
        """
        c = self.calibration[kind]
        intercept, slope = c[:, 0] + c[:, 1] * flow, c[:, 2] + c[:, 3] * flow + c[:, 4] * np.log(n / 6)
        shift, turn = np.where(own <= FEW, self.few[kind, sort_of(own, n > own)].T, [[0.0], [1.0]])
        return Calibration(intercept, np.maximum(slope, LEAST_SLOPE), np.maximum(turn, LEAST_SLOPE), shift)

    def without_few(self) -> "Learned":
        """Return the numbers without the maps of few figures."""
        same = np.broadcast_to([0.0, 1.0], self.few.shape)
        return replace(self, few=same)

    def without_calibration(self) -> "Learned":
        """Return the numbers without the map of all probabilities."""
        same = np.broadcast_to([0.0, 0.0, 1.0, 0.0, 0.0], self.calibration.shape)
        return replace(self, calibration=same)

    def to_json(self) -> str:
        """Return the file's text: one row a cell, its settings and its weights for each kind."""
        said = {
            "format": 3,
            "discount": self.discount,
            "strength": self.strength,
            "calibration": {k: _short(row) for k, row in zip(KINDS, self.calibration, strict=True)},
            "few": {
                k: dict(zip(FEWS, _short(rows), strict=True)) for k, rows in zip(KINDS, self.few, strict=True)
            },
            "persistence": {
                k: dict(zip(LASTING, _short(row), strict=True))
                for k, row in zip(KINDS, self.persistence, strict=True)
            },
            "scores": self.scores,
        }
        names = [f.name for f in fields(Cells)]
        settings = np.stack([getattr(self.grid.cells, name) for name in names], 1)
        by_cell = self.weights.reshape(len(KINDS), len(settings), SIZES)
        cells = [
            {
                **{
                    name: "flow" if name == "power" and v == FLOW else v
                    for name, v in zip(names, map(float, row), strict=True)
                },
                **{k: [float(f"{x:.3g}") for x in by_cell[j, i]] for j, k in enumerate(KINDS)},
            }
            for i, row in enumerate(settings)
        ]
        lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in said.items()]
        return "{\n" + ",\n".join(lines) + ',\n"cells": [\n' + ",\n".join(map(json.dumps, cells)) + "\n]}\n"

    @staticmethod
    def from_json(text: str) -> "Learned":
        """Read the file's text."""
        told = json.loads(text)
        rows = [
            [FLOW if c[f.name] == "flow" else float(c[f.name]) for f in fields(Cells)] for c in told["cells"]
        ]
        weights = np.array([np.ravel([c[k] for c in told["cells"]]) for k in KINDS], float)
        return Learned(
            grid=Grid(Cells(*np.array(rows).T)),
            weights=weights / weights.sum(1, keepdims=True),
            calibration=np.array([told["calibration"][k] for k in KINDS], float),
            few=np.array([[told["few"][k][name] for name in FEWS] for k in KINDS], float),
            persistence=np.array([[told["persistence"][k][name] for name in LASTING] for k in KINDS], float),
            discount=told["discount"],
            strength=told["strength"],
            scores=told["scores"],
        )


def _short(numbers: Floats) -> Any:
    return np.round(numbers, 4).tolist()


@cache
def learned() -> Learned:
    """Return what the package ships."""
    return Learned.from_json(files("forecasts.engine").joinpath("learned.json").read_text(encoding="utf-8"))
