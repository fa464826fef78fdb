"""``forecasts seek``: what it would take for a probability."""

from typing import Annotated

import typer

from forecasts.cli.options import (
    DrawsOption,
    GoalOption,
    KnownOnOption,
    SeedOption,
    TableFormat,
    TableFormatOption,
    gathered,
    parse_day,
    problems_told,
)


def seek(
    goal: GoalOption,
    vary: Annotated[
        str,
        typer.Option(
            help="pace (factor), one_off (amount), scope (share), delay (months), goal (value), "
            "deadline (by which day)"
        ),
    ],
    probability: Annotated[float, typer.Option(help="what is wanted, e.g. 0.8")] = 0.8,
    scenario: Annotated[str, typer.Option(help="all else is as there; default: the goal's own")] = "baseline",
    date: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD, of one_off: when it comes; default: at the deadline")
    ] = None,
    known_on: KnownOnOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = 1,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Find what it takes."""
    with problems_told(unanswerable=3):
        from forecasts.attainment.question import day_of_knowledge
        from forecasts.attainment.what_if import Vary
        from forecasts.cli import told
        from forecasts.cli.asked import goal_asked
        from forecasts.ledger.problems import BadInput, Problem
        from forecasts.models.paths import DRAWS
        from forecasts.whatif.seek import check_sought
        from forecasts.whatif.seek import seek as sought

        problems: list[Problem] = []
        known = day = None
        with gathered(problems):
            check_sought(vary, probability)
        with gathered(problems):
            known = parse_day(known_on)
        with gathered(problems):
            day = None if date is None else day_of_knowledge(date, "--date")
        if date is not None and vary != Vary.ONE_OFF:
            problems.append(Problem("--date", "does nothing: it is about one_off", date, "leave it out"))
        if problems:
            raise BadInput(problems)
        asked = goal_asked(goal, known)
        found = sought(asked.reader, asked.question(scenario), vary, probability, day, seed, draws or DRAWS)
        if format is TableFormat.TEXT:
            typer.echo(told.sought(found))
        elif format is TableFormat.CSV:
            typer.echo(told.sought_csv(found), nl=False)
        else:
            typer.echo(found.model_dump_json(indent=1))
