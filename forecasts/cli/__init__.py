"""``forecasts ...``: thin, one function a verb.

What is slow to import is imported by the verb that needs it, so that ``--help`` is quick.
"""

import datetime as dt
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts import __version__
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.ledger.ledger import Ledger

HELP = """Published figures become an honest probability that a goal will be met.

Exit codes: 0 = all is well; 1 = a job or the brief failed (the rest is written, and says so);
2 = bad input (nothing is written; every problem is told on standard error, one a line)."""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


class TableFormat(StrEnum):
    """How a table is printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


class Language(StrEnum):
    """Language of the brief."""

    ZH = "zh"
    EN = "en"


FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for programs")]


@contextmanager
def problems_told() -> Iterator[None]:
    """Print every problem of bad input, one a line, and end with 2."""
    try:
        yield
    except BadInput as bad:
        for problem in bad.problems:
            typer.echo(" ".join(str(problem).split()), err=True)
        raise typer.Exit(2) from None


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forecasts {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Tell the version; every verb stands for itself."""


@app.command(help="Validate seeds/ and say what it holds. " + HELP.split("\n\n")[1])
def check(
    seeds: Annotated[
        Path | None, typer.Option(help="folder to check; default: seeds/ of this project")
    ] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Validate seeds and say what they hold."""
    from forecasts.ledger.root import find_root
    from forecasts.scenarios.seeds import read_seeds

    with problems_told():
        held = read_seeds(seeds or find_root() / "seeds")
    holdings = _holdings(held.ledger) | {"scenarios": len(held.scenarios)}
    typer.echo(_json(holdings) if format is Format.JSON else _lines(holdings))


@app.command(
    help="Run a plan: every notebook, then one brief. The last line on standard output is the path of the "
    "combined PDF. " + HELP.split("\n\n")[1]
)
def run(
    plan: Annotated[Path, typer.Argument(help="a plan, e.g. reports/plans/brief.yaml")],
    language: Annotated[Language | None, typer.Option(help="instead of the plan's")] = None,
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD or newest, instead of the plan's")] = None,
    out: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="notebooks that run at the same time")] = 2,
    draws: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    seed: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Run a plan."""
    from forecasts.batch.plan import read_plan
    from forecasts.batch.run import record, run_plan
    from forecasts.ledger.root import shown
    from forecasts.scenarios.seeds import read_seeds

    given = {"language": language and language.value, "as_of": as_of, "draws": draws, "seed": seed}
    with problems_told():
        root = _root_of(plan)
        work = read_plan(plan, root, read_seeds(root / "seeds"), given)
        target = _folder(out or root / "reports" / "out")
    ended = itertools.count(1)
    with _progress("notebooks") as count:
        came = run_plan(work, root, target, jobs, lambda done: count(next(ended), len(work.jobs)))
    for done in came.done:
        if done.error:
            typer.echo(f"{done.job.id}: failed, see {shown(done.folder, Path.cwd())}", err=True)
    if came.error:
        typer.echo(came.error, err=True)
    if format is Format.JSON:
        typer.echo(_json(record(came, root)))
    else:
        good = sum(not done.error for done in came.done)
        typer.echo(f"{good} of {len(came.done)} jobs done, as known on {work.known_on}")
        if came.pdf:
            typer.echo(shown(came.pdf, Path.cwd()))
    if not came.ok:
        raise typer.Exit(1)


@app.command(
    name="attain",
    help="Answer goals: those of two tables (--observations, --goals, --out), or, without tables, those of "
    "seeds/. "
    + HELP.split("\n\n")[1]
    + " 3 = answered, but some rows were not sound or some goals have no answer.",
)
def attain_goals(
    observations: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet: region, indicator, as_of, value (+ qualifier, published_on)"),
    ] = None,
    goals: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet: goal, region, indicator, value, deadline (+ comparison, announced_on)"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="file to write: .csv, .parquet or .json")] = None,
    indicators: Annotated[
        Path | None, typer.Option(help="CSV or Parquet: indicator, kind (stock, cumulative or flow)")
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(help="more observations, of regions that only teach")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD: nothing known later is used")] = None,
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
    from forecasts.cli import answers

    with problems_told():
        day = _day(as_of)
        if observations is None and goals is None:
            _tell_seeds(goal, scenario, day, explain, out, format)
            return
        given = {"--observations": observations, "--goals": goals, "--out": out}
        if observations is None or goals is None or out is None:
            missing = [name for name, path in given.items() if path is None]
            raise BadInput(
                [Problem(name, "is missing", remedy="the tables come together") for name in missing]
            )
        with _progress("goals") as count:
            unsound = answers.answer_files(
                observations, goals, out, indicators, reference, day, jobs or os.cpu_count() or 1, count
            )
    for problem in unsound:
        typer.echo(" ".join(str(problem).split()), err=True)
    if unsound:
        raise typer.Exit(3)


@app.command(
    help="Learn the engine's numbers anew from the benchmark's training part, score them with whole "
    "sources left out, and write both to one file. " + HELP.split("\n\n")[1]
)
def train(
    units: Annotated[Path, typer.Argument(help="the training part, e.g. train.parquet")],
    out: Annotated[Path | None, typer.Option(help="file to write; default: the package's own")] = None,
) -> None:
    """Learn the engine's numbers."""
    from forecasts.cli.learning import learn_file

    with problems_told():
        path, scores = learn_file(units, out)
    for name, score in scores.items():
        said = "  ".join(f"{k} {v}" for k, v in score.items())
        typer.echo(f"{name:24} {said}")
    typer.echo(str(path))


@app.command(help="Print the schema of result.json, or write it to a file.")
def schema(
    out: Annotated[Path | None, typer.Option(help="file to write; default: standard output")] = None,
) -> None:
    """Print the schema of ``result.json``."""
    from forecasts.ledger.files import write_whole
    from forecasts.publish.save import result_schema

    if out is None:
        typer.echo(result_schema(), nl=False)
    else:
        write_whole(out, result_schema())


def _day(text: str | None) -> dt.date | None:
    """Read a day of the command line."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput([Problem("--as-of", "must be a day", text, "write it as 2023-12-31")]) from None


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
    if explained:
        for explanation in answers.explain_seeds(seeds, goal, scenario, day):
            typer.echo(told.explained(explanation))
        return
    results = answers.answer_seeds(seeds, goal, scenario, day)
    table = answers.table_of(results)
    if out is not None:
        answers.check_ending(out)
        write_table(table, out)
    elif format is TableFormat.TEXT:
        told.print_answers(results)
    elif format is TableFormat.CSV:
        typer.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        typer.echo(table.to_json(orient="records", force_ascii=False, indent=1, double_precision=15))


def _root_of(plan: Path) -> Path:
    """Return the project that a plan belongs to; for a plan from elsewhere, the one we stand in."""
    from forecasts.ledger.root import find_root

    try:
        return find_root(plan.parent)
    except BadInput:
        return find_root()


def _folder(path: Path) -> Path:
    """Refuse a path whose place is taken by a file, before anything is written."""
    for taken in (path, *path.parents):
        if taken.is_file():
            raise BadInput([Problem("--out", "there is a file of this name", str(taken), "choose a folder")])
    return path.resolve()


def _holdings(ledger: "Ledger") -> dict[str, Any]:
    """Count what a ledger holds."""
    observations = ledger.observations.values()
    days = sorted(o.as_of for o in observations)
    return {
        "indicators": len(ledger.indicators),
        "regions": len(ledger.regions),
        "sources": len(ledger.sources),
        "observations": len(ledger.observations),
        "observations_by_origin": dict(sorted(Counter(o.origin.value for o in observations).items())),
        "first_as_of": days[0].isoformat() if days else None,
        "last_as_of": days[-1].isoformat() if days else None,
        "goals": len(ledger.goals),
        "goals_by_outcome": dict(sorted(Counter(g.outcome.value for g in ledger.goals.values()).items())),
        "headline_goals": list(ledger.headline_goals()),
    }


def _lines(holdings: dict[str, Any]) -> str:
    """Write holdings for people: one a line."""

    def flat(value: Any) -> str:
        if isinstance(value, dict):
            return ", ".join(f"{k} {v}" for k, v in value.items())
        return ", ".join(value) if isinstance(value, list) else str(value)

    return "\n".join(f"{key.replace('_', ' ')}: {flat(value)}" for key, value in holdings.items())


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of all is done, on a terminal; elsewhere nothing, so that logs stay short."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
