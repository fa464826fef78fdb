"""``forecasts plan``: what a plan would run, what is up to date, and why not."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import (
    AsOfOption,
    Format,
    FormatOption,
    Language,
    gathered,
    problems_told,
    tell,
    to_json,
)
from forecasts.cli.run import opened, root_of
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.batch.plans.preview import Preview

#: Names of a list that are told one by one.
SHOWN = 20


def plan(
    plan: Annotated[Path | None, typer.Argument(help="a plan; default: reports/plans/brief.yaml")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="jobs whose names fit this pattern; may be repeated")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="instead of the plan's")] = None,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD, newest or today, instead of the plan's")
    ] = None,
    as_of: AsOfOption = None,
    out: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    draws: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    seed: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Show what a plan would run."""
    from forecasts.batch.plans.preview import as_dict, preview
    from forecasts.batch.plans.reading import only as fitting
    from forecasts.cli.outs import check_folder
    from forecasts.ledger.root import find_root, provided

    given = {"language": language and language.value, "known_on": known_on, "draws": draws, "seed": seed}
    with problems_told():
        root = find_root() if plan is None else root_of(plan)
        plan = provided(root, "reports/plans/brief.yaml") if plan is None else plan
        problems: list[Problem] = []
        with gathered(problems):
            target = check_folder(out or root / "reports" / "out")
        with gathered(problems):
            seeds, works = opened(plan, root, given)
            works = fitting(works, only or ())
        if problems:
            raise BadInput(problems)
        tell((), [*seeds.remarks, *(remark for work in works for remark in work.remarks)])
        days = preview(works, root, seeds, target)
    if format is Format.JSON:
        typer.echo(to_json(as_dict(days)))
        return
    for day in days:
        for line in _told(day):
            typer.echo(line)
    told = as_dict(days)
    excluded = f", {told['excluded']} excluded" if told["excluded"] else ""
    typer.echo(f"{told['due']} to run, {told['up_to_date']} up to date{excluded}")


def _told(day: "Preview") -> Iterator[str]:
    """Yield one day's jobs, one a line."""
    count = len(day.jobs)
    yield f"{day.work.name}, as known on {day.work.known_on}: {count} job{'s' if count != 1 else ''}"
    width = max(len(job.id) for job, _ in day.jobs)
    for job, why in day.jobs:
        yield f"  {job.id:<{width}}  {why or 'up to date'}"
    yield from _listed("excluded", [job.id for job in day.work.excluded])
    yield from _listed("left out, their deadline has passed", list(day.work.passed))


def _listed(what: str, names: list[str]) -> Iterator[str]:
    if names:
        more = f", ... ({len(names)} in all)" if len(names) > SHOWN else ""
        yield f"  {what}: {', '.join(names[:SHOWN])}{more}"
