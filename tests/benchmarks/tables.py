"""Units of the training part as the two tables that ``forecasts attain`` reads."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasts.engine.learn.units import LEVELS, class_of

#: Months between two values.
MONTHS = {"Y": 12, "Q": 3, "M": 1}


def deadline(last: str, h: int, freq: str) -> str:
    """Return the day h steps after `last`: the end of its month."""
    month = np.datetime64(last, "M") + np.timedelta64(h * MONTHS[freq] + 1, "M")
    return str(month.astype("datetime64[D]") - np.timedelta64(1, "D"))


def observations_of(units: pd.DataFrame, regions: Sequence[str], copy: str = "") -> pd.DataFrame:
    """Return every value of every unit's history: region, indicator, as_of, value."""
    sizes = units.history.map(len).to_numpy()
    classes = units.series_id.map(class_of) + copy
    return pd.DataFrame(
        {
            "region": np.repeat(np.array(regions, object), sizes),
            "indicator": np.repeat(classes.to_numpy(object), sizes),
            "as_of": np.concatenate([np.asarray(d, str) for d in units.ds]),
            "value": np.concatenate([np.asarray(x, float) for x in units.history]),
        }
    )


def goals_of(units: pd.DataFrame, goals: np.ndarray, regions: Sequence[str], copy: str = "") -> pd.DataFrame:
    """Return five goals a unit, announced on the day of its last value."""
    last = [str(d[-1]) for d in units.ds]
    ends = [deadline(d, int(h), f) for d, h, f in zip(last, units.h, units.freq, strict=True)]
    each = len(LEVELS)
    region = np.repeat(np.array(regions, object), each)
    return pd.DataFrame(
        {
            "goal": [f"{r}/{m:g}" for r, m in zip(region, LEVELS * len(units), strict=True)],
            "region": region,
            "indicator": np.repeat((units.series_id.map(class_of) + copy).to_numpy(object), each),
            "value": np.asarray(goals, float).ravel(),
            "deadline": np.repeat(ends, each),
            "announced_on": np.repeat(last, each),
        }
    )


def both(units: pd.DataFrame, goals: np.ndarray, copy: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return observations and goals, one region a unit."""
    regions = [f"u{i}{copy}" for i in units.index]
    return observations_of(units, regions, copy), goals_of(units, goals, regions, copy)


def many(units: pd.DataFrame, goals: np.ndarray, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of `count` histories: the units again under new names where they do not suffice."""
    parts = []
    for k, start in enumerate(range(0, count, len(units))):
        some = slice(0, min(len(units), count - start))
        parts.append(both(units.iloc[some], goals[some], f"~{k}" if k else ""))
    return tuple(pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True))
