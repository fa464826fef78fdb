"""What an answer rests on, as the tables, the scenario and the engine say it: each with how it is known."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from forecasts.attainment.grounds import Assumed, Known
from forecasts.attainment.outlook import Outlook
from forecasts.ledger.fields import Basis, Origin
from forecasts.ledger.history import History
from forecasts.ledger.records import Observation
from forecasts.models.members import leader
from forecasts.models.trend import TrendFuture
from forecasts.scenarios.adjustments import AnyAdjustment
from forecasts.scenarios.asking import ByModels, OtherGoal
from forecasts.scenarios.growth import Scope
from forecasts.scenarios.numbers import Law, ends, middle
from forecasts.scenarios.reading import Clock, Measure, Observe, Redate
from forecasts.scenarios.scenario import Scenario

#: Adjustments that other grounds tell of.
_TOLD = (Redate, Clock, Measure, OtherGoal, ByModels)


def grounds_of(found: Outlook) -> Iterator[Assumed]:
    """Yield everything that moves a probability: what was printed, what was inferred, what is assumed."""
    yield _goal(found)
    if found.past.own:
        yield _newest(found)
        yield from (
            _day(found, day, rows) for day, rows in rows_by_day(found).items() if _is_told(found, day, rows)
        )
    else:
        yield _start(found)
    yield _clock(found)
    yield from _scope(found)
    yield from _class(found)
    yield from _engine(found)
    yield from _adjustments(found)


def own_days(history: History) -> list[dt.date]:
    """Return the days that a history has figures of, those within its years among them."""
    within = [] if history.counts is None else history.counts.day.tolist()
    return sorted({*history.dates, *within})


def rows_by_day(found: Outlook) -> dict[dt.date, list[Observation]]:
    """Return the goal's own rows by the day that they are read as describing, oldest first.

    A sum is read on the days that all its parts describe.
    """
    asked, days = found.question.asked, set(own_days(found.history))
    by_day: dict[dt.date, list[Observation]] = {}
    for indicator in asked.measured_by if found.past.own else ():
        for row in found.ledger.series(indicator, asked.goal.region):
            if row.as_of in days and row.published_on <= asked.known_on:
                by_day.setdefault(row.as_of, []).append(row)
    return dict(sorted(by_day.items()))


def _supposing(found: Outlook, kind: type[Any]) -> dict[str, str]:
    """Return who supposes it: the scenario and its reason, if it has an adjustment of a kind."""
    scenario = found.question.scenario
    return {} if scenario.find(kind) is None else _by(scenario)


def _by(scenario: Scenario) -> dict[str, str]:
    return {"scenario": scenario.id, "note_zh": scenario.why_zh, "note_en": scenario.why_en}


def _goal(found: Outlook) -> Assumed:
    goal = found.question.goal
    published = goal.published_on or goal.announced_on
    printed = published is None or published <= found.question.known_on
    supposed = _supposing(found, OtherGoal)
    return Assumed(
        id="goal", about="goal", known="known" if printed and not supposed else "assumed", day=goal.deadline,
        number=float(goal.value), source=goal.source, quote=goal.quote, **supposed,
    )  # fmt: skip


def _newest(found: Outlook) -> Assumed:
    """Return what is known of the newest figure: the printed numbers it is the sum of, and how hedged."""
    day, history = own_days(found.history)[-1], found.history
    rows = rows_by_day(found).get(day, [])
    if day in history.dates:
        at = history.dates.index(day)
        low, high = float(history.low[at]), float(history.high[at])
    else:
        assert history.counts is not None
        at = history.counts.day.tolist().index(day)
        low, high = (
            float(history.counts.least[at]),
            float(2 * history.counts.value[at] - history.counts.least[at]),
        )
    between = {"number": (low + high) / 2, "low": low, "high": max(low, high)}
    supposed = {row.id for row in rows} & observed(found)
    published = found.reader.ledger.observations
    known: Known = "known" if all(row.origin is Origin.PRINTED for row in rows) else "inferred"
    if supposed or not all(row.id in published for row in rows):
        return Assumed(
            id="digits", about="figure", known="assumed", day=day, **between,
            observations=tuple(row.id for row in rows if row.id in published), **_by(found.question.scenario),
        )  # fmt: skip
    return Assumed(id="digits", about="figure", known=known, day=day, **between, **_words(rows))


def observed(found: Outlook) -> set[str]:
    """Return the rows of which the scenario supposes another value."""
    changes = found.question.scenario.adjustments
    return {change.observation or "" for change in changes if isinstance(change, Observe)}


def _words(rows: list[Observation]) -> dict[str, Any]:
    """Return the rows behind something, with the words of the first."""
    named: dict[str, Any] = {"observations": tuple(row.id for row in rows)}
    if rows:
        first = rows[0]
        named |= {"source": first.source, "quote": first.quote}
        named |= {"note_zh": first.note_zh, "note_en": first.note_en}
    return named


def _is_told(found: Outlook, day: dt.date, rows: list[Observation]) -> bool:
    """Whether a day is worth a word: it is the newest figure's, or no source states it."""
    moved = {a.observation for a in found.question.scenario.adjustments if isinstance(a, Redate)}
    unsaid = any(row.as_of_basis is Basis.INFERRED or row.id in moved for row in rows)
    return unsaid or day == own_days(found.history)[-1]


def _day(found: Outlook, day: dt.date, rows: list[Observation]) -> Assumed:
    moved = {a.observation for a in found.question.scenario.adjustments if isinstance(a, Redate)}
    known: Known = "known" if all(row.as_of_basis is Basis.STATED for row in rows) else "inferred"
    told = _words(rows)
    if any(row.id in moved for row in rows):
        known, told = "assumed", told | _by(found.question.scenario)
    elif known == "inferred" and any(row.origin is Origin.KNOWN_START for row in rows):
        known = "assumed"  # that there was nothing is sure; since when, nobody says
    return Assumed(id=f"date.{day}", about="date", known=known, day=day, **told)


def _start(found: Outlook) -> Assumed:
    history = found.history
    return Assumed(
        id="start", about="start", known="assumed", day=history.dates[-1], number=float(history.value[-1]),
        low=float(history.low[-1]), high=float(history.high[-1]),
    )  # fmt: skip


def _clock(found: Outlook) -> Assumed:
    indicator = found.ledger.indicators[found.question.asked.measured_by[0]]
    told = _supposing(found, Clock) or {"note_zh": "", "note_en": indicator.note}
    share = found.history.timescale.q4_share
    return Assumed(id="clock.q4_share", about="clock", known="assumed", number=share, **told)


def _scope(found: Outlook) -> Iterator[Assumed]:
    asked, scenario = found.question.asked, found.question.scenario
    parts, scope = asked.measured_by, scenario.find(Scope)
    measured = parts != (asked.goal.indicator,)
    indicator = found.ledger.indicators[asked.goal.indicator]
    plain = {"note_zh": indicator.scope_zh, "note_en": indicator.scope_en}
    known: Known = "known" if found.past.own and not measured else "assumed"
    told = _supposing(found, Measure) or plain
    yield Assumed(id="scope", about="scope", known=known, names=parts, **told)
    if scope is not None:
        low, high = ends(scope.share)
        yield Assumed(
            id="scope.share", about="scope", known="assumed", number=middle(scope.share), low=low, high=high,
            names=parts, **_by(scenario),
        )  # fmt: skip
    if len(parts) > 1:  # that nothing is counted twice is printed nowhere
        yield Assumed(
            id="overlap", about="overlap", known="assumed", names=parts, **_supposing(found, Measure)
        )


def _class(found: Outlook) -> Iterator[Assumed]:
    reference = found.past.reference
    if len(reference):
        yield Assumed(
            id="reference", about="reference", known="assumed", kind=reference.relation,
            number=len(reference), names=tuple(dict.fromkeys(h.region for h in reference.histories)),
        )  # fmt: skip
    if reference.parent is not None:
        yield Assumed(id="parent", about="parent", known="assumed", names=(reference.parent.region,))


def _engine(found: Outlook) -> Iterator[Assumed]:
    told = _supposing(found, ByModels)
    carrying = tuple(m.name for m in found.fitted.models if found.weights.get(m.name, 0.0) > 0)
    yield Assumed(id="models", about="models", known="assumed", names=carrying, **told)
    trend = leader(found.history)
    whole = found.fitted.of(trend).predictive if trend.name in carrying else None
    if isinstance(whole, TrendFuture):
        yield Assumed(id="calibration", about="calibration", known="assumed")
        if whole.leans:
            yield Assumed(id="persistence", about="persistence", known="assumed")


def _adjustments(found: Outlook) -> Iterator[Assumed]:
    """Yield the numbers of what the scenario does to the figures or to what is to come."""
    scenario = found.question.scenario
    turns: Counter[str] = Counter()
    for change in scenario.adjustments:
        turns[change.kind] += 1
        if isinstance(change, (*_TOLD, Scope)):
            continue
        turn = "" if turns[change.kind] == 1 else f"#{turns[change.kind]}"
        for name, number in numbers_of(change).items():
            low, high = ends(number)
            yield Assumed(
                id=f"{change.kind}.{name}{turn}", about="adjustment", known="assumed",
                kind=f"{change.kind}.{name}", number=middle(number), low=low, high=high,
                day=_day_of(change), **_by(scenario),
            )  # fmt: skip


def numbers_of(change: AnyAdjustment) -> dict[str, float | Law]:
    """Return the numbers of an adjustment, by their fields; what is not given has none."""
    held = {name: getattr(change, name) for name in type(change).model_fields}
    return {name: v for name, v in held.items() if isinstance(v, float | Law) and not isinstance(v, bool)}


def _day_of(change: AnyAdjustment) -> dt.date | None:
    for name in ("date", "as_of", "from_"):
        day = getattr(change, name, None)
        if isinstance(day, dt.date):
            return day
    return None
