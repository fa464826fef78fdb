"""``forecasts resolve``: what a report says became of the goals of its region."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import TableFormat, TableFormatOption, problems_told, tell, to_json

if TYPE_CHECKING:
    from forecasts.intake.resolving import Stated


def resolve(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the report, as forecasts extract reads it")],
    published_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD; default: the day that the report gives itself")
    ] = None,
    region: Annotated[str | None, typer.Option(help="its id or name; default: the report's own")] = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Say what became of goals."""
    with problems_told():
        from forecasts.cli.reported import reported
        from forecasts.intake.resolving import open_goals, resolved_by
        from forecasts.ledger.root import find_root
        from forecasts.scenarios.seeds import read_seeds

        folder = find_root() / "seeds"
        seeds = read_seeds(folder)
        tell((), seeds.remarks)
        report = reported(file, seeds.ledger, folder, region, published_on)
        where = report.region
        goals = open_goals(seeds.ledger, where, report.day)
        found = resolved_by(seeds.ledger, goals, report.candidates, report.text, where, report.known)
        rows = _rows(found)
        if format is TableFormat.JSON:
            typer.echo(to_json({"source": {"region": where}, "decisions": rows}))
        elif format is TableFormat.CSV:
            typer.echo(_csv(rows), nl=False)
        else:
            _print(found)


def _rows(found: "tuple[Stated, ...]") -> list[dict[str, Any]]:
    """Return what a text says of goals; one figure may answer several, and is decided about once."""
    rows = [_row(one) for one in found]
    sure = {(row["start"], row["end"]) for row in rows if row["decision"] == "accept"}
    return [row | {"decision": "accept"} if (row["start"], row["end"]) in sure else row for row in rows]


def _row(one: "Stated") -> dict[str, Any]:
    """Return what a text says of a goal, as ``forecasts intake --accept-from`` takes it."""
    at = one.candidate
    return {
        "goal": one.goal.id,
        "asked": f"{one.goal.comparison.value} {one.goal.value:f}",
        "state": one.state.value,
        "stated": None if one.value is None else f"{one.value:f}",
        "decision": "accept" if one.sure else "skip",
        "start": at and at.start,
        "end": at and at.end,
        "indicator": one.goal.indicator,
        "region": one.goal.region,
        "quote": at and at.quote,
    }


def _csv(rows: list[dict[str, Any]]) -> str:
    heads = list(rows[0]) if rows else ["goal", "asked", "state", "stated", "decision", "start", "end"]
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _print(found: "tuple[Stated, ...]") -> None:
    """Print it for people, and how many of each."""
    from collections import Counter

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("goal", "asked", "state", "stated", "sure", "words", "others"):
        table.add_column(name, no_wrap=name != "others")
    for one in found:
        row = _row(one)
        others = ", ".join(dict.fromkeys(other.quote for other in one.others))
        cells = (row["goal"], row["asked"], row["state"], row["stated"] or "", "yes" if one.sure else "")
        table.add_row(*map(Text, (*cells, row["quote"] or "", others)))
    console = Console()
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    if found:
        console.print(table)
    counts = Counter(one.state.value for one in found)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
    console.print(Text(f"open goals of the region whose day has passed: {told}"))
