"""Why a sound goal has no answer: told once in its note, once among the problems."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.attainment.notes import series_among
from forecasts.ledger.doubts import ANEW
from forecasts.ledger.fields import Kind
from forecasts.ledger.problems import Problem, shortened
from forecasts.ledger.records import Goal
from forecasts.ledger.rows import Rows
from forecasts.ledger.sheets import Opened

Fields = dict[str, NDArray[Any]]

#: Goals without an answer that are told one by one.
MOST = 100


def refuse(
    columns: Fields, problems: list[Problem], opened: Opened, row: int, rule: str, remedy: str, note: str = ""
) -> None:
    """Say of a sound goal why it has no answer; in its note perhaps in fewer words."""
    assert opened.goals is not None
    assert opened.rows is not None
    name, line = shortened(opened.rows.columns["id"].at(row)), int(opened.goals.lines[row])
    columns["note"][row] = note or rule
    problems.append(Problem(opened.goals.place_of(row), rule, name, remedy, line, "goal"))


def unclear(
    opened: Opened, goals: Rows[Goal], columns: Fields, problems: list[Problem], rows: NDArray[np.intp]
) -> list[int]:
    """Refuse goals of series that begin anew every year although they are declared not to."""
    unclear = {
        key
        for table, figures in opened.read["observations"]
        for remark in table.remarks
        if remark.problem.rule == ANEW and remark.rows
        for key, _, _ in series_among(figures, np.array(remark.rows))
        if opened.parts.indicators[key[0]].kind is not Kind.FLOW
    }
    if not unclear:
        return []
    named = zip(map(str, goals.words("indicator")[rows]), map(str, goals.words("region")[rows]), strict=True)
    found = [row for row, key in zip(rows.tolist(), named, strict=True) if key in unclear]
    for row in found:
        refuse(columns, problems, opened, row, ANEW, "declare kind flow, and give period_start")
    return found


def first_of(problems: list[Problem]) -> list[Problem]:
    """Return the first goals without an answer, and how many more there are: each says why in its note."""
    if len(problems) <= MOST:
        return problems
    rule = f"{len(problems) - MOST} more goals have no probability: see their notes"
    return [*problems[:MOST], Problem(problems[0].place, rule, column="goal")]
