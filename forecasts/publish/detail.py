"""What stands behind an answer: the charts, tables and facts of one goal."""

from collections.abc import Sequence

from forecasts.attainment.result import Attainment, Member, RecordBlock
from forecasts.models.members import LAWS
from forecasts.publish import charts, phrases, recorded
from forecasts.publish.apart import bridge, grid_table, needed, steps, turning
from forecasts.publish.evidence import evidence_table, quoted, where_found
from forecasts.publish.grounds import assumptions_table, difference
from forecasts.publish.live import live_chart
from forecasts.publish.pacing import paces
from forecasts.publish.parts import Block, Cell, Column, Figure, Heading, Pair, Paragraph, Section, Table
from forecasts.publish.taking import what_it_takes
from forecasts.publish.waterfall import waterfall_alt, waterfall_chart
from forecasts.publish.words import Words


def section(
    anchor: str, name: str, heads: Sequence[Attainment], results: Sequence[Attainment], words: Words
) -> Section:
    """Return the section of one goal: what is asked, what may come, where the number comes from, evidence."""
    first = heads[0]
    blocks: list[Block] = [
        Paragraph(phrases.target(first, words)),
        Paragraph(_goal_source(first, words), "muted"),
    ]
    if meaning := phrases.meaning(first, words):
        blocks.append(Paragraph(meaning, "muted"))
    if unknown := phrases.unknown_goal(first, words):
        blocks.append(Paragraph(unknown, "warning"))
    blocks += _fans(heads, results, words)
    for head in heads:
        blocks += _taken_apart(head, heads, words)
    if table := assumptions_table(first, words):
        blocks.append(table)
    blocks += _class(heads, words)
    blocks.append(evidence_table(heads, words))
    blocks.append(Paragraph(reproducible(heads, words), "small"))
    return Section(anchor, name, tuple(blocks))


def _fans(heads: Sequence[Attainment], results: Sequence[Attainment], words: Words) -> list[Block]:
    """Return the futures with days, paces and what it takes: beside the chart, or two readings abreast."""
    table = scenarios_table(heads, results, words)
    if len(heads) == 1:
        [head] = heads
        fan = fan_figure(head, words, narrow=True)
        said = [Paragraph(_outlook(head, words)), *([] if _bare(head) else _explained(head, words))]
        return [Pair((fan,), tuple(said)), *live_figure(head, words), table]
    sides: list[tuple[Block, ...]] = [
        (
            Heading(phrases.scenario_name(head, words)),
            fan_figure(head, words, beside=heads, narrow=True),
            Paragraph(_outlook(head, words)),
        )
        for head in heads
    ]
    rows: list[Block] = [
        Pair(left, right) for left, right in zip(sides[::2], [*sides[1::2], ()], strict=False)
    ]
    moved = [f for head in heads for f in live_figure(head, words, phrases.scenario_name(head, words))]
    return [*rows, *moved, table]


def _outlook(head: Attainment, words: Words) -> str:
    said = (phrases.dates(head, words), paces(head, words), what_it_takes(head, words))
    return words.run_on([sentence for sentence in said if sentence])


def _taken_apart(head: Attainment, heads: Sequence[Attainment], words: Words) -> list[Block]:
    """Return where a probability comes from, beside the days and seasons that would change it."""
    what_if, several = head.what_if, len(heads) > 1
    if what_if is None:
        return []
    left: list[Block] = [Heading(phrases.scenario_name(head, words))] if several else []
    if (chart := waterfall_chart(head, words)) is not None:
        left.append(Figure(_id(head, "waterfall"), charts.to_spec(chart), waterfall_alt(head, words)))
    right: list[Block] = []
    if what_if.grid is not None:
        right.append(grid_table(what_if.grid, words))
        right += [Paragraph(said, "muted") for said in [turning(what_if.grid, words)] if said]
    if not several and _bare(head):
        right += _explained(head, words)
    if several:
        told = [bridge(head, words), needed(head, words) if head is heads[0] else ""]
        right += [Paragraph(said) for said in told if said]
    return [Pair(tuple(left), tuple(right))] if left and right else [*left, *right]


def _bare(head: Attainment) -> bool:
    """Whether no days and seasons stand beside the parts of a probability: then what explains it does."""
    return head.what_if is not None and head.what_if.grid is None


def _explained(head: Attainment, words: Words) -> list[Block]:
    """Return how the class bears on a probability, and what must have been there for another one."""
    return [Paragraph(told) for told in (bridge(head, words), needed(head, words)) if told]


def _class(heads: Sequence[Attainment], words: Words) -> list[Block]:
    """Return whom the goal is taken to grow like, how goals like it fared, and the steps one by one."""
    head = heads[0]
    weak, said = head.basis == "reference", phrases.reference(head, words)
    right: list[Block] = [Paragraph(said[0]), Paragraph(said[1], "warning" if weak else "plain")]
    counted: set[tuple[RecordBlock, ...]] = set()
    right += _fared(head, words, counted)
    models = [block for other in heads[1:] for block in _fared(other, words, counted)] + _models(heads, words)
    pace = charts.pace_chart(head, words)
    if pace is None:
        blocks = [*right, *models]
    else:
        # What fared how stands under the chart, beside what is said of it.
        left = Figure(_id(head, "pace"), charts.to_spec(pace), charts.pace_alt(head, words))
        fared = [block for block in right if isinstance(block, Table)]
        beside = [block for block in right if not isinstance(block, Table)]
        blocks = [Pair((left, *fared), tuple(beside)), *models]
    if len(head.reference.listed) >= phrases.FEW_STEPS:
        return [*blocks, *steps(head, words)]
    return [*blocks, growth_table(head, words)] if head.reference.parent else blocks


def _models(heads: Sequence[Attainment], words: Words) -> list[Block]:
    """Return what each model says, in a table for each reading that differs; which are not for it, once."""
    blocks: list[Block] = []
    told: set[tuple[Member, ...]] = set()
    left: set[str] = set()
    for head in heads:
        if head.members in told:
            continue
        told.add(head.members)
        name = phrases.scenario_name(head, words) if len(heads) > 1 else ""
        blocks.append(members_table(head, words, name))
        unfit = members_left(head, words)
        if unfit and unfit not in left:
            blocks.append(Paragraph(unfit, "muted"))
            left.add(unfit)
    return blocks


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
    attainment: Attainment, words: Words, *, beside: Sequence[Attainment] = (), narrow: bool = False
) -> Figure:
    """Return the fan chart as a figure; a `narrow` one has no title."""
    spec = charts.to_spec(charts.fan_chart(attainment, words, beside=beside, compact=narrow))
    return Figure(_id(attainment, "fan"), spec, phrases.fan_alt(attainment, words))


def live_figure(attainment: Attainment, words: Words, reading: str = "") -> list[Figure]:
    """Return the fan chart that a reader moves by hand, where its futures are known; of which `reading`."""
    if attainment.what_if is None or attainment.what_if.sliders is None:
        return []
    chart = live_chart(attainment, attainment.what_if.sliders, words)
    # How it is moved is said below it, where it wraps on a small screen.
    how = chart["title"].pop("subtitle")
    caption = words.say("headline.separator").join([*([reading] if reading else []), *how])
    spec = charts.to_spec(chart)
    return [Figure(_id(attainment, "live"), spec, str(chart["description"]), caption, live=True)]


def _id(attainment: Attainment, chart: str) -> str:
    return f"{chart}-{attainment.goal.id}-{attainment.scenario.id}"


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
        Column(words.say("assumption"), 3.8),
        Column(words.say("probability"), 1.5, "right"),
        Column(words.say("difference"), 1.2, "right"),
    ]
    rows = [
        [
            Cell(phrases.scenario_name(r, words), _role(r, words)),
            Cell(words.of(r.scenario, "why"), _share(r, words)),
            Cell(words.probability(r.probability), words.likelihood(r.probability)),
            Cell(
                words.say("nothing")
                if r is ordered[0]
                else difference(r.probability, ordered[0].probability, words)
            ),
        ]
        for r in ordered
    ]
    return Table(words.say("table.scenarios"), tuple(columns), tuple(map(tuple, rows)), dense=True)


def members_table(attainment: Attainment, words: Words, reading: str = "") -> Table:
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
    caption = words.say("table.members", unit=words.of(attainment.goal, "unit"))
    if reading:
        caption = words.say("table.members.reading", table=caption, reading=reading)
    return Table(caption, columns, rows, dense=True)


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
