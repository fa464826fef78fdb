"""What became of a question as it was asked, whatever became of its goal's row since.

A forecast stands or falls with the question that it answered: this indicator in this region, this value by
this day. The row in ``seeds/`` may have been edited since, or be gone; then what it says of its outcome is
no answer, but the figure of that day still is one.
"""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from forecasts.attainment.resolved import resolve
from forecasts.evaluation.cases import MET
from forecasts.ledger.fields import Comparison, Outcome
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Goal, asks_of, leeway

#: ``silent``: its day has passed, and no figure of it was published; ``undecided``: the figure, as printed,
#: leaves it open; ``lost``: what is counted is no longer described as it was.
State = Literal["met", "missed", "open", "silent", "undecided", "lost"]

#: What of an indicator must be as it was, or its figures are no answer.
SAME: Final = ("kind", "unit_zh", "unit_en")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked.

    Attributes
    ----------
    goal : str
        Id of the row that asked it then.
    tolerance : float
        How far the value may miss the goal's, written out: zero is none.
    """

    goal: str
    region: str
    indicator: str
    kind: str
    unit_zh: str
    unit_en: str
    scope_zh: str
    scope_en: str
    comparison: str
    value: float
    tolerance: float
    deadline: dt.date

    @property
    def question(self) -> tuple[str, str, str, float, float, dt.date]:
        """What is asked: two goals that ask the same are one question."""
        return self.region, self.indicator, self.comparison, self.value, self.tolerance, self.deadline

    def as_goal(self) -> Goal:
        """Return it as a goal of its own."""
        return Goal(
            self.indicator, self.region, Decimal(repr(self.value)), self.deadline,
            comparison=Comparison(self.comparison), tolerance=Decimal(repr(self.tolerance)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a question.

    Attributes
    ----------
    state : str
    since : date, optional
        The first day on which that could be known, where it is known.
    sure : bool
        Whether it is more than probable.
    changed : tuple of str
        What of the goal's row, or of what its indicator counts, reads otherwise now; ``goal`` where the row
        is gone.
    note : str
        How it is known, or why not.
    """

    state: State
    since: dt.date | None
    sure: bool
    changed: tuple[str, ...]
    note: str

    @property
    def met(self) -> bool | None:
        """Whether the goal was met, where that is known."""
        return {"met": True, "missed": False}.get(self.state)


def became(ledger: Ledger, asked: Asked, known_on: dt.date) -> Became:
    """Say what became of a question, by what was known on a day.

    What the goal's row says of its outcome comes first, if the row still asks the same; then its outcome's
    figure, if that is of the deadline's day; then the ledger's own figures (:func:`resolve`). A deadline that
    has not passed decides nothing: of the goals that are open, only those that are met early would count.
    """
    if lost := _lost(ledger, asked):
        return Became("lost", None, True, lost, f"not resolved: {', '.join(lost)} reads otherwise in seeds/")
    row = ledger.goals.get(asked.goal)
    changed = (*_edited(row, asked), *_other_scope(ledger, asked))
    if asked.deadline > known_on:
        return Became("open", None, True, changed, f"open until {asked.deadline}")
    told = _told(ledger, row, asked, changed) if row is not None else None
    if told is not None and told.since is not None and told.since <= known_on:
        return told
    found = resolve(ledger, asked.as_goal(), known_on)
    if found.state != "open":
        assert found.as_of is not None
        assert found.published_on is not None
        return Became(found.state, max(found.as_of, found.published_on), True, changed, found.note)
    if math.isnan(found.low):
        return Became("silent", None, True, changed, f"silent: no figure of {asked.deadline} is published")
    return Became("undecided", None, True, changed, found.note.replace("open: ", "undecided: ", 1))


def _lost(ledger: Ledger, asked: Asked) -> tuple[str, ...]:
    """Name what must be as it was, and is not."""
    indicator = ledger.indicators.get(asked.indicator)
    gone = [name for name, held in (("indicator", indicator), ("region", ledger.regions.get(asked.region)))
            if held is None]  # fmt: skip
    if gone or indicator is None:
        return tuple(gone)
    return tuple(name for name in SAME if str(getattr(indicator, name)) != getattr(asked, name))


def _edited(row: Goal | None, asked: Asked) -> tuple[str, ...]:
    """Name what a goal's row asks otherwise than it did."""
    if row is None:
        return ("goal",)
    now = {
        "region": row.region, "indicator": row.indicator, "comparison": row.comparison.value,
        "value": float(row.value), "deadline": row.deadline,
        "tolerance": float(leeway(row.value, row.comparison, row.tolerance)),
    }  # fmt: skip
    return tuple(name for name, value in now.items() if value != getattr(asked, name))


def _other_scope(ledger: Ledger, asked: Asked) -> tuple[str, ...]:
    """Name the scope where it is worded otherwise: it may be a slip of the pen, or another quantity."""
    indicator = ledger.indicators[asked.indicator]
    same = (indicator.scope_zh, indicator.scope_en) == (asked.scope_zh, asked.scope_en)
    return () if same else ("scope",)


def _told(ledger: Ledger, row: Goal, asked: Asked, changed: tuple[str, ...]) -> Became | None:
    """Return what a goal's row says of its outcome, where that answers the question."""
    since = _since(ledger, row, asked)
    if row.outcome in MET and not set(changed) - {"scope"}:
        state: State = "met" if MET[row.outcome] else "missed"
        note = f"{state}: goals.csv says {row.outcome.value}"
        return Became(state, since, row.outcome in (Outcome.YES, Outcome.NO), changed, note)
    same_series = not {"region", "indicator"} & set(changed)
    if row.outcome_value is None or row.outcome_as_of != asked.deadline or not same_series:
        return None
    asks = asks_of(asked.value, Comparison(asked.comparison), Decimal(repr(asked.tolerance)))
    met = asks.met(float(row.outcome_value), float(row.outcome_value))
    state = "met" if met else "missed"
    note = f"{state}: goals.csv has {row.outcome_value:f} on {asked.deadline}"
    return Became(state, since, True, changed, note)


def _since(ledger: Ledger, row: Goal, asked: Asked) -> dt.date:
    """Return the first day on which a row's outcome could be known.

    The day on which its figure was published; where no figure prints it, the day that it describes; where
    nobody says which, the deadline. A forecast of a later day is not taken for one.
    """
    of = row.outcome_as_of
    if of is None or row.outcome_value is None:
        return asked.deadline if of is None else of
    series = ledger.series(row.indicator, row.region) if row.indicator in ledger.indicators else ()
    days = [o.published_on for o in series if o.as_of == of and o.value == row.outcome_value]
    return max(of, min(days, default=of))
