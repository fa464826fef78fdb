"""The questions that would settle a goal: whom to ask, what, and what each answer would make of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from forecasts.attainment.grounds import Answer, Inquiry
from forecasts.attainment.result import Attainment
from forecasts.publish.parts import Ask, Asks
from forecasts.publish.words import Words

#: So many questions stand on the first page; an answer that moves less is not worth asking for.
SHOWN: Final = 4
MATTERS: Final = 0.03

#: So many answers of a question are told.
ANSWERS: Final = 4


def asks(groups: Sequence[tuple[str, Sequence[Attainment]]], words: Words) -> Asks | None:
    """Return what to ask first; None where nobody asked, or nothing would help.

    Parameters
    ----------
    groups : sequence of (name, heads)
        The goals, each with its headline results.
    """
    firsts: list[tuple[float, Ask]] = []
    rest: list[tuple[float, Ask]] = []
    for name, heads in groups:
        what_if = heads[0].what_if
        found = [i for i in (what_if.inquiries if what_if else ()) if i.swing >= MATTERS and i.answers]
        for at, inquiry in enumerate(found):
            told = (inquiry.swing, ask(name, heads[0], inquiry, words))
            (rest if at else firsts).append(told)
    firsts.sort(key=lambda pair: -pair[0])
    rest.sort(key=lambda pair: -pair[0])
    shown = [one for _, one in [*firsts, *rest][:SHOWN]]
    if not shown:
        return None
    heading = words.say("asks.heading", count=words.number(len(shown)))
    return Asks(heading, words.say("asks.what"), words.say("asks.answers"), tuple(shown))


def ask(name: str, head: Attainment, inquiry: Inquiry, words: Words) -> Ask:
    """Return one question."""
    keys = {
        "date": "ask.date", "clock": "ask.clock", "date_and_clock": "ask.both", "scope": "ask.scope",
        "value": "ask.value",
    }  # fmt: skip
    what = words.say(
        keys[inquiry.about],
        name=name,
        figure=figure(head, inquiry.observations, words),
        goal=amount(head.goal.value, head, words),
        date=words.date(inquiry.as_of) if inquiry.as_of else words.say("date.unknown"),
    )
    told = [
        words.say(
            "ask.stands" if one.stands else "ask.answer",
            answer=answer(one, inquiry, head, words),
            probability=words.probability(one.probability),
        )
        for one in telling(inquiry)
    ]
    return Ask(inquiry.publisher, what, words.say("asks.separator").join(told))


def telling(inquiry: Inquiry) -> list[Answer]:
    """Return the answers that are told: of many the one that stands, and those that make a difference."""
    if len(inquiry.answers) <= ANSWERS:
        return list(inquiry.answers)
    stands = [a for a in inquiry.answers if a.stands]
    others = sorted((a for a in inquiry.answers if not a.stands), key=lambda a: a.probability)
    ends = [others[0], others[len(others) // 2], others[-1]]
    return [*stands, *ends[: ANSWERS - len(stands)]]


def answer(one: Answer, inquiry: Inquiry, head: Attainment, words: Words) -> str:
    """Return an answer in words."""
    if one.day is not None and one.q4_share is not None:
        return words.say("answer.both", day=words.date(one.day), share=share(one.q4_share, words))
    if one.day is not None:
        return words.date(one.day)
    if one.q4_share is not None:
        return share(one.q4_share, words)
    if one.number is not None:
        return amount(one.number, head, words)
    return scenario(one.scenario, head, words)


def share(value: float, words: Words) -> str:
    """Return a share as a percent, without decimals that say nothing."""
    return f"{words.number(round(100 * value, 1))}%"


def scenario(id: str, head: Attainment, words: Words) -> str:
    """Return the name of a scenario, or its id where none is known."""
    if id == head.scenario.id:
        return words.of(head.scenario, "name")
    what_if = head.what_if
    rows: list[object] = []
    if what_if is not None:
        rows += what_if.readings.rows if what_if.readings else ()
        rows += what_if.comparison.rows if what_if.comparison else ()
    found: Mapping[str, str] = {str(getattr(row, "scenario", "")): words.of(row, "name") for row in rows}
    return found.get(id, id)


def figure(head: Attainment, observations: Sequence[str], words: Words) -> str:
    """Return a figure as it was printed, or how many are meant."""
    rows = [e for e in head.evidence if e.id in observations]
    if not rows and head.history:
        return amount(head.history[-1].value, head, words)
    if len(rows) == 1:
        unit = words.of(rows[0], "unit")
        return words.amount(words.printed(rows[0].printed), unit)
    return words.say("figures.several", count=words.number(len(observations)))


def amount(value: float, head: Attainment, words: Words) -> str:
    """Return an amount in the unit of a goal, rounded to what it can bear."""
    unit = words.of(head.goal, "unit")
    exact = value == head.goal.value or (head.history and value == head.history[-1].value)
    return words.quantity(value, unit, rounded=not exact)
