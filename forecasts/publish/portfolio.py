"""Many goals: by region and family, ranked, and of each region how many stand on each step of the scale."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from forecasts.attainment.result import Attainment
from forecasts.publish.glance import Chapter, Overview, Tally
from forecasts.publish.leads import verdict_of
from forecasts.publish.parts import Group, Row
from forecasts.publish.words import SCALE, Words, step

#: From these parts of a region's goals on, a count is set off, and set off strongly.
SOME, MOST = 0.25, 0.5

#: Where a goal counts that stands on no one step.
OPEN = "open"

Heads = Mapping[str, Sequence[Attainment]]


def grouped(rows: Mapping[str, Row], heads: Heads, words: Words) -> tuple[Group, ...]:
    """Return the lines of goals by region and family, the largest first; in each the most probable first."""
    with_family = len({_family(some[0]) for some in heads.values()}) > 1
    regions: dict[str, dict[str, list[str]]] = {}
    for goal in rows:
        head = heads[goal][0]
        families = regions.setdefault(words.of(head.goal, "region"), {})
        families.setdefault(_family(head) if with_family else "", []).append(goal)
    found = []
    larger = sorted(regions.items(), key=lambda pair: (-sum(map(len, pair[1].values())), pair[0]))
    for number, (region, families) in enumerate(larger, 1):
        for family, goals in sorted(families.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            ranked = sorted(goals, key=lambda g: _rank(heads[g]))
            shown = tuple(rows[goal] for goal in ranked)
            found.append(Group(_heading(region, family, words), shown, region, f"region-{number}"))
    return tuple(found)


def chapters(groups: Sequence[Group], words: Words) -> tuple[Chapter, ...]:
    """Return the regions of groups, in their order."""
    held: dict[tuple[str, str], int] = {}
    for group in groups:
        place = (group.region, group.anchor)
        held[place] = held.get(place, 0) + len(group.rows)
    return tuple(Chapter(region, anchor, _count(count, words)) for (region, anchor), count in held.items())


def _count(count: int, words: Words) -> str:
    return words.say("group.goals.one" if count == 1 else "group.goals", count=words.number(count))


def due_day(heads: Heads) -> dt.date | None:
    """Return the deadline that all goals share; None where they differ."""
    deadlines = {head.goal.deadline for some in heads.values() for head in some}
    return deadlines.pop() if len(deadlines) == 1 else None


def _family(head: Attainment) -> str:
    return "" if head.record is None else head.record.of("family").value


def _heading(region: str, family: str, words: Words) -> str:
    if not family:
        return region
    return words.say("group", region=region, family=words.say(f"group_family.{family}"))


def _rank(heads: Sequence[Attainment]) -> tuple[bool, float]:
    found = verdict_of(heads)
    return found.kind == "undetermined", -found.high


def overview(groups: Sequence[Group], heads: Heads, words: Words) -> Overview:
    """Return a line for each region, in the order of the groups, and one for all of them.

    Parameters
    ----------
    groups : sequence of Group
        The goals as the table shows them; those of a region stand beside each other.
    heads : mapping
        The headline results of each goal.
    """
    placed = {row.anchor: group for group in groups for row in group.rows}
    stands: dict[str, Counter[str]] = {}
    whole: Counter[str] = Counter()
    for anchor, some in heads.items():
        place = place_of(some)
        stands.setdefault(placed[anchor].region, Counter())[place] += 1
        whole[place] += 1
    places = [name for _, name in SCALE] + ([OPEN] if whole[OPEN] else [])
    anchors = {group.region: group.anchor for group in groups}
    rows = [_tally(region, anchor, stands[region], places, words) for region, anchor in anchors.items()]
    return Overview(
        heading=words.say("overview.heading"),
        region=words.say("overview.region"),
        count=words.say("overview.count"),
        open=words.say("overview.open") if whole[OPEN] else "",
        rows=tuple(rows),
        whole=_tally(words.say("overview.all"), "", whole, places, words),
    )


def place_of(heads: Sequence[Attainment]) -> str:
    """Return the step on which a goal stands; readings on several steps leave it open."""
    steps = {step(head.probability) for head in heads}
    return OPEN if len(steps) > 1 or verdict_of(heads).kind == "undetermined" else steps.pop()


def _tally(name: str, anchor: str, counts: Counter[str], places: Sequence[str], words: Words) -> Tally:
    total = counts.total()

    def told(count: int) -> tuple[str, str]:
        if not count:
            return "", ""
        shade = "most" if count >= MOST * total else "some" if count >= SOME * total else "few"
        return words.number(count), shade

    return Tally(name, anchor, words.number(total), tuple(told(counts[place]) for place in places))
