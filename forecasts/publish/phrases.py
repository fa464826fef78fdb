"""Sentences about a verdict, each from the catalogue: paces, dates, what would decide it."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from forecasts.attainment.result import Attainment, Growth, Member
from forecasts.attainment.what_if import SensitivityEnd, SensitivityRow
from forecasts.ledger.fields import Comparison, Kind
from forecasts.publish.fonts import spell_out
from forecasts.publish.pacing import change
from forecasts.publish.words import SCALE, Words, step

#: Where a sentence ends, in Chinese and in English.
FIRST_SENTENCE: Final = re.compile(r"(?<=\u3002)|(?<=\.)\s+(?=[A-Z])")

#: Up to so many goals are named in the headline; more are counted.
NAMED: Final = 4

#: The sentence of each comparison.
ASKED: Final = {
    Comparison.AT_LEAST: "goal.at_least",
    Comparison.ABOVE: "goal.above",
    Comparison.AT_MOST: "goal.at_most",
    Comparison.BELOW: "goal.below",
    Comparison.ABOUT: "goal.about",
}

#: Of fewer steps than these, "eight in ten" would say more than they do.
FEW_STEPS: Final = 5


def chance(attainment: Attainment, words: Words) -> str:
    """Return the probability as a number and in words."""
    return words.say(
        "chance",
        probability=words.probability(attainment.probability),
        likelihood=words.likelihood(attainment.probability),
    )


def scenario_name(attainment: Attainment, words: Words) -> str:
    """Return the scenario's name."""
    return words.of(attainment.scenario, "name")


def why(attainment: Attainment, words: Words) -> str:
    """Return the first sentence of why the scenario is there; the table has all of it."""
    return FIRST_SENTENCE.split(words.of(attainment.scenario, "why"), maxsplit=1)[0].rstrip("\u3002\uff1b;. ")


def headline(named: Sequence[tuple[str, Sequence[Attainment]]], unanswered: int, words: Words) -> str:
    """Return the answer to all goals in one line: each by name, or counted where they are many.

    A goal whose readings differ in words depends on the reading.

    Parameters
    ----------
    named : sequence of (name, results)
        Each goal's name and its headline results.
    unanswered : int
        How many goals have no result at all.
    words : Words
        The language.
    """
    if len(named) > NAMED:
        return _counted([heads for _, heads in named], unanswered, words)
    parts = [_named(name, heads, words) for name, heads in named]
    if unanswered:
        parts.append(words.say("headline.unanswered", count=str(unanswered)))
    return words.say("headline", parts=words.say("headline.separator").join(parts)) + words.say("stop")


def _named(name: str, heads: Sequence[Attainment], words: Words) -> str:
    steps = {step(head.probability) for head in heads}
    open_ends = _open_ends(heads)
    if open_ends is not None:
        low, high = map(words.probability, open_ends)
        return words.say("headline.undetermined", name=name, low=low, high=high)
    numbers = words.say("or").join(dict.fromkeys(words.probability(head.probability) for head in heads))
    if len(steps) > 1:
        return words.say("headline.readings", name=name, probabilities=numbers)
    likelihood = words.likelihood(heads[0].probability)
    return words.say("headline.one", name=name, likelihood=likelihood, probability=numbers)


def _open_ends(heads: Sequence[Attainment]) -> tuple[float, float] | None:
    """Return between what a goal lies that its readings leave undetermined; None for others."""
    told = next((h.what_if.readings for h in heads if h.what_if and h.what_if.undetermined), None)
    if told is None:
        return None
    chances = [head.probability for head in heads]
    return min(told.low, *chances), max(told.high, *chances)


def _counted(groups: Sequence[Sequence[Attainment]], unanswered: int, words: Words) -> str:
    counts: dict[str, int] = {}
    for heads in groups:
        steps = {step(head.probability) for head in heads}
        outcome = steps.pop() if len(steps) == 1 else "depends"
        outcome = outcome if _open_ends(heads) is None else "open"
        counts[outcome] = counts.get(outcome, 0) + 1
    if unanswered:
        counts["unanswered"] = unanswered
    order = [*(name for _, name in reversed(SCALE)), "depends", "open", "unanswered"]
    parts = [words.say(f"headline.{name}", count=str(counts[name])) for name in order if name in counts]
    counted = words.say("headline.counts", count=str(len(groups) + unanswered), parts=words.together(parts))
    return counted + words.say("stop")


def split(heads: Sequence[Attainment], words: Words) -> str:
    """Return that the readings of a goal differ, by how much and why; empty if there is only one."""
    if len(heads) < 2:
        return ""
    lead = words.say(
        "split.readings" if all(h.scenario.role == "reading" for h in heads) else "split.scenarios"
    )
    parts = [
        words.say(
            "split.one",
            name=scenario_name(head, words),
            probability=words.probability(head.probability),
            why=why(head, words),
        )
        for head in heads
    ]
    return lead + words.say("split.separator").join(parts) + words.say("stop")


def dates(attainment: Attainment, words: Words) -> str:
    """Return when the goal is reached with even odds and with four in five, or that it is not."""
    horizon = words.date(attainment.horizon)
    if attainment.reached_p50 is None:
        return words.say("reached.p50.never", date=horizon)
    if attainment.reached_p50 == attainment.reached_p80:
        return words.say("reached.same", date=words.date(attainment.reached_p80))
    half = words.say("reached.p50", date=words.date(attainment.reached_p50))
    if attainment.reached_p80 is None:
        return words.say("reached.both", half=half, most=words.say("reached.p80.never", date=horizon))
    return words.say(
        "reached.both", half=half, most=words.say("reached.p80", date=words.date(attainment.reached_p80))
    )


def reference(attainment: Attainment, words: Words) -> list[str]:
    """Return what the reference class is, and plainly whether it carries the answer."""
    facts = attainment.reference
    said = []
    if facts.relation == "none" or facts.low is None or facts.median is None or facts.high is None:
        said.append(words.say("reference.none"))
    elif facts.steps < FEW_STEPS:
        said.append(
            words.say(
                "reference.few",
                steps=words.number(facts.steps),
                median=change(facts.median, facts.scale, attainment, words),
            )
        )
    else:
        said.append(
            words.say(
                f"reference.{facts.relation}",
                regions=words.number(facts.regions),
                steps=words.number(facts.steps),
                low=change(facts.low, facts.scale, attainment, words),
                median=change(facts.median, facts.scale, attainment, words),
                high=change(facts.high, facts.scale, attainment, words),
            )
        )
    said.append(basis(attainment, words))
    return said


def basis(attainment: Attainment, words: Words) -> str:
    """Return what a probability rests on: own figures, the class, or hardly any figure at all."""
    if said := unsupported(attainment, words):
        return said
    facts = attainment.reference
    alone = attainment.basis == "own_and_reference" and facts.relation == "none"
    return words.say("basis.own" if alone else f"basis.{attainment.basis}", n=words.number(attainment.n))


def unsupported(attainment: Attainment, words: Words) -> str:
    """Return that no own figure stands behind a probability; empty where one does.

    A class of a few steps carries no probability either: then it stands on a presumed start.
    """
    if attainment.n > 0:
        return ""
    steps = attainment.reference.steps
    return words.say("basis.presumed" if steps < FEW_STEPS else "basis.reference", steps=words.number(steps))


def unknown_goal(attainment: Attainment, words: Words) -> str:
    """Return that the goal had not been published by then; empty if it had."""
    if attainment.goal.known:
        return ""
    return words.say("goal.unknown", known_on=words.date(attainment.known_on))


def target(attainment: Attainment, words: Words) -> str:
    """Return the goal as a sentence."""
    return words.say("goal.line", goal=goal_sentence(attainment, words))


def goal_sentence(attainment: Attainment, words: Words) -> str:
    """Return the goal: what it asks, and by when."""
    goal, unit = attainment.goal, words.of(attainment.goal, "unit")
    amount = words.quantity(goal.value, unit)
    said = words.say(ASKED[goal.comparison], amount=amount, deadline=words.date(goal.deadline))
    if not goal.tolerance:
        return said
    edge = words.quantity(goal.last_met, unit)
    return words.say("goal.up_to" if goal.comparison.asks_less else "goal.down_to", goal=said, edge=edge)


def goal_mark(value: float, comparison: Comparison, deadline: dt.date, unit: str, words: Words) -> str:
    """Return the goal as a short label: its sign, what it asks, and by when."""
    amount = words.quantity(value, unit)
    return words.say("chart.goal", sign=comparison.sign, amount=amount, deadline=words.date(deadline))


def meaning(attainment: Attainment, words: Words) -> str:
    """Return what a figure of this kind is; empty for what is simply counted."""
    goal = attainment.goal
    if goal.kind is Kind.SHARE:
        upper = words.quantity(goal.upper or 100.0, words.of(goal, "unit"))
        return words.say("kind.share", upper=upper)
    key = f"kind.{goal.kind.value}"
    return words.say(key) if words.has(key) else ""


def named(region: str, indicator: str, words: Words) -> str:
    """Return what is counted where; between two names in letters there is a blank in every language."""
    apart = region[-1:].isalnum() and indicator[:1].isalnum() and max(region[-1], indicator[0]) < "\u2e80"
    return words.say(
        "evidence.what",
        region=f"{region} " if apart and words.language == "zh" else region,
        indicator=indicator,
    )


def borrowed(results: Sequence[Attainment], words: Words) -> str:
    """Return which names and texts stand in the other language for want of their own; empty if none does."""
    told: dict[str, object] = {}
    for result in results:
        goal, scenario, record = result.goal, result.scenario, result.record
        newest = () if record is None or record.newest is None else (record.newest,)
        for key, parts, field in (
            ("indicator", (goal, *result.evidence, *newest), "indicator"),
            ("region", (goal, *result.evidence, *newest), "region"),
            ("unit", (goal, *result.evidence), "unit"),
            ("scope", (goal,), "scope"),
            ("name", (scenario,), "name"),
            ("why", (scenario,), "why"),
            ("note", result.evidence, "note"),
        ):
            if any(words.borrows(part, field) for part in parts):
                told[words.say(f"only.{key}")] = None
    return words.say("only.other", what=words.together([*map(str, told)])) if told else ""


def member_name(name: str, words: Words) -> str:
    """Return a member's name in words, or the raw name of one that the catalogue does not know."""
    key = f"member.{name}"
    return words.say(key) if words.has(key) else name


def reason(member: Member, words: Words) -> str:
    """Return why a member does not serve: its code in words, or what it reported, with every sign shown.

    Codes are ``n<4`` and the like, ``kind:stock``, or one word such as ``gaps``.
    """
    if found := re.fullmatch(r"(n|steps)([<>])(\d+)", member.reason):
        bound = {"<": "below", ">": "above"}[found[2]]
        return words.say(f"unfit.{found[1]}.{bound}", count=found[3])
    key = "unfit." + member.reason.replace(":", ".")
    return words.say(key) if words.has(key) else spell_out(member.reason)


def fan_alt(attainment: Attainment, words: Words) -> str:
    """Return the fan chart in words."""
    return words.say(
        "chart.fan.alt",
        indicator=words.of(attainment.goal, "indicator"),
        goal=goal_sentence(attainment, words),
        probability=words.probability(attainment.probability_alone),
        figures=words.listed(_figures(attainment, words)),
    )


def _figures(attainment: Attainment, words: Words) -> list[str]:
    """Return how many figures of which standing a history has."""
    counts = Counter(point.standing for point in attainment.history)
    told = [words.say(f"figures.{standing}", n=str(n)) for standing, n in sorted(counts.items())[::-1]]
    if mixed := sum(point.origin == "mixed" for point in attainment.history):
        told.append(words.say("figures.mixed", n=str(mixed)))
    return told or [words.say("figures.none")]


def members_alt(attainment: Attainment, words: Words) -> str:
    """Return the members chart in words."""
    parts = [
        words.say("chart.members.one", name=member_name(m.name, words), probability=words.probability(p))
        for m in attainment.members
        if (p := m.probability) is not None
    ]
    combined = words.probability(attainment.probability_alone)
    return words.say("chart.members.alt", probability=combined, members=words.together(parts))


def growth_name(growth: Growth, words: Words) -> str:
    """Return whose growth it is and over which time."""
    years = words.say("pace.years", start=f"{growth.start:%Y-%m}", end=f"{growth.end:%Y-%m}")
    return words.say("chart.pace.region", region=words.of(growth, "region"), years=years)


def setting_told(row: SensitivityRow, end: SensitivityEnd, words: Words) -> str:
    """Return what an assumption is set to; a growth model has its name in words."""
    said = end.zh if words.language == "zh" else end.en
    return member_name(said, words) if row.about == "models" else said


def share_told(share: float) -> str:
    """Return a share of the variance as a whole percent."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"
