"""What is written down of the record of resolved goals, with the names that a reader needs."""

from collections.abc import Mapping

from forecasts.attainment.outlook import Outlook
from forecasts.attainment.recall import Recalled
from forecasts.attainment.record import SPEAKS, Block, Precedent
from forecasts.attainment.result import NewestOutcome, RecordBlock, RecordFacts
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.records import Indicator, Region


def record_facts(found: Outlook, record: Recalled) -> RecordFacts:
    """Write down what a record makes of an outlook."""
    said, ledger = record.opinion(found), found.reader.ledger
    return RecordFacts(
        probability=said.probability, alone=said.alone, low=said.low, high=said.high, dark=said.dark,
        speaks=said.speaks, speaks_from=SPEAKS,
        blocks=tuple(_block(block, said.parts, ledger) for block in said.blocks),
        newest=None if said.newest is None else _newest(said.newest, record),
    )  # fmt: skip


def _block(block: Block, parts: Mapping[str, float], ledger: Ledger) -> RecordBlock:
    # What the whole family shares is the effect that is everywhere.
    logit = parts["everywhere" if block.name == "family" else block.name]
    named: Indicator | Region | None = None
    if block.name in ("announcer", "indicator"):
        named = (ledger.regions if block.name == "announcer" else ledger.indicators)[block.value]
    zh, en = ("", "") if named is None else _names(named)
    return RecordBlock(
        name=block.name, value=block.value, value_zh=zh, value_en=en, met=block.met,
        resolved=block.resolved, silent=block.silent, logit=logit,
    )  # fmt: skip


def _newest(past: Precedent, record: Recalled) -> NewestOutcome:
    indicator_zh, indicator_en = _names(record.indicators[past.traits.indicator])
    region_zh, region_en = _names(record.regions[past.region])
    return NewestOutcome(
        goal=past.goal, indicator_zh=indicator_zh, indicator_en=indicator_en,
        region_zh=region_zh, region_en=region_en, known_on=past.known_on,
    )  # fmt: skip


def _names(of: Indicator | Region) -> tuple[str, str]:
    """Return the names in both languages; the id, where there is neither."""
    return (of.name_zh, of.name_en) if of.name_zh or of.name_en else (of.id, of.id)
