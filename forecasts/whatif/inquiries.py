"""What to ask whom: questions that somebody could answer, and what each answer makes of a probability."""

from collections.abc import Iterator, Sequence

import numpy as np

from forecasts.attainment.grounds import Answer, Grid, Inquiry, Needed, Readings
from forecasts.attainment.outlook import Outlook
from forecasts.ledger.records import Source
from forecasts.scenarios.growth import Scope
from forecasts.scenarios.reading import Measure
from forecasts.whatif.assumptions import dated, timed
from forecasts.whatif.grid import SEEN, Asking, days_of, newest_rows, shares_of
from forecasts.whatif.needed import moved, value_now


def inquiries_of(
    asking: Asking, grid: Grid | None, readings: Readings | None, needed: Sequence[Needed]
) -> tuple[Inquiry, ...]:
    """Return the questions whose answers move a probability, those that move it most first."""
    found = asking.found
    asked = [*_seasonal(asking, grid), *_scope(found, readings), *_value(found, needed)]
    return tuple(sorted((one for one in asked if one.swing >= SEEN), key=lambda one: -one.swing))


def _seasonal(asking: Asking, grid: Grid | None) -> Iterator[Inquiry]:
    """Yield the questions about the day and the season: one question where they matter only together."""
    found = asking.found
    day, clock = _date(asking), _clock(asking)
    if grid is not None:
        cells = [c for c in grid.cells if c.probability is not None]
        answers = [
            Answer(
                day=c.as_of, q4_share=c.q4_share, probability=c.probability,
                stands=(c.as_of, c.q4_share) == (grid.as_of, grid.q4_share),
            )
            for c in cells if c.probability is not None
        ]  # fmt: skip
        both = _inquiry("date_and_clock", found, answers, observations=grid.observations)
        alone = max((one.swing for one in (day, clock) if one is not None), default=0.0)
        if grid.turning is not None and grid.turning.needs_both and both.swing > alone + SEEN:
            yield both
            return
    yield from (one for one in (day, clock) if one is not None)


def _date(asking: Asking) -> Inquiry | None:
    newest = newest_rows(asking.found)
    if newest is None:
        return None
    day, rows = newest
    answers = [
        Answer(day=other, stands=other == day, probability=p)
        for other in days_of(asking.found, day, rows)
        if (p := asking.under(*dated(asking.found, day, rows, other).changes)) is not None
    ]
    return _inquiry("date", asking.found, answers, observations=tuple(row.id for row in rows))


def _clock(asking: Asking) -> Inquiry | None:
    found, shares = asking.found, shares_of(asking.found)
    if len(shares) < 2:
        return None
    own = found.history.timescale.q4_share
    answers = [
        Answer(q4_share=share, stands=share == own, probability=p)
        for share in shares
        if (p := asking.under(*timed(found, own, share).changes)) is not None
    ]
    return _inquiry("clock", found, answers)


def _scope(found: Outlook, readings: Readings | None) -> Iterator[Inquiry]:
    """Yield what the goal counts, where there are readings of it."""
    rows = [row for row in readings.rows if row.role != "alternative"] if readings is not None else []
    if len(rows) > 1:
        mine = found.question.scenario.id
        answers = [
            Answer(scenario=r.scenario, stands=r.scenario == mine, probability=r.probability) for r in rows
        ]
        yield _inquiry("scope", found, answers)


def _value(found: Outlook, needed: Sequence[Needed]) -> Iterator[Inquiry]:
    """Yield how much there was, where nobody published a figure of what the goal means."""
    scenario = found.question.scenario
    if found.past.own and scenario.find(Measure) is None and scenario.find(Scope) is None:
        return
    sought = [(n.value, n.probability) for n in needed if n.value is not None and n.probability is not None]
    if not sought:
        return
    whole, chance = moved(found)
    now = value_now(found)
    between = float(np.mean([now, sought[0][0]]))
    known = [(now, whole.probability), (between, chance(between))]
    values = sorted({*((v, p) for v, p in known if p is not None), *sought})
    supposed = scenario.find(Scope) is None
    answers = [Answer(number=v, stands=v == now and supposed, probability=p) for v, p in values]
    yield _inquiry("value", found, answers, as_of=needed[0].as_of)


def _inquiry(about: str, found: Outlook, answers: Sequence[Answer], **more: object) -> Inquiry:
    ledger, goal = found.ledger, found.question.goal
    rows = more.get("observations") or tuple(found.history.observations if found.past.own else ())[-1:]
    assert isinstance(rows, tuple)
    names = [ledger.observations[name].source for name in rows if name in ledger.observations]
    # What a goal counts knows who announced it; when a figure was counted, who published that.
    if about in ("scope", "value") or not names:
        names = [goal.source]
    sources = [ledger.sources.get(name) or Source(id=name or "-") for name in dict.fromkeys(names)]
    whom = " / ".join(dict.fromkeys(one.publisher for one in sources if one.publisher))
    chances = [answer.probability for answer in answers]
    told = {"about": about, "source": sources[0].id, "publisher": whom, "answers": tuple(answers)}
    return Inquiry.model_validate(
        told | {"swing": max(chances, default=0.0) - min(chances, default=0.0)} | more
    )
