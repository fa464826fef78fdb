"""A report on an analyst's desk: its quantities, what was decided about each, what would come of it.

Values, no widgets and no files. It is the walk of ``forecasts intake`` with all quantities in view at once:
the same decisions, the same entries, the same drafts of rows.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final

from forecasts.intake.candidates import Candidate
from forecasts.intake.decisions import ACCEPT, SKIP, Decisions, Place
from forecasts.intake.drafting import Beside, Counted, Drafted
from forecasts.intake.entries import Published, proposed
from forecasts.intake.listing import UNNAMED
from forecasts.intake.sourcing import published_as
from forecasts.intake.walking import Walk
from forecasts.ledger.fields import as_day
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Indicator, Region, Source

#: What of a quantity stands in the table, and what beside it once it is looked at.
COLUMNS: Final = ("kind", "indicator", "region", "value", "unit", "qualifier", "date")
MORE: Final = ("comparison", "high", "period_start", "date_inferred", "falls", "quote", "accepted", "note_zh")

#: What was decided about a quantity that is still open.
OPEN: Final = ""

#: The rules by which names are refused that the ledger does not have, and the fields that they are about.
UNKNOWN: Final = {"there is no such indicator": "indicator", "there is no such region": "region"}


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity as it stands.

    Attributes
    ----------
    number : int
        Its place among the quantities of the text.
    decision : {"", "accept", "skip"}
    fields : mapping
        What its row would be made of, as it is written: of :data:`COLUMNS` and :data:`MORE`.
    mended : frozenset of str
        Which of them are not as they were read.
    drafted : Drafted, optional
        What would come of it; None = it cannot be a row as it stands.
    problems : tuple of Problem
        Why not; each names its field, if it is about one.
    """

    number: int
    decision: str
    fields: Mapping[str, str]
    mended: frozenset[str]
    drafted: Drafted | None
    problems: tuple[Problem, ...]

    @property
    def new(self) -> tuple[Counted, ...]:
        """The row that would be added."""
        made = {} if self.drafted is None else self.drafted.rows
        return tuple(row for name in ("observations", "goals") for row in made.get(name, ()))  # type: ignore[misc]

    @property
    def there(self) -> tuple[Beside, ...]:
        """Rows of the ledger that say the same."""
        return () if self.drafted is None else self.drafted.duplicates

    @property
    def conflicts(self) -> tuple[Beside, ...]:
        """Rows of the ledger of the same thing, place and day with another value."""
        return () if self.drafted is None else self.drafted.conflicts


@dataclass(frozen=True, slots=True)
class Desk:
    """A report, and what was decided about it so far.

    Attributes
    ----------
    walk : Walk
        The quantities, the decisions, and the ledger without them. Its source may not be sound yet.
    dated : bool
        Whether it is known on which day the report was published: without it no row can be tried.
    mended : mapping
        What was mended of quantities that are still open.
    """

    walk: Walk
    dated: bool
    mended: Mapping[Place, Mapping[str, str]] = field(default_factory=dict)

    @property
    def said(self) -> Mapping[str, str]:
        """What was said of the source."""
        return self.walk.decisions.source

    @property
    def decisions(self) -> Decisions:
        """What was decided."""
        return self.walk.decisions

    @property
    def text(self) -> str:
        """The report's."""
        return self.walk.published.text

    def __len__(self) -> int:
        return len(self.walk.candidates)

    def place(self, number: int) -> Place:
        """Return where a quantity stands in the text."""
        return self._at(number).place

    def decision(self, number: int) -> str:
        """Return what was decided about a quantity."""
        held = self.decisions.decided.get(self.place(number))
        return OPEN if held is None else held.decision

    def count(self, decision: str) -> int:
        """Return about how many quantities it was decided so."""
        return sum(self.decision(number) == decision for number in range(len(self)))

    def next_open(self, number: int) -> int | None:
        """Return the open quantity behind one, or else the first of all; None where all are decided."""
        order = (*range(number + 1, len(self)), *range(min(number + 1, len(self))))
        return next((one for one in order if self.decision(one) == OPEN), None)

    def row(self, number: int) -> Row:
        """Return a quantity as it stands, and what would come of it."""
        at, mended = self._at(number), self._mended(number)
        plain = self._plain(number)
        drafted, problems = self._tried(at, mended)
        return Row(
            number,
            self.decision(number),
            {name: written(mended.get(name, plain.get(name))) for name in (*COLUMNS, *MORE)},
            frozenset(name for name in mended if written(mended[name]) != written(plain.get(name))),
            drafted,
            tuple(map(_about, problems)),
        )

    # What a person does.

    def edited(self, number: int, name: str, value: str) -> "Desk":
        """Return the desk with a field of a quantity written anew.

        An accepted one stays so if it can still be a row; any other is open again.
        """
        fields = {key: one for key, one in self._mended(number).items() if key != name}
        if value.strip() != written(self._plain(number).get(name)):
            fields[name] = value.strip()
        if self.decision(number) == ACCEPT and self._tried(self._at(number), fields)[0] is not None:
            return self._decided(number, ACCEPT, fields)
        return self._opened(number, fields)

    def accepted(self, number: int) -> "Desk":
        """Return the desk with a quantity accepted as it stands.

        Raises
        ------
        BadInput
            With everything for which it cannot be a row, or where the ledger has that row already.
        """
        row = self.row(number)
        if row.there:
            rule = "is there already, and not added again"
            raise BadInput(Problem(str(beside), rule) for beside in row.there)
        if row.problems:
            raise BadInput(row.problems)
        return self._decided(number, ACCEPT, self._mended(number))

    def skipped(self, number: int) -> "Desk":
        """Return the desk with a quantity left out."""
        return self._decided(number, SKIP, {})

    def reopened(self, number: int) -> "Desk":
        """Return the desk with nothing decided about a quantity; what was mended stays."""
        return self._opened(number, self._mended(number))

    def with_new(self, number: int, new: Indicator | Region) -> "Desk":
        """Return the desk with a new indicator or region, which a quantity then names."""
        one = isinstance(new, Indicator)
        walk = self.walk.with_indicator(new) if isinstance(new, Indicator) else self.walk.with_region(new)
        return replace(self, walk=walk).edited(number, "indicator" if one else "region", new.id)

    def told(self, **said: str) -> "Desk":
        """Return the desk with something said of the source; an empty word takes it back."""
        held = {name: value for name, value in {**self.said, **said}.items() if value}
        return laid_out(self.walk, held, self.mended)

    def saved(self, ledger: Ledger) -> "Desk":
        """Return the desk once the ledger has what was accepted: what was skipped or is open stays."""
        old = self.decisions
        kept = replace(
            old,
            indicators=tuple(one for one in old.indicators if one.id not in ledger.indicators),
            regions=tuple(one for one in old.regions if one.id not in ledger.regions),
            decided={place: one for place, one in old.decided.items() if one.decision != ACCEPT},
        )
        was = {place: dict(one.fields) for place, one in old.decided.items() if one.decision == ACCEPT}
        walk = replace(self.walk, ledger=ledger, decisions=kept)
        return laid_out(walk, self.said, {**self.mended, **was})

    # How it is done.

    def _at(self, number: int) -> Walk:
        if not 0 <= number < len(self):
            raise IndexError(f"there are {len(self)} quantities, and none is number {number}")
        return replace(self.walk, at=number)

    def _plain(self, number: int) -> Mapping[str, object]:
        return proposed(self.walk.candidates[number], self.text, self.walk.region)

    def _mended(self, number: int) -> Mapping[str, Any]:
        place = self.place(number)
        return self.mended.get(place, self._at(number).fields)

    def _tried(self, at: Walk, fields: Mapping[str, Any]) -> tuple[Drafted | None, tuple[Problem, ...]]:
        try:
            entry = at.entry(fields)
        except BadInput as bad:
            return None, bad.problems
        if not self.dated:
            return None, (Problem("source", "the day on which it was published is missing"),)
        return at.tried(entry)

    def _decided(self, number: int, decision: str, fields: Mapping[str, Any]) -> "Desk":
        place = self.place(number)
        walk = replace(self._at(number).decided(decision, fields), at=self.walk.at)
        return replace(self, walk=walk, mended={k: v for k, v in self.mended.items() if k != place})

    def _opened(self, number: int, fields: Mapping[str, Any]) -> "Desk":
        place, old = self.place(number), self.decisions
        decided = {k: v for k, v in old.decided.items() if k != place}
        others = {k: v for k, v in self.mended.items() if k != place}
        mended = {**others, place: dict(fields)} if fields else others
        return replace(self, walk=replace(self.walk, decisions=replace(old, decided=decided)), mended=mended)


def open_desk(
    text: str, candidates: Sequence[Candidate], ledger: Ledger, decisions: Decisions, region: str = ""
) -> Desk:
    """Lay a report out.

    Parameters
    ----------
    decisions : Decisions
        What was decided before, here or on a terminal, and what is said of the source.
    region : str
        Where the text names none.
    """
    nobody = Published(Source(id=UNNAMED), dt.date.min, text)
    return laid_out(Walk(candidates, decisions, ledger, nobody, region), decisions.source, {})


def laid_out(walk: Walk, said: Mapping[str, str], mended: Mapping[Place, Mapping[str, str]]) -> Desk:
    """Return a desk whose source is as it was said; where that is not sound yet, as far as it is."""
    walk = replace(walk, decisions=replace(walk.decisions, source=dict(said)))
    text = walk.published.text
    try:
        return Desk(replace(walk, published=published_as(said, text, walk.ledger)), True, mended)
    except BadInput:
        day, given = _day(said.get("published_on", "")), _day(said.get("given_on", ""))
        source = walk.ledger.sources.get(said.get("source", ""), Source(id=UNNAMED))
        published = Published(source, day or dt.date.min, text, given)
        return Desk(replace(walk, published=published), day is not None, mended)


def written(value: object) -> str:
    """Return a field as it is written in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.value if isinstance(value, Enum) else value)


def _about(problem: Problem) -> Problem:
    """Return a problem with the field that it is about."""
    return replace(problem, column=problem.column or UNKNOWN.get(problem.rule))


def _day(said: str) -> dt.date | None:
    try:
        return as_day(said) if said else None
    except ValueError:
        return None
