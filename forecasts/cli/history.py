"""``forecasts history``: what was known when of a series, with its revisions."""

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import (
    KnownOnOption,
    TableFormat,
    TableFormatOption,
    gathered,
    parse_day,
    problems_told,
    tell,
    to_json,
)
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.ledger.ledger import Ledger
    from forecasts.ledger.vintages import Vintage


def history(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="its id or its name")],
    region: Annotated[str, typer.Argument(metavar="REGION", help="its id or its name")],
    known_on: KnownOnOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Show the figures of a series as they came."""
    with problems_told():
        from forecasts.ledger.called import find_called
        from forecasts.ledger.root import find_root
        from forecasts.ledger.vintages import vintages_of
        from forecasts.scenarios.seeds import read_seeds

        seeds = read_seeds(find_root() / "seeds")
        tell((), seeds.remarks)
        ledger = seeds.ledger
        problems: list[Problem] = []
        what = where = ""
        day: dt.date | None = None
        with gathered(problems):
            what = find_called(indicator, ledger.indicators, "indicator", "INDICATOR")
        with gathered(problems):
            where = find_called(region, ledger.regions, "region", "REGION")
        with gathered(problems):
            day = parse_day(known_on)
        if problems:
            raise BadInput(problems)
        found = vintages_of(ledger, what, where, day)
        if not found:
            raise BadInput([_nothing(ledger, what, where, day)])
        if format is TableFormat.TEXT:
            _print(ledger, what, where, day, found)
        elif format is TableFormat.CSV:
            typer.echo(_csv(found), nl=False)
        else:
            told = {"indicator": what, "region": where, "known_on": day and day.isoformat()}
            typer.echo(to_json({**told, "vintages": [_row(one) for one in found]}))


def _nothing(ledger: "Ledger", indicator: str, region: str, day: dt.date | None) -> Problem:
    """Say why there is nothing to show, and where there is something."""
    series = ledger.series(indicator, region)
    if series:
        first = min(max(o.published_on, o.as_of) for o in series).isoformat()
        rule = f"no figure of {indicator} in {region} was known by then"
        return Problem("--known-on", rule, str(day), f"the first was known on {first}")
    rule = f"there is no figure of {indicator} there"
    if not (there := sorted(ledger.figures.regions(indicator))):
        return Problem("INDICATOR", "there is no figure of it anywhere", indicator, "add rows to seeds/")
    near = [place for place in _near(ledger, region) if place in there] or there
    return Problem("REGION", rule, region, f"there are figures of: {', '.join(near[:8])}")


def _near(ledger: "Ledger", region: str) -> list[str]:
    """Return what contains a region, what it contains, and what lies beside it."""
    above = ledger.regions[region].parent
    kin = {above} | {r.id for r in ledger.regions.values() if r.parent in {region, above} - {None}}
    return sorted(name for name in kin if name is not None)


def _row(one: "Vintage") -> dict[str, Any]:
    """Return a figure for programs."""
    row = one.row
    return {
        "as_of": row.as_of.isoformat(),
        "period_start": row.period_start and row.period_start.isoformat(),
        "published_on": row.published_on.isoformat(),
        "known": one.known.isoformat(),
        "until": one.until and one.until.isoformat(),
        "state": one.state.value,
        "value": _number(row.value),
        "qualifier": row.qualifier and row.qualifier.value,
        "low": one.low,
        "high": one.high,
        "difference": None if one.difference is None else _number(one.difference),
        "replaces": list(one.replaces),
        "origin": row.origin.value,
        "confidence": row.confidence.value,
        "source": row.source,
        "quote": row.quote,
        "id": row.id,
    }


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


def _csv(found: "tuple[Vintage, ...]") -> str:
    rows = [{**row, "replaces": " ".join(row["replaces"])} for row in map(_row, found)]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _print(
    ledger: "Ledger", indicator: str, region: str, day: dt.date | None, found: "tuple[Vintage, ...]"
) -> None:
    """Print a series for people, a figure a line; a day that several describe is named once."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    counted, place = ledger.indicators[indicator], ledger.regions[region]
    table = Table(box=None, pad_edge=False)
    for name in ("as of", "published", "value", "state", "until", "change", "source", "id"):
        right = name in ("value", "change")
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    before: dt.date | None = None
    for one in found:
        row = one.row
        cells = (
            str(row.as_of) if row.as_of != before else "", str(row.published_on), _value(one),
            one.state.value, str(one.until or ""), _change(one), row.source, row.id,
        )  # fmt: skip
        table.add_row(*map(Text, cells), style=None if one.until is None else "dim")
        before = row.as_of
    console = Console()
    console.width = max(console.width, 200) if not console.is_terminal else console.width
    unit = counted.unit_zh or counted.unit_en
    title = f"{_called(counted)} ({unit}), {_called(place)}"
    title += f", as known on {day}" if day else ", all that is held"
    console.print(Text(title))
    console.print(table)


def _called(one: Any) -> str:
    return " / ".join(dict.fromkeys(name for name in (one.name_zh, one.name_en) if name)) or str(one.id)


def _value(one: "Vintage") -> str:
    """Return a value with the word by which it was hedged, or how it came to be."""
    row = one.row
    words = [row.origin.value] if row.origin.value != "printed" else []
    if row.qualifier is not None and row.qualifier.value != "eq":
        words.append(row.qualifier.value)
    return " ".join([*words, f"{row.value:,f}"])


def _change(one: "Vintage") -> str:
    """Return by how much a figure revises the one before it."""
    if one.difference is None:
        return ""
    was = one.row.value - one.difference
    part = f" ({100 * one.difference / was:+.1f} %)" if was else ""
    return f"{one.difference:+,f}{part}"
