"""``forecasts compare``: scenarios of one goal side by side."""

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


def compare(
    goal: GoalOption,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="a scenario of seeds/, as often as there are; differences are from the first; "
            "default: all that are for the goal"
        ),
    ] = None,
    known_on: KnownOnOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = 1,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Hold scenarios against each other."""
    with problems_told(unanswerable=3):
        from forecasts.cli import told
        from forecasts.cli.asked import goal_asked
        from forecasts.ledger.problems import BadInput, Problem
        from forecasts.models.paths import DRAWS
        from forecasts.whatif.compare import compare as compared

        asked = goal_asked(goal, parse_day(known_on))
        names = scenario or list(asked.seeds.scenarios_of(goal))
        problems: list[Problem] = []
        questions = []
        for name in names:
            with gathered(problems):
                questions.append(asked.question(name))
        twice = sorted({name for name in names if names.count(name) > 1})
        problems += [
            Problem("--scenario", "is named twice", name, "name each scenario once") for name in twice
        ]
        if problems:
            raise BadInput(problems)
        first, *others = questions
        found = compared(asked.reader, first, [q.scenario for q in others], seed, draws or DRAWS)
        if format is TableFormat.TEXT:
            told.print_comparison(found)
        elif format is TableFormat.CSV:
            typer.echo(found.table.to_csv(index=False, lineterminator="\n"), nl=False)
        else:
            typer.echo(found.model_dump_json(indent=1))
