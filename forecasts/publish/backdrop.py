"""What the parent region counted, brought to the size of the goal's region: a background, and no more."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.attainment.result import Attainment, Growth

#: So many years of the parent region's figures stand behind a fan.
BEHIND: Final = 5


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The parent region's own figures, each times the share that the goal's region had of the newest."""

    region_zh: str
    region_en: str
    share: float
    points: tuple[tuple[dt.date, float], ...]


def backdrop(attainment: Attainment) -> Backdrop | None:
    """Return what the parent region counted, brought to the region's size; None where that is not known."""
    parent, history = attainment.reference.parent, attainment.history
    if not parent or not history:
        return None
    steps = [s for s in attainment.reference.listed if (s.region, s.indicator_zh) in _of(parent)]
    figures = {s.start: s.start_value for s in steps} | {s.end: s.end_value for s in steps}
    own = history[-1]
    before = [day for day in figures if dt.timedelta() <= own.date - day < dt.timedelta(days=184)]
    if not before or len(figures) < 2 or len(history) > 2:
        return None
    share = own.value / figures[max(before)] if figures[max(before)] else 0.0
    if not 0 < share < 1:
        return None
    since = own.date - dt.timedelta(days=366 * BEHIND)
    points = tuple((day, share * value) for day, value in sorted(figures.items()) if day > since)
    return Backdrop(parent[0].region_zh, parent[0].region_en, share, points)


def _of(parent: Sequence[Growth]) -> set[tuple[str, str]]:
    return {(growth.region, growth.indicator_zh) for growth in parent}
