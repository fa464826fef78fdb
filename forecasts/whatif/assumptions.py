"""What an answer rests on: every assumption that could be another, and the settings at which it is tried.

A setting is asked when somebody wants to know; what it leaves alone is as the question's scenario has it.
What the scenario itself supposes (a date, a clock, the growth models) is supposed, and not tried otherwise.
"""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from forecasts.attainment.assumed import own_days, rows_by_day
from forecasts.attainment.outlook import Outlook
from forecasts.ledger.fields import Basis, Kind, Origin
from forecasts.ledger.history import History
from forecasts.ledger.records import Observation
from forecasts.models.reference import ReferenceClass
from forecasts.scenarios.asking import ByModels
from forecasts.scenarios.paces import growth_of
from forecasts.scenarios.reading import Clock, Observe, Redate
from forecasts.whatif.laws import laws
from forecasts.whatif.settings import Assumption, Setting, as_it_stands, of_past, two_ends

#: The clock on which every quarter brings the same.
EVEN = 0.25

#: Of the reference class so much is left out at each end: the fastest, the slowest.
TRIMMED = 1 / 5


def assumptions_of(found: Outlook) -> Iterator[Assumption]:
    """Yield what an answer rests on and could be another."""
    yield from _dates(found)
    yield from _clock(found)
    yield from laws(found)
    yield from _reference(found)
    yield from _models(found)
    yield from _newest_figure(found)
    yield from _presumed_start(found)


def _dates(found: Outlook) -> Iterator[Assumption]:
    """Yield the days that no source states: of each, the earliest and the latest that is plausible."""
    for day, rows in inferred(found).items():
        earliest, latest = span_of(found, day, rows)
        if earliest < latest:
            low, stands, high = (dated(found, day, rows, other) for other in (earliest, day, latest))
            yield two_ends(f"date.{day}", "date", _figures_named(found, day, rows), low, stands, high)


def dated(found: Outlook, day: dt.date, rows: list[Observation], other: dt.date) -> Setting:
    """Return the setting that the figures of a day describe another."""
    if other == day:
        return as_it_stands(found, str(day), str(day))
    changes = [Redate(observation=row.id, as_of=other) for row in rows]
    return Setting.under(found, str(other), str(other), *changes, at=other)


def newest_date(found: Outlook) -> str:
    """Return the id that the assumption about the newest figure's day has, if there is one."""
    return f"date.{own_days(found.history)[-1]}"


def inferred(found: Outlook) -> dict[dt.date, list[Observation]]:
    """Return the goal's own rows by the day they are read as describing, where none of them states it.

    A sum is read on the days that all its parts describe, so what describes one day is dated together.
    """
    supposed = {a.observation for a in found.question.scenario.adjustments if isinstance(a, Redate)}
    published = found.reader.ledger.observations

    def free(row: Observation) -> bool:
        return row.as_of_basis is Basis.INFERRED and row.id in published and row.id not in supposed

    return {day: rows for day, rows in rows_by_day(found).items() if all(map(free, rows))}


def _told_by(found: Outlook, rows: list[Observation]) -> dt.date | None:
    """Return the day by which figures were told: the announcement's, if one source says them and the goal.

    A report may be published months after it was given; what it counts had been counted when it was given.
    """
    goal = found.question.announced or found.question.goal
    same = goal.announced_on is not None and all(row.source and row.source == goal.source for row in rows)
    return goal.announced_on if same else None


def span_of(found: Outlook, day: dt.date, rows: list[Observation]) -> tuple[dt.date, dt.date]:
    """Return the earliest and the latest plausible day of an outlook's own figures."""
    return plausible(found.history, day, rows, _told_by(found, rows))


def plausible(
    history: History, day: dt.date, rows: list[Observation], told_by: dt.date | None = None
) -> tuple[dt.date, dt.date]:
    """Return the earliest and the latest day that figures without a stated day may describe.

    A figure is that of the year's end before, of the day of its publication (at the latest a year's end
    later), or of a day between; what is counted within a year stays in it, and begins at the quarter's end
    before. No figure passes the one before or after it, nor the day by which it was told, if that is known.
    """
    days = own_days(history)
    before = max((d for d in days if d < day), default=dt.date.min)
    after = min((d for d in days if d > day), default=dt.date.max)
    year_end = dt.date(day.year, 12, 31)
    first = year_end if day == year_end else dt.date(day.year - 1, 12, 31)
    last = dt.date(day.year + 1, 12, 31) if day == year_end else year_end
    if history.kind is Kind.FLOW:
        quarters = [dt.date(day.year, month, d) for month, d in ((3, 31), (6, 30), (9, 30))]
        first, last = max((q for q in quarters if q < day), default=day), year_end
    begun = [row.period_start for row in rows if row.period_start is not None]
    told = [row.published_on for row in rows] + ([told_by] if told_by is not None else [])
    latest = min(last, after - dt.timedelta(days=1), *told)
    return max(first, before + dt.timedelta(days=1), *begun), max(latest, day)


def _figures_named(found: Outlook, day: dt.date, rows: list[Observation]) -> tuple[str, str]:
    """Return what the day of some figures is called."""
    if all(row.origin is Origin.KNOWN_START for row in rows):
        return "累计从哪一天起算", "The day from which it is counted"
    if len(rows) > 1:
        return f"{day}各数所指的日期", f"The day that the figures of {day} describe"
    unit = found.ledger.indicators[rows[0].indicator].unit_zh
    return f"“{rows[0].value:,}{unit}”所指的日期", f"The day that {rows[0].value:,} describes"


def _clock(found: Outlook) -> Iterator[Assumption]:
    """Yield the share of a year's growth that falls in its fourth quarter: even, and halfway to all."""
    if found.question.scenario.find(Clock) is not None:
        return
    own = found.history.timescale.q4_share
    low, stands, high = (timed(found, own, share) for share in (min(own, EVEN), own, (1 + own) / 2))
    words = ("全年增长中四季度的占比", "Share of a year's growth in its fourth quarter")
    yield two_ends("clock.q4_share", "clock", words, low, stands, high)


def timed(found: Outlook, own: float, share: float) -> Setting:
    """Return the setting that the fourth quarter has another share of a year's growth."""
    even = ("（各季均匀）", " (even)") if share == EVEN else ("", "")
    zh, en = f"{100 * share:.4g}%{even[0]}", f"{100 * share:.4g} %{even[1]}"
    if share == own:
        return as_it_stands(found, zh, en)
    return Setting.under(found, zh, en, Clock(q4_share=share), at=share)


def _reference(found: Outlook) -> Iterator[Assumption]:
    """Yield whom the reference class is made of: without its fastest fifth, and without its slowest.

    Leaving out one member at a time would cost a fit a member, and tell less the larger the class is; what is
    in doubt is whether quicker or slower regions are like this one.
    """
    reference = found.past.reference
    paces = sorted((growth_of(history), history.name) for history in reference.histories)
    names = [name for pace, name in paces if np.isfinite(pace)]
    if not names:
        return
    count, of = math.ceil(TRIMMED * len(names)), len(names)
    stands = as_it_stands(found, f"{of}个", f"all {of}")
    low = _without(
        found, names[-count:], f"去掉最快的{count}个（共{of}个）", f"without the fastest {count} of {of}"
    )
    high = _without(
        found, names[:count], f"去掉最慢的{count}个（共{of}个）", f"without the slowest {count} of {of}"
    )
    if of == 1:
        low, high = _without(found, names, "去掉唯一的成员", "without its only member"), stands
    words = ("参照组由谁组成", "Whom the reference class is made of")
    yield two_ends("reference", "reference", words, low, stands, high)


def _without(found: Outlook, names: list[str], zh: str, en: str) -> Setting:
    """Return the setting that some members had never been published."""
    reference = found.past.reference
    left = tuple(h for h in reference.everyone.histories if h.name not in names)
    fewer = replace(reference, everyone=ReferenceClass(left, reference.relation))
    return Setting(zh, en, lambda: of_past(found, replace(found.past, reference=fewer)), at=tuple(names))


def _models(found: Outlook) -> Iterator[Assumption]:
    """Yield the growth model: that of the lowest probability, and that of the highest."""
    if found.question.scenario.find(ByModels) is not None:
        return
    chances = {m.name: m.probability for m in found.members if m.probability is not None}
    if len(chances) < 2:
        return

    def alone(name: str) -> Setting:
        change = ByModels(weights={name: 1.0})
        # Nothing is fitted anew: a model's own answer is only asked for.
        return Setting(name, name, lambda: found.asked(found.question.under(change)), at=(name,))

    low, high = (alone(end(chances, key=chances.__getitem__)) for end in (min, max))
    stands = as_it_stands(found, found.model, found.model)
    words = ("由哪个增长模型作答", "Which growth model answers")
    yield two_ends("models", "models", words, low, stands, high)


def _newest_figure(found: Outlook) -> Iterator[Assumption]:
    """Yield how exactly the newest figure is known: at its low bound, at its high one."""
    if not found.past.own:
        return
    unit = found.ledger.indicators[found.history.indicator].unit_zh
    parts = list(_parts(found))
    supposed = {a.observation for a in found.question.scenario.adjustments if isinstance(a, Observe)}
    names = {row.id for part in parts for row in part.rows}
    low, high = sum(part.low for part in parts), sum(part.high for part in parts)
    if not low < high or names & supposed or not names <= set(found.reader.ledger.observations):
        return

    def at(value: float, end: Literal["low", "high"]) -> Setting:
        changes = [Observe(observation=row.id, value=getattr(p, end)) for p in parts for row in p.rows]
        return Setting.under(found, f"{_said(value)}{unit}", _said(value), *changes, at=value)

    middle = _said((low + high) / 2)
    words = (f"最新数“{middle}{unit}”的实际值", f"What the newest figure, {middle}, may be")
    stands = as_it_stands(found, f"{middle}{unit}", middle)
    yield two_ends("digits", "digits", words, at(low, "low"), stands, at(high, "high"))


class _Part(NamedTuple):
    """The rows that a figure is read from, and its bounds."""

    rows: list[Observation]
    low: float
    high: float


def _parts(found: Outlook) -> Iterator[_Part]:
    """Yield what the newest figure is the sum of."""
    asked, day = found.question.asked, own_days(found.history)[-1]
    for indicator in asked.measured_by:
        rows = [
            row
            for row in found.ledger.series(indicator, asked.goal.region)
            if row.as_of == day and row.published_on <= asked.known_on
        ]
        history = found.ledger.history(indicator, asked.goal.region, asked.known_on, found.history.timescale)
        yield _Part(rows, *_bounds(history, day))


def _bounds(history: History, day: dt.date) -> tuple[float, float]:
    """Return the bounds of the figure of a day, which may lie within a year."""
    if day in history.dates:
        at = history.dates.index(day)
        return float(history.low[at]), float(history.high[at])
    assert history.counts is not None
    at = history.counts.day.tolist().index(day)
    least, middle = float(history.counts.least[at]), float(history.counts.value[at])
    return least, max(2 * middle - least, least)


def _presumed_start(found: Outlook) -> Iterator[Assumption]:
    """Yield the start that is presumed where nothing was published: at both ends of what it may be."""
    if found.past.own:
        return
    history, unit = found.history, found.ledger.indicators[found.history.indicator].unit_zh

    def at(value: float) -> Setting:
        known = replace(history, low=np.array([value]), high=np.array([value]))
        past = replace(found.past, history=known)
        return Setting(f"{_said(value)}{unit}", _said(value), lambda: of_past(found, past), at=value)

    middle = _said(float(history.value[-1]))
    stands = as_it_stands(found, f"{middle}{unit}", middle)
    words = ("推定的起点", "The start, which is presumed")
    yield two_ends("start", "start", words, at(float(history.low[-1])), stands, at(float(history.high[-1])))


def _said(value: float) -> str:
    """Return a figure as it is printed; one that was computed, with no more digits than tell it apart."""
    return f"{value:,.10g}" if abs(value) < 1e6 else f"{value:,.0f}"
