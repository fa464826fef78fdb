"""Further pools: goals of labelled indicators, with every region's whole series as their classes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasts.engine.learn.units import COLUMNS, LEVELS, STEP, Classes, Unit, Units, clock, named_rows
from forecasts.engine.learned import FEW
from forecasts.engine.series import Series

#: Columns of the goals, and of the whole series.
GOALS = (*COLUMNS, "kind", "indicator")
SERIES = ("region", "indicator", "kind", "as_of", "value")

#: A kind that never falls.
TOTAL = "cumulative"


def pool_of(goals: pd.DataFrame, series: pd.DataFrame) -> Units:
    """Return the units of a pool: one row a goal in `goals`, one a figure in `series`.

    The family of a unit is its kind: stock, cumulative or flow.
    """
    members: dict[str, list[Series]] = {}
    for (indicator, region), one in series.sort_values("as_of").groupby(["indicator", "region"], sort=False):
        whole = Series(
            clock(list(one.as_of)),
            one.value.to_numpy(float),
            f"{indicator}-{region}",
            never_falls=one.kind.iloc[0] == TOTAL,
        )
        members.setdefault(str(indicator), []).append(whole)
    classes = Classes(members)
    return Units.of(_units(goals, classes))


def _units(goals: pd.DataFrame, classes: Classes) -> Sequence[Unit]:
    values = goals.pivot(index="unit_id", columns="m", values="target")[list(LEVELS)]
    hits = goals.pivot(index="unit_id", columns="m", values="outcome")[list(LEVELS)]
    found = []
    for r in named_rows(goals.drop_duplicates("unit_id")):
        own = Series(
            clock(r.ds), np.asarray(r.history, float), r.series_id.split("|")[0], never_falls=r.kind == TOTAL
        )
        found.append(
            Unit(
                ask=classes.ask(own, int(r.h) * STEP[r.freq], r.indicator),
                goals=values.loc[r.unit_id].to_numpy(float),
                hits=hits.loc[r.unit_id].to_numpy(float),
                actual=float(r.actual),
                group=r.indicator,
                family=r.kind,
                label=str(r.n_label),
                cut=len(own.values) <= FEW,
                pool=True,
            )
        )
    return found
