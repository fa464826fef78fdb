"""``forecasts export``: results or the ledger as a workbook, or as CSV files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import Language, gathered, parse_day, problems_told
from forecasts.ledger.problems import BadInput, Problem, Remark

if TYPE_CHECKING:
    import datetime as dt

    from forecasts.publish.exporting.tables import Export
    from forecasts.publish.words import Words

#: The word for the ledger of this project.
SEEDS = "seeds"


class ExportFormat(StrEnum):
    """What is written."""

    XLSX = "xlsx"
    CSV = "csv"


def export(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="a run's folder (of a plan's, the newest), a job's, or a result.json; 'seeds' or a folder "
            "of that kind: the ledger",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="FILE.xlsx, or a folder for CSV files; new, or an earlier export; default: in this folder, "
            "named after the run"
        ),
    ] = None,
    format: Annotated[
        ExportFormat | None, typer.Option("--format", help="default: what --out is; xlsx without it")
    ] = None,
    language: Annotated[
        Language, typer.Option(help="of headings and explanations, and of names where there are two")
    ] = Language.ZH,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: of the ledger, nothing published later is told")
    ] = None,
) -> None:
    """Write the export."""
    with problems_told():
        from forecasts.publish.words import Words

        problems: list[Problem] = []
        with gathered(problems):
            form = _form(format, out)
        with gathered(problems):
            day = parse_day(known_on)
        if problems:
            raise BadInput(problems)
        words = Words("zh" if language is Language.ZH else "en")
        name, source, found = _found(run, day, words)
        place = out if out is not None else Path(f"{name}.xlsx" if form is ExportFormat.XLSX else name)
        _write(found, place, form, source, words)
    typer.echo(place)


def _form(given: ExportFormat | None, out: Path | None) -> ExportFormat:
    """Return the format: a file's ending says it."""
    if out is None:
        return given or ExportFormat.XLSX
    said = ExportFormat.XLSX if out.suffix.lower() == ".xlsx" else ExportFormat.CSV
    if given not in (None, said):
        rule = "is a workbook's name" if said is ExportFormat.XLSX else "must end in .xlsx for a workbook"
        raise BadInput([Problem("--out", rule, str(out), "rename it, or leave --format out")])
    if said is ExportFormat.CSV and given is None and out.suffix and not out.is_dir():
        rule = "is neither FILE.xlsx nor an earlier folder"
        raise BadInput(
            [Problem("--out", rule, str(out), "end it in .xlsx, or add --format csv for a folder")]
        )
    return said


def _found(run: str, day: "dt.date | None", words: "Words") -> "tuple[str, Path, Export]":
    """Return what is exported: its name, where it was read, and its tables."""
    path = Path(run)
    if run == SEEDS or (path / "observations.csv").is_file():
        return _ledger(path, run, day, words)
    if day is not None:
        rule = "is for the ledger; a run has a day of knowledge of its own"
        raise BadInput([Problem("--known-on", rule, day.isoformat(), "leave it out, or name seeds")])
    return _results(path, words)


def _ledger(path: Path, run: str, day: "dt.date | None", words: "Words") -> "tuple[str, Path, Export]":
    from forecasts.ledger.root import find_root
    from forecasts.publish.exporting import holdings
    from forecasts.publish.exporting.readme import of_seeds
    from forecasts.publish.exporting.tables import Export
    from forecasts.scenarios.seeds import read_seeds

    folder = path if (path / "observations.csv").is_file() else find_root() / SEEDS
    seeds = read_seeds(folder)
    told = day.isoformat() if day else ""
    nouns = holdings.nouns_of(seeds, day)
    name = f"{SEEDS}-{told}" if told else SEEDS
    return name, folder, Export(day, of_seeds(told, holdings.digest_of(nouns), words), nouns)


def _results(path: Path, words: "Words") -> "tuple[str, Path, Export]":
    from forecasts.batch.left import read_left
    from forecasts.cli.options import tell
    from forecasts.publish.exporting import verdicts, what_ifs
    from forecasts.publish.exporting.readme import of_run
    from forecasts.publish.exporting.tables import Export

    left = read_left(path)
    said = {
        "failed": "has no result",
        "none": "left no result.json",
        "changed": "was changed or lost files since the run",
    }
    tell((), (Remark(Problem(lack.job, said[lack.what], lack.error)) for lack in left.lacks))
    missing = [(lack.job, lack.what, lack.error) for lack in left.lacks]
    about = of_run(left.name, left.answered, missing, left.digest, words)
    days = {one.result.known_on for one in left.answered}
    nouns = (*verdicts.nouns_of(left.answered, words), *what_ifs.nouns_of(left.answered, words))
    return left.name, left.folder, Export(max(days), about, nouns)


def _write(found: "Export", out: Path, form: ExportFormat, source: Path, words: "Words") -> None:
    """Write the export in the place of an earlier one; nothing else is replaced."""
    from forecasts.cli.outs import check_file, check_folder
    from forecasts.ledger.files import write_whole
    from forecasts.publish.exporting import separated, workbook

    if form is ExportFormat.XLSX:
        check_file(out, "an export", workbook.is_export)
        write_whole(out, workbook.workbook_of(found, words))
        return
    if out.is_symlink():
        raise BadInput([Problem("--out", "is a link", str(out), "name the folder itself")])
    folder = check_folder(out)
    if folder.exists() and any(folder.iterdir()) and not separated.is_export(folder):
        rule = "there is a folder of this name that holds more than an export"
        raise BadInput([Problem("--out", rule, str(out), "name another folder")])
    separated.write_folder(separated.files_of(found, words), folder)
