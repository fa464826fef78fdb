"""``forecasts schedule``: a plan runs by itself, at its times."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from forecasts.cli.options import gathered, problems_told
from forecasts.cli.run import root_of, run
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.batch.telling.telling import Wishes
    from forecasts.batch.timing.schedule import Schedule


class Scheduler(StrEnum):
    """Who starts the run."""

    CRON = "cron"
    SYSTEMD = "systemd"


#: Where a run's environment is set, by somebody else than us: it holds a password.
PLACES: Final[Mapping[Scheduler, str]] = {
    Scheduler.CRON: "as lines above this one, by crontab -e",
    Scheduler.SYSTEMD: "in ~/.config/forecasts/environment, which is yours to write",
}


def schedule(
    plan: Annotated[Path, typer.Argument(help="a plan")],
    options: Annotated[
        list[str] | None, typer.Argument(help="after --: options of `forecasts run`, for every run")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help='cron\'s five fields, e.g. "0 8 5 * *", or @daily and the like')
    ] = None,
    by: Annotated[Scheduler, typer.Option("--as", help="who starts it")] = Scheduler.CRON,
    show: Annotated[bool, typer.Option("--show", help="print what would be installed (the default)")] = False,
    install: Annotated[
        bool, typer.Option("--install", help="install it, in place of an earlier one")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="remove it, and nothing else")] = False,
    on_failure: Annotated[str | None, typer.Option(help="command that is told what failed")] = None,
    on_success: Annotated[str | None, typer.Option(help="command that is told where the brief is")] = None,
    on_alert: Annotated[str | None, typer.Option(help="command that is told of the plan's alerts")] = None,
    mail_to: Annotated[list[str] | None, typer.Option(help="address that gets the brief; repeatable")] = None,
    mail_errors_to: Annotated[
        list[str] | None, typer.Option(help="address that is told what failed; repeatable")
    ] = None,
) -> None:
    """Show, install or remove a schedule."""
    from forecasts.batch.telling.telling import Wishes
    from forecasts.batch.timing.installed import NotInstalled

    wishes = Wishes(on_failure, on_success, on_alert, tuple(mail_to or ()), tuple(mail_errors_to or ()))
    with problems_told():
        if sum((show, install, remove)) > 1:
            rule = "only one of --show, --install and --remove can be done"
            raise BadInput([Problem("--install", rule, remedy="leave the others out")])
        try:
            if remove:
                _remove(plan, by)
            else:
                asked = _asked(plan, at, wishes, options or [])
                _install(asked, by) if install else _show(asked, by)
        except NotInstalled as failed:
            typer.echo(" ".join(str(failed).split()), err=True)
            raise typer.Exit(1) from None
    if wishes.mails and not remove:
        typer.echo(
            f"FORECASTS_SMTP_HOST and so on must stand in the run's environment: {PLACES[by]}", err=True
        )


def _asked(plan: Path, at: str | None, wishes: "Wishes", options: list[str]) -> "Schedule":
    """Return what is to run when; every fault is told at once."""
    from forecasts.batch.telling import telling
    from forecasts.batch.timing.cron import OPTION, read_times
    from forecasts.batch.timing.schedule import Schedule, faults

    passed = [*telling.options(wishes), *options]
    problems: list[Problem] = []
    project, name, times = Path(), "", None
    with gathered(problems):
        project, name = _placed(plan)
        if not (project / name).is_file():
            problems.append(Problem("PLAN", "there is no such file", str(plan), "name a plan"))
    with gathered(problems):
        if at is None:
            remedy = 'e.g. --at "0 8 5 * *": at 8:00 on every fifth of a month'
            raise BadInput([Problem(OPTION, "must be given", remedy=remedy)])
        times = read_times(at)
    problems += telling.faults(wishes, project)
    with gathered(problems):
        _check_run(name or str(plan), passed)
    if times is not None:
        made = Schedule(project, name, times, tuple(passed))
        problems += faults(made)
    if problems:
        raise BadInput(problems)
    return made


def _check_run(plan: str, passed: list[str]) -> None:
    """Read the options as every run will: an option that is not there would be found out at night."""
    alone = typer.Typer(add_completion=False)
    alone.command(context_settings={"help_option_names": []})(run)
    try:
        typer.main.get_command(alone).make_context("run", [*passed, "--", plan])
    except Exception as error:
        if (message := getattr(error, "format_message", None)) is None:
            raise
        # Of the command line; which class that is depends on the version of typer.
        rule = " ".join(str(message()).split()).rstrip(".")
        raise BadInput([Problem("-- OPTIONS", rule, remedy="see forecasts run --help")]) from None


def _placed(plan: Path) -> tuple[Path, str]:
    """Return the project of a plan, in full, and the plan's path from there where it lies in it."""
    from forecasts.ledger.root import resolved, shown

    project = root_of(plan)
    return resolved(project), shown(plan, project)


def _show(asked: "Schedule", by: Scheduler) -> None:
    from forecasts.batch.timing.installed import unit_folder
    from forecasts.batch.timing.schedule import cron_line, units

    if by is Scheduler.CRON:
        typer.echo(cron_line(asked))
        return
    for name, text in units(asked).items():
        typer.echo(f"# {unit_folder() / name}\n{text}")


def _install(asked: "Schedule", by: Scheduler) -> None:
    from forecasts.batch.timing.installed import add_line, add_units, present_line

    if by is Scheduler.SYSTEMD:
        for path in add_units(asked):
            typer.echo(str(path))
        return
    changed = add_line(asked)
    typer.echo(
        f"{'installed' if changed else 'installed already'}: {present_line(asked.project, asked.plan)}"
    )


def _remove(plan: Path, by: Scheduler) -> None:
    from forecasts.batch.timing.installed import remove_line, remove_units

    project, name = _placed(plan)
    gone = bool(remove_line(project, name) if by is Scheduler.CRON else remove_units(project, name))
    typer.echo(f"{'removed' if gone else 'there was none'}: {project} {name}")
