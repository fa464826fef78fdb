"""``forecasts scores``: every forecast of the register whose outcome is known, scored."""

import math
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import TableFormat, TableFormatOption, gathered, parse_day, problems_told, to_json
from forecasts.ledger.problems import BadInput, Problem

if TYPE_CHECKING:
    from forecasts.evaluation.published import Published, Scored, Worth
    from forecasts.evaluation.scores import Score


def scores(
    goal: Annotated[str | None, typer.Option(help="an id, or a pattern such as '*-2023'")] = None,
    plan: Annotated[str | None, typer.Option(help="the runs of one plan, by its name")] = None,
    known_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: outcomes published later do not count; default: today")
    ] = None,
    path: Annotated[Path | None, typer.Option(help="register; default: reports/register.sqlite")] = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Score the register."""
    with problems_told():
        import datetime as dt

        from forecasts.batch.register.register import rows_of
        from forecasts.batch.register.scores import register_of, scored_rows
        from forecasts.ledger.root import find_root
        from forecasts.scenarios.seeds import read_seeds

        problems: list[Problem] = []
        with gathered(problems):
            day = parse_day(known_on) or dt.date.today()
        with gathered(problems):
            root = find_root()
            held = path or register_of(root)
            if path is not None and not path.exists():
                raise BadInput([Problem("--path", "there is no such file", str(path), "check the path")])
            seeds = read_seeds(root / "seeds")
        if problems:
            raise BadInput(problems)
        rows = [row for row in rows_of(held, plan) if goal is None or fnmatchcase(row["goal"], goal)]
        found = scored_rows(rows, seeds, day)
    told = [_forecast(row, one) for row, one in zip(rows, found.forecasts, strict=True)]
    if format is TableFormat.JSON:
        typer.echo(to_json(_everything(found, told)))
    elif format is TableFormat.CSV:
        typer.echo(_csv(told), nl=False)
    else:
        _print(found)
    if not rows:
        asked = goal is not None or plan is not None
        typer.echo("the register has no such forecast" if asked else "the register is empty", err=True)


#: What is told of a forecast, in this order.
COLUMNS = (
    "run", "plan", "job", "goal", "scenario", "role", "known_on", "made_at", "deadline", "comparison",
    "value", "tolerance", "probability", "state", "outcome", "sure", "since", "timing", "brier",
    "log_score", "base_rate", "base_brier", "base_log_score", "changed", "note",
)  # fmt: skip


def _forecast(row: dict[str, Any], one: "Scored") -> dict[str, Any]:
    end = one.became
    said = {
        "state": one.state, "outcome": end.state, "sure": end.sure, "since": end.since and str(end.since),
        "timing": one.timing, "brier": one.brier, "log_score": one.log_score, "base_rate": one.base_rate,
        "base_brier": one.base_brier, "base_log_score": one.base_log_score, "changed": " ".join(end.changed),
        "note": end.note,
    }  # fmt: skip
    return {name: said[name] if name in said else row[name] for name in COLUMNS}


def _everything(found: "Published", told: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what there is to tell: what it was worth, what could not be scored, every forecast."""
    return {
        "known_on": str(found.known_on),
        "worth": [_worth(one) for one in found.worth],
        "not_scored": {
            state: [_question(one) for one in found.questions(state)]
            for state in ("silent", "undecided", "lost", "open")
        },
        "late": sum(one.state == "late" for one in found.forecasts),
        "forecasts": told,
    }


def _worth(one: "Worth") -> dict[str, Any]:
    def both(score: "Score") -> list[float | None]:
        return [v if math.isfinite(v) else None for v in (score.value, score.std_error)]

    names = ("brier", "log_score", "goal_brier", "goal_log_score", "skill")
    plain = ("timing", "role", "forecasts", "goals", "met", "with_base")
    return {name: getattr(one, name) for name in plain} | {name: both(getattr(one, name)) for name in names}


def _question(asked: Any) -> dict[str, Any]:
    names = ("goal", "region", "indicator", "comparison", "value", "tolerance")
    return {name: getattr(asked, name) for name in names} | {"deadline": str(asked.deadline)}


def _csv(told: Sequence[dict[str, Any]]) -> str:
    import pandas as pd

    return pd.DataFrame(told, columns=list(COLUMNS)).to_csv(index=False, lineterminator="\n")


def _print(found: "Published") -> None:
    """Print goal by goal what was said and what came, then what it was worth, then what is not scored."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    right = ("forecasts", "P", "Brier", "log")
    for name in ("goal", "asked", "by", "made", "role", "forecasts", "P", "outcome", "Brier", "log"):
        table.add_column(name, justify="right" if name in right else "left", no_wrap=True)
    groups: dict[tuple[Any, ...], list[Scored]] = {}
    for one in found.forecasts:
        if one.became.state != "open":
            key = (one.written.asked.question, one.state, one.timing, one.written.role)
            groups.setdefault(key, []).append(one)
    for some in groups.values():
        table.add_row(*_row(some))
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, 160) if not console.is_terminal else console.width
    if groups:
        console.print(table)
    for worth in found.worth:
        typer.echo(_line(worth))
    for state in ("silent", "undecided", "lost", "open"):
        if asked := found.questions(state):
            typer.echo(f"{state}, not scored: {len(asked)}: {', '.join(one.goal for one in asked)}")
    if late := sum(one.state == "late" for one in found.forecasts):
        typer.echo(
            f"late, not scored: {late} forecasts with knowledge of a day on which the outcome was known"
        )


def _row(some: "Sequence[Scored]") -> tuple[str, ...]:
    from forecasts.publish.words import Words

    first, asked, words = some[0], some[0].written.asked, Words("en")
    said = sorted(one.written.probability for one in some)
    ends = dict.fromkeys(words.probability(p) for p in (said[0], said[-1]))
    marks = [one.became.state + ("" if one.became.sure else " (probably)") for one in some[:1]]

    def mean(name: str) -> str:
        held = [v for one in some if (v := getattr(one, name)) is not None]
        return f"{sum(held) / len(held):.3f}" if held else "-"

    return (
        asked.goal, f"{asked.comparison} {words.number(asked.value)}", str(asked.deadline),
        first.timing or first.state, first.written.role, str(len(some)), " - ".join(ends), *marks,
        mean("brier"), mean("log_score"),
    )  # fmt: skip


def _line(worth: "Worth") -> str:
    """Say what a group was worth, over forecasts and over goals."""
    made = {"advance": "published in advance", "afterwards": "tried afterwards"}[worth.timing]
    what = {"answer": "answers", "alternative": "alternatives"}[worth.role]
    skill = "" if not math.isfinite(worth.skill.value) else f"; skill over the base rate {_both(worth.skill)}"
    return (
        f"{what} {made}: {worth.forecasts} forecasts of {worth.goals} goals, {worth.met} met; "
        f"per forecast Brier {_both(worth.brier)}, log {_both(worth.log_score)}; "
        f"per goal Brier {_both(worth.goal_brier)}, log {_both(worth.goal_log_score)}{skill}"
    )


def _both(score: "Score") -> str:
    error = f" ± {score.std_error:.3f}" if math.isfinite(score.std_error) else ""
    return f"{score.value:.3f}{error}"
