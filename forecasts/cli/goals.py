"""``forecasts goals``: a report's goals, what the ledger knows of each, and how probable they are."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import TableFormat, TableFormatOption, problems_told, tell, to_json

if TYPE_CHECKING:
    from forecasts.intake.listing import Listed
    from forecasts.scenarios.seeds import Seeds


def goals(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the report, as forecasts extract reads it")],
    published_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD; default: the day that the report gives itself")
    ] = None,
    region: Annotated[str | None, typer.Option(help="its id or name; default: the report's own")] = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """List a report's goals."""
    with problems_told():
        from forecasts.cli.reported import reported
        from forecasts.intake.listing import goals_in
        from forecasts.ledger.root import find_root
        from forecasts.scenarios.seeds import read_seeds

        folder = find_root() / "seeds"
        seeds = read_seeds(folder)
        tell((), seeds.remarks)
        report = reported(file, seeds.ledger, folder, region, published_on)
        listed = goals_in(seeds.ledger, report.candidates, report.text, report.region, report.day)
        rows = _rows(seeds, listed, report.day)
        if format is TableFormat.JSON:
            typer.echo(to_json(rows))
        elif format is TableFormat.CSV:
            typer.echo(_csv(rows), nl=False)
        else:
            _print(rows)


def _rows(seeds: "Seeds", listed: "tuple[Listed, ...]", day: dt.date) -> list[dict[str, Any]]:
    """Answer each goal by what was known on the day; what has no answer says why."""
    from forecasts.attainment.outlook import outlook
    from forecasts.attainment.past import Reader
    from forecasts.attainment.question import Question, find_question
    from forecasts.cli.answers import headline_of
    from forecasts.intake.listing import with_goals
    from forecasts.ledger.problems import Refusal
    from forecasts.scenarios.scenario import BASELINE

    reader = Reader(with_goals(seeds.ledger, listed))
    rows = []
    for one in listed:
        at, goal, newest = one.candidate, one.goal, one.newest
        row: dict[str, Any] = {
            "start": at.start, "end": at.end, "quote": at.quote,
            "indicator": goal.indicator if goal else at.indicator,
            "region": goal.region if goal else at.region,
            "comparison": goal.comparison.value if goal else at.comparison,
            "value": float(goal.value) if goal else at.value,
            "deadline": goal.deadline.isoformat() if goal else at.date and at.date.isoformat(),
            "held": one.held, "newest": newest and float(newest.value),
            "newest_as_of": newest and newest.as_of.isoformat(), "probability": None,
            "note": "; ".join(problem.rule for problem in one.problems),
        }  # fmt: skip
        if goal is not None:
            try:
                asked = find_question(seeds, one.held, BASELINE, day) if one.held else None
                found = outlook(reader, asked or Question(goal, known_on=day))
                row["probability"] = headline_of(seeds, found)
            except Refusal as refused:
                row["note"] = "; ".join(problem.rule for problem in refused.problems)
        rows.append(row)
    return rows


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _print(rows: list[dict[str, Any]]) -> None:
    """Print goals for people: those with an answer first, then what is missing for the others."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from forecasts.cli.told import percentage
    from forecasts.ledger.fields import Comparison

    table = Table(box=None, pad_edge=False)
    for name in ("indicator", "region", "goal", "by", "P", "newest", "as of", "held as", "note"):
        table.add_column(name, justify="right" if name in ("goal", "P", "newest") else "left", no_wrap=True)
    for row in sorted(rows, key=lambda row: row["probability"] is None):
        chance, newest = row["probability"], row["newest"]
        sign = Comparison(row["comparison"]).sign if row["comparison"] else ""
        cells = (
            row["indicator"], row["region"], f"{sign} {row['value']:,.10g}", row["deadline"] or "",
            "" if chance is None else percentage(chance), "" if newest is None else f"{newest:,.10g}",
            row["newest_as_of"] or "", row["held"], row["note"],
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    console = Console()
    console.width = max(console.width, 200) if not console.is_terminal else console.width
    if rows:
        console.print(table)
    answered = sum(row["probability"] is not None for row in rows)
    console.print(Text(f"{len(rows)} goals, {answered} with an answer"))
