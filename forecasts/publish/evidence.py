"""What a verdict rests on, figure by figure: as printed, in whose words, and where they are found."""

from collections.abc import Sequence

from forecasts.attainment.result import Attainment, Evidence, GoalFacts
from forecasts.ledger.fields import Qualifier
from forecasts.publish import phrases
from forecasts.publish.addresses import link_of
from forecasts.publish.parts import Cell, Column, Table
from forecasts.publish.words import Words


def evidence_table(heads: Sequence[Attainment], words: Words) -> Table:
    """Return every observation that the readings rest on, once."""
    columns = (
        Column(words.say("as_of"), 1.2),
        Column(words.say("printed"), 2.2),
        Column(words.say("published_on"), 1.2),
        Column(words.say("quote"), 3.7),
        Column(words.say("source"), 4.8),
    )
    unique = {(e.id, e.as_of): e for head in heads for e in head.evidence}
    ordered = sorted(unique.values(), key=lambda e: (e.region_zh or e.region_en, e.as_of, e.id))
    rows = tuple(_evidence(e, words) for e in ordered)
    return Table(words.say("table.evidence"), columns, rows, dense=True)


def _evidence(evidence: Evidence, words: Words) -> tuple[Cell, ...]:
    unit = words.of(evidence, "unit")
    hedge = evidence.qualifier or Qualifier.EQ
    printed = words.say(f"qualifier.{hedge.value}", number=words.printed(evidence.printed), unit=unit)
    region, indicator = words.of(evidence, "region"), words.of(evidence, "indicator")
    what = phrases.named(region, indicator, words)
    origin = words.say(f"origin.{evidence.origin.value}")
    confidence = words.say(f"confidence.{evidence.confidence.value}")
    return (
        Cell(evidence.as_of.isoformat(), words.say(f"basis_of_date.{evidence.as_of_basis.value}")),
        Cell(printed, words.say("evidence.origin", what=what, origin=origin)),
        Cell(evidence.published_on.isoformat(), confidence),
        Cell(quoted(evidence, words), words.of(evidence, "note")),
        Cell(evidence.source_title, _page(evidence, words), link_of(evidence.source_url)),
    )


def quoted(told: Evidence | GoalFacts, words: Words) -> str:
    """Return the words of a source in quotation marks, or in none where they are somebody else's."""
    return words.say("paraphrased" if told.paraphrase else "quoted", quote=told.quote)


def _page(evidence: Evidence, words: Words) -> str:
    """Return who published a page, whether as a reprint, and where it is found."""
    key = "source.reprint" if evidence.source_reprint else "source.first"
    publisher = words.say(key, publisher=evidence.source_publisher)
    return words.say("evidence.source", publisher=publisher, where=where_found(evidence, words))


def where_found(told: Evidence | GoalFacts, words: Words) -> str:
    """Return a source's address, or that none was recorded, and where its words are held."""
    address = told.source_url or words.say("source.no_address")
    if not told.source_held:
        return address
    return words.say("source.held", address=address, file=f"texts/{told.source}.txt")
