"""``forecasts intake``: a person accepts, mends or skips each quantity of a report."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasts.cli.options import Format, FormatOption, gathered, problems_told, tell, to_json
from forecasts.ledger.problems import BadInput, Problem, Remark

if TYPE_CHECKING:
    from forecasts.cli.walking import Asking
    from forecasts.intake.accept import Accepted
    from forecasts.intake.candidates import Candidate
    from forecasts.intake.entries import Entry, Published
    from forecasts.ledger.ledger import Ledger


def intake(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the report, as forecasts extract reads it")],
    accept_from: Annotated[
        Path | None,
        typer.Option(help="decisions as JSON or as a table, instead of asking: start, end, decision, …"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would be added; add nothing")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="forget what was decided before")] = False,
    source: Annotated[str | None, typer.Option(help="id of the source, e.g. city-20250118")] = None,
    title: Annotated[str | None, typer.Option(help="of the source")] = None,
    publisher: Annotated[str | None, typer.Option(help="of the source")] = None,
    url: Annotated[str | None, typer.Option(help="of the source, if it has an address")] = None,
    published_on: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD: the day on which it could be read")
    ] = None,
    given_on: Annotated[str | None, typer.Option(help="YYYY-MM-DD: the day on which it was given")] = None,
    region: Annotated[str | None, typer.Option(help="where the text names none: an id or a name")] = None,
    seeds: Annotated[Path | None, typer.Option(help="default: seeds/ of this project")] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Take a report in."""
    with problems_told():
        from forecasts.intake.documents import read_document
        from forecasts.intake.extract import candidates_of
        from forecasts.intake.journal import PLACE, locked
        from forecasts.intake.known import read_known
        from forecasts.ledger.ledger import read_ledger
        from forecasts.ledger.root import find_root

        folder = seeds or find_root() / "seeds"
        if not folder.is_dir():
            raise BadInput([Problem("--seeds", "there is no such folder", str(folder), "check the path")])
        with locked(folder):  # what a killed intake had promised is there before anybody looks
            ledger = read_ledger(folder)
        text = read_document(file).text
        candidates = candidates_of(text, read_known(folder), region or "")
        options = {
            "source": source, "title": title, "publisher": publisher, "url": url,
            "published_on": published_on, "given_on": given_on, "region": region,
        }  # fmt: skip
        said = {name: value for name, value in options.items() if value is not None}
        if accept_from is not None:
            done = _scripted(folder, text, candidates, ledger, said, accept_from, dry_run)
        else:
            kept = folder / PLACE / "decisions"
            found = _asked(folder, kept, file, text, candidates, ledger, said, restart, dry_run)
            if found is None:
                return
            done = found
    _tell(done, dry_run, format)


def _scripted(
    folder: Path,
    text: str,
    candidates: "list[Candidate]",
    ledger: "Ledger",
    said: Mapping[str, str],
    path: Path,
    dry_run: bool,
) -> "Accepted":
    """Take in what a file of decisions accepts."""
    from forecasts.intake.accept import accept
    from forecasts.intake.decisions import entries_of, read_decisions
    from forecasts.intake.offered import Offered, read_offered
    from forecasts.intake.sourcing import published_as

    decisions = read_decisions(path)
    said = {**decisions.source, **said}
    problems: list[Problem] = []
    published: Published | None = None
    entries: tuple[Entry, ...] = ()
    offered = Offered({}, {})
    with gathered(problems):
        published = published_as(said, text, ledger)
    with gathered(problems):
        entries = entries_of(decisions, candidates, text, said.get("region", ""))
    with gathered(problems):
        new = (decisions.indicators, decisions.regions)
        offered = read_offered(folder, ledger, *new).named_by(entries)
    if problems or published is None:
        raise BadInput(problems)
    indicators = (*decisions.indicators, *offered.indicators.values())
    regions = (*decisions.regions, *offered.regions.values())
    return accept(folder, published, entries, indicators, regions, dry_run)


def _asked(
    folder: Path,
    kept: Path,
    file: Path,
    text: str,
    candidates: "list[Candidate]",
    ledger: "Ledger",
    said: Mapping[str, str],
    restart: bool,
    dry_run: bool,
) -> "Accepted | None":
    """Walk a person through the report; None if that person leaves before the end."""
    from rich.console import Console

    from forecasts.cli.walking import Asking, Left, walk
    from forecasts.intake.accept import accept
    from forecasts.intake.decisions import (
        ACCEPT,
        SKIP,
        Decisions,
        entries_of,
        read_decisions,
        state_of,
        write_decisions,
    )
    from forecasts.intake.offered import read_offered
    from forecasts.intake.walking import Walk

    offered = read_offered(folder, ledger)
    state = kept / state_of(text)
    decisions = read_decisions(state) if state.exists() and not restart else Decisions()
    asking = Asking(Console(stderr=True))

    def keep(now: Decisions) -> None:
        write_decisions(state, now)

    try:
        said, published = _source(asking, {**decisions.source, **said}, file, text, ledger)
        decisions = replace(decisions, source=said)
        keep(decisions)
        place = said.get("region", "")
        way = walk(Walk(candidates, decisions, offered.beside(ledger), published, place), asking, keep)
        counts = f"{way.count(ACCEPT)} 条接受 accepted, {way.count(SKIP)} 条跳过 skipped"
        if not way.count(ACCEPT):
            asking.console.print(counts)
            return None
        if asking.ask(f"{counts}. 写入 write them to {folder}? y/n", "y").casefold() not in ("y", "yes"):
            raise Left
    except Left:
        asking.console.print("已存好，同一命令继续 kept: the same command goes on where you left")
        return None
    used = way.used()
    entries = entries_of(used, candidates, text, place)
    new = read_offered(folder, ledger, used.indicators, used.regions).named_by(entries)
    indicators = (*used.indicators, *new.indicators.values())
    regions = (*used.regions, *new.regions.values())
    done = accept(folder, published, entries, indicators, regions, dry_run)
    if not dry_run:
        state.unlink(missing_ok=True)
    return done


def _source(
    asking: "Asking", said: Mapping[str, str], file: Path, text: str, ledger: "Ledger"
) -> "tuple[dict[str, str], Published]":
    """Ask for what is not known of the source."""
    from forecasts.intake.report import report_of
    from forecasts.intake.sourcing import published_as

    told, about = dict(said), report_of(text)
    day = "" if about.day is None else about.day.isoformat()
    questions = {
        "source": ("来源编号 id of the source: a-z, 0-9, -", ""),
        "title": ("标题 title", about.title or file.stem),
        "publisher": ("发布者 publisher", ""),
        "url": ("网址 address, if there is one", ""),
        "published_on": ("发布日期 published on", day),
        "given_on": ("作报告之日 given on, if it says so", day),
    }
    while True:
        for name, (question, default) in questions.items():
            held = told.get("source") in ledger.sources and name in ("title", "publisher", "url")
            if name not in told and not held:
                told[name] = asking.ask(question, default)
        try:
            published = published_as(told, text, ledger)
        except BadInput as bad:
            asking.tell(bad.problems)
            again = _named(bad) & set(questions)
            if not again:
                raise
            told = {name: value for name, value in told.items() if name not in again}
        else:
            return told, published


def _named(bad: BadInput) -> set[str]:
    """Return which answers are not sound."""
    return {problem.place.removeprefix("--").replace("-", "_") for problem in bad.problems}


def _tell(done: "Accepted", dry_run: bool, format: Format) -> None:
    """Say what came of it; what somebody should look at goes to standard error."""
    rows = {name: [getattr(row, "id", "") for row in some] for name, some in done.rows.items()}
    told: dict[str, Any] = {
        "dry_run": dry_run,
        "added": rows,
        "text": done.text,
        "duplicates": [str(beside) for beside in done.duplicates],
        "conflicts": [str(beside) for beside in done.conflicts],
    }
    seen = (
        ("is there already, and not added again", done.duplicates),
        ("differs from what is there; both are kept", done.conflicts),
    )
    tell((), [Remark(Problem(str(beside), rule)) for rule, some in seen for beside in some])
    tell((), done.remarks)
    if format is Format.JSON:
        typer.echo(to_json(told))
        return
    for name, some in rows.items():
        for row in some:
            typer.echo(f"{name}: {row}")
    added = sum(len(some) for name, some in rows.items() if name in ("observations", "goals"))
    typer.echo(f"{added} rows {'would be ' if dry_run else ''}added")
