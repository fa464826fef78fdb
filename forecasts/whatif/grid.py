"""The day that the newest figure describes against the season: what both make of a probability at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from forecasts.attainment.assumed import own_days
from forecasts.attainment.grounds import Cell, Grid, Turning
from forecasts.attainment.outlook import Outlook
from forecasts.ledger.problems import Refusal
from forecasts.ledger.records import Observation
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.reading import Clock
from forecasts.whatif.assumptions import EVEN, dated, inferred, span_of, timed
from forecasts.whatif.tried import Tried

#: A quarter's end is asked about where it lies so many days from the days beside it.
APART = dt.timedelta(days=20)

#: Shares of the fourth quarter between what stands and an even year are told in such steps.
STEP = 0.05

#: Less than this is no difference that a reader sees; and less than that breaks no verdict.
SEEN, MOVED = 0.005, 0.05


@dataclass(frozen=True, eq=False)
class Asking:
    """An outlook that is asked under adjustments, each once; what was asked before is known."""

    found: Outlook
    known: dict[tuple[AnyAdjustment, ...], float | None] = field(default_factory=dict)

    @classmethod
    def after(cls, found: Outlook, every: Sequence[Tried]) -> "Asking":
        """Return the asking after assumptions had their turn."""
        asking = cls(found, {(): found.probability})
        for one in every:
            asking.known.update({changes: asked.probability for changes, asked in one.known().items()})
        return asking

    def under(self, *changes: AnyAdjustment) -> float | None:
        """Return the probability under some adjustments; None where there is no answer."""
        if changes not in self.known:
            try:
                self.known[changes] = self.found.under(*changes).probability
            except Refusal:
                self.known[changes] = None
        return self.known[changes]


def newest_rows(found: Outlook) -> tuple[dt.date, list[Observation]] | None:
    """Return the newest figure's day and rows, where that day could be another; else None."""
    if not found.past.own:
        return None
    newest = own_days(found.history)[-1]
    rows = inferred(found).get(newest)
    return None if not rows else (newest, rows)


def days_of(found: Outlook, day: dt.date, rows: list[Observation]) -> list[dt.date]:
    """Return the days that are asked about: the earliest, the one that stands, the latest, quarters' ends."""
    earliest, latest = span_of(found, day, rows)
    days = {earliest, day, latest}
    ends = [dt.date(year, *end) for year in range(earliest.year, latest.year + 1) for end in _QUARTERS]
    for end in ends:
        if earliest < end < latest and all(abs(end - other) >= APART for other in days):
            days.add(end)
    return sorted(days)


_QUARTERS = ((3, 31), (6, 30), (9, 30), (12, 31))


def shares_of(found: Outlook) -> list[float]:
    """Return the shares of the fourth quarter that are asked about; one alone where that is supposed."""
    own = found.history.timescale.q4_share
    if found.question.scenario.find(Clock) is not None:
        return [own]
    other = (1 + own) / 2 if own <= EVEN else EVEN
    between = round(round((own + other) / 2 / STEP) * STEP, 9)
    return sorted({own, other, between})


def grid_of(asking: Asking) -> Grid | None:
    """Return the grid; None where the day or the season is supposed, or nothing moves.

    Parameters
    ----------
    asking : Asking
        The outlook that is asked.
    """
    found = asking.found
    newest, shares = newest_rows(found), shares_of(found)
    if newest is None or len(shares) < 2:
        return None
    day, rows = newest
    days, own = days_of(found, day, rows), found.history.timescale.q4_share
    if len(days) < 2:
        return None
    cells = []
    for other, share in product(days, shares):
        moved = (*dated(found, day, rows, other).changes, *timed(found, own, share).changes)
        cells.append(Cell(as_of=other, q4_share=share, probability=asking.under(*moved)))
    told = [cell.probability for cell in cells if cell.probability is not None]
    if max(told) - min(told) < SEEN:
        return None
    return Grid(
        observations=tuple(row.id for row in rows), days=tuple(days), q4_shares=tuple(shares), as_of=day,
        q4_share=own, cells=tuple(cells), turning=_turning(cells, day, own, found.probability),
    )  # fmt: skip


def _turning(cells: Sequence[Cell], day: dt.date, share: float, stands: float) -> Turning | None:
    """Return the nearest cell beyond one half; without one, the cell that lies farthest on the way there."""

    def turned(chance: float | None) -> bool:
        return chance is not None and (chance < 0.5) != (stands < 0.5)

    chances = {(cell.as_of, cell.q4_share): cell.probability for cell in cells}
    told = {at: chance for at, chance in chances.items() if chance is not None}
    beyond = {at: chance for at, chance in told.items() if turned(chance)}
    way = -1.0 if stands >= 0.5 else 1.0
    if beyond:
        as_of, q4_share = min(beyond, key=lambda at: (abs(beyond[at] - stands), at))
    else:
        as_of, q4_share = max(told, key=lambda at: (way * told[at], at))
    chance, each = told[as_of, q4_share], (chances[as_of, share], chances[day, q4_share])
    if not beyond and way * (chance - stands) < MOVED:
        return None
    half = stands + (chance - stands) / 2
    alone = any(turned(p) if beyond else p is not None and way * (p - half) >= 0 for p in each)
    return Turning(
        as_of=as_of, q4_share=q4_share, probability=chance, turns=bool(beyond), needs_both=not alone
    )
