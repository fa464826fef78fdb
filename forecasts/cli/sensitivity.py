"""``forecasts sensitivity``: what an answer rests on most."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasts.cli.options import (
    DrawsOption,
    GoalOption,
    KnownOnOption,
    Language,
    SeedOption,
    TableFormat,
    TableFormatOption,
    gathered,
    parse_day,
    problems_told,
)

if TYPE_CHECKING:
    from forecasts.attainment.what_if import Sensitivity
    from forecasts.ledger.problems import Problem
    from forecasts.publish.words import Words

#: What a chart is written as, by the end of its file's name.
ENDS = (".svg", ".html")


def sensitivity(
    goal: GoalOption,
    scenario: Annotated[str, typer.Option(help="all is as there; default: the goal's own")] = "baseline",
    known_on: KnownOnOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = 1,
    format: TableFormatOption = TableFormat.TEXT,
    chart: Annotated[
        Path | None, typer.Option(help="file to write a tornado and the curve to: .svg or .html")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="of the chart; default: zh")] = None,
) -> None:
    """Find what the answer rests on."""
    with problems_told(unanswerable=3):
        from forecasts.cli.asked import goal_asked
        from forecasts.ledger.problems import BadInput
        from forecasts.models.paths import DRAWS
        from forecasts.whatif.sensitivity import sensitivity as sensed

        problems: list[Problem] = []
        known = None
        with gathered(problems):
            known = parse_day(known_on)
        with gathered(problems):
            _check_chart(chart, language)
        if problems:
            raise BadInput(problems)
        asked = goal_asked(goal, known)
        found = sensed(asked.reader, asked.question(scenario), seed, draws or DRAWS)
        if chart is not None:
            from forecasts.ledger.files import write_whole
            from forecasts.publish.words import Words

            write_whole(chart, _drawn(found, chart.suffix, Words((language or Language.ZH).value)))
        if format is TableFormat.TEXT:
            from forecasts.cli.told_sensitivity import print_sensitivity

            print_sensitivity(found)
        elif format is TableFormat.CSV:
            typer.echo(found.table.to_csv(index=False, lineterminator="\n"), nl=False)
        else:
            typer.echo(found.model_dump_json(indent=1))


def _check_chart(chart: Path | None, language: Language | None) -> None:
    """Refuse a file that cannot be written, before anything is computed."""
    from forecasts.cli.outs import check_file, is_chart
    from forecasts.ledger.problems import BadInput, Problem
    from forecasts.ledger.root import find_root

    problems: list[Problem] = []
    if chart is None:
        if language is not None:
            rule = "does nothing: it is about --chart"
            problems.append(Problem("--language", rule, language.value, "name a file, or leave it out"))
    elif chart.suffix not in ENDS:
        problems.append(Problem("--chart", "is written as .svg or .html", str(chart), "name such a file"))
    else:
        with gathered(problems):
            check_file(chart, "a chart", is_chart, [find_root() / "seeds"], "--chart")
    if problems:
        raise BadInput(problems)


def _drawn(found: "Sensitivity", suffix: str, words: "Words") -> str:
    """Return the chart as text of a file."""
    from forecasts.notebook.show import Drawing
    from forecasts.publish.chart_page import chart_page
    from forecasts.publish.tornado import tornado_chart

    made = tornado_chart(found, words)
    return Drawing.of(made).svg() + "\n" if suffix == ".svg" else chart_page(made, words)
