"""Scenarios of one goal side by side, on the same draws, so that their differences are known best."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from forecasts.attainment.outlook import Outlook, outlook
from forecasts.attainment.past import Reader
from forecasts.attainment.question import Question
from forecasts.attainment.what_if import ComparedScenario, Comparison
from forecasts.ledger.ledger import Ledger
from forecasts.models.paths import DRAWS, REPLICATES
from forecasts.scenarios.base import Adjustment
from forecasts.scenarios.scenario import Scenario

#: What a question is compared under: a scenario instead of its own, or adjustments beside its own.
Other = Scenario | Adjustment | Sequence[Adjustment]


def compare(
    ledger: Ledger | Reader, question: Question, others: Iterable[Other], seed: int = 1, draws: int = DRAWS
) -> Comparison:
    """Hold scenarios against that of a question, on the same draws.

    Parameters
    ----------
    ledger : Ledger or Reader
        All that was published.
    question : Question
        Its scenario is the first row, from which differences are taken.
    others : iterable
        Scenarios instead of the question's own, or adjustments (one, or several together) beside its own.
    seed, draws : int
        Of the paths.

    Returns
    -------
    Comparison
        A row a scenario.

    Raises
    ------
    BadInput
        For an adjustment that makes no sense for the goal.
    Unanswerable
        As :func:`forecasts.outlook`.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecasts as fc
    >>> rows = pd.DataFrame({"region": ["A"] * 3, "indicator": "firms", "value": [800, 900, 1000],
    ...                      "as_of": ["2020-12-31", "2021-12-31", "2022-12-31"]})
    >>> asked = fc.Question(fc.Goal("firms", "A", 1150, "2023-12-31"), known_on="2023-06-01")
    >>> found = fc.compare(fc.Ledger.from_frames(rows), asked, [fc.Pace(factor=1.2), fc.Delay(months=2)])
    >>> [row.difference > 0 for row in found.rows]
    [False, True, False]
    """
    found = [outlook(ledger, question, seed, draws)]
    for other in others:
        asked = asked_under(question, other)
        # What reads the past alike shares what was fitted to it.
        alike = next((one for one in found if one.reads_alike(asked)), found[0])
        found.append(alike.of(asked))
    return comparison(found)


def asked_under(question: Question, other: Other) -> Question:
    """Return a question under a scenario instead of its own, or under adjustments beside its own."""
    if isinstance(other, Scenario):
        return replace(question, scenario=other)
    changes = (other,) if isinstance(other, Adjustment) else tuple(other)
    asked = question.under(*changes)  # type: ignore[arg-type]
    name = "+".join(change.kind for change in changes)
    named = asked.scenario.model_copy(update={"id": name, "name_zh": name, "name_en": name})
    return replace(asked, scenario=named)


def comparison(found: Sequence[Outlook]) -> Comparison:
    """Write outlooks of one goal down side by side; the first is what the others are held against."""
    first = found[0]
    return Comparison(
        goal=first.question.goal.id,
        known_on=first.question.known_on,
        draws=first.draws,
        seed=first.seed,
        rows=tuple(_row(one, first) for one in found),
    )


def _row(one: Outlook, first: Outlook) -> ComparedScenario:
    apart = one.by_replicate - first.by_replicate
    low, median, high = map(float, one.quantiles((0.1, 0.5, 0.9)))
    goal, scenario = one.question.goal, one.question.scenario
    return ComparedScenario(
        scenario=scenario.id, name_zh=scenario.name_zh, name_en=scenario.name_en,
        probability=one.probability, std_error=one.std_error,
        difference=one.probability - first.probability,
        difference_std_error=float(np.sqrt(apart.var(ddof=1) / REPLICATES)),
        goal=one.goal, deadline=goal.deadline, median=median, low=low, high=high,
        reached_p50=one.day_reached(0.5), reached_p80=one.day_reached(0.8),
    )  # fmt: skip
