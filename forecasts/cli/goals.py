"""``forecasts goals``: a report's goals, what the ledger knows of each, and how probable they are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    from forecasts.attainment.outlook import Outlook
    from forecasts.attainment.past import Reader
    from forecasts.cli.reported import Reported
    from forecasts.intake.candidates import Candidate
    from forecasts.intake.listing import Listed, Printed
    from forecasts.ledger.ledger import Ledger
    from forecasts.scenarios.seeds import Seeds

#: What is told of a goal or a figure, in this order; what decides is first.
COLUMNS = (
    "start", "end", "decision", "headline", "quote", "kind", "indicator", "region", "comparison", "value",
    "unit", "date", "asked", "held", "known_on", "newest", "newest_as_of", "newest_source", "probability",
    "verdict", "lowest", "highest", "note",
)  # fmt: skip


def goals(
    file: ReportArgument,
    published_on: ReportDayOption = None,
    region: ReportRegionOption = None,
    with_figures: Annotated[
        bool,
        typer.Option("--with-figures", help="list the report's figures of what its goals are about, too"),
    ] = False,
    format: TableFormatOption = TableFormat.TEXT,
    out: DecisionsOutOption = None,
) -> None:
    """List a report's goals."""
    with problems_told():
        from forecasts.cli.reported import hand_over, reported
        from forecasts.intake.listing import about, figures_in, goals_in, knowing
        from forecasts.intake.offered import offered_by
        from forecasts.ledger.root import find_root
        from forecasts.scenarios.seeds import read_seeds

        folder = find_root() / "seeds"
        seeds = read_seeds(folder)
        tell((), seeds.remarks)
        ledger = offered_by(seeds.record, seeds.ledger).beside(seeds.ledger)
        report = reported(file, ledger, folder, region, published_on)
        words = (report.candidates, report.text, report.region, report.day)
        # What seeds/ holds of a report is what was accepted of it: the rest is not to be used.
        printed = () if report.source else figures_in(ledger, *words)
        ledger = knowing(ledger, printed)
        listed = goals_in(ledger, *words)
        printed = about(printed, listed)
        rows = _rows(seeds, ledger, listed, report)
        if with_figures:
            rows = sorted([*rows, *map(_figure, printed)], key=lambda row: (row["start"], row["end"]))
        if format is TableFormat.TEXT and out is None:
            _print(rows, ledger, report, len(printed))
        else:
            hand_over(rows, rows, COLUMNS, format, out, file)


def _rows(
    seeds: "Seeds", ledger: "Ledger", listed: "tuple[Listed, ...]", report: "Reported"
) -> list[dict[str, Any]]:
    """Answer each goal by what was known on the day; what has no answer says why."""
    from forecasts.attainment.past import Reader
    from forecasts.intake.listing import with_goals
    from forecasts.ledger.problems import Refusal

    held, new = Reader(seeds.ledger), Reader(with_goals(ledger, listed))
    rows = []
    for one in listed:
        row = _row(one)
        try:
            asked = list(_outlooks(seeds, held, new, one, report))
            row |= _answer(seeds, asked) if asked else {}
        except Refusal as refused:
            row["note"] = "; ".join(problem.rule for problem in refused.problems)
        rows.append(row | {"known_on": report.day.isoformat()})
    return rows


def _row(one: "Listed") -> dict[str, Any]:
    """Return a goal as a decision that ``forecasts intake --accept-from`` takes, without its answer."""
    from forecasts.intake.resolving import SURE

    at, goal, newest = one.candidate, one.goal, one.newest
    taken = goal is not None and not one.held and at.confidence >= SURE
    return _decision(at, taken) | {
        "indicator": goal.indicator if goal else at.indicator,
        "region": goal.region if goal else at.region,
        "comparison": goal.comparison.value if goal else at.comparison,
        "asked": goal and f"{goal.comparison.value} {goal.value:f}",
        "held": one.held,
        "newest": newest and float(newest.value),
        "newest_as_of": newest and newest.as_of.isoformat(),
        "newest_source": newest and newest.source,
        "note": "; ".join(f"{problem.column or ''} {problem.rule}".strip() for problem in one.problems),
    }


def _figure(one: "Printed") -> dict[str, Any]:
    """Return a figure of the report as a decision."""
    return _decision(one.candidate, True) | {"indicator": one.row.indicator, "region": one.row.region}


def _decision(at: "Candidate", taken: bool) -> dict[str, Any]:
    """Return what the report says, as it was printed, in every column."""
    return dict.fromkeys(COLUMNS) | {
        "start": at.start, "end": at.end, "decision": "accept" if taken else "skip", "quote": at.quote,
        "kind": at.kind, "value": at.value, "unit": at.unit, "date": at.date and at.date.isoformat(),
        "note": "",
    }  # fmt: skip


def _outlooks(
    seeds: "Seeds", held: "Reader", new: "Reader", one: "Listed", report: "Reported"
) -> "Iterator[Outlook]":
    """Yield the outlooks on a goal: of one that the ledger holds, under each headline scenario."""
    from forecasts.attainment.outlook import outlook
    from forecasts.attainment.question import Question, find_question

    for name in seeds.scenarios_of(one.held, headline=True) if one.held else ():
        yield outlook(held, find_question(seeds, one.held, name, report.day))
    if one.goal is not None and not one.held:
        yield outlook(new, Question(one.goal, known_on=report.day))


def _answer(seeds: "Seeds", outlooks: "list[Outlook]") -> dict[str, Any]:
    """Return the answer as the brief has it: the baseline's probability, the verdict of all readings."""
    from forecasts.cli.answers import headline_of
    from forecasts.publish.leads import verdict
    from forecasts.whatif.readings import readings_of

    heads = [one for one in outlooks if one.question.scenario.role != "alternative"] or outlooks
    chances = [headline_of(seeds, one) for one in heads]
    found = verdict(chances, readings_of(outlooks))
    return {
        "probability": chances[0], "verdict": found.kind, "lowest": found.low, "highest": found.high,
    }  # fmt: skip


def _print(rows: list[dict[str, Any]], ledger: "Ledger", report: "Reported", printed: int) -> None:
    """Print goals for people: those with an answer first, then what is missing for the others."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("indicator", "region", "goal", "by", "P", "newest", "as of", "held as", "note"):
        table.add_column(name, justify="right" if name in ("goal", "P", "newest") else "left", no_wrap=True)
    for row in sorted(rows, key=lambda row: row["probability"] is None):
        newest = "" if row["newest"] is None else f"{row['newest']:,.10g}"
        cells = (
            row["indicator"], row["region"], _asked(row, ledger), row["date"] or "", _chance(row), newest,
            row["newest_as_of"] or "", row["held"] or "", row["note"],
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    console = Console()
    console.width = console.width if console.is_terminal else WIDE
    if rows:
        console.print(table)
    console.print(Text(f"as known on {report.day}, {report.day_said_by}; {_figures(report, printed)}"))
    goals = [row for row in rows if row["kind"] == "goal"]
    answered = sum(row["probability"] is not None for row in goals)
    console.print(Text(f"{len(goals)} goals, {answered} with an answer"))


def _asked(row: dict[str, Any], ledger: "Ledger") -> str:
    """Say what is asked: in the unit of the indicator where it has one, else as it was printed."""
    from forecasts.ledger.fields import Comparison

    sign = Comparison(row["comparison"]).sign if row["comparison"] else ""
    number, unit = row["value"], row["unit"]
    if row["asked"]:
        indicator = ledger.indicators[row["indicator"]]
        number, unit = float(row["asked"].split()[1]), indicator.unit_zh or indicator.unit_en
    return f"{sign} {number:,.10g} {unit}".strip()


def _chance(row: dict[str, Any]) -> str:
    """Say a probability as the brief does: one number, or between which two, or that it is undetermined."""
    from forecasts.cli.told import percentage

    if row["probability"] is None:
        return ""
    ends = f"{percentage(row['lowest'])} - {percentage(row['highest'])}"
    said = {"one": percentage(row["probability"]), "between": ends, "undetermined": f"undetermined, {ends}"}
    return said[row["verdict"]]


def _figures(report: "Reported", printed: int) -> str:
    """Say whether the report's own figures are known."""
    if report.source:
        return "of its figures those that seeds/ holds"
    return f"with {printed} figures of its own, which seeds/ has not got"
