"""The first page, which stands alone: verdicts, gaps, what they turn on, whom to ask, what it is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from forecasts.attainment.result import Attainment
from forecasts.publish import charts, phrases, since, strips
from forecasts.publish.backdrop import backdrop
from forecasts.publish.drawing import COMPACT, THIRD
from forecasts.publish.grounds import grounds
from forecasts.publish.leads import Verdict, lead, readings_of, verdict_of
from forecasts.publish.pacing import change, in_points, is_met, pace_value
from forecasts.publish.parts import Cell, Figure, Front, Group, Row, Stamp, Step, Trend
from forecasts.publish.portfolio import chapters, due_day, grouped, overview
from forecasts.publish.questions import asks, share
from forecasts.publish.recorded import second_opinion
from forecasts.publish.words import SCALE, Words, step
from forecasts.whatif.changed import Changed, Changes

#: Of more goals than these, a brief is a portfolio: a line for each, and no page of their own.
FEW: Final = 6

#: Of so many goals, each has its chart on the first page.
TREND: Final = 3

Groups = Mapping[str, Sequence[Attainment]]


def front(
    groups: Groups,
    heads: Groups,
    named: Mapping[str, str],
    words: Words,
    *,
    edition: int | None,
    track_record: Sequence[str],
    stamp: Stamp,
    changes: Changes | None = None,
) -> Front:
    """Return the first page.

    Parameters
    ----------
    groups, heads : mapping
        All results of each goal, and those that answer.
    named : mapping
        The name of each goal.
    edition : int, optional
        Which edition of its plan it is; None: not known.
    track_record : sequence of str
        What forecasts like these were worth; the first sentence stands here.
    changes : Changes, optional
        What changed since the last edition.
    """
    many = len(groups) > FEW
    pairs = [(named[goal], heads[goal]) for goal in groups]
    leads = () if many else tuple(
        lead(anchor(goal), named[goal], heads[goal], _others(groups[goal], heads[goal]), words)
        for goal in groups
    )  # fmt: skip
    alone = len(groups) == 1
    drawn = () if len(groups) > TREND else (_trend(name, some, alone, words) for name, some in pairs)
    trends = tuple(trend for trend in drawn if trend is not None)
    placed = _groups(groups, heads, named, many, words, since.compared(changes, heads))
    due = due_day(heads) if many else None
    told = words.say("front.goal.due", date=words.date(due)) if due else ""
    columns = (
        Cell(words.say("front.goal"), told), Cell(words.say("front.probability"), words.say("front.marks")),
        Cell(words.say("front.expected"), words.say("front.range")),
        Cell(words.say("front.pace"), words.say("front.seen")),
    )  # fmt: skip
    return Front(
        edition=_edition(edition, words),
        day=_day([h for some in groups.values() for h in some], words),
        leads=leads,
        columns=columns,
        groups=placed,
        many=many,
        asks=None if many else asks(pairs, words),
        trends=trends,
        trend_note=words.say("trend.fan") if trends else "",
        grounds=() if many else grounds(pairs, words),
        trust_label=words.say("trust.label"),
        trust=track_record[0] if track_record else words.say("trust.none"),
        scale=scale(heads, words),
        files=words.say("front.files.many" if many else "front.files"),
        sign=words.say("front.sign", state=stamp.word),
        changed=since.counted(changes, heads, words),
        overview=overview(placed, {anchor(goal): some for goal, some in heads.items()}, words)
        if many
        else None,
        chapters=chapters(placed, words) if many else (),
    )


def anchor(goal: str) -> str:
    """Return where the section of a goal is found."""
    return f"goal-{goal}"


def _others(results: Sequence[Attainment], heads: Sequence[Attainment]) -> list[Attainment]:
    return [r for r in results if r not in heads]


def _edition(edition: int | None, words: Words) -> str:
    if edition is None:
        return words.say("title.none")
    return words.say("edition.first" if edition == 1 else "edition", number=words.number(edition))


def _day(results: Sequence[Attainment], words: Words) -> str:
    """Return the day of knowledge, and how many days are left until the nearest deadline."""
    if not results:
        return ""
    known_on = max(r.known_on for r in results)
    deadlines = sorted({r.goal.deadline for r in results})
    left = (deadlines[0] - known_on).days
    told = {"date": words.date(known_on), "days": words.number(max(left, 0))}
    if left < 0:
        return words.say("day.past", **told)
    return words.say("day.left" if len(deadlines) == 1 else "day.nearest", **told)


def _groups(
    groups: Groups,
    heads: Groups,
    named: Mapping[str, str],
    many: bool,
    words: Words,
    changed: Mapping[str, Changed],
) -> tuple[Group, ...]:
    """Return the goals: few in their order, many by region and family, the most probable first."""
    dated = many and due_day(heads) is None
    rows = {
        goal: replace(
            row(named[goal], heads[goal], groups[goal], words, many, dated),
            since=since.of_row(changed.get(goal), many, words),
        )
        for goal in groups
    }
    if not many:
        return (Group("", tuple(rows.values())),)
    return grouped(rows, heads, words)


def row(
    name: str,
    heads: Sequence[Attainment],
    results: Sequence[Attainment],
    words: Words,
    many: bool,
    dated: bool,
) -> Row:
    """Return a goal's line in the table of goals; of `many` a short one, its region standing above it.

    Where goals of many are `dated`, each has its deadline with it.
    """
    head, found = heads[0], verdict_of(heads)
    marks = _marks(heads, results, words)
    told = tuple(words.say("strip.reading", sign=strips.key(m.answer), text=text) for m, text in marks)
    unit = words.of(head.goal, "unit")
    sign = head.goal.comparison.sign
    return Row(
        anchor=anchor(head.goal.id),
        name=words.of(head.goal, "indicator") if many else name,
        target=words.say(
            "front.target.day" if dated else "front.target",
            sign=sign,
            amount=words.quantity(head.goal.value, unit),
            date=head.goal.deadline.isoformat(),
        ),
        number=_number(found, words),
        span=_span(found, words),
        likelihood="" if found.kind != "one" else words.likelihood(found.low),
        strip=strips.strip([m for m, _ in marks], words.together([t for _, t in marks]), not many),
        readings=told if len(marks) > 1 and not (many and len(heads) == 1) else (),
        now=_now(head, words),
        likely=_likely(head, len(heads) > 1, words),
        pace=_pace(head, words),
        seen=_seen(head, words)[-1:] if many else _seen(head, words),
        notices=_notices(heads, many, words),
        record=_record(heads, words),
        bare=_unsupported(heads, many, words) != "",
    )


def _notices(heads: Sequence[Attainment], many: bool, words: Words) -> tuple[str, ...]:
    """Return what has to be known of a goal before anything else: in a word or two where there are many."""
    head = heads[0]
    told = [
        "" if head.goal.known else words.say("notice.unknown") if many else phrases.unknown_goal(head, words)
    ]
    told.append(_unsupported(heads, many, words))
    if all(h.scenario.role == "alternative" for h in heads):
        told.append(words.say("no_baseline"))
    if many and head.record is not None and head.record.speaks:
        # Median and range belong to the engine's own answer: beside another number that has to be said.
        told.append(words.say("notice.alone", alone=words.probability(head.probability_alone)))
    return tuple(notice for notice in told if notice)


def _unsupported(heads: Sequence[Attainment], many: bool, words: Words) -> str:
    """Return that no own figure stands behind one of the answers, in short where there are many goals."""
    bare = next((h for h in heads if phrases.unsupported(h, words)), None)
    if bare is None:
        return ""
    if not many:
        return phrases.unsupported(bare, words)
    few = bare.reference.steps < phrases.FEW_STEPS
    return words.say("notice.presumed" if few else "notice.reference")


def _record(heads: Sequence[Attainment], words: Words) -> str:
    """Return what the record of goals like it makes of the answer: in short where it is a second opinion."""
    records = [head.record for head in heads if head.record is not None]
    if not records or records[0].newest is None or records[0].speaks:
        return second_opinion(heads, words)
    shown = words.say("or").join(dict.fromkeys(words.probability(r.probability) for r in records))
    return words.say("front.record", probability=shown)


def _number(found: Verdict, words: Words) -> str:
    if found.kind == "undetermined":
        return words.say("undetermined")
    if found.kind == "between":
        return _ends(found, words)
    return words.probability(found.low)


def _span(found: Verdict, words: Words) -> str:
    return _ends(found, words) if found.kind == "undetermined" else ""


def _ends(found: Verdict, words: Words) -> str:
    return words.say("span", low=words.probability(found.low), high=words.probability(found.high))


def _marks(
    heads: Sequence[Attainment], results: Sequence[Attainment], words: Words
) -> list[tuple[strips.Mark, str]]:
    """Return the answer and its rival readings, each with its name; other scenarios where nobody asked."""
    told, found = readings_of(heads), list[tuple[strips.Mark, str]]()
    ends = {} if told is None else {r.scenario: (r.low, r.high) for r in told.rows}
    alone = len(heads) == 1
    known: dict[str, tuple[str, float]] = {
        r.scenario.id: (phrases.scenario_name(r, words), r.probability)
        for r in results
        if told is None or r.scenario.id in ends or r in heads
    }
    if told is not None:
        for reading in told.rows:
            known.setdefault(reading.scenario, (words.of(reading, "name"), reading.probability))
    for scenario, (name, p) in known.items():
        low, high = ends.get(scenario, (p, p))
        answer = alone and scenario == heads[0].scenario.id
        wide = words.probability(low) != words.probability(high)
        text = words.say(
            "strip.wide" if wide else "strip.one", name=name, probability=words.probability(p),
            low=words.probability(low), high=words.probability(high),
        )  # fmt: skip
        found.append((strips.Mark(p, answer, low, high), text))
    return found


def _now(head: Attainment, words: Words) -> str:
    goal = head.goal
    newest = head.so_far.value if head.so_far else head.history[-1].value if head.history else None
    median = head.quantiles.get("q0.5", head.fan[-1].q50 if head.fan else None)
    after = words.say("nothing") if median is None else words.estimate(median)
    before = words.say("nothing") if newest is None else words.estimate(newest)
    unit = words.of(goal, "unit")
    return words.say(
        "front.now", before=before, after=words.amount(after, unit) if median is not None else after
    )


def _likely(head: Attainment, several: bool, words: Words) -> str:
    low, high = head.quantiles.get("q0.1"), head.quantiles.get("q0.9")
    if low is None or high is None:
        return ""
    told = {"low": words.estimate(low), "high": words.estimate(high)}
    if several:
        return words.say("front.likely.reading", reading=phrases.scenario_name(head, words), **told)
    return words.say("range", **told)


def _pace(head: Attainment, words: Words) -> str:
    if is_met(head):
        return words.say("pace.met")
    required = head.required_pace
    return words.say("nothing") if required is None else pace_value(required, head, words)


def _seen(head: Attainment, words: Words) -> tuple[str, ...]:
    """Return the paces that were seen: the own one or the parent's, and the class's middle 80 %."""
    said, observed, reference = [], head.observed_pace, head.reference
    if reference.parent:
        grew = [g.percent_per_year for g in reference.parent]
        region = words.of(reference.parent[0], "region")
        ends = {"low": words.percent(min(grew)), "high": words.percent(max(grew))}
        if len(grew) == 1:
            said.append(words.say("seen.parent.one", region=region, low=ends["low"]))
        else:
            said.append(words.say("seen.parent", region=region, count=words.number(len(grew)), **ends))
    elif observed is not None:
        key = "seen.assumed" if observed.assumed else "seen.own"
        said.append(words.say(key, pace=pace_value(observed, head, words)))
    if reference.low is not None and reference.high is not None and reference.steps >= phrases.FEW_STEPS:
        ends = {
            "low": change(reference.low, reference.scale, head, words),
            "high": change(reference.high, reference.scale, head, words),
        }
        if in_points(reference.scale, head, words):
            # The unit is told once.
            ends = {"low": words.estimate(reference.low), "high": words.estimate(reference.high)}
            said.append(words.say("seen.class.points", **ends))
        else:
            said.append(words.say("seen.class", **ends))
    return tuple(said)


def _trend(name: str, heads: Sequence[Attainment], alone: bool, words: Words) -> Trend | None:
    """Return a goal's chart: of several readings the first, which the caption names."""
    head = heads[0]
    if not head.fan:
        return None
    behind = backdrop(head)
    size = COMPACT if alone else THIRD
    chart = charts.fan_chart(head, words, beside=heads, compact=True, size=size, behind=behind)
    said = [] if len(heads) == 1 else [words.say("trend.reading", reading=phrases.scenario_name(head, words))]
    if behind is not None:
        part = words.percent(100 * behind.share)
        said.append(words.say("trend.behind", region=words.of(behind, "region"), share=part))
    clock = next((a for a in head.assumptions if a.about == "clock" and a.number is not None), None)
    if clock is not None and clock.number is not None and clock.number != 0.25:
        said.append(words.say("trend.clock", share=share(clock.number, words)))
    id = f"trend-{head.goal.id}-{head.scenario.id}"
    return Trend(name, Figure(id, charts.to_spec(chart), phrases.fan_alt(head, words), words.run_on(said)))


def scale(heads: Groups, words: Words) -> tuple[Step, ...]:
    """Return the scale of words, the steps on which a goal stands set off."""
    stands = set()
    for some in heads.values():
        if verdict_of(some).kind != "undetermined":
            stands |= {step(h.probability) for h in some}
    tops = [low - 1 for low, _ in SCALE[1:]]
    steps = []
    for (low, name), top in zip(SCALE, [*tops, 100], strict=True):
        ends = words.say("probability.ends", low=str(low), high=str(top))
        only = {0: "probability.below", 100: "probability.above"}
        told = words.say(only[low]) if low in only else ends
        steps.append(Step(words.say(f"likelihood.{name}"), told, name in stands))
    return tuple(steps)
