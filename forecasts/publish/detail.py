"""What stands behind an answer: the charts, tables and facts of one goal."""

from collections.abc import Sequence

from forecasts.attainment.result import Attainment, Evidence, GoalFacts, Member, RecordBlock
from forecasts.ledger.fields import Qualifier
from forecasts.models.members import LAWS
from forecasts.publish import charts, phrases, recorded
from forecasts.publish.addresses import link_of
from forecasts.publish.live import live_chart
from forecasts.publish.pacing import paces
from forecasts.publish.parts import Block, Cell, Column, Figure, Heading, Paragraph, Section, Table
from forecasts.publish.words import Words


def section(
    anchor: str, name: str, heads: Sequence[Attainment], results: Sequence[Attainment], words: Words
) -> Section:
    """Return the section of one goal: readings first, then what they share."""
    first = heads[0]
    blocks: list[Block] = [Paragraph(phrases.target(first, words))]
    blocks.append(Paragraph(_goal_source(first, words), "muted"))
    if meaning := phrases.meaning(first, words):
        blocks.append(Paragraph(meaning, "muted"))
    if unknown := phrases.unknown_goal(first, words):
        blocks.append(Paragraph(unknown, "warning"))
    blocks.append(scenarios_table(heads, results, words))
    fared: set[tuple[RecordBlock, ...]] = set()
    for head in heads:
        if len(heads) > 1:
            blocks.append(Heading(phrases.scenario_name(head, words)))
        blocks += _fared(head, words, fared)
        blocks += _view(head, heads, words)
    blocks += _shared(heads, words)
    return Section(anchor, name, tuple(blocks))


def _fared(attainment: Attainment, words: Words, told: set[tuple[RecordBlock, ...]]) -> list[Block]:
    """Return how goals like it fared; counts that are `told` already, of another reading, stand there."""
    record, blocks = attainment.record, list[Block]()
    if record is None:
        return blocks
    blocks.append(Paragraph(recorded.told(attainment, words)))
    if record.newest is not None and record.blocks not in told:
        blocks.append(recorded.record_table(record, words))
        told.add(record.blocks)
    if belonging := recorded.belonging(attainment, words):
        blocks.append(Paragraph(belonging, "muted"))
    return blocks


def fan_figure(
    attainment: Attainment, words: Words, *, beside: Sequence[Attainment] = (), compact: bool = False
) -> Figure:
    """Return the fan chart as a figure."""
    spec = charts.to_spec(charts.fan_chart(attainment, words, beside=beside, compact=compact))
    return Figure(_id(attainment, "answer" if compact else "fan"), spec, phrases.fan_alt(attainment, words))


def live_figure(attainment: Attainment, words: Words) -> list[Figure]:
    """Return the fan chart that a reader moves by hand, where its futures are known."""
    if attainment.what_if is None or attainment.what_if.sliders is None:
        return []
    chart = live_chart(attainment, attainment.what_if.sliders, words)
    spec = charts.to_spec(chart)
    return [Figure(_id(attainment, "live"), spec, str(chart["description"]), live=True)]


def _id(attainment: Attainment, chart: str) -> str:
    return f"{chart}-{attainment.goal.id}-{attainment.scenario.id}"


def _view(attainment: Attainment, heads: Sequence[Attainment], words: Words) -> list[Block]:
    """Return what differs between the readings of a goal."""
    blocks: list[Block] = [
        fan_figure(attainment, words, beside=heads),
        *live_figure(attainment, words),
        Paragraph(phrases.dates(attainment, words)),
        Paragraph(paces(attainment, words)),
    ]
    pace = charts.pace_chart(attainment, words)
    if pace is not None:
        blocks.append(
            Figure(_id(attainment, "pace"), charts.to_spec(pace), charts.pace_alt(attainment, words))
        )
    weak = attainment.basis == "reference"
    said = phrases.reference(attainment, words)
    blocks += [Paragraph(said[0]), Paragraph(said[1], "warning" if weak else "plain")]
    if sum(m.probability is not None for m in attainment.members) > 1:
        spec = charts.to_spec(charts.members_chart(attainment, words))
        blocks.append(Figure(_id(attainment, "members"), spec, phrases.members_alt(attainment, words)))
    blocks.append(members_table(attainment, words))
    if unfit := members_left(attainment, words):
        blocks.append(Paragraph(unfit, "muted"))
    return blocks


def _shared(heads: Sequence[Attainment], words: Words) -> list[Block]:
    blocks: list[Block] = []
    if heads[0].reference.parent:
        blocks.append(growth_table(heads[0], words))
    blocks.append(evidence_table(heads, words))
    blocks.append(Paragraph(reproducible(heads, words), "muted"))
    return blocks


def sampled(results: Sequence[Attainment]) -> bool:
    """Whether any of the probabilities was drawn rather than computed in closed form."""
    return any(r.std_error > 0 for r in results)


def scenarios_table(heads: Sequence[Attainment], results: Sequence[Attainment], words: Words) -> Table:
    """Return every scenario of a goal with its probability, the headline's first.

    There is no column of sampling errors: beside the distance of readings a tenth of a point says nothing.
    """
    ordered = [*heads, *(r for r in results if r not in heads)]
    columns = [
        Column(words.say("scenario"), 2.2),
        Column(words.say("assumption"), 4.5),
        Column(words.say("probability"), 1.7, "right"),
    ]
    rows = [
        [
            Cell(phrases.scenario_name(r, words), _role(r, words)),
            Cell(words.of(r.scenario, "why"), _share(r, words)),
            Cell(words.probability(r.probability), words.likelihood(r.probability)),
        ]
        for r in ordered
    ]
    return Table(words.say("table.scenarios"), tuple(columns), tuple(map(tuple, rows)))


def members_table(attainment: Attainment, words: Words) -> Table:
    """Return what each model says, those that failed with the reason; :func:`members_left` has the rest."""
    columns = (
        Column(words.say("model"), 2.6),
        Column(words.say("weight"), 1.0, "right"),
        Column(words.say("probability"), 1.4, "right"),
        Column(words.say("median"), 1.3, "right"),
        Column(words.say("interval80"), 2.1, "right"),
        Column(words.say("status"), 3.0),
    )
    rows = tuple(_member(m, words) for m in members_shown(attainment) if m.status != "unfit")
    return Table(words.say("table.members", unit=words.of(attainment.goal, "unit")), columns, rows)


def members_left(attainment: Attainment, words: Words) -> str:
    """Return which models are not for a goal like this, by the reason; empty where all are."""
    groups: dict[str, list[str]] = {}
    for member in members_shown(attainment):
        if member.status == "unfit":
            name = phrases.member_name(member.name, words)
            groups.setdefault(phrases.reason(member, words), []).append(name)
    if not groups:
        return ""
    told = [
        words.say("members.group", names=words.listed(names), reason=reason)
        for reason, names in groups.items()
    ]
    count = sum(map(len, groups.values()))
    return words.say("members.unfit", count=str(count), groups=words.say("members.separator").join(told))


def has_law(attainment: Attainment) -> bool:
    """Whether a law of the goal's own kind answers, in place of the trend."""
    laws = set(LAWS.values())
    return any(m.name in laws and m.status == "serves" for m in attainment.members)


def members_shown(attainment: Attainment) -> list[Member]:
    """Return the members that are told of.

    Laws of other kinds are left out, and of a kind with a law of its own whatever is not for it.
    """
    laws = set(LAWS.values())

    def elsewhere(member: Member) -> bool:
        return member.status == "unfit" and member.reason.startswith("kind:")

    lawful = any(m.name in laws and not elsewhere(m) for m in attainment.members)
    return [m for m in attainment.members if not (elsewhere(m) and (lawful or m.name in laws))]


def _member(member: Member, words: Words) -> tuple[Cell, ...]:
    nothing = words.say("nothing")
    interval = nothing
    if member.low is not None and member.high is not None:
        interval = words.say("range", low=words.estimate(member.low), high=words.estimate(member.high))
    return (
        Cell(phrases.member_name(member.name, words)),
        Cell(words.decimal(member.weight)),
        Cell(nothing if member.probability is None else words.probability(member.probability)),
        Cell(nothing if member.median is None else words.estimate(member.median)),
        Cell(interval),
        Cell(_status(member, words)),
    )


def _status(member: Member, words: Words) -> str:
    second = member.status == "serves" and member.weight == 0
    status = words.say("status.second" if second else f"status.{member.status}")
    told = phrases.reason(member, words)
    return words.say("status.reason", status=status, reason=told) if told else status


def growth_table(attainment: Attainment, words: Words) -> Table:
    """Return the parent region's own steps."""
    columns = (
        Column(words.say("region"), 2.0),
        Column(words.say("indicator"), 2.4),
        Column(words.say("from"), 2.0),
        Column(words.say("to"), 2.0),
        Column(words.say("growth"), 1.6, "right"),
    )
    rows = tuple(
        (
            Cell(words.of(g, "region")),
            Cell(words.of(g, "indicator")),
            Cell(g.start.isoformat()),
            Cell(g.end.isoformat()),
            Cell(words.percent(g.percent_per_year)),
        )
        for g in attainment.reference.parent
    )
    return Table(words.say("table.growth"), columns, rows)


def evidence_table(heads: Sequence[Attainment], words: Words) -> Table:
    """Return every observation that the readings rest on, once."""
    columns = (
        Column(words.say("as_of"), 1.7),
        Column(words.say("printed"), 2.5),
        Column(words.say("published_on"), 1.7),
        Column(words.say("quote"), 3.2),
        Column(words.say("source"), 3.9),
    )
    unique = {(e.id, e.as_of): e for head in heads for e in head.evidence}
    ordered = sorted(unique.values(), key=lambda e: (e.region_zh or e.region_en, e.as_of, e.id))
    rows = tuple(_evidence(e, words) for e in ordered)
    return Table(words.say("table.evidence"), columns, rows)


def _evidence(evidence: Evidence, words: Words) -> tuple[Cell, ...]:
    unit = words.of(evidence, "unit")
    hedge = evidence.qualifier or Qualifier.EQ
    printed = words.say(f"qualifier.{hedge.value}", number=words.printed(evidence.printed), unit=unit)
    region, indicator = words.of(evidence, "region"), words.of(evidence, "indicator")
    what = phrases.named(region, indicator, words)
    origin = words.say(f"origin.{evidence.origin.value}")
    confidence = words.say(f"confidence.{evidence.confidence.value}")
    return (
        Cell(evidence.as_of.isoformat(), words.say(f"basis_of_date.{evidence.as_of_basis.value}")),
        Cell(printed, words.say("evidence.origin", what=what, origin=origin)),
        Cell(evidence.published_on.isoformat(), confidence),
        Cell(quoted(evidence, words), words.of(evidence, "note")),
        Cell(evidence.source_title, _page(evidence, words), link_of(evidence.source_url)),
    )


def quoted(told: Evidence | GoalFacts, words: Words) -> str:
    """Return the words of a source in quotation marks, or in none where they are somebody else's."""
    return words.say("paraphrased" if told.paraphrase else "quoted", quote=told.quote)


def _page(evidence: Evidence, words: Words) -> str:
    """Return who published a page, whether as a reprint, and where it is found."""
    key = "source.reprint" if evidence.source_reprint else "source.first"
    publisher = words.say(key, publisher=evidence.source_publisher)
    return words.say("evidence.source", publisher=publisher, where=where_found(evidence, words))


def where_found(told: Evidence | GoalFacts, words: Words) -> str:
    """Return a source's address, or that none was recorded, and where its words are held."""
    address = told.source_url or words.say("source.no_address")
    if not told.source_held:
        return address
    return words.say("source.held", address=address, file=f"texts/{told.source}.txt")


def _role(attainment: Attainment, words: Words) -> str:
    role = words.say(f"role.{attainment.scenario.role}")
    return "" if role.casefold() == phrases.scenario_name(attainment, words).casefold() else role


def _share(attainment: Attainment, words: Words) -> str:
    share = attainment.scenario.share
    if share is None:
        return ""
    return words.say("share", low=words.decimal(share[0]), high=words.decimal(share[1]))


def _goal_source(attainment: Attainment, words: Words) -> str:
    goal = attainment.goal
    day = words.date(goal.announced_on) if goal.announced_on else words.say("date.unknown")
    scope = words.of(goal, "scope").rstrip("\u3002. ")
    key = "source.reprint" if goal.source_reprint else "source.first"
    return words.say(
        "goal.source.paraphrased" if goal.paraphrase else "goal.source",
        scope=scope,
        quote=quoted(goal, words),
        date=day,
        title=words.say(key, publisher=words.say("titled", title=goal.source_title)),
        where=where_found(goal, words),
    )


def engine_score(attainment: Attainment, words: Words) -> str:
    """Return how the engine did where it had not learned."""
    score = attainment.engine_score
    return words.say(
        "method.engine_score",
        units=words.number(score.units),
        skill=words.percent(100 * score.brier_skill),
        error=words.decimal(100 * score.calibration_error),
    )


def reproducible(heads: Sequence[Attainment], words: Words) -> str:
    """Return what it takes to get the same numbers again."""
    head = heads[0]
    versions = words.together([f"{name} {version}" for name, version in sorted(head.versions.items())])
    how = words.say("computed.exact")
    if sampled(heads):
        error = words.error(max(h.std_error for h in heads))
        how = words.say("computed.sampled", draws=words.number(head.draws), seed=str(head.seed), error=error)
    return words.say(
        "reproducible",
        known_on=words.date(head.known_on),
        how=how,
        goal=head.goal.id,
        scenarios=words.together([h.scenario.id for h in heads]),
        versions=versions,
    )
