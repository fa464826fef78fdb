"""What the verbs share: options, formats, how problems and progress are told."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from forecasts.ledger.problems import BadInput, Problem, Refusal, Remark, Unanswerable

EXIT_CODES = """Exit codes: 0 = all is well, perhaps with warnings on standard error; 1 = a job
failed (the rest is written, and says so), or something could not be written; 2 = bad input (nothing is
written; every problem is told on standard error, one a line)."""

#: Columns of a table that no terminal shows: as many as it needs, so that nothing is cut.
WIDE = 1000


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


def tell(problems: Iterable[Problem], remarks: Iterable[Remark] = ()) -> None:
    """Print remarks and problems on standard error, one a line; remarks alone are no failure."""
    for said in (*remarks, *problems):
        typer.echo(" ".join(str(said).split()), err=True)


@contextmanager
def problems_told(unanswerable: int = 2) -> Iterator[None]:
    """Print every problem, one a line, and end with 2; with another code where sound rows cannot answer."""
    try:
        yield
    except Refusal as refused:
        tell(refused.problems)
        raise typer.Exit(unanswerable if isinstance(refused, Unanswerable) else 2) from None


@contextmanager
def gathered(problems: list[Problem]) -> Iterator[None]:
    """Add bad input to the problems that are told together."""
    try:
        yield
    except BadInput as bad:
        problems += bad.problems


def _renamed(text: str | None) -> None:
    """Refuse the option's old name."""
    if text is not None:
        with problems_told():
            remedy = f"it is called --known-on now: --known-on {text}"
            raise BadInput([Problem("--as-of", "there is no such option", remedy=remedy)])


GoalOption = Annotated[str, typer.Option(help="a goal of seeds/")]
KnownOnOption = Annotated[str | None, typer.Option(help="YYYY-MM-DD: nothing published later is used")]
TableFormatOption = Annotated[
    TableFormat, typer.Option("--format", help="text for people, csv and json for programs")
]

#: What the verbs about a report are asked.
ReportArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="the report, as forecasts extract reads it")
]
ReportDayOption = Annotated[
    str | None,
    typer.Option(
        "--published-on",
        help="YYYY-MM-DD; default: the day on which seeds/ has it, else the day that it gives itself",
    ),
]
ReportRegionOption = Annotated[
    str | None, typer.Option("--region", help="its id or name; default: the report's own")
]
DecisionsOutOption = Annotated[
    Path | None,
    typer.Option("--out", help="file of decisions to write, .csv or .json; default: standard output"),
]

#: How many paths are drawn; without it as many as everywhere.
DrawsOption = Annotated[int | None, typer.Option(min=100, max=1_000_000, help="paths; default: 4096")]
SeedOption = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="of the paths")]

FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for programs")]

#: The old name of ``--known-on``, hidden: it only says what it is called now.
AsOfOption = Annotated[str | None, typer.Option("--as-of", hidden=True, callback=_renamed, is_eager=True)]


def parse_day(text: str | None) -> dt.date | None:
    """Read the day of knowledge."""
    from forecasts.attainment.question import day_of_knowledge

    return None if text is None else day_of_knowledge(text, "--known-on")


def to_json(value: Any) -> str:
    """Return JSON as the verbs print it."""
    return json.dumps(value, ensure_ascii=False, indent=1)


@contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
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
