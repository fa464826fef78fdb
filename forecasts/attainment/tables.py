"""DataFrames in, a DataFrame out: the call behind ``forecasts attain`` for whoever is in Python already."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from forecasts.attainment.many import answer_many
from forecasts.attainment.question import day_of_knowledge
from forecasts.ledger.problems import warn_of
from forecasts.ledger.sheets import open_tables
from forecasts.ledger.tables import Table


def attain(
    observations: pd.DataFrame,
    goals: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    reference: pd.DataFrame | None = None,
    known_on: dt.date | str | None = None,
    jobs: int = 1,
    *,
    regions: pd.DataFrame | None = None,
    kinds: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Say how likely every goal of a table is.

    Cells may hold days, periods and numbers as people write them, and headings may be Chinese: what was read
    in another form than the plain one is told, and what names nothing for certain is refused.

    Parameters
    ----------
    observations : DataFrame
        Columns region, indicator, as_of, value (+ published_on, period_start, qualifier, low, high, origin,
        confidence, accepted).
    goals : DataFrame
        Columns goal, region, indicator, value, deadline (+ comparison, tolerance, announced_on, published_on,
        accepted); no goal twice.
    indicators : DataFrame, optional
        Columns indicator, kind (+ upper, family, q4_share, names, units, scopes).
    reference : DataFrame, optional
        More observations, of regions that only teach.
    known_on : date, optional
        The day of knowledge, whatever the goal; by default the goal's own `announced_on`, and where that is
        empty, the newest `published_on` (`as_of` where that is not told) of the observations.
    jobs : int
        Processes.
    regions : DataFrame, optional
        Columns region, parent.
    kinds : mapping, optional
        Kinds by indicator, in place of `indicators`.

    Returns
    -------
    DataFrame
        One row a goal, in order: probability, quantiles of the value at the deadline, days, paces, a note
        where there is no answer. What was wrong with rows stands in ``attrs["problems"]``, as text: such a
        row is left out, the others are answered. What is told of sound rows stands in ``attrs["remarks"]``:
        how they were read, what is doubtful.

    Warns
    -----
    UserWarning
        Once for each of those remarks.

    Raises
    ------
    BadInput
        If a column is missing, with those of all tables.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecasts as fc
    >>> observations = pd.DataFrame({"region": "A", "indicator": "firms", "value": [800, 900, 1000],
    ...                              "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"]})
    >>> goals = pd.DataFrame({"goal": ["g"], "region": "A", "indicator": "firms", "value": 1150,
    ...                       "deadline": "2023-12-31"})
    >>> bool(0 < fc.attain(observations, goals).probability[0] < 1)
    True
    """

    def table(frame: pd.DataFrame | None, place: str) -> Table | None:
        return None if frame is None else Table.of(frame, place)

    given = [table(observations, "observations"), table(reference, "reference")]
    opened = open_tables(
        [t for t in given if t is not None],
        table(goals, "goals"),
        table(indicators, "indicators"),
        table(regions, "regions"),
        kinds,
    )
    warn_of(opened.remarks, 2)
    found = answer_many(opened, None if known_on is None else day_of_knowledge(known_on), jobs)
    found.table.attrs["remarks"] = [str(remark) for remark in found.remarks]
    found.table.attrs["problems"] = [str(problem) for problem in found.problems]
    return found.table
