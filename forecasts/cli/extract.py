"""``forecasts extract``: the quantities of reports, as rows."""

import csv
import io
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from forecasts.cli.options import problems_told, to_json
from forecasts.ledger.problems import BadInput, Problem


class RowsFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


def extract(
    files: Annotated[
        list[Path], typer.Argument(help="reports: text, Markdown, HTML, DOCX or PDF", show_default=False)
    ],
    format: Annotated[
        RowsFormat, typer.Option("--format", help="csv and xlsx for people, json for programs: one list")
    ] = RowsFormat.CSV,
    out: Annotated[
        Path | None, typer.Option(help="file to write; default: standard output; xlsx needs one")
    ] = None,
    region: Annotated[
        str,
        typer.Option(help="what the texts are about, unless they say otherwise; default: the title tells"),
    ] = "",
    seeds: Annotated[
        Path | None,
        typer.Option(help="folder whose indicators and regions are known; default: seeds/ of this project"),
    ] = None,
) -> None:
    """Read every quantity of reports as a row with the words it was read from; nothing is accepted yet."""
    with problems_told():
        rows = _rows(files, region, seeds)
        if out is None and format is RowsFormat.XLSX:
            raise BadInput([Problem("--format", "a workbook is a file", "xlsx", "add --out rows.xlsx")])
        if out is not None:
            _check(out, files)
    if out is None:
        typer.echo(
            to_json(rows) if format is RowsFormat.JSON else _as_csv(rows), nl=format is RowsFormat.JSON
        )
    else:
        from forecasts.ledger.files import write_whole

        write_whole(out, _written(rows, format))
        typer.echo(str(out))


def _rows(files: Sequence[Path], region: str, seeds: Path | None) -> list[Mapping[str, Any]]:
    """Return the rows of all files; of several, each row names its own. All faults are told at once."""
    from forecasts.cli.options import gathered
    from forecasts.intake.documents import Document, read_document
    from forecasts.intake.extract import candidates_of
    from forecasts.intake.known import read_known

    problems: list[Problem] = []
    documents: list[tuple[Path, Document]] = []
    folder = seeds or _seeds()
    if seeds is not None and not seeds.is_dir():
        problems.append(Problem("--seeds", "is no folder", str(seeds), "name a folder with indicators.csv"))
    for path in files:
        with gathered(problems):
            documents.append((path, read_document(path)))
    if problems:
        raise BadInput(problems)
    known = read_known(folder) if folder is not None else read_known(Path())
    rows: list[Mapping[str, Any]] = []
    for path, document in documents:
        named = {"file": str(path)} if len(files) > 1 else {}
        rows += [named | dict(one.as_row()) for one in candidates_of(document.text, known, region)]
    return rows


def _seeds() -> Path | None:
    """Return the project's seeds, where one stands in a project: a text can be read anywhere."""
    from forecasts.ledger.root import find_root

    try:
        return find_root() / "seeds"
    except BadInput:
        return None


def _check(out: Path, files: Sequence[Path]) -> None:
    """Refuse to write over what is no list of rows."""
    from forecasts.cli.outs import check_file

    check_file(out, "a list of quantities", _is_rows, files)


def _is_rows(path: Path) -> bool:
    """Whether a file is a list of quantities, by its first words; a workbook, by its sheet's name."""
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        try:
            return "quantities" in load_workbook(path, read_only=True).sheetnames
        except Exception:  # whatever a file that is no workbook makes the library raise
            return False
    with path.open("rb") as file:
        head = file.read(4000)
    return head.strip() == b"[]" or all(
        f"{name}".encode() in head for name in ("start", "quote", "qualifier")
    )


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    from dataclasses import fields

    from forecasts.intake.candidates import Candidate

    names = [field.name for field in fields(Candidate)]
    return ["file", *names] if rows and "file" in rows[0] else names


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV; no program takes the words of a text for a formula."""
    from forecasts.publish.exporting.cells import guarded, visible

    page = io.StringIO()
    writer = csv.DictWriter(page, _columns(rows), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: guarded(visible(v)) if isinstance(v, str) else v for k, v in row.items()})
    return page.getvalue()


def _written(rows: Sequence[Mapping[str, Any]], format: RowsFormat) -> str | bytes:
    if format is RowsFormat.JSON:
        return to_json(rows) + "\n"
    return _as_csv(rows) if format is RowsFormat.CSV else _as_workbook(rows)


def _as_workbook(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as a workbook whose words are words: no formula is in it."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    from forecasts.publish.exporting.cells import escaped, visible

    book = Workbook(write_only=True)
    sheet = book.create_sheet("quantities")
    sheet.freeze_panes = "A2"
    columns = _columns(rows)
    sheet.append(columns)
    for row in rows:
        cells = []
        for name in columns:
            value = row[name]
            cell = WriteOnlyCell(sheet, escaped(visible(value)) if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    page = io.BytesIO()
    book.save(page)
    return page.getvalue()
