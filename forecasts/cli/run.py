"""``forecasts run``: a plan becomes notebooks and a brief."""

import itertools
from pathlib import Path
from typing import Annotated

import typer

from forecasts.cli.options import (
    AsOfOption,
    Format,
    FormatOption,
    Language,
    gathered,
    problems_told,
    progress,
    tell,
    to_json,
)
from forecasts.ledger.problems import BadInput, Problem


def run(
    plan: Annotated[Path | None, typer.Argument(help="a plan; default: reports/plans/brief.yaml")] = None,
    language: Annotated[Language | None, typer.Option(help="instead of the plan's")] = None,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD or newest, instead of the plan's: nothing later is used")
    ] = None,
    as_of: AsOfOption = None,
    out: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="notebooks that run at the same time")] = 2,
    draws: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    seed: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Run a plan."""
    from forecasts.batch.reading import plan_faults, read_plan
    from forecasts.batch.run import run_plan, summary
    from forecasts.cli.outs import check_folder
    from forecasts.ledger.root import find_root, provided, shown
    from forecasts.scenarios.seeds import FaultySeeds, read_seeds

    given = {"language": language and language.value, "known_on": known_on, "draws": draws, "seed": seed}
    with problems_told():
        root = find_root() if plan is None else _root_of(plan)
        plan = provided(root, "reports/plans/brief.yaml") if plan is None else plan
        problems: list[Problem] = []
        with gathered(problems):
            target = check_folder(out or root / "reports" / "out")
        with gathered(problems):
            try:
                seeds = read_seeds(root / "seeds")
                works = read_plan(plan, root, seeds, given)
            except FaultySeeds as faulty:
                problems += plan_faults(plan, root, faulty, given)
                raise
        if problems:
            raise BadInput(problems)
    tell((), [*seeds.remarks, *(remark for work in works for remark in work.remarks)])
    ended, total = itertools.count(1), sum(len(work.jobs) for work in works)
    with problems_told(), progress("notebooks") as count:
        runs = [run_plan(work, root, target, jobs, lambda done: count(next(ended), total)) for work in works]
    for came in runs:
        for done in came.done:
            if done.error:
                typer.echo(f"{done.job.id}: failed, see {shown(done.folder, Path.cwd())}", err=True)
        if came.error:
            typer.echo(came.error, err=True)
        if format is Format.JSON:
            typer.echo(to_json(summary(came, root)))
        else:
            good = sum(not done.error for done in came.done)
            typer.echo(f"{good} of {len(came.done)} jobs done, as known on {came.work.known_on}")
            if came.pdf:
                typer.echo(shown(came.pdf, Path.cwd()))
    if not all(came.ok for came in runs):
        raise typer.Exit(1)


def _root_of(plan: Path) -> Path:
    """Return the project that a plan belongs to; for a plan from elsewhere, the one we stand in."""
    from forecasts.ledger.root import find_root

    try:
        return find_root(plan.parent)
    except BadInput:
        return find_root()
