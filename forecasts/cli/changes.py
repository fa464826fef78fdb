"""``forecasts changes``: what changed since an earlier run, in parts that add up."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import Format, FormatOption, Language, gathered, problems_told
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.batch.editions import Edition
    from forecasts.publish.parts import Table
    from forecasts.publish.words import Words
    from forecasts.whatif.changed import Changed, Changes

#: Columns where nobody looks at a terminal: nothing is cut off.
WIDE = 400

#: The word for the newest earlier run.
PREVIOUS = "previous"


def changes(
    run: Annotated[str, typer.Argument(metavar="RUN", help="a run's folder, or a plan: its newest run")],
    since: Annotated[
        str, typer.Option(help="an earlier run's folder, a day (its run or the one before), or previous")
    ] = PREVIOUS,
    course: Annotated[
        bool, typer.Option("--course", help="ask again on the newest days on which figures were published")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="folder of all runs; default: reports/out")] = None,
    register: Annotated[
        Path | None, typer.Option(help="where earlier forecasts were entered; default: that of the runs")
    ] = None,
    language: Annotated[Language, typer.Option(help="of the text")] = Language.ZH,
    format: FormatOption = Format.TEXT,
) -> None:
    """Say what changed."""
    with problems_told():
        from forecasts.batch.changes import changes_between, points_of
        from forecasts.batch.editions import Sides, edition_at
        from forecasts.batch.keys import Keys
        from forecasts.batch.register.scores import register_of
        from forecasts.batch.reviewing import find_run
        from forecasts.ledger.root import find_root
        from forecasts.scenarios.seeds import read_seeds

        problems: list[Problem] = []
        with gathered(problems):
            root = find_root()
            seeds = read_seeds(root / "seeds")
        with gathered(problems):
            folder = find_run(run, out or find_root() / "reports" / "out").resolve()
            now = edition_at(folder)
        with gathered(problems):
            if register is not None and not register.exists():
                rule = "there is no such file"
                raise BadInput([Problem("--register", rule, str(register), "check the path")])
        if problems:
            raise BadInput(problems)
        beside = folder.parent.parent / register_of(root).name
        held = register or (beside if beside.exists() else register_of(root))
        then = _earlier(since, now, folder, held)
        keys = Keys(root, seeds)
        points = points_of(held, now.plan, now.known_on)
        found = changes_between(Sides(then, keys), Sides(now, keys), points, course)
    if format is Format.JSON:
        from forecasts.publish.save import dump_json

        typer.echo(dump_json(found.model_dump(mode="json")), nl=False)
    else:
        _print(found, language.value)


def _earlier(since: str, now: "Edition", folder: Path, register: Path) -> "Edition":
    """Return the run that is named, or the plan's newest one before this: of its folders, or the register."""
    from forecasts.batch.editions import edition_at, folder_before, is_run, registered_before

    place = "--since"
    until = None if since == PREVIOUS else _day(since)
    if since != PREVIOUS and until is None:
        there = _path(since)
        if there is None or not is_run(there):
            remedy = "name the folder of a run, a day as 2023-12-31, or previous"
            raise BadInput([Problem(place, "there is no such run", since, remedy)])
        found = edition_at(there.resolve(), place)
        if there.resolve() == folder or found.known_on > now.known_on:
            rule = "is not earlier than the run that it is held against"
            raise BadInput([Problem(place, rule, since, "name an earlier one")])
        return found
    before = folder_before(folder.parent, now.known_on, until)
    if before is not None:
        return edition_at(before, place)
    told = registered_before(register, now.plan, now.known_on, until)
    if told is None:
        rule = f"there is no run of the plan {now.plan!r} before {until or now.known_on}"
        raise BadInput([Problem(place, rule, since, "name the folder of another run")])
    return told


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _path(text: str) -> Path | None:
    """Return a path; None where none can be meant."""
    try:
        return Path(text) if text and Path(text).is_dir() else None
    except (OSError, ValueError):
        return None


def _print(found: "Changes", language: str) -> None:
    """Print goal by goal: what changed, its parts, the figures behind it, the course."""
    from forecasts.publish import changes as told
    from forecasts.publish.phrases import named
    from forecasts.publish.words import Words

    words = Words(language)  # type: ignore[arg-type]
    typer.echo(words.say("changes.heading", date=words.date(found.since)))
    for one in found.changed:
        what = named(words.of(one, "region"), words.of(one, "indicator"), words)
        typer.echo(f"\n{what} · {words.of(one, 'scenario')} ({one.goal}, {one.scenario})")
        typer.echo(told.sentence(one, False, words))
        for table in _tables(one, words):
            _table(table)
    for line in told.came_and_went(found, words):
        typer.echo("\n" + line)
    if not found.kept:
        typer.echo("\n" + words.say("changes.lost"))


def _tables(one: "Changed", words: "Words") -> "list[Table]":
    from forecasts.publish import changes as told

    tables = [] if one.quiet or not one.change else [told.parts_table([one], words)]
    tables += [told.figures_table(one, words)] if one.figures else []
    return tables + ([told.course_table(one, words)] if len(one.course) >= told.FEW else [])


def _table(table: "Table") -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(box=None, pad_edge=False)
    for column in table.columns:
        grid.add_column(column.title, justify=column.align, no_wrap=True)
    for row in table.rows:
        grid.add_row(*(f"{cell.text} ({cell.detail})" if cell.detail else cell.text for cell in row))
    console = Console(markup=False, highlight=False)
    console.width = console.width if console.is_terminal else WIDE
    console.print(grid)
