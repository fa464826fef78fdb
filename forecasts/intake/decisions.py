"""What a person decided about each quantity of a text: kept whole after every decision, read back as it was.

A file of decisions is JSON (``{"source": …, "decisions": […]}``, or the list alone) or any table; a row names
a quantity by its place in the text and says ``accept`` or ``skip``. What else it says replaces what was
proposed. The state of an intake that was left is such a file, too.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from forecasts.intake.candidates import Candidate
from forecasts.intake.drafting import told_of
from forecasts.intake.entries import Entry, proposed, quote_of, sentence_at
from forecasts.ledger.fields import Qualifier
from forecasts.ledger.files import write_whole
from forecasts.ledger.problems import BadInput, Problem, nearest, shortened
from forecasts.ledger.records import Indicator, Record, Region
from forecasts.ledger.tables import read_table

ACCEPT, SKIP = "accept", "skip"

#: What is told of a candidate and is no part of an entry: beside a decision it decides nothing.
BESIDE = frozenset(
    (
        "cumulative", "new", "confidence", "goal", "asked", "state", "stated", "held", "known_on", "newest",
        "newest_as_of", "newest_source", "probability", "verdict", "lowest", "highest", "note",
    )
)  # fmt: skip

#: Where words stand in a text.
Place = tuple[int, int]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Decision:
    """About one quantity: whether it becomes a row, and what is mended of it."""

    decision: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decisions:
    """About a text.

    Attributes
    ----------
    source : mapping
        What was said of the source: ``source``, ``title``, ``publisher``, ``url``, ``published_on``, …
    indicators, regions : tuple
        New ones.
    decided : mapping
        By the place of the quantity.
    """

    source: Mapping[str, str] = field(default_factory=dict)
    indicators: tuple[Indicator, ...] = ()
    regions: tuple[Region, ...] = ()
    decided: Mapping[Place, Decision] = field(default_factory=dict)


def read_decisions(path: Path) -> Decisions:
    """Read a file of decisions.

    Raises
    ------
    BadInput
        With everything in it that is none.
    """
    if path.suffix.lower() == ".json":
        try:
            held = json.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise BadInput([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
        except (ValueError, RecursionError) as error:
            raise BadInput(
                [Problem(path.name, f"is no JSON: {shortened(error)}", "check the file")]
            ) from None
        return _of_json(held, path.name)
    table = read_table(path, str(path))
    if table.problems:
        raise BadInput(table.problems)
    rows = table.frame.astype(object).where(table.frame.notna(), None).to_dict("records")
    return _of_json(rows, path.name)


def write_decisions(path: Path, decisions: Decisions) -> None:
    """Write a file of decisions, whole or not at all."""
    rows = [
        {"start": start, "end": end, "decision": one.decision, **one.fields}
        for (start, end), one in sorted(decisions.decided.items())
    ]
    held = {
        "format": 1,
        "source": dict(decisions.source),
        "indicators": [one.model_dump(mode="json", exclude_defaults=True) for one in decisions.indicators],
        "regions": [one.model_dump(mode="json", exclude_defaults=True) for one in decisions.regions],
        "decisions": rows,
    }
    write_whole(path, json.dumps(held, ensure_ascii=False, indent=1, default=str) + "\n")


def state_of(text: str) -> str:
    """Return the name of the file that keeps what was decided about a text: the text's own digest."""
    return f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.json"


def entries_of(
    decisions: Decisions, candidates: Sequence[Candidate], text: str, region: str = ""
) -> tuple[Entry, ...]:
    """Return the entries that were accepted, in the order of the text.

    A place at which no candidate stands may be accepted, too, if the decision says all that a row needs.

    Parameters
    ----------
    region : str
        Where neither the text nor the decision says one.

    Raises
    ------
    BadInput
        With every decision that is none about this text.
    """
    at = {(one.start, one.end): one for one in candidates}
    problems: list[Problem] = []
    found: list[Entry] = []
    for place, one in sorted(decisions.decided.items()):
        if one.decision != ACCEPT:
            continue
        try:
            found.append(entry_at(place, one.fields, at.get(place), text, region))
        except BadInput as bad:
            problems += bad.problems
    if problems:
        raise BadInput(problems)
    return tuple(found)


def entry_at(
    place: Place, fields: Mapping[str, Any], candidate: Candidate | None, text: str, region: str = ""
) -> Entry:
    """Return one quantity as an entry: as it was proposed, mended by what a person said.

    Raises
    ------
    BadInput
        With every field that is not sound.
    """
    start, end = place
    words = shortened(text[start:end], 24)
    if not 0 <= start < end <= len(text):
        rule = "there is no such place in the text"
        raise BadInput([Problem("decisions", rule, f"{start}-{end}", "is the file about this text?")])
    if candidate is not None:
        given = proposed(candidate, text, region)
    else:
        first, last = sentence_at(text, start, end)
        given = {"start": start, "end": end, "region": region, "quote": quote_of(text[first:last])}
    for name, value in fields.items():
        if name in BESIDE or (name == "quote" and _plain_words(value) == _plain_words(text[start:end])):
            continue
        if name == "value" and candidate is not None and _same(value, given["value"]):
            continue
        given[name] = value
    for name, empty in (("unit", ""), ("qualifier", Qualifier.EQ), ("date_inferred", False)):
        if given.get(name, "") in (None, ""):
            given[name] = empty
    where = f"at {start} ({words})"
    if odd := [name for name in given if name not in Entry.model_fields]:
        there = [*Entry.model_fields, "decision"]
        raise BadInput(Problem(where, "there is no such field", name, nearest(name, there)) for name in odd)
    empty_ones = {name: None if value == "" and name not in ("unit", "quote") else value
                  for name, value in given.items()}  # fmt: skip
    kept = {k: v for k, v in empty_ones.items() if v is not None or k in ("date", "high")}
    try:
        return Entry.model_validate(kept)
    except ValidationError as error:
        raise BadInput(told_of(error, where)) from None


def _plain_words(words: Any) -> str:
    """Return words without blanks, and without the sign that keeps a table from reading a formula."""
    return "".join(str(words).split()).removeprefix("'")


def _same(one: Any, other: Any) -> bool:
    """Whether two numbers are the same however they are written."""
    try:
        return float(one) == float(other)
    except (TypeError, ValueError):
        return False


def _of_json(held: Any, place: str) -> Decisions:
    """Take decisions apart."""
    if isinstance(held, list):
        held = {"decisions": held}
    if not isinstance(held, dict):
        raise BadInput([Problem(place, "holds no decisions", remedy="write a list of decisions")])
    problems: list[Problem] = []
    names = ("format", "source", "indicators", "regions", "decisions")
    for name in held.keys() - set(names):
        problems.append(Problem(place, "there is no such key", str(name), nearest(str(name), names)))
    source = held.get("source", {})
    if not isinstance(source, dict):
        problems.append(Problem(place, "must be a mapping", shortened(source), column="source"))
        source = {}
    decided: dict[Place, Decision] = {}
    for number, row in enumerate(_listed(held, "decisions", place, problems), 1):
        if isinstance(row, dict) and _says_nothing(row):
            continue
        try:
            at, one = _decision(row)
        except (TypeError, ValueError, AttributeError, KeyError, OverflowError) as error:
            rule = f"is no decision: {shortened(error)}"
            remedy = "a decision has start, end (whole numbers) and decision: accept or skip"
            problems.append(Problem(f"{place}, decision {number}", rule, shortened(row), remedy))
            continue
        other = decided.get(at, one)
        if _passed_over(one, other):  # as something else it is accepted, or it is none of several things
            continue
        if not _passed_over(other, one) and _plain(other) != _plain(one):
            rule = "there is another decision about this place, which says otherwise"
            problems.append(Problem(f"{place}, decision {number}", rule, f"{at[0]}-{at[1]}", "remove one"))
        decided[at] = one
    indicators = _records(Indicator, held, "indicators", place, problems)
    regions = _records(Region, held, "regions", place, problems)
    if problems:
        raise BadInput(problems)
    return Decisions({str(k): str(v) for k, v in source.items()}, indicators, regions, decided)


def _plain(one: Decision) -> tuple[str, dict[str, Any]]:
    """Return a decision without what decides nothing: one figure may answer two goals."""
    return one.decision, {name: value for name, value in one.fields.items() if name not in BESIDE}


def _passed_over(one: Decision, other: Decision) -> bool:
    """Whether a figure is skipped as one thing, while the other decision is about another thing."""
    return one.decision == SKIP and one.fields.get("indicator") != other.fields.get("indicator")


def _says_nothing(row: Mapping[str, Any]) -> bool:
    """Whether a row names no place and decides nothing: what a text is silent about."""
    names = ("start", "end", "decision")
    return "start" in row and all(row.get(name) in (None, "", SKIP) for name in names)


def _decision(row: Mapping[str, Any]) -> tuple[Place, Decision]:
    """Return a decision; without a word it is left as it is."""
    fields = {str(key): value for key, value in row.items()}
    places = [float(str(fields.pop(name))) for name in ("start", "end")]
    if any(place != int(place) for place in places):
        raise ValueError(f"no place: {places}")
    said = str(fields.pop("decision", None) or SKIP).strip().casefold()
    if said not in (ACCEPT, SKIP):
        raise ValueError(f"neither accept nor skip: {said}")
    return (int(places[0]), int(places[1])), Decision(said, MappingProxyType(fields))


def _listed(held: Mapping[str, Any], name: str, place: str, problems: list[Problem]) -> Iterable[Any]:
    rows = held.get(name, [])
    if isinstance(rows, list):
        return rows
    problems.append(Problem(place, "must be a list", shortened(rows), column=name))
    return ()


def _records(
    kind: type[R], held: Mapping[str, Any], name: str, place: str, problems: list[Problem]
) -> tuple[R, ...]:
    """Return new indicators or regions."""
    found = []
    for number, row in enumerate(_listed(held, name, place, problems), 1):
        try:
            found.append(kind.model_validate(row))
        except ValidationError as error:
            problems += told_of(error, f"{place}, {name} {number}")
    return tuple(found)
