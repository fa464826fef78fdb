"""How goals like this one fared, in words and as a table: a second opinion, or the headline."""

import math
from collections.abc import Sequence

from forecasts.attainment.result import Attainment, RecordBlock, RecordFacts
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.phrases import named
from forecasts.publish.words import Words


def second_opinion(heads: Sequence[Attainment], words: Words) -> str:
    """Return in one sentence what the record makes of a goal's headline; empty where there is no record.

    Parameters
    ----------
    heads : sequence of Attainment
        The readings of one goal: their numbers differ, and with whom they are compared does not.
    """
    records = [record for head in heads if (record := head.record) is not None]
    if not records:
        return ""
    first = records[0]
    if first.newest is None:
        return words.say("record.nothing")
    chances = [record.alone if first.speaks else record.probability for record in records]
    shown = words.say("or").join(dict.fromkeys(map(words.probability, chances)))
    if first.speaks:
        return words.say("record.speaks", alone=shown)
    return words.say("record.second", probability=shown, **_until(first))


def belonging(attainment: Attainment, words: Words) -> str:
    """Return to which probability charts, days and models belong; empty where there is only one."""
    if attainment.probability == attainment.probability_alone:
        return ""
    return words.say("record.belonging", alone=words.probability(attainment.probability_alone))


def told(attainment: Attainment, words: Words) -> str:
    """Return all that the record says but its counts; empty where there is no record."""
    record = attainment.record
    if record is None:
        return ""
    newest = record.newest
    if newest is None:
        return words.say("record.nothing")
    said = [
        words.say(
            "record.told",
            alone=words.probability(record.alone),
            probability=words.probability(record.probability),
            low=words.probability(record.low),
            high=words.probability(record.high),
        ),
        words.say("record.leads" if record.speaks else "record.until", **_until(record)),
    ]
    if record.of("family").silent:
        said.append(words.say("record.dark", dark=words.probability(record.dark)))
    what = named(words.of(newest, "region"), words.of(newest, "indicator"), words)
    said.append(words.say("record.newest", what=what, goal=newest.goal, date=words.date(newest.known_on)))
    return words.run_on(said)


def _until(record: RecordFacts) -> dict[str, str]:
    return {"count": str(record.speaks_from), "own": str(record.own)}


def record_table(record: RecordFacts, words: Words) -> Table:
    """Return how goals fared that have something in common with this one."""
    columns = (
        Column(words.say("record.common"), 4.5),
        Column(words.say("record.met"), 1.5, "right"),
        Column(words.say("record.silent"), 1.8, "right"),
        Column(words.say("record.odds"), 1.8, "right"),
    )
    rows = tuple(_row(block, words) for block in record.blocks)
    return Table(words.say("record.table"), columns, rows, dense=True)


def _row(block: RecordBlock, words: Words) -> tuple[Cell, ...]:
    nothing = words.say("nothing")
    fared = words.say("record.of", met=str(block.met), resolved=str(block.resolved))
    odds = words.say("record.times", factor=words.decimal(math.exp(block.logit), 1))
    return (
        Cell(_common(block, words)),
        Cell(fared if block.resolved else nothing),
        Cell(str(block.silent) if block.silent else nothing),
        Cell(odds if block.resolved else nothing),
    )


def _common(block: RecordBlock, words: Words) -> str:
    """Return what the goals of a block have in common with this one."""
    if block.name == "family":
        return words.say(f"record_family.{block.value}")
    if block.name == "ask":
        return words.say(f"record_ask.{block.value}")
    if block.name == "level":
        return words.say("record.level")
    key = "record.announcer" if block.name == "announcer" else "record.indicator"
    return words.say(key, name=words.of(block, "value"))
