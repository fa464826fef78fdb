"""The sheet: a report with its quantities marked, beside the table in which they are accepted or mended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

from forecasts.intake.candidates import Said
from forecasts.intake.drafting import Beside, Counted
from forecasts.ledger.called import Called, find_called
from forecasts.ledger.fields import Comparison, Qualifier
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Goal
from forecasts.notebook.desk import COLUMNS, MORE, UNKNOWN, Desk, Row
from forecasts.publish.fonts import printable
from forecasts.publish.words import Words

HERE: Final = Path(__file__).parent

#: Labels that the tables to take away have, too.
SHARED: Final = frozenset(
    ("value", "unit", "qualifier", "comparison", "high", "period_start", "quote", "accepted")
)


class Sheet(anywidget.AnyWidget):
    """The two panes in the browser; it holds what is shown, and tells what a person does.

    Attributes
    ----------
    frame : dict
        Words, columns of the table, and the fields beside it; these never change.
    pieces : list
        The report: its words in order, each with the number of the quantity that they are, or -1.
    marks : list
        What was decided about each quantity.
    rows : list
        The rows of the page that is shown.
    lists : dict
        What may be chosen, by the name of a list.
    chosen : int
        The quantity that is looked at.
    """

    _esm = HERE / "sheet.js"
    _css = HERE / "sheet.css"
    frame = traitlets.Dict().tag(sync=True)
    pieces: traitlets.List[tuple[str, int]] = traitlets.List().tag(sync=True)
    marks: traitlets.List[str] = traitlets.List().tag(sync=True)
    rows: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    lists = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)


def frame_of(words: Words) -> dict[str, Any]:
    """Return the words of a sheet, its columns, and the fields beside it."""

    def word(key: str) -> str:
        return words.say(f"intake.{key}")

    no_or_yes = [("false", word("no")), ("true", word("yes"))]
    options = {
        "kind": [(one.value, word(f"kind_{one.value}")) for one in Said],
        "qualifier": [(one.value, word(f"qualifier_{one.value}")) for one in Qualifier],
        "comparison": [("", "—"), *((one.value, one.sign) for one in Comparison)],
        "date_inferred": no_or_yes,
        "falls": no_or_yes,
    }

    def column(name: str) -> dict[str, Any]:
        told: dict[str, Any] = {"name": name, "label": label_of(name, words)}
        if name in options:
            return told | {"options": options[name]}
        return told | ({"list": name} if name in UNKNOWN.values() else {})

    keys = ("accept", "skip", "faulty", "held", "decision", "words", "text")
    return {
        "words": {key: word(key) for key in keys},
        "columns": [column(name) for name in COLUMNS],
        "more": [column(name) for name in MORE],
    }


def label_of(name: str, words: Words) -> str:
    """Return what a field is called."""
    return words.say(f"column.{name}") if name in SHARED else words.say(f"intake.field_{name}")


def pieces_of(desk: Desk) -> list[tuple[str, int]]:
    """Return a report in pieces: what is a quantity has its number, what is none has -1."""
    found: list[tuple[str, int]] = []
    at, text = 0, desk.text
    for number in range(len(desk)):
        start, end = desk.place(number)
        found += [(text[at:start], -1), (text[start:end], number)]
        at = end
    return [(in_lines(words), number) for words, number in (*found, (text[at:], -1)) if words]


def in_lines(text: str) -> str:
    """Return a text as it can be shown, its lines kept."""
    return "\n".join(map(printable, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))


@dataclass(frozen=True, slots=True)
class Names:
    """What indicators and regions are called on a sheet: by their names where these are their own.

    Attributes
    ----------
    held : mapping
        What there is by field (``indicator``, ``region``) and id.
    labels, ids : mapping
        By field: labels by id, ids by label.
    """

    held: Mapping[str, Mapping[str, Called]]
    labels: Mapping[str, Mapping[str, str]]
    ids: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, desk: Desk, words: Words) -> "Names":
        """Call what a desk's ledger has, and what is new on the desk."""
        ledger, new = desk.walk.ledger, desk.decisions
        held: dict[str, Mapping[str, Called]] = {
            "indicator": {**ledger.indicators, **{one.id: one for one in new.indicators}},
            "region": {**ledger.regions, **{one.id: one for one in new.regions}},
        }
        labels = {field: _labels([*some.values()], words) for field, some in held.items()}
        ids = {field: {label: id_ for id_, label in some.items()} for field, some in labels.items()}
        return cls(held, labels, ids)

    def label(self, field: str, value: str) -> str:
        """Return how a field's value is shown: by its own name, whichever of its names was written."""
        found = self.called(field, value)
        return value if found is None else self.labels[field][found.id]

    def called(self, field: str, value: str) -> Called | None:
        """Return what a field names; None where it names nothing that is known."""
        with suppress(BadInput):
            return self.held[field][find_called(value, self.held[field], field, "")]
        return None

    def meant(self, field: str, shown: str) -> str:
        """Return the value that is meant by what was written."""
        return self.ids.get(field, {}).get(shown.strip(), shown)

    def lists(self) -> dict[str, list[str]]:
        """Return what may be chosen."""
        return {field: sorted(some.values()) for field, some in self.labels.items()}


def _labels(records: Sequence[Called], words: Words) -> dict[str, str]:
    called = {one.id: words.of(one, "name") or one.id for one in records}
    often = Counter((*called.values(), *called))
    return {id_: name if often[name] == 1 else id_ for id_, name in called.items()}


def row_told(row: Row, desk: Desk, names: Names, words: Words) -> dict[str, Any]:
    """Return a row as a sheet shows it."""
    start, end = desk.place(row.number)
    state = "held" if row.there else "ready" if row.new else "faulty"
    counted = names.called("indicator", row.fields["indicator"])
    unit = "" if counted is None else words.of(counted, "unit")
    notes = [("there", _beside(one, "there", words)) for one in row.there]
    notes += [("becomes", _becomes(one, unit, words)) for one in row.new]
    notes += [("conflict", _beside(one, "conflict", words)) for one in row.conflicts]
    return {
        "number": row.number,
        "decision": row.decision,
        "state": state,
        "quote": in_lines(desk.text[start:end]),
        "fields": {**row.fields, **{name: names.label(name, row.fields[name]) for name in names.held}},
        "mended": sorted(row.mended),
        "faults": [{"field": one.column or "", "text": fault_told(one, words, unit)} for one in row.problems],
        "notes": [{"kind": kind, "text": printable(text)} for kind, text in notes],
    }


def fault_told(problem: Problem, words: Words, unit: str) -> str:
    """Return in words what is wrong with a field of a row, and what to do.

    Parameters
    ----------
    unit : str
        Of the row's indicator; empty where it is not known.
    """
    field = problem.column or ""
    if problem.rule in UNKNOWN:
        return printable(words.say(f"intake.unknown_{field}", name=problem.value))
    if field == "date" and not problem.value:
        return words.say("intake.no_date")
    if problem.place == "source" and not field:
        return words.say("intake.no_day")
    if field == "unit" and unit:
        return printable(words.say("intake.wrong_unit", unit=problem.value, own=unit))
    known = field in (*COLUMNS, *MORE)
    told = str(replace(problem, place=label_of(field, words) if known else problem.place, column=None))
    return printable(told)


def faults_told(problems: Iterable[Problem], words: Words) -> list[str]:
    """Return in words what is wrong with the source, or with all of an intake."""
    told = []
    for one in problems:
        name = one.place.removeprefix("--").replace("-", "_")
        key = f"intake.source_{name}"
        told.append(printable(str(replace(one, place=words.say(key))) if words.has(key) else str(one)))
    return told


def _becomes(row: Counted, unit: str, words: Words) -> str:
    if isinstance(row, Goal):
        told = f"{row.comparison.sign} {row.value:f} {unit}, {words.date(row.deadline)}"
        return words.say("intake.becomes_goal", id=row.id, told=told)
    low = "" if row.low is None else f" ({row.low:f}–{row.high:f})"
    plain = row.qualifier in (None, Qualifier.EQ)
    hedge = "" if plain else words.say(f"intake.qualifier_{row.qualifier}")
    told = f"{hedge} {row.value:f}{low} {unit}, {words.date(row.as_of)}"
    return words.say("intake.becomes_observation", id=row.id, told=told)


def _beside(beside: Beside, key: str, words: Words) -> str:
    other = beside.other
    return words.say(f"intake.{key}", value=f"{other.value:f}", id=other.id, source=other.source)
