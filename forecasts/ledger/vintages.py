"""What was known when: every figure of a series, from which day it counted, and what took its place.

Nothing is ever overwritten: a preliminary figure and its revision are two rows, and which of them counts
depends on the day of knowledge. This module has no rule of its own about that; it asks the histories that
the forecasts are made of (:meth:`forecasts.ledger.figures.Figures.history`) day by day, so that what it shows
is what they use:

- *latest published wins*: of figures of one day that contradict each other, that which was published last;
- *preliminary kept*: until the revision was published the earlier figure counts, today as then;
- *better attested first*: a count wins over a derived figure and that over an expected one, whatever came
  later;
- *conflicts kept*: figures that were published on one day and contradict each other both count, as an
  interval.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from forecasts.ledger.figures import ATTESTED, ORDER
from forecasts.ledger.history import interval_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Observation


class State(StrEnum):
    """How a figure stands on the day of knowledge."""

    STANDS = "stands"  # it counts
    DISPUTED = "disputed"  # it counts, beside another of the same day of publication that contradicts it
    SUPERSEDED = "superseded"  # what was published later contradicts it
    OUTRANKED = "outranked"  # a better attested figure of the same day counts in its place


@dataclass(frozen=True, slots=True)
class Vintage:
    """One figure, and its time.

    Attributes
    ----------
    row : Observation
        What was printed.
    low, high : float
        The interval that the print means, in the indicator's unit.
    known : date
        The day from which it could be known: published, and the day that it describes has come.
    until : date, optional
        The day from which it counted no more; its own day of knowledge where it never did. None = it counts.
    state : State
        How it stands.
    replaces : tuple of str
        Ids of the figures that it took the place of.
    difference : Decimal, optional
        Its value less that of the newest of those, in the indicator's unit.
    """

    row: Observation
    low: float
    high: float
    known: dt.date
    until: dt.date | None
    state: State
    replaces: tuple[str, ...] = ()
    difference: Decimal | None = None


def vintages_of(
    ledger: Ledger, indicator: str, region: str, known_on: dt.date | None = None
) -> tuple[Vintage, ...]:
    """Return the figures of a series that were known on a day, by the day described, then as they came.

    Parameters
    ----------
    indicator, region : str
        Ids.
    known_on : date, optional
        By default all that is held.
    """
    rows = [o for o in ledger.series(indicator, region) if known_on is None or _known(o) <= known_on]
    rows.sort(key=lambda o: (o.as_of, _known(o), o.published_on, o.id))
    days = sorted({_known(o) for o in rows})
    used = {day: frozenset(ledger.history(indicator, region, day).observations) for day in days}
    now = used[days[-1]] if days else frozenset()
    return tuple(_vintage(o, rows, days, used, now) for o in rows)


def _known(row: Observation) -> dt.date:
    """Return the day from which a figure can be known."""
    return max(row.published_on, row.as_of)


def _vintage(
    row: Observation,
    rows: Iterable[Observation],
    days: list[dt.date],
    used: Mapping[dt.date, frozenset[str]],
    now: frozenset[str],
) -> Vintage:
    beside = [o for o in rows if o.id != row.id and _describe_the_same(o, row)]
    counted = [day for day in days if row.id in used[day]]
    replaces: list[Observation] = []
    if counted and (before := [day for day in days if day < counted[0]]):
        gone = used[before[-1]] - used[counted[0]]
        replaces = sorted((o for o in beside if o.id in gone), key=_known)
    low, high = _interval(row)
    return Vintage(
        row, low, high, _known(row), _until(row, days, counted, now), _state(row, beside, now),
        tuple(o.id for o in replaces), row.value - replaces[-1].value if replaces else None,
    )  # fmt: skip


def _until(
    row: Observation, days: list[dt.date], counted: list[dt.date], now: frozenset[str]
) -> dt.date | None:
    """Return the day from which a figure counts no more."""
    if row.id in now:
        return None
    return next(day for day in days if day > counted[-1]) if counted else _known(row)


def _state(row: Observation, beside: list[Observation], now: frozenset[str]) -> State:
    standing = [o for o in beside if o.id in now]
    if row.id in now:
        at_once = [o for o in standing if _known(o) == _known(row)]
        return State.DISPUTED if any(_contradict(o, row) for o in at_once) else State.STANDS
    return State.OUTRANKED if any(_rank(o) < _rank(row) for o in standing) else State.SUPERSEDED


def _describe_the_same(one: Observation, other: Observation) -> bool:
    """Whether two figures describe the same day or period; who does not say when one began may mean it."""
    starts = {one.period_start, other.period_start} - {None}
    return one.as_of == other.as_of and len(starts) < 2


def _interval(row: Observation) -> tuple[float, float]:
    return interval_of(row.value, row.qualifier, row.low, row.high, row.origin)


def _contradict(one: Observation, other: Observation) -> bool:
    (low, high), (least, most) = _interval(one), _interval(other)
    return low > most or least > high


def _rank(row: Observation) -> int:
    return ORDER[row.origin] + ATTESTED[row.confidence]
