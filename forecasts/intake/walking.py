"""A walk through the quantities of a text: where one stands, what was decided, what comes next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forecasts.intake.candidates import Candidate, Said
from forecasts.intake.decisions import ACCEPT, SKIP, Decision, Decisions, Place, entry_at
from forecasts.intake.drafting import Drafted, draft
from forecasts.intake.entries import Entry, Published
from forecasts.ledger.fields import Kind
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Indicator, Region

#: The kind that an unknown indicator has at first sight.
LIKELY = {Said.OBSERVATION: Kind.STOCK, Said.GOAL: Kind.STOCK, Said.SHARE: Kind.SHARE, Said.CHANGE: Kind.RATE}


@dataclass(frozen=True, slots=True)
class Walk:
    """A person's way through a text.

    Attributes
    ----------
    candidates : sequence of Candidate
        In the order of the text.
    decisions : Decisions
        So far.
    ledger : Ledger
        As it stands without them.
    region : str
        Where the text names none.
    at : int
        Which candidate is looked at; their number = the end.
    """

    candidates: Sequence[Candidate]
    decisions: Decisions
    ledger: Ledger
    published: Published
    region: str = ""
    at: int = 0

    @property
    def ended(self) -> bool:
        """Whether all have been looked at."""
        return self.at >= len(self.candidates)

    @property
    def place(self) -> Place:
        """Where the quantity stands that is looked at."""
        one = self.candidates[self.at]
        return one.start, one.end

    @property
    def fields(self) -> Mapping[str, Any]:
        """What was mended of it."""
        held = self.decisions.decided.get(self.place)
        return {} if held is None else held.fields

    def count(self, decision: str) -> int:
        """Return how many were decided so."""
        return sum(one.decision == decision for one in self.decisions.decided.values())

    def entry(self, fields: Mapping[str, Any] | None = None) -> Entry:
        """Return the quantity that is looked at as an entry; BadInput if a field is not sound."""
        given = self.fields if fields is None else fields
        return entry_at(self.place, given, self.candidates[self.at], self.published.text, self.region)

    def tried(self, entry: Entry) -> tuple[Drafted | None, tuple[Problem, ...]]:
        """Return what would come of an entry by itself, or what is wrong with it."""
        try:
            new = self.decisions
            return draft(self.ledger, self.published, [entry], new.indicators, new.regions), ()
        except BadInput as bad:
            return None, bad.problems

    def decided(self, decision: str, fields: Mapping[str, Any]) -> "Walk":
        """Return the walk with a decision about the quantity, one step on."""
        some = {**self.decisions.decided, self.place: Decision(decision, dict(fields))}
        return replace(self, decisions=replace(self.decisions, decided=some)).moved(1)

    def moved(self, steps: int) -> "Walk":
        """Return the walk some steps on, or back."""
        return replace(self, at=min(max(self.at + steps, 0), len(self.candidates)))

    def resumed(self) -> "Walk":
        """Return the walk at the first quantity about which nothing was decided."""
        decided = self.decisions.decided
        open_ones = (k for k, one in enumerate(self.candidates) if (one.start, one.end) not in decided)
        return replace(self, at=next(open_ones, len(self.candidates)))

    def with_indicator(self, new: Indicator) -> "Walk":
        """Return the walk with a new indicator, in the place of one of the same id."""
        kept = tuple(one for one in self.decisions.indicators if one.id != new.id)
        return replace(self, decisions=replace(self.decisions, indicators=(*kept, new)))

    def with_region(self, new: Region) -> "Walk":
        """Return the walk with a new region, in the place of one of the same id."""
        kept = tuple(one for one in self.decisions.regions if one.id != new.id)
        return replace(self, decisions=replace(self.decisions, regions=(*kept, new)))

    def used(self) -> Decisions:
        """Return the decisions without the new indicators and regions that nothing accepted names."""
        steps = {(one.start, one.end): k for k, one in enumerate(self.candidates)}
        named: set[str] = set()
        for place, one in self.decisions.decided.items():
            if one.decision == ACCEPT and place in steps:
                entry = replace(self, at=steps[place]).entry()
                named |= {entry.indicator, entry.region}
        new = self.decisions
        regions = [r for r in new.regions if {r.id, r.name_zh, r.name_en} & named]
        above = {r.parent for r in regions}
        return replace(
            new,
            indicators=tuple(i for i in new.indicators if {i.id, i.name_zh, i.name_en} & named),
            regions=tuple(r for r in new.regions if r in regions or r.id in above),
        )


#: Keeps what was decided so far.
Keep = Callable[[Decisions], None]

__all__ = ["ACCEPT", "LIKELY", "SKIP", "Keep", "Walk"]
