"""What changed since the last edition, of all goals at once: counted, and those that moved most."""

from collections.abc import Mapping, Sequence
from typing import Final

from forecasts.attainment.result import Attainment
from forecasts.publish.changes import level, printed, signed, swap_names
from forecasts.publish.parts import Cell, Column, Paragraph, Section, Table
from forecasts.publish.words import Words
from forecasts.whatif.changed import Changed, Changes

#: So many goals are listed, those that moved most.
SHOWN: Final = 15

Heads = Mapping[str, Sequence[Attainment]]


def compared(changes: Changes | None, heads: Heads) -> dict[str, Changed]:
    """Return what changed of each goal's first headline scenario; goals that are new are not in it."""
    asked = {(goal, some[0].scenario.id): goal for goal, some in heads.items()}
    found = () if changes is None else changes.changed
    return {asked[one.goal, one.scenario]: one for one in found if (one.goal, one.scenario) in asked}


def moved(one: Changed) -> float:
    """Return by how many points a printed probability moved, to a tenth."""
    return round(sum(printed(one)), 1)


def of_row(one: Changed | None, many: bool, words: Words) -> str:
    """Return the change beside a goal's probability; of `many` the bare points of those that moved."""
    if one is None:
        return ""
    points = signed(moved(one), words)
    if many:
        return points if moved(one) else ""
    return words.say("since.row", points=points)


def counted(changes: Changes | None, heads: Heads, words: Words) -> str:
    """Return how many probabilities rose, fell and stayed; empty where no earlier edition has any of them."""
    found = list(compared(changes, heads).values())
    if changes is None or not found:
        return ""
    points = [moved(one) for one in found]
    numbers = {
        "up": sum(p > 0 for p in points), "down": sum(p < 0 for p in points),
        "same": sum(p == 0 for p in points), "quiet": sum(one.quiet for one in found),
        "new": len(heads) - len(found),
    }  # fmt: skip
    told = {name: words.number(number) for name, number in numbers.items()}
    return words.say("since.counted", date=words.date(changes.since), **told)


def section(changes: Changes | None, heads: Heads, named: Mapping[str, str], words: Words) -> Section | None:
    """Return the goals whose probabilities moved most, and by what; None where none moved."""
    if changes is None:
        return None
    found = [(goal, one) for goal, one in compared(changes, heads).items() if moved(one)]
    if not found:
        return None
    found.sort(key=lambda pair: -abs(moved(pair[1])))
    columns = (
        Column(words.say("front.goal"), 4.0), Column(words.say("since.before"), 1.2, "right"),
        Column(words.say("since.after"), 1.2, "right"),
        Column(words.say("changes.column.points"), 1.2, "right"), Column(words.say("since.by"), 3.0),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(named[goal]), Cell(level(one.before, words)), Cell(level(one.after, words)),
            Cell(signed(moved(one), words)), Cell(_mostly(one, words)),
        )
        for goal, one in found[:SHOWN]
    )  # fmt: skip
    caption = words.say("since.table", shown=words.number(len(rows)), count=words.number(len(found)))
    heading = words.say("changes.heading", date=words.date(changes.since))
    blocks = (Paragraph(counted(changes, heads, words)), Table(caption, columns, rows, dense=True))
    return Section("changes", heading, blocks, new_page=False)


def _mostly(one: Changed, words: Words) -> str:
    """Return the part that moved a probability most, with its points."""
    points = printed(one)
    part, most = max(zip(one.parts, points, strict=True), key=lambda pair: abs(pair[1]))
    return words.say("changes.part", name=swap_names(part.swaps, words), points=signed(most, words))
