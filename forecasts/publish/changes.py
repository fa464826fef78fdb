"""What changed since the last edition: sentences, a table of parts that add up, the course as a chart.

Levels and parts are printed to a tenth of a point, and the printed parts add up to the printed change: what
rounding leaves over goes to the part that lost most by it.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from forecasts.attainment.result import Attainment
from forecasts.ledger.fields import Qualifier
from forecasts.publish.charts import at, days_axis
from forecasts.publish.drawing import ACCENT, INK, MEDIAN, WIDTH, styled, to_spec
from forecasts.publish.english import printed_in
from forecasts.publish.parts import Block, Cell, Column, Figure, Heading, Paragraph, Section, Table
from forecasts.publish.phrases import named
from forecasts.publish.vegalite import Spec, field, layer, layered, mark, rows
from forecasts.publish.words import Words
from forecasts.whatif.changed import Changed, ChangedFigure, Changes, CoursePoint
from forecasts.whatif.changes import SWAPS, Swap

#: Figures that a table lists.
SHOWN: Final = 8

#: From so many days on, a course has a chart.
FEW: Final = 3


def placed(section: Section, changes: Changes | None, heads: Sequence[Attainment], words: Words) -> Section:
    """Return a goal's section with what changed, after its first table; as it is where nothing is known."""
    if changes is None:
        return section
    blocks = blocks_of(changes, heads[0].goal.id, [head.scenario.id for head in heads], words)
    first = next((at for at, one in enumerate(section.blocks) if isinstance(one, Table)), -1) + 1
    return replace(section, blocks=(*section.blocks[:first], *blocks, *section.blocks[first:]))


def blocks_of(changes: Changes, goal: str, scenarios: Sequence[str], words: Words) -> tuple[Block, ...]:
    """Return what changed of a goal: a heading, a sentence a scenario, parts, figures, the course.

    Parameters
    ----------
    scenarios : sequence of str
        Those that the headline shows.
    """
    found = [one for one in changes.about(goal) if one.scenario in scenarios]
    heading = Heading(words.say("changes.heading", date=words.date(changes.since)))
    if not found:
        new = any(one.goal == goal and one.scenario in scenarios for one in changes.new)
        return (heading, Paragraph(words.say("changes.first"))) if new else ()
    blocks: list[Block] = [heading, *(Paragraph(sentence(one, len(found) > 1, words)) for one in found)]
    # One part alone is told by the sentence.
    if any(sum(part.change != 0 for part in one.parts) > 1 for one in found):
        blocks.append(parts_table(found, words, brief=True))
        blocks.append(Paragraph(words.say("changes.order"), "muted"))
    if not changes.kept:
        blocks.append(Paragraph(words.say("changes.lost"), "muted"))
    if any(one.figures for one in found):
        blocks.append(figures_table(found[0], words))
    for one in found:
        if len(one.course) >= FEW:
            alt = course_alt(one, words)
            spec = to_spec(course_chart(one, words))
            blocks.append(Figure(f"course-{one.goal}-{one.scenario}", spec, alt))
    return tuple(blocks)


def sentence(one: Changed, several: bool, words: Words) -> str:
    """Say how a probability changed and by what, in a sentence or two."""
    said = []
    levels = {"before": level(one.before, words), "after": level(one.after, words)}
    points = printed(one)
    total = sum(points)
    if total == 0:
        said.append(words.say("changes.same", **levels))
    else:
        key = "changes.rose" if total > 0 else "changes.fell"
        said.append(words.say(key, **levels, points=words.decimal(abs(total), 1)))
    if one.quiet:
        said.append(words.say("changes.quiet"))
    elif by := [_by(part.swaps, p, words) for part, p in zip(one.parts, points, strict=True) if p]:
        said.append(words.say("changes.by", parts=words.together(by)))
    if not one.quiet and not any(figure.how == "new" for figure in one.figures):
        said.append(words.say("changes.no_figure"))
    if one.outcomes:
        said.append(words.say("changes.outcomes", count=str(len(one.outcomes))))
    if before := one.goal_before:
        value = words.amount(words.number(before.value), words.of(one, "unit"))
        said.append(words.say("changes.goal_before", value=value, date=words.date(before.deadline)))
    told = words.run_on(said)
    return words.say("changes.under", scenario=words.of(one, "scenario"), told=told) if several else told


def came_and_went(changes: Changes, words: Words) -> tuple[str, ...]:
    """Say what only one of the two runs answered."""
    said = []
    for key, some in (("changes.new", changes.new), ("changes.gone", changes.gone)):
        if some:
            names = [words.say("changes.named", goal=one.goal, scenario=one.scenario) for one in some]
            said.append(words.say(key, goals=words.together(names)))
    return tuple(said)


def _by(swaps: Sequence[Swap], points: float, words: Words) -> str:
    return words.say("changes.part", name=swap_names(swaps, words), points=signed(points, words))


def swap_names(swaps: Sequence[Swap], words: Words) -> str:
    """Name what was swapped; several that cannot be told apart together."""
    if len(swaps) == len(SWAPS):
        return words.say("changes.all")
    return words.say("changes.and").join(words.say(f"changes_swap.{swap}") for swap in swaps)


def level(probability: float, words: Words) -> str:
    """Return a probability to a tenth of a percent; never 0 % and never 100 %."""
    return words.percent(tenths(probability) / 10)


def tenths(probability: float) -> int:
    """Return a probability in thousands, as levels are printed; what changed is the difference of these."""
    return min(999, max(1, round(1000 * probability)))


def printed(one: Changed) -> tuple[float, ...]:
    """Return the parts in points to a tenth, so that they add up to the difference of the printed levels."""
    total = tenths(one.after) - tenths(one.before)
    exact = [1000 * part.change for part in one.parts]
    told = [round(value) for value in exact]
    moved = [at for at, part in enumerate(one.parts) if part.change]
    while (left := total - sum(told)) and moved:
        step = int(math.copysign(1, left))
        at = max(moved, key=lambda i: step * (exact[i] - told[i]))
        told[at] += step
    return tuple(value / 10 for value in told)


def signed(points: float, words: Words) -> str:
    """Return points with their sign."""
    key = "changes.plus" if points > 0 else "changes.minus" if points < 0 else "changes.zero"
    return words.say(key, points=words.decimal(abs(points), 1))


def parts_table(found: Sequence[Changed], words: Words, brief: bool = False) -> Table:
    """Return the parts of each change, in the order of the swaps, between both levels; a column a scenario.

    Parameters
    ----------
    brief : bool
        Whether parts that changed nothing are left out.
    """
    several = len(found) > 1
    columns = [Column(words.say("changes.column.part"), 3.2)]
    for one in found:
        title = words.of(one, "scenario") if several else words.say("changes.column.points")
        columns.append(Column(title, 1.6, "right"))
    some = [part for one in found for part in one.parts if part.change or not brief]
    groups = list(dict.fromkeys(part.swaps for part in some))
    groups.sort(key=lambda swaps: (SWAPS.index(swaps[0]), len(swaps)))
    points = [dict(zip((p.swaps for p in one.parts), printed(one), strict=True)) for one in found]
    body = [
        (Cell(swap_names(swaps, words)), *(_points(these.get(swaps), words) for these in points))
        for swaps in groups
    ]
    before = (Cell(words.say("changes.before", date=words.date(found[0].known_before))),
              *(Cell(level(one.before, words)) for one in found))  # fmt: skip
    after = (Cell(words.say("changes.after", date=words.date(found[0].known_on))),
             *(Cell(level(one.after, words)) for one in found))  # fmt: skip
    return Table(words.say("changes.table"), tuple(columns), (before, *body, after))


def _points(points: float | None, words: Words) -> Cell:
    return Cell(words.say("nothing") if points is None else signed(points, words))


def figures_table(one: Changed, words: Words) -> Table:
    """Return the figures behind a change, the goal's own first."""
    columns = (
        Column(words.say("changes.column.figure"), 3.4), Column(words.say("as_of"), 1.5),
        Column(words.say("changes.column.before"), 1.6, "right"),
        Column(words.say("changes.column.now"), 1.6, "right"),
        Column(words.say("published_on"), 1.5), Column(words.say("source"), 3.0),
    )  # fmt: skip
    shown = one.figures[:SHOWN]
    more = len(one.figures) - len(shown) + one.more_figures
    caption = words.say("changes.figures")
    if more:
        caption = words.say("changes.figures.more", count=str(more))
    return Table(caption, columns, tuple(_figure(figure, words) for figure in shown))


def _figure(figure: ChangedFigure, words: Words) -> tuple[Cell, ...]:
    nothing = words.say("nothing")
    hedge = figure.qualifier or Qualifier.EQ
    numbers, unit = printed_in((figure.value, figure.before), words.of(figure, "unit"), words)
    now, before = (nothing if n is None else words.printed(n) for n in numbers)
    if figure.value is not None:
        now = words.say(f"qualifier.{hedge.value}", number=now, unit=unit)
    what = named(words.of(figure, "region"), words.of(figure, "indicator"), words)
    return (
        Cell(what, words.say(f"changes_how.{figure.how}")), Cell(figure.as_of.isoformat()),
        Cell(before), Cell(now), Cell(figure.published_on.isoformat()),
        Cell(figure.source_title),
    )  # fmt: skip


def course_chart(one: Changed, words: Words) -> Spec:
    """Return the probability over the days of knowledge; days on which an own figure came are marked."""
    points = [_point(point, one, words) for point in one.course]
    x = days_axis(one.course[0].known_on, one.course[-1].known_on, ticks=6)
    y_axis = {"format": "%", "title": words.say("probability"), "values": [0.1, 0.25, 0.5, 0.75, 0.9]}
    y = field("p:Q", axis=y_axis, scale={"domain": [0, 1]})
    tooltip = [field("day:N", title=words.say("changes.course.axis")),
               field("text:N", title=words.say("probability")),
               field("figures:N", title=words.say("changes.course.figures"))]  # fmt: skip
    line = mark("line", color=MEDIAN, interpolate="step-after", strokeWidth=1.5)
    layers = [
        layer(rows(points), line, x=x, y=y),
        layer(rows([p for p in points if not p["own"]]), _dot(MEDIAN, 40), x=x, y=y, tooltip=tooltip),
        layer(rows([p for p in points if p["own"]]), _dot(ACCENT, 70), x=x, y=y, tooltip=tooltip),
        layer(rows(points[-1:]), mark("text", align="left", dx=8, color=INK), x=x, y=y, text=field("text:N")),
    ]
    title = {"text": words.say("changes.course"), "subtitle": words.say("changes.course.subtitle")}
    alt = course_alt(one, words)
    return styled(layered(layers, width=WIDTH - 60, height=150, title=title, description=alt))


def _dot(colour: str, size: int) -> Spec:
    return mark("point", filled=True, size=size, color=colour, opacity=1)


def _point(point: CoursePoint, one: Changed, words: Words) -> dict[str, str | float]:
    return {
        "date": at(point.known_on), "day": words.date(point.known_on),
        "p": point.probability, "text": words.probability(point.probability),
        "figures": _came(point, one, words), "own": int(point.own),
    }  # fmt: skip


def _came(point: CoursePoint, one: Changed, words: Words) -> str:
    """Name the figures that had come, as far as the change tells of them; those of peers are counted."""
    known = {figure.id: figure for figure in one.figures}
    figures = [_named(known[id], words) if id in known else id for id in point.figures]
    others = [words.say("changes.course.others", count=str(point.others))] if point.others else []
    return words.together([*figures, *others]) or words.say("nothing")


def _named(figure: ChangedFigure, words: Words) -> str:
    what = named(words.of(figure, "region"), words.of(figure, "indicator"), words)
    return words.say("changes.course.figure", what=what, date=words.date(figure.as_of))


def course_alt(one: Changed, words: Words) -> str:
    """Return the course in words."""
    told = [_course_part(point.known_on, point.probability, words) for point in one.course]
    return words.say("changes.course.alt", points=words.together(told))


def _course_part(day: dt.date, probability: float, words: Words) -> str:
    return words.say("changes.course.point", date=words.date(day), probability=words.probability(probability))


def course_table(one: Changed, words: Words) -> Table:
    """Return the course as a table: the day, the probability, who said it, the figures that had come."""
    columns = (
        Column(words.say("changes.course.axis"), 1.6), Column(words.say("probability"), 1.4, "right"),
        Column(words.say("changes.column.origin"), 2.0),
        Column(words.say("changes.course.figures"), 5.0),
    )  # fmt: skip
    body = tuple(
        (
            Cell(point.known_on.isoformat()), Cell(words.probability(point.probability)),
            Cell(words.say(f"changes_origin.{point.origin}")),
            Cell(_came(point, one, words)),
        )
        for point in one.course
    )  # fmt: skip
    return Table(words.say("changes.course"), columns, body)
