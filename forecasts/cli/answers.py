"""Answers as tables: of files that somebody brings, or of seeds/."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from forecasts.attainment.explain import Explanation, explain
from forecasts.attainment.many import COLUMNS, attain_tables
from forecasts.attainment.outlook import answer
from forecasts.attainment.result import Attainment
from forecasts.ledger.problems import BadInput, Problem, nearest
from forecasts.ledger.tables import Table, read_table, write_table
from forecasts.scenarios.choice import resolve, scenarios_of
from forecasts.scenarios.seeds import Seeds

ENDINGS = (".csv", ".parquet", ".json")


def check_ending(path: Path) -> None:
    """Refuse a file whose ending names no format."""
    if path.suffix not in ENDINGS:
        raise BadInput([Problem("--out", "must end in .csv, .parquet or .json", str(path), "rename it")])


def answer_files(
    observations: Path, goals: Path, out: Path, indicators: Path | None, reference: Path | None,
    as_of: dt.date | None, jobs: int, progress: Callable[[int, int], None],
) -> tuple[Problem, ...]:  # fmt: skip
    """Answer the goals of a table and write the answers; return what was wrong with rows.

    Raises
    ------
    BadInput
        If a file or a column is missing: nothing is written.
    """
    check_ending(out)
    read: list[Table | None] = []
    problems: list[Problem] = []
    for path in (observations, goals, indicators, reference):
        try:
            read.append(read_table(path) if path else None)
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    seen, asked, kinds, peers = read
    assert seen is not None
    assert asked is not None
    day = None if as_of is None else np.datetime64(as_of)
    came = attain_tables(seen, asked, kinds, peers, day, jobs, progress)
    write_table(came.table, out)
    return came.problems


def answer_seeds(
    seeds: Seeds, goal: str | None, scenario: str | None, as_of: dt.date | None
) -> list[Attainment]:
    """Answer the headline goals of seeds/, or one goal, under every scenario that is for it, or one."""
    return [answer(seeds.ledger, seeds.scenarios, *asked) for asked in _asked(seeds, goal, scenario, as_of)]


def explain_seeds(
    seeds: Seeds, goal: str | None, scenario: str | None, as_of: dt.date | None
) -> list[Explanation]:
    """Explain what :func:`answer_seeds` answers."""
    return [explain(seeds.ledger, seeds.scenarios, *asked) for asked in _asked(seeds, goal, scenario, as_of)]


def _asked(
    seeds: Seeds, goal: str | None, scenario: str | None, as_of: dt.date | None
) -> list[tuple[str, str, dt.date]]:
    ledger = seeds.ledger
    if goal is not None and goal not in ledger.goals:
        raise BadInput([Problem("--goal", "there is no such goal", goal, nearest(goal, ledger.goals))])
    goals = (goal,) if goal is not None else ledger.headline_goals()
    day = as_of or ledger.newest_publication(goals)
    return [
        (name, asked, day)
        for name in goals
        for asked in ((resolve(scenario, name, seeds),) if scenario else scenarios_of(name, seeds))
    ]


def table_of(results: list[Attainment]) -> pd.DataFrame:
    """Lay results out as the table of many goals, with the scenario as one more column."""
    rows = []
    for r in results:
        rows.append(
            {
                "goal": r.goal.id, "scenario": r.scenario.id, "probability": r.probability,
                "std_error": r.std_error, **r.quantiles,
                "reached_p50": str(r.reached_p50 or ""), "reached_p80": str(r.reached_p80 or ""),
                "required_pace": r.required_pace.value if r.required_pace else np.nan,
                "observed_pace": r.observed_pace.value if r.observed_pace else np.nan, "n": r.n,
                "model": "+".join(m.name for m in r.members if m.weight > 0), "note": r.basis,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["goal", "scenario", *COLUMNS[1:]])
