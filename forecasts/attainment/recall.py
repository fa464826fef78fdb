"""A table of past goals becomes a record: each is asked again, as on the day of its announcement."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final, cast

import numpy as np

from forecasts.attainment.effects import Taus, Traits
from forecasts.attainment.groups import answer_rows
from forecasts.attainment.many import Many, days_known
from forecasts.attainment.outlook import Outlook
from forecasts.attainment.past import DAYS, Past, Reader
from forecasts.attainment.record import GoalRecord, Precedent, WithRecord, ask_by, family_of
from forecasts.attainment.row import Row
from forecasts.ledger.fields import Met
from forecasts.ledger.history import Days, Floats, History, Ints
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.past_goals import SILENT_AFTER, PastGoal, depth, past_goals_of, read_past_goals
from forecasts.ledger.records import Goal, Indicator, Region
from forecasts.ledger.rows import Rows
from forecasts.ledger.sheets import Opened
from forecasts.ledger.tables import Table
from forecasts.scenarios.seeds import Seeds

#: What is said of an answer that the record has moved.
MOVED: Final = "with the record of resolved goals; quantiles, days reached and paces are without it"

#: What is told of past goals that teach nothing, by reason: the column to look at, and the rule.
NO_EVIDENCE: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "undated": ("announced_on", "nobody says when the past goal was announced: it is no evidence"),
        "late": ("announced_on", "the past goal was announced when its day had come: it is no evidence"),
        "unpublished": ("indicator", "no figure of it was published: the past goal is no evidence"),
        "unanswered": ("region", "the past goal could not be answered on its day: it teaches nothing"),
    }
)

#: What `met` says of a goal.
_MET: Final[Mapping[Met, bool | None]] = MappingProxyType({Met.YES: True, Met.NO: False, Met.UNKNOWN: None})


@dataclass(frozen=True, eq=False)
class Recalled:
    """A record, and what was left out of it.

    Attributes
    ----------
    levels : mapping
        The level of government of every region, as the record states it or as its depth.
    dropped : mapping
        Ids of past goals that are no evidence, by reason: ``selected`` (known only because they were met),
        ``undated`` (nobody says when they were announced), ``late`` (announced when their day had come),
        ``unpublished`` (no figure of the indicator was published, anywhere).
    regions, indicators : mapping
        By id, with their names.
    """

    record: GoalRecord
    levels: Mapping[str, int]
    dropped: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, Region]
    indicators: Mapping[str, Indicator]

    def traits(self, goal: Goal, ledger: Ledger, reached: bool | None) -> Traits:
        """Return what a goal has in common with others; see :func:`reached_before`."""
        return _traits(goal, ledger, self.levels, reached)

    def probabilities(self, ledger: Ledger, goals: Rows[Goal], known: Days, alone: Floats) -> Floats:
        """Put the answers of many goals right.

        Parameters
        ----------
        known : (N,) array
            The day of knowledge of each goal.
        alone : (N,) array
            Probabilities without the record; NaN where there is no answer, and then there is none with it.
        """
        reader, out = Reader(ledger), np.array(alone, float)
        rows = np.flatnonzero(~np.isnan(out))
        asked = [goals.one(int(row)) for row in rows]
        days: list[dt.date] = known[rows].tolist()
        traits = [
            self.traits(goal, ledger, _reached(reader, goal, day))
            for goal, day in zip(asked, days, strict=True)
        ]
        out[rows] = self.record.probabilities(traits, out[rows], days)
        return out

    def headline(self, found: Outlook) -> float:
        """Return the probability that is told first; see :attr:`WithRecord.headline`."""
        return self.opinion(found).headline

    def opinion(self, found: Outlook) -> WithRecord:
        """Put one outlook's answer right, and say how."""
        question = found.question
        reached = reached_before(found.past, question.goal)
        traits = self.traits(question.goal, found.reader.ledger, reached)
        return self.record.answer(traits, found.probability, question.known_on)


def join(parts: Sequence[Recalled], taus: Taus | None = None) -> Recalled:
    """Put several records together; what the last of them says of a region or an indicator counts."""
    levels: dict[str, int] = {}
    regions: dict[str, Region] = {}
    indicators: dict[str, Indicator] = {}
    dropped: dict[str, tuple[str, ...]] = {}
    for part in parts:
        levels |= part.levels
        regions |= part.regions
        indicators |= part.indicators
        for reason, goals in part.dropped.items():
            dropped[reason] = (*dropped.get(reason, ()), *goals)
    record = GoalRecord.of((p for part in parts for p in part.record.precedents), taus)
    frozen = MappingProxyType
    return Recalled(record, frozen(levels), frozen(dropped), frozen(regions), frozen(indicators))


@lru_cache(maxsize=DAYS)
def record_of(seeds: Seeds, known_on: dt.date) -> Recalled | None:
    """Return the record of ``seeds/`` as it was on a day: its past goals, and its own that are resolved.

    It is recalled once for all questions of that day.

    Returns
    -------
    Recalled, optional
        None where there is no ``record/``, and no goal of their own was resolved by then.
    """
    own = recall(seeds.ledger, past_goals_of(seeds.ledger), known_on=known_on)
    if seeds.record is None:
        return own if len(own.record) else None
    return join([recall(seeds.record.ledger, seeds.record.past, known_on=known_on), own])


def with_record(came: Many, opened: Opened, past: Table, known_on: dt.date | None = None) -> Many:
    """Put a table of answers right by a table of past goals.

    Returns
    -------
    Many
        `probability` is with the record, and the new column `probability_alone` without it. All the rest
        belongs to the latter, and the note says so where the record moved anything.

    Raises
    ------
    BadInput
        If the headings of the past goals are not sound.
    """
    assert opened.rows is not None
    ledger = Ledger.of(opened.parts)
    rows = read_past_goals(past, ledger.indicators)
    recalled = recall(ledger, rows)
    _remark_no_evidence(past, rows, recalled)
    alone = came.table["probability"].to_numpy(float)
    known = days_known(opened.rows, ledger, known_on)
    found = recalled.probabilities(ledger, opened.rows, known, alone)
    table = came.table.assign(probability=found)
    table.insert(list(table.columns).index("probability") + 1, "probability_alone", alone)
    moved = ~np.isnan(alone) & (found != alone)
    said = zip(table["note"], moved, strict=True)
    table["note"] = ["; ".join(filter(None, (note, MOVED if told else ""))) for note, told in said]
    return Many(table, (*came.problems, *past.problems), (*came.remarks, *past.remarks))


def _remark_no_evidence(table: Table, past: Rows[PastGoal], recalled: Recalled) -> None:
    """Tell of past goals that teach nothing although nobody said that they should not."""
    dumb = tuple(p.goal for p in recalled.record.precedents if p.met is not None and p.alone is None)
    at = dict(zip(past.words("id").tolist(), np.flatnonzero(table.good), strict=True))
    reasons = past.words("accepted").tolist()
    accepted = {name for name, reason in zip(at, reasons, strict=True) if reason}
    for reason, (column, rule) in NO_EVIDENCE.items():
        goals = dumb if reason == "unanswered" else recalled.dropped.get(reason, ())
        rows = sorted(int(at[name]) for name in goals if name not in accepted)
        table.remark(np.array(rows, np.intp), column, rule, "complete the tables, or say why in `accepted`")


def recall(
    ledger: Ledger, past: Rows[PastGoal], taus: Taus | None = None, known_on: dt.date | None = None
) -> Recalled:
    """Ask past goals again, each by what had been published on the day of its announcement.

    Parameters
    ----------
    ledger : Ledger
        What had been published; figures of later days are not looked at.
    past : Rows
        The past goals. One that nobody could have answered teaches nothing, but is counted.
    known_on : date, optional
        Goals whose outcome was not known by then are not asked, and not in the record; by default all are.
    """
    ledger = _with_regions(ledger, past)
    levels = _levels(ledger, past)
    goals = [past.one(row) for row in range(len(past))]
    reasons = [_reason(goal, ledger) for goal in goals]
    known = [known_on is None or _known(goal) <= known_on for goal in goals]
    kept = np.array([row for row in range(len(past)) if known[row] and not reasons[row]], np.intp)
    found = _alone(ledger, past, kept)
    reader, precedents = Reader(ledger), []
    for row, said in zip(kept.tolist(), found, strict=True):
        goal = goals[row]
        assert goal.announced_on is not None
        traits = _traits(goal, ledger, levels, _reached(reader, goal, goal.announced_on))
        if goal.announcer:
            traits = replace(traits, announcer=goal.announcer)
        if goal.level is not None:
            traits = replace(traits, level=str(goal.level))
        alone = None if np.isnan(said) else float(said)
        precedents.append(Precedent(goal.id, traits, alone, _MET[goal.met], _known(goal), goal.region))
    dropped: dict[str, tuple[str, ...]] = {}
    for row, reason in enumerate(reasons):
        if reason:
            dropped[reason] = (*dropped.get(reason, ()), goals[row].id)
    record = GoalRecord.of(precedents, taus)
    return Recalled(record, levels, MappingProxyType(dropped), ledger.regions, ledger.indicators)


def reached_before(past: Past, goal: Goal) -> bool | None:
    """Return whether the last figure known meets a goal already; None where there is no figure."""
    return _met_by(past.history, goal) if past.own else None


def _traits(goal: Goal, ledger: Ledger, levels: Mapping[str, int], reached: bool | None) -> Traits:
    level = levels[goal.region] if goal.region in levels else depth(goal.region, ledger.regions)
    family = family_of(ledger.kind(goal.indicator))
    return Traits(family, ask_by(reached), str(level), goal.region, goal.indicator)


def _reached(reader: Reader, goal: Goal, day: dt.date) -> bool | None:
    return _met_by(reader.own(goal.indicator, goal.region, day), goal)


def _met_by(history: History, goal: Goal) -> bool | None:
    """Return whether the last figure of a history meets a goal; None where nobody counted any."""
    if not len(history) or not history.counted:
        return None
    last = float(history.value[-1])
    return goal.asks.met(last, last)


def _reason(goal: PastGoal, ledger: Ledger) -> str:
    """Return why a past goal is no evidence; empty if it is."""
    if goal.success_selected:
        return "selected"
    if goal.announced_on is None:
        return "undated"
    if goal.announced_on >= goal.deadline:
        return "late"
    return "" if goal.indicator in ledger.indicators else "unpublished"


def _alone(ledger: Ledger, past: Rows[PastGoal], rows: Ints) -> Floats:
    """Return what the engine says of past goals on the days of their announcements; NaN where nothing."""
    if not len(rows):
        return np.zeros(0)
    goals = cast("Rows[Goal]", past)
    found = answer_rows(ledger, goals, past.days("announced_on"), rows, _chance_alone)
    return np.asarray(found["probability"], float)


def _chance_alone(found: Outlook) -> Row:
    """Return no more of an outlook than its probability: the rest takes as long again."""
    return {"probability": found.probability}


def _known(goal: PastGoal) -> dt.date:
    """Return the day on which it was known what became of a goal, or that nothing would be said."""
    return goal.known_on or goal.deadline + dt.timedelta(days=SILENT_AFTER)


def _with_regions(ledger: Ledger, past: Rows[PastGoal]) -> Ledger:
    """Return the ledger with the regions of past goals that it does not have."""
    new = {str(r) for r in past.words("region")} - set(ledger.regions)
    if not new:
        return ledger
    added = {name: Region(id=name) for name in sorted(new)}
    return replace(ledger, regions=MappingProxyType({**ledger.regions, **added}))


def _levels(ledger: Ledger, past: Rows[PastGoal]) -> Mapping[str, int]:
    """Return the level of every region: as the past goals of its own government state it, else its depth."""
    levels = {name: depth(name, ledger.regions) for name in ledger.regions}
    for goal in map(past.one, range(len(past))):
        if goal.level is not None and goal.announcer in ("", goal.region):
            levels[goal.region] = goal.level
    return MappingProxyType(levels)
