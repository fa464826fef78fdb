"""``forecasts register``: every forecast that runs have made."""

from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer

from forecasts.cli.options import gathered, parse_day, problems_told
from forecasts.ledger.problems import BadInput, Problem


class RegisterFormat(StrEnum):
    """How the register is printed."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def register(
    format: Annotated[
        RegisterFormat | None,
        typer.Option("--format", help="default: what --out ends in, text on standard output"),
    ] = None,
    goal: Annotated[str | None, typer.Option(help="an id, or a pattern such as '*-2023'")] = None,
    plan: Annotated[str | None, typer.Option(help="the runs of one plan, by its name")] = None,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: forecasts of this day of knowledge")
    ] = None,
    path: Annotated[Path | None, typer.Option(help="register; default: reports/register.sqlite")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="file to write, new or of the register: .csv, .parquet, .json or .jsonl"),
    ] = None,
) -> None:
    """Print the register."""
    with problems_told():
        from forecasts.batch.register.register import REGISTER, rows_of
        from forecasts.ledger.root import find_root

        problems: list[Problem] = []
        with gathered(problems):
            day = parse_day(known_on)
        with gathered(problems):
            held = find_root() / "reports" / REGISTER if path is None else _there(path)
        with gathered(problems):
            form = _format(format, out)
        if problems:
            raise BadInput(problems)
        if out is not None:
            _check_out(out, held)
        rows = [row for row in rows_of(held, plan, day) if goal is None or fnmatchcase(row["goal"], goal)]
        if out is not None:
            _write(rows, out, form)
        else:
            _print(rows, form)
    if not rows:
        asked = any(option is not None for option in (goal, plan, known_on))
        typer.echo("the register has no such forecast" if asked else "the register is empty", err=True)


def _there(path: Path) -> Path:
    if not path.exists():
        raise BadInput([Problem("--path", "there is no such file", str(path), "check the path")])
    return path


def _format(given: RegisterFormat | None, out: Path | None) -> RegisterFormat:
    """Return the format: a file's ending says it."""
    if out is None:
        if given is RegisterFormat.PARQUET:
            rule = "parquet does not go to standard output"
            raise BadInput([Problem("--format", rule, given, "add --out FILE.parquet")])
        return given or RegisterFormat.TEXT
    endings = {f".{one}": one for one in RegisterFormat if one is not RegisterFormat.TEXT}
    if out.suffix not in endings:
        raise BadInput([Problem("--out", f"must end in {', '.join(sorted(endings))}", str(out), "rename it")])
    if given not in (None, endings[out.suffix]):
        rule = "is another format than the file's ending says"
        raise BadInput([Problem("--format", rule, str(given), "leave it out, or rename the file")])
    return endings[out.suffix]


def _check_out(out: Path, held: Path) -> None:
    from forecasts.cli.outs import check_file, is_registered

    check_file(out, "a table of the register", is_registered, [held])


def _write(rows: list[dict[str, Any]], out: Path, form: RegisterFormat) -> None:
    """Write forecasts to a file, whole or not at all."""
    from forecasts.ledger.files import write_whole

    if form in (RegisterFormat.JSON, RegisterFormat.JSONL):
        write_whole(out, _json(rows, form))
        return
    from forecasts.ledger.tables import write_table

    write_table(_frame(rows), out)


def _print(rows: list[dict[str, Any]], form: RegisterFormat) -> None:
    """Print forecasts."""
    if form is RegisterFormat.TEXT:
        _print_text(rows)
    elif form is RegisterFormat.CSV:
        typer.echo(_frame(rows).to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        typer.echo(_json(rows, form), nl=False)


def _json(rows: list[dict[str, Any]], form: RegisterFormat) -> str:
    import json

    if form is RegisterFormat.JSONL:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _frame(rows: list[dict[str, Any]]) -> Any:
    """Return forecasts as a table with every column, also where there are no rows."""
    import pandas as pd

    from forecasts.batch.register.entry import COLUMNS

    return pd.DataFrame(rows, columns=list(COLUMNS))


def _print_text(rows: list[dict[str, Any]]) -> None:
    """Print what people look for: when it was said, of what, and how likely it was."""
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table

    from forecasts.publish.words import Words

    table = Table(box=None, pad_edge=False)
    for name in ("made at", "plan", "known on", "goal", "scenario", "P", "median", "80 %", "deadline"):
        table.add_column(name, justify="right" if name in ("P", "median", "80 %") else "left", no_wrap=True)
    words = Words("en")
    number = words.estimate
    for row in rows:
        ends = (row["q10"], row["q90"])
        table.add_row(
            row["made_at"].replace("+00:00", "Z"), row["plan"], row["known_on"], row["goal"], row["scenario"],
            words.probability(row["probability"]), "-" if row["q50"] is None else number(row["q50"]),
            "-" if None in ends else "-".join(map(number, ends)), row["deadline"],
        )  # fmt: skip
    console = Console(markup=False)
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    console.print(table)
