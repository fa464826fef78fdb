"""The steps of a reference class: who grew from what to what, and whether that was enough for the goal."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from forecasts.attainment.grounds import ClassStep
from forecasts.attainment.outlook import Outlook
from forecasts.attainment.pace import POINTS, percent, required_pace
from forecasts.ledger.fields import Kind
from forecasts.ledger.history import History
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Source
from forecasts.models.reference import MIN_SPAN_YEARS, growth_steps

#: No more steps than so many are listed, the newest; all of them are counted.
MOST_LISTED = 200


class Step(NamedTuple):
    """One step of one history, on the class's scale: percent or points a year."""

    history: History
    start: dt.date
    start_value: float
    end: dt.date
    end_value: float
    per_year: float


def required_growth(found: Outlook) -> float | None:
    """Return the pace that the goal asks for on the scale of the class's steps; None where it has none.

    A total's pace is told in units; a class has one in percent only.
    """
    whole = found.whole
    if whole.kind is Kind.CUMULATIVE:
        whole = replace(whole, kind=Kind.STOCK)
    pace = required_pace(whole, found.goal, found.question.goal.deadline)
    return None if pace is None else pace.value


def steps_of_class(found: Outlook) -> list[Step]:
    """Return every step of the others' histories."""
    points = found.history.kind in POINTS
    return [step for h in found.past.reference.histories for step in (_points(h) if points else _percent(h))]


def _percent(history: History) -> Iterator[Step]:
    """Yield the growth between figures, as the class's law has it."""
    seen = history.positive()
    for start, end in growth_steps(history):
        rate = float(np.log(seen.value[end] / seen.value[start]) / (seen.years[end] - seen.years[start]))
        yield _step(seen, start, end, percent(rate))


def _points(history: History) -> Iterator[Step]:
    """Yield the changes between figures that are far enough apart."""
    for end in range(1, len(history)):
        years = float(history.years[end] - history.years[end - 1])
        if years >= MIN_SPAN_YEARS:
            yield _step(history, end - 1, end, float(history.value[end] - history.value[end - 1]) / years)


def _step(seen: History, start: int, end: int, per_year: float) -> Step:
    first, last = seen.days[start].item(), seen.days[end].item()
    return Step(seen, first, float(seen.value[start]), last, float(seen.value[end]), per_year)


def beats(found: Outlook, step: Step, required: float) -> bool:
    """Whether a step was enough for the goal: as fast as is required, or as slow."""
    return step.per_year <= required if found.asks.below else step.per_year >= required


def share_that_beats(found: Outlook, steps: list[Step], required: float | None) -> float | None:
    """Return the share of the class's steps that were enough; None without a step or a pace."""
    if required is None or not steps:
        return None
    return float(np.mean([beats(found, step, required) for step in steps]))


def listed(found: Outlook, steps: list[Step], required: float | None) -> tuple[ClassStep, ...]:
    """Write the newest steps down, with the rows that they were read from."""
    newest = sorted(steps, key=lambda s: (s.end, s.start, s.history.name), reverse=True)[:MOST_LISTED]
    histories = {h.name: h for h in found.past.reference.histories}
    rows = {name: _rows(histories[name], found.ledger) for name in {s.history.name for s in newest}}
    return tuple(
        _listed(
            found, step, rows[step.history.name], None if required is None else beats(found, step, required)
        )
        for step in newest
    )


def _rows(history: History, ledger: Ledger) -> dict[dt.date, str]:
    """Return the row behind each day of a history."""
    return {ledger.observations[name].as_of: name for name in history.observations}


def _listed(found: Outlook, step: Step, rows: dict[dt.date, str], enough: bool | None) -> ClassStep:
    ledger = found.ledger
    region, indicator = ledger.regions[step.history.region], ledger.indicators[step.history.indicator]
    ends = tuple(rows[day] for day in (step.start, step.end) if day in rows)
    named = ledger.observations[rows[step.end]].source if step.end in rows else ""
    source = ledger.sources.get(named) or Source(id=named or "-")
    return ClassStep(
        region=region.id, region_zh=region.name_zh, region_en=region.name_en,
        indicator=indicator.id, indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        start=step.start, start_value=step.start_value, end=step.end, end_value=step.end_value,
        per_year=step.per_year, beats=enough, observations=ends,
        source=source.id, source_title=source.title, source_url=source.url,
    )  # fmt: skip
