"""What ``goals`` and ``resolve`` are asked about: a report, its region and its day."""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from forecasts.attainment.question import day_of_knowledge
from forecasts.cli.options import TableFormat, gathered, to_json
from forecasts.cli.outs import check_file
from forecasts.intake.candidates import Candidate
from forecasts.intake.documents import read_document
from forecasts.intake.extract import candidates_of
from forecasts.intake.known import Known, read_known
from forecasts.intake.places import region_of
from forecasts.intake.report import report_of
from forecasts.ledger.called import find_called
from forecasts.ledger.files import write_whole
from forecasts.ledger.ledger import Ledger
from forecasts.ledger.problems import BadInput, Problem
from forecasts.ledger.records import Goal, Observation
from forecasts.ledger.texts import squeezed
from forecasts.publish.exporting.cells import guarded, visible


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as it was read.

    Attributes
    ----------
    source : str
        Its id in ``seeds/``, where its text is held; empty elsewhere.
    day, day_said_by : date, str
        When it could be read, and who says so.
    """

    text: str
    candidates: list[Candidate]
    region: str
    source: str
    day: dt.date
    day_said_by: str
    known: Known


def reported(
    file: Path, ledger: Ledger, folder: Path, region: str | None, published_on: str | None
) -> Reported:
    """Read a report; its region and its day are its own where nobody says them.

    Of a report that ``seeds/`` holds, the day is the one on which its rows were published: what was printed
    in it is known then, and not before.

    Raises
    ------
    BadInput
        If the file cannot be read, or its region or its day is not known.
    """
    text, known = read_document(file).text, read_known(folder)
    about, where, source = report_of(text), "", _source_of(text, folder)
    days: dict[str, dt.date] = {}
    problems: list[Problem] = []
    with gathered(problems):
        named = region or region_of(about.title, text, known)
        if not named:
            raise BadInput([Problem("--region", "the report does not say its region", remedy="name it")])
        where = find_called(named, ledger.regions, "region", "--region")
    with gathered(problems):
        if published_on:
            days["as --published-on says"] = day_of_knowledge(published_on, "--published-on")
        elif (day := _published_on(source, ledger)) is not None:
            days[f"when {source}, this report, was published"] = day
        elif about.day is not None:
            days["as the report says"] = about.day
        else:
            rule = "the report does not say its day"
            raise BadInput([Problem("--published-on", rule, remedy="say on which day it was published")])
    if problems:
        raise BadInput(problems)
    ((said_by, said),) = days.items()
    return Reported(text, candidates_of(text, known, where), where, source, said, said_by, known)


def _source_of(text: str, folder: Path) -> str:
    """Return the source whose text this is, among those that a folder holds."""
    plain = squeezed(text)
    for path in sorted((folder / "texts").glob("*.txt")):
        if squeezed(path.read_text(encoding="utf-8-sig")) == plain:
            return path.stem
    return ""


def _published_on(source: str, ledger: Ledger) -> dt.date | None:
    """Return the day on which the rows of a source were published; the last, where they disagree."""
    rows: tuple[Observation | Goal, ...] = (*ledger.observations.values(), *ledger.goals.values())
    days = [row.published_on for row in rows if row.source == source] if source else []
    return max((day for day in days if day is not None), default=None)


def hand_over(
    decisions: Any, rows: Sequence[Mapping[str, Any]], heads: Sequence[str], format: TableFormat,
    out: Path | None, file: Path,
) -> None:  # fmt: skip
    """Print decisions for programs, or write them to a file, in the format that its name says.

    Parameters
    ----------
    decisions : object
        As JSON; as CSV they are `rows`.
    file : Path
        The report, which is not written over.
    """
    if out is not None:
        format = _format_of(out, format)
        check_file(out, "a file of decisions", _is_decisions, [file])
    content = to_json(decisions) + "\n" if format is TableFormat.JSON else _csv_of(rows, heads)
    if out is None:
        typer.echo(content, nl=False)
    else:
        typer.echo(str(write_whole(out, content)))


def _format_of(out: Path, format: TableFormat) -> TableFormat:
    """Return the format that a file's name says."""
    endings = {".csv": TableFormat.CSV, ".json": TableFormat.JSON}
    found = endings.get(out.suffix.lower())
    if found is None:
        raise BadInput([Problem("--out", "must end in .csv or .json", str(out), "rename it")])
    if format not in (TableFormat.TEXT, found):
        raise BadInput([Problem("--format", f"the file's name says {found}", format, "leave it away")])
    return found


def _is_decisions(path: Path) -> bool:
    """Whether a file holds decisions, by its first words."""
    with path.open("rb") as file:
        head = file.read(4000)
    return head.strip() == b"[]" or all(name in head for name in (b"start", b"end", b"decision"))


def _csv_of(rows: Sequence[Mapping[str, Any]], heads: Sequence[str]) -> str:
    """Return rows as CSV; no program takes the words of a text for a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: guarded(visible(v)) if isinstance(v, str) else v for k, v in row.items()})
    return out.getvalue()
