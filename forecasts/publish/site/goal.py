"""The page of one answer: verdict, chart, where the number comes from, what would change it, evidence."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forecasts.attainment.grounds import Part
from forecasts.attainment.result import Attainment, Evidence
from forecasts.ledger.fields import Qualifier
from forecasts.publish import detail, phrases, recorded
from forecasts.publish.addresses import link_of
from forecasts.publish.english import factor_of, told_of
from forecasts.publish.pacing import change, paces
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.site.drawn import Chart, chart_of, futures_of
from forecasts.publish.site.grounds import Ground, Names, Question, grounds_of, questions_of
from forecasts.publish.site.places import anchor, named, text_page
from forecasts.publish.site.together import Together, together_of
from forecasts.publish.site.tornado import Tornado, tornado_of
from forecasts.publish.taking import what_it_takes
from forecasts.publish.tongues import titled
from forecasts.publish.words import Words

#: Charts of scenarios beside the headline's that a page carries.
CHARTS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a probability, as a bar: from where to where, in percent."""

    name: str
    points: str
    start: float
    end: float
    stands: str


@dataclass(frozen=True, slots=True)
class View:
    """One scenario's answer."""

    id: str
    name: str
    role: str
    why: str
    number: str
    likelihood: str
    bare: str
    said: tuple[str, ...]
    chart: Chart | None
    at: float
    parts: tuple[Step, ...]
    diverges: str
    takes: str
    grid: Table | None
    turning: str
    now: tuple[str, ...]
    tornado: Tornado | None
    grounds: tuple[Ground, ...]
    questions: tuple[Question, ...]
    members: Table
    record: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A row that an answer rests on, and where its words stand."""

    id: str
    printed: str
    what: str
    day: str
    basis: str
    origin: str
    published: str
    confidence: str
    quote: str
    note: str
    title: str
    publisher: str
    address: str
    href: str
    place: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Story:
    """All that a page says of a goal in a run."""

    name: str
    target: str
    source: Proof | None
    heads: tuple[View, ...]
    others: tuple[View, ...]
    split: str
    undetermined: str
    range: tuple[float, float]
    scenarios: Table
    proofs: tuple[Proof, ...]
    steps: Table | None
    steps_told: str
    growth: Table | None
    meaning: str
    unknown: str
    made: str
    borrowed: str
    together: Together | None
    charts: tuple[Chart, ...] = field(default=())


def told(results: Sequence[Attainment], anchors: Mapping[str, frozenset[str]], words: Words) -> Story:
    """Return what the page of a goal says.

    Parameters
    ----------
    results : sequence of Attainment
        Of one goal in one run, the headline's first.
    anchors : mapping
        By source, the anchors of the quotes that stand in its text, where that is held.
    """
    factors = {r.scenario.id: factor_of(r.goal, words) for r in results}
    results = [told_of(result, words, futures=False) for result in results]
    heads, others = _parted(results)
    first = heads[0]
    called = {r.scenario.id: phrases.scenario_name(r, words) for r in results}
    charted = (*heads, *others[:CHARTS])
    drawn = {r.scenario.id: chart_of(r, heads, words, factors[r.scenario.id]) for r in charted}
    views = tuple(_view(r, called, drawn, words) for r in heads)
    beside = tuple(_view(r, called, drawn, words) for r in others)
    readings = first.what_if.readings if first.what_if else None
    ends = [r.probability for r in heads] + ([readings.low, readings.high] if readings else [])
    low, high = min(ends), max(ends)
    between = {"low": words.probability(low), "high": words.probability(high)}
    growth = detail.growth_table(first, words) if first.reference.parent else None
    return Story(
        name=phrases.named(words.of(first.goal, "region"), words.of(first.goal, "indicator"), words),
        target=phrases.goal_sentence(first, words),
        source=_goal_proof(first, anchors, words),
        heads=views,
        others=beside,
        split=phrases.split(heads, words),
        undetermined=words.say("site.undetermined.told", **between)
        if any(r.what_if and r.what_if.undetermined for r in heads)
        else "",
        range=(low, high),
        scenarios=detail.scenarios_table(heads, results, words),
        proofs=_proofs(heads, anchors, words),
        steps=_class_table(first, words),
        steps_told=" ".join(phrases.reference(first, words)[:1]),
        growth=growth,
        meaning=phrases.meaning(first, words),
        unknown=phrases.unknown_goal(first, words),
        made=detail.reproducible(heads, words),
        borrowed=phrases.borrowed(results, words),
        together=together_of(heads, words),
        charts=tuple(view.chart for view in (*views, *beside) if view.chart is not None),
    )


def futures(results: Sequence[Attainment]) -> bytes:
    """Return what the charts of a goal's page draw, in both languages."""
    heads, others = _parted(results)
    return futures_of((*heads, *others[:CHARTS]))


def _parted(results: Sequence[Attainment]) -> tuple[tuple[Attainment, ...], tuple[Attainment, ...]]:
    """Return the results that answer, and those of other scenarios; where there are no others, all answer."""
    heads = tuple(r for r in results if r.scenario.role != "alternative") or tuple(results)
    return heads, tuple(r for r in results if r not in heads)


def _view(result: Attainment, called: Mapping[str, str], drawn: Mapping[str, Chart], words: Words) -> View:
    what_if = result.what_if
    names = Names(result, words, called)
    waterfall = what_if.waterfall if what_if else None
    return View(
        id=named(result.scenario.id),
        name=phrases.scenario_name(result, words),
        role=words.say(f"role.{result.scenario.role}"),
        why=words.of(result.scenario, "why"),
        number=words.probability(result.probability),
        likelihood=words.likelihood(result.probability),
        bare=phrases.unsupported(result, words),
        said=tuple(
            filter(None, (_expected(result, words), paces(result, words), phrases.dates(result, words)))
        ),
        chart=drawn.get(result.scenario.id),
        at=round(100 * result.probability, 1),
        parts=tuple(_steps(waterfall.parts, words)) if waterfall else (),
        diverges=words.say("site.diverges", part=words.say(f"site.part.{waterfall.reason}"))
        if waterfall and waterfall.diverges and waterfall.reason
        else "",
        takes=what_it_takes(result, words),
        grid=_grid_table(result, words),
        turning=_turning(result, words),
        now=_needed(result, words),
        tornado=tornado_of(result, words),
        grounds=grounds_of(result, names, words),
        questions=questions_of(result, names, words),
        members=detail.members_table(result, words),
        record=recorded.told(result, words) if result.record else "",
    )


def _expected(result: Attainment, words: Words) -> str:
    """Return what there is, what is to be, and what may come."""
    unit = words.of(result.goal, "unit")
    at = result.quantiles
    if not {"q0.1", "q0.5", "q0.9"} <= at.keys():
        return ""
    now = result.history[-1] if result.history else None
    middle, low, high = (words.estimate(at[q]) for q in ("q0.5", "q0.1", "q0.9"))
    asked = {
        "middle": words.amount(middle, unit), "low": low, "high": high,
        "deadline": words.date(result.goal.deadline),
    }  # fmt: skip
    if now is None:
        return words.say("site.expected", **asked)
    assumed = now.origin == "assumed"
    there = words.quantity(now.value, unit, rounded=assumed)
    key = "site.expected.assumed" if assumed else "site.expected.now"
    return words.say(key, now=there, day=words.date(now.date), **asked)


def _steps(parts: Sequence[Part], words: Words) -> list[Step]:
    """Return the parts of a probability as bars that begin where the last one ended."""
    steps, before = [], 0.0
    for part in parts:
        points = words.say(
            "site.plus" if part.points >= 0 else "site.minus",
            number=words.decimal(abs(round(100 * part.points, 1)), 1),
        )
        start, end = sorted((100 * before, 100 * part.probability))
        name, stands = words.say(f"site.part.{part.name}"), words.probability(part.probability)
        steps.append(Step(name, points, round(start, 2), round(end, 2), stands))
        before = part.probability
    return steps


def _grid_table(result: Attainment, words: Words) -> Table | None:
    grid = result.what_if.grid if result.what_if else None
    if grid is None:
        return None

    def chance(day: dt.date, share: float) -> Cell:
        probability = grid.at(day, share)
        stands = words.say("site.grid.stands") if (day, share) == (grid.as_of, grid.q4_share) else ""
        shown = words.say("site.no_answer") if probability is None else words.probability(probability)
        return Cell(shown, stands)

    shares = [
        Column(words.say("site.grid.share", share=f"{100 * s:g}%"), 1.0, "right") for s in grid.q4_shares
    ]
    rows = tuple(
        (Cell(words.date(day)), *(chance(day, share) for share in grid.q4_shares)) for day in grid.days
    )
    return Table(words.say("site.grid"), (Column(words.say("site.grid.day"), 1.6), *shares), rows)


def _turning(result: Attainment, words: Words) -> str:
    turning = result.what_if.grid.turning if result.what_if and result.what_if.grid else None
    if turning is None:
        return ""
    key = "site.turning" if turning.turns else "site.turning.not"
    share, chance = f"{100 * turning.q4_share:g}%", words.probability(turning.probability)
    said = [words.say(key, day=words.date(turning.as_of), share=share, probability=chance)]
    if turning.needs_both:
        said.append(words.say("site.turning.both"))
    return words.run_on(said)


def _needed(result: Attainment, words: Words) -> tuple[str, ...]:
    """Return which newest value would have had which probability."""
    found = []
    for needed in result.what_if.needed_now if result.what_if else ():
        facts = {"day": words.date(needed.as_of), "wanted": words.probability(needed.wanted)}
        if needed.value is None:
            found.append(words.say("site.needed.never", **facts))
        else:
            amount = words.amount(words.estimate(needed.value), words.of(needed, "unit"))
            found.append(words.say("site.needed", amount=amount, **facts))
    return tuple(found)


def _class_table(result: Attainment, words: Words) -> Table | None:
    """Return the steps of the class, the newest first."""
    facts = result.reference
    if not facts.listed:
        return None
    columns = (
        Column(words.say("region"), 2.2), Column(words.say("from"), 2.0), Column(words.say("to"), 2.0),
        Column(words.say("growth"), 1.4, "right"), Column(words.say("site.beats"), 1.2),
        Column(words.say("source"), 3.4),
    )  # fmt: skip
    beats = {True: words.say("site.beats.yes"), False: words.say("site.beats.no"), None: words.say("nothing")}
    rows = tuple(
        (
            Cell(words.of(s, "region"), words.of(s, "indicator")),
            Cell(words.number(s.start_value), s.start.isoformat()),
            Cell(words.number(s.end_value), s.end.isoformat()),
            Cell(change(s.per_year, facts.scale, result, words)), Cell(beats[s.beats]),
            Cell(titled(s.source_title, "", words), "", link_of(s.source_url)),
        )
        for s in facts.listed
    )  # fmt: skip
    return Table(words.say("site.class.table", shown=str(len(rows)), steps=str(facts.steps)), columns, rows)


def _proofs(
    heads: Sequence[Attainment], anchors: Mapping[str, frozenset[str]], words: Words
) -> tuple[Proof, ...]:
    """Return every row that the readings rest on once: the goal's own region first, the newest first."""
    unique = {(e.id, e.as_of): e for head in heads for e in head.evidence}
    own = heads[0].goal.region_zh, heads[0].goal.region_en
    ordered = sorted(unique.values(), key=lambda e: (e.as_of, e.id), reverse=True)
    ordered.sort(key=lambda e: (e.region_zh, e.region_en) != own)
    return tuple(_proof(e, anchors, words) for e in ordered)


def _proof(e: Evidence, anchors: Mapping[str, frozenset[str]], words: Words) -> Proof:
    hedge, unit = e.qualifier or Qualifier.EQ, words.of(e, "unit")
    place, marks = _place(e.source, anchor("q", e.id), anchors)
    return Proof(
        id=anchor("row", e.id),
        printed=words.say(f"qualifier.{hedge.value}", number=words.printed(e.printed), unit=unit),
        what=phrases.named(words.of(e, "region"), words.of(e, "indicator"), words),
        day=words.date(e.as_of),
        basis=words.say(f"basis_of_date.{e.as_of_basis.value}"),
        origin=words.say(f"origin.{e.origin.value}"),
        published=words.date(e.published_on),
        confidence=words.say(f"confidence.{e.confidence.value}"),
        quote=e.quote,
        note=words.of(e, "note"),
        title=titled(e.source_title, e.source_publisher, words),
        publisher=e.source_publisher,
        address=e.source_url,
        href=link_of(e.source_url),
        place=place,
        marked=marks,
    )


def _place(source: str, mark: str, anchors: Mapping[str, frozenset[str]]) -> tuple[str, bool]:
    """Return where words can be read: in their source's text, or where the source is told."""
    if source not in anchors:
        return f"sources.html#{anchor('source', source)}", False
    stands = mark in anchors[source]
    return text_page(source) + (f"#{mark}" if stands else ""), stands


def _goal_proof(result: Attainment, anchors: Mapping[str, frozenset[str]], words: Words) -> Proof | None:
    """Return the words of the goal itself; a result names its source by title and address alone."""
    goal, mark = result.goal, anchor("goal", result.goal.id)
    source = next((name for name, held in anchors.items() if mark in held), "")
    place, marks = _place(source, mark, anchors) if source else ("", False)
    day = words.date(goal.announced_on) if goal.announced_on else words.say("date.unknown")
    if not goal.quote:
        return None
    return Proof(
        mark, "", "", day, "", "", day, "", goal.quote, words.of(goal, "scope"),
        titled(goal.source_title, "", words), "",
        goal.source_url, link_of(goal.source_url), place, marks,
    )  # fmt: skip
