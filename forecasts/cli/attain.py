"""``forecasts attain``: answer the goals of two tables, or those of seeds/."""

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import AsOfOption, TableFormat, parse_day, problems_told, progress, tell
from forecasts.ledger.problems import BadInput, Problem


def attain(
    observations: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet: region, indicator, as_of, value (+ published_on, qualifier, low, high, "
            "origin, confidence, period_start)"
        ),
    ] = None,
    goals: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet: goal, region, indicator, value, deadline (+ comparison, announced_on)"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="file to write: .csv, .parquet or .json")] = None,
    indicators: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet: indicator, kind (stock, cumulative or flow) (+ family, q4_share)"),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="more observations, of regions that only teach")
    ] = None,
    regions: Annotated[
        Path | None, typer.Option(help="CSV or Parquet: region, parent (the region that contains it)")
    ] = None,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: nothing known later is used, whatever the goal")
    ] = None,
    as_of: AsOfOption = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="processes; default: one a processor")] = None,
    goal: Annotated[str | None, typer.Option(help="one goal of seeds/ instead of the headline goals")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="one scenario instead of all that are for the goal")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="say what moved the answer, step by step")
    ] = False,
    format: Annotated[
        TableFormat, typer.Option("--format", help="of the answer for seeds/ on standard output")
    ] = TableFormat.TEXT,
) -> None:
    """Answer goals."""
    with problems_told(unanswerable=3):
        day = parse_day(known_on)
        if observations is None and goals is None:
            _tell_seeds(goal, scenario, day, explain, out, format)
            return
        given = {"--observations": observations, "--goals": goals, "--out": out}
        if observations is None or goals is None or out is None:
            missing = [name for name, path in given.items() if path is None]
            raise BadInput(
                [Problem(name, "is missing", remedy="the tables come together") for name in missing]
            )
        from forecasts.cli.answers import answer_files

        with progress("goals") as count:
            came = answer_files(
                observations, goals, out, indicators, reference, regions, day,
                jobs or os.cpu_count() or 1, count,
            )  # fmt: skip
    tell(came.problems, came.remarks)
    if came.problems:
        raise typer.Exit(3)


def _tell_seeds(
    goal: str | None, scenario: str | None, day: dt.date | None, explained: bool, out: Path | None,
    format: TableFormat,
) -> None:  # fmt: skip
    """Answer for seeds/ and print or write the answer."""
    from forecasts.cli import answers, told
    from forecasts.ledger.root import find_root
    from forecasts.ledger.tables import write_table
    from forecasts.scenarios.seeds import read_seeds

    seeds = read_seeds(find_root() / "seeds")
    tell((), seeds.remarks)
    if explained:
        for explanation in answers.explanations(seeds, goal, scenario, day):
            typer.echo(told.explained(explanation))
        return
    found = list(answers.outlooks_of(seeds, goal, scenario, day))
    table = answers.table_of(found)
    if out is not None:
        answers.check_ending(out)
        write_table(table, out)
    elif format is TableFormat.TEXT:
        told.print_answers(found)
    elif format is TableFormat.CSV:
        typer.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        typer.echo(table.to_json(orient="records", force_ascii=False, indent=1, double_precision=15))
