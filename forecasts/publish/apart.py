"""A verdict taken apart: days against seasons, share against probability, the class, all goals."""

from collections.abc import Sequence
from typing import Final

from forecasts.attainment.grounds import ClassStep, Grid
from forecasts.attainment.result import Attainment
from forecasts.attainment.what_if import Joint
from forecasts.publish import phrases, questions
from forecasts.publish.pacing import change
from forecasts.publish.parts import Block, Cell, Column, Paragraph, Table
from forecasts.publish.words import Words

#: So many steps of the class stand beside each other.
ABREAST: Final = 3


def grid_table(grid: Grid, words: Words) -> Table:
    """Return the probability under each day of the newest figure and each share of the fourth quarter."""
    columns = [Column(words.say("grid.day"), 1.8)]
    columns += [
        Column(words.say("grid.share", share=questions.share(share, words)), 1.0, "right")
        for share in grid.q4_shares
    ]
    turning = grid.turning

    def cell(day: object, share: float, p: float | None) -> Cell:
        stands = (day, share) == (grid.as_of, grid.q4_share)
        turns = turning is not None and (day, share) == (turning.as_of, turning.q4_share)
        text = words.say("nothing") if p is None else words.probability(p)
        return Cell(text, mark="on" if stands else "turn" if turns else "")

    rows = tuple(
        (Cell(words.date(day)), *(cell(day, share, grid.at(day, share)) for share in grid.q4_shares))
        for day in grid.days
    )
    return Table(words.say("table.grid"), tuple(columns), rows)


def turning(grid: Grid, words: Words) -> str:
    """Return which pair of conditions breaks the verdict; empty where none does."""
    found = grid.turning
    if found is None:
        return ""
    key = "turning.both" if found.needs_both else "turning.one"
    return words.say(
        key,
        date=words.date(found.as_of),
        share=questions.share(found.q4_share, words),
        probability=words.probability(found.probability),
    )


def bridge(head: Attainment, words: Words) -> str:
    """Return how many of the class's steps were enough, and why the probability lies apart from that."""
    falls = None if head.what_if is None else head.what_if.waterfall
    few = head.reference.steps < phrases.FEW_STEPS
    if falls is None or few or not falls.bridge or head.reference.beat is None:
        return ""
    told = {
        "enough": words.number(round(head.reference.beat * head.reference.steps)),
        "steps": words.number(head.reference.steps),
        "probability": words.probability(head.probability),
    }
    if not falls.diverges or falls.reason is None:
        return words.say("bridge", **told)
    most = next(part for part in falls.bridge if part.name == falls.reason)
    moved = words.say("part.points.up" if most.points > 0 else "part.points.down",
                      points=words.decimal(100 * abs(most.points), 1))  # fmt: skip
    return words.say("bridge.apart", reason=words.say(f"part.{falls.reason}"), moved=moved, **told)


def needed(head: Attainment, words: Words) -> str:
    """Return what must have been there already for 50 and for 80 %."""
    found = [] if head.what_if is None else [n for n in head.what_if.needed_now if n.value is not None]
    if not found:
        return ""
    parts = [
        words.say("needed.one", amount=questions.amount(n.value or 0.0, head, words),
                  wanted=words.probability(n.wanted))
        for n in found
    ]  # fmt: skip
    return words.say("needed", date=words.date(found[0].as_of), parts=words.together(parts))


def steps(head: Attainment, words: Words) -> list[Block]:
    """Return the class's steps, the newest first, and whose figures they are."""
    listed = head.reference.listed
    sources = list(dict.fromkeys(step.source_title for step in listed))
    indicators = list(dict.fromkeys(words.of(step, "indicator") for step in listed))
    several = len(indicators) > 1
    columns: list[Column] = []
    for _ in range(min(ABREAST, len(listed))):
        columns += [Column(words.say("step.whose"), 2.5), Column(words.say("step.when"), 2.0),
                    Column(words.say("step.growth"), 1.2, "right")]  # fmt: skip
    abreast = len(columns) // 3
    deep = -(-len(listed) // abreast)
    cells = [_step(step, sources, indicators if several else (), head, words) for step in listed]
    cells += [(Cell(""), Cell(""), Cell(""))] * (deep * abreast - len(cells))
    rows = tuple(tuple(c for k in range(abreast) for c in cells[k * deep + at]) for at in range(deep))
    caption = words.say("table.steps", count=words.number(head.reference.steps))
    told = [words.say("step.source", number=str(n), title=title) for n, title in enumerate(sources, 1)]
    if several:
        told = [
            words.say("step.indicator", letter=_letter(n), name=name) for n, name in enumerate(indicators)
        ] + told
    return [Table(caption, tuple(columns), rows, dense=True), Paragraph(words.run_on(told), "small")]


def _letter(number: int) -> str:
    """Return a letter for a number from 0 on, and two where letters do not reach."""
    more, last = divmod(number, 26)
    return ("" if not more else _letter(more - 1)) + chr(ord("a") + last)


def _step(
    step: ClassStep, sources: Sequence[str], indicators: Sequence[str], head: Attainment, words: Words
) -> tuple[Cell, Cell, Cell]:
    whose = words.of(step, "region")
    if indicators:
        letter = _letter(indicators.index(words.of(step, "indicator")))
        whose = words.say("step.counted", region=whose, letter=letter)
    number = str(sources.index(step.source_title) + 1)
    form = "%Y" if {(d.month, d.day) for d in (step.start, step.end)} == {(12, 31)} else "%y-%m"
    when = words.say("step.years", start=f"{step.start:{form}}", end=f"{step.end:{form}}")
    grew = change(step.per_year, head.reference.scale, head, words)
    short = step.beats is False
    return (
        Cell(words.say("step.named", whose=whose, number=number)),
        Cell(when),
        Cell(words.say("step.short", growth=grew) if short else grew),
    )


def joint_blocks(joint: Joint, words: Words, alone: bool = True) -> tuple[Block, ...]:
    """Return what may become of goals together: a table, beside others with its region, and a sentence."""
    events = [e for e in joint.events if e.what in ("all", "at_least", "none")]
    shown = [e for e in events if not (e.what == "at_least" and e.k == len(joint.goals))]
    columns = (
        Column(words.say("joint.event"), 3.0), Column(words.say("probability"), 1.4, "right"),
        Column(words.say("joint.independent"), 1.8, "right"), Column(words.say("joint.range"), 2.4, "right"),
    )  # fmt: skip
    rows = []
    for event in shown:
        low, high = sorted((event.at_low, event.at_high))
        ends = words.say("span", low=words.probability(low), high=words.probability(high))
        said = words.say(f"joint.{event.what}", count=words.number(event.k or 0))
        cells = (words.probability(event.probability), words.probability(event.independent), ends)
        rows.append((Cell(said), *map(Cell, cells)))
    under = words.say("joint.under", goals=words.together(_goals(joint, words)))
    caption = words.say("table.joint")
    if not alone:
        regions = words.listed(list(dict.fromkeys(words.of(goal, "region") for goal in joint.goals)))
        caption = words.say("table.joint.of", region=regions)
    return (Table(caption, columns, tuple(rows), dense=True), Paragraph(under, "muted"))


def _goals(joint: Joint, words: Words) -> list[str]:
    """Return each goal with its scenario, and with its deadline where another goal has its name."""
    names = [words.of(goal, "indicator") for goal in joint.goals]
    told = []
    for name, goal in zip(names, joint.goals, strict=True):
        if names.count(name) > 1:
            name = words.say("goal.named", name=name, detail=words.date(goal.deadline))
        told.append(words.say("joint.goal", name=name, scenario=words.of(goal, "name")))
    return told
