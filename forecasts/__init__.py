"""Published, sparse, official figures become an honest probability that a goal will be met.

Wings, from the ground floor up: :mod:`forecasts.ledger` (what was published),
:mod:`forecasts.models` (what might come), :mod:`forecasts.attainment` (what it means for a goal),
:mod:`forecasts.publish` (what people read) and :mod:`forecasts.batch` (what runs at night).
"""

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

__version__ = version("forecasts")


def attain(
    observations: "pd.DataFrame",
    goals: "pd.DataFrame",
    indicators: "pd.DataFrame | None" = None,
    reference: "pd.DataFrame | None" = None,
    as_of: "dt.date | None" = None,
    jobs: int = 1,
) -> "pd.DataFrame":
    """Say how likely every goal of a table is; the call behind ``forecasts attain``.

    Parameters
    ----------
    observations : DataFrame
        Columns region, indicator, as_of, value (+ qualifier, published_on).
    goals : DataFrame
        Columns goal, region, indicator, value, deadline (+ comparison, announced_on).
    indicators : DataFrame, optional
        Columns indicator, kind.
    reference : DataFrame, optional
        More observations, of regions that only teach.
    as_of : date, optional
        Nothing known later is used.

    Returns
    -------
    DataFrame
        One row a goal, in order: probability, quantiles of the value at the deadline, days, paces, a note
        where there is no answer. What was wrong with rows stands in ``attrs["problems"]``.

    Raises
    ------
    forecasts.ledger.problems.BadInput
        If a column is missing.
    """
    import numpy as np

    from forecasts.attainment.many import attain_tables
    from forecasts.ledger.tables import Table

    def table(frame: "pd.DataFrame | None", place: str) -> Table | None:
        return None if frame is None else Table(frame.reset_index(drop=True), place, first=0)

    seen, asked = table(observations, "observations"), table(goals, "goals")
    assert seen is not None
    assert asked is not None
    day = None if as_of is None else np.datetime64(as_of)
    found = attain_tables(
        seen, asked, table(indicators, "indicators"), table(reference, "reference"), day, jobs
    )
    found.table.attrs["problems"] = [str(problem) for problem in found.problems]
    return found.table
