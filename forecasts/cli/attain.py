"""``forecasts attain``: answer the goals of two tables, or those of seeds/."""

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import (
    AsOfOption,
    TableFormat,
    gathered,
    parse_day,
    problems_told,
    progress,
    tell,
)
from forecasts.ledger.problems import BadInput, Problem, Unanswerable

if TYPE_CHECKING:
    import pandas as pd

    from forecasts.attainment.many import Elsewhere

#: The executor that is this machine.
LOCAL = "local"

#: What may hold a table, for people.
_TABLE = "CSV, XLSX, Parquet, JSON or a folder of them"


def attain(
    observations: Annotated[
        Path | None,
        typer.Option(
            help=f"{_TABLE}: region, indicator, as_of, value (+ published_on, qualifier, low, high, "
            "origin, confidence, period_start)"
        ),
    ] = None,
    goals: Annotated[
        Path | None,
        typer.Option(
            help=f"{_TABLE}: goal, region, indicator, value, deadline (+ comparison, tolerance, announced_on)"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="file to write, new or of earlier answers: .csv, .parquet or .json"),
    ] = None,
    indicators: Annotated[
        Path | None,
        typer.Option(
            help=f"{_TABLE}: indicator, kind (stock, cumulative, flow, share or rate) "
            "(+ upper, family, q4_share)"
        ),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="more observations, of regions that only teach")
    ] = None,
    regions: Annotated[
        Path | None, typer.Option(help=f"{_TABLE}: region, parent (the region that contains it)")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            help=f"{_TABLE}: past goals as in --goals, with met (yes, no or unknown), known_on "
            "(+ level, announcer); their figures stand in --observations, levels follow from --regions"
        ),
    ] = None,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: nothing known later is used, whatever the goal")
    ] = None,
    as_of: AsOfOption = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="processes; default: one a processor")] = None,
    executor: Annotated[
        str | None,
        typer.Option(
            help="local (the default), or the scheduler of a Dask cluster that works instead of it: "
            "tcp://scheduler:8786"
        ),
    ] = None,
    goal: Annotated[str | None, typer.Option(help="one goal of seeds/ instead of the headline goals")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="one scenario instead of all that are for the goal")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="say what moved the answer, step by step")
    ] = False,
    format: Annotated[
        TableFormat | None,
        typer.Option("--format", help="of the answer for seeds/ on standard output; default: text"),
    ] = None,
) -> None:
    """Answer goals."""
    with problems_told(unanswerable=3):
        brought = {
            "--indicators": indicators, "--reference": reference, "--regions": regions, "--record": record,
            "--jobs": jobs, "--executor": executor,
        }  # fmt: skip
        told = {"--explain": explain or None, "--format": format}
        if observations is not None or goals is not None:
            problems = _missing({"--observations": observations, "--goals": goals, "--out": out})
            chosen = {"--goal": goal, "--scenario": scenario, **told}
            problems += _idle(chosen, "with tables", "it is about the goals of seeds/")
            if executor not in (None, LOCAL):
                problems += _idle({"--jobs": jobs}, "with a cluster", "its workers are as many as they are")
        else:
            problems = _idle(brought, "without --observations and --goals", "it is about tables")
            if out is not None:
                problems += _idle(told, "with --out", "it is about standard output")
            elif explain:
                problems += _idle({"--format": format}, "with --explain", "an explanation is text")
        with gathered(problems):
            day = parse_day(known_on)
        if problems:
            raise BadInput(problems)
        if observations is None or goals is None or out is None:
            _tell_seeds(goal, scenario, day, explain, out, format or TableFormat.TEXT)
            return
        from forecasts.cli.answers import answer_files

        with _elsewhere(executor) as elsewhere, progress("goals") as count:
            came = answer_files(
                observations, goals, out, indicators, reference, regions, record, day,
                jobs or os.cpu_count() or 1, count, elsewhere,
            )  # fmt: skip
    tell(came.problems, came.remarks)
    if came.problems:
        raise typer.Exit(3)


@contextmanager
def _elsewhere(executor: str | None) -> "Iterator[Elsewhere | None]":
    """Open the cluster that works instead of this machine, if one is named."""
    if executor is None or executor == LOCAL:
        yield None
        return
    from forecasts.batch.cluster import connect

    with connect(executor) as cluster:
        yield cluster.parts


def _missing(options: Mapping[str, object]) -> list[Problem]:
    """Return what is wrong where options that come together do not."""
    return [
        Problem(name, "is missing", remedy="the tables come together")
        for name, given in options.items()
        if given is None
    ]


def _idle(options: Mapping[str, object], where: str, why: str) -> list[Problem]:
    """Return what is wrong with options that would do nothing."""
    return [
        Problem(name, f"does nothing {where}: {why}", remedy="leave it out")
        for name, given in options.items()
        if given is not None
    ]


def _tell_seeds(
    goal: str | None, scenario: str | None, day: dt.date | None, explained: bool, out: Path | None,
    format: TableFormat,
) -> None:  # fmt: skip
    """Answer for seeds/ and print or write the answer."""
    from forecasts.cli import answers, told
    from forecasts.ledger.root import find_root
    from forecasts.scenarios.seeds import read_seeds

    folder = find_root() / "seeds"
    if out is not None:
        answers.check_out(out, [folder])
    seeds = read_seeds(folder)
    tell((), seeds.remarks)
    silent: list[Problem] = []
    if explained:
        for explanation in answers.explanations(seeds, goal, scenario, day, silent):
            typer.echo(told.explained(explanation))
    else:
        found = list(answers.outlooks_of(seeds, goal, scenario, day, silent))
        if found:
            headlines = [answers.headline_of(seeds, one) for one in found]
            if format is TableFormat.TEXT and out is None:
                told.print_answers(found, headlines)
            else:
                _write(answers.table_of(seeds, found, headlines), out, format)
    if silent:
        raise Unanswerable(silent)


def _write(table: "pd.DataFrame", out: Path | None, format: TableFormat) -> None:
    """Write the answers for seeds/ to a file, or for programs to standard output."""
    from forecasts.ledger.tables import records_json, write_table

    if out is not None:
        write_table(table, out)
    elif format is TableFormat.CSV:
        typer.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        typer.echo(records_json(table))
