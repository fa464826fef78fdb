"""What is written down of an outlook: every number that a brief says, with where it is from."""

import datetime as dt
from functools import cache
from importlib.metadata import version
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecasts.attainment.assumed import grounds_of, observed, rows_by_day
from forecasts.attainment.class_steps import listed, required_growth, share_that_beats, steps_of_class
from forecasts.attainment.grounds import Assumed
from forecasts.attainment.opinion import Opinion
from forecasts.attainment.outlook import LEVELS, OWN, Outlook, outlook
from forecasts.attainment.pace import Speed, percent, scale_of
from forecasts.attainment.past import Reader, reader_of
from forecasts.attainment.question import find_question
from forecasts.attainment.reached import A_YEAR
from forecasts.attainment.recall import Recalled, record_of
from forecasts.attainment.recorded import record_facts
from forecasts.attainment.result import (
    Attainment,
    EngineScore,
    Evidence,
    FanPoint,
    GoalFacts,
    Growth,
    HistoryPoint,
    Member,
    Pace,
    RecordFacts,
    ReferenceFacts,
    ScenarioFacts,
    SoFar,
)
from forecasts.engine.learned import SCORE, learned
from forecasts.ledger.fields import Origin, Qualifier
from forecasts.ledger.history import History, interval_of
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Observation, Source, leeway
from forecasts.models.members import law_of
from forecasts.models.paths import DRAWS
from forecasts.models.reference import MIN_SPAN_YEARS, growth_steps
from forecasts.scenarios.growth import Scope
from forecasts.scenarios.numbers import ends
from forecasts.scenarios.seeds import Seeds

#: A fan has about so many days at most: months, or every second, third ... one.
FAN_POINTS = 16

FAN_LEVELS = {"q05": 0.05, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95}

PACKAGES = ("forecasts", "numpy", "pandas", "prophet", "scipy", "statsmodels")


def answer(
    seeds: Seeds,
    goal: str,
    scenario: str,
    known_on: dt.date,
    draws: int = DRAWS,
    seed: int = 1,
    reader: Reader | None = None,
) -> Attainment:
    """Say how likely a goal of ``seeds/`` is under a scenario, by what was known on a day.

    Parameters
    ----------
    goal, scenario : str
        Ids; the scenario ``baseline`` stands for the goal's own baseline.
    known_on : date
        Nothing published later is used.
    draws, seed : int
        Of what is drawn at random, if anything is.
    reader : Reader, optional
        The ledger, if it has been read from before.

    Raises
    ------
    BadInput
        For a name that is not there, and a scenario that is not for the goal.
    Unanswerable
        For a deadline that has passed, or if neither own figures nor a reference class can answer.
    """
    question = find_question(seeds, goal, scenario, known_on)
    found = outlook(reader or reader_of(seeds.ledger, known_on), question, seed, draws)
    return verdict(found, record_of(seeds, known_on))


def verdict(found: Outlook, record: Recalled | None = None, members: bool = True) -> Attainment:
    """Write an outlook down; every growth model is fitted for it.

    Parameters
    ----------
    found : Outlook
        What is written down.
    record : Recalled, optional
        How goals like it fared; without one the probability is the outlook's.
    members : bool
        Whether the growth models that carry nothing are fitted, too, to be told; they take longest.

    Returns
    -------
    Attainment
        Everything that the brief says, as it stands in ``result.json``. Its `probability` is the headline:
        once goals of its announcer or its level are resolved, the record moves it.

    Raises
    ------
    Unanswerable
        If no growth model serves.
    """
    question, history, ledger = found.question, found.history, found.ledger
    scope, supposed = question.scenario.find(Scope), _supposed(found)
    share = None if scope is None else ends(scope.share)
    so_far = _so_far(found)
    days = _fan_days(history, so_far, question.goal.deadline)
    found.future.prefetch(np.array([*(history.timescale.years(day) for day in days), found.end]))
    quantiles = zip(LEVELS, found.quantiles(), strict=True)
    own = found.past.own
    said = None if record is None else record_facts(found, record)
    return Attainment(
        goal=_goal_facts(found),
        scenario=_scenario_facts(found, share),
        known_on=question.known_on,
        probability=said.probability if said is not None and said.speaks else found.probability,
        probability_alone=found.probability,
        record=said,
        std_error=found.std_error,
        members=tuple(_member(opinion) for opinion in found.members) if members else (),
        quantiles={f"q{p:g}": float(v) for p, v in quantiles},
        reached_p50=found.day_reached(0.5),
        reached_p80=found.day_reached(0.8),
        horizon=found.horizon,
        required_pace=_pace(found.required_pace, ledger, supposed),
        observed_pace=_pace(found.observed_pace, ledger, supposed),
        so_far=so_far,
        n=found.n,
        basis=_basis(found),
        reference=_reference_facts(found),
        history=_points(found, share) if own else (),
        fan=tuple(_fan_point(found, day) for day in days),
        evidence=tuple(_evidence(row, ledger) for row in _rows_of(found)),
        assumptions=(*grounds_of(found), *_recorded(said)),
        engine_score=_engine_score(),
        draws=found.draws,
        seed=found.seed,
        versions=_versions(),
    )


def _recorded(said: RecordFacts | None) -> tuple[Assumed, ...]:
    """Return that goals fare as their like did, where the record moves the headline."""
    if said is None or not said.speaks:
        return ()
    moved = sum(block.logit for block in said.blocks)
    return (Assumed(id="record", about="record", known="assumed", number=moved),)


def month_ends(start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the last days of months after `start` and up to `end`."""
    first = np.datetime64(start, "M") + 1
    months = np.arange(first, np.datetime64(end, "M") + 2)
    days: list[dt.date] = (months.astype("datetime64[D]") - 1).tolist()
    return [day for day in days if start < day <= end]


def _fan_days(history: History, so_far: SoFar | None, deadline: dt.date) -> list[dt.date]:
    """Return the days of a fan, from the last figure to the deadline.

    What is counted anew each year has a fan from the newest count of the deadline's year on, or else one of
    whole years: on the days between, it would fall to nothing and rise again.
    """
    start = history.dates[-1] if so_far is None else so_far.date
    months = month_ends(start, deadline)
    if law_of(history) == "flow" and so_far is None:
        months = [day for day in months if day.month == start.month]
    return sorted({start, *months[::-1][:: 1 + len(months) // FAN_POINTS], deadline})


def _fan_point(found: Outlook, day: dt.date) -> FanPoint:
    values = found.quantiles_on(day, tuple(FAN_LEVELS.values()))
    return FanPoint(date=day, **dict(zip(FAN_LEVELS, map(float, values), strict=True)))


def _member(opinion: Opinion) -> Member:
    low, median, high = opinion.quantiles or (None, None, None)
    return Member(
        name=opinion.name, weight=opinion.weight, probability=opinion.probability,
        median=median, low=low, high=high, status=opinion.status, reason=opinion.reason,
    )  # fmt: skip


def _supposed(found: Outlook) -> bool:
    """Whether the own values are no more than what is supposed: a share of a scope, or a start."""
    return not found.past.own or found.question.scenario.find(Scope) is not None


def _pace(found: Speed | None, ledger: Ledger, supposed: bool) -> Pace | None:
    if found is None:
        return None
    region = ledger.regions[found.region] if found.region else None
    names = {} if region is None else {"region_zh": region.name_zh, "region_en": region.name_en}
    return Pace(
        value=found.value, scale=found.scale, start=found.start, end=found.end, whose=found.whose,
        assumed=supposed and found.whose == "own", **names,
    )  # fmt: skip


def _points(found: Outlook, share: tuple[float, float] | None) -> tuple[HistoryPoint, ...]:
    least, most = share or (1.0, 1.0)
    history = found.history
    rows, by_day = (
        zip(history.dates, found.whole.value, history.low, history.high, strict=True),
        rows_by_day(found),
    )
    return tuple(
        HistoryPoint(
            date=d,
            value=v,
            low=lo / most,
            high=hi / least,
            origin=_origin(found, by_day.get(d, []), v),
            threshold=_only_exceeded(by_day.get(d, [])),
        )
        for d, v, lo, hi in rows
    )


def _only_exceeded(rows: list[Observation]) -> bool:
    """Whether nothing was printed of a day but that a threshold was passed."""
    printed = [row.qualifier for row in rows if row.origin is Origin.PRINTED]
    return bool(printed) and all(qualifier is Qualifier.OVER for qualifier in printed)


def _origin(
    found: Outlook, rows: list[Observation], value: float
) -> Literal["printed", "derived", "mixed", "estimate", "known_start", "assumed"]:
    """Return how a value of the history came to be; mixed: printed, and derived from other figures too."""
    published = found.reader.ledger.observations
    changed = observed(found)
    origins = {row.origin for row in rows}
    if origins == {Origin.KNOWN_START}:
        return "known_start"
    if any(row.id not in published or row.id in changed for row in rows) or (value and _supposed(found)):
        return "assumed"
    if len(found.question.asked.measured_by) > 1:
        return "derived"
    if len(origins) != 1:
        return "mixed" if Origin.PRINTED in origins else "derived"
    return next(iter(origins)).value


def _basis(found: Outlook) -> Literal["own", "own_and_reference", "reference"]:
    if not found.past.own:
        return "reference"
    return "own_and_reference" if found.n < OWN else "own"


def _so_far(found: Outlook) -> SoFar | None:
    """Return the newest count within the deadline's year, if a year is counted anew."""
    counts, day = found.history.counts, np.datetime64(found.question.goal.deadline)
    if counts is None or not found.past.own:
        return None
    this = np.flatnonzero((counts.start < day) & (day < counts.start + A_YEAR))
    if not len(this):
        return None
    last = this[-1]
    return SoFar(
        start=counts.start[last].item(), date=counts.day[last].item(), value=float(counts.value[last])
    )


def _reference_facts(found: Outlook) -> ReferenceFacts:
    reference = found.past.reference
    parent, scale = reference.parent, scale_of(found.history.kind)
    if scale == "points_per_year":
        rates = np.concatenate([np.zeros(0), *map(_points_a_year, reference.histories)])
    else:
        rates, scale = np.array([percent(rate) for rate in reference.steps.rate]), "percent_per_year"
    low, median, high = np.quantile(rates, [0.1, 0.5, 0.9]).tolist() if len(rates) else (None, None, None)
    required, each = required_growth(found), steps_of_class(found)
    in_percent = parent is not None and scale == "percent_per_year"
    return ReferenceFacts(
        relation=reference.relation,
        regions=len({h.region for h in reference.histories}),
        steps=len(rates),
        scale=scale,
        low=low,
        median=median,
        high=high,
        parent=_growth(parent, found.ledger) if parent is not None and in_percent else (),
        required=required,
        beat=share_that_beats(found, each, required),
        listed=listed(found, each, required),
    )


def _points_a_year(history: History) -> NDArray[np.float64]:
    """Return the changes between figures that are far enough apart, a year of the timescale."""
    years = np.diff(history.years)
    apart = years >= MIN_SPAN_YEARS
    return np.asarray(np.diff(history.value)[apart] / years[apart], float)


def _growth(history: History, ledger: Ledger) -> tuple[Growth, ...]:
    """Return the growth between a history's published figures, oldest first."""
    seen = history.positive()
    region, indicator = ledger.regions[history.region], ledger.indicators[history.indicator]
    steps = []
    for start, end in growth_steps(history):
        rate = float(np.log(seen.value[end] / seen.value[start]) / (seen.years[end] - seen.years[start]))
        steps.append(
            Growth(
                region=region.id, region_zh=region.name_zh, region_en=region.name_en,
                indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
                start=seen.dates[start], end=seen.dates[end], percent_per_year=percent(rate),
            )
        )  # fmt: skip
    return tuple(steps)


def _rows_of(found: Outlook) -> tuple[str, ...]:
    parent = found.past.reference.parent
    own = found.history.observations if found.past.own else ()
    return (*own, *(parent.observations if parent is not None else ()))


def _evidence(name: str, ledger: Ledger) -> Evidence:
    row = ledger.observations[name]
    indicator, region = ledger.indicators[row.indicator], ledger.regions[row.region]
    source = ledger.sources.get(row.source) or Source(id=row.source or "-")
    low, high = interval_of(row.value, row.qualifier, row.low, row.high, row.origin)
    return Evidence(
        id=row.id, indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        region_zh=region.name_zh, region_en=region.name_en, as_of=row.as_of, as_of_basis=row.as_of_basis,
        value=float(row.value), printed=f"{row.value:f}",
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en,
        qualifier=row.qualifier, low=low, high=high, origin=row.origin, confidence=row.confidence,
        published_on=row.published_on, quote=row.quote, paraphrase=row.paraphrase,
        note_zh=row.note_zh, note_en=row.note_en, source=source.id,
        source_title=source.title, source_publisher=source.publisher, source_url=source.url,
        source_reprint=source.reprint, source_held=source.held,
    )  # fmt: skip


def _goal_facts(found: Outlook) -> GoalFacts:
    goal, ledger = found.question.goal, found.ledger
    indicator, region = ledger.indicators[goal.indicator], ledger.regions[goal.region]
    source = ledger.sources.get(goal.source) or Source(id=goal.source or "-")
    published = goal.published_on or goal.announced_on
    return GoalFacts(
        id=goal.id, indicator=indicator.id, indicator_zh=indicator.name_zh, indicator_en=indicator.name_en,
        scope_zh=indicator.scope_zh, scope_en=indicator.scope_en, kind=indicator.kind,
        region=region.id, region_zh=region.name_zh, region_en=region.name_en,
        unit_zh=indicator.unit_zh, unit_en=indicator.unit_en, value=float(goal.value),
        comparison=goal.comparison, tolerance=float(leeway(goal.value, goal.comparison, goal.tolerance)),
        upper=indicator.upper, deadline=goal.deadline, announced_on=goal.announced_on,
        known=published is None or published <= found.question.known_on, quote=goal.quote,
        paraphrase=goal.paraphrase, source=goal.source, source_title=source.title, source_url=source.url,
        source_reprint=source.reprint, source_held=source.held,
    )  # fmt: skip


def _scenario_facts(found: Outlook, share: tuple[float, float] | None) -> ScenarioFacts:
    scenario = found.question.scenario
    return ScenarioFacts(
        id=scenario.id, name_zh=scenario.name_zh, name_en=scenario.name_en, role=scenario.role,
        why_zh=scenario.why_zh, why_en=scenario.why_en,
        share=share,
    )  # fmt: skip


@cache
def _engine_score() -> EngineScore:
    told = learned().scores[SCORE]
    return EngineScore.model_validate({name: told[name] for name in EngineScore.model_fields})


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}
