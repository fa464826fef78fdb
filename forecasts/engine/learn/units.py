"""The growth-goal benchmark as forecast units, and young cumulative totals made from it."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.engine.series import Clean, Series, clean

Floats = NDArray[np.float64]

#: Years between two values, by the benchmark's frequencies.
STEP = {"Y": 1.0, "Q": 0.25, "M": 1 / 12}

#: Goal levels: multiples of the recent pace.
LEVELS = (0.5, 0.8, 1.0, 1.2, 1.5)

#: Columns that the training part must have.
COLUMNS = (
    "unit_id",
    "series_id",
    "source",
    "freq",
    "history",
    "h",
    "n_label",
    "m",
    "g",
    "target",
    "actual",
    "outcome",
)

#: Fast-growing classes, the nearest thing to a young domain.
FAST = tuple(
    f"GAP-{name}"
    for name in ("cell_phones_total", "internet_users", "broadband_subscribers", "personal_computers_total")
)


@dataclass(frozen=True)
class Units:
    """Forecast units; axis 0 is the unit, axis 1 of goals and hits the level.

    Attributes
    ----------
    group : (U,) array of str
        The indicator: series of one group are a class.
    region : (U,) array of str
        The series' name: units of one series do not teach each other.
    family : (U,) array of str
        The source, with all its frequencies.
    made : (U,) array of bool
        Whether the unit is a cumulative total made from another series.
    """

    clean: tuple[Clean, ...]
    history: tuple[Floats, ...]
    years: Floats
    goals: Floats
    hits: Floats
    actual: Floats
    group: NDArray[np.object_]
    region: NDArray[np.object_]
    family: NDArray[np.object_]
    label: NDArray[np.object_]
    made: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.years)


def class_of(series: str) -> str:
    """Return the class that a series' name tells: an indicator of several places, or the series itself."""
    name = series.split("|")[0]
    if name.startswith("GAP"):
        return "-".join(name.split("-")[:2])
    return name.rsplit("-", 1)[0] if name.startswith("OWID") else name


def family_of(source: str) -> str:
    """Return the source without its frequency."""
    found = re.match(r"M1|M3|M4|TOUR|FRED", source)
    return found[0] if found else source


def units_of(frame: pd.DataFrame, seed: int = 0) -> Units:
    """Return the benchmark's units, followed by cumulative totals made from its long yearly series.

    Parameters
    ----------
    frame : DataFrame
        The training part: one row a goal, columns of :data:`COLUMNS`.
    """
    goals = frame.pivot(index="unit_id", columns="m", values="target")[list(LEVELS)]
    hits = frame.pivot(index="unit_id", columns="m", values="outcome")[list(LEVELS)]
    real = frame.drop_duplicates("unit_id").reset_index(drop=True)
    told = zip(goals.loc[real.unit_id].to_numpy(float), hits.loc[real.unit_id].to_numpy(float), strict=True)
    rows = [
        _unit(r, np.asarray(r.history, float), int(r.h), str(r.n_label), float(r.actual), *these, made=False)
        for r, these in zip(_rows(real), told, strict=True)
    ]
    rows += _made_totals(real, seed)
    return Units(
        clean=tuple(r.clean for r in rows),
        history=tuple(r.history for r in rows),
        years=np.array([r.years for r in rows]),
        goals=np.array([r.goals for r in rows]),
        hits=np.array([r.hits for r in rows]),
        actual=np.array([r.actual for r in rows]),
        group=np.array([r.group for r in rows], object),
        region=np.array([r.region for r in rows], object),
        family=np.array([r.family for r in rows], object),
        label=np.array([r.label for r in rows], object),
        made=np.array([r.made for r in rows]),
    )


@dataclass(frozen=True)
class _Unit:
    """One entry of :class:`Units`."""

    clean: Clean
    history: Floats
    years: float
    goals: Floats
    hits: Floats
    actual: float
    group: str
    region: str
    family: str
    label: str
    made: bool


def _rows(frame: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples, whose fields no checker knows."""
    return list(frame.itertuples())


def _unit(
    row: Any, history: Floats, h: int, label: str, actual: float, goals: Floats, hits: Floats, made: bool
) -> _Unit:
    step, mark = STEP[row.freq], "CUM-" if made else ""
    times = np.arange(float(len(history))) * step
    return _Unit(
        clean=clean(Series(times, history)), history=history, years=h * step, goals=goals,
        hits=hits, actual=actual, group=mark + class_of(row.series_id),
        region=mark + row.series_id.split("|")[0], family=family_of(row.source), label=label, made=made,
    )  # fmt: skip


def _made_totals(real: pd.DataFrame, seed: int, each: int = 2) -> list[_Unit]:
    """Make young totals: sums of stretches of yearly histories, begun up to three years before the first."""
    rng, rows = np.random.default_rng(seed), []
    longest = real.assign(base=real.series_id.str.split("|").str[0], n=real.history.map(len))
    longest = longest.sort_values(["n", "unit_id"]).drop_duplicates("base", keep="last")
    for r in _rows(longest):
        flow = np.asarray(r.history, float)
        if len(flow) < 10 or r.freq != "Y":
            continue
        for _ in range(each):
            n, h, early = int(rng.choice([4, 6, 10, 20])), int(rng.integers(1, 7)), int(rng.integers(0, 4))
            if n + h + early > len(flow):
                continue
            start = int(rng.integers(0, len(flow) - n - h - early + 1))
            total = np.cumsum(flow[start:])[early:]
            seen, actual, back = total[:n], float(total[n - 1 + h]), min(3, n - 1)
            pace = (seen[-1] - seen[-1 - back]) / back * h / seen[-1]
            if pace > 0.002:
                goals = seen[-1] * (1 + pace * np.array(LEVELS))
                rows.append(_unit(r, seen, h, str(n), actual, goals, (actual >= goals) * 1.0, made=True))
    return rows


def brier_skill(p: Floats, hits: Floats, base: Floats) -> float:
    """Return one minus the ratio of the Brier scores of a forecast and of the base rate."""
    return float(1 - ((p - hits) ** 2).sum() / ((base - hits) ** 2).sum())


def calibration_error(p: Floats, hits: Floats, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width (Naeini et al., 2015)."""
    p, hits = p.ravel(), hits.ravel()
    k = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [
        abs(p[k == i].mean() - hits[k == i].mean()) * (k == i).mean() for i in range(bins) if (k == i).any()
    ]
    return float(sum(gaps))
