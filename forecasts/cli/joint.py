"""``forecasts joint``: several goals at once."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import (
    DrawsOption,
    KnownOnOption,
    SeedOption,
    TableFormat,
    TableFormatOption,
    gathered,
    parse_day,
    problems_told,
)

if TYPE_CHECKING:
    from forecasts.attainment.question import Question
    from forecasts.cli.asked import GoalAsked
    from forecasts.ledger.problems import Problem


def joint(
    goal: Annotated[
        list[str] | None,
        typer.Option(help="a goal of seeds/, at least two of them; default: the headline goals"),
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="of each goal that it is for; the others, and by default all: their own")
    ] = "baseline",
    known_on: KnownOnOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = 1,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Join goals."""
    with problems_told(unanswerable=3):
        from forecasts.cli.asked import goals_asked
        from forecasts.ledger.problems import BadInput
        from forecasts.models.paths import DRAWS
        from forecasts.whatif.joint import joint as joined

        problems: list[Problem] = []
        asked: list[GoalAsked] = []
        day = None
        with gathered(problems):
            day = parse_day(known_on)
        with gathered(problems):
            asked = goals_asked(goal or (), day)
        problems += _miscounted([one.goal for one in asked] if asked else goal or [])
        questions = _questions(asked, scenario, problems)
        if problems:
            raise BadInput(dict.fromkeys(problems))
        found = joined(asked[0].reader, questions, seed, draws or DRAWS)
        if format is TableFormat.TEXT:
            from forecasts.cli.told_joint import print_joint

            print_joint(found)
        elif format is TableFormat.CSV:
            typer.echo(found.table.to_csv(index=False, lineterminator="\n"), nl=False)
        else:
            typer.echo(found.model_dump_json(indent=1))


def _miscounted(names: Sequence[str]) -> "Iterator[Problem]":
    """Yield what is wrong with how many goals there are, and how often."""
    from forecasts.ledger.problems import Problem

    if len(names) == 1:
        yield Problem("--goal", "one goal has nothing to be joined with", names[0], "name at least two")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem("--goal", "is named twice", name, "name each goal once")


def _questions(asked: "Sequence[GoalAsked]", scenario: str, problems: "list[Problem]") -> "list[Question]":
    """Return the questions: under the scenario where it is for the goal, else under the goal's own."""
    from forecasts.ledger.problems import Unanswerable

    questions: list[Question] = []
    without: list[Problem] = []
    fit = {one.goal for one in asked if one.has(scenario)}
    for one in asked:
        try:
            with gathered(problems):
                # A scenario that is for none of them is asked for, and refused, of each.
                questions.append(one.question(scenario) if one.goal in fit or not fit else one.question())
        except Unanswerable as refused:
            without += refused.problems
    if without and not problems:
        raise Unanswerable(without)
    problems += without
    return questions
