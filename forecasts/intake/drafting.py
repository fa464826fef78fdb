"""Entries become rows of the ledger: names become ids, units become the indicator's, what fails is told."""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from forecasts.intake.candidates import Said
from forecasts.intake.entries import FALLS, Entry, Published
from forecasts.ledger.called import find_called, names_of
from forecasts.ledger.fields import Basis, Comparison, Kind
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.names import spelt
from forecasts.ledger.problems import BadInput, Problem, shortened
from forecasts.ledger.records import Goal, Indicator, Observation, Record, Region, Source
from forecasts.ledger.scaled import in_unit_of

#: What each saying may be a figure of; an observation of anything.
FIGURES_OF: Mapping[Said, Collection[Kind]] = {
    Said.OBSERVATION: tuple(Kind),
    Said.SHARE: (Kind.SHARE,),
    Said.CHANGE: (Kind.RATE, Kind.FLOW),
}

Counted = Observation | Goal


@dataclass(frozen=True, slots=True)
class Beside:
    """A row to come, and one of the same indicator, region and day that is there already."""

    row: Counted
    other: Counted

    def __str__(self) -> str:
        one, other = self.row, self.other
        return (
            f"{one.indicator}, {one.region}, {_day(one)}: {one.value:f} beside {other.value:f} ({other.id})"
        )


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an intake would add.

    Attributes
    ----------
    rows : mapping
        New records by table, in the order in which tables name each other.
    duplicates : tuple of Beside
        Entries whose row is there already (same indicator, region, day, value and source): left out.
    conflicts : tuple of Beside
        Rows of the same indicator, region and day with another value: both are kept.
    """

    rows: Mapping[str, tuple[Record, ...]]
    duplicates: tuple[Beside, ...] = ()
    conflicts: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class _Settled:
    """An entry whose names are ids, whose day is there, and whose numbers are in its indicator's unit."""

    entry: Entry
    indicator: Indicator
    region: str
    day: dt.date
    value: Decimal
    high: Decimal | None


@dataclass(eq=False)
class _Draft:
    """Rows as they come together."""

    ledger: Ledger
    published: Published
    indicators: Mapping[str, Indicator]
    regions: Mapping[str, Region]
    rows: dict[str, list[Any]] = field(default_factory=lambda: {"observations": [], "goals": []})
    duplicates: list[Beside] = field(default_factory=list)
    conflicts: list[Beside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def draft(
    ledger: Ledger,
    published: Published,
    entries: Iterable[Entry],
    indicators: Iterable[Indicator] = (),
    regions: Iterable[Region] = (),
) -> Drafted:
    """Return the rows that entries become beside what a ledger holds.

    Parameters
    ----------
    indicators, regions : iterable
        New ones that entries may name.

    Raises
    ------
    BadInput
        With every problem of every entry.
    """
    problems: list[Problem] = []
    new_indicators = _new("indicator", indicators, ledger.indicators, problems)
    new_regions = _new("region", regions, ledger.regions, problems)
    made = _Draft(
        ledger, published, {**ledger.indicators, **new_indicators}, {**ledger.regions, **new_regions},
        problems=problems,
    )  # fmt: skip
    sources = _source(ledger, published.source, problems)
    for entry in entries:
        try:
            _take(made, entry)
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    rows = {
        "indicators": tuple(new_indicators.values()),
        "regions": tuple(new_regions.values()),
        "sources": sources,
        **{name: tuple(some) for name, some in made.rows.items()},
    }
    return Drafted(rows, tuple(made.duplicates), tuple(made.conflicts))


def _new(what: str, given: Iterable[Any], held: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Return new records by id: what the ledger holds otherwise is refused."""
    found: dict[str, Any] = {}
    for one in given:
        other = found.get(one.id) or held.get(one.id)
        if other is None:
            found[one.id] = one
        elif other != one:
            rule = f"there is another {what} of this id"
            problems.append(Problem(f"new {what}", rule, one.id, "choose another id, or leave it out"))
    return found


def _source(ledger: Ledger, source: Source, problems: list[Problem]) -> tuple[Source, ...]:
    """Return the report's row if it is new; a source that is there must say the same."""
    held = ledger.sources.get(source.id)
    if held is None:
        return (source,)
    for name in ("title", "publisher", "url"):
        if getattr(held, name) != getattr(source, name):
            rule = f"sources.csv has another {name} for this source: {shortened(getattr(held, name))!r}"
            problems.append(
                Problem("source", rule, getattr(source, name), "name another id, or say the same")
            )
    return ()


def _take(made: _Draft, entry: Entry) -> None:
    """Make one entry a row, unless it is there already."""
    problems: list[Problem] = []

    indicator, region = None, ""
    try:
        indicator = made.indicators[_indicator(made, entry)]
    except BadInput as bad:
        problems += bad.problems
    try:
        region = find_called(entry.region, made.regions, "region", place_of(entry))
    except BadInput as bad:
        problems += bad.problems
    if entry.date is None:
        rule = "has no deadline" if entry.kind is Said.GOAL else "has no day that it describes"
        problems.append(Problem(place_of(entry), rule, remedy="state it: YYYY-MM-DD", column="date"))
    if problems or indicator is None or entry.date is None:
        raise BadInput(problems)
    value = _in_unit(entry, entry.value, indicator)
    high = None if entry.high is None else _in_unit(entry, entry.high, indicator)
    make = _goal if entry.kind is Said.GOAL else _observation
    try:
        _add(made, make(made, _Settled(entry, indicator, region, entry.date, value, high)))
    except ValidationError as error:
        raise BadInput(told_of(error, place_of(entry))) from None


def _indicator(made: _Draft, entry: Entry) -> str:
    """Return the id of an entry's indicator; of several that are called so, the one of its unit."""
    try:
        return find_called(entry.indicator, made.indicators, "indicator", place_of(entry))
    except BadInput:
        name = spelt(entry.indicator)
        called = (one for one in made.indicators.values() if name in map(spelt, names_of(one)))
        counted = [one.id for one in called if in_unit_of(one, entry.value, entry.unit) is not None]
        if len(counted) != 1:
            raise
        return counted[0]


def _in_unit(entry: Entry, number: Decimal, indicator: Indicator) -> Decimal:
    """Return a number in its indicator's unit."""
    found = in_unit_of(indicator, number, entry.unit)
    if found is None:
        rule = f"is counted in another unit than {indicator.id}, which is counted in "
        rule += indicator.unit_zh or indicator.unit_en or "no unit"
        remedy = "choose another indicator, or correct value and unit"
        raise BadInput([Problem(place_of(entry), rule, entry.unit, remedy, column="unit")])
    return found


def _observation(made: _Draft, settled: _Settled) -> Observation:
    entry, indicator, day, value, high = (
        settled.entry, settled.indicator, settled.day, settled.value, settled.high,
    )  # fmt: skip
    kinds = FIGURES_OF[entry.kind]
    if indicator.kind not in kinds:
        rule = f"is a {entry.kind.value}; {indicator.id} is of kind {indicator.kind.value}"
        remedy = f"choose an indicator of kind {' or '.join(k.value for k in kinds)}, or correct the kind"
        raise BadInput([Problem(place_of(entry), rule, entry.quote, remedy, column="kind")])
    low = None if high is None else value
    if entry.kind is Said.CHANGE and entry.falls and not FALLS.search(indicator.name_zh):
        low, high = (None, None) if high is None else (-high, -value)
        value = -value
    start = entry.period_start
    if start is None and indicator.kind is Kind.FLOW:
        start = dt.date(day.year, 1, 1)
    id_ = f"{settled.region}-{indicator.id}-{day:%Y%m%d}"
    published = made.published
    return Observation(
        id=_free(id_, made.ledger.observations, made.rows["observations"]),
        indicator=indicator.id, region=settled.region, as_of=day,
        as_of_basis=Basis.INFERRED if entry.date_inferred else Basis.STATED,
        value=value, qualifier=entry.qualifier, low=low, high=high, period_start=start,
        source=published.source.id, published_on=published.published_on, quote=entry.quote,
        confidence=entry.attested, origin=entry.origin, accepted=entry.accepted,
        note_zh=entry.note_zh, note_en=entry.note_en,
    )  # fmt: skip


def _goal(made: _Draft, settled: _Settled) -> Goal:
    """Return a goal; of a range it asks for the end that meets it first."""
    entry, value, high = settled.entry, settled.value, settled.high
    comparison = entry.comparison or Comparison.AT_LEAST
    asked = value if high is None or not comparison.asks_less else high
    notes = [entry.note_zh, entry.note_en, "" if high is None else f"{value:f} to {high:f} in print"]
    published = made.published
    indicator, day = settled.indicator.id, settled.day
    return Goal(
        id=_free(f"{settled.region}-{indicator}-{day.year}", made.ledger.goals, made.rows["goals"]),
        indicator=indicator, region=settled.region, value=asked, comparison=comparison, deadline=day,
        announced_on=published.given_on or published.published_on, published_on=published.published_on,
        source=published.source.id, quote=entry.quote, headline=entry.headline,
        accepted=entry.accepted, note="; ".join(note for note in notes if note),
    )  # fmt: skip


def _add(made: _Draft, row: Counted) -> None:
    """Add a row beside those of its indicator, region and day."""
    table = "goals" if isinstance(row, Goal) else "observations"
    held: Mapping[str, Counted] = made.ledger.goals if isinstance(row, Goal) else made.ledger.observations
    if isinstance(row, Goal):
        there = [g for g in held.values() if (g.indicator, g.region) == (row.indicator, row.region)]
    else:
        there = list(made.ledger.series(row.indicator, row.region))
    alike = [other for other in (*there, *made.rows[table]) if when_of(other) == when_of(row)]
    for other in alike:
        if (other.value, other.source) == (row.value, row.source):
            made.duplicates.append(Beside(row, other))
            return
    made.conflicts += [Beside(row, other) for other in alike if other.value != row.value]
    made.rows[table].append(row)


def when_of(row: Counted) -> tuple[object, ...]:
    """Return what a row counts and when: of two that agree in it, one may revise the other."""
    if isinstance(row, Goal):
        return row.indicator, row.region, row.deadline, row.comparison
    return row.indicator, row.region, row.as_of, row.period_start


def _day(row: Counted) -> dt.date:
    return row.deadline if isinstance(row, Goal) else row.as_of


def _free(name: str, held: Mapping[str, Any], new: Iterable[Counted], longest: int = 80) -> str:
    """Return an id that is not taken, the wished one if it can be; a long one ends in a digest."""
    if len(name) > longest - 4:
        name = f"{name[: longest - 14].rstrip('-_')}-{hashlib.sha256(name.encode()).hexdigest()[:9]}"
    others = {row.id for row in new}
    tries = (name, *(f"{name}-{k}" for k in range(2, len(others) + len(held) + 3)))
    return next(free for free in tries if free not in held and free not in others)


def place_of(entry: Entry) -> str:
    """Name an entry in messages: where its words stand, and how they begin."""
    return f"at {entry.start} ({shortened(entry.quote, 24)})"


def told_of(error: ValidationError, place: str, said: Callable[[str], str] = str) -> list[Problem]:
    """Return what is wrong with the fields of a record."""
    return [
        Problem(
            place, one["msg"].removeprefix("Value error, ").replace("Field required", "is missing"),
            "" if isinstance(one["input"], dict | Record) else shortened(one["input"]),
            "correct it", column=said(str(one["loc"][0])) if one["loc"] else None,
        )
        for one in error.errors()
    ]  # fmt: skip
