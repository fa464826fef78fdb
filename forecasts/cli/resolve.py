"""``forecasts resolve``: what a report says became of the goals of its region."""

from typing import TYPE_CHECKING, Any

from forecasts.cli.options import (
    WIDE,
    DecisionsOutOption,
    ReportArgument,
    ReportDayOption,
    ReportRegionOption,
    TableFormat,
    TableFormatOption,
    problems_told,
    tell,
)

if TYPE_CHECKING:
    from forecasts.intake.resolving import Stated

#: What is told of a goal, in this order.
COLUMNS = (
    "goal", "asked", "state", "stated", "decision", "start", "end", "indicator", "region", "quote",
)  # fmt: skip


def resolve(
    file: ReportArgument,
    published_on: ReportDayOption = None,
    region: ReportRegionOption = None,
    format: TableFormatOption = TableFormat.TEXT,
    out: DecisionsOutOption = None,
) -> None:
    """Say what became of goals."""
    with problems_told():
        from forecasts.cli.reported import hand_over, reported
        from forecasts.intake.offered import offered_by
        from forecasts.intake.resolving import open_goals, resolved_by
        from forecasts.ledger.root import find_root
        from forecasts.scenarios.seeds import read_seeds

        folder = find_root() / "seeds"
        seeds = read_seeds(folder)
        tell((), seeds.remarks)
        ledger = offered_by(seeds.record, seeds.ledger).beside(seeds.ledger)
        report = reported(file, ledger, folder, region, published_on)
        where = report.region
        goals = open_goals(ledger, where, report.day)
        found = resolved_by(ledger, goals, report.candidates, report.text, where, report.known)
        rows = _rows(found)
        if format is TableFormat.TEXT and out is None:
            _print(found)
        else:
            decisions = {"source": {"region": where}, "decisions": rows}
            hand_over(decisions, rows, COLUMNS, format, out, file)


def _rows(found: "tuple[Stated, ...]") -> list[dict[str, Any]]:
    """Return what a text says of goals; of one figure that answers two of one thing is decided once."""
    rows = [_row(one) for one in found]
    sure = {_decided(row) for row in rows if row["decision"] == "accept"}
    return [row | {"decision": "accept"} if _decided(row) in sure else row for row in rows]


def _decided(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is decided about: a figure, as one of something."""
    return row["start"], row["end"], row["indicator"], row["region"]


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
    console.width = console.width if console.is_terminal else WIDE
    if found:
        console.print(table)
    counts = Counter(one.state.value for one in found)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
    console.print(Text(f"open goals of the region whose day has passed: {told}"))
