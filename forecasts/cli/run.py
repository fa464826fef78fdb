"""``forecasts run``: a plan becomes notebooks and briefs."""

import atexit
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from forecasts.cli.watching import LogFormat, watching
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.batch.came import Run
    from forecasts.batch.kernels.client import Mother
    from forecasts.batch.plans.plan import Work
    from forecasts.scenarios.seeds import Seeds


class Engine(StrEnum):
    """What papermill runs notebooks on."""

    WARM = "warm"
    STOCK = "stock"


@contextmanager
def interruptible() -> Iterator[None]:
    """End with 130 when interrupted, by Ctrl-C or politely by the machine, with nothing left behind."""

    def stop(number: int, frame: object) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)  # once is enough: what follows is putting away
        raise KeyboardInterrupt

    signals = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {one: signal.signal(one, stop) for one in signals}
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(
            "interrupted: what was finished is kept, and the same command goes on from there", err=True
        )
        raise typer.Exit(130) from None
    finally:
        # Asked to end while the interpreter puts itself away, it ends already, with the code of what it did.
        atexit.register(lambda: [signal.signal(one, signal.SIG_IGN) for one in signals])
        for one, old in before.items():
            signal.signal(one, old)


@contextmanager
def begun(engine: Engine, executor: str, due: bool) -> "Iterator[Mother | None]":
    """Start the mother of warm kernels before anybody knows what for; at the end nothing is left of her."""
    from forecasts.batch.kernels.client import Mother
    from forecasts.batch.kernels.families import can_fork

    if not due or engine is not Engine.WARM or executor != "local" or not can_fork():
        yield None
        return
    with Mother() as mother:
        yield mother


def surely_due(plan: Path | None, out: Path | None, force: bool) -> bool:
    """Whether notebooks will be run, whatever the plan says: all are asked for, or there is no run of it."""
    from forecasts.ledger.root import find_root

    if force:
        return True
    with suppress(BadInput, OSError):
        root = find_root() if plan is None else root_of(plan)
        runs = (out or root / "reports" / "out") / (plan.stem if plan else "brief")
        return not any(runs.glob("[!.]*"))
    return False


def nothing_left(verb: Callable[..., None]) -> Callable[..., None]:
    """Have a verb find the mother of warm kernels in its context, and leave nothing behind at its end."""

    @wraps(verb)
    def told(**given: Any) -> None:
        # What kernels import takes longer than the reading of a plan, and there are two processors. Where
        # there may be nothing to run she waits until there is: an unchanged plan is told of sooner so.
        due = surely_due(given["plan"], given["out"], given["force"])
        with interruptible(), begun(given["engine"], given["executor"], due) as mother:
            given["context"].obj = mother
            verb(**given)

    return told


@nothing_left
def run(
    context: typer.Context,
    plan: Annotated[Path | None, typer.Argument(help="a plan; default: reports/plans/brief.yaml")] = None,
    language: Annotated[Language | None, typer.Option(help="instead of the plan's")] = None,
    known_on: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD, newest or today, instead of the plan's: nothing later is used"),
    ] = None,
    as_of: AsOfOption = None,
    out: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="notebooks that run at the same time")] = 2,
    only: Annotated[
        list[str] | None, typer.Option(help="run only jobs whose names fit this pattern; may be repeated")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="run also what is up to date")] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast/--keep-going", help="stop at the first job that fails")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="seconds that a job may take, instead of the plan's")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="days of runs to keep, instead of the plan's; default: all")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="wait for another run of the plan, or be refused")
    ] = False,
    executor: Annotated[
        str, typer.Option(help="local, or the scheduler of a Dask cluster: tcp://scheduler:8786")
    ] = "local",
    register: Annotated[
        Path | None,
        typer.Option(help="where forecasts are entered; default: reports/register.sqlite, or in --out"),
    ] = None,
    on_failure: Annotated[
        str | None, typer.Option(help="command that is told what failed, as JSON on standard input")
    ] = None,
    on_success: Annotated[str | None, typer.Option(help="command that is told where the brief is")] = None,
    on_alert: Annotated[str | None, typer.Option(help="command that is told of the plan's alerts")] = None,
    mail_to: Annotated[list[str] | None, typer.Option(help="address that gets the brief; repeatable")] = None,
    mail_errors_to: Annotated[
        list[str] | None, typer.Option(help="address that is told what failed; repeatable")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="warm kernels, or papermill's own (stock): slower, and the same")
    ] = Engine.WARM,
    draws: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    seed: Annotated[int | None, typer.Option(help="instead of the plan's")] = None,
    log_format: Annotated[
        LogFormat,
        typer.Option(help="how the run is told on standard error: for people, or a JSON object a line"),
    ] = LogFormat.TEXT,
    format: FormatOption = Format.TEXT,
) -> None:
    """Run a plan."""
    from forecasts.batch.came import summary
    from forecasts.batch.folders import RUN
    from forecasts.batch.night import REGISTER, Means, run_plan
    from forecasts.batch.register.store import check_register
    from forecasts.batch.run import Options
    from forecasts.batch.telling.telling import Wishes, prepare, refused
    from forecasts.cli.outs import check_folder
    from forecasts.ledger.root import find_root, provided, shown

    given = {"language": language and language.value, "known_on": known_on, "draws": draws, "seed": seed}
    wishes = Wishes(on_failure, on_success, on_alert, tuple(mail_to or ()), tuple(mail_errors_to or ()))
    with problems_told():
        root = find_root() if plan is None else root_of(plan)
        plan = provided(root, "reports/plans/brief.yaml") if plan is None else plan
        problems: list[Problem] = []
        telling = None
        with gathered(problems):
            telling = prepare(wishes, os.environ, root)
        with gathered(problems):
            target = check_folder(out or root / "reports" / "out")
            entered = register or (target if out else root / "reports") / REGISTER
            check_register(entered)
        with gathered(problems):
            seeds, works = opened(plan, root, given)
            chosen = chosen_of(works, only or ())
        if problems:
            bad = BadInput(problems)
            if telling is not None:  # whoever waits for a brief hears that there will be none
                _complain(telling.tell(refused(plan.stem, language.value if language else "zh", bad), root))
            raise bad
    assert telling is not None
    tell((), [*seeds.remarks, *(remark for work in works for remark in work.remarks)])
    options = Options(chosen, force, fail_fast, wait, timeout, keep)
    with problems_told(), watching(log_format) as watcher:
        means = Means(jobs, engine.value, executor, entered, context.obj)
        try:
            runs = run_plan(works, seeds, root, target, means, options, watcher.event)
        except BadInput as bad:
            _complain(telling.tell(refused(plan.stem, works[0].plan.language, bad), root))
            raise
        watcher.ended(runs)
    wrong = [line for one in runs for line in telling.tell(summary(one, root), root, one.folder / RUN)]
    _complain(wrong)
    if format is Format.JSON:
        told = [summary(one, root) for one in runs]
        typer.echo(to_json(told[0] if len(told) == 1 else told))
    else:
        for one in runs:
            typer.echo(_said(one))
        for path in (path for one in runs for path in one.pdfs):
            typer.echo(shown(path, Path.cwd()))
    if code := exit_code(runs) or int(bool(wrong)):
        raise typer.Exit(code)


def _complain(wrong: Iterable[str]) -> None:
    """Tell what went wrong in telling others."""
    for line in wrong:
        typer.echo(line, err=True)


def opened(plan: Path, root: Path, given: Mapping[str, Any]) -> "tuple[Seeds, tuple[Work, ...]]":
    """Read the seeds and the plan; what is wrong with either is told with what is wrong with the other."""
    from forecasts.batch.plans.reading import plan_faults, read_plan
    from forecasts.scenarios.seeds import FaultySeeds, read_seeds

    try:
        seeds = read_seeds(root / "seeds")
    except FaultySeeds as faulty:
        raise BadInput([*faulty.problems, *plan_faults(plan, root, faulty, given)]) from None
    return seeds, read_plan(plan, root, seeds, given)


def chosen_of(works: "tuple[Work, ...]", patterns: "list[str] | tuple[str, ...]") -> frozenset[str] | None:
    """Return the names of the jobs that fit; None where nobody restricts them."""
    from forecasts.batch.plans.reading import only

    if not patterns:
        return None
    return frozenset(job.id for work in only(works, patterns) for job in work.jobs)


def exit_code(runs: "tuple[Run, ...]") -> int:
    """Return what a run's end is for whoever only sees a number; of several days the worst."""
    if any(run.error for run in runs):
        return 4
    if any(run.count("failed") for run in runs):
        return 1
    return 3 if any(run.count("not run") for run in runs) else 0


def _said(run: "Run") -> str:
    """Say in one line what came of a day."""
    counts = [("done", run.count("done")), ("up to date", run.count("up to date")),
              ("failed", run.count("failed")), ("not run", run.count("not run"))]  # fmt: skip
    told = ", ".join(f"{count} {name}" for name, count in counts if count)
    return f"{len(run.done)} jobs, as known on {run.work.known_on}: {told}"


def root_of(plan: Path) -> Path:
    """Return the project that a plan belongs to; for a plan from elsewhere, the one we stand in."""
    from forecasts.ledger.root import find_root

    try:
        return find_root(plan.parent)
    except BadInput:
        return find_root()
