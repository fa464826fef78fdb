"""Accepted entries are put behind the rows of ``seeds/``, with their source and its text; all or nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from forecasts.intake.appending import BOM, appended, form_of
from forecasts.intake.drafting import Beside, Drafted, draft
from forecasts.intake.entries import Entry, Published
from forecasts.intake.journal import TRIAL, locked, write_together
from forecasts.ledger.layouts import SEEDS
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem, Remark
from forecasts.ledger.records import Indicator, Record, Region
from forecasts.ledger.sheets import OpenedSeeds, open_seeds
from forecasts.ledger.texts import squeezed

#: How a cell begins that a spreadsheet takes for a formula.
FORMULAS = ("=", "+", "-", "@")

#: Fields that are found, not written.
_FOUND = frozenset(("held",))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of an intake.

    Attributes
    ----------
    rows : mapping
        The rows that were added, by table.
    text : bool
        Whether the report's text was put beside them.
    duplicates, conflicts : tuple of Beside
        See :class:`forecasts.intake.drafting.Drafted`.
    remarks : tuple of Remark
        What is doubtful now and was not before.
    """

    rows: Mapping[str, tuple[Record, ...]]
    text: bool
    duplicates: tuple[Beside, ...]
    conflicts: tuple[Beside, ...]
    remarks: tuple[Remark, ...]


def accept(
    folder: Path,
    published: Published,
    entries: Iterable[Entry],
    indicators: Iterable[Indicator] = (),
    regions: Iterable[Region] = (),
    dry_run: bool = False,
    wait: float = 0,
) -> Accepted:
    """Put accepted entries behind the rows of ``seeds/``.

    The folder as it would be is read as a whole before anything is written: what it would refuse is refused
    here, and the rows must read back as they were meant. What stands in the files stays, byte for byte.

    Parameters
    ----------
    folder : Path
        ``seeds/``.
    indicators, regions : iterable
        New ones that the entries name.
    dry_run : bool
        Whether to write nothing.
    wait : float
        Seconds to wait for another writer; -1 = until it ends.

    Raises
    ------
    BadInput
        With every problem of the entries, or of the folder as it stands; nothing is written.
    """
    entries = tuple(entries)
    with locked(folder, wait) as place:
        before = _sound(folder)
        drafted = draft(Ledger.of(before.parts), published, entries, indicators, regions)
        if not any(drafted.rows[name] for name in ("observations", "goals")):
            return Accepted({}, False, drafted.duplicates, drafted.conflicts, ())
        read = _read(folder, published)
        contents = _contents(before, drafted, published, read)
        after = _tried(folder, place, contents, read)
        _check_meant(after, drafted)
        if not dry_run:
            write_together(folder, contents, read)
    seen = {str(remark) for remark in before.remarks}
    remarks = tuple(remark for remark in after.remarks if str(remark) not in seen)
    text = any(name.startswith("texts/") for name in contents)
    return Accepted(drafted.rows, text, drafted.duplicates, drafted.conflicts, remarks)


def _sound(folder: Path) -> OpenedSeeds:
    """Read the folder; one with faults is not written to."""
    opened = open_seeds(folder)
    if opened.problems:
        raise BadInput(opened.problems)
    return opened


def _text_of(published: Published) -> str:
    return f"texts/{published.source.id}.txt"


def _read(folder: Path, published: Published) -> dict[str, bytes]:
    """Read the files that may change, as they are."""
    names = (*(f"{name}.csv" for name in SEEDS), _text_of(published))
    return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}


def _contents(
    before: OpenedSeeds, drafted: Drafted, published: Published, read: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the new contents by file, in an order in which nothing is named before it is there."""
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in ("indicators", "regions", "sources", "observations", "goals"):
        if name == "observations" and (text := _new_text(published, read)) is not None:
            contents[_text_of(published)] = text
        if not drafted.rows[name]:
            continue
        file = f"{name}.csv"
        headings = before.read[name][0][0].headings
        form = form_of(read[file].decode("utf-8"))
        rows = [_cells(row, headings, form.headings, f"seeds/{file}", problems) for row in drafted.rows[name]]
        if not problems:
            contents[file] = appended(read[file], rows)
    if problems:
        raise BadInput(dict.fromkeys(problems))
    return contents


def _new_text(published: Published, read: Mapping[str, bytes]) -> bytes | None:
    """Return the text to be written; None where it is there, or there is none."""
    name = _text_of(published)
    try:
        content = published.text.encode("utf-8")
    except UnicodeEncodeError:
        rule = "the text holds half of a pair of characters"
        raise BadInput([Problem(name, rule, remedy="save it as UTF-8")]) from None
    if name not in read:
        return content if published.text.strip() else None
    if squeezed(read[name].decode("utf-8").removeprefix(BOM)) != squeezed(published.text.removeprefix(BOM)):
        rule = "another text of this source is held"
        raise BadInput([Problem(f"seeds/{name}", rule, published.source.id, "name another source")])
    return None


def _cells(
    row: Record, headings: Mapping[str, str], there: tuple[str, ...], place: str, problems: list[Problem]
) -> dict[str, str]:
    """Return a record as cells; a field for which there is no column must say what its absence means."""
    cells: dict[str, str] = {}
    for name, described in type(row).model_fields.items():
        value, heading = getattr(row, name), headings.get(name, name)
        if name in _FOUND:
            continue
        if heading in there:
            cells[heading] = cell_of(value)
        elif value != described.default and cell_of(value):
            rule = f"has no column {name!r}, which a row needs"
            remedy = f"add it at the end of the line of headings: ,{name}"
            problems.append(Problem(place, rule, cell_of(value), remedy))
    return cells


def cell_of(value: Any) -> str:
    """Return a field as its cell; words that a spreadsheet would take for a formula begin with a blank.

    Blanks around words do not count when they are read.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Enum):
        return str(value.value)
    value = "; ".join(value) if isinstance(value, tuple) else value
    return f" {value}" if isinstance(value, str) and value.startswith(FORMULAS) else str(value)


def _tried(
    folder: Path, place: Path, contents: Mapping[str, bytes], read: Mapping[str, bytes]
) -> OpenedSeeds:
    """Read the folder as it would be; what would be refused there is refused here."""
    with tempfile.TemporaryDirectory(dir=place, prefix=TRIAL) as name:
        trial = Path(name) / folder.resolve().name
        (trial / "texts").mkdir(parents=True)
        held = [f"{table}.csv" for table in SEEDS]
        texts = folder / "texts"
        held += [f"texts/{path.name}" for path in (texts.iterdir() if texts.is_dir() else ())]
        for file in held:
            if file not in contents and (folder / file).is_file():
                _link(folder / file, trial / file)
        for file, content in contents.items():
            (trial / file).write_bytes(content)
        opened = open_seeds(trial)
    if opened.problems:
        raise BadInput(_of_new_row(problem, read) for problem in opened.problems)
    return opened


def _of_new_row(problem: Problem, read: Mapping[str, bytes]) -> Problem:
    """Return a problem without a line that nobody can look up: that of a row which is not there yet."""
    there = read.get(problem.place.partition("/")[2], b"").count(b"\n")
    if problem.line is None or problem.line <= there:
        return problem
    return replace(problem, place=f"a new row of {problem.place}", line=None)


def _link(path: Path, to: Path) -> None:
    """Let a file stand in another place, too, without writing it where that can be had."""
    try:
        os.link(path.resolve(), to)
    except OSError:
        shutil.copyfile(path, to)


def _check_meant(after: OpenedSeeds, drafted: Drafted) -> None:
    """Refuse what would read back otherwise than it was meant: a heading may carry a unit, or a manner."""
    problems = []
    for name, rows in drafted.rows.items():
        held = getattr(after.parts, name)
        for row in rows:
            back = held.get(getattr(row, "id", ""))
            fields = (f for f in type(row).model_fields if f not in _FOUND)
            for field in fields:
                if back is None or getattr(back, field) != getattr(row, field):
                    got = "nothing" if back is None else cell_of(getattr(back, field))
                    rule = f"a new row would be read as {got}"
                    meant = cell_of(getattr(row, field))
                    remedy = "the file's headings or units change what is written; make them plain"
                    problems.append(Problem(f"seeds/{name}.csv", rule, meant, remedy, column=field))
    if problems:
        raise BadInput(problems)
