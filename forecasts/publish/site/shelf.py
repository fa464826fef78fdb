"""What stands behind the answers: scenarios, the track record, and the sources that were cited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from forecasts.evaluation.published import Published
from forecasts.evaluation.track_record import TrackRecord
from forecasts.ledger.ledger import Ledger
from forecasts.publish.addresses import link_of
from forecasts.publish.parts import Table
from forecasts.publish.phrases import named
from forecasts.publish.site.drawn import Chart
from forecasts.publish.site.index import moved_by
from forecasts.publish.site.places import anchor, goal_page, text_page
from forecasts.publish.site.runs import Group, Summary
from forecasts.publish.tongues import titled
from forecasts.publish.words import Words
from forecasts.scenarios.seeds import Seeds


@dataclass(frozen=True, slots=True)
class Applied:
    """A goal under a scenario, and how far that is from its first answer."""

    goal: str
    number: str
    at: float
    moved: str
    page: str


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario."""

    id: str
    place: str
    name: str
    role: str
    why: str
    changes: tuple[str, ...]
    applied: tuple[Applied, ...]


def scenarios_told(groups: Sequence[Group], seeds: Seeds, words: Words) -> tuple[Told, ...]:
    """Return every scenario of the newest answers, and those of ``seeds/`` that no run has asked."""
    asked: dict[str, list[tuple[Group, Summary]]] = {}
    for group in groups:
        for _, summary in group.answers:
            asked.setdefault(summary.scenario.id, []).append((group, summary))
    names = [*asked, *(name for name in seeds.scenarios if name not in asked)]
    return tuple(_told(name, asked.get(name, []), seeds, words) for name in names)


def _told(name: str, some: Sequence[tuple[Group, Summary]], seeds: Seeds, words: Words) -> Told:
    facts = some[0][1].scenario if some else seeds.scenarios[name]
    held = seeds.scenarios.get(name)
    changes = (
        [change.model_dump(mode="json", exclude_defaults=True) for change in held.adjustments] if held else []
    )
    said = tuple(" ".join(f"{key}={value}" for key, value in change.items()) for change in changes)
    applied = tuple(_applied(group, summary, words) for group, summary in some)
    role = words.say(f"role.{facts.role}")
    return Told(
        name, anchor("scenario", name), words.of(facts, "name"), role, words.of(facts, "why"), said, applied
    )


def _applied(group: Group, summary: Summary, words: Words) -> Applied:
    goal, first = summary.goal, group.first
    moved = "" if summary is first else moved_by(first.probability, summary.probability, words)
    what = named(words.of(goal, "region"), words.of(goal, "indicator"), words)
    at = round(100 * min(max(summary.probability, 0.005), 0.995), 1)
    return Applied(what, words.probability(summary.probability), at, moved, goal_page(goal.id))


@dataclass(frozen=True, slots=True)
class Record:
    """What earlier verdicts were worth."""

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]
    published: tuple[str, ...]
    published_table: Table | None


def looked_back(
    record: TrackRecord | None, published: Published | None, ledger: Ledger, words: Words
) -> Record | None:
    """Return the track record in words, tables and charts; None where nobody looked back."""
    from forecasts.publish.published import published_table, sentences

    said = sentences(published, ledger, words) if published else ()
    table = published_table(published, ledger, words) if published else None
    if table is not None and not table.rows:
        table = None
    if record is None:
        return Record((), (), (), said, table) if said or table else None
    from forecasts.publish import track_record as told
    from forecasts.publish.drawing import to_spec

    charts = []
    if record.verdict.n:
        reliability, pit = record.reliability, record.pit
        charts = [
            Chart(
                "reliability", to_spec(told.reliability_chart(reliability, words)),
                told.reliability_alt(reliability, words), False,
            ),
            Chart("pit", to_spec(told.pit_chart(pit, words)), told.pit_alt(pit, words), False),
        ]  # fmt: skip
    tables = (
        told.scores_table(record, words), told.strata_table(record, words),
        told.resolved_table(record, ledger, words),
    )  # fmt: skip
    return Record(told.summary(record, words), tuple(t for t in tables if t.rows), tuple(charts), said, table)


@dataclass(frozen=True, slots=True)
class Cited:
    """A source, and how often results rest on it."""

    place: str
    title: str
    publisher: str
    address: str
    href: str
    text: str
    count: int


def cited(used: Mapping[str, int], ledger: Ledger, texts: Collection[str], words: Words) -> tuple[Cited, ...]:
    """Return every source that results rest on: those whose text is held first, then the most cited.

    Parameters
    ----------
    used : mapping
        How many results rest on each.
    """
    counts = dict.fromkeys(texts, 0) | dict(used)
    ordered = sorted(counts, key=lambda name: (name not in texts, -counts[name], name))
    return tuple(_cited(name, counts[name], ledger, texts, words) for name in ordered)


def _cited(name: str, count: int, ledger: Ledger, texts: Collection[str], words: Words) -> Cited:
    facts = ledger.sources.get(name)
    text = text_page(name) if name in texts else ""
    if facts is None:
        return Cited(anchor("source", name), name, "", "", "", text, count)
    title = titled(facts.title, facts.publisher, words)
    return Cited(anchor("source", name), title, facts.publisher, facts.url, link_of(facts.url), text, count)
